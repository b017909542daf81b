"""Findings as SARIF results: one per rule and line, each with the places that made it so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sarif_om as om

from lintstack.facts import Place
from lintstack.findings import SEVERITIES, Finding, Fix, Severity
from lintstack.named import NamedTuple
from lintstack.report.sarif.places import Places
from lintstack.report.sarif.rules import LEVELS
from lintstack.report.text import message, safe
from lintstack.source import Source

LIMIT = 25_000  # GitHub refuses runs with more results
PLACES = 100  # GitHub keeps so many places of a result
LEFT_OUT = "report-limit"
RANKS: dict[Severity, float] = {"error": 90.0, "warning": 50.0, "info": 10.0}


class Result(NamedTuple):
    """Findings of one rule in one line: to GitHub they are one alert."""

    first: Finding
    others: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        """The worst of them."""
        return min((finding.severity for finding in (self.first, *self.others)), key=SEVERITIES.index)

    @property
    def related(self) -> tuple[Place, ...]:
        """All further places, each once."""
        places = (place for finding in (self.first, *self.others) for place in finding.related)
        alike = (Place(finding.at.span, finding.at.label or finding.message) for finding in self.others)
        unique = dict.fromkeys((place.span, place.label) for place in (*places, *alike))
        return tuple(Place(span, label) for span, label in unique if span != self.first.at.span)[:PLACES]


def merged(findings: Iterable[Finding]) -> list[Result]:
    """Findings of one rule in one line as one, in the order of the first of them."""
    lines: dict[tuple[str, Source, int], list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        lines.setdefault((finding.rule, finding.at.span.source, finding.at.span.line), []).append(finding)
    return [Result(same[0], tuple(same[1:])) for same in lines.values()]


def results(findings: Iterable[Finding], indices: dict[str, int], places: Places) -> Iterator[om.Result]:
    """At most `LIMIT` results, the most severe ones; the last says how many were left out."""
    found = merged(findings)
    kept = found if len(found) <= LIMIT else _worst(found, LIMIT - 1)
    yield from (_result(result, indices, places) for result in kept)
    if left_out := len(found) - len(kept):
        text = f"{left_out} more results are left out: GitHub takes {LIMIT} at most"
        note = Finding(LEFT_OUT, "warning", text, Place(kept[0].first.at.span.source.whole))
        yield _result(Result(note, ()), indices, places)


def _worst(found: list[Result], limit: int) -> list[Result]:
    ranked = sorted(range(len(found)), key=lambda index: SEVERITIES.index(found[index].severity))
    return [found[index] for index in sorted(ranked[:limit])]


def _result(result: Result, indices: dict[str, int], places: Places) -> om.Result:
    finding, related = result.first, result.related
    return om.Result(
        rule_id=finding.rule,
        rule_index=indices[finding.rule],
        level=LEVELS[result.severity],
        message=om.Message(text=text_of(finding, related)),
        locations=[_location(finding, places)],
        related_locations=[_related(index, place, places) for index, place in enumerate(related, 1)] or None,
        code_flows=_code_flows(finding.at, related, places),
        partial_fingerprints=_fingerprints(finding, places),
        fixes=[_fix(finding.fix, places)] if finding.fix else None,
        rank=RANKS[result.severity],
        properties=_properties(result),
    )


def text_of(finding: Finding, related: tuple[Place, ...]) -> str:
    """The message, with a link to every further place."""
    text = _escaped(message(finding.message))
    if not related:
        return text
    links = ", ".join(f"{_link(place, index)}{_labelled(place)}" for index, place in enumerate(related, 1))
    return f"{text.rstrip('.')}. See {links}."


def _link(place: Place, index: int) -> str:
    return f"[{_escaped(safe(place.span.path))}]({index})"


def _labelled(place: Place) -> str:
    return f" ({_escaped(message(place.label))})" if place.label else ""


def _escaped(text: str) -> str:
    """Text in which brackets are no links (SARIF 2.1.0, 3.11.6)."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _location(finding: Finding, places: Places) -> om.Location:
    logical = [om.LogicalLocation(**_logical(finding.service))] if finding.service else None
    return om.Location(physical_location=places.physical(finding.at.span), logical_locations=logical)


def _logical(service: str) -> dict[str, str]:
    return {"name": service, "fully_qualified_name": f"services.{service}", "kind": "resource"}


def _described(place: Place) -> om.Message:
    return om.Message(text=_escaped(message(place.label or "part of it")))


def _related(index: int, place: Place, places: Places) -> om.Location:
    return om.Location(id=index, physical_location=places.physical(place.span), message=_described(place))


def _code_flows(at: Place, related: tuple[Place, ...], places: Places) -> list[om.CodeFlow] | None:
    """The way over the files, in reading order, where there is more than one file."""
    if all(place.span.source is at.span.source for place in related):
        return None
    steps = [
        om.ThreadFlowLocation(
            location=om.Location(physical_location=places.physical(place.span), message=_described(place))
        )
        for place in (at, *related)
    ]
    return [om.CodeFlow(thread_flows=[om.ThreadFlow(locations=steps)])]


def _fingerprints(finding: Finding, places: Places) -> dict[str, str]:
    keys = {"primaryLocationLineHash": places.line_hash(finding.at.span), "lintstack/v1": finding.fingerprint}
    return {key: value for key, value in keys.items() if value}


def _fix(fix: Fix, places: Places) -> om.Fix:
    edits: dict[Source, list[om.Replacement]] = {}
    for edit in sorted(fix.edits, key=lambda edit: (edit.span.path, edit.span.start, edit.span.end)):
        content = om.ArtifactContent(text=edit.text)
        replacement = om.Replacement(deleted_region=places.region(edit.span), inserted_content=content)
        edits.setdefault(edit.span.source, []).append(replacement)
    changes = [
        om.ArtifactChange(artifact_location=places.artifact(source), replacements=replacements)
        for source, replacements in edits.items()
    ]
    title = _escaped(message(fix.title))
    return om.Fix(description=om.Message(text=title), artifact_changes=changes, properties={"safe": fix.safe})


def _properties(result: Result) -> dict[str, object] | None:
    findings = (result.first, *result.others)
    properties: dict[str, object] = {
        "environments": sorted({name for finding in findings for name in finding.environments}),
        "see": {tool: list(names) for tool, names in sorted(result.first.see.items())},
    }
    return {name: value for name, value in properties.items() if value} or None
