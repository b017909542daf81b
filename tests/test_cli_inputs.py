"""Options that say what is read: those of Docker Compose mean what they mean there, and `-` is standard input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from lintstack.given import Given, with_process
from lintstack.project import UsageError
from lintstack.reader import MOST_BYTES
from tests.reliability.lint import command
from tests.stack import write

FILES = {
    "compose.yaml": """
        services:
          app:
            image: "app:${TAG:-1.0}"
          web:
            build: ./app
          debug:
            image: debug:1.0
            profiles: [debug]
            volumes: [scratch:/scratch]
        volumes:
          scratch:
    """,
    "compose.prod.yaml": "services: {app: {restart: always}}\n",
    "app/Dockerfile": "FROM node:22.1.0\nUSER node\n",
    "lone/Dockerfile": "FROM node:latest\n",
    "other/compose.yaml": "services: {x: {image: 'nginx:latest'}}\n",
    ".env": "TAG=dotenv\n",
    "one.env": "TAG=one\nONLY=1\n",
    "two.env": "TAG=two\n",
}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return write(tmp_path, FILES)


def facts(folder: Path, *words: str, stdin: bytes = b"") -> list[dict[str, Any]]:
    """Stacks as `lintstack facts` prints them."""
    code, out, errors = command(folder, "facts", "--isolated", *words, stdin=stdin)
    assert (code, errors) == (0, ""), errors
    data: list[dict[str, Any]] = json.loads(out)
    return data


def images(folder: Path, *words: str, stdin: bytes = b"") -> dict[str, str]:
    """Image of each service of the one stack."""
    (stack,) = facts(folder, *words, stdin=stdin)
    return {item["name"]: item["image"]["reference"]["value"] for item in stack["services"] if "image" in item}


def findings(folder: Path, *words: str, stdin: bytes = b"") -> list[dict[str, Any]]:
    _, out, errors = command(folder, "check", "--isolated", "-o", "json", *words, stdin=stdin)
    assert out, errors
    listed: list[dict[str, Any]] = json.loads(out)["findings"]
    return listed


def refused(folder: Path, *words: str, stdin: bytes = b"") -> str:
    """What is said about bad use."""
    code, out, errors = command(folder, "check", "--isolated", *words, stdin=stdin)
    assert (code, out) == (2, ""), (code, out, errors)
    assert errors.startswith("lintstack: ") and errors.count("\n") == 1
    return errors.removeprefix("lintstack: ").strip()


def test_files_are_one_environment_in_order(here: Path) -> None:
    (stack,) = facts(here, "-f", "compose.yaml", "-f", "compose.prod.yaml")
    assert (stack["environment"], stack["kind"]) == ("prod", "prod")
    assert stack["files"] == ["compose.yaml", "compose.prod.yaml"]
    assert stack["services"][0]["restart"]["value"] == "always"
    (alone,) = facts(here, "-f", "compose.yaml")
    assert (alone["environment"], alone["kind"], alone["files"]) == ("default", "unknown", ["compose.yaml"])


def test_files_start_from_the_working_directory_and_paths_in_them_from_theirs(here: Path) -> None:
    (stack,) = facts(here / "lone", "-f", "../compose.yaml")
    assert stack["services"][1]["build"]["dockerfile"]["value"] == "../app/Dockerfile"
    assert stack["services"][0]["image"]["reference"]["value"] == "app:dotenv"


def test_the_environment_of_files_has_the_name_and_kind_that_are_given(here: Path) -> None:
    (stack,) = facts(here, "-f", "compose.yaml", "--env", "live", "--as", "dev")
    assert (stack["environment"], stack["kind"]) == ("live", "dev")
    (stack,) = facts(here, "-f", "compose.yaml", "--env", "live")
    assert stack["kind"] == "prod"


def test_what_is_not_given_is_not_linted(here: Path) -> None:
    paths = {item["path"] for item in findings(here, "-f", "compose.yaml")}
    assert paths <= {"compose.yaml", "app/Dockerfile"}
    with_folder = {item["path"] for item in findings(here, "-f", "compose.yaml", ".")}
    assert "lone/Dockerfile" in with_folder and "other/compose.yaml" not in with_folder


def test_a_file_given_is_linted_like_a_file_named(here: Path) -> None:
    assert findings(here, "-f", "other/compose.yaml") == findings(here, "other/compose.yaml")


@pytest.mark.parametrize(
    ("words", "image"),
    [
        ((), "app:dotenv"),
        (("--env-file", "one.env"), "app:one"),
        (("--env-file", "one.env", "--env-file", "two.env"), "app:two"),
        (("--env-file", "two.env", "--env-file", "one.env"), "app:one"),
        (("--project-directory", "lone"), "app:1.0"),
        (("--project-directory", "lone", "--env-file", "one.env"), "app:one"),
    ],
)
def test_env_files_are_those_of_docker_compose(
    words: tuple[str, ...], image: str, here: Path, docker_compose: list[str]
) -> None:
    assert images(here, "-f", "compose.yaml", *words)["app"] == image
    asked = [*docker_compose, "-f", "compose.yaml", *words, "config", "--format", "json"]
    printed = subprocess.run(asked, cwd=here, capture_output=True, text=True, check=True).stdout
    assert json.loads(printed)["services"]["app"]["image"] == image


def test_options_count_for_discovered_projects_too(here: Path) -> None:
    stacks = facts(here, "--env-file", "one.env", "compose.yaml", "other/compose.yaml")
    assert {
        item["image"]["reference"]["value"] for stack in stacks for item in stack["services"] if "image" in item
    } == {
        "app:one",
        "debug:1.0",
        "nginx:latest",
    }


@pytest.mark.parametrize(
    ("words", "services"),
    [
        ((), {"app", "web", "debug"}),
        (("--profile", "debug"), {"app", "web", "debug"}),
        (("--profile", "*"), {"app", "web", "debug"}),
        (("--profile", "more"), {"app", "web"}),
        (("--profile", "more", "--profile", "debug"), {"app", "web", "debug"}),
    ],
)
def test_profiles_say_what_runs_and_without_them_everything_may(
    words: tuple[str, ...], services: set[str], here: Path
) -> None:
    (stack,) = facts(here, "-f", "compose.yaml", *words)
    assert {item["name"] for item in stack["services"]} == services
    assert [item["used"]["value"] for item in stack["resources"] if item["name"] == "scratch"] == [True]


def test_profiles_of_the_env_file_enable_services_as_in_compose(here: Path, docker_compose: list[str]) -> None:
    """Seen by what is checked between services: a dependency on one that is not enabled."""
    write(here, {"p.env": "COMPOSE_PROFILES=debug,more\n"})
    asked = [*docker_compose, "-f", "compose.yaml", "--env-file", "p.env", "config", "--services"]
    printed = subprocess.run(asked, cwd=here, capture_output=True, text=True, check=True).stdout
    assert set(printed.split()) == {"app", "web", "debug"}
    from lintstack.compose.load import load
    from lintstack.reader import Reader

    reader = Reader(str(here), str(here))
    assert load(["compose.yaml"], reader, ".").inactive == {"debug"}
    assert load(["compose.yaml"], reader, ".", env_files=["p.env"]).inactive == frozenset()
    assert load(["compose.yaml"], reader, ".", env_files=["p.env"], profiles=["x"]).inactive == {"debug"}


def test_the_project_name_is_a_variable(here: Path) -> None:
    write(here, {"named.yaml": "services: {a: {image: '${COMPOSE_PROJECT_NAME}/x:1.0'}}\n"})
    assert images(here, "-f", "named.yaml", "-p", "shop") == {"a": "shop/x:1.0"}


def test_files_that_are_named_are_read_wherever_they_lie(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    away = tmp_path_factory.mktemp("away")
    write(away, {"ci.yaml": "services: {app: {restart: always}}\n", "ci.env": "TAG=ci\n"})
    words = ("-f", "compose.yaml", "-f", str(away / "ci.yaml"), "--env-file", str(away / "ci.env"))
    (stack,) = facts(here, *words)
    assert stack["services"][0]["restart"]["value"] == "always"
    assert stack["services"][0]["image"]["reference"]["value"] == "app:ci"
    bounded = {item["rule"] for item in findings(here, *words, "--root", str(here))}
    assert "outside-root" in bounded
    write(away, {"reach.yaml": "services: {app: {extends: {file: ../away-secret.yaml, service: x}}}\n"})
    (away.parent / "away-secret.yaml").write_text("services: {x: {image: a:1.0}}\n", "utf-8")
    reached = findings(here, "-f", "compose.yaml", "-f", str(away / "reach.yaml"))
    assert "outside-root" in {item["rule"] for item in reached}, "what a named file reaches for is not named"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-f", "compose.yml"), "-f `compose.yml` does not exist; did you mean `compose.yaml`?"),
        (("-f", "."), "-f `.` is a folder; name the file in it: `./compose.yaml`"),
        (("-f", "lone"), "-f `lone` is a folder, not a file"),
        (("--env-file", "no.env"), "--env-file `no.env` does not exist"),
        (("--env-file", "lone"), "--env-file `lone` is a folder, not a file"),
        (("--project-directory", "no"), "--project-directory `no` does not exist"),
        (("--project-directory", ".env"), "--project-directory `.env` is not a folder"),
        (("--project-directory", "lone", "."), "--project-directory is about one project, and there are 2"),
        (("-f", "compose.yaml", "other"), "`other/compose.yaml` is not among them; leave out `other`"),
        (("-f", "compose.yaml", "compose.prod.yaml"), "`compose.prod.yaml` is not among them"),
        (("-f", "compose.yaml", "missing"), "`missing` does not exist"),
        (("-f", "compose.yaml", "--env", "a,b"), "--env can name one only"),
        (("-f", "compose.yaml", "-p", "My Shop"), "-p My Shop: a project name has lower-case letters"),
        (("-f", "-", "-"), "standard input (`-`) can be read only once"),
        (("-", "-"), "standard input (`-`) can be read only once"),
        (("-",), "standard input is empty"),
        (("--stdin-filename", "compose.yaml"), "nothing reads it; add `-`"),
    ],
)
def test_options_that_make_no_sense_end_with_two_and_a_sentence(words: tuple[str, ...], said: str, here: Path) -> None:
    assert said in refused(here, *words)


PROCESS = {"TAG": "process", "COMPOSE_PROFILES": "nobody", "COMPOSE_FILE": "other/compose.yaml"}


def test_the_process_environment_counts_only_when_asked_for(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same files give the same verdict everywhere."""
    before = findings(here), facts(here), findings(here, "-f", "compose.yaml")
    for name, value in {**PROCESS, "COMPOSE_DISABLE_ENV_FILE": "1", "COMPOSE_ENV_FILES": "one.env"}.items():
        monkeypatch.setenv(name, value)
    assert (findings(here), facts(here), findings(here, "-f", "compose.yaml")) == before
    assert images(here, "--env-from-process") == {"x": "nginx:latest"}


