"""Random templates, env files and scalars: many at a time, each batch in one project, against Docker Compose itself."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lintstack.compose.casts import go_text
from lintstack.compose.dotenv import evaluate, parse, parse_raw
from lintstack.compose.expansion import Invalid, expand
from lintstack.compose.load import load
from lintstack.compose.problems import Problems
from lintstack.source import Source
from lintstack.yaml import Mapping, Scalar
from tests.compose.support import MemoryReader, at, oracle

pytestmark = pytest.mark.skipif(oracle() is None, reason="no Docker Compose binary to compare with")
BATCH = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
OLDEST = (2, 40, 3)
MOST_INVALID = 12


def services(files: dict[str, str]) -> dict[str, Any] | str:
    """Services that Docker Compose makes of files, or why it refuses them."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_bytes(text.encode())
        words = [oracle() or "", "config", "--format", "json"]
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
        done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else json.loads(done.stdout.replace("$$", "$"))["services"]


# Templates

VALUES = {"A": "1", "E": "", "J": '{"k":"v"}', "D": "$A"}
DOTENV = "A=1\nE=\nJ='{\"k\":\"v\"}'\nD='$A'\n"
ATOMS = [
    "$",
    "${",
    "}",
    "A",
    "E",
    "N",
    "J",
    "D",
    ":-",
    "-",
    ":+",
    "+",
    "x",
    "{",
    "$$",
    " ",
    ":",
    "1",
    "_a",
    "\n",
    '"',
    "/",
]
TEMPLATES = st.lists(st.sampled_from(ATOMS), min_size=1, max_size=12).map("".join)


def expanded(text: str) -> str | None:
    try:
        return expand(text, VALUES, eager=True).text
    except Invalid:
        return None


def labelled(texts: list[str]) -> dict[str, Any] | str:
    """Labels whose values are the texts, as Docker Compose expands them."""
    lines = "".join(f"   k{number}: {json.dumps(text)}\n" for number, text in enumerate(texts))
    found = services({".env": DOTENV, "compose.yaml": "services:\n a:\n  image: x\n  labels:\n   k: v\n" + lines})
    return found if isinstance(found, str) else found["a"]["labels"]


@BATCH
@given(st.lists(TEMPLATES, min_size=200, max_size=300, unique=True))
def test_templates(texts: list[str]) -> None:
    valid = [text for text in texts if expanded(text) is not None]
    found = labelled(valid)
    assert isinstance(found, dict), found
    for number, text in enumerate(valid):
        assert found[f"k{number}"] == expanded(text), text
    for text in [text for text in texts if expanded(text) is None][:MOST_INVALID]:
        assert isinstance(labelled([text]), str), text


# Env files

KEYS = ["B", "C", "A", "a.b", "x-y", "z[0]", "1x", "é", "export B", "export  C", "_", "B\t", "exportX"]
WRITTEN = [
    *("x", "a b", "'q'", '"q"', "'a # b' # c", '"a\\nb"', '"a\\tb\\\\c"', "x # y", "x#y", "#z", " #z", "$A", "${A}"),
    *(
        "${N:-d}",
        "${N-}",
        "'$A'",
        '"$A"',
        '"\\$A"',
        "$$",
        '"$$A"',
        "a'b",
        'a"b"',
        "'it\\'s'",
        '"q\\"q"',
        '"two\nlines"',
    ),
    *("'two\nlines'", "", "''", "  x  ", "'x' y", '"x" # c', "x \\", "\\n", '"\\x41"', '"\\101"', '"\\0101"', '"\\c"'),
    *('"\\a\\b\\f\\v\\r"|', "`x`", "'open", "${", '{"a": 1}', "'a\\'", '"a\\\\"', '"a\\"', "'a'b'", '"$"', "$"),
]
LINES = st.one_of(
    st.sampled_from(["# c", "", "  # c", "\t", "B", "B C", "B!", "export", "=x"]),
    st.tuples(st.sampled_from(KEYS), st.sampled_from(["=", " = ", ":", ": ", "=\t"]), st.sampled_from(WRITTEN)).map(
        "".join
    ),
)
ENV_FILES = st.tuples(
    st.sampled_from(["", "\ufeff"]), st.lists(LINES, min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["\n", ""]),
).map(lambda parts: parts[0] + parts[2].join(parts[1]) + parts[3])  # fmt: skip


