"""Loads a project as Docker Compose would, and collects every problem on the way instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence as List
from typing import TYPE_CHECKING

from lintstack.compose import include
from lintstack.compose.consistency import report
from lintstack.compose.cycles import report_cycles
from lintstack.compose.documents import Document, Files, Reader
from lintstack.compose.environment import Environments
from lintstack.compose.expansion import HIDDEN
from lintstack.compose.extended import Extended
from lintstack.compose.extends import Extender, Model, Opener
from lintstack.compose.finish import finished
from lintstack.compose.format.field import Use
from lintstack.compose.interpolate import Interpolator
from lintstack.compose.merge import Merger
from lintstack.compose.paths import is_remote, located, relocate
from lintstack.compose.problems import Problems, shown
from lintstack.compose.profiles import active, inactive_services
from lintstack.compose.project_name import VARIABLE, absolute, project_name
from lintstack.compose.reset import Path, apply, in_vain
from lintstack.compose.service_files import service_files
from lintstack.compose.versions import Version, since
from lintstack.facts import Place
from lintstack.findings import Finding
from lintstack.named import NamedTuple
from lintstack.source import Source, Span
from lintstack.yaml import Entry, Mapping, Scalar

if TYPE_CHECKING:
    from lintstack.compose.dotenv import EnvEntry

__all__ = ["Loaded", "Reader", "load"]


class Overlooked(NamedTuple):
    """What overlays say and Docker Compose passes over without a word.

    Args:
        kept: entries that are null, `[]` or `{}`, each with the earlier entry that stays.
        cleared: files and paths of `!reset` and `!override` that had nothing to clear.
    """

    kept: tuple[tuple[Entry, Entry], ...] = ()
    cleared: tuple[tuple[str, Path], ...] = ()


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
        uses: what the files use that not every Docker Compose knows, or should no longer be written.
        version: the Docker Compose that was loaded as, None for the newest.
        name: the project's name; "" when it cannot be known.
        label_file_values: labels that the label files of each service define, by service and name.
        files: the paths that were asked for.
        replaced: scalars with variables, of every file that was read.
        keys: keys with a dollar, where no variable is replaced.
        overlooked: what later files say in vain.
        given: values that the project has from its env files by name; those of included projects are not among them.
        hidden: variables that are given a value which the files do not tell.
    """

    root: Mapping | None
    sources: tuple[Source, ...] = ()
    env_sources: tuple[Source, ...] = ()
    problems: tuple[Finding, ...] = ()
    env_file_values: Dict[str, tuple[EnvEntry, ...]] = {}
    missing_env_files: Dict[str, tuple[str, ...]] = {}
    incomplete: frozenset[str] = frozenset()
    inactive: frozenset[str] = frozenset()
    uses: tuple[Use, ...] = ()
    version: Version | None = None
    name: str = ""
    label_file_values: Dict[str, tuple[EnvEntry, ...]] = {}
    files: tuple[str, ...] = ()
    replaced: tuple[Scalar, ...] = ()
    keys: tuple[Scalar, ...] = ()
    overlooked: Overlooked = Overlooked()
    given: Dict[str, Scalar] = {}
    hidden: frozenset[str] = frozenset()


def load(
    files: List[str],
    reader: Reader,
    project_dir: str,
    env_files: List[str] = (),
    profiles: List[str] = (),
    variables: Dict[str, str] | None = None,
    version: Version | None = None,
    dotenv: bool = True,
) -> Loaded:
    """Load compose files, later ones over earlier ones. Never raises.

    Args:
        files: paths as the reader knows them.
        reader: opens files; the only way to the disk.
        project_dir: what relative paths in `files` mean, as a path for the reader.
        env_files: replace the project directory's `.env`.
        profiles: active profiles instead of those of COMPOSE_PROFILES; `*` is all.
        variables: values that win over all env files, HIDDEN where the files do not tell them; the process
            environment is not read.
        version: the Docker Compose to load as; None is the newest.
        dotenv: whether the project directory's `.env` is read when there are no `env_files`.
    """
    problems = Problems()
    loader = _Loader(Files(reader, problems, version), problems, version)
    return loader.load(files, project_dir, env_files or (None if dotenv else ()), profiles, variables or {})


