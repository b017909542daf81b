"""Where `lintstack` and `python -m lintstack` begin: what is settled before anything else is loaded."""

from __future__ import annotations

import atexit
import gc
import os
import sys

COLLECT_AFTER = 2_000_000  # more objects made than freed, some 200 MB: only what is very large is ever tidied up


def main() -> None:
    """Run the command line and exit.

    What is loaded lives until the end, and stacks are taken apart when their rules have run: to look for cycles while
    modules load, and among everything once more on the way out, would take a fifth of a run over one file.
    """
    gc.set_threshold(COLLECT_AFTER)
    atexit.register(gc.freeze)
    from lintstack.cli import main as run

    run()


def program() -> None:
    """`main` for a process of its own, which Python need not take apart: a twentieth of a run over one file."""
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, int) and _flushed():
            os._exit(end.code)
        raise


def _flushed() -> bool:
    """Whether the streams took all that was said; of one that did not, Python has its own way to speak."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        return False
    return True


if __name__ == "__main__":
    # `-m` puts the working directory first: a click.py in a linted tree would be run. With `-P` it does not.
    if not sys.flags.safe_path:
        del sys.path[0]
    program()
