"""Fields of one service that contradict each other, as rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from posixpath import normpath
from typing import TypeAlias

from lintstack.compose.casts import as_bytes, as_float, as_int, known
from lintstack.compose.problems import shown
from lintstack.compose.versions import Version, since
from lintstack.facts import Place
from lintstack.named import NamedTuple
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence


class Fault(NamedTuple):
    """A contradiction: what it is, where, the other places, and its ids in dclint."""

    message: str
    at: Node
    related: tuple[Place, ...] = ()
    dclint: tuple[str, ...] = ()


Check: TypeAlias = Callable[[Mapping], Iterator[Fault]]


def entry_of(node: Node | None, *path: str) -> Entry | None:
    """The entry at a path of keys."""
    found: Entry | None = None
    for name in path:
        found = node.entries.get(name) if isinstance(node, Mapping) else None
        if found is None:
            return None
        node = found.value
    return found


def scalar_of(node: Node | None, *path: str) -> Scalar | None:
    """The scalar at a path, when its text is what would run and not null."""
    found = entry_of(node, *path)
    value = known(found.value) if found is not None else None
    return None if value is None or value.is_null else value


def items_of(node: Node | None, *path: str) -> tuple[Node, ...]:
    """The items of the list at a path."""
    found = entry_of(node, *path)
    return found.value.items if found is not None and isinstance(found.value, Sequence) else ()


def texts(node: Node | None, *path: str) -> tuple[Scalar, ...]:
    """The known texts of the list at a path."""
    return tuple(item for item in items_of(node, *path) if isinstance(item, Scalar) and not item.unset)


def _place(node: Node) -> tuple[Place, ...]:
    return (Place(node.span, "set here"),)


def dockerfiles(service: Mapping) -> Iterator[Fault]:
    """A Dockerfile's path beside its text."""
    path, text = scalar_of(service, "build", "dockerfile"), scalar_of(service, "build", "dockerfile_inline")
    if path is not None and text is not None and path.text and text.text:
        yield Fault("`dockerfile` and `dockerfile_inline` exclude each other; remove one of them", text, _place(path))


def platforms(service: Mapping) -> Iterator[Fault]:
    """A platform that the build does not make."""
    platform, listed = scalar_of(service, "platform"), items_of(service, "build", "platforms")
    made = texts(service, "build", "platforms")
    if platform is None or not platform.text or not listed or len(made) < len(listed):
        return
    if platform.text not in {item.text for item in made}:
        message = f"the `platform` `{shown(platform.text)}` is not among `build.platforms`; add it there"
        yield Fault(message, platform, _place(made[0]))


def ssh_keys(service: Mapping) -> Iterator[Fault]:
    """A key for the build without its path (compose-go `UnmarshalSSH`); one written as a mapping needs none."""
    found = entry_of(service, "build", "ssh")
    if found is None or not isinstance(found.value, Mapping) or not found.value.listed:
        return
    for name, entry in found.value.entries.items():
        value = known(entry.value)
        if name != "default" and value is not None and value.is_null and "$" not in entry.key.raw:
            yield Fault(f"`{shown(name)}` is no SSH key; write `default`, or `{shown(name)}=` and its path", entry.key)


def network_modes(service: Mapping) -> Iterator[Fault]:
    """A network mode beside networks."""
    mode, networks = scalar_of(service, "network_mode"), service.get("networks")
    if mode is not None and mode.text and isinstance(networks, Mapping) and networks.entries:
        first = next(iter(networks.entries.values()))
        yield Fault("`network_mode` and `networks` exclude each other; remove one of them", mode, _place(first.key))


_TEST_WORDS = ("CMD", "CMD-SHELL", "NONE")


def health_checks(service: Mapping) -> Iterator[Fault]:
    """A list of words whose first says not how to run the others."""
    listed = items_of(service, "healthcheck", "test")
    first = known(listed[0]) if listed else None
    if first is not None and first.text not in _TEST_WORDS:
        yield Fault("a health check's `test` list begins with `CMD`, `CMD-SHELL` or `NONE`; put `CMD` first", first)


