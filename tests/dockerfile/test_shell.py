"""Shell text to commands with places."""

from __future__ import annotations

import pytest

from lintstack.dockerfile.nodes import Instruction
from lintstack.dockerfile.script import Command, Script
from lintstack.dockerfile.shell import commands, script, script_commands, standalone, why_unknown
from lintstack.dockerfile.syntax import parse
from lintstack.source import Source
from tests import clock


def only(text: str) -> Instruction:
    (instruction,) = parse(Source("Dockerfile", f"FROM a\n{text}")).instructions[1:]
    return instruction


def run(text: str, shell: tuple[str, ...] = ()) -> list[str]:
    found = commands(only(text), shell)
    assert found is not None
    return [" ".join((command.name, *command.args)) for command in found]


CASES = {
    "RUN a && b || c; d | e & f": ["a", "b", "c", "d", "e", "f"],
    "RUN if [ -f x ]; then a; else b; fi": ["a", "b"],
    "RUN for i in 1 2; do a $i; done; while b; do c; done": ["a $i", "b", "c"],
    "RUN case $x in y) a;; *) b;; esac": ["a", "b"],
    "RUN (cd x && a); { b; }; f() { c; }; ! d": ["cd x", "a", "b", "c", "d"],
    'RUN a=$(b c) d "$(e)" `f`': ["d $(e) `f`", "b c", "e", "f"],
    "RUN A=1 B=2 a >x 2>&1 <y": ["a"],
    'RUN \'q r\' "s t" u\\ v w"x"y': ["q r s t u v wxy"],
    "RUN /usr/bin/apt-get install x": ["apt-get install x"],
    "RUN export A=b": ["export"],
    'RUN ["/bin/echo", "a b"]': ["echo a b"],
    'CMD ["sh", "-c", "a && b"]': ["sh -c a && b", "a", "b"],
    "HEALTHCHECK --interval=1s CMD a || exit 1": ["a", "exit 1"],
    'HEALTHCHECK CMD ["a", "b"]': ["a b"],
    "HEALTHCHECK NONE": [],
    "ONBUILD RUN a": ["a"],
    "COPY a b": [],
    "RUN": [],
    "CMD []": [],
    "RUN a # b && c": ["a"],
    'RUN if [ $(a) = "5" ]; then b; fi': ["a", "b"],
}


@pytest.mark.parametrize("text", CASES)
def test_commands(text: str) -> None:
    assert sorted(run(text)) == sorted(CASES[text])


WRAPPED = {
    "sudo -E -u root apt-get x": ("apt-get", ("sudo",)),
    "env -u X A=b C=d apt x": ("apt", ("env",)),
    "sudo env A=b nice -n 5 apt x": ("apt", ("sudo", "env", "nice")),
    "exec apt x": ("apt", ("exec",)),
    "time -p apt x": ("apt", ("time",)),
    "timeout -k 5 10 apt x": ("apt", ("timeout",)),
    "gosu app apt x": ("apt", ("gosu",)),
    "xargs -n 1 apt x": ("apt", ("xargs",)),
    "busybox wget x": ("wget", ("busybox",)),
    "command -v apt": ("command", ()),
    "sudo": ("sudo", ()),
    "sudo -u": ("sudo", ()),
    "setpriv --reuid 1 -- apt x": ("apt", ("setpriv",)),
}


@pytest.mark.parametrize("text", WRAPPED)
def test_wrappers(text: str) -> None:
    (command,) = commands(only(f"RUN {text}")) or ()
    assert (command.name, command.wrappers) == WRAPPED[text]
    assert command.span.text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('RUN bash -euxc "a && b"', ["bash -euxc a && b", "a", "b"]),
        ("RUN su - app -c 'a b'", ["su - app -c a b", "a b"]),
        ("RUN sh -c \"sh -c 'a'\"", ["sh -c sh -c 'a'", "sh -c a", "a"]),
        ("RUN sh x.sh -c y", ["sh x.sh -c y"]),
    ],
)
def test_inline_scripts(text: str, expected: list[str]) -> None:
    assert run(text) == expected


def test_inline_scripts_beyond_the_nesting_are_unknown() -> None:
    script = "a"
    for _ in range(8):
        script = "sh -c '" + script.replace("'", "'\\''") + "'"
    assert commands(only(f"RUN {script}")) is None


def heredoc(text: str) -> list[str] | None:
    found = commands(only(text))
    return None if found is None else [f"{command.span.line} {command.name}" for command in found]


def test_heredocs() -> None:
    assert heredoc("RUN <<EOF\nset -e\n\n apt x\nEOF") == ["3 set", "5 apt"]
    assert heredoc("RUN <<-EOF\n\tapt x\n\tEOF") == ["3 apt"]
    assert heredoc("RUN <<EOF bash\napt x\nEOF") == ["3 apt"]
    assert heredoc("RUN bash -ex <<EOF && b\napt x\nEOF") == ["2 bash", "2 b", "3 apt"]
    assert heredoc("RUN cat <<EOF > /x && b\napt x\nEOF") == ["2 cat", "2 b"]
    assert heredoc("RUN python3 <<EOF\nimport os\nEOF") == ["2 python3"]
    assert heredoc("RUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF") is None
    assert heredoc("RUN <<EOF\n#!/bin/bash -e\napt x\nEOF") == ["4 apt"]


def test_places() -> None:
    (command,) = commands(only('RUN \\\n  # c\n  apt-\\\nget "in"stall \\\n\n  é')) or ()
    assert command.span.text == 'apt-\\\nget "in"stall \\\n\n  é'
    assert [word.span.text for word in command.words] == ["apt-\\\nget", '"in"stall', "é"]
    assert [word.value for word in command.words] == ["apt-get", "install", "é"]


def test_places_in_inline_scripts() -> None:
    found = commands(only('CMD ["sh", "-c", "a \\"b\\" && c"]')) or ()
    assert [command.span.text for command in found][1:] == ['a \\"b\\"', "c"]


@pytest.mark.parametrize("shell", [("powershell", "-Command"), ("cmd", "/S", "/C"), ("C:\\x\\pwsh.exe",)])
def test_other_shells_are_unknown(shell: tuple[str, ...]) -> None:
    assert commands(only("RUN a"), shell) is None
    assert commands(only('RUN ["a"]'), shell) is not None


@pytest.mark.parametrize("shell", [("/bin/bash", "-o", "pipefail", "-c"), ("C:\\git\\bash.exe", "-c")])
def test_bourne_shells_are_read(shell: tuple[str, ...]) -> None:
    assert run("RUN a", shell) == ["a"]


@pytest.mark.parametrize(
    "script",
    [
        "(" * 2000,
        "$(" * 500,
        "`" * 20_001,
        "'" * 40_001,
        "a|" * 30_000,
        ">" * 60_000,
        "<<" * 16_000,
        "f()" * 4000,
        "é" * 40_000,
        "a " * 40_000,
        "if " * 10_000,
        "${" * 4000,
        "\u2039" * 21_000,
        '"$(' * 3900,
    ],
)
def test_what_is_too_much_is_unknown_and_quick(script: str) -> None:

    begin = clock.start()
    found = commands(only("RUN echo " + script))
    assert clock.stop(begin) < 1
    assert found is None or found[0].name == "echo"


def test_scripts_that_stand_alone() -> None:
    found: tuple[Command, ...] | None = script_commands("curl -f http://x || exit 1")
    assert found
    assert [command.name for command in found] == ["curl", "exit"]
    assert script_commands("a && ||") is None
