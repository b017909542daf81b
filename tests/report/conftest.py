"""Microsoft's SARIF validator, which also knows GitHub's rules; installed once with npm."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from shutil import which

import pytest

VERSION = "5.7.0"
PACKAGE = "node_modules/@microsoft"

Validate = Callable[[str], set[tuple[str, str]]]


@pytest.fixture(scope="session")
def multitool() -> Path:
    """The validator's program; skips where it cannot be had."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lintstack-tests"
    home = cache / f"sarif-multitool-{VERSION}"
    if not home.exists():
        _install(cache, home)
    for name in ("Sarif.Multitool", "Sarif.Multitool.exe"):
        for program in sorted((home / PACKAGE).glob(f"sarif-multitool-*/{name}")):
            program.chmod(0o755)  # npm does not run the package's own script everywhere
            return program
    pytest.skip("the SARIF validator has no program for this platform")


def _install(cache: Path, home: Path) -> None:
    npm = which("npm")
    if npm is None:
        pytest.skip("npm is not installed: SARIF files are not validated")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        wanted = f"@microsoft/sarif-multitool@{VERSION}"
        done = subprocess.run([npm, "install", "--prefix", folder, wanted], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"npm could not install {wanted}: SARIF files are not validated")
        made = Path(folder) / "made"
        made.mkdir()
        (Path(folder) / "node_modules").rename(made / "node_modules")
        if not home.exists():  # another worker may have been faster
            made.rename(home)


@pytest.fixture
def validate(multitool: Path, tmp_path: Path) -> Validate:
    """Validates a SARIF text: (rule, level) of everything that the validator says."""

    def check(text: str) -> set[tuple[str, str]]:
        log, said = tmp_path / "log.sarif", tmp_path / "said.sarif"
        log.write_text(text, encoding="utf-8")
        options = ["--rule-kind", "Sarif;Ghas", "--output", str(said), "--log", "ForceOverwrite"]
        environment = os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
        subprocess.run([multitool, "validate", str(log), *options], capture_output=True, env=environment, check=True)
        results = json.loads(said.read_text(encoding="utf-8-sig"))["runs"][0].get("results", [])
        return {(result["ruleId"], result.get("level", "warning")) for result in results}

    return check
