"""`lintstack merged`: what it says of values, what it hides, and that Docker Compose reads back the same project."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintstack import cli
from lintstack.compose.load import load
from lintstack.exits import guarded
from lintstack.merged import Effective, render
from lintstack.merged.document import string
from lintstack.yaml import parse
from tests.compose import answers
from tests.compose.authored import Authored, stored
from tests.compose.differential import VERSION, Run, all_of_theirs, differences, opened
from tests.compose.known import DIFFERENT
from tests.compose.support import MemoryReader, oracle, plain

BASE = """\
services:
  api:
    build: {context: ./api, args: {VERSION: "${TAG:-dev}"}}
    image: ex/api:${TAG:-latest}
    restart: "no"
    command: gunicorn app:app --bind 0.0.0.0:8000
    environment: {LOG_LEVEL: debug, DSN: "${DSN}", PASSED: , MODE: base}
    env_file: api.env
    ports: ["8000:8000"]
    depends_on: [db]
  db:
    image: postgres:16
    volumes: ["data:/var/lib/postgresql/data"]
volumes: {data: }
"""
OVER = """\
services:
  api:
    image: ex/api:1.4.2
    restart: always
    command: ["gunicorn", "app:app"]
    environment: [LOG_LEVEL=warn, MODE=base]
    configs: [settings]
configs:
  settings:
    content: |
      price = $$5
      path = a\tb
"""
EXPECTED = """\
# prod: compose.yaml + compose.prod.yaml
name: shop                                      # compose.yaml:1, implied

services:
  api:
    build:
      context: /srv/shop/api                   # compose.yaml:3
      args:
        VERSION: dev                            # compose.yaml:3 `${TAG:-dev}`
      dockerfile: Dockerfile                    # compose.yaml:3, implied
    image: ex/api:1.4.2           # compose.prod.yaml:3, over compose.yaml:4 `ex/api:${TAG:-latest}`
    restart: always                             # compose.prod.yaml:4, over compose.yaml:5 `no`
    command:                                    # over compose.yaml:6
      - gunicorn                                # compose.prod.yaml:5
      - app:app                                 # compose.prod.yaml:5
    environment:
      FROM_FILE: yes sir                        # api.env:1
      MODE: base                                # compose.prod.yaml:6, as in compose.yaml:7, over api.env:2 `file`
      LOG_LEVEL: warn                           # compose.prod.yaml:6, over compose.yaml:7 `debug`
      DSN: ""                                   # compose.yaml:7 `${DSN}`, DSN is not set
      PASSED: null                              # compose.yaml:7, PASSED is not set
    ports:
      - target: 8000                            # compose.yaml:9
        published: "8000"                       # compose.yaml:9
        mode: ingress                           # compose.yaml:9, implied
        protocol: tcp                           # compose.yaml:9, implied
    depends_on:
      db:
        condition: service_started              # compose.yaml:10
        required: true                          # compose.yaml:10
    configs:
      - source: settings                        # compose.prod.yaml:7
    networks:
      default: null                             # compose.prod.yaml:2, implied

  db:
    image: postgres:16                          # compose.yaml:12
    volumes:
      - type: volume                            # compose.yaml:13
        source: data                            # compose.yaml:13
        target: /var/lib/postgresql/data        # compose.yaml:13
        volume: {}                              # compose.yaml:13, implied
    networks:
      default: null                             # compose.yaml:11, implied

networks:
  default:
    name: shop_default                          # compose.prod.yaml:2, implied

volumes:
  data:
    name: shop_data                             # compose.yaml:14, implied

configs:
  settings:
    name: shop_settings                         # compose.prod.yaml:9, implied
    content: |                                  # compose.prod.yaml:10
      price = $$5
      path = a\tb
"""


def effective(files: dict[str, str], *names: str, env: str = "prod") -> Effective:
    loaded = load(names or ("compose.yaml",), MemoryReader(files), ".")
    assert loaded.root is not None
    return Effective(env, loaded, "/srv/shop")


def shown(text: str, format: str = "yaml") -> str:
    """What is printed of a lone service's lines."""
    return render(effective({"compose.yaml": f"services:\n  a:\n    image: x\n{text}"}), format)


def test_every_value_says_where_it_comes_from() -> None:
    files = {"compose.yaml": BASE, "compose.prod.yaml": OVER, "api.env": "FROM_FILE=yes sir # c\nMODE=file\n"}
    text = render(effective(files, "compose.yaml", "compose.prod.yaml"), "yaml")
    assert _without_blanks(text) == _without_blanks(EXPECTED)


def _without_blanks(text: str) -> list[str]:
    """Lines, the distance of comments aside."""
    return [" #".join(part.rstrip() for part in line.split(" #", 1)) for line in text.splitlines()]


def test_comments_stand_in_one_column() -> None:
    lines = shown("    user: u\n    environment: {A: 1, BBBBBBBBBB: 2}\n").splitlines()
    assert len({line.index("  # ") for line in lines if "  # " in line}) == 1 or all("  # " in line for line in lines)
    columns = {line.rindex(" # ") for line in lines if " # " in line and not line.startswith("#")}
    assert len(columns) == 1


