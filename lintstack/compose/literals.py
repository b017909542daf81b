"""Plain scalars that are neither text nor a number that JSON can hold: dates, infinities."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from lintstack.compose.problems import Problems
from lintstack.compose.versions import Version, since
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence

_Read: TypeAlias = Callable[[Scalar], Scalar]
_SPECIAL = frozenset(
    sign + word for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN")
)


_WINDOW = 60_000  # characters that are searched at once
_OVERLAP = 40


@cache
def _hint() -> re.Pattern[str]:
    return re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]|\.(?:[iI][nN][fF]|[nN][aA][nN])")


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

    Fields that begin with `x-` are left alone: nothing reads them.
    """
    if not isinstance(root, Mapping) or not _hinted(root.source.text):
        return root
    return _tree(root, lambda node: _scalar(node, version, problems), {})


def _tree(node: Node, read: _Read, done: dict[int, Node]) -> Node:
    """Trees are at most 64 deep; what aliases share is read once."""
    if isinstance(node, Scalar):
        return node if node.style or node.tag or node.raw is not node.text else read(node)
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
