"""Phase 4: `include`, each included project loaded once, in bounded numbers."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.compose.merge import Merger
from lintstack.compose.paths import folder_of, is_remote, located
from lintstack.compose.problems import Problems
from lintstack.named import NamedTuple
from lintstack.source import Span
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence

DEEPEST = 32
MOST_FILES = 256
_IMPORTED = ("services", "volumes", "networks", "secrets", "configs", "models")


class Included(NamedTuple):
    """One entry of `include`.

    Args:
        paths: its files: the main one, then its overlays.
        folder: its project directory.
        env_files: with the places that name them; empty for the folder's own `.env`.
        at: the place that names the main file.
        complete: False when a variable without a value hides what is meant.
    """

    paths: tuple[str, ...]
    folder: str
    env_files: tuple[tuple[str, Span], ...]
    at: Span
    complete: bool = True


def entries(root: Mapping, folder: str) -> Iterator[Included]:
    """What a canonical document includes; paths are relative to its project directory."""
    listed = root.get("include")
    if isinstance(listed, Sequence):
        for item in listed.items:
            if isinstance(item, Mapping):
                yield _entry(item, folder)


def _entry(item: Mapping, folder: str) -> Included:
    paths = _texts(item.get("path"))
    named = [path for path in paths if not path.unset]
    files = tuple(path.text if is_remote(path.text) else located(folder, path.text) for path in named)
    directory = item.get("project_directory")
    env = _texts(item.get("env_file"))
    if isinstance(directory, Scalar) and not directory.unset:
        home = located(folder, directory.text)
    else:
        home = folder_of(files[0]) if files else folder
    at = paths[0].span if paths else item.span
    env_files = tuple((located(folder, file.text), file.span) for file in env if not file.unset)
    unknown = any(part.unset for part in (*paths, *env)) or not files
    return Included(files, home, env_files, at, not unknown)


def _texts(node: Node | None) -> tuple[Scalar, ...]:
    """The strings of a list or of a lone string."""
    items = node.items if isinstance(node, Sequence) else (node,)
    return tuple(item for item in items if isinstance(item, Scalar) and item.text)


def import_model(model: Mapping, included: Mapping, merger: Merger) -> Mapping:
    """The including model with the resources of an included one; where both define one, the including file wins."""
    top = dict(model.entries)
    for section in _IMPORTED:
        theirs = included.entries.get(section)
        if theirs is None or not isinstance(theirs.value, Mapping):
            continue
        ours = top.get(section)
        top[section] = theirs if ours is None else _joined(ours, theirs, section, merger)
    return model.with_entries(top)


def _joined(ours: Entry, theirs: Entry, section: str, merger: Merger) -> Entry:
    if not (isinstance(ours.value, Mapping) and isinstance(theirs.value, Mapping)):
        return ours
    found = dict(theirs.value.entries)
    for name, entry in ours.value.entries.items():
        imported = found.get(name)
        found[name] = entry if imported is None else merger.entry(imported, entry, (section, "*"))
    return Entry(ours.key, ours.value.with_entries(found), ours.over)


def refuse_remote(paths: tuple[str, ...], at: Span, problems: Problems) -> bool:
    """Whether an include names something that is not a local file; says so (info)."""
    remote = any(is_remote(path) or path.startswith("-") for path in paths)
    if remote:
        problems.say("remote-reference", "what is included here is not a local file and was not read", at, "info")
    return remote
