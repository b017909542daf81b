"""Rules × subjects → problems → findings: one finding for each cause, with every environment it holds in."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from lintstack.facts import Place, getter
from lintstack.findings import SEVERITIES, Finding, Kind, Problem, Severity
from lintstack.model import Service, Stack
from lintstack.named import NamedTuple
from lintstack.peers import is_code
from lintstack.record import Subject
from lintstack.rules import Rule
from lintstack.sentences import checker, render
from lintstack.source import Span, span_key
from lintstack.subjects import SUBJECTS, Subjects

MOST_NAMED = 3  # further services that a message names
MOST_PLACES = 50  # further places of a finding
BROKEN = "!"  # fact of the problem that a breaking check amounts to

# Facts that compose files spell otherwise.
KEYS = {"memory_limit": "mem_limit", "cpu_limit": "cpus", "no_new_privileges": "security_opt"}

# What is said of facts about the image, which no file sets.
LACKING = {
    "known.auth": "nothing here asks for a password",
    "known.data_dirs": "no volume here holds its data",
    "known.default_login": "nothing here sets another",
    "known.required_settings": "nothing here sets it",
}


class Active(NamedTuple):
    """A rule that this run asks for, with what the configuration changed."""

    rule: Rule
    severity: Mapping[Kind, Severity]
    options: Mapping[str, Any]
    environments: frozenset[str] = frozenset()  # names or kinds it is confined to; empty: all
    variants: frozenset[str] | None = None  # variants of the rule that are asked for; None: all
    configured: bool = False  # its severity is the configuration's, which wins over what a problem says of itself

    def level(self, stack: Stack) -> Severity | None:
        """Its severity in a stack; None when it has nothing to say there."""
        return self.severity_in(stack.environment, stack.kind)

    def severity_in(self, environment: str, kind: Kind) -> Severity | None:
        """Its severity in stacks of an environment; None when it has nothing to say there."""
        if self.environments and not self.environments & {environment, kind}:
            return None
        return self.severity.get(kind)

    def wants(self, subject: Subject, problem: Problem) -> bool:
        """Whether a problem is of a variant that is asked for; one that the page does not list counts as none."""
        if self.variants is None or problem.fact == BROKEN:
            return True
        return variant_of(self.rule, subject, problem) in self.variants


class Hit(NamedTuple):
    """A problem of one rule in one stack."""

    active: Active
    stack: Stack
    subject: Subject
    problem: Problem


class Result(NamedTuple):
    """Findings of a run, not yet suppressed or sorted, and how many more `--as prod` would give."""

    findings: tuple[Finding, ...]
    prod_would_add: int


def run(projects: Iterable[tuple[Stack, ...]], rules: Iterable[Active], count_prod: bool = False) -> Result:
    """Evaluate rules over the stacks of each project.

    Args:
        projects: the stacks of each project, one for each environment.
        rules: the rules asked for.
        count_prod: whether to count what `--as prod` would add.
    """
    active = tuple(rules)
    asked, silent = _Asked(active), _Asked(_for_prod(active) if count_prod else ())
    found: dict[tuple[object, ...], Finding] = {}
    extra: set[tuple[object, ...]] = set()
    for stacks in projects:
        for finding in _findings(stacks, asked):
            key = _identity(finding)
            found[key] = _merged(found[key], finding) if key in found else finding
        extra.update(_identity(finding) for finding in _prod_only(stacks, silent))
        del stacks  # or they would live until the next project is made
    return Result(tuple(_told_once(found.values())), len(extra - found.keys()))


class _Asked:
    """Rules by their folders: what they speak about is listed once for all, and where there is none, none is asked."""

    def __init__(self, rules: Iterable[Active]) -> None:
        self.folders: dict[str, list[Active]] = {}
        for active in rules:
            self.folders.setdefault(active.rule.subject, []).append(active)
        self.confined = any(active.environments for found in self.folders.values() for active in found)
        self.known: dict[tuple[str, Kind], list[tuple[str, list[Active]]]] = {}

    def speaking(self, stack: Stack) -> list[tuple[str, list[Active]]]:
        """Folders with those of their rules that have something to say in a stack."""
        key = stack.environment if self.confined else "", stack.kind
        if key not in self.known:
            found = ((folder, [one for one in rules if one.level(stack)]) for folder, rules in self.folders.items())
            self.known[key] = [(folder, rules) for folder, rules in found if rules]
        return self.known[key]


def _hits(stack: Stack, asked: _Asked) -> Iterator[Hit]:
    """Problems of one stack, less those whose rule yields to another that fired on the same subject or place."""
    hits: list[Hit] = []
    for folder, rules in asked.speaking(stack):
        subjects = Subjects(SUBJECTS[folder](stack))
        for active in rules if subjects.all else ():
            hits += [Hit(active, stack, subject, problem) for subject, problem in _problems(active, subjects)]
    before = {name for hit in hits for name in hit.active.rule.yields_to}
    winners = [hit for hit in hits if hit.active.rule.name in before] if before else ()
    fired = {(hit.active.rule.name, where) for hit in winners for where in _wheres(hit)}
    names = {name for name, _ in fired}
    for hit in hits:
        preferred = names.intersection(hit.active.rule.yields_to)
        if not preferred or not any((name, where) in fired for name in preferred for where in _wheres(hit)):
            yield hit


def _wheres(hit: Hit) -> tuple[object, ...]:
    """What a problem is about: its subject, and its place where that is the only one."""
    at = hit.problem.at
    return (hit.subject.anchor,) if at is None or hit.problem.related else (hit.subject.anchor, span_key(at.span))


def _problems(active: Active, subjects: Subjects) -> list[tuple[Subject, Problem]]:
    """What a rule says about each of its subjects; without a subject its check is not even loaded.

    A check that breaks on one says so instead, so that the rest of the run is still reported.
    """
    chosen = subjects.of(active.rule.of)
    if not chosen:
        return []
    check = checker(active.rule, active.options)
    found: list[tuple[Subject, Problem]] = []
    for subject in chosen:
        try:
            for problem in check(subject):
                found.append((subject, problem))
        except Exception as error:
            message = f"the rule broke on `{subject.name}` ({type(error).__name__})"
            found.append((subject, Problem(message, Place(subject.span), fact=BROKEN)))
    return [pair for pair in found if active.wants(*pair)] if found and active.variants is not None else found


def _for_prod(rules: Iterable[Active]) -> Iterator[Active]:
    """Rules that speak about prod and not where the kind is not known."""
    return (active for active in rules if "prod" in active.severity and "unknown" not in active.severity)


def _prod_only(stacks: Iterable[Stack], silent: _Asked) -> Iterator[Finding]:
    """What rules that speak about prod only would find in stacks whose kind is not known."""
    unknown = [stack.with_(kind="prod") for stack in stacks if stack.kind == "unknown"]
    if silent.folders and unknown:
        yield from _findings(unknown, silent)


def _findings(stacks: Sequence[Stack], asked: _Asked) -> Iterator[Finding]:
    """Findings of the stacks of a project; each problem is let go when its finding is made: there may be very many."""
    lacking = _Lacking(stacks)
    hits = deque(hit for stack in stacks for hit in _hits(stack, asked))
    environments = {stack: (stack.environment,) if stack.environment else () for stack in stacks}
    while hits:
        hit = hits.popleft()
        rule, problem = hit.active.rule, hit.problem
        at, related = _places(hit, lacking)
        service = getattr(hit.subject, "service", None)
        variant = variant_of(rule, hit.subject, problem)
        yield Finding(
            rule="internal-error" if problem.fact == BROKEN else rule.name,
            severity=_severity(hit),
            message=problem.message if problem.message is not None else render(rule, hit.subject),
            at=at,
            related=related,
            environments=environments[hit.stack],
            service=service.name if isinstance(service, Service) and not service.synthetic else "",
            see={**rule.seen(variant), **problem.see} if problem.see else rule.seen(variant),
            title=rule.title,
            fingerprint="|".join((rule.name, hit.subject.anchor, problem.fact, problem.detail)),
            fix=problem.fix,
            suppressible=problem.fact != BROKEN,
            variant=variant,
        )


def _severity(hit: Hit) -> Severity:
    """A check that broke is an error; else the configuration decides, then the problem itself, then the page."""
    active, problem = hit.active, hit.problem
    if problem.fact == BROKEN:
        return "error"
    level = active.level(hit.stack)
    assert level
    return level if active.configured else problem.severity or level


def variant_of(rule: Rule, subject: Subject, problem: Problem) -> str:
    """Which variant of its rule a problem is: the problem says it, else the fact that the page names; "" for none."""
    name = problem.variant
    if rule.variant and not name:
        value = getter(rule.variant)(subject).value
        name = value if isinstance(value, str) else ""
    return name if name in rule.variants or is_code(name) else ""


def _places(hit: Hit, lacking: _Lacking) -> tuple[Place, tuple[Place, ...]]:
    """Where a problem is reported: at its own place, or for a missing thing at the key of the service.

    A thing that is missing in every environment belongs to the first file that names the service; one that only
    this environment lacks belongs to the last file of it.
    """
    problem, subject = hit.problem, hit.subject
    if problem.at is not None:
        return problem.at, problem.related
    service = getattr(subject, "service", None)
    if not isinstance(service, Service) or not service.keys:
        return Place(subject.span), problem.related
    chosen = service.keys[0] if lacking.everywhere(hit) else service.keys[-1]
    others = lacking.further(service, chosen) if len(service.keys) > 1 else ()
    related = (*others, *problem.related) if problem.related else others
    return Place(chosen, _nothing_sets(problem.fact)), related


@cache
def _nothing_sets(name: str) -> str:
    """What stands under the key of a service that lacks a fact."""
    if name in LACKING:
        return LACKING[name]
    fact = name.partition(".")[0]
    return f"nothing here sets `{KEYS.get(fact, fact)}`" if fact else ""


class _Lacking:
    """What is missing in the environments of a project; looked for once for each rule, and then only counted.

    Asking every environment about every hit would cost the square of their number.
    """

    def __init__(self, stacks: Iterable[Stack]) -> None:
        self.stacks = tuple(stacks)
        self.having = Counter(service.name for stack in self.stacks for service in stack.services)
        self.missing: dict[tuple[Rule, frozenset[str] | None], Counter[tuple[str, str]]] = {}
        self.places: dict[tuple[Service, Span], tuple[Place, ...]] = {}

    def everywhere(self, hit: Hit) -> bool:
        """Whether every environment that has the service has the same problem."""
        if len(self.stacks) == 1:
            return True
        name = hit.subject.service.name  # type: ignore[attr-defined]
        return self._missing(hit.active)[hit.subject.anchor, hit.problem.fact] >= self.having[name]

    def further(self, service: Service, chosen: Span) -> tuple[Place, ...]:
        """The other keys of a service: the same places for all that it lacks."""
        if (service, chosen) not in self.places:
            words = f"`{service.name}` continues here"
            self.places[service, chosen] = tuple(Place(key, words) for key in service.keys if key is not chosen)
        return self.places[service, chosen]

    def _missing(self, active: Active) -> Counter[tuple[str, str]]:
        """In how many environments each anchor and fact of a rule has a problem that has no place."""
        asked = active.rule, active.variants
        if asked not in self.missing:
            self.missing[asked] = Counter(key for stack in self.stacks for key in _placeless(active, stack))
        return self.missing[asked]


def _placeless(active: Active, stack: Stack) -> set[tuple[str, str]]:
    """Anchors and facts of a rule's problems in a stack that have no place."""
    found = _problems(active, Subjects(SUBJECTS[active.rule.subject](stack)))
    return {(subject.anchor, problem.fact) for subject, problem in found if problem.at is None}