def test_json_is_the_project_and_its_origins() -> None:
    files = {"compose.yaml": BASE, "compose.prod.yaml": OVER, "api.env": "FROM_FILE=1\n"}
    data = json.loads(render(effective(files, "compose.yaml", "compose.prod.yaml"), "json"))
    assert data["environment"] == "prod"
    assert data["files"] == ["compose.yaml", "compose.prod.yaml", "api.env"]
    assert data["project"]["services"]["api"]["restart"] == "always"
    assert data["project"]["services"]["db"]["command"] is None
    assert data["project"]["configs"]["settings"]["content"] == "price = $$5\npath = a\tb\n"
    assert data["origins"]["/services/api/restart"] == [
        {"path": "compose.prod.yaml", "line": 4, "column": 14},
        {"path": "compose.yaml", "line": 5, "column": 14},
    ]
    assert data["unset"] == {"/services/api/environment/DSN": ["DSN"], "/services/api/environment/PASSED": ["PASSED"]}
    assert "/services/api/build/dockerfile" in data["implied"]
    assert data["masked"] == []
    for pointer in (*data["origins"], *data["unset"], *data["implied"]):
        _at(data["project"], pointer)


def _at(data: Any, pointer: str) -> Any:
    """The value that a JSON Pointer names."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        data = data[int(name)] if isinstance(data, list) else data[name]
    return data


def test_pointers_tell_dots_and_slashes_apart() -> None:
    data = json.loads(shown('    labels: {a.b: 1, "c/d~e": 2}\n', "json"))
    assert {"/services/a/labels/a.b", "/services/a/labels/c~1d~0e"} <= data["origins"].keys()


SECRETS = [
    "    environment: {DB_PASSWORD: hunter2secret}\n",
    "    environment: [DB_PASSWORD=hunter2secret]\n",
    "    environment: {URL: 'postgres://u:hunter2secret@db/x'}\n",
    "    environment: {DB_PASSWORD: '${PW:-hunter2secret}'}\n",
    "    environment: {URL: 'redis://u:${PW:-hunter2secret}@db/x'}\n",
    "    environment: {API_TOKEN: hunter2secret, OTHER: see hunter2secret}\n",
    "    build: {context: ., args: {API_TOKEN: hunter2secret}}\n",
    "    labels: {traefik.password: hunter2secret}\n",
    "    labels: {x: 'https://u:hunter2secret@x/y'}\n",
    "    command: run --password hunter2secret\n",
    "    command: [run, --password=hunter2secret]\n",
    "    command: [run, --password, hunter2secret]\n",
    "    command: [redis-server, --requirepass, hunter2secret]\n",
    "    healthcheck: {test: [CMD, ping, --password, hunter2secret]}\n",
    "    healthcheck: {test: 'ping --password=hunter2secret'}\n",
    "    logging: {driver: splunk, options: {splunk-token: hunter2secret}}\n",
    "    image: https://u:hunter2secret@registry/x\n",
    "x-more: {password: hunter2secret}\n",
    "    environment: {DB: 'Server=db;Uid=sa;Pwd=hunter2secret;Encrypt=true'}\n",
    "    environment: {DB: '${DB:-Server=db;Uid=sa;Password=hunter2secret}'}\n",
    "    environment: {DB: 'host=db user=app password=hunter2secret dbname=x'}\n",
    "    environment: {SERVER_KEY: 9Qhunter2secretTz4Wb7Xk2Lm5}\n",
    "    environment: {ANON: eyJhbGciOiJI9x.eyAgCiAhunter2secret.9QTz4Wb7Xk2Lm5}\n",
]


@pytest.mark.parametrize("format", ["yaml", "json"])
@pytest.mark.parametrize("text", SECRETS)
def test_credentials_are_masked(text: str, format: str) -> None:
    found = shown(text.replace("    image: https", "    user: https"), format)
    assert "hunter2secret" not in found
    assert "***" in found


def test_credentials_of_files_and_of_what_was_replaced_are_masked() -> None:
    files = {
        "compose.yaml": "services: {a: {image: x, env_file: e.env, environment: {DB_PASSWORD: hunter2secret}}}\n",
        "compose.prod.yaml": "services: {a: {environment: {DB_PASSWORD: s3cond_value, TOKEN: '${T:-thirdsecret}'}}}\n",
        "e.env": "SECRET_KEY=fourthsecret\nDB_PASSWORD=fifthsecret\n",
    }
    for format in ("yaml", "json"):
        text = render(effective(files, "compose.yaml", "compose.prod.yaml"), format)
        for secret in ("hunter2secret", "s3cond_value", "thirdsecret", "fourthsecret", "fifthsecret"):
            assert secret not in text


def test_a_stand_in_is_masked_at_its_place_only() -> None:
    text = shown("    environment: {POSTGRES_PASSWORD: postgres, POSTGRES_USER: postgres}\n")
    assert 'POSTGRES_PASSWORD: "***"' in text
    assert "POSTGRES_USER: postgres" in text


def test_a_default_is_masked_up_to_its_brace() -> None:
    text = shown("    environment: ['USER=${ADMIN_USER:-moss77}', 'PW=${ADMIN_PASSWORD:-moss77}']\n")
    assert "${ADMIN_USER:-***}" in text
    assert "${ADMIN_PASSWORD:-***}" in text
    assert "moss77" not in text


def test_values_that_are_no_credentials_stay() -> None:
    text = shown("    environment: {DB_PASSWORD: '', DB_PASSWORD_FILE: /run/secrets/x, USE_TOKEN: 'true'}\n")
    assert "***" not in text


def test_control_characters_and_commands_to_runners_are_escaped() -> None:
    text = shown('    user: "\\e[31mred\\u202e"\n    labels: {"::error": "##[error]x", a: "##vso[x]"}\n')
    assert not any(character in text for character in "\x1b\u202e")
    assert "##[error]" not in text
    assert "##vso" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    (tree,) = parse(load(["m.yaml"], MemoryReader({"m.yaml": text}), ".").sources[0]).documents
    service = plain(tree)["services"]["a"]
    assert service["user"] == "\x1b[31mred\u202e"
    assert service["labels"] == {"::error": "##[error]x", "a": "##vso[x]"}


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40))
def test_a_string_is_read_back_as_it_was(text: str) -> None:
    source = load(["m.yaml"], MemoryReader({"m.yaml": f"x-a: {string(text)}\n"}), ".").sources[0]
    (tree,) = parse(source).documents
    assert plain(tree) == {"x-a": text}


WORDS = (
    """
