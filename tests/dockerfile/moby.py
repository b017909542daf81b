"""Moby's own parser (the PyPI package `dockerfile`) as an oracle, and our reading in its terms.

The oracle embeds a BuildKit that is older than the one we follow, and its binding tells less than the parser knows:

1. `# check=` is a directive today: it does not end the directives. Then it was a comment.
2. Text behind a JSON array makes a shell form today; then it was ignored.
3. `${V#p}`, `${V%p}`, `${V/a/b}`, `${V-x}`, `${V+x}` and `${V?x}` on a line that opens a here-document are read
   today; then no here-document was seen.
4. Unicode blanks before the name of a directive are skipped today; then only those of a regex were.
5. Flags are read byte by byte, and each byte becomes a character (`é` is `Ã©`): we keep the text. A flag that holds the
   byte 0x85 or 0xA0 inside a character (as `à` does) is cut in two there; we cut at U+0085 and U+00A0 alone.
6. The type of a HEALTHCHECK is cut off at the same two bytes; that leaves texts which the binding cannot decode.
7. The binding stops at a NUL, and leaves out the here-documents of an ONBUILD, though their lines are read.

`as_then` undoes 1 to 4 in our reader, and `rows` what is regular about the others; `beyond` tells the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeAlias
from unittest.mock import patch

from lintstack.dockerfile import heredocs, lex, lines, refusals, syntax, words
from lintstack.dockerfile.refusals import KEYWORDS
from lintstack.dockerfile.syntax import Dockerfile, Instruction, pairs
from lintstack.dockerfile.words import BLANK, Piece
from lintstack.source import Source

Bodies: TypeAlias = tuple[tuple[str, int, str], ...]
Row: TypeAlias = tuple[str, str | None, bool, int, int, tuple[str, ...], tuple[str, ...], Bodies]

_array, _foreign = words.json_strings, words.is_json_of_other_things


class _OldLexer(lex.Lexer):
    """The lexer before it knew the modifiers of difference 3."""

    def _modified(self, name: str) -> str:
        sign = self.text[self.index : self.index + 1]
        if (sign and sign in "#%/+-?") or (sign == ":" and self.text[self.index + 1 : self.index + 2] not in "+-?"):
            raise lex.LexError("not known then")
        return super()._modified(name)


def _old_array(text: str) -> list[Piece] | None:
    """The items of an array whatever follows it."""
    found = _array(text)
    if found is None and text.startswith("["):
        return next((found for part in _parts(text) if (found := _array(part)) is not None), None)
    return found


def _old_foreign(text: str) -> bool:
    """Whether a text begins with an array of other things than strings."""
    return text.startswith("[") and any(map(_foreign, _parts(text)))


def _parts(text: str) -> Iterator[str]:
    """What stands before each of the first brackets that may close an array."""
    return (text[: match.end()] for match, _ in zip(re.finditer(r"\]", text), range(50), strict=False))


@contextmanager
def as_then() -> Iterator[None]:
    """Our reader with the differences 1 to 4 undone."""
    old = lines._directive_name().pattern.replace(f"#[{words.SPACE}]*+", r"#[ \t\r\f\n]*+")
    with ExitStack() as stack:
        stack.enter_context(patch.object(syntax, "json_strings", _old_array))
        stack.enter_context(patch.object(words, "json_strings", _old_array))
        stack.enter_context(patch.object(refusals, "is_json_of_other_things", _old_foreign))
        stack.enter_context(patch.object(lines, "DIRECTIVES", frozenset({"syntax", "escape"})))
        stack.enter_context(patch.object(lines, "_directive_name", lambda: re.compile(old)))
        stack.enter_context(patch.object(heredocs, "Lexer", _OldLexer))
        yield


def rows(parsed: Dockerfile) -> list[Row]:
    """Our reading in the oracle's terms."""
    return [_row(parsed, instruction) for instruction in parsed.instructions]


def _row(parsed: Dockerfile, instruction: Instruction) -> Row:
    inner = instruction.trigger or instruction
    position = parsed.source.position
    flags = tuple(f"--{f.name}" + ("" if f.value is None else f"={f.value}") for f in instruction.flags)
    bodies = () if instruction.keyword == "ONBUILD" else instruction.heredocs
    trigger = instruction.trigger.keyword if instruction.trigger else None
    first, last = position(instruction.span.start)[0], position(instruction.span.end)[0]
    values = _values(inner, parsed.escape)
    told = tuple((body.name, body.descriptor, body.body.text) for body in bodies)
    return instruction.keyword, trigger, inner.form == "exec", first, last, tuple(map(_bytes, flags)), values, told


