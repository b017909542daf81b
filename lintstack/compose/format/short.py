"""Types with a short form: each becomes its long form, on the words of the file."""

from __future__ import annotations

from collections.abc import Mapping as Dict

from lintstack.compose.format.collections import duplicates, each, record
from lintstack.compose.format.field import Field, Reading, Type
from lintstack.compose.format.scalars import BOOLEAN, LIMIT, TEXT, is_null, wrong
from lintstack.compose.problems import shown
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence


def synthetic(at: Node, text: str) -> Scalar:
    """A string that no file spells out, at the place that implies it."""
    return Scalar(at.source, at.start, at.end, text, '"')


def wrapped(at: Scalar, field: str) -> Mapping:
    """The mapping that a lone scalar stands for."""
    key = Scalar(at.source, at.start, at.start, field, '"')
    return Mapping(at.source, at.start, at.end, {field: Entry(key, at)})


def text_or(field: str, long: Type) -> Type:
    """A string that stands for a mapping with that one field, or the mapping."""

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        if not isinstance(node, Scalar):
            if isinstance(node, Mapping):
                return long.check(node, name, reading)
            return wrong(node, name, "a string or a mapping", reading)
        checked = TEXT.check(node, name, reading)
        return None if checked is None else wrapped(node, field)

    return long._replace(check=check, name="a string or a mapping")


def listed(inner: Type) -> Type:
    """One entry or a list of entries; canonical form is the list."""
    many = each(inner)

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        if isinstance(node, Mapping):
            return wrong(node, name, "a string or a list", reading)
        if isinstance(node, Sequence):
            return many.check(node, name, reading)
        item = inner.check(node, name, reading)
        return None if item is None else Sequence(node.source, node.start, node.end, (item,))

    return many._replace(check=check, name="a string or a list")


def dependency(name: Scalar, reading: Reading) -> Mapping:
    """What a name in a `depends_on` list amounts to."""
    fields = {"condition": "service_started", "required": "true"}
    entries = {field: Entry(reading.key(field, name), synthetic(name, text)) for field, text in fields.items()}
    return Mapping(name.source, name.start, name.end, entries)


def nothing(name: Scalar, reading: Reading) -> Scalar:
    """The null that a listed name stands for."""
    return Scalar(name.source, name.end, name.end, "")


_WORDS = each(TEXT)


def _command(node: Node, name: str, reading: Reading) -> Node | None:
    """A string or a list of strings, kept as written."""
    if isinstance(node, Sequence):
        return _WORDS.check(node, name, reading)
    if not isinstance(node, Scalar):
        return wrong(node, name, "a string or a list of strings", reading)
    found = TEXT.check(node, name, reading)
    if found is None or node.unset or node.text.isalnum():
        return found
    from lintstack.compose.format.command import split

    if split(node.text) is None:
        reading.say(f"`{shown(name)}` cannot be split into words: a quote or a parenthesis is left open", node)
    return found


COMMAND = Type(_command, "a string or a list of strings")


def _check_command(node: Node, name: str, reading: Reading) -> Node | None:
    """A health check's test; a string runs in a shell."""
    if isinstance(node, Sequence):
        return _WORDS.check(node, name, reading)
    if not isinstance(node, Scalar):
        return wrong(node, name, "a string or a list of strings", reading)
    if TEXT.check(node, name, reading) is None:
        return None
    return Sequence(node.source, node.start, node.end, (synthetic(node, "CMD-SHELL"), node))


CHECK_COMMAND = Type(_check_command, "a string or a list of strings")


def resource(fields: Dict[str, Field], kind: str, old: str = "closed") -> Type:
    """A declared network, volume, secret or config; `external: {name: x}` becomes `external: true` and `name: x`.

    Args:
        fields: what it takes, without `external`.
        kind: what messages call it.
        old: whether the old mapping under `external` refuses other keys than `name`.
    """
    outer = record({**fields, "external": Field(_external(old == "closed"), _EXTERNAL)}, kind)

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        checked = outer.check(node, name, reading)
        said = node.get("external") if isinstance(node, Mapping) else None
        named = said.entries.get("name") if isinstance(said, Mapping) else None
        if not isinstance(checked, Mapping) or named is None:
            return checked
        ours = checked.entries.get("name")
        if ours is None:
            return checked.with_entries({**checked.entries, "name": named})
        if isinstance(ours.value, Scalar) and isinstance(named.value, Scalar) and ours.value.text != named.value.text:
            reading.say("`name` and `external.name` differ; keep `name` and write `external: true`", named.key)
        return checked

    return outer._replace(check=check)


_EXTERNAL = "Whether it is made outside this project, which then neither creates nor removes it."
_OLD = record({"name": Field(TEXT, "Its name outside this project.")}, "`external`")
_OPEN = record({"name": Field(TEXT, "Its name outside this project.")}, "`external`", open=True)


def _external(closed: bool) -> Type:
    """`external: true`, or the old mapping with a name, which means true."""

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        if not isinstance(node, Mapping):
            return BOOLEAN.check(node, name, reading)
        (_OLD if closed else _OPEN).check(node, name, reading)
        entry = node.entries.get("name")
        if entry is not None:
            reading.note("external.name", entry.key, deprecated="write `external: true` and `name:` beside it")
        return synthetic(node, "true")

    return Type(check, "true or false", "bool", fields=_OLD.fields)


_SOFT_HARD = record(
    {
        "hard": Field(LIMIT, "What nobody in the container can go beyond."),
        "soft": Field(LIMIT, "What applies until the process raises it, up to the hard limit."),
    },
    "a ulimit",
)


