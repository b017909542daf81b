"""The front end against Moby's own parser (the PyPI package `dockerfile`), on real files and on generated ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lintstack.dockerfile.refusals import KEYWORDS
from lintstack.dockerfile.syntax import Dockerfile, Instruction, pairs, parse
from lintstack.dockerfile.words import BLANK
from lintstack.source import Source

dockerfile = pytest.importorskip("dockerfile", reason="the oracle, PyPI `dockerfile`, is not installed")

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"

# Where the oracle embeds an older BuildKit than the one we follow (all of it is checked by hand in test_syntax.py):
# 1. `# check=` is a directive today: it does not end the directives.
# 2. Text behind a JSON array makes a shell form today; the oracle ignored it.
# 3. `${V#p}`, `${V%p}` and `${V/a/b}` on a line that opens a heredoc are read today; the oracle then saw no heredoc.
# 4. The oracle reads the flags of an instruction as Latin-1 bytes.
NEWER = re.compile(r"#[ \t]*check|\$\{[^}]*[#%/]|<<[^\n]*\$\{[^}:]*[-+?]", re.IGNORECASE)


def differs_by_version(text: str) -> bool:
    """Whether one of the known differences may show."""
    non_ascii_flags = "--" in text and not text.isascii()
    return bool(NEWER.search(text)) or non_ascii_flags or _text_behind_json(text)


def _text_behind_json(text: str) -> bool:
    """Whether a bracket that closes an array is followed by something on its logical line."""
    return any(re.search(r"\][^\n]*\S", form) for form in (text, _joined(text)))


def _joined(text: str) -> str:
    """A text with its continuations joined, whichever escape character they use."""
    return re.sub(r"[\\`][ \t]*\r*\n(?:\s*(?:#[^\n]*)?\n)*", "", text)


Row = tuple[str, str | None, bool, int, int, tuple[str, ...], tuple[str, ...], tuple[tuple[str, int, str], ...]]


def rows(parsed: Dockerfile) -> list[Row]:
    """Our reading in the oracle's terms."""
    return [_row(parsed, instruction) for instruction in parsed.instructions]


def _row(parsed: Dockerfile, instruction: Instruction) -> Row:
    inner = instruction.trigger or instruction
    lines = parsed.source.position
    flags = tuple(f"--{f.name}" + ("" if f.value is None else f"={f.value}") for f in instruction.flags)
    heredocs = tuple((h.name, h.descriptor, h.body.text) for h in instruction.heredocs)
    trigger = instruction.trigger.keyword if instruction.trigger else None
    first, last = lines(instruction.span.start)[0], lines(instruction.span.end)[0]
    values = _values(inner, parsed.escape)
    return instruction.keyword, trigger, inner.form == "exec", first, last, flags, values, heredocs


def _values(instruction: Instruction, escape: str) -> tuple[str, ...]:
    keyword, text = instruction.keyword, instruction.text.text
    if keyword not in KEYWORDS:
        return ("",)
    if keyword == "ONBUILD":
        return ()
    if keyword == "HEALTHCHECK":
        return _health(instruction)
    if instruction.form == "exec":
        return tuple(word.value for word in instruction.args)
    if keyword in ("RUN", "CMD", "ENTRYPOINT", "SHELL"):
        return (text,) if text else ()
    if keyword in ("ENV", "LABEL"):
        found = [(p, p.value.text) for p in pairs(instruction, escape) if p.value]
        return tuple(part for pair, value in found for part in (_joined(pair.name_span.text), value))
    return tuple(word.text for word in instruction.args)


def _health(instruction: Instruction) -> tuple[str, ...]:
    words = instruction.args
    if not words or instruction.form == "exec":
        return tuple(word.value for word in words)
    rest = instruction.text.text[len(words[0].text) :].strip(BLANK)
    return (words[0].text, rest) if rest else (words[0].text,)


def oracle(text: str) -> list[Row]:
    """The oracle's reading; raises dockerfile.GoParseError."""
    return [_oracle_row(command) for command in dockerfile.parse_string(text) if command.cmd]


def _oracle_row(command: Any) -> Row:
    heredocs = tuple((h.name, h.file_descriptor, h.content) for h in command.heredocs)
    trigger = command.sub_cmd.upper() if command.sub_cmd else None
    keyword, values = (trigger or command.cmd.upper()), command.value
    if keyword == "ONBUILD":
        # ONBUILD of ONBUILD is refused: what the inner one says does not matter.
        values = ()
    if keyword in ("ENV", "LABEL"):
        # A blank name is refused later on: we leave the pair out.
        found = zip(values[::2], values[1::2], strict=True)
        values = tuple(part for pair in found if pair[0] for part in pair)
    return (
        command.cmd.upper(),
        trigger,
        command.json,
        command.start_line,
        command.end_line,
        command.flags,
        values,
        heredocs,
    )


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


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(texts())
def test_generated(text: str) -> None:
    """Generated files read as BuildKit reads them; what it refuses has a problem."""
    assume(not differs_by_version(text))
    parsed = parse(Source("Dockerfile", text))
    try:
        expected = oracle(text)
    except dockerfile.GoParseError:
        assert parsed.problems
        return
    except UnicodeDecodeError:  # difference 4
        return
    assert rows(parsed) == expected
