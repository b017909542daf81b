"""Phase 11: short forms that are neither ports nor mounts, to long forms on the same words."""

from __future__ import annotations

from lintstack.compose import shapes
from lintstack.compose.problems import Problems
from lintstack.compose.shapes import Shape
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence


def synthetic(at: Node, text: str) -> Scalar:
    """A string that no file spells out, at the place that implies it."""
    return Scalar(at.source, at.start, at.end, text, '"')


def wrapped(at: Scalar, field: str) -> Mapping:
    """The mapping that a lone scalar stands for."""
    key = Scalar(at.source, at.start, at.start, field, '"')
    return Mapping(at.source, at.start, at.end, {field: Entry(key, at)})


def text_or(field: str, long: Shape) -> Shape:
    """A string that stands for a mapping with that one field, or the mapping."""

    def shape(node: Node, name: str, problems: Problems) -> Node | None:
        if isinstance(node, Scalar) and not node.is_null:
            checked = shapes.text(node, name, problems)
            return None if checked is None else wrapped(node, field)
        return long(node, name, problems)

    return shape


def listed(inner: Shape) -> Shape:
    """One entry or a list of entries; canonical form is the list."""
    many = shapes.each(inner)

    def shape(node: Node, name: str, problems: Problems) -> Node | None:
        if isinstance(node, Mapping):
            return shapes.wrong(node, name, "a string or a list", problems)
        if isinstance(node, Sequence) or shapes.is_null(node):
            return many(node, name, problems)
        item = inner(node, name, problems)
        return None if item is None else Sequence(node.source, node.start, node.end, (item,))

    return shape


def dependency(name: Scalar) -> Mapping:
    """What a name in a `depends_on` list amounts to."""
    fields = {"condition": "service_started", "required": "true"}
    entries = {field: Entry(synthetic(name, field), synthetic(name, text)) for field, text in fields.items()}
    return Mapping(name.source, name.start, name.end, entries)


def nothing(name: Scalar) -> Scalar:
    """The null that a listed name stands for."""
    return Scalar(name.source, name.end, name.end, "")


def command(node: Node, name: str, problems: Problems) -> Node | None:
    """A string or a list of strings, kept as written; null is a value here: it clears what was inherited."""
    if isinstance(node, Sequence):
        return shapes.each(shapes.text)(node, name, problems)
    if shapes.is_null(node):
        return node
    if isinstance(node, Scalar):
        return shapes.text(node, name, problems)
    return shapes.wrong(node, name, "a string or a list of strings", problems)


def check_command(node: Node, name: str, problems: Problems) -> Node | None:
    """A health check's test; a string runs in a shell."""
    found = command(node, name, problems)
    if isinstance(found, Scalar) and not found.is_null:
        return Sequence(found.source, found.start, found.end, (synthetic(found, "CMD-SHELL"), found))
    return found


def external(node: Node, name: str, problems: Problems) -> Node | None:
    """`external: true`, or the old mapping with a name, which means true."""
    if isinstance(node, Mapping):
        return synthetic(node, "true")
    return shapes.boolean(node, name, problems)


def resource(fields: dict[str, Shape], kind: str) -> Shape:
    """A declared network, volume, secret or config; `external: {name: x}` becomes `external: true` and `name: x`."""
    plain = shapes.record(fields, kind)

    def shape(node: Node, name: str, problems: Problems) -> Node | None:
        checked = plain(node, name, problems)
        old = node.get("external") if isinstance(node, Mapping) else None
        named = old.entries.get("name") if isinstance(old, Mapping) else None
        if isinstance(checked, Mapping) and named is not None and "name" not in checked.entries:
            return checked.with_entries({**checked.entries, "name": named})
        return checked

    return shape


def ulimit(node: Node, name: str, problems: Problems) -> Node | None:
    """A number, or soft and hard limits."""
    if isinstance(node, Scalar):
        return shapes.integer(node, name, problems)
    return shapes.record({"soft": shapes.integer, "hard": shapes.integer}, "a ulimit")(node, name, problems)


def gpus(node: Node, name: str, problems: Problems) -> Node | None:
    """`all`, or a list of device requests."""
    if isinstance(node, Scalar) and node.text == "all":
        return Sequence(node.source, node.start, node.end, (wrapped(node, "count"),))
    return shapes.each(shapes.anything)(node, name, problems)


def hosts(node: Node, name: str, problems: Problems) -> Node | None:
    """`extra_hosts`: a list of `name=address`; a mapping becomes that list, several addresses one item each."""
    if isinstance(node, Sequence):
        return shapes.each(shapes.text)(node, name, problems)
    if not isinstance(node, Mapping):
        return None if shapes.is_null(node) else shapes.wrong(node, name, "a mapping or a list", problems)
    items: list[Node] = []
    for host, entry in node.entries.items():
        many = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
        for address in many:
            if isinstance(address, Scalar) and isinstance(address.value, str):
                items.append(_host(entry, host, address))
            else:
                shapes.wrong(address, host, "an address", problems)
    return Sequence(node.source, node.start, node.end, tuple(items), node.tag)


def _host(entry: Entry, host: str, address: Scalar) -> Scalar:
    start = entry.key.start if entry.key.source is address.source and entry.key.start < address.end else address.start
    return Scalar(
        address.source, start, address.end, f"{host}={address.text}", '"', "", address.raw,
        address.unset, address.fallbacks, address.variables,
    )  # fmt: skip
