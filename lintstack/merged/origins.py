"""The values of a tree, each with what its files say of it: places, what it replaced, variables."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.merged.leaves import Leaf, leaves
from lintstack.merged.masks import Mask
from lintstack.named import NamedTuple
from lintstack.source import Span
from lintstack.yaml import Entry, Node, Scalar


class Origin(NamedTuple):
    """What a comment says of a value.

    Args:
        at: its place.
        implied: whether no file spells it out.
        written: the text with its variables, "" when it has none.
        unset: variables without a value.
        over: places that it replaced, nearest first, with their texts; None for a collection or the same text.
    """

    at: Span
    implied: bool = False
    written: str = ""
    unset: tuple[str, ...] = ()
    over: tuple[tuple[Span, str | None], ...] = ()


def replaced(entry: Entry | None) -> Iterator[Entry]:
    """The entries of earlier files that an entry replaced, nearest first."""
    link = entry.over if entry is not None else None
    while link is not None:
        yield link
        link = link.over


def origin(leaf: Leaf, masks: Mask) -> Origin:
    """What the files say of a value, credentials masked."""
    node = leaf.node
    at = place(node, leaf.entry)
    over = tuple((place(old.value, old), _said(leaf, old.value, masks)) for old in replaced(leaf.entry))
    implied = _is_implied(node) or (leaf.entry is not None and _is_implied(leaf.entry.key) and _is_empty(node))
    if not isinstance(node, Scalar):
        return Origin(at, implied, over=over)
    written = masks.text(leaf.path, node.raw) if node.variables and node.raw != node.text else ""
    passed = leaf.path[-1:] if node.is_null and leaf.path[-2:-1] == ("environment",) else ()
    return Origin(at, implied, written, node.unset + passed, over)


def _is_implied(node: Node) -> bool:
    """Whether a text stands in no file."""
    return isinstance(node, Scalar) and bool(node.text) and not node.raw


def _is_empty(node: Node) -> bool:
    return node.is_null if isinstance(node, Scalar) else True


def _said(leaf: Leaf, old: Node, masks: Mask) -> str | None:
    """Text of a replaced value where it differs from the one in force."""
    if not isinstance(old, Scalar) or (isinstance(leaf.node, Scalar) and old.text == leaf.node.text):
        return None
    return masks.text(leaf.path, old.raw)


def place(node: Node, entry: Entry | None) -> Span:
    """Where a value stands; one without a text stands where its key does."""
    return entry.key.span if entry is not None and node.start == node.end else node.span


def places(leaf: Leaf) -> Iterator[Span]:
    """The place of a value, then those of the values that it replaced."""
    yield place(leaf.node, leaf.entry)
    for old in replaced(leaf.entry):
        yield place(old.value, old)


def nothing_left(entry: Entry) -> tuple[Span, ...]:
    """Places of collections that an entry replaced whole: no value of them is in force."""
    inside = [leaf.node for leaf in leaves(entry.value)]
    return tuple(
        old.value.span
        for old in replaced(entry)
        if not any(_within(node, old.value) for node in (entry.value, *inside))
    )


def _within(node: Node, outer: Node) -> bool:
    return node.source is outer.source and outer.start <= node.start and node.end <= outer.end
