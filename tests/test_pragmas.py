"""Other tools' comments: what each of them silences, where, and until when; what is no comment silences nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from lintstack.analysis import Analysis, Options, analyse
from lintstack.config import Config, load
from lintstack.dockerfile.syntax import parse
from lintstack.peers import COMPATIBLE
from lintstack.pragmas import FORMS, in_dockerfile
from lintstack.source import Source

Lint = Callable[..., Analysis]


@pytest.fixture
def lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lint:
    """Write files as a repository of their own and analyse it."""

    def run(files: Mapping[str, str], *select: str, **asked: Any) -> Analysis:
        (tmp_path / ".git").mkdir(exist_ok=True)
        for path, content in files.items():
            (tmp_path / path).write_bytes(content.encode())
        options = Options((".",), load("."), select=select or ("latest-image", "unused-suppression"))
        return analyse(options._replace(**asked))

    monkeypatch.chdir(tmp_path)
    return run


def lines(analysis: Analysis) -> list[int]:
    """Lines of what is left."""
    return [finding.at.span.line for finding in analysis.findings]


ONE = "FROM alpine\n"  # DL3006, CKV_DOCKER_7, DS-0001, KICS 9efb0b2d, semgrep missing-image-version
SILENT = {
    "hadolint": "# hadolint ignore=DL3006\n",
    "hadolint, no blank": "#hadolint ignore=DL3006\n",
    "hadolint, several ids": "# hadolint ignore=SC2086,DL3006\n",
    "hadolint, blanks between ids": "# hadolint ignore = SC2086 , DL3006\n",
    "hadolint, a reason": "# hadolint ignore=DL3006 # the mirror holds one version\n",
    "hadolint, a reason without mark": "# hadolint ignore=DL3006 the mirror holds one version\n",
    "hadolint, lower case": "# hadolint ignore=dl3006\n",
    "hadolint, an id that nobody has": "# hadolint ignore=DL3006,XX123\n",
    "hadolint, a blank line": "# hadolint ignore=DL3006\n\n",
    "hadolint, a comment between": "# hadolint ignore=DL3006\n# the base of it all\n",
    "hadolint, several in a row": "# hadolint ignore=DL3006\n# hadolint ignore=DL3008\n",
    "hadolint, several in a row, the other way round": "# hadolint ignore=DL3008\n# hadolint ignore=DL3006\n",
    "hadolint, global": "# hadolint global ignore=DL3006\n",
    "hadolint, stage": "# hadolint stage ignore=DL3006\n",
    "hadolint, Windows": "# hadolint ignore=DL3006\r\n",
    "hadolint, below a directive": "# syntax=docker/dockerfile:1\n# hadolint ignore=DL3006\n",
    "checkov": "#checkov:skip=CKV_DOCKER_7:reason\n",
    "checkov, blank and no reason": "# checkov:skip=CKV_DOCKER_7\n",
    "checkov, its former owner": "# bridgecrew:skip=CKV_DOCKER_7:reason\n",
    "checkov, several": "# checkov:skip=CKV_DOCKER_2,CKV_DOCKER_7: reason\n",
    "trivy": "#trivy:ignore:DS001\n",
    "trivy, blank": "# trivy:ignore:DS001\n",
    "trivy, new id": "#trivy:ignore:DS-0001\n",
    "trivy, AVD": "#trivy:ignore:AVD-DS-0001\n",
    "trivy, lower case": "#trivy:ignore:avd-ds-0001\n",
    "trivy, all": "#trivy:ignore:*\n",
    "trivy, several": "#trivy:ignore:DS002 trivy:ignore:DS001\n",
    "trivy, several with marks": "#trivy:ignore:DS002 #trivy:ignore:DS001\n",
    "trivy, several ids": "#trivy:ignore:DS002 DS001\n",
    "trivy, a day to come": "#trivy:ignore:DS001:exp:2999-01-01\n",
    "trivy, a reason": "#trivy:ignore:DS001 - pulled right after the push\n",
    "kics, file": "# kics-scan ignore\n",
    "kics, file, below another comment": "# The base.\n# kics-scan ignore\n",
    "kics, line": "# kics-scan ignore-line\n",
    "kics, block": "# kics-scan ignore-block\n",
    "kics, disable": "# kics-scan disable=9efb0b2d-89c9-41a3-91ca-dcc0aec911fd\n",
    "kics, disable several": (
        "# kics-scan disable=fd54f200-402c-4333-a5a4-36ef6709af2f,9efb0b2d-89c9-41a3-91ca-dcc0aec911fd\n"
    ),
    "kics, enable another": "# kics-scan enable=fd54f200-402c-4333-a5a4-36ef6709af2f\n",
    "semgrep": "# nosemgrep: missing-image-version\n",
    "semgrep, full": "# nosemgrep: dockerfile.audit.dockerfile-source.missing-image-version\n",
    "semgrep, several": "# nosemgrep: last-user-is-root, missing-image-version\n",
    "semgrep, all": "# nosemgrep\n",
    "semgrep, short": "# nosem\n",
    "tally": "# tally ignore=hadolint/DL3006\n",
    "tally, bare": "# tally ignore=DL3006;reason=why not\n",
    "tally, global": "# tally global ignore=DL3006\n",
    "tally, all": "# tally ignore=all\n",
}  # fmt: skip


@pytest.mark.parametrize("comment", SILENT.values(), ids=list(SILENT))
def test_comment_silences(lint: Lint, comment: str) -> None:
    analysis = lint({"Dockerfile": comment + ONE})
    assert (lines(analysis), analysis.suppressed) == ([], 1)
    assert len(lines(lint({}, inline_ignores=False))) == 1


HEARD_NOT = {
    "another id": "# hadolint ignore=DL3008\n",
    "another word": "# hadolint skip=DL3006\n",
    "inside a sentence": "# see: hadolint ignore=DL3006\n",
    "another checkov id": "#checkov:skip=CKV_DOCKER_3\n",
    "another trivy id": "#trivy:ignore:DS002\n",
    "a day that has passed": "#trivy:ignore:DS001:exp:2020-01-01\n",
    "a day that there is not": "#trivy:ignore:DS001:exp:2999-02-30\n",
    "another kics id": "# kics-scan disable=fd54f200-402c-4333-a5a4-36ef6709af2f\n",
    "kics enables it": "# kics-scan enable=9efb0b2d-89c9-41a3-91ca-dcc0aec911fd\n",
    "kics without ids": "# kics-scan disable\n",
    "another semgrep id": "# nosemgrep: last-user-is-root\n",
    "semgrep in a longer word": "# nosemgreps\n",
    "buildkit, another": "# check=skip=JSONArgsRecommended\n",
    "buildkit, all of its own": "# check=skip=all\n",
    "dclint": "# dclint disable-file\n",
    "another tally id": "# tally ignore=max-lines\n",
}


@pytest.mark.parametrize("comment", HEARD_NOT.values(), ids=list(HEARD_NOT))
def test_comment_about_something_else_silences_nothing(lint: Lint, comment: str) -> None:
    analysis = lint({"Dockerfile": comment + ONE})
    assert (len(lines(analysis)), analysis.suppressed) == (1, 0)


TWO = "FROM alpine AS one\nRUN true\n{}\nFROM debian AS two\nRUN true\n"
REACHES = {
    "hadolint": ("# hadolint ignore=DL3006", [1]),
    "hadolint stage": ("# hadolint stage ignore=DL3006", [1]),
    "hadolint global": ("# hadolint global ignore=DL3006", []),
    "checkov": ("#checkov:skip=CKV_DOCKER_7", []),
    "trivy": ("#trivy:ignore:DS001", [1]),
    "kics line": ("# kics-scan ignore-line", [1]),
    "kics block": ("# kics-scan ignore-block", [1]),
    "kics, below code": ("# kics-scan ignore", [1, 4]),
    "kics disable, below code": ("# kics-scan disable=9efb0b2d", [1, 4]),
    "semgrep": ("# nosemgrep", [1]),
    "tally": ("# tally ignore=DL3006", [1]),
    "tally global": ("# tally global ignore=DL3006", []),
}


@pytest.mark.parametrize(("comment", "left"), REACHES.values(), ids=list(REACHES))
def test_how_far_a_comment_reaches(lint: Lint, comment: str, left: list[int]) -> None:
    assert lines(lint({"Dockerfile": TWO.format(comment)})) == left


def test_stage_comment_inside_a_stage_speaks_for_that_stage(lint: Lint) -> None:
    text = "FROM alpine AS one\n# hadolint stage ignore=DL3006\nRUN true\nFROM debian\nRUN true\n"
    assert lines(lint({"Dockerfile": text})) == [4]


SECRET = "FROM alpine:3.20\n{}ENV MODE=test \\\n{}    API_TOKEN=T0ken-of-Ash-99\n"


@pytest.mark.parametrize("comment", ["# check=skip=SecretsUsedInArgOrEnv\n", "#trivy:ignore:DS031\n"])
@pytest.mark.parametrize("place", [0, 1], ids=["above", "inside the continuation"])
def test_comment_for_an_instruction_of_several_lines(lint: Lint, comment: str, place: int) -> None:
    text = SECRET.format(*(comment if place == index else "" for index in range(2)))
    analysis = lint({"Dockerfile": text}, "hardcoded-secret")
    assert (lines(analysis), analysis.suppressed) == ([], 1)


CHECKS = {
    "directive": "# check=skip=SecretsUsedInArgOrEnv\n",
    "directive, all": "# check=skip=all\n",
    "directive, several": "# check=skip=StageNameCasing,SecretsUsedInArgOrEnv;error=true\n",
    "directive, last": "# check=error=true;skip=SecretsUsedInArgOrEnv\n",
    "directive, blanks": "#   check = skip=SecretsUsedInArgOrEnv\n",
    "directive, below another": "# syntax=docker/dockerfile:1\n# check=skip=SecretsUsedInArgOrEnv\n",
}


@pytest.mark.parametrize("comment", CHECKS.values(), ids=list(CHECKS))
def test_check_directive_speaks_for_the_file(lint: Lint, comment: str) -> None:
    analysis = lint({"Dockerfile": comment + SECRET.format("", "")}, "hardcoded-secret")
    assert (lines(analysis), analysis.suppressed) == ([], 1)


def test_check_below_the_top_speaks_for_the_next_instruction(lint: Lint) -> None:
    text = "# The base.\n# check=skip=all\nFROM alpine:3.20\nENV API_TOKEN=T0ken-of-Ash-99\n"
    assert lines(lint({"Dockerfile": text}, "hardcoded-secret")) == [4]


NO_COMMENTS = {
    "heredoc": "FROM alpine\nRUN <<EOF\n# hadolint global ignore=DL3006\n# checkov:skip=CKV_DOCKER_7\nEOF\n",
    "label": 'FROM alpine\nLABEL note="# checkov:skip=CKV_DOCKER_7"\n',
    "behind an instruction": "FROM alpine AS one # checkov:skip=CKV_DOCKER_7\n",
}


@pytest.mark.parametrize("text", NO_COMMENTS.values(), ids=list(NO_COMMENTS))
def test_text_that_is_no_comment_silences_nothing(lint: Lint, text: str) -> None:
    assert lint({"Dockerfile": text}).suppressed == 0


def test_comment_above_from_does_not_speak_for_the_stage(lint: Lint) -> None:
    text = "{}FROM alpine:3.20\nUSER root\nENV API_TOKEN=T0ken-of-Ash-99\n"
    rules = ("non-root-user", "hardcoded-secret")
    assert lines(lint({"Dockerfile": text.format("# hadolint ignore=DL3002,DL3064\n")}, *rules)) == [3, 4]
    assert lines(lint({"Dockerfile": text.format("# hadolint stage ignore=DL3002,DL3064\n")}, *rules)) == []


def test_what_cannot_be_read_stays(lint: Lint) -> None:
    text = "# hadolint global ignore=DL1000\n# kics-scan ignore\n# check=skip=all\nFROM alpine:3.20\nRUNN true\n"
    assert "dockerfile-syntax" in {finding.rule for finding in lint({"Dockerfile": text}).findings}


@pytest.mark.parametrize("comment", ["# dclint disable-file\n", "# dclint disable invalid-schema invalid-yaml\n"])
@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("services:\n  web:\n    imgae: nginx:1.27.3\n", "compose-schema"),
        ("services:\n  web:\n    image: nginx:1.27.3\n    image: nginx:1.27.4\n", "yaml-duplicate-key"),
    ],
)
def test_comments_of_dclint_leave_its_validation(lint: Lint, comment: str, text: str, slug: str) -> None:
    """https://github.com/zavoloklom/docker-compose-linter: two checks that cannot be disabled."""
    found = [finding for finding in lint({"compose.yaml": comment + text}).findings if finding.rule == slug]
    assert found and all("dclint" in finding.see for finding in found)
    for name in (slug, *found[0].see["dclint"]):
        ours = f"# lintstack: ignore-file[{name}] why\n"
        left = lint({"compose.yaml": ours + text}, "latest-image", "unknown-suppression", "unused-suppression").findings
        assert not left


