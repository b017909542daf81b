"""ShellCheck itself, where it is; tests that ask it are skipped where it is not."""

from __future__ import annotations

import os

import pytest

from lintstack.shellcheck.find import program


@pytest.fixture(scope="session")
def shellcheck() -> str:
    """Absolute path of the program."""
    return program(os.devnull) or pytest.skip("no ShellCheck here")
