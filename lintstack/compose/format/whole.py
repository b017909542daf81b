"""What can be said once files are merged: keys that are missing, keys without a value, items that stand twice."""

from __future__ import annotations

from lintstack.compose.format.collections import duplicates, is_alone
from lintstack.compose.format.field import Field, Reading, Type
from lintstack.compose.format.scalars import wrong
from lintstack.compose.format.short import is_misspelt
from lintstack.compose.problems import shown
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence

# Merges that make a list of one out of a string.
_ADDED = frozenset(("new", "pairs"))


def whole(node: Mapping, type_: Type, reading: Reading, at: Scalar | Mapping | None = None) -> Mapping:
    """A mapping without keys that no file gives a value; what Compose refuses in it is reported.

    Args:
        node: its canonical form.
        type_: what it is.
        reading: where problems go.
        at: the place that stands for it: its key.
    """
    for name in type_.required:
        if name not in node.entries and not is_misspelt(name, node, type_):
            label = f"`{shown(at.text)}`" if isinstance(at, Scalar) else type_.kind
            reading.say(f"{label} lacks `{name}`", at or node)
    fields, held = type_.fields, type_.names
    changed: dict[str, Entry | None] = {}
    for name, entry in node.entries.items():
        value = entry.value
        if isinstance(value, Scalar) and not value.is_null:
            continue
        field = fields.get(name, held)
        if field is not None and (new := _entry(entry, field, reading)) is not entry:
            changed[name] = new
    return node.with_changed(changed) if changed else node


def _entry(entry: Entry, field: Field, reading: Reading) -> Entry | None:
    value = entry.value
    if isinstance(value, Scalar):
        if field.null:
            return entry
        reading.say(f"`{shown(entry.key.text)}` has no value; give it one or remove it", entry.key)
        return None
    if field.merge in _ADDED and is_alone(value):
        wrong(value, entry.key.text, field.type.name, reading)
        return None
    new = _below(value, entry.key, field.type, reading)
    return entry if new is value else Entry(entry.key, new, entry.over)


def _below(value: Mapping | Sequence, key: Scalar, type_: Type, reading: Reading) -> Node:
    if isinstance(value, Mapping):
        held = type_.names
        plain = not type_.fields and (held is None or (held.null and not held.type.fields))
        return value if plain else whole(value, type_, reading, key)
    if type_.unique and len(value.items) > 1:
        duplicates(value, key.text, reading)
    inner = type_.items.type if type_.items is not None else None
    if inner is None or not inner.fields:
        return value
    items = tuple(whole(item, inner, reading, item) if isinstance(item, Mapping) else item for item in value.items)
    return value if all(new is old for new, old in zip(items, value.items, strict=True)) else value.with_items(items)
