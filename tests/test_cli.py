"""The command line: what each command prints, what each option changes, and how a run ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lintstack import __version__, cli
from lintstack.exits import guarded
from lintstack.rules import builtin, names
from tests.stack import write

FILES = {
    "compose.yaml": """
        services:
          app:
            build: .
            privileged: true
            environment:
              DB_PASSWORD: canary-hunter2
          db:
            image: postgres
    """,
    "Dockerfile": "FROM node:22\nCMD npm start\n",
}


class Outcome(NamedTuple):
    """How a run ended, and what it said."""

    code: int
    out: str
    errors: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `lintstack` in a folder with a small stack."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "LINTSTACK_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(write(tmp_path, FILES))

    def run(*words: str) -> Outcome:
        code = guarded(lambda: cli.run(words))
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return run


def findings(run: Run, *words: str) -> list[tuple[str, str, int]]:
    """Rule, path and line of what a run finds."""
    outcome = run("check", "-o", "json", *words)
    return [(item["rule"], item["path"], item["line"]) for item in json.loads(outcome.out)["findings"]]


def rules(run: Run, *words: str) -> set[str]:
    return {rule for rule, _, _ in findings(run, *words)}


def test_version_and_help(run: Run) -> None:
    assert run("--version") == (0, f"lintstack {__version__}\n", "")
    for flag in ("-h", "--help"):
        code, out, errors = run(flag)
        assert (code, errors) == (0, "")
        assert {"check", "diff", "explain", "facts", "rules"} <= set(out.split())
    assert "--fail-on" in run("check", "-h").out


def test_path_alone_is_check(run: Run, tmp_path: Path) -> None:
    checked = run("check", ".", "-o", "json")
    assert json.loads(checked.out)["findings"] == json.loads(run(".", "-o", "json").out)["findings"]
    assert checked.code == run("compose.yaml", "-q").code == run(str(tmp_path), "-q").code == 1
    code, _, errors = run("./missing.yaml")
    assert (code, "does not exist" in errors) == (2, True)


def test_word_that_is_neither_command_nor_path(run: Run) -> None:
    code, out, errors = run("chekc")
    assert (code, out) == (2, "")
    assert errors == "lintstack: there is no command `chekc`, and nothing of that name to lint; did you mean `check`?\n"
    assert run("qqqq").errors.endswith("; there are check, diff, explain, facts, graph, merged, rules\n")


def test_explain_by_name(run: Run) -> None:
    code, out, errors = run("explain", "non-root-user")
    rule = next(rule for rule in builtin() if rule.name == "non-root-user")
    assert (code, errors) == (0, "")
    assert out.startswith(f"non-root-user: {rule.title}\n")
    assert rule.text.strip() in out
    assert "subject:   service\n" in out
    assert run("explain", "NON-ROOT-USER").out == out


@pytest.mark.parametrize(("peer", "name"), [("DL3002", "non-root-user"), ("ckv_docker_3", "non-root-user")])
def test_explain_by_the_id_of_another_tool(run: Run, peer: str, name: str) -> None:
    code, out, _ = run("explain", peer)
    assert (code, out.partition(":")[0]) == (0, name)
    assert peer.upper() in out


def test_explain_shows_options_with_their_defaults(run: Run) -> None:
    assert "option:    level = 'major' (How exact a reference must be" in run("explain", "pinned-image").out


def test_explain_of_an_id_that_several_rules_have_shows_them_all(run: Run) -> None:
    peer, meanings = next(item for item in names(builtin()).items() if len(item[1]) > 1)
    out = run("explain", peer).out
    assert all(f"{meaning.rule.name}: " in out for meaning in meanings)


@pytest.mark.parametrize(
    ("word", "hint"),
    [("non-rot-user", "did you mean `non-root-user`?"), ("DL30022", "did you mean"), ("qqqq", "`lintstack rules`")],
)
def test_explain_of_nothing(run: Run, word: str, hint: str) -> None:
    code, out, errors = run("explain", word)
    assert (code, out) == (2, "")
    assert errors.startswith(f"lintstack: no rule is called `{word}`") and hint in errors


def test_rules_as_a_table_has_a_line_for_each(run: Run) -> None:
    code, out, errors = run("rules")
    assert (code, errors) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == [rule.name for rule in builtin()]


def test_rules_as_json_is_a_contract(run: Run) -> None:
    data = json.loads(run("rules", "--format", "json").out)
    assert data["version"] == 1
    assert [item["name"] for item in data["rules"]] == [rule.name for rule in builtin()]
    keys = {"name", "subject", "title", "severity", "preset", "see", "variants", "options", "aka", "url"}
    for item in data["rules"]:
        assert set(item) == keys
        assert item["url"].endswith(f"/rules/{item['subject']}/{item['name']}.md")
        assert set(item["severity"]) <= {"prod", "dev", "unknown"}
    root = next(item for item in data["rules"] if item["name"] == "non-root-user")
    assert root["subject"] == "service" and "DS-0002" in root["see"]["trivy"]
    levels = next(item for item in data["rules"] if item["name"] == "pinned-image")["options"]["level"]
    assert levels["default"] == "major" and "full" in levels["schema"]["enum"]


def test_rules_as_markdown_is_a_table_with_links(run: Run, root: Path) -> None:
    head, rule, *rows = run("rules", "--format", "md").out.splitlines()
    assert head.count("|") == rule.count("|")
    assert len(rows) == len(builtin())
    for row in rows:
        link = row.partition("(")[2].partition(")")[0]
        assert (root / link).is_file()


def test_facts_are_of_every_environment_without_secrets(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"compose.prod.yaml": "services: {app: {restart: always}}\n"})
    outcome = run("facts")
    assert (outcome.code, outcome.errors) == (0, "")
    assert "canary" not in outcome.out
    names = [stack["environment"] for stack in json.loads(outcome.out)]
    assert "prod" in names
    only = json.loads(run("facts", "--env", "prod").out)
    assert [stack["environment"] for stack in only] == ["prod"]
    assert run("facts", "--env", "prdo").code == 2


def test_facts_as_yaml_are_the_same(run: Run) -> None:
    from ruamel.yaml import YAML

    data = YAML(typ="safe", pure=True).load(run("facts", "--format", "yaml").out)
    assert data == json.loads(run("facts").out)


def test_facts_schema_needs_no_stack(run: Run, tmp_path: Path) -> None:
    schema = json.loads(run("facts", "--schema", "missing").out)
    assert schema["items"] == {"$ref": "#/$defs/Stack"}


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Says whether standard output is a terminal."""

    def pretend(answer: bool) -> None:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: answer, raising=False)

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    return pretend


