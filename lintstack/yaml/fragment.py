"""A scalar's text as a source of its own: Dockerfiles may stand in compose files."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache

from lintstack.named import NamedTuple
from lintstack.source import Fragment
from lintstack.yaml.nodes import Piece, Scalar


class _Steps(NamedTuple):
    """Where stretches of one text stand in another.

    Args:
        here: offset at which each stretch begins, in order; the first is 0.
        there: its offset in the other text.
        end: offset in the other text that none may pass.
    """

    here: tuple[int, ...]
    there: tuple[int, ...]
    end: int

    def at(self, offset: int) -> int:
        """Offset in the other text; a stretch that is shorter there ends where the next one begins."""
        index = bisect_right(self.here, max(0, offset)) - 1
        far = self.there[index + 1] if index + 1 < len(self.there) else self.end
        return min(self.there[index] + max(0, offset) - self.here[index], far, self.end)


def fragment(node: Scalar) -> Fragment:
    """The text of a scalar, with the places that its characters have in the file, whatever its style."""
    found: list[_Steps] = []  # made when a place is asked for: most texts have no finding

    def locate(offset: int) -> int:
        if not found:
            found.extend((_unreplaced(node), _written(node)))
        return found[1].at(found[0].at(offset))

    return Fragment(node.source.file, node.text, locate)


def _unreplaced(node: Scalar) -> _Steps:
    """From the text to the one before interpolation; what was put there stands where its variable begins."""
    steps = [(0, 0)]
    for piece in node.pieces:
        steps += _around(piece)
    here, there = zip(*steps, strict=True)
    return _Steps(here, there, len(node.raw))


def _around(piece: Piece) -> tuple[tuple[int, int], tuple[int, int]]:
    return (piece.start, piece.raw_start), (piece.end, piece.raw_end)


def _written(node: Scalar) -> _Steps:
    """From the text before interpolation to the file."""
    steps = list(_literal(node) if node.style == "|" else _flowing(node))
    here, there = zip(*steps, strict=True)
    return _Steps(here, there, node.end)


def _literal(node: Scalar) -> Iterator[tuple[int, int]]:
    """Each line stands in a line of its own, behind the indentation."""
    source, at = node.source, 0
    first = source.position(node.start)[0] + 1
    for number, line in enumerate(node.raw.split("\n"), first):
        if number > len(source.line_starts):
            break
        start, end = source.line_range(number)
        yield at, max(start, end - len(line)) if source.text.endswith(line, start, end) else start
        at += len(line) + 1
    if not at:
        yield 0, node.end


def _flowing(node: Scalar) -> Iterator[tuple[int, int]]:
    """Quotes, escapes and folded lines: between them, the text stands as it is."""
    text, at = node.source.text, 0
    before = node.start + (node.style in ("'", '"'))
    if node.style == ">":
        before = max(text.find("\n", node.start, node.end), node.start)
    yield at, before
    for found in _changed(node.style).finditer(text, before, node.end):
        at += found.start() - before
        before = found.end()
        written = found[0]
        if "\n" not in written:
            at += len(written) if written.isspace() else 1
        elif written[0] != "\\":
            blank = _blank().match(node.raw, at)
            at = blank.end() if blank else at
        yield at, before


@cache
def _changed(style: str) -> re.Pattern[str]:
    """What is written otherwise than it reads: escapes, doubled quotes, line ends with the blanks around them."""
    escapes = {
        '"': r"\\(?:x[^\n]{2}|u[^\n]{4}|U[^\n]{8}|\r?\n[ \t]*+|.)|",
        "'": "''|",
    }
    return re.compile(escapes.get(style, "") + r"[ \t]++(?:\r?\n\s*+)?|\r?\n\s*+", re.DOTALL)


@cache
def _blank() -> re.Pattern[str]:
    return re.compile(r"\s*+")
