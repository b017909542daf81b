"""The effective project, as `docker compose config` prints it, built out of the nodes that its values come from."""

from __future__ import annotations

from posixpath import basename

from lintstack.compose.load import Loaded
from lintstack.compose.normal.fields import service
from lintstack.compose.normal.forms import added, with_value
from lintstack.compose.normal.implied import completed
from lintstack.compose.normal.resources import section
from lintstack.compose.normal.values import Project, implied, retold, spelled
from lintstack.yaml import Entry, Mapping, Scalar

__all__ = ["Project", "normal"]

_SECTIONS = ("networks", "volumes", "configs", "secrets", "models")


def normal(loaded: Loaded, project: Project) -> Mapping:
    """The project with every default, every name and every path written out.

    Values keep the place of the text that they come from; a value that no file spells out has the place that implies
    it, and no raw text. Services that no profile enables and resources that no service uses are left out.

    Args:
        loaded: a project that could be read; values that Compose refuses are left out or printed as they stand.
        project: where it lies, and how it is printed.

    Source:
        compose-go `loader.Normalize`, `transform.SetDefaultValues`, `Project.MarshalYAML` and `MarshalJSON`.
    """
    root = loaded.root
    assert root is not None, "a project of which nothing could be loaded has no normal form"
    name = _name(root, loaded, project)
    entries: dict[str, Entry] = {"name": name}
    services = _services(root, loaded, project)
    inner = services.value
    assert isinstance(inner, Mapping)
    entries["services"] = services
    for kind in _SECTIONS:
        found = section(kind, root, inner, project, spelled(name.value))
        if found is not None and not (project.json and kind == "models"):
            entries[kind] = found
    extensions = {key: entry for key, entry in root.entries.items() if key.startswith("x-")}
    return Mapping(root.source, root.start, root.end, {**entries, **extensions})


def _name(root: Mapping, loaded: Loaded, project: Project) -> Entry:
    """The project's name: the one that is known, what the last file says, else its folder's."""
    entry = root.entries.get("name")
    known = project.name or loaded.name
    own = allowed_name(spelled(entry.value)) if entry is not None else ""
    if entry is not None and own and known in ("", own) and isinstance(entry.value, Scalar):
        return Entry(entry.key, retold(entry.value, own), entry.over)
    at = Scalar(loaded.sources[0] if loaded.sources else root.source, 0, 0, "")
    return added(at, "name", implied(at, known or allowed_name(basename(project.folder))))


def allowed_name(text: str) -> str:
    """A text as the name of a project: lower case, only what Docker allows in names."""
    kept = (
        character for character in text.lower() if character in "-_" or (character.isascii() and character.isalnum())
    )
    return "".join(kept).lstrip("_-")


def _services(root: Mapping, loaded: Loaded, project: Project) -> Entry:
    """The services that run, in normal form."""
    old = root.entries.get("services")
    listed = old.value.entries if old is not None and isinstance(old.value, Mapping) else {}
    found: dict[str, Entry] = {}
    for name, entry in listed.items():
        if name in loaded.inactive or not isinstance(entry.value, Mapping):
            continue
        files = {
            "environment": loaded.env_file_values.get(name, ()),
            "labels": loaded.label_file_values.get(name, ()),
        }
        value = with_value(entry, service(completed(entry.key, entry.value, files), project))
        if value is not None:
            found[name] = value
    inner = Mapping(root.source, root.start, root.end, found)
    return added(root, "services", inner) if old is None else Entry(old.key, inner, old.over)
