"""Plain command lines are read as click reads them."""

from __future__ import annotations

from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintstack.cli.check import check
from lintstack.cli.options import CHECK, read

WORDS = [
    *(flag for option in CHECK for flag in option.flags),
    *(f"{flag}={value}" for option in CHECK for flag in option.flags[-1:] for value in ("x", *option.choices[:1], "")),
    "prod", "json", "error", "recommended", ".", "-", "--", "--nope", "-qo", "-ofull", "a b", "", "--help", "-h", "=",
]  # fmt: skip


def by_click(words: list[str]) -> dict[str, Any] | None:
    """Click's values; None where it has something to say."""
    try:
        with check.make_context("check", list(words), help_option_names=["-h", "--help"]) as context:
            return dict(context.params)
    except (click.ClickException, click.exceptions.Exit):
        return None


@given(st.lists(st.sampled_from(WORDS), max_size=6))
def test_what_is_read_is_what_click_reads(words: list[str]) -> None:
    found = read(words, CHECK)
    assert found is None or found == by_click(words)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["."],
        ["a", "-q", "b", "-o", "concise", "--output=sarif:x.sarif"],
        ["--preset", "strict", "--as=prod", "--select", "DL3008,x", "--select", "y", "-"],
        ["-f", "-", "--stdin-filename", "compose.yaml", "--isolated", "--exit-zero"],
    ],
)
def test_plain_words_need_no_click(words: list[str]) -> None:
    assert read(words, CHECK) == by_click(words) is not None


@pytest.mark.parametrize("word", ["--help", "--nope", "-qo", "--", "--preset=x", "--isolated=1", "-o"])
def test_click_looks_at_everything_else(word: str) -> None:
    assert read([word], CHECK) is None
