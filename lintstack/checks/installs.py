"""Checks of how the packages of a project get into an image: by the lock file, before the source, without tools."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from posixpath import normpath

from lintstack.dockerfile.managers.calls import Call
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Command, Copy, PackageCall, Run, Stage

MOST_LOOKED = 2_000  # instructions of a file that are looked at
# Manager → what installs what its lock file says, and the names of that file.
FROZEN = {
    "npm": ("`npm ci` installs", "package-lock.json"),
    "pnpm": ("`pnpm install --frozen-lockfile` installs", "pnpm-lock.yaml"),
    "yarn": ("`yarn install --frozen-lockfile` (since Yarn 2 `--immutable`) installs", "yarn.lock"),
    "bun": ("`bun install --frozen-lockfile` installs", "bun.lock"),
    "bundler": ("with `bundle config set frozen true` before it, it installs", "Gemfile.lock"),
    "composer": ("`composer install` installs", "composer.lock"),
}
NODE = frozenset({"npm", "pnpm", "yarn", "bun"})
# Options with which only what runs is installed.
RUNTIME = (
    "--omit=dev",
    "--production",
    "--prod",
    "--only=production",
    "--only=prod",
    "-P",
    "--no-dev",
    "--without-dev",
)


def lock_file(call: PackageCall) -> Iterator[Problem]:
    """Installs of a project that may take other versions than its lock file says."""
    said, stage = call.call, call.stage
    way_out, file = FROZEN.get(said.manager, ("", ""))
    if not way_out or stage is None or stage.is_for_developers.value or not _is_loose(call):
        return
    if any(_is_frozen(item) for item in stage.lineage) or said.options_unknown:
        return
    message = f"`{call.spoken.value}` takes whatever versions fit today; {way_out} what `{file}` says"
    yield Problem(message, Place(said.verb.span), detail=said.manager)


def _is_loose(call: PackageCall) -> bool:
    """Whether a call installs a project, and not what a lock file says."""
    said = call.call
    if said.manager == "composer":
        return said.action == "upgrade" and not said.operands
    return _installs_project(said) and not said.frozen


def _installs_project(call: Call) -> bool:
    """Whether everything that a project's own files say is installed."""
    everywhere = call.arguments.has("-g", "--global")
    return call.action in ("install", "ci") and not call.operands and not everywhere and call.manager in FROZEN


@cache
def _frozen_setting() -> re.Pattern[str]:
    return re.compile(
        r"BUNDLE_(?:FROZEN|DEPLOYMENT)[= ]\"?(?:1|true)|(?:frozen|deployment) {1,20}[\"']?(?:1|true)|"
        r"npm_config_frozen_lockfile|YARN_ENABLE_IMMUTABLE_INSTALLS|^ENV(?: .*)? CI[= ]\"?(?:1|true)",
        re.IGNORECASE,
    )


@lru_cache(8)  # every call of a stage asks
def _is_frozen(stage: Stage) -> bool:
    """Whether a setting of a stage keeps its package managers to their lock files."""
    said = (item.node.text.text for item in stage.instructions[:MOST_LOOKED] if item.name in ("ENV", "RUN"))
    return any(_frozen_setting().search(text[:4_000]) for text in said)


def install_before_source(call: PackageCall) -> Iterator[Problem]:
    """Packages that are installed anew whenever any file of the source changes."""
    stage, said = call.stage, call.call
    if stage is None or stage.is_for_developers.value or not _needs_manifest_only(said):
        return
    if any(flag.name == "mount" for flag in call.instruction.node.flags):
        return
    source = None
    for item in stage.instructions[:MOST_LOOKED]:
        if item is call.instruction:
            break
        if isinstance(item, Copy) and _whole(item):
            source = source or item
        elif isinstance(item, Run) and any(_installs_before(command) for command in item.commands):
            return
    if source is not None:
        text, _, span = source.read_sources[0]
        message = (
            f"`{text}` copies all of the source before `{call.spoken.value}`, which then runs anew after every change;"
            " copy the lock file and what lists the packages first, install, and copy the rest then"
        )
        yield Problem(message, Place(span), (Place(said.verb.span, "runs anew"),), detail=said.manager)


def _needs_manifest_only(call: Call) -> bool:
    if call.manager in NODE or call.manager == "bundler":
        return call.action in ("install", "ci", "sync") and _installs_project(call)
    requirements = call.arguments.has("-r", "--requirement")
    return call.ecosystem == "pip" and call.action == "install" and requirements and not call.operands


def _installs_before(command: Command) -> bool:
    return isinstance(command, PackageCall) and _needs_manifest_only(command.call)


def _whole(copy: Copy) -> bool:
    """Whether all of the build context is copied."""
    texts = [text for text, _, _ in copy.read_sources]
    return not copy.node.flag("from") and any(text in (".", "./", "/", "*") for text in texts)