def test_comment_of_dclint_about_ports(lint: Lint) -> None:
    text = "services:\n  db:\n    image: postgres:16.4\n    ports:\n      - '5432:5432'{}\n"
    comment = " # dclint disable-line no-unbound-port-interfaces"
    asked = "no-unbound-port-interfaces"
    assert {finding.rule for finding in lint({"compose.yaml": text.format("")}, asked).findings} == {"loopback-port"}
    assert not lint({"compose.yaml": text.format(comment)}, asked).findings


COMPOSE = "services:\n  proxy:\n    image: nginx\n  db:\n    image: redis\n"
IN_COMPOSE = {
    "kics, file": ("# kics-scan ignore\n" + COMPOSE, []),
    "kics, file, below the mark": ("---\n# kics-scan ignore\n" + COMPOSE, []),
    "kics, disable": ("# kics-scan disable=9efb0b2d\n" + COMPOSE, []),
    "kics, line": (COMPOSE.replace("    image: nginx", "    # kics-scan ignore-line\n    image: nginx"), [6]),
    "kics, block": (COMPOSE.replace("  proxy:", "  # kics-scan ignore-block\n  proxy:"), [6]),
    "dclint, file": ("# dclint disable-file\n" + COMPOSE, []),
    "dclint, all": ("# dclint disable\n" + COMPOSE, []),
    "dclint, rule": ("# dclint disable no-x service-image-require-explicit-tag\n" + COMPOSE, []),
    "dclint, another rule": ("# dclint disable no-x\n" + COMPOSE, [4, 6]),
    "dclint, not at the top": (COMPOSE + "# dclint disable-file\n", [3, 5]),
    "dclint, line": (COMPOSE.replace("nginx", "nginx  # dclint disable-line"), [5]),
    "dclint, line, rule": (
        COMPOSE.replace("nginx", "nginx  # dclint disable-line service-image-require-explicit-tag"),
        [5],
    ),
    "dclint, line, several": (
        COMPOSE.replace("nginx", "nginx  # dclint disable-line no-x service-image-require-explicit-tag"),
        [5],
    ),
    "dclint, line above": (COMPOSE.replace("    image: redis", "    # dclint disable-line\n    image: redis"), [3]),
    "checkov": (COMPOSE + "# checkov:skip=CKV_DOCKER_7:why\n", []),
    "semgrep": (COMPOSE.replace("nginx", "nginx  # nosemgrep"), [5]),
    "semgrep, rule": (COMPOSE.replace("nginx", "nginx # nosemgrep: missing-image-version"), [5]),
    "hadolint has no say": (COMPOSE.replace("nginx", "nginx # hadolint ignore=DL3006"), [3, 5]),
    "in a scalar": (COMPOSE + 'x-note: "# checkov:skip=CKV_DOCKER_7"\n', [3, 5]),
    "in a block scalar": (COMPOSE + "x-note: |\n  # checkov:skip=CKV_DOCKER_7\n", [3, 5]),
    "no blank before": (COMPOSE + "x-note: a#checkov:skip=CKV_DOCKER_7\n", [3, 5]),
}


