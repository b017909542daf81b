"""What Compose adds to a service before it prints it: variables of files, defaults, dependencies, networks."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Dict

from lintstack.compose.dotenv import EnvEntry
from lintstack.compose.implied import dependencies
from lintstack.compose.normal.forms import added, mapping_at, plain_mapping
from lintstack.compose.normal.values import implied, null, spelled
from lintstack.yaml import Entry, Mapping, Node, Scalar

_DEFAULT = "default"


def completed(name: Scalar, service: Mapping, files: Dict[str, tuple[EnvEntry, ...]]) -> Mapping:
    """A canonical service with all that it implies.

    Args:
        name: its key.
        service: as the loader gives it.
        files: what files define for its fields, by field (`environment`, `labels`).
    """
    entries = dict(service.entries)
    for field, found in files.items():
        folded = _with_files(service, field, found)
        if folded is not None:
            entries[field] = folded
    whole = plain_mapping(service, entries)
    for field, imply in _IMPLIED.items():
        entry = imply(name, whole)
        if entry is not None:
            entries[field] = entry
    return plain_mapping(service, entries)


def _with_files(service: Mapping, field: str, found: Iterable[EnvEntry]) -> Entry | None:
    """A field with the variables of files below its own."""
    below = {item.name: Entry(item.key, item.value) for item in found if item.value is not None}
    own = service.entries.get(field)
    if not below:
        return None
    if own is None or not isinstance(own.value, Mapping):
        first = next(iter(below.values()))
        return added(first.key, field, Mapping(first.key.source, first.key.start, first.key.end, below))
    for name, entry in own.value.entries.items():
        below[name] = _above(entry, below.get(name))
    return Entry(own.key, plain_mapping(own.value, below), own.over)


def _above(entry: Entry, base: Entry | None) -> Entry:
    """An entry over one of a file, which all earlier entries of its own replaced before."""
    chain: list[Entry] = []
    link: Entry | None = entry if base is not None else None
    while link is not None:
        chain.append(link)
        link = link.over
    for old in reversed(chain):
        base = Entry(old.key, old.value, base)
    return entry if base is None else base


def _build(name: Scalar, service: Mapping) -> Entry | None:
    """The build with its context and Dockerfile; arguments without a value are not passed."""
    old = service.entries.get("build")
    if old is None or not isinstance(old.value, Mapping):
        return None
    build = old.value
    entries = dict(build.entries)
    if "context" not in build.entries:
        entries["context"] = added(build, "context", implied(build, "."))
    if not {"dockerfile", "dockerfile_inline"} & build.entries.keys():
        entries["dockerfile"] = added(build, "dockerfile", implied(build, "Dockerfile"))
    arguments = build.get("args")
    if isinstance(arguments, Mapping):
        passed = {key: entry for key, entry in arguments.entries.items() if not _is_null(entry.value)}
        entries["args"] = Entry(build.entries["args"].key, plain_mapping(arguments, passed), build.entries["args"].over)
    return Entry(old.key, plain_mapping(build, entries), old.over)


def _is_null(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.is_null


def _networks(name: Scalar, service: Mapping) -> Entry | None:
    """The default network, unless the service names others or none."""
    listed = service.get("networks")
    if isinstance(listed, Mapping) and listed.entries:
        return None
    if "network_mode" in service.entries or "provider" in service.entries:
        return None
    at = service.entries["networks"].key if "networks" in service.entries else name
    return added(at, "networks", mapping_at(at, {_DEFAULT: null(at)}))


def _pull_policy(name: Scalar, service: Mapping) -> Entry | None:
    old = service.entries.get("pull_policy")
    if old is None or spelled(old.value) != "if_not_present":
        return None
    return Entry(old.key, implied(old.value, "missing"), old.over)


def _deploy(name: Scalar, service: Mapping) -> Entry | None:
    """The number of replicas, which `scale` gives too."""
    old, scale = service.entries.get("deploy"), service.get("scale")
    if old is None or scale is None or not isinstance(old.value, Mapping) or "replicas" in old.value.entries:
        return None
    replicas = added(scale, "replicas", scale)
    return Entry(old.key, plain_mapping(old.value, {**old.value.entries, "replicas": replicas}), old.over)


def _depends_on(name: Scalar, service: Mapping) -> Entry | None:
    """Dependencies that are written, and those that links, shared namespaces and volumes make."""
    old = service.entries.get("depends_on")
    written = old.value.entries if old is not None and isinstance(old.value, Mapping) else {}
    entries = {other: _filled(entry) for other, entry in written.items()}
    for other in dependencies(service, unset=True):
        if other.name not in entries:
            entries[other.name] = added(other.at, other.name, _dependency(other.at, other.restart))
    if not entries:
        return None
    if old is None:
        first = next(iter(entries.values())).value
        return added(first, "depends_on", Mapping(first.source, first.start, first.end, entries))
    return Entry(old.key, Mapping(old.value.source, old.value.start, old.value.end, entries), old.over)


def _filled(entry: Entry) -> Entry:
    """A dependency that is required unless it says otherwise."""
    if not isinstance(entry.value, Mapping):
        return entry
    if "required" in entry.value.entries:
        return entry
    required = added(entry.value, "required", implied(entry.value, "true", "bool"))
    return Entry(entry.key, plain_mapping(entry.value, {**entry.value.entries, "required": required}), entry.over)


def _dependency(at: Node, restart: bool) -> Mapping:
    values: dict[str, Node] = {
        "condition": implied(at, "service_started"),
        "restart": implied(at, "true" if restart else "false", "bool"),
        "required": implied(at, "true", "bool"),
    }
    return mapping_at(at, values)


_IMPLIED = {
    "build": _build,
    "networks": _networks,
    "pull_policy": _pull_policy,
    "deploy": _deploy,
    "depends_on": _depends_on,
}
