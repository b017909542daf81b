"""Which ShellCheck is run: the one of our own environment, else one on PATH that is no part of what is linted."""

from __future__ import annotations

import os
import sys

from lintstack.reader import inside

NAME = "shellcheck.exe" if os.name == "nt" else "shellcheck"


def program(root: str, path: str | None = None) -> str:
    """Absolute path of the program, "" when there is none.

    What is linted must never decide what is run: a folder of PATH that is relative, or that lies in the linted tree
    once its links are followed, does not count. Our own environment does wherever it lies, since this very code is
    loaded from there.

    Args:
        root: real path of the root of what is linted.
        path: folders to look in, as PATH lists them; None asks the environment.
    """
    own = os.path.join(os.path.dirname(os.path.abspath(sys.executable)), NAME) if sys.executable else ""
    if own and _runs(own):
        return own
    for folder in (os.environ.get("PATH", "") if path is None else path).split(os.pathsep):
        found = os.path.join(folder, NAME)
        if os.path.isabs(folder) and _runs(found) and not any(inside(real, root) for real in _reals(folder, found)):
            return found
    return ""


def _runs(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)


def _reals(folder: str, found: str) -> tuple[str, ...]:
    """Where a program lies: as written, its folder without links, itself without links."""
    return os.path.normpath(found), os.path.realpath(folder), os.path.realpath(found)
