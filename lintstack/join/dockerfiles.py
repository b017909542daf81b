"""Dockerfiles → subjects that rules speak about: files, stages, instructions, commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from os.path import dirname
from typing import TYPE_CHECKING, Any
from zlib import crc32

from lintstack.dockerfile.context import Context
from lintstack.dockerfile.stages import base_of, copied_from, taken_from
from lintstack.dockerfile.syntax import pairs
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.build import Built
from lintstack.join.read import entries
from lintstack.join.secret_names import is_credential_name, is_secret
from lintstack.model import (
    Assignment,
    Command,
    Copy,
    Dockerfile,
    Instruction,
    Label,
    Package,
    PackageCall,
    Run,
    Stack,
    Stage,
    VariableUse,
)
from lintstack.named import NamedTuple
from lintstack.record import bind
from lintstack.source import Source

if TYPE_CHECKING:
    from lintstack import yaml
    from lintstack.dockerfile import nodes, stages, syntax
    from lintstack.dockerfile.expand import Expanded
    from lintstack.dockerfile.shell.script import Command as SimpleCommand
    from lintstack.environments.targets import Targets

Shell = Fact[tuple[str, ...]]
FindTargets = Callable[[], "Targets"]
OpenContext = Callable[[str, "syntax.Dockerfile"], Context]


def built(
    stack: Stack,
    builds: Mapping[str, Built],
    root: yaml.Mapping,
    context_of: OpenContext,
    find_targets: FindTargets | None = None,
) -> Iterator[Dockerfile]:
    """The Dockerfiles that services of a stack build, once each.

    Args:
        stack: the stack.
        builds: what its services build, by name.
        root: the merged tree, for build arguments and additional contexts.
        context_of: the build context in a folder.
        find_targets: the stages that files of the repository ask for.
    """
    by_file: dict[int, list[tuple[str, Built]]] = {}
    for name, item in builds.items():
        if item.dockerfile is not None:
            by_file.setdefault(id(item.dockerfile), []).append((name, item))
    for group in by_file.values():
        parsed = group[0][1].dockerfile
        assert parsed
        nodes_ = [_build_node(root, name) for name, _ in group]
        names = dict.fromkeys(item.key.text for node in nodes_ for item in entries(node, "args"))
        contexts = frozenset(item.key.text for node in nodes_ for item in entries(node, "additional_contexts"))
        folders = {item.context for _, item in group}
        folder = folders.pop() if len(folders) == 1 else ""
        yield _dockerfile(
            stack,
            parsed,
            find_targets,
            targets=[item.stage for _, item in group if item.stage],
            is_built=Fact(True, tuple(Place(item.build.span) for _, item in group[:16])),
            argument_names=Fact(tuple(names)),
            builds=tuple(item.build for _, item in group),
            arguments=_agreed([item.args or {} for _, item in group]),
            contexts=contexts,
            folder=folder,
            context=context_of(folder, parsed) if folder else None,
        )


def alone(
    stack: Stack, parsed: syntax.Dockerfile, context_of: OpenContext, find_targets: FindTargets | None = None
) -> Dockerfile:
    """A Dockerfile that no service builds; the folder it lies in is most likely its build context."""
    folder = dirname(parsed.source.real)
    context = context_of(folder, parsed) if folder else None
    return _dockerfile(stack, parsed, find_targets, is_built=Fact(False), folder=folder, context=context)


def opener(
    exists: Callable[[str], str],
    names: Callable[[str], frozenset[str]],
    open_text: Callable[[str], Source | None],
    guessed: bool = False,
) -> OpenContext:
    """What finds the build context in a folder.

    Args:
        exists: what is at an absolute path: "file", "dir", "outside" or "".
        names: names in a folder.
        open_text: text of a file of the project; None when it cannot be read.
        guessed: whether nobody says that the folder is the context.
    """

    def context(folder: str, parsed: syntax.Dockerfile) -> Context:
        own = parsed.source.file is parsed.source  # not the text in a compose file
        return Context(folder, parsed.source.real if own else "", exists, names, open_text, guessed)

    return context


def _build_node(root: yaml.Mapping, service: str) -> yaml.Node | None:
    found = (item.value for item in entries(root, "services", service) if item.key.text == "build")
    return next(found, None)


def _agreed(given: list[Mapping[str, str]]) -> dict[str, str]:
    """Arguments to which every build gives the same value."""
    first, *others = given
    return {name: value for name, value in first.items() if all(item.get(name) == value for item in others)}


def _dockerfile(
    stack: Stack,
    parsed: syntax.Dockerfile,
    find_targets: FindTargets | None,
    targets: Iterable[stages.Stage] = (),
    **facts: Any,
) -> Dockerfile:
    fragment = not any(stage.origin for stage in parsed.stages)
    dockerfile = Dockerfile(
        parsed.source.path,
        parsed.source.whole,
        "dockerfile",
        stack,
        parsed,
        is_fragment=Fact(fragment),
        survey=_Survey(find_targets),
        **facts,
    )
    made = _stages(dockerfile, {stage.index for stage in targets if stage.dockerfile is parsed})
    heads = {id(stage.parsed.origin): stage for stage in made}
    first = next((i for i, item in enumerate(parsed.instructions) if id(item) in heads), len(parsed.instructions))
    before = [] if fragment else [_instruction(dockerfile, item, None, ABSENT) for item in parsed.instructions[:first]]
    within = [item for stage in made for item in stage.instructions]
    bind(dockerfile, stages=made, instructions=(*before, *within))
    return dockerfile


class _Survey(NamedTuple):
    """Looks at a Dockerfile as a whole, with what files of the repository ask for."""

    find_targets: FindTargets | None

    def variable_uses(self, dockerfile: Dockerfile) -> tuple[VariableUse, ...]:
        from lintstack.join.variable_uses import variable_uses

        return variable_uses(dockerfile)

    def needed(self, dockerfile: Dockerfile) -> frozenset[int]:
        from lintstack.join.stage_graph import needed

        return needed(dockerfile, self.find_targets)

    def rings(self, dockerfile: Dockerfile) -> Mapping[int, tuple[int, ...]]:
        from lintstack.join.stage_graph import rings

        return rings(dockerfile)


def _stages(dockerfile: Dockerfile, targets: set[int]) -> tuple[Stage, ...]:
    """Stages with their instructions, FROM first; `targets` are the indexes of those that services build."""
    parsed = dockerfile.parsed.stages
    bases = [base_of(stage, dockerfile.arguments) for stage in parsed]
    parents = {parent.index for _, parent in bases if parent}
    sources = {found.index for stage in parsed for found in _sources(stage)}
    shipped = _shipped([parent.index if parent else None for _, parent in bases], {*targets, len(parsed) - 1})
    made: list[Stage] = []
    for stage, (base, parent) in zip(parsed, bases, strict=True):
        index, last = stage.index, stage.index == len(parsed) - 1
        word = (Place(stage.base.span, "base image"),) if stage.base else ()
        subject = Stage(
            stage.name or str(index),
            stage.origin.span if stage.origin else dockerfile.span,
            f"stage[{stage.name or index}]",
            dockerfile,
            stage,
            made[parent.index] if parent else None,
            index=Fact(index),
            is_last=Fact(last),
            is_output=Fact(last or index in targets),
            is_shipped=Fact(index in shipped),
            is_parent=Fact(index in parents),
            is_source=Fact(index in sources),
            base=Fact(base.value, word, base.unknown),
            is_from_scratch=made[parent.index].is_from_scratch if parent else _is_scratch(base),
        )
        _fill(subject, made[parent.index].shell if parent else ABSENT)
        made.append(subject)
    return tuple(made)


def _is_scratch(base: Expanded) -> Fact[bool]:
    return Fact(base.value == "scratch") if base.value else Fact(None, (), base.unknown)


def _sources(stage: stages.Stage) -> Iterator[stages.Stage]:
    """Stages that a stage takes files from."""
    for instruction in stage.instructions:
        for name, _ in taken_from(instruction.trigger or instruction):
            found = copied_from(stage, name)
            if found is not None:
                yield found


def _shipped(parents: list[int | None], outputs: set[int]) -> set[int]:
    """Indexes of the stages in the FROM chains of those that images are made of."""
    shipped: set[int] = set()
    for output in outputs:
        index: int | None = output
        while index is not None and index not in shipped:
            shipped.add(index)
            index = parents[index] if 0 <= index < len(parents) else None  # no stage at all: the last is -1
    return shipped


def _fill(stage: Stage, shell: Shell) -> None:
    """Give a stage its instructions, each with the SHELL in force."""
    found: list[Instruction] = []
    parsed = stage.parsed
    for item in (*((parsed.origin,) if parsed.origin else ()), *parsed.instructions):
        found.append(_instruction(stage.dockerfile, item, stage, shell))
        if item.trigger is not None:
            found.append(_instruction(stage.dockerfile, item.trigger, stage, shell, in_onbuild=True))
        elif item.keyword == "SHELL" and item.form == "exec" and item.args:
            shell = Fact(tuple(word.value for word in item.args), (Place(item.span, "SHELL is set here"),))
    bind(stage, instructions=tuple(found), shell=shell)


def _instruction(
    dockerfile: Dockerfile, node: nodes.Instruction, stage: Stage | None, shell: Shell, in_onbuild: bool = False
) -> Instruction:
    return CLASSES.get(node.keyword, Instruction)(
        node.keyword,
        node.keyword_span,
        _anchor(node, stage),
        dockerfile,
        node,
        _commands,
        _assignments,
        stage,
        form=Fact(node.form, (Place(node.text.whole),)) if node.form else ABSENT,
        in_onbuild=Fact(in_onbuild),
        shell=shell,
    )


def _anchor(node: nodes.Instruction, stage: Stage | None) -> str:
    """Its stage, its keyword and a hash of its words."""
    said = " ".join(node.text.text.split())
    where = stage.anchor if stage else "global"
    return f"{where}.{node.keyword}[{crc32(said.encode('utf-8', 'surrogateescape')):08x}]"


def _commands(instruction: Instruction) -> tuple[Command, ...]:
    """Commands that it runs."""
    found = instruction.script.commands if instruction.script else ()
    latest: dict[str, PackageCall] = {}  # call of each family
    return tuple(_command(instruction, node, f"{node.name}[{at}]", latest) for at, node in enumerate(found))


def _command(instruction: Instruction, node: SimpleCommand, name: str, latest: dict[str, PackageCall]) -> Command:
    from lintstack.dockerfile.managers.calls import call

    said, anchor = call(node), f"{instruction.anchor}.{name}"
    if said is None:
        return Command(node.name, node.span, anchor, instruction, node)
    made = PackageCall(node.name, node.span, anchor, instruction, node, said, latest.get(said.family))
    words = said.operands if said.installs else ()
    bind(made, installs=tuple(Package(word.value, word.span, f"{anchor}.{word.value}", made, word) for word in words))
    latest[said.family] = made
    return made


def _assignments(instruction: Instruction) -> tuple[Assignment, ...]:
    """Names and values of ENV, ARG and LABEL."""
    if instruction.name not in ("ENV", "ARG", "LABEL"):
        return ()
    found = pairs(instruction.node, instruction.dockerfile.parsed.escape)
    return tuple(_assignment(instruction, pair) for pair in found)


CLASSES: dict[str, type[Instruction]] = {"RUN": Run, "COPY": Copy, "ADD": Copy}


def _assignment(instruction: Instruction, pair: nodes.Pair) -> Assignment:
    where = (Place(pair.span),)
    value = pair.value.value if pair.value else None
    return (Label if instruction.name == "LABEL" else Assignment)(
        pair.name,
        pair.span,
        f"{instruction.stage.anchor if instruction.stage else 'global'}.{instruction.name}[{pair.name}]",
        instruction,
        pair,
        keyword=Fact(instruction.name, (Place(instruction.span),)),
        value=Fact(value, (Place(pair.value.span),)) if pair.value else ABSENT,
        is_secret=Fact(is_secret(pair.name, value), where),
        names_secret=Fact(is_credential_name(pair.name), where),
        legacy=Fact(pair.legacy, where),
    )
