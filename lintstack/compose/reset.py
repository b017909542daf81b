"""Phase 5: `!reset` and `!override`, recorded per document and applied to what came before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from lintstack.named import NamedTuple
from lintstack.yaml import Entry, Mapping, Node

Path: TypeAlias = tuple[str, ...]
# Names to cut, by level; an empty one cuts the whole entry.
_Cuts: TypeAlias = "dict[str, _Cuts]"
_TAGS = ("!reset", "!override")


class Tagged(NamedTuple):
    """A document without its `!reset` values, and the paths that it clears in the model before it."""

    root: Node
    cleared: tuple[Path, ...]


def collect(root: Node) -> Tagged:
    """Record the tags of a document; items of sequences are not looked at, as in Compose."""
    text = root.source.text
    if not isinstance(root, Mapping) or not any(tag in text for tag in _TAGS):
        return Tagged(root, ())
    paths = tuple(_tagged(root, ()))
    return Tagged(_prune(root, _cuts(path for path, tag in paths if tag == "!reset")), tuple(path for path, _ in paths))


def _tagged(node: Mapping, path: Path) -> Iterator[tuple[Path, str]]:
    """Tagged values below a mapping; trees are at most 64 deep."""
    for name, value in node.items():
        at = (*path, name)
        if value.tag in _TAGS:
            yield at, value.tag
        elif isinstance(value, Mapping):
            yield from _tagged(value, at)


def apply(model: Mapping, cleared: Iterable[Path]) -> Mapping:
    """The model without what the paths name; lists of `NAME=value` have no such paths."""
    return _prune(model, _cuts(cleared))


def in_vain(model: Mapping, cleared: Iterable[Path]) -> Iterator[Path]:
    """The paths that name nothing in the model."""
    for path in cleared:
        node: Node | None = model
        for name in path:
            node = node.get(name) if isinstance(node, Mapping) and not node.listed else None
        if node is None:
            yield path


def below(cleared: Iterable[Path], prefix: Path) -> tuple[Path, ...]:
    """The paths under a prefix, relative to it."""
    length = len(prefix)
    return tuple(path[length:] for path in cleared if path[:length] == prefix and len(path) > length)


def _cuts(paths: Iterable[Path]) -> _Cuts:
    """The paths as a tree."""
    root: _Cuts = {}
    for path in paths:
        level = root
        for name in path:
            level = level.setdefault(name, {})
    return root


def _prune(node: Mapping, cuts: _Cuts) -> Mapping:
    """A copy without the cut entries; the same mapping when none of them is there."""
    if node.listed or not cuts.keys() & node.entries.keys():
        return node
    entries: dict[str, Entry] = {}
    for name, entry in node.entries.items():
        below_name = cuts.get(name)
        if below_name is None:
            entries[name] = entry
        elif below_name and isinstance(entry.value, Mapping):
            entries[name] = Entry(entry.key, _prune(entry.value, below_name), entry.over)
        elif below_name:
            entries[name] = entry
    return node.with_entries(entries)