def _ulimit(node: Node, name: str, reading: Reading) -> Node | None:
    """A number, or soft and hard limits; Compose insists on both where the name is in lower case."""
    if isinstance(node, Scalar):
        return LIMIT.check(node, name, reading)
    if not isinstance(node, Mapping):
        return wrong(node, name, "a whole number or a mapping with `soft` and `hard`", reading)
    if name.isascii() and name.isalpha() and name.islower():
        missing(node, name, ("soft", "hard"), reading, _SOFT_HARD)
    return _SOFT_HARD.check(node, name, reading)


ULIMIT = _SOFT_HARD._replace(check=_ulimit, name="a whole number or a mapping with `soft` and `hard`")


def unquoted(inner: Type) -> Type:
    """A type whose numbers Compose does not take from strings there."""

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        if isinstance(node, Scalar) and isinstance(node.value, str) and not node.unset:
            return wrong(node, name, f"{inner.name}, without quotes", reading)
        return inner.check(node, name, reading)

    return inner._replace(check=check)


def missing(node: Mapping, name: str, required: tuple[str, ...], reading: Reading, where: Type | None = None) -> bool:
    """Whether a mapping lacks a key that it must have, which is reported.

    Args:
        node: the mapping.
        name: what messages call it.
        required: the keys.
        reading: where problems go.
        where: its type: an unknown key that is a slip of the pen for the one that lacks is reported in its place.
    """
    lacks = [field for field in required if field not in node.entries]
    for field in lacks:
        if where is None or not is_misspelt(field, node, where):
            reading.say(f"{name if ' ' in name else f'`{shown(name)}`'} lacks `{field}`", node)
    return bool(lacks)


# Unknown keys of a mapping that are compared with what lacks.
_MOST = 20


def is_misspelt(name: str, node: Mapping, type_: Type) -> bool:
    """Whether an unknown key, which is reported as such, is most likely the one that lacks."""
    unknown = [key for key in node.entries if key not in type_.fields and not key.startswith("x-")]
    if not unknown:
        return False
    from lintstack.compose.format.misplaced import meant

    return any(meant(key, type_) == name for key in unknown[:_MOST])


def insistent(inner: Type, *required: str) -> Type:
    """A mapping that must have some keys in each file, because no two files' are merged."""

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        if isinstance(node, Mapping):
            missing(node, name, required, reading, inner)
        return inner.check(node, name, reading)

    return inner._replace(check=check)


def either(inner: Type, *some: str) -> Type:
    """A mapping that must have one of some keys."""

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        if isinstance(node, Mapping) and not any(field in node.entries for field in some):
            reading.say(f"`{shown(name)}` lacks {' or '.join(f'`{field}`' for field in some)}", node)
        return inner.check(node, name, reading)

    return inner._replace(check=check)


def gpus(request: Type) -> Type:
    """`all`, or a list of device requests."""
    many = each(request, expected="`all` or a list")

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        if isinstance(node, Scalar) and node.text == "all":
            return Sequence(node.source, node.start, node.end, (wrapped(node, "count"),))
        return node if isinstance(node, Scalar) and node.unset else many.check(node, name, reading)

    return many._replace(check=check, name="`all` or a list")


def _hosts(node: Node, name: str, reading: Reading) -> Node | None:
    """`extra_hosts`: a list of `name=address`; a mapping becomes that list, several addresses one item each."""
    if isinstance(node, Sequence):
        duplicates(node, name, reading)
        return _HOSTS.check(node, name, reading)
    if isinstance(node, Scalar) and isinstance(node.value, str) and node.text:
        found = _listed_host(node, name, reading)
        return None if found is None else Sequence(node.source, node.start, node.end, (found,))
    if not isinstance(node, Mapping):
        return wrong(node, name, "a mapping or a list", reading)
    items: list[Node] = []
    for host, entry in node.entries.items():
        many = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
        for address in many:
            if isinstance(address, Scalar) and isinstance(address.value, str):
                items.append(_host(entry, host, address))
            else:
                wrong(address, host, "an address", reading)
    return Sequence(node.source, node.start, node.end, tuple(items), node.tag)


def _listed_host(node: Node, name: str, reading: Reading) -> Node | None:
    found = TEXT.check(node, name, reading)
    if not isinstance(found, Scalar) or found.unset:
        return found
    equals, colon = found.text.find("="), found.text.find(":")
    if max(equals, colon) < 1:
        reading.say("a host must have the form `name=address`", found)
        return None
    if equals > 0:
        reading.note(f"{name}: name=address", found, since="2.24.1")
    return found


_HOSTS = each(Type(_listed_host, "`name=address`"))
HOSTS = _HOSTS._replace(check=_hosts, name="a mapping or a list of `name=address`")


def _host(entry: Entry, host: str, address: Scalar) -> Scalar:
    start = entry.key.start if entry.key.source is address.source and entry.key.start < address.end else address.start
    return Scalar(
        address.source, start, address.end, f"{host}={address.text}", '"', "", address.raw,
        address.unset, address.fallbacks, address.variables,
    )  # fmt: skip


def _option(node: Node, name: str, reading: Reading) -> Node | None:
    """A provider's option: one value or a list of them."""
    items = node.items if isinstance(node, Sequence) else (node,)
    for item in items:
        if not isinstance(item, Scalar) or is_null(item):
            return wrong(item, name, "a string, a number, true, false or a list of them", reading)
    return node


OPTION = Type(_option, "a string, a number, true, false or a list of them")
