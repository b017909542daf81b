"""Phase 5: `!reset` and `!override`, recorded per document and applied to what came before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from lintstack.compose.format.field import Use
from lintstack.named import NamedTuple
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence

Path: TypeAlias = tuple[str, ...]
# Names to cut, by level; an empty one cuts the whole entry.
_Cuts: TypeAlias = "dict[str, _Cuts]"
_TAGS = ("!reset", "!override")
# Lists that the model before has as mappings, however they were written.
_NAMED = frozenset({"depends_on", "models", "networks"})


class Tagged(NamedTuple):
    """A document without its `!reset` values, and the paths that it clears in the model before it."""

    root: Node
    cleared: tuple[Path, ...]


def collect(root: Node) -> Tagged:
    """Record the tags of a document; those of list items clear nothing in the model before, as in Compose."""
    text = root.source.text
    if not isinstance(root, Mapping) or not any(tag in text for tag in _TAGS):
        return Tagged(root, ())
    paths = tuple(_tagged(root, (), set()))
    pruned = _without_resets(root, {})
    return Tagged(root if pruned is None else pruned, paths)


def _tagged(node: Mapping, path: Path, met: set[int]) -> Iterator[Path]:
    """Paths of tagged values below a mapping; trees are at most 64 deep.

    Compose takes a `!reset` value out where it meets it first: the aliases of an anchor around it do not reset again;
    those of the value itself do.
    """
    for name, entry in node.entries.items():
        value = entry.value
        at = (*path, name)
        if value.tag in _TAGS:
            if value.tag == "!override" or id(entry) not in met:
                yield at
            met.add(id(entry))
        elif isinstance(value, Mapping):
            yield from _tagged(value, at, met)


def _without_resets(node: Node, done: dict[int, Node | None]) -> Node | None:
    """A tree without its `!reset` values, None when it is one; what `!override` holds is taken as it is."""
    if node.tag == "!reset":
        return None
    if isinstance(node, Scalar) or node.tag == "!override":
        return node
    if id(node) not in done:
        done[id(node)] = _mapping(node, done) if isinstance(node, Mapping) else _sequence(node, done)
    return done[id(node)]


def _mapping(node: Mapping, done: dict[int, Node | None]) -> Mapping:
    entries: dict[str, Entry] = {}
    for name, entry in node.entries.items():
        value = _without_resets(entry.value, done)
        if value is None and entry.over is not None:
            entry = entry.over  # What `<<` gives, since nothing explicit is left.
            value = _without_resets(entry.value, done)
        if value is not None:
            entries[name] = entry if value is entry.value else Entry(entry.key, value, entry.over)
    same = len(entries) == len(node.entries) and all(entry is node.entries[name] for name, entry in entries.items())
    return node if same else node.with_entries(entries)


def _sequence(node: Sequence, done: dict[int, Node | None]) -> Sequence:
    items = [_without_resets(item, done) for item in node.items]
    kept = tuple(item for item in items if item is not None)
    same = len(kept) == len(node.items) and all(new is old for new, old in zip(kept, node.items, strict=True))
    return node if same else node.with_items(kept)


def overrides(root: Mapping, cleared: Iterable[Path]) -> Iterator[Use]:
    """The uses of `!override` in a document, which Docker Compose knows since 2.24.4."""
    for path in cleared:
        node: Node = root
        entry: Entry | None = None
        for name in path:
            entry = node.entries.get(name) if isinstance(node, Mapping) else None
            if entry is None:
                break
            node = entry.value
        if entry is not None and node.tag == "!override":
            yield Use("!override", entry.key.span, "2.24.4")


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


def _prune(node: Mapping, cuts: _Cuts, name: str = "") -> Mapping:
    """A copy without the cut entries; the same mapping when none of them is there."""
    if (node.listed and name not in _NAMED) or not cuts.keys() & node.entries.keys():
        return node
    entries: dict[str, Entry] = {}
    for key, entry in node.entries.items():
        below_key = cuts.get(key)
        if below_key is None:
            entries[key] = entry
        elif below_key and isinstance(entry.value, Mapping):
            entries[key] = Entry(entry.key, _prune(entry.value, below_key, key), entry.over)
        elif below_key:
            entries[key] = entry
    return node.with_entries(entries)
