"""Physical lines to logical lines, the way BuildKit's scanner joins them: directives, comments, continuations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lintstack.dockerfile.nodes import Comment, Text
from lintstack.dockerfile.words import SPACE
from lintstack.findings import Finding, diagnostic
from lintstack.named import NamedTuple
from lintstack.source import Source, Span

# bufio.MaxScanTokenSize - 1: BuildKit refuses a file with a longer line.
MAX_LINE_BYTES = 65_535
DIRECTIVES = frozenset({"syntax", "escape", "check"})
# Blanks of a Go regex, which do not count the vertical tab: those around the equals sign of a directive.
_GAPS = " \t\r\f\n"


class Logical(NamedTuple):
    """One logical line.

    Attributes:
        text: joined text, blanks at both ends removed.
        first: number of its first physical line, from 0.
        last: number of its last physical line.
        blanks: blank lines inside it.
        begin: file offset of its first character but blanks, be it a bare continuation character.
        end: file offset behind the last character but blanks of its last line.
        tail: the blanks that are removed at the end; an escape character before them may make them part of a word.
    """

    text: Text
    first: int
    last: int
    blanks: tuple[Span, ...]
    begin: int
    end: int
    tail: str


class Lines:
    """The lines of one file, read from the top; `logical` yields, `until` takes the body of a here-document."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.escape = "\\"
        self.directives: dict[str, str] = {}
        self.comments: list[Comment] = []
        self.problems: list[Finding] = []
        self.index = 0
        text = source.text
        self._lines = text.split("\n")
        if not self._lines[-1]:
            self._lines.pop()
        self._starts = _starts(self._lines)
        self._head = True

    def __len__(self) -> int:
        return len(self._lines)

    def logical(self) -> Iterator[Logical]:
        """Every logical line in order; the caller may take lines out between two of them."""
        while self.index < len(self._lines):
            raw = self._lines[self.index].rstrip("\r")
            if self.index == 0 and raw.startswith("\ufeff"):
                raw = " " + raw[1:]
            line = raw.lstrip(SPACE)
            number = self.index
            if line.startswith("#"):
                self._comment(number, raw, line)
                self.index += 1
                continue
            self._head = False
            self.index += 1
            if line:
                yield self._join(number, line, len(raw) - len(line))

    def until(self, terminator: str, strip_tabs: bool) -> tuple[Span, bool]:
        """Body of a here-document from the current line on, and whether its delimiter was found (and taken)."""
        begin = self._start(self.index)
        for number in range(self.index, len(self._lines)):
            line = self._lines[number].rstrip("\r")
            if (line.lstrip("\t") if strip_tabs else line) == terminator:
                self.index = number + 1
                return Span(self.source, begin, self._start(number)), True
        self.index = len(self._lines)
        return Span(self.source, begin, len(self.source.text)), False

    def end_of(self, number: int) -> int:
        """File offset behind the text of a physical line."""
        return self._starts[number] + len(self._lines[number].rstrip("\r"))

    def overlong(self) -> Iterator[Span]:
        """Physical lines that are longer than BuildKit reads."""
        for start, line in zip(self._starts, self._lines, strict=True):
            if len(line) * 4 > MAX_LINE_BYTES and len(line.encode("utf-8", "surrogateescape")) > MAX_LINE_BYTES:
                yield Span(self.source, start, start + len(line))

    def _start(self, number: int) -> int:
        return self._starts[number] if number < len(self._starts) else len(self.source.text)

    def _join(self, number: int, line: str, indent: int) -> Logical:
        """The logical line that begins with a physical one."""
        piece, more = trim_continuation(line, self.escape)
        pieces, places = [piece], [self._starts[number] + indent]
        last, blanks = number, []
        while more and self.index < len(self._lines):
            last = self.index
            raw = self._lines[last].rstrip("\r")
            bare = raw.lstrip(SPACE)
            self.index += 1
            if bare.startswith("#"):
                self._comment(last, raw, bare)
            elif not bare:
                blanks.append(Span(self.source, self._starts[last], self._starts[last] + len(raw)))
            else:
                piece, more = trim_continuation(raw, self.escape)
                pieces.append(piece)
                places.append(self._starts[last])
        closed = self.comments[-1].span.end if self.comments else 0
        # A comment ends with its line, blanks included.
        end = max(self._starts[last] + len(self._lines[last].rstrip(SPACE)), closed)
        tail = pieces[-1][len(pieces[-1].rstrip(SPACE)) :]
        return Logical(_text(self.source, pieces, places), number, last, tuple(blanks), places[0], end, tail)

    def _comment(self, number: int, raw: str, line: str) -> None:
        start = self._starts[number] + len(raw) - len(line)
        span = Span(self.source, start, start + len(line))
        self.comments.append(Comment(line[1:].strip(), span))
        if self._head:
            self._directive(line, span)

    def _directive(self, line: str, span: Span) -> None:
        """Take a parser directive; anything else ends them."""
        name, value = directive(line)
        if name not in DIRECTIVES:
            self._head = False
        elif name in self.directives:
            self._refuse(f"only one `{name}` directive can be used; BuildKit refuses a second one", span)
        elif name == "escape" and value not in ("\\", "`"):
            self._refuse("the escape character must be a backslash or a backtick", span)
        else:
            self.directives[name] = value
            self.escape = self.directives.get("escape", "\\")

    def _refuse(self, message: str, span: Span) -> None:
        self.problems.append(diagnostic("dockerfile-syntax", message, span))


def trim_continuation(line: str, escape: str) -> tuple[str, bool]:
    """A line without its continuation character, and whether it has one.

    The last character but blanks continues the line unless the character before it is an escape character too.
    """
    bare = line.rstrip(" \t")
    if bare.endswith(escape) and bare[-2:-1] != escape:
        return bare[:-1], True
    return line, False


def directive(line: str) -> tuple[str, str]:
    """Name (lower case) and value of a comment that looks like a directive; two empty strings for any other."""
    match = _directive_name().match(line)
    if not match or match.end() == len(line):
        return "", ""
    value = line[match.end() :].strip(_GAPS) or line[-1]
    return match.group(1).lower(), value


@cache
def _directive_name() -> re.Pattern[str]:
    return re.compile(rf"#[{SPACE}]*+([a-zA-Z][a-zA-Z0-9]*+)[{_GAPS}]*+=")


def _starts(lines: list[str]) -> list[int]:
    starts, offset = [], 0
    for line in lines:
        starts.append(offset)
        offset += len(line) + 1
    return starts


def _text(source: Source, pieces: list[str], places: list[int]) -> Text:
    """Joined pieces without the blanks at both ends."""
    if len(pieces) == 1:
        joined = pieces[0].strip(SPACE)
        return Text(source, joined, [0], [places[0] + len(pieces[0]) - len(pieces[0].lstrip(SPACE))])
    starts, length = [], 0
    for piece in pieces:
        starts.append(length)
        length += len(piece)
    joined = "".join(pieces)
    indent = len(joined) - len(joined.lstrip(SPACE))
    return Text(source, joined.strip(SPACE), [start - indent for start in starts], places)
