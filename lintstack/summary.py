"""What an analysis amounts to, in numbers and sentences, for every report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from lintstack import __version__
from lintstack.coverage import Share, share
from lintstack.report import RuleHead, StackLine, Summary
from lintstack.report.text import message, safe

if TYPE_CHECKING:
    from lintstack.analysis import Analysis, Options, ServiceTrace
    from lintstack.engine import Active


def summary(analysis: Analysis, options: Options, seconds: float) -> Summary:
    """Count what was read and what was found."""
    severities = Counter(finding.severity for finding in analysis.findings)
    services = [service for trace in analysis.traces for service in trace.services]
    users = _share(services, lambda item: item.unknown_user)
    checks = _share(services, lambda item: item.unknown_healthcheck)
    fixes = [finding.fix for finding in analysis.findings if finding.fix]
    return Summary(
        version=__version__,
        stacks=tuple(_lines(analysis)),
        files=len(analysis.sources),
        compose_files=len(analysis.tree.compose_files),
        dockerfiles=len(analysis.tree.dockerfiles),
        services=users.services,
        rules=len({item.rule.name for item in analysis.rules}),
        preset=options.preset or options.config.preset,
        errors=severities["error"],
        warnings=severities["warning"],
        infos=severities["info"],
        suppressed=analysis.suppressed,
        unknown=_unknown(services),
        services_known_user=users.known,
        services_known_healthcheck=checks.known,
        unknown_users=users.unknown,
        unknown_healthchecks=checks.unknown,
        prod_would_add=analysis.prod_would_add,
        seconds=seconds,
        config=options.config.path or None,
        notes=tuple(dict.fromkeys(_notes(analysis))),
        fixable=len(fixes),
        fixable_safely=sum(fix.safe for fix in fixes),
    )


NAMED = 4  # projects that the header names


def header(analysis: Analysis) -> str:
    """What was understood of a tree: `2 stacks: ./ (dev, prod) · 3 Dockerfiles`; "" when there is nothing."""
    from lintstack.report.footer import count

    projects = [
        (project.folder, ", ".join(safe(item.name) for item in project.environments))
        for project in analysis.projects
        if project.environments
    ]
    told = [f"{safe(folder)}/ ({names})" for folder, names in projects[:NAMED]]
    if len(projects) > NAMED:
        told.append(f"{len(projects) - NAMED} more")
    stacks = sum(len(project.environments) for project in analysis.projects)
    parts = [f"{count(stacks, 'stack')}: {', '.join(told)}"] if told else []
    if analysis.tree.dockerfiles:
        parts.append(count(len(analysis.tree.dockerfiles), "Dockerfile"))
    return " · ".join(parts)


def _notes(analysis: Analysis) -> Iterable[str]:
    return (*analysis.notes, *analysis.tree.notes, *(note for item in analysis.projects for note in item.notes))


def _name(service: ServiceTrace) -> tuple[str, str]:
    return service.project, service.name


def _lines(analysis: Analysis) -> Iterable[StackLine]:
    for project in analysis.projects:
        for environment in project.environments:
            yield StackLine(
                project.folder,
                environment.name,
                environment.kind,
                tuple(environment.files),
                environment.evidence,
                environment.inferred,
            )


def _share(services: Iterable[ServiceTrace], reason_of: Callable[[ServiceTrace], str]) -> Share:
    """Of how many services something is known: in every environment that has them, else the first reason counts."""
    reasons: dict[tuple[str, str], str] = {}
    for service in services:
        reasons[_name(service)] = reasons.get(_name(service)) or reason_of(service)
    return share(reasons.values())


def _unknown(services: Iterable[ServiceTrace]) -> dict[str, int]:
    """Why users and health checks are not known, and of how many services, most frequent first."""
    reasons: Counter[str] = Counter()
    seen: set[tuple[tuple[str, str], str]] = set()
    for service in services:
        for reason in {service.unknown_user, service.unknown_healthcheck}:
            if reason and (_name(service), reason) not in seen:
                seen.add((_name(service), reason))
                reasons[message(reason)] += 1
    return dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0])))


def heads(rules: Iterable[Active], texts: bool) -> tuple[RuleHead, ...]:
    """Rules as reports speak of them; their texts are read only when a report prints them."""
    return tuple(
        RuleHead(
            name=item.rule.name,
            title=item.rule.title,
            severity=item.rule.worst,
            help_markdown=item.rule.text if texts else "",
            see=item.rule.see,
            subject=item.rule.subject,
            preset=item.rule.preset,
            security=item.rule.security,
            cwe=tuple(int(number) for number in item.rule.see.get("cwe", ())),
        )
        for item in rules
    )
