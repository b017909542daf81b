"""Checks of the stages of Dockerfiles."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from posixpath import normpath
from typing import Any

from lintstack.dockerfile.expand import Value
from lintstack.dockerfile.nodes import Comment, Instruction, Pair
from lintstack.dockerfile.programs.compilers import compiles
from lintstack.dockerfile.stages import (
    NO_ARGS,
    by_defaults,
    copied_from,
    global_pairs,
    global_values,
    taken_from,
)
from lintstack.dockerfile.syntax import pairs
from lintstack.facts import Place
from lintstack.findings import Edit, Fix, Problem
from lintstack.images.reference import is_valid
from lintstack.model import Run, Stage
from lintstack.source import Span

RESERVED = {
    "scratch": "`FROM scratch` always means the empty image",
    "context": "the word is kept for the build context",
}
# Names of an architecture as people write it, by the one that BuildKit makes of it.
ARCHITECTURES = {
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "armhf": "arm",
    "armel": "arm",
    "i386": "386",
}
LONGEST_CHAIN = 64  # stages that build upon each other and are looked through
ADDS_FILES = frozenset({"ADD", "COPY", "RUN", "WORKDIR", "ONBUILD"})
# First words of comments that speak to tools.
TO_TOOLS = ("syntax=", "escape=", "check=", "hadolint", "lintstack", "tally", "checkov", "trivy", "kics", "renovate",
            "nosemgrep", "dfl", "shellcheck", "dependabot", "vim:")  # fmt: skip


def constant_platform(stage: Stage) -> Iterator[Problem]:
    """A `--platform` without a variable, unless the stage's name says that it is about that platform."""
    flag = stage.parsed.platform
    if flag is None or not flag.value or "$" in flag.value:
        return
    system, _, rest = flag.value.lower().partition("/")
    words = {word for word in (system, *rest.split("/")[:1]) if word}
    words |= {ARCHITECTURES[word] for word in words if word in ARCHITECTURES}
    if not any(word in stage.parsed.name.lower() for word in words):
        yield Problem(
            f"`--platform={flag.value}` builds for that platform alone, whatever is asked for; drop it, or write"
            " `$BUILDPLATFORM` for a stage that cross-compiles",
            Place(flag.span),
        )


def redundant_target_platform(stage: Stage) -> Iterator[Problem]:
    """A `--platform` that says what Docker does anyway."""
    flag = stage.parsed.platform
    if flag is not None and (flag.value or "").strip("\"'") in ("$TARGETPLATFORM", "${TARGETPLATFORM}"):
        text = flag.span.source.text
        end = flag.span.end
        while text[end : end + 1] in (" ", "\t"):
            end += 1
        edit = Edit(Span(flag.span.source, flag.span.start, end), "")
        yield Problem(
            f"`--platform={flag.value}` is what FROM does without it; drop it",
            Place(flag.span),
            fix=Fix("drop the flag", (edit,), safe=True),
        )


def duplicate_stage_name(stage: Stage) -> Iterator[Problem]:
    """A name, in any case, that an earlier stage has."""
    numbers = stage.dockerfile.parsed.stage_numbers.get(stage.parsed.name.lower(), ())
    word = stage.parsed.name_word
    first = stage.dockerfile.stages[numbers[0]] if numbers else stage
    if word is not None and first is not stage:
        earlier = first.parsed.name_word
        yield Problem(
            f"line {first.parsed.origin.line if first.parsed.origin else 1} has a stage `{first.name}` already:"
            " which one a reference means depends on where it stands; give this one another name",
            Place(word.span),
            (Place(earlier.span, "first stage of that name"),) if earlier else (),
        )


def reserved_stage_name(stage: Stage) -> Iterator[Problem]:
    """A name that means something else to Docker."""
    word, why = stage.parsed.name_word, RESERVED.get(stage.parsed.name.lower())
    if word is not None and why:
        yield Problem(f"no stage can be called `{word.text}`: {why}; choose another name", Place(word.span))


def stage_name_casing(stage: Stage) -> Iterator[Problem]:
    """A name with capitals."""
    word = stage.parsed.name_word
    if word is not None and word.text != word.text.lower():
        yield Problem(
            f"stage name `{word.text}` has capitals, which Docker does not tell apart;"
            f" write `{word.text.lower()}` here and wherever it is named",
            Place(word.span),
        )


