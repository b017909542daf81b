"""Suppression comments at work: which findings they silence, and findings about the comments themselves."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from itertools import islice
from typing import Any

from lintstack.engine import Active, run
from lintstack.facts import ABSENT, Fact, Place
from lintstack.findings import SEE, SUPPRESSIBLE, Finding, Kind
from lintstack.model import Stack, Suppression
from lintstack.peers import canonical, is_code, keyed
from lintstack.pragmas import EVERY, FROM, UNSILENCED
from lintstack.record import bind
from lintstack.rules import Meaning, Rule, meant, names, nearest
from lintstack.source import Source, Span
from lintstack.suppressions import Directive

BLOCK = 64  # scopes whose farthest end is remembered
# Tools whose ids a tool's comments name, where it is not only its own.
NAMESPACES = {"hadolint": ("hadolint", "shellcheck"), "tally": ("tally", "hadolint", "buildkit", "shellcheck")}
SUGGESTED = 50  # unknown names for which the nearest known one is looked for


class Shelf:
    """Directives against one rule or variant in one file, found by place; equal scopes count as one.

    Comments are the user's, and so is their number: asking every one of them about every finding takes minutes.
    """

    def __init__(self) -> None:
        self.scopes: dict[tuple[int, int], list[Directive]] = {}

    def add(self, directive: Directive) -> None:
        self.scopes.setdefault(directive.scope[1:], []).append(directive)

    @cached_property
    def ordered(self) -> list[tuple[int, int]]:
        """Starts and ends of the scopes."""
        return sorted(self.scopes)

    @cached_property
    def farthest(self) -> list[int]:
        """The last end in each block of scopes."""
        return [max(end for _, end in self.ordered[at : at + BLOCK]) for at in range(0, len(self.ordered), BLOCK)]

    def around(self, span: Span) -> Iterator[Span]:
        """Scopes that may touch or cover a place."""
        last = bisect_left(self.ordered, (max(span.end, span.start + 1), -1))
        for block in range((last + BLOCK - 1) // BLOCK):
            if self.farthest[block] >= span.start:
                for start, end in self.ordered[block * BLOCK : min(last, (block + 1) * BLOCK)]:
                    if end >= span.start:
                        yield Span(span.source, start, end)


class Scopes:
    """What directives mean by their names, and where else a finding may be silenced: at the keys of its service.

    Args:
        directives: the comments, less those whose day has passed.
        services: names of services with the places of their keys.
        rules: all rules there are.
    """

    def __init__(
        self,
        directives: Collection[Directive],
        services: Iterable[tuple[str, Iterable[Span]]],
        rules: tuple[Rule, ...],
    ) -> None:
        self.keys: dict[str, list[Span]] = {}
        self.shelves: dict[tuple[str, Source], Shelf] = {}
        self.only: dict[tuple[str, Source], list[Directive]] = {}
        for directive in directives:
            source = directive.scope.source
            if directive.only:
                self.only.setdefault((directive.tool, source), []).append(directive)
            for label in _labels(directive, rules):
                self.shelves.setdefault((label, source), Shelf()).add(directive)
        self.tools = {name for item in directives if item.tool for name in NAMESPACES.get(item.tool, (item.tool,))}
        for name, keys in services if self.shelves else ():
            self.keys.setdefault(name, []).extend(keys)

    def silencing(self, finding: Finding) -> Iterator[list[Directive]]:
        """Directives that name the finding's rule and speak for one of its places or for its service, by scope."""
        foreign = list(self._foreign_labels(finding))
        labels = [*_own_labels(finding), *foreign]
        for place in (finding.at, *finding.related):
            near = place is not finding.at and place.span.source is finding.at.span.source
            narrow = [] if near else [_narrow(label) for label in foreign]
            for shelf, scope in self._around([*labels, *narrow], place.span):
                if scope.touches(place.span):
                    yield shelf.scopes[scope[1:]]
            yield from self._others_only(finding, place.span.source)
        for key in self.keys.get(finding.service, ()) if finding.service else ():
            for shelf, scope in self._around(labels, key):
                whole = scope.start == key.start or scope.line < scope.end_line  # not just the key's line
                if whole and scope.covers(key):
                    yield shelf.scopes[scope[1:]]

    def _around(self, labels: Iterable[str], span: Span) -> Iterator[tuple[Shelf, Span]]:
        for label in labels:
            shelf = self.shelves.get((label, span.source))
            if shelf is not None:
                yield from ((shelf, scope) for scope in shelf.around(span))

    def _foreign_labels(self, finding: Finding) -> Iterator[str]:
        """Shelves of other tools' ids; only of tools whose comments there are."""
        for tool in self.tools & finding.see.keys():
            ids = [id for id in finding.see[tool] if id not in UNSILENCED]
            yield from {_foreign(tool, id) for id in (EVERY, *ids)} if ids else ()

    def _others_only(self, finding: Finding, source: Source) -> Iterator[list[Directive]]:
        """Comments that let some ids of their tool speak, none of which the finding has."""
        for tool, ids in finding.see.items() if self.only else ():
            allowed = self.only.get((tool, source))
            if allowed and not {canonical(item.rule) for item in allowed} & {canonical(id) for id in ids}:
                yield allowed


def _own_labels(finding: Finding) -> set[str]:
    return {finding.rule, _label(finding.rule, finding.variant)}


def _narrow(label: str) -> str:
    """The shelf for comments above FROM that speak for this instruction alone: a place that a finding in the same file
    names because its stage starts there is not silenced.
    """
    return f"{label}@"


def _foreign(tool: str, id: str) -> str:
    """The shelf of another tool's id."""
    return f"{tool}:{canonical(id)}"


