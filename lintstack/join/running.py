"""Facts about how a service is run that few services state: derived only where the key is present."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lintstack.compose.casts import as_bytes, as_float, as_int
from lintstack.facts import Fact, Place
from lintstack.join.read import entries, entry, mappings, scalar, text, words
from lintstack.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from lintstack.join.ground import Ground
    from lintstack.yaml import Entry

Facts = dict[str, Fact[Any]]

# What `docker compose up` does not read under `deploy`: only Swarm does.
SWARM_ONLY = (
    ("endpoint_mode",),
    ("labels",),
    ("placement",),
    ("rollback_config",),
    ("update_config", "delay"),
    ("update_config", "failure_action"),
    ("update_config", "max_failure_ratio"),
    ("update_config", "monitor"),
    ("restart_policy", "delay"),
    ("restart_policy", "window"),
    ("resources", "reservations", "cpus"),
)
# Modes of a service that only Swarm knows.
SWARM_MODES = ("global", "replicated-job", "global-job")


def _deploy(node: Mapping) -> Facts:
    reservations = ("deploy", "resources", "reservations")
    found: Facts = {
        "cpu_reservation": scalar(node, *reservations, "cpus", cast=as_float),
        "swarm_only": _swarm_only(node),
    }
    memory = scalar(node, *reservations, "memory", cast=as_bytes)
    if memory.value is not None or memory.unknown:
        found["memory_reservation"] = memory
    attempts = scalar(node, "deploy", "restart_policy", "max_attempts", cast=as_int)
    if attempts.value is not None or attempts.unknown:
        found["restart_attempts"] = attempts
    return found


def _swarm_only(node: Mapping) -> Fact[tuple[str, ...]]:
    keys = [(path, found) for path in SWARM_ONLY if (found := entry(node, "deploy", *path)) and not _is_null(found)]
    mode = entry(node, "deploy", "mode")
    if mode is not None and scalar(node, "deploy", "mode", cast=text).value in SWARM_MODES:
        keys.append((("mode",), mode))
    names = tuple(f"deploy.{'.'.join(path)}" for path, _ in keys)
    return Fact(names or None, tuple(Place(found.key.span) for _, found in keys))


def _is_null(found: Entry) -> bool:
    return isinstance(found.value, Scalar) and found.value.is_null


def _restart(node: Mapping) -> Facts:
    """What `restart` says where `deploy.restart_policy` decides, and how often it tries."""
    said = scalar(node, "restart", cast=text)
    if entry(node, "deploy", "restart_policy") is not None:
        return {"restart_overruled": said}
    name, _, count = (said.value or "").partition(":")
    if name == "on-failure" and count.isascii() and count.isdigit() and len(count) < 10:
        return {"restart_attempts": Fact(int(count), said.places)}
    return {}


def _reservation(node: Mapping) -> Facts:
    return {"memory_reservation": scalar(node, "mem_reservation", cast=as_bytes)}


def _swap(node: Mapping) -> Facts:
    return {"swap_limit": scalar(node, "memswap_limit", cast=as_bytes)}


def _swappiness(node: Mapping) -> Facts:
    return {"swappiness": scalar(node, "mem_swappiness", cast=as_int)}


def _links(node: Mapping) -> Facts:
    found = [words(node, name) for name in ("links", "external_links")]
    said = [fact for fact in found if fact.value]
    values = tuple(value for fact in said for value in fact.value or ())
    return {"legacy_links": Fact(values or None, tuple(place for fact in said for place in fact.places))}


def _volumes_from(node: Mapping) -> Facts:
    return {"volumes_from": words(node, "volumes_from")}


def _hooks(node: Mapping) -> Facts:
    found = []
    for name in ("post_start", "pre_stop"):
        for item in mappings(node, name):
            user = scalar(item, "user", cast=text)
            if user.value is not None and user.value.partition(":")[0] in ("root", "0"):
                found.append((name, user.places[0]))
    return {"root_hooks": Fact(tuple(name for name, _ in found) or None, tuple(place for _, place in found))}


def _ulimits(node: Mapping) -> Facts:
    """Limits whose soft value is above the hard one; -1 is above all."""
    found = []
    for item in entries(node, "ulimits"):
        soft, hard = (scalar(item.value, name, cast=as_int) for name in ("soft", "hard"))
        numbers = soft.value is not None and hard.value is not None and hard.value != -1
        if numbers and (soft.value == -1 or (soft.value or 0) > (hard.value or 0)):
            found.append((item.key.text, soft.places[0]))
    return {"ulimits_above": Fact(tuple(name for name, _ in found) or None, tuple(place for _, place in found))}


def _networks(node: Mapping) -> Facts:
    """Addresses that a service asks for in its networks."""
    found = []
    for network in entries(node, "networks"):
        for name in ("ipv4_address", "ipv6_address"):
            address = scalar(network.value, name, cast=text)
            if address.value:
                found.append((address.value, address.places[0]))
    return {"static_addresses": Fact(tuple(value for value, _ in found) or None, tuple(place for _, place in found))}


# Key of a service -> the facts that only it can state; of two that state the same the later one counts.
KEYS: dict[str, Callable[[Mapping], Facts]] = {
    "mem_reservation": _reservation,
    "memswap_limit": _swap,
    "mem_swappiness": _swappiness,
    "deploy": _deploy,
    "restart": _restart,
    "links": _links,
    "external_links": _links,
    "volumes_from": _volumes_from,
    "post_start": _hooks,
    "pre_stop": _hooks,
    "networks": _networks,
    "ulimits": _ulimits,
}


def facts(node: Mapping, ground: Ground, for_swarm: bool = False) -> Facts:
    """What a service states by its rarer keys.

    Args:
        node: its merged node.
        ground: what it stands on.
        for_swarm: whether a Swarm runs it, which does not read `restart`.
    """
    found: Facts = {}
    for key in KEYS.keys() & node.entries.keys():
        found |= KEYS[key](node)
    if "entrypoint" in node.entries and ground.config is not None:
        found |= _dropped(node, ground)
    if for_swarm and "restart" in node.entries:
        found["restart_overruled"] = scalar(node, "restart", cast=text)
    return found


def _dropped(node: Mapping, ground: Ground) -> Facts:
    """CMD of the built image, which an entrypoint in compose drops."""
    said = entry(node, "command")
    own = entry(node, "entrypoint")
    if ground.config is None or own is None or _is_null(own) or not (said is None or _is_null(said)):
        return {}
    empty = isinstance(own.value, Sequence) and not own.value.items
    return {} if empty else {"dropped_command": ground.config.command}
