"""The modes of files: what chmod sets, and what a mode permits."""

from __future__ import annotations

from lintstack.dockerfile.nodes import Word
from lintstack.dockerfile.shell.options import arguments
from lintstack.dockerfile.shell.script import Command
from lintstack.named import NamedTuple

# Permissions, as letters.
_TAKEN_AWAY = frozenset("rwxXst")


class ModeChange(NamedTuple):
    """What a chmod does.

    Attributes:
        mode: the word that says the mode.
        paths: what gets it.
        deep: whether it goes down into folders.
    """

    mode: Word
    paths: tuple[Word, ...]
    deep: bool


def mode_change(command: Command) -> ModeChange | None:
    """What a chmod does; None when it names no mode, or takes that of another file."""
    found = arguments(command)
    deep = found.has("-R", "--recursive")
    if found.has("--reference"):
        return None
    # `-w` is a mode, not an option.
    taken = next((option.word for option in found.options if option.name[1:] in _TAKEN_AWAY), None)
    words = (taken, *found.operands) if taken else found.operands
    return ModeChange(words[0], words[1:], deep) if words else None


def is_world_writable(mode: str) -> bool:
    """Whether a mode lets everybody write: 777, 0666, a+w, o=rwx. 1777, the mode of /tmp, is none."""
    if mode.isascii() and mode.isdigit():
        sticky = len(mode) > 3 and int(mode[-4]) % 2 == 1
        return len(mode) < 6 and mode[-1] in "2367" and not sticky
    return any(_opens(clause) for clause in mode.split(","))


def _opens(clause: str) -> bool:
    for sign in "+=":
        who, found, what = clause.partition(sign)
        if found and not who.strip("ugoa"):
            return "w" in what and bool(set(who) & set("oa")) and "t" not in what
    return False
