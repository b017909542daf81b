"""Dockerfiles and their stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact
from lintstack.model.instruction import Run
from lintstack.named import NamedTuple
from lintstack.record import Subject

if TYPE_CHECKING:
    from typing import Protocol

    from lintstack.dockerfile import stages, syntax
    from lintstack.dockerfile.config import ImageConfig
    from lintstack.dockerfile.context import Context
    from lintstack.dockerfile.managers.settings import Told
    from lintstack.model.build import Build
    from lintstack.model.instruction import Assignment, Command, Instruction, VariableUse
    from lintstack.model.service import Service
    from lintstack.model.stack import Stack

    class Survey(Protocol):
        """Looks at a Dockerfile as a whole when somebody asks for it; `join/dockerfiles.py` has one."""

        def variable_uses(self, dockerfile: Dockerfile) -> tuple[VariableUse, ...]:
            """Variables that its instructions read."""

        def needed(self, dockerfile: Dockerfile) -> frozenset[int]:
            """Indexes of the stages that some image may need."""

        def rings(self, dockerfile: Dockerfile) -> Mapping[int, tuple[int, ...]]:
            """Indexes of stages that need each other, by that of the first of them."""


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
    context: Context | None = None  # what lies there
    stages: tuple[Stage, ...] = ()
    instructions: tuple[Instruction, ...] = ()  # all of them, also before the first FROM
    survey: Survey | None = None

    @cached_property
    def _variable_uses(self) -> tuple[VariableUse, ...]:
        return self.survey.variable_uses(self) if self.survey else ()

    @property
    def variable_uses(self) -> tuple[VariableUse, ...]:
        """Every variable in the instructions that the builder expands, and in the commands of RUN."""
        return self._variable_uses

    @cached_property
    def services(self) -> Mapping[int, Sequence[Service]]:
        """Services that build its stages, by the indexes of these."""
        found: dict[int, list[Service]] = {}
        for service in self.stack.services:
            stage = service.build.stage if service.build else None
            if stage is not None and stage.dockerfile is self.parsed:
                found.setdefault(stage.index, []).append(service)
        return found

    @cached_property
    def needed(self) -> frozenset[int]:
        """Indexes of the stages that some image may need: the last one, a target, and what they build upon."""
        return self.survey.needed(self) if self.survey else frozenset()

    @cached_property
    def rings(self) -> Mapping[int, tuple[int, ...]]:
        """Indexes of stages that need each other, by that of the first of them."""
        return self.survey.rings(self) if self.survey else {}

    @cached_property
    def literals(self) -> Mapping[str, str | None]:
        """Values of the variables that its ARGs and ENVs set, the same wherever they are set; None for others.

        For what is asked of every COPY of every stage; `Stage.config` follows a chain, instruction by instruction.
        """
        found: dict[str, str | None] = {}
        for item in (each for one in self.instructions if one.name in ("ARG", "ENV") for each in one.assignments):
            if item.node.value is None and item.name in found:
                continue  # a global ARG that a stage takes over
            given = self.arguments.get(item.name, item.value.value)
            same = found.get(item.name, given) == given and given is not None and "$" not in given
            found[item.name] = given if same else None
        for name in self.argument_names.value or ():
            if name not in self.arguments:
                found[name] = None
        return found

    @cached_property
    def declared_arguments(self) -> frozenset[str]:
        """Names of all its ARGs."""
        found = (each for one in self.instructions if one.name == "ARG" for each in one.assignments)
        return frozenset(item.name for item in found)

    @cached_property
    def settings(self) -> tuple[Mapping[str, Instruction], ...]:
        """The USER and the WORKDIR in force at the end of each stage, as far as this file sets them."""
        found: list[Mapping[str, Instruction]] = []
        for stage in self.stages:
            below = found[stage.parent.parsed.index] if stage.parent else {}
            own = {item.name: item for item in stage.instructions if _sets(item)}
            found.append({**below, **own} if own else below)
        return tuple(found)

    @cached_property
    def package_settings(self) -> tuple[Mapping[str, Told], ...]:
        """What each stage and those below it set for package managers."""
        from lintstack.dockerfile.managers.settings import settings

        found: list[Mapping[str, Told]] = []
        for stage in self.stages:
            below = found[stage.parent.index.value or 0] if stage.parent else {}
            found.append(settings(stage.parsed, below))
        return tuple(found)


# Words with which the names of stages for developers begin.
FOR_DEVELOPERS = ("dev", "debug", "test")


class Stage(Subject):
    """A stage of a Dockerfile; a fragment without FROM is one.

    Attributes:
        index: its number, from 0.
        is_last: whether it is the last one, which a plain `docker build` makes an image of.
        is_output: whether an image is made of it: it is the last one, or what a service builds.
        is_shipped: whether its layers are part of such an image: it is one, or one builds upon it.
        is_parent: whether a later stage of the file builds upon it.
        is_source: whether another stage takes files from it.
        is_for_developers: whether its name says that developers use it, or tests.
        base: what its FROM names, variables replaced: an image, or an earlier stage.
        is_from_scratch: whether the empty image is at the end of its FROM chain.
        is_needed: whether an image may need it: it is an output, a file of the repository asks for it by name, its
            name says that people do (dev, test, lint), or such a stage builds upon it or takes files from it.
        ring: stages that need each other, at the first of them.
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
    is_from_scratch: Fact[bool] = ABSENT
    shell: Fact[tuple[str, ...]] = ABSENT
    instructions: tuple[Instruction, ...] = ()

    @cached_property
    def config(self) -> ImageConfig:
        """What the image built from it would be, with the arguments that every build gives; reads its whole chain."""
        from lintstack.dockerfile.image import effective

        return effective(self.parsed, self.dockerfile.arguments)

    @cached_property
    def plain_words(self) -> Mapping[int, tuple[str | None, ...]]:
        """Words of its EXPOSE and STOPSIGNAL, variables replaced (None: unknown), by `id`; reads its whole chain."""
        from lintstack.dockerfile.image import words_of
        from lintstack.dockerfile.stages import chain_of

        arguments = self.dockerfile.arguments
        return words_of(*chain_of(self.parsed, arguments), arguments, frozenset({"EXPOSE", "STOPSIGNAL"}))

    @property
    def is_needed(self) -> Fact[bool]:
        """Whether an image may need it; looks at the whole repository."""
        return Fact(self.parsed.index in self.dockerfile.needed)

    @property
    def ring(self) -> Fact[tuple[str, ...]]:
        """Stages that need each other, at the first of them."""
        found = self.dockerfile.rings.get(self.parsed.index, ())
        return Fact(tuple(self.dockerfile.stages[index].name for index in found)) if found else ABSENT

    @property
    def is_for_developers(self) -> Fact[bool]:
        """Whether its name says that developers use it, or tests."""
        words = self.name.lower().replace("-", "_").replace(".", "_").split("_")
        return Fact(any(word.startswith(FOR_DEVELOPERS) for word in words))

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

    @cached_property
    def moments(self) -> Mapping[int, Moment]:
        """What is in force before each of its instructions, by their `id`."""
        found: dict[int, Moment] = {}
        settings = self.dockerfile.settings[self.parent.parsed.index] if self.parent else {}
        user, workdir = settings.get("USER"), settings.get("WORKDIR")
        for at, instruction in enumerate(self.instructions):
            found[id(instruction)] = Moment(at, user, workdir)
            if _sets(instruction):
                user, workdir = (instruction, workdir) if instruction.name == "USER" else (user, instruction)
        return found

    @cached_property
    def foundation(self) -> Stage:
        """The stage at the end of its FROM chain, which stands on an image from elsewhere."""
        stage = self
        while stage.parent is not None:
            stage = stage.__dict__.get("foundation", stage.parent)
        return stage

    @cached_property
    def credential_files(self) -> Mapping[str, Assignment]:
        """Its variables that name files of credentials, by the paths that they name."""
        from lintstack.dockerfile.keyfiles import VARIABLES

        variables = (each for item in self.instructions if item.name == "ENV" for each in item.assignments)
        return {item.value.value: item for item in variables if item.name in VARIABLES and item.value.value}

    @cached_property
    def last_calls(self) -> Mapping[tuple[str, str], tuple[int, Command]]:
        """The last command of its RUNs that unpacks an archive (by "unpack" and the archive's base name), or sets the
        mode of a path (by "chmod" and the path), with the number of its instruction.
        """
        from lintstack.dockerfile.programs.modes import mode_change
        from lintstack.dockerfile.programs.unpacking import unpacked

        found: dict[tuple[str, str], tuple[int, Command]] = {}
        for at, instruction in enumerate(self.instructions):
            if isinstance(instruction, Run) and not instruction.in_onbuild.value:
                for command in instruction.commands:
                    found.update((("unpack", name), (at, command)) for name in unpacked(command.node))
                    change = mode_change(command.node) if command.name == "chmod" else None
                    for word in change.paths if change and not change.deep else ():
                        found[("chmod", word.value.removeprefix("./"))] = at, command
        return found

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


class Moment(NamedTuple):
    """What is in force when an instruction of a stage is reached, as far as its file sets it.

    Attributes:
        number: the instruction's, within its stage.
        user: the last USER before it.
        workdir: the last WORKDIR before it.
    """

    number: int
    user: Instruction | None
    workdir: Instruction | None


def _sets(instruction: Instruction) -> bool:
    """Whether it is a USER or WORKDIR of its stage."""
    return instruction.name in ("USER", "WORKDIR") and not instruction.in_onbuild.value
