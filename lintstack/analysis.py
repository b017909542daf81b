"""The whole way from paths to findings; reads files, writes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from lintstack.engine import Active, fingerprinted, run
from lintstack.findings import SUPPRESSIBLE, Finding, Kind, hosted, unique
from lintstack.model import Stack
from lintstack.named import NamedTuple
from lintstack.peers import SHELLCHECK, keyed
from lintstack.record import Subject, unbind
from lintstack.rules import PageError, Rule, builtin, meant, names, read_pages, split_page
from lintstack.scope import Options
from lintstack.selection import TAKEN_FROM, adopted, resolve, select, unknown
from lintstack.shellcheck import NOTHING, Checked
from lintstack.silence import Scopes, about, counting, speaks, suppress
from lintstack.source import Source, Span
from lintstack.stacks import Stacks
from lintstack.subjects import SUBJECTS

if TYPE_CHECKING:
    from lintstack.config import Config
    from lintstack.dockerfile.syntax import Dockerfile
    from lintstack.environments import Project
    from lintstack.project import Tree
    from lintstack.shellcheck.scripts import Script


class ServiceTrace(NamedTuple):
    """What is kept of a service.

    Args:
        project: folder of its project.
        name: its name.
        keys: places of its key in every file.
        unknown_user: why its user cannot be known, "" when it can.
        unknown_healthcheck: likewise of its health check.
    """

    project: str
    name: str
    keys: tuple[Span, ...]
    unknown_user: str
    unknown_healthcheck: str


class Trace(NamedTuple):
    """What is kept of a stack when its rules have run: enough for suppressions, summary and masks.

    Args:
        environment: name of its environment.
        kind: dev, prod or unknown.
        services: its services, less those that stand for Dockerfile stages.
        secrets: places that no report may print.
    """

    environment: str
    kind: Kind
    services: tuple[ServiceTrace, ...]
    secrets: tuple[Span, ...]


class Analysis(NamedTuple):
    """What a run found.

    Args:
        findings: sorted, suppressed ones left out.
        suppressed: how many a comment silenced.
        prod_would_add: how many more `--as prod` would give; 0 where nobody asked to count them.
        traces: of every stack that was analysed, lone Dockerfiles included.
        projects: the projects with their environments.
        tree: what discovery found.
        rules: the rules that ran.
        sources: every file that was read.
        notes: sentences about the run for its summary.
    """

    findings: tuple[Finding, ...]
    suppressed: int
    prod_would_add: int
    traces: tuple[Trace, ...]
    projects: tuple[Project, ...]
    tree: Tree
    rules: tuple[Active, ...]
    sources: tuple[Source, ...]
    notes: tuple[str, ...] = ()


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
    options = options._replace(config=adopted(options.config, rules))
    _check_names(options.config, rules)
    active = select(
        rules,
        options.config,
        select=options.select,
        extend=options.extend_select,
        ignore=options.ignore,
        preset=options.preset,
    )
    stacks = Stacks(options)
    traces: list[Trace] = []
    shell = next((item for item in active if item.rule.name == SHELLCHECK), None)
    scripts = _gathered(stacks) if shell else []
    result = run(_traced(stacks, traces), active, options.count_prod)
    spoken = {(trace.environment, trace.kind) for trace in traces}
    checked = _checked(scripts, shell if shell and speaks(shell, spoken) else None, stacks.tree.root)
    found = unique((*stacks.tree.problems, *stacks.problems, *result.findings, *checked.findings))
    found = [finding for finding in found if not _ignored_in_file(finding, options.config, rules)]
    keys = ((service.name, service.keys) for trace in traces for service in trace.services)
    scopes = Scopes(counting(stacks.directives), keys, rules)
    kept, suppressed, used = suppress(found, scopes)
    used |= suppress(checked.unasked, scopes)[2]
    if stacks.directives:
        judged = [item for item in active if speaks(item, spoken) and (item.rule.name != SHELLCHECK or checked.ran)]
        kept += about(stacks.directives, used, rules, judged)
    if options.related:
        kept = [finding for finding in kept if _touches(finding, options.paths)]
    ordered = sorted(map(_told, kept), key=lambda finding: finding.sort_key)
    return Analysis(
        tuple(fingerprinted(ordered, stacks.tree.root) if options.fingerprints else ordered),
        suppressed,
        result.prod_would_add,
        tuple(traces),
        stacks.projects,
        stacks.tree,
        active,
        tuple(stacks.sources.values()),
        (*options.config.notes, *checked.notes),
    )


def _told(finding: Finding) -> Finding:
    """A finding as reports have it: at its place in the file on disk, and without credentials in its message."""
    message = _concealed(finding.message)
    return hosted(finding if message == finding.message else finding._replace(message=message))


def _concealed(text: str) -> str:
    from lintstack.join.secrets import concealed

    return concealed(text) if text else text


def _gathered(stacks: Stacks) -> list[Script]:
    """A list that every RUN script is put into while the stacks are made."""
    found: list[Script] = []

    def gather(dockerfile: Dockerfile) -> None:
        from lintstack.shellcheck.scripts import scripts

        found.extend(scripts(dockerfile))

    stacks.watch = gather
    return found


def _checked(scripts: list[Script], active: Active | None, root: str) -> Checked:
    """What ShellCheck says about all scripts; without any, nothing of it is loaded."""
    if not scripts or active is None:
        return NOTHING
    from lintstack.shellcheck.findings import check

    return check(scripts, active, root)


def _traced(stacks: Iterable[tuple[Stack, ...]], traces: list[Trace]) -> Iterator[tuple[Stack, ...]]:
    """Stacks on their way to the rules, each leaving its trace; they are taken apart when the next are asked for."""
    for group in stacks:
        traces += map(_trace, group)
        yield group
        for stack in group:
            for subject in (*stack.services, *_parts(stack)):
                unbind(subject)
            unbind(stack)
        del group


def _parts(stack: Stack) -> Iterator[Subject]:
    """Its Dockerfiles with all that points at them."""
    for dockerfile in stack.dockerfiles:
        dockerfile.parsed.__dict__.pop("stages", None)  # they are made again when somebody asks
        yield from dockerfile.instructions
        yield from dockerfile.stages
        yield dockerfile


def _trace(stack: Stack) -> Trace:
    services = (
        ServiceTrace(
            stack.project,
            item.name,
            item.keys,
            _concealed(item.user.is_root.unknown),
            _concealed(item.healthcheck.defined.unknown),
        )
        for item in stack.services
        if not item.synthetic
    )
    secrets = tuple(span.hosted for span in stack.secrets)
    return Trace(stack.environment, stack.kind, tuple(services), secrets)


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
    options = Options(listed, config or load(listed[0] if listed else "."), count_prod=False)
    return analyse(options).findings


def _check_names(config: Config, rules: tuple[Rule, ...]) -> None:
    """Raise ConfigError at a rule name in the configuration that nothing has."""
    from lintstack.config import ConfigError

    known = names(rules) if config.names else {}
    for name, span in config.names:
        if not meant(name, known) and name not in SUPPRESSIBLE:
            raise ConfigError(unknown(name, known), span.path, span.line, span.column)


def _ignored_in_file(finding: Finding, config: Config, rules: tuple[Rule, ...]) -> bool:
    """Whether `per-file-ignores` silences the rule in the file of the finding's primary place, or an id does so."""
    ids = {keyed(tool, id) for tool in (TAKEN_FROM if config.ignored_ids else ()) for id in finding.see.get(tool, ())}
    if finding.suppressible and ids & config.ignored_ids:
        return True
    ignored = config.ignored_in(finding.at.span.source.real) if finding.suppressible else frozenset[str]()
    if finding.rule in ignored:
        return True
    variants = resolve(ignored - SUPPRESSIBLE, rules).get(finding.rule, frozenset())
    return finding.variant in variants or "" in variants


def _touches(finding: Finding, paths: Sequence[str]) -> bool:
    wanted = {os.path.realpath(path) for path in paths}
    return any(place.span.source.real in wanted for place in (finding.at, *finding.related))


__all__ = ["Analysis", "Options", "ServiceTrace", "Trace", "all_rules", "analyse", "check"]
