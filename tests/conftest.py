"""What all tests share: where the checkout is, and the settings of hypothesis."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings

# No deadlines: other work shares the processor. The same examples on every machine, so that a failure is everyone's.
settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


_BYTECODE = "PYTHONPYCACHEPREFIX"


def pytest_configure(config: pytest.Config) -> None:
    """Programs that tests start share compiled modules, or each of hundreds would compile the package anew: 1 s."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if _BYTECODE not in os.environ:
        os.environ[_BYTECODE] = mkdtemp(prefix="lintstack-tests-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(_BYTECODE), ignore_errors=True))


@pytest.fixture(scope="session")
def root() -> Path:
    """Top folder of the checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def docker_compose(root: Path) -> list[str]:
    """Command of Docker Compose, the oracle of what a stack means; tests that ask it are skipped where it is not.

    $COMPOSE_ORACLE, else `docker-compose`, `docker compose`, or what a tool beside the checkout fetches.
    """
    tool = root.parent / "shared" / "tools" / "compose-oracle"
    fetched = _output([str(tool)]).strip() if tool.is_file() else ""
    for words in ([os.environ.get("COMPOSE_ORACLE", "docker-compose")], ["docker", "compose"], [fetched]):
        if shutil.which(words[0]) and _output([*words, "version"]):
            return words
    pytest.skip("no Docker Compose here")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory that is the top of a git repository."""
    home = tmp_path / "repo"
    (home / ".git").mkdir(parents=True)
    monkeypatch.chdir(home)
    return home


def _output(command: list[str]) -> str:
    """What a command prints, "" when it fails."""
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return ran.stdout if ran.returncode == 0 else ""
