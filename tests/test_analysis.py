"""The shape of a run: project by project, nothing of one kept while the next is made."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest

from lintstack.analysis import Options, analyse
from lintstack.config import Config
from lintstack.join import lone
from lintstack.join import stack as join
from lintstack.model import Stack
from lintstack.rules import builtin, names
from lintstack.stacks import Stacks
from tests.stack import write

PROJECT = {
    "compose.yaml": "services: {a: {build: ., privileged: true}}\n",
    "compose.prod.yaml": "services: {a: {restart: always}}\n",
    "Dockerfile": "FROM node\n# lintstack: ignore[non-root-user]\nRUN true\n",
    "lone/Dockerfile": "FROM node\n",
}


def projects(folder: Path, count: int) -> Path:
    return write(folder, {f"p{number}/{name}": text for number in range(count) for name, text in PROJECT.items()})


def test_stacks_are_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: weakref.WeakSet[Stack] = weakref.WeakSet()
    alive: list[int] = []

    def watched(real: Any) -> Any:
        def make(*arguments: Any) -> Stack:
            gc.collect()
            alive.append(len(made))
            stack: Stack = real(*arguments)
            made.add(stack)
            return stack

        return make

    monkeypatch.setattr(join, "join", watched(join.join))
    monkeypatch.setattr(lone, "lone", watched(lone.lone))
    found = analyse(Options((str(projects(tmp_path, 8)),), Config()))
    assert len(alive) == 8 * 3 == len(found.traces)
    assert max(alive) <= 2, "those of one project at most"


def test_what_is_shared_is_read_once_and_counts_once(tmp_path: Path) -> None:
    shared = "services: {a: {build: ../shared}}\n"
    folder = write(tmp_path, {"one/compose.yaml": shared, "two/compose.yaml": shared})
    write(folder, {"shared/Dockerfile": "FROM node:22.1.0\nNOPE\n# lintstack: ignore[no-such-rule]\nUSER node\n"})
    stacks = Stacks(Options((str(folder),), Config()))
    made = [stack for group in stacks for stack in group]
    assert [stack.project.rpartition("/")[2] for stack in made] == ["one", "two"]
    assert [problem.rule for problem in stacks.problems] == ["dockerfile-syntax"]
    assert len(stacks.directives) == 1
    assert len(stacks.sources) == 3


def test_the_index_of_rules_is_made_once() -> None:
    assert names(builtin()) is names(builtin())
