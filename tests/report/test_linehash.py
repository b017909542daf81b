"""GitHub's line hash. The vectors are what CodeQL's own implementation gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintstack.report.sarif.linehash import WINDOW, line_hashes
from lintstack.source import Source

# The same lines with each kind of line end.
GREETINGS = [
    "e9496ae3ebfced30:1",
    "fb7c023a8b9ccb3f:1",
    "ce8ba1a563dcdaca:1",
    "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1",
    "c129715d7a2bc9a3:1",
]


def hashes(text: str, bom: bool = False) -> list[str]:
    return list(line_hashes(Source("x", text, bom=bom)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (" a\nb\n  \t\tc\n d", ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]),
        (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", GREETINGS),
        (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", GREETINGS),
        (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", GREETINGS),
        (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", GREETINGS),
        (
            "Lorem ipsum dolor sit amet.\n" * 10,
            [f"a7f2ff13bc495cf2:{ordinal}" for ordinal in range(1, 7)]
            + ["a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1"]
            + ["c129715d7a2bc9a3:1"],
        ),
    ],
)
def test_vectors(text: str, expected: list[str]) -> None:
    assert hashes(text) == expected


lines = st.lists(st.text(st.sampled_from("ab \t日👍\udce9"), max_size=60), min_size=1, max_size=30)


@given(lines)
def test_every_line_has_its_own_hash(texts: list[str]) -> None:
    found = hashes("\n".join(texts))
    assert len(found) == len(texts)
    assert len(set(found)) == len(found)


@given(lines, lines)
def test_blanks_and_what_is_far_away_do_not_matter(before: list[str], texts: list[str]) -> None:
    spread = [text.replace("a", " a\t") for text in texts]
    assert hashes("\r\n".join(spread)) == hashes("\n".join(texts))
    plain = [item.partition(":")[0] for item in hashes("\n".join(texts))]
    assert [item.partition(":")[0] for item in hashes("\n".join([*before, *texts]))][len(before) :] == plain


def test_only_a_window_counts() -> None:
    head = "x" * (WINDOW - 1) + "\n"
    assert hashes(f"{head}a")[0] == hashes(f"{head}b")[0]
    assert hashes(f"{head[1:]}a")[0] != hashes(f"{head[1:]}b")[0]


def test_the_bom_counts_and_broken_bytes_are_replaced() -> None:
    assert hashes("a", bom=True) == hashes("\ufeffa")
    assert hashes("caf\udce9") == hashes("caf\ufffd")
