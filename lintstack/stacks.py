"""Paths → the stacks below them, project by project; reads files, writes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from lintstack import pragmas
from lintstack.findings import Finding, Kind, diagnostic
from lintstack.model import Service, Stack
from lintstack.recognise import kind_by_path
from lintstack.record import bind
from lintstack.scope import Options, scope
from lintstack.source import Source, Span
from lintstack.suppressions import Directive, in_dockerfile, in_yaml

if TYPE_CHECKING:
    from lintstack.compose.load import Loaded
    from lintstack.dockerfile.syntax import Dockerfile
    from lintstack.environments import Environment, Project
    from lintstack.environments.targets import Targets
    from lintstack.gitignore import Patterns
    from lintstack.images import Catalogue
    from lintstack.join.build import Built
    from lintstack.join.stack import Site
    from lintstack.model import Project as Home
    from lintstack.yaml import Scalar


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
        self.tree, self.reader, self.projects = scope(options)
        self.problems: list[Finding] = []
        self.directives: list[Directive] = []
        self.sources: dict[str, Source] = {}
        self.watch: Callable[[Dockerfile], None] | None = None
        self._dockerfiles: dict[str, Dockerfile | None] = {}  # of the project at hand
        self._inlines: dict[str, Dockerfile] = {}
        self._published: dict[str, Built] = {}  # what the project at hand builds, by the name of the image
        self._asked: set[str] = set()  # paths of Dockerfiles, of all projects
        self._trees: list[Source] = []
        self._homes: dict[str, list[Home]] = {}  # by the name that Docker Compose gives them
        self._host_ports: dict[tuple[int, str], list[tuple[str, str]]] = {}  # what they publish, see join.neighbours

    def __iter__(self) -> Iterator[tuple[Stack, ...]]:
        """The stacks of each project, one for each environment asked for, then each lone Dockerfile's.

        Nothing is kept of them here: memory does not grow with the number of projects.
        """
        for project in self.projects:
            made = ((environment, self.merged(project, environment)) for environment in project.environments)
            first = [(environment, found[0]) for environment, found in made if found is not None]
            every = [self._known_better(project, environment, stack) for environment, stack in first]
            self._settle(every, len(every) == len(project.environments))
            stacks = tuple(stack for stack in every if self._asked_for(stack))
            del first, every
            self._introduce(stacks)
            trees = tuple(self._trees)
            self._release()
            yield stacks
            self._forget(trees)
            del stacks
        yield from self._lone()

    def _known_better(self, project: Project, environment: Environment, stack: Stack) -> Stack:
        """A stack; made again when an environment that came later builds an image of which nothing was known."""
        pulled = (service for service in stack.services if service.image is not None and service.known is None)
        names = (service.image_name.value for service in pulled if service.base_image.value == service.image_name.value)
        if not any(name in self._published for name in names):
            return stack
        told = len(self.problems)
        again = self.merged(project, environment)
        del self.problems[told:]  # it has been said
        return again[0] if again else stack

    def _settle(self, stacks: list[Stack], whole: bool) -> None:
        """Tell the stacks of a project what the other environments use, and give services whose images ask for it."""
        if len(stacks) > 1:
            twins: dict[str, tuple[Service, ...]] = {}
            for item in (each for stack in stacks for each in stack.services):
                if item.known and item.known.required_settings:
                    twins[item.name] = (*twins.get(item.name, ()), item)
            for stack in stacks if twins else ():
                bind(stack, twins=twins)
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
        self._published.clear()

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
            self._published,
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
            kind = kind_by_path(path, os.path.relpath(os.path.realpath(self.reader.absolute(path)), self.reader.root))
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
