"""What pages cannot show of their checks: options, the places that a finding relates, and wordings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lintstack.analysis import Options, analyse
from lintstack.config import Config, RuleOverride
from lintstack.findings import Finding
from lintstack.selection import UnknownRule

NODE = "FROM node:22-alpine AS runner\n"
POSTGRES = "services:\n  db:\n    image: postgres:16-alpine\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def found(rule: str, files: dict[str, str], **options: Any) -> list[Finding]:
    """Findings of one rule over files in the current folder."""
    for path, content in files.items():
        Path(path).write_text(content, encoding="utf-8")
    config = Config(rules={rule: RuleOverride(options=options)} if options else {})
    return list(analyse(Options(paths=(".",), config=config, select=(rule,))).findings)


def places(finding: Finding) -> list[str]:
    return [f"{place.span.source.path}:{place.span.line}" for place in (finding.at, *finding.related)]


def timing(fields: str, **options: Any) -> list[str]:
    """Messages about the health check of a database, with the line each stands at."""
    compose = f"{POSTGRES}    healthcheck:\n      test: [CMD, pg_isready]\n{fields}"
    findings = found("healthcheck-timing", {"compose.yaml": compose}, **options)
    return [f"{finding.at.span.line}: {finding.message}" for finding in findings]


def test_ranges_of_health_checks_are_options() -> None:
    fields = "      interval: 40s\n      timeout: 2s\n      retries: 2\n"
    assert timing(fields) == []
    assert timing(fields, interval=[10, 30], timeout=[5, 10], retries=[3, 5]) == [
        "6: the health check of service `db` has `interval` 40 s; keep it between 10 and 30 s",
        "7: the health check of service `db` has `timeout` 2 s; keep it between 5 and 10 s",
        "8: the health check of service `db` has `retries` 2; keep it between 3 and 5",
    ]


def test_fractions_of_seconds_are_shown() -> None:
    assert timing("      interval: 1.5s\n      timeout: 1s\n") == [
        "6: the health check of service `db` has `interval` 1.5 s; keep it between 5 and 300 s"
    ]


@pytest.mark.parametrize("value", [[5], "5", [5, "x"], [-1, 5]])
def test_a_range_is_two_numbers(value: object) -> None:
    with pytest.raises(UnknownRule, match="option `interval` cannot be"):
        timing("      interval: 10s\n", interval=value)


def test_start_period_can_be_demanded() -> None:
    demand = {"require-start-period": True}
    message = "2: the health check of service `db` counts failures from the first second; "
    assert timing("      interval: 10s\n", **demand) == [
        f"{message}add `start_period` with the time that it needs to start"
    ]
    assert timing("      start_period: 30s\n", **demand) == []
    assert timing("      start_period: ${PERIOD}\n", **demand) == []
    assert timing("      disable: true\n", **demand) == []


def test_absurd_numbers_are_shown() -> None:
    digits = "9" * 30
    assert timing(f"      retries: '{digits}'\n") == [
        f"6: the health check of service `db` has `retries` {digits}; keep it between 1 and 10"
    ]


def test_timeout_relates_the_interval_that_it_outlasts() -> None:
    base = f"{POSTGRES}    healthcheck:\n      test: [CMD, pg_isready]\n      timeout: 20s\n"
    overlay = "services:\n  db:\n    healthcheck:\n      interval: 10s\n"
    (finding,) = found("healthcheck-timing", {"compose.yaml": base, "compose.prod.yaml": overlay})
    assert places(finding) == ["compose.yaml:6", "compose.prod.yaml:4"]
    assert finding.environments == ("prod",)


def test_root_shows_the_user_that_it_replaces() -> None:
    files = {
        "compose.yaml": "services:\n  api:\n    build: .\n    user: '1001'\n",
        "compose.prod.yaml": "services:\n  api:\n    user: root\n",
        "Dockerfile": f"{NODE}USER node\n",
    }
    (finding,) = found("non-root-user", files)
    assert finding.severity == "error"
    assert places(finding) == ["compose.prod.yaml:3", "compose.yaml:4", "Dockerfile:2"]


def test_missing_user_shows_the_stage_that_lacks_it() -> None:
    files = {"compose.yaml": "services:\n  api:\n    build: .\n", "Dockerfile": NODE}
    (finding,) = found("non-root-user", files)
    assert finding.message == (
        "service `api` runs as root: no `USER` in stage `runner` and no `user:`, and `node:22-alpine` starts as root; "
        "add `USER 10001` to the stage"
    )
    assert (places(finding)[0], "Dockerfile:1" in places(finding)) == ("compose.yaml:2", True)
    assert finding.at.label == "nothing here sets `user`"


@pytest.mark.parametrize(
    ("service", "advice"),
    [
        ("image: redis:7.4, command: [sh, -c, redis-server --requirepass x]", "begin the command with that"),
        ("image: postgres:17, command: [sh, -c, pg_dump x], restart: always", 'add `user: "10001"`'),
        ("build: .", "build upon `nginxinc/nginx-unprivileged`"),
    ],
)
def test_advice_against_root_is_what_the_image_offers(service: str, advice: str) -> None:
    files = {"compose.yaml": f"services: {{api: {{{service}}}}}\n"}
    built = {"Dockerfile": "FROM nginx:1.27\nCOPY a b\n"} if service.startswith("build") else {}
    (finding,) = found("non-root-user", files | built)
    assert finding.message.endswith(advice)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"Dockerfile": f"{NODE}CMD node app.js\n"},
            "stage `runner` runs as root: no `USER` follows `FROM node:22-alpine`",
        ),
        (
            {"Dockerfile": f"FROM node:22@sha256:{'a' * 64}\nCMD node app.js\n"},
            "the image runs as root: no `USER` follows `FROM node:22`, which",
        ),
        ({"Dockerfile": "FROM node:22-alpine\nUSER 0\nCMD node app.js\n"}, "the image runs as root: the last `USER`"),
        ({"compose.yaml": "services:\n  a:\n    image: node:22\n"}, "service `a` runs as root: no `user:`, and image"),
        (
            {"compose.yaml": "services:\n  a:\n    image: node:22\n    user: '0:0'\n"},
            "service `a` runs as root: `user: 0:0` says so",
        ),
    ],
)
def test_message_says_where_root_comes_from(files: dict[str, str], message: str) -> None:
    (finding,) = found("non-root-user", files)
    assert finding.message.startswith(message)


@pytest.mark.parametrize(
    ("condition", "check", "message"),
    [
        ("service_started", "test: [CMD, pg_isready]", "starts before `db` is ready; add `condition: service_healthy`"),
        ("service_started", "disable: true", "starts before `db` is ready; give `db` a `healthcheck:` and wait for"),
        ("service_healthy", "disable: true", "never starts: it waits for the health check that `db` lacks; give `db`"),
    ],
)
def test_dependency_relates_the_health_check(condition: str, check: str, message: str) -> None:
    api = f"  api:\n    image: api:1\n    depends_on:\n      db:\n        condition: {condition}\n"
    compose = f"{POSTGRES}    healthcheck:\n      {check}\n{api}"
    (finding,) = found("depends-on-healthy", {"compose.yaml": compose})
    assert finding.message.startswith(f"service `api` {message}")
    assert places(finding) == ["compose.yaml:10", "compose.yaml:5"]


def test_build_target_lists_the_stages() -> None:
    compose = "services:\n  api:\n    build:\n      context: .\n      target: production\n"
    files = {"compose.yaml": compose, "Dockerfile": f"{NODE}\nFROM runner\nUSER node\n"}
    (finding,) = found("build-target-exists", files)
    assert finding.message == (
        "service `api` builds the target `production`, and Dockerfile has no stage of that name; "
        "its stages are: runner 1"
    )


def all_found(files: dict[str, str], *rules: str, kind: Any = None) -> list[Finding]:
    """Findings of several rules over files in the current folder."""
    for path, content in files.items():
        Path(path).write_text(content, encoding="utf-8")
    return list(analyse(Options(paths=(".",), config=Config(), select=rules, as_kind=kind)).findings)


@pytest.mark.parametrize(
    ("rule", "label"),
    [
        ("datastore-without-auth", "nothing here asks for a password"),
        ("default-login", "nothing here sets another"),
        ("data-without-volume", "no volume here holds its data"),
        ("image-setting-missing", "nothing here sets it"),
    ],
)
def test_frames_say_what_is_missing_of_what_the_catalogue_asks_for(rule: str, label: str) -> None:
    images = {"datastore-without-auth": "redis:7.4", "default-login": "rabbitmq:3.13"}
    compose = f"services:\n  db:\n    image: {images.get(rule, 'postgres:16')}\n"
    (finding,) = all_found({"compose.yaml": compose}, rule, kind="prod")
    assert finding.at.label == label


@pytest.mark.parametrize(
    ("tag", "asks"),
    [
        ("16", True),
        ("alpine", True),
        ("9.6", True),
        ("9.6.24-alpine", True),
        ("9.6.10", False),
        ("12.2", False),
        ("12.3", True),
        ("9.4", False),
        ("${TAG}", False),
    ],
)
def test_postgres_asks_for_a_password_since_2020(tag: str, asks: bool) -> None:
    compose = f"services:\n  db:\n    image: postgres:{tag}\n"
    assert bool(found("image-setting-missing", {"compose.yaml": compose})) is asks


BUILD = "services:\n  api:\n    build:\n      context: .\n      args:\n"


def test_an_argument_that_is_given_is_not_what_another_was_meant_to_be() -> None:
    given = f"{BUILD}        DATABASE_URL: a\n        DATABASE_DIRECT_URL: b\n"
    files = {"compose.yaml": given, "Dockerfile": "FROM alpine:3.22\nARG DATABASE_URL\n"}
    (finding,) = found("declared-build-arg", files)
    assert finding.message.endswith("declare it with ARG, or remove it")
    (finding,) = found("declared-build-arg", {"compose.yaml": given.replace("        DATABASE_URL: a\n", "")})
    assert finding.message.endswith("did you mean `DATABASE_URL`?")


@pytest.mark.parametrize(
    ("more", "rules"),
    [
        ("", ["declared-build-arg"]),
        ("    environment:\n      TERMS: ${TERMS}\n", ["declared-build-arg", "dotenv-example-incomplete"]),
    ],
)
def test_what_is_to_be_removed_need_not_be_declared(more: str, rules: list[str]) -> None:
    files = {
        "compose.yaml": f"{BUILD}        TERMS: ${{TERMS}}\n{more}",
        ".env.example": "OTHER=1\n",
        "Dockerfile": "FROM alpine:3.22\n",
    }
    findings = all_found(files, "declared-build-arg", "dotenv-example-incomplete")
    assert sorted(finding.rule for finding in findings) == rules


def test_a_stage_that_hands_files_on_leaves_its_variables_in_the_cache_only() -> None:
    builder = "FROM node:22 AS builder\nARG API_SECRET\nENV API_TOKEN=$X\n"
    files = {"Dockerfile": f"{builder}FROM node:22\nARG NPM_TOKEN\nCOPY --from=builder /app /app\n"}
    said = [finding.message.partition(", and ")[2].partition(";")[0] for finding in found("secret-in-variable", files)]
    cached = "the cache of the build keeps it, also where that is pushed"
    assert said == [cached, cached, "the image's history keeps it"]


def test_of_a_service_that_nobody_starts_nothing_else_is_said() -> None:
    files = {
        "compose.yaml": "services:\n  basket:\n    image: redis:7.4\n",
        "compose.override.yaml": "services:\n  basket.data:\n    ports: ['6379:6379']\n    environment: [DEBUG=1]\n",
    }
    findings = all_found(files, "overlay-unknown-service", "debug-port", "healthcheck", "bound-port")
    assert {finding.rule for finding in findings if finding.at.span.source.path == "compose.override.yaml"} == {
        "overlay-unknown-service"
    }
    assert {finding.rule for finding in findings if finding.service == "basket"} == {"healthcheck"}
