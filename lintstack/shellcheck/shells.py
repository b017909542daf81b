"""Which dialect a SHELL, a `#!` line or the command that reads a here-document asks for."""

from __future__ import annotations

from collections.abc import Sequence

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
    rest = list(words)
    if rest and _base(rest[0]) == "env":
        rest = [word for word in rest[1:] if word not in ("-S", "-i", "-") and "=" not in word]
    name = _base(rest[0]) if rest else ""
    if name == "busybox":
        rest = rest[1:]
        name = "ash" if rest and _base(rest[0]) in ("sh", "ash") else ""
    line = _DIALECTS.get(name, "")
    return Shell(f"{line} -e" if line and _stops_at_errors(rest[1:]) else line)


def shebang(line: str) -> Shell:
    """The shell of a script whose first line is `#!…`."""
    return shell_of(line[2:].split())


def _base(program: str) -> str:
    name = program.replace("\\", "/").rpartition("/")[2].lower()
    return name.removesuffix(".exe")


def _stops_at_errors(options: Sequence[str]) -> bool:
    """Whether `-e` is among a shell's options: then `cd` needs no `|| exit`."""
    for index, word in enumerate(options):
        if word == "errexit" and index and options[index - 1].endswith("o"):
            return True
        if word.startswith("-") and not word.startswith("--") and "e" in word:
            return True
    return False
