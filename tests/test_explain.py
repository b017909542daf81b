"""Rule pages and listings as the terminal shows them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lintstack.cli.shell import cli
from lintstack.explain import listing, page, severity
from lintstack.rules import Rule, builtin, rule_of
from tests.stack import write


def rule(name: str = "some-rule", **head: object) -> Rule:
    return rule_of("service", name, {"title": "A title", **head})


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ("error", "error"),
        ({"prod": "error", "dev": "error", "unknown": "error"}, "error"),
        ({"prod": "error"}, "prod error"),
        ({"prod": "error", "unknown": "warning"}, "prod error, unknown warning"),
        ({"prod": "error", "unknown": "error"}, "prod error, unknown error"),
    ],
)
def test_severities_in_words(levels: object, words: str) -> None:
    assert severity(rule(severity=levels)) == words


def test_page_begins_with_its_head_in_words(tmp_path: Path) -> None:
    path = tmp_path / "some-rule.md"
    path.write_text("---\ntitle: A title\n---\n\nWhy so.\n", "utf-8")
    options = {"most": {"default": 3, "description": "How many."}, "level": {"default": "x"}}
    head = {"title": "A title", "options": options, "see": {"hadolint": ["DL1", "DL2"], "cwe": [250]}}
    text = page(rule_of("service", "some-rule", head | {"severity": "info"}, str(path)))
    assert text.startswith("some-rule: A title\n\nsubject:   service\npreset:    recommended\nseverity:  info\n")
    assert "option:    most = 3 (How many.)\n" in text
    assert "option:    level = 'x'\n" in text
    assert "same as:   hadolint DL1, DL2; cwe 250\n" in text
    assert "page:      https://" in text
    assert text.endswith("\n\nWhy so.\n")
    assert "same as" not in page(rule_of("service", "some-rule", {"title": "A title"}, str(path)))


def test_columns_of_the_table_are_aligned() -> None:
    rules = [rule("a"), rule("a-much-longer-name", severity={"prod": "error"})]
    first, second = listing(rules, "table").splitlines()
    assert first.index("service") == second.index("service")
    assert first.index("A title") == second.index("A title")


def test_table_of_all_rules_is_aligned() -> None:
    rows = listing(builtin(), "table").splitlines()
    starts = {row.index(rule.title) for row, rule in zip(rows, builtin(), strict=True)}
    assert len(starts) == 1


def test_json_keeps_all_of_a_head() -> None:
    one = rule(aka=["former"], see={"trivy": "T1"}, options={"most": {"default": 3, "schema": {"type": "integer"}}})
    (head,) = json.loads(listing([one], "json"))["rules"]
    assert head.pop("url").endswith("rules/service/some-rule.md")
    assert head == {
        "name": "some-rule",
        "subject": "service",
        "title": "A title",
        "severity": {"prod": "warning", "dev": "warning", "unknown": "warning"},
        "preset": "recommended",
        "see": {"trivy": ["T1"]},
        "variants": {},
        "options": {"most": {"default": 3, "schema": {"type": "integer"}}},
        "aka": ["former"],
    }


def test_markdown_escapes_nothing_into_another_column() -> None:
    rows = listing(builtin(), "md").splitlines()
    assert {row.replace(r"\|", "").count("|") for row in rows} == {6}


def test_pages_of_the_configuration_are_rules_like_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (
        "---\ntitle: A service has a name\nrequire: {container_name: true}\nmessage: '{service} has none'\n---\nWhy.\n"
    )
    write(tmp_path, {".lintstack.yaml": "rule-dirs: [policy]\n", "policy/service/own-rule.md": page})
    monkeypatch.chdir(tmp_path)
    assert "A service has a name" in CliRunner().invoke(cli, ["explain", "own-rule"]).output
    assert "own-rule" in CliRunner().invoke(cli, ["rules"]).output
