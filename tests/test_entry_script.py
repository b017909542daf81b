"""Scripts by which images start: whether they hand over to another user, and what follows for the user of a service."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintstack.join.entry_script import hands_over
from lintstack.join.process import script_of
from tests.stack import lint, service


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('#!/bin/sh\nset -e\nchown -R app /data\nexec gosu app "$@"\n', True),
        ("#!/bin/sh\nexec su-exec 1000:1000 node server.js\n", True),
        ('if [ "$(id -u)" != 0 ]; then exec "$@"; fi\nexec su-exec "app" "$@"\n', True),
        ('#!/bin/sh\nexec "$@"\n', False),
        ("#!/bin/bash\npython manage.py migrate\nexec gunicorn app\n", False),
        ('exec gosu "$APP_USER" "$@"\n', None),
        ('exec gosu root "$@"\n', None),
        ('if [ "$1" = redis-server ]; then exec gosu redis "$@"; fi\nexec "$@"\n', None),
        ('su app -c "$*"\n', None),
        ('exec /usr/local/bin/other.sh "$@"\n', None),
        ('exec sudo -u app "$@"\n', None),
        ("gosu app true\nexec nginx\n", None),
        ('if then (\nexec gosu app "$@"\n', None),
    ],
)
def test_what_a_script_hands_over(text: str, expected: bool | None) -> None:
    assert hands_over(text) is expected


@pytest.mark.parametrize(
    ("line", "script"),
    [
        (("/entrypoint.sh",), "/entrypoint.sh"),
        (("tini", "--", "docker-entrypoint", "app"), "docker-entrypoint"),
        (("sh", "-c", "node server.js"), ""),
        (("a", "b", "c", "d", "e", "f", "g.sh"), ""),
        ((), ""),
    ],
)
def test_the_script_of_a_command_line(line: tuple[str, ...], script: str) -> None:
    assert script_of(line) == script


@pytest.mark.parametrize(
    ("script", "root"),
    [('exec gosu app "$@"\n', False), ('exec "$@"\n', True), ('[ -n "$X" ] && exec gosu app "$@"\nexec "$@"\n', None)],
)
@pytest.mark.parametrize(
    "dockerfile",
    [
        'FROM python:3.13\nCOPY docker-entrypoint.sh /bin/\nENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["app"]\n',
        'FROM python:3.13\nWORKDIR /app\nCOPY . .\nENTRYPOINT ["tini", "/app/docker-entrypoint.sh"]\nCMD ["app"]\n',
        'FROM mongo:8\nADD docker-entrypoint.sh /\nENTRYPOINT ["/docker-entrypoint.sh"]\n',
    ],
)
def test_the_user_behind_a_script(tmp_path: Path, dockerfile: str, script: str, root: bool | None) -> None:
    files = {"compose.yaml": "services: {app: {build: .}}\n", "Dockerfile": dockerfile, "docker-entrypoint.sh": script}
    assert service(lint(tmp_path, files), "app").user.is_root.value is root


def test_a_script_that_nobody_can_read_leaves_the_user_open(tmp_path: Path) -> None:
    dockerfile = 'FROM python:3.13\nCOPY docker-entrypoint.sh /\nENTRYPOINT ["/docker-entrypoint.sh"]\n'
    found = service(lint(tmp_path, {"compose.yaml": "services: {app: {build: .}}\n", "Dockerfile": dockerfile}), "app")
    assert found.user.is_root.unknown == "what it starts may become another user by `docker-entrypoint.sh`"