def _identity(finding: Finding) -> tuple[object, ...]:
    return finding.rule, span_key(finding.at.span), finding.message, finding.service


def _merged(first: Finding, second: Finding) -> Finding:
    environments = tuple(sorted({*first.environments, *second.environments}))
    severity = min(first.severity, second.severity, key=SEVERITIES.index)
    related = first.related
    if second.related != related:
        related = tuple({span_key(place.span): place for place in (*related, *second.related)}.values())[:MOST_PLACES]
    return first._replace(environments=environments, severity=severity, related=related)


def _told_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """As one: a fault that environments word differently, and one that a line gives to several services."""
    causes: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        key = (span_key(finding.at.span), finding.fingerprint, finding.service)
        causes[key] = _merged(causes[key], finding) if key in causes else finding
    alike: dict[tuple[object, ...], list[Finding]] = {}
    for finding in causes.values():
        said = finding.message.replace(f"`{finding.service}`", "``") if finding.service else finding.message
        alike.setdefault((finding.rule, span_key(finding.at.span), said), []).append(finding)
    for first, *others in alike.values():
        if not others:
            yield first
            continue
        names = list(dict.fromkeys(f"`{other.service}`" for other in others if other.service != first.service))
        for other in others:
            first = _merged(first, other)
        shown = names if len(names) <= MOST_NAMED else [*names[: MOST_NAMED - 1], f"{len(names) + 1 - MOST_NAMED} more"]
        also = " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))
        yield first._replace(message=f"{first.message}; the same line serves {also}") if also else first


def fingerprinted(findings: Iterable[Finding], root: str) -> Iterator[Finding]:
    """Findings with hashes of what identifies them: rule, path below the root, anchor, ordinal among equals.

    Args:
        findings: as `run` gives them.
        root: absolute path that paths are taken relative to.
    """
    from hashlib import sha256
    from os.path import relpath, sep

    seen: dict[str, int] = {}
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        source = finding.at.span.source
        path = (relpath(source.real, root) if source.real and root else source.path).replace(sep, "/")
        key = f"{path}|{finding.fingerprint or finding.rule}"
        seen[key] = seen.get(key, 0) + 1
        digest = sha256(f"{key}|{seen[key]}".encode("utf-8", "surrogateescape")).hexdigest()
        yield finding._replace(fingerprint=digest[:32])
