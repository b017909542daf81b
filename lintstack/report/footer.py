"""The summary under text reports: what was checked, what was assumed, what stayed unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lintstack.report import Run, StackLine, Style, Summary
from lintstack.report.paint import paint
from lintstack.report.text import message, safe

REASONS = 3  # reasons for unknown facts that are spelled out
ASSUMED = 6  # assumed environments that are spelled out


def footer(run: Run, style: Style) -> Iterator[str]:
    """Lines of the summary; the first is the verdict."""
    summary = run.summary
    yield verdict(run, style)
    yield from filter(
        None, (_assumed(summary), _known(summary), _unknown(summary), _prod(summary), _configuration(summary))
    )
    yield from (f"Note: {message(note)}" for note in summary.notes)
    yield from filter(None, (_fixable(summary), _explain(run)))


def verdict(run: Run, style: Style) -> str:
    """What was checked and what was found, in one line."""
    if not run.findings and not run.summary.compose_files + run.summary.dockerfiles:
        return "Nothing to lint: no Compose file and no Dockerfile"
    return _found(run.summary, style) if run.findings else _all_clear(run.summary, style)


def count(number: int, noun: str) -> str:
    """A number with its noun in the right form."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(seconds: float) -> str:
    """A duration as people say it."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _scope(summary: Summary) -> str:
    parts = ((len(summary.stacks), "stack"), (summary.files, "file"), (summary.services, "service"))
    return ", ".join(count(number, noun) for number, noun in parts if number or noun == "file")


def _time(summary: Summary, style: Style) -> str:
    """How long it took, for people only: what goes to a file or a pipe is the same from run to run."""
    return f" in {duration(summary.seconds)}" if summary.seconds is not None and style.width else ""


def _suppressed(summary: Summary) -> str:
    return f" ({summary.suppressed} suppressed)" if summary.suppressed else ""


def _found(summary: Summary, style: Style) -> str:
    parts = ((summary.errors, "error"), (summary.warnings, "warning"), (summary.infos, "info"))
    counts = ", ".join(
        paint(style, noun, f"{number} {noun}" if noun == "info" else count(number, noun))
        for number, noun in parts
        if number
    )
    return f"Checked {_scope(summary)}{_time(summary, style)}: {counts}{_suppressed(summary)}"


def _all_clear(summary: Summary, style: Style) -> str:
    rules = f"{count(summary.rules, 'rule')} (preset {safe(summary.preset)})"
    return (
        f"{paint(style, 'good', 'All clear')}: {_scope(summary)}, {rules}{_time(summary, style)}{_suppressed(summary)}"
    )


def _assumed(summary: Summary) -> str:
    assumed = [stack for stack in summary.stacks if stack.inferred]
    several = len({stack.project for stack in summary.stacks}) > 1
    lines = [_environment(stack, several) for stack in assumed[:ASSUMED]]
    if len(assumed) > ASSUMED:
        lines.append(f"{len(assumed) - ASSUMED} more")
    return f"Assumed: {'; '.join(lines)}" if lines else ""


def _environment(stack: StackLine, several: bool) -> str:
    where = f"{safe(stack.project)}: " if several and stack.project not in ("", ".") else ""
    kind = "" if stack.kind in (stack.environment, "unknown") else f" ({stack.kind})"
    return f"{where}{safe(stack.environment)}{kind} = {files(stack)}"


def files(stack: StackLine) -> str:
    """The files of a stack as they are merged."""
    return " + ".join(safe(path) for path in stack.files)


def _unknown(summary: Summary) -> str:
    reasons = sorted(summary.unknown.items(), key=lambda item: (-item[1], item[0]))
    if not reasons:
        return ""
    shown = [f"{message(reason)} ({number})" for reason, number in reasons[:REASONS]]
    if rest := sum(number for _, number in reasons[REASONS:]):
        shown.append(f"other reasons ({rest})")
    return f"{count(sum(summary.unknown.values()), 'fact')} unknown: {', '.join(shown)}"


def _known(summary: Summary) -> str:
    """Of how many services the user and the health check are known, so that silence never passes for health."""
    total = summary.services
    users, checks = summary.services_known_user, summary.services_known_healthcheck
    if not total or users == checks == total:
        return f"Known: user and health check of {_all(total)}" if total else ""
    user = f"user of {_of(users, total)}{_because(summary.unknown_users)}"
    return f"Known: {user}, health check of {_of(checks, total)}{_because(summary.unknown_healthchecks)}"


def _all(total: int) -> str:
    return f"all {total} services" if total > 1 else "the service"


def _of(known: int, total: int) -> str:
    return f"{known} of {count(total, 'service')}, {known * 100 // total} %"


def _because(classes: Mapping[str, int]) -> str:
    """Why the rest is not known."""
    told = ", ".join(f"{name} {number}" for name, number in classes.items())
    return f" ({told})" if told else ""


def _prod(summary: Summary) -> str:
    return f"`--as prod` would add {count(summary.prod_would_add, 'finding')}" if summary.prod_would_add else ""


def _configuration(summary: Summary) -> str:
    return f"Configuration: {safe(summary.config)}" if summary.config else ""


def _fixable(summary: Summary) -> str:
    if not summary.fixable:
        return ""
    return f"{count(summary.fixable, 'finding')} can be fixed, {summary.fixable_safely} safely"


def _explain(run: Run) -> str:
    names = {rule.name for rule in run.rules}
    first = next((finding.rule for finding in run.findings if finding.rule in names), "")
    return f"More about a rule: `lintstack explain {first}`" if first else ""
