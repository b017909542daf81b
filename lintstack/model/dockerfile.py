"""What a Dockerfile says: its stages, their instructions, and the commands that their RUNs run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact, Place
from lintstack.record import Subject

if TYPE_CHECKING:
    from lintstack.dockerfile import nodes, stages, syntax
    from lintstack.dockerfile.calls import Call
    from lintstack.dockerfile.config import ImageConfig
    from lintstack.dockerfile.package_settings import Told
    from lintstack.dockerfile.script import Command as SimpleCommand
    from lintstack.dockerfile.script import Script
    from lintstack.model.stack import Build, Stack
    from lintstack.source import Span


class Dockerfile(Subject):
    """A Dockerfile of the stack: a file, or the text of `dockerfile_inline`.

    Attributes:
        is_built: whether a service of the stack builds it.
        is_fragment: whether it has no FROM.
        argument_names: names of the build arguments that any of its builds gives.
    """

    stack: Stack
    parsed: syntax.Dockerfile
    is_built: Fact[bool] = ABSENT
    is_fragment: Fact[bool] = ABSENT
    argument_names: Fact[tuple[str, ...]] = ABSENT
    builds: tuple[Build, ...] = ()
    arguments: Mapping[str, str] = MappingProxyType({})  # those that every build gives the same value
    contexts: frozenset[str] | None = None  # names of additional build contexts; None when nobody knows them
    folder: str = ""  # absolute path of its build context, "" when there are several or none is known
    stages: tuple[Stage, ...] = ()
    instructions: tuple[Instruction, ...] = ()  # all of them, also before the first FROM

    @cached_property
    def package_settings(self) -> tuple[Mapping[str, Told], ...]:
        """What each stage and those below it set for package managers."""
        from lintstack.dockerfile.package_settings import settings

        found: list[Mapping[str, Told]] = []
        for stage in self.stages:
            below = found[stage.parent.index.value or 0] if stage.parent else {}
            found.append(settings(stage.parsed, below))
        return tuple(found)


class Stage(Subject):
    """A stage of a Dockerfile; a fragment without FROM is one.

    Attributes:
        index: its number, from 0.
        is_last: whether it is the last one, which a plain `docker build` makes an image of.
        is_output: whether an image is made of it: it is the last one, or what a service builds.
        is_shipped: whether its layers are part of such an image: it is one, or one builds upon it.
        is_parent: whether a later stage of the file builds upon it.
        is_source: whether another stage takes files from it.
        base: what its FROM names, variables replaced: an image, or an earlier stage.
        root_image: the image from elsewhere at the end of its FROM chain; "scratch" too.
        user: USER in force at its end, inherited through stages.
        workdir: WORKDIR in force at its end, likewise.
        shell: words of the SHELL in force at its end; absent when none is set.
    """

    dockerfile: Dockerfile
    parsed: stages.Stage
    parent: Stage | None = None
    index: Fact[int] = ABSENT
    is_last: Fact[bool] = ABSENT
    is_output: Fact[bool] = ABSENT
    is_shipped: Fact[bool] = ABSENT
    is_parent: Fact[bool] = ABSENT
    is_source: Fact[bool] = ABSENT
    base: Fact[str] = ABSENT
    shell: Fact[tuple[str, ...]] = ABSENT
    instructions: tuple[Instruction, ...] = ()

    @cached_property
    def config(self) -> ImageConfig:
        """What the image built from it would be, with the arguments that every build gives; reads its whole chain."""
        from lintstack.dockerfile.image import effective

        return effective(self.parsed, self.dockerfile.arguments)

    @property
    def root_image(self) -> Fact[str]:
        """The image from elsewhere at the end of its FROM chain."""
        return self.config.base

    @property
    def user(self) -> Fact[str]:
        """USER in force at its end."""
        return self.config.user

    @property
    def workdir(self) -> Fact[str]:
        """WORKDIR in force at its end."""
        return self.config.workdir

    @property
    def lineage(self) -> tuple[Stage, ...]:
        """The stage and the stages of this file that it builds upon, itself first."""
        found: list[Stage] = []
        stage: Stage | None = self
        while stage is not None:
            found.append(stage)
            stage = stage.parent
        return tuple(found)

    def __str__(self) -> str:
        return f"stage `{self.name}`"


class Instruction(Subject):
    """An instruction; `name` is its keyword in upper case. What an ONBUILD triggers is one of its own.

    Attributes:
        form: exec or shell; absent for instructions that have one form only.
        in_onbuild: whether it stands behind an ONBUILD.
        shell: words of the SHELL in force; absent when none is set in this file.
        is_understood: whether its commands can be told.
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
        from lintstack.dockerfile.shell import script

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
        from lintstack.dockerfile.leftovers import emptied

        return emptied([(command.node, command.call) for command in self.commands])

    @cached_property
    def has_mounted(self) -> Callable[..., bool]:
        """Whether directories are mounted; see `leftovers.is_mounted`, whose answers it remembers."""
        from functools import cache, partial

        from lintstack.dockerfile.leftovers import is_mounted

        return cache(partial(is_mounted, self.node))

    @property
    def is_understood(self) -> Fact[bool]:
        """Whether its commands can be told: not in another shell, with a syntax error, or beyond the limits."""
        return Fact(self.script is not None)

    def __str__(self) -> str:
        return f"{self.name} in line {self.node.line}"


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
        from lintstack.dockerfile.calls import call

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


