"""dockerfile-parse behind the front end: it gets a masked text in which it cannot go wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from lintstack.dockerfile.lines import Logical
from lintstack.dockerfile.words import BLANK
from lintstack.named import NamedTuple

# Ends a masked instruction so that a backslash before it is no continuation; never part of a value.
_END = "\x1a"
_MAX_CHARS = 64 * 1024


class Split(NamedTuple):
    """Keyword as written, and the index in the logical text at which what follows it begins."""

    keyword: str
    rest: int


def split(lines: Sequence[Logical], total: int) -> list[Split]:
    """Keyword and rest of each logical line.

    Args:
        lines: logical lines in order; here-document bodies lie between them.
        total: number of physical lines of the file.
    """
    entries = _structure(mask(lines, total))
    if len(entries) != len(lines):
        return [own_split(line.text.text) for line in lines]
    return [_agreed(line, entry) for line, entry in zip(lines, entries, strict=True)]


def mask(lines: Sequence[Logical], total: int) -> str:
    """A text with as many lines as the file in which every instruction stands where it does in the file.

    Each instruction is joined on its first line and continued up to its last by bare backslashes, so that blank
    and comment lines inside it, escapes at line ends and the end of the file cannot be misread. Comments and bodies
    of here-documents are blank lines.
    """
    out = [""] * total
    for line in lines:
        height = line.last - line.first
        text = line.text.text if len(line.text.text) <= _MAX_CHARS else line.text.text[:_MAX_CHARS]
        out[line.first] = f"{text} {_END}" + ("\\" if height else "")
        if height:
            out[line.first + 1 : line.last] = ["\\"] * (height - 1)
    return "\n".join(out) + "\n"


def _structure(masked: str) -> list[dict[str, Any]]:
    from io import BytesIO

    from dockerfile_parse import DockerfileParser

    parser = DockerfileParser(fileobj=BytesIO(masked.encode("utf-8", "replace")), env_replace=False)
    structure: list[dict[str, Any]] = parser.structure
    return structure


def _agreed(line: Logical, entry: dict[str, Any]) -> Split:
    """What dockerfile-parse says where it agrees with BuildKit's reading, else BuildKit's reading."""
    text = line.text.text
    keyword = text[: len(entry["instruction"])]
    value = entry["value"].removesuffix(_END).rstrip(" ")
    rest = len(text) - len(value)
    agrees = (
        keyword.upper() == entry["instruction"]
        and (entry["startline"], entry["endline"]) == (line.first, line.last)
        and text.endswith(value)
        and not text[len(keyword) : rest].strip(BLANK)
    )
    return Split(keyword, rest) if agrees and (rest > len(keyword) or not value) else own_split(text)


@cache
def _keyword() -> re.Pattern[str]:
    return re.compile(rf"([^{BLANK}]*+)[{BLANK}]*+")


def own_split(text: str) -> Split:
    """BuildKit's reading: the keyword ends at the first blank that separates words."""
    match = _keyword().match(text)
    return Split(match.group(1), match.end()) if match else Split("", 0)