yes|No|on|null|~|1|0x1f|1e3|12:30|2024-01-01|1_000|.5|-|- a|a: b|a #b|#a|| a|a |[a]|{a}|&a|*a|!a|>|%a|@a|`a`|a:|'a'|"a"
=|<<|?|+.inf|0o17|y|a\tb|é|\U0001f600
""".strip("\n")
    .replace("\n", "|")
    .split("|")
)


@pytest.mark.parametrize("text", WORDS)
def test_strings_that_look_like_something_else(text: str) -> None:
    test_a_string_is_read_back_as_it_was.hypothesis.inner_test(text)  # type: ignore[attr-defined]


def chosen() -> Iterator[tuple[Authored, dict[str, Any]]]:
    """Projects to read back with Compose's answers: every seventh, less those that are known to differ anyway."""
    # Compose cannot read back what it prints of these itself.
    unreadable = {'environment: ["=1"]', 'network_mode: ""', "build: ''"}
    for name, cases in answers.projects().items():
        right = stored(name)
        for case in cases[3::7]:
            answer = right[case.title]
            if isinstance(answer, dict) and (name, case.title) not in DIFFERENT and case.title not in unreadable:
                yield case, answer


@pytest.mark.skipif(oracle() is None, reason="no Docker Compose binary to read it back")
def test_docker_compose_reads_it_back_as_the_same_project(tmp_path: Path) -> None:
    expected: list[dict[str, Any]] = []
    runs: list[Run] = []
    for case, answer in chosen():
        loaded = opened(case.run(Path(answers.PLACE)), MemoryReader(case.files), answers.PLACE)
        assert loaded.root is not None
        text = render(Effective(case.title, loaded, answers.PLACE, VERSION), "yaml")
        # Profiles that an env file sets are no part of what is printed.
        if "masked: ***" not in text and "COMPOSE_PROFILES" not in case.files.get(".env", ""):
            folder = tmp_path / str(len(runs))
            folder.mkdir()
            (folder / "compose.yaml").write_text(text, "utf-8")
            runs.append(Run(folder, ("compose.yaml",), case.profiles))
            expected.append(answer)
    for run, again, answer in zip(runs, all_of_theirs(runs), expected, strict=True):
        assert isinstance(again, dict), f"{run}: {again}"
        assert list(differences(again, answer)) == [], str(run)
    assert len(runs) > 100


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with two environments."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "compose.yaml").write_text("services: {a: {image: x}}\n")
    (tmp_path / "compose.prod.yaml").write_text("services: {a: {restart: always}}\n")
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> int:
    return guarded(lambda: cli.run(["merged", *words]))


@pytest.mark.usefixtures("shop")
def test_the_command_prints_one_environment(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--env", "prod") == 0
    assert "restart: always" in capsys.readouterr().out
    assert run("--env", "prod", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["environment"] == "prod"


@pytest.mark.usefixtures("shop")
def test_of_several_environments_one_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "--env" in said.err
    assert "prod (compose.yaml + compose.prod.yaml)" in said.err
    assert run("--env", "live") == 2
    assert "live" in capsys.readouterr().err


@pytest.mark.usefixtures("shop")
def test_what_compose_refuses_is_said_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    Path("compose.prod.yaml").write_text("services: {a: {restart: [always]}}\n")
    assert run("--env", "prod") == 0
    said = capsys.readouterr()
    assert "image: x" in said.out
    assert "lintstack check" in said.err