class PackageCall(Command):
    """A command that calls a package manager with a verb that is known.

    Attributes:
        spoken: the manager and what it is told to do: "pip install" for `python3 -m pip install`.
        family: what the manager is one of: "apt" for apt-get and aptitude, "dnf" for microdnf.
        ecosystem: whose packages it installs: "pip" for uv and pipx, "npm" for yarn and pnpm; else its family.
        is_shipped: whether what it leaves behind ends up in an image.
        assumes_yes: whether it goes on without a question; absent where it never asks.
        yes: the option with which it does, in backticks.
        without_recommends: whether it leaves recommended packages out; absent where that is not its choice.
    """

    call: Call
    previous: PackageCall | None = None  # the call of a manager of its family before it in the RUN
    installs: tuple[Package, ...] = ()

    @property
    def spoken(self) -> Fact[str]:
        """The manager and what it is told to do."""
        name = self.call.manager if self.name.startswith("py") else self.name
        verb = self.call.verb
        return Fact(name if verb is self.node.words[0] else f"{name} {verb.value}", (Place(verb.span),))

    @property
    def family(self) -> Fact[str]:
        """What the manager is one of."""
        return Fact(self.call.family, (Place(self.program),))

    @property
    def ecosystem(self) -> Fact[str]:
        """Whose packages it installs."""
        return Fact(self.call.ecosystem, (Place(self.program),))

    @property
    def is_shipped(self) -> Fact[bool]:
        """Whether what it leaves behind ends up in an image."""
        return self.stage.is_shipped if self.stage else ABSENT

    def setting(self, name: str) -> str | None:
        """What the instructions before it set for package managers; see `package_settings`."""
        stage = self.stage
        told = stage.dockerfile.package_settings[stage.index.value or 0].get(name) if stage else None
        return told.value if told and told.start < self.span.start else None

    @property
    def assumes_yes(self) -> Fact[bool]:
        """Whether it goes on without a question."""
        from lintstack.dockerfile.questions import asks, is_answered

        if not asks(self.call):
            return ABSENT
        return self._chosen(self.call.assumes_yes or is_answered(self.call), f"{self.call.ecosystem}-yes")

    @property
    def yes(self) -> Fact[str]:
        """The option with which it goes on without a question."""
        found = {"zypper": "`--non-interactive`", "pacman": "`--noconfirm`"}
        return Fact(found.get(self.call.family, "`-y`")) if self.call.row.yes else ABSENT

    @property
    def without_recommends(self) -> Fact[bool]:
        """Whether it leaves recommended packages out."""
        call = self.call
        nothing = not call.operands and "xargs" not in self.node.wrappers
        if call.family != "apt" or call.action != "install" or nothing or call.chooses_recommends:
            return ABSENT
        return self._chosen(call.without_recommends, "apt-recommends")

    def _chosen(self, said: bool, setting: str) -> Fact[bool]:
        """What its options say; unknown where a variable or a configuration file may say it as well."""
        where = (Place(self.call.verb.span),)
        if not said and self.call.options_unknown:
            return Fact(None, where, "a variable may bring options")
        if not said and self.setting(setting) is not None:
            return Fact(None, where, "a configuration file may say it")
        return Fact(said, where)


class Package(Subject):
    """What a call of a package manager installs; `name` is the word as written.

    Attributes:
        is_pinned: whether it says which version it wants; unknown where a variable or a file may.
        pinned_form: how it is written with a version.
        pin_kind: "apt", "apk", "yum", "dnf", "zypper", "pip", "npm", "gem", "go" …; "npm-tag" for `npm@latest`.
    """

    call: PackageCall
    word: nodes.Word

    @property
    def is_pinned(self) -> Fact[bool]:
        """Whether it says which version it wants."""
        from lintstack.dockerfile.pins import pin

        where = (Place(self.word.span),)
        found = None if self.call.call.from_file else pin(self.call.call, self.word)
        return Fact(None, where, "the version may be elsewhere") if found is None else Fact(found, where)

    @property
    def pinned_form(self) -> Fact[str]:
        """How it is written with a version."""
        from lintstack.dockerfile.pins import with_version

        return Fact(with_version(self.call.call, self.word.value), (Place(self.word.span),))

    @property
    def pin_kind(self) -> Fact[str]:
        """Whose way of writing versions it is."""
        from lintstack.dockerfile.pins import names_tag

        kind = self.call.call.ecosystem
        return Fact("npm-tag" if kind == "npm" and names_tag(self.name) else kind, (Place(self.word.span),))


class Run(Instruction):
    """A RUN."""


class Copy(Instruction):
    """A COPY or an ADD."""


class Assignment(Subject):
    """One `name=value` of ENV or ARG.

    Attributes:
        keyword: ENV or ARG.
        value: its value, quotes and escapes removed, variables as they are written; absent for an ARG without one.
        is_secret: whether name or value is that of a credential.
        legacy: whether it is written `ENV name value`.
    """

    instruction: Instruction
    node: nodes.Pair
    keyword: Fact[str] = ABSENT
    value: Fact[str] = ABSENT
    is_secret: Fact[bool] = ABSENT
    legacy: Fact[bool] = ABSENT

    @property
    def stage(self) -> Stage | None:
        """The stage that it stands in; None before the first FROM."""
        return self.instruction.stage


class Label(Assignment):
    """One `key=value` of LABEL."""
