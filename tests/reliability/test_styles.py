"""What a project is, and not how it is spelt, decides what is found: H7 to H10, H13, H20."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lintstack.rules import builtin
from tests.reliability.drawn import PLAIN, Style, Tree, projects, styles, written
from tests.reliability.lint import House, Outcome

EXAMPLES = settings(max_examples=15)
# What they speak of is the spelling.
SPELLING = frozenset(
    "alphabetical-order byte-order-or-crlf consistent-quotes plain-volumes ports-unquoted service-key-order tidy-yaml "
    "top-level-order".split()
)


def _linted(house: House, files: dict[str, bytes]) -> Outcome:
    with house.once(files) as folder:
        return house.lint(folder, rules="all")


def _facts(outcome: Outcome) -> set[tuple[str, str, str]]:
    """Findings without places: rule, service, message up to what it says of other services on the same line."""
    return {
        (item["rule"], item["service"], item["message"].split("; the same line serves")[0]) for item in outcome.findings
    }


def _judged(outcome: Outcome) -> Outcome:
    assert outcome.rules.isdisjoint({"yaml-syntax", "yaml-limit", "compose-schema", "yaml-encoding"}), outcome.findings
    return outcome


@EXAMPLES
@given(projects(), styles)
def test_another_style_finds_the_same(house: House, project: Tree, style: Style) -> None:
    plain = _judged(_linted(house, {"compose.yaml": written(project)}))
    other = _judged(_linted(house, {"compose.yaml": written(project, style)}))
    assert _spread(plain) == _spread(other)


def _spread(outcome: Outcome) -> set[tuple[str, str]]:
    """Rule and message, for services that share a line each its own."""
    return {
        (rule, message.replace(f"`{service}`", "``"))
        for rule, service, message in _facts(outcome)
        if rule not in SPELLING
    }


@EXAMPLES
@given(projects())
def test_aliases_find_what_copies_find(house: House, project: Tree) -> None:
    first = next(iter(project["services"]))
    doubled = {
        **project,
        "services": {**project["services"], "twin": {**project["services"][first], "container_name": "twin"}},
    }
    doubled["services"]["twin"].pop("depends_on", None)
    copied = _judged(_linted(house, {"compose.yaml": written(doubled)}))
    shared = _judged(_linted(house, {"compose.yaml": written(doubled, PLAIN._replace(aliased=True))}))
    assert _spread(copied) == _spread(shared)


@EXAMPLES
@given(projects(), st.randoms(use_true_random=False))
def test_the_order_of_services_finds_the_same_in_order(house: House, project: Tree, dice: random.Random) -> None:
    services = list(project["services"].items())
    usual = _linted(house, {"compose.yaml": written(project)})
    dice.shuffle(services)
    other = _linted(house, {"compose.yaml": written({**project, "services": dict(services)})})
    assert _told(usual) == _told(other)
    for outcome in (usual, other):
        keys = [_key(item) for item in outcome.findings]
        assert keys == sorted(keys)
        assert len(set(keys)) == len(keys)


def _told(outcome: Outcome) -> set[tuple[str, str, str]]:
    return {fact for fact in _facts(outcome) if fact[0] not in SPELLING}


def _key(item: dict[str, Any]) -> tuple[bytes, int, int, str, str]:
    return item["path"].encode(), item["line"], item["column"], item["rule"], item["message"]


@settings(max_examples=15)
@given(projects(), projects())
def test_two_projects_are_found_as_each_alone(house: House, one: Tree, two: Tree) -> None:
    a, b = {"a/compose.yaml": written(one)}, {"b/compose.yaml": written(two)}
    broken = {"c/compose.yaml": b"services: {"}
    together, beside = _linted(house, a | b), _linted(house, a | b | broken)
    assert together.places == _linted(house, a).places | _linted(house, b).places
    assert beside.places == together.places | {place for place in beside.places if place[1] == "c/compose.yaml"}


@settings(max_examples=15)
@given(projects(), st.randoms(use_true_random=False))
def test_a_comment_removes_what_it_names_and_nothing_else(house: House, project: Tree, dice: random.Random) -> None:
    text = written(project)
    about_comments = {rule.name for rule in builtin() if rule.subject == "suppression"}
    usual = _linted(house, {"compose.yaml": text})
    lines = text.decode().split("\n")
    found = [item for item in usual.findings if item["rule"] not in about_comments]
    if not found:
        return
    chosen = dice.choice(found)
    lines[chosen["line"] - 1] += f"  # lintstack: ignore[{chosen['rule']}]"
    other = _linted(house, {"compose.yaml": "\n".join(lines).encode()})
    gone = usual.places - other.places
    assert (chosen["rule"], "compose.yaml", chosen["line"]) in gone
    assert {rule for rule, _, _ in gone} == {chosen["rule"]}
    assert {place for place in other.places if place[0] not in about_comments} <= usual.places


@settings(max_examples=10)
@given(projects(), styles, st.sampled_from(["DB_PASSWORD", "API_TOKEN", "SECRET_KEY"]), st.booleans())
def test_a_drawn_secret_is_never_printed(house: House, project: Tree, style: Style, name: str, listed: bool) -> None:
    canary = "c4n4ry/s3cr3t+x"
    for service in project["services"].values():
        service["environment"] = [f"{name}={canary}"] if listed else {name: canary}
    outcome = _linted(house, {"compose.yaml": written(project, style)})
    assert [where for where, text in outcome.reports.items() if canary in text] == []
