"""Scalars that are neither text nor a number that JSON can hold: dates, infinities, what YAML's own tags make."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from lintstack.compose.problems import Problems
from lintstack.compose.versions import Version, since
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence
from lintstack.yaml.scalars import resolve

_Read: TypeAlias = Callable[[Scalar], Scalar]
_SPECIAL = frozenset(
    sign + word for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN")
)


_CORE = "tag:yaml.org,2002:"
# What a value must be that has one of YAML's own tags.
_KINDS: dict[str, type] = {"bool": bool, "float": float, "int": int, "null": type(None)}
_WINDOW = 60_000  # characters that are searched at once
_OVERLAP = 40


@cache
def _hint() -> re.Pattern[str]:
    return re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]|\.(?:[iI][nN][fF]|[nN][aA][nN])|!!|tag:yaml|%TAG")


@cache
def _date() -> re.Pattern[str]:
    """The layouts of go-yaml's `allowedTimestampFormats`: with a zone behind `T`, without behind a blank."""
    time = "([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})"
    fraction = r"(\.[0-9]+)?"
    return re.compile(
        "([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
        f"(?:[Tt]{time}{fraction}(Z|[-+][0-9]{{2}}:[0-9]{{2}})| {time}{fraction})?"
    )


def _hinted(text: str) -> bool:
    """Whether a file may hold such scalars."""
    hint = _hint()
    return any(hint.search(text, at, at + _WINDOW + _OVERLAP) for at in range(0, len(text), _WINDOW))


def written(root: Node, version: Version | None, problems: Problems) -> Node:
    """A document whose dates are the text that Compose makes of them; what the Compose in force refuses is reported.

    The values of YAML's own tags (`!!binary`, `!!bool` …) are what those make of them.

    Fields that begin with `x-` are left alone: nothing reads them.
    """
    if not isinstance(root, Mapping) or not _hinted(root.source.text):
        return root
    return _tree(root, lambda node: _scalar(node, version, problems), {})


def _tree(node: Node, read: _Read, done: dict[int, Node]) -> Node:
    """Trees are at most 64 deep; what aliases share is read once."""
    if isinstance(node, Scalar):
        return read(node) if node.tag or not (node.style or node.raw is not node.text) else node
    known = done.get(id(node))
    if known is None:
        known = _mapping(node, read, done) if isinstance(node, Mapping) else _sequence(node, read, done)
        done[id(node)] = known
    return known


def _mapping(node: Mapping, read: _Read, done: dict[int, Node]) -> Mapping:
    changed: dict[str, Entry] = {}
    for name, entry in node.entries.items():
        value = entry.value if name.startswith("x-") else _tree(entry.value, read, done)
        if value is not entry.value:
            changed[name] = Entry(entry.key, value)
    return node.with_entries({**node.entries, **changed}) if changed else node


def _sequence(node: Sequence, read: _Read, done: dict[int, Node]) -> Sequence:
    items = tuple(_tree(item, read, done) for item in node.items)
    return node if all(map(lambda new, old: new is old, items, node.items)) else node.with_items(items)


def _scalar(node: Scalar, version: Version | None, problems: Problems) -> Scalar:
    if not node.tag:
        return _plain(node, version, problems)
    kind = node.tag.removeprefix(_CORE) if node.tag.startswith(_CORE) else ""
    if kind == "binary":
        return _binary(node, problems)
    if kind == "timestamp" and _go_time(node.raw):
        return _plain(node, version, problems)
    if kind == "timestamp" or (kind in _KINDS and not _fits(node.raw, _KINDS[kind])):
        problems.say("compose-schema", f"this value is no `!!{kind}`; remove the tag or correct the value", node)
        return Scalar(node.source, node.start, node.end, node.text, '"', "", node.raw, (f"!!{kind}",))
    return node


def _fits(text: str, kind: type) -> bool:
    """Whether a text, quoted or not, is of a type; whole numbers are floats too, true is no number."""
    value = resolve(text)
    return type(value) is kind or (kind is float and type(value) is int) or (kind is type(None) and value is None)


def _binary(node: Scalar, problems: Problems) -> Scalar:
    """The text that is written in base64."""
    from base64 import b64decode

    try:
        text = b64decode("".join(node.raw.split("\n")), validate=True).decode("utf-8", "replace")
    except ValueError:
        problems.say("compose-schema", "this value is no base64, which `!!binary` wants; remove the tag", node)
        text = node.text
    return Scalar(node.source, node.start, node.end, text, '"', "", node.raw)


def _plain(node: Scalar, version: Version | None, problems: Problems) -> Scalar:
    if node.text in _SPECIAL and since(version, "finite-floats"):
        problems.say("compose-schema", "a value must be a finite number; put quotes around it", node)
        return Scalar(node.source, node.start, node.end, node.text, '"', "", node.text)
    text = _go_time(node.text) if node.text[:1].isdigit() and node.text[4:5] == "-" else ""
    if not text:
        return node
    if not since(version, "dates"):
        problems.say("compose-schema", "a date is no text for this Docker Compose; put quotes around it", node)
    return Scalar(node.source, node.start, node.end, text, '"', "", node.text)


def _go_time(text: str) -> str:
    """What Go prints for a date (`2024-01-01 00:00:00 +0000 UTC`), "" for what is none."""
    from datetime import datetime

    found = _date().fullmatch(text)
    if found is None:
        return ""
    year, month, day = found.group(1, 2, 3)
    hour, minute, second, fraction = found.group(4, 5, 6, 7) if found[4] else found.group(9, 10, 11, 12)
    try:
        when = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return ""
    part = (fraction or "").rstrip("0").rstrip(".")
    return f"{when:%Y-%m-%d %H:%M:%S}{part} {_zone(found[8])}"


def _zone(zone: str | None) -> str:
    if zone in (None, "Z"):
        return "+0000 UTC"
    sign, (hours, _, minutes) = (zone or "+")[0], (zone or "+")[1:].partition(":")
    offset = f"{sign}{int(hours):02d}{minutes}"
    return f"{offset} {offset}"
