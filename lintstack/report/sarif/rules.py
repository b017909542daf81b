"""Rules and system diagnostics as SARIF reporting descriptors."""

from __future__ import annotations

from collections.abc import Iterable

import sarif_om as om

from lintstack import HOME
from lintstack.findings import Severity
from lintstack.report import RuleHead, Run
from lintstack.report.system import TITLES, url_of

LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
# GitHub's words: of quality rules by `problem.severity`, of security rules by a CVSS-like number.
PROBLEMS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "recommendation"}
SCORES: dict[Severity, str] = {"error": "8.0", "warning": "5.5", "info": "3.0"}
SYSTEM = "system"
DOCKERFILE = {"dockerfile", "stage", "instruction", "command", "script"}
BOTH = {"image", "healthcheck", "service", "variable", "stack", "", SYSTEM}
TEXT_LIMIT = 1024  # GitHub's, for descriptions
TAG_LIMIT = 10


def heads(run: Run) -> list[RuleHead]:
    """Every rule that ran and every diagnostic there is, sorted by name; stable from run to run."""
    known = {slug: RuleHead(slug, title, "error", subject=SYSTEM) for slug, title in TITLES.items()}
    known.update((rule.name, rule) for rule in run.rules)
    for finding in run.findings:
        title = finding.title or finding.rule
        known.setdefault(finding.rule, RuleHead(finding.rule, title, finding.severity, see=finding.see))
    return [known[name] for name in sorted(known)]


def descriptor(rule: RuleHead) -> om.ReportingDescriptor:
    """One rule with its page."""
    title = _sentence(rule.title or rule.name)
    return om.ReportingDescriptor(
        id=rule.name,
        name=_friendly(rule.name),
        short_description=om.MultiformatMessageString(text=title[:TEXT_LIMIT]),
        full_description=om.MultiformatMessageString(text=_first_paragraph(rule.help_markdown) or title[:TEXT_LIMIT]),
        help=om.MultiformatMessageString(text=rule.help_markdown or title, markdown=rule.help_markdown or title),
        help_uri=_url(rule),
        default_configuration=om.ReportingConfiguration(level=LEVELS[rule.severity]),
        properties=_properties(rule),
    )


def _friendly(name: str) -> str | None:
    """A name in Pascal case; none where it would be the id again."""
    return "".join(part.capitalize() for part in name.split("-")) if "-" in name else None


def _url(rule: RuleHead) -> str:
    if rule.subject == SYSTEM:
        return url_of(rule.name)
    return rule.url if rule.subject else HOME


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _first_paragraph(markdown: str) -> str:
    paragraphs = (" ".join(paragraph.split()) for paragraph in markdown.split("\n\n"))
    first = next((paragraph for paragraph in paragraphs if paragraph and not paragraph.startswith("#")), "")
    return first and _sentence(first[: TEXT_LIMIT - 1])


def _properties(rule: RuleHead) -> dict[str, object]:
    properties: dict[str, object] = {"precision": "high", "tags": _tags(rule)}
    if rule.security:
        properties["security-severity"] = SCORES[rule.severity]
    else:
        properties["problem.severity"] = PROBLEMS[rule.severity]
    return properties


def _tags(rule: RuleHead) -> list[str]:
    worlds = ["compose"] * (rule.subject not in DOCKERFILE) + ["dockerfile"] * (rule.subject in DOCKERFILE | BOTH)
    security = ["security"] * rule.security + [f"external/cwe/cwe-{number:03}" for number in rule.cwe if rule.security]
    return _unique((*security, "docker", *worlds, *rule.tags))[:TAG_LIMIT]


def _unique(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
