"""What is known of users and health checks is said with every report, so that silence never passes for health."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lintstack import factsheet
from lintstack.coverage import OTHER, class_of, share
from lintstack.summary import summary
from tests.reliability.lint import command
from tests.stack import lint

FILES = {
    "compose.yaml": """
        services:
          known: {image: "nginx:1.27"}
          stranger: {image: acme/unheard-of}
          unset: {image: "${IMAGE}"}
          absent: {build: ./elsewhere}
          remote: {build: "https://github.com/example/tool.git"}
          stage: {build: {context: ., target: nothing}}
          argument: {build: {context: ., dockerfile: argument.Dockerfile}}
          gosu: {build: {context: ., dockerfile: gosu.Dockerfile}}
    """,
    "Dockerfile": "FROM node:22\n",
    "argument.Dockerfile": "ARG BASE\nFROM $BASE\n",
    "gosu.Dockerfile": 'FROM debian:12\nENTRYPOINT ["gosu", "app", "server"]\n',
}


def test_each_reason_has_its_class(tmp_path: Path) -> None:
    linted = lint(tmp_path, FILES)
    found = {
        item.name: class_of(item.user.is_root.unknown)
        for item in linted.stacks[0].services
        if item.user.is_root.unknown
    }
    assert found == {
        "stranger": "image not known",
        "unset": "variable unset",
        "absent": "Dockerfile elsewhere",
        "remote": "Dockerfile elsewhere",
        "stage": "stage missing",
        "argument": "variable unset",
        "gosu": "entrypoint decides",
    }
    total = summary(linted.analysis, linted.options, 0.0)
    assert (total.services, total.services_known_user) == (8, 1)
    assert list(total.unknown_users.items()) == [
        ("Dockerfile elsewhere", 2),
        ("variable unset", 2),
        ("entrypoint decides", 1),
        ("image not known", 1),
        ("stage missing", 1),
    ]


@pytest.mark.parametrize("prod", ["user: '1000'", "image: 'nginx:1.27'", "user: '1000', healthcheck: {disable: true}"])
def test_a_service_is_known_where_every_environment_tells(prod: str, tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services: {api: {image: acme/unheard-of}, web: {image: 'nginx:1.27'}}\n",
        "compose.prod.yaml": f"services: {{api: {{{prod}}}}}\n",
    }
    linted = lint(tmp_path, files)
    total = summary(linted.analysis, linted.options, 0.0)
    assert (total.services, total.services_known_user, total.services_known_healthcheck) == (2, 1, 1)
    assert dict(total.unknown_users) == dict(total.unknown_healthchecks) == {"image not known": 1}


def test_facts_say_how_much_is_known(tmp_path: Path) -> None:
    linted = lint(tmp_path, {"compose.yaml": "services: {a: {image: 'nginx:1.27'}, b: {image: acme/x}}\n"})
    told = json.loads(json.dumps(factsheet.sheet(linted.stacks[0])["coverage"]))
    assert told["user"] == {"services": 2, "known": 1, "unknown": {"image not known": 1}}
    assert told["healthcheck"] == {"services": 2, "known": 1, "unknown": {"image not known": 1}}


def test_no_services_are_no_division() -> None:
    assert share(()) == (0, 0, {})
    assert class_of("the stars are wrong") == OTHER


@pytest.mark.parametrize(
    ("image", "words"), [("nginx:1.27", "of the service"), ("acme/x", "user of 0 of 1 service, 0 %")]
)
def test_reports_say_it(tmp_path: Path, image: str, words: str) -> None:
    (tmp_path / "compose.yaml").write_text(f"services: {{a: {{image: '{image}'}}}}\n", "utf-8")
    assert words in command(tmp_path, "check", ".")[1]


def test_every_reason_of_the_corpus_has_a_class(root: Path) -> None:
    corpus = root.parent / "shared" / "corpus"
    if not corpus.is_dir():
        pytest.skip(f"{corpus} is not there")
    linted = json.loads(command(root, "check", str(corpus), "--isolated", "-o", "json", "--exit-zero")[1])["summary"]
    reasons = [reason for reason in linted["unknown"] if class_of(reason) == OTHER]
    assert not reasons, [re.sub(r"`[^`]*`", "``", reason) for reason in reasons]
    assert linted["services_known_user"] * 100 >= 60 * linted["services"]
    assert linted["services_known_healthcheck"] * 100 >= 60 * linted["services"]
