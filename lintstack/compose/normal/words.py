"""A command given as a string, taken apart into words as Compose does it: quotes and backslashes, no variables."""

from __future__ import annotations

from collections.abc import Iterator

_BLANKS = " \t\r\n"
# Where Compose stops reading without a word: it takes the string for one simple command.
_ENDS = ";&|<>"
_ESCAPED = {"t": "\t", "n": "\n"}


def split_words(text: str) -> Iterator[tuple[str, int, int]]:
    """Words of a command line, each with the offsets of its own text.

    A line that Compose refuses (an open quote) gives the words as far as they go.
    """
    at = 0
    while at < len(text):
        if text[at] in _BLANKS:
            at += 1
            continue
        word, end, stopped = _word(text, at)
        if word is not None:
            yield word, at, end
        if stopped:
            return
        at = end


def _word(text: str, start: int) -> tuple[str | None, int, bool]:
    """The word at an offset (None: there is none), the offset behind it, and whether the command ends there."""
    out: list[str] = []
    at, quoted = start, False
    while at < len(text) and text[at] not in _BLANKS:
        character = text[at]
        if character in _ENDS:
            digits = character == ">" and "".join(out)[:1].isdigit()
            return (None if digits or not (out or quoted) else "".join(out)), at, True
        if character in "\"'":
            found, at = _quoted(text, at)
            quoted = True
        elif character == "\\":
            found, at = _ESCAPED.get(text[at + 1 : at + 2], text[at + 1 : at + 2]), at + 2
        elif text.startswith("`", at) or text.startswith("$(", at):
            found, at = _substitution(text, at)
        else:
            found, at = character, at + 1
        out.append(found)
    return "".join(out), min(at, len(text)), False


def _quoted(text: str, start: int) -> tuple[str, int]:
    """What stands between quotes; a backslash means itself in single ones."""
    quote, at = text[start], start + 1
    out: list[str] = []
    while at < len(text) and text[at] != quote:
        if text[at] == "\\" and quote == '"':
            at += 1
            out.append(_ESCAPED.get(text[at : at + 1], text[at : at + 1]))
        else:
            out.append(text[at])
        at += 1
    return "".join(out), at + 1


def _substitution(text: str, start: int) -> tuple[str, int]:
    """A substitution, which is not run: one stretch with its blanks."""
    end = text.find("`" if text[start] == "`" else ")", start + 1)
    end = len(text) if end < 0 else end + 1
    return text[start:end], end
