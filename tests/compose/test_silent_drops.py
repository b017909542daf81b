"""What rules call dropped or changed in silence, held against Docker Compose: it accepts the files, and does so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from lintstack.analysis import Options, analyse
from lintstack.compose.format.command import split
from lintstack.compose.load import load
from lintstack.compose.project_name import normalised
from lintstack.config import Config
from lintstack.config import load as load_config
from lintstack.join.effects import EFFECTS, REFUSED, effect
from lintstack.rules import builtin
from tests.compose.support import MemoryReader, config, oracle
from tests.test_rules import CONFIGURATIONS, Example, all_examples, write

pytestmark = pytest.mark.skipif(oracle() is None, reason="no Docker Compose to compare with")

SUBJECTS = {"dotenv", "extension", "include", "interpolation", "override", "project", "rewrite"}
SILENT = {rule.name for rule in builtin() if rule.subject in SUBJECTS} | {
    "command-shell-operators", "dotenv-not-read", "environment-duplicate-key", "environment-passthrough-unset",
    "environment-shadows-env-file", "environment-style-mixed", "multi-document-file", "overlay-port-not-replaced",
    "overlay-relative-path", "ports-unquoted", "profile-name-invalid", "project-name-invalid", "unknown-yaml-tag",
    "volume-single-letter-name",
}  # fmt: skip
# Rules about what Docker Compose 2 itself refuses, in words that help less.
REFUSING = {
    "compose-file-variable-missing", "interpolation-empty-value-effect", "overlay-unknown-service",
    "variable-required-missing", "yaml-timestamp-rewritten",
}  # fmt: skip
BAD = [item for item in all_examples() if item.rule.name in SILENT - REFUSING and item.title.startswith("Bad")]


def environments(example: Example, folder: Path) -> list[tuple[str, ...]]:
    """The files of each environment, relative to the folder."""
    settings = load_config(".") if CONFIGURATIONS & example.files.keys() else Config()
    projects = analyse(Options(paths=(".",), config=settings)).projects
    return [environment.files for project in projects for environment in project.environments]


@pytest.mark.parametrize("example", BAD, ids=lambda example: f"{example.rule.name}/{example.title}")
def test_docker_compose_accepts_bad_examples(example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(example, tmp_path)
    monkeypatch.chdir(tmp_path)
    for files in environments(example, tmp_path):
        optional = re.compile(r":\?\}").search("".join(example.files.values()))
        found = config(tmp_path, *files)
        assert isinstance(found, dict) or optional, found


BASE = "services:\n  w:\n    image: i\n"


def one(body: str) -> dict[str, str]:
    return {"a.yaml": BASE + "".join(f"    {line}\n" for line in body.split("\n"))}


def two(base: str, over: str) -> dict[str, str]:
    return one(base) | {"b.yaml": "services:\n  w:\n" + "".join(f"    {line}\n" for line in over.split("\n"))}


PORT = {"mode": "ingress", "protocol": "tcp"}
# rule, files (a.yaml, then b.yaml), path in the answer, value there; None: nothing is there
DROPS: list[tuple[str, dict[str, str], str, Any]] = [
    ("yaml-number-rewritten", one("environment: {A: 0777}"), "environment.A", "511"),
    ("yaml-number-rewritten", one("labels: {A: 0x1F}"), "labels.A", "31"),
    ("yaml-number-rewritten", one("build: {context: ., args: {A: 1_000}}"), "build.args.A", "1000"),
    ("yaml-number-rewritten", one("environment: {A: 08}"), "environment.A", "8"),
    ("yaml-number-rewritten", one("annotations: {A: +1}"), "annotations.A", "1"),
    ("yaml-number-rewritten", one("sysctls: {a.b: 010}"), "sysctls", {"a.b": "8"}),
    ("yaml-number-rewritten", one("logging: {options: {a: 010}}"), "logging.options.a", "8"),
    ("yaml-float-rewritten", one("environment: {A: 3.10}"), "environment.A", "3.1"),
    ("yaml-float-rewritten", one("environment: {A: 1e3}"), "environment.A", "1000"),
    ("yaml-float-rewritten", one("deploy: {labels: {A: 1.0}}"), "deploy.labels.A", "1"),
    ("yaml-boolean-rewritten", one("environment: {A: True}"), "environment.A", "true"),
    ("yaml-1-1-boolean", one("read_only: yes"), "read_only", True),
    ("unknown-yaml-tag", one("command: !vault a"), "command", ["a"]),
    ("environment-duplicate-key", one("environment: [A=1, A=2]"), "environment.A", "2"),
    ("environment-passthrough-unset", one("environment: [A]"), "environment.A", None),
    ("command-shell-operators", one("command: a; b"), "command", ["a"]),
    ("command-shell-operators", one("entrypoint: a && b"), "entrypoint", ["a"]),
    ("variable-unset", one("environment: {A: 'x${V}'}"), "environment.A", "x"),
    ("variable-in-key", one("environment: {'${V}': x}"), "environment", {"${V}": "x"}),
    ("unescaped-dollar", one("environment: {A: 'pa$word'}"), "environment.A", "pa"),
    ("env-file-for-interpolation", one("env_file: e\nhostname: a${V}") | {"e": "V=1\n"}, "hostname", "a"),
    ("environment-shadows-env-file", one("env_file: e\nenvironment: {A: 1}") | {"e": "A=2\n"}, "environment.A", "1"),
    ("dotenv-dollar-expanded", one("environment: {A: '${A}'}") | {".env": "A=pa$word\n"}, "environment.A", "pa"),
    ("dotenv-inline-comment", one("environment: {A: '${A}'}") | {".env": "A=a #b\n"}, "environment.A", "a"),
    ("overlay-null-no-effect", two("restart: always", "restart: null"), "restart", "always"),
    ("overlay-null-no-effect", two("cap_add: [A]", "cap_add: []"), "cap_add", ["A"]),
    ("overlay-null-no-effect", two("labels: {a: b}", "labels: {}"), "labels.a", "b"),
    ("reset-value-ignored", two("user: a", "user: !reset b"), "user", None),
    ("reset-no-effect", two("cap_add: [A]", "cap_add: [!reset A]"), "cap_add", ["A"]),
    ("reset-no-effect", two("environment: [A=1]", "environment: {A: !reset null}"), "environment.A", "1"),
    ("reset-in-only-file", one("user: !reset a"), "user", None),
    ("multi-document-file", {"a.yaml": BASE + "---\nservices: {w: {user: b}}\n"}, "user", "b"),
    ("volume-single-letter-name", one("volumes: ['v:/d']"), "volumes.0.target", "v:/d"),
    ("volume-single-letter-name", one("volumes: ['v:/d:ro']"), "volumes.0.target", "ro"),
    (
        "overlay-port-not-replaced",
        two("ports: ['80:80']", "ports: ['81:80']"),
        "ports",
        [PORT | {"target": 80, "published": "80"}, PORT | {"target": 80, "published": "81"}],
    ),
    (
        "extends-stale-base",
        {"a.yaml": "services: {b: {image: i, user: x}, w: {extends: b}}\n", "b.yaml": "services: {b: {user: y}}\n"},
        "user",
        "x",
    ),
    (
        "extends-in-overlay-wins",
        two("user: a", "extends: {service: t, file: t.yaml}") | {"t.yaml": "services: {t: {image: i, user: b}}\n"},
        "user",
        "b",
    ),
    (
        "extends-inherits-identity",
        {"a.yaml": "services: {b: {image: i, hostname: x}, w: {extends: b}}\n"},
        "hostname",
        "x",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "files", "path", "value"), DROPS, ids=[f"{row[0]}-{row[2]}" for row in DROPS])
def test_docker_compose_does_so(rule: str, files: dict[str, str], path: str, value: Any, tmp_path: Path) -> None:
    assert rule in {item.name for item in builtin()}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found: Any = config(tmp_path, *(name for name in ("a.yaml", "b.yaml") if name in files))
    assert isinstance(found, dict), found
    found = found["services"]["w"]
    for step in path.split("."):
        found = found[int(step)] if step.isdigit() else (found or {}).get(step)
    assert found == value


LINES = [
    "a; b", "a;b", "a && b", "a & b", "a | b", "a > f", "a 2>f", "a < f", "a '; b' c; d", 'a "|" b | c', "a\\;b; c",
    "a 'it\\'; b", "a b", "a $(b; c) d", "a `b; c` d", 'a "b\\"; c" ; d', "sh -c 'a; b'", "a 'b' && c", "; a",
    "a=b;c", "a b2>f", "a 22b>f", "a '2'>f", "2>f",
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_the_end_of_a_command_is_dropped_where_docker_compose_stops(line: str, tmp_path: Path) -> None:
    quoted = line.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    (tmp_path / "a.yaml").write_text(BASE + f'    command: "{quoted}"\n')
    found = config(tmp_path, "a.yaml")
    assert isinstance(found, dict), found
    said = found["services"]["w"]["command"] or []
    ours = split(line)
    assert ours is not None
    assert list(ours.words) == said


def spelled(path: tuple[str, ...], value: str) -> str:
    """A service with a value at a path."""
    body = value
    for step in reversed(path):
        body = f"[{body}]" if step == "*" else f"{{{step}: {body}}}"
    extra = ", target: 80" if path == ("ports", "*", "published") else ""
    context = ", context: ." if path == ("build", "target") else ""
    return body.replace(f"published: {value}", f"published: {value}{extra}").replace(value, value + context, 1)


CASES = {
    ("image",): ["'a:${V}'", "'${V}/a'", "'a-${V}'", "'${V}'"],
    ("ports", "*"): ["'${V}:80'", "'80:${V}'", "'${V}:80:80'", "'127.0.0.1:${V}:80'", "'${V}80:80'"],
    ("volumes", "*"): ["'${V}:/x'", "'${V}/d:/x'", "'v${V}:/x'"],
}


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path in EFFECTS for value in CASES.get(path, ["'${V}'"])], ids=str
)
def test_an_empty_value_does_what_is_said(path: tuple[str, ...], value: str, tmp_path: Path) -> None:
    own = spelled(path, value)
    image = "" if path == ("image",) else "image: i, "
    text = f"services: {{w: {{{image}{own[1:]}}}\n"
    (tmp_path / "a.yaml").write_text(text)
    reader = MemoryReader({"a.yaml": text})
    scalar = next(item for item in load(["a.yaml"], reader, ".").replaced)
    said = effect(("services", "w", *path), scalar, scalar.pieces[0])
    found = config(tmp_path, "a.yaml")
    refused = not isinstance(found, dict)
    assert refused == (said in (REFUSED, "the service has no image")), (said, found)
    if isinstance(found, dict):
        service = found["services"]["w"]
        if "random" in said:
            assert "published" not in service["ports"][0]
        if "on all addresses" in said:
            assert "host_ip" not in service["ports"][0]
        if "of the host" in said:
            assert service["volumes"][0]["source"] == "/d"
        if "cleared" in said:
            assert service[path[0]] == []
        if "own user" in said or "not restarted" in said:
            assert not service.get(path[0])


@pytest.mark.parametrize("name", ["Bad Name", "__a", "A.b-C_d", "x", "9a", "-a-", "Ünï", "a/b"])
def test_names_are_normalised_as_docker_compose_does(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"name: '{name}'\n{BASE}", encoding="utf-8")
    found = config(tmp_path, "a.yaml")
    assert isinstance(found, dict), found
    assert found["name"] == normalised(name)
