"""What differs between two environments: as an aligned table, as Markdown, as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, zip_longest
from textwrap import wrap
from typing import Any

from lintstack.diff import Cell, Row
from lintstack.named import NamedTuple
from lintstack.report import StackLine, Style
from lintstack.report.footer import files
from lintstack.report.frames import width
from lintstack.report.json import plain
from lintstack.report.paint import paint
from lintstack.report.text import json_text, page, safe
from lintstack.source import Span

NARROW, WIDE, PIPE = 72, 120, 100  # least and most columns, and those of a pipe
MOST_LINES = 6  # of one value
NOTHING = "–"
# Long paths of Compose keys that everybody knows by their end.
SHORT = {
    "deploy.resources.limits": "limits",
    "deploy.resources.reservations": "reservations",
    "logging.options": "logging",
}


class Comparison(NamedTuple):
    """Two environments of one project.

    Args:
        left, right: the environments.
        rows: what differs.
    """

    left: StackLine
    right: StackLine
    rows: tuple[Row, ...]


def text(found: Sequence[Comparison], style: Style) -> str:
    """The table for people, at most as wide as their terminal."""
    lines: list[str] = []
    for item in found:
        lines += [*([""] if lines else []), *_table(item, style)]
    return page(lines)


def _table(item: Comparison, style: Style) -> Iterator[str]:
    names = (safe(item.left.environment), safe(item.right.environment))
    told = [_told(side) for side in (item.left, item.right)]
    where = f" in {safe(item.left.project)}" if item.left.project != "." else ""
    for side, name in zip((item.left, item.right), told, strict=True):
        yield f"{paint(style, 'bold', _cut(name, max(map(width, told))))} = {_files(side)}"
    if not item.rows:
        yield f"{names[0]} and {names[1]} do not differ{where}"
        return
    columns = _Columns(item, style)
    for service, rows in groupby(item.rows, key=lambda row: row.service):
        yield ""
        yield columns.head(safe(service or "project"), names)
        yield from columns.body(list(rows))
    services = len({row.service for row in item.rows if row.service})
    yield ""
    yield f"{_count(len(item.rows), 'difference')} in {_count(services, 'service')}{where}"


def _told(side: StackLine) -> str:
    """Name of an environment, with its kind where the name is another word."""
    name = safe(side.environment)
    return name if side.kind in (name, "unknown") else f"{name} ({side.kind})"


def _files(side: StackLine) -> str:
    return files(side._replace(files=tuple(_below(path, side.project) for path in side.files)))


def _below(path: str, project: str) -> str:
    return path if project == "." else path.removeprefix(f"{project}/")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _label(key: str) -> tuple[str, str]:
    """The group of a key, and its name in it."""
    for long, short in SHORT.items():
        key = f"{short}{key[len(long) :]}" if key.startswith(f"{long}.") else key
    group, _, name = key.partition(".")
    return group, name


class _Columns:
    """The three columns of a table: what, and the two environments."""

    def __init__(self, item: Comparison, style: Style) -> None:
        self.style = style
        self.project = item.left.project
        total = min(max(style.width or PIPE, NARROW), WIDE)
        labels = [_label(row.key) for row in item.rows]
        longest = max((max(width(group) + 2, width(name) + 4) for group, name in labels), default=0)
        self.first = min(max(longest, 12), total // 4)
        self.other = (total - self.first - 4) // 2

    def head(self, service: str, names: tuple[str, str]) -> str:
        """The line above the rows of a service."""
        cells = (service, *names)
        sizes = (self.first, self.other, 0)
        return "  ".join(paint(self.style, "bold", _cut(cell, size)) for cell, size in zip(cells, sizes, strict=True))

    def body(self, rows: list[Row]) -> Iterator[str]:
        """Rows, those of one group below its name when there are several."""
        for group, members in groupby(rows, key=lambda row: _label(row.key)[0]):
            found = list(members)
            alone = len(found) == 1
            if not alone and all(_label(row.key)[1] for row in found):
                yield f"  {safe(group)}"
            for row in found:
                name = _label(row.key)[1]
                shown = f"  {group}.{name}" if alone and name else f"    {name}" if name else f"  {group}"
                yield from self._row(safe(shown), row)

    def _row(self, label: str, row: Row) -> Iterator[str]:
        """A row's lines: the values, then their places; a label that is too long has a line of its own."""
        if width(label) > self.first:
            yield label
            label = ""
        for mine, other in zip_longest(self._lines(row.left), self._lines(row.right), fillvalue=""):
            yield f"{_cut(label, self.first)}  {_cut(mine, self.other)}  {other}".rstrip()
            label = ""
        places = [_place(cell.at if cell else None, self.project) for cell in (row.left, row.right)]
        if any(places):
            mine, other = (_tail(place, self.other) for place in places)
            yield paint(self.style, "dim", f"{_cut('', self.first)}  {_cut(mine, self.other)}  {other}".rstrip())

    def _lines(self, cell: Cell | None) -> list[str]:
        lines = wrap(safe(cell.text), self.other, break_on_hyphens=False) if cell else [NOTHING]
        return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], "…"]


