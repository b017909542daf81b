"""Commands that unpack archives, and commands that set modes: what they are about."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.dockerfile.sources import base_name, is_archive, is_tar

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


def operands(program: str, args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What a command is about: ("unpack", base name of an archive), ("chmod", path).

    Args:
        program: its base name.
        args: its arguments, quotes removed.
    """
    if program == "chmod":
        _, paths, deep = modes(args)
        yield from (("chmod", path.removeprefix("./")) for path in paths if not deep)
    elif program == "tar" and unpacks(args):
        yield from (("unpack", base_name(name)) for name in _archives(args) if is_archive(name))
    elif program in EXPANDERS:
        yield from (("unpack", base_name(arg)) for arg in args if is_tar(arg))


def unpacks(args: tuple[str, ...]) -> bool:
    """Whether arguments of tar say to unpack all of an archive, as it is: with `x`, `--extract` or `--get`."""
    if any(arg.startswith(_PARTIAL) for arg in args):
        return False
    if any(arg in ("--extract", "--get") for arg in args):
        return True
    first, *others = args or ("",)
    bundled = (arg for arg in others if arg.startswith("-") and not arg.startswith("--"))
    return any("x" in arg.partition("f")[0] for arg in (first if not first.startswith("--") else "", *bundled))


def _archives(args: tuple[str, ...]) -> Iterator[str]:
    """Arguments of tar that may name its archive."""
    for arg in args:
        name = arg.partition("=")[2] if arg.startswith("--file=") else arg
        if not name.startswith("-") or arg.startswith("--file="):
            yield name


def modes(args: tuple[str, ...]) -> tuple[str, tuple[str, ...], bool]:
    """Mode and paths of a chmod, and whether it goes down into folders."""
    flags = [arg for arg in args if arg.startswith("-") and not _is_mode(arg)]
    words = [arg for arg in args if arg not in flags]
    if any(flag.startswith("--reference") for flag in flags):
        words = ["", *words]
    deep = any(flag == "--recursive" or ("R" in flag and not flag.startswith("--")) for flag in flags)
    return (words[0] if words else ""), tuple(words[1:]), deep


def _is_mode(arg: str) -> bool:
    """Whether `-x` is a mode rather than a flag."""
    return len(arg) > 1 and not arg[1:].strip("rwxXst")


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