def scale(service: Mapping) -> Iterator[Fault]:
    """A negative number of containers."""
    yield from _negative("scale", scalar_of(service, "scale"))


def scales(service: Mapping) -> Iterator[Fault]:
    """A negative number of containers, or two of them."""
    number, replicas = scalar_of(service, "scale"), scalar_of(service, "deploy", "replicas")
    yield from _negative("deploy.replicas", replicas)
    if number is None or replicas is None:
        return
    first, second = as_int(number), as_int(replicas)
    if first is not None and second is not None and first != second:
        message = f"`scale` is {first} and `deploy.replicas` is {second}; remove one of them"
        yield Fault(message, number, _place(replicas))


def _negative(field: str, value: Scalar | None) -> Iterator[Fault]:
    if value is not None and (as_int(value) or 0) < 0:
        yield Fault(f"`{field}` is negative; write 0 or more", value)


def names(service: Mapping) -> Iterator[Fault]:
    """One name for several containers."""
    name = scalar_of(service, "container_name")
    number = scalar_of(service, "scale") or scalar_of(service, "deploy", "replicas")
    if name is not None and name.text and number is not None and (as_int(number) or 0) > 1:
        message = f"{as_int(number)} containers cannot share one `container_name`; remove the name or the number"
        yield Fault(message, name, _place(number))


# Field, its twin in `deploy.resources`, how both are read.
TWINS: tuple[tuple[str, str, str, Callable[[Node | None], float | None]], ...] = (
    ("cpus", "limits", "cpus", as_float),
    ("mem_limit", "limits", "memory", as_bytes),
    ("mem_reservation", "reservations", "memory", as_bytes),
    ("pids_limit", "limits", "pids", as_int),
)


def twins(service: Mapping) -> Iterator[Fault]:
    """A limit that is set twice: Compose takes a section without it for zero."""
    for field, section, twin, cast in TWINS:
        value = scalar_of(service, field)
        limits = entry_of(service, "deploy", "resources", section)
        if value is None or not cast(value) or limits is None or not isinstance(limits.value, Mapping):
            continue
        other = limits.value.get(twin)
        if other is None or (scalar_of(limits.value, twin) is not None and cast(other) not in (cast(value), None)):
            place = f"deploy.resources.{section}"
            message = f"`{field}` and `{place}.{twin}` differ; set both alike, or only the one under `{place}`"
            yield Fault(message, value, _place(limits.key if other is None else other))


def targets(service: Mapping) -> Iterator[Fault]:
    """Two mounts at one place in the container."""
    seen: dict[str, Node] = {}
    for item in texts(service, "tmpfs"):
        yield from _mounted(item.text.partition(":")[0], item, seen)
    for mount in items_of(service, "volumes"):
        target = scalar_of(mount, "target")
        if target is not None and target.text:
            yield from _mounted(normpath(target.text), target, seen)


def _mounted(target: str, at: Node, seen: dict[str, Node]) -> Iterator[Fault]:
    first = seen.setdefault(target, at)
    if first is not at:
        yield Fault(f"`{shown(target)}` is mounted twice; remove one of the mounts", at, _place(first))


_WITHOUT_TARGET = ("rebuild", "restart")


def watches(service: Mapping) -> Iterator[Fault]:
    """What is synchronised needs a target."""
    for item in items_of(service, "develop", "watch"):
        action = scalar_of(item, "action")
        target = entry_of(item, "target")
        empty = target is None or (isinstance(target.value, Scalar) and not (target.value.text or target.value.unset))
        if action is not None and action.text not in _WITHOUT_TARGET and empty:
            yield Fault(f"a watch that does `{shown(action.text)}` needs a `target` in the container", action)


