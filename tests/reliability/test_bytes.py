"""Table B: bytes, byte order marks and line breaks, in compose files and Dockerfiles."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.reliability.lint import BESIDE, NEIGHBOURS, House, meets

COMPOSE = "services:\n  planted:\n    image: nginx:latest\n    user: root\n"
DOCKERFILE = "FROM alpine:3.20\nRUN echo one\nUSER root\n"
LATEST, ROOT = "planted-latest compose.yaml:3", "planted-root compose.yaml:4"
STAGE = "planted-root Dockerfile:3"
ENCODING = "yaml-encoding compose.yaml"
SECONDS = 1.0


class Case(NamedTuple):
    """One file's bytes and what must be said about it."""

    id: str
    data: bytes
    expected: tuple[str, ...]
    columns: tuple[tuple[str, int], ...] = ()


def _with(text: str, at: int = 1) -> bytes:
    """The planted compose file with a line behind line `at`."""
    lines = COMPOSE.split("\n")
    return "\n".join((*lines[:at], text, *lines[at:])).encode("utf-8", "surrogatepass")


COMPOSE_CASES = (
    Case("B1-bom", b"\xef\xbb\xbf" + COMPOSE.encode(), (LATEST, ROOT), (("planted-latest", 12), ("planted-root", 11))),
    Case("B1-crlf", COMPOSE.replace("\n", "\r\n").encode(), (LATEST, ROOT), (("planted-latest", 12),)),
    Case("B1-mixed-ends", COMPOSE.replace("\n", "\r\n", 2).encode(), (LATEST, ROOT), (("planted-root", 11),)),
    Case("B1-no-final-newline", COMPOSE.rstrip().encode(), (LATEST, ROOT)),
    Case("B1-bom-crlf-no-end", b"\xef\xbb\xbf" + COMPOSE.rstrip().replace("\n", "\r\n").encode(), (LATEST, ROOT)),
    Case("B1-wide-characters-before", _with("  # 日本語 👍 é", 2), ("planted-latest compose.yaml:4",)),
    Case("B2-utf-16-le", b"\xff\xfe" + COMPOSE.encode("utf-16-le"), (f"{ENCODING}|{LATEST}",)),
    Case("B2-utf-16-be", b"\xfe\xff" + COMPOSE.encode("utf-16-be"), (f"{ENCODING}|{LATEST}",)),
    Case("B2-utf-16-no-bom", COMPOSE.encode("utf-16-le"), (ENCODING,)),
    Case("B3-utf-32", b"\xff\xfe\x00\x00" + COMPOSE.encode("utf-32-le"), (ENCODING,)),
    Case("B3-utf-32-be", b"\x00\x00\xfe\xff" + COMPOSE.encode("utf-32-be"), (ENCODING,)),
    Case("B3-latin-1", COMPOSE.encode() + b"    hostname: caf\xe9\n", (f"{ENCODING}:5",)),
    Case("B3-cut-utf-8", COMPOSE.encode() + "    hostname: é".encode()[:-1], (f"{ENCODING}:5",)),
    Case("B3-surrogate-bytes", COMPOSE.encode() + b"    hostname: \xed\xa0\x80\n", (f"{ENCODING}:5",)),
    Case("B3-overlong", COMPOSE.encode() + b"    hostname: \xc0\xaf\n", (f"{ENCODING}:5",)),
    Case("B3-nul", COMPOSE.encode() + b"    hostname: a\x00b\n", (f"{ENCODING}:5",)),
    Case("B3-nul-behind-cr", b"# \r \x00\n", (f"{ENCODING}:1",)),
    Case("B3-latin-1-behind-cr", b"# \r \xe9\n", (f"{ENCODING}:1",)),
    Case("B3-bell-in-comment", COMPOSE.encode() + b"# \x07\n", (f"{ENCODING}:5",)),
    Case("B3-escape-in-comment", COMPOSE.encode() + b"# \x1b[2J\n", (f"{ENCODING}:5",)),
    Case("B3-c1-in-comment", COMPOSE.encode() + "# \x9b31m\n".encode(), (f"{ENCODING}:5",)),
    *(
        Case(
            f"B4-{name}-hides-a-key",
            _with(f"  # a comment{character}  planted2: {{image: 'nginx:latest'}}"),
            ("hidden-characters compose.yaml:2",),
        )
        for name, character in (("nel", "\x85"), ("line-separator", "\u2028"), ("paragraph-separator", "\u2029"))
    ),
    Case("B5-bare-cr", COMPOSE.replace("\n", "\r").encode(), ("planted-latest compose.yaml",)),
    Case(
        "B5-cr-in-lf-file",
        _with("  # a\r  planted2: {image: 'nginx:latest'}"),
        ("planted-latest compose.yaml:2|hidden-characters compose.yaml:2|yaml-syntax compose.yaml:2",),
    ),
    Case("B6-tab-indent", _with("\tplanted2: {image: x}"), ("yaml-syntax compose.yaml:2",)),
    Case("B6-tab-behind-colon", COMPOSE.replace("user: root", "user:\troot").encode(), (LATEST, ROOT)),
    Case(
        "B6-tab-in-flow",
        _with("  p2: {image:\t'nginx:latest',\tuser:\troot}"),
        ("planted-root compose.yaml:2|yaml-syntax",),
    ),
    Case("B6-tab-behind-value", COMPOSE.replace("root", "root\t").encode(), (LATEST, ROOT)),
    Case(
        "B7-nbsp-indent",
        _with("\xa0\xa0p2: {image: x}"),
        ("hidden-characters compose.yaml:2|compose-schema compose.yaml:2|yaml-syntax compose.yaml",),
    ),
    Case("B7-cyrillic-key", COMPOSE.replace("user", "us\u0435r").encode(), (LATEST, "compose-schema compose.yaml:4")),
    Case(
        "B7-zero-width-key",
        COMPOSE.replace("user", "us\u200ber").encode(),
        (LATEST, "hidden-characters compose.yaml:4"),
    ),
    Case(
        "B7-zero-width-value",
        COMPOSE.replace("root", "ro\u200bot").encode(),
        (LATEST, "hidden-characters compose.yaml:4"),
    ),
    Case("B7-bidi-comment", _with("  # \u202euser: app\u2066"), ("hidden-characters compose.yaml:2", "planted-latest")),
    Case("B7-soft-hyphen", COMPOSE.replace("planted:", "plan\xadted:").encode(), ("hidden-characters compose.yaml:2",)),
    Case("B7-tag-characters", _with("  # \U000e0041\U000e0042"), ("hidden-characters compose.yaml:2",)),
    Case("B7-bom-inside", _with("  # \ufeff"), ("hidden-characters compose.yaml:2", "planted-latest")),
)

