"""What every test here has: nothing may reach the network, start a process or run text as code."""

from __future__ import annotations

import builtins
import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.reliability.gauge import Gauge
from tests.reliability.lint import House

_RULES = {
    "image/planted-latest.md": "when: {pinned: {const: latest}}\nrequire: {pinned: false}\nmessage: `{reference}`",
    "service/planted-root.md": "require: {user.is_root: {const: false}}\nmessage: `{name}` is root",
    "service/planted-privileged.md": "require: {privileged: {const: false}}\nmessage: `{name}` is privileged",
    "variable/planted-secret.md": "require: {is_secret: {const: false}}\nmessage: `{name}` is a secret",
}


def _refused(name: str) -> Callable[..., NoReturn]:
    def refuse(*args: object, **words: object) -> NoReturn:
        raise AssertionError(f"{name} was called")

    return refuse


_eval = eval


def _watched(*args: Any) -> Any:
    """Only what makes tuples of classes may evaluate text: `namedtuple`, and our own `named`."""
    caller = sys._getframe(1).f_globals.get("__name__", "")
    assert not caller.startswith("lintstack") or caller == "lintstack.named", "eval was called"
    return _eval(*args)


@pytest.fixture(autouse=True)
def guard(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No socket, no pickle, no `eval`; no process but those of tests that ask for `processes`."""
    monkeypatch.setattr(socket, "socket", _refused("socket.socket"))
    monkeypatch.setattr(pickle, "loads", _refused("pickle.loads"))
    monkeypatch.setattr(builtins, "eval", _watched)
    monkeypatch.setattr(os, "system", _refused("os.system"))
    if "processes" not in request.fixturenames:
        monkeypatch.setattr(subprocess, "Popen", _refused("subprocess.Popen"))
        for name in ("fork", "posix_spawn", "execv", "execve", "popen"):
            monkeypatch.setattr(os, name, _refused(f"os.{name}"), raising=False)


@pytest.fixture
def processes() -> None:
    """For tests that start lintstack as a process."""


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A folder for linted trees, and configurations: the planted rules alone, with the usual ones, with all others."""
    home = tmp_path_factory.mktemp("hostile")
    pages = home / "pages"
    for name, head in _RULES.items():
        (pages / name).parent.mkdir(parents=True, exist_ok=True)
        (pages / name).write_text(f"---\ntitle: Planted\nseverity: error\n{_quoted(head)}\n---\nPlanted.\n", "utf-8")
    names = ", ".join(Path(name).stem for name in _RULES)
    (home / "planted.yaml").write_text(f"rule-dirs: [pages]\nselect: [{names}]\n", "utf-8")
    everything = f"rule-dirs: [pages]\npreset: strict\nextend-select: [{names}]\n"
    usual = f"rule-dirs: [pages]\nextend-select: [{names}]\nignore: [shellcheck]\n"
    (home / "usual.yaml").write_text(usual, "utf-8")
    (home / "all.yaml").write_text(f"{everything}ignore: [shellcheck]  # tests/shellcheck has its own\n", "utf-8")
    return House(home)


def _quoted(head: str) -> str:
    """The message in quotes: a plain scalar cannot begin with a backtick."""
    before, _, message = head.partition("message: ")
    return f'{before}message: "{message}"'


@pytest.fixture(scope="session")
def gauge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gauge]:
    """Measures runs; made before `guard` forbids to start processes."""
    if not hasattr(os, "wait4"):
        pytest.skip("the cost of a process is only known on POSIX")
    made = Gauge(tmp_path_factory.mktemp("gauge"))
    yield made
    made.close()