def _label(rule: str, variant: str) -> str:
    """The shelf of a rule, or of one of its variants."""
    return f"{rule}/{variant}" if variant else rule


def _labels(directive: Directive, rules: tuple[Rule, ...]) -> Iterator[str]:
    """Shelves that a comment's name stands for, each once."""
    if directive.tool:
        for tool in NAMESPACES.get(directive.tool, (directive.tool,)) if not directive.only else ():
            label = _foreign(tool, directive.rule)
            yield _narrow(label) if directive.reach == FROM else label
        return
    yield from {directive.rule, *_diagnostics(directive.rule)}
    for rule, variants in meant(directive.rule, names(rules)):
        if rule.name != directive.rule:
            yield from (rule.name,) if "" in variants else (_label(rule.name, variant) for variant in variants)


def speaks(active: Active, environments: Iterable[tuple[str, Kind]]) -> bool:
    """Whether a rule had its say in any environment, so that a comment against it can be called unused.

    Args:
        active: the rule.
        environments: names and kinds of the stacks that were analysed.
    """
    return active.rule.subject == "suppression" or any(active.severity_in(*item) for item in environments)


def suppress(findings: Iterable[Finding], scopes: Scopes) -> tuple[list[Finding], int, set[Directive]]:
    """Findings that stay, the number of those that do not, and the directives that silenced one."""
    kept, count, used, counted = [], 0, set[Directive](), set[int]()
    for finding in findings:
        silencing = list(scopes.silencing(finding)) if finding.suppressible and (scopes.shelves or scopes.only) else []
        for directives in silencing:
            if id(directives) not in counted:
                counted.add(id(directives))
                used.update(directives)
        count += bool(silencing)
        if not silencing:
            kept.append(finding)
    return kept, count, used


def counting(directives: Iterable[Directive]) -> list[Directive]:
    """Comments whose last day has not passed (in UTC)."""
    return [directive for directive in directives if not expired(directive)]


def expired(directive: Directive) -> bool:
    """Whether a comment's last day has passed."""
    return bool(directive.until) and directive.until < _today()


@cache
def _today() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat()


def about(
    directives: Sequence[Directive], used: set[Directive], rules: tuple[Rule, ...], active: Sequence[Active]
) -> list[Finding]:
    """Findings about the comments themselves: `unknown-suppression`, `unused-suppression`."""
    if not directives:
        return []
    stack = Stack("suppressions", directives[0].span, "suppressions")
    known = names(rules)
    asked: dict[str, frozenset[str]] = {}
    for item in active:
        variants = item.rule.every_variant if item.variants is None else item.variants
        asked[item.rule.name] = asked.get(item.rule.name, frozenset()) | variants
    strange = dict.fromkeys(item.rule for item in directives if not item.tool and not _exists(item, known))
    near = {name: nearest(name, known) for name in islice(strange, SUGGESTED)}
    subjects = tuple(_suppression(item, item in used, known, asked, near) for item in directives)
    bind(stack, suppressions=subjects)
    own = [item for item in active if item.rule.subject == "suppression"]
    return [finding._replace(environments=()) for finding in run([(stack,)], own).findings]


def _exists(directive: Directive, known: Mapping[str, tuple[Meaning, ...]]) -> bool:
    return bool(meant(directive.rule, known) or _diagnostics(directive.rule))


@lru_cache(maxsize=4096)
def _diagnostics(name: str) -> tuple[str, ...]:
    """Diagnostics that a comment with a name or another tool's id silences."""
    asked = canonical(name)
    ids = {slug: {keyed(tool, id) for tool, ids in SEE.get(slug, {}).items() for id in ids} for slug in SUPPRESSIBLE}
    return tuple(slug for slug, theirs in ids.items() if asked == slug or asked in theirs)


def _suppression(
    directive: Directive,
    used: bool,
    known: Mapping[str, tuple[Meaning, ...]],
    asked: Mapping[str, frozenset[str]],
    near: Mapping[str, str],
) -> Suppression:
    """A comment as a subject; whether it is used is unknown when its rule did not run."""
    if directive.tool:
        return _foreign_suppression(directive)
    meanings = meant(directive.rule, known)
    exists = _exists(directive, known)
    coded = is_code(canonical(directive.rule))
    ran = bool(_diagnostics(directive.rule)) or any(
        (coded and rule.name in asked) or variants <= asked.get(rule.name, frozenset()) for rule, variants in meanings
    )
    suggestion = near.get(directive.rule, "")
    return Suppression(
        directive.rule,
        directive.span,
        f"suppression[{directive.rule}]",
        known=Fact(True) if exists else _at(False, directive),
        used=_at(used, directive) if ran and not expired(directive) else Fact(None, (), "it was not asked"),
        suggestion=Fact(suggestion) if suggestion else ABSENT,
        reason=_at(directive.reason, directive),
        **_facts(directive),
    )


def _foreign_suppression(directive: Directive) -> Suppression:
    """Another tool's comment as a subject: whether its names exist and are used is that tool's business."""
    untold: Fact[Any] = Fact(None, (), "the comment is another tool's")
    return Suppression(
        directive.rule,
        directive.span,
        f"suppression[{directive.tool}:{directive.rule}]",
        known=Fact(True),
        used=untold,
        reason=untold,
        tool=_at(directive.tool, directive),
        **_facts(directive),
    )


def _facts(directive: Directive) -> dict[str, Fact[Any]]:
    return {
        "reach": _at({"head": "file", "from": "line"}.get(directive.reach, directive.reach), directive),
        "until": _at(directive.until, directive) if directive.until else ABSENT,
        "expired": _at(expired(directive), directive) if directive.until else ABSENT,
    }


def _at(value: Any, directive: Directive) -> Fact[Any]:
    return Fact(value, (Place(directive.span),))
