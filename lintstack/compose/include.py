"""Phase 4: `include`, each included project loaded once, in bounded numbers."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.compose.merge import Merger
from lintstack.compose.paths import folder_of, is_remote, located
from lintstack.compose.problems import Problems, shown
from lintstack.facts import Place
from lintstack.named import NamedTuple
from lintstack.source import Span
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence

DEEPEST = 32
MOST_FILES = 256
_NO_FILE = "/dev/null"
_IMPORTED = ("services", "volumes", "networks", "secrets", "configs", "models")


class Included(NamedTuple):
    """One entry of `include`.

    Args:
        paths: its files: the main one, then its overlays.
        folder: its project directory.
        env_files: with the places that name them; None for the folder's own `.env`.
        at: the place that names the main file.
        complete: False when a variable without a value hides what is meant.
    """

    paths: tuple[str, ...]
    folder: str
    env_files: tuple[tuple[str, Span], ...] | None
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
    if isinstance(directory, Scalar) and directory.text and not directory.unset:
        home = located(folder, directory.text)
    else:
        home = folder_of(files[0]) if files else folder
    at = paths[0].span if paths else item.span
    named_env = (file for file in env if not file.unset and file.text != _NO_FILE)
    env_files = tuple((located(folder, file.text), file.span) for file in named_env) if env else None
    unknown = any(part.unset for part in (*paths, *env)) or (isinstance(directory, Scalar) and bool(directory.unset))
    return Included(files, home, env_files, at, not unknown and bool(files))


def _texts(node: Node | None) -> tuple[Scalar, ...]:
    """The strings of a list or of a lone string."""
    items = node.items if isinstance(node, Sequence) else (node,)
    return tuple(item for item in items if isinstance(item, Scalar) and item.text)


def with_contexts(model: Mapping) -> Mapping:
    """An included model whose builds name their context: by default it is the included project's directory."""
    services = model.entries.get("services")
    if services is None or not isinstance(services.value, Mapping):
        return model
    changed = {name: Entry(entry.key, _built(entry.value), entry.over) for name, entry in _unplaced(services.value)}
    if not changed:
        return model
    named = services.value.with_entries({**services.value.entries, **changed})
    return model.with_entries({**model.entries, "services": Entry(services.key, named, services.over)})


def _unplaced(services: Mapping) -> Iterator[tuple[str, Entry]]:
    """Services with a build that names no context."""
    for name, entry in services.entries.items():
        build = entry.value.get("build") if isinstance(entry.value, Mapping) else None
        if isinstance(build, Mapping) and "context" not in build.entries:
            yield name, entry


def _built(service: Node) -> Node:
    entry = service.entries["build"] if isinstance(service, Mapping) else None
    if entry is None or not isinstance(service, Mapping) or not isinstance(entry.value, Mapping):
        return service
    key = entry.key
    name, folder = (Scalar(key.source, key.start, key.end, text, '"') for text in ("context", "."))
    build = entry.value.with_entries({**entry.value.entries, "context": Entry(name, folder)})
    return service.with_entries({**service.entries, "build": Entry(key, build, entry.over)})


def import_model(model: Mapping, included: Mapping, merger: Merger, merges: bool = True) -> Mapping:
    """The including model with the resources of an included one; where both define one, the including file wins.

    Args:
        model: the including document, or what was included before.
        included: what is added.
        merger: merges, and takes conflicts.
        merges: False for a Compose that refuses differing definitions.
    """
    top = dict(model.entries)
    for section in _IMPORTED:
        theirs = included.entries.get(section)
        if theirs is None or not isinstance(theirs.value, Mapping):
            continue
        ours = top.get(section)
        top[section] = theirs if ours is None else _joined(ours, theirs, section, merger, merges)
    return model.with_entries(top)


def _joined(ours: Entry, theirs: Entry, section: str, merger: Merger, merges: bool) -> Entry:
    if not (isinstance(ours.value, Mapping) and isinstance(theirs.value, Mapping)):
        return ours
    found = dict(ours.value.entries)
    for name, imported in theirs.value.entries.items():
        entry = found.get(name)
        if entry is not None and not merges and not _alike(imported.value, entry.value):
            _conflict(entry, imported, section, merger.problems)
        if entry is not None and section == "volumes" and _alike(imported.value, entry.value):
            continue  # Merged, its labels would stand twice.
        found[name] = imported if entry is None else merger.entry(imported, entry, (section, "*"))
    return Entry(ours.key, ours.value.with_entries(found), ours.over)


def _conflict(ours: Entry, theirs: Entry, section: str, problems: Problems) -> None:
    kind = section.removesuffix("s")
    message = (
        f"the {kind} `{shown(ours.key.text)}` is defined here and, otherwise, in an included file; keep one of them"
    )
    problems.say("compose-consistency", message, ours.key, related=(Place(theirs.key.span, "defined here too"),))


def _alike(one: Node, other: Node) -> bool:
    """Whether two canonical trees say the same."""
    if one is other:
        return True
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        same = one.entries.keys() == other.entries.keys()
        return same and all(_alike(value, other.entries[name].value) for name, value in one.items())
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        same = len(one.items) == len(other.items)
        return same and all(map(_alike, one.items, other.items))
    return isinstance(one, Scalar) and isinstance(other, Scalar) and one.value == other.value


def refuse_remote(paths: tuple[str, ...], at: Span, problems: Problems) -> bool:
    """Whether an include names something that is not a local file; says so (info)."""
    remote = any(is_remote(path) or path.startswith("-") for path in paths)
    if remote:
        problems.say("remote-reference", "what is included here is not a local file and was not read", at, "info")
    return remote