@pytest.mark.parametrize(
    ("words", "variables", "tty", "colored"),
    [
        ((), {}, False, False),
        ((), {}, True, True),
        ((), {"TERM": "dumb"}, True, False),
        ((), {"NO_COLOR": "1"}, True, False),
        ((), {"NO_COLOR": ""}, True, True),
        ((), {"FORCE_COLOR": "1"}, False, True),
        ((), {"CLICOLOR_FORCE": "1"}, False, True),
        ((), {"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        (("--color", "never"), {"FORCE_COLOR": "1"}, True, False),
        (("--color", "always"), {}, False, True),
        (("--color", "always"), {"TERM": "dumb"}, False, True),
        (("--color", "always"), {"NO_COLOR": "1"}, False, True),
        (("--color", "auto"), {}, True, True),
    ],
)
def test_colors(
    words: tuple[str, ...],
    variables: dict[str, str],
    tty: bool,
    colored: bool,
    run: Run,
    terminal: Callable[[bool], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    terminal(tty)
    assert ("\x1b[" in run("check", *words).out) == colored


def test_report_files_have_no_colors(run: Run, tmp_path: Path) -> None:
    run("check", "--color", "always", "-o", "full:report.txt")
    assert "\x1b" not in (tmp_path / "report.txt").read_text("utf-8")


def test_several_reports(run: Run, tmp_path: Path) -> None:
    words = ("-o", "concise", "-o", "json:a.json", "-o", "sarif:b.sarif", "-o", "full:c.txt")
    code, out, errors = run("check", *words, "--sarif-category", "nightly")
    assert (code, errors) == (1, "")
    listed = json.loads((tmp_path / "a.json").read_text("utf-8"))["findings"]
    assert len([line for line in out.splitlines() if line.count(": ") >= 1 and "[" in line]) == len(listed)
    sarif = json.loads((tmp_path / "b.sarif").read_text("utf-8"))["runs"][0]
    assert len(sarif["results"]) == len(listed)
    assert sarif["automationDetails"]["id"].startswith("nightly")
    assert (tmp_path / "c.txt").read_text("utf-8").count("\n --> ") == len(listed)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o", "json:no/folder/x.json"), "no/folder/x.json: the json report could not be written"),
        (("-o", "josn"), "-o josn: no such format; did you mean `json`?"),
        (("-o", "zzz"), "-o zzz: no such format; there are full, concise, json, sarif"),
        (("-o", "json", "-o", "sarif"), "only one report can go to standard output"),
        (("--env", "prod"), "no environment is called that"),
        (("--select", "qqqq"), "no rule is called `qqqq`"),
        (("--extend-select", "DL3002x"), "did you mean `dl3002`?"),
        (("--ignore", "qqqq"), "no rule is called `qqqq`"),
        (("missing.yaml",), "does not exist"),
        (("--config", "missing.yaml"), "missing.yaml:1:1"),
    ],
)
def test_bad_use_ends_with_two_and_a_sentence(run: Run, words: tuple[str, ...], said: str) -> None:
    code, _, errors = run("check", *words)
    assert code == 2
    assert said in errors and errors.count("\n") == 1


def test_the_rest_of_a_run_whose_report_cannot_be_written_is_not_green(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    assert run("check", "--select", "docker-socket", "-o", "json:taken").code == 2


def test_standard_output_that_is_closed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    code, _, errors = run("check")
    assert (code, errors) == (2, "lintstack: the report could not be written: standard output is closed\n")


def test_standard_output_that_takes_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    code, _, errors = run("check")
    assert (code, errors) == (2, "lintstack: the report could not be written: No space left on device\n")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--select", "no-privileged"), {"no-privileged"}),
        (("--select", "NO-PRIVILEGED,non-root-user"), {"no-privileged", "non-root-user"}),
        (("--select", "no-privileged", "--select", "DS-0002"), {"no-privileged", "non-root-user"}),
        (("--select", "no-privileged", "--select", "DL3002"), {"no-privileged"}),
        (("--select", "CKV_DOCKER_3"), {"non-root-user"}),
        (("--select", "no-privileged", "--extend-select", "hardcoded-secret"), {"no-privileged", "hardcoded-secret"}),
        (("--select", "no-privileged,hardcoded-secret", "--ignore", "SecretsUsedInArgOrEnv"), {"no-privileged"}),
        (("--select", "no-privileged", "--ignore", "no-privileged"), set()),
    ],
)
def test_rules_that_are_asked_for(run: Run, words: tuple[str, ...], found: set[str]) -> None:
    assert rules(run, *words) == found


def test_presets_grow(run: Run) -> None:
    minimal, recommended, strict = (rules(run, "--preset", name) for name in ("minimal", "recommended", "strict"))
    assert minimal < recommended <= strict
    assert recommended == rules(run)
    assert rules(run, "--preset", "minimal", "--extend-select", "non-root-user") == minimal | {"non-root-user"}


def test_as_takes_unknown_environments_for_something(run: Run, tmp_path: Path) -> None:
    assert "memory-limit" in rules(run, "--as", "prod")
    assert "memory-limit" not in rules(run)
    write(tmp_path, {"compose.dev.yaml": "services: {app: {restart: always}}\n"})
    assert "memory-limit" not in rules(run, "--as", "prod", "--env", "dev")


def test_env_confines_to_environments(run: Run, tmp_path: Path) -> None:
    for name, flag in (("prod", "false"), ("dev", "true")):
        write(tmp_path, {f"compose.{name}.yaml": f"services: {{app: {{privileged: {flag}}}}}\n"})
    assert "no-privileged" in rules(run)
    assert "no-privileged" not in rules(run, "--env", "prod")
    assert "no-privileged" in rules(run, "--env", "prod,dev")
    code, _, errors = run("check", "--env", "prd")
    assert (code, "did you mean `prod`?" in errors) == (2, True)


def test_related_keeps_stacks_whole_and_reports_what_touches_the_files(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"other/compose.yaml": "services: {x: {image: nginx, privileged: true}}\n"})
    everything = findings(run)
    touched = findings(run, "--related", "Dockerfile")
    assert {path for _, path, _ in everything} == {"compose.yaml", "Dockerfile", "other/compose.yaml"}
    assert ("non-root-user", "compose.yaml", 2) in everything
    assert ("non-root-user", "compose.yaml", 2) in touched  # its reason stands in the Dockerfile
    assert ("no-privileged", "compose.yaml", 4) not in touched
    assert "other/compose.yaml" not in {path for _, path, _ in touched}
    assert set(touched) < set(everything)


