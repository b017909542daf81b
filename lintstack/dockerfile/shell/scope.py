"""Where a command of a script stands, and what was found in the script so far."""

from __future__ import annotations

from lintstack.dockerfile.nodes import Text
from lintstack.dockerfile.shell.script import Command, Pipe
from lintstack.named import NamedTuple

# How deep `sh -c "sh -c …"` is followed, and compound commands and substitutions in each other.
MAX_NESTING = 4
MAX_DEPTH = 50


class NotUnderstood(Exception):
    """A script that cannot be read; the argument is why: "syntax" or "size"."""


class State:
    """What `set` has set so far."""

    __slots__ = ("errexit", "pipefail")

    def __init__(self, pipefail: bool | None = False, errexit: bool | None = False) -> None:
        self.pipefail = bool(pipefail)
        self.errexit = bool(errexit)

    def copy(self) -> State:
        """The same, for a subshell."""
        return State(self.pipefail, self.errexit)


class Context(NamedTuple):
    """Where a command stands; see `Command`.

    Attributes:
        followed: whether the shell that reads it goes on to other commands behind it.
        lost: whether a shell around that one goes on whatever becomes of it.
    """

    state: State
    guards: tuple[str, ...] = ()
    tolerated: bool = False
    pipeline: int = -1
    position: int = 0
    depth: int = 0
    nesting: int = 0
    followed: bool = False
    lost: bool = False

    def guarded(self, guard: str) -> Context:
        """Behind something that may keep it from running."""
        return self._replace(guards=(*self.guards, guard))

    def caught(self) -> Context:
        """Where a failure is caught."""
        return self._replace(tolerated=True)

    def before(self) -> Context:
        """Before other commands of the same script."""
        return self if self.followed else self._replace(followed=True)

    def beside(self) -> Context:
        """In the background, where no exit code is waited for."""
        return self._replace(followed=False, lost=False)

    def piped(self, pipeline: int, position: int) -> Context:
        """In a pipeline."""
        return self._replace(pipeline=pipeline, position=position)

    def inside(self, state: State | None = None, script: bool = False) -> Context:
        """In a compound command, or in a script of its own.

        Raises: NotUnderstood when that is too deep.
        """
        if self.depth >= MAX_DEPTH or (script and self.nesting >= MAX_NESTING):
            raise NotUnderstood("size")
        found = self._replace(depth=self.depth + 1, nesting=self.nesting + script)
        return found if state is None else found._replace(state=state, followed=False, lost=self.goes_unnoticed)

    @property
    def goes_unnoticed(self) -> bool:
        """Whether the script goes on when it fails."""
        return self.lost or (self.followed and not self.state.errexit)


class Found:
    """What was found so far."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.pipes: list[Pipe] = []
        self.bare: list[tuple[Text, int, int]] = []
        self.separators: list[tuple[Text, int, int]] = []
        self.pipelines = 0
        self.nested = False
