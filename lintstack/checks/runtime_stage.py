"""Checks of what the last stage of a Dockerfile takes over from those that build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import normpath

from lintstack.dockerfile.stages import copied_from
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Command, Copy, PackageCall, Run, Stage

MOST_LOOKED = 2_000  # instructions of a stage that are looked at
BUILDERS = frozenset("build builder building compile compiler".split())
SCRIPTS = frozenset({"npm", "pnpm", "yarn", "bun"})
# Packages that compile, whatever the manager.
COMPILERS = frozenset(
    """
    alpine-sdk base-devel build-base build-essential cargo clang cmake default-jdk g++ gcc gfortran go golang golang-go
    llvm make maven musl-dev openjdk-11-jdk openjdk-17-jdk openjdk-21-jdk openjdk-8-jdk rust rustc
    """.split()
) - {"make"}
# Images that are made to compile.
TOOLS = frozenset("composer gcc golang gradle haskell maven rust".split())
BUILD_TOOLS = frozenset("ant cargo go gradle gradlew javac maven mvn mvnw sbt".split())
SDKS = ("dotnet/sdk", "dotnet/core/sdk")


def runtime_from_builder(stage: Stage) -> Iterator[Problem]:
    """Images that are built upon the stage that compiles."""
    parent, word = stage.parent, stage.parsed.base
    if not stage.is_output.value or stage.is_for_developers.value or parent is None or word is None:
        return
    if _is_named(stage) or parent.is_for_developers.value:
        return  # a target that is itself there to build
    builds = next(_building(parent), None)
    if builds is not None or _is_named(parent):
        message = (
            f"{stage} is built upon `{parent.name}`, so that its sources and tools ship too; begin with a plain image,"
            " and take what runs with `COPY --from`"
        )
        where = (Place(builds.program, "builds here"),) if builds else (Place(parent.span, "the stage that builds"),)
        yield Problem(message, Place(word.span), where)


def _is_named(stage: Stage) -> bool:
    return not BUILDERS.isdisjoint(re.split(r"[^a-z]+", stage.name.lower()))


def _building(stage: Stage) -> Iterator[Command]:
    """Commands of a stage that turn sources into something else."""
    from lintstack.dockerfile.programs.compilers import compiles

    for item in stage.instructions[:MOST_LOOKED]:
        for command in item.commands if isinstance(item, Run) else ():
            if compiles(command.node) or _builds_script(command):
                yield command


def _builds_script(command: Command) -> bool:
    """Whether a command is `npm run build`, `pnpm exec tsc` or the like."""
    words = [word.value for word in command.node.words[1:] if not word.value.startswith("-")]
    return command.name in SCRIPTS and any(word in ("build", "tsc") or word.startswith("build:") for word in words[:4])


def whole_builder_tree(copy: Copy) -> Iterator[Problem]:
    """All of the folder in which another stage compiled."""
    stage = copy.stage
    if stage is None or not copy.origin.value or not stage.is_output.value or stage.is_for_developers.value:
        return
    found = copied_from(stage.parsed, copy.origin.value)
    source = stage.dockerfile.stages[found.index] if found is not None else None
    if source is None or source is stage:
        return
    folder = source.workdir.value or "/"
    for text, _, span in copy.read_sources:
        path = normpath(f"/{text.lstrip(chr(47))}")
        if "$" not in text and path == normpath(folder) and path != "/":
            builds = next(_building(source), None)
            if builds is not None and _copies_source(source):
                message = (
                    f"`{text}` is all that stage `{copy.origin.value}` worked on, its sources and tools included; copy"
                    " what the build made"
                )
                yield Problem(message, Place(span), (Place(builds.program, "builds here"),), detail=text)


def _copies_source(stage: Stage) -> bool:
    """Whether a stage, or one below it, holds folders of the build context."""
    return any(
        isinstance(item, Copy)
        and not item.node.flag("from")
        and any(kind == "local" and _is_folder(text) for text, kind, _ in item.read_sources)
        for part in stage.lineage
        for item in part.instructions[:MOST_LOOKED]
    )


def _is_folder(text: str) -> bool:
    """Whether a source is a folder by its name: files of a build have an ending."""
    return "." not in text.strip("./").rpartition("/")[2] and "*" not in text


def no_compiler(stage: Stage) -> Iterator[Problem]:
    """Compilers in the image that ships: installed there, or brought by the image below."""
    if not stage.is_output.value or stage.is_for_developers.value or _is_named(stage):
        return
    if next(_building(stage), None) is None and not _wants_compiler(stage):
        yield from _base(stage)
    if len(stage.dockerfile.stages) > 1:
        yield from _installed(stage)


def _wants_compiler(stage: Stage) -> bool:
    """Whether a stage calls or installs what needs a compiler to be there."""
    runs = (item for item in stage.instructions[:MOST_LOOKED] if isinstance(item, Run))
    for command in (command for run in runs for command in run.commands):
        installs = command.installs if isinstance(command, PackageCall) else ()
        if command.name in BUILD_TOOLS or any(package.name in BUILD_TOOLS for package in installs):
            return True
    return False


def _base(stage: Stage) -> Iterator[Problem]:
    word, base = stage.parsed.base, stage.base.value
    if word is None or not base or stage.parent is not None:
        return
    from lintstack.images import split

    image = split(base)
    way_out = _smaller(image.name, image.tag)
    if not way_out:
        return
    words = (*(stage.config.entrypoint.value or ()), *(stage.config.command.value or ()))
    started = {part.rpartition("/")[2] for text in words[:50] for part in text.split()[:50]}
    if started.isdisjoint({"go", "cargo", "mvn", "mvnw", "gradle", "gradlew", "javac", "jshell", "dotnet-ef"}):
        yield Problem(
            f"`{word.value}` brings a compiler that nothing here uses; {way_out}", Place(word.span), detail=base
        )


def _smaller(name: str, tag: str) -> str:
    """What to write instead of an image that is made to compile; "" for others."""
    if name in TOOLS and not tag.startswith("slim"):
        return "begin with a plain image"
    if name.endswith(SDKS):
        return "begin with `aspnet` or `runtime`"
    if (name == "eclipse-temurin" and "jre" not in tag) or "jdk" in re.split(r"[^a-z]+", tag):
        return "begin with its `jre`"
    return "begin with a JRE, such as `eclipse-temurin:21-jre`" if name == "openjdk" and "jre" not in tag else ""


def _installed(stage: Stage) -> Iterator[Problem]:
    """Compilers that a package manager installs and that nothing removes."""
    removed: set[str] = set()
    found: list[tuple[PackageCall, str, Place]] = []
    for item in stage.instructions[:MOST_LOOKED]:
        for command in item.commands if isinstance(item, Run) else ():
            if not isinstance(command, PackageCall):
                continue
            if command.call.action in ("remove", "autoremove"):
                removed.update(word.value for word in command.call.operands)
            elif command.call.family in ("apt", "apk", "dnf", "yum", "microdnf", "zypper", "pacman"):
                found += [
                    (command, package.name, Place(package.span))
                    for package in command.installs
                    if re.split(r"[=~<>]", package.name)[0] in COMPILERS
                    and not command.call.arguments.has("-t", "--virtual")
                ]
    left = [(name, place) for _, name, place in found if name not in removed]
    if left and not removed.intersection({"gcc", "build-essential", "build-base"}):
        name, place = left[0]
        message = (
            f"`{name}` ships with {stage}; compile in a stage of its own, and take what it makes with `COPY --from`"
        )
        yield Problem(message, place, tuple(other for _, other in left[1:6]), detail=name)
