"""The values of a tree that have none below them, each with its path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from lintstack.named import NamedTuple
from lintstack.yaml import Entry, Mapping, Node, Sequence

# Keys and indexes from the top.
Path: TypeAlias = tuple[str, ...]


class Leaf(NamedTuple):
    """A value without values below it: a scalar or an empty collection; `entry` is that of its key, if it has one."""

    path: Path
    node: Node
    entry: Entry | None = None


def leaves(node: Node, path: Path = (), entry: Entry | None = None) -> Iterator[Leaf]:
    """All values of a tree, in order; trees are at most 64 deep."""
    if isinstance(node, Mapping) and node.entries:
        for name, inner in node.entries.items():
            yield from leaves(inner.value, (*path, name), inner)
    elif isinstance(node, Sequence) and node.items:
        for index, item in enumerate(node.items):
            yield from leaves(item, (*path, str(index)))
    else:
        yield Leaf(path, node, entry)
