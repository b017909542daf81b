"""What the corpus taught: facts that nobody can know, lines that serve several services, folders that speak."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintstack.dockerfile.syntax import parse
from lintstack.given import Given
from lintstack.join.secret_names import is_secret_name
from lintstack.recognise import kind_of_folder
from lintstack.shellcheck.scripts import scripts
from lintstack.source import Source
from tests.stack import found, lint, service

SHARED = """
    x-env: &env
      DB_PASSWORD: correct-horse
    services:
      {services}
"""


@pytest.mark.parametrize(
    ("names", "also"),
    [
        (["a"], ""),
        (["a", "b"], "; the same line serves `b`"),
        (["a", "b", "c", "d"], "; the same line serves `b`, `c` and `d`"),
        (["a", "b", "c", "d", "e", "f"], "; the same line serves `b`, `c` and 3 more"),
    ],
)
def test_a_line_that_serves_several_services_is_told_once(names: list[str], also: str, tmp_path: Path) -> None:
    services = "\n      ".join(f"{name}: {{image: example/app:1.4, environment: *env}}" for name in names)
    analysis = lint(tmp_path, {"compose.yaml": SHARED.format(services=services)}, select=("hardcoded-secret",))
    assert found(analysis) == [("hardcoded-secret", "compose.yaml", 2)]
    message = analysis.findings[0].message
    assert message.startswith("`DB_PASSWORD` of service `a` ")
    assert message.partition("; the same line")[2] == also.partition("; the same line")[2]


def test_a_stand_in_is_told_where_it_comes_from(tmp_path: Path) -> None:
    compose = """
        services:
          a: {image: "example/app:1.4", environment: {JWT_SECRET: "${KEY:?}", OTHER_SECRET: "${KEY}"}}
          b: {image: "example/app:1.4", environment: {SESSION_SECRET: "$KEY", DB: "Server=d;Uid=u;Pwd=${KEY};"}}
          c: {image: "example/app:1.4", env_file: .env}
          d: {image: "example/app:1.4", env_file: d.env, environment: {KEY_SECRET: "x${KEY}"}}
    """
    files = {"compose.prod.yaml": compose, ".env": "KEY=changeme\n", "d.env": "API_TOKEN=changeme\n"}
    analysis = lint(tmp_path, files, select=("default-credentials",))
    assert found(analysis) == [("default-credentials", ".env", 1), ("default-credentials", "d.env", 1)]
    first = analysis.findings[0]
    assert first.message.startswith("`KEY`, which service `a` gets, ")
    assert first.message.endswith("; the same line serves `b`")
    assert [place.span.line for place in first.related] == [2, 2, 3, 3]
    assert {place.label for place in first.related} == {"used here"}


def test_a_stand_in_that_the_shell_replaces_is_not_told(tmp_path: Path) -> None:
    files = {
        "compose.prod.yaml": 'services: {a: {image: "example/app:1.4", environment: {JWT_SECRET: "$KEY"}}}\n',
        ".env": "KEY=changeme\n",
    }
    given = Given(variables={"KEY": "k3-Birch"})
    assert not found(lint(tmp_path, files, select=("default-credentials",), given=given))


@pytest.mark.parametrize(
    ("test", "defined"),
    [
        ("pg_isready -U ${DB_USER}", True),
        ("[CMD, curl, '${URL}']", True),
        ("${PROBE}", None),
        ("[CMD, '${PROBE}']", None),
        ("['${KIND}', curl]", None),
    ],
)
def test_a_test_with_an_unset_variable_runs_if_something_is_left(
    test: str, defined: bool | None, tmp_path: Path
) -> None:
    body = f"services:\n  db:\n    image: postgres:16\n    healthcheck:\n      test: {test}\n"
    assert service(lint(tmp_path, {"compose.yaml": body}), "db").healthcheck.defined.value is defined


@pytest.mark.parametrize(
    ("body", "is_root"),
    [
        ("RUN apk add --no-cache su-exec\nENTRYPOINT ['/start.sh']", None),
        ("COPY gosu-amd64 /x\nENTRYPOINT ['/start.sh']", True),
        ("RUN apk add --no-cache su-exec\nUSER 10001\nENTRYPOINT ['/start.sh']", False),
        ("CMD ['setpriv', '--reuid', '10001', 'node']", None),
        ("CMD ['node', 'server.js']", True),
    ],
)
def test_who_it_becomes_is_not_known(body: str, is_root: bool | None, tmp_path: Path) -> None:
    text = f"FROM node:22-alpine\n{body}\n".replace("'", '"')
    files = {"compose.yaml": "services: {app: {build: .}}\n", "Dockerfile": text}
    assert service(lint(tmp_path, files), "app").user.is_root.value is is_root


def test_another_entrypoint_does_not_use_what_the_image_brings(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services: {app: {build: ., entrypoint: [node, server.js]}}\n",
        "Dockerfile": 'FROM node:22-alpine\nRUN apk add --no-cache su-exec\nENTRYPOINT ["/start.sh"]\n',
    }
    assert service(lint(tmp_path, files), "app").user.is_root.value is True


@pytest.mark.parametrize(
    ("image", "is_database"),
    [("postgres:16", True), ("registry.example.com/team/my-postgres:1", None), ("example/redisearch-ui:1", False)],
)
def test_an_unknown_image_with_the_name_of_a_database(image: str, is_database: bool | None, tmp_path: Path) -> None:
    analysis = lint(tmp_path, {"compose.yaml": f"services: {{db: {{image: '{image}'}}}}\n"})
    assert service(analysis, "db").is_database.value is is_database


def test_what_an_unset_mount_is_nobody_knows(tmp_path: Path) -> None:
    body = "services: {app: {image: 'node:22', volumes: ['${SOURCE}:/app']}}\n"
    mount = service(lint(tmp_path, {"compose.yaml": body}), "app").mounts[0]
    assert (mount.is_source_code.value, mount.is_runtime_socket.value) == (None, None)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/e2e/docker", ("dev", "e2e")),
        ("test-migrations", ("dev", "test-migrations")),
        (".devcontainer", ("dev", ".devcontainer")),
        ("deploy/production", ("prod", "production")),
        ("production/tests", ("dev", "tests")),
        ("live", ("unknown", "")),
        ("latest/contest", ("unknown", "")),
        (".", ("unknown", "")),
    ],
)
def test_kinds_of_folders(path: str, expected: tuple[str, str]) -> None:
    assert kind_of_folder(path) == expected


def test_folders_above_the_project_say_nothing(tmp_path: Path) -> None:
    root = tmp_path / "tests"
    root.mkdir()
    analysis = lint(root, {"compose.yaml": "services: {web: {image: 'nginx:1.27'}}\n"})
    assert [stack.kind for stack in analysis.stacks] == ["unknown"]


@pytest.mark.parametrize(
    ("name", "kind"), [("Dockerfile.dev", "dev"), ("test/Dockerfile", "dev"), ("Dockerfile", "unknown")]
)
def test_kinds_of_lone_dockerfiles(name: str, kind: str, tmp_path: Path) -> None:
    assert [stack.kind for stack in lint(tmp_path, {name: "FROM alpine:3.20\n"}).stacks] == [kind]


@pytest.mark.parametrize("name", "DB_PASSWORD EMAIL_HOST_PASSWORD RABBITMQ_USER_PASSWORD NEO4J_AUTH apiKey".split())
def test_names_of_credentials(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", "AUTH_DB NO_AUTH SSH_AUTH_SOCK PASSWORD_FILE MAX_TOKEN AUTH_BACKENDS KEY".split())
def test_names_of_other_things(name: str) -> None:
    assert not is_secret_name(name)


# Way out of a finding, by the rule and the Dockerfile.
WAYS_OUT = {
    "an argument stays declared": (
        "undefined-variable",
        "FROM example/base:1\nARG KEY=${KEY}\nENV NAME=$NAME\n",
        ["write `ARG KEY` alone", "write its value, or take the line out"],
    ),
    "lists are of use to the same RUN only": (
        "clean-after-install",
        "FROM debian:13\nRUN apt-get update\nRUN apt-get update && apt-get install -y curl\n",
        [
            "install in the same RUN, and end it with `rm -rf /var/lib/apt/lists/*`",
            "end the same RUN with `rm -rf /var/lib/apt/lists/*`",
        ],
    ),
    "a version of something else": (
        "pinned-image",
        "FROM example/php:latest-8.3 AS a\nFROM node:lts\nCOPY --from=a / /\n",
        ["name a version in the place of that word", "put one into the tag, at least the major number"],
    ),
}


@pytest.mark.parametrize(("rule", "text", "expected"), WAYS_OUT.values(), ids=WAYS_OUT)
def test_the_way_out_does_no_harm(rule: str, text: str, expected: list[str], tmp_path: Path) -> None:
    analysis = lint(tmp_path, {"Dockerfile": text}, select=(rule,))
    assert [item.message.rpartition("; ")[2] for item in analysis.findings] == expected


@pytest.mark.parametrize(
    ("script", "speaks"),
    [
        ("apk update; apk add git", True),
        ("apk update; apk add git; apk info git | grep -q git", False),
        ("apk update; apk add git; test -x /usr/bin/git", False),
        ("apk update; grep -q edge /etc/apk/repositories; apk add git", True),
        ("apk add git; for tool in git; do apk info $tool; test -x /usr/bin/$tool; done", True),
        ("addgroup -S web; adduser -S web && exit 0; exit 1", False),
        ("apk add git; apk add jq; exit", True),
        ("mkdir /srv/a; touch /srv/a/b; chmod 600 /srv/a/b", False),
    ],
)
def test_a_script_that_asks_what_became_of_it(script: str, speaks: bool, tmp_path: Path) -> None:
    analysis = lint(tmp_path, {"Dockerfile": f"FROM alpine:3.22\nRUN {script}\n"}, select=("unnoticed-failure",))
    assert bool(analysis.findings) is speaks


@pytest.mark.parametrize(
    ("head", "shell"),
    [
        ("FROM alpine:3.22", "/bin/busybox sh"),
        ("FROM python:3.14-alpine AS base\nFROM base", "/bin/busybox sh"),
        ("FROM debian:13", "/bin/sh"),
        ('FROM alpine:3.22\nSHELL ["/bin/bash", "-c"]', "/bin/bash"),
        ("# hadolint shell=bash\nFROM alpine:3.22", "/bin/bash"),
    ],
)
def test_sh_of_alpine_is_busybox(head: str, shell: str) -> None:
    parsed = parse(Source("Dockerfile", f"{head}\nRUN source /etc/profile\n"))
    assert [script.shell.line for script in scripts(parsed)] == [shell]
