"""The sanitizer: what no text report may hold."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintstack.report.text import MESSAGE_LIMIT, carried, escape, message, page, safe

# What a runner or a terminal would act upon.
COMMAND = re.compile(r"(?i)##(vso|teamcity)?\[")
CONTROL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff\ud800-\udfff]"
)
# Any text, and texts that come near to commands.
foreign = st.text(st.characters()) | st.text(st.sampled_from("#[:] vsoteamcity\n\r\x1b\u200b\u202e\udc80"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("nginx:1.27", "nginx:1.27"),
        ("日本語 é 👍", "日本語 é 👍"),
        ("a\nb\rc\td", r"a\x0ab\x0dc\x09d"),
        ("\x1b[31mred\x1b]0;title\a", r"\x1b[31mred\x1b]0;title\x07"),
        ("\x7f\x85\x9b31m", r"\x7f\x85\x9b31m"),
        ("a\u2028b\u2029c", r"a\u2028b\u2029c"),
        ("\u202egnp.exe\u2066", r"\u202egnp.exe\u2066"),
        ("pay\u200bpal\ufeff\u00ad", r"pay\u200bpal\ufeff\xad"),
        ("caf\udce9", r"caf\xe9"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("##[add-mask]e", r"#\x23[add-mask]e"),
        ("###[x]##[y]", r"##\x23[x]#\x23[y]"),
        ("##vso[task.x]", r"#\x23vso[task.x]"),
        ("##TeamCity[x]", r"#\x23TeamCity[x]"),
        ("## heading", "## heading"),
        ("::error::x", r"\x3a:error::x"),
        (" \u3000::stop-commands::x", " \u3000\\x3a:stop-commands::x"),
        ("a::b", "a::b"),
    ],
)
def test_safe(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(foreign)
def test_safe_text_is_one_harmless_line(text: str) -> None:
    shown = safe(text)
    assert not CONTROL.search(shown)
    assert "\n" not in shown
    assert not COMMAND.search(shown)
    assert not re.match(r"\s*::", shown)
    assert safe(shown) == shown


@given(st.lists(foreign, min_size=1))
def test_harmless_pieces_make_harmless_lines(texts: list[str]) -> None:
    (line,) = page(["".join(map(safe, texts))]).splitlines() or [""]
    assert not COMMAND.search(line)
    assert not re.match(r"\s*::", line)


@given(foreign | st.integers(0, 2000).map(lambda size: "\x1b" * size))
def test_messages_are_bounded(text: str) -> None:
    assert len(message(text)) <= MESSAGE_LIMIT


def test_a_long_message_says_that_it_goes_on() -> None:
    assert message("x" * 200_000) == "x" * (MESSAGE_LIMIT - 1) + "…"


def test_escape_names_the_byte_that_was_not_utf8() -> None:
    assert escape("\udcff") == r"\xff"


@given(foreign)
def test_json_text_is_kept_but_for_lone_surrogates(text: str) -> None:
    kept = carried(text)
    kept.encode()
    assert kept == "".join(escape(c) if "\ud800" <= c <= "\udfff" else c for c in text)
