"""Advisories about images: well formed, listed; each speaks where it means to, and not beside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lintstack.image_keys import CONDITIONS
from lintstack.images import split
from lintstack.images.advisories import ADVISED, Advisory, advised, advisories, concerns, names, own
from lintstack.rules import builtin
from tests.advised import PAGE, WORDS, page
from tests.stack import lint

EVERY = pytest.mark.parametrize("advisory", advisories(), ids=lambda advisory: advisory.id)


def test_there_are_many_and_each_has_its_id() -> None:
    ids = [advisory.id for advisory in advisories()]
    assert len(ids) == len(set(ids)) >= 60


def test_the_index_names_every_image_and_no_other() -> None:
    assert {image for advisory in advisories() for image in advisory.images} == ADVISED


def test_pages_list_the_advisories_that_they_report() -> None:
    for rule in builtin():
        told = [advisory.id for advisory in advisories() if advisory.rule == rule.name]
        if told:
            assert sorted(rule.variants) == sorted(told), rule.name
            assert all(see == {"advisory": (name,)} for name, see in rule.variants.items())
    assert {advisory.rule for advisory in advisories()} <= {rule.name for rule in builtin()}


def test_no_id_is_the_name_of_a_rule() -> None:
    known = {name for rule in builtin() for name in (rule.name, *rule.aka)}
    assert not known & {advisory.id for advisory in advisories()}


def test_the_page_of_them_is_what_they_say() -> None:
    assert PAGE.read_text("utf-8") == page()


@EVERY
def test_an_advisory_is_well_formed(advisory: Advisory) -> None:
    assert re.fullmatch(r"https://[^\s()]+", advisory.source)
    assert re.fullmatch(r"|20[0-9]{2}-[01][0-9]-[0-3][0-9]", advisory.date)
    assert set(advisory.when) <= WORDS.keys()
    assert all(re.fullmatch(str(CONDITIONS["pattern"]), terms) for terms in advisory.tags)
    for text in (advisory.fact, advisory.remedy):
        assert text == text.strip()
        assert "\n" not in text
        assert not text.endswith(".")
    for image in advisory.images:
        assert image == image.lower()
        assert image.endswith("/*") or image in (*names(split(image)), split(image).repository)


def tag(terms: str) -> str:
    """A tag for which a condition holds."""
    words: dict[str, str] = {}
    for term in terms.split():
        if ">=" in term:
            word, _, version = term.partition(">=")
            words[word] = version
        elif "<" in term:
            words.setdefault(term.partition("<")[0], "1")
        elif not term.startswith("!"):
            word = term.rstrip("0123456789.")
            words.setdefault(word or term, term[len(word) :] if word else term)
    parts = [word if word == version else word + version for word, version in words.items()]
    return "-".join(sorted(parts, key=str.isalpha)) or "1.2.3"


def project(advisory: Advisory, chosen: str) -> dict[str, str]:
    """Files of a project that does what an advisory speaks of."""
    image = advisory.images[0].replace("/*", "/thing")
    when: Mapping[str, Any] = advisory.when
    if "run" in when:
        return {"Dockerfile": f'FROM {image}:{chosen}\nRUN {when["run"][0]}\nCMD ["true"]\n'}
    lines = ["services:", "  thing:", f"    image: '{image}:{chosen}'"]
    mounts = [*when.get("mount", ())[:1]]
    if mounts or "socket" in when:
        target = f"data:{mounts[0]}" if mounts else "/var/run/docker.sock:/var/run/docker.sock"
        lines.append(f"    volumes: ['{target}']")
    values = {name: value[0] if isinstance(value, list) else value for name, value in when.get("value", {}).items()}
    values |= dict(when.get("contains", {}))
    values |= dict.fromkeys((name.replace("*", "X") for name in when.get("set", ())[:1]), "x")
    if values:
        lines += ["    environment:", *(f"      {name}: '{value}'" for name, value in values.items())]
    command = next((when[key][0] for key in ("option", "word", "runs") if key in when), "")
    if command:
        lines.append(f"    command: {command.split()}")
    checked = next((when[key][0] for key in ("program_path", "test") if key in when), "")
    if checked:
        lines.append(f"    healthcheck: {{test: 'curl x{checked}'}}")
    if "called" in when:
        url = when["called"][0].replace("{service}", "thing")
        lines += ["  caller:", "    image: example/caller:1", "    environment:", f"      URL: '{url}'"]
    if mounts:
        lines.append("volumes: {data: {}}")
    return {"compose.yaml": "\n".join(lines) + "\n"}


def found(folder: Path, advisory: Advisory, chosen: str) -> list[str]:
    """Ids of what is reported for such a project."""
    linted = lint(folder, project(advisory, chosen), select=(advisory.id,))
    assert not [item for item in linted.analysis.findings if item.rule in ("internal-error", "compose-schema")]
    return [item.variant for item in linted.analysis.findings if item.rule == advisory.rule]


@EVERY
def test_it_speaks_of_the_project_that_it_describes(advisory: Advisory, tmp_path: Path) -> None:
    chosen = tag(advisory.tags[0]) if advisory.tags else "1.2.3"
    assert found(tmp_path, advisory, chosen) == [advisory.id]


@pytest.mark.parametrize(
    "advisory",
    [item for item in advisories() if item.tags and ">=" in item.tags[0].split()[0]],
    ids=lambda item: item.id,
)
def test_it_is_silent_about_versions_before(advisory: Advisory, tmp_path: Path) -> None:
    word = advisory.tags[0].partition(">=")[0]
    assert not found(tmp_path, advisory, f"{word}0.1")


@pytest.mark.parametrize(
    ("image", "id", "said"),
    [
        ("postgres:18.1-alpine3.22", "postgres-18-data", True),
        ("postgres", "postgres-18-data", True),
        ("postgres:alpine", "postgres-18-data", True),
        ("postgres:trixie", "postgres-18-data", False),
        ("postgres:17", "postgres-18-data", False),
        ("postgres:latest@sha256:" + 64 * "a", "postgres-18-data", False),
        ("postgres@sha256:" + 64 * "a", "postgres-18-data", False),
        ("postgres:18@sha256:" + 64 * "a", "postgres-18-data", True),
        ("public.ecr.aws/docker/library/postgres:18", "postgres-18-data", True),
        ("registry.example.com/postgres:18", "postgres-18-data", False),
        ("traefik:v3", "traefik-engine-29", False),
        ("traefik:3.6.0", "traefik-engine-29", True),
        ("traefik:1.7-alpine", "traefik-engine-29", True),
        ("traefik:latest", "traefik-engine-29", False),
        ("mcr.microsoft.com/mssql/server:2022-latest", "mssql-tools18", True),
        ("mcr.microsoft.com/mssql/server:2022-CU13-ubuntu-22.04", "mssql-tools18", False),
        ("mcr.microsoft.com/mssql/server:2017-latest", "mssql-tools18", False),
        ("bitnami/redis", "bitnami-versions", False),
        ("bitnami/redis:7.4", "bitnami-versions", True),
        ("bitnamilegacy/redis:7.4", "bitnami-versions", False),
        ("bitnami/minideb:bookworm", "bitnami-versions", False),
        ("influxdb:latest", "influxdb-3-variables", False),
        ("influxdb:3-core", "influxdb-3-variables", True),
        ("debian:buster-20240612-slim", "debian-archived", True),
    ],
)
def test_tags(image: str, id: str, said: bool) -> None:
    rule = next(advisory.rule for advisory in advisories() if advisory.id == id)
    assert (id in [advisory.id for advisory in advised(split(image), rule)]) is said


def test_a_line_of_a_user_is_an_advisory() -> None:
    (advisory,) = own(["registry.example.com:5000/team/api >=3 <4: it forgets: all"])
    assert advisory.fact == "it forgets: all"
    assert advisory.images == ("registry.example.com:5000/team/api",)
    assert concerns(advisory, split("registry.example.com:5000/team/api:3.9"))
    assert not concerns(advisory, split("registry.example.com:5000/team/api:4.0"))


SCRIPTS = {
    "mongo --host a": True,
    "sleep 1 && mongo a": True,
    "if mongo; then exit; fi": True,
    "/usr/bin/mongo a": True,
    "mongosh --host mongo": False,
    "echo mongo": False,
    "mongo-express": False,
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_program_is_called_where_a_command_begins(script: str, tmp_path: Path) -> None:
    text = f"services:\n  a:\n    image: mongo:7\n    entrypoint: [sh, -c, '{script}']\n"
    linted = lint(tmp_path, {"compose.yaml": text}, select=("mongo-6-shell",))
    assert bool([item for item in linted.analysis.findings if item.variant]) is SCRIPTS[script]
