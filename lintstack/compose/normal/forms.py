"""How fields go together: records, mappings by name, lists; made of converters, converters themselves."""

from __future__ import annotations

from collections.abc import Mapping as Dict

from lintstack.compose.normal.values import Convert, Project, implied, null
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence


def record(
    fields: Dict[str, Convert],
    nulls: tuple[str, ...] = (),
    empties: tuple[str, ...] = (),
    drop: bool = False,
    titled: bool = False,
) -> Convert:
    """A mapping with known fields; others are not printed, but for `x-…`, which JSON leaves out as well.

    Args:
        fields: converters by name.
        nulls: fields that JSON prints as null when there is nothing to print.
        empties: fields that JSON prints as an empty mapping then.
        drop: whether an empty record is not printed in YAML.
        titled: whether JSON begins the fields' names with a capital.
    """

    def convert(node: Node, project: Project) -> Node | None:
        if not isinstance(node, Mapping):
            return None
        entries = {
            name.title() if titled and project.json else name: changed
            for name, entry in node.entries.items()
            if (changed := _field(name, entry, fields, project)) is not None
        }
        if project.json:
            for name in (*nulls, *empties):
                empty = fields[name](mapping_at(node, {}), project) if name in empties else None
                entries.setdefault(name, added(node, name, empty or null(node)))
        elif drop and not entries:
            return None
        return plain_mapping(node, entries)

    return convert


def _field(name: str, entry: Entry, fields: Dict[str, Convert], project: Project) -> Entry | None:
    inner = fields.get(name)
    if inner is not None:
        return with_value(entry, inner(entry.value, project))
    return entry if name.startswith("x-") and not project.json else None


def with_value(entry: Entry, value: Node | None) -> Entry | None:
    """The entry with another value; None when there is none."""
    if value is None:
        return None
    return entry if value is entry.value else Entry(entry.key, value, entry.over)


def added(at: Node, name: str, value: Node) -> Entry:
    """An entry that no file has, at the place that implies it."""
    return Entry(implied(at, name), value)


def plain_mapping(node: Mapping, entries: dict[str, Entry]) -> Mapping:
    """The mapping with other entries and without its tag."""
    return Mapping(node.source, node.start, node.end, entries)


def mapping_at(at: Node, values: Dict[str, Node]) -> Mapping:
    """A mapping that no file spells out, at the place that implies it."""
    entries = {name: added(at, name, value) for name, value in values.items()}
    return Mapping(at.source, at.start, at.end, entries)


def named(inner: Convert, keep: bool = False) -> Convert:
    """A mapping with names of the user's choice; an empty one is not printed unless it is kept."""

    def convert(node: Node, project: Project) -> Node | None:
        if not isinstance(node, Mapping):
            return None
        entries = {
            name: changed
            for name, entry in node.entries.items()
            if (changed := with_value(entry, inner(entry.value, project))) is not None
        }
        return plain_mapping(node, entries) if entries or keep else None

    return convert


def filled(inner: Convert, **texts: str) -> Convert:
    """A mapping in which some fields are always printed, with these texts when the file has none."""

    def convert(node: Node, project: Project) -> Node | None:
        if not isinstance(node, Mapping):
            return inner(node, project)
        lacks = {name: implied(node, text) for name, text in texts.items() if name not in node.entries}
        entries = {name: added(node, name, value) for name, value in lacks.items()}
        return inner(plain_mapping(node, {**node.entries, **entries}), project)

    return convert


def nullable(inner: Convert) -> Convert:
    """Null, or what the inner converter makes."""

    def convert(node: Node, project: Project) -> Node | None:
        return node if isinstance(node, Scalar) and node.is_null else inner(node, project)

    return convert


def listing(inner: Convert) -> Convert:
    """A list; an empty one is not printed."""

    def convert(node: Node, project: Project) -> Node | None:
        if isinstance(node, Scalar) and not node.is_null:
            node = Sequence(node.source, node.start, node.end, (node,))
        if not isinstance(node, Sequence):
            return None
        items = tuple(item for item in (inner(item, project) for item in node.items) if item is not None)
        return Sequence(node.source, node.start, node.end, items) if items else None

    return convert


def either(first: Convert, second: Convert) -> Convert:
    """What the first converter makes, or else the second."""

    def convert(node: Node, project: Project) -> Node | None:
        found = first(node, project)
        return second(node, project) if found is None else found

    return convert