@pytest.mark.parametrize(("text", "left"), IN_COMPOSE.values(), ids=list(IN_COMPOSE))
def test_comment_in_a_compose_file(lint: Lint, text: str, left: list[int]) -> None:
    assert lines(lint({"compose.yaml": text})) == left


def test_comment_in_the_dockerfile_of_a_service(lint: Lint) -> None:
    files = {
        "compose.prod.yaml": "services:\n  api:\n    build: .\n",
        "Dockerfile": "# checkov:skip=CKV_DOCKER_8: the socket is root's\nFROM alpine:3.20\nUSER root\n",
    }
    assert lint(files, "non-root-user").suppressed == 1


def test_comments_are_heard_unless_the_configuration_says_otherwise(lint: Lint) -> None:
    files = {"Dockerfile": "# hadolint ignore=DL3006\n" + ONE, ".lintstack.yaml": "compat: {hadolint: false}\n"}
    assert lines(lint(files)) == [2]
    assert lines(lint({".lintstack.yaml": "compat: {trivy: false, hadolint: true}\n"})) == []


def test_every_tool_can_be_switched_off() -> None:
    assert [form.tool for form in FORMS] == list(COMPATIBLE)


def test_comment_is_of_the_tool_whose_id_it_is(lint: Lint) -> None:
    """`missing-image-version` is semgrep's word; no other tool's comment means it."""
    assert lines(lint({"Dockerfile": "# tally ignore=missing-image-version\n" + ONE})) == [2]


