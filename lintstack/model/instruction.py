"""What Dockerfiles are made of: instructions, the commands of RUN, the settings of ENV, ARG and LABEL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact, Place
from lintstack.record import Subject

if TYPE_CHECKING:
    from lintstack.dockerfile import nodes
    from lintstack.dockerfile.managers.calls import Call
    from lintstack.dockerfile.shell.script import Command as SimpleCommand
    from lintstack.dockerfile.shell.script import Script
    from lintstack.model.dockerfile import Dockerfile, Stage
    from lintstack.source import Span


class Instruction(Subject):
    """An instruction; `name` is its keyword in upper case. What an ONBUILD triggers is one of its own.

    Attributes:
        form: exec or shell; absent for instructions that have one form only.
        in_onbuild: whether it stands behind an ONBUILD.
        shell: words of the SHELL in force; absent when none is set in this file.
        is_understood: whether its commands can be told.
        verifies: whether it compares a file with a known checksum or signature.
    """

    dockerfile: Dockerfile
    node: nodes.Instruction
    read_commands: Callable[[Instruction], tuple[Command, ...]]
    read_assignments: Callable[[Instruction], tuple[Assignment, ...]]
    stage: Stage | None = None  # None before the first FROM
    form: Fact[str] = ABSENT
    in_onbuild: Fact[bool] = ABSENT
    shell: Fact[tuple[str, ...]] = ABSENT

    @cached_property
    def script(self) -> Script | None:
        """What it runs: commands, pipes, assignments; None when that cannot be told."""
        from lintstack.dockerfile.shell.reading import script

        return script(self.node, self.shell.value or ())

    @cached_property
    def _commands(self) -> tuple[Command, ...]:
        return self.read_commands(self) if self.script else ()

    @cached_property
    def _assignments(self) -> tuple[Assignment, ...]:
        return self.read_assignments(self)

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """Names and values of ENV, ARG and LABEL."""
        return self._assignments

    @property
    def commands(self) -> tuple[Command, ...]:
        """Commands that it runs; none when they cannot be told."""
        return self._commands

    @cached_property
    def emptied(self) -> Mapping[str, int]:
        """Index of the last command that empties the cache of apk and of pip."""
        from lintstack.dockerfile.managers.leftovers import emptied

        return emptied([(command.node, command.call) for command in self.commands])

    @cached_property
    def has_mounted(self) -> Callable[..., bool]:
        """Whether directories are mounted; see `leftovers.is_mounted`, whose answers it remembers."""
        from functools import cache, partial

        from lintstack.dockerfile.managers.leftovers import is_mounted

        return cache(partial(is_mounted, self.node))

    @property
    def is_understood(self) -> Fact[bool]:
        """Whether its commands can be told: not in another shell, with a syntax error, or beyond the limits."""
        return Fact(self.script is not None)

    @property
    def verifies(self) -> Fact[bool]:
        """Whether it compares a file with a known checksum or signature."""
        return Fact(any(_compares(command) for command in self.commands))

    def __str__(self) -> str:
        return f"{self.name} in line {self.node.line}"


# Programs that compare a file with what was known of it before.
SUMS = frozenset("b2sum md5sum sha1sum sha224sum sha256sum sha384sum sha512sum shasum".split())
SIGNATURES = frozenset("--verify verify verify-blob -verify -Vm -V".split())
SIGNERS = frozenset("cosign gpg gpg2 gpgv minisign openssl".split())


def _compares(command: Command) -> bool:
    return command.name in SUMS or (command.name in SIGNERS and not SIGNATURES.isdisjoint(command.node.args))


class Command(Subject):
    """A simple command that a RUN runs; `name` is the program behind sudo, env and the like.

    Attributes:
        program_name: the name of the program.
        manager: package manager that it calls: "pip" for `pip3.11` and `python3 -m pip`.
        action: what that is told to do: install, update (the index), upgrade, remove, clean, …
        packages: what that is done to, as written.
    """

    instruction: Instruction
    node: SimpleCommand

    @property
    def stage(self) -> Stage | None:
        """The stage that it stands in."""
        return self.instruction.stage

    @property
    def program(self) -> Span:
        """Place of the word that names the program."""
        return self.node.words[0].span

    @cached_property
    def call(self) -> Call | None:
        """What it tells a package manager; None when it is none, or has a verb that is not known."""
        from lintstack.dockerfile.managers.calls import call

        return call(self.node)

    @property
    def program_name(self) -> Fact[str]:
        """Name of the program, with the place of its word."""
        return Fact(self.name, (Place(self.program),))

    @property
    def manager(self) -> Fact[str]:
        """The package manager that it calls."""
        return Fact(self.call.manager, (Place(self.program),)) if self.call else ABSENT

    @property
    def action(self) -> Fact[str]:
        """What the package manager is told to do."""
        return Fact(self.call.action, (Place(self.call.verb.span),)) if self.call else ABSENT

    @property
    def packages(self) -> Fact[tuple[str, ...]]:
        """Operands of the call."""
        words = self.call.operands if self.call else ()
        return Fact(tuple(word.value for word in words), tuple(Place(word.span) for word in words)) if words else ABSENT


class Run(Instruction):
    """A RUN."""


class Assignment(Subject):
    """One `name=value` of ENV or ARG.

    Attributes:
        keyword: ENV or ARG.
        value: its value, quotes and escapes removed, variables as they are written; absent for an ARG without one.
        is_secret: whether name or value is that of a credential.
        names_secret: whether its name is that of a credential, whatever its value.
        legacy: whether it is written `ENV name value`.
    """

    instruction: Instruction
    node: nodes.Pair
    keyword: Fact[str] = ABSENT
    value: Fact[str] = ABSENT
    is_secret: Fact[bool] = ABSENT
    names_secret: Fact[bool] = ABSENT
    legacy: Fact[bool] = ABSENT

    @property
    def stage(self) -> Stage | None:
        """The stage that it stands in; None before the first FROM."""
        return self.instruction.stage


class Label(Assignment):
    """One `key=value` of LABEL."""


class VariableUse(Subject):
    """One `$NAME` or `${NAME…}` that the builder replaces, or that the commands of a RUN read.

    What a default makes up for (`${NAME:-word}`), and what only asks whether it is set, is no use.

    Attributes:
        keyword: the instruction that it stands in, upper case.
        is_defined: whether an ARG or ENV of the stage or of those below it, or its base image, sets the name before
            it; before the first FROM, whether an earlier ARG does. Unknown when the base image may.
        is_out_of_scope: whether an ARG before the first FROM, or the builder, has the name, and no ARG takes it over.
        is_own_value: whether an ENV or ARG gives the name nothing but itself (`ENV NAME=$NAME`), and nothing in
            the file sets it before.
        is_set_beside: whether the same ENV sets the name in another pair, and nothing before it.
        suggestion: the name in scope that is so near that it must be meant; absent when none is.
    """

    instruction: Instruction
    keyword: Fact[str] = ABSENT
    is_defined: Fact[bool] = ABSENT
    is_out_of_scope: Fact[bool] = ABSENT
    is_own_value: Fact[bool] = ABSENT
    is_set_beside: Fact[bool] = ABSENT
    suggestion: Fact[str] = ABSENT

    @property
    def stage(self) -> Stage | None:
        """The stage that it stands in; None before the first FROM."""
        return self.instruction.stage
