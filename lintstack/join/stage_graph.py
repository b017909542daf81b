"""Which stages of a Dockerfile need which: those that no image needs, and those that need each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from lintstack.dockerfile.stages import copied_from, taken_from
from lintstack.model import Dockerfile, Stage

if TYPE_CHECKING:
    from lintstack.dockerfile import stages
    from lintstack.environments.targets import Targets

# Names of stages that people, editors and pipelines ask for although no file of the repository needs to say so.
_ASKED_FOR = frozenset(
    """
    check ci coverage debug dev develop developer development devcontainer docs e2e export final integration lint
    linter local output prod production publish release run runner runtime serve shell staging test tester testing
    tests validate watch
    """.split()
)
MOST_GUESSED = 100  # FROM lines whose variables may name any of the earlier stages


def needed(dockerfile: Dockerfile, find_targets: Callable[[], Targets] | None) -> frozenset[int]:
    """Indexes of the stages that an image may need.

    Args:
        dockerfile: the file.
        find_targets: the stages that files of the repository ask for; asked when the file alone does not settle it.
    """
    every = frozenset(range(len(dockerfile.stages)))
    edges = _edges(dockerfile)
    if edges is None:
        return every
    outputs = {stage.parsed.index for stage in dockerfile.stages if stage.is_output.value or _is_asked_for(stage)}
    reached = _reached(outputs, edges)
    if reached < every and find_targets is not None:
        targets = find_targets()
        asked = {stage.parsed.index for stage in dockerfile.stages if _may_be(stage, targets)}
        reached = _reached(outputs | asked, edges)
    return reached


def _is_asked_for(stage: Stage) -> bool:
    words = re.split(r"[-_.]", stage.parsed.name.lower())
    return not _ASKED_FOR.isdisjoint(words) or words[-1].endswith("lint")  # eslint, yamllint


def _may_be(stage: Stage, targets: Targets) -> bool:
    return targets.may_name(stage.name) or targets.may_name(str(stage.parsed.index))


def _edges(dockerfile: Dockerfile) -> list[set[int]] | None:
    """Indexes of what each stage builds upon and takes files from; None when variables may name any of them."""
    edges: list[set[int]] = []
    guessed = 0
    for stage in dockerfile.stages:
        if any("$" in name for name in _named_by_flags(stage)):
            return None
        to = {other.index for other in _sources(stage)}
        if stage.parent is not None:
            to.add(stage.parent.parsed.index)
        if stage.parsed.base and "$" in stage.parsed.base.text:
            guessed += 1
            if guessed > MOST_GUESSED:
                return None
            earlier = dockerfile.stages[: stage.parsed.index]
            text = stage.parsed.base.text
            any_stage = text.startswith("$") and (stage.parent is not None or stage.base.value is None)
            to |= {other.parsed.index for other in earlier if any_stage or may_name(text, other.parsed.name)}
        edges.append(to)
    return edges


def _sources(stage: Stage) -> Iterator[stages.Stage]:
    for instruction in stage.parsed.instructions:
        for name, _ in taken_from(instruction.trigger or instruction):
            found = copied_from(stage.parsed, name)
            if found is not None:
                yield found


def _named_by_flags(stage: Stage) -> Iterator[str]:
    """What the `--from` and the mounts of a stage say, as written."""
    for instruction in stage.parsed.instructions:
        for flag in (instruction.trigger or instruction).flags:
            if flag.value and (flag.name == "from" or (flag.name == "mount" and "from=" in flag.value)):
                yield flag.value if flag.name == "from" else flag.value.partition("from=")[2].partition(",")[0]


def _reached(outputs: set[int], edges: list[set[int]]) -> frozenset[int]:
    found = set(outputs)
    pending = list(outputs)
    while pending:
        new = edges[pending.pop()] - found
        found |= new
        pending += new
    return frozenset(found)


def rings(dockerfile: Dockerfile) -> Mapping[int, tuple[int, ...]]:
    """Stages that need each other, by the index of the first of them.

    Args:
        dockerfile: the file.
    """
    edges = [sorted({found.index for found in _sources(stage)} | _below(stage)) for stage in dockerfile.stages]
    if all(to < index for index, stage in enumerate(edges) for to in stage):  # nothing refers to what follows
        return {}
    found = (tuple(sorted(ring)) for ring in _components(edges))
    return {ring[0]: ring for ring in found if len(ring) > 1}


def _below(stage: Stage) -> set[int]:
    return {stage.parent.parsed.index} if stage.parent is not None else set()


def _components(edges: list[list[int]]) -> Iterator[list[int]]:
    """Sets of nodes that reach each other (Tarjan), without recursion."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    on_path: list[int] = []
    open_: set[int] = set()
    for root in range(len(edges)):
        work = [(root, 0)] if root not in order else []
        while work:
            node, at = work.pop()
            if at == 0:
                order[node] = low[node] = len(order)
                on_path.append(node)
                open_.add(node)
            elif edges[node][at - 1] in open_:
                low[node] = min(low[node], low[edges[node][at - 1]])
            while at < len(edges[node]) and edges[node][at] in order:
                if edges[node][at] in open_:
                    low[node] = min(low[node], order[edges[node][at]])
                at += 1
            if at < len(edges[node]):
                work += [(node, at + 1), (edges[node][at], 0)]
            elif low[node] == order[node]:
                yield _popped(on_path, open_, node)


def _popped(on_path: list[int], open_: set[int], node: int) -> list[int]:
    """What lies on the path from a node on, taken from it."""
    found: list[int] = []
    while not found or found[-1] != node:
        found.append(on_path.pop())
        open_.discard(found[-1])
    return found


def may_name(written: str, stage: str) -> bool:
    """Whether a FROM with variables may mean a stage; one that is nothing but a variable says nothing about it.

    Args:
        written: `base-${TARGETOS}`.
        stage: name of an earlier stage.
    """
    from lintstack.environments.targets import fits

    parts = re.split(r"\$\{[^}]*+(?:\}|\Z)|\$\w*", written.lower())
    return bool(stage) and any(parts) and fits(stage.lower(), parts)
