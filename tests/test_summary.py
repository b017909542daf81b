"""What a run amounts to: the numbers and sentences at the end of every report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lintstack.report import Summary
from lintstack.summary import heads, summary
from tests.stack import lint

FILES = {
    "compose.yaml": """
        services:
          app: {build: ., privileged: true}
          db: {image: "postgres:16", healthcheck: {test: [CMD, pg_isready]}}
          own: {image: acme/unheard-of}
    """,
    "compose.prod.yaml": "services: {app: {restart: always}, more: {image: acme/unheard-of}}\n",
    "Dockerfile": "FROM node:22\nUSER node\n",
    "lone/Dockerfile": "FROM acme/unheard-of\n",
}


def summed(folder: Path, files: dict[str, str], **options: Any) -> Summary:
    linted = lint(folder, files, **options)
    return summary(linted.analysis, linted.options, 0.5)


def test_files_stacks_and_services_are_counted_once(tmp_path: Path) -> None:
    total = summed(tmp_path, FILES)
    assert (total.files, total.compose_files, total.dockerfiles, total.services) == (4, 2, 2, 4)
    lines = {line.environment: line for line in total.stacks}
    assert {name: line.kind for name, line in lines.items()} == {"default": "unknown", "prod": "prod"}
    assert [Path(file).name for file in lines["prod"].files] == ["compose.yaml", "compose.prod.yaml"]
    assert all(line.inferred and line.evidence for line in total.stacks)
    assert total.seconds == 0.5


def test_findings_are_counted_by_severity(tmp_path: Path) -> None:
    total = summed(tmp_path, FILES, select=("no-privileged",))
    assert (total.errors, total.warnings, total.infos, total.rules, total.suppressed) == (1, 0, 0, 1, 0)
    text = FILES["compose.yaml"].replace("true}", "true} # lintstack: ignore[no-privileged]")
    total = summed(tmp_path, FILES | {"compose.yaml": text}, select=("no-privileged",))
    assert (total.errors, total.suppressed) == (0, 1)


def test_what_is_not_known_is_counted_with_its_reason(tmp_path: Path) -> None:
    total = summed(tmp_path, FILES)
    assert total.unknown == {"image `acme/unheard-of` is not known": 2}
    assert (total.services_known_user, total.services_known_healthcheck) == (2, 2)


def test_reasons_are_ordered_by_how_often_they_hold(tmp_path: Path) -> None:
    text = "services: {a: {image: acme/b}, c: {image: node, user: '${WHO}'}, d: {image: acme/b}, e: {image: acme/a}}\n"
    total = summed(tmp_path, {"compose.yaml": text})
    assert list(total.unknown.items()) == [
        ("image `acme/b` is not known", 2),
        ("image `acme/a` is not known", 1),
        ("variable `WHO` is unset", 1),
    ]


def test_what_prod_would_add_is_told(tmp_path: Path) -> None:
    files = {"compose.yaml": "services: {db: {image: 'postgres:16'}}\n"}
    assert summed(tmp_path, files, select=("memory-limit",)).prod_would_add == 1
    assert summed(tmp_path, files, select=("memory-limit",), as_kind="prod").prod_would_add == 0


def test_preset_is_that_of_the_command_line_else_of_the_configuration(tmp_path: Path) -> None:
    files = FILES | {".lintstack.yaml": "preset: strict\n"}
    lint(tmp_path, files)
    assert summed(tmp_path, files).preset == "strict"
    assert summed(tmp_path, files, preset="minimal").preset == "minimal"
    assert Path(summed(tmp_path, files).config or "").name == ".lintstack.yaml"


def test_heads_carry_texts_only_when_they_are_printed(tmp_path: Path) -> None:
    analysis = lint(tmp_path, FILES, select=("non-root-user",)).analysis
    (bare,), (whole,) = heads(analysis.rules, False), heads(analysis.rules, True)
    assert (bare.name, bare.help_markdown) == ("non-root-user", "")
    assert whole.help_markdown == analysis.rules[0].rule.text
    assert whole.cwe and all(isinstance(number, int) for number in whole.cwe)
