"""Phases 7 and 8: one canonical tree over another, as the table of the format says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from lintstack.compose.format import keys
from lintstack.compose.format.collections import is_alone
from lintstack.compose.format.document import ROOT
from lintstack.compose.format.field import Field, Type
from lintstack.compose.format.scalars import ANY, is_null
from lintstack.compose.format.services import SERVICE
from lintstack.compose.problems import Problems, shown
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence

Path: TypeAlias = tuple[str, ...]
Rule: TypeAlias = "Callable[[Merger, Entry, Entry, Field], Node]"
_UNKNOWN = Field(ANY, "A key that the format does not know.")


class Merger:
    """Merges trees; clashes of types are reported and leave the base as it is.

    Args:
        problems: takes what cannot be merged.
        kept: takes null, `[]` or `{}`, and the entry that stays all the same.
        early: whether short forms still stand in the base, as when services extend each other.
    """

    def __init__(self, problems: Problems, kept: list[tuple[Entry, Entry]] | None = None, early: bool = False) -> None:
        self.problems = problems
        self.kept = [] if kept is None else kept
        self.early = early

    def entry(self, base: Entry, over: Entry, path: Path) -> Entry:
        """The entry that results when `over` meets `base` at a path; it remembers `base`.

        Args:
            base: the earlier file's.
            over: the later file's.
            path: keys from the top level, `*` for those that users choose.
        """
        return self.met(base, over, _below(_at(path[:-1]), path[-1]))

    def mapping(self, base: Mapping, over: Mapping, path: Path) -> Mapping:
        """Mappings at a path, key by key."""
        return self.joined(base, over, _at(path))

    def met(self, base: Entry, over: Entry, field: Field) -> Entry:
        """The same for entries of a known field."""
        if base is over:
            return base
        if field.merge != "replace" and is_hollow(over.value):
            if not is_hollow(base.value):
                self.kept.append((over, base))
            if is_null(over.value):
                return base
        return Entry(over.key, _RULES[field.merge](self, base, over, field), _chained(over, base))

    def joined(self, base: Mapping, over: Mapping, type_: Type) -> Mapping:
        """The same for mappings of a known type."""
        entries = dict(base.entries)
        for name, entry in over.entries.items():
            old = entries.get(name)
            entries[name] = entry if old is None else self.met(old, entry, _below(type_, name))
        return Mapping(over.source, over.start, over.end, entries, "", base.listed or over.listed)

    def clash(self, base: Entry, over: Entry) -> Node:
        """Two values that no rule puts together."""
        start = base.value.span
        message = (
            f"`{shown(over.key.text)}` is {_kind(over.value)} here and {_kind(base.value)} in {start.path}:{start.line}"
            ", which Compose cannot merge; write both the same way"
        )
        self.problems.say("compose-schema", message, over.value)
        return base.value

    def repeated(self, field: Scalar, new: Entry, old: Entry) -> None:
        """A pair of a list that may hold each item once, in both files."""
        place = old.key.span
        message = (
            f"`{shown(field.text)}` has `{shown(new.key.text)}` with the same value in {place.path}:{place.line}"
            ", which Compose refuses; remove it here"
        )
        self.problems.say("compose-schema", message, new.key)


def _kind(node: Node) -> str:
    if isinstance(node, Mapping | Sequence) and is_alone(node):
        return "a single value"
    if isinstance(node, Mapping):
        return "a list" if node.listed else "a mapping"
    return "a list" if isinstance(node, Sequence) else "a single value"


def _below(type_: Type, name: str) -> Field:
    return type_.fields.get(name) or type_.names or _UNKNOWN


def _at(path: Path) -> Type:
    """The type at a path."""
    type_ = ROOT
    for name in path:
        type_ = _below(type_, name).type
    return type_


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


def is_hollow(node: Node) -> bool:
    """Whether a value is null, an empty list or an empty mapping."""
    if isinstance(node, Scalar):
        return node.is_null
    return not (node.entries if isinstance(node, Mapping) else node.items)


def _default(merger: Merger, base: Entry, over: Entry, field: Field) -> Node:
    """Mappings merge, sequences append (and stay unique where the table says so), scalars give way."""
    old, new = base.value, over.value
    if isinstance(old, Mapping) and isinstance(new, Mapping) and (old.listed or not new.listed):
        return merger.joined(old, new, field.type)
    if isinstance(old, Sequence) and isinstance(new, Sequence):
        return Sequence(new.source, new.start, new.end, unique((*old.items, *new.items), field))
    return new if isinstance(old, Scalar) else merger.clash(base, over)


def _replace(merger: Merger, base: Entry, over: Entry, field: Field) -> Node:
    """The later file's value, whatever it is."""
    return over.value


def _items(merger: Merger, base: Entry, over: Entry, field: Field) -> Node:
    """A list, to which a lone word (`gpus: all`) is not added."""
    new = over.value
    if not (isinstance(new, Sequence) and is_alone(new)):
        return _default(merger, base, over, field)
    old = base.value
    return new if merger.early and isinstance(old, Sequence) and is_alone(old) else merger.clash(base, over)


