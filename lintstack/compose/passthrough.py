"""Variables that stand without a value (`- NAME`, `NAME:`) take the project's value, where it has one."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dict
from typing import TypeAlias

from lintstack.compose.expansion import HIDDEN
from lintstack.yaml import Entry, Mapping, Node, Scalar

_Change: TypeAlias = Callable[[Node], Node]


def resolve(root: Mapping, variables: Dict[str, str]) -> Mapping:
    """A canonical document with the valueless variables of `environment` and `build.args` resolved."""
    if not variables:
        return root
    return _at(root, ("services", "*"), lambda service: _service(service, variables))


def _service(node: Node, variables: Dict[str, str]) -> Node:
    if not isinstance(node, Mapping):
        return node
    for path in (("environment",), ("build", "args")):
        node = _at(node, path, lambda values: _values(values, variables))
    return node


def _at(node: Mapping, path: tuple[str, ...], change: _Change) -> Mapping:
    """A copy of a tree with the values at a path changed."""
    if not path:
        changed = change(node)
        return changed if isinstance(changed, Mapping) else node
    names = list(node.entries) if path[0] == "*" else [name for name in path[:1] if name in node.entries]
    entries = dict(node.entries)
    for name in names:
        old = node.entries[name]
        if isinstance(old.value, Mapping):
            value = _at(old.value, path[1:], change)
            entries[name] = old if value is old.value else Entry(old.key, value, old.over)
    same = all(entries[name] is node.entries[name] for name in names)
    return node if same else node.with_entries(entries)


def _values(node: Node, variables: Dict[str, str]) -> Node:
    if not isinstance(node, Mapping):
        return node
    entries = {name: _value(entry, variables) for name, entry in node.entries.items()}
    same = all(entry is node.entries[name] for name, entry in entries.items())
    return node if same else node.with_entries(entries)


def _value(entry: Entry, variables: Dict[str, str]) -> Entry:
    value, key = entry.value, entry.key
    if not isinstance(value, Scalar) or not value.is_null or key.text not in variables:
        return entry
    name, text = key.text, variables[key.text]
    unset = (name,) if text == HIDDEN else ()
    found = Scalar(key.source, key.start, key.end, "" if unset else text, '"', "", name, unset=unset, variables=(name,))
    return Entry(key, found, entry.over)
