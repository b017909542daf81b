"""The table of programs that packages bring."""

from __future__ import annotations

from lintstack.dockerfile.managers.provides import _PROVIDES, PROVIDES


def test_each_package_stands_once_and_brings_each_program_once() -> None:
    lines = _PROVIDES.strip().splitlines()
    assert len(PROVIDES) == len(lines)
    assert all(programs and len(set(programs)) == len(programs) for programs in PROVIDES.values())


def test_what_needs_an_interpreter_brings_it() -> None:
    assert "node" in PROVIDES["npm"]
    assert "python3" in PROVIDES["py3-pip"]
    assert "python3" in PROVIDES["supervisor"]
