"""Words of a shell without their quotes, each character with its place."""

from __future__ import annotations

import re
from functools import cache

from lintstack.dockerfile.nodes import Text

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}
_CLOSERS = {"(": ")", "{": "}", '"': '"', "`": "`"}


def word_value(written: str) -> str:
    """A shell word without its quotes and escapes; expansions stay as they are written."""
    if '"' not in written and "'" not in written and "\\" not in written:
        return written
    inner = written[1:-1]
    if written[0] in "'\"" and written[-1] == written[0] and not any(char in inner for char in "'\"\\$`"):
        return inner
    return "".join(written[index] for index in kept(written)) if "$'" not in written else _ansi(written)


def _ansi(written: str) -> str:
    """A word with `$'…'` in it; the common escapes are read, others stay."""
    out: list[str] = []
    indices = kept(written)
    for at, index in enumerate(indices):
        before = indices[at - 1] if at else -1
        escaped = written[index - 1] == "\\" and before < index - 1
        out.append(_ESCAPES.get(written[index], written[index]) if escaped else written[index])
    return "".join(out)


def unquoted(text: Text, start: int, end: int) -> Text:
    """The script in a quoted word, each of its characters with its place in the file.

    Args:
        text: the script that the word stands in.
        start: where the word begins in it.
        end: where it ends.
    """
    written = text.text[start:end]
    indices = kept(written)
    script = "".join(written[index] for index in indices)
    starts, places = [0], [text.offset(start + (indices[0] if indices else 0))]
    breaks = {begin for begin in text.pieces()[0] if start < begin < end}
    for at, index in enumerate(indices):
        if at and (index != indices[at - 1] + 1 or (breaks and start + index in breaks)):
            starts.append(at)
            places.append(text.offset(start + index))
    return Text(text.source, script, starts, places)


def kept(written: str) -> list[int]:
    """Indices of the characters that the shell leaves of a word when it removes quotes and escapes."""
    out: list[int] = []
    index, size = 0, len(written)
    while index < size:
        char = written[index]
        if char == "'":
            index = _single(written, index + 1, out)
        elif char == '"':
            index = _double(written, index + 1, out)
        elif char == "\\":
            if written[index + 1 : index + 2] not in ("", "\n"):
                out.append(index + 1)
            index += 2
        elif char == "$" and written[index + 1 : index + 2] == "'":
            index = _dollar_single(written, index + 2, out)
        elif char == "$" and written[index + 1 : index + 2] == '"':
            index += 1
        else:
            index = _expansion(written, index, out)
    return out


def _single(written: str, index: int, out: list[int]) -> int:
    end = written.find("'", index)
    end = len(written) if end < 0 else end
    out.extend(range(index, end))
    return end + 1


def _dollar_single(written: str, index: int, out: list[int]) -> int:
    while index < len(written) and written[index] != "'":
        index += written[index] == "\\"
        if index < len(written):
            out.append(index)
        index += 1
    return index + 1


def _double(written: str, index: int, out: list[int]) -> int:
    """Indices between double quotes; where they end."""
    size = len(written)
    while index < size and written[index] != '"':
        if written[index] == "\\" and index + 1 < size:
            if written[index + 1] not in '$`"\\\n':
                out.append(index)
            if written[index + 1] != "\n":
                out.append(index + 1)
            index += 2
        else:
            index = _expansion(written, index, out)
    return index + 1


def _expansion(written: str, index: int, out: list[int]) -> int:
    """Indices of `$(…)`, `${…}` or a substitution in backticks as it is written, or of one character; where it ends."""
    opener = written[index + 1 : index + 2] if written[index] == "$" else written[index]
    if opener in ("(", "{") and written[index] == "$":
        end = _closed(written, index + 2, opener)
    elif opener == "`":
        end = _closed(written, index + 1, opener)
    else:
        match = _plain().match(written, index + 1)
        end = match.end() if match else index + 1
    out.extend(range(index, end))
    return end


@cache
def _plain() -> re.Pattern[str]:
    """Characters that mean nothing to a shell's quoting."""
    return re.compile(r"[^'\"\\\\$`]*+")


def _closed(written: str, index: int, opener: str) -> int:
    """Where an expansion ends whose inner text begins at an index."""
    closers = [_CLOSERS[opener]]
    while index < len(written) and closers:
        char, closer = written[index], closers[-1]
        if char == closer:
            closers.pop()
        elif char == "\\":
            index += 1
        elif char == "'" and closer != '"':
            end = written.find("'", index + 1)
            index = len(written) if end < 0 else end
        elif char in '"`' or (char in "({" and (closer != '"' or written[index - 1] == "$")):
            closers.append(_CLOSERS[char])
        index += 1
    return min(index, len(written))
