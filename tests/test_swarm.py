"""Which stacks are for a Swarm, and what that means for restarts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stack import found, lint, service

PLAIN = "services:\n  db:\n    image: postgres:16\n  web:\n    image: nginx:1.27\n"
MODE = f"{PLAIN}    deploy: {{mode: global}}\n"
WAITS = f"{PLAIN}    depends_on: {{db: {{condition: service_healthy}}}}\n"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("docker-stack.yml", PLAIN, True),
        ("docker-stack.prod.yml", PLAIN, True),
        ("stack.yml", f"version: '3.8'\n{PLAIN}", True),
        ("docker-compose.stack.yml", PLAIN, True),
        ("docker-compose.swarm.yml", PLAIN, True),
        ("my-swarm.yml", PLAIN, True),
        ("full-stack.yml", PLAIN, False),
        ("pwd-stack.yml", MODE, True),
        ("pwd-stack.yml", PLAIN + "networks: {front: {driver: overlay}}\n", True),
        ("pwd-stack.yml", f"{MODE}    links: [db]\n", True),
        ("compose.yaml", MODE, False),
        ("docker-stack.yml", f"version: '2.1'\n{PLAIN}", False),
        ("docker-stack.yml", f"{PLAIN}    links: [db]\n", False),
        ("docker-stack.yml", f"{PLAIN}    profiles: [a]\n", False),
        ("docker-stack.yml", WAITS, False),
        ("docker-stack.yml", f"{PLAIN}    depends_on: [db]\n", True),
        ("docker-stack.yml", PLAIN.replace("image: nginx:1.27", "build: ."), False),
        ("docker-stack.yml", f"{PLAIN}    build: .\n", True),
    ],
)
def test_a_file_tells_that_it_is_for_a_swarm(name: str, text: str, expected: bool, tmp_path: Path) -> None:
    (stack,) = lint(tmp_path, {name: text}).stacks
    assert stack.for_swarm.value is expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"app.yml": PLAIN, "deploy.sh": "docker stack deploy -c app.yml app\n"}, True),
        ({"app.yml": PLAIN, "README.md": "`docker stack deploy -c app.yml app`\n"}, True),
        ({"docker-stack.yml": PLAIN, "up.sh": "docker compose -f docker-stack.yml up\n"}, False),
        ({"docker-stack.yml": PLAIN, "up.sh": "docker compose -f docker-stack.yml build\n"}, True),
        ({"docker-stack.yml": PLAIN, "README.md": "`docker compose -f docker-stack.yml logs`\n"}, True),
        (
            {"app.yml": PLAIN, "x.sh": "docker compose -f app.yml up\ndocker stack deploy -c app.yml app\n"},
            False,
        ),
    ],
)
def test_commands_tell_that_a_stack_is_for_a_swarm(files: dict[str, str], expected: bool, tmp_path: Path) -> None:
    (stack,) = lint(tmp_path, files).stacks
    assert stack.for_swarm.value is expected
    assert stack.files[0].for_swarm.value is expected


@pytest.mark.parametrize(
    ("said", "restart", "told"),
    [
        ("", "always", False),
        ('restart: "no"', "always", True),
        ("restart: always", "always", False),
        ("restart: on-failure", None, False),
        ("deploy: {restart_policy: {condition: none}}", "no", False),
        ('restart: "no", deploy: {restart_policy: {condition: none}}', "no", False),
        ("deploy: {restart_policy: {delay: 5s}}", "always", False),
        ("deploy: {restart_policy: {condition: on-failure}}", "on-failure", False),
        ("deploy: {restart_policy: {condition: '${C}'}}", None, False),
    ],
)
def test_a_swarm_starts_again_what_is_not_excepted(said: str, restart: str | None, told: bool, tmp_path: Path) -> None:
    text = f"services:\n  migrate: {{image: 'example/api:1.0', {said}}}\n"
    analysis = lint(tmp_path, {"docker-stack.yml": text}, select=("restart-overruled", "restart-policy"))
    migrate = service(analysis, "migrate")
    assert migrate.restart.value == restart
    assert [name for name, _, _ in found(analysis)] == ["restart-overruled"] * told