def _bytes(flag: str) -> str:
    return flag.encode("utf-8", "surrogateescape").decode("latin-1")


def _values(instruction: Instruction, escape: str) -> tuple[str, ...]:
    keyword, text = instruction.keyword, instruction.text.text
    if keyword not in KEYWORDS:
        return ("",)
    if keyword == "ONBUILD":
        return ()
    if keyword == "HEALTHCHECK":
        return _health(instruction)
    if instruction.form == "exec":
        return tuple(word.value for word in instruction.args)
    if keyword in ("RUN", "CMD", "ENTRYPOINT", "SHELL"):
        return (text,) if text else ()
    if keyword in ("ENV", "LABEL"):
        found = [(pair, pair.value.text) for pair in pairs(instruction, escape) if pair.value]
        return tuple(part for pair, value in found for part in (joined(pair.name_span.text), value))
    return tuple(word.text for word in instruction.args)


def joined(text: str) -> str:
    """A text with its continuations joined, whichever escape character they use."""
    return re.sub(r"[\\`][ \t]*\r*\n(?:\s*(?:#[^\n]*)?\n)*", "", text)


def _health(instruction: Instruction) -> tuple[str, ...]:
    found = instruction.args
    if not found or instruction.form == "exec":
        return tuple(word.value for word in found)
    rest = instruction.text.text[len(found[0].text) :].strip(BLANK)
    return (found[0].text, rest) if rest else (found[0].text,)


def compared(text: str) -> tuple[Dockerfile, list[Row] | None] | None:
    """Our reading, and the oracle's (None when it refuses the file); None where one of the differences 5 to 7 shows."""
    if beyond(text):
        return None
    try:
        found = oracle(text)
    except UnicodeDecodeError:
        return None
    parsed = syntax.parse(Source("Dockerfile", text))
    return None if cut_in_two(parsed, found) else (parsed, found)


def agree(parsed: Dockerfile, found: list[Row] | None) -> bool:
    """Whether we read a file as the oracle does; what it refuses has a problem."""
    return bool(parsed.problems) if found is None else rows(parsed) == found


def oracle(text: str) -> list[Row] | None:
    """The oracle's reading; None when it refuses the file.

    Raises: UnicodeDecodeError when it cuts a character in two (difference 6).
    """
    import dockerfile

    try:
        found = dockerfile.parse_string(text)
    except dockerfile.GoParseError:
        return None
    return [_oracle_row(command) for command in found if command.cmd]


def _oracle_row(command: Any) -> Row:
    told = tuple((body.name, body.file_descriptor, body.content) for body in command.heredocs)
    trigger = command.sub_cmd.upper() if command.sub_cmd else None
    keyword, values = (trigger or command.cmd.upper()), command.value
    if keyword == "ONBUILD":
        # ONBUILD of ONBUILD is refused: what the inner one says does not matter.
        values = ()
    if keyword in ("ENV", "LABEL"):
        # A blank name is refused later on: we leave the pair out.
        found = zip(values[::2], values[1::2], strict=True)
        values = tuple(part for pair in found if pair[0] for part in pair)
    where = command.start_line, command.end_line
    return command.cmd.upper(), trigger, command.json, *where, command.flags, values, told


def beyond(text: str) -> bool:
    """Whether the oracle cannot be asked about a text, or its lines are not told apart at LF (difference 7)."""
    return "\0" in text or ("\r" in text and "\n" not in text)


def cut_in_two(parsed: Dockerfile, found: list[Row] | None) -> bool:
    """Whether a flag shows difference 5."""
    source = parsed.source.text
    for instruction in parsed.instructions:
        inner = instruction.trigger.flags if instruction.trigger else ()
        for flag in (*instruction.flags, *inner):
            behind = source[flag.span.end : flag.span.end + 1]
            if any(_is_cut(char) for char in set(flag.text.text) | set(behind)):
                return True
    return any(_is_part(flag) for row in found or () for flag in row[5])


def _is_cut(char: str) -> bool:
    return char > "\x7f" and not {0x85, 0xA0}.isdisjoint(char.encode("utf-8", "surrogateescape")[1:])


def _is_part(flag: str) -> bool:
    """Whether the bytes of a flag are no text."""
    try:
        flag.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
