"""Checks of the order in which compose files are written."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from lintstack import yaml
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.join.raw import below, tidied, tidied_services
from lintstack.model import ComposeFile
from lintstack.named import NamedTuple
from lintstack.source import Source, Span

MOST_SHOWN = 10  # further places of one list
LONGEST_NUMBER = 9  # digits that are compared as a number


class Item(NamedTuple):
    """Something that stands in an order: what a message calls it, and where it is."""

    name: str
    span: Span


class Listed(NamedTuple):
    """Things that stand one behind the other: what a message calls them all, and they."""

    title: str
    items: Sequence[Item]


def top_level_order(file: ComposeFile, options: Mapping[str, Any]) -> Iterator[Problem]:
    """Sections of a file in the agreed order; those that it does not name may stand anywhere."""
    ranks = {name: rank for rank, name in enumerate(options["order"])}
    for document in tidied(file.source):
        known = [item for item in _written(document) if _general(item.name) in ranks]
        yield from _told("sections", known, [ranks[_general(item.name)] for item in known])


def service_key_order(file: ComposeFile, options: Mapping[str, Any]) -> Iterator[Problem]:
    """Keys of services in the agreed order, those that it does not name behind them by the alphabet."""
    ranks = {name: rank for rank, name in enumerate(options["order"])}
    last = len(ranks)
    for name, entry in tidied_services(file.source):
        if _has(file.source, entry) and isinstance(entry.value, yaml.Mapping):
            keys = _written(entry.value)
            order = [
                (ranks.get(_general(key.name), last), "" if _general(key.name) in ranks else key.name) for key in keys
            ]
            yield from _told(f"keys of `{name}`", keys, order)


def alphabetical_order(file: ComposeFile, options: Mapping[str, Any]) -> Iterator[Problem]:
    """Services, dependencies, ports and what else was agreed on, by the alphabet or by number."""
    for section in options["sections"]:
        for title, items in SECTIONS[section](file.source):
            yield from _sorted(title, items, section)


def _sorted(title: str, items: Sequence[Item], section: str) -> Iterator[Problem]:
    """Items are in order when one of the usual orders of texts has them so."""
    if len(items) > 1:
        found = [
            list(_told(title, items, [key(item.name) for item in items], section)) for key in KEYS[section == "ports"]
        ]
        yield from found[0] if all(found) else ()


def _general(key: str) -> str:
    """A key as orders name it."""
    return "x-*" if key.startswith("x-") else key


def _has(source: Source, entry: yaml.Entry) -> bool:
    """Whether a value stands behind its key, and not where an alias found it."""
    return entry.value.source is source and entry.key.end <= entry.value.start


def _written(node: yaml.Mapping) -> list[Item]:
    """Keys that stand in a mapping itself; what a merge key brings stands elsewhere."""
    return [
        Item(name, entry.key.span)
        for name, entry in node.entries.items()
        if node.start <= entry.key.start < node.end and entry.key.source is node.source
    ]


def _told(title: str, items: Sequence[Item], order: Sequence[Any], variant: str = "") -> Iterator[Problem]:
    """One problem for all that must move, at the first of them."""
    found = list(_moves(order))
    if found:
        places = [Place(items[at].span, _where(items, to, first)) for at, to, first in found[: MOST_SHOWN + 1]]
        at, to, first = found[0]
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        message = f"the {title} are out of order; move `{items[at].name}` {_where(items, to, first)}{more}"
        yield Problem(message, Place(items[at].span), tuple(places[1:]), detail=title, variant=variant)


def _where(items: Sequence[Item], to: int, first: bool) -> str:
    return f"{'before' if first else 'behind'} `{items[to].name}`"


def _moves(order: Sequence[Any]) -> Iterator[tuple[int, int, bool]]:
    """The fewest things to move so that all stand in order.

    Args:
        order: what they are sorted by, as they stand.

    Yields:
        Index of a thing that must move, of one that stays, and whether it belongs before that one or behind it.
    """
    numbers = {key: number for number, key in enumerate(sorted(set(order)))}
    ranks = [numbers[key] for key in order]
    kept = _kept(ranks)
    stay, known = [ranks[at] for at in kept], set(kept)
    for at, rank in enumerate(ranks):
        if at not in known:
            following = bisect_right(stay, rank)
            first = following < len(kept) and kept[following] < at
            yield at, kept[following if first else following - 1], first


def _kept(ranks: Sequence[int]) -> list[int]:
    """Indexes of the longest run that rises, with gaps; of several the one that begins first."""
    tails: list[int] = []
    ends: list[int] = []
    behind: dict[int, int] = {}
    for at in range(len(ranks) - 1, -1, -1):
        place = bisect_right(tails, -ranks[at])
        tails[place : place + 1], ends[place : place + 1] = [-ranks[at]], [at]
        behind[at] = ends[place - 1] if place else -1
    kept, at = [], ends[-1] if ends else -1
    while at >= 0:
        kept.append(at)
        at = behind[at]
    return kept


def _services(source: Source) -> Iterator[Listed]:
    for document in tidied(source):
        found = below(document, "services")
        if isinstance(found, yaml.Mapping) and found.source is source:
            yield Listed("services", _written(found))


def _field(field: str, title: str) -> Callable[[Source], Iterator[Listed]]:
    """A key of services whose value is a list or a mapping; not one that names the same thing twice."""

    def listed(source: Source) -> Iterator[Listed]:
        for name, entry in tidied_services(source):
            own = entry.value.entries.get(field) if isinstance(entry.value, yaml.Mapping) else None
            if own is not None and _has(source, own):
                items = list(_items(own.value))
                if len({item.name for item in items}) == len(items):
                    yield Listed(f"{title} of `{name}`", items)

    return listed


def _items(node: yaml.Node) -> Iterable[Item]:
    if isinstance(node, yaml.Mapping):
        return _written(node)
    scalars = node.items if isinstance(node, yaml.Sequence) else ()
    return (Item(item.text.partition("=")[0], item.span) for item in scalars if isinstance(item, yaml.Scalar))


def _ports(source: Source) -> Iterator[Listed]:
    """Ports by the number that they are reached at; those that a variable gives may stand anywhere."""
    for name, entry in tidied_services(source):
        own = entry.value.entries.get("ports") if isinstance(entry.value, yaml.Mapping) else None
        if own is not None and _has(source, own) and isinstance(own.value, yaml.Sequence):
            ports = ((_port(item), item.span) for item in own.value.items)
            yield Listed(f"ports of `{name}`", [Item(port, span) for port, span in ports if port])


def _port(item: yaml.Node) -> str:
    """The number, or the first of a range, "" where a variable takes part."""
    if isinstance(item, yaml.Mapping):
        said = item.get("published") or item.get("target")
        text = said.text if isinstance(said, yaml.Scalar) else ""
    else:
        text = item.text.partition("/")[0] if isinstance(item, yaml.Scalar) else ""
        text = "" if "$" in text else ":".join(text.rsplit(":", 2)[-2:]).partition(":")[0]
    number = text.partition("-")[0]
    return number if number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER else ""


def _natural(text: str) -> list[tuple[str, int]]:
    """Texts with numbers in them: `web-2` before `web-10`."""
    return [
        (words, int(number[:LONGEST_NUMBER] or 0)) for words, number in re.findall(r"(\D*)(\d*)", text.casefold()[:200])
    ]


# What a section is called in the options → the lists of that kind in a file.
SECTIONS: dict[str, Callable[[Source], Iterator[Listed]]] = {
    "services": _services,
    "depends-on": _field("depends_on", "dependencies"),
    "ports": _ports,
    "environment": _field("environment", "variables"),
    "labels": _field("labels", "labels"),
    "networks": _field("networks", "networks"),
    "volumes": _field("volumes", "volumes"),
}
# Orders that count as sorted: of texts, and of numbers.
KEYS: tuple[tuple[Callable[[str], Any], ...], ...] = ((str.casefold, str, lambda text: tuple(_natural(text))), (int,))