def read(text: str, raw: bool) -> dict[str, str | None] | None:
    """Variables of an env file, None for unknown ones; None for a file with a mistake."""
    problems = Problems()
    source = Source("e", text.removeprefix("\ufeff"))
    entries = evaluate((parse_raw if raw else parse)(source, problems), {"A": "1"}, problems, eager=True)
    if any(problem.severity == "error" for problem in problems.all()):
        return None
    known = {name: entry.value for name, entry in entries.items() if entry.value is not None}
    return {name: None if value.unset else value.text for name, value in known.items()}


def variables(texts: list[str], raw: bool) -> list[dict[str, str]] | str:
    """What Docker Compose reads from env files."""
    kind = ", format: raw" if raw else ""
    lines = [f" s{number}: {{image: x, env_file: [{{path: e{number}{kind}}}]}}\n" for number in range(len(texts))]
    files = {f"e{number}": text for number, text in enumerate(texts)}
    found = services({".env": "A=1\n", "compose.yaml": "services:\n" + "".join(lines), **files})
    if isinstance(found, str):
        return found
    entries = (found[f"s{number}"].get("environment") or {} for number in range(len(texts)))
    return [{name: value for name, value in one.items() if name and value is not None} for one in entries]


@BATCH
@pytest.mark.parametrize("raw", [False, True])
@given(st.lists(ENV_FILES, min_size=100, max_size=200, unique=True))
def test_env_files(raw: bool, texts: list[str]) -> None:
    # A broken template behind an empty name is refused by Compose; ours says only that the name is missing.
    texts = [text for text in texts if "${\n" not in text and not text.endswith("${")] if not raw else texts
    valid = [text for text in texts if read(text, raw) is not None]
    found = variables(valid, raw)
    assert not isinstance(found, str), found
    for text, theirs in zip(valid, found, strict=True):
        ours = read(text, raw) or {}
        assert ours.keys() == theirs.keys(), text
        for name, value in ours.items():
            assert value is None or value == theirs[name], text
    for text in [text for text in texts if read(text, raw) is None][:MOST_INVALID]:
        assert isinstance(variables([text], raw), str), text


# Scalars

PLAIN = (
    "true True tRue yes no on y N null NULL nULL ~ .inf -.inf .nan 1_000 1__0 _1 1_ 0_1 0x_1 1e3 1e 1.e3 .5e1 . .. --"
    " + +1 0 00 0o 0x 0b 0.0 -0.0 1.10 3.0 12:30 1:20:30 24-01-01 0777 0888 08 0o8 1e400 1e-400 0x1p4 1-2 1E5 inf 0B1"
    " 0O7 0X1F 1e23 99999999999999999999 18446744073709551615 18446744073709551616 -9223372036854775809 1e21 1e20"
    " 0xFFFFFFFFFFFFFFFFF +14690722154095883140 123456789.123456789 100000000000000000000000"
    " !!str|5 !!float|5 !foo|5 '5'"
).split()
NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(2**70), 2**70).map(str),
    st.integers(0, 2**40).map(hex),
    st.integers(0, 2**40).map(lambda number: f"0{number:o}"),
    st.from_regex(r"\A[-+]?[0-9_]{1,6}\.?[0-9_]{0,6}(?:[eE][-+]?[0-9]{1,2})?\Z"),
    st.sampled_from([word.replace("|", " ", 1) for word in PLAIN]),
)


@BATCH
@given(st.lists(NUMBERS.filter(lambda text: text not in ("-", "")), min_size=200, max_size=300, unique=True))
def test_scalars(texts: list[str]) -> None:
    lines = "".join(f"   k{number}: {text}\n" for number, text in enumerate(texts))
    files = {"compose.yaml": "services:\n a:\n  image: x\n  labels:\n" + lines}
    theirs = services(files)
    assert isinstance(theirs, dict), theirs
    found = load(["compose.yaml"], MemoryReader(files), ".", version=OLDEST)
    labels = at(found.root, "services", "a", "labels")
    assert isinstance(labels, Mapping)
    for number, text in enumerate(texts):
        value = labels.get(f"k{number}")
        assert isinstance(value, Scalar) and go_text(value) == theirs["a"]["labels"][f"k{number}"], text
