"""What a Dockerfile is made of: text with a map back to the file, words, flags, heredocs, instructions."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property
from typing import Literal

from lintstack.named import NamedTuple
from lintstack.source import Source, Span

Form = Literal["exec", "shell", ""]


class Text:
    """Logical text (continuations joined) that knows where each of its characters stands in the file.

    Args:
        source: the file.
        text: logical text, without continuation characters, comment lines and blank continuation lines.
        starts: logical offset at which each piece begins, ascending; the first is 0 or less.
        places: file offset of each of these.
    """

    __slots__ = ("_places", "_starts", "source", "text")

    def __init__(self, source: Source, text: str, starts: list[int], places: list[int]) -> None:
        self.source = source
        self.text = text
        self._starts = starts
        self._places = places

    def __repr__(self) -> str:
        return f"Text({self.text!r})"

    def offset(self, index: int) -> int:
        """File offset of the character at a logical index; the length of the text is just behind its end."""
        if len(self._starts) == 1:
            return self._places[0] + index - self._starts[0]
        piece = max(0, bisect_right(self._starts, index) - 1)
        return self._places[piece] + index - self._starts[piece]

    def span(self, start: int, end: int) -> Span:
        """Place in the file from the first to the last character of a logical range."""
        if end <= start:
            offset = self.offset(start)
            return Span(self.source, offset, offset)
        return Span(self.source, self.offset(start), self.offset(end - 1) + 1)

    @property
    def whole(self) -> Span:
        """Place of all of it."""
        return self.span(0, len(self.text))

    def pieces(self) -> tuple[list[int], list[int]]:
        """Copies of the logical offsets of its pieces and of their places in the file."""
        return [*self._starts], [*self._places]

    def cut(self, start: int, end: int | None = None) -> Text:
        """The part of a logical range, with its own offsets from 0."""
        starts = self._starts if start == 0 else [begin - start for begin in self._starts]
        return Text(self.source, self.text[start:end], starts, self._places)


class Word(NamedTuple):
    """One argument.

    Attributes:
        text: as written, quotes included (for an item of a JSON form: between its quotes).
        value: quotes and escapes removed, variables untouched.
        span: its characters in the file, quotes included; across a continuation from the first to the last one.
    """

    text: str
    value: str
    span: Span


class Flag(NamedTuple):
    """`--name=value` of an instruction.

    Attributes:
        name: its name.
        value: its value without quotes and escapes; None where there is no equals sign.
        span: all of it, as it is written.
        text: the same with its map to the file.
        gaps: for each quote and escape that is left out, how many characters of `--name=value` stand before it.
    """

    name: str
    value: str | None
    span: Span
    text: Text
    gaps: tuple[int, ...] = ()

    @property
    def name_span(self) -> Span:
        """Place of the name, the dashes included."""
        return self._between(0, len(self.name) + 2)

    @property
    def value_span(self) -> Span:
        """Place of the value, its quotes included; of the flag where it has none."""
        if self.value is None:
            return self.span
        equals = self._between(len(self.name) + 2, len(self.name) + 3)
        return Span(self.span.source, equals.end, self.span.end)

    def within(self, start: int, end: int) -> Span:
        """Place of a range of the value."""
        base = len(self.name) + 3
        return self._between(base + start, base + end) if end > start else self.value_span

    def _between(self, start: int, end: int) -> Span:
        return self.text.span(start + bisect_right(self.gaps, start), end + bisect_right(self.gaps, end - 1))


class Heredoc(NamedTuple):
    """A here-document of RUN, COPY or ADD.

    Attributes:
        name: its delimiter without quotes.
        body: the lines between the opening and the delimiter, with their line ends.
        expand: whether variables in it are expanded (the delimiter is not quoted).
        strip_tabs: whether leading tabs are dropped (`<<-`).
        descriptor: file descriptor it feeds (`3<<EOF`), 0 when none is written.
        opening: the word that opens it.
    """

    name: str
    body: Span
    expand: bool
    strip_tabs: bool
    descriptor: int
    opening: Span

    @property
    def content(self) -> str:
        """Body as the command reads it: leading tabs gone for `<<-`."""
        if not self.strip_tabs:
            return self.body.text
        return "".join(line.lstrip("\t") for line in self.body.text.splitlines(keepends=True))


class Comment(NamedTuple):
    """A comment line: from its `#` to the end of the line; `text` is what stands behind the `#`, stripped."""

    text: str
    span: Span


class Pair(NamedTuple):
    """One `name=value` of ENV, LABEL or ARG.

    Attributes:
        name: name, with its quotes removed.
        value: its value as a word; None for an ARG without default.
        name_span: place of the name.
        legacy: whether it is written `ENV name value`.
    """

    name: str
    value: Word | None
    name_span: Span
    legacy: bool

    @property
    def span(self) -> Span:
        """Place of name and value."""
        end = self.value.span.end if self.value else self.name_span.end
        return Span(self.name_span.source, self.name_span.start, end)


class Instruction:
    """One instruction.

    Args:
        keyword: upper case.
        keyword_span: the keyword in the file.
        span: all of it, heredocs included, without the last line end.
        text: arguments behind the flags.
        flags: flags in order.
        form: "exec" for a JSON form, "shell" for the other form of an instruction that has both, else "".
        heredocs: here-documents in order.
        trigger: the instruction behind ONBUILD.
        read: turns an instruction into its arguments; called once, when they are asked for.
        blanks: blank lines inside the continuation.
    """

    def __init__(
        self,
        keyword: str,
        keyword_span: Span,
        span: Span,
        text: Text,
        flags: tuple[Flag, ...],
        form: Form,
        heredocs: tuple[Heredoc, ...],
        trigger: Instruction | None,
        read: Callable[[Instruction], tuple[Word, ...]],
        blanks: tuple[Span, ...] = (),
    ) -> None:
        self.keyword = keyword
        self.keyword_span = keyword_span
        self.span = span
        self.text = text
        self.flags = flags
        self.form = form
        self.heredocs = heredocs
        self.trigger = trigger
        self.blanks = blanks
        self.__dict__["_read"] = read

    def __repr__(self) -> str:
        return f"Instruction({self.keyword} {self.text.text!r})"

    @cached_property
    def args(self) -> tuple[Word, ...]:
        """Arguments.

        Items of a JSON form; the one text of USER, WORKDIR, STOPSIGNAL and MAINTAINER; `name=value` words of ENV,
        LABEL and ARG; else blank-separated words (quotes keep a word of a shell form together, as a shell does).
        HEALTHCHECK's first is its type.
        """
        words: tuple[Word, ...] = self.__dict__["_read"](self)
        return words

    @property
    def line(self) -> int:
        """Line of the keyword, from 1."""
        return self.keyword_span.line

    def flag(self, name: str) -> Flag | None:
        """The first flag of that name."""
        return next((flag for flag in self.flags if flag.name == name), None)
