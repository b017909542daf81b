"""The versioned JSON contract: one finding per line, keys sorted, places in code points from 1, no source text."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from lintstack.findings import Finding, Fix
from lintstack.report import Run, Style, Summary
from lintstack.report.text import MESSAGE_LIMIT, carried, json_text
from lintstack.source import Span

VERSION = 1


def render(run: Run, style: Style) -> str:
    """The report as ASCII JSON."""
    findings = sorted(run.findings, key=lambda finding: finding.sort_key)
    rows = ",\n".join(_dump(_finding(finding)) for finding in findings)
    body = f"\n{rows}\n" if rows else ""
    return f'{{"findings": [{body}],\n"summary": {_dump(_summary(run.summary))},\n"version": {VERSION}}}\n'


def _dump(value: object) -> str:
    return json_text(plain(value), sort_keys=True)


def plain(value: Any) -> Any:
    """The same with every text and number fit for JSON."""
    if isinstance(value, str):
        return carried(value)
    if isinstance(value, Mapping):
        return {carried(key): plain(item) for key, item in value.items()}
    if isinstance(value, float) and not isfinite(value):
        return None
    return [plain(item) for item in value] if isinstance(value, tuple | list) else value


def _place(span: Span) -> dict[str, Any]:
    return {
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message[:MESSAGE_LIMIT],
        **_place(finding.at.span),
        "environments": finding.environments,
        "service": finding.service,
        "related": [{**_place(place.span), "label": place.label} for place in finding.related],
        "see": finding.see,
        "fingerprint": finding.fingerprint,
        "fix": finding.fix and _fix(finding.fix),
    }


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{**_place(edit.span), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}


def _summary(summary: Summary) -> dict[str, Any]:
    """Every field but the duration: the same input gives the same bytes."""
    fields = summary._asdict() | {"stacks": [stack._asdict() for stack in summary.stacks]}
    del fields["seconds"]
    return fields
