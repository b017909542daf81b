"""Where `lintstack` and `python -m lintstack` begin: what is settled before anything else is loaded."""

from __future__ import annotations

import atexit
import gc
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


if __name__ == "__main__":
    # `-m` puts the working directory first: a click.py in a linted tree would be run. With `-P` it does not.
    if not sys.flags.safe_path:
        del sys.path[0]
    main()
