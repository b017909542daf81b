"""Which stage a name means, and which stages build upon which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from lintstack.dockerfile.expand import Expanded, Value, expand
from lintstack.dockerfile.mounts import mounts
from lintstack.dockerfile.nodes import Instruction, Pair, Word
from lintstack.dockerfile.refusals import NO_TRIGGER
from lintstack.dockerfile.syntax import pairs
from lintstack.dockerfile.tree import Dockerfile, Stage
from lintstack.facts import Fact, Place
from lintstack.source import Span

__all__ = [
    "NO_ARGS", "PLATFORM_ARGS", "PROXY_ARGS", "Resolve", "Stage", "base_of", "base_reference", "built_upon",
    "by_defaults", "chain_of", "copied_from", "global_pairs", "global_value", "global_values", "output_stages",
    "replayed", "taken_from", "target", "unresolved",
]  # fmt: skip

NO_ARGS: Mapping[str, str] = MappingProxyType({})
# Set by the builder, to values that depend on where and for what it builds.
PLATFORM_ARGS = frozenset(
    f"{side}{part}" for side in ("BUILD", "TARGET") for part in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")
) | {"TARGETSTAGE"}
# Known in every stage, whatever it declares: https://docs.docker.com/reference/dockerfile/#predefined-args
PROXY_ARGS = frozenset(
    name for word in ("HTTP", "HTTPS", "FTP", "NO", "ALL") for name in (f"{word}_PROXY", f"{word}_PROXY".lower())
)

# Name of a local base image to the stage that builds it.
Resolve = Callable[[str], Stage | None]


def unresolved(name: str) -> Stage | None:
    """Know no local base image."""
    return None


def target(dockerfile: Dockerfile, name: str | None) -> Stage | None:
    """The stage that `--target` or `build.target` names.

    Args:
        dockerfile: the file.
        name: name in any case, or index; None or "" is the last stage.
    """
    stages = dockerfile.stages
    if not name:
        return stages[-1] if stages else None
    found = _named(dockerfile, name, len(stages))
    if found is None and name.isascii() and name.isdigit() and len(name) < 9 and int(name) < len(stages):
        return stages[int(name)]
    return found


def output_stages(dockerfile: Dockerfile) -> tuple[Stage, ...]:
    """Stages that a plain `docker build` makes an image of: the last one."""
    return dockerfile.stages[-1:]


def copied_from(stage: Stage, name: str) -> Stage | None:
    """The stage that `COPY --from=name` or a mount's `from=name` in a stage means; None for an image or context."""
    found = _named(stage.dockerfile, name, len(stage.dockerfile.stages))
    if found is None and name.isascii() and name.isdigit() and len(name) < 9 and int(name) < stage.index:
        return stage.dockerfile.stages[int(name)]
    return found


def taken_from(instruction: Instruction) -> Iterator[tuple[str, Span]]:
    """What the `--from` or the mounts of an instruction name, with their places; names with variables are left out."""
    if not instruction.flags:
        return
    flag = instruction.flag("from")
    if flag and flag.value and "$" not in flag.value:
        yield flag.value, flag.value_span
    for mount in mounts(instruction):
        option = mount.option("from")
        if option and option.value and "$" not in option.value:
            yield option.value, option.value_span


def needed(stage: Stage) -> Iterator[Stage]:
    """A stage, those that it is built upon, and those that any of them takes files from."""
    seen: set[int] = set()
    left = [stage]
    while left:
        item = left.pop()
        if id(item) not in seen:
            seen.add(id(item))
            yield item
            left += _steps(item)


def _steps(stage: Stage) -> Iterator[Stage]:
    """The stages that a stage itself names."""
    _, parent = base_of(stage)
    if parent is not None:
        yield parent
    for instruction in stage.instructions:
        for name, _ in taken_from(instruction.trigger or instruction):
            found = copied_from(stage, name)
            if found is not None:
                yield found


def _named(dockerfile: Dockerfile, name: str, before: int) -> Stage | None:
    """The last stage of that name, in any case, among the first `before`."""
    for index in reversed(dockerfile.stage_numbers.get(name.lower(), ())):
        if index < before:
            return dockerfile.stages[index]
    return None


def global_pairs(dockerfile: Dockerfile) -> dict[str, Pair]:
    """The ARGs before the first FROM, by name; kept with the file."""
    kept: dict[str, Pair] | None = dockerfile.__dict__.get("_global_pairs")
    if kept is None:
        found = (pair for item in dockerfile.global_args for pair in pairs(item, dockerfile.escape))
        kept = dockerfile.__dict__["_global_pairs"] = {pair.name: pair for pair in found}
    return kept


