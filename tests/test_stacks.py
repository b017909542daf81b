"""Whole projects: what is expected of each, one fault at a time, and Docker Compose's own opinion."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lintstack import factsheet
from lintstack.cli.shell import cli
from lintstack.config import load
from lintstack.diff import Cell, Side, rows
from lintstack.environments import infer
from lintstack.project import Reader, discover
from lintstack.scope import Options
from lintstack.stacks import Stacks
from tests import stacks_facts
from tests.expected import ENVIRONMENTS, differences
from tests.stacks import STACKS, Planted, conventions, copied, pending, planted, sound, stacks, system, wrong

PROCGENIE = STACKS / "procgenie"
SYSTEMS = {"Taly CRM", "ProcGenie", "Orchestration plan 01-03", "Nexiom", "Lomash Wood"}
FAULTS = [item for stack in stacks() for item in planted(stack)]
LOMASH = """
    api-gateway auth-service product-service order-payment-service appointment-service content-service customer-service
    notification-service analytics-service
""".split()

each_stack = pytest.mark.parametrize("stack", stacks(), ids=lambda path: path.name)


def test_each_team_has_its_stack() -> None:
    assert {system(stack) for stack in stacks()} == SYSTEMS
    assert len(stacks()) == 6


@pytest.mark.parametrize("item", FAULTS, ids=str)
def test_fault_is_caught_by_its_rule_alone(item: Planted) -> None:
    if pending(item.fault):
        pytest.skip(f"no page `{item.fault.rule or '?'}` yet for convention {item.fault.convention}")
    assert list(wrong(item)) == []


@each_stack
def test_stack_is_reported_as_expected(stack: Path) -> None:
    """Findings of each environment; of ProcGenie the table of its environments side by side too."""
    assert differences(stack) == ""


@each_stack
def test_facts_are_those_of_the_document(stack: Path) -> None:
    assert stacks_facts.differing(stack) == []


@each_stack
def test_conventions_and_faults_fit_together(stack: Path) -> None:
    stated = {item.number: item for item in conventions(stack)}
    faults = [item.fault for item in planted(stack)]
    columns = {column for table in stacks_facts.read(stack).values() for row in table.values() for column in row}
    without = {number for number, item in stated.items() if (item.facts or item.reported) and not item.rules}
    assert list(stated) == sorted(stated)
    assert {fault.convention for fault in faults} == set(stated) - without
    assert all(fault.rule in stated[fault.convention].rules for fault in faults if fault.rule)
    for number, item in stated.items():
        assert set(item.rules) == {fault.rule for fault in faults if fault.convention == number} - {""}
        assert set(item.facts) <= columns


def test_procgenie_has_a_fault_for_each_hardening_measure() -> None:
    measures = {item.fault.measure[0] for item in planted(PROCGENIE)}
    assert measures >= set("1234567")


def test_procgenie_is_silent_in_prod_and_without_errors_in_dev() -> None:
    assert [finding for finding in sound(PROCGENIE) if "prod" in finding[2]] == []
    assert "error[" not in (PROCGENIE / "expected.txt").read_text("utf-8")


def test_what_taly_is_told_today_is_gone_with_what_it_plans() -> None:
    today, planned = (sound(STACKS / name) for name in ("taly", "taly-planned"))
    assert {rule for rule, *_ in today} >= {"healthcheck", "depends-on-healthy", "hardcoded-secret", "loopback-port"}
    assert not {rule for rule, *_ in today} & {rule for rule, *_ in planned}


# ProcGenie's guide, section 4, "Key Differences": service, key, development, production.
KEY_DIFFERENCES = [
    ("Build target", "api", "build.target", "builder", "runner"),
    ("Source code", "api", "volumes./app/apps/api/src", "./apps/api/src (read-only)", None),
    ("Port exposure", "api", "ports.4000/tcp", "127.0.0.1:4000", None),
    ("Port exposure", "postgres", "ports.5432/tcp", "127.0.0.1:5432", None),
    ("Environment", "api", "environment.NODE_ENV", "development", "production"),
    ("DB sync", "api", "environment.DB_SYNCHRONIZE", "true", "false"),
    ("DB logging", "api", "environment.DB_LOGGING", "true", "false"),
    ("Log level", "api", "environment.LOG_LEVEL", "debug", "warn"),
    ("Restart policy", "redis", "restart", "unless-stopped", "always"),
    ("Resource limits", "api", "deploy.resources.limits.cpus", None, "1.00"),
    ("Resource limits", "api", "deploy.resources.limits.memory", None, "512M"),
    ("Replicas", "web", "deploy.replicas", None, "2"),
    ("Debug ports", "api", "ports.9229/tcp", "127.0.0.1:9229", None),
    ("Redis auth", "redis", "environment.REDISCLI_AUTH", None, "${REDIS_PASSWORD}"),
    ("DB password", "api", "environment.DB_PASSWORD", "${DB_PASSWORD:-***}", "${DB_PASSWORD}"),
]


@pytest.fixture(scope="module")
def key_differences(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """What differs between ProcGenie's environments."""
    folder = str(copied(PROCGENIE, tmp_path_factory.mktemp("diff")))
    found = Stacks(Options((folder,), load(folder)))
    project = found.projects[0]
    merged = filter(None, (found.merged(project, environment) for environment in project.environments))
    left, right = (Side(stack, loaded.root) for stack, loaded in merged)
    return {(row.service, row.key): (text_of(row.left), text_of(row.right)) for row in rows(left, right)}


