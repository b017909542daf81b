"""What the corpus taught: facts that nobody can know, lines that serve several services, folders that speak."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintstack.join.secret_names import is_secret_name
from lintstack.recognise import kind_of_folder
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
