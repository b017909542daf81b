"""Shapes of fields: each checks one kind of value, hands back its canonical form, or reports it and drops it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dict
from typing import TypeAlias

from lintstack.compose.casts import as_bool, as_float, as_int, go_text
from lintstack.compose.parts import HOLE, Parts
from lintstack.compose.problems import Problems, shown
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence

# (value, name of its field, problems) -> canonical value, or None: wrong and reported, or null and dropped.
Shape: TypeAlias = Callable[[Node, str, Problems], Node | None]


def wrong(node: Node, name: str, expected: str, problems: Problems) -> Node | None:
    """Report a value of the wrong type, which drops it; never quotes it."""
    problems.say("compose-schema", f"`{shown(name)}` must be {expected}", node)
    return None


def is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null


def anything(node: Node, name: str, problems: Problems) -> Node | None:
    """A field whose shape is not checked."""
    return node


def _scalar(expected: str, accepts: Callable[[Scalar], bool]) -> Shape:
    def shape(node: Node, name: str, problems: Problems) -> Node | None:
        if is_null(node):
            return None
        if isinstance(node, Scalar) and (node.unset or accepts(node)):
            return node
        quotes = "; put quotes around it" if expected == "a string" and isinstance(node, Scalar) else ""
        return wrong(node, name, f"{expected}{quotes}", problems)

    return shape


text = _scalar("a string", lambda node: isinstance(node.value, str))
boolean = _scalar("true or false", lambda node: as_bool(node) is not None)
integer = _scalar("a whole number", lambda node: as_int(node) is not None)
number = _scalar("a number", lambda node: as_float(node) is not None)
number_or_text = _scalar("a number or a string", lambda node: not isinstance(node.value, bool))
any_scalar = _scalar("a string, a number, true or false", lambda node: True)


def nullable(inner: Shape) -> Shape:
    """Null is a value here (an empty entry that means its defaults), everything else has the inner shape."""

    def shape(node: Node, name: str, problems: Problems) -> Node | None:
        return node if is_null(node) else inner(node, name, problems)

    return shape


def filled(inner: Shape, expected: str) -> Shape:
    """Null is wrong here even in an overlay."""

    def shape(node: Node, name: str, problems: Problems) -> Node | None:
        return wrong(node, name, expected, problems) if is_null(node) else inner(node, name, problems)

    return shape


def words(*allowed: str) -> Shape:
    """One of some words."""
    listed = ", ".join(f"`{word}`" for word in allowed)
    return _scalar(f"one of {listed}", lambda node: node.text in allowed)


def each(inner: Shape, expected: str = "a list") -> Shape:
    """A list whose items have the inner shape; wrong items are left out."""

    def shape(node: Node, name: str, problems: Problems) -> Node | None:
        if is_null(node):
            return None
        if not isinstance(node, Sequence):
            return wrong(node, name, expected, problems)
        items = [inner(item, name, problems) for item in node.items]
        if all(new is old for new, old in zip(items, node.items, strict=True)):
            return node
        return node.with_items(tuple(item for item in items if item is not None))

    return shape


def one_or_each(inner: Shape) -> Shape:
    """A scalar or a list; a scalar becomes a list of one."""
    many = each(inner, "a string or a list")

    def shape(node: Node, name: str, problems: Problems) -> Node | None:
        if isinstance(node, Scalar) and not node.is_null:
            item = inner(node, name, problems)
            return None if item is None else Sequence(node.source, node.start, node.end, (item,))
        return many(node, name, problems)

    return shape


def values(inner: Shape, expected: str = "a mapping", name_values: bool = True) -> Shape:
    """A mapping with any keys; `x-` keys are ordinary ones."""

    def shape(node: Node, name: str, problems: Problems) -> Node | None:
        if is_null(node):
            return None
        if not isinstance(node, Mapping):
            return wrong(node, name, expected, problems)
        return _rebuilt(node, lambda entry: inner(entry.value, entry.key.text if name_values else name, problems))

    return shape


def record(fields: Dict[str, Shape], kind: str, required: tuple[str, ...] = (), nulls: bool = False) -> Shape:
    """A mapping with known fields; unknown ones but `x-…` are reported with the nearest name and kept.

    Args:
        fields: shapes by name.
        kind: what messages call it.
        required: names that must be there.
        nulls: whether null fields are kept: in an overlay they mean "as before".
    """

    def shape(node: Node, name: str, problems: Problems) -> Node | None:
        if is_null(node):
            return None
        if not isinstance(node, Mapping):
            return wrong(node, name, "a mapping", problems)
        for field in required:
            if field not in node.entries:
                problems.say("compose-schema", f"{_titled(name)} lacks `{field}`", node)
        return _rebuilt(
            node, lambda entry: entry.value if nulls and is_null(entry.value) else _field(entry, fields, kind, problems)
        )

    return shape


def _titled(name: str) -> str:
    return name if " " in name else f"`{shown(name)}`"


def _field(entry: Entry, fields: Dict[str, Shape], kind: str, problems: Problems) -> Node | None:
    inner = fields.get(entry.key.text)
    if inner is not None:
        return inner(entry.value, entry.key.text, problems)
    if not entry.key.text.startswith("x-"):
        _unknown(entry.key, fields, kind, problems)
    return entry.value


def _unknown(key: Scalar, fields: Dict[str, Shape], kind: str, problems: Problems) -> None:
    from difflib import get_close_matches

    near = get_close_matches(key.text[:60], list(fields), 1, 0.7)
    hint = f"; did you mean `{near[0]}`?" if near else "; remove it, or begin its name with `x-`"
    problems.say("compose-schema", f"`{shown(key.text)}` is not a key of {kind}{hint}", key)


def _rebuilt(node: Mapping, convert: Callable[[Entry], Node | None]) -> Mapping:
    """The mapping with converted values; entries whose value is dropped are left out, others shared if unchanged."""
    entries: dict[str, Entry] = {}
    changed = False
    for name, entry in node.entries.items():
        value = convert(entry)
        if value is entry.value:
            entries[name] = entry
            continue
        changed = True
        if value is not None:
            entries[name] = Entry(entry.key, value, entry.over)
    return node.with_entries(entries) if changed else node


def keyed(separators: str = "=", null: str | None = None) -> Shape:
    """A mapping of scalars or a list of `NAME=value`; canonical form is the mapping, its values strings.

    Args:
        separators: what divides name and value in the list form.
        null: text of a null value; None leaves it null (the variable is passed through).
    """

    def shape(node: Node, name: str, problems: Problems) -> Node | None:
        if is_null(node):
            return None
        if isinstance(node, Mapping):
            return _rebuilt(node, lambda entry: _spelled(entry.value, entry.key.text, null, problems))
        if isinstance(node, Sequence):
            return _from_list(node, name, separators, null, problems)
        return wrong(node, name, "a mapping or a list", problems)

    return shape


def _spelled(node: Node, name: str, null: str | None, problems: Problems) -> Node | None:
    """A scalar as the string that Compose makes of it."""
    if not isinstance(node, Scalar):
        return wrong(node, name, "a string, a number, true or false", problems)
    spelled = go_text(node)
    if spelled is None and null is None:
        return node
    spelled = null if spelled is None else spelled
    if spelled == node.text and (node.style or node.raw is not node.text or isinstance(node.value, str)):
        return node
    return Scalar(node.source, node.start, node.end, spelled or "", '"', "", node.text)


def _from_list(node: Sequence, name: str, separators: str, null: str | None, problems: Problems) -> Mapping:
    entries: dict[str, Entry] = {}
    for item in node.items:
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            problems.say("compose-schema", f"an item of `{shown(name)}` must be a string such as `NAME=value`", item)
            continue
        entry = pair(item, separators, null)
        entries[entry.key.text] = entry
    return Mapping(node.source, node.start, node.end, entries, node.tag, True)


def pair(item: Scalar, separators: str, null: str | None = None) -> Entry:
    """`NAME=value` as an entry; without a separator the value is null or the text given for it."""
    parts = Parts(item)
    found = [at for at in (parts.text.find(separator) for separator in separators) if at >= 0]
    if found:
        return Entry(parts.cut(0, min(found)), parts.cut(min(found) + 1, len(parts.text)))
    key = parts.cut(0, len(parts.text))
    if parts.text.startswith(HOLE):
        return Entry(key, key)
    style = "" if null is None else '"'
    return Entry(key, Scalar(item.source, item.end, item.end, null or "", style))


def names(value: Callable[[Scalar], Node], inner: Shape) -> Shape:
    """A mapping by name, or a list of names; canonical form is the mapping, a listed name gets `value`."""

    def shape(node: Node, name: str, problems: Problems) -> Node | None:
        if not isinstance(node, Sequence):
            return values(inner, "a list or a mapping")(node, name, problems)
        entries: dict[str, Entry] = {}
        for item in node.items:
            if isinstance(item, Scalar) and (item.unset or isinstance(item.value, str)):
                entries[item.text] = Entry(item, value(item))
            else:
                wrong(item, name, "a list of names", problems)
        return Mapping(node.source, node.start, node.end, entries, node.tag, True)

    return shape