SYNTAX = "dockerfile-syntax Dockerfile"
DOCKERFILE_CASES = (
    Case("B1-bom", b"\xef\xbb\xbf" + DOCKERFILE.encode(), (STAGE,), (("planted-root", 6),)),
    Case("B1-crlf", DOCKERFILE.replace("\n", "\r\n").encode(), (STAGE,), (("planted-root", 6),)),
    Case("B1-mixed-ends", DOCKERFILE.replace("\n", "\r\n", 1).encode(), (STAGE,)),
    Case("B1-no-final-newline", DOCKERFILE.rstrip().encode(), (STAGE,)),
    Case(
        "B1-crlf-continuation", b"FROM alpine:3.20\r\nRUN a \\\r\n  b\r\nUSER root\r\n", ("planted-root Dockerfile:4",)
    ),
    Case(
        "B8-latin-1-label",
        DOCKERFILE.replace("RUN echo one", "LABEL a=caf\udce9").encode("utf-8", "surrogateescape"),
        (STAGE,),
    ),
    Case("B8-latin-1-comment", b"# caf\xe9\n" + DOCKERFILE.encode(), ("planted-root Dockerfile:4",)),
    Case("B8-latin-1-user", b"FROM alpine:3.20\nUSER \xe9\nUSER root\n", (STAGE,)),
    Case("B8-latin-1-stage", b"FROM alpine:3.20 AS \xe9\nRUN x\nUSER root\n", (f"{STAGE}|{SYNTAX}",)),
    Case("B8-latin-1-image", b"FROM caf\xe9:latest\nRUN x\nUSER root\n", (STAGE,)),
    Case("B9-utf-16", b"\xff\xfe" + DOCKERFILE.encode("utf-16-le"), (f"{SYNTAX}|dockerfile-encoding Dockerfile",)),
    Case("B9-utf-16-no-bom", DOCKERFILE.encode("utf-16-le"), (f"{SYNTAX}|dockerfile-encoding Dockerfile",)),
    Case("B9-nul-instead-of-file", b"\x00" * 1000, (f"{SYNTAX}|dockerfile-encoding Dockerfile",)),
    Case(
        "B9-nul-inside",
        b"FROM alpine:3.20\nRUN a\x00b\nUSER root\n",
        (f"{STAGE}|{SYNTAX}|dockerfile-encoding Dockerfile",),
    ),
    Case("B9-cr-only", DOCKERFILE.replace("\n", "\r").encode(), (f"{SYNTAX}|planted-root Dockerfile",)),
    Case("B9-web-page", b"<!DOCTYPE html>\n<html><body>404</body></html>\n", (SYNTAX,)),
    Case("B9-empty", b"", (SYNTAX,)),
    Case("B9-only-comments", b"# syntax=docker/dockerfile:1\n\n# nothing\n", (SYNTAX,)),
    Case("B9-only-blanks", b"   \n\t\n\n", (SYNTAX,)),
    Case("B9-cr-inside", b"FROM alpine:3.20\nRUN a\rUSER app\nUSER root\n", (f"{STAGE}|{SYNTAX}",)),
    Case("B9-vertical-tab", b"FROM alpine:3.20\nRUN x\n\x0bUSER root\n", (f"{STAGE}|{SYNTAX}",)),
    Case("B9-form-feed", b"FROM alpine:3.20\nRUN x\n\x0cUSER root\n", (f"{STAGE}|{SYNTAX}",)),
    Case("B9-nbsp-before", "FROM alpine:3.20\nRUN x\n\xa0USER root\n".encode(), (f"{STAGE}|{SYNTAX}",)),
    Case("B9-nel-inside", "FROM alpine:3.20\nRUN x\x85USER app\nUSER root\n".encode(), (STAGE,)),
    Case("B9-line-separator", "FROM alpine:3.20\n# x\u2028USER app\nUSER root\n".encode(), (STAGE,)),
)


