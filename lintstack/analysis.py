"""The whole way from paths to findings; reads files, writes nothing."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from lintstack.engine import SUBJECTS, Active, fingerprinted, run
from lintstack.findings import SUPPRESSIBLE, Finding, Kind, diagnostic, unique
from lintstack.model import Stack
from lintstack.named import NamedTuple
from lintstack.project import Reader, Tree, UsageError, discover
from lintstack.recognise import kind_of, kind_of_folder
from lintstack.rules import PageError, Rule, builtin, names, nearest, read_pages, split_page
from lintstack.selection import resolve, select, unknown
from lintstack.silence import Scopes, about, speaks, suppress
from lintstack.source import Source, Span
from lintstack.suppressions import Directive, in_dockerfile, in_yaml

if TYPE_CHECKING:
    from lintstack.compose.load import Loaded
    from lintstack.config import Config
    from lintstack.dockerfile.syntax import Dockerfile
    from lintstack.environments import Environment, Project
    from lintstack.images import Catalogue
    from lintstack.join import Site
    from lintstack.yaml import Scalar


class Options(NamedTuple):
    """What a run is asked for, beside the configuration.

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


class Analysis(NamedTuple):
    """What a run found.

    Args:
        findings: sorted, suppressed ones left out.
        suppressed: how many a comment silenced.
        prod_would_add: how many more `--as prod` would give.
        stacks: every stack that was analysed, lone Dockerfiles included.
        projects: the projects with their environments.
        tree: what discovery found.
        rules: the rules that ran.
        sources: every file that was read.
    """

    findings: tuple[Finding, ...]
    suppressed: int
    prod_would_add: int
    stacks: tuple[Stack, ...]
    projects: tuple[Project, ...]
    tree: Tree
    rules: tuple[Active, ...]
    sources: tuple[Source, ...]


class _Desk:
    """What a run gathers on its way: files parsed once, findings of their readers, comments."""

    def __init__(self, reader: Reader, options: Options) -> None:
        self.reader = reader
        self.config = options.config
        self.inline_ignores = options.inline_ignores
        self.problems: list[Finding] = []
        self.directives: list[Directive] = []
        self.dockerfiles: dict[str, Dockerfile | None] = {}
        self.sources: dict[str, Source] = {}
        self.held: list[Source] = []

    @cached_property
    def catalogue(self) -> Catalogue:
        """What is known of images, the configuration's own entries included."""
        from lintstack.images import catalogue, extend

        own = [{"names": [name], **entry} for name, entry in self.config.images.items()]
        return extend(own) if own else catalogue()

    def dockerfile(self, path: str, at: Span | None = None) -> Dockerfile | None:
        """The Dockerfile at a path, parsed once; None, with a finding unless it is just not there, otherwise."""
        if path in self.dockerfiles:
            return self.dockerfiles[path]
        found: Dockerfile | None = None
        if at is None or self.reader.exists(path):
            source = self.reader.source(path, at, kind="dockerfile")
            if isinstance(source, Finding):
                self.problems.append(source)
            else:
                self._keep(source)
                found = self._parsed(source)
        self.dockerfiles[path] = found
        return found

    def inline(self, text: Scalar) -> Dockerfile:
        """The Dockerfile that a compose file holds as a text, parsed once."""
        from lintstack.yaml import fragment

        key = f"{text.source.path}#{text.start}#{text.text}"
        found = self.dockerfiles.get(key)
        if found is None:
            found = self.dockerfiles[key] = self._parsed(fragment(text))
        return found

    def _parsed(self, source: Source) -> Dockerfile:
        from lintstack.dockerfile.refusals import stageless
        from lintstack.dockerfile.syntax import parse

        found = parse(source)
        self.problems += (*found.problems, *stageless(found))
        self.directives += in_dockerfile(found) if self.inline_ignores else ()
        return found

    def release(self) -> None:
        """Let go of the trees of compose files: facts keep places only, and a large tree of files fits in memory."""
        from lintstack.yaml import forget

        for source in self.held:
            forget(source)
        self.held.clear()

    def failed(self, path: str, error: Exception) -> None:
        """Take note that lintstack itself broke on a file, so that the others are still linted."""
        if os.environ.get("LINTSTACK_DEBUG"):
            raise error
        source = self.sources.get(path) or Source(self.reader.display(path), "", self.reader.absolute(path))
        message = f"lintstack broke here ({type(error).__name__}); LINTSTACK_DEBUG=1 shows where"
        self.problems.append(diagnostic("internal-error", message, source.whole))

    def compose_file(self, source: Source) -> None:
        """Take note of a compose file, once."""
        from lintstack.yaml import parse

        self.held.append(source)
        if self._keep(source) and self.inline_ignores:
            self.directives += in_yaml(source, parse(source).documents)

    def _keep(self, source: Source) -> bool:
        new = source.path not in self.sources
        self.sources[source.path] = source
        return new