def unnamed_stage_reference(stage: Stage) -> Iterator[Problem]:
    """`--from=0`: the number of a stage."""
    for instruction in stage.parsed.instructions:
        for name, span in taken_from(instruction.trigger or instruction):
            found = copied_from(stage.parsed, name) if name.isdigit() else None
            if found is not None and found.name != name:
                say = f"`{found.name}`, its name" if found.name else "a name, and give it to that FROM with AS"
                yield Problem(
                    f"stage {name} is another one as soon as a stage is added before it; write {say}",
                    Place(span),
                    (Place(found.origin.span, f"stage {name}"),) if found.origin else (),
                    detail=f"{instruction.keyword} {name}",
                )


def unreachable_stage(stage: Stage) -> Iterator[Problem]:
    """A stage that is in no image, and that nothing in the repository asks for."""
    word = stage.parsed.name_word or stage.parsed.base
    if word is not None and not stage.is_needed.value:
        name = f"`{stage.name}`" if stage.parsed.name else stage.name
        yield Problem(
            f"stage {name} is in no image: no stage that is built takes it up, and no file here builds it as a"
            " target; remove it, or build it where others can see it",
            Place(word.span),
        )


def circular_stage_dependency(stage: Stage) -> Iterator[Problem]:
    """Stages of which each needs another one first; told at the first of them."""
    ring = stage.dockerfile.rings.get(stage.parsed.index)
    if not ring:
        return
    places: list[Place] = []
    for index in ring[:16]:
        other = stage.dockerfile.stages[index]
        found = (
            Place(span, f"stage `{other.name}` takes files from `{name}`")
            for instruction in other.parsed.instructions
            for name, span in taken_from(instruction.trigger or instruction)
            if (source := copied_from(other.parsed, name)) is not None and source.index in ring
        )
        places += list(found)[:1]
    names = ", ".join(f"`{stage.dockerfile.stages[index].name}`" for index in ring[:6])
    if places:
        yield Problem(f"stages {names} need each other, so that none can be built first", places[0], tuple(places[1:]))


def shell_run_in_scratch(stage: Stage) -> Iterator[Problem]:
    """A RUN in shell form where the empty image has got no shell."""
    chain = _from_scratch(stage)
    before: list[Instruction] = []
    for part in reversed(chain):
        for instruction in part.instructions:
            node = instruction.node
            if node.keyword == "RUN" and node.form == "shell" and not instruction.in_onbuild.value:
                shell = (instruction.shell.value or ("/bin/sh",))[0]
                if part is stage and not any(_may_bring(item, shell) for item in (*before, node)):
                    message = (
                        f"there is no `{shell}` in an image from scratch, so RUN cannot start; write its JSON form"
                    )
                    yield Problem(f"{message}, or copy a shell first", Place(node.keyword_span), _empty_image(chain))
                return
            before.append(node)


def _may_bring(node: Instruction, shell: str) -> bool:
    """Whether an instruction may put a program to where the shell is looked for."""
    if node.keyword == "RUN":
        return node.form == "exec" or node.flag("mount") is not None
    if node.keyword not in ("ADD", "COPY") or not node.args:
        return node.keyword == "ONBUILD"
    target = node.args[-1].value
    if not target.startswith("/") or "$" in target or not shell.startswith("/"):
        return True
    return f"{normpath(shell)}/".startswith(f"{normpath(target).rstrip('/')}/")


def _from_scratch(stage: Stage) -> tuple[Stage, ...]:
    """A stage and those that it builds upon, when the last of them starts from nothing and they are not too many."""
    found: list[Stage] = []
    part: Stage | None = stage if stage.is_from_scratch.value else None
    while part is not None:
        found.append(part)
        part = part.parent if len(found) <= LONGEST_CHAIN else None
    return tuple(found) if len(found) <= LONGEST_CHAIN else ()


def _empty_image(chain: tuple[Stage, ...]) -> tuple[Place, ...]:
    base = chain[-1].parsed.base
    return (Place(base.span, "the empty image"),) if base else ()


def copy_from_empty_scratch(stage: Stage) -> Iterator[Problem]:
    """Files taken from a stage that has none."""
    for instruction in stage.parsed.instructions:
        if instruction.keyword == "COPY":
            for name, span in taken_from(instruction):
                source = copied_from(stage.parsed, name)
                found = stage.dockerfile.stages[source.index] if source is not None else None
                if found is not None and found is not stage and _is_empty(found):
                    yield Problem(
                        f"stage `{name}` starts from scratch and creates no file, so there is nothing to copy",
                        Place(span),
                        (Place(found.span, "the empty stage"),),
                        detail=name,
                    )


def _is_empty(stage: Stage) -> bool:
    chain = _from_scratch(stage)
    return bool(chain) and not any(item.keyword in ADDS_FILES for part in chain for item in part.parsed.instructions)


