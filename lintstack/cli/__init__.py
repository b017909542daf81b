"""The command line: one module for each group of commands, loaded when one of them is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from lintstack.exits import guarded


def main() -> NoReturn:
    """Run the command line and exit; every way out has its exit code, none is a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(guarded(lambda: run(sys.argv[1:])))


def run(words: Sequence[str]) -> int:
    """Run a command line; returns its exit code.

    `lintstack check` with paths and no options is what commit hooks and most people say. It needs nothing of click,
    whose import alone is a third of linting one file.

    Args:
        words: the arguments, without the program's name.

    Raises:
        Refused: bad use, and other exceptions that `guarded` knows.
    """
    if words[:1] == ["check"] and not any(word[:1] == "-" for word in words) and not _is_completion():
        from lintstack.cli.lint import lint

        return lint({"paths": tuple(words[1:])})
    from lintstack.cli.shell import run_shell

    return run_shell(words)


def _is_completion() -> bool:
    """Whether a shell asks for completions: click answers."""
    return "_LINTSTACK_COMPLETE" in os.environ
