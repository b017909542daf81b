"""Words of an instruction: blanks, quotes, flags and JSON arrays as BuildKit's line parsers read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lintstack.named import NamedTuple

# What Go's unicode.IsSpace accepts; Python's str.isspace has four control characters more.
SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
# What separates an instruction from its arguments, and most arguments from each other.
BLANK = "\t\v\f\r "
# What separates flags, which BuildKit reads byte by byte: of the blanks beyond ASCII these two alone end a flag.
_ASCII_SPACE = BLANK + "\n"
_FLAG_SPACE = _ASCII_SPACE + "\x85\xa0"
_BLANKS = re.compile(r"[\t\v\f\r ]+")
_SIMPLE_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Piece(NamedTuple):
    """A range of a text and what it says."""

    start: int
    end: int
    value: str


def split_blanks(text: str) -> Iterator[Piece]:
    """Blank-separated words: quotes mean nothing."""
    start = 0
    for gap in _BLANKS.finditer(text):
        if gap.start() > start:
            yield Piece(start, gap.start(), text[start : gap.start()])
        start = gap.end()
    if start < len(text):
        yield Piece(start, len(text), text[start:])


@cache
def _word(escape: str) -> re.Pattern[str]:
    """A word whose quotes and escapes may hold blanks; an open quote runs to the end of the text."""
    e = re.escape(escape)
    plain = rf"[^{SPACE}'\"{e}]++"
    double = rf'"[^"{e}]*+(?:{e}(?s:.)[^"{e}]*+)*+(?:"|{e}?\Z)'
    return re.compile(rf"(?:{plain}|'[^']*+(?:'|(?P<open>\Z))|{double}|{e}(?s:.)?)++")


def split_quoted(text: str, escape: str) -> Iterator[Piece]:
    """Words with their quotes kept, as for ENV, LABEL and ARG."""
    for match in _word(escape).finditer(text):
        start, end = match.span()
        if end == len(text) and match.group("open") is None and _dangling(text, start, escape):
            end -= 1
        if end > start:
            yield Piece(start, end, text[start:end])


def _dangling(text: str, start: int, escape: str) -> bool:
    """Whether the text ends in an escape character with nothing to escape: BuildKit drops it."""
    return (len(text) - max(start, len(text.rstrip(escape)))) % 2 == 1


def unquote(text: str, escape: str) -> str:
    """A word without its quotes and escapes; as written where a quote stays open."""
    if escape not in text and '"' not in text and "'" not in text:
        return text
    out: list[str] = []
    index, size = 0, len(text)
    while index < size:
        char = text[index]
        if char == "'":
            end = text.find("'", index + 1)
            if end < 0:
                return text
            out.append(text[index + 1 : end])
            index = end + 1
        elif char == '"':
            index = _double_quoted(text, index + 1, escape, out)
            if index < 0:
                return text
        elif char == escape:
            out.append(text[index + 1 : index + 2])
            index += 2
        else:
            out.append(char)
            index += 1
    return "".join(out)


def _double_quoted(text: str, index: int, escape: str, out: list[str]) -> int:
    """Append what stands between double quotes; index behind them, -1 when they stay open."""
    while index < len(text):
        char = text[index]
        if char == '"':
            return index + 1
        if char == escape and index + 1 < len(text) and text[index + 1] in ('"', "$", escape):
            index += 1
            char = text[index]
        out.append(char)
        index += 1
    return -1


class FlagPiece(NamedTuple):
    """The range of a flag, what it says, and the characters that stand before each quote and escape left out."""

    start: int
    end: int
    value: str
    gaps: tuple[int, ...]


def split_flags(text: str) -> tuple[list[FlagPiece], int]:
    """The `--flag` words at the start, unquoted, and the index at which the arguments begin.

    The escape character is always the backslash here, whatever the directive says. `--` ends the flags.
    """
    flags: list[FlagPiece] = []
    index = 0
    while True:
        while index < len(text) and text[index] in _ASCII_SPACE:
            index += 1
        if not text.startswith("--", index):
            return flags, index
        start = index
        end, value, quoted, gaps = _flag(text, index)
        # The last byte of U+0085 or U+00A0 is the blank that has ended the flag.
        index = end + (text[end : end + 1] in ("\x85", "\xa0"))
        if value == "--":
            return flags, index
        if value or quoted:
            flags.append(FlagPiece(start, end, value, gaps))


def _flag(text: str, index: int) -> tuple[int, str, bool, tuple[int, ...]]:
    """End of a flag that starts at `index`, its text without quotes and escapes, whether any of it was quoted, gaps."""
    out: list[str] = []
    gaps: list[int] = []
    quote, quoted = "", False
    while index < len(text):
        char = text[index]
        index += 1
        if not quote and char in _FLAG_SPACE:
            return index - 1, "".join(out), quoted, tuple(gaps)
        if char == quote:
            quote = ""
            gaps.append(len(out))
        elif not quote and char in "'\"":
            quote, quoted = char, True
            gaps.append(len(out))
        elif char == "\\":
            gaps.append(len(out))
            out.append(text[index : index + 1])
            index += 1
        else:
            out.append(char)
    return len(text), "".join(out), quoted, tuple(gaps)


@cache
def _json_string() -> re.Pattern[str]:
    return re.compile(r'[ \t\r\n]*"([^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*)"[ \t\r\n]*')


def json_strings(text: str) -> list[Piece] | None:
    """Items of a JSON array of strings (the range is that between the quotes); None when the text is none."""
    text = text.rstrip(" \t\r\n")
    if not text.startswith("[") or not text.endswith("]"):
        return None
    inner = text[1:-1]
    if not inner.strip(" \t\r\n"):
        return []
    items: list[Piece] = []
    index = 1
    while match := _json_string().match(text, index):
        items.append(Piece(match.start(1), match.end(1), _unescape(match.group(1))))
        index = match.end()
        if text[index] == ",":
            index += 1
        elif index == len(text) - 1:
            return items
        else:
            return None
    return None


def is_json_of_other_things(text: str) -> bool:
    """Whether the text is a JSON array that holds something else than strings: BuildKit refuses that."""
    import json

    if not text.startswith("[") or json_strings(text) is not None:
        return False
    try:
        return isinstance(json.loads(text, parse_constant=_refuse, parse_int=_number, parse_float=_number), list)
    except (ValueError, RecursionError):
        return False


def _refuse(name: str) -> None:
    raise ValueError(name)


def _number(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(digits)
    return number


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    return _json_escape().sub(_character, text)


@cache
def _json_escape() -> re.Pattern[str]:
    return re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")


def _character(match: re.Match[str]) -> str:
    """The character of a JSON escape; half a surrogate pair is U+FFFD, as Go decodes it."""
    text = match.group()
    if len(text) == 12:
        high, low = int(text[2:6], 16), int(text[8:], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    if text[1] == "u":
        code = int(text[2:], 16)
        return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)
    return _SIMPLE_ESCAPES.get(text[1], text[1])
