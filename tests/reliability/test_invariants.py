"""Invariants over generated input: any bytes end in findings, with places inside their files and stable reports."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintstack.dockerfile.syntax import parse as parse_dockerfile
from lintstack.source import Source
from lintstack.yaml import Entry, Mapping, Node, Scalar, parse
from tests.reliability.lint import FORMATS, House, Outcome, command, harmless, inside

ROOT = Path(__file__).resolve().parents[2]
# Files to be mutated: the example and the fixture stacks.
CORPUS = {
    kind: [path.read_bytes() for top in ("examples", "tests/fixtures") for path in sorted((ROOT / top).rglob(pattern))]
    for kind, pattern in (("compose", "*compose*.y*ml"), ("dockerfile", "Dockerfile"))
}
NASTY = "[]{}:,&*!|>'\"%@`#-?<=$()\\/ \t\r\n\x00\x0b\x85\u00a0\u2028\ufeff\u202e\U0001f44d"
EXAMPLES = settings(max_examples=35)


# ---- bytes


def _mutated(corpus: list[bytes]) -> st.SearchStrategy[bytes]:
    """Files of a corpus with a few bytes inserted, deleted, doubled, swapped, or spliced with another file."""

    def changed(data: bytes, other: bytes, steps: list[tuple[str, int, bytes]]) -> bytes:
        for what, at, piece in steps:
            at %= len(data) + 1
            data = {
                "insert": data[:at] + piece + data[at:],
                "delete": data[:at] + data[at + len(piece) + 1 :],
                "double": data[:at] + data[max(0, at - 40) :],
                "cut": data[:at],
                "splice": data[:at] + other[at % (len(other) + 1) :],
            }[what]
        return data[:20_000]

    places = st.sampled_from(["insert", "delete", "double", "cut", "splice"])
    pieces = st.binary(min_size=1, max_size=4) | st.text(NASTY, min_size=1, max_size=4).map(lambda text: text.encode())
    steps = st.lists(st.tuples(places, st.integers(0, 20_000), pieces), min_size=1, max_size=4)
    return st.builds(changed, st.sampled_from(corpus), st.sampled_from(corpus), steps)


def _listed(words: str) -> list[str]:
    r"""Words divided by `~`, with `\n` and `\t` for what they stand for."""
    return [word.replace(r"\n", "\n").replace(r"\t", "\t") for word in words[1:-1].replace("~\n", "~").split("~")]


def _words(*words: str) -> st.SearchStrategy[bytes]:
    """Text made of the words of a language and of what means something in it."""
    piece = st.sampled_from(words) | st.text(NASTY, min_size=1, max_size=3)
    return st.lists(piece, max_size=60).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass"))


_SERVICE_WORDS = r"""
services:\n~  a:\n~    image: ~nginx:latest\n~    build: ~    ports:\n~      - ~8080:80~    environment:\n~"~'~
    user: root\n~    <<: ~*a~&a ~    extends: ~include: ~    healthcheck: {test: ~}~[~]~${A:-b}~${~---\n~!reset ~
    depends_on: ~x-a: ~    deploy: ~    env_file: .env\n~networks:\n~configs:\n~  ~\n~#~0~true~null~|~    volumes: ~x
"""
compose_bytes = st.binary(max_size=300) | _mutated(CORPUS["compose"]) | _words(*_listed(_SERVICE_WORDS))


# ---- compose trees in random styles


class Style(NamedTuple):
    """How a tree is written."""

    seed: int
    newline: str
    bom: bool
    indent: int


_names = st.sampled_from(["a", "b", "web", "db", "db-1", "A_b"])
_values = st.sampled_from(
    ["x", "nginx:latest", "80", "8080:80", "true", "./a:/b:ro", "${A:-b}", "$$", "", "0", "1.5", "K=V"]
)
_scalars = _values | st.integers(-1, 70_000) | st.booleans() | st.none()
_pairs = st.dictionaries(st.sampled_from(["K", "DB_PASSWORD", "x"]), _scalars, max_size=2)
_lists = st.lists(_values, max_size=3)
_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "image": _values,
    "build": _values
    | st.fixed_dictionaries({}, optional={"context": _values, "target": _values, "args": _pairs | _lists}),
    "user": _values,
    "ports": _lists
    | st.lists(st.fixed_dictionaries({"target": _scalars}, optional={"published": _scalars}), max_size=2),
    "volumes": _lists | st.lists(st.fixed_dictionaries({"type": st.sampled_from(["bind", "tmpfs", "x"])}), max_size=2),
    "environment": _pairs | _lists,
    "labels": _pairs | _lists,
    "depends_on": st.lists(_names, max_size=2) | st.dictionaries(_names, _pairs, max_size=2),
    "extends": _names | st.fixed_dictionaries({"service": _names}),
    "healthcheck": st.fixed_dictionaries(
        {}, optional={"test": _values | _lists, "interval": _scalars, "disable": _scalars}
    ),
    "deploy": st.fixed_dictionaries(
        {}, optional={"replicas": _scalars, "resources": st.fixed_dictionaries({"limits": _pairs})}
    ),
    "logging": st.fixed_dictionaries({}, optional={"driver": _values, "options": _pairs}),
    "profiles": _lists,
    "networks": _lists | _pairs,
    "privileged": _scalars,
    "command": _values | _lists,
    "restart": _values,
    "secrets": _lists,
    "x-a": _pairs,
}
_services = st.dictionaries(_names, st.fixed_dictionaries({}, optional=_FIELDS), max_size=3)
trees = st.fixed_dictionaries(
    {"services": _services}, optional={"networks": _pairs, "volumes": _pairs, "name": _values}
)
styles = st.builds(Style, st.integers(0, 999), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.integers(1, 4))


def _rendered(tree: Any, style: Style) -> bytes:
    """A tree as YAML: block and flow, three kinds of quotes, comments and blank lines, by the style's dice."""
    dice = random.Random(style.seed)
    lines = style.newline.join(_block(tree, 0, style, dice)) + style.newline
    return (b"\xef\xbb\xbf" if style.bom else b"") + lines.encode()


def _block(node: Any, depth: int, style: Style, dice: random.Random) -> Iterator[str]:
    pad = " " * (depth * style.indent)
    pairs = node.items() if isinstance(node, dict) else (("-", item) for item in node)
    for key, value in pairs:
        if dice.random() < 0.1:
            yield dice.choice(["", f"{pad}# comment", "#"])
        head = f"{pad}-" if isinstance(node, list) else f"{pad}{key}:"
        if isinstance(value, dict | list) and value and dice.random() < 0.8:
            yield head
            yield from _block(value, depth + 1, style, dice)
        else:
            yield f"{head} {_flow(value, dice)}"


def _flow(value: Any, dice: random.Random) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key, dice)}: {_flow(item, dice)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item, dice) for item in value) + "]"
    if not isinstance(value, str):
        return {None: "null", True: "true", False: "false"}.get(value, str(value))
    return json.dumps(value) if dice.random() < 0.5 else "'" + value + "'"


