"""Text of a file and places in it: offsets are code points of the decoded text, lines and columns start at 1."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property

from lintstack.named import NamedTuple

TAB_WIDTH = 4


class Source:
    """One file as it was read: its path as the user sees it and its decoded text without the BOM.

    Args:
        path: POSIX path relative to the working directory, or absolute when outside it; what reports print.
        text: decoded content. Dockerfiles are decoded with `surrogateescape`, so any byte survives.
        real: absolute path on disk ("" for text that has no file).
        bom: whether the bytes began with a UTF-8 byte order mark (kept for writing fixes).
    """

    __slots__ = ("__dict__", "bom", "path", "real", "text")

    def __init__(self, path: str, text: str, real: str = "", bom: bool = False) -> None:
        self.path = path
        self.text = text
        self.real = real
        self.bom = bom

    def __repr__(self) -> str:
        return f"Source({self.path!r})"

    @property
    def file(self) -> Source:
        """The source of the whole file that the text stands in."""
        return self

    @cached_property
    def path_bytes(self) -> bytes:
        """The path as reports are sorted by it."""
        return self.path.encode("utf-8", "surrogateescape")

    @cached_property
    def line_starts(self) -> list[int]:
        """Offset of each line's first character; lines end at LF, or at CR in a file without any LF."""
        newline = "\n" if "\n" in self.text or "\r" not in self.text else "\r"
        starts = [0]
        found = self.text.find(newline)
        while found >= 0:
            starts.append(found + 1)
            found = self.text.find(newline, found + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column (both from 1) of an offset; offsets past the end are the end."""
        offset = max(0, min(offset, len(self.text)))
        line = self.number(offset)
        return line, offset - self.line_starts[line - 1] + 1

    def number(self, offset: int) -> int:
        """Number in this text (from 1) of the line that an offset stands in."""
        return bisect_right(self.line_starts, max(0, offset))

    def line(self, number: int) -> str:
        """Text of a line (from 1) without its line end; "" past the end."""
        if not 1 <= number <= len(self.line_starts):
            return ""
        start, end = self.line_range(number)
        return self.text[start:end]

    def line_range(self, number: int) -> tuple[int, int]:
        """Start and end offset of a line's text without its line end."""
        starts = self.line_starts
        start = starts[number - 1]
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        if end > start and self.text[end - 1] == "\r":
            end -= 1
        return start, end

    def span(self, start: int, end: int) -> Span:
        """The place from `start` up to, not including, `end`."""
        return Span(self, start, end)

    @property
    def whole(self) -> Span:
        """An empty place at the very start: for findings about the file itself."""
        return Span(self, 0, 0)


class Fragment(Source):
    """A text of its own inside a file, such as a Dockerfile in a compose file: it has lines of its own.

    Positions are those of the file; offsets, and all that takes a line's number, are those of the text.

    Args:
        host: source of the file.
        text: the text, unescaped and without the indentation that it has in the file.
        locate: offset in the file of an offset in the text; the text need not stand there letter by letter.
    """

    __slots__ = ("host", "locate")

    def __init__(self, host: Source, text: str, locate: Callable[[int], int]) -> None:
        super().__init__(host.path, text, host.real)
        self.host = host
        self.locate = locate

    @property
    def file(self) -> Source:
        return self.host

    def position(self, offset: int) -> tuple[int, int]:
        return self.host.position(self.locate(offset))


class Span(NamedTuple):
    """A half-open range of a source's text."""

    source: Source
    start: int
    end: int

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        return self.source.position(self.start)[1]

    @property
    def end_line(self) -> int:
        return self.source.position(self.end)[0]

    @property
    def end_column(self) -> int:
        """Column just behind the last character."""
        return self.source.position(self.end)[1]

    @property
    def hosted(self) -> Span:
        """The same place in the file that the text stands in."""
        source = self.source
        if not isinstance(source, Fragment):
            return self
        start = source.locate(self.start)
        return Span(source.host, start, max(start, source.locate(self.end)))

    def covers(self, other: Span) -> bool:
        """Whether `other` lies inside this span of the same file."""
        return self.source is other.source and self.start <= other.start and other.end <= self.end

    def touches(self, other: Span) -> bool:
        """Whether both share a character, or one is empty and lies in or at the edge of the other."""
        if self.source is not other.source:
            return False
        return self.start < max(other.end, other.start + 1) and other.start < max(self.end, self.start + 1)


def span_key(span: Span) -> tuple[str, int, int]:
    """Sort key and identity of a place."""
    span = span.hosted
    return span.source.path, span.start, span.end


def lines_of(span: Span) -> Iterator[int]:
    """Every line number that the span touches."""
    yield from range(span.line, span.end_line + 1)
