"""Loads a project as Docker Compose would, and collects every problem on the way instead of stopping at the first."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping as Dict
from collections.abc import Sequence as List

from lintstack.compose import include
from lintstack.compose.cycles import report_cycles
from lintstack.compose.documents import Document, Files, Reader
from lintstack.compose.dotenv import EnvEntry
from lintstack.compose.environment import Environments
from lintstack.compose.extends import Extender, Model, Opener
from lintstack.compose.finish import finished, inactive_services
from lintstack.compose.interpolate import Interpolator
from lintstack.compose.merge import Merger
from lintstack.compose.paths import folder_of, is_remote, located, relocate
from lintstack.compose.problems import Problems, shown
from lintstack.compose.reset import Path, apply
from lintstack.compose.versions import Version
from lintstack.facts import Place
from lintstack.findings import Finding
from lintstack.named import NamedTuple
from lintstack.source import Source, Span
from lintstack.yaml import Mapping, Scalar, Sequence

__all__ = ["Loaded", "Reader", "load"]

MOST_TAKEN = 100_000  # variables of env files, each counted in every service that takes it


class Loaded(NamedTuple):
    """A project as it would run.

    Args:
        root: canonical, merged, interpolated tree; relative paths in it mean the project directory. None when
            nothing could be loaded.
        sources: every compose file that took part, in the order in which they were read.
        env_sources: env files that were read.
        problems: everything that is wrong, in the order in which it was found.
        env_file_values: variables that the env files of each service define, by service and name.
        missing_env_files: services with an env file that is not there, cannot be read or cannot be told: names of
            their files as written. Their variables are unknown.
        incomplete: services of which a part could not be read; "" stands for the whole project.
        inactive: services that no active profile enables.
    """

    root: Mapping | None
    sources: tuple[Source, ...] = ()
    env_sources: tuple[Source, ...] = ()
    problems: tuple[Finding, ...] = ()
    env_file_values: Dict[str, tuple[EnvEntry, ...]] = {}
    missing_env_files: Dict[str, tuple[str, ...]] = {}
    incomplete: frozenset[str] = frozenset()
    inactive: frozenset[str] = frozenset()


def load(
    files: List[str],
    reader: Reader,
    project_dir: str,
    env_files: List[str] = (),
    profiles: List[str] = (),
    variables: Dict[str, str] | None = None,
    version: Version | None = None,
) -> Loaded:
    """Load compose files, later ones over earlier ones. Never raises.

    Args:
        files: paths as the reader knows them.
        reader: opens files; the only way to the disk.
        project_dir: what relative paths in `files` mean, as a path for the reader.
        env_files: replace the project directory's `.env`.
        profiles: active profiles; `*` is all.
        variables: values that win over all env files; the process environment is not read.
        version: the Docker Compose to load as; None is the newest.
    """
    problems = Problems()
    loader = _Loader(Files(reader, problems), problems, version)
    return loader.load(files, project_dir, env_files, profiles, variables or {})


class _Loader:
    def __init__(self, files: Files, problems: Problems, version: Version | None) -> None:
        self.files = files
        self.problems = problems
        self.version = version
        self.merger = Merger(problems)
        self.environments = Environments(files)
        self.incomplete: set[str] = set()
        self.stack: list[tuple[str, Span | None]] = []
        self.models: dict[tuple[tuple[str, ...], str, int], Mapping | None] = {}
        self.opened: dict[tuple[str, int], Model | None] = {}
        self.taken = 0

    def load(
        self, files: List[str], project_dir: str, env_files: List[str], profiles: List[str], variables: Dict[str, str]
    ) -> Loaded:
        interpolator = self.environments.root(project_dir, env_files, variables)
        model: Mapping | None = None
        for path in files:
            self.stack = [(located(".", path), None)]
            model = self._add_file(model, path, project_dir, interpolator, None)
        root = None if model is None else finished(model, self.problems)
        inactive = inactive_services(root, profiles)
        report_cycles(root, inactive, self.problems)
        values, missing = self._env_files(root, project_dir, interpolator)
        return Loaded(
            root, tuple(self.files.sources.values()), tuple(self.files.env_sources.values()), self.problems.all(),
            values, missing, frozenset(self.incomplete), inactive,
        )  # fmt: skip

    def _add_file(
        self, model: Mapping | None, path: str, folder: str, interpolator: Interpolator, at: Span | None
    ) -> Mapping | None:
        """The model with all documents of a file over it."""
        documents = self.files.documents(path, interpolator, at)
        if documents is None:
            self.incomplete.add("")
        extender = Extender(self._opener(interpolator), self.merger, self.problems)
        for document in documents or ():
            model = self._add_document(model, document, Model(path, folder, *document), interpolator, extender)
        self.incomplete |= extender.incomplete
        return model

    def _add_document(
        self, model: Mapping | None, document: Document, own: Model, interpolator: Interpolator, extender: Extender
    ) -> Mapping:
        """Phases 4 to 8 of one document: include, reset, extends, merge."""
        root, cleared = document
        included = self._included(root, own.folder, interpolator, cleared)
        base = None if model is None else apply(model, cleared)
        if included is not None:
            base = included if base is None else include.import_model(base, included, self.merger)
        resolved = extender.resolve(own)
        kept = {name: entry for name, entry in resolved.entries.items() if name != "include"}
        resolved = resolved.with_entries(kept)
        return resolved if base is None else self.merger.mapping(base, resolved, ())

    def _included(
        self, root: Mapping, folder: str, interpolator: Interpolator, cleared: tuple[Path, ...]
    ) -> Mapping | None:
        """Everything that a document includes, as one model; of two definitions the first wins."""
        total: Mapping | None = None
        for entry in include.entries(root, folder):
            if not entry.complete or include.refuse_remote(entry.paths, entry.at, self.problems):
                self.incomplete.add("")
                continue
            model = self._include(entry, folder, interpolator)
            if model is not None:
                model = apply(model, cleared)
                total = model if total is None else include.import_model(total, model, self.merger)
        return total

    def _include(self, entry: include.Included, folder: str, interpolator: Interpolator) -> Mapping | None:
        """An included project's model, its paths relative to the including one; each is loaded once."""
        if self._circular(entry) or self._too_many(entry):
            self.incomplete.add("")
            return None
        inner = self.environments.included(interpolator, entry.folder, entry.env_files)
        key = (entry.paths, entry.folder, id(inner))
        if key not in self.models:
            self.stack.append((entry.paths[0], entry.at))
            model: Mapping | None = None
            for path in entry.paths:
                model = self._add_file(model, path, entry.folder, inner, entry.at)
            self.stack.pop()
            self.models[key] = model
        found = self.models[key]
        return None if found is None else relocate(found, entry.folder, folder)

    def _circular(self, entry: include.Included) -> bool:
        paths = [path for path, _ in self.stack]
        if entry.paths[0] not in paths:
            return False
        loop = self.stack[paths.index(entry.paths[0]) :]
        names = " -> ".join(shown(path, 200) for path, _ in (*loop[:8], loop[0]))
        related = tuple(Place(at, "included here") for _, at in loop[:8] if at is not None)
        message = f"`include` goes round in a circle: {names}"
        self.problems.say("compose-cycle", message, entry.at, related=related)
        return True

    def _too_many(self, entry: include.Included) -> bool:
        if len(self.stack) > include.DEEPEST:
            message = f"`include` nests deeper than {include.DEEPEST} files"
        elif self.files.asked >= include.MOST_FILES and entry.paths[0] not in self.files.sources:
            message = f"the project has more than {include.MOST_FILES} compose files"
        else:
            return False
        self.problems.say("compose-limit", message, entry.at)
        return True

    def _opener(self, interpolator: Interpolator) -> Opener:
        def open_file(file: Scalar, model: Model) -> Model | None:
            if is_remote(file.text):
                message = "what is extended here is not a local file and was not read"
                self.problems.say("remote-reference", message, file, "info")
                return None
            return self._extended(located(model.folder, file.text), interpolator, file.span)

        return open_file

    def _extended(self, path: str, interpolator: Interpolator, at: Span) -> Model | None:
        """The model of a file that services are taken from: its documents merged, nothing included."""
        key = (path, id(interpolator))
        if key not in self.opened:
            documents = self.files.documents(path, interpolator, at)
            self.opened[key] = None if not documents else self._one(path, documents)
        return self.opened[key]

    def _one(self, path: str, documents: tuple[Document, ...]) -> Model:
        root = documents[0].root
        for document in documents[1:]:
            root = self.merger.mapping(apply(root, document.cleared), document.root, ())
        cleared = tuple(path for document in documents for path in document.cleared)
        return Model(path, folder_of(path), root, cleared)

    def _env_files(
        self, root: Mapping | None, folder: str, interpolator: Interpolator
    ) -> tuple[dict[str, tuple[EnvEntry, ...]], dict[str, tuple[str, ...]]]:
        """What the `env_file` of every service defines."""
        values: dict[str, tuple[EnvEntry, ...]] = {}
        missing: dict[str, tuple[str, ...]] = {}
        services = root.get("services") if root is not None else None
        for name, service in services.items() if isinstance(services, Mapping) else ():
            listed = service.get("env_file") if isinstance(service, Mapping) else None
            if isinstance(listed, Sequence) and isinstance(service, Mapping):
                found, lost = self._service_env(service, listed, folder, interpolator)
                values[name] = tuple(found.values())
                if lost:
                    missing[name] = lost
        return values, missing

    def _service_env(
        self, service: Mapping, listed: Sequence, folder: str, interpolator: Interpolator
    ) -> tuple[dict[str, EnvEntry], tuple[str, ...]]:
        """Entries of a service's env files, later files over earlier ones, and the files that are not there."""
        known: dict[str, str] = {}
        scope = ChainMap({**_literals(service), **interpolator.variables}, known)
        found: dict[str, EnvEntry] = {}
        lost: list[str] = []
        for item in listed.items:
            path = item.get("path") if isinstance(item, Mapping) else None
            if not isinstance(path, Scalar):
                continue
            file = located(folder, path.text)
            read: dict[str, EnvEntry] = {}
            open_end = path.unset or not self._has_room(path)
            if not open_end and self.files.reader.exists(file) not in ("", "dir"):
                read = self.environments.entries(file, scope, path.span)
                self.taken += len(read)
            for name, entry in read.items():
                found[name] = entry
                known.pop(name, None)
                if entry.value and not entry.value.unset:
                    known[name] = entry.value.text
            if open_end or file not in self.files.env_sources:
                lost.append(path.raw)
        return found, tuple(lost)

    def _has_room(self, path: Scalar) -> bool:
        """Whether the services may take more variables from env files: their number is a product."""
        if self.taken <= MOST_TAKEN:
            return True
        self.problems.say("compose-limit", f"services take more than {MOST_TAKEN} variables from env files", path)
        return False


def _literals(service: Mapping) -> dict[str, str]:
    """Values of a service's `environment` that its env files can use."""
    environment = service.get("environment")
    pairs = environment.items() if isinstance(environment, Mapping) else ()
    return {
        name: value.text for name, value in pairs if isinstance(value, Scalar) and not (value.is_null or value.unset)
    }