def test_comments_of_others_are_not_judged(lint: Lint) -> None:
    text = "# hadolint ignore=DL9999,DL3008\n# nosemgrep: no-such\nFROM alpine:3.20\n"
    assert not lint({"Dockerfile": text}, "latest-image", "unused-suppression", "unknown-suppression").findings


def test_configuration_asks_for_reasons(lint: Lint) -> None:
    files = {
        "compose.yaml": "services:\n  proxy:\n    image: nginx  # lintstack: ignore[latest-image]\n",
        ".lintstack.yaml": "suppressions: {require-reason: true}\n",
    }
    assert "suppression-without-reason" in {item.rule for item in lint(files, "latest-image").findings} | {
        item.rule for item in analyse(Options((".",), load("."))).findings
    }
    assert "suppression-without-reason" not in {item.rule for item in analyse(Options((".",), Config())).findings}


@pytest.mark.parametrize("until", ["2020-01-01", "2999-13-01", "tomorrow", "2999-1-1"])
def test_day_that_is_none_or_has_passed(lint: Lint, until: str) -> None:
    text = f"services:\n  a:\n    image: nginx  # lintstack: ignore[latest-image, until={until}]\n"
    found = lint({"compose.yaml": text}, "latest-image", "expired-suppression", "unknown-suppression").findings
    expected = {"latest-image", "expired-suppression"} if until.startswith("2020") else {"unknown-suppression"}
    assert {item.rule for item in found} == expected


