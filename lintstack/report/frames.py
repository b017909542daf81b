"""Code frames: the places of one finding, file by file, with labelled marks under the source lines."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, groupby, pairwise

from lintstack.findings import Finding
from lintstack.join.secrets import MASK, secret_texts
from lintstack.named import NamedTuple
from lintstack.report import PLACES, Secrets, Style
from lintstack.report.paint import paint
from lintstack.report.text import command, escape, hidden, message, safe
from lintstack.source import TAB_WIDTH, Source, Span

GAP = 2  # lines between two marks that are shown; a longer gap is `...`
NARROW, WIDE, PIPE = 40, 400, 160  # least and most columns, and those of a pipe


class Mark(NamedTuple):
    """What is marked in one line: offsets in the file, at least one character wide when the line has one there."""

    line: int
    start: int
    end: int
    label: str
    role: str

    @property
    def primary(self) -> bool:
        return self.role != "frame"


class Layout(NamedTuple):
    """A source line ready for the terminal: its text and the column (from 0) of any offset."""

    text: str
    column: Callable[[int], int]


Marks = dict[Source, list[Mark]]


def frames(files: Marks, secrets: Secrets, style: Style) -> Iterator[str]:
    """Frame lines of every file, the primary place's first; the last is an empty gutter.

    Other files are introduced by `==>`: rustc's `:::` would be read as a command by GitHub's runner.
    """
    digits = gutter(files)
    edge = paint(style, "frame", f"{' ' * digits} |")
    for index, (source, marks) in enumerate(files.items()):
        yield _header(source, marks[0], digits, "==>" if index else "-->", style)
        if source.text:
            yield edge
            yield from _body(source, sorted(marks), digits, _in(source, secrets), style)
            yield edge


def _in(source: Source, secrets: Secrets) -> list[Span]:
    """Secrets of a text; one path may have several, read for other purposes or standing in each other."""
    return [span for span in secrets.get(source.path, ()) if span.source is source or span.source.text == source.text]


def gutter(files: Marks) -> int:
    """Columns of the widest line number."""
    return len(str(max(mark.line for marks in files.values() for mark in marks)))


def marks_by_file(finding: Finding) -> Marks:
    """Marks of a finding by file, in the order in which they are to be read."""
    files: Marks = {}
    for index, place in enumerate((finding.at, *finding.related[:PLACES])):
        mark = _mark(place.span, place.label, "frame" if index else finding.severity)
        marks = files.setdefault(place.span.source, [])
        if not any((mark.start, mark.end) == (old.start, old.end) and mark.label in ("", old.label) for old in marks):
            marks.append(mark)
    return files


def _mark(span: Span, label: str, role: str) -> Mark:
    line = span.line
    edge = span.source.line_range(line)[1]
    return Mark(line, span.start, max(span.start, min(span.end, edge)), message(label), role)


def _header(source: Source, mark: Mark, digits: int, arrow: str, style: Style) -> str:
    line, column = source.position(mark.start)
    return f"{' ' * digits}{paint(style, 'frame', arrow)} {safe(source.path)}:{line}:{column}"


def _body(source: Source, marks: list[Mark], digits: int, secrets: list[Span], style: Style) -> Iterator[str]:
    by_line = {line: list(group) for line, group in groupby(marks, key=lambda mark: mark.line)}
    room = columns(style) - digits - 3
    edge = paint(style, "frame", f"{' ' * digits} |")
    for number in _numbers(list(by_line)):
        if not number:
            yield paint(style, "frame", "...")
            continue
        here = by_line.get(number, [])
        layout = lay_out(source, number, here, secrets, room)
        yield f"{paint(style, 'frame', f'{number:>{digits}} |')} {layout.text}".rstrip()
        for row in annotate(here, layout.column, style):
            yield f"{edge} {row}".rstrip()


def columns(style: Style) -> int:
    """Columns that a frame may take."""
    return min(max(style.width or PIPE, NARROW), WIDE)


def _numbers(marked: list[int]) -> Iterator[int]:
    """Numbers of the lines to show; 0 for a gap."""
    yield marked[0]
    for before, number in pairwise(marked):
        if number - before - 1 > GAP:
            yield 0
            yield number
        else:
            yield from range(before + 1, number + 1)


def lay_out(source: Source, number: int, marks: list[Mark], secrets: list[Span], room: int) -> Layout:
    """A line with tabs expanded, secrets masked and control characters shown, cut around its first mark.

    Only the part of the line near the mark is looked at: a line may be megabytes long.
    """
    start, end = source.line_range(number)
    focus = min(marks, key=lambda mark: not mark.primary, default=Mark(number, start, start, "", "frame"))
    low = start if focus.start - start < 2 * room else min(focus.start, end) - room
    high = min(end, low + 4 * room)
    hiding = (*secrets, *_likely(source, max(start, low - PIPE), high))
    cells = list(_cells(source.text[low:high], _masked(hiding, low, high)))
    edges = [*accumulate((width(cell) for cell in cells), initial=0)]

    def edge(offset: int) -> int:
        return edges[max(0, min(offset, high) - low)]

    first, last = _cut(edges, edge(focus.start), edge(focus.end), room, low > start)
    lead = "…" if first or low > start else ""
    tail = "…" if last < len(cells) or high < end else ""
    shift = edges[first] - len(lead)
    limit = edges[last] - shift + len(tail)
    return Layout(lead + "".join(cells[first:last]) + tail, lambda offset: max(0, min(edge(offset) - shift, limit)))


def _cut(edges: list[int], start: int, end: int, room: int, inside: bool) -> tuple[int, int]:
    """First cell, and the one behind the last, of what fits around a mark; `inside` when the line began earlier."""
    left = 0
    if edges[-1] + inside > room and (inside or end >= room):
        left = max(0, min(start - room // 3, edges[-1] - room + 2))  # room for the dots and a mark behind the end
    first = bisect_left(edges, left)
    fits = edges[first] + room - (first > 0 or inside)
    return first, len(edges) - 1 if edges[-1] <= fits else bisect_right(edges, fits - 1) - 1


def _likely(source: Source, low: int, high: int) -> Iterator[Span]:
    """What looks like a credential, whether the file could be understood or not."""
    for start, end in secret_texts(source.text[low:high]):
        yield Span(source, low + start, low + end)


def _masked(secrets: Iterable[Span], low: int, high: int) -> dict[int, str]:
    """What stands for the characters of secrets: the mask once for each run, then nothing."""
    inside = {index for span in secrets for index in range(max(span.start, low), min(span.end, high))}
    return {index - low: "" if index - 1 in inside else MASK for index in inside}


def _cells(text: str, masked: dict[int, str]) -> Iterator[str]:
    """What is printed for each character."""
    broken = {found.start() + 1 for found in command().finditer(text)} if "##" in text else frozenset()
    column = 0
    for index, character in enumerate(text):
        if index in masked:
            cell = masked[index]
        elif character == "\t":
            cell = " " * (TAB_WIDTH - column % TAB_WIDTH)
        elif index in broken:
            cell = escape(character)
        else:
            cell = character if character.isprintable() else _picture(character)
        column += width(cell)
        yield cell


def _picture(character: str) -> str:
    """A control character as its picture (U+2400 …), other hidden ones escaped."""
    if character < "\x20":
        return chr(0x2400 + ord(character))
    if character == "\x7f":
        return "␡"
    return escape(character) if hidden().match(character) else character


def width(text: str) -> int:
    """Terminal columns of a text without control characters."""
    if text.isascii():
        return len(text)
    import unicodedata

    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.category(character) in ("Mn", "Me") for character in text)


def annotate(marks: list[Mark], column: Callable[[int], int], style: Style) -> Iterator[str]:
    """Rows under a source line: the marks with one label behind them, further labels hanging below, right to left."""
    if not marks:
        return
    placed = [(column(mark.start), max(column(mark.end), column(mark.start) + 1), mark) for mark in marks]
    inline = max(placed, key=lambda item: (item[1], item[0], item[2].primary))
    hanging = sorted((item for item in placed if item is not inline and item[2].label), key=lambda item: item[0])
    row = [(start, ("^" if mark.primary else "-") * (end - start), mark.role) for start, end, mark in placed]
    row.sort(key=lambda run: run[2] != "frame")
    yield _painted([*row, (inline[1] + 1, inline[2].label, inline[2].role)], style)
    if hanging:
        yield _painted([(start, "|", mark.role) for start, _, mark in hanging], style)
    while hanging:
        start, _, mark = hanging.pop()
        bars = [(left, "|", other.role) for left, _, other in hanging if left < start]
        yield _painted([*bars, (start, mark.label, mark.role)], style)


def _painted(runs: list[tuple[int, str, str]], style: Style) -> str:
    """Texts at their columns, later ones on top, each in its colour."""
    row: list[tuple[str, str]] = []
    for start, text, role in runs:
        row.extend([(" ", "")] * (start + len(text) - len(row)))
        row[start : start + len(text)] = [(character, role) for character in text]
    return "".join(
        paint(style, role, "".join(character for character, _ in run))
        for role, run in groupby(row, key=lambda cell: cell[1])
    )
