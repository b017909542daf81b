"""Interpolation: values, what took part, the columns of mistakes, bounds; the environment is never read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintstack.compose.expansion import Expansion, Invalid, expand
from lintstack.yaml import Scalar
from tests import clock
from tests.compose.support import at, loaded, slugs

VALUES = {"A": "1", "E": ""}


@pytest.mark.parametrize(
    ("text", "result", "unset", "fallbacks", "variables"),
    [
        ("$A ${A}", "1 1", (), (), ("A",)),
        ("$$A $1 $", "$A $1 $", (), (), ()),
        ("${N}", "", ("N",), (), ("N",)),
        ("${N:?needed}", "", ("N",), (), ("N",)),
        ("${E:?needed}", "", ("E",), (), ("E",)),
        ("${E?needed}", "", (), (), ("E",)),
        ("${E}", "", (), (), ("E",)),
        ("${N:-x}", "x", (), ("x",), ("N",)),
        ("${E:-x}${E-y}", "x", (), ("x",), ("E",)),
        ("${N:-a${M:-b}c}", "abc", (), ("abc",), ("N", "M")),
        ("${N:-a${M}c}", "ac", ("M",), ("ac",), ("N", "M")),
        ("${A:-${M}}", "1", (), (), ("A",)),
        ("${N:+x}${A:+y}", "y", (), (), ("N", "A")),
        ("${N:-}", "", (), (), ("N",)),
    ],
)
def test_what_takes_part(
    text: str, result: str, unset: tuple[str, ...], fallbacks: tuple[str, ...], variables: tuple[str, ...]
) -> None:
    found = expand(text, VALUES)
    assert (found.text, found.unset, found.fallbacks, found.variables) == (result, unset, fallbacks, variables)


@pytest.mark.parametrize(
    ("value", "line", "column"),
    [
        ("x ${A B}", 3, 14),
        ("'x ${A B}'", 3, 15),
        ('"$${x} ${:-x}"', 3, 19),
        ("${A", 3, 12),
        ("|\n      a\n      b ${", 5, 9),
        (">-\n      a\n\n      b ${}", 6, 9),
        ("'it''s ${}'", 3, 19),
        ("${A:-${}}", 3, 17),
        ("${A:-b${B:-${}}}", 3, 23),
    ],
)
def test_mistakes_have_their_column(value: str, line: int, column: int) -> None:
    found = loaded(f"services:\n  a:\n    image: {value}\n")
    (problem,) = found.problems
    assert problem.rule == "interpolation"
    assert (problem.at.span.line, problem.at.span.column) == (line, column)
    assert problem.at.span.text.startswith("$")
    assert at(found.root, "services", "a", "image").unset


def test_keys_comments_and_numbers_are_left_alone() -> None:
    found = loaded("services:\n  a: {image: x, mem_limit: 5, labels: {$A: x}} # ${\n")
    assert found.problems == ()
    assert at(found.root, "services", "a", "labels", "$A").text == "x"


def test_span_and_raw_survive() -> None:
    found = loaded({"c.yaml": "services: {a: {image: 'n:${TAG}'}}\n", ".env": "TAG=1\n"})
    image = at(found.root, "services", "a", "image")
    assert (image.text, image.raw, image.span.text, image.value) == ("n:1", "n:${TAG}", "'n:${TAG}'", "n:1")


def test_the_environment_is_never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTILE_SECRET", "canary")
    found = loaded("services: {a: {image: 'x${HOSTILE_SECRET}'}}\n")
    image = at(found.root, "services", "a", "image")
    assert (image.text, image.unset) == ("x", ("HOSTILE_SECRET",))


def test_env_files_replace_dotenv_and_given_values_win() -> None:
    files = {
        "c.yaml": "services: {a: {image: '$A$B$C'}}\n",
        ".env": "A=dot\nB=dot\n",
        "x.env": "A=x\nC=${A}\n",
        "y.env": "A=y\n",
    }

    def image(**options: object) -> str:
        text: str = at(loaded(files, "c.yaml", **options).root, "services", "a", "image").text
        return text

    assert image() == "dotdot"
    assert image(env_files=["x.env", "y.env"]) == "yx"
    assert image(env_files=["x.env"], variables={"A": "given"}) == "givengiven"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("${A:-" * 3000 + "x" + "}" * 3000, "interpolation"),
        ("${" * 50_000, "interpolation"),
        ("${A:-{" * 20_000 + "}", "interpolation"),
        ("${A:-x}" * 70_000, "compose-limit"),
        ("${A:-x}" * 3_000 + "y" * 60_000, ""),
        ("$$" * 50_000, ""),
        ("$$" * 100_000, "compose-limit"),
        ("${A:-" + "{" * 60_000 + "}", ""),
    ],
)
def test_hostile_templates_are_cheap(text: str, rule: str) -> None:
    began = clock.start()
    found = loaded(f"services: {{a: {{image: '{text}'}}}}\n")
    assert clock.stop(began) < 2
    assert slugs(found) == ([rule] if rule else [])


def test_a_project_s_values_are_bounded() -> None:
    files = {
        "c.yaml": "services: {a: {image: x, command: [" + ", ".join(["$A"] * 1000) + "]}}\n",
        ".env": f"A={'x' * 60_000}\n",
    }
    found = loaded(files, "c.yaml")
    assert "compose-limit" in slugs(found)
    assert at(found.root, "services", "a", "command", 999).unset


def _expanded(text: str) -> Expansion | Invalid:
    try:
        return expand(text, VALUES)
    except Invalid as invalid:
        return invalid


@given(st.text(alphabet="${}:-+?AEN_ab\n", max_size=40))
def test_any_template(text: str) -> None:
    found = _expanded(text)
    if isinstance(found, Invalid):
        assert text[found.offset] == "$"
        return
    at = length = 0
    for piece in found.pieces:
        assert found.text[length : piece.start] == text[at : piece.raw_start]
        at, length = piece.raw_end, piece.end
    assert found.text[length:] == text[at:]


class Reference(NamedTuple):
    """A variable with an operator and what stands behind it."""

    name: str
    operator: str
    word: tuple[Part, ...]


Part: TypeAlias = "str | Reference"
LITERALS = st.sampled_from(["x", "a b", "", "1", "-", ":-", "?"])
OPERATORS = st.sampled_from(["", ":-", "-", ":+", "+"])


def _references(inner: st.SearchStrategy[Part]) -> st.SearchStrategy[Part]:
    words = st.lists(inner, max_size=3).map(tuple)
    made = st.builds(Reference, st.sampled_from("ABC"), OPERATORS, words)
    return made.map(lambda found: found if found.operator else Reference(found.name, "", ()))


TREES = st.lists(st.recursive(LITERALS, _references, max_leaves=30), max_size=4)


def rendered(parts: Iterable[Part]) -> str:
    """Parts as they are written."""
    return "".join(
        part if isinstance(part, str) else f"${{{part.name}{part.operator}{rendered(part.word)}}}" for part in parts
    )


def evaluated(parts: Iterable[Part], values: dict[str, str]) -> str:
    """What the parts amount to, by the words of the Compose specification."""
    return "".join(part if isinstance(part, str) else _value(part, values) for part in parts)


def _value(part: Reference, values: dict[str, str]) -> str:
    value, word = values.get(part.name), evaluated(part.word, values)
    given = bool(value) if part.operator.startswith(":") else value is not None
    if part.operator.endswith("+"):
        return word if given else ""
    return word if part.operator and not given else value or ""


@given(TREES, st.dictionaries(st.sampled_from("ABC"), st.sampled_from(["", "v", "w x"])), st.booleans())
def test_templates_amount_to_what_they_spell(parts: list[Part], values: dict[str, str], eager: bool) -> None:
    assert expand(rendered(parts), values, eager).text == evaluated(parts, values)


@pytest.mark.parametrize("depth", [1, 63, 64, 65, 5000, 100_000])
def test_depth_is_no_recursion(depth: int) -> None:
    text = "${N:-" * depth + "x" + "}" * depth
    found = _expanded(text)
    assert isinstance(found, Invalid) == (depth > 65), depth


@pytest.mark.parametrize(("eager", "slugs"), [(False, []), (True, ["interpolation"])])
def test_defaults_that_are_not_used(eager: bool, slugs: list[str]) -> None:
    found = loaded("services: {a: {image: '${A:-${}}'}}\n", variables={"A": "x"}, version=(2, 40, 3) if eager else None)
    assert [problem.rule for problem in found.problems] == slugs


def test_parts_keep_their_own_variables() -> None:
    found = loaded("services: {a: {image: x, ports: ['${IP:-127.0.0.1}:${PORT}:80']}}\n")
    port = at(found.root, "services", "a", "ports", 0)
    host, published, target = (port.get(name) for name in ("host_ip", "published", "target"))
    assert isinstance(host, Scalar)
    assert (host.text, host.unset, host.fallbacks, host.span.text) == (
        "127.0.0.1",
        (),
        ("127.0.0.1",),
        "${IP:-127.0.0.1}",
    )
    assert (published.text, published.unset, published.span.text) == ("", ("PORT",), "${PORT}")
    assert (target.text, target.unset, target.variables, target.span.text) == ("80", (), (), "80")
