"""The front end against Moby's own parser, on real files and on generated ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintstack.dockerfile.syntax import parse
from lintstack.source import Source
from tests.dockerfile.drawn import drawn
from tests.dockerfile.moby import agree, as_then, compared, oracle, rows

pytest.importorskip("dockerfile", reason="the oracle, PyPI `dockerfile`, is not installed")

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"


def corpus_files() -> Iterator[Path]:
    for path in sorted(CORPUS.rglob("*")):
        if "dockerfile" in path.name.lower() and path.is_file():
            yield path


def test_corpus() -> None:
    """Every real Dockerfile reads as BuildKit reads it: keywords, lines, flags, forms, values, heredocs."""
    files = list(corpus_files())
    if not files:
        pytest.skip(f"no corpus at {CORPUS}")
    different = []
    for path in files:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        if rows(parse(Source(path.name, text))) != oracle(text):
            different.append(str(path.relative_to(CORPUS)))
    assert different == []


def test_corpus_has_no_false_alarm() -> None:
    """Only templates, which Docker refuses too, get a problem."""
    files = [path for path in corpus_files() if "template" not in path.name and "cookiecutter" not in str(path)]
    if not files:
        pytest.skip(f"no corpus at {CORPUS}")
    parsed = [parse(Source(path.name, path.read_bytes().decode("utf-8", "surrogateescape"))) for path in files]
    assert [(item.source.path, item.problems) for item in parsed if item.problems] == []


# What the search over drawn files has found, cut down to what matters.
FOUND = {
    "vertical-tab-in-a-directive": "# escape\v=`\nFROM a\nRUN x `\n y\n",
    "vertical-tab-is-a-value": "# escape=`\v\nFROM a\n",
    "unicode-blank-before-a-directive": "#\x85escape=`\nFROM a\nRUN x `\n y\n",
    "unicode-blank-behind-a-flag": "FROM a\nCOPY --x=$V\u1680[1] b c\n",
    "unicode-blank-before-a-flag": "FROM a\nEXPOSE \x85--a b\n",
    "separators-are-no-blanks": "FROM a\nHEALTHCHECK CMD x\x1c\n",
    "blank-that-stays": "FROM a\nHEALTHCHECK ENV \xa0x\n",
    "byte-order-mark-is-a-name": "FROM a\nRUN <<-\ufeff\n",
    "byte-order-mark-before-a-name": "FROM a\nRUN <<\ufeffX\nX\n",
    "byte-order-mark-in-a-name": "FROM a\nRUN <<'\ufeff'X\nX\n\ufeffX\n",
    "escaped-blank-at-the-end-of-a-line": "FROM a\nADD a <<'EOF'\\\xa0\nx\nEOF\nUSER b\n",
    "escaped-blank-in-a-name": "# escape=`\nFROM a\nADD a <<EOF\\ \nx\nEOF \n",
    "array-behind-a-unicode-blank": 'FROM a\nHEALTHCHECK CMD \u2028["a"]\n',
    "trigger-that-is-no-array-of-strings": 'FROM a\nONBUILD CMD [[["a"]]]\n',
    "here-document-of-a-trigger": "FROM a\nONBUILD ADD <<X b\nEOF\nX\nUSER c\n",
    "tabs-stay-in-a-body": "FROM a\nCOPY <<-A /x\n\tx\n\tA\n",
}


@pytest.mark.parametrize("name", FOUND)
def test_what_the_search_has_found(name: str) -> None:
    with as_then():
        found = compared(FOUND[name])
    assert found is not None
    parsed, expected = found
    with as_then():
        assert agree(parsed, expected), (rows(parsed), expected)


def test_drawn_files() -> None:
    """Every trick mixed with every other: no file reads in another way."""
    asked, different = 0, []
    with as_then():
        for seed in range(6_000):
            found = compared(drawn(seed))
            asked += found is not None
            if found and not agree(*found):
                different.append(seed)
    assert asked > 5_000
    assert different == []


WORDS = st.sampled_from(
    [
        "FROM",
        "a",
        "as",
        "AS",
        "b",
        "run",
        "RUN",
        "Copy",
        "COPY",
        "ADD",
        "USER",
        "ENV",
        "LABEL",
        "ARG",
        "CMD",
        "SHELL",
        "ONBUILD",
        "HEALTHCHECK",
        "NONE",
        "VOLUME",
        "EXPOSE",
        "WORKDIR",
        "ENTRYPOINT",
        "STOPSIGNAL",
        "MAINTAINER",
        "FROB",
        "k=v",
        'k="v w"',
        "'q r'",
        '"',
        "'",
        "--flag=x",
        "--x",
        "--",
        "--y='z z'",
        "<<EOF",
        "<<-EOF",
        '<<"E F"',
        "3<<X",
        "<<",
        "<<<",
        "<<EOF<<X",
        "$((1<<EOF))",
        "EOF",
        "X",
        "E F",
        "[",
        "]",
        '["a", "b"]',
        '["a\\n"]',
        "[]",
        "[1]",
        '["a",]',
        "['a']",
        "#",
        "# c",
        "$V",
        "${V}",
        "${V:-d e}",
        "${",
        "\\",
        "\\\\",
        "`",
        "``",
        '\\"',
        "=",
        "x=",
        "=x",
        "\\ ",
        "#escape=`",
        "# escape=\\",
        "# syntax=a",
        "# escape=x",
        "\u00e9",
    ]
)
GAPS = st.sampled_from(
    [
        " ",
        "",
        "  ",
        "\t",
        "\n",
        "\n",
        "\n",
        "\n\n",
        " \\\n",
        "\\\n",
        " \\ \t\n",
        "\\\n\n",
        " \\\n# c\n",
        " `\n",
        "\r\n",
        "\\\r\n",
        "\\\\\n",
        "\n  ",
        "\n\t",
        "\v",
        "\f",
        "\u00a0",
        "\u0085",
    ]
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    head = draw(
        st.sampled_from(["", "", "FROM a\n", "# escape=`\nFROM a\n", "#syntax=x\n# Escape = `\n", "\n# escape=`\n"])
    )
    return head + "".join(part for pair in draw(st.lists(st.tuples(WORDS, GAPS), max_size=24)) for part in pair)


@settings(max_examples=600, deadline=None)
@given(texts())
def test_generated(text: str) -> None:
    """Generated files read as BuildKit reads them; what it refuses has a problem."""
    with as_then():
        found = compared(text)
        assert found is None or agree(*found)