def test_config_and_isolated(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {".lintstack.yaml": "select: [no-privileged]\n", "own.yaml": "select: [hardcoded-secret]\n"})
    assert rules(run) == {"no-privileged"}
    assert rules(run, "--config", "own.yaml") == {"hardcoded-secret"}
    assert rules(run, "--isolated") > {"no-privileged", "hardcoded-secret"}
    assert rules(run, "--select", "non-root-user") == {"non-root-user"}


def severities(run: Run, rule: str, *words: str) -> list[str]:
    data: dict[str, Any] = json.loads(run("check", "-o", "json", *words).out)
    return [item["severity"] for item in data["findings"] if item["rule"] == rule]


@pytest.mark.parametrize(
    ("setting", "words", "expected"),
    [
        ("", (), ["error"]),
        ("off", (), []),
        ("on", (), ["error"]),
        ("info", (), ["info"]),
        ("{severity: warning}", (), ["warning"]),
        ("{env: prod}", (), []),
        ("{env: prod}", ("--as", "prod"), ["error"]),
        ("{env: [dev, unknown], severity: info}", (), ["info"]),
        ("off", ("--select", "no-privileged"), []),
    ],
)
def test_rules_in_the_configuration(
    run: Run, tmp_path: Path, setting: str, words: tuple[str, ...], expected: list[str]
) -> None:
    write(tmp_path, {".lintstack.yaml": f"rules: {{no-privileged: {setting}}}\n" if setting else "{}\n"})
    assert severities(run, "no-privileged", *words) == expected


