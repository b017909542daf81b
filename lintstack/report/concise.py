"""One line per finding, for grep and problem matchers."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.report import Run, Style
from lintstack.report.footer import verdict
from lintstack.report.paint import paint
from lintstack.report.text import message, page, safe


def render(run: Run, style: Style) -> str:
    """The report as text."""
    return page(_lines(run, style))


def _lines(run: Run, style: Style) -> Iterator[str]:
    for finding in run.findings:
        span = finding.at.span
        head = paint(style, finding.severity, f"{finding.severity}[{safe(finding.rule)}]")
        fixable = " [*]" if finding.fix else ""
        yield f"{safe(span.path)}:{span.line}:{span.column}: {head}{fixable} {message(finding.message)}"
    yield verdict(run, style._replace(width=0))
