"""Ways out of the command line: exit codes, and what becomes of streams that take nothing more."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from lintstack import HOME

EXIT_CLEAN, EXIT_FINDINGS, EXIT_MISUSE, EXIT_EMPTY, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


class Refused(Exception):
    """Bad use: one sentence, exit 2."""

    def lines(self) -> list[str]:
        """What to say about it."""
        return [f"lintstack: {line}" for line in str(self).splitlines()]


class Misused(Refused):
    """A command line that cannot be understood; the text is click's, with the usage."""

    def lines(self) -> list[str]:
        return str(self).splitlines()


def guarded(run: Callable[[], object]) -> int:
    """The exit code of a run, after all that it says was taken by the streams, or given up."""
    try:
        return _finished(run)
    except Refused as error:
        _say(error)
    except KeyboardInterrupt:
        _say(Refused("interrupted"))
        return EXIT_INTERRUPTED
    except (BrokenPipeError, SystemExit):
        pass  # the reader went away (`| head`), which click turns into SystemExit: nothing more can be said
    except Exception as error:
        _failed(error)
    _settle(sys.stdout)
    return EXIT_MISUSE


def _finished(run: Callable[[], object]) -> int:
    """The exit code of a run that came to its end.

    Raises:
        Refused: standard output did not take the report.
    """
    result = run()
    _flush()
    return result if isinstance(result, int) else EXIT_CLEAN


def say_to_output(text: str) -> None:
    """Hand a report to standard output; it takes all of it, or the run fails."""
    if sys.stdout is None:
        raise Refused("the report could not be written: standard output is closed")
    with _written():
        sys.stdout.write(text)
    _flush()


def _flush() -> None:
    with _written():
        if sys.stdout is not None:
            sys.stdout.flush()


@contextmanager
def _written() -> Iterator[None]:
    """Turns a failure of standard output into bad news for the user; behind a broken pipe there is no user."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Refused(f"the report could not be written: {error.strerror}") from error


def _settle(stream: IO[str] | None) -> None:
    """Let a stream that is lost swallow what it still holds: Python would flush it at exit and exit with 120."""
    try:
        if stream is not None:
            stream.flush()
    except OSError:
        assert stream
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def say_to_error(line: str) -> None:
    """Print a line for people, if there is somebody to read it."""
    if sys.stderr is not None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def _say(error: Refused) -> None:
    """Print what went wrong. What was typed is repeated, and hooks type names of files."""
    from lintstack.report.text import safe

    try:
        for line in error.lines():
            say_to_error(safe(line))
    except OSError:
        _settle(sys.stderr)


def _failed(error: Exception) -> None:
    """Say in one sentence what stopped the run: bad use in the user's words, anything else as our own mistake."""
    from lintstack.config import ConfigError
    from lintstack.project import UsageError
    from lintstack.rules import PageError
    from lintstack.selection import UnknownRule

    if isinstance(error, ConfigError | UsageError | PageError | UnknownRule):
        _say(Refused(str(error)))
    elif os.environ.get("LINTSTACK_DEBUG"):
        raise error
    elif isinstance(error, OSError):
        _say(Refused(f"the run could not be finished: {error.strerror or type(error).__name__}"))
    else:
        name = type(error).__name__
        _say(Refused(f"internal error ({name}); LINTSTACK_DEBUG=1 shows where. Please report it: {HOME}/issues"))
