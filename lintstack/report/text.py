"""The one way of foreign text into a text report: no control characters, no commands to a CI runner."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

MESSAGE_LIMIT = 400

# C0, DEL, C1, soft hyphen, bidi controls, zero-width and line separators, BOM, annotations, tags, lone surrogates.
_HIDDEN = (
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
# GitHub, Azure Pipelines and TeamCity take commands from anywhere in a line.
_COMMAND = r"(?i:##(?=(?:vso|teamcity)?\[))"


@cache
def hidden() -> re.Pattern[str]:
    """One character that must not reach a terminal or a log as it is."""
    return re.compile(_HIDDEN)


@cache
def command() -> re.Pattern[str]:
    """The two signs in front of a CI runner's command."""
    return re.compile(_COMMAND)


def escape(character: str) -> str:
    r"""A character as `\xNN`, `\uNNNN` or `\UNNNNNNNN`; a byte that was not UTF-8 as that byte."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # PEP 383
        code -= 0xDC00
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def safe(text: str) -> str:
    """Text from a file, a name or an exception as one harmless line."""
    if not text.isprintable():
        text = hidden().sub(lambda found: escape(found[0]), text)
    return _without_commands(text)


def message(text: str) -> str:
    """`safe` text of at most `MESSAGE_LIMIT` characters."""
    shown = safe(text[: MESSAGE_LIMIT + 1])
    return shown if len(shown) <= MESSAGE_LIMIT else shown[: MESSAGE_LIMIT - 1] + "…"


def page(lines: Iterable[str]) -> str:
    """Lines as the text of a report; pieces that are harmless alone cannot become a command together."""
    return "".join(f"{_without_commands(line)}\n" for line in lines)


def carried(text: str) -> str:
    """Text for JSON: as it is, but for lone surrogates, which strict parsers refuse."""
    if text.isascii():
        return text
    return "".join(escape(c) if "\ud800" <= c <= "\udfff" else c for c in text)


def json_text(value: object, **layout: Any) -> str:
    """ASCII JSON in which no CI runner finds a command; it decodes to what it was made from.

    Args:
        value: plain data.
        layout: `json.dumps`' own arguments about blanks and order.
    """
    import json

    text = json.dumps(value, ensure_ascii=True, allow_nan=False, **layout)
    return command().sub(r"#\\u0023", text) if "##" in text else text


def _without_commands(text: str) -> str:
    if "##" in text:
        text = command().sub(r"#\\x23", text)
    if "::" in text and text.lstrip().startswith("::"):
        text = text.replace(":", "\\x3a", 1)
    return text