def test_rule_of_a_higher_preset_runs_where_the_configuration_names_it(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {".lintstack.yaml": "preset: minimal\nrules: {non-root-user: on, DL3002: warning}\n"})
    assert set(severities(run, "non-root-user")) == {"warning"}


def test_options_of_a_rule(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": "services: {db: {image: 'postgres:16'}}\n"})
    assert findings(run, "--select", "pinned-image") == []
    write(tmp_path, {".lintstack.yaml": "rules: {pinned-image: {level: digest}}\n"})
    assert findings(run, "--select", "pinned-image") != []


@pytest.mark.parametrize(
    ("config", "place", "said"),
    [
        ("rules:\n  pinned-image: {level: exact}\n", "2:18", "option `level` cannot be 'exact'"),
        ("rules:\n  pinned-image: {levle: full}\n", "2:18", "has no option `levle`; did you mean `level`?"),
        ("rules:\n  pinned-image: {zzz: 1}\n", "2:18", "has no option `zzz`"),
        ("rules:\n  healthcheck-timing:\n    interval: [1]\n", "3:5", "option `interval` cannot be [1]"),
        ("rules:\n  pined-image: off\n", "2:3", "did you mean `pinned-image`?"),
        ("rules:\n  pinned-image: of\n", "2:17", "of"),
        ("ignore: [pinned-imag]\n", "1:10", "did you mean `pinned-image`?"),
        ("per-file-ignores:\n  '*.yaml': [qqqq]\n", "2:14", "no rule is called `qqqq`"),
        ("rule-dirs: [missing]\n", "1:13", "does not exist"),
    ],
)
def test_wrong_configuration_ends_with_two_and_its_place(
    run: Run, tmp_path: Path, config: str, place: str, said: str
) -> None:
    write(tmp_path, {".lintstack.yaml": config})
    code, out, errors = run("check")
    assert (code, out) == (2, "")
    assert errors.startswith(f"lintstack: .lintstack.yaml:{place}: ")
    assert said in errors


def test_per_file_ignores_silence_a_rule_where_it_is_reported(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"other/compose.yaml": "services: {x: {image: nginx, privileged: true}}\n"})
    write(tmp_path, {".lintstack.yaml": "per-file-ignores: {other/: [no-privileged, DL3002]}\n"})
    places = {(rule, path) for rule, path, _ in findings(run, "--select", "no-privileged")}
    assert places == {("no-privileged", "compose.yaml")}


PAGE = """
    ---
    title: Every service has a fixed name
    severity: warning
    require: {container_name: true}
    message: "{service} has no name"
    ---
    So that everybody finds it.
"""


def test_pages_of_ones_own_are_rules(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {".lintstack.yaml": "rule-dirs: [policies]\n", "policies/service/fixed-name.md": PAGE})
    assert findings(run, "--select", "fixed-name") == [
        ("fixed-name", "compose.yaml", 2),
        ("fixed-name", "compose.yaml", 7),
    ]
    assert "service `app` has no name" in run("check", "--select", "fixed-name", "-o", "concise").out
    assert "fixed-name" in rules(run)
    write(tmp_path, {".lintstack.yaml": "rule-dirs: [policies]\nrules: {fixed-name: off}\n"})
    assert "fixed-name" not in rules(run)