def all_rules(config: Config) -> tuple[Rule, ...]:
    """Rules that ship with lintstack and those of the configuration's folders, sorted by name."""
    own = [rule for folder in config.rule_dirs for rule in read_pages(folder)]
    if not own:
        return builtin()
    _check_pages(own)
    return tuple(sorted((*builtin(), *own), key=lambda rule: rule.name))


def _check_pages(own: Iterable[Rule]) -> None:
    """Raise PageError for a user's page that cannot be one, names no fact, or takes a name that is taken."""
    from lintstack.factsheet import fact_names, subjects
    from lintstack.page_schema import check_facts, check_head

    classes = {_folder(name): subject for name, subject in subjects().items()}
    taken = {rule.name for rule in builtin()}
    for rule in own:
        if rule.subject not in classes or rule.subject not in SUBJECTS:
            raise PageError(f"{rule.page}: there is no subject `{rule.subject}`; {', '.join(SUBJECTS)} are")
        if rule.name in taken:
            raise PageError(f"{rule.page}: a rule `{rule.name}` exists already")
        if not rule.require:
            raise PageError(f"{rule.page}: a page of your own needs `require`")
        check_head(split_page(rule.page)[0], rule.page)
        check_facts(rule, fact_names(classes[rule.subject]))
        taken.add(rule.name)


def _folder(subject: str) -> str:
    """`compose-file` for ComposeFile."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in subject).lstrip("-")


def analyse(options: Options) -> Analysis:
    """Lint.

    Raises:
        UsageError: a path that does not exist or cannot be read.
        UnknownRule: a rule name that nothing has.
    """
    rules = all_rules(options.config)
    _check_names(options.config, rules)
    active = select(
        rules,
        options.config,
        select=options.select,
        extend=options.extend_select,
        ignore=options.ignore,
        preset=options.preset,
    )
    tree = discover(_widened(options), options.config, options.root or None)
    desk = _Desk(Reader(tree.root), options)
    projects = _projects(tree, desk, options)
    whole = _stacks(projects, desk, options) if projects else ()
    groups = [*whole, *_lone(tree, desk, options)]
    result = run(groups, active)
    found = unique((*tree.problems, *desk.problems, *result.findings))
    found = [finding for finding in found if not _ignored_in_file(finding, options.config, rules)]
    stacks = tuple(stack for group in groups for stack in group)
    kept, suppressed, used = suppress(found, Scopes(desk.directives, stacks, rules))
    kept += about(desk.directives, used, rules, [item for item in active if speaks(item, stacks)])
    if options.related:
        kept = [finding for finding in kept if _touches(finding, options.paths)]
    ordered = sorted(kept, key=lambda finding: finding.sort_key)
    return Analysis(
        tuple(fingerprinted(ordered, tree.root) if options.fingerprints else ordered),
        suppressed,
        result.prod_would_add,
        stacks,
        projects,
        tree,
        active,
        tuple(desk.sources.values()),
    )


def check(paths: Sequence[str | os.PathLike[str]], config: Config | None = None) -> tuple[Finding, ...]:
    """Lint files and folders; the function behind `lintstack.check`.

    Args:
        paths: files and folders.
        config: the configuration; None finds the nearest `.lintstack.yaml` as the command does.

    Returns:
        Findings, sorted by place.

    Raises:
        UsageError: a path that does not exist; ConfigError: a configuration with a mistake.
    """
    from lintstack.config import load

    listed = tuple(os.fspath(path) for path in paths)
    return analyse(Options(listed, config or load(listed[0] if listed else "."))).findings


def _projects(tree: Tree, desk: _Desk, options: Options) -> tuple[Project, ...]:
    if not tree.compose_files:
        return ()
    from lintstack.environments import infer

    projects = infer(tree, options.config, desk.reader, options.as_kind)
    known = {environment.name for project in projects for environment in project.environments}
    for name in options.environments:
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean `{near}`?" if near else f"there are {', '.join(sorted(known)) or 'none'}"
            raise UsageError(f"--env {name}: no environment is called that; {hint}")
    return projects


def _check_names(config: Config, rules: Sequence[Rule]) -> None:
    """Raise ConfigError at a rule name in the configuration that nothing has."""
    from lintstack.config import ConfigError

    known = names(rules) if config.names else {}
    for name, span in config.names:
        if name.lower() not in known and name not in SUPPRESSIBLE:
            raise ConfigError(unknown(name, known), span.path, span.line, span.column)


def _ignored_in_file(finding: Finding, config: Config, rules: Sequence[Rule]) -> bool:
    """Whether `per-file-ignores` silences the rule in the file of the finding's primary place."""
    ignored = config.ignored_in(finding.at.span.source.real) if finding.suppressible else frozenset[str]()
    return bool(ignored) and finding.rule in resolve(ignored - SUPPRESSIBLE, rules) | ignored


