"""Env files: compose-go's grammar, places, and hostile contents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintstack.compose.dotenv import evaluate, parse
from lintstack.compose.problems import Problems
from lintstack.source import Source
from tests import clock
from tests.compose.support import at, loaded, slugs


def values(text: str, **outer: str) -> dict[str, str | None]:
    problems = Problems()
    entries = evaluate(parse(Source(".env", text), problems), outer, problems)
    assert problems.all() == ()
    return {name: entry.value.text if entry.value else None for name, entry in entries.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1\nB = 2 \nC: 3\nexport D=4\n# no\n\n  E=5", {"A": "1", "B": "2", "C": "3", "D": "4", "E": "5"}),
        ("A=x # c\nB=x#c\nC='x # c' # d\nD=", {"A": "x", "B": "x#c", "C": "x # c", "D": ""}),
        ('A=\'$X\\n\'\nB="\\$X\\n\\t"\nC="${X}"\nD=$X', {"A": "$X\\n", "B": "$X\n\t", "C": "out", "D": "out"}),
        ("A=1\nB=${A}2\nX=in\nC=${X}", {"A": "1", "B": "12", "X": "in", "C": "out"}),
        ("A=\"two\nlines\"\nB='also\ntwo'\nC=1", {"A": "two\nlines", "B": "also\ntwo", "C": "1"}),
        ('A=\'it\\\'s\'\nB="a \\"q\\""', {"A": "it's", "B": 'a "q"'}),
        ("X\nY\nA=1", {"X": "out", "Y": None, "A": "1"}),
        ("a.b-c[0]=1\r\nB=2\r\n", {"a.b-c[0]": "1", "B": "2"}),
        ("A=1\nA=2", {"A": "2"}),
        ("exported=1\nexport\tB=2", {"exported": "1", "B": "2"}),
        ("1A=x", {"1A": "x"}),
    ],
)
def test_grammar(text: str, expected: dict[str, str | None]) -> None:
    assert values(text, X="out") == expected


def test_places() -> None:
    statements = parse(Source(".env", "export KEY = 'a b' # c\nB=x # y\n"), Problems())
    assert [(one.key.span.text, one.place.text, one.quote) for one in statements] == [
        ("KEY", "a b", "'"),
        ("B", "x", ""),
    ]


@pytest.mark.parametrize(
    ("text", "slug", "line", "column"),
    [
        ("A=1\nB C=2\nD=3\n", "dotenv-syntax", 2, 2),
        ("A=1\nB!=2\nD=3\n", "dotenv-syntax", 2, 2),
        ("A=1\n=2\nD=3\n", "dotenv-syntax", 2, 1),
        ("A=1\nB='2\nD=3\n", "dotenv-syntax", 2, 3),
        ("A=1\nB=${\nD=3\n", "interpolation", 2, 3),
    ],
)
def test_mistakes_are_findings_and_the_rest_is_read(text: str, slug: str, line: int, column: int) -> None:
    found = loaded({"c.yaml": "services: {a: {image: '$A$D'}}\n", ".env": text}, "c.yaml")
    (problem,) = found.problems
    assert (problem.rule, problem.at.span.path) == (slug, ".env")
    assert (problem.at.span.line, problem.at.span.column) == (line, column)
    assert at(found.root, "services", "a", "image").text == "13"


def test_doubling_is_bounded() -> None:
    lines = ["A0=" + "x" * 20] + [f"A{n}=${{A{n - 1}}}${{A{n - 1}}}" for n in range(1, 25)]
    began = clock.start()
    found = loaded({"c.yaml": "services: {a: {image: '$A24'}}\n", ".env": "\n".join(lines)}, "c.yaml")
    assert clock.stop(began) < 1
    (problem,) = found.problems
    assert problem.rule == "compose-limit"
    assert "`A12`" in problem.message
    assert at(found.root, "services", "a", "image").unset


def test_env_files_of_services() -> None:
    files = {
        "c.yaml": "services:\n  a: {image: x, env_file: [e.env, sub/f.env, gone.env], environment: {O: own}}\n"
        "  b: {image: x, env_file: '${NOPE}.env'}\n",
        "e.env": "A=1\nB=${P} ${O}\nS=secret\n",
        "sub/f.env": "A=2\nC=${A}\n",
        ".env": "P=project\n",
    }
    found = loaded(files, "c.yaml")
    assert slugs(found) == ["env-file-missing"]
    entries = {entry.name: entry.value.text for entry in found.env_file_values["a"] if entry.value}
    assert entries == {"A": "2", "B": "project own", "S": "secret", "C": "2"}
    assert found.missing_env_files == {"a": ("gone.env",), "b": ("${NOPE}.env",)}
    assert [source.path for source in found.env_sources] == [".env", "e.env", "sub/f.env"]


def test_refused_env_files_are_findings() -> None:
    found = loaded("services: {a: {image: x, env_file: [../../../etc/passwd, /proc/self/environ]}}\n")
    assert slugs(found) == ["outside-root", "outside-root"]
    assert [problem.at.span.text for problem in found.problems] == ["../../../etc/passwd", "/proc/self/environ"]


@pytest.mark.parametrize("text", ["A=\0", "\x1b=1", "\x07"])
def test_bytes_that_are_no_text(text: str) -> None:
    found = loaded({"c.yaml": "services: {a: {image: x}}\n", ".env": text}, "c.yaml")
    assert slugs(found) == ["yaml-encoding"]
    assert found.root is not None


@given(st.text(max_size=80) | st.text(alphabet="A=:'\"\\$#{} \n\r\texport", max_size=60))
def test_any_text(text: str) -> None:
    source, problems = Source(".env", text), Problems()
    for statement in parse(source, problems):
        assert statement.key.span.text == statement.key.text
        assert 0 <= statement.place.start <= statement.place.end <= len(text)
    evaluate(parse(source, problems), {}, problems)
