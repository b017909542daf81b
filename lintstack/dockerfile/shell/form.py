"""What the line of a shell form needs the shell for."""

from __future__ import annotations

import re
from functools import cache

# Words that only a shell knows.
BUILTINS = frozenset(
    ". [ [[ case cd command eval export for if read set source test trap ulimit umask until while".split()
)


def shell_need(line: str) -> str:
    """What a line needs a shell for, as written (`$PORT`, `&&`, `cd`), "" when it is a program and its words."""
    first = line.split(None, 1)[0] if line.strip() else ""
    if first in BUILTINS:
        return first
    if re.match(r"[A-Za-z_]\w*+=", first):
        return first.partition("=")[0] + "=…"
    return next((match["need"] for match in _syntax().finditer(line) if match["need"]), "")


def leaves_shell(line: str) -> bool:
    """Whether the line puts a program in the place of its shell, with `exec`."""
    return _execs().search(line) is not None


@cache
def _syntax() -> re.Pattern[str]:
    """Quotes that hold nothing for a shell, and what only a shell understands."""
    harmless = r"""'[^']*+'|\\.|"(?:[^"\\$`]|\\.)*+"|"""
    variable = r"\$\{?[A-Za-z_]\w*+\}?|\$[{(0-9@*#?!$-]"
    operator = r"`|&&|\|\||\|&?|[;&<>()*?]|(?<!\S)~(?=[/\s]|$)"
    return re.compile(rf"{harmless}(?P<need>{variable}|{operator})", re.DOTALL)


@cache
def _execs() -> re.Pattern[str]:
    return re.compile(r"(?:^|&&|;|\|\||\n|\bthen\b|\belse\b)[^\S\n]*+exec\s")
