"""Users, credentials and verification, where pages cannot show it: fragments, ids of variants, one finding a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stack import found, lint

OFF = """\
FROM debian:bookworm-slim
RUN curl -k https://example.com/a
RUN wget --no-check-certificate https://example.com/a
RUN pip install --trusted-host example.com a
ENV PYTHONHTTPSVERIFY=0
ENV NODE_TLS_REJECT_UNAUTHORIZED=0
RUN apk add --allow-untrusted a
RUN apt-get install --allow-unauthenticated a
RUN yum install --nogpgcheck a
RUN rpm -i --nodigest a
RUN apt-get install --force-yes a
ENV NPM_CONFIG_STRICT_SSL=false
RUN npm config set strict-ssl false
ENV GIT_SSL_NO_VERIFY=1
RUN yum-config-manager --setopt=sslverify=0
ENV PIP_TRUSTED_HOST=example.com
RUN chpasswd < users
"""


@pytest.mark.parametrize("number", range(2, 18))
def test_each_id_stands_for_one_dress_of_the_fault(tmp_path: Path, number: int) -> None:
    analysis = lint(tmp_path, {"Dockerfile": OFF}, select=(f"CKV2_DOCKER_{number}",))
    assert [line for _, _, line in found(analysis)] == [number]


STATED, INHERITED = 'FROM debian:12\nUSER root\nCMD ["x"]\n', 'FROM debian:12\nCMD ["x"]\n'
TO_BUILD_UPON, NUMBERED = "FROM debian:12\nRUN x\n", "FROM debian:12\nUSER 1\n"


@pytest.mark.parametrize(
    ("text", "name", "lines"),
    [
        (STATED, "DL3002", [2]),
        (STATED, "CKV_DOCKER_8", [2]),
        (STATED, "CKV_DOCKER_3", []),
        (STATED, "DS-0002", [2]),
        (INHERITED, "DL3002", []),
        (INHERITED, "CKV_DOCKER_8", []),
        (INHERITED, "CKV_DOCKER_3", [1]),
        (INHERITED, "DS-0002", [1]),
        (TO_BUILD_UPON, "DL3002", []),
        (TO_BUILD_UPON, "CKV_DOCKER_3", [1]),
        (TO_BUILD_UPON, "fd54f200", [1]),
        (NUMBERED, "DS-0002", []),
    ],
)
def test_root_that_is_stated_is_not_root_that_is_inherited(
    tmp_path: Path, text: str, name: str, lines: list[int]
) -> None:
    analysis = lint(tmp_path, {"Dockerfile": text}, select=(name,))
    assert [line for _, _, line in found(analysis)] == lines


def test_a_fragment_has_a_user(tmp_path: Path) -> None:
    analysis = lint(tmp_path, {"Dockerfile": "RUN apt-get update\nUSER root\n"}, select=("DL3002", "CKV_DOCKER_3"))
    assert ("non-root-user", "Dockerfile", 2) in found(analysis)
    assert not any(rule == "user-stated" for rule, _, _ in found(analysis))


@pytest.mark.parametrize(
    "line",
    [
        "ARG NPM_TOKEN",
        "ARG NPM_TOKEN=correct-horse-9",
        "ENV NPM_TOKEN=correct-horse-9",
        "ENV NPM_TOKEN correct-horse-9",
        "ENV NPM_TOKEN=$OTHER",
        "ENV AWS_ACCESS_KEY_ID=AK" + "IAZ3QK7WPL5MXD2VRT",
        "ONBUILD ENV NPM_TOKEN=correct-horse-9",
    ],
)
def test_a_credential_is_told_once(tmp_path: Path, line: str) -> None:
    rules = ("hardcoded-secret", "secret-in-variable", "secret-literal")
    analysis = lint(tmp_path, {"Dockerfile": f"FROM debian:12\n{line}\n"}, select=rules)
    assert [at for _, _, at in found(analysis)] == [2]


def test_a_default_before_the_first_stage_is_told_once(tmp_path: Path) -> None:
    text = "ARG NPM_TOKEN=correct-horse-9\nFROM debian:12\nARG NPM_TOKEN\n"
    analysis = lint(tmp_path, {"Dockerfile": text}, select=("hardcoded-secret", "secret-in-variable"))
    assert found(analysis) == [("hardcoded-secret", "Dockerfile", 1), ("secret-in-variable", "Dockerfile", 3)]
