"""What checks yield (Problem), what users read (Finding), what fixes apply (Edit)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from lintstack.facts import Place
from lintstack.named import NamedTuple
from lintstack.source import Span, span_key

Severity = Literal["error", "warning", "info"]
Kind = Literal["dev", "prod", "unknown"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
KINDS: tuple[Kind, ...] = ("dev", "prod", "unknown")


class Edit(NamedTuple):
    """Replace the text of a span; an empty span inserts."""

    span: Span
    text: str


class Fix(NamedTuple):
    """A set of edits that belong together.

    Args:
        title: what it does, in the imperative ("remove `version:`").
        edits: none of them overlap; all or none are applied.
        safe: whether what runs stays the same.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


class Problem(NamedTuple):
    """What a check says about its subject; it knows neither its rule's name nor its severity.

    Args:
        message: the fact, then the way out, in the words of the user's file; None takes the page's `message`.
        at: the place to change, with the label printed under it; None when something is missing: the engine
            then picks the service key or stage that lacks it.
        related: further places that made it so, in the order in which they should be read.
        fact: dotted name of the fact that failed, "" when no single fact did.
        detail: what tells two problems of one subject apart in fingerprints (never a line number or secret).
        fix: edits that would remove the problem.
        variant: which of its rule's `variants` it is, "" for none or where a fact of the subject tells.
        severity: what it is in this case, or by another program's word, instead of the rule's.
        see: ids of just this fault in other tools, by tool, beside those of the rule.
    """

    message: str | None = None
    at: Place | None = None
    related: tuple[Place, ...] = ()
    fact: str = ""
    detail: str = ""
    fix: Fix | None = None
    variant: str = ""
    severity: Severity | None = None
    see: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Finding(NamedTuple):
    """A problem with its rule's name and severity, ready to be reported.

    Args:
        rule: name of the rule, or a system slug such as `yaml-syntax`.
        severity: error, warning or info.
        message: one sentence or two; no secret value.
        at: primary place.
        related: further places, possibly in other files.
        environments: names of the environments it holds in, sorted; empty for findings about a file alone.
        service: the service concerned, "" when none.
        see: ids of the same fault in other tools, by tool.
        title: the rule's one-line title.
        fingerprint: 32 hex digits that survive unrelated edits of the file.
        fix: edits that would remove the finding.
        suppressible: False for findings that no comment, baseline or threshold removes (syntax, limits, refusals).
        variant: which of its rule's variants it is, "" when it has none.
    """

    rule: str
    severity: Severity
    message: str
    at: Place
    related: tuple[Place, ...] = ()
    environments: tuple[str, ...] = ()
    service: str = ""
    see: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    title: str = ""
    fingerprint: str = ""
    fix: Fix | None = None
    suppressible: bool = True
    variant: str = ""

    @property
    def sort_key(self) -> tuple[bytes, int, int, str, str]:
        """Total order of reports: path bytes, line, column, rule, message."""
        span = self.at.span
        return span.source.path_bytes, *span.source.position(span.start), self.rule, self.message


# System diagnostics that a comment or configuration may silence; all others always count as errors.
SUPPRESSIBLE = frozenset(
    {
        "compose-consistency",
        "compose-schema",
        "env-file-missing",
        "interpolation",
        "yaml-duplicate-key",
        "remote-reference",
        "hidden-characters",
        "dotenv-syntax",
    }
)


# Ids of the same trouble in other tools, by what of a Dockerfile's syntax is broken, and by tool.
_SYNTAX: dict[str, dict[str, tuple[str, ...]]] = {
    "": {
        "hadolint": ("DL1000",),
        "dockerfilelint": (
            *("invalid_line", "invalid_command", "required_params", "extra_args", "missing_args"),
            *("healthcheck_options_missing_args", "invalid_format"),
        ),
        "dockerfile-utils": ("UNKNOWN_INSTRUCTION", "ARGUMENT_*", "UNKNOWN_*_FLAG", "FLAG_*"),
        "sonar": ("S2260",),
        "tally": ("unknown-instruction", "invalid-onbuild-trigger"),
    },
    "order": {
        "hadolint": ("DL3061",),
        "datadog-iac": ("first_instruction_should_be_arg_or_from",),
        "dockerfilelint": ("from_first",),
    },
    "no-from": {
        "datadog-iac": ("should_specify_base_image",),
        "dockerfile-utils": ("NO_SOURCE_IMAGE",),
        "tally": ("require-stages",),
    },
    "trigger": {
        "hadolint": ("DL3043",),
        "datadog-iac": ("from_or_maintainer_cannot_be_triggered_within_onbuild",),
        "dockerfile-utils": ("ONBUILD_TRIGGER_DISALLOWED",),
    },
}


def _joined(*parts: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    tools = dict.fromkeys(tool for part in parts for tool in part)
    return {tool: tuple(id for part in parts for id in part.get(tool, ())) for tool in tools}


# Ids of the same trouble in other tools, by diagnostic and tool; rules have theirs on their pages.
SEE: dict[str, dict[str, tuple[str, ...]]] = {
    "compose-schema": {"dclint": ("invalid-schema",), "composelint": ("spec-schema",)},
    "dockerfile-syntax": _joined(*_SYNTAX.values()),
    "yaml-syntax": {"dclint": ("invalid-yaml",)},
    "yaml-duplicate-key": {"dclint": ("invalid-yaml",)},
}


def diagnostic(
    slug: str,
    message: str,
    span: Span,
    severity: Severity = "error",
    related: tuple[Place, ...] = (),
    label: str = "",
    kinds: Iterable[str] = ("",),
) -> Finding:
    """A finding about reading a file, made by the reader itself instead of a rule.

    Args:
        slug: what kind of trouble, such as `yaml-syntax`.
        message: one sentence; what is wrong and what was expected. Never quotes a value.
        span: the place.
        kinds: of a Dockerfile's syntax, what is broken: nothing named, "order", "no-from" or "trigger".
    """
    see = _joined(*(_SYNTAX[kind] for kind in kinds)) if slug == "dockerfile-syntax" else SEE.get(slug, {})
    return Finding(slug, severity, message, Place(span, label), related, see=see, suppressible=slug in SUPPRESSIBLE)


def unique(findings: Iterable[Finding]) -> list[Finding]:
    """Findings once each: the same file may be read for several environments."""
    seen: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        seen.setdefault((finding.rule, span_key(finding.at.span), finding.message, finding.service), finding)
    return list(seen.values())


def hosted(finding: Finding) -> Finding:
    """The finding with the places that a Dockerfile inside a compose file has in that file, for reports."""
    places = (finding.at, *finding.related)
    if all(place.span.source.file is place.span.source for place in places):
        return finding
    at, *related = (place._replace(span=place.span.hosted) for place in places)
    return finding._replace(at=at, related=tuple(related), fix=_hosted(finding.fix))


def _hosted(fix: Fix | None) -> Fix | None:
    """The same edits of the file; none where what they replace, or a quote or line end, is written otherwise there."""
    if fix is None:
        return None
    edits = tuple(edit._replace(span=edit.span.hosted) for edit in fix.edits)
    if any(new.span.text != old.span.text for new, old in zip(edits, fix.edits, strict=True)):
        return None
    return fix._replace(edits=edits) if all(_plain(edit.text) for edit in edits) else None


def _plain(text: str) -> bool:
    return all(character.isalnum() or character in " -_./:=," for character in text)
