"""`python -m lintstack`, without trusting the folder it is started in."""

from __future__ import annotations

import os
import sys

# `-m` puts the working directory first: a file called click.py in a linted tree would be run.
if sys.path and sys.path[0] in ("", os.getcwd()):
    del sys.path[0]

from lintstack.cli import main

if __name__ == "__main__":
    main()