def _widened(options: Options) -> tuple[str, ...]:
    """With `related`, the folders of the given files as well, so that their stacks are whole."""
    if not options.related:
        return options.paths
    return (".",)


def _touches(finding: Finding, paths: Sequence[str]) -> bool:
    wanted = {os.path.realpath(path) for path in paths}
    return any(place.span.source.real in wanted for place in (finding.at, *finding.related))


def _stacks(projects: Iterable[Project], desk: _Desk, options: Options) -> tuple[tuple[Stack, ...], ...]:
    """The stacks of each project, one for each environment asked for."""
    from lintstack.join import related

    groups = []
    for project in projects:
        made = [_stack(environment, project, desk, options) for environment in project.environments]
        desk.release()
        groups.append(tuple(stack for stack in made if stack is not None))
    return related(groups)


def _stack(environment: Environment, project: Project, desk: _Desk, options: Options) -> Stack | None:
    """The stack of an environment; None when it was not asked for or cannot be had, which is then a finding."""
    try:
        loaded = _loaded(environment, desk)
        if loaded.root is None or not _wanted(environment, options):
            return None
        return _joined(environment, project, loaded, desk)
    except Exception as error:
        desk.failed(environment.files[0], error)
        return None


def _loaded(environment: Environment, desk: _Desk) -> Loaded:
    from lintstack.compose.load import load
    from lintstack.compose.versions import version

    loaded = load(
        environment.files,
        desk.reader,
        environment.project_dir,
        env_files=environment.env_files,
        profiles=environment.profiles,
        version=version(desk.config.compose_version),
    )
    desk.problems += loaded.problems
    for source in loaded.sources:
        desk.compose_file(source)
    return loaded


def _wanted(environment: Environment, options: Options) -> bool:
    return not options.environments or environment.name in options.environments


def _joined(environment: Environment, project: Project, loaded: Loaded, desk: _Desk) -> Stack:
    from lintstack.join import join

    site = _site(desk, environment.project_dir)
    return join(environment.name, environment.kind, project.folder, loaded, site)


def _site(desk: _Desk, folder: str) -> Site:
    from lintstack.join import Disk, Site

    opened: Callable[[str, Span], Dockerfile | None] = desk.dockerfile
    disk = Disk(desk.reader.root, os.path.abspath(folder), desk.reader.exists, desk.reader.names)
    return Site(disk, opened, desk.inline, desk.reader.text, desk.catalogue, frozenset(desk.config.edge))


def _lone(tree: Tree, desk: _Desk, options: Options) -> Iterator[tuple[Stack, ...]]:
    """Stacks of Dockerfiles that no service builds."""
    left = [path for path in tree.dockerfiles if os.path.abspath(path) not in desk.dockerfiles]
    if left and not options.environments:
        for path in left:
            kind = _kind_by_path(path, desk.reader)
            yield from _alone(path, desk, (options.as_kind or kind) if kind == "unknown" else kind)


def _kind_by_path(path: str, reader: Reader) -> Kind:
    """What the name of a Dockerfile says, else the folders that it lies in."""
    kind = kind_of(os.path.basename(path))
    below = os.path.relpath(os.path.realpath(reader.absolute(path)), reader.root)
    return kind if kind != "unknown" else kind_of_folder(os.path.dirname(below))[0]


def _alone(path: str, desk: _Desk, kind: Kind) -> Iterator[tuple[Stack, ...]]:
    from lintstack.dockerfile.stages import output_stages
    from lintstack.join import lone

    try:
        dockerfile = desk.dockerfile(path)
        if dockerfile is not None:
            yield (lone(dockerfile, kind, os.path.dirname(path) or ".", output_stages(dockerfile), desk.catalogue),)
    except Exception as error:
        desk.failed(path, error)
