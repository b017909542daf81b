"""The variables in a text that BuildKit expands, each with its place."""

from __future__ import annotations

from contextlib import suppress

from lintstack.dockerfile.lex import MAX_TEXT, Lexer, LexError
from lintstack.named import NamedTuple


class Reference(NamedTuple):
    """A `$NAME` or `${NAME…}`.

    Attributes:
        name: the variable.
        modifier: what follows the name: `-`, `+`, `?`, `#`, `%` or `/` (with or without a colon), "" for nothing.
        start, end: offsets in the text.
    """

    name: str
    modifier: str
    start: int
    end: int


def references(text: str, escape: str = "\\") -> list[Reference]:
    """The variables of a text, by BuildKit's rules for quotes and escapes; of one that it refuses, the first ones.

    Args:
        text: the word or words; longer than 64 KB, nothing is read.
        escape: the file's escape character.
    """
    found: list[Reference] = []
    if "$" not in text or len(text) > MAX_TEXT:
        return found

    def look(name: str) -> str:
        end = lexer.index
        plain = end - len(name) - 1
        start = plain if text.startswith(f"${name}", plain) else text.rfind(f"${{{name}", 0, end)
        found.append(Reference(name, lexer.modifier, max(0, start), end))
        return ""

    lexer = Lexer(text, escape, look)
    with suppress(LexError):
        lexer.run()
    return sorted(found, key=lambda reference: reference.start)
