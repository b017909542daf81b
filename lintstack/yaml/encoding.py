"""Bytes to text, and the characters that make a file look different from what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lintstack.findings import Finding, diagnostic
from lintstack.source import Source, Span

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF32_BOMS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
# What a YAML reader refuses: C0 but tab and line ends, DEL, C1 but NEL, surrogates, the two noncharacters.
_FORBIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
_HIDDEN = (
    "[\x85\u00ad\u061c\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0001-\U000e007f]"
    "|(?:(?<=\n)|(?<=\r)|\\A)[ \t]*[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]"
)
_KINDS = {
    "\x85": "ends the line for YAML, but not in most editors",
    "\u2028": "ends the line for YAML, but not in most editors",
    "\u2029": "ends the line for YAML, but not in most editors",
}
_MOST_HIDDEN = 100


@cache
def _forbidden() -> re.Pattern[str]:
    return re.compile(_FORBIDDEN)


@cache
def _hidden() -> re.Pattern[str]:
    return re.compile(_HIDDEN)


def decode(data: bytes, path: str, real: str) -> Source | Finding:
    """Text of a compose, YAML or env file.

    Args:
        data: the file's bytes; a UTF-8 byte order mark is dropped and remembered.
        path: path for reports.
        real: absolute path on disk.

    Returns:
        The source, or a `yaml-encoding` finding at the first byte that is not UTF-8 text.
    """
    if data.startswith(_UTF32_BOMS):
        return _refusal("", path, real, "the file is UTF-32; save it as UTF-8")
    if data.startswith(_UTF16_BOMS):
        return _refusal("", path, real, "the file is UTF-16; save it as UTF-8")
    bom = data.startswith(_UTF8_BOM)
    body = data[3:] if bom else data
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8")
        offset = error.start + (3 if bom else 0)
        message = f"byte {offset} (0x{body[error.start]:02x}) is not UTF-8; save as UTF-8"
        return _refusal(before, path, real, message, b"\n" in body)
    return _control_character(text, path, real, bom) or Source(path, text, real, bom)


def _control_character(text: str, path: str, real: str, bom: bool) -> Finding | None:
    found = None if all(map(str.isprintable, text.split("\n"))) else _forbidden().search(text)
    if found is None:
        return None
    offset = len(text[: found.start()].encode("utf-8")) + (3 if bom else 0)
    message = f"control character {_name(found[0])} at byte {offset}; remove it"
    return _refusal(text[: found.start()], path, real, message, "\n" in text)


def _refusal(before: str, path: str, real: str, message: str, line_feeds: bool = True) -> Finding:
    """A finding at the end of the text that could be read; `line_feeds`: whether the file's lines end in LF."""
    source = Source(path, before + "\n" * line_feeds, real)
    return diagnostic("yaml-encoding", message, Span(source, len(before), len(before)))


def _name(character: str) -> str:
    return f"U+{ord(character):04X}"


def hidden_characters(source: Source) -> Iterator[Finding]:
    """One finding per line with a character that a reader of the file cannot see or that reorders what is seen."""
    if source.text.isascii():
        return
    lines: set[int] = set()
    for found in _hidden().finditer(source.text):
        offset = found.end() - 1
        line = source.position(offset)[0]
        if line in lines or _joins_emoji(source.text, offset):
            continue
        if len(lines) == _MOST_HIDDEN:
            return
        lines.add(line)
        yield _finding(source, offset)


def _joins_emoji(text: str, offset: int) -> bool:
    """U+200D between two symbols is part of one emoji."""
    return (
        text[offset] == "\u200d" and offset > 0 and text[offset - 1] >= "\u2190" and text[offset + 1 :][:1] >= "\u2190"
    )


def _finding(source: Source, offset: int) -> Finding:
    character = source.text[offset]
    why = _KINDS.get(character, "cannot be seen")
    return diagnostic(
        "hidden-characters", f"hidden character {_name(character)} {why}; remove it", Span(source, offset, offset + 1)
    )
