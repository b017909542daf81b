"""`python -m lintstack`, without trusting the folder it is started in."""

from __future__ import annotations

import sys

# `-m` puts the working directory first: a file called click.py in a linted tree would be run. With `-P` it does not.
if not sys.flags.safe_path:
    del sys.path[0]

from lintstack.cli import main

if __name__ == "__main__":
    main()
