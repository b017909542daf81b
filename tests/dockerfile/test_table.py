"""Drawn files read as Moby's parser has read them once; the parser itself is not needed."""

from __future__ import annotations

import pytest

from lintstack.dockerfile.syntax import parse
from lintstack.source import Source
from tests.dockerfile import table
from tests.dockerfile.drawn import drawn
from tests.dockerfile.moby import as_then


def test_drawn_files_read_as_stored() -> None:
    told = table.stored()
    assert len(told) >= 5_000
    assert sum(1 for item in told.values() if item) >= 2_500
    with as_then():
        assert [seed for seed, item in told.items() if not _agrees(seed, item)] == []


def _agrees(seed: int, told: table.Told | None) -> bool:
    parsed = parse(Source("Dockerfile", drawn(seed)))
    return table.ours(parsed) == told if told else bool(parsed.problems)


def test_what_is_stored_is_what_the_parser_says() -> None:
    """A part of it, asked again."""
    pytest.importorskip("dockerfile", reason="the oracle, PyPI `dockerfile`, is not installed")
    told = table.stored()
    for seed in table.SEEDS[::50]:
        asked = table._asked(seed)
        assert told.get(seed, False) == asked
