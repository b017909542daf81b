"""The hooks as users get them: the real pre-commit, an environment of its own, and a repository with a fault."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from ruamel.yaml import YAML

# What each name would be in a repository; all of them matter to a stack, those of the second list do not.
RELEVANT = """
compose.yaml docker-compose.yml docker-compose.prod.yml compose_dev.yaml monitoring.compose.yml
Dockerfile Dockerfile-dev Dockerfile.prod api.dockerfile Containerfile .env .env.prod .dockerignore lintstack.toml
""".split()
IRRELEVANT = "app.py README.md values.yaml decompose.yaml Dockerfiles/readme.txt .environment".split()

COMPOSE = """\
name: demo
services:
  api:
    build: ./api
    environment:
      RELEASE: ${RELEASE}
"""
SOUND = """\
FROM python:3.13.1-slim-bookworm
RUN useradd --system --uid 10001 api
COPY app.py /srv/
USER 10001
HEALTHCHECK CMD ["python", "/srv/app.py", "--check"]
CMD ["python", "/srv/app.py"]
"""
FAULTY = SOUND.replace("RUN useradd", "RUNN useradd")
CONFIG = """\
repos:
  - repo: {hooks}
    rev: {rev}
    hooks:
      - id: lintstack
      - id: lintstack-files
"""


class Repository(NamedTuple):
    """A git repository with the hooks installed.

    Args:
        folder: its top folder.
        environment: environment variables of every command run in it.
    """

    folder: Path
    environment: dict[str, str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command; output on stderr is part of stdout."""
        return subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def commit(self, **files: str) -> None:
        """Write files (names with `__` for `/`) and commit everything."""
        for name, content in files.items():
            path = self.folder / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
        self.run("git", "add", "--all")
        assert self.run("git", "commit", "--quiet", "--no-verify", "--message", "a change").returncode == 0

    def precommit(self, *words: str) -> tuple[int, dict[str, str], str]:
        """Exit code, the word pre-commit prints for each hook (Passed, Failed, Skipped), and the whole output."""
        ran = self.run(sys.executable, "-m", "pre_commit", "run", "--color=never", *words)
        lines = [line for line in ran.stdout.splitlines() if line.startswith("lintstack") and "..." in line]
        return (
            ran.returncode,
            {line.split("...")[0]: line.rsplit(".", 1)[1].split(")")[-1] for line in lines},
            ran.stdout,
        )

    def changed(self, name: str, content: str) -> dict[str, str]:
        """What the hooks say to a commit that changes one file only."""
        (self.folder / name).write_text(content, "utf-8")
        self.run("git", "add", name)
        words = self.precommit()[1]
        self.run("git", "reset", "--quiet", "--hard")
        return words


@pytest.fixture(scope="module")
def repository(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A sound stack in a repository that uses the hooks of this checkout as it is, committed or not."""
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    top = tmp_path_factory.mktemp("precommit")
    identity = {
        f"GIT_{who}_{what}": "nobody@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "COV_"))}
    environment = {
        **clean,
        **identity,
        "PRE_COMMIT_HOME": str(top / "cache"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "protocol.file.allow",
        "GIT_CONFIG_VALUE_0": "always",
    }
    hooks = Repository(top / "hooks", environment)
    shutil.copytree(root, hooks.folder, ignore=shutil.ignore_patterns(".git", ".venv", ".bench", ".*_cache", "tests"))
    users = Repository(top / "users", environment)
    users.folder.mkdir()
    for each in (hooks, users):
        assert each.run("git", "init", "--quiet").returncode == 0
    hooks.commit()
    rev = hooks.run("git", "rev-parse", "HEAD").stdout.strip()
    (users.folder / ".pre-commit-config.yaml").write_text(CONFIG.format(hooks=hooks.folder, rev=rev), "utf-8")
    (users.folder / "compose.yaml").write_text(COMPOSE, "utf-8")
    (users.folder / ".env").write_text("RELEASE=1\n", "utf-8")
    (users.folder / "app.py").write_text("print()\n", "utf-8")
    users.commit(api__Dockerfile=SOUND)
    return users


BOTH = ("lintstack", "lintstack (stacks of changed files)")


def test_hooks_with_the_real_precommit(repository: Repository) -> None:
    """One test: the environment of the hooks takes half a minute to make."""
    code, words, output = repository.precommit("--all-files")
    assert (code, words) == (0, dict.fromkeys(BOTH, "Passed")), output

    repository.commit(api__Dockerfile=FAULTY)
    code, words, output = repository.precommit("--all-files")
    assert (code, words) == (1, dict.fromkeys(BOTH, "Failed")), output
    assert "api/Dockerfile:2" in output

    repository.commit(api__Dockerfile=SOUND)
    code, words, output = repository.precommit("--all-files")
    assert (code, words) == (0, dict.fromkeys(BOTH, "Passed")), output

    assert repository.changed(".env", "RELEASE=2\n") == dict.fromkeys(BOTH, "Passed")
    assert repository.changed("app.py", "print(1)\n") == dict.fromkeys(BOTH, "Skipped")
    assert repository.changed("api/Dockerfile", FAULTY) == dict.fromkeys(BOTH, "Failed")


@pytest.mark.parametrize("hook", [0, 1])
def test_hook_is_asked_for_every_name_that_matters(hook: int, root: Path) -> None:
    definition = YAML(typ="safe").load(root / ".pre-commit-hooks.yaml")[hook]
    pattern = re.compile(definition["files"])
    assert definition["types"] == ["text"]
    assert [name for name in RELEVANT if not pattern.search(f"some/folder/{name}") or not pattern.search(name)] == []
    assert [name for name in IRRELEVANT if pattern.search(name)] == []
