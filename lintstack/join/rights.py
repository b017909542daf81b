"""Keys of a service by which it shares in the host: namespaces, devices, kernel parameters, terminals, ports."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from lintstack.compose.casts import as_bool, as_int
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.read import entries, mappings, scalar, text, unset, words
from lintstack.join.service import publishes

if TYPE_CHECKING:
    from lintstack.join.mounts import Disk
    from lintstack.source import Source
    from lintstack.yaml import Mapping

Derive = Callable[["Mapping", str], Fact[Any]]


def rights(
    node: Mapping, base: Fact[str], disk: Disk, open_text: Callable[[str], Source | None]
) -> dict[str, Fact[Any]]:
    """Facts of the keys that are there; most services have none of them.

    Args:
        node: the merged node of a service.
        base: the image at the end of its FROM chain.
        disk: the project's files.
        open_text: text of a file of the project; None when it cannot be read.
    """
    found = {key: derive(node, key) for key in node.entries if (derive := DERIVED.get(key)) is not None}
    hooks = _hooks(node) if HOOKS & node.entries.keys() else ABSENT
    if hooks.value:
        found["privileged_hooks"] = hooks
    if "ports" in node.entries and "network_mode" in node.entries:
        found["discarded_ports"] = _discarded(node)
    if ASKING & node.entries.keys():
        found["needs"] = _needs(base)
    if "security_opt" in node.entries:
        found["broken_profiles"] = _broken_profiles(node, disk, open_text)
    return found


def _needs(base: Fact[str]) -> Fact[tuple[str, ...]]:
    """What the image is known to need; its name counts where only its tag is unknown."""
    from lintstack.images.rights import rights_needed

    written = base.value or (base.span.text.strip("'\"") if base.span else "")
    return Fact(rights_needed(written), base.places[:1], default=True)


def _broken_profiles(node: Mapping, disk: Disk, open_text: Callable[[str], Source | None]) -> Fact[tuple[str, ...]]:
    """Docker Compose reads the profile itself, from a path relative to the project's folder."""
    options = words(node, "security_opt")
    broken = []
    for option, place in zip(options.value or (), options.places, strict=False):
        name, _, path = option.partition("=" if "=" in option else ":")
        if name == "seccomp" and path not in ("unconfined", "builtin", "") and _is_broken(path, disk, open_text):
            broken.append(Fact(path, (place,)))
    return _listed(broken)


def _is_broken(written: str, disk: Disk, open_text: Callable[[str], Source | None]) -> bool:
    path = disk.locate(written)
    if not path or not disk.inside(path):
        return False
    kind = disk.exists(path)
    source = open_text(path) if kind == "file" else None
    return kind in ("", "dir") or (source is not None and not _is_json(source.text))


def _is_json(text: str) -> bool:
    import json

    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _word(node: Mapping, key: str) -> Fact[str]:
    return scalar(node, key, cast=text)


def _flag(node: Mapping, key: str) -> Fact[bool]:
    return scalar(node, key, cast=as_bool)


def _number(node: Mapping, key: str) -> Fact[int]:
    return scalar(node, key, cast=as_int)


def _devices(node: Mapping, key: str) -> Fact[tuple[str, ...]]:
    found = [scalar(item, "source", cast=text) for item in mappings(node, key)]
    return _listed([fact._replace(value=_path(fact.value or "")) for fact in found if fact.places])


def _path(written: str) -> str:
    """`//dev/./sda` and `/dev/../dev/sda` are the same node."""
    return "/" + posixpath.normpath(written).lstrip("/") if written.startswith("/") else written


def _names(node: Mapping, key: str) -> Fact[tuple[str, ...]]:
    """Keys of a mapping."""
    return _listed([Fact(found.key.text, (Place(found.key.span),), unset(found.key)) for found in entries(node, key)])


def _listed(found: list[Fact[str]]) -> Fact[tuple[str, ...]]:
    """One fact of several, each at its own place; unknown when one of them is."""
    where = tuple(fact.places[0] for fact in found)
    reason = next((fact.unknown for fact in found if fact.unknown), "")
    if not found or reason:
        return Fact(None, where, reason)
    return Fact(tuple(fact.value or "" for fact in found), where)


def _hooks(node: Mapping) -> Fact[tuple[str, ...]]:
    found = list(_privileged_hooks(node))
    return Fact(tuple(name for name, _ in found), tuple(place for _, place in found)) if found else ABSENT


def _privileged_hooks(node: Mapping) -> Iterator[tuple[str, Place]]:
    for name in sorted(HOOKS):
        for hook in mappings(node, name):
            said = _flag(hook, "privileged")
            if said.value:
                yield name, said.places[0]


def _discarded(node: Mapping) -> Fact[tuple[str, ...]]:
    mode = _word(node, "network_mode")
    if mode.unknown or publishes(mode):
        return ABSENT
    return _listed([fact for item in mappings(node, "ports") if (fact := _word(item, "target")).places])


HOOKS = frozenset({"post_start", "pre_stop"})
ASKING = frozenset({"privileged", "pid", "network_mode", "cap_add", "devices"})  # keys that an image may need
# Key → how its fact of the same name is read.
DERIVED: dict[str, Derive] = {
    **dict.fromkeys(("pid", "ipc", "uts", "userns_mode", "cgroup", "cgroup_parent"), _word),
    **dict.fromkeys(("oom_kill_disable", "tty", "stdin_open"), _flag),
    "oom_score_adj": _number,
    "devices": _devices,
    "device_cgroup_rules": words,
    "group_add": words,
    "sysctls": _names,
}
__all__ = ["rights"]