# ---- Dockerfiles


_DOCKERFILE_WORDS = r"""
FROM ~FROM scratch\n~alpine:3.20~ AS a\n~\nRUN ~\nUSER ~\nCMD ~\nENTRYPOINT ~\nENV ~A=b ~\nARG ~$A~${A:-~}~\nCOPY ~
--from=a ~ /x ~<<EOF\n~EOF\n~\\n~\~`\n~\nHEALTHCHECK ~--interval=5s ~CMD ~NONE~\n# ~\n#escape=`\n~["a", "b"]~[~"~'~
root~0~:~ && ~; ~\n\n~\t~\nONBUILD ~\nSHELL ~\nLABEL ~\nEXPOSE 80/tcp~\nVOLUME ~\nWORKDIR /x~\nSTOPSIGNAL ~|~
\nADD http://x ~apt-get install -y curl
"""
dockerfile_bytes = st.binary(max_size=300) | _mutated(CORPUS["dockerfile"]) | _words(*_listed(_DOCKERFILE_WORDS))


# ---- H1, H2: any bytes, places


def _judged(house: House, files: dict[str, bytes], codes: tuple[int, ...] = (0, 1)) -> Outcome:
    with house.once(files) as folder:
        outcome = house.lint(folder, rules="all")
        assert outcome.exit in codes
        for finding in outcome.findings:
            for place in (finding, *finding["related"]):
                inside(place, folder)
    return outcome


@EXAMPLES
@given(compose_bytes)
def test_any_bytes_as_a_compose_file(house: House, data: bytes) -> None:
    _judged(house, {"compose.yaml": data})


@EXAMPLES
@given(trees, styles)
def test_any_tree_as_a_compose_file(house: House, tree: Any, style: Style) -> None:
    outcome = _judged(house, {"compose.yaml": _rendered(tree, style), "Dockerfile": b"FROM alpine:3.20\nUSER app\n"})
    assert "yaml-syntax" not in outcome.rules


@EXAMPLES
@given(dockerfile_bytes)
def test_any_bytes_as_a_dockerfile(house: House, data: bytes) -> None:
    _judged(house, {"Dockerfile": data})


@settings(max_examples=30)
@given(st.binary(max_size=200) | _words("A", "=", "${", "}", ":-", "\n", "export ", "'", '"', "#", "B"))
def test_any_bytes_as_an_environment_file(house: House, data: bytes) -> None:
    compose = b"services:\n  a:\n    image: nginx:${A:-1}\n    env_file: [.env]\n    hostname: $B\n"
    _judged(house, {"compose.yaml": compose, ".env": data})


