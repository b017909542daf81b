"""Reports: what every format gets (`Run`), and the one door to all of them (`render`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType

from lintstack import HOME
from lintstack.findings import Finding, Kind, Severity
from lintstack.named import NamedTuple
from lintstack.source import Span

# Where each format lives; imported only when asked for. Each module has `render(run, style) -> str`.
FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "full": "lintstack.report.full",
        "concise": "lintstack.report.concise",
        "json": "lintstack.report.json",
        "sarif": "lintstack.report.sarif",
    }
)
PLACES = 50  # further places of a finding that reports for people show
Secrets = dict[str, list[Span]]  # what is never printed, by path


class Style(NamedTuple):
    """How text may look where it is going.

    Args:
        color: whether ANSI colours are wanted.
        width: columns of the terminal; 0 when it goes to a file or a pipe.
        links: whether the terminal understands OSC 8 hyperlinks.
    """

    color: bool = False
    width: int = 0
    links: bool = False


class StackLine(NamedTuple):
    """One project in one environment, as the summary tells it.

    Args:
        project: folder of the project, "." for the working directory.
        environment: name of the environment.
        kind: dev, prod or unknown.
        files: compose files in merge order, as paths for the reader.
        evidence: one sentence: why this is an environment.
        inferred: False when the configuration or the command line says so.
    """

    project: str
    environment: str
    kind: Kind
    files: tuple[str, ...]
    evidence: str = ""
    inferred: bool = True


class RuleHead(NamedTuple):
    """A rule as reports speak of it.

    Args:
        name: its id everywhere.
        title: one sentence, imperative or declarative, without names from a user's file.
        severity: the worst of its default severities.
        help_markdown: text of its page.
        see: ids of the same fault in other tools, by tool.
        tags: further words for SARIF, at most a handful.
        subject: folder of its page.
        preset: the first preset that holds it.
        security: whether it is about security (makes a GitHub alert a security alert).
        cwe: numbers of the Common Weakness Enumeration.
    """

    name: str
    title: str
    severity: Severity = "warning"
    help_markdown: str = ""
    see: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    tags: tuple[str, ...] = ()
    subject: str = ""
    preset: str = "recommended"
    security: bool = False
    cwe: tuple[int, ...] = ()

    @property
    def url(self) -> str:
        """Address of the rule's page."""
        return f"{HOME}/blob/main/rules/{self.subject}/{self.name}.md"


class Summary(NamedTuple):
    """What was looked at and what came of it.

    Args:
        version: version of lintstack.
        stacks: projects in their environments, in order.
        files: files that were read.
        compose_files: compose files among them.
        dockerfiles: Dockerfiles among them.
        services: services over all projects, each once.
        rules: rules that ran.
        preset: preset in force.
        errors: findings of severity error, likewise `warnings` and `infos`.
        suppressed: findings that a comment or configuration removed.
        unknown: facts that could not be known: reason → how many.
        services_known_user: services whose user is known in every environment that has them.
        services_known_healthcheck: likewise those of which it is known whether they have a health check.
        unknown_users: why the users of the others are not known: class of reason → how many.
        unknown_healthchecks: likewise of the health checks.
        prod_would_add: findings that `--as prod` would add.
        seconds: duration, printed by the full report on a terminal only; None leaves it out.
        config: path of the configuration in use.
        notes: sentences for the reader (files left out and how to name them …).
        fixable: findings with a fix.
        fixable_safely: those of them whose fix is safe.
    """

    version: str
    stacks: tuple[StackLine, ...] = ()
    files: int = 0
    compose_files: int = 0
    dockerfiles: int = 0
    services: int = 0
    rules: int = 0
    preset: str = "recommended"
    errors: int = 0
    warnings: int = 0
    infos: int = 0
    suppressed: int = 0
    unknown: Mapping[str, int] = MappingProxyType({})
    services_known_user: int = 0
    services_known_healthcheck: int = 0
    unknown_users: Mapping[str, int] = MappingProxyType({})
    unknown_healthchecks: Mapping[str, int] = MappingProxyType({})
    prod_would_add: int = 0
    seconds: float | None = None
    config: str | None = None
    notes: tuple[str, ...] = ()
    fixable: int = 0
    fixable_safely: int = 0


class Run(NamedTuple):
    """Everything that a report is made from.

    Args:
        findings: sorted by `Finding.sort_key`.
        summary: what was looked at.
        rules: every rule that ran, whether it found something or not.
        secrets: places whose characters are never printed, in any file.
        root: absolute path of the git toplevel (else of the common root): SARIF paths are relative to it.
        cwd: absolute working directory: `Source.path` is relative to it.
        category: SARIF category, "" for none.
    """

    findings: tuple[Finding, ...]
    summary: Summary
    rules: tuple[RuleHead, ...] = ()
    secrets: tuple[Span, ...] = ()
    root: str = ""
    cwd: str = ""
    category: str = ""


def render(format: str, run: Run, style: Style = Style()) -> str:  # noqa: B008  # immutable
    """The whole report as text that ends with a newline.

    Args:
        format: a key of `FORMATS`.

    Raises:
        KeyError: for any other format.
    """
    renderer: Callable[[Run, Style], str] = import_module(FORMATS[format]).render
    return renderer(run, style)
