"""Ignore patterns mean what git says they mean."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from lintstack.gitignore import Patterns
from tests import clock

ATOMS = [
    "a",
    "b",
    "ab",
    "*",
    "**",
    "?",
    "/",
    "[ab]",
    "[!a]",
    "[a-c]",
    "[[:alpha:]]",
    r"\*",
    ".",
    "a b",
    "*.c",
    "**/",
    "!",
]
NAMES = ["a", "b", "ab", "abc", "a.c", "a b", ".c", "*", "x"]


@pytest.mark.parametrize(
    ("patterns", "ignored", "kept"),
    [
        (["build"], ["build", "a/build", "build/x", "a/build/x"], ["builds", "a/rebuild"]),
        (["/build"], ["build", "build/x"], ["a/build"]),
        (["build/"], ["build/x", "a/build/x"], ["build", "a/build"]),
        (["a/b"], ["a/b", "a/b/c"], ["x/a/b"]),
        (["*.log", "!keep.log"], ["a.log", "x/a.log"], ["keep.log", "x/keep.log"]),
        (["logs/", "!logs/keep"], ["logs/keep"], []),
        (["**/x"], ["x", "a/x", "a/b/x/y"], ["ax"]),
        (["a/**"], ["a/b", "a/b/c"], ["a", "b/a/c"]),
        (["a/**/z"], ["a/z", "a/b/z", "a/b/c/z"], ["z", "b/a/z"]),
        (["a*c?"], ["abcd", "acd"], ["ac", "a/cd"]),
        (["[!a-c]x", "[]]y", "[a-]z"], ["dx", "]y", "-z", "az"], ["ax", "y", "bz"]),
        ([r"\#x", r"\!y", r"z\ ", "w  "], ["#x", "!y", "z ", "w"], ["x", "y", "z", "w "]),
        (["# x", "", "x\r\n"], ["x"], ["# x"]),
        (["[", "a[", "\\"], [], ["[", "a[", "\\", "a"]),
        (["é*"], ["éa"], ["e"]),
    ],
)
def test_patterns(patterns: list[str], ignored: list[str], kept: list[str]) -> None:
    found = Patterns(patterns)
    assert [path for path in ignored + kept if found.covers(path)] == ignored


def test_nothing_is_said_about_other_paths() -> None:
    found = Patterns(["a", "!b"])
    assert (found.decide("a"), found.decide("b"), found.decide("c")) == (True, False, None)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_agrees(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    paths = [
        *NAMES,
        *(f"{a}/{b}" for a in NAMES for b in NAMES),
        *(f"{a}/{b}/{c}" for a in NAMES for b in NAMES for c in NAMES[:4]),
    ]
    choose = random.Random(7)
    for _ in range(60):
        # git strips the literal head of a pattern, so that `a**/b` means more to it than its manual says.
        lines = [
            line
            for line in (_pattern(choose) for _ in range(3))
            if "**" not in line.replace("/**/", "").removeprefix("**/").removesuffix("/**") and "//" not in line
        ]
        (tmp_path / ".gitignore").write_text("\n".join(lines) + "\n")
        asked = subprocess.run(
            ["git", "-C", tmp_path, "check-ignore", "-z", "--no-index", "--stdin"],
            input="\0".join(paths).encode(),
            capture_output=True,
            check=False,
        )
        patterns = Patterns(lines)
        assert {path for path in paths if patterns.covers(path)} == set(asked.stdout.decode().split("\0")) - {""}, lines


def _pattern(choose: random.Random) -> str:
    return "".join(choose.choice(ATOMS) for _ in range(choose.randint(1, 5)))


@pytest.mark.parametrize(
    "pattern", ["*a" * 1000 + "b", "**/" * 1000 + "b", "*/**/" * 500 + "b", "?*" * 1000 + "b", "[a-b]*" * 500 + "c"]
)
def test_cost_is_linear(pattern: str) -> None:
    before = clock.start()
    assert not Patterns([pattern]).covers("a" * 2000)
    assert not Patterns([pattern]).decide("a/" * 1000 + "a")
    assert clock.stop(before) < 2


def test_sizes_are_bounded() -> None:
    assert len(Patterns(f"p{number}" for number in range(20_000)).rules) == 10_000
    assert Patterns(["a" * 5000]).rules == ()