@settings(max_examples=30)
@given(
    st.binary(max_size=200)
    | _words("preset", ": ", "strict", "rules", "\n", "  ", "- ", "ignore", "{", "}", "exclude", "off")
)
@pytest.mark.parametrize("name", [".lintstack.yaml", "lintstack.toml", "pyproject.toml"])
def test_any_bytes_as_a_configuration(house: House, name: str, data: bytes) -> None:
    with house.once({"compose.yaml": CORPUS["compose"][0], name: data}) as folder:
        code, out, errors = command(folder, "check", "-o", "concise", ".")
    assert code in (0, 1, 2, 3)
    harmless(errors if code == 2 else out)
    assert bool(out) == (code != 2)


# ---- H3: spans give back the source


@EXAMPLES
@given(_mutated(CORPUS["compose"]) | _words(*_listed(_SERVICE_WORDS)))
def test_scalars_reproduce_their_source(data: bytes) -> None:
    source = Source("compose.yaml", data.decode("utf-8", "replace").removeprefix("\ufeff"))
    for document in parse(source).documents:
        for node in _nodes(document):
            assert 0 <= node.start <= node.end <= len(source.text)
            written = source.text[node.start : node.end]
            if isinstance(node, Scalar) and not node.style and len(written.splitlines()) < 2:
                assert written.rstrip(" \t") == node.text


def _nodes(root: Node | None) -> Iterator[Node]:
    pending: list[Node] = [root] if root is not None else []
    seen: set[int] = set()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, Mapping):
            entries: list[Entry] = list(node.entries.values())
            pending += [part for entry in entries for part in (entry.key, entry.value)]
        elif not isinstance(node, Scalar):
            pending += node.items


@EXAMPLES
@given(dockerfile_bytes)
def test_instructions_cover_the_file_in_order(data: bytes) -> None:
    source = Source("Dockerfile", data.decode("utf-8", "surrogateescape").removeprefix("\ufeff"))
    dockerfile = parse_dockerfile(source)
    edge = 0
    for instruction in dockerfile.instructions:
        span = instruction.span
        assert edge <= span.start <= instruction.keyword_span.start <= span.end <= len(source.text)
        edge = span.end
        for part in (*(word.span for word in instruction.args), *(flag.span for flag in instruction.flags)):
            assert span.start <= part.start <= part.end <= span.end
        if "\\" not in instruction.keyword_span.text and "`" not in instruction.keyword_span.text:
            assert instruction.keyword_span.text.upper() == instruction.keyword
    for comment in dockerfile.comments:
        assert comment.span.text.lstrip().startswith("#")


# ---- H9, H11, H14: order, repetition, policy


FIXTURE = {path.name: path for path in (ROOT / "examples" / "shop").glob("compose*.yaml")}


@pytest.fixture(scope="module")
def crowd(house: House) -> Callable[[], Path]:
    """A tree with good, bad and broken files."""
    files: dict[str, str | bytes] = {f"shop/{name}": path.read_bytes() for name, path in FIXTURE.items()}
    for path in (ROOT / "examples" / "shop").rglob("Dockerfile"):
        files[f"shop/{path.relative_to(ROOT / 'examples' / 'shop')}"] = path.read_bytes()
    files |= {"broken/compose.yaml": "services: {", "bad/Dockerfile": "NOPE\n", "z/Dockerfile": "FROM a\nUSER root\n"}
    folder = house.tree(files)
    return lambda: folder


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_the_order_of_paths_changes_nothing(house: House, crowd: Callable[[], Path], dice: random.Random) -> None:
    folder = crowd()
    usual = house.lint(folder, "shop", "broken", "bad", "z", rules="all")
    paths = ["shop", "broken", "bad", "z", "z/Dockerfile"]
    dice.shuffle(paths)
    other = house.lint(folder, *paths, rules="all")
    assert {name: other.reports[name] for name in FORMATS} == dict(usual.reports)


def test_independent_projects_do_not_change_each_other(house: House, crowd: Callable[[], Path]) -> None:
    folder = crowd()
    together = house.lint(folder, rules="all").places
    apart = [house.lint(folder, "--root", ".", name, rules="all").places for name in ("shop", "broken", "bad", "z")]
    assert together == set().union(*apart)


def test_policy_is_monotone(house: House, crowd: Callable[[], Path]) -> None:
    """Leaving a rule out removes its findings and no others; what could not be read survives."""
    folder = crowd()
    usual = house.lint(folder, rules="all").places
    without = house.lint(folder, "--ignore", "planted-root,planted-latest", ".", rules="all").places
    assert without == {place for place in usual if place[0] not in ("planted-root", "planted-latest")}
    assert {"yaml-syntax", "dockerfile-syntax"} <= {rule for rule, _, _ in without}
