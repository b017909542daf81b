"""Checks of single instructions."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.dockerfile.unpacking import is_world_writable, modes
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Instruction
from lintstack.source import Span


def world_writable(instruction: Instruction) -> Iterator[Problem]:
    """Modes that let every user of the container change a file."""
    for mode, span in _modes(instruction):
        if mode and "$" not in mode and is_world_writable(mode):
            message = f"mode `{mode}` lets every user write; 755 is enough for programs and folders, 644 for files"
            yield Problem(message, Place(span), detail=mode)


def _modes(instruction: Instruction) -> Iterator[tuple[str, Span]]:
    """Modes that it sets, with their places."""
    flag = instruction.node.flag("chmod")
    if flag and flag.value:
        yield flag.value, flag.span
    for command in instruction.commands if instruction.name == "RUN" else ():
        if command.name == "chmod":
            mode, paths, _ = modes(command.node.args)
            if paths and all(path.lstrip("\"'").startswith("$") for path in paths):
                continue  # nobody knows what it is: mostly a folder that is there for a moment
            yield from ((mode, word.span) for word in command.node.words if mode and word.value == mode)
        elif command.name == "install":
            yield from _installed(command.node.args, [word.span for word in command.node.words[1:]])


def _installed(args: tuple[str, ...], spans: list[Span]) -> Iterator[tuple[str, Span]]:
    """The mode of `install -m 777`, `-m777`, `--mode=777`."""
    for at, arg in enumerate(args):
        if arg in ("-m", "--mode") and at + 1 < len(args):
            yield args[at + 1], spans[at + 1]
        elif arg.startswith("--mode="):
            yield arg.partition("=")[2], spans[at]