def watched(service: Mapping) -> Iterator[Fault]:
    """What is watched needs a path."""
    for item in items_of(service, "develop", "watch"):
        path = scalar_of(item, "path")
        if path is not None and not path.text.strip():
            yield Fault("the `path` of a watch is empty; name a folder or file", path)


def bound(service: Mapping) -> Iterator[Fault]:
    """A bind mount of nothing."""
    for item in items_of(service, "volumes"):
        kind = scalar_of(item, "type")
        if kind is not None and kind.text == "bind" and entry_of(item, "source") is None:
            yield Fault("a mount of type `bind` needs a `source`; name the path of the host", kind)


def devices(service: Mapping) -> Iterator[Fault]:
    """Reserved devices by number and by name."""
    yield from _counted(items_of(service, "deploy", "resources", "reservations", "devices"))


def graphics(service: Mapping) -> Iterator[Fault]:
    """The same of `gpus`."""
    yield from _counted(items_of(service, "gpus"))


def _counted(requests: tuple[Node, ...]) -> Iterator[Fault]:
    for item in requests:
        count, named = entry_of(item, "count"), entry_of(item, "device_ids")
        if count is not None and named is not None:
            yield Fault("`count` and `device_ids` exclude each other; remove one of them", named.key, _place(count.key))


def addresses(service: Mapping) -> Iterator[Fault]:
    """Addresses of ports in long form; those in short form were checked when they were taken apart."""
    for item in items_of(service, "ports"):
        host = scalar_of(item, "host_ip") if isinstance(item, Mapping) and "host_ip" in item.entries else None
        if host is not None and host.text not in _COMMON and not _is_address(host.text):
            yield Fault("the `host_ip` of a port must be an IP address", host)


_COMMON = ("127.0.0.1", "0.0.0.0")


def _is_address(text: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        return False
    return True


# Field that a contradiction cannot do without -> its check.
CHECKS: dict[str, tuple[Check, ...]] = {
    "build": (dockerfiles,),
    "container_name": (names,),
    "deploy": (scales, twins),
    "develop": (watches,),
    "healthcheck": (health_checks,),
    "network_mode": (network_modes,),
    "platform": (platforms,),
    "scale": (scale,),
    "tmpfs": (targets,),
    "volumes": (targets,),
}

# The same for services that are off too.
_ALWAYS: dict[str, Check] = {
    "build": ssh_keys,
    "deploy": devices,
    "develop": watched,
    "gpus": graphics,
    "ports": addresses,
    "volumes": bound,
}


def always(service: Mapping) -> Iterator[Fault]:
    """What contradicts itself in any service, on or off (compose-go `validation.Validate`)."""
    for field, check in _ALWAYS.items():
        if field in service.entries:
            yield from check(service)


def faults(service: Mapping) -> Iterator[Fault]:
    """Everything in a service that contradicts itself."""
    for check in dict.fromkeys(check for field in service.entries if field in CHECKS for check in CHECKS[field]):
        yield from check(service)


def by_version(service: Mapping, version: Version | None) -> Iterator[Fault]:
    """What only an older Compose refuses."""
    if not since(version, "dependency-casts"):
        yield from _uncast(service)
    if not since(version, "unlimited-memory"):
        limit = scalar_of(service, "mem_limit")
        if limit is not None and isinstance(limit.value, str) and limit.text.startswith("-"):
            yield Fault("this Docker Compose takes no negative `mem_limit`; leave it out", limit)


def _uncast(service: Mapping) -> Iterator[Fault]:
    listed = service.get("depends_on")
    for name, other in listed.items() if isinstance(listed, Mapping) and not listed.listed else ():
        for field in ("required", "restart"):
            value = scalar_of(other, field)
            if value is not None and isinstance(value.value, str):
                message = f"this Docker Compose takes no string for `{field}` of `{shown(name)}`; write true or false"
                yield Fault(message, value)
