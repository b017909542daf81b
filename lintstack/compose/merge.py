"""Phases 7 and 8: one canonical tree over another, by a table of path patterns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from lintstack.compose.mounts import device_key, mount_key
from lintstack.compose.ports import port_key
from lintstack.compose.problems import Problems
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence

Path: TypeAlias = tuple[str, ...]
Rule: TypeAlias = Callable[["Merger", Node, Node, Path], Node]
Key: TypeAlias = Callable[[Node], str]


class Merger:
    """Merges trees; clashes of types are reported and leave the base as it is."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.kept: list[tuple[Entry, Entry]] = []  # null, `[]` or `{}`, and the entry that stays all the same

    def entry(self, base: Entry, over: Entry, path: Path) -> Entry:
        """The entry that results when `over` meets `base` at a path; it remembers `base`."""
        if base is over:
            return base
        rule = RULES.get(path, default)
        if rule is not replace and is_hollow(over.value) and not is_hollow(base.value):
            self.kept.append((over, base))
        if rule is not replace and _is_null(over.value):
            return base
        value = rule(self, base.value, over.value, path)
        return Entry(over.key, value, _chained(over, base))

    def mapping(self, base: Mapping, over: Mapping, path: Path) -> Mapping:
        """Mappings key by key."""
        entries = dict(base.entries)
        for name, entry in over.entries.items():
            old = entries.get(name)
            entries[name] = entry if old is None else self.entry(old, entry, step(path, name))
        return Mapping(over.source, over.start, over.end, entries, "", base.listed or over.listed)


def _chained(over: Entry, base: Entry) -> Entry:
    """The chain of earlier entries behind a new one: what `over` itself replaced (by extends) comes first."""
    if over.over is None:
        return base
    chain: list[Entry] = []
    link: Entry | None = over.over
    while link is not None:
        chain.append(link)
        link = link.over
    for old in reversed(chain):
        base = Entry(old.key, old.value, base)
    return base


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null


def is_hollow(node: Node) -> bool:
    """Whether a value is null, an empty list or an empty mapping."""
    if isinstance(node, Scalar):
        return node.is_null
    return not (node.entries if isinstance(node, Mapping) else node.items)


def default(merger: Merger, base: Node, over: Node, path: Path) -> Node:
    """Mappings merge, sequences append (and stay unique where the table says so), scalars give way."""
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        return merger.mapping(base, over, path)
    if isinstance(base, Sequence) and isinstance(over, Sequence):
        items = unique((*base.items, *over.items), KEYS.get(path))
        return Sequence(over.source, over.start, over.end, items)
    if isinstance(base, Scalar):
        return over
    where = ".".join(path[:1] + path[2:] if path[:1] == ("services",) else path)
    merger.problems.say("compose-schema", f"`{where}` cannot override a value of another type", over)
    return base


def replace(merger: Merger, base: Node, over: Node, path: Path) -> Node:
    """The later file's value, whatever it is."""
    return over


def by_name(merger: Merger, base: Node, over: Node, path: Path) -> Node:
    """`NAME=value` pairs: the later pair replaces the earlier one at its place, null values too."""
    if not (isinstance(base, Mapping) and isinstance(over, Mapping)):
        return default(merger, base, over, path)
    entries = dict(base.entries)
    for name, entry in over.entries.items():
        old = entries.get(name)
        entries[name] = entry if old is None or old is entry else Entry(entry.key, entry.value, _chained(entry, old))
    # Compose appends both sides as lists: what was merged no longer is a mapping for `!reset`.
    return Mapping(over.source, over.start, over.end, entries, "", True)


def same_driver(merger: Merger, base: Node, over: Node, path: Path) -> Node:
    """Logging: merged when the drivers agree or one of them is not named; else the later file's alone."""
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        drivers = [driver.text for node in (base, over) if isinstance(driver := node.get("driver"), Scalar)]
        return over if len(set(drivers)) > 1 else merger.mapping(base, over, path)
    return default(merger, base, over, path)


def by_subnet(merger: Merger, base: Node, over: Node, path: Path) -> Node:
    """IPAM: equal subnets merge; a subnet that the later file does not name is lost."""
    if not (isinstance(base, Sequence) and isinstance(over, Sequence)):
        return default(merger, base, over, path)
    known = {_subnet(item): item for item in base.items}
    items: list[Node] = []
    for item in over.items:
        old = known.get(_subnet(item))
        both = isinstance(old, Mapping) and isinstance(item, Mapping)
        items.append(merger.mapping(old, item, (*path, "*")) if both else item)  # type: ignore[arg-type]
    return Sequence(over.source, over.start, over.end, tuple(items))