@pytest.mark.parametrize("case", COMPOSE_CASES, ids=lambda case: case.id)
def test_compose_file(case: Case, house: House) -> None:
    _judge("compose.yaml", case, house)


@pytest.mark.parametrize("case", DOCKERFILE_CASES, ids=lambda case: case.id)
def test_dockerfile(case: Case, house: House) -> None:
    _judge("Dockerfile", case, house)


def _judge(path: str, case: Case, house: House) -> None:
    outcome = house.lint(house.tree({path: case.data, **BESIDE}))
    assert outcome.exit == 1
    assert outcome.places >= NEIGHBOURS
    assert meets(outcome, case.expected) == [], sorted(outcome.places - NEIGHBOURS)
    found = {(item["rule"], item["column"]) for item in outcome.findings if item["path"] == path}
    assert set(case.columns) <= found
    assert outcome.seconds < SECONDS


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfea\x00=\x001\x00",
        b"A=\xe9\n",
        b"A='open\n",
        b"A=\x00\n",
        b"\xef\xbb\xbfA=1\n",
        b"A=1\rB=2\r",
        b"=x\n",
        b"A B=1\n",
    ],
)
def test_environment_file(data: bytes, house: House) -> None:
    """Whatever `.env` and an `env_file` hold, the compose file is linted."""
    compose = COMPOSE + "    env_file: app.env\n"
    outcome = house.lint(house.tree({"compose.yaml": compose, ".env": data, "app.env": data, **BESIDE}))
    assert outcome.places >= NEIGHBOURS
    assert meets(outcome, (LATEST, ROOT)) == []
