"""Files as they are written: where in its file a node stands, before anything was merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lintstack.yaml import Mapping, Scalar, Sequence, parse

if TYPE_CHECKING:
    from lintstack.source import Source, Span
    from lintstack.yaml import Entry, Node

Path = tuple[str, ...]
DEEPEST = 8  # steps of a path that are kept
LONGEST_TIDIED = 100_000  # characters of a file
ITEM = "*"  # step of a path that stands for an item of a list


def documents(source: Source) -> Iterator[Mapping]:
    """The documents of a file whose top level is a mapping."""
    return (document for document in parse(source).documents if isinstance(document, Mapping))


def tidied(source: Source) -> Iterator[Mapping]:
    """`documents` of a file that people keep tidy; none of one so long that a program writes it.

    Trees of such files are let go of as soon as their facts are known, and would have to be made once more.
    """
    return documents(source) if is_tidied(source) else iter(())


def is_tidied(source: Source) -> bool:
    """Whether rules about style look at a file."""
    return len(source.text) <= LONGEST_TIDIED


def below(node: Node | None, *path: str) -> Node | None:
    """The node at a path of keys, None when a step is missing."""
    for name in path:
        node = node.get(name) if isinstance(node, Mapping) else None
    return node


def services(source: Source) -> Iterator[tuple[str, Entry]]:
    """Services of every document of a file with their names."""
    return _services(documents(source))


def tidied_services(source: Source) -> Iterator[tuple[str, Entry]]:
    """`services` of a file that people keep tidy."""
    return _services(tidied(source))


def _services(found: Iterable[Mapping]) -> Iterator[tuple[str, Entry]]:
    for document in found:
        named = document.get("services")
        if isinstance(named, Mapping):
            yield from named.entries.items()


def walk(root: Node) -> Iterator[tuple[Path, Node]]:
    """Every node of a tree with its path, in no order; what aliases share comes once, trees are bounded by parse."""
    pending: list[tuple[Path, Node]] = [((), root)]
    seen: set[int] = set()
    while pending:
        path, node = pending.pop()
        yield path, node
        if isinstance(node, Scalar) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Sequence):
            pending += [((*path, ITEM), item) for item in node.items]
        else:
            pending += [((*path, name), value) for name, value in node.items()]


def tag_span(node: Node) -> Span:
    """The tag before a value."""
    text = node.source.text
    at = text.rfind(node.tag, 0, node.start + 1)
    return node.source.span(at, at + len(node.tag)) if at >= 0 else node.span


class Paths:
    """Paths of the nodes of some files by the offset that they begin at; a file is walked when it is asked for."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = {id(source) for source in sources}
        self._known: dict[int, dict[int, tuple[Path, Node]]] = {}

    def at(self, source: Source, start: int) -> tuple[Path, Node | None]:
        """Path and node of what begins at an offset; an empty path when nothing does."""
        if id(source) not in self._known:
            self._known[id(source)] = dict(_starts(source)) if id(source) in self._sources else {}
        return self._known[id(source)].get(start, ((), None))


def _starts(source: Source) -> Iterator[tuple[int, tuple[Path, Node]]]:
    """Offsets of scalars and keys; a key leads to its value."""
    for document in documents(source):
        for path, node in walk(document):
            if isinstance(node, Scalar):
                yield node.start, (path[:DEEPEST], node)
            elif isinstance(node, Mapping):
                for name, entry in node.entries.items():
                    yield entry.key.start, ((*path, name)[:DEEPEST], entry.value)
