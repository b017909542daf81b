"""Merged nodes → facts: the value that won, its place, and the places that it replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from lintstack.facts import ABSENT, Fact, Place
from lintstack.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from lintstack.yaml import Entry, Node

MOST_PLACES = 50
T = TypeVar("T")


def unset(node: Node) -> str:
    """Why a node's value cannot be known: a variable without value takes part in it; "" when it can."""
    return f"variable `{node.unset[0]}` is unset" if isinstance(node, Scalar) and node.unset else ""


def text(node: Scalar) -> str | None:
    """The text of a scalar; None for null."""
    return None if node.value is None else node.text


def places(entry: Entry) -> tuple[Place, ...]:
    """Where a value stands, then the values of earlier files that it replaced, the nearest of them."""
    found = [Place(entry.value.span)]
    older = entry.over
    while older is not None and len(found) < MOST_PLACES:
        if (older.value.source, older.value.start) != (found[-1].span.source, found[-1].span.start):
            found.append(Place(older.value.span, "replaces this"))
        older = older.over
    return tuple(found)


def entry(mapping: Node | None, *path: str) -> Entry | None:
    """The entry at a path of keys, if each step is there."""
    found: Entry | None = None
    for key in path:
        if not isinstance(mapping, Mapping):
            return None
        found = mapping.entries.get(key)
        if found is None:
            return None
        mapping = found.value
    return found


def scalar(mapping: Node | None, *path: str, cast: Callable[[Scalar], T | None]) -> Fact[T]:
    """The fact of a scalar at a path of keys.

    Args:
        mapping: where the path begins.
        path: keys.
        cast: from the scalar to the value; None when it says nothing.
    """
    found = entry(mapping, *path)
    if found is None or not isinstance(found.value, Scalar):
        return ABSENT
    if found.value.unset:
        return Fact(None, places(found), unset(found.value))
    value = cast(found.value)
    return ABSENT if value is None else Fact(value, places(found))


def shared(fact: Fact[T], other: Fact[Any]) -> Fact[T]:
    """The fact with the places of another one where both have the same: a list may imply them 100 000 times."""
    return Fact(fact.value, other.places, fact.unknown, fact.default) if fact.places == other.places else fact


def words(mapping: Node | None, *path: str, case: Callable[[str], str] = str) -> Fact[tuple[str, ...]]:
    """The fact of a list of strings (a scalar counts as a list of one); unknown when an item is."""
    found = entry(mapping, *path)
    if found is None:
        return ABSENT
    items = tuple(scalars(found.value))
    reason = next((unset(item) for item in items if item.unset), "")
    where = tuple(Place(item.span) for item in items) or places(found)
    return Fact(None, where, reason) if reason else Fact(tuple(case(item.text) for item in items), where)


def scalars(node: Node) -> Iterator[Scalar]:
    """The scalars of a list, the keys of a mapping, or the scalar itself unless it is null."""
    if isinstance(node, Sequence):
        yield from (item for item in node.items if isinstance(item, Scalar))
    elif isinstance(node, Mapping):
        yield from (item.key for item in node.entries.values())
    elif node.value is not None:
        yield node


def mappings(mapping: Node | None, *path: str) -> Iterator[Mapping]:
    """The mappings of the list at a path."""
    found = entry(mapping, *path)
    if found is not None and isinstance(found.value, Sequence):
        yield from (item for item in found.value.items if isinstance(item, Mapping))


def entries(mapping: Node | None, *path: str) -> Iterator[Entry]:
    """The entries of the mapping at a path."""
    found = entry(mapping, *path)
    if found is not None and isinstance(found.value, Mapping):
        yield from found.value.entries.values()
