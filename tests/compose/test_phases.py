"""Names, default files, versions, tags across files, env files of services: one phase at a time."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from lintstack.compose import implied
from lintstack.compose.load import Loaded, load
from lintstack.yaml import Mapping
from tests.compose.support import DiskReader, at, config, loaded, oracle, plain, slugs

needs_oracle = pytest.mark.skipif(oracle() is None, reason="no Docker Compose binary to compare with")
OLD = (2, 40, 3)
CONTRADICTS = "compose-consistency"
UNKNOWN = "compose-schema"
OPTIONAL = "{condition: service_started, required: 'true'}"


def errors(found: Loaded) -> list[str]:
    return [problem.rule for problem in found.problems if problem.severity == "error"]


def write(folder: Path, files: dict[str, str]) -> Path:
    home = folder / "My Project"
    for name, text in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return home


# The project's name

NAMES = [
    {"c.yaml": "services: {a: {image: x}}\n"},
    {"c.yaml": "name: one\nservices: {a: {image: x}}\n"},
    {"c.yaml": "name: one\nservices: {a: {image: x}}\n", "d.yaml": "name: two\n"},
    {"c.yaml": "name: one\nservices: {a: {image: x}}\n", "d.yaml": "services: {a: {user: q}}\n"},
    {"c.yaml": "name: one\nservices: {a: {image: x}}\n---\nname: two\n"},
    {"c.yaml": 'name: ""\nservices: {a: {image: x}}\n'},
    {"c.yaml": 'name: "X ${V:-Y}.Z"\nservices: {a: {image: x}}\n'},
    {"c.yaml": "name: one\nservices: {a: {image: x}}\n", ".env": "COMPOSE_PROJECT_NAME=two\n"},
    {"c.yaml": "name: one\nservices: {a: {image: x}}\n", ".env": "COMPOSE_PROJECT_NAME=\n"},
    {"c.yaml": "include: [i.yaml]\n", "i.yaml": "name: other\nservices: {a: {image: x}}\n"},
]


@needs_oracle
@pytest.mark.parametrize("files", NAMES)
def test_the_project_s_name_is_docker_compose_s(tmp_path: Path, files: dict[str, str]) -> None:
    home = write(tmp_path, files)
    names = [name for name in ("c.yaml", "d.yaml") if name in files]
    expected = config(home, *names)
    assert isinstance(expected, dict)
    assert load(names, DiskReader(home), ".").name == expected["name"]


def test_the_project_s_name_is_known_to_variables() -> None:
    files = {"c.yaml": "name: One\nservices: {a: {image: 'x:${COMPOSE_PROJECT_NAME}', env_file: e, user: '${PWD}'}}\n"}
    found = loaded({**files, "e": "A=${COMPOSE_PROJECT_NAME}\n"}, "c.yaml")
    service = at(found.root, "services", "a")
    assert (found.name, service.get("image").text, service.get("user").unset) == ("one", "x:one", ("PWD",))
    assert [entry.value.text for entry in found.env_file_values["a"] if entry.value] == ["one"]


def test_a_name_that_nothing_tells_is_unknown() -> None:
    found = loaded("name: 'x${V}'\nservices: {a: {image: '${COMPOSE_PROJECT_NAME}'}}\n")
    assert (found.name, at(found.root, "services", "a", "image").unset) == ("", ("COMPOSE_PROJECT_NAME",))
    assert loaded("services: {a: {image: x}}\n").name == ""


# Env files


def test_env_files_can_be_switched_off() -> None:
    files = {"c.yaml": "services: {a: {image: '${V:-none}'}}\n", ".env": "V=1\n"}
    for value, image in (("true", "none"), ("1", "none"), ("false", "1"), ("", "1")):
        found = loaded(files, "c.yaml", variables={"COMPOSE_DISABLE_ENV_FILE": value})
        assert at(found.root, "services", "a", "image").text == image


# Profiles


@pytest.mark.parametrize(
    ("written", "given", "inactive"),
    [
        ("", [], {"p", "q", "r"}),
        ("p", [], {"q", "r"}),
        (" p , q", [], {"r"}),
        ("p", ["q"], {"p", "r"}),
        ("*", [], set()),
        ("p", ["*"], set()),
    ],
)
def test_profiles_of_the_env_file(written: str, given: list[str], inactive: set[str]) -> None:
    text = "services:\n  a: {image: x}\n" + "".join(f"  {name}: {{image: x, profiles: [{name}]}}\n" for name in "pqr")
    found = loaded({"c.yaml": text, ".env": f"COMPOSE_PROFILES={written}\n"}, "c.yaml", profiles=given)
    assert found.inactive == inactive


# Versions


@pytest.mark.parametrize(
    ("files", "old", "new"),
    [
        ({"c.yaml": "include: [i]\nservices: {a: {image: y}}\n", "i": "services: {a: {image: x}}\n"}, CONTRADICTS, ""),
        ({"c.yaml": "include: [i]\nservices: {a: {extends: b}}\n", "i": "services: {b: {image: x}}\n"}, UNKNOWN, ""),
        ({"c.yaml": "services: {a: {image: '${A:-${}}'}}\n", ".env": "A=x\n"}, "interpolation", ""),
        ({"c.yaml": f"services: {{a: {{image: x, depends_on: {{b: {OPTIONAL}}}}}, b: {{image: x}}}}"}, CONTRADICTS, ""),
        ({"c.yaml": "services: {a: {image: x, labels: {a: 2024-01-01}}}\n"}, "compose-schema", ""),
        ({"c.yaml": "services: {a: {image: x, labels: {a: .inf}}}\n"}, "", "compose-schema"),
        ({"c.yaml": "services: {a: {image: x, labels: {a: '.inf', b: '2024-01-01'}}}\n"}, "", ""),
        ({"c.yaml": "services: {a: {image: x, mem_limit: '-1'}}\n"}, CONTRADICTS, ""),
    ],
)  # fmt: skip
def test_what_depends_on_the_version(files: dict[str, str], old: str, new: str) -> None:
    assert errors(loaded(files, "c.yaml", version=OLD)) == ([old] if old else [])
    assert errors(loaded(files, "c.yaml")) == ([new] if new else [])


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("2024-01-01", "2024-01-01 00:00:00 +0000 UTC"),
        ("2024-1-2", "2024-01-02 00:00:00 +0000 UTC"),
        ("2024-01-01T10:20:30Z", "2024-01-01 10:20:30 +0000 UTC"),
        ("2024-01-01 10:20:30.50", "2024-01-01 10:20:30.5 +0000 UTC"),
        ("2024-01-01T10:20:30", "2024-01-01T10:20:30"),
        ("2024-13-01", "2024-13-01"),
        ("2024-01-01x", "2024-01-01x"),
        ("'2024-01-01'", "2024-01-01"),
    ],
)
def test_dates(written: str, text: str) -> None:
    found = loaded(f"services: {{a: {{image: x, environment: {{A: {written}}}}}}}\n")
    assert (errors(found), at(found.root, "services", "a", "environment", "A").text) == ([], text)


def test_a_conflict_names_both_places() -> None:
    files = {"c.yaml": "include: [i.yaml]\nservices:\n  a: {image: y}\n", "i.yaml": "services:\n  a: {image: x}\n"}
    (problem,) = loaded(files, "c.yaml", version=OLD).problems
    places = [problem.at, *problem.related]
    assert [(place.span.path, place.span.line) for place in places] == [("c.yaml", 3), ("i.yaml", 2)]


# Include


def test_what_an_overlay_includes_wins_over_the_base() -> None:
    files = {
        "c.yaml": "services: {a: {image: base, user: base}}\n",
        "d.yaml": "include: [i.yaml]\n",
        "i.yaml": "services: {a: {image: included}}\n",
    }
    assert plain(at(loaded(files, "c.yaml", "d.yaml").root, "services", "a")) == {"image": "included", "user": "base"}


def test_the_null_device_is_no_env_file() -> None:
    files = {
        "c.yaml": "include: [{path: s/i.yaml, env_file: /dev/null}, {path: t/i.yaml}]\n",
        "s/i.yaml": "services: {a: {image: '${V:-none}'}}\n",
        "t/i.yaml": "services: {b: {image: '${V:-none}'}}\n",
        "s/.env": "V=1\n",
        "t/.env": "V=1\n",
    }
    found = loaded(files, "c.yaml")
    assert errors(found) == []
    assert plain(at(found.root, "services")) == {"a": {"image": "none"}, "b": {"image": "1"}}


def test_a_project_directory_that_nobody_knows() -> None:
    files = {"c.yaml": "include: [{path: i.yaml, project_directory: '${D}'}]\n", "i.yaml": "services: {}\n"}
    assert loaded(files, "c.yaml").incomplete == {""}


def test_an_included_build_is_that_of_its_folder() -> None:
    files = {"c.yaml": "include: [s/i.yaml]\n", "s/i.yaml": "services: {a: {build: {target: t}}, b: {build: x}}\n"}
    services = plain(at(loaded(files, "c.yaml").root, "services"))
    assert services == {"a": {"build": {"target": "t", "context": "./s"}}, "b": {"build": {"context": "./s/x"}}}


# Tags


@needs_oracle
@pytest.mark.parametrize(
    ("base", "over"),
    [
        ("services: {a: {image: x, labels: {a: b, c: d}}}", "services: {a: {labels: &l {a: !reset null, z: y}}}"),
        ("services: {a: {image: x, user: q}}", "x-r: &r {user: !reset null}\nservices: {a: {<<: *r}}"),
        ("services: {a: {image: x, labels: {a: b}}}", "services: {a: {labels: {<<: {a: !reset null}, c: d}}}"),
        ("services: {a: {image: x, cap_add: [C]}}", "services: {a: {cap_add: [!reset A, B]}}"),
        ("services: {a: {image: x, cap_add: [C]}}", "services: {a: {cap_add: [!override A, B]}}"),
        ("services: {a: {image: x, depends_on: [b]}, b: {image: x}}", "services: {a: {depends_on: {b: !reset null}}}"),
        ("services: {a: {image: x, environment: [A=1]}}", "services: {a: {environment: {A: !reset null}}}"),
        ("services: {a: {image: x, environment: {A: 1}}}", "services: {a: {environment: {A: !reset null}}}"),
        ("services: {a: {image: x, build: {context: ., target: t}}}", "services: {a: {build: !override {context: y}}}"),
        ("services: {a: {image: x}, b: {image: x}}", "services: {b: !reset null}"),
        ("services: {a: {image: x, extends: b}, b: {image: x, user: q}}", "services: {a: {extends: !reset null}}"),
        ("services: {a: {image: x, user: !reset q}}", "services: {a: {cap_add: !override [A]}}"),
        ("x-u: &u {user: v}\nservices: {a: {image: x, <<: *u, user: !reset q}}", "services: {a: {cap_add: [A]}}"),
    ],
)
def test_tags_do_what_docker_compose_does(tmp_path: Path, base: str, over: str) -> None:
    home = write(tmp_path, {"c.yaml": base + "\n", "d.yaml": over + "\n"})
    expected = config(home, "c.yaml", "d.yaml")
    assert isinstance(expected, dict)
    root = load(["c.yaml", "d.yaml"], DiskReader(home), ".").root
    services = plain(at(root, "services"))
    assert services.keys() == expected["services"].keys()
    for field in ("user", "labels", "cap_add", "environment"):
        assert (services["a"].get(field) or None) == expected["services"]["a"].get(field)
    needed = services["a"].get("depends_on") or {}
    assert needed.keys() == (expected["services"]["a"].get("depends_on") or {}).keys()


def test_anchors_hold_to_the_end_of_the_file() -> None:
    found = loaded("x-a: &a {user: q}\nservices: {s: {image: x}}\n---\nservices: {s: *a}\n")
    assert (slugs(found), plain(at(found.root, "services", "s"))) == ([], {"image": "x", "user": "q"})


# Files that services are taken from


def test_only_what_is_taken_from_a_file_has_to_be_right() -> None:
    files = {
        "c.yaml": "services: {a: {extends: {file: b.yaml, service: used}}}\n",
        "b.yaml": "services:\n  used: {image: x, extends: base}\n  base: {user: 5}\n  unused: {imagee: y}\nnope: 1\n",
    }
    (problem,) = loaded(files, "c.yaml").problems
    assert (problem.rule, problem.at.span.path, problem.at.span.line) == ("compose-schema", "b.yaml", 3)


def test_documents_of_a_file_that_services_are_taken_from() -> None:
    files = {
        "c.yaml": "services: {a: {extends: {file: b.yaml, service: s}}}\n",
        "b.yaml": "services: {s: {image: x, cap_add: [A], user: q}}\n---\n"
        "services: {s: {cap_add: !override [B], user: !reset null}}\n",
    }
    assert plain(at(loaded(files, "c.yaml").root, "services", "a")) == {"image": "x", "cap_add": ["B"]}


# Dependencies that nobody writes


def test_implied_dependencies() -> None:
    text = (
        "services:\n  a: {image: x, links: ['b:c', d], network_mode: 'service:e', pid: host, ipc: 'service:f',"
        " volumes_from: ['g:ro', 'container:h', '${X}']}\n"
    )
    service = at(loaded(text).root, "services", "a")
    assert isinstance(service, Mapping)
    found = [(need.name, need.at.span.text, need.restart, need.field) for need in implied.dependencies(service)]
    assert found == [
        ("b", "'b:c'", True, "links"),
        ("d", "d", True, "links"),
        ("e", "'service:e'", True, "network_mode"),
        ("f", "'service:f'", True, "ipc"),
        ("g", "'g:ro'", False, "volumes_from"),
    ]


def test_a_disabled_dependency_names_its_profile() -> None:
    found = loaded("services:\n  a:\n    image: x\n    links: [b]\n  b: {image: x, profiles: [p, q]}\n")
    (problem,) = found.problems
    assert "profile `p` or `q`" in problem.message
    assert [place.span.line for place in (problem.at, *problem.related)] == [4, 5]


# Files of services


@pytest.mark.parametrize(
    ("files", "field", "severity"),
    [
        ({}, "env_file: gone.env", "warning"),
        ({}, "label_file: gone.env", "warning"),
        ({"gone.env.example": ""}, "env_file: gone.env", "info"),
        ({"conf/.env.example": ""}, "env_file: conf/gone.env", "info"),
        ({".gitignore": "*.env\n"}, "env_file: conf/gone.env", "info"),
        ({"conf/.gitignore": "/gone.env\n"}, "env_file: conf/gone.env", "info"),
        ({".gitignore": "/gone.env\n"}, "env_file: conf/gone.env", "warning"),
        ({}, "env_file: [{path: gone.env, required: false}]", ""),
        ({}, "env_file: '${WHERE}/gone.env'", ""),
        ({}, "env_file: /etc/gone.env", "error"),
    ],
)
def test_missing_files(files: dict[str, str], field: str, severity: str) -> None:
    found = loaded({"c.yaml": f"services:\n  a:\n    image: x\n    {field}\n", **files}, "c.yaml")
    assert [(problem.severity, problem.at.span.line) for problem in found.problems] == (
        [(severity, 4)] if severity else []
    )


def test_files_of_disabled_services_may_be_missing() -> None:
    found = loaded("services: {a: {image: x}, b: {image: x, env_file: gone.env, profiles: [p]}}\n")
    assert (slugs(found), found.missing_env_files) == ([], {"b": ("gone.env",)})


def test_label_files() -> None:
    files = {
        "c.yaml": "services: {a: {image: x, label_file: [l, m], labels: {own: q}, environment: {E: e}}}\n",
        "l": "A=1\nB=${A}${E}${V}${own:-no}\nC\n",
        "m": "A=2\n",
        ".env": "V=v\nC=c\n",
    }
    found = loaded(files, "c.yaml")
    entries = {entry.name: entry.value.text if entry.value else None for entry in found.label_file_values["a"]}
    assert entries == {"A": "2", "B": "1no", "C": None}


def test_raw_env_files_are_taken_as_they_are() -> None:
    files = {
        "c.yaml": "services: {a: {image: x, env_file: [{path: e, format: raw}]}}\n",
        "e": "A='$B' # c\n# d\nP\nQ\n",
    }
    found = loaded({**files, ".env": "P=1\n"}, "c.yaml")
    entries = {entry.name: entry.value.text if entry.value else None for entry in found.env_file_values["a"]}
    assert (slugs(found), entries) == ([], {"A": "'$B' # c", "P": "1", "Q": None})


# Limits


def test_the_last_finding_counts_those_that_were_left_out() -> None:
    text = "services:\n" + "".join(f"  s{number}: {{image: x, nope: 1}}\n" for number in range(1500))
    found = loaded(text).problems
    assert len(found) == 1001
    assert (found[-1].rule, found[-1].message.split(" ")[0]) == ("compose-limit", "500")


def test_what_is_wrong_is_not_said_to_be_missing_too() -> None:
    assert slugs(loaded("services: {a: {image: 5}}\n")) == ["compose-schema"]
    assert slugs(loaded("services: {a: {build: [x]}}\n")) == ["compose-schema"]
    assert slugs(loaded("include: ['https://x']\nservices: {a: {user: q}}\n")) == ["remote-reference"]
    assert slugs(loaded("services: {a: {image: '${NOPE}'}, b: {extends: {file: '${X}', service: b}}}\n")) == []


LATER = [f"  s{n}: {{image: x, depends_on: [{', '.join(f's{m}' for m in range(n))}]}}\n" for n in range(300)]
NEEDS = "services:\n" + "".join(LATER)
BOMBS = {
    "aliases": "x-a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"x-{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "services: {s: {image: x, labels: *i}}\n",
    "names": "services:\n" + "".join(f"  s{n}: {{image: x, links: [s{(n + 1) % 3000}]}}\n" for n in range(3000)),
    "needs": NEEDS,
    "eager": "services: {a: {image: '" + "${A:-" * 60 + "x" + "}" * 60 + "'}}\n",
    "anonymous": "services:\n" + "".join(f"  s{n}: {{user: q}}\n" for n in range(5000)),
    "copies": "services:\n" + "".join(f"  s{n}: {{image: x, container_name: same}}\n" for n in range(5000)),
}
# The peak that `getrusage` tells of begins with that of the process that started it; the kernel's own does not.
MEASURED = """
import pathlib, re, resource, sys, time
from lintstack.compose.load import load
from tests.compose.support import MemoryReader
began = time.process_time()
found = load(["c.yaml"], MemoryReader({"c.yaml": sys.stdin.read()}), ".", version=(2, 40, 3))
seconds, status = time.process_time() - began, pathlib.Path("/proc/self/status")
told = re.search("VmHWM:\\\\s*([0-9]+)", status.read_text()) if status.exists() else None
peak = int(told[1]) if told else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(seconds, peak / 1024, len(found.problems))
"""


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_bounded_in_time_and_memory(name: str) -> None:
    import sys

    done = subprocess.run(
        [sys.executable, "-c", MEASURED], input=BOMBS[name], capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seconds, megabytes, _ = done.stdout.split()
    assert (float(seconds) < 5, float(megabytes) < 300) == (True, True), done.stdout
