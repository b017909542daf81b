"""YAML text to nodes: exact places, go-yaml's values, and every hostile input of the reliability table."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintstack.findings import Finding
from lintstack.source import Source
from lintstack.yaml import Documents, Mapping, Node, Scalar, Sequence, decode, parse
from tests import clock

ALPHABET = "[]{}:,&*!|>'\"%@`#-?<\t\r\n\x85\u2028\ufeff\\$ ab01."
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)
)


def read(text: str) -> Documents:
    return parse(Source("c.yaml", text))


def root(text: str) -> Mapping:
    found = read(text)
    assert isinstance(found.documents[0], Mapping), found.problems
    return found.documents[0]


def at(tree: Node | None, *path: str | int) -> Any:
    """The node at a path of keys and indexes."""
    node: Any = tree
    for step in path:
        node = node.items[step] if isinstance(step, int) else node.get(step)
    return node


def slugs(text: str) -> list[str]:
    return [problem.rule for problem in read(text).problems]


def nodes(node: Node | None, seen: set[int] | None = None) -> list[Node]:
    """All nodes of a tree, shared ones once, keys included."""
    seen = set() if seen is None else seen
    if node is None or id(node) in seen:
        return []
    seen.add(id(node))
    children: list[Node] = []
    if isinstance(node, Mapping):
        children = [part for entry in node.entries.values() for part in (entry.key, entry.value)]
    elif isinstance(node, Sequence):
        children = list(node.items)
    return [node, *(found for child in children for found in nodes(child, seen))]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ('é: "😀x"\r\nb: ü\r\n', ["é", '"😀x"', "b", "ü"]),
        ("a: &x !!str  'q w' # c\nb: !t z", ["a", "'q w'", "b", "z"]),
        ("a: |\n  x\n  y\n\n\nb: >-\n  z\n\n", ["a", "|\n  x\n  y", "b", ">-\n  z"]),
        ("a: x\n  y\nb: 'p\n  q'", ["a", "x\n  y", "b", "'p\n  q'"]),
        ("a:\n  - x # c\n  -\n", ["a", "x", ""]),
        ("? a\n: b", ["a", "b"]),
        (
            "a: [CMD, curl, http://x]\nb: {image: nginx:1.2}",
            ["a", "CMD", "curl", "http://x", "b", "image", "nginx:1.2"],
        ),
    ],
)
def test_spans_are_the_tokens(text: str, spans: list[str]) -> None:
    assert [node.span.text for node in nodes(root(text)) if isinstance(node, Scalar)] == spans


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("a:\n  b: 1\n  c: 2   # d\n\n# e\nz: 1", "b: 1\n  c: 2"),
        ("a: &x\n  b: 1\n\nz: 1", "b: 1"),
        ("a:\n- x\n- y\n\nz: 1", "- x\n- y"),
        ("a: !override\n  - x\nz: 1", "- x"),
        ("a: &x [x,\n  y ]  # c\nz: 1", "[x,\n  y ]"),
        ("a: !t {b: }\nz: 1", "{b: }"),
        ("a:\n  b:\n    c: !reset\nz: 1", "b:\n    c: !reset"),
    ],
)
def test_spans_of_collections_end_at_their_last_word(text: str, span: str) -> None:
    node = root(text).get("a")
    assert node is not None
    assert node.span.text == span


def test_missing_values_stand_behind_their_colon_or_dash() -> None:
    tree = root("a:  # c\nb: &x\nc: !reset\ne:\n  -   # f\n  - x\n")
    assert [at(tree, name).start for name in "abc"] == [2, 13, 23]
    first = at(tree, "e", 0)
    assert first.value is None and tree.source.text[first.start - 1] == "-"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0644", 420), ("0o644", 420), ("0x1F", 31), ("0b11", 3), ("1_000", 1000), ("-5", -5), ("+3", 3), ("08", 8.0),
        ("1.0", 1.0), ("1e3", 1000.0), (".5", 0.5), (".inf", math.inf), ("-.inf", -math.inf), ("yes", "yes"),
        ("on", "on"), ("true", True), ("FALSE", False), ("22:22", "22:22"), ("~", None), ("null", None), ("Null", None),
        ("", None), ("'5'", "5"), ('"true"', "true"), ("!!str 5", "5"), ("!!int '5'", 5), ("!!float 5", 5.0),
        ("2020-01-01", "2020-01-01"), ("1.2.3", "1.2.3"), (".", "."), ("+", "+"), ("0x", "0x"), ("1__0", 10),
        ("99999999999999999999", 1e20), ("9" * 5000, "9" * 5000), ("1e999999", "1e999999"), ("!!int zz", "zz"),
        ("!python/object:os.system x", "x"), ("2020-99-99", "2020-99-99"), ("0777", 511), ("0o8", "0o8"),
    ],
)  # fmt: skip
def test_values_are_go_yaml_s(text: str, value: object) -> None:
    node = read(f"- {text}\n").documents[0]
    assert isinstance(node, Sequence)
    scalar = node.items[0]
    assert isinstance(scalar, Scalar)
    assert scalar.value == value
    assert type(scalar.value) is type(value)


def test_nan() -> None:
    value = at(root("a: .nan"), "a").value
    assert value != value


def test_merge_keys() -> None:
    tree = root(
        "x: &x {a: 1, b: 2}\ny: {b: 3, <<: *x}\nz: {<<: [{a: 9}, *x], c: 4}\nl: &l [*x]\nw: {<<: *l}\nq: {'<<': 5}\n"
    )
    values = {name: {key: value.value for key, value in at(tree, name).items()} for name in "yzwq"}
    assert values == {"y": {"b": 3, "a": 1}, "z": {"c": 4, "a": 9, "b": 2}, "w": {"a": 1, "b": 2}, "q": {"<<": 5}}
    assert at(tree, "y").entries["a"] is at(tree, "x").entries["a"]


def test_aliases_share_nodes_and_anchors_may_be_redefined() -> None:
    tree = root("a: &x {k: 1}\nb: *x\nc: &x {k: 2}\nd: *x\n")
    assert tree.get("b") is tree.get("a")
    assert tree.get("d") is tree.get("c")


def test_documents() -> None:
    found = read("a: 1\n---\n# nothing\n---\nb: 2\n...\n---\nc: 3\n")
    assert [isinstance(document, Mapping) for document in found.documents] == [True, False, True, True]
    assert read("").documents == () and read("# c\n").documents == ()


@pytest.mark.parametrize(
    ("text", "slug", "line", "column"),
    [
        ("a: b\n...\nc: d\n", "yaml-syntax", 3, 1),
        ("a: 1\nb: 'x\n", "yaml-syntax", 2, 4),
        ("a: b: c\n", "yaml-syntax", 1, 5),
        ("a:\n\tb: c\n", "yaml-syntax", 2, 1),
        ("a: @x\n", "yaml-syntax", 1, 4),
        ("a: *x\n", "yaml-syntax", 1, 4),
        ('a: "\\UFFFFFFFF"\n', "yaml-syntax", 1, 7),
        ('a: "\\ud800"\n', "yaml-syntax", 1, 7),
        ("%YAML 2.0\n---\na: b\n", "yaml-syntax", 1, 1),
        ("a: &a {x: *a}\n", "yaml-cycle", 1, 11),
        ("a: &l [*l]\n", "yaml-cycle", 1, 8),
        ("a: 1\nb: 2\na: 3\n", "yaml-duplicate-key", 3, 1),
        ("x: &x {}\na: {<<: *x, <<: *x}\n", "yaml-duplicate-key", 2, 13),
        ("1: a\n", "compose-schema", 1, 1),
        ("true: a\n", "compose-schema", 1, 1),
        ("~: a\n", "compose-schema", 1, 1),
        ("? [x]\n: a\n", "compose-schema", 1, 3),
        ("a: {<<: 1}\n", "yaml-syntax", 1, 5),
        ("a: 1 # x\x85b: 2\n", "hidden-characters", 1, 9),
        ("a: 1 # x\u2028b: 2\n", "hidden-characters", 1, 9),
        ("a\u200b: 1\n", "hidden-characters", 1, 2),
        ("a: x # \u202e\n", "hidden-characters", 1, 8),
        ("a:\n\xa0 b: 1\n", "hidden-characters", 2, 1),
        ("[" * 5000 + "]" * 5000, "yaml-limit", 1, 65),
        ("[" * 100_000, "yaml-limit", 1, 65),
        ("{a: " * 3000, "yaml-limit", 1, 257),
        ("- " * 5000, "yaml-limit", 1, 129),
        ("".join(" " * depth + "a:\n" for depth in range(400)), "yaml-limit", 65, 65),
        (BOMB, "yaml-limit", 6, 10),
        (BOMB + "labels: *a8\n", "yaml-limit", 6, 10),
    ],
)
def test_hostile_texts_are_findings_at_their_place(text: str, slug: str, line: int, column: int) -> None:
    began = clock.start()
    problems = read(text).problems
    assert clock.stop(began) < 1
    first = next(problem for problem in problems if problem.rule == slug)
    assert (first.at.span.line, first.at.span.column) == (line, column), first.message
    assert first.suppressible == (slug in ("yaml-duplicate-key", "compose-schema", "hidden-characters"))


def test_hidden_lines_are_read_as_compose_reads_them() -> None:
    tree = read("a: 1 # x\x85image: y\n").documents[0]
    assert isinstance(tree, Mapping)
    assert tree.get("image") is not None


def test_a_joined_emoji_hides_nothing() -> None:
    assert slugs("a: \U0001f469\u200d\U0001f4bb  # \xa0 caf\xe9\n") == []


def test_duplicate_key_names_both_lines_and_keeps_the_first() -> None:
    found = read("a: 1\nb: 2\na: 3\n")
    (problem,) = found.problems
    assert "line 3" in problem.message and "line 1" in problem.message
    assert problem.related[0].span.line == 1
    assert at(found.documents[0], "a").value == 1


def test_bombs_leave_the_rest_readable() -> None:
    assert root(BOMB + "services: {a: {image: x}}\n").get("services") is not None


def test_doubling_merges_cost_nothing() -> None:
    levels = "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: 1}}\n" for n in range(1, 25))
    tree = root("a0: &a0 {x: 1}\n" + levels)
    assert len(at(tree, "a24").entries) == 25


def test_a_thousand_merges_of_a_thousand_keys_are_bounded() -> None:
    base = "base: &b {" + ", ".join(f"k{n}: v" for n in range(1000)) + "}\n"
    began = clock.start()
    found = read(base + "".join(f"m{n}: {{<<: *b}}\n" for n in range(1000)))
    assert clock.stop(began) < 4
    assert [problem.rule for problem in found.problems] == ["yaml-limit"]


def test_many_nodes_are_refused() -> None:
    assert slugs("a: [" + "x, " * 250_000 + "]") == ["yaml-limit"]


def test_depth_through_aliases_is_bounded() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 200))
    found = read(text)
    assert {problem.rule for problem in found.problems} == {"yaml-limit"}
    assert max(node.height for node in nodes(found.documents[0])) <= 64


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_line_ends(newline: str, last: str) -> None:
    text = newline.join(("a: 1", "b:", "  c: x")) + (newline if last else "")
    node = at(root(text), "b", "c")
    assert (node.span.line, node.span.column, node.span.text) == (3, 6, "x")


@pytest.mark.parametrize(
    "text", ["a:\tb\n", "a: {b:\tc}\n", "a: b\t# c\n", "%YAML 1.1\n---\na: yes\n", "%YAML 1.2\n---\na: yes\n"]
)
def test_what_compose_accepts(text: str) -> None:
    found = read(text)
    assert found.problems == ()
    assert isinstance(found.documents[0], Mapping)


@pytest.mark.parametrize(
    ("data", "words", "line", "column"),
    [
        ("a: 1\n".encode("utf-16"), "UTF-16", 1, 1),
        (b"\xfe\xff\x00a", "UTF-16", 1, 1),
        ("a: 1\n".encode("utf-32"), "UTF-32", 1, 1),
        (b"a: 1\nb: caf\xe9\n", "byte 11", 2, 7),
        (b"\xef\xbb\xbfa: \xff", "byte 6", 1, 4),
        (b"a: 1\n\x00", "U+0000 at byte 5", 2, 1),
        (b"a: 1 # \x1b[2J", "U+001B at byte 7", 1, 8),
        (b"a: 1 # \x07", "U+0007 at byte 7", 1, 8),
        (b"a: \xe2\x82", "byte 3", 1, 4),
    ],
)
def test_refused_bytes(data: bytes, words: str, line: int, column: int) -> None:
    found = decode(data, "c.yaml", "/c.yaml")
    assert isinstance(found, Finding)
    assert found.rule == "yaml-encoding" and not found.suppressible
    assert words in found.message
    assert (found.at.span.line, found.at.span.column) == (line, column)


def test_bom_is_remembered() -> None:
    found = decode(b"\xef\xbb\xbfa: 1\n", "c.yaml", "/c.yaml")
    assert isinstance(found, Source)
    assert found.bom and found.text == "a: 1\n"


def check_tree(found: Documents, source: Source) -> None:
    """Every span lies in the text; plain and quoted scalars on one line are their own text."""
    for document in found.documents:
        for node in nodes(document):
            assert 0 <= node.start <= node.end <= len(source.text)
            if isinstance(node, Scalar):
                check_scalar(node)
    for problem in found.problems:
        span = problem.at.span
        assert 0 <= span.start <= span.end <= len(source.text)
        assert span.line >= 1 and span.column >= 1
        assert "\n" not in problem.message


def check_scalar(node: Scalar) -> None:
    written = node.span.text
    node.value  # noqa: B018
    if set("\x85\u2028\u2029\ufeff") & set(node.source.text) or set("\r\n") & set(written):
        return
    if node.style == "":
        assert written == node.text
    elif node.style in ("'", '"'):
        assert written[0] == written[-1] == node.style
        if node.style not in written[1:-1] and "\\" not in written:
            assert written[1:-1] == node.text
    else:
        assert written[0] == node.style


@given(st.binary(max_size=2048))
def test_any_bytes(data: bytes) -> None:
    source = decode(data, "c.yaml", "/c.yaml")
    if isinstance(source, Source):
        check_tree(parse(source), source)


@given(st.text(alphabet=ALPHABET, max_size=60))
def test_any_yamlish_text(text: str) -> None:
    source = Source("c.yaml", text)
    check_tree(parse(source), source)


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    source = Source("c.yaml", text)
    check_tree(parse(source), source)


SEED = """\
x-base: &base # comment
  image: "nginx:${TAG:-1.27}"
  ports: ["8080:80", 9090:90]
services:
  web: {<<: *base, command: [CMD, curl, http://x]}
  app:
    <<: *base
    environment: !override
      A: 'b c'
      B: >-
        folded
        text
"""


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=6))
def test_mutated_files(seed: int, count: int) -> None:
    chosen = random.Random(seed)
    text = SEED
    for _ in range(count):
        at = chosen.randrange(len(text))
        text = (
            text[:at] + chosen.choice(("", chosen.choice(ALPHABET), text[at:][:20])) + text[at + chosen.randrange(3) :]
        )
    source = Source("c.yaml", text or "a")
    check_tree(parse(source), source)
