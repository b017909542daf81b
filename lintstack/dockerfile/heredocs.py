"""Which here-documents an instruction opens, as BuildKit finds them."""

from __future__ import annotations

import re
from functools import cache

from lintstack.dockerfile.lex import Lexer, LexError, LexLimit
from lintstack.dockerfile.words import SPACE
from lintstack.named import NamedTuple

# Instructions that may hold here-documents.
HOLDERS = frozenset({"RUN", "COPY", "ADD"})


class Opening(NamedTuple):
    """`<<NAME` on an instruction's line; `word` is how it is written."""

    word: str
    name: str
    expand: bool
    strip_tabs: bool
    descriptor: int


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(r"([0-9]*)<<(-?)([^<]*)", re.DOTALL)


def openings(line: str) -> list[Opening]:
    """Here-documents that a logical line opens, in order.

    The escape character is the backslash whatever the directive says. A line with an open quote opens none.

    Raises: LexError when a name cannot be read, which BuildKit refuses; LexLimit when the line is nested too deeply.
    """
    if "<<" not in line:
        return []
    words = _words(line)
    return [opening for word in words if "<<" in word and (opening := _parse(word))]


def _words(line: str) -> list[str]:
    if not any(char in line for char in "'\"$\\"):
        return line.translate(_SPACES).split(" ")
    lexer = Lexer(line, raw_quotes=True, raw_escapes=True, keep_unset=True)
    lexer.budget = max(lexer.budget, 2 * len(line))
    try:
        return lexer.run()[1]
    except LexLimit:
        raise
    except LexError:
        return []


_SPACES = str.maketrans(dict.fromkeys(SPACE, " "))


def parse(word: str) -> Opening | None:
    """The here-document that one word opens; None when it opens none, or when its name cannot be read."""
    try:
        return _parse(word)
    except LexError:
        return None


def _parse(word: str) -> Opening | None:
    match = _opening().fullmatch(word)
    if not match or not match.group(3):
        return None
    names = Lexer(match.group(3), keep_unset=True).run()[1]
    if len(names) != 1:
        return None
    raw = Lexer(match.group(3), keep_unset=True, raw_quotes=True).run()[1]
    if len(raw) != 1:
        raise LexError("its name is quoted in a way that gives several words")
    expand = _quotes(names[0]) == _quotes(raw[0])
    return Opening(word, names[0], expand, match.group(2) == "-", int(match.group(1)[:9] or 0))


def _quotes(text: str) -> int:
    return text.count("'") + text.count('"')
