"""Flags, mounts and copies with their places, and what the order of a file may not be."""

from __future__ import annotations

import pytest

from lintstack.dockerfile.copies import copy
from lintstack.dockerfile.flags import duration
from lintstack.dockerfile.mounts import Mount, mounts
from lintstack.dockerfile.nodes import Heredoc
from lintstack.dockerfile.refusals import stageless
from lintstack.dockerfile.syntax import Dockerfile, Instruction, parse
from lintstack.source import Source


def read(text: str) -> Dockerfile:
    return parse(Source("Dockerfile", text))


def only(text: str) -> Instruction:
    """The one instruction behind a FROM."""
    (instruction,) = read(f"FROM a\n{text}").instructions[1:]
    return instruction


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ARG A\nFROM a\nRUN x", []),
        ("RUN x\nARG A\nENV a=b\nFROM a\nUSER b", ["RUN", "ENV"]),
        ("FROB x\nRUN x\nFROM a", ["RUN"]),
        ("ONBUILD RUN x\nFROM a", ["ONBUILD"]),
        ("RUN x\nUSER y", ["RUN"]),
        ("ARG A=1\nUSER y", ["USER"]),
        ("FROB x\nUSER y", []),
        ("ARG A=1", [""]),
        ("# syntax=example.com/front\nRUN x", []),
    ],
)
def test_what_stands_before_the_first_from(text: str, found: list[str]) -> None:
    assert [finding.at.span.text for finding in stageless(read(text))] == found


def test_what_stands_before_the_first_from_is_capped() -> None:
    assert len(stageless(read("RUN x\n" * 500 + "FROM a"))) == 100


@pytest.mark.parametrize(
    ("text", "length"),
    [("1s", 10**9), ("1h1m1.5s", 3661_500_000_000), ("-2ms", -2_000_000), ("0", 0), ("+3us", 3000), (".5s", 5 * 10**8),
     ("1.s", 10**9), ("5", None), ("", None), ("s", None), (".s", None), ("1 s", None), ("1d", None), ("1s5", None),
     ("1h" * 20_000, None), ("9" * 25 + "h", None)],
)  # fmt: skip
def test_durations_are_read_as_go_reads_them(text: str, length: int | None) -> None:
    assert duration(text) == length


def mounted(text: str) -> Mount:
    (found,) = mounts(only(f"RUN {text} x"))
    return found


def test_mounts_have_one_spelling_and_exact_places() -> None:
    found = mounted("--mount=type=cache,ds\\\nt='/a b',ro=false")
    assert (found.type, found.target, found.read_only, found.required) == ("cache", "/a b", False, False)
    assert [option.key for option in found.options] == ["type", "target", "readonly"]
    assert [option.span.text for option in found.options] == ["type=cache", "ds\\\nt='/a b", "ro=false"]
    assert [option.value_span.text for option in found.options] == ["cache", "/a b", "false"]
    assert found.place.value_span.text == "type=cache,ds\\\nt='/a b',ro=false"
    assert mounts(only("COPY --mount=x a b")) == ()


@pytest.mark.parametrize(
    ("text", "read_only"),
    [("target=/x", True), ("target=/x,rw", False), ("target=/x,readwrite=false", True), ("type=cache,target=/x", False),
     ("type=tmpfs", False), ("type=cache,ro", True), ("ro,rw", False), ("ro=$X", None), ("type=$T", None),
     ("type=SECRET,id=a", True)],
)  # fmt: skip
def test_what_a_mount_lets_be_written(text: str, read_only: bool | None) -> None:
    assert mounted(f"--mount={text}").read_only is read_only


def test_mounts_are_lines_of_csv() -> None:
    found = mounted("""--mount='"target=/x,y",from=z,"src=a""b"'""")
    assert (found.type, found.target, found.origin, found.source) == ("bind", "/x,y", "z", 'a"b')
    assert [option.span.text for option in found.options] == ["target=/x,y", "from=z", 'src=a""b']
    assert mounted("--mount=").options[0].key == ""


def test_what_is_copied() -> None:
    found = copy(only("COPY --from=a b <<E '<<F' <<-\"G\" /c\n1\nE\n\t2\nG"))
    assert found
    assert found.origin
    assert found.origin.value_span.text == "a"
    assert (found.destination.text, [word.text for word in found.paths]) == ("/c", ["b", "'<<F'"])
    bodies = [source for source in found.sources if isinstance(source, Heredoc)]
    assert [(body.name, body.content, body.opening.text) for body in bodies] == [
        ("E", "1\n", "<<E"), ("G", "2\n", '<<-"G"'),
    ]  # fmt: skip
    listed = copy(only('ADD ["a b", "<<E", "c/"]'))
    assert listed
    assert [word.value for word in listed.paths] == ["a b", "<<E"]
    assert copy(only("COPY a")) is None
    assert copy(only("RUN a b")) is None


def test_flags_know_where_their_names_and_values_stand() -> None:
    found = only("COPY --chown='a b' --'li'nk --from= --chmod=6\\\n44 x y").flags
    assert [flag.value_span.text for flag in found] == ["'a b'", "--'li'nk", "", "6\\\n44"]
    assert [flag.name_span.text for flag in found] == ["--chown", "--'li'nk", "--from", "--chmod"]
    assert found[3].within(1, 3).text == "44"