def _subnet(node: Node) -> str:
    subnet = node.get("subnet") if isinstance(node, Mapping) else None
    return subnet.text if isinstance(subnet, Scalar) else ""


def unique(items: tuple[Node, ...], key: Key | None) -> tuple[Node, ...]:
    """The last item with the same key, at the place of the first."""
    if key is None:
        return items
    kept: dict[str, Node] = {}
    for item in items:
        kept[key(item)] = item
    return tuple(kept.values())


def _text(node: Node) -> str:
    """Text of an item; unknown texts differ from all others."""
    if isinstance(node, Scalar) and not node.unset:
        value = node.value
        return str(value) if isinstance(value, int) else node.text
    return f"{node.source.path}@{node.start}"


def _before_equals(node: Node) -> str:
    return _text(node).partition("=")[0]


def _path(node: Node) -> str:
    path = node.get("path") if isinstance(node, Mapping) else None
    return _text(path or node)


def _file_mount(folder: str) -> Key:
    def key(node: Node) -> str:
        target, source = (node.get("target"), node.get("source")) if isinstance(node, Mapping) else (None, None)
        return _text(target) if target is not None else f"{folder}/{_text(source or node)}"

    return key


def _rows(prefix: str, fields: str) -> tuple[Path, ...]:
    start = tuple(prefix.split("."))
    return tuple((*start, *field.split(".")) for field in fields.split())


_S = "services.*"
RULES: dict[Path, Rule] = {
    **dict.fromkeys(_rows(_S, "command entrypoint healthcheck.test ulimits.* build.ulimits.*"), replace),
    **dict.fromkeys(
        _rows(
            _S,
            "annotations labels environment sysctls deploy.labels build.args build.labels build.additional_contexts"
            " volumes.*.volume.labels",
        ),
        by_name,
    ),
    ("networks", "*", "labels"): by_name,
    ("volumes", "*", "labels"): by_name,
    ("services", "*", "logging"): same_driver,
    ("networks", "*", "ipam", "config"): by_subnet,
}
KEYS: dict[Path, Key] = {
    **dict.fromkeys(
        _rows(
            _S,
            "cap_add cap_drop dns dns_opt dns_search links profiles tmpfs label_file build.tags build.platforms"
            " networks.*.aliases networks.*.link_local_ips",
        ),
        _before_equals,
    ),
    **dict.fromkeys(_rows(_S, "extra_hosts build.extra_hosts expose"), _text),
    ("services", "*", "env_file"): _path,
    ("services", "*", "ports"): port_key,
    ("services", "*", "volumes"): mount_key,
    ("services", "*", "devices"): device_key,
    ("services", "*", "secrets"): _file_mount("/run/secrets"),
    ("services", "*", "configs"): _file_mount(""),
}
_PREFIXES = frozenset(path[:length] for table in (RULES, KEYS) for path in table for length in range(1, len(path) + 1))


def step(path: Path, name: str) -> Path:
    """The pattern of a child's path: names that no row mentions become `*`."""
    exact = (*path, name)
    return exact if exact in _PREFIXES and path not in _NAMED else (*path, "*")


# Below these every key is a name that users choose.
_NAMED: frozenset[Path] = frozenset(
    (*((top,) for top in ("services", "networks", "volumes", "secrets", "configs", "models")),
     *_rows(_S, "networks ulimits build.ulimits"))
)  # fmt: skip


def enforce_unicity(service: Mapping) -> Mapping:
    """One entry per key in the lists of a single service, as Compose does for one file too."""
    return _unicity(service, ("services", "*"))


def _unicity(node: Mapping, path: Path) -> Mapping:
    entries: dict[str, Entry] | None = None
    for name, entry in node.entries.items():
        at = step(path, name)
        value = entry.value
        if isinstance(value, Sequence) and len(value.items) > 1 and at in KEYS:
            items = unique(value.items, KEYS[at])
            value = value if len(items) == len(value.items) else value.with_items(items)
        elif isinstance(value, Mapping) and at in _PREFIXES and at not in RULES:
            value = _unicity(value, at)
        if value is not entry.value:
            entries = dict(node.entries) if entries is None else entries
            entries[name] = Entry(entry.key, value, entry.over)
    return node if entries is None else node.with_entries(entries)
