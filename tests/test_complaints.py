"""What users of other Dockerfile linters complain about does not happen here: no false alarm, no silence instead."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

from tests.stack import lint


class Case(NamedTuple):
    """A Dockerfile, and the lines that a linter has to speak about.

    Args:
        about: what the complaint says.
        rule: the other tool's id, by which the rule is selected.
        dockerfile: the text; `# here` at the end of a line, or above it, marks nothing: lines are counted.
        lines: of the findings.
        compose: a compose file that builds it, "" for none.
    """

    about: str
    rule: str
    dockerfile: str
    lines: tuple[int, ...] = ()
    compose: str = ""


CASES = [
    # Pinning of packages (hadolint 928, 1143, 1030).
    Case("a variable holds pinned packages", "DL3008", "FROM debian:12\nARG PKGS\nRUN apt-get install -y $PKGS\n"),
    Case("… beside one that is not", "DL3008", "FROM debian:12\nRUN apt-get install -y $PKGS git\n", (2,)),
    Case("apt: a version in a variable", "DL3008", "FROM debian:12\nRUN apt-get install -y git=${V}\n"),
    Case("yum: a version in a variable", "DL3033", "FROM rockylinux:9\nENV V=1\nRUN yum install -y git-${V}\n"),
    Case("dnf: a version in a variable", "DL3041", "FROM fedora:41\nARG V=1\nRUN dnf install -y git-${V}\n"),
    Case("dnf: none", "DL3041", "FROM fedora:41\nRUN dnf install -y git\n", (2,)),
    # ARG in FROM (hadolint 1078, 979, 339, 219).
    Case("a default with a tag", "DL3006", "ARG I=python:3.12\nFROM ${I}\n"),
    Case("a default without", "DL3006", "ARG I=python\nFROM ${I}\n", (2,)),
    Case("latest by a default", "DL3007", "ARG T=latest\nFROM python:${T}\n", (2,)),
    Case(
        "a stage whose name holds a variable",
        "DL3006",
        "FROM debian:12 AS img-a\nARG S=a\nFROM scratch AS x\nFROM img-${S}\n",
    ),
    Case("no default", "DL3006", "ARG I\nFROM ${I}\n"),
    # Root in a builder (hadolint 405, 1068, 1014).
    Case("root in a builder", "DL3002", "FROM node:22 AS b\nUSER root\nFROM node:22\nUSER node\n"),
    Case("root at the end", "DL3002", "FROM node:22 AS b\nUSER root\nFROM node:22\nUSER root\n", (4,)),
    Case(
        "root in what a service builds",
        "DL3002",
        "FROM node:22 AS b\nUSER root\nFROM node:22\nUSER node\n",
        (2,),
        "services: {a: {build: {context: ., target: b}}}\n",
    ),
    # Consecutive RUNs where caching matters (hadolint 715, 1056).
    Case("RUNs of a builder", "DL3059", "FROM golang:1.23 AS b\nRUN a\nRUN b\nFROM scratch\nCOPY --from=b /a /a\n"),
    # COPY --from (hadolint 197, 830, 859, 933, 1124).
    Case("an image", "DL3022", "FROM debian:12\nCOPY --from=busybox:1.36 /bin/sh /bin/sh\n"),
    Case("an image without a tag", "DL3022", "FROM debian:12\nCOPY --from=ghcr.io/astral-sh/uv /uv /bin/\n"),
    Case("an argument", "DL3022", "ARG B=x\nFROM debian:12\nCOPY --from=${B} /a /a\n"),
    Case(
        "a named context",
        "DL3022",
        "FROM debian:12\nCOPY --from=assets /a /a\n",
        (),
        "services: {a: {build: {context: ., additional_contexts: {assets: ./x}}}}\n",
    ),
    Case("a stage in another case", "DL3022", "FROM node:22 AS Build\nFROM node:22\nCOPY --from=build /a /a\n"),
    Case("a misspelt stage", "DL3022", "FROM node:22 AS build\nFROM node:22\nCOPY --from=biuld /a /a\n", (3,)),
    # pipefail (hadolint 250, 350, 400, 1084, 522, 1137).
    Case("it is set in the line", "DL4006", "FROM debian:12\nRUN set -o pipefail && a | b\n"),
    Case("… among other options", "DL4006", "FROM debian:12\nRUN set -euxo pipefail; a | b\n"),
    Case("… in a here-document", "DL4006", "FROM debian:12\nRUN <<EOF bash\nset -o pipefail\na | b\nEOF\n"),
    Case(
        "… by a stage built upon",
        "DL4006",
        'FROM debian:12 AS a\nSHELL ["bash","-o","pipefail","-c"]\nFROM a\nRUN a | b\n',
    ),
    Case("ash", "DL4006", 'FROM alpine:3.20\nSHELL ["/bin/ash", "-eo", "pipefail", "-c"]\nRUN a | b\n'),
    Case("no pipe", "DL4006", "FROM debian:12\nRUN a || b\n"),
    Case("a pipe", "DL4006", "FROM debian:12\nRUN a | b\n", (2,)),
    # Caches (hadolint 1139, 497, 983, 671, 619, 167).
    Case(
        "apt: a cache mount",
        "DL3009",
        "FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt "
        "apt-get update && apt-get install -y git\n",
    ),
    Case(
        "apt: rm in other words",
        "DL3009",
        "FROM debian:12\nRUN apt-get update && apt-get install -y a && rm -fr /var/lib/apt/lists\n",
    ),
    Case("apt: no rm", "DL3009", "FROM debian:12\nRUN apt-get update && apt-get install -y a\n", (2,)),
    Case(
        "apt: a builder",
        "DL3009",
        "FROM debian:12 AS b\nRUN apt-get update && apt-get install -y a\nFROM scratch\nCOPY --from=b /a /a\n",
    ),
    Case(
        "pip: a cache mount",
        "DL3042",
        "FROM python:3.12\nRUN --mount=type=cache,target=/root/.cache/pip pip install a==1\n",
    ),
    Case("pip: the environment says so", "DL3042", "FROM python:3.12\nENV PIP_NO_CACHE_DIR=1\nRUN pip install a==1\n"),
    Case("pip: neither", "DL3042", "FROM python:3.12\nRUN pip install a==1\n", (2,)),
    Case("apk: a cache mount", "DL3019", "FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/apk apk add a\n"),
    Case("yarn in a builder", "DL3060", "FROM node:22 AS b\nRUN yarn install\nFROM node:22\nCOPY --from=b /a /a\n"),
    # Named users (hadolint 1222, 1234, 1240).
    Case("a user made here with a number", "DL3066", "FROM debian:12\nRUN useradd -l -u 10001 app\nUSER app\n"),
    Case("a number", "DL3066", "FROM debian:12\nUSER 10001\n"),
    Case("a name", "DL3066", "FROM debian:12\nUSER app\n", (2,)),
    # The order of install and clean (hadolint 957, trivy 1740).
    Case(
        "yum: installs after the clean",
        "DL3032",
        "FROM rockylinux:9\nRUN yum install -y a && yum clean all && yum install -y b\n",
        (2,),
    ),
    Case(
        "yum: clean after all",
        "DL3032",
        "FROM rockylinux:9\nRUN yum install -y a && yum install -y b && yum clean all\n",
    ),
    # What escapes hadolint.
    Case("sudo", "DL3014", "FROM debian:12\nRUN sudo apt-get install git\n", (2,)),
    Case("env", "DL3014", "FROM debian:12\nRUN env A=b apt-get install git\n", (2,)),
    Case("bash -c", "DL3014", 'FROM debian:12\nRUN bash -c "apt-get install git"\n', (2,)),
    Case("the exec form of it", "DL3014", 'FROM debian:12\nRUN ["/bin/sh", "-c", "apt-get install git"]\n', (2,)),
    Case("an absolute path", "DL3014", "FROM debian:12\nRUN /usr/bin/apt-get install git\n", (2,)),
    Case("npm i", "DL3016", "FROM node:22\nRUN npm i express\n", (2,)),
    Case("several sources to .", "DL3021", "FROM debian:12\nWORKDIR /a\nCOPY a b .\n"),
    Case("several sources to a file", "DL3021", "FROM debian:12\nWORKDIR /a\nCOPY a b c\n", (3,)),
    Case("a git source", "DL3020", "FROM debian:12\nADD git@github.com:moby/buildkit.git#v0.14.1 /src\n"),
    Case("a zst archive", "DL3020", "FROM debian:12\nADD rootfs.tar.zst /\n"),
    Case("a folder", "DL3020", "FROM debian:12\nADD src /src\n", (2,)),
    Case("words that hold `token`", "DL3064", "FROM debian:12\nENV TOKENIZERS_PARALLELISM=false\n"),
    Case("a user's name", "DL3064", "FROM debian:12\nENV DB_USERNAME=app\n"),
    Case("a file with it", "DL3064", "FROM debian:12\nENV SECRET_KEY_FILE=/run/secrets/key\n"),
    Case("a version of it (buildkit 6501)", "SecretsUsedInArgOrEnv", "FROM debian:12\nARG TOKEN_VERSION=1\n"),
    Case("a token", "DL3064", "FROM debian:12\nENV API_TOKEN=abc\n", (2,)),
    Case("a stage in another case, in FROM", "DL3006", "FROM node:22 AS Build\nFROM build\n"),
    # Arguments that compose supplies (cypress 1186, 1197; devcontainers 1271; moby 49928).
    Case(
        "compose gives the version",
        "InvalidDefaultArgInFrom",
        "ARG V\nFROM busybox:$V\n",
        (),
        'services: {a: {build: {context: ., args: {V: "1.36"}}}}\n',
    ),
    # The environment of the base image (dingo 3307).
    Case("the base image may set it", "UndefinedVar", "FROM golang:1.23\nWORKDIR $GOPATH/src\n"),
    Case("nothing can set it", "UndefinedVar", "FROM scratch\nCOPY $NOWHERE /a\n", (2,)),
    # Platforms and stages (checkov 5161, 5466, 1450; trivy 10333; dockerlint 72).
    Case("a platform before the image", "CKV_DOCKER_7", "FROM --platform=$BUILDPLATFORM golang:1.23 AS b\nFROM b\n"),
    Case("latest in a stage's name only", "CKV_DOCKER_7", "FROM golang:1.23 AS latest\nFROM latest\n"),
    Case("curl here, wget there", "DS-0014", "FROM debian:12 AS a\nRUN curl -L x\nFROM debian:12\nRUN wget -q x\n"),
    Case("CMD in each stage", "DL4003", 'FROM debian:12 AS a\nCMD ["a"]\nFROM debian:12\nCMD ["b"]\n'),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.about}")
def test_complaint(case: Case, tmp_path: Path) -> None:
    files = {"Dockerfile": dedent(case.dockerfile)}
    if case.compose:
        files["compose.yaml"] = case.compose
    analysis = lint(tmp_path, files, select=(case.rule,))
    told = [(item.at.span.line, item.message) for item in analysis.findings if item.at.span.path.endswith("Dockerfile")]
    assert tuple(sorted({line for line, _ in told})) == case.lines, told
