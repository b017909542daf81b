"""Colours and hyperlinks of text reports."""

from __future__ import annotations

from lintstack.report import Style

# SGR codes by role; the severities are roles.
CODES = {"error": "1;31", "warning": "1;33", "info": "1;36", "frame": "1;34", "bold": "1", "good": "1;32", "dim": "2"}


def paint(style: Style, role: str, text: str) -> str:
    """Text in the colour of its role; "" is no role."""
    return f"\x1b[{CODES[role]}m{text}\x1b[0m" if style.color and role and text else text


def link(style: Style, url: str, text: str) -> str:
    """Text that leads to an address, where the terminal can do that (OSC 8)."""
    return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\" if style.links and url else text
