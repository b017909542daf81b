"""Suppression comments at work: which findings they silence, and findings about the comments themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from lintstack.engine import Active, run
from lintstack.facts import ABSENT, Fact, Place
from lintstack.findings import SUPPRESSIBLE, Finding
from lintstack.model import Stack, Suppression
from lintstack.record import bind
from lintstack.rules import Rule, names, nearest
from lintstack.source import Span
from lintstack.suppressions import Directive


class Scopes:
    """What a directive can mean by a name, and where else a finding may be silenced: at the keys of its service."""

    def __init__(self, stacks: Iterable[Stack], rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.keys: dict[str, list[Span]] = {}
        for stack in stacks:
            for service in stack.services:
                if not service.synthetic:
                    self.keys.setdefault(service.name, []).extend(service.keys)

    @cached_property
    def names(self) -> dict[str, tuple[Rule, ...]]:
        """Rules by every id."""
        return names(self.rules)

    def silences(self, directive: Directive, finding: Finding) -> bool:
        """Whether a directive names the finding's rule and speaks for one of its places or for its service."""
        meant = {rule.name for rule in self.names.get(directive.rule.lower(), ())} | {directive.rule}
        if finding.rule not in meant:
            return False
        keys = self.keys.get(finding.service, ()) if finding.service else ()
        scope = directive.scope
        whole = (key for key in keys if scope.start == key.start or "\n" in scope.text)  # not just the key's line
        return directive.speaks_for(finding) or any(scope.covers(key) for key in whole)


def speaks(active: Active, stacks: Iterable[Stack]) -> bool:
    """Whether a rule had its say in any stack, so that a comment against it can be called unused."""
    return active.rule.subject == "suppression" or any(active.level(stack) for stack in stacks)


def suppress(
    findings: Iterable[Finding], directives: Sequence[Directive], scopes: Scopes
) -> tuple[list[Finding], int, set[Directive]]:
    """Findings that stay, the number of those that do not, and the directives that silenced one."""
    kept, count, used = [], 0, set[Directive]()
    for finding in findings:
        silencing = [item for item in directives if scopes.silences(item, finding)] if finding.suppressible else []
        used.update(silencing)
        count += bool(silencing)
        if not silencing:
            kept.append(finding)
    return kept, count, used


def about(
    directives: Sequence[Directive], used: set[Directive], rules: Sequence[Rule], active: Sequence[Active]
) -> list[Finding]:
    """Findings about the comments themselves: `unknown-suppression`, `unused-suppression`."""
    if not directives:
        return []
    stack = Stack("suppressions", directives[0].span, "suppressions")
    known = names(rules)
    asked = {item.rule.name for item in active}
    subjects = tuple(_suppression(item, item in used, known, asked) for item in directives)
    bind(stack, suppressions=subjects)
    own = [item for item in active if item.rule.subject == "suppression"]
    return [finding._replace(environments=()) for finding in run([(stack,)], own).findings]


def _suppression(directive: Directive, used: bool, known: dict[str, tuple[Rule, ...]], asked: set[str]) -> Suppression:
    """A comment as a subject; whether it is used is unknown when its rule did not run."""
    rules = known.get(directive.rule.lower(), ())
    exists = bool(rules) or directive.rule in SUPPRESSIBLE
    ran = directive.rule in SUPPRESSIBLE or any(rule.name in asked for rule in rules)
    near = "" if exists else nearest(directive.rule, known)
    return Suppression(
        directive.rule,
        directive.span,
        f"suppression[{directive.rule}]",
        known=Fact(True) if exists else _at(False, directive),
        used=_at(used, directive) if ran else Fact(None, (), "its rule did not run"),
        suggestion=Fact(near) if near else ABSENT,
    )


def _at(value: bool, directive: Directive) -> Fact[bool]:
    return Fact(value, (Place(directive.span),))