def no_dev_dependencies(stage: Stage) -> Iterator[Problem]:
    """Packages for development in what ships: installed there, or copied from where they were."""
    if stage.is_output.value and not stage.is_for_developers.value:
        found = list(_tools(stage))
        if found and not _starts_development(stage):
            yield from found


def _tools(stage: Stage) -> Iterator[Problem]:
    """Where the packages for development come from."""
    call = _with_tools(stage)
    if call is not None and call.stage is not None:
        message = f"`{call.spoken.value}` installs the packages for development too, and they ship; {_way_out(call)}"
        yield Problem(message, Place(call.call.verb.span), detail=call.call.manager)
    calls: dict[int, PackageCall | None] = {}
    for copy in stage.instructions[:MOST_LOOKED]:
        if isinstance(copy, Copy) and copy.origin.value:
            yield from _taken(stage, copy, calls)


def _taken(stage: Stage, copy: Copy, calls: dict[int, PackageCall | None]) -> Iterator[Problem]:
    """The `node_modules` of a stage that installed everything."""
    from lintstack.dockerfile.stages import copied_from

    source = copied_from(stage.parsed, copy.origin.value or "")
    path = next((item for item in copy.read_sources if item[0].rstrip("/").endswith("node_modules")), None)
    if source is None or path is None or not _is_installed_at(stage.dockerfile.stages[source.index], path[0]):
        return
    if source.index not in calls:
        calls[source.index] = _with_tools(stage.dockerfile.stages[source.index])
    call = calls[source.index]
    if call is not None and call.call.manager in NODE:
        message = (
            f"`{path[0]}` holds the packages for development too, since stage `{copy.origin.value}` installs them;"
            f" {_way_out(call)} in a stage of its own"
        )
        yield Problem(message, Place(path[2]), (Place(call.call.verb.span, "installs them"),), detail=path[0])


def _is_installed_at(stage: Stage, path: str) -> bool:
    """Whether a path lies where a stage works: `pnpm deploy --prod /out` makes a folder of its own."""
    folder = stage.workdir.value
    return folder is None or not path.startswith("/") or normpath(path).startswith(normpath(folder).rstrip("/") + "/")


def _starts_development(stage: Stage) -> bool:
    """Whether what the image starts is for developers: then it is the image that is."""
    from lintstack.dockerfile.programs.dev_servers import dev_server

    words = (*(stage.config.entrypoint.value or ()), *(stage.config.command.value or ()))
    return bool(words and dev_server(words, dict))


def _way_out(call: PackageCall) -> str:
    options = {
        "npm": "--omit=dev",
        "pnpm": "--prod",
        "yarn": "--production",
        "bun": "--production",
        "composer": "--no-dev",
    }
    return f"add `{options.get(call.call.manager, '--without development')}`"


def _with_tools(stage: Stage) -> PackageCall | None:
    """The call that brings the packages for development into a stage, unless something takes them out again."""
    found: PackageCall | None = None
    for part in reversed(stage.lineage):
        production = False
        for item in part.instructions[:MOST_LOOKED]:
            if item.name == "ENV":
                production |= any(
                    each.name == "NODE_ENV" and each.value.value == "production" for each in item.assignments
                )
            for command in item.commands if isinstance(item, Run) else ():
                if _prunes(command):
                    found = None
                elif isinstance(command, PackageCall) and _brings_tools(command, production or _inherits(part)):
                    found = command
    return found


def _inherits(stage: Stage) -> bool:
    """Whether NODE_ENV says production already below a stage."""
    below = stage.parent.config.env.get("NODE_ENV") if stage.parent else None
    return below is not None and below.value == "production"


def _brings_tools(command: PackageCall, production: bool) -> bool:
    call = command.call
    if call.manager == "composer":
        elsewhere = any(word.value == "global" for word in call.command.words)
        return call.action == "install" and not call.operands and not elsewhere and not call.arguments.has("--no-dev")
    if call.manager not in NODE or not _installs_project(call) or call.options_unknown:
        return False
    words = [word.value for word in call.command.words]
    said = set(words) | {f"{a}={b}" for a, b in pairwise(words) if a in ("--omit", "--only")}
    given = {name for name, _, value in (word.partition("=") for word in words) if value.lower() != "false"}
    text = " ".join(words)
    included = "--include=dev" in said or "--production=false" in said or "--prod=false" in said
    runtime = not said.isdisjoint(RUNTIME) or not given.isdisjoint({"--production", "--prod"}) or "omit=dev" in text
    environment = command.instruction.node.text.text
    production = production or "NODE_ENV=production" in environment
    return included or not (runtime or (production and call.manager != "bun"))


def _prunes(command: Command) -> bool:
    """Whether a command takes packages for development away."""
    words = [word.value for word in command.node.words]
    if command.name in NODE and ("prune" in words or ("focus" in words and "--production" in words)):
        return True
    return command.name == "rm" and any(word.rstrip("/*").endswith("node_modules") for word in words)
