"""Paths → the stacks below them, project by project; reads files, writes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from lintstack import pragmas
from lintstack.findings import Finding, Kind, diagnostic
from lintstack.given import Given, amended, project_of, reader_of, tree_of
from lintstack.model import Stack
from lintstack.named import NamedTuple
from lintstack.project import UsageError, discover
from lintstack.reader import Reader, suggest
from lintstack.recognise import kind_of, kind_of_folder
from lintstack.record import bind
from lintstack.source import Source, Span
from lintstack.suppressions import Directive, in_dockerfile, in_yaml

if TYPE_CHECKING:
    from lintstack.compose.load import Loaded
    from lintstack.config import Config
    from lintstack.dockerfile.syntax import Dockerfile
    from lintstack.environments import Environment, Project
    from lintstack.environments.targets import Targets
    from lintstack.gitignore import Patterns
    from lintstack.images import Catalogue
    from lintstack.join.stack import Site
    from lintstack.model import Project as Home
    from lintstack.project import Tree
    from lintstack.yaml import Scalar


class Options(NamedTuple):
    """What a run is asked for, beside the configuration; those who only want stacks pass over what is about rules.

    Args:
        paths: files and folders to lint.
        config: the configuration in force.
        as_kind: what environments of unknown kind are taken for.
        environments: only these environments, by name; empty: all.
        select, extend_select, ignore, preset: see `selection.select`.
        inline_ignores: whether suppression comments count.
        root: folder outside which nothing is opened; "" lets discovery choose.
        related: report only findings that touch the given files (their stacks are still analysed whole).
        fingerprints: whether findings get them; text reports do not show them.
        count_prod: whether to count what `--as prod` would add; only summaries show it.
        given: what is said in the words of `docker compose`, checked (`given.checked`).
    """

    paths: tuple[str, ...]
    config: Config
    as_kind: Kind | None = None
    environments: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    preset: str = ""
    inline_ignores: bool = True
    root: str = ""
    related: bool = False
    fingerprints: bool = True
    count_prod: bool = True
    given: Given = Given()


class Stacks:
    """The stacks of a run: iterate over them once, project by project.

    Args:
        options: which stacks.

    Attributes:
        tree: what discovery found.
        projects: the projects with their environments.
        problems: findings of those who read the files; these, `directives` and `sources` grow while stacks are made.
        directives: suppression comments.
        sources: every file that was read, by path.
        watch: is told of every Dockerfile, once, when it has been parsed.

    Raises:
        UsageError: a path that does not exist or cannot be read, an environment that there is not.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self.tree, self.reader, self.projects = _found(options)
        self.problems: list[Finding] = []
        self.directives: list[Directive] = []
        self.sources: dict[str, Source] = {}
        self.watch: Callable[[Dockerfile], None] | None = None
        self._dockerfiles: dict[str, Dockerfile | None] = {}  # of the project at hand
        self._inlines: dict[str, Dockerfile] = {}
        self._asked: set[str] = set()  # paths of Dockerfiles, of all projects
        self._trees: list[Source] = []
        self._homes: dict[str, list[Home]] = {}  # by the name that Docker Compose gives them
        self._host_ports: dict[tuple[int, str], list[tuple[str, str]]] = {}  # what they publish, see join.neighbours

    def __iter__(self) -> Iterator[tuple[Stack, ...]]:
        """The stacks of each project, one for each environment asked for, then each lone Dockerfile's.

        Nothing is kept of them here: memory does not grow with the number of projects.
        """
        for project in self.projects:
            made = (self.merged(project, environment) for environment in project.environments)
            every = [found[0] for found in made if found is not None]
            self._settle(every, len(every) == len(project.environments))
            stacks = tuple(stack for stack in every if self._asked_for(stack))
            del every
            self._introduce(stacks)
            trees = tuple(self._trees)
            self._release()
            yield stacks
            self._forget(trees)
            del stacks
        yield from self._lone()

    def _settle(self, stacks: list[Stack], whole: bool) -> None:
        """Tell the stacks of a project what the other environments use."""
        if any(found.used.value is False for stack in stacks for found in stack.resources):
            from lintstack.join.resources import settle

            settle(stacks, whole, self.reader.names, self.reader.text)

    def _introduce(self, stacks: tuple[Stack, ...]) -> None:
        """Tell stacks of the services of their project, a project of earlier ones that share its name or ports."""
        if len(stacks) > 1:
            everywhere = frozenset(service.name for stack in stacks for service in stack.services)
            for stack in stacks:
                bind(stack, elsewhere=everywhere)
        home = stacks[0].home if stacks else None
        if home is not None:
            from lintstack.join.neighbours import tell_ports
            from lintstack.join.project import tell

            tell(home, self._homes)
            tell_ports(stacks, self._host_ports)

    def _asked_for(self, stack: Stack) -> bool:
        return not self.options.environments or stack.environment in self.options.environments

    @cached_property
    def _catalogue(self) -> Catalogue:
        """What is known of images, the configuration's own entries included."""
        from lintstack.images import catalogue, extend

        own = [{"names": [name], **entry} for name, entry in self.options.config.images.items()]
        return extend(own) if own else catalogue()

    def merged(self, project: Project, environment: Environment) -> tuple[Stack, Loaded] | None:
        """The stack of an environment and what it was made from; None where there is none to be had.

        Args:
            project: one of `projects`.
            environment: one of its environments.
        """
        try:
            loaded = self.loaded(environment)
            if loaded.root is None:
                return None
            from lintstack.join.stack import join

            site = self._site(environment, loaded)
            return join(environment.name, environment.kind, project.folder, loaded, site), loaded
        except Exception as error:
            self._failed(environment.files[0], error)
            return None

    def loaded(self, environment: Environment) -> Loaded:
        """What the compose files of an environment amount to; what is wrong with them is kept in `problems`."""
        from lintstack.compose.load import load
        from lintstack.compose.versions import version

        loaded = load(
            environment.files,
            self.reader,
            environment.project_dir,
            env_files=environment.env_files,
            profiles=environment.profiles,
            variables={**dict(environment.variables), **self.options.given.variables},
            version=version(self.options.config.compose_version),
            dotenv=self.options.given.dotenv,
        )
        self.problems += loaded.problems
        for source in loaded.sources:
            self._compose_file(source)
        return loaded

    def _compose_file(self, source: Source) -> None:
        """Take note of a compose file, once."""
        from lintstack.yaml import parse

        self._trees.append(source)
        if self._keep(source) and self.options.inline_ignores:
            documents = parse(source).documents
            self.directives += in_yaml(source, documents)
            self.directives += pragmas.in_yaml(source, documents, self.options.config.compat_off)

    def _keep(self, source: Source) -> bool:
        new = source.path not in self.sources
        self.sources[source.path] = source
        return new

    def _release(self) -> None:
        """Let go of what was parsed: facts keep places only, and a large tree of files fits in memory.

        What rules about style look at, they would have to parse again: that stays until they have run.
        """
        from lintstack.join.raw import is_tidied

        self._forget(tree for tree in self._trees if not is_tidied(tree))
        self._trees.clear()
        self._dockerfiles.clear()

    def _forget(self, trees: Iterable[Source]) -> None:
        from lintstack.yaml import forget

        for source in trees:
            forget(source)

    def _site(self, environment: Environment, loaded: Loaded) -> Site:
        """Where a stack lies. Where nobody says which profiles are active, any of them may be."""
        from lintstack.join.ignored import Ignored
        from lintstack.join.stack import Disk, Site

        reader = self.reader
        ignored = Ignored(reader.root, reader.names, reader.text)
        disk = Disk(reader.root, os.path.abspath(environment.project_dir), reader.exists, reader.names, ignored)
        edge = frozenset(self.options.config.edge)
        disabled = loaded.inactive if environment.profiles else frozenset[str]()
        return Site(
            disk,
            self._dockerfile,
            self._inline,
            reader.text,
            self._catalogue,
            edge,
            disabled,
            self._trusted,
            lambda: self._targets,
            environment.prod_runs,
            lambda: self._mentions,
            environment.swarm,
        )

    @cached_property
    def _targets(self) -> Targets:
        """The stages of Dockerfiles that any file of the repository asks for."""
        from lintstack.environments.targets import targets

        asked = (*self.tree.dockerfiles, *self.tree.compose_files)
        folders = {os.path.dirname(self.reader.real(path) or self.reader.absolute(path)) for path in asked}
        return targets(folders, self.reader)

    @cached_property
    def _mentions(self) -> frozenset[str]:
        """What the files of the repository say about running Compose."""
        from lintstack.environments.mentions import mentions

        found = (self.reader.real(path) or self.reader.absolute(path) for path in self.tree.compose_files)
        return mentions({os.path.dirname(path) for path in found}, self.reader)

    @cached_property
    def _trusted(self) -> Patterns | None:
        from lintstack.join.registries import trusted

        return trusted(self.options.config.trusted_registries)

    def _dockerfile(self, path: str, at: Span | None = None) -> Dockerfile | None:
        """The Dockerfile at a path, parsed once in a project; None, with a finding unless it is just not there."""
        if path in self._dockerfiles:
            return self._dockerfiles[path]
        found: Dockerfile | None = None
        new = path not in self._asked
        if at is None or self.reader.exists(path):
            source = self.reader.source(path, at, kind="dockerfile")
            if not isinstance(source, Finding):
                self._keep(source)
                found = self._parsed(source, new)
            elif new:
                self.problems.append(source)
        self._dockerfiles[path] = found
        self._asked.add(path)
        return found

    def _inline(self, text: Scalar) -> Dockerfile:
        """The Dockerfile that a compose file holds as a text, parsed once."""
        from lintstack.yaml import fragment

        key = f"{text.source.path}#{text.start}#{text.text}"
        if key not in self._inlines:
            self._inlines[key] = self._parsed(fragment(text), True)
        return self._inlines[key]

    def _parsed(self, source: Source, new: bool) -> Dockerfile:
        from lintstack.dockerfile.refusals import stageless
        from lintstack.dockerfile.syntax import parse

        found = parse(source)
        if new:
            self.problems += (*found.problems, *stageless(found))
            self._comments(found)
            self._show(found)
        return found

    def _comments(self, dockerfile: Dockerfile) -> None:
        if self.options.inline_ignores:
            self.directives += in_dockerfile(dockerfile)
            self.directives += pragmas.in_dockerfile(dockerfile, self.options.config.compat_off)

    def _show(self, dockerfile: Dockerfile) -> None:
        try:
            if self.watch:
                self.watch(dockerfile)
        except Exception as error:
            self._failed(dockerfile.source.path, error)

    def _lone(self) -> Iterator[tuple[Stack, ...]]:
        """Stacks of Dockerfiles that no service builds."""
        left = [path for path in self.tree.dockerfiles if os.path.abspath(path) not in self._asked]
        for path in left if not self.options.environments else ():
            kind = _kind_by_path(path, self.reader)
            yield from self._alone(path, (self.options.as_kind or kind) if kind == "unknown" else kind)
            self._release()

    def _alone(self, path: str, kind: Kind) -> Iterator[tuple[Stack, ...]]:
        from lintstack.dockerfile.stages import output_stages
        from lintstack.join.dockerfiles import opener
        from lintstack.join.lone import lone

        try:
            found = self._dockerfile(path)
            if found is not None:
                folder, stages = os.path.dirname(path) or ".", output_stages(found)
                context_of = opener(self.reader.exists, self.reader.names, self.reader.text, guessed=True)
                catalogue, trusted = self._catalogue, self._trusted
                yield (lone(found, kind, folder, stages, catalogue, context_of, trusted, lambda: self._targets),)
        except Exception as error:
            self._failed(path, error)

    def _failed(self, path: str, error: Exception) -> None:
        """Take note that lintstack itself broke on a file, so that the others are still linted."""
        if os.environ.get("LINTSTACK_DEBUG"):
            raise error
        source = self.sources.get(path) or Source(self.reader.display(path), "", self.reader.absolute(path))
        message = f"lintstack broke here ({type(error).__name__}); LINTSTACK_DEBUG=1 shows where"
        self.problems.append(diagnostic("internal-error", message, source.whole))


