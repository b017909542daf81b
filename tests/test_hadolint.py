"""`.hadolint.yaml` where there is no configuration of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lintstack.analysis import Analysis, Options, analyse
from lintstack.cli.shell import cli
from lintstack.config import Config, ConfigError, load
from lintstack.selection import adopted

Lint = Callable[..., Analysis]
DOCKERFILE = "FROM alpine\nENV API_TOKEN=T0ken-of-Ash-99\n"


@pytest.fixture
def lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lint:
    """A Dockerfile beside a `.hadolint.yaml`."""

    def run(text: str, name: str = ".hadolint.yaml", dockerfile: str = DOCKERFILE, **asked: Any) -> Analysis:
        (tmp_path / ".git").mkdir(exist_ok=True)
        (tmp_path / "Dockerfile").write_text(dockerfile, encoding="utf-8")
        (tmp_path / name).write_text(text, encoding="utf-8")
        return analyse(Options((".",), load("."))._replace(**asked))

    monkeypatch.chdir(tmp_path)
    return run


def found(analysis: Analysis) -> dict[str, str]:
    """Rules with the severities of their findings."""
    return {finding.rule: finding.severity for finding in analysis.findings}


@pytest.mark.parametrize("name", [".hadolint.yaml", ".hadolint.yml"])
def test_ignored(lint: Lint, name: str) -> None:
    assert {"latest-image", "hardcoded-secret"} <= found(lint("{}", name)).keys()
    analysis = lint("ignored: [DL3006, dl3064, SC2086, DL3005]\n", name)
    assert not {"latest-image", "hardcoded-secret"} & found(analysis).keys()
    (note,) = analysis.notes
    assert note == f"the configuration is hadolint's `{name}`; a `.lintstack.yaml` would replace it"


@pytest.mark.parametrize(("word", "severity"), [("error", "error"), ("warning", "warning"), ("style", "info")])
def test_override(lint: Lint, word: str, severity: str) -> None:
    assert found(lint(f"override:\n  {word}: [DL3006]\n"))["latest-image"] == severity


def test_the_lowest_severity_of_an_id_wins(lint: Lint) -> None:
    assert found(lint("override: {info: [DL3006], error: [DL3006]}\n"))["latest-image"] == "info"


def test_trusted_registries(lint: Lint) -> None:
    assert "trusted-registry" in found(lint("trustedRegistries: [registry.example.com]\n"))
    assert "trusted-registry" not in found(lint("trustedRegistries: [docker.io]\n"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", "error"),
        ("failure-threshold: warning", "warning"),
        ("failure-threshold: style", "info"),
        ("failure-threshold: ignore", "info"),
        ("failure-threshold: none", "none"),
        ("no-fail: true", "none"),
        ("{no-fail: true, failure-threshold: error}", "none"),
        ("no-fail: false", "error"),
    ],
)
def test_threshold(lint: Lint, text: str, expected: str) -> None:
    lint(text)
    assert load(".").fail_on == expected


def test_pragmas_can_be_forbidden(lint: Lint) -> None:
    dockerfile = f"# hadolint ignore=DL3006\n{DOCKERFILE}"
    assert "latest-image" not in found(lint("{}", dockerfile=dockerfile))
    assert "latest-image" in found(lint("disable-ignore-pragma: true", dockerfile=dockerfile))


def test_ids_that_no_rule_has_are_told(lint: Lint) -> None:
    notes = lint("ignored: [DL9998, DL3005, SC1091]\noverride: {error: [DL9999]}\n").notes
    assert notes[1:] == ("`.hadolint.yaml`: no rule has `DL9998`, `DL9999`",)


def test_settings_that_hadolint_does_not_have_are_told(lint: Lint) -> None:
    notes = lint("ignore: [DL3006]\nverbose: true\nno-color: true\nformat: json\noverride: {warn: [DL3006]}\n").notes
    assert notes[1:] == (
        "`.hadolint.yaml`: unknown setting `ignore`; did you mean `ignored`?",
        "`.hadolint.yaml`: unknown severity `warn` in `override`; did you mean `warning`?",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ignored: DL3006\n", ".hadolint.yaml:1:1: `ignored` must be a list"),
        ("ignored: [3006]\n", ".hadolint.yaml:1:1: each item of `ignored` must be text"),
        ("\noverride: [DL3006]\n", ".hadolint.yaml:2:1: `override` must be a mapping"),
        ("override: {error: DL3006}\n", ".hadolint.yaml:1:1: `error` must be a list of ids"),
        ("no-fail: maybe\n", ".hadolint.yaml:1:1: `no-fail` must be true or false"),
        ("failure-threshold: warnin\n", "`failure-threshold` cannot be `warnin`; did you mean `warning`?"),
        ("ignored: [\n", ".hadolint.yaml:"),
        ("- ignored\n", "a configuration is a mapping of settings"),
    ],
)
def test_mistakes_are_refused_at_their_place(lint: Lint, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        lint(text)
    assert message in str(refused.value)


@pytest.mark.parametrize("text", ["", "ignored:\noverride:\nfailure-threshold:\n", "override: {error: }\n"])
def test_settings_without_a_value_say_nothing(lint: Lint, text: str) -> None:
    assert "latest-image" in found(lint(text))


def test_configuration_of_ours_wins_wherever_it_is(lint: Lint, tmp_path: Path) -> None:
    (tmp_path / ".lintstack.yaml").write_text("preset: minimal\n", encoding="utf-8")
    lint("ignored: [DL3006]\n")
    below = tmp_path / "app"
    below.mkdir()
    (below / ".hadolint.yaml").write_text("ignored: [DL3006]\n", encoding="utf-8")
    assert load(str(below)).path.endswith(".lintstack.yaml")
    assert load(str(below), isolated=True).path == ""


def test_configuration_above_counts(lint: Lint, tmp_path: Path) -> None:
    lint("ignored: [DL3006]\n")
    (tmp_path / "app").mkdir()
    assert load(str(tmp_path / "app")).ignore == ("DL3006",)


def test_link_that_leads_outside_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "outside.yaml").write_text("ignored: []\n", encoding="utf-8")
    (tmp_path / "repo" / ".hadolint.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(ConfigError, match="leads outside"):
        load(str(tmp_path / "repo"))


def test_notice_is_printed_and_the_threshold_holds(lint: Lint) -> None:
    lint("failure-threshold: info\n")
    result = CliRunner().invoke(cli, ["check", "."])
    assert "Note: the configuration is hadolint's `.hadolint.yaml`" in result.output
    assert result.exit_code == 1
    lint("no-fail: true\n")
    assert CliRunner().invoke(cli, ["check", "."]).exit_code == 0


def test_labels_reach_the_rule_about_them(lint: Lint) -> None:
    text = "FROM alpine:3.20\nLABEL version=1 team=shop\n"
    found = lint("label-schema:\n  version: semver\n  title: text\nstrict-labels: true\n", dockerfile=text)
    said = {(item.variant, item.at.span.line) for item in found.findings if item.rule == "label-schema"}
    assert said == {("missing", 1), ("semver", 2), ("unexpected", 2)}
    found = lint("strict-labels: true\n", dockerfile=text)
    assert [item.variant for item in found.findings if item.rule == "label-schema"] == ["unexpected"] * 2
    found = lint("ignored: [DL3049]\n", dockerfile=text)
    assert not [item for item in found.findings if item.rule == "label-schema"]


def test_findings_are_left_out_by_their_ids(lint: Lint) -> None:
    """Findings of rules whose ids are not listed one by one, such as ShellCheck's, are reached as well."""
    config = Config(owner="hadolint", ignore=("SC2086", "DL3008"))
    assert adopted(config, ()).ignored_ids == {"sc2086", "dl3008"}
