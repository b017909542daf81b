"""Which dialect a SHELL, a `#!` line or the command that reads a here-document asks for."""

from __future__ import annotations

from collections.abc import Sequence

from lintstack.dockerfile.shell.interpreters import shell_call, started
from lintstack.named import NamedTuple

# Interpreters that ShellCheck knows, by the line that makes it take their dialect. Alpine's ash is BusyBox.
_DIALECTS = {
    "sh": "/bin/sh",
    "bash": "/bin/bash",
    "dash": "/bin/dash",
    "ksh": "/bin/ksh",
    "ash": "/bin/busybox sh",
}


class Shell(NamedTuple):
    """What a script runs in.

    Attributes:
        line: what follows `#!`; "" for an interpreter whose scripts ShellCheck cannot read.
    """

    line: str

    @property
    def name(self) -> str:
        """The dialect in one word."""
        return self.line.partition(" -")[0].rpartition("/")[2]


DEFAULT = Shell("/bin/sh")
BUSYBOX = Shell(_DIALECTS["ash"])  # sh of Alpine
UNREADABLE = Shell("")


def shell_of(words: Sequence[str]) -> Shell:
    """The shell that a command starts.

    Args:
        words: program and options, such as those of SHELL: `/bin/bash -eo pipefail -c`.
    """
    name, *options = started(words) or ("",)
    if name == "busybox":
        name, *options = started(options) or ("",)
        name = "ash" if name in ("sh", "ash") else ""
    line = _DIALECTS.get(name, "")
    # With `-e`, `cd` needs no `|| exit`.
    return Shell(f"{line} -e" if line and shell_call((name, *options)).errexit else line)


def shebang(line: str) -> Shell:
    """The shell of a script whose first line is `#!…`."""
    return shell_of(line[2:].split())
