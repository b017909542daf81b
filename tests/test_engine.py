"""The engine: where missing things are reported, how environments are merged, and what a broken check amounts to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lintstack.compose.load import Loaded
from lintstack.engine import Active, run
from lintstack.facts import Fact, Place
from lintstack.findings import Kind, Problem
from lintstack.model import Service, Stack
from lintstack.project import UsageError
from lintstack.record import bind
from lintstack.rules import PageError, rule_of
from lintstack.source import Source
from tests.stack import found, lint

BASE = """
    services:
      api:
        image: ghcr.io/acme/api:1.2.3
"""
PROD = """
    services:
      api:
        restart: always
"""


def test_missing_everywhere_is_reported_at_the_first_key(tmp_path: Path) -> None:
    files = {"compose.yaml": BASE, "compose.prod.yaml": PROD}
    analysis = lint(tmp_path, files, select=("memory-limit",))
    assert found(analysis) == [("memory-limit", "compose.yaml", 2)]
    finding = analysis.findings[0]
    assert [place.span.path.rpartition("/")[2] for place in finding.related] == ["compose.prod.yaml"]
    assert finding.environments == ("prod",)


def test_missing_in_one_environment_is_reported_in_its_last_file(tmp_path: Path) -> None:
    base = BASE + "        mem_limit: 1g\n"
    prod = PROD + "        mem_limit: !reset null\n"
    files = {"compose.yaml": base, "compose.prod.yaml": prod}
    assert found(lint(tmp_path, files, select=("memory-limit",))) == [("memory-limit", "compose.prod.yaml", 2)]


def test_one_cause_in_several_environments_is_one_finding(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services: {api: {image: nginx, privileged: true}}\n",
        "compose.override.yaml": "services: {api: {restart: unless-stopped}}\n",
        "compose.prod.yaml": "services: {api: {restart: always}}\n",
    }
    analysis = lint(tmp_path, files, select=("no-privileged",))
    assert found(analysis) == [("no-privileged", "compose.yaml", 1)]
    assert analysis.findings[0].environments == ("dev", "prod")


def test_what_prod_would_add_is_counted_not_reported(tmp_path: Path) -> None:
    analysis = lint(tmp_path, {"compose.yaml": BASE}, select=("memory-limit", "no-privileged"))
    assert (found(analysis), analysis.analysis.prod_would_add) == ([], 1)
    asked = lint(tmp_path, {}, select=("memory-limit", "no-privileged"), as_kind="prod")
    assert (found(asked), asked.analysis.prod_would_add) == ([("memory-limit", "compose.yaml", 2)], 0)


def test_a_rule_yields_to_another_on_the_same_subject(tmp_path: Path) -> None:
    files = {"compose.yaml": "services: {a: {image: redis}, b: {image: 'redis:alpine'}}\n"}
    both = lint(tmp_path, files, select=("latest-image", "pinned-image"))
    assert [finding.rule for finding in both.findings] == ["latest-image", "pinned-image"]


def test_a_configured_severity_wins_over_that_of_a_problem(tmp_path: Path) -> None:
    files = {"compose.yaml": "services: {mail: {image: mailhog/mailhog}}\n"}
    paged = lint(tmp_path, files, select=("latest-image",)).findings
    told = lint(tmp_path, {".lintstack.yaml": "rules: {latest-image: error}\n"}, select=("latest-image",)).findings
    named = lint(tmp_path, {".lintstack.yaml": "rules: {latest-image: on}\n"}, select=("latest-image",)).findings
    assert [finding.severity for finding in (*paged, *told, *named)] == ["info", "error", "info"]


def test_fingerprints_survive_unrelated_edits(tmp_path: Path) -> None:
    text = "services:\n  api:\n    image: redis\n    ports: ['6379:6379']\n  web:\n    image: redis\n"
    before = lint(tmp_path, {"compose.yaml": text}).findings
    moved = "# a comment\n\nservices:\n  web:\n    image: redis\n  api:\n    ports: ['6379:6379']\n    image: redis\n"
    after = lint(tmp_path, {"compose.yaml": moved}).findings
    assert {finding.fingerprint for finding in before} == {finding.fingerprint for finding in after}
    assert len({finding.fingerprint for finding in before}) == len(before)
    assert all(len(finding.fingerprint) == 32 for finding in before)


def synthetic_stack() -> Stack:
    source = Source("compose.yaml", "services: {}\n")
    stack = Stack("dev", source.whole, "stack", kind="dev", environment="dev")
    service = Service("api", source.span(0, 8), "services.api", stack, (source.span(0, 8),))
    bind(service, restart=Fact("no", default=True), container_name=Fact("x", (Place(source.span(3, 5)),)))
    bind(stack, services=(service,))
    return stack


def active(**head: object) -> Active:
    rule = rule_of("service", "some-rule", {"title": "A title", "severity": "warning", **head})
    return Active(rule, rule.severity, {})


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ({"require": {"container_name": {"const": "x"}}}, []),
        ({"require": {"container_name": {"const": "y"}}, "message": "is {container_name}"}, [("is x", 3)]),
        ({"require": {"container_name": False}, "message": "m"}, [("m", 3)]),
        ({"require": {"restart": {"const": "always"}}, "message": "restart is {restart}"}, [("restart is no", 0)]),
        ({"require": {"memory_limit": {"minimum": 1}}, "message": "{memory_limit}"}, [("nothing", 0)]),
        ({"require": {"memory_limit?": {"minimum": 1}}, "message": "m"}, []),
        ({"when": {"memory_limit": True}, "require": {"container_name": False}, "message": "m"}, []),
        ({"when": {"memory_limit": False}, "require": {"container_name": False}, "message": "m"}, [("m", 3)]),
        ({"when": {"restart": {"const": "no"}}, "require": {"container_name": False}, "message": "m"}, [("m", 3)]),
    ],
)
def test_sentences(head: dict[str, object], expected: list[tuple[str, int]]) -> None:
    findings = run([(synthetic_stack(),)], [active(**head)]).findings
    assert [(finding.message, finding.at.span.start) for finding in findings] == expected


def test_unknown_is_never_a_finding() -> None:
    stack = synthetic_stack()
    bind(stack.services[0], user=None, restart=Fact(None, (), "variable `R` is unset"))
    rules = [
        active(require={"restart": {"const": "always"}}),
        active(when={"restart": {"const": "no"}}, require={"x": True}),
    ]
    assert run([(stack,)], rules).findings == ()


def test_a_check_that_breaks_is_an_error_and_the_rest_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    from lintstack.checks import service as checks

    def broken(service: Service) -> Iterator[Problem]:
        raise RuntimeError(service.name)

    monkeypatch.setattr(checks, "some_rule", broken, raising=False)
    other = active(require={"container_name": False}, message="m")._replace()
    findings = run([(synthetic_stack(),)], [active(), other]).findings
    assert {finding.rule for finding in findings} == {"internal-error", "some-rule"}
    broke = next(finding for finding in findings if finding.rule == "internal-error")
    assert (broke.severity, broke.suppressible) == ("error", False)
    assert "RuntimeError" in broke.message


def test_pages_without_a_check_are_refused() -> None:
    with pytest.raises(PageError, match="no function of that name"):
        run([(synthetic_stack(),)], [Active(rule_of("service", "no-such", {"title": "t"}), {"dev": "error"}, {})])
    with pytest.raises(PageError, match="did you mean `const`"):
        run([(synthetic_stack(),)], [active(require={"restart": {"cosnt": 1}})])


def test_a_loader_that_breaks_is_an_error_and_other_projects_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lintstack.join import stack as join

    whole = join.join

    def broken(environment: str, kind: Kind, project: str, loaded: Loaded, site: join.Site) -> Stack:
        if project.endswith("bad"):
            raise RecursionError
        return whole(environment, kind, project, loaded, site)

    monkeypatch.setattr(join, "join", broken)
    files = {f"{name}/compose.yaml": "services: {a: {image: nginx, privileged: true}}\n" for name in ("bad", "good")}
    analysis = lint(tmp_path, files, select=("no-privileged",))
    assert [finding.rule for finding in analysis.findings] == ["internal-error", "no-privileged"]


def test_environments_that_do_not_exist_are_refused(tmp_path: Path) -> None:
    files = {"compose.yaml": BASE, "compose.prod.yaml": PROD}
    with pytest.raises(UsageError, match="did you mean `prod`"):
        lint(tmp_path, files, environments=("prdo",))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.5, "0.5"), (2.0, "2"), (("a", "b"), "a b"), (True, "true"), (False, "false"), (7, "7"), ("x", "x")],
)
def test_values_in_messages(value: object, shown: str) -> None:
    stack = synthetic_stack()
    bind(stack.services[0], cpu_limit=Fact(value))
    findings = run([(stack,)], [active(require={"restart": {"const": "x"}}, message="is {cpu_limit}!")]).findings
    assert [finding.message for finding in findings] == [f"is {shown}!"]


def test_subjects_are_frozen_and_named() -> None:
    stack = synthetic_stack()
    one = stack.services[0]
    with pytest.raises(AttributeError, match="`Service` is frozen"):
        one.name = "other"  # type: ignore[misc]
    assert (repr(one), str(one), str(stack)) == ("Service('api')", "service `api`", "dev")
    assert one.with_(name="other").name == "other" and one.name == "api"