def _tail(place: str, size: int) -> str:
    """A place that fits; of a long path the end."""
    return place if width(place) <= size else f"…{place[1 - size :]}"


def _cut(text: str, size: int) -> str:
    return text + " " * (size - width(text))


def _place(at: Span | None, project: str) -> str:
    return f"{_below(safe(at.path), project)}:{at.line}" if at else ""


def markdown(found: Sequence[Comparison]) -> str:
    """Tables for a pull request."""
    lines: list[str] = []
    for item in found:
        lines += [*([""] if lines else []), *_markdown(item)]
    return page(lines)


def _markdown(item: Comparison) -> Iterator[str]:
    names = (safe(item.left.environment), safe(item.right.environment))
    where = f" in {_code(item.left.project)}" if item.left.project != "." else ""
    sides = (f"**{_plain(_told(side))}** ({_code(_files(side))})" for side in (item.left, item.right))
    yield f"{' and '.join(sides)}{where}"
    if not item.rows:
        yield ""
        yield "do not differ."
    for service, rows in groupby(item.rows, key=lambda row: row.service):
        yield ""
        yield f"| {_code(service) if service else 'project'} | {_plain(names[0])} | {_plain(names[1])} |"
        yield "|---|---|---|"
        for row in rows:
            key = _code(".".join(filter(None, _label(row.key))))
            cells = (_markdown_cell(cell, item.left.project) for cell in (row.left, row.right))
            yield f"| {' | '.join((key, *cells))} |"


def _markdown_cell(cell: Cell | None, project: str) -> str:
    if cell is None:
        return NOTHING
    place = _place(cell.at, project)
    return f"{_code(cell.text)}<br><sub>{_plain(place)}</sub>" if place else _code(cell.text)


def _code(text: str) -> str:
    """Text as code in a table's cell."""
    said = safe(text).replace("|", "\\|")
    fence = "`" * (1 + max((len(run) for run in _ticks(said)), default=0))
    pad = " " if said[:1] == "`" or said[-1:] == "`" else ""
    return f"{fence}{pad}{said}{pad}{fence}" if said else ""


def _ticks(text: str) -> Iterator[str]:
    return ("".join(run) for tick, run in groupby(text) if tick == "`")


def _plain(text: str) -> str:
    """Text that Markdown takes for text."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#!&" else sign for sign in text)


def data(found: Iterable[Comparison]) -> str:
    """The same for programs."""
    projects = [
        {
            "project": item.left.project,
            "left": _side(item.left),
            "right": _side(item.right),
            "rows": [_row(row) for row in item.rows],
        }
        for item in found
    ]
    return json_text(plain({"version": 1, "projects": projects}), indent=2) + "\n"


def _side(side: StackLine) -> dict[str, Any]:
    return {"environment": side.environment, "kind": side.kind, "files": side.files}


def _row(row: Row) -> dict[str, Any]:
    return {"service": row.service, "key": row.key, "left": _value(row.left), "right": _value(row.right)}


def _value(cell: Cell | None) -> dict[str, Any] | None:
    if cell is None:
        return None
    at = cell.at
    return {"value": cell.text} | ({"path": at.path, "line": at.line, "column": at.column} if at else {})
