"""Checks of calls of package managers: what they leave behind, and what stands beside them in the same RUN."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from lintstack.dockerfile.managers.leftovers import LEFTOVERS, Leftover, leaves, takes_away
from lintstack.dockerfile.managers.table import SYSTEM
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Command, PackageCall

# What an update of the index is for.
USES = frozenset(
    "install reinstall local-install group-install module-install source-install build-dep download".split()
)
UPGRADES = frozenset({"upgrade", "dist-upgrade", "patch", "source", "swap"})
# Families whose `update` is an upgrade, and which people take for one of the index.
UPGRADING = frozenset({"dnf", "yum", "zypper"})
NOT_FILES = frozenset({"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"})
# Families that upgrade piece by piece: where there is no such thing as a partial upgrade it is not their choice.
UPGRADED = frozenset({"apk", "apt", "dnf", "yum", "zypper"})
# Words by which pip takes a variable for yes or no: any of them switches its cache off.
NO_WORDS = frozenset({"0", "f", "false", "n", "no", "off"})
MOST_SEARCHED = 100  # instructions behind an update
SORTED = frozenset("apk apt bun composer dnf npm pip pnpm uv yarn yum zypper".split())
INSTALLING = frozenset({"install", "ci", "sync", "group-install", "module-install", "local-install"})


def _later(call: PackageCall) -> tuple[Command, ...]:
    """Commands of the RUN that run after a call."""
    return call.instruction.commands[call.node.index + 1 :]


def clean_after_install(call: PackageCall) -> Iterator[Problem]:
    """Calls that leave lists or a cache in a layer, with nothing behind them in the RUN that takes it away."""
    family = call.call.family
    group = LEFTOVERS.get(family)
    if group is None or not call.is_shipped.value or not leaves(call.call, group):
        return
    if family == "yarn" and call.setting("YARN_CACHE_FOLDER") is not None:
        return
    for other in _later(call):
        if _leaves_too(other, group) or takes_away(other.node, other.call, group):
            return
    words = ("yarn",) if family == "yarn" else ()
    if _is_trapped(call, group) or call.instruction.has_mounted(group.places, words):
        return
    rest = "end the same RUN" if family != "apt" or _is_used(call) else "install in the same RUN, and end it"
    message = f"`{call.spoken.value}` leaves {group.what} in the layer; {rest} with `{group.way_out}`"
    yield Problem(message, Place(call.call.verb.span), variant=family)


def _leaves_too(other: Command, group: Leftover) -> bool:
    return other.call is not None and leaves(other.call, group)


def _is_trapped(call: PackageCall, group: Leftover) -> bool:
    """Whether a `trap` of the RUN names what is left."""
    traps = (command for command in call.instruction.commands if command.name == "trap")
    return any(place.lstrip("~") in arg for trap in traps for arg in trap.node.args for place in group.places)


def no_cache_option(call: PackageCall) -> Iterator[Problem]:
    """`apk add` and `pip install` that keep a cache in a layer."""
    said = call.call
    option = CACHES.get(said.manager)
    if option is None or said.action != "install" or said.no_cache or not call.is_shipped.value:
        return
    if said.options_unknown or said.arguments.has("--cache-dir"):
        return
    if call.instruction.emptied.get(said.manager, -1) > call.node.index:
        return
    if call.instruction.has_mounted((*said.row.caches, "/etc/apk/cache"), (said.manager,)):
        return
    variable = _pip_variable(call) if said.manager == "pip" else None
    if variable and variable.lower() not in NO_WORDS:
        return
    message = f"`{call.spoken.value}` leaves its cache in the layer; add `{option}`"
    if variable:
        message = f"`PIP_NO_CACHE_DIR={variable}` reads as if pip kept its cache, which it does not; write `1`"
    yield Problem(message, Place(said.verb.span), variant=said.manager)


CACHES = {"apk": "--no-cache", "pip": "--no-cache-dir"}


def _pip_variable(call: PackageCall) -> str | None:
    """What is said about pip's cache; None when nothing is, with a dollar sign when that is not known."""
    if call.setting("pip-no-cache") or call.setting("PIP_CACHE_DIR"):
        return "$"
    script = call.instruction.script
    for assignment in script.assignments if script else ():
        if assignment.name == "PIP_NO_CACHE_DIR":
            return assignment.value.value
    return call.setting("PIP_NO_CACHE_DIR")


def update_alone(call: PackageCall) -> Iterator[Problem]:
    """Updates of the index in a RUN that does not go on to install."""
    said, verb = call.call, call.call.verb.value
    upgrades = said.family in UPGRADING and said.action == "upgrade" and verb in ("update", "up")
    if not (said.action == "update" and said.manager in SYSTEM) and not (upgrades and not said.operands):
        return
    if _is_used(call) or _keeps_lists(call):
        return
    if upgrades and any(other.call and other.call.action == "clean" for other in _later(call)):
        return  # meant as an upgrade: nobody cleans up behind what was only to look for news
    user = _later_run(call)
    message = (
        f"`{call.spoken.value}` in a RUN of its own is cached, and what is installed later comes from an old list;"
        f" put it before the install, in the same RUN"
    )
    related = (Place(user.call.verb.span, "installs with the list of the cached layer"),) if user else ()
    yield Problem(message, Place(said.verb.span), related)