def invalid_base_name(stage: Stage) -> Iterator[Problem]:
    """A FROM that no build of the stack makes a name of an image of, or that is none as it is written."""
    yield from _without_arguments(stage) if stage.dockerfile.is_built.value else ()
    word = stage.parsed.base
    if word is None or "$" in word.text or stage.parent is not None or is_valid(word.value):
        return
    if is_valid(word.value.lower()):
        yield Problem(f"`{word.value}` is no name of an image: capitals may stand in its tag only", Place(word.span))
    elif word.value.endswith(":") and is_valid(word.value[:-1]):
        yield Problem(f"`{word.value}` is no name of an image: nothing stands behind its colon", Place(word.span))


def invalid_default_in_from(stage: Stage) -> Iterator[Problem]:
    """A FROM that is no name of an image as long as nobody gives an argument, in a file that no service builds."""
    yield from _without_arguments(stage) if not stage.dockerfile.is_built.value else ()


def _without_arguments(stage: Stage) -> Iterator[Problem]:
    """What FROM says with the defaults of the arguments that no build gives."""
    word, dockerfile = stage.parsed.base, stage.dockerfile
    if word is None or "$" not in word.text:
        return
    declared, given = global_pairs(dockerfile.parsed), set(dockerfile.argument_names.value or ())
    values = global_values(dockerfile.parsed, NO_ARGS)
    found = by_defaults(dockerfile.parsed, word)
    if not found.names or found.value is None or is_valid(found.value):
        return
    if all(name in declared and name not in given and _is_plain(values[name], declared[name]) for name in found.names):
        becomes = f"`{found.value}`, which is no image" if found.value else "nothing"
        bare = [name for name in found.names if not values[name].value] or list(found.names)
        who = "no service gives" if dockerfile.is_built.value else "the build must give"
        yield Problem(
            f"with the defaults of its arguments `{word.text}` is {becomes}, and {who} `{bare[0]}`;"
            " give the ARG a default that builds",
            Place(word.span),
            tuple(Place(declared[name].span, "declared here") for name in bare),
        )


def _is_plain(value: Value, declared: Pair) -> bool:
    """Whether the default of an argument is known, or there is none."""
    return value.value is not None or declared.value is None


def definition_description(stage: Stage, options: Mapping[str, Any]) -> Iterator[Problem]:
    """A comment right above FROM … AS or ARG that does not begin with the name of what it describes."""
    parsed = stage.dockerfile.parsed
    if not (options["always"] or _asks_for("InvalidDefinitionDescription", parsed.check)):
        return
    before = parsed.global_args if stage.parsed.index == 0 and stage.parsed.origin else ()
    origin = (stage.parsed.origin,) if stage.parsed.origin else ()
    for node in (*before, *origin, *stage.parsed.instructions):
        comment = _above(node, parsed.comments) if node.keyword in ("FROM", "ARG") else None
        if comment is None:
            continue
        names = [stage.parsed.name] if node.keyword == "FROM" else [p.name for p in pairs(node, parsed.escape)]
        text = comment.text.lstrip()
        first = text.partition(" ")[0]
        if any(names) and first not in names and text and not text.lower().replace(" ", "").startswith(TO_TOOLS):
            yield Problem(
                f"the comment above {node.keyword} `{names[0]}` is shown as its description only if it begins with that"
                f" name; write `# {names[0]} …`, or leave a blank line between them",
                Place(node.keyword_span),
                (Place(comment.span, "the comment"),),
                detail=names[0],
            )


def _asks_for(check: str, directive: str) -> bool:
    """Whether a `# check=` directive switches an experimental check of BuildKit on: `skip=A;experimental=B,C`."""
    for part in directive.split(";"):
        key, _, value = part.partition("=")
        if key.strip().lower() == "experimental":
            return not {check.lower(), "all"}.isdisjoint(word.strip().lower() for word in value.split(","))
    return False


def _above(node: Instruction, comments: tuple[Comment, ...]) -> Comment | None:
    """The comment in the line before an instruction."""
    at = bisect_left(comments, node.span.start, key=lambda comment: comment.span.start)
    found = comments[at - 1] if at else None
    return found if found is not None and found.span.line == node.line - 1 else None


def prefer_multi_stage(stage: Stage) -> Iterator[Problem]:
    """A compiler at work in the only stage of a file: it stays in the image."""
    if len(stage.dockerfile.stages) == 1 and stage.parsed.origin is not None:
        runs = (item for item in stage.instructions if isinstance(item, Run))
        compiling = next((command for run in runs for command in run.commands if compiles(command.node)), None)
        if compiling is not None:
            yield Problem(
                f"`{compiling.name}` compiles in the only stage, so that the compiler and the sources ship with what"
                " they make; compile in a stage of its own, and COPY --from it what runs",
                Place(compiling.program),
                (Place(stage.span, "the only stage"),),
            )
