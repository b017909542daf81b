"""Networks, volumes, secrets, configs and models of a project: the ones that a service uses, with their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lintstack.compose.casts import as_bool
from lintstack.compose.normal.fields import RESOURCES
from lintstack.compose.normal.forms import added, mapping_at, plain_mapping
from lintstack.compose.normal.values import Project, implied, located, retold, spelled
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence


def section(kind: str, root: Mapping, services: Mapping, project: Project, name: str) -> Entry | None:
    """One section of the top level with the resources that are used; None when there are none.

    Args:
        kind: `networks`, `volumes`, `secrets`, `configs` or `models`.
        root: the canonical tree.
        services: the normal services that run.
        project: see `Project`.
        name: the project's name.
    """
    old = root.entries.get(kind)
    declared = old.value.entries if old is not None and isinstance(old.value, Mapping) else {}
    found: dict[str, Entry] = {}
    for key, at in _used(kind, services):
        entry = declared.get(key)
        if entry is None and kind == "networks" and key == "default":
            entry = added(at, key, mapping_at(at, {}))
        if entry is not None and key not in found:
            found[key] = _resource(kind, key, entry, project, name)
    if not found:
        return None
    at = next(iter(found.values())).value
    inner = Mapping(at.source, at.start, at.end, found) if old is None else _under(old.value, found)
    return added(at, kind, inner) if old is None else Entry(old.key, inner, old.over)


def _under(node: Node, entries: dict[str, Entry]) -> Mapping:
    return Mapping(node.source, node.start, node.end, entries)


def _resource(kind: str, key: str, entry: Entry, project: Project, name: str) -> Entry:
    """A resource with its name: its own, its key when it exists elsewhere, else the project's and its key."""
    node = entry.value
    whole = node if isinstance(node, Mapping) else mapping_at(node, {})
    if "name" not in whole.entries:
        external = bool(as_bool(whole.get("external")))
        title = key if external or kind == "models" else f"{name}_{key}"
        named = {} if kind == "models" else {"name": added(entry.key, "name", implied(entry.key, title))}
        whole = plain_mapping(whole, {**named, **whole.entries})
    if kind == "volumes":
        whole = _bound(whole, project)
    value = RESOURCES[kind](whole, project)
    return Entry(entry.key, whole if value is None else value, entry.over)


def _bound(volume: Mapping, project: Project) -> Mapping:
    """A local volume that is really a bind mount: its device is a path of the project."""
    options = volume.get("driver_opts")
    device = options.get("device") if isinstance(options, Mapping) else None
    local = spelled(volume.get("driver")) == "local" and isinstance(options, Mapping)
    if (
        not (local and isinstance(device, Scalar) and isinstance(options, Mapping))
        or spelled(options.get("o")) != "bind"
    ):
        return volume
    old, outer = options.entries["device"], volume.entries["driver_opts"]
    changed = Entry(old.key, retold(device, located(spelled(device), project)), old.over)
    inner = plain_mapping(options, {**options.entries, "device": changed})
    return plain_mapping(volume, {**volume.entries, "driver_opts": Entry(outer.key, inner, outer.over)})


def _used(kind: str, services: Mapping) -> Iterator[tuple[str, Node]]:
    """Keys of the resources that services use, and where."""
    for _, service in services.items():
        if isinstance(service, Mapping):
            for holder in _holders(kind, service):
                yield from _keys(kind, holder)


def _holders(kind: str, service: Mapping) -> Iterable[Node]:
    """What names resources in a service: its own field, and for secrets its build's."""
    build = service.get("build")
    fields = [service.get(kind), build.get(kind) if kind == "secrets" and isinstance(build, Mapping) else None]
    return [field for field in fields if field is not None]


def _keys(kind: str, holder: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(holder, Mapping):
        yield from ((name, entry.key) for name, entry in holder.entries.items())
    for item in holder.items if isinstance(holder, Sequence) else ():
        source = item.get("source") if isinstance(item, Mapping) else None
        if source is not None and (kind != "volumes" or _is_volume(item)):
            yield spelled(source), source


def _is_volume(mount: Node) -> bool:
    return isinstance(mount, Mapping) and spelled(mount.get("type")) == "volume"
