"""Where a command of a script stands, and what was found in the script so far."""

from __future__ import annotations

from lintstack.dockerfile.nodes import Text
from lintstack.dockerfile.script import Command, Pipe
from lintstack.named import NamedTuple

# How deep `sh -c "sh -c …"` is followed, and compound commands and substitutions in each other.
MAX_NESTING = 4
MAX_DEPTH = 50


class NotUnderstood(Exception):
    """A script that cannot be read; the argument is why: "syntax" or "size"."""


class State:
    """What `set` has set so far."""

    __slots__ = ("pipefail",)

    def __init__(self, pipefail: bool) -> None:
        self.pipefail = pipefail


class Context(NamedTuple):
    """Where a command stands; see `Command`."""

    state: State
    guards: tuple[str, ...] = ()
    tolerated: bool = False
    pipeline: int = -1
    position: int = 0
    depth: int = 0
    nesting: int = 0

    def guarded(self, guard: str) -> Context:
        """Behind something that may keep it from running."""
        state, guards, tolerated, pipeline, position, depth, nesting = self
        return Context(state, (*guards, guard), tolerated, pipeline, position, depth, nesting)

    def caught(self) -> Context:
        """Where a failure is caught."""
        state, guards, _, pipeline, position, depth, nesting = self
        return Context(state, guards, True, pipeline, position, depth, nesting)

    def piped(self, pipeline: int, position: int) -> Context:
        """In a pipeline."""
        state, guards, tolerated, _, _, depth, nesting = self
        return Context(state, guards, tolerated, pipeline, position, depth, nesting)

    def inside(self, state: State | None = None, script: bool = False) -> Context:
        """In a compound command, or in a script of its own.

        Raises: NotUnderstood when that is too deep.
        """
        before, guards, tolerated, pipeline, position, depth, nesting = self
        if depth >= MAX_DEPTH or (script and nesting >= MAX_NESTING):
            raise NotUnderstood("size")
        return Context(state or before, guards, tolerated, pipeline, position, depth + 1, nesting + script)


class Found:
    """What was found so far."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.pipes: list[Pipe] = []
        self.bare: list[tuple[Text, int, int]] = []
        self.separators: list[tuple[Text, int, int]] = []
        self.pipelines = 0
        self.nested = False
