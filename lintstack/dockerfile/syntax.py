"""Dockerfile text to instructions with spans, the way BuildKit reads it; never raises."""

from __future__ import annotations

from lintstack.dockerfile import heredocs, refusals
from lintstack.dockerfile.lex import LexError, LexLimit
from lintstack.dockerfile.lines import MAX_LINE_BYTES, Lines, Logical
from lintstack.dockerfile.nodes import Comment, Flag, Form, Heredoc, Instruction, Pair, Text, Word
from lintstack.dockerfile.splitter import Split, own_split, split
from lintstack.dockerfile.tree import Dockerfile
from lintstack.dockerfile.words import (
    SPACE,
    FlagPiece,
    Piece,
    json_strings,
    split_blanks,
    split_flags,
    split_quoted,
    unquote,
)
from lintstack.findings import Finding, diagnostic
from lintstack.source import Source, Span

__all__ = ["Comment", "Dockerfile", "Flag", "Heredoc", "Instruction", "Pair", "Text", "Word", "pairs", "parse"]

# Instructions that have a JSON form; HEALTHCHECK has one behind its type.
_JSON = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL", "VOLUME", "ADD", "COPY"})
_QUOTED = frozenset({"ENV", "LABEL", "ARG", "RUN", "CMD", "ENTRYPOINT", "SHELL"})
_WHOLE = frozenset({"USER", "WORKDIR", "STOPSIGNAL", "MAINTAINER"})


def parse(source: Source) -> Dockerfile:
    """Read a Dockerfile.

    Args:
        source: its text, bytes that are not UTF-8 as surrogate escapes.
    """
    lines = Lines(source)
    refusal = refusals.unreadable(source)
    if refusal:
        return Dockerfile(source, lines.escape, {}, (), (), (refusal,))
    reader = _Reader(lines)
    instructions = reader.instructions()
    found = [*refusals.oddities(source), *lines.problems, *reader.problems]
    if not instructions and not found:
        message = "the file has no instruction; it must begin with FROM"
        found.append(diagnostic("dockerfile-syntax", message, source.whole, kinds=["no-from"]))
    found.sort(key=lambda finding: finding.at.span.start)
    problems = refusals.capped(found, refusals.MAX_PROBLEMS)
    return Dockerfile(source, lines.escape, lines.directives, instructions, tuple(lines.comments), problems)


