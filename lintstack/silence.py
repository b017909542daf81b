"""Suppression comments at work: which findings they silence, and findings about the comments themselves."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from lintstack.codes import called, folded, is_code, names_of
from lintstack.engine import Active, run
from lintstack.facts import ABSENT, Fact, Place
from lintstack.findings import SUPPRESSIBLE, Finding, Kind
from lintstack.model import Stack, Suppression
from lintstack.record import bind
from lintstack.rules import Rule, names, nearest
from lintstack.source import Source, Span
from lintstack.suppressions import Directive

BLOCK = 64  # scopes whose farthest end is remembered
SUGGESTED = 50  # unknown names for which the nearest known one is looked for


class Shelf:
    """Directives against one rule in one file, found by place; equal scopes count as one.

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
        directives: the comments.
        services: names of services with the places of their keys.
        rules: all rules there are.
    """

    def __init__(
        self,
        directives: Iterable[Directive],
        services: Iterable[tuple[str, Iterable[Span]]],
        rules: tuple[Rule, ...],
    ) -> None:
        self.keys: dict[str, list[Span]] = {}
        self.shelves: dict[tuple[str, Source], Shelf] = {}
        for directive in directives:
            meant = {rule.name for rule in called(directive.rule, names(rules))} | {directive.rule}
            for rule in {folded(directive.rule)} if is_code(directive.rule) else meant:
                self.shelves.setdefault((rule, directive.scope.source), Shelf()).add(directive)
        for name, keys in services if self.shelves else ():
            self.keys.setdefault(name, []).extend(keys)

    def silencing(self, finding: Finding) -> Iterator[list[Directive]]:
        """Directives that name the finding's rule and speak for one of its places or for its service, by scope."""
        for place in (finding.at, *finding.related):
            for shelf, scope in self._around(finding, place.span):
                if scope.touches(place.span):
                    yield shelf.scopes[scope[1:]]
        for key in self.keys.get(finding.service, ()) if finding.service else ():
            for shelf, scope in self._around(finding, key):
                whole = scope.start == key.start or scope.line < scope.end_line  # not just the key's line
                if whole and scope.covers(key):
                    yield shelf.scopes[scope[1:]]

    def _around(self, finding: Finding, span: Span) -> Iterator[tuple[Shelf, Span]]:
        for name in names_of(finding):
            shelf = self.shelves.get((name, span.source))
            if shelf is not None:
                yield from ((shelf, scope) for scope in shelf.around(span))


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
        silencing = list(scopes.silencing(finding)) if finding.suppressible and scopes.shelves else []
        for directives in silencing:
            if id(directives) not in counted:
                counted.add(id(directives))
                used.update(directives)
        count += bool(silencing)
        if not silencing:
            kept.append(finding)
    return kept, count, used


def about(
    directives: Sequence[Directive], used: set[Directive], rules: tuple[Rule, ...], active: Sequence[Active]
) -> list[Finding]:
    """Findings about the comments themselves: `unknown-suppression`, `unused-suppression`."""
    if not directives:
        return []
    stack = Stack("suppressions", directives[0].span, "suppressions")
    known = names(rules)
    asked = {item.rule.name for item in active}
    strange = dict.fromkeys(item.rule for item in directives if not _exists(item, known))
    near = {name: nearest(name, known) for name in islice(strange, SUGGESTED)}
    subjects = tuple(_suppression(item, item in used, known, asked, near) for item in directives)
    bind(stack, suppressions=subjects)
    own = [item for item in active if item.rule.subject == "suppression"]
    return [finding._replace(environments=()) for finding in run([(stack,)], own).findings]


def _exists(directive: Directive, known: Mapping[str, tuple[Rule, ...]]) -> bool:
    return bool(called(directive.rule, known)) or directive.rule in SUPPRESSIBLE


def _suppression(
    directive: Directive,
    used: bool,
    known: Mapping[str, tuple[Rule, ...]],
    asked: set[str],
    near: Mapping[str, str],
) -> Suppression:
    """A comment as a subject; whether it is used is unknown when its rule did not run."""
    rules = called(directive.rule, known)
    exists = _exists(directive, known)
    ran = directive.rule in SUPPRESSIBLE or any(rule.name in asked for rule in rules)
    suggestion = near.get(directive.rule, "")
    return Suppression(
        directive.rule,
        directive.span,
        f"suppression[{directive.rule}]",
        known=Fact(True) if exists else _at(False, directive),
        used=_at(used, directive) if ran else Fact(None, (), "its rule did not run"),
        suggestion=Fact(suggestion) if suggestion else ABSENT,
    )


def _at(value: bool, directive: Directive) -> Fact[bool]:
    return Fact(value, (Place(directive.span),))
