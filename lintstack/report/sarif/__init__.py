"""SARIF 2.1.0 for GitHub code scanning and editors; the only part of lintstack that imports sarif-om."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import sarif_om as om

from lintstack import HOME
from lintstack.findings import Finding
from lintstack.report import Run, Style
from lintstack.report.sarif.encode import dump
from lintstack.report.sarif.places import Places
from lintstack.report.sarif.results import results
from lintstack.report.sarif.rules import LEVELS, descriptor, heads
from lintstack.report.text import message

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
REDACTED = "***"
NOTIFICATIONS = 1000  # there is a result for each of them anyway


def render(run: Run, style: Style) -> str:
    """The report as ASCII JSON."""
    return dump(om.SarifLog(schema_uri=SCHEMA, version="2.1.0", runs=[_run(run)]))


def _run(run: Run) -> om.Run:
    places, rules = Places(run), heads(run)
    indices = {rule.name: index for index, rule in enumerate(rules)}
    driver = om.ToolComponent(
        name="lintstack",
        version=run.summary.version,
        semantic_version=run.summary.version,
        information_uri=HOME,
        rules=[descriptor(rule) for rule in rules],
    )
    return om.Run(
        tool=om.Tool(driver=driver),
        results=list(results(run.findings, indices, places)),
        invocations=[_invocation(run, indices, places)],
        column_kind="utf16CodeUnits",
        automation_details=_automation(run.category),
        redaction_tokens=[REDACTED] if run.secrets else None,
    )


def _automation(category: str) -> om.RunAutomationDetails | None:
    return om.RunAutomationDetails(id=f"{category.rstrip('/')}/") if category else None


def _invocation(run: Run, indices: dict[str, int], places: Places) -> om.Invocation:
    """Whether everything was analysed, and what was not."""
    notifications = [_notification(finding, indices, places) for finding in islice(_system(run), NOTIFICATIONS)]
    return om.Invocation(
        execution_successful=all(finding.suppressible for finding in run.findings),
        tool_execution_notifications=notifications or None,
    )


def _system(run: Run) -> Iterator[Finding]:
    rules = {rule.name for rule in run.rules}
    yield from (finding for finding in run.findings if finding.rule not in rules)


def _notification(finding: Finding, indices: dict[str, int], places: Places) -> om.Notification:
    return om.Notification(
        message=om.Message(text=message(finding.message)),
        level=LEVELS[finding.severity],
        associated_rule=om.ReportingDescriptorReference(id=finding.rule, index=indices[finding.rule]),
        locations=[om.Location(physical_location=places.physical(finding.at.span))],
    )