def _is_used(call: PackageCall) -> bool:
    """Whether something may be installed with the list; a further update of it is asked itself."""
    family = call.call.family
    for other in _later(call):
        if other.call is not None and other.call.family == family and other.call.action == "update":
            return True
        if _uses(other, family):
            return True
    return False


def _keeps_lists(call: PackageCall) -> bool:
    """Whether the list is in a mount that other RUNs may share."""
    row, group = call.call.row, LEFTOVERS.get(call.call.family)
    return call.instruction.has_mounted(group.places if group else row.caches)


def _uses(command: Command, family: str) -> bool:
    """Whether a command may install something: a package manager of the family, or what nobody knows."""
    found = command.call
    if found is not None and (found.family == family or {found.family, family} == {"dnf", "yum"}):
        return found.action in USES or found.action in UPGRADES
    if found is not None:
        return False
    name, program = command.name, command.node.words[0].value
    folder = program.rpartition("/")[0]
    if "$" in name or name.endswith(".sh") or (folder and folder not in NOT_FILES):
        return True
    return any("install" in word or "setup" in word for word in command.node.values)


def _later_run(call: PackageCall) -> PackageCall | None:
    """The next call of the family in a later RUN of the stage, if it installs."""
    instructions = call.stage.instructions if call.stage else ()
    at = bisect_right(instructions, call.span.start, key=lambda item: item.span.start)
    for instruction in instructions[at : at + MOST_SEARCHED]:
        for found in instruction.commands if instruction.name == "RUN" else ():
            if isinstance(found, PackageCall) and found.call.family == call.call.family:
                return found if found.call.action in USES else None
    return None


def system_upgrade(call: PackageCall) -> Iterator[Problem]:
    """Upgrades of all packages."""
    said = call.call
    if said.family not in UPGRADED or said.action not in ("upgrade", "dist-upgrade") or said.operands:
        return
    if said.manager == "apk" and said.verb.value == "fix":
        return
    message = f"`{call.spoken.value}` makes each build different; use a newer base image instead"
    variant = said.family if said.action == "upgrade" else f"{said.family}-dist"
    yield Problem(message, Place(said.verb.span), variant=variant)


def apk_virtual(call: PackageCall) -> Iterator[Problem]:
    """The first `apk del` behind calls of `apk add` that give their packages no name."""
    said = call.call
    if said.action != "remove" or any(word.value.startswith(".") for word in said.operands):
        return
    adds = []
    other = call.previous
    while other is not None:
        if other.call.action == "remove":
            return
        if other.call.action == "install":
            adds.append(other.call)
        other = other.previous
    if adds and not any(add.arguments.has("-t", "--virtual") or add.options_unknown for add in adds):
        message = "`apk del` repeats what `apk add` said, and the two lists drift apart; name them once by `--virtual`"
        yield Problem(message, Place(said.verb.span), (Place(adds[0].verb.span, "added here"),))


def sort_packages(call: PackageCall) -> Iterator[Problem]:
    """Packages of an installing call that are not in alphabetical order."""
    said = call.call
    if said.family not in SORTED or said.action != "install" or said.from_file or call.instruction.form.value == "exec":
        return
    names = [(_sort_key(word.value), word) for word in said.operands if "$" not in word.value and "`" not in word.value]
    for (before, first), (after, second) in pairwise(names):
        if after < before:
            message = f"`{second.value}` stands behind `{first.value}`; sort the packages, so that doubles are seen"
            yield Problem(message, Place(second.span), detail=second.value)
            return


def _sort_key(word: str) -> str:
    """A package's name without version, in lower case; the scope of npm is part of it."""
    end = min((at for at in map(word[1:].find, "=<>~@:![") if at >= 0), default=len(word))
    return word[: end + 1].lower()


def prefer_cache_mount(call: PackageCall) -> Iterator[Problem]:
    """Installing calls in a RUN without a cache mount for what they download."""
    said = call.call
    row = said.row
    if not row.caches or said.action not in INSTALLING or _is_next(call):
        return
    places = row.caches if said.family != "apt" else ("/var/lib/apt", "/var/cache/apt")
    if call.instruction.has_mounted(places, (row.name, "cache")):
        return
    target = places[-1].replace("~", "/root")
    message = (
        f"`{call.spoken.value}` downloads everything again in each build; mount its cache: "
        f"`RUN --mount=type=cache,target={target} …`"
    )
    yield Problem(message, Place(call.program), detail=said.manager)


def _is_next(call: PackageCall) -> bool:
    """Whether an earlier call of the RUN downloads with the same manager: one mount serves them all."""
    other = call.previous
    while other is not None and other.call.action not in INSTALLING:
        other = other.previous
    return other is not None


def extra_index(call: PackageCall) -> Iterator[Problem]:
    """Calls of pip that ask a second index, whose packages of the same name may win."""
    option = call.call.arguments.option("--extra-index-url") if call.call.manager == "pip" else None
    if option:
        message = "pip takes the highest version from either index, so that anybody can publish a higher one; name one"
        yield Problem(f"{message} index with `--index-url`", Place(option.word.span))
