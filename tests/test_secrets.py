"""What looks like a credential in a line of any file, and what is never printed because of it."""

from __future__ import annotations

import pytest

from lintstack.join.secrets import scrubbed, secret_texts, values
from lintstack.join.variables import is_placeholder, is_secret_name
from lintstack.source import Source


@pytest.mark.parametrize(
    "name",
    ["DB_PASSWORD", "dbPassword", "API_KEY", "apiKey", "TOKEN", "MYSQL_PWD", "PGPASSWORD", "client-secret", "AUTH"],
)
def test_names_of_credentials(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD_FILE",
        "TOKEN_TTL",
        "TOKENIZER",
        "KEY",
        "PUBLIC_KEY",
        "COMPASS",
        "BYPASS_CACHE",
        "AUTH_ENABLED",
        "",
        "_",
    ],
)
def test_names_that_only_sound_like_it(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("changeme", True), ("Change_Me_now", True), ("<token>", True), ("your-key", True), ("k3-Birch", False)],
)
def test_placeholders(value: str, expected: bool) -> None:
    assert is_placeholder(value) is expected


LINES: list[tuple[str, list[str]]] = [
    ("DB_PASSWORD: hunter2", ["hunter2"]),
    ("  DB_PASSWORD:   'hun ter2'  # why", ["'hun ter2'"]),
    ("DB_PASSWORD: hunter2 # why", ["hunter2"]),
    ("- DB_PASSWORD=hunter2", ["hunter2"]),
    ('- "DB_PASSWORD=hunter2"', ["hunter2"]),
    ('["DB_PASSWORD=hun ter2", "A=b"]', ["hun ter2"]),
    ('{"DB_PASSWORD": "hunter2", "A": "b"}', ['"hunter2"']),
    ("{DB_PASSWORD: hunter2, A: b}", ["hunter2"]),
    ("{A: b, DB_PASSWORD: hunter2}", ["hunter2"]),
    ("DB_PASSWORD: 'open", ["'open"]),
    ('"DB_PASSWORD=open', ["open"]),
    ("ENV DB_PASSWORD hunter2", ["hunter2"]),
    ("ARG NPM_TOKEN=hunter2", ["hunter2"]),
    ("RUN echo PASSWORD hunter2", []),
    ("redis-server --requirepass hunter2 --port 1", ["hunter2"]),
    ('command: ["redis-server", "--requirepass", "hunter2"]', ['"hunter2"']),
    ("mysql --password=hunter2 db", ["hunter2"]),
    ("URL: postgres://app:hunter2@db/x", ["hunter2"]),
    ("URL: postgres://app@db/x", []),
    ("secrets: [db_password]", []),
    ("secret: x", []),
    ("PASSWORD_FILE: /run/secrets/x", []),
    ("PASSWORD: /run/secrets/x", []),
    ("PASSWORD: true", []),
    ("PASSWORD:", []),
    ("DB_PASSWORD: ${P}", []),
    ("DB_PASSWORD: $P", []),
    ("DB_PASSWORD: '${P}'", []),
    ("{DB_PASSWORD: $P, A: b}", []),
    ("JWT_SECRET: ${JWT_SECRET:?}", []),
    ("JWT_SECRET: ${JWT_SECRET:?set it, or not}  # why", []),
    ("JWT_SECRET: '${JWT_SECRET?set it}'", []),
    ("- JWT_SECRET=${JWT_SECRET:?must be set}", []),
    ('["JWT_SECRET=${JWT_SECRET:?must be set}", "A=b"]', []),
    ("{JWT_SECRET: ${JWT_SECRET:?a}, A: b}", []),
    ("JWT_SECRET: ${JWT_SECRET:-}", []),
    ("JWT_SECRET: ${S:-hunter2}", ["${S:-hunter2}"]),
    ("JWT_SECRET: ${S:-hun ter2} # why", ["${S:-hun ter2}"]),
    ("JWT_SECRET: ${USER}hunter2", ["${USER}hunter2"]),
    ("JWT_SECRET: ${S", ["${S"]),
    ("URL: postgres://app:${P}@db", []),
    ("URL: postgres://app:${P:?}@db", []),
    ("nothing of the kind", []),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_credentials_in_a_line(line: str, expected: list[str]) -> None:
    assert [line[start:end] for start, end in secret_texts(line)] == expected


def test_credentials_of_files_are_replaced_wherever_they_turn_up() -> None:
    sources = [Source(".env", "DB_PASSWORD=hunter2-canary\nPIN_TOKEN=1234\nMODE=fast\n"), Source("x", "no hint\n")]
    known = values(sources, ["other-canary"])
    assert known == {"hunter2-canary", "other-canary"}
    assert scrubbed("x hunter2-canary y other-canary fast", known) == "x *** y *** fast"
    assert scrubbed("--token=abc and API_KEY=def!", ()) == "--token=*** and API_KEY=***"
