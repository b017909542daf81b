"""Whole projects: what is expected of each, one fault at a time, and Docker Compose's own opinion."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

import lintstack
from lintstack.config import load
from lintstack.environments import infer
from lintstack.findings import Finding
from lintstack.project import Reader, discover
from tests.expected import ENVIRONMENTS, STACKS, differences, stacks

PROCGENIE = STACKS / "procgenie"


class Fault(NamedTuple):
    """One replacement that breaks one convention of a stack, and the rule that says so.

    Args:
        measure: the convention, in the words of the stack's document.
        rule: the only rule that may complain.
        file: the file to change, relative to the stack.
        find: text that stands there once.
        replace: what takes its place.
    """

    measure: str
    rule: str
    file: str
    find: str
    replace: str


FAULTS = [
    (stack, path.stem, Fault(**tomllib.loads(path.read_text("utf-8"))))
    for stack in stacks()
    for path in sorted(stack.glob("faults/*.toml"))
]


def copied(stack: Path, tmp_path: Path, fault: Fault | None = None) -> Path:
    """A copy of a stack, with a fault if one is given."""
    folder = tmp_path / ("sound" if fault is None else "faulty") / stack.name
    shutil.copytree(stack, folder, ignore=shutil.ignore_patterns("faults", "expected.txt"))
    if fault:
        file = folder / fault.file
        text = file.read_text("utf-8")
        assert text.count(fault.find) == 1, f"{fault.file} has changed: {fault.find!r}"
        file.write_text(text.replace(fault.find, fault.replace), "utf-8")
    return folder


def counted(findings: Iterable[Finding]) -> Counter[tuple[str, str, str]]:
    """Findings without their places, which a fault moves, and without the name of the folder."""
    return Counter((finding.rule, finding.service, finding.message) for finding in findings)


@pytest.mark.parametrize(
    ("stack", "fault"),
    [pytest.param(stack, fault, id=f"{stack.name}-{name}") for stack, name, fault in FAULTS],
)
def test_fault_is_caught_by_its_rule_alone(stack: Path, fault: Fault, tmp_path: Path) -> None:
    before = counted(lintstack.check([copied(stack, tmp_path)]))
    after = counted(lintstack.check([copied(stack, tmp_path, fault)]))
    assert {rule for rule, _, _ in after - before} == {fault.rule}


def test_procgenie_has_a_fault_for_each_hardening_measure() -> None:
    measures = [fault.measure for stack, _, fault in FAULTS if stack == PROCGENIE]
    assert sorted(measure[0] for measure in measures) == list("1234567")


def test_procgenie_is_silent_in_prod_and_without_errors_in_dev(tmp_path: Path) -> None:
    findings = lintstack.check([copied(PROCGENIE, tmp_path)])
    assert [finding for finding in findings if "prod" in finding.environments] == []
    assert [finding for finding in findings if finding.severity == "error"] == []


# Folder, then the files of one environment.
LOADED = [
    ("tests/fixtures/stacks/procgenie", "docker-compose.yml"),
    ("tests/fixtures/stacks/procgenie", "docker-compose.yml", "docker-compose.prod.yml"),
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
