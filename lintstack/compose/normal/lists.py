"""Lists whose entries become several, or get what they imply: ports, mounts, hosts, devices."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from lintstack.compose.normal.forms import added, listing, mapping_at, named, plain_mapping, record, with_value
from lintstack.compose.normal.values import (
    Convert,
    Project,
    count,
    flag,
    full_text,
    implied,
    located,
    retold,
    shown_flag,
    shown_whole,
    size,
    spelled,
    text,
    whole,
)
from lintstack.compose.versions import Version
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence

# From here on `create_host_path` is printed when it is false, before when it is true.
_OPT_OUT: Version = (5, 0, 2)

_PORT = record(
    {
        "name": text,
        "mode": text,
        "host_ip": text,
        "target": whole,
        "published": text,
        "protocol": text,
        "app_protocol": text,
    }
)


def ports(node: Node, project: Project) -> Node | None:
    """Published ports: every range of container ports is one entry per port."""
    if not isinstance(node, Sequence):
        return None
    items = [item for port in node.items if isinstance(port, Mapping) for item in _port(port, project)]
    return Sequence(node.source, node.start, node.end, tuple(items)) if items else None


def _port(port: Mapping, project: Project) -> Iterator[Node]:
    for single in _singles(port) if _is_short(port) else (port,):
        defaults = {"mode": "ingress", "protocol": "tcp"}
        missing = {name: value for name, value in defaults.items() if name not in single.entries}
        entries = {name: added(single, name, implied(single, value)) for name, value in missing.items()}
        found = _PORT(plain_mapping(single, {**single.entries, **entries}), project)
        if found is not None:
            yield found


def _is_short(port: Mapping) -> bool:
    """Whether a short form was taken apart: its fields have no keys in the file."""
    return all(entry.key.start == entry.key.end for entry in port.entries.values())


def _singles(port: Mapping) -> Iterator[Mapping]:
    """One port for each of the range, by the text of the container port."""
    target, published = port.get("target"), port.get("published")
    if not isinstance(target, Scalar) or target.unset:
        yield port
        return
    first, last = _range(target.text)
    host = _range(published.text) if isinstance(published, Scalar) and published.text and not published.unset else None
    for number in sorted(range(first, last + 1), key=str):
        changed = {"target": retold(target, str(number))}
        if host is not None and isinstance(published, Scalar):
            changed["published"] = retold(published, _host(host, number - first, last > first))
        yield _with(port, changed)


def _range(ports: str) -> tuple[int, int]:
    first, _, last = ports.partition("-")
    return (int(first), int(last or first)) if first.isdigit() and (last or first).isdigit() else (0, 0)


def _host(host: tuple[int, int], offset: int, many: bool) -> str:
    """A host port of a range; one container port keeps the whole range, of which Docker takes a free one."""
    first, last = host
    if many:
        return str(first + offset)
    return str(first) if first == last else f"{first}-{last}"


def _with(node: Mapping, values: dict[str, Scalar]) -> Mapping:
    entries = dict(node.entries)
    for name, value in values.items():
        entries[name] = Entry(node.entries[name].key, value, node.entries[name].over)
    return plain_mapping(node, entries)


def _create_host_path(node: Node, project: Project) -> Node | None:
    found = shown_flag(node, project)
    printed = "false" if project.version is None or project.version >= _OPT_OUT else "true"
    return found if spelled(found) == printed else None


_MOUNT = record(
    {
        "type": text,
        "source": text,
        "target": text,
        "read_only": flag,
        "consistency": text,
        "bind": record(
            {"selinux": text, "propagation": text, "create_host_path": _create_host_path, "recursive": text}
        ),
        "volume": record({"labels": named(full_text), "nocopy": flag, "subpath": text}),
        "tmpfs": record({"size": size, "mode": whole}),
        "image": record({"subpath": text}),
    }
)


def mounts(node: Node, project: Project) -> Node | None:
    """Mounts: host paths absolute, with what a short form implies."""
    return listing(_mount)(node, project)


def _mount(node: Node, project: Project) -> Node | None:
    if not isinstance(node, Mapping):
        return None
    entries = dict(node.entries)
    target = node.get("target")
    if isinstance(target, Scalar):
        entries["target"] = Entry(entries["target"].key, retold(target, _cleaned(target.text)), entries["target"].over)
    kind = spelled(node.get("type"))
    source = node.get("source")
    if kind == "bind" and _is_short(node):
        entries["bind"] = _bind(node)
    if kind == "bind" and isinstance(source, Scalar):
        old = entries["source"]
        entries["source"] = Entry(old.key, retold(source, located(source.text, project)), old.over)
    if kind == "volume" and "volume" not in entries and _is_short(node) and not _is_tiny(node):
        entries["volume"] = added(node, "volume", mapping_at(node, {}))
    return _MOUNT(plain_mapping(node, entries), project)


def _cleaned(target: str) -> str:
    """A container path without doubled slashes; those of Windows have none to clean."""
    return "/" + normpath(target).lstrip("/") if target.startswith("/") else target or "."


def _is_tiny(mount: Mapping) -> bool:
    """Whether Compose did not look into a short form: two characters are a path in the container, whatever they are."""
    return "source" not in mount.entries and len(spelled(mount.get("target"))) <= 2


def _bind(mount: Mapping) -> Entry:
    """The options of a short bind mount: its host path is made."""
    default = {"create_host_path": implied(mount, "true", "bool")}
    old = mount.entries.get("bind")
    if old is None or not isinstance(old.value, Mapping):
        return added(mount, "bind", mapping_at(mount, default))
    known = old.value.entries
    entries = {**mapping_at(old.value, default).entries, **known}
    return Entry(old.key, plain_mapping(old.value, entries), old.over)


def hosts(node: Node, project: Project) -> Node | None:
    """`name=address`, one entry for each address, sorted."""
    if not isinstance(node, Sequence):
        return None
    found = [retold(item, host) for item in node.items if isinstance(item, Scalar) for host in _hosts(spelled(item))]
    return Sequence(node.source, node.start, node.end, tuple(sorted(found, key=spelled))) if found else None


def _hosts(item: str) -> Iterator[str]:
    name, sign, addresses = item.partition("=" if "=" in item else ":")
    for address in addresses.split(",") if sign else ():
        bare = address[1:-1] if len(address) > 2 and address.startswith("[") and address.endswith("]") else address
        yield f"{name}={bare}"


_DEVICE = record({"source": text, "target": text, "permissions": text})


def device(node: Node, project: Project) -> Node | None:
    """A device; a short form without permissions has all of them."""
    if isinstance(node, Mapping) and _is_short(node):
        default = {"permissions": added(node, "permissions", implied(node, "rwm"))}
        node = plain_mapping(node, {**default, **node.entries})
    return _DEVICE(node, project)


_REQUEST = record(
    {
        "capabilities": listing(full_text),
        "driver": text,
        "count": count,
        "device_ids": listing(full_text),
        "options": named(full_text),
    }
)


def device_request(node: Node, project: Project) -> Node | None:
    """A request for devices: all of them unless it says how many or which."""
    if isinstance(node, Mapping) and not {"count", "device_ids"} & node.entries.keys():
        every = added(node, "count", implied(node, "-1", "int"))
        node = plain_mapping(node, {**node.entries, "count": every})
    return _REQUEST(node, project)


def labelled_file(folder: str, mode: Convert) -> Convert:
    """A secret or config of a service; without a target it lies in a folder ("": where it is used)."""
    plain = record({"source": text, "target": text, "uid": text, "gid": text, "mode": mode})

    def convert(node: Node, project: Project) -> Node | None:
        if folder and isinstance(node, Mapping) and "target" not in node.entries:
            target = added(node, "target", implied(node, f"{folder}/{spelled(node.get('source'))}"))
            node = plain_mapping(node, {**node.entries, "target": target})
        return plain(node, project)

    return convert


def ssh(node: Node, project: Project) -> Node | None:
    """SSH agents and keys as the list that they are written as: `default`, `id=path`."""
    if not isinstance(node, Mapping):
        return None
    items = [retold(entry.key, _ssh_key(name, spelled(entry.value), project)) for name, entry in node.entries.items()]
    return Sequence(node.source, node.start, node.end, tuple(sorted(items, key=spelled))) if items else None


def _ssh_key(name: str, key: str, project: Project) -> str:
    return f"{name}={located(key, project)}" if key else name


def options(node: Node, project: Project) -> Node | None:
    """Options of a provider: each a list of texts."""
    if not isinstance(node, Mapping):
        return None
    entries = {
        name: with_value(entry, listing(full_text)(entry.value, project)) for name, entry in node.entries.items()
    }
    return plain_mapping(node, {name: entry for name, entry in entries.items() if entry is not None})


def limit(node: Node, project: Project) -> Node | None:
    """A ulimit given as one number; JSON prints zero as nothing."""
    found = shown_whole(node, project)
    return mapping_at(node, {}) if project.json and spelled(found) == "0" else found