def global_values(dockerfile: Dockerfile, args: Mapping[str, str]) -> dict[str, Value]:
    """Values of the ARGs before the first FROM, kept with the file.

    Args:
        dockerfile: the file.
        args: build arguments that are passed.
    """
    kept: dict[tuple[tuple[str, str], ...], dict[str, Value]] = dockerfile.__dict__.setdefault("_global_values", {})
    key = tuple(sorted(args.items()))
    if key not in kept:
        kept[key] = _global_values(dockerfile, args)
    return kept[key]


def by_defaults(dockerfile: Dockerfile, base: Word) -> Expanded:
    """What the name in a FROM is when nobody gives an argument; the builder's own have a value."""
    values = global_values(dockerfile, NO_ARGS)

    def default(name: str) -> Value:
        return Value((values[name].value or "") if name in values else "x" if name in PLATFORM_ARGS else "")

    return expand(base.text, default, dockerfile.escape)


def _global_values(dockerfile: Dockerfile, args: Mapping[str, str]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for instruction in dockerfile.global_args:
        for pair in pairs(instruction, dockerfile.escape):
            if pair.name in args:
                values[pair.name] = Value(args[pair.name])
            elif pair.value is None:
                values[pair.name] = Value(None, f"build argument `{pair.name}` has no value")
            else:
                found = expand(pair.value.text, lambda name: global_value(values, name), dockerfile.escape)
                values[pair.name] = Value(found.value, found.unknown)
    return values


def global_value(values: Mapping[str, Value], name: str) -> Value:
    """Value of a variable in FROM or a global ARG."""
    if name in values:
        return values[name]
    if name in PLATFORM_ARGS:
        return Value(None, f"`{name}` depends on the platform that is built for")
    return Value(None, f"no ARG declares `{name}` before the first FROM")


def base_of(stage: Stage, args: Mapping[str, str] = NO_ARGS) -> tuple[Expanded, Stage | None]:
    """What FROM names: the expanded text, and the earlier stage that it is, if it is one."""
    if stage.base is None:
        return Expanded(None, "the file has no FROM", ()), None
    dockerfile = stage.dockerfile
    text = stage.base.text
    values = global_values(dockerfile, args) if "$" in text else {}
    found = expand(text, lambda name: global_value(values, name), dockerfile.escape)
    if found.value == "":
        found = Expanded(None, "FROM names nothing once its variables are replaced", found.names)
    return found, _named(dockerfile, found.value, stage.index) if found.value else None


def base_reference(stage: Stage, args: Mapping[str, str] = NO_ARGS) -> Fact[str]:
    """What FROM names, variables resolved: an image's reference, or an earlier stage's name."""
    found = base_of(stage, args)[0]
    places = (Place(stage.base.span, "base image"),) if stage.base else ()
    return Fact(found.value, places, found.unknown)


def replayed(parent: Stage) -> tuple[Instruction, ...]:
    """What the ONBUILD instructions of a stage make a stage that builds upon it begin with.

    Triggers belong to the image of the stage that sets them: a grandchild does not run them again. What BuildKit
    refuses as a trigger is left out.
    """
    found = (item.trigger for item in parent.instructions if item.keyword == "ONBUILD")
    return tuple(trigger for trigger in found if trigger and trigger.keyword not in NO_TRIGGER)


def built_upon(chain: Sequence[Stage]) -> Iterator[tuple[Stage, tuple[Instruction, ...]]]:
    """Stages in the order in which they are built, each with what it replays of the one that it builds upon.

    Args:
        chain: the built stage, then what it builds upon, as `chain_of` gives it.
    """
    below: Stage | None = None
    for stage in reversed(chain):
        yield stage, replayed(below) if below else ()
        below = stage


def chain_of(
    stage: Stage, args: Mapping[str, str] = NO_ARGS, resolve: Resolve = unresolved
) -> tuple[tuple[Stage, ...], Expanded]:
    """The stage and what it builds upon, up to an image from elsewhere, and that image's reference.

    Args:
        stage: the stage that is built.
        args: build arguments that are passed, for this file only.
        resolve: finds the stage of another file that builds a base image.
    """
    chain: list[Stage] = []
    seen: set[int] = set()
    while True:
        chain.append(stage)
        seen.add(id(stage))
        base, parent = base_of(stage, args)
        if parent is None and base.value:
            parent = resolve(base.value)
            args = args if parent is not None and parent.dockerfile is stage.dockerfile else NO_ARGS
        if parent is None or id(parent) in seen:
            return tuple(chain), base
        stage = parent
