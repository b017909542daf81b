"""Pages with variants: ids of other tools stand for one variant, the page's name for all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lintstack.analysis import Analysis, Options, all_rules, analyse
from lintstack.config import Config, load
from lintstack.engine import Active, run
from lintstack.explain import listing, page
from lintstack.findings import Problem
from lintstack.model import Service, Stack
from lintstack.record import bind
from lintstack.rules import names, rule_of
from lintstack.source import Source

PAGE = """---
title: A service comes back only after a failure
severity: warning
preset: recommended
require: {restart: {enum: [on-failure]}}
message: "`{name}` restarts {restart}"
variant: restart
see: {cwe: [400], sonar: [S9000]}
variants:
  always: {hadolint: [DL9001], trivy: [DS-9001]}
  unless-stopped: {hadolint: [DL9002], sonar: [S9002]}
---
Why not.
"""
COMPOSE = """services:
  a:
    image: example/a:1
    restart: always
  b:
    image: example/b:1
    restart: unless-stopped
  c:
    image: example/c:1
    restart: "no"
"""
Lint = Callable[..., Analysis]
ALL = ["a", "b", "c"]


@pytest.fixture
def lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lint:
    """A page with variants beside a compose file that has each of them, and one that the page does not list."""

    def run(config: str = "", compose: str = COMPOSE, **asked: Any) -> Analysis:
        (tmp_path / ".git").mkdir()
        (tmp_path / "own" / "service").mkdir(parents=True)
        (tmp_path / "own" / "service" / "own-restart.md").write_text(PAGE, encoding="utf-8")
        (tmp_path / "compose.yaml").write_text(compose, encoding="utf-8")
        (tmp_path / ".lintstack.yaml").write_text(f"rule-dirs: [own]\n{config}\n", encoding="utf-8")
        return analyse(Options((".",), load("."))._replace(**asked))

    monkeypatch.chdir(tmp_path)
    return run


def services(analysis: Analysis, rule: str = "own-restart") -> list[str]:
    """Names of the services that the rule speaks about."""
    return [finding.service for finding in analysis.findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("own-restart",), ALL),
        (("DL9001",), ["a"]),
        (("DS9001",), ["a"]),
        (("dl9002",), ["b"]),
        (("DL9001", "S9002"), ["a", "b"]),
        (("S9000",), ALL),
        (("DL9001", "own-restart"), ALL),
    ],
)
def test_select(lint: Lint, asked: tuple[str, ...], expected: list[str]) -> None:
    assert services(lint(select=asked)) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("own-restart",), []),
        (("DL9001",), ["b", "c"]),
        (("DL9001", "DL9002"), ["c"]),
        (("S9000",), []),
    ],
)
def test_ignore(lint: Lint, asked: tuple[str, ...], expected: list[str]) -> None:
    assert services(lint(ignore=asked)) == expected


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("ignore: [DL9002]", ["a", "c"]),
        ("select: [DL9002]", ["b"]),
        ("rules: {DL9001: off}", ["b", "c"]),
        ("rules: {own-restart: off, DL9001: on}", ["a"]),
        ("rules: {DL9001: on, own-restart: off}", ["a"]),
        ("rules: {own-restart: on, DL9001: off}", ["b", "c"]),
        ("rules: {own-restart: off}", []),
        ('per-file-ignores: {"*.yaml": [DL9001]}', ["b", "c"]),
        ('per-file-ignores: {"*.yaml": [S9000]}', []),
        ('per-file-ignores: {"*.yaml": [own-restart]}', []),
    ],
)
def test_configuration(lint: Lint, config: str, expected: list[str]) -> None:
    assert services(lint(config)) == expected


def test_severity_of_one_variant(lint: Lint) -> None:
    found = lint("rules: {own-restart: info, DL9002: error}", select=("own-restart",)).findings
    assert [(item.service, item.severity) for item in found] == [("a", "info"), ("b", "error"), ("c", "info")]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# lintstack: ignore-file[DL9001]", ["b", "c"]),
        ("# lintstack: ignore-file[DL9001, DS-9001]", ["b", "c"]),
        ("# lintstack: ignore-file[own-restart]", []),
        ("# lintstack: ignore-file[S9000]", []),
        ("# lintstack: ignore-file[DL9002, DL9001]", ["c"]),
    ],
)
def test_comment(lint: Lint, comment: str, expected: list[str]) -> None:
    analysis = lint(compose=f"{comment}\n{COMPOSE}", select=("own-restart", "unused-suppression"))
    assert services(analysis) == expected
    assert not services(analysis, "unused-suppression")


def test_comment_for_a_variant_that_is_not_there_is_unused(lint: Lint) -> None:
    compose = COMPOSE.replace("restart: always", "restart: unless-stopped")
    found = lint(compose=f"# lintstack: ignore-file[DL9001]\n{compose}", select=("own-restart", "unused-suppression"))
    assert [item.rule for item in found.findings] == ["unused-suppression", *["own-restart"] * 3]


def test_comment_for_a_variant_that_was_not_asked_for_is_not_judged(lint: Lint) -> None:
    comment = "# lintstack: ignore-file[DL9001, own-restart]\n"
    assert not lint(compose=f"{comment}{COMPOSE}", select=("DL9002", "unused-suppression")).findings


def test_finding_carries_the_ids_of_its_variant(lint: Lint) -> None:
    a, b, c = lint(select=("own-restart",)).findings
    assert a.see == {"cwe": ("400",), "sonar": ("S9000",), "hadolint": ("DL9001",), "trivy": ("DS-9001",)}
    assert b.see == {"cwe": ("400",), "sonar": ("S9002", "S9000"), "hadolint": ("DL9002",)}
    assert c.see == {"cwe": ("400",), "sonar": ("S9000",)}
    assert (a.variant, b.variant) == ("always", "unless-stopped")


def test_rules_are_counted_once(lint: Lint) -> None:
    from lintstack.summary import summary

    analysis = lint("rules: {DL9002: error}", select=("own-restart",))
    assert summary(analysis, Options((".",), Config()), 0.0).rules == 1


def test_a_check_may_say_the_variant(monkeypatch: pytest.MonkeyPatch) -> None:
    from lintstack.checks import service as checks

    def some_rule(service: Service) -> Iterator[Problem]:
        yield Problem("one", variant="apk", detail="1")
        yield Problem("two", variant="pip", detail="2")
        yield Problem("three", variant="cargo", detail="3")

    monkeypatch.setattr(checks, "some_rule", some_rule, raising=False)
    head = {"title": "t", "variants": {"apk": {"hadolint": ["DL1"]}, "pip": {"hadolint": ["DL2"]}}}
    rule = rule_of("service", "some-rule", head)
    source = Source("compose.yaml", "services: {}\n")
    stack = Stack("dev", source.whole, "stack", kind="dev", environment="dev")
    bind(stack, services=(Service("api", source.span(0, 8), "services.api", stack, (source.span(0, 8),)),))

    def told(variants: frozenset[str] | None) -> list[tuple[str, ...]]:
        active = Active(rule, rule.severity, {}, variants=variants)
        return [(item.message, *item.see.get("hadolint", ("",))) for item in run([(stack,)], [active]).findings]

    assert told(None) == [("one", "DL1"), ("two", "DL2"), ("three", "")]
    assert told(frozenset(("pip",))) == [("two", "DL2")]
    assert told(frozenset(("",))) == [("three", "")]


def test_explain_shows_the_variants_that_are_asked_for(lint: Lint) -> None:
    lint()
    (meaning,) = names(all_rules(load(".")))["dl9001"]
    text = page(meaning.rule, meaning.variants)
    assert "variant:   always (hadolint DL9001; trivy DS-9001)" in text
    assert "unless-stopped" not in text
    assert "variant:   unless-stopped (hadolint DL9002; sonar S9002)" in page(meaning.rule)


def test_listing_carries_variants(lint: Lint) -> None:
    lint()
    heads = json.loads(listing(all_rules(load(".")), "json"))["rules"]
    (head,) = [head for head in heads if head["name"] == "own-restart"]
    assert head["variants"]["always"] == {"hadolint": ["DL9001"], "trivy": ["DS-9001"]}
