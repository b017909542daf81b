"""The report for people: a code frame over all files of each finding, and a summary."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from lintstack.findings import Finding
from lintstack.named import NamedTuple
from lintstack.report import PLACES, Run, Secrets, StackLine, Style
from lintstack.report.footer import files, footer
from lintstack.report.paint import link, paint
from lintstack.report.system import url_of
from lintstack.report.text import message, page, safe
from lintstack.source import Span

FEW = 3  # places of one cause that still get a frame each
# The tools that people know their ids from; a frame names one id of so many tools, `explain` names all.
FAMOUS = ("hadolint", "trivy", "checkov", "buildkit", "dclint", "compose-lint", "kics")
PEERS = 3
TOLD = 2  # names that a place of a group is told with
NAMED = 5  # environments that a group of findings names
UUID = 36  # KICS ids are UUIDs: their first eight digits say enough


class Group(NamedTuple):
    """Findings with one cause: the first is shown, the others are listed."""

    first: Finding
    others: tuple[Finding, ...] = ()


def render(run: Run, style: Style) -> str:
    """The report as text."""
    return page(_lines(run, style))


def group(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """Findings of one rule, severity and message shape as one group where there are more than `FEW`."""
    alike: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    ordered = sorted(findings, key=lambda finding: finding.sort_key)
    for finding in ordered:
        alike[_shape(finding)].append(finding)
    groups = []
    for finding in ordered:
        places = alike[_shape(finding)]
        if len(places) <= FEW:
            groups.append(Group(finding))
        elif finding is places[0]:
            groups.append(Group(finding, tuple(places[1:])))
    return tuple(groups)


def _shape(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.severity, _names().sub("``", finding.message)


@cache
def _names() -> re.Pattern[str]:
    """What differs between two messages of one rule: quoted names and numbers."""
    return re.compile(r"`[^`]*`|\d+")


def _lines(run: Run, style: Style) -> Iterator[str]:
    if run.findings:
        yield from _found(run, style)
    yield from footer(run, style)


def _found(run: Run, style: Style) -> Iterator[str]:
    from lintstack.report.frames import frames, gutter, marks_by_file

    urls = {rule.name: rule.url for rule in run.rules}
    secrets = _secrets(run)
    explained: set[str] = set()
    for item in group(run.findings):
        finding = item.first
        url = urls.get(finding.rule) or url_of(finding.rule)
        marks = marks_by_file(finding)
        margin = " " * (gutter(marks) + 1)
        yield _title(finding, url, style)
        yield from frames(marks, secrets, style)
        for note in _notes(item, run.summary.stacks, "" if finding.rule in explained else url, style):
            yield f"{margin}{paint(style, 'frame', '=')} {note}"
        yield from (f"{margin}  {place}" for place in _others(item))
        yield ""
        explained.add(finding.rule)


def _secrets(run: Run) -> Secrets:
    """Places that are masked, by path: credentials, and lines of environment files that could not be read."""
    secrets: Secrets = defaultdict(list)
    for span in run.secrets:
        secrets[span.path].append(span)
    for finding in run.findings:
        if finding.rule == "dotenv-syntax":
            span = finding.at.span
            start, end = span.source.line_range(span.line)
            sign = span.source.text.find("=", start, end)
            secrets[span.path].append(Span(span.source, sign + 1 if sign >= 0 else start, end))
    return secrets


def _title(finding: Finding, url: str, style: Style) -> str:
    name = link(style, url, safe(finding.rule))
    head = paint(style, finding.severity, f"{finding.severity}[{name}]")
    return f"{head}: {paint(style, 'bold', message(finding.message))}"


def _notes(item: Group, stacks: tuple[StackLine, ...], url: str, style: Style) -> Iterator[str]:
    finding = item.first
    if environments := _environments((finding, *item.others), stacks):
        yield f"env: {environments}"
    if (more := len(finding.related) - PLACES) > 0:
        yield f"note: {more} more places have a part in it"
    if finding.fix:
        yield f"fix: {message(finding.fix.title)} ({'safe' if finding.fix.safe else 'unsafe'})"
    if url:
        yield from _help(finding, url, style)
    if item.others:
        yield f"also: {len(item.others)} more places"


def _others(item: Group) -> Iterator[str]:
    words = [_names().findall(finding.message) for finding in (item.first, *item.others)]
    varying = [index for index, found in enumerate(zip(*words, strict=True)) if len(set(found)) > 1]
    for finding, found in zip(item.others, words[1:], strict=True):
        yield _place(finding, [found[index] for index in varying])


def _place(finding: Finding, words: Iterable[str]) -> str:
    """A place with its service and the first words that tell it from the others, such as a variable or a port."""
    span = finding.at.span
    told = [f"`{safe(finding.service)}`"] if finding.service else []
    for word in words:
        if len(told) < TOLD and not any(_is_again(word, one.strip("`")) for one in told):
            told.append(message(word))
    return f"{safe(span.path)}:{span.line}:{span.column} {', '.join(told)}".rstrip()


def _is_again(word: str, name: str) -> bool:
    """Whether a word of a message is a name once more, by itself or as what is to be written: `${NAME:?}`."""
    return word.strip("`") == name or word.startswith((f"`${{{name}:", f"`${{{name}}}"))


def _environments(findings: Sequence[Finding], stacks: tuple[StackLine, ...]) -> str:
    """The environments that findings hold in; of many, the first."""
    if len(stacks) == 1 and stacks[0].kind == "unknown":
        return ""
    names = sorted({name for finding in findings for name in finding.environments})
    if len(names) != 1:
        more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
        return ", ".join([*map(safe, names[:NAMED]), *more])
    return _environment(names[0], stacks, {place.span.path for item in findings for place in (item.at, *item.related)})


def _environment(name: str, stacks: tuple[StackLine, ...], paths: set[str]) -> str:
    """An environment with its files, when it is clear which project's environment of that name is meant."""
    named = [stack for stack in stacks if stack.environment == name]
    meant = [stack for stack in named if paths.intersection(stack.files)] or named
    return f"{safe(name)} ({files(meant[0])})" if len(meant) == 1 else safe(name)


def _fame(tool: str) -> tuple[int, str]:
    return FAMOUS.index(tool) if tool in FAMOUS else len(FAMOUS), tool


def _short(peer: str) -> str:
    return f"{peer[:8]}…" if len(peer) == UUID else peer


def _help(finding: Finding, url: str, style: Style) -> Iterator[str]:
    named = sorted((tool for tool in finding.see if tool != "cwe"), key=_fame)
    peers = [f"{safe(tool)} {safe(_short(finding.see[tool][0]))}" for tool in named if finding.see[tool]]
    same = f"same as {', '.join(peers[:PEERS])}{', …' if len(peers) > PEERS else ''}" if peers else ""
    if not style.links:
        yield f"help: {url}{f' ({same})' if same else ''}"
    elif same:
        yield f"help: {same}"
