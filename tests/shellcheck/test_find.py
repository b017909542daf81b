"""Which program is run: never one that what is linted could have put there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from lintstack.shellcheck import find
from lintstack.shellcheck.find import NAME, program

pytestmark = pytest.mark.skipif(os.name != "posix", reason="programs are made with a mode")


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment of ours that holds no ShellCheck."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "own" / "python"))


def made(folder: Path, mode: int = 0o755) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    path.write_text("#!/bin/sh\n", "utf-8")
    path.chmod(mode)
    return path


def test_own_environment_comes_first_wherever_it_lies(tmp_path: Path) -> None:
    on_path = made(tmp_path / "bin")
    assert program("/srv/app", str(on_path.parent)) == str(on_path)
    own = made(tmp_path / "own")
    assert program("/srv/app", str(on_path.parent)) == str(own)
    assert program(str(tmp_path), str(on_path.parent)) == str(own)


def test_path_is_read_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = made(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(found.parent))
    assert program("/srv/app") == str(found)
    monkeypatch.delenv("PATH")
    assert program("/srv/app") == ""


def test_folders_below_the_root_and_relative_ones_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "repo"
    inside, outside = made(root / "bin"), made(tmp_path / "bin")
    monkeypatch.chdir(root)
    for folder in ("", ".", "bin", str(inside.parent), f"{tmp_path}/bin/../repo/bin"):
        assert program(str(root), folder) == "", folder
        assert program(str(root), os.pathsep.join((folder, str(outside.parent)))) == str(outside)
    assert program(str(tmp_path / "rep"), str(inside.parent)) == str(inside)


def test_links_into_the_tree_do_not_count(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    inside = made(root / "tools")
    (tmp_path / "folder").symlink_to(inside.parent)
    (tmp_path / "file").mkdir()
    (tmp_path / "file" / NAME).symlink_to(inside)
    assert program(str(root), f"{tmp_path}/folder{os.pathsep}{tmp_path}/file") == ""


def test_links_out_of_the_tree_do_not_count_either(tmp_path: Path) -> None:
    outside = made(tmp_path / "bin")
    root = tmp_path / "repo"
    root.mkdir()
    (root / "bin").symlink_to(outside.parent)
    assert program(str(root), str(root / "bin")) == ""


def test_what_cannot_be_run_is_passed_over(tmp_path: Path) -> None:
    made(tmp_path / "plain", 0o644)
    (tmp_path / "folder" / NAME).mkdir(parents=True)
    good = made(tmp_path / "good")
    folders = [str(tmp_path / name) for name in ("missing", "plain", "folder", "good")]
    assert program("/srv/app", os.pathsep.join(folders)) == str(good)
    assert program("/srv/app", os.pathsep.join(folders[:3])) == ""
    assert find.program("/srv/app", "\0") == ""