def _found(options: Options) -> tuple[Tree, Reader, tuple[Project, ...]]:
    """What there is: the files below the paths, who reads them, the projects that they are.

    Raises:
        UsageError: a path that does not exist or cannot be read, an environment that there is not.
    """
    given, config = options.given, options.config
    # With `related`, what is not in the given files may still be part of their stacks.
    paths = (() if given.files else (".",)) if options.related else options.paths
    if given.files:
        tree = tree_of(given, paths, config, options.root)
    else:
        paths = paths or (given.project_directory or ".",)
        tree = discover(paths, config, options.root or None, given.held, given.project_directory)
    reader = reader_of(given, tree.root, bool(options.root))
    if given.files:
        name = options.environments[0] if options.environments else ""
        return tree, reader, (project_of(given, config, reader, name, options.as_kind),)
    return tree, reader, amended(_inferred(tree, options, reader), given, reader)


def _inferred(tree: Tree, options: Options, reader: Reader) -> tuple[Project, ...]:
    if not tree.compose_files:
        return ()
    from lintstack.environments import infer

    projects = infer(tree, options.config, reader, options.as_kind)
    known = {environment.name for project in projects for environment in project.environments}
    for name in options.environments:
        if name not in known:
            hint = suggest(name, known) or f"; there are {', '.join(sorted(known)) or 'none'}"
            raise UsageError(f"--env {name}: no environment is called that{hint}")
    return projects


def _kind_by_path(path: str, reader: Reader) -> Kind:
    """What the name of a Dockerfile says, else the folders that it lies in."""
    kind = kind_of(os.path.basename(path))
    below = os.path.relpath(os.path.realpath(reader.absolute(path)), reader.root)
    return kind if kind != "unknown" else kind_of_folder(os.path.dirname(below))[0]
