"""A file that services are taken from: its variables count, but only what is taken has to be right."""

from __future__ import annotations

from lintstack.compose.documents import Files
from lintstack.compose.extends import Model
from lintstack.compose.interpolate import Interpolator
from lintstack.compose.merge import Merger
from lintstack.compose.paths import folder_of
from lintstack.compose.reset import Tagged, apply, below
from lintstack.source import Span
from lintstack.yaml import Entry, Mapping


class Extended:
    """Files that services are taken from, each opened once under one set of variables."""

    def __init__(self, files: Files, merger: Merger) -> None:
        self.files = files
        self.merger = merger
        self._models: dict[tuple[str, int], Model | None] = {}

    def model(self, path: str, interpolator: Interpolator, at: Span) -> Model | None:
        """The model of a file: nothing included, no service checked before it is asked for."""
        key = (path, id(interpolator))
        if key not in self._models:
            documents = self.files.tagged(path, interpolator, at) or ()
            roots = [document.root for document in documents if isinstance(document.root, Mapping)]
            taken = _Taken(documents, self.files, interpolator, self.merger)
            cleared = tuple(path for document in documents for path in document.cleared)
            self._models[key] = Model(path, folder_of(path), roots[0], cleared, taken.service) if roots else None
        return self._models[key]


class _Taken:
    """The services of one file, made canonical when they are asked for."""

    def __init__(self, documents: tuple[Tagged, ...], files: Files, interpolator: Interpolator, merger: Merger) -> None:
        self.documents = documents
        self.files = files
        self.interpolator = interpolator
        self.merger = merger
        self._known: dict[str, Entry | None] = {}

    def service(self, name: str) -> Entry | None:
        """A service with its later documents merged over the first."""
        if name not in self._known:
            self._known[name] = self._merged(name)
        return self._known[name]

    def _merged(self, name: str) -> Entry | None:
        found: Entry | None = None
        for document in self.documents:
            own = self._checked(document, name)
            if own is None:
                continue
            if found is not None and isinstance(found.value, Mapping):
                cleared = apply(found.value, below(document.cleared, ("services", name)))
                own = self.merger.entry(Entry(found.key, cleared, found.over), own, ("services", "*"))
            found = own
        return found

    def _checked(self, document: Tagged, name: str) -> Entry | None:
        """The service of one document in canonical form."""
        root = document.root
        entry = root.entries.get("services") if isinstance(root, Mapping) else None
        services = entry.value if entry is not None else None
        if not isinstance(root, Mapping) or entry is None or not isinstance(services, Mapping):
            return None
        if name not in services.entries:
            return None
        alone = Entry(entry.key, services.with_entries({name: services.entries[name]}))
        part = self.files.canonical(Tagged(root.with_entries({"services": alone}), ()), self.interpolator)
        checked = part.root.get("services") if part is not None else None
        return checked.entries.get(name) if isinstance(checked, Mapping) else None