@pytest.mark.parametrize(
    ("path", "page", "said"),
    [
        ("servise/fixed-name.md", PAGE, "there is no subject `servise`"),
        ("service/non-root-user.md", PAGE, "a rule `non-root-user` exists already"),
        ("service/no-sentence.md", PAGE.replace("require: {container_name: true}", "when: {}"), "needs `require`"),
        ("service/x.md", PAGE.replace("container_name", "container_nmae"), "did you mean `container_name`?"),
        ("service/x.md", PAGE.replace("severity: warning", "severity: fatal"), "fatal"),
        ("service/x.md", PAGE.replace("title", "titel"), "`title`"),
        ("service/x.md", "no head\n", "a page begins with a head"),
        ("service/x.md", PAGE.replace("container_name: true", "container_name: ["), "x.md:"),
        ("service/x.md", PAGE.replace("container_name: true", "container_name: {cosnt: 1}"), "did you mean `const`"),
    ],
)
def test_bad_pages_of_ones_own_end_with_two_and_their_path(
    run: Run, tmp_path: Path, path: str, page: str, said: str
) -> None:
    write(tmp_path, {".lintstack.yaml": "rule-dirs: [policies]\n", f"policies/{path}": page})
    code, out, errors = run("check")
    assert (code, out) == (2, "")
    assert f"policies/{path}" in errors
    assert said in errors


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 1),
        (("--fail-on", "none"), 0),
        (("--exit-zero",), 0),
        (("--select", "docker-socket"), 0),
        (("--select", "non-root-user", "--fail-on", "error"), 0),
        (("--select", "non-root-user", "--fail-on", "warning"), 1),
        (("empty",), 3),
        (("empty", "--allow-empty"), 0),
        (("empty", "--exit-zero"), 3),
        (("broken",), 1),
        (("broken", "--exit-zero"), 1),
        (("broken", "--fail-on", "none"), 1),
    ],
)
def test_exit_codes(run: Run, tmp_path: Path, words: tuple[str, ...], code: int) -> None:
    write(tmp_path, {"empty/readme.md": "x\n", "broken/compose.yaml": "services: {\n"})
    if "broken" not in words and "empty" not in words:
        words = ("compose.yaml", *words)
    assert run("check", *words).code == code


def test_internal_errors_win_and_leave_the_rest_standing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from lintstack.join import stack as join

    def broken(*arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(join, "join", broken)
    outcome = run("check", "-o", "json")
    assert outcome.code == 2
    assert "internal-error" in {item["rule"] for item in json.loads(outcome.out)["findings"]}
    monkeypatch.setenv("LINTSTACK_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run("check")


def test_a_crash_outside_of_rules_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from lintstack import analysis

    def broken(*arguments: object) -> None:
        raise KeyError("canary")

    monkeypatch.setattr(analysis, "analyse", broken)
    code, out, errors = run("check")
    assert (code, out) == (2, "")
    assert errors.startswith("lintstack: internal error (KeyError); LINTSTACK_DEBUG=1 shows where")
    assert "canary" not in errors


def test_interruption(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from lintstack import analysis

    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(analysis, "analyse", interrupted)
    code, out, errors = run("check")
    assert (code, out, errors.strip()) == (130, "", "lintstack: interrupted")


def test_nothing_to_lint_says_what_was_looked_for(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no Compose file or Dockerfile under" in run("check", "empty").errors
    assert run("check", "empty", "-q").errors == ""


def test_the_header_says_what_was_understood_to_people_only(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {f"p{number}/compose.yaml": FILES["compose.yaml"] for number in range(5)})
    assert run("check").errors == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    header = "6 stacks: ./ (default), p0/ (default), p1/ (default), p2/ (default), 2 more · 1 Dockerfile\n"
    assert run("check").errors == header
    assert run("check", "-q").errors == ""
    (tmp_path / "empty").mkdir()
    assert run("check", "empty").errors.startswith("no Compose file or Dockerfile under")


def test_inline_ignores_can_be_left_out(run: Run, tmp_path: Path) -> None:
    text = "services:\n  a:\n    image: nginx:1.27\n    privileged: true # lintstack: ignore[no-privileged]\n"
    write(tmp_path, {"only/compose.yaml": text})
    assert rules(run, "only", "--select", "no-privileged") == set()
    assert rules(run, "only", "--select", "no-privileged", "--no-inline-ignores") == {"no-privileged"}


def test_main_exits_with_the_code(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["lintstack", "check", "-q"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 1