class _Reader:
    """Turns the logical lines of one file into instructions."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.source = lines.source
        self.problems: list[Finding] = []

    def instructions(self) -> tuple[Instruction, ...]:
        drafts: list[tuple[Logical, tuple[Heredoc, ...], int]] = []
        for line in self.lines.logical():
            bodies = self._heredocs(line)
            end = self.lines.end_of(self.lines.index - 1) if bodies else line.end
            drafts.append((line, bodies, end))
        self._limits()
        splits = split([line for line, _, _ in drafts], len(self.lines))
        found = [self._instruction(*draft, piece) for draft, piece in zip(drafts, splits, strict=True)]
        return tuple(instruction for instruction in found if instruction)

    def _limits(self) -> None:
        for span in self.lines.overlong():
            message = f"the line is longer than {MAX_LINE_BYTES} bytes, the longest that BuildKit reads"
            self._report(message, span, "dockerfile-limit")

    def _report(self, message: str, span: Span, slug: str = "dockerfile-syntax") -> None:
        self.problems.append(diagnostic(slug, message, span))

    def _instruction(self, line: Logical, bodies: tuple[Heredoc, ...], end: int, piece: Split) -> Instruction | None:
        text = line.text
        if not piece.keyword:
            self._report("a continuation character stands alone: there is no instruction", text.whole)
            return None
        span = Span(self.source, line.begin, end)
        instruction = self._build(text, piece, span, bodies, line.blanks)
        known_syntax = refusals.official(self.lines.directives.get("syntax", ""))
        suggest = len(self.problems) < refusals.MAX_PROBLEMS
        self.problems.extend(refusals.refused(instruction, known_syntax, suggest))
        return instruction

    def _build(
        self, text: Text, piece: Split, span: Span, bodies: tuple[Heredoc, ...] = (), blanks: tuple[Span, ...] = ()
    ) -> Instruction:
        """An instruction, and the one that its ONBUILD triggers."""
        keyword = piece.keyword.upper()
        rest = text.cut(piece.rest)
        found, begin = split_flags(rest.text) if rest.text.startswith("--") else ((), 0)
        args = _stripped(rest, begin)
        trigger = None
        if keyword == "ONBUILD" and args.text:
            inner = own_split(args.text)
            at = Span(self.source, args.offset(0), span.end)
            nested = inner.keyword.upper() == "ONBUILD"
            trigger = self._leaf(args, inner, at) if nested else self._build(args, inner, at, bodies)
        escape = self.lines.escape
        return Instruction(
            keyword,
            text.span(0, len(piece.keyword)),
            span,
            args,
            tuple(_flag(rest, flag) for flag in found),
            _form(keyword, args.text),
            bodies,
            trigger,
            lambda instruction: _read(instruction, escape),
            blanks,
        )

    def _leaf(self, text: Text, piece: Split, span: Span) -> Instruction:
        """An ONBUILD inside an ONBUILD, which is refused: its own trigger is not looked at."""
        keyword = text.span(0, len(piece.keyword))
        return Instruction("ONBUILD", keyword, span, text.cut(piece.rest), (), "", (), None, lambda _: ())

    def _heredocs(self, line: Logical) -> tuple[Heredoc, ...]:
        """Take the bodies of the here-documents that a line opens."""
        if "<<" not in line.text.text or not _holds_heredocs(line.text.text):
            return ()
        try:
            found = heredocs.openings(line.text.text + line.tail)
        except LexLimit as problem:
            self._report(f"here-documents cannot be told: {problem}", line.text.whole, "dockerfile-limit")
            return ()
        except LexError as problem:
            self._report(f"the name of a here-document cannot be read: {problem}", line.text.whole)
            return ()
        return tuple(self._heredoc(line, opening, at) for opening, at in _located(line.text.text, found))

    def _heredoc(self, line: Logical, opening: heredocs.Opening, at: int) -> Heredoc:
        place = line.text.span(at, min(at + len(opening.word), len(line.text.text)))
        body, closed = self.lines.until(opening.name, opening.strip_tabs)
        if not closed:
            self._report(f"unterminated heredoc {opening.name} opened here: no line holds just that word", place)
        return Heredoc(opening.name, body, opening.expand, opening.strip_tabs, opening.descriptor, place)


def _located(text: str, found: list[heredocs.Opening]) -> list[tuple[heredocs.Opening, int]]:
    """Each opening with the index at which it is written, as near as quoting lets it be found."""
    places, index = [], 0
    for opening in found:
        at = text.find(opening.word.rstrip(SPACE), index)
        at = index if at < 0 else at
        places.append((opening, at))
        index = min(at + len(opening.word), len(text))
    return places


def _holds_heredocs(text: str) -> bool:
    """Whether the instruction may hold here-documents: RUN, COPY, ADD, or ONBUILD of one, not in JSON form."""
    piece = own_split(text)
    keyword, rest = piece.keyword.upper(), text[piece.rest :]
    rest = rest[split_flags(rest)[1] :].strip()
    if keyword == "ONBUILD":
        piece = own_split(rest)
        keyword, rest = piece.keyword.upper(), rest[piece.rest :]
        rest = rest[split_flags(rest)[1] :].strip()
    return keyword in heredocs.HOLDERS and json_strings(rest) is None


def _stripped(text: Text, begin: int) -> Text:
    """What follows the flags, without the blanks before it."""
    size = len(text.text)
    while begin < size and text.text[begin] in SPACE:
        begin += 1
    return text.cut(begin) if begin else text


def _flag(text: Text, piece: FlagPiece) -> Flag:
    name, equals, value = piece.value[2:].partition("=")
    written = text.cut(piece.start, piece.end)
    return Flag(name, value if equals else None, written.whole, written, piece.gaps)


def _form(keyword: str, args: str) -> Form:
    if keyword in _JSON:
        return "exec" if args.startswith("[") and json_strings(args) is not None else "shell"
    if keyword == "HEALTHCHECK":
        piece = own_split(args)
        if piece.rest < len(args):
            return "exec" if json_strings(args[piece.rest :].lstrip(SPACE)) is not None else "shell"
    return ""


def _read(instruction: Instruction, escape: str) -> tuple[Word, ...]:
    """Arguments of an instruction."""
    text = instruction.text
    if instruction.keyword == "HEALTHCHECK":
        return _healthcheck(instruction, escape)
    if instruction.form == "exec":
        return _items(text, 0)
    if instruction.keyword in _WHOLE:
        return (Word(text.text, unquote(text.text, escape), text.whole),) if text.text else ()
    quoted = instruction.keyword in _QUOTED
    pieces = split_quoted(text.text, escape) if quoted else split_blanks(text.text)
    return tuple(Word(piece.value, unquote(piece.value, escape), text.span(piece.start, piece.end)) for piece in pieces)


def _items(text: Text, start: int) -> tuple[Word, ...]:
    """Items of a JSON form that begins at an index."""
    body = text.text[start:]
    return tuple(
        Word(body[item.start : item.end], item.value, text.span(start + item.start - 1, start + item.end + 1))
        for item in json_strings(body) or ()
    )


def _healthcheck(instruction: Instruction, escape: str) -> tuple[Word, ...]:
    text = instruction.text
    if not text.text:
        return ()
    piece = own_split(text.text)
    kind = Word(piece.keyword, piece.keyword, text.span(0, len(piece.keyword)))
    if instruction.form == "exec":
        return (kind, *_items(text, text.text.index("[", piece.rest)))
    rest = text.cut(piece.rest)
    words = split_quoted(rest.text, escape)
    return (kind, *(Word(w.value, unquote(w.value, escape), rest.span(w.start, w.end)) for w in words))


def pairs(instruction: Instruction, escape: str = "\\") -> tuple[Pair, ...]:
    """Names and values of ENV, LABEL and ARG, read once; words that BuildKit would refuse are left out.

    Args:
        instruction: an ENV, LABEL or ARG.
        escape: the file's escape character.
    """
    known: tuple[Pair, ...] | None = instruction.__dict__.get("pairs")
    if known is None:
        known = instruction.__dict__["pairs"] = _pairs(instruction, escape)
    return known


def _pairs(instruction: Instruction, escape: str) -> tuple[Pair, ...]:
    text = instruction.text
    pieces = list(split_quoted(text.text, escape))
    if pieces and instruction.keyword != "ARG" and "=" not in pieces[0].value:
        return _legacy(text, escape)
    return tuple(pair for piece in pieces if (pair := _pair(text, piece, escape)))


def _pair(text: Text, piece: Piece, escape: str) -> Pair | None:
    name, equals, value = piece.value.partition("=")
    if not name:
        return None
    middle = piece.start + len(name)
    name_span = text.span(piece.start, middle)
    if not equals:
        return Pair(unquote(name, escape), None, name_span, False)
    word = Word(value, unquote(value, escape), text.span(middle + 1, piece.end))
    return Pair(unquote(name, escape), word, name_span, False)


def _legacy(text: Text, escape: str) -> tuple[Pair, ...]:
    """`ENV name value`: the value is the rest of the line."""
    piece = own_split(text.text)
    if piece.rest >= len(text.text):
        return ()
    rest = text.cut(piece.rest)
    value = Word(rest.text, unquote(rest.text, escape), rest.whole)
    return (Pair(unquote(piece.keyword, escape), value, text.span(0, len(piece.keyword)), True),)
