"""What Dockerfiles read of variables, which stages are needed, what a repository asks for, and ends of life."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintstack.analysis import Options, analyse
from lintstack.config import Config
from lintstack.dockerfile.references import references
from lintstack.environments.targets import Targets, asked_for, targets
from lintstack.images import endoflife, split, variables
from lintstack.images.reference import is_valid
from lintstack.images.variables import environment
from lintstack.join.stage_graph import may_name
from lintstack.join.variable_uses import nearest_name, slips
from lintstack.model import Dockerfile
from lintstack.reader import Reader
from lintstack.stacks import Stacks

RULES = """
    undefined-variable arg-out-of-scope env-self-reference undefined-arg-in-from unreachable-stage
    circular-stage-dependency shell-run-in-scratch copy-from-empty-scratch invalid-default-in-from duplicate-stage-name
    unnamed-stage-reference definition-description prefer-multi-stage constant-platform
""".split()


def dockerfile(folder: Path, text: str) -> Dockerfile:
    (folder / "Dockerfile").write_text(text, "utf-8")
    ((stack,),) = Stacks(Options((str(folder),), Config()))
    return stack.dockerfiles[0]


def found(folder: Path, *rules: str) -> list[str]:
    findings = analyse(Options((str(folder),), Config(), select=rules)).findings
    told = [item.at.span for item in findings if item.rule in rules]
    return [f"{Path(span.path).name}:{span.line} {span.text}" for span in told]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A/${B}/c", [("A", "", "$A"), ("B", "", "${B}")]),
        ("'$A' \"$B\" \\$C", [("B", "", "$B")]),
        (
            "${A:-$B} ${C-d} ${D:+e}",
            [("A", "-", "${A:-$B}"), ("B", "", "$B"), ("C", "-", "${C-d}"), ("D", "+", "${D:+e}")],
        ),
        ("${A#pre*} ${B%x} ${C/a/b}", [("A", "#", "${A#pre*}"), ("B", "%", "${B%x}"), ("C", "/", "${C/a/b}")]),
        ("$A ${", [("A", "", "$A")]),
        ("$$ cost", [("$", "", "$$")]),
        ("no variable", []),
    ],
)
def test_references(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(item.name, item.modifier, text[item.start : item.end]) for item in references(text)] == expected


@given(st.text(alphabet="${}:-+/#%'\"\\aA_1 ", max_size=60))
def test_references_lie_within_their_text(text: str) -> None:
    for item in references(text):
        assert 0 <= item.start < item.end <= len(text)
        assert item.name in text[item.start : item.end]


def test_uses_stand_on_the_variable(tmp_path: Path) -> None:
    text = "ARG G=1\nFROM alpine:$G AS a\nENV A=1\nFROM a\nCOPY x \\\n  # note\n  ${A}/$G /y\nRUN echo $A \\\n  $G\n"
    uses = dockerfile(tmp_path, text).variable_uses
    assert [(use.span.text, use.span.line, use.keyword.value) for use in uses] == [
        ("$G", 2, "FROM"),
        ("${A}", 7, "COPY"),
        ("$G", 7, "COPY"),
        ("$G", 9, "RUN"),
    ]
    assert [use.is_defined.value for use in uses] == [True, True, False, None]
    assert [use.is_out_of_scope.value for use in uses] == [False, False, True, True]


def test_a_fragment_knows_nothing_of_its_scope(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("ARG APP_HOME\nWORKDIR $SOMEWHERE\nRUN echo $TARGETARCH\nCOPY a $APP_HOEM\n")
    assert found(tmp_path, "undefined-variable", "arg-out-of-scope") == ["Dockerfile:4 $APP_HOEM"]


@pytest.mark.parametrize(
    ("name", "near"),
    [("PAHT", "PATH"), ("VERSOIN", "VERSION"), ("version", "VERSION"), ("HOST2", ""), ("A", ""), ("XYZ", "")],
)
def test_nearest_name(name: str, near: str) -> None:
    assert nearest_name(name, ["PATH", "VERSION", "HOST1", "B"]) == near


@given(st.text("ab", max_size=6), st.text("ab", max_size=6))
def test_slips_are_a_distance(one: str, other: str) -> None:
    assert slips(one, other) == slips(other, one)
    assert (slips(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= slips(one, other) <= max(len(one), len(other))


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("docker build --target dev .", {"dev"}),
        ("docker build --target=dev --target 'test' .", {"dev", "test"}),
        ('args: ["build", "--target", "dev"]', {"dev"}),
        ("      - --target\n      - dev\n", {"dev"}),
        ("build:\n  target: dev\n", {"dev"}),
        ('build:\n  target: "${TARGET:-dev}"\n', {"${TARGET:-dev}"}),
        ("ports:\n  - target: ${PORT}\n    published: 80\n", set()),
        ("volumes:\n  - type: bind\n    target: ${PLACE}\n", set()),
        ('"build": {"target": "dev"}', {"dev"}),
        ("    build: {context: ., target: dev}\n", {"dev"}),
        ("    build: {context: ., target: $KIND}\n", {"$KIND"}),
        ("Run `docker build --target dev`, or docker build --target test.", {"dev", "test"}),
        ("          target: ${{ matrix.target }}\n", set()),
        ("        with:\n          target: ${{ matrix.target }}\n", {"${{ matrix.target }}"}),
        ("nothing of the kind", set()),
    ],
)
def test_asked_for(text: str, asked: set[str]) -> None:
    assert set(asked_for(text)) == asked


def test_targets_with_variables(tmp_path: Path) -> None:
    (tmp_path / "build.sh").write_text("docker build --target app-${KIND}-image .\n")
    (tmp_path / "bake.hcl").write_text('target "a" {\n  target = "Named"\n}\n')
    asked = targets({str(tmp_path)}, Reader(str(tmp_path)))
    assert [asked.may_name(name) for name in ("app-web-image", "app--image", "named", "NAMED", "app-web", "other")] == [
        True,
        True,
        True,
        True,
        False,
        False,
    ]
    assert Targets(patterns=(("", ""),)).may_name("anything")


def test_a_target_of_another_project_counts(tmp_path: Path) -> None:
    (tmp_path / "image").mkdir()
    (tmp_path / "stack").mkdir()
    (tmp_path / "image" / "Dockerfile").write_text("FROM a:1 AS one\nFROM a:1 AS two\nFROM a:1\n")
    (tmp_path / "stack" / "compose.yaml").write_text("services: {a: {build: {context: ../image, target: one}}}\n")
    (tmp_path / ".git").mkdir()
    assert found(tmp_path, "unreachable-stage") == ["Dockerfile:2 two"]


def test_may_name() -> None:
    assert may_name("base-${TARGETOS}", "base-linux")
    assert may_name("${A}-${B}", "x-y")
    assert not may_name("base-$OS", "other")
    assert not may_name("$BASE", "base")


@pytest.mark.parametrize("product", sorted(endoflife._ENDS))
def test_ends_of_life_are_days(product: str) -> None:
    table = endoflife._table(product)
    versions = [tuple(map(int, version.split("."))) for version in table]
    assert versions == sorted(set(versions))
    assert len(table) == len(endoflife._ENDS[product].split())
    assert any(table.values())
    assert all(date.fromisoformat(end).isoformat() == end for end in table.values() if end)


def test_tables_of_ends_speak_of_each_other() -> None:
    """Each product is that of an image, each code name that of a version, and no name is two images' unless layered."""
    assert {product for _, product in endoflife._PRODUCTS.values()} == endoflife._ENDS.keys()
    assert endoflife._OTHER_SOURCES.keys() <= endoflife._ENDS.keys()
    names: list[str] = []
    for image, text in endoflife._CODENAMES.items():
        table = endoflife._table(endoflife._PRODUCTS[image][1])
        pairs = [word.split("=") for word in text.split()]
        assert [version for _, version in pairs] == [version for version in table if version in dict(pairs).values()]
        names += [name for name, _ in pairs]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("image", "today", "what"),
    [
        ("python:3.8", "2024-10-08", "Python 3.8"),
        ("python:3.8", "2024-10-07", ""),
        ("docker.io/library/python:3.8.1-slim", "2025-01-01", "Python 3.8"),
        ("python:2", "2025-01-01", "Python 2.7"),
        ("python:3", "2099-01-01", ""),
        ("python:3.13-bullseye", "2026-09-01", "Debian 11 (bullseye)"),
        ("node:24-alpine3.18", "2026-01-01", "Alpine Linux 3.18"),
        ("node:lts", "2099-01-01", ""),
        ("ubuntu:20.04", "2025-06-01", "Ubuntu 20.04"),
        ("ubuntu:xenial-20210804", "2025-06-01", "Ubuntu 16.04 (xenial)"),
        ("mcr.microsoft.com/dotnet/aspnet:6.0-alpine", "2025-01-01", ".NET 6.0"),
        ("example/python:2.7", "2099-01-01", ""),
        ("mysql:8", "2032-04-30", ""),
        ("mysql:8.0", "2026-05-01", "MySQL 8.0"),
        ("mysql:8.0-debian", "2026-04-30", ""),
        ("mysql:9", "2099-01-01", ""),
        ("mongo:6", "2025-07-31", ""),
        ("mongo:4.4-focal", "2024-02-01", ""),
        ("mongo:7.0-focal", "2025-06-01", "Ubuntu 20.04 (focal)"),
        ("mariadb:10", "2027-01-01", ""),
        ("mariadb:10.5.8", "2027-01-01", "MariaDB 10.5"),
        ("node:carbon-alpine", "2020-01-01", "Node.js 8 (carbon)"),
        ("node:krypton-bullseye", "2026-09-01", "Debian 11 (bullseye)"),
        ("centos:centos7", "2024-07-01", "CentOS 7"),
        ("centos:7.9.2009", "2024-06-30", ""),
        ("amazonlinux:2018.03.0.20230306.1", "2024-01-01", "Amazon Linux 2018.03"),
        ("amazonlinux:2023.6.20250203.1", "2029-06-30", ""),
        ("eclipse-temurin:17-jre-focal", "2025-06-01", "Ubuntu 20.04 (focal)"),
        ("mcr.microsoft.com/dotnet/sdk:8.0-bullseye-slim", "2026-09-01", "Debian 11 (bullseye)"),
        ("microsoft/dotnet:2.1-sdk", "2021-08-22", ".NET 2.1"),
        ("debian:trixie", "2030-06-30", ""),
        ("golang:1.9-alpine", "2018-08-25", "Go 1.9"),
        ("postgres:9", "2021-11-12", "PostgreSQL 9.6"),
        ("acme/carbon:carbon", "2099-01-01", ""),
    ],
)
def test_ended(image: str, today: str, what: str) -> None:
    found = endoflife.ended(split(image), today)
    assert (found.what if found else "") == what


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("alpine", True),
        ("localhost:5000/a/b_c:1.2-x@sha256:" + "a" * 64, True),
        ("registry.example.com/UPPER", False),
        ("busybox:", False),
        ("a//b", False),
        ("", False),
        ("-a", False),
        ("a" * 100_000, False),
        ("a-" * 500, False),
    ],
)
def test_valid_names_of_images(text: str, valid: bool) -> None:
    assert is_valid(text) is valid


