"""Types of lists and mappings, made of the types of what they hold."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dict

from lintstack.compose.casts import go_text
from lintstack.compose.format.field import Field, Merge, Reading, Type
from lintstack.compose.format.scalars import TEXT, is_null, wrong
from lintstack.compose.parts import HOLE, Parts
from lintstack.compose.problems import shown
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence

# Unknown keys of a document that are compared with the known ones; more than these are no slips of the pen.


def each(inner: Type, unique: bool = False, expected: str = "a list") -> Type:
    """A list; wrong items are left out."""

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        if not isinstance(node, Sequence):
            return wrong(node, name, expected, reading)
        items = [inner.check(item, name, reading) for item in node.items]
        if all(new is old for new, old in zip(items, node.items, strict=True)):
            return node
        return node.with_items(tuple(item for item in items if item is not None))

    return Type(check, expected, items=Field(inner, ""), unique=unique)


def one_or_each(inner: Type, unique: bool = False) -> Type:
    """A single value or a list; a single one becomes a list of one."""
    many = each(inner, unique, "a string or a list")

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        if not isinstance(node, Scalar) or node.is_null:
            return many.check(node, name, reading)
        item = inner.check(node, name, reading)
        return None if item is None else Sequence(node.source, node.start, node.end, (item,))

    return many._replace(check=check)


def rebuilt(node: Mapping, convert: Callable[[Entry], Node | None]) -> Mapping:
    """The mapping with converted values; entries whose value is dropped are left out, others shared if unchanged."""
    changed: dict[str, Entry | None] = {}
    for name, entry in node.entries.items():
        value = convert(entry)
        if value is not entry.value:
            changed[name] = None if value is None else Entry(entry.key, value, entry.over)
    return node.with_changed(changed) if changed else node


def is_name(text: str) -> bool:
    """Whether a text can name a service or resource: letters, digits and `._-`."""
    bare = text.replace("-", "").replace("_", "").replace(".", "")
    return text != "" and (not bare or (bare.isascii() and bare.isalnum()))


def _name_fault(key: Scalar, what: str, reading: Reading) -> None:
    if isinstance(key.value, str) and not is_name(key.text):
        reading.say(f"{what} may have letters, digits, `.`, `_` and `-` in its name only", key)


def values(
    inner: Type,
    expected: str = "a mapping",
    *,
    named: str = "",
    null: bool = False,
    merge: Merge = "",
    path: str = "",
) -> Type:
    """A mapping whose keys users choose; `x-` keys are ordinary ones.

    Args:
        inner: what each key holds.
        expected: what messages call the mapping.
        named: what the keys name ("a service"), where Compose restricts their letters.
        null: whether a key may stand without a value.
        merge: how files are merged at each key.
        path: what a relative path in a value starts from.
    """
    held = Field(inner, "", merge, None, path, "", "", null)  # type: ignore[arg-type]

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        if not isinstance(node, Mapping):
            return wrong(node, name, expected, reading)
        if named:
            for entry in node.entries.values():
                _name_fault(entry.key, named, reading)
        return rebuilt(node, lambda entry: _held(entry, inner, reading))

    return Type(check, expected, names=held)


def _held(entry: Entry, inner: Type, reading: Reading) -> Node | None:
    """Null may mean "as in the earlier file": whether it does is known once all files are merged."""
    value = entry.value
    return value if is_null(value) else inner.check(value, entry.key.text, reading)


def record(
    fields: Dict[str, Field],
    kind: str,
    required: tuple[str, ...] = (),
    *,
    extensions: bool = True,
    open: bool = False,
    lone: bool = False,
) -> Type:
    """A mapping with known keys; unknown ones are reported and kept.

    Args:
        fields: what it takes.
        kind: what messages call it.
        required: keys that must be there once all files are merged.
        extensions: whether it takes `x-…` keys.
        open: whether unknown keys pass.
        lone: whether it is never merged with another file's: a key without a value is as good as none.
    """

    checks = {name: field.type.check for name, field in fields.items()}
    dated = {name for name, field in fields.items() if field.since or field.deprecated}

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        if not isinstance(node, Mapping):
            return wrong(node, name, "a mapping", reading)
        return rebuilt(node, lambda entry: _field(entry, reading))

    def _field(entry: Entry, reading: Reading) -> Node | None:
        name, value = entry.key.text, entry.value
        inner = checks.get(name)
        if inner is None:
            if not open and not (extensions and name.startswith("x-")):
                reading.unknown.append((entry.key, found))
            return value
        if name in dated:
            field = fields[name]
            reading.note(name, entry.key, field, field.since, field.deprecated)
        if is_null(value):
            return None if lone else value
        checked = inner(value, name, reading)
        return _some(value) if checked is None and name in required else checked

    found = Type(check, "a mapping", fields=fields, required=required, kind=kind)
    return found


def _some(wrong: Node) -> Scalar:
    """A value that nobody knows, where a wrong one stands: it has been reported, and does not lack."""
    return Scalar(wrong.source, wrong.start, wrong.end, "", '"', "", None, ("?",))


def keyed(
    null: str | None = None, *, unique: bool = False, paired: bool = False, path: str = "", alone: bool = False
) -> Type:
    """A mapping of scalars or a list of `NAME=value`; canonical form is the mapping, its values strings.

    Args:
        null: text of a null value; None leaves it null (the variable is passed through).
        unique: whether Compose refuses a list that says the same twice.
        paired: whether every item of a list needs its `=`.
        path: what a relative path in a value starts from.
        alone: whether one string may be added to what an earlier file has, as a list of one.
    """

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        if isinstance(node, Mapping):
            return rebuilt(node, lambda entry: _pair_value(entry, null, paired, reading))
        if alone and isinstance(node, Scalar) and isinstance(node.value, str) and node.text:
            return _alone(pair(node, null), node)
        if isinstance(node, Sequence):
            if unique:
                duplicates(node, name, reading)
            return _from_list(node, name, null, paired, reading)
        return wrong(node, name, "a mapping or a list", reading)

    held = Field(TEXT, "", path=path, null=not paired)  # type: ignore[arg-type]
    return Type(check, "a mapping or a list of `NAME=value`", names=held, unique=unique)


# Stands where the tag of a mapping would, until it is merged.
_ALONE = "one text"


def _alone(entry: Entry, node: Scalar) -> Mapping:
    """A string that stands for a list of one."""
    return Mapping(node.source, entry.key.start, node.end, {entry.key.text: entry}, _ALONE, True)


def is_alone(node: Mapping | Sequence) -> bool:
    """Whether a list is one string in the file, which only counts as one when it is added to an earlier file's."""
    if isinstance(node, Mapping):
        return node.tag == _ALONE
    return len(node.items) == 1 and node.items[0].start == node.start and node.items[0].source is node.source


