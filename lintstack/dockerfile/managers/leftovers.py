"""What calls of package managers leave behind in a layer, and what takes it away again."""

from __future__ import annotations

from collections.abc import Sequence

from lintstack.dockerfile.managers.calls import Call
from lintstack.dockerfile.mounts import mounts
from lintstack.dockerfile.nodes import Instruction
from lintstack.dockerfile.programs.removals import removes
from lintstack.dockerfile.shell.script import Command
from lintstack.named import NamedTuple


class Leftover(NamedTuple):
    """What calls of a family leave.

    Attributes:
        what: in words.
        actions: calls that leave it.
        places: directories that it is in.
        cleans: actions of these families that take it away.
        cleaning: such actions.
        wanted: one of these words must stand behind such an action; empty: none is needed.
        way_out: what to write.
    """

    what: str
    actions: frozenset[str]
    places: tuple[str, ...]
    cleans: frozenset[str]
    cleaning: frozenset[str]
    wanted: frozenset[str]
    way_out: str


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_RPM = "install reinstall local-install group-install module-install upgrade dist-upgrade build-dep swap"
_RPM_PLACES = ("/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/tdnf")
LEFTOVERS: dict[str, Leftover] = {
    "apt": Leftover(
        "package lists",
        _words("update"),
        ("/var/lib/apt/lists",),
        _words("apt"),
        _words("distclean"),
        frozenset(),
        "rm -rf /var/lib/apt/lists/*",
    ),
    **{
        family: Leftover(
            "a cache",
            _words(_RPM),
            _RPM_PLACES,
            _words("dnf yum"),
            _words("clean"),
            _words("all"),
            f"{family} clean all",
        )
        for family in ("dnf", "yum")
    },
    "pacman": Leftover(
        "a cache",
        _words("install upgrade"),
        ("/var/cache/pacman/pkg",),
        _words("pacman"),
        _words("clean"),
        frozenset(),
        "pacman -Scc --noconfirm",
    ),
    "yarn": Leftover(
        "a cache",
        _words("install"),
        ("~/.cache/yarn", "/usr/local/share/.cache/yarn", "~/.yarn/cache"),
        _words("yarn"),
        _words("clean"),
        frozenset(),
        "yarn cache clean",
    ),
    "zypper": Leftover(
        "a cache",
        _words("install remove source-install patch upgrade dist-upgrade"),
        ("/var/cache/zypp",),
        _words("zypper"),
        _words("clean"),
        frozenset(),
        "zypper clean --all",
    ),
}


def leaves(call: Call, group: Leftover) -> bool:
    """Whether a call leaves what is told of: of yarn 2 and later the project may need it.

    Args:
        call: any call.
        group: what is left.
    """
    if call.action not in group.actions or call.family not in group.cleans:
        return False
    return call.family != "yarn" or not call.arguments.has("--immutable", "--immutable-cache", "--cache-folder")


def takes_away(command: Command, found: Call | None, group: Leftover) -> bool:
    """Whether a command takes away what is left: the manager's own cleaning, `rm -rf`, a script that is named so.

    Args:
        command: the command.
        found: the call that it is, if it is one.
        group: what is left.
    """
    if found is not None:
        if found.family not in group.cleans or found.action not in group.cleaning:
            return False
        words = {word.value for word in found.operands}
        return not group.wanted or bool(group.wanted & words) or any("$" in word for word in words)
    if "clean" in command.name:
        return True
    return any(removes(command, place) for place in group.places) or _removes_what_it_asks_for(command)


def _removes_what_it_asks_for(command: Command) -> bool:
    """Whether it is `rm` of a cache whose place only the build knows: `$(yarn cache dir)`, `$YARN_CACHE_FOLDER`."""
    words = command.args if command.name == "rm" else ()
    return any("$" in word and "cache" in word.lower() for word in words)


# Caches that an option keeps away.
OPTIONAL: dict[str, tuple[str, ...]] = {"apk": ("/var/cache/apk", "/etc/apk/cache"), "pip": ("~/.cache/pip",)}


def emptied(commands: Sequence[tuple[Command, Call | None]]) -> dict[str, int]:
    """Index of the last command that empties the cache of each manager in `OPTIONAL`.

    Args:
        commands: of one script, in order, each with the call that it is.
    """
    last: dict[str, int] = {}
    for index, (command, found) in enumerate(commands):
        for name, places in OPTIONAL.items():
            if found is not None:
                empties = found.family == name and found.action == "clean"
            else:
                empties = (
                    "clean" in command.name
                    or any(removes(command, place, flat=name == "apk") for place in places)
                    or _removes_what_it_asks_for(command)
                )
            if empties:
                last[name] = index
    return last


def is_mounted(instruction: Instruction, places: tuple[str, ...], words: tuple[str, ...] = ()) -> bool:
    """Whether one of some directories is mounted, so that what is in it is in no layer.

    Args:
        instruction: the RUN.
        places: absolute paths; "~" is any home.
        words: words in the target of a mount that are a sign of it as well ("pip").
    """
    for mount in mounts(instruction):
        target = mount.target.rstrip("/")
        if "$" in mount.type or (mount.type in ("cache", "tmpfs", "bind") and "$" in target):
            return True
        if mount.type not in ("cache", "tmpfs", "bind") or not target:
            continue
        if any(_covers(target, place) for place in places):
            return True
        if mount.type == "cache" and any(word in target for word in words):
            return True
    return False


def _covers(target: str, place: str) -> bool:
    if place.startswith("~"):
        return target.endswith(place[1:]) or (place.startswith("~/.cache/") and target.endswith("/.cache"))
    return place == target or place.startswith(target + "/")
