"""A picture for terminals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintstack.graph import SIGNS, Box, Keep, Mark, Picture, Wait
from lintstack.report import Style
from lintstack.report.paint import paint
from lintstack.report.text import page

LABEL = 9  # columns of the words in front of the lines below a service


def draw(pictures: Sequence[Picture], style: Style) -> str:
    """Every picture, service by service in start order."""
    lines: list[str] = []
    for picture in pictures:
        lines += [*([""] if lines else []), *_picture(picture, style)]
    return page(lines)


def _picture(picture: Picture, style: Style) -> Iterator[str]:
    yield f"{paint(style, 'bold', picture.title)}  {' + '.join(picture.files)}"
    yield from (f"│  {_mark(mark, style)}" for mark in picture.marks)
    last = len(picture.boxes) - 1
    for index, box in enumerate(picture.boxes):
        head, below = ("└─ ", "   ") if index == last else ("├─ ", "│  ")
        yield f"{head}{paint(style, box.worst or 'bold', box.name)}  {box.runs}"
        yield f"{below}  {paint(style, 'dim', ' · '.join(box.traits))}"
        yield from (f"{below}  {line}" for line in _body(box, picture, style))


def _body(box: Box, picture: Picture, style: Style) -> Iterator[str]:
    networks = box.networks if picture.networks else ()
    rows = (
        ("after", [", ".join(map(_wait, box.waits))] if box.waits else []),
        ("port", box.ports),
        ("network", [", ".join(networks)] if networks else []),
        ("volume", [_keep(keep) for keep in box.keeps if keep.volume]),
        ("mount", [_keep(keep) for keep in box.keeps if not keep.volume]),
    )
    for label, values in rows:
        yield from (f"{paint(style, 'dim', label.ljust(LABEL))}{value}" for value in values)
    yield from (_mark(mark, style) for mark in box.marks)


def _wait(wait: Wait) -> str:
    return f"{wait.service} ({wait.condition})" if wait.condition else wait.service


def _keep(keep: Keep) -> str:
    return f"{keep.source} → {keep.target}{' (read-only)' if keep.read_only else ''}"


def _mark(mark: Mark, style: Style) -> str:
    times = f" ({mark.times} times)" if mark.times > 1 else ""
    severity = f"{SIGNS[mark.severity]} {mark.severity}".ljust(LABEL + 1)
    return f"{paint(style, mark.severity, severity)}{mark.rule}  {paint(style, 'dim', mark.at)}{times}"