def _pair_value(entry: Entry, null: str | None, paired: bool, reading: Reading) -> Node | None:
    if not entry.key.text:
        reading.say("a name is missing in front of this value; give it one or remove it", entry.value)
        return None
    if paired and not is_null(entry.value):
        return TEXT.check(entry.value, entry.key.text, reading)
    return _spelled(entry.value, entry.key.text, null, reading)


def _spelled(node: Node, name: str, null: str | None, reading: Reading) -> Node | None:
    """A scalar as the string that Compose makes of it."""
    if not isinstance(node, Scalar):
        return wrong(node, name, "a string, a number, true or false", reading)
    spelled = go_text(node)
    if spelled is None and null is None:
        return node
    spelled = null if spelled is None else spelled
    if spelled == node.text and (node.style or node.raw is not node.text or isinstance(node.value, str)):
        return node
    return Scalar(node.source, node.start, node.end, spelled or "", '"', "", node.text)


def _from_list(node: Sequence, name: str, null: str | None, paired: bool, reading: Reading) -> Mapping:
    entries: dict[str, Entry] = {}
    for item in node.items:
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            reading.say(f"an item of `{shown(name)}` must be a string such as `NAME=value`", item)
            continue
        if paired and "=" not in item.text and not item.unset:
            reading.say(f"an item of `{shown(name)}` must have the form `NAME=value`", item)
            continue
        entry = pair(item, null)
        if null is None and entry.value is not entry.key and _ends_blank(entry.key):
            reading.say("this name ends with a blank; remove it", entry.key)
        entries[entry.key.text] = entry
    return Mapping(node.source, node.start, node.end, entries, node.tag, True)


def _ends_blank(key: Scalar) -> bool:
    return not key.unset and key.text[-1:].isspace()


def pair(item: Scalar, null: str | None = None) -> Entry:
    """`NAME=value` as an entry; without `=` the value is null or the text given for it."""
    parts = Parts(item)
    at = parts.text.find("=")
    if at >= 0:
        return Entry(parts.cut(0, at), parts.cut(at + 1, len(parts.text)))
    key = parts.cut(0, len(parts.text))
    if parts.text.startswith(HOLE):
        return Entry(key, key)
    style = "" if null is None else '"'
    return Entry(key, Scalar(item.source, item.end, item.end, null or "", style))


def names(value: Callable[[Scalar, Reading], Node], mapping: Type) -> Type:
    """A mapping by name, or a list of names; canonical form is the mapping, a listed name gets `value`."""
    expected = "a list or a mapping"

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        if isinstance(node, Mapping):
            return mapping.check(node, name, reading)
        if not isinstance(node, Sequence):
            return wrong(node, name, expected, reading)
        duplicates(node, name, reading)
        entries: dict[str, Entry] = {}
        for item in node.items:
            if isinstance(item, Scalar) and (item.unset or isinstance(item.value, str)):
                entries[item.text] = Entry(item, value(item, reading))
            else:
                wrong(item, name, "a list of names", reading)
        return Mapping(node.source, node.start, node.end, entries, node.tag, True)

    return mapping._replace(check=check, name=expected)


def duplicates(node: Sequence, name: str, reading: Reading) -> None:
    """Report items that a list holds twice where Compose refuses that."""
    seen: set[tuple[type, object]] = set()
    for item in node.items:
        if isinstance(item, Scalar) and not item.unset:
            value = item.value
            alike = (str if isinstance(value, str) else float if not isinstance(value, bool) else bool, value)
            if alike in seen:
                reading.say(f"`{shown(name)}` has this item twice; remove one of them", item)
            seen.add(alike)
