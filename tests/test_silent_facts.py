"""Facts of what Docker Compose drops or changes: what the values are, where they point, what stays unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from lintstack import factsheet
from lintstack.cli.shell import cli
from lintstack.compose.format.command import split
from lintstack.facts import Fact
from lintstack.model import Interpolation, Stack
from tests.stack import lint, service, write

Files = dict[str, str]


def only(folder: Path, files: Files) -> Stack:
    """The stack of the environment that loads most files."""
    return max(lint(folder, files).stacks, key=lambda stack: len(stack.files))


def app(body: str) -> str:
    return f"services:\n  app:\n    image: example/app:1.4\n    {body}\n"


def at(fact: Fact[Any]) -> list[str]:
    return [place.span.text for place in fact.places]


def variables(folder: Path, files: Files) -> dict[str, Interpolation]:
    return {item.name: item for item in only(folder, files).interpolations}


@pytest.mark.parametrize(
    ("elsewhere", "silent"),
    [
        ("${V:?}", True),
        ("a${V?why}", True),
        ("${V:-x}", False),
        ("${W:?}", False),
        ("${W:-${V:?}}", False),
        ("$${V:?}", False),
    ],
)
def test_what_one_place_requires_is_not_empty_in_another(elsewhere: str, silent: bool, tmp_path: Path) -> None:
    body = f"environment: {{A: '${{V}}'}}\n    image: 'x:${{V}}'\n  b: {{image: x, labels: {{a: '{elsewhere}'}}}}"
    found = variables(tmp_path, {"compose.yaml": f"services:\n  a:\n    {body}\n"})["V"]
    assert (bool(found.unset.unknown), bool(found.effects.unknown)) == (silent, silent)
    assert (found.unset.value is None, found.effects.value is None) == (silent, silent)


@pytest.mark.parametrize(
    ("written", "type_", "text"),
    [
        ("0777", "integer", "511"),
        ("0o17", "integer", "15"),
        ("0x1F", "integer", "31"),
        ("1_000", "integer", "1000"),
        ("+1", "integer", "1"),
        ("08", "integer", "8"),
        ("3.10", "float", "3.1"),
        ("1e3", "float", "1000"),
        ("True", "boolean", "true"),
        ("2024-01-01", "timestamp", None),
        ("2024-01-01 10:00:00", "timestamp", None),
    ],
)
@pytest.mark.parametrize("field", ["environment", "labels", "annotations", "sysctls"])
def test_plain_scalars_that_do_not_print_back(
    field: str, written: str, type_: str, text: str | None, tmp_path: Path
) -> None:
    (found,) = service(lint(tmp_path, {"compose.yaml": app(f"{field}: {{A: {written}}}")}), "app").rewrites
    assert (found.type.value, found.text.value, found.field.value) == (type_, text, field)
    assert (found.written.value, at(found.written)) == (written, [written])


@pytest.mark.parametrize(
    "written", ["'0777'", "10", "0", "-5", "0.5", "true", "yes", "~", "1.2.3", "'${A:-0777}'", "x", "09:30", "2024-13"]
)
def test_scalars_that_stay_what_they_are(written: str, tmp_path: Path) -> None:
    files = {"compose.yaml": app(f"environment: {{A: {written}}}")}
    assert service(lint(tmp_path, files), "app").rewrites == ()


def test_a_credential_that_yaml_rewrites_is_not_told(tmp_path: Path) -> None:
    files = {"compose.yaml": app("environment: {DB_PASSWORD: 0123456, API_TOKEN: 1.50}")}
    for found in service(lint(tmp_path, files), "app").rewrites:
        assert (found.written.value, found.text.value) == ("***", "***")
    printed = CliRunner().invoke(cli, ["facts", str(tmp_path)]).output
    assert "0123456" not in printed
    assert "42798" not in printed
    assert "1.50" not in printed


def test_an_inherited_credential_is_named_once_for_each_service(tmp_path: Path) -> None:
    files = {"compose.yaml": "x-e: &e {UMASK: 0022}\n" + app("environment: *e")}
    (found,) = service(lint(tmp_path, files), "app").rewrites
    assert found.span.line == 1


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("a; b", "a"),
        ("a ';' b", "a ';' b"),
        ("a 2>f", "a "),
        ('a "b;" | c', 'a "b;" '),
        ("a \\; b", "a \\; b"),
        ("", ""),
    ],
)
def test_where_a_command_is_cut(line: str, kept: str) -> None:
    found = split(line)
    assert found is not None
    assert line[: found.dropped] == kept


def test_the_dropped_end_is_where_it_stands(tmp_path: Path) -> None:
    found = service(lint(tmp_path, {"compose.yaml": app("command: serve && log")}), "app")
    assert found.command_cut.value == "&& log"
    assert at(found.command_cut) == ["&& log"]
    assert found.command.value == ("serve",)


def test_a_variable_is_told_once_with_all_its_places(tmp_path: Path) -> None:
    found = variables(tmp_path, {"compose.yaml": app('environment: {A: "${V}", B: "x$V"}\n    hostname: ${V}')})
    assert found["V"].unset.value == ("environment", "hostname")
    assert at(found["V"].unset) == ["${V}", "$V", "${V}"]
    assert found["V"].effects.absent


@pytest.mark.parametrize(
    "value", ["${V:-x}", "${V-}", "${V:+x}", "$$V", "$5", "${A:-${V}}", "${V:?}", "${V?say it}", "$(date)"]
)
def test_what_is_no_use_without_value(value: str, tmp_path: Path) -> None:
    found = variables(tmp_path, {"compose.yaml": app(f"environment: {{X: '{value}', A: '${{A:-1}}'}}")})
    assert all(item.unset.absent for item in found.values())


@pytest.mark.parametrize("name", [".env.example", "env.sample", ".env.dist", "template.env", ".env.production.example"])
@pytest.mark.parametrize("line", ["V=", "export V=1", "# V=1", "V=1 # why"])
def test_an_example_that_declares_it(name: str, line: str, tmp_path: Path) -> None:
    found = variables(tmp_path, {"compose.yaml": app("hostname: ${V}"), name: f"{line}\n"})["V"]
    assert found.unset.unknown.endswith(f"{name}` gives `V` a value")
    assert found.example.absent


@pytest.mark.parametrize(
    ("name", "lacks"), [(".env.example", True), ("env.template", True), (".mcp.env.example", False)]
)
def test_an_example_that_lacks_it(name: str, lacks: bool, tmp_path: Path) -> None:
    found = variables(tmp_path, {"compose.yaml": app("hostname: ${V}"), name: "W=1\n"})["V"]
    assert found.unset.value == ("hostname",)
    assert (found.example.value is not None) == lacks


def test_an_example_outside_the_root_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("V=1\n")
    root = tmp_path / "root"
    root.mkdir()
    (root / ".env.example").symlink_to(tmp_path / "outside")
    assert variables(root, {"compose.yaml": app("hostname: ${V}")})["V"].unset.value == ("hostname",)


@pytest.mark.parametrize("name", ["HOME", "PWD", "USER", "CI", "GITHUB_SHA"])
def test_what_the_shell_gives(name: str, tmp_path: Path) -> None:
    assert variables(tmp_path, {"compose.yaml": app(f"hostname: ${name}")})[name].unset.unknown


def test_required_counts_where_the_repository_keeps_the_env_file(tmp_path: Path) -> None:
    files = {"compose.yaml": app("hostname: ${V:?}")}
    assert variables(tmp_path, files)["V"].required.unknown == "the repository has no env file"
    assert variables(tmp_path, files | {".env": "W=1\n"})["V"].required.value == ("hostname",)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("environment: {DB_PASSWORD: 'pa$word'}", "password"),
        ("environment: ['DB_PASSWORD=pa$word']", "password"),
        ("environment: {DB_PASSWORD: '$word'}", None),
        ("environment: {DB_PASSWORD: 'pa${word}'}", None),
        ("environment: {MODE: 'pa$word'}", None),
        ("labels: {users: 'a:$apr1$x$word'}", "hash"),
        ("command: 'echo $word'\n    environment: {word: x}", "shell"),
        ("command: 'sh -c \"word=1; echo $word\"'", "shell"),
        ("command: 'sh -c \"while read -r a word; do echo $word; done\"'", "shell"),
        ("command: 'echo $word'", None),
    ],
)
def test_dollars_that_are_not_docker_composes(body: str, reason: str | None, tmp_path: Path) -> None:
    found = variables(tmp_path, {"compose.yaml": app(body)})
    reasons = {item.meant_for_container.value for item in found.values()} - {None}
    assert reasons == ({reason} if reason else set())


def test_a_variable_with_a_value_is_no_mistake(tmp_path: Path) -> None:
    files = {"compose.yaml": app("command: 'echo $word'\n    environment: {word: x}"), ".env": "word=1\n"}
    assert variables(tmp_path, files) == {}


def overrides(folder: Path, base: str, over: str) -> list[tuple[str, object, object]]:
    """Field, effect and reason of every override."""
    files = {"compose.yaml": app(base), "compose.override.yaml": f"services:\n  app:\n    {over}\n"}
    found = only(folder, files).overrides
    return sorted((str(item.field.value), item.effect.value, item.reason.value) for item in found)


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("user: a", "user: b", [("user", "replaced", None)]),
        ("ports: ['1:1']", "ports: ['2:2']", [("ports", "appended", None)]),
        ("ports: ['1:1']", "ports: []", [("ports", "appended", None), ("ports", "kept", None)]),
        ("user: a", "user:", [("user", "kept", None)]),
        ("user: a", "user: # b", []),
        ("environment: {A: 1}", "environment:\n      # A: 2", []),
        ("command: a", "command: []", [("command", "appended", None)]),
        ("networks: {n: {aliases: [a]}}", "networks: {n: }", [("networks", "merged", None)]),
        ("user: a", "user: !reset null", [("user", "replaced", None)]),
        ("user: a", "restart: !reset null", [("restart", "none", "nothing to clear")]),
        ("cap_add: [A]", "cap_add: [!reset A]", [("cap_add", "appended", None), ("cap_add.*", "none", "list item")]),
        ("environment: [A=1]", "environment: {A: !reset 1}", [("environment.A", "none", "nothing to clear")]),
        ("environment: {A: 1}", "environment: {A: !reset 1}", [("environment.A", "replaced", None)]),
    ],
)
def test_what_becomes_of_an_overlay(base: str, over: str, expected: list[object], tmp_path: Path) -> None:
    found = overrides(tmp_path, base, over)
    assert [item for item in found if item[0] != "environment"] == [item for item in expected if item]


def test_an_overlay_of_its_own_kind_may_be_one_of_an_unknown_base(tmp_path: Path) -> None:
    body = app("ports: !reset ['1:1']")
    assert [item.reason.value for item in only(tmp_path, {"compose.gpu.yaml": body}).overrides] == [None]
    assert [item.reason.value for item in only(tmp_path, {"compose.yaml": body}).overrides] == ["first file"]


def test_name_of_a_project(tmp_path: Path) -> None:
    files = {
        "a/compose.yaml": "name: Shop\n" + app("user: a"),
        "a/compose.override.yaml": "name: shop2\nservices: {}\n",
    }
    home = only(tmp_path, files).home
    assert home is not None
    assert (home.project_name.value, home.names.value) == ("shop2", ("shop2", "Shop"))


def test_name_that_a_variable_gives(tmp_path: Path) -> None:
    home = only(tmp_path, {"compose.yaml": "name: a${V}\n" + app("user: a")}).home
    assert home is not None
    assert home.project_name.unknown
    home = only(tmp_path, {"compose.yaml": app("user: a"), ".env": "COMPOSE_PROJECT_NAME=x\n"}).home
    assert home is not None
    assert home.names.unknown


def test_every_subject_is_printed_and_fits_the_schema(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "name: Shop\ninclude: [more/compose.yaml]\n"
        + app("environment: {A: 0777, B: '${V}', '${K}': x}\n    env_file: app.env\n    command: a; b")
        + "  two: {extends: app}\n",
        "compose.override.yaml": "services: {app: {user: !reset null, restart: }, tow: {user: a}}\n",
        "more/compose.yaml": "services: {c: {image: c}}\n",
        "more/compose.override.yaml": "services: {c: {user: a}}\n",
        "app.env": "X=a$b\n",
        ".env": "COMPOSE_FILE=gone.yaml\nY=a$b\n",
    }
    write(tmp_path, files)
    result = CliRunner().invoke(cli, ["facts", str(tmp_path)])
    data = json.loads(result.output)
    jsonschema.validate(data, factsheet.schema())
    largest = max(data, key=lambda stack: len(stack["files"]))
    for name in ("overrides", "extensions", "includes", "interpolations", "dotenvs", "home"):
        assert largest[name], name
    (first,) = (item for item in largest["services"] if item["name"] == "app")
    assert [item["name"] for item in first["rewrites"]] == ["A"]


def test_a_clean_file_costs_no_further_module(tmp_path: Path) -> None:
    import subprocess
    import sys

    write(tmp_path, {"compose.yaml": app("user: a")})
    code = (
        "import sys; from lintstack.analysis import Options, analyse; from lintstack.config import Config;"
        "analyse(Options(('.',), Config())); print(*sys.modules)"
    )
    root = Path(__file__).resolve().parents[1]
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(ran.stdout.split())
    assert "lintstack.join" in loaded
    assert not loaded & {f"lintstack.join.{name}" for name in ("interpolations", "links", "overrides", "effects")}