def text_of(cell: Cell | None) -> str | None:
    """What a cell of a difference prints."""
    return cell.text if cell else None


@pytest.mark.parametrize("row", KEY_DIFFERENCES, ids=lambda row: f"{row[0]} of {row[1]}")
def test_diff_prints_the_table_of_procgenie(
    row: tuple[str, str, str, str | None, str | None],
    key_differences: dict[tuple[str, str], tuple[str | None, str | None]],
) -> None:
    _, service, key, dev, prod = row
    assert key_differences[service, key] == (dev, prod)


@pytest.fixture(scope="module")
def lomash_wood(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What `lintstack facts` prints of the services that run without development's override."""
    folder = copied(STACKS / "lomash-wood", tmp_path_factory.mktemp("facts"))
    printed = CliRunner().invoke(cli, ["facts", str(folder), "--env", "release"])
    (stack,) = (item for item in json.loads(printed.output) if item["environment"] == "release")
    return {service["name"]: service for service in stack["services"]}


@pytest.mark.parametrize("name", LOMASH)
def test_lomash_wood_stands_on_its_own_base_image(name: str, lomash_wood: dict[str, dict[str, Any]]) -> None:
    service = lomash_wood[name]
    (zone,) = (item for item in service["environment"] if item["name"] == "TZ")
    assert service["user"]["uid"]["value"] == 1001
    assert service["healthcheck"]["program"]["value"] == "curl"
    assert service["healthcheck"]["program_missing"]["value"] is False
    assert service["process"]["value"] == ["dumb-init", "--", "node", "dist/main.js"]
    assert service["exposed"]["value"] == [f"{3000 + LOMASH.index(name)}/tcp"]
    assert service["base_image"]["value"] == "node:20.18.1-alpine3.20"
    for fact in (service["user"]["value"], service["healthcheck"]["source"], service["entrypoint"], zone["value"]):
        assert "base-node.Dockerfile:" in fact["at"][0]


@pytest.mark.parametrize("stack", [*stacks(), *sorted(ENVIRONMENTS.iterdir())], ids=lambda path: path.name)
def test_facts_of_whole_stacks_are_told(stack: Path, tmp_path: Path) -> None:
    folder = str(copied(stack, tmp_path))
    for group in Stacks(Options((folder,), load(folder))):
        for item in group:
            assert factsheet.sheet(item)["name"]


@each_stack
def test_oracle_loads_every_environment(
    stack: Path, docker_compose: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(copied(stack, tmp_path))
    found = Stacks(Options((".",), load(".")))
    names = {line.partition("=")[0] for path in stack.rglob(".env.example") for line in path.read_text().splitlines()}
    variables = {**dict.fromkeys((name for name in names if name.isidentifier()), "x"), **os.environ}
    for item in (item for project in found.projects for item in project.environments):
        words = [word for path in item.files for word in ("-f", path)]
        command = [*docker_compose, *words, "--project-directory", item.project_dir, "config", "-q"]
        result = subprocess.run(command, capture_output=True, text=True, env=variables, check=False)
        assert result.returncode == 0, f"{item.name}: {result.stderr}"
        assert "variable is not set" not in result.stderr


# Folder, then the files of one environment.
LOADED = [
    ("examples/shop", "compose.yaml"),
    ("examples/shop", "compose.yaml", "compose.override.yaml"),
    ("examples/shop", "compose.yaml", "compose.prod.yaml"),
]


@pytest.mark.parametrize("files", LOADED, ids=" ".join)
def test_oracle_loads(files: tuple[str, ...], root: Path, docker_compose: list[str]) -> None:
    folder, *names = files
    listed = [word for name in names for word in ("-f", str(root / folder / name))]
    variables = {"DB_PASSWORD": "x", "REDIS_PASSWORD": "x", **os.environ}
    command = [*docker_compose, *listed, "config", "-q"]
    result = subprocess.run(command, capture_output=True, text=True, env=variables, check=False)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("stack", sorted(ENVIRONMENTS.iterdir()), ids=lambda path: path.name)
def test_environments_and_findings_are_as_expected(stack: Path) -> None:
    assert differences(stack) == ""


@pytest.mark.parametrize("stack", sorted(ENVIRONMENTS.iterdir()), ids=lambda path: path.name)
def test_oracle_loads_what_is_inferred(stack: Path, docker_compose: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(stack)
    config = load(".", None, True)
    tree = discover((".",), config, ".")
    environments = [item for project in infer(tree, config, Reader(tree.root)) for item in project.environments]
    assert environments
    for item in environments:
        options = [("-f", item.files), ("--env-file", item.env_files), ("--profile", item.profiles)]
        words = [word for option, values in options for value in values for word in (option, value)]
        command = [*docker_compose, *words, "--project-directory", item.project_dir, "config", "-q"]
        result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "TAG": "1"}, check=False)
        assert result.returncode == 0, f"{item.name}: {result.stderr}"
