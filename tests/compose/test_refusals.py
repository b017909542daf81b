"""What `docker compose config` refuses is a finding on its line, and what it accepts is none."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lintstack.compose.load import Loaded, load
from lintstack.findings import Finding
from tests.compose.refusals import Case, cases
from tests.compose.support import MemoryReader, oracle

CASES = cases()
# The Compose that the cases are for.
VERSION = (2, 40, 3)
# Where the verdict differs from Docker Compose's, and why.
DIFFERENT: dict[str, str] = {}


def verdict(case: Case) -> Loaded:
    files = [*case.option("-f")] or ["compose.yaml"]
    return load(
        files,
        MemoryReader(case.files),
        ".",
        env_files=case.option("--env-file"),
        profiles=case.option("--profile"),
        version=VERSION,
    )


def errors(case: Case) -> list[Finding]:
    """Findings of severity error, those of names that nothing declares included."""
    found = verdict(case)
    return [problem for problem in found.problems if problem.severity == "error"]