def _alike(merger: Merger, base: Entry, over: Entry, field: Field) -> Node:
    """Pairs in one form: Compose does not make a mapping and a list there one."""
    old, new = base.value, over.value
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)) or old.listed is not new.listed:
        return merger.clash(base, over)
    return _pairs(merger, base, over, field) if new.listed else merger.joined(old, new, field.type)


def _pairs(merger: Merger, base: Entry, over: Entry, field: Field) -> Node:
    """`NAME=value` pairs: the later pair replaces the earlier one at its place, null values too."""
    old, new = base.value, over.value
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return _default(merger, base, over, field)
    entries = dict(old.entries)
    for name, entry in new.entries.items():
        before = entries.get(name)
        if field.type.unique and before is not None and _says_the_same(entry.value, before.value):
            merger.repeated(over.key, entry, before)
        same = before is None or before is entry
        entries[name] = entry if same else Entry(entry.key, entry.value, _chained(entry, before))  # type: ignore[arg-type]
    # Compose appends both sides as lists: what was merged no longer is a mapping for `!reset`.
    place = old if is_alone(new) else new
    return Mapping(place.source, place.start, place.end, entries, "", True)


def _says_the_same(new: Node, old: Node) -> bool:
    scalars = isinstance(new, Scalar) and isinstance(old, Scalar) and not new.unset and not old.unset
    return scalars and new is not old and keys.text(new) == keys.text(old)


def _names(merger: Merger, base: Entry, over: Entry, field: Field) -> Node:
    """A list of names is a mapping of them."""
    old, new = base.value, over.value
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return merger.joined(old, new, field.type)
    return _default(merger, base, over, field)


def _new(merger: Merger, base: Entry, over: Entry, field: Field) -> Node:
    """Items whose text is not there yet are added."""
    old, new = base.value, over.value
    if not (isinstance(old, Sequence) and isinstance(new, Sequence)):
        return _default(merger, base, over, field)
    place = old if is_alone(new) else new
    known = {keys.text(item) for item in old.items}
    added = {keys.text(item): item for item in new.items}
    items = (*old.items, *(item for text, item in added.items() if text not in known))
    return Sequence(place.source, place.start, place.end, items)


def _driver(merger: Merger, base: Entry, over: Entry, field: Field) -> Node:
    """Logging: merged when the drivers agree or one of them is not named; else the later file's alone."""
    old, new = base.value, over.value
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        drivers = {driver.text for node in (old, new) if isinstance(driver := node.get("driver"), Scalar)}
        return new if len(drivers) > 1 else merger.joined(old, new, field.type)
    return _default(merger, base, over, field)


def _subnet(merger: Merger, base: Entry, over: Entry, field: Field) -> Node:
    """IPAM: equal subnets merge; a subnet that the later file does not name is lost."""
    old, new = base.value, over.value
    if not (isinstance(old, Sequence) and isinstance(new, Sequence)) or field.type.items is None:
        return _default(merger, base, over, field)
    known = {_subnet_of(item): item for item in old.items}
    items: list[Node] = []
    for item in new.items:
        before = known.get(_subnet_of(item))
        both = isinstance(before, Mapping) and isinstance(item, Mapping)
        items.append(merger.joined(before, item, field.type.items.type) if both else item)  # type: ignore[arg-type]
    return Sequence(new.source, new.start, new.end, tuple(items))


def _subnet_of(node: Node) -> str:
    subnet = node.get("subnet") if isinstance(node, Mapping) else None
    return subnet.text if isinstance(subnet, Scalar) else ""


_RULES: dict[str, Rule] = {
    "": _default,
    "replace": _replace,
    "pairs": _pairs,
    "names": _names,
    "new": _new,
    "driver": _driver,
    "subnet": _subnet,
    "alike": _alike,
    "items": _items,
}


def unique(items: tuple[Node, ...], field: Field) -> tuple[Node, ...]:
    """The last item with the same key, at the place of the first; as they are where no key makes them one."""
    if field.key is None:
        return items
    kept: dict[str, Node] = {}
    for item in items if field.apart is None else field.apart(items):
        kept[field.key(item)] = item
    return tuple(kept.values())


def enforce_unicity(service: Mapping) -> Mapping:
    """One entry per key in the lists of a single service, as Compose does for one file too."""
    return _unicity(service, _SERVICE)


_SERVICE = Type(ANY.check, fields=SERVICE)


def _unicity(node: Mapping, type_: Type) -> Mapping:
    entries: dict[str, Entry] | None = None
    for name, entry in node.entries.items():
        value = entry.value
        if isinstance(value, Scalar):
            continue
        new = _made_unique(value, _below(type_, name))
        if new is not value:
            entries = dict(node.entries) if entries is None else entries
            entries[name] = Entry(entry.key, new, entry.over)
    return node if entries is None else node.with_entries(entries)


def _made_unique(value: Mapping | Sequence, field: Field) -> Node:
    if isinstance(value, Mapping):
        return value if field.merge == "pairs" else _unicity(value, field.type)
    if field.key is None or len(value.items) < 2:
        return value
    items = unique(value.items, field)
    same = len(items) == len(value.items) and all(new is old for new, old in zip(items, value.items, strict=True))
    return value if same else value.with_items(items)