def test_variables_of_images() -> None:
    assert environment(split("node:24")).may_set("NODE_VERSION")
    assert not environment(split("alpine:3")).may_set("ALPINE_VERSION")
    assert environment(split("example/foo-bar:1")).may_set("FOO_VERSION")
    assert not environment(split("example/foo-bar:1")).may_set("VERSION")
    assert environment(split("ruby:3.4-slim")).complete
    assert not environment(split("node:8-onbuild")).complete
    assert environment(split("golang:1.7-alpine")).may_set("GOLANG_SRC_URL")


def test_tables_of_variables_name_each_once() -> None:
    assert not variables._ALL.keys() & variables._SOME.keys()
    for text in (*variables._ALL.values(), *variables._SOME.values()):
        names = text.split()
        assert len(set(names)) == len(names)
        assert all(name.isidentifier() and name.isupper() and name != "PATH" for name in names)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"FROM s{i - 1 if i else 0} AS s{i}\nENV V{i}=$V{i - 1}\n" for i in range(3000)),
        "".join(f"FROM scratch AS s{i}\nCOPY --from=s{i + 1} a b\n" for i in range(3000)),
        "FROM alpine:1\nENV " + " ".join(f"A{i}=$B{i}" for i in range(3000)) + "\n",
        "".join(f"ARG A{i}=$A{i - 1}\n" for i in range(3000)) + "FROM x$A2999\n",
        "ARG X\nFROM alpine:1\nRUN echo " + "\"'$X " * 8000 + "\n",
        "".join(f"FROM x-$A{i} AS x-{i}\n" for i in range(2000)),
        "ARG X\nFROM a\nRUN " + "read " * 10000 + "$X\n",
    ],
    ids=["chain", "forward", "env", "args", "quotes", "guessed", "reads"],
)
def test_hostile_files_end(tmp_path: Path, text: str) -> None:
    (tmp_path / "Dockerfile").write_text(text)
    start = perf_counter()
    findings = analyse(Options((str(tmp_path),), Config(), select=tuple(RULES))).findings
    assert not [item.message for item in findings if item.rule == "internal-error"]
    assert perf_counter() - start < 20
