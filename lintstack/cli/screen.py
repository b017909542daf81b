"""How text may look on standard output."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lintstack.report import Style


def style_of(color: str) -> Style:
    """Colours for standard output: what `--color` asks for, else NO_COLOR, FORCE_COLOR, or a terminal."""
    from lintstack.report import Style

    terminal = sys.stdout is not None and sys.stdout.isatty()
    forced = bool(os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"))
    wanted = {"always": True, "never": False}.get(color, forced or (terminal and os.environ.get("TERM") != "dumb"))
    if os.environ.get("NO_COLOR") and color != "always":
        wanted = False
    return Style(wanted, _columns() if terminal else 0, wanted and terminal)


def _columns() -> int:
    from shutil import get_terminal_size

    return get_terminal_size().columns
