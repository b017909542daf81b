"""Commands that unpack archives, and which."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.dockerfile.shell.options import arguments
from lintstack.dockerfile.shell.script import Command
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


def unpacked(command: Command) -> Iterator[str]:
    """Base names of the archives that a command unpacks."""
    if command.name == "tar" and unpacks(command):
        archives = arguments(command).values("-f", "--file")
        yield from (base_name(path) for path in archives if is_archive(path))
    elif command.name in EXPANDERS:
        yield from (base_name(word.value) for word in arguments(command).operands if is_tar(word.value))


def unpacks(command: Command) -> bool:
    """Whether a tar unpacks all of an archive, as it is."""
    found = arguments(command)
    partial = any(option.name.startswith(_PARTIAL) for option in found.options)
    return not partial and found.has("-x", "--extract", "--get")
