"""The command line: one module for each group of commands, loaded when one of them is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from lintstack.exits import guarded, say_to_error


def main() -> NoReturn:
    """Run the command line and exit; every way out has its exit code, none is a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(guarded(lambda: run(sys.argv[1:])))


def run(words: Sequence[str]) -> int:
    """Run a command line; returns its exit code.

    `lintstack check` is read without click where nothing is to be explained.

    Args:
        words: the arguments, without the program's name.

    Raises:
        Refused: bad use, and other exceptions that `guarded` knows.
    """
    if words[:1] == ["check"] and "_LINTSTACK_COMPLETE" not in os.environ:
        from lintstack.cli.lint import lint
        from lintstack.cli.options import CHECK, read

        asked = read(words[1:], CHECK)
        if asked is not None:
            return _below_the_mark(lambda: lint(asked))
    from lintstack.cli.shell import run_shell

    return run_shell(words)


def _below_the_mark(work: Callable[[], int]) -> int:
    """What is said after an interruption begins below the `^C` that the terminal shows, as with click."""
    try:
        return work()
    except KeyboardInterrupt:
        say_to_error("")
        raise
