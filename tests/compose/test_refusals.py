"""What `docker compose config` refuses is a finding on its line, and what it accepts is none."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from lintstack.checks.reference import unknown_reference
from lintstack.compose.load import Loaded, load
from lintstack.dockerfile.syntax import Dockerfile, parse
from lintstack.images import catalogue
from lintstack.join.stack import Disk, Site, join
from lintstack.model import Stack
from lintstack.yaml import Scalar, fragment
from tests.compose.refusals import Case, cases
from tests.compose.support import MemoryReader, oracle

CASES = cases()
# The Compose that the cases are for.
VERSION = (2, 40, 3)
PARTS = 8
# Where the verdict differs from Docker Compose's, and why.
DIFFERENT = {
    "extends: {service: b, fil: x}": "Compose drops the key unread; the specification knows no such key",
    "network name with a slash": "newer versions refuse it, as the specification has it",
    "include with an unknown key": "Compose drops the key unread; the specification knows no such key",
}


def read(case: Case) -> Loaded:
    """The project of a case."""
    return load(
        case.option("-f") or ["compose.yaml"],
        MemoryReader(case.files),
        ".",
        env_files=case.option("--env-file"),
        profiles=case.option("--profile"),
        version=VERSION,
    )


def errors(case: Case) -> list[tuple[str, int, str]]:
    """File, line and message of every error, names that nothing declares and no earlier file has included."""
    found = read(case)
    errors = [(problem.at.span, problem.message) for problem in found.problems if problem.severity == "error"]
    stack = _stack(found)
    errors += [(item.span, "an unknown service") for item in stack.overrides if item.effect.value == "unmatched"]
    for service in stack.services:
        for reference in service.references if service.name not in found.inactive else ():
            errors += [(reference.span, problem.message or "") for problem in unknown_reference(reference)]
    return [(span.path, span.line, message) for span, message in errors]


def _stack(found: Loaded) -> Stack:
    disk = Disk("/", "/", lambda path: "", lambda path: frozenset(), lambda path: None)
    site = Site(disk, lambda path, at: None, parse_inline, lambda path: None, catalogue())
    return join("", "unknown", ".", found, site)


def parse_inline(text: Scalar) -> Dockerfile:
    """A Dockerfile that stands in a compose file."""
    return parse(fragment(text))


def config(case: Case, folder: Path) -> bool:
    """Whether Docker Compose refuses a project."""
    home = folder / "project"
    for name, text in case.files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    words = [oracle() or "", *case.words, "config", "--quiet"]
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    return (
        subprocess.run(words, cwd=home, env=environment, capture_output=True, timeout=60, check=False).returncode != 0
    )


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 500
    assert len({case.name for case in CASES}) == len(CASES)
    assert 150 < sum(case.refused for case in CASES) < len(CASES) - 150


@pytest.mark.skipif(oracle() is None, reason="no Docker Compose binary to compare with")
@pytest.mark.parametrize("part", range(PARTS))
def test_the_verdicts_are_those_of_docker_compose(tmp_path: Path, part: int) -> None:
    wrong = [
        case.name
        for number, case in enumerate(CASES[part::PARTS])
        if config(case, tmp_path / str(number)) != case.refused
    ]
    assert wrong == []


@pytest.mark.parametrize("case", CASES, ids=[case.name[:60] for case in CASES])
def test_what_is_refused_is_a_finding_on_its_line(case: Case) -> None:
    found = errors(case)
    if case.name in DIFFERENT:
        pytest.skip("a known difference")
    assert bool(found) == (case.refused and not case.unknown), found
    assert case.unknown or not case.blamed or {place[:2] for place in found} <= case.blamed, found


def test_nearly_all_verdicts_agree() -> None:
    named = {case.name for case in CASES}
    assert DIFFERENT.keys() <= named
    different = {case.name for case in CASES if bool(errors(case)) != (case.refused and not case.unknown)}
    assert different <= DIFFERENT.keys()
    assert len(different) <= len(CASES) / 100


def test_all_faults_are_found_not_only_the_first() -> None:
    (case,) = [case for case in CASES if case.name == "several faults"]
    assert {place[:2] for place in errors(case)} == case.blamed


def test_no_place_has_two_findings() -> None:
    """A fault is told once, not by the shape of the file and again by what that leads to."""
    told_twice = []
    for case in CASES:
        places = [problem.at.span for problem in read(case).problems if problem.severity == "error"]
        starts = [(span.path, span.start) for span in places]
        if len(set(starts)) < len(starts):
            told_twice.append(case.name)
    assert told_twice == []


@pytest.mark.parametrize(
    "line",
    [
        "depends_on: {b: {conditon: service_healthy}}",
        "depends_on: {b: {condition: healthy}}",
        "ports: [{targt: 80}]",
        "volumes: [{typ: bind, source: ., target: /x}]",
        "ulimits: {nofile: {soft: 1, hrd: 2}}",
        "scale: !!int x",
        "ports: [{target: 80, host_ip: nowhere}]",
    ],
)
def test_a_slip_of_the_pen_is_one_finding(line: str) -> None:
    files = {"compose.yaml": f"services:\n  a:\n    image: x\n    {line}\n  b: {{image: b}}\n"}
    found = load(["compose.yaml"], MemoryReader(files), ".").problems
    assert [problem.severity for problem in found] == ["error"], found


def test_a_template_is_unknown_and_not_wrong() -> None:
    lines = [
        "image: '{{ image }}'",
        "ports: ['{{ port }}:80', {target: '{{ port }}'}]",
        "privileged: '{{ p }}'",
        "mem_limit: '{{ m }}m'",
        "scale: '{{ n }}'",
        "healthcheck: {test: a, interval: '{{ i }}', retries: '{{ r }}'}",
        "volumes: ['{{ v }}:/x']",
        "depends_on: {b: {condition: '{{ c }}'}}",
    ]
    text = "services:\n  a:\n" + "".join(f"    {line}\n" for line in lines) + "  b: {image: b}\n"
    case = Case("templates", {"compose.yaml": text}, (), frozenset(), False)
    assert errors(case) == []
