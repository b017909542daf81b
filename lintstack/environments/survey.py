"""Projects → their environments: which files are run together, under which name, for what."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from lintstack.config import Config, ConfigError, EnvironmentSetting
from lintstack.environments.evidence import distinct, left_out
from lintstack.environments.folder import Environment, Folder, join
from lintstack.environments.outline import Outline, outline, together
from lintstack.environments.scripts import Script, commented, scripts
from lintstack.findings import KINDS, Kind
from lintstack.named import NamedTuple
from lintstack.naming import is_base, runs
from lintstack.project import Tree
from lintstack.reader import Reader, inside, suggest
from lintstack.recognise import by_name, kind_of
from lintstack.source import Source

if TYPE_CHECKING:
    from lintstack.environments.usage import Run


_MOST_ROUNDS = 3
_MOST_INCLUDED = 256
_MOST_STEPS = 8


class Project(NamedTuple):
    """A folder with compose files.

    Args:
        folder: as reports write it.
        environments: what runs there.
        dockerfiles: the Dockerfiles at and below it, less those of projects further down.
        notes: sentences about files that were left out, and how to name them in the configuration.
        left_out: those files, each with the one that it would be merged with before it.
    """

    folder: str
    environments: tuple[Environment, ...]
    dockerfiles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: tuple[tuple[str, ...], ...] = ()


def infer(tree: Tree, config: Config, reader: Reader, as_kind: Kind | None = None) -> tuple[Project, ...]:
    """The projects of a tree with the environments that the configuration, or else names and contents, tell.

    Args:
        tree: what discovery found.
        config: whose environments count.
        reader: opens files.
        as_kind: what environments of unknown kind are taken for.

    Returns:
        Projects with at least one environment or note, sorted by folder.

    Raises:
        ConfigError: the configuration speaks of an environment that there is not; only checked when all of its
            folder was searched.
    """
    survey = _Survey(tree, config, reader)
    found = survey.projects()
    if any(inside(config.folder, folder) for folder in tree.folders if config.folder):
        _check_names(config, found)
    projects = [_taken_as(project, as_kind) if as_kind else project for project in found]
    owned = _owned(tree.dockerfiles, [project.folder for project in projects])
    return tuple(project._replace(dockerfiles=tuple(owned[project.folder])) for project in projects)


def _check_names(config: Config, projects: Iterable[Project]) -> None:
    from lintstack.config_schema import quote

    known = {environment.name for project in projects for environment in project.environments} | set(KINDS)
    asked = [(setting.name, setting.span) for setting in config.environments if not setting.files]
    for name, span in (*asked, *config.environment_names):
        if name not in known:
            hint = suggest(name, known) or f"; there are {', '.join(sorted(known))}"
            raise ConfigError(f"no environment is called {quote(name)}{hint}", span.path, span.line, span.column)


def _files(project: Project) -> Iterator[str]:
    return (file for environment in project.environments for file in environment.files)


def _taken_as(project: Project, kind: Kind) -> Project:
    return project._replace(
        environments=tuple(
            environment._replace(kind=kind, evidence=f"{environment.evidence}; taken for {kind} as asked")
            if environment.kind == "unknown"
            else environment
            for environment in project.environments
        )
    )


def _owned(dockerfiles: Iterable[str], folders: Iterable[str]) -> dict[str, list[str]]:
    """Dockerfiles by the nearest project folder above them."""
    owned: dict[str, list[str]] = {folder: [] for folder in folders}
    for path in dockerfiles:
        folder = os.path.dirname(path) or "."
        while folder not in owned and folder not in ("", ".", "/"):
            folder = os.path.dirname(folder) or ("." if not path.startswith("/") else "/")
        if folder in owned:
            owned[folder].append(path)
    return owned


class _Survey:
    """All folders of a tree."""

    def __init__(self, tree: Tree, config: Config, reader: Reader) -> None:
        self.tree = tree
        self.config = config
        self.reader = reader
        self.outlines: dict[str, Outline] = {}
        self.followed: dict[str, Outline] = {}
        self.wanted = {self._outline(path).real for path in tree.compose_files}
        self.members = self._members()

    def _outline(self, path: str) -> Outline:
        full = self.reader.real(path) or path
        if full not in self.outlines:
            self.outlines[full] = outline(path, self.reader)
        return self.outlines[full]

    def _members(self) -> dict[str, dict[str, Outline]]:
        """Compose files by folder and name; of folders that were not searched, the neighbours of named files too."""
        members: dict[str, dict[str, Outline]] = {}
        for path in self.tree.compose_files:
            members.setdefault(os.path.dirname(path) or ".", {})[os.path.basename(path)] = self._outline(path)
        for folder, files in members.items():
            full = self.reader.absolute(folder)
            searched = any(inside(self.reader.real(folder) or full, top) for top in self.tree.folders)
            for name in sorted(self.reader.names(folder) - files.keys()):
                # Discovery keeps one name of each file: a base that is a link to another folder's is needed here too.
                wanted = by_name(name) == "compose" and (not searched or os.path.islink(os.path.join(full, name)))
                if wanted and self.reader.exists(path := join(folder, name)) == "file":
                    files[name] = self._outline(path)._replace(path=self.reader.display(path))
        return {folder: dict(sorted(files.items())) for folder, files in sorted(members.items())}

    def follow(self, file: Outline) -> Outline:
        """A file together with all that it includes and inherits; of a graph beyond the limit, the nearest part."""
        if not file.includes and not file.inherited:
            return file
        if file.real not in self.followed:
            found, pending = {file.real: file}, list(file.includes)
            for path in pending:
                if len(found) == _MOST_INCLUDED:
                    break
                if path not in found and self.reader.exists(path) == "file":
                    found[path] = self._outline(path)
                    pending.extend(found[path].includes)
            whole = together(found.values())
            used = whole.used.union(*self._inherited(whole.inherited))
            self.followed[file.real] = whole._replace(used=used, bare=whole.bare | self._hollow(whole))
        return self.followed[file.real]

    def _inherited(self, services: Iterable[tuple[str, str]]) -> Iterator[frozenset[tuple[str, str]]]:
        """What services of other files refer to, and those that they extend in turn."""
        pending = sorted(services)
        seen = set(pending)
        for path, name in pending:
            if self.reader.exists(path) == "file" and len(pending) <= _MOST_INCLUDED:
                file = self._outline(path)
                yield file.needs.get(name, frozenset())
                further = sorted(file.inherited - seen) if name in file.services else []
                seen.update(further)
                pending.extend(further)

    def _hollow(self, file: Outline) -> frozenset[str]:
        """Services that extend another file's service which says no more than they do how it runs."""
        found = set()
        for name, (path, other) in file.borrowed.items():
            for _ in range(_MOST_STEPS):
                target = self._outline(path) if self.reader.exists(path) == "file" else None
                if target is None or target.broken:
                    break
                if other in target.bare:
                    found.add(name)
                if other not in target.borrowed:
                    break
                path, other = target.borrowed[other]
        return frozenset(found)

    def projects(self) -> list[Project]:
        """Every project, sorted by folder."""
        fragments = self._fragments()
        projects = self._round(fragments)
        for last in (False,) * _MOST_ROUNDS + (True,):
            lost = self._lost(fragments, projects)
            if not lost:
                break
            fragments = set() if last else fragments - lost
            projects = self._round(fragments)
        return [project for project in projects if project.environments or project.notes]

    def _round(self, fragments: set[str]) -> list[Project]:
        folders = [self._folder(path, frozenset(fragments)) for path in self._folders()]
        projects = [self._project(folder) for folder in folders]
        used = frozenset(file for project in projects for file in _files(project))
        return [self._noted(project, folder, used) for project, folder in zip(projects, folders, strict=True)]

    def _folders(self) -> list[str]:
        configured = {self.reader.display(setting.folder) for setting in self.config.environments if setting.files}
        return sorted(self.members.keys() | configured | self.runs.keys())

    @cached_property
    def runs(self) -> dict[str, list[Run]]:
        """What scripts run, by folder; nothing is read where the configuration says all."""
        settled = {os.path.realpath(item.folder) for item in self.config.environments if item.files}
        found = {self.reader.real(folder) or folder: files for folder, files in self.members.items()}
        bases = {folder: any(map(is_base, files)) for folder, files in found.items()}
        runs: dict[str, list[Run]] = {}
        if found.keys() <= settled:
            return runs
        ignored = {self.reader.real(path) for path in self.tree.ignored}
        said = (*scripts(set(bases), self.reader), *self._commented())
        if not said:
            return runs
        from lintstack.environments.usage import resolved

        for run in resolved(said, bases, self.reader):
            if ignored.isdisjoint(map(self.reader.real, run.files)):
                files = tuple(self._outline(file).path for file in run.files)
                folder = (os.path.dirname(files[0]) or ".") if files else run.folder
                runs.setdefault(folder, []).append(run._replace(files=files, folder=folder))
        return runs

    def _commented(self) -> Iterator[Script]:
        """Compose files whose comments say how they are run."""
        for files in self.members.values():
            for file in files.values():
                source = self.reader.source(file.path)
                if isinstance(source, Source) and (script := commented(file.path, source.text, self.reader)):
                    yield script

    @cached_property
    def scripted(self) -> frozenset[str]:
        """Real paths of the files that scripts name."""
        return frozenset(self._outline(file).real for runs in self.runs.values() for run in runs for file in run.files)

    def _fragments(self) -> set[str]:
        """Files that others include, or extend although nothing says that they run by themselves."""
        found: set[str] = set()
        for file in list(self.outlines.values()):
            found.update(path for path in file.includes if path != file.real)
            found.update(path for path in file.extended if path != file.real and not runs(os.path.basename(path)))
        return found & self.outlines.keys()

    def _lost(self, fragments: set[str], projects: Iterable[Project]) -> set[str]:
        """Fragments to be taken for stacks after all, since nothing that runs loads them: of a ring, one."""
        loaded = self._loaded(file for project in projects for file in _files(project))
        found: set[str] = set()
        for path in sorted(fragments - loaded, key=lambda path: (not runs(os.path.basename(path)), path)):
            if path not in loaded:
                found.add(path)
                loaded |= self._loaded([path])
        return found

    def _loaded(self, files: Iterable[str]) -> set[str]:
        """Real paths of files and of all that they include or extend."""
        pending = [self._outline(file).real for file in files]
        found: set[str] = set()
        while pending:
            path = pending.pop()
            if path not in found:
                found.add(path)
                file = self.outlines.get(path)
                pending.extend((*file.includes, *file.extended) if file else ())
        return found

    def _folder(self, path: str, fragments: frozenset[str]) -> Folder:
        runs = self.runs.get(path, ())
        named = {
            os.path.basename(file): file for run in runs for file in run.files if (os.path.dirname(file) or ".") == path
        }
        files = {name: self._outline(file) for name, file in named.items()} | self.members.get(path, {})
        return Folder(
            path, dict(sorted(files.items())), fragments, self.reader, self.follow, self._outline, runs, self.scripted
        )

    def _settings(self, path: str) -> list[EnvironmentSetting]:
        return [item for item in self.config.environments if item.files and self._is(item.folder, path)]

    def _project(self, folder: Folder) -> Project:
        settings = self._settings(folder.path)
        if settings:
            environments = [self._configured(setting) for setting in settings]
        else:
            environments = [self._amended(item, folder.path) for item in distinct(folder)]
            environments += self._named(environments, folder)
        return Project(folder.path, tuple(item for item in environments if self._asked(item)))

    def _noted(self, project: Project, folder: Folder, used: frozenset[str]) -> Project:
        if self._settings(folder.path):
            found = list(self._unnamed(used, folder))
        else:
            found = [(file, note) for file, note in left_out(folder, used) if file.real in self.wanted]
        below = folder.foundation.path if folder.foundation else ""
        files = tuple((below, file.path) if below not in ("", file.path) else (file.path,) for file, _ in found)
        return project._replace(notes=tuple(note for _, note in found), left_out=files)

    def _is(self, full: str, path: str) -> bool:
        return os.path.realpath(full) == os.path.realpath(self.reader.absolute(path))

    def _asked(self, environment: Environment) -> bool:
        """Whether a file that it loads was asked for."""
        if any(self._outline(file).real in self.wanted for file in environment.files):
            return True
        loaded = self._loaded(environment.files)
        searched = (inside(path, top) for path in loaded for top in self.tree.folders)
        return not loaded.isdisjoint(self.wanted) or (not environment.inferred and any(searched))

    def _configured(self, setting: EnvironmentSetting) -> Environment:
        display = self.reader.display
        return Environment(
            setting.name,
            setting.kind or kind_of(setting.name),
            tuple(display(file) for file in setting.files),
            tuple(display(file) for file in setting.env_files if self.reader.exists(file)),
            setting.profiles,
            display(setting.project_directory or os.path.dirname(setting.files[0])),
            f"{' + '.join(os.path.basename(file) for file in setting.files)}: the configuration says so",
            inferred=False,
        )

    def _amended(self, environment: Environment, path: str) -> Environment:
        """An inferred environment with what the configuration adds under its name."""
        for setting in self.config.environments:
            here = not setting.folder or self._is(setting.folder, path)
            if setting.files or setting.name != environment.name or not here:
                continue
            environment = environment._replace(
                kind=setting.kind or environment.kind,
                env_files=tuple(self.reader.display(file) for file in setting.env_files if self.reader.exists(file)),
                profiles=setting.profiles,
                project_dir=self.reader.display(setting.project_directory or self.reader.absolute(path)),
                evidence=f"{environment.evidence}; the configuration adds to it",
            )
        return environment

    def _named(self, before: list[Environment], folder: Folder) -> list[Environment]:
        """Files that were named on the command line and belong to nothing are run alone."""
        used = {file for environment in before for file in environment.files}
        elsewhere = self.scripted - {self._outline(file).real for files in folder.sets for file in files}
        return [
            folder.environment(os.path.splitext(name)[0], kind_of(name), (file.path,), "named on the command line")
            for name, file in folder.outlines.items()
            if file.real in self.tree.named - folder.fragments - elsewhere and file.path not in used
        ]

    def _unnamed(self, used: frozenset[str], folder: Folder) -> Iterator[tuple[Outline, str]]:
        for file in folder.outlines.values():
            if file.path not in used and file.real not in folder.fragments:
                yield file, f"`{file.path}` is left out: no environment of the configuration names it"