@pytest.mark.parametrize(
    ("process", "words"),
    [
        ({"TAG": "process"}, ()),
        ({"TAG": "process"}, ("--env-file", "one.env")),
        ({"COMPOSE_ENV_FILES": "one.env,two.env"}, ()),
        ({"COMPOSE_ENV_FILES": "one.env"}, ("--env-file", "two.env")),
        ({"COMPOSE_DISABLE_ENV_FILE": "true"}, ()),
        ({"COMPOSE_DISABLE_ENV_FILE": "0"}, ()),
        ({"COMPOSE_DISABLE_ENV_FILE": "T"}, ("--env-file", "one.env")),
        ({"COMPOSE_PROFILES": "more, debug"}, ()),
        ({"COMPOSE_PROFILES": "debug"}, ("--profile", "more")),
        ({"COMPOSE_FILE": "compose.yaml:extra.yaml"}, ()),
        ({"COMPOSE_FILE": "compose.yaml;extra.yaml", "COMPOSE_PATH_SEPARATOR": ";"}, ()),
        ({"COMPOSE_FILE": "extra.yaml"}, ("-f", "compose.yaml")),
    ],
)
def test_the_process_environment_counts_as_in_docker_compose(
    process: dict[str, str],
    words: tuple[str, ...],
    here: Path,
    docker_compose: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(here, {"extra.yaml": "services: {extra: {image: 'extra:${ONLY:-0}'}}\n"})
    for name, value in process.items():
        monkeypatch.setenv(name, value)
    asked = [*docker_compose, *words, "config", "--format", "json"]
    printed = subprocess.run(asked, cwd=here, capture_output=True, text=True, check=True).stdout
    services = json.loads(printed)["services"]
    expected = {name: service["image"] for name, service in services.items() if "image" in service}
    named = () if words[:1] == ("-f",) or "COMPOSE_FILE" in process else ("-f", "compose.yaml")
    stated = "COMPOSE_PROFILES" in process or "--profile" in words
    found = images(here, "--env-from-process", *words, *named)
    assert found == expected if stated else {name: found[name] for name in found if name != "debug"} == expected


def test_a_switch_that_is_neither_true_nor_false_is_refused() -> None:
    with pytest.raises(UsageError, match="COMPOSE_DISABLE_ENV_FILE is `perhaps`"):
        with_process(Given(), {"COMPOSE_DISABLE_ENV_FILE": "perhaps"}, ())


def test_paths_win_over_compose_file() -> None:
    process = {"COMPOSE_FILE": os.pathsep.join(["a.yaml", "b.yaml"])}
    assert with_process(Given(), process, ()).files == ("a.yaml", "b.yaml")
    assert with_process(Given(), process, (".",)).files == ()
    assert with_process(Given(("c.yaml",)), process, ()).files == ("c.yaml",)


STDIN = {
    "compose.yaml": "services:\n  a:\n    image: nginx\n    privileged: true\n    build: ./app\n",
    "Dockerfile": "# lintstack: ignore[latest-image]\nFROM node\nRUN apt-get install -y curl\nEXPOSE 99999\n",
    "broken.yaml": "services: {\n",
    "tabs.yaml": "services:\n\ta: {image: b}\n",
    "bytes.yaml": "services: {a: {image: \udcff}}\n",
    "syntax.Dockerfile": "FROM alpine:3.20\nNOPE\n",
    "bom.yaml": "\ufeffservices: {a: {image: nginx}}\r\n",
}


def without_path(listed: list[dict[str, Any]], name: str) -> str:
    """Findings without the path; nor fingerprints and messages that hold it."""
    for item in listed:
        del item["fingerprint"]
    text = json.dumps(listed)
    return text.replace(f'"{name}"', '"<stdin>"').replace(f"`{name}`", "`<stdin>`")


@pytest.mark.parametrize("name", STDIN)
def test_standard_input_is_a_file_with_the_same_bytes(name: str, tmp_path: Path) -> None:
    data = STDIN[name].encode("utf-8", "surrogateescape")
    write(tmp_path, {"app/Dockerfile": "FROM node:22.1.0\n"})
    words = ("--select", "no-privileged,latest-image,non-root-user")
    piped = findings(tmp_path, "-", *words, stdin=data)
    (tmp_path / name).write_bytes(data)
    filed = findings(tmp_path, name, *words)
    assert filed, "a test without findings tests nothing"
    clean = [{**item, "environments": []} for item in filed], [{**item, "environments": []} for item in piped]
    assert without_path(clean[1], "<stdin>") == without_path(clean[0], name)
    code, out, _ = command(tmp_path, "check", "--isolated", "-o", "concise", "-", *words, stdin=data)
    assert code in (0, 1) and "<stdin>:" in out


@pytest.mark.parametrize("name", ["compose.yaml", "app/Dockerfile", "compose.prod.yaml", "other/compose.yaml"])
def test_a_buffer_stands_for_the_file_of_its_name(name: str, here: Path) -> None:
    data = (here / name).read_bytes()
    expected = findings(here, name)
    (here / name).write_bytes(b"services: {}\n" if name.endswith("yaml") else b"FROM scratch\n")
    assert findings(here, "-", "--stdin-filename", name, stdin=data) == expected
    (here / name).unlink()
    assert findings(here, "-", "--stdin-filename", name, stdin=data) == expected


def test_a_buffer_takes_part_in_its_stack(here: Path) -> None:
    data = b"FROM node:22.1.0\nUSER root\n"
    words = ("--select", "non-root-user", "compose.yaml", "-", "--stdin-filename", "app/Dockerfile")
    assert {(item["path"], item["rule"]) for item in findings(here, *words, stdin=data)} == {
        ("app/Dockerfile", "non-root-user")
    }


def test_standard_input_is_one_of_several_files(here: Path) -> None:
    data = b"services: {app: {image: 'piped:${TAG}'}}\n"
    assert images(here, "-f", "compose.yaml", "-f", "-", stdin=data)["app"] == "piped:dotenv"
    assert images(here, "-f", "-", stdin=data) == {"app": "piped:dotenv"}


def test_what_is_neither_is_refused_and_can_be_told(here: Path) -> None:
    assert "neither a Compose file nor a Dockerfile" in refused(here, "-", stdin=b"hello: world\n")
    assert findings(here, "-", "--stdin-filename", "new/compose.yaml", stdin=b"hello: world\n")[0]["rule"]


def test_too_much_standard_input_is_a_finding(here: Path) -> None:
    data = b"services: {a: {image: b}}\n" + b"#" * MOST_BYTES
    assert [item["rule"] for item in findings(here, "-", stdin=data)] == ["yaml-limit"]


def test_standard_input_that_is_a_terminal_or_closed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lintstack.cli import asked as inputs
    from lintstack.exits import Refused

    class Terminal(BytesIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    with pytest.raises(Refused, match="it is a terminal; hand it a file"):
        inputs._read()
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(Refused, match="it is closed"):
        inputs._read()


def test_a_dash_alone_is_check(here: Path) -> None:
    words = ("--isolated", "-o", "json")
    data = b"FROM node\n"
    assert command(here, "-", *words, stdin=data)[1] == command(here, "check", "-", *words, stdin=data)[1]


def test_the_configuration_is_that_of_the_files(here: Path) -> None:
    write(here, {"other/.lintstack.yaml": "select: [docker-socket]\n"})
    for words in (("-f", "other/compose.yaml"), ("-", "--stdin-filename", "other/compose.yaml")):
        code, out, _ = command(here, "check", "-o", "json", *words, stdin=b"services: {x: {image: nginx}}\n")
        assert (code, json.loads(out)["findings"]) == (0, [])
