"""Commands that unpack archives, and commands that set modes: what they are about."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.dockerfile.nodes import Word
from lintstack.dockerfile.options import arguments
from lintstack.dockerfile.script import Command
from lintstack.dockerfile.sources import base_name, is_archive, is_tar
from lintstack.named import NamedTuple

EXPANDERS = frozenset("unzip gunzip bunzip2 unlzma unxz unzstd zgz uncompress zcat gzcat bzcat xzcat zstdcat".split())
# What ADD does not do: it unpacks all of an archive, as it is.
_PARTIAL = (
    "--strip",
    "--transform",
    "--xform",
    "--exclude",
    "--include",
    "--wildcards",
    "--to-stdout",
    "--one-top-level",
)
# Permissions, as letters.
_TAKEN_AWAY = frozenset("rwxXst")


def operands(command: Command) -> Iterator[tuple[str, str]]:
    """What a command is about: ("unpack", base name of an archive), ("chmod", path)."""
    if command.name == "chmod":
        change = mode_change(command)
        if change and not change.deep:
            yield from (("chmod", word.value.removeprefix("./")) for word in change.paths)
    elif command.name == "tar" and unpacks(command):
        archives = arguments(command).values("-f", "--file")
        yield from (("unpack", base_name(path)) for path in archives if is_archive(path))
    elif command.name in EXPANDERS:
        archives = [word.value for word in arguments(command).operands]
        yield from (("unpack", base_name(path)) for path in archives if is_tar(path))


def unpacks(command: Command) -> bool:
    """Whether a tar unpacks all of an archive, as it is."""
    found = arguments(command)
    partial = any(option.name.startswith(_PARTIAL) for option in found.options)
    return not partial and found.has("-x", "--extract", "--get")


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