class _Loader:
    def __init__(self, files: Files, problems: Problems, version: Version | None) -> None:
        self.files = files
        self.problems = problems
        self.version = version
        self.merger = Merger(problems)
        self.environments = Environments(files, version)
        self.extended = Extended(files, self.merger)
        self.incomplete: set[str] = set()
        self.cleared: list[tuple[str, Path]] = []
        self.asked: tuple[str, ...] = ()
        self.stack: list[tuple[str, Span | None]] = []
        self.models: dict[tuple[tuple[str, ...], str, int], Mapping | None] = {}

    def load(
        self,
        files: List[str],
        project_dir: str,
        env_files: List[str] | None,
        profiles: List[str],
        variables: Dict[str, str],
    ) -> Loaded:
        self.asked = tuple(files)
        interpolator = self.environments.root(project_dir, env_files, variables)
        name = self._name(files, project_dir, env_files, interpolator)
        if name and VARIABLE not in interpolator.variables:
            interpolator = self.environments.interpolator({**interpolator.variables, VARIABLE: name})
        model: Mapping | None = None
        for path in files:
            self.stack = [(located(".", path), None)]
            model = self._add_file(model, path, project_dir, interpolator, None)
        if model is None:
            self.files.report_empty(files)
        elif not (model.entries.keys() - {"version"} or self.incomplete or self.problems.serious):
            self.problems.say("compose-schema", "no file of this project declares anything", model)
        return self._checked(model, project_dir, interpolator, name, active(profiles, interpolator.variables))

    def _name(self, files: List[str], folder: str, env_files: List[str] | None, interpolator: Interpolator) -> str:
        trees = [tree for path in files for tree in self.files.trees(path) or ()]
        sources = self.files.sources
        home = absolute(folder, next((sources[path] for path in files if path in sources), None))
        at = self.environments.setting(VARIABLE, (located(folder, ".env"),) if env_files is None else env_files)
        return project_name(trees, interpolator, home, at, self.problems)

    def _checked(
        self, root: Mapping | None, folder: str, interpolator: Interpolator, name: str, profiles: List[str]
    ) -> Loaded:
        """What was loaded, once it is known to agree with itself."""
        inactive = inactive_services(root, profiles)
        incomplete = frozenset(self.incomplete)
        report_cycles(root, inactive, self.problems)
        overlays = (self.files.sources[path].path for path in self.asked[1:] if path in self.files.sources)
        report(root, inactive, incomplete, overlays, self.version, self.problems)
        read = service_files(root, inactive, folder, interpolator, self.environments)
        return Loaded(
            root, tuple(self.files.sources.values()), tuple(self.files.env_sources.values()), self.problems.all(),
            read.variables, read.missing, incomplete, inactive, tuple(self.files.uses), self.version, name, read.labels,
            self.asked,
            tuple(scalar for user in self.environments.interpolators() for scalar in user.replaced),
            tuple(key for user in self.environments.interpolators() for key in user.keys),
            Overlooked(tuple(self.merger.kept), tuple(self.cleared)),
            self.environments.given,
            frozenset(name for name, value in interpolator.variables.items() if value == HIDDEN),
        )  # fmt: skip

    def _add_file(
        self, model: Mapping | None, path: str, folder: str, interpolator: Interpolator, at: Span | None
    ) -> Mapping | None:
        """The model with all documents of a file over it."""
        documents = self.files.documents(path, interpolator, at)
        if documents is None:
            self.incomplete.add("")
        early = Merger(self.problems, self.merger.kept, early=True)
        extender = Extender(self._opener(interpolator), early, self.problems)
        for document in documents or ():
            model = self._add_document(model, document, Model(path, folder, *document), interpolator, extender)
        self.incomplete |= extender.incomplete
        return model

    def _add_document(
        self, model: Mapping | None, document: Document, own: Model, interpolator: Interpolator, extender: Extender
    ) -> Mapping:
        """Phases 4 to 9 of one document: include, reset, extends, merge, and what only then can be checked."""
        root, cleared = document
        self.cleared += ((own.path, path) for path in in_vain(model or root.with_entries({}), cleared))
        included = self._included(root, own.folder, interpolator, cleared)
        kept = {name: entry for name, entry in root.entries.items() if name != "include"}
        own = own._replace(root=root.with_entries(kept))
        first = since(self.version, "extends-included")
        if included is not None and first:
            own = own._replace(root=self._imported(own.root, included))
        resolved = extender.resolve(own)
        if included is not None and not first:
            resolved = self._imported(resolved, included)
        merged = resolved if model is None else self.merger.mapping(apply(model, cleared), resolved, ())
        # Compose validates what it has so far behind each document: a later file cannot complete an earlier one.
        return finished(merged, self.problems)

    def _imported(self, model: Mapping, included: Mapping) -> Mapping:
        return include.import_model(model, included, self.merger, since(self.version, "include-merges"))

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
                total = model if total is None else self._imported(total, model)
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
            self.models[key] = None if model is None else include.with_contexts(model)
            if model is None:
                self.files.report_empty(entry.paths)
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
            return self.extended.model(located(model.folder, file.text), interpolator, file.span)

        return open_file
