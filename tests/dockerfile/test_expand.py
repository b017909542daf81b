"""Expansion of variables in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintstack.dockerfile.expand import MAX_TEXT, Value, expand
from lintstack.dockerfile.lex import Lexer, LexError

VALUES = {"A": "a", "E": "", "P": "x.y.z", "S": "/one/two/three", "STAR": "a*b", "U_1": "u"}


def look(name: str) -> Value:
    if name == "Q":
        return Value(None, "Q is not known")
    return Value(VALUES.get(name))


CASES = {
    "$A": "a",
    "${A}": "a",
    "x$A-y": "xa-y",
    "$AB": "",
    "${A}B": "aB",
    "$U_1": "u",
    "$": "$",
    "$$": "",
    "a$": "a$",
    "$/": "$/",
    "${N:-d}": "d",
    "${N-d}": "d",
    "${E:-d}": "d",
    "${E-d}": "",
    "${A:-d}": "a",
    "${N:-$A}": "a",
    "${N:-${M:-${A}}}": "a",
    "${A:+d}": "d",
    "${A+d}": "d",
    "${E:+d}": "",
    "${E+d}": "d",
    "${N:+d}": "",
    "${A:?m}": "a",
    "${E?m}": "",
    "${P#*.}": "y.z",
    "${P##*.}": "z",
    "${P%.*}": "x.y",
    "${P%%.*}": "x",
    "${P#q}": "x.y.z",
    "${P%?}": "x.y.",
    "${P/./_}": "x_y.z",
    "${P//./_}": "x_y_z",
    "${P//[/_}": "x.y.z",
    "${S/\\/one/}": "/two/three",
    "${S##*/}": "three",
    "${STAR/\\*/-}": "a-b",
    "${P/*/q}": "q",
    "'$A'": "$A",
    '"$A b"': "a b",
    "\\$A": "$A",
    '"\\$A \\x"': "$A \\x",
    "a\\ b": "a b",
    "''": "",
    "'a'\"b\"c": "abc",
    "${N:-'x y'}": "x y",
    "${N:-\\}}": "}",
    "$1x": "x",
    "$@": "",
    "${Q:-d}": "d",
    "${Q-d}": "d",
}


@pytest.mark.parametrize("text", CASES)
def test_values(text: str) -> None:
    assert expand(text, look) == (CASES[text], "", expand(text, look).names)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("$Q", "Q is not known"),
        ("${Q:+x}", "Q is not known"),
        ("${N:?m}", "`N` must be set"),
        ("${E:?m}", "`E` must be set"),
        ("'a", "a single quote is not closed"),
        ('"a', "a double quote is not closed"),
        ("${A", "`${A` is followed by something that is no modifier"),
        ("${A:-x", "`}` is missing"),
        ("${}", "`${` is not followed by a name"),
        ("${A!x}", "`${A` is followed by something that is no modifier"),
        ("${P/\\q/x}", "a pattern holds an escape that BuildKit does not know"),
        ("${A:-" * 65 + "}" * 65, "variables are nested deeper than 64"),
        ("x" * (MAX_TEXT + 1), "the value is longer than 64 KB"),
    ],
)
def test_reasons(text: str, reason: str) -> None:
    found = expand(text, look)
    assert (found.value, found.unknown) == (None, reason)


def test_other_escape_character() -> None:
    assert expand("C:\\$A`$", look, "`").value == "C:\\a$"


def test_names_that_took_part() -> None:
    assert expand("$A ${N:-$P} $A", look).names == ("A", "P", "N")


def test_doubling_is_bounded() -> None:
    long = Value("x" * MAX_TEXT)
    assert expand("$A$A", lambda name: long).unknown == "expands to more than 64 KB"


@given(st.text(alphabet="$A{}:-+?#%/*\\'\"` N", max_size=60))
def test_any_text_ends_in_a_value_or_a_reason(text: str) -> None:
    found = expand(text, look)
    assert (found.value is None) == bool(found.unknown)


def test_words_split_at_unquoted_blanks_only() -> None:
    assert Lexer("a 'b c' $S\td\\ e", lookup=lambda name: "x y").run()[1] == ["a", "b c", "x", "y", "d e"]
    with pytest.raises(LexError):
        Lexer("a 'b").run()
