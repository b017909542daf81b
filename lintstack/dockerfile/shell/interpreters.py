"""Which shell reads a script, with which options, and where the script is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import dropwhile

from lintstack.named import NamedTuple

SHELLS = frozenset({"sh", "bash", "ash", "dash", "ksh", "ksh93", "mksh", "zsh", "busybox"})
# Those that take `-c script`; busybox is one by way of its first argument.
READERS = SHELLS - {"busybox"}
_LONG_VALUED = frozenset({"--rcfile", "--init-file", "--emulate"})
_STDIN = frozenset({"-", "/dev/stdin", "/proc/self/fd/0"})


class ShellCall(NamedTuple):
    """How a shell is started.

    Attributes:
        script: index of the word with the script of `-c`, -1 without.
        file: index of the word that names a file to run, -1 without.
        inline: whether `-c` is given.
        pipefail: whether the left side of a pipe may fail unnoticed (False), may not (True), or nothing is said (None).
        errexit: whether the script ends at the first command that fails; None when nothing is said.
    """

    script: int
    file: int
    inline: bool
    pipefail: bool | None
    errexit: bool | None

    @property
    def from_input(self) -> bool:
        """Whether the script comes from standard input (a here-document, a pipe)."""
        return not self.inline and self.file < 0


def base_name(program: str) -> str:
    """Last part of a program's path; all of it as written where a variable is in that part."""
    if "/" not in program and "\\" not in program:
        return program
    name = program.replace("\\", "/").rpartition("/")[2]
    unknown = ("$" in program or "`" in program) and any(char in name for char in "$`(){}")
    return program if unknown else name


def is_posix(shell: Sequence[str]) -> bool:
    """Whether the words of a SHELL name a shell of the Bourne family."""
    return interpreter(shell) in SHELLS if shell else False


def interpreter(shell: Sequence[str]) -> str:
    """Base name of the shell that the words of a SHELL start, through env; "sh" for none."""
    return (started(shell) or ("sh",))[0]


def started(words: Sequence[str]) -> tuple[str, ...]:
    """The program that words start, by its base name, and its arguments; what `env` is told is left out.

    Args:
        words: those of a SHELL, of a `#!` line or of a command, quotes removed.
    """
    rest = list(words)
    if rest and base_name(rest[0]) == "env":
        rest = list(dropwhile(lambda word: word[:1] == "-" or "=" in word, rest[1:]))
    return (base_name(rest[0]).lower().removesuffix(".exe"), *rest[1:]) if rest else ()


def shell_call(words: Sequence[str]) -> ShellCall:
    """How the words of a command start a shell.

    Args:
        words: the shell's name and its arguments, quotes removed.
    """
    index, inline, stdin = 1, False, False
    pipefail: bool | None = None
    errexit: bool | None = None
    while index < len(words):
        word = words[index]
        if word in ("--", "-") or word[:1] not in ("-", "+"):
            index += word in ("--", "-")
            break
        if word.startswith("--"):
            index += 2 if word in _LONG_VALUED else 1
            continue
        inline |= "c" in word and word[0] == "-"
        stdin |= "s" in word
        names = words[index + 1 : index + 1 + word.count("o") + word.count("O")]
        on = word[0] == "-"
        pipefail = on if "pipefail" in names else pipefail
        errexit = on if "e" in word or "errexit" in names else errexit
        index += 1 + len(names)
    operand = index if index < len(words) else -1
    script = operand if inline else -1
    file = -1 if inline or stdin or operand < 0 or words[operand] in _STDIN else operand
    return ShellCall(script, file, inline, pipefail, errexit)


def shebang(script: str) -> tuple[str, ...]:
    """What a script's `#!` line starts, see `started`; () without one."""
    return started(script[2:].partition("\n")[0].split()) if script.startswith("#!") else ()