STARTS = (
    "# hadolint ignore=A",
    "# check=",
    "# nosemgrep:",
    "# kics-scan disable=",
    "# trivy:ignore:a",
    "# checkov:skip=",
)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("piece", ["DL3006,", " ", "a;", "\t,", "nosemgrep:", " trivy:ignore:", " DS001", "a"])
def test_long_comments_take_no_time(start: str, piece: str) -> None:
    dockerfile = parse(Source("Dockerfile", f"# {start}{piece * 20_000}\nFROM a\n"))
    started = process_time()
    list(in_dockerfile(dockerfile))
    assert process_time() - started < 2


ROW = re.compile(r"^\| \w+ \| `(#[^`]+)` \|", re.MULTILINE)
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "suppressions.md"


@pytest.mark.parametrize("comment", ROW.findall(DOCUMENT.read_text("utf-8")))
def test_document_shows_comments_that_silence(lint: Lint, comment: str) -> None:
    select = ("exec-form-command",) if "JSONArgs" in comment else ("latest-image",)
    if comment.startswith("# dclint"):
        files = {"compose.yaml": "{}services:\n  a:\n{}    image: nginx\n".format(*_placed(comment))}
    else:
        files = {"Dockerfile": f"{comment}\nFROM alpine\nCMD true\n"}
    assert len(lint(files, *select, as_kind="prod", inline_ignores=False).findings) == 1
    analysis = lint({}, *select, as_kind="prod")
    assert (lines(analysis), analysis.suppressed) == ([], 1)


def _placed(comment: str) -> tuple[str, str]:
    return ("", f"    {comment}\n") if "-line" in comment else (f"{comment}\n", "")
