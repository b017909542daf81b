"""Every rule page proves itself: each of its examples is a stack on disk, linted by that rule alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from lintstack.analysis import Options, analyse
from lintstack.config import Config, load
from lintstack.findings import Finding
from lintstack.peers import is_code
from lintstack.rules import Rule, builtin, examples
from lintstack.shellcheck.find import program

EXPECT = re.compile(r"^\s*#\s*expect: (\S+)\s*$")
EXPECT_AT = re.compile(r"^expect: (\S+) at (\S+):(\d+)$", re.MULTILINE)
FILE = re.compile(r"^`([^`\n]+)`\n+(`{3,})[a-zA-Z]*\n(.*?)^\2$", re.MULTILINE | re.DOTALL)
SELECT = re.compile(r"^select: (.+)$", re.MULTILINE)
CONFIGURATIONS = {".lintstack.yaml", "lintstack.toml", "pyproject.toml"}
TELLING = 12  # characters of a secret that no sentence has by chance


class Example(NamedTuple):
    """One section of a page.

    Args:
        rule: the page's rule.
        title: heading of the section.
        files: contents by path; one of them may be a configuration.
        expected: (rule, path, line) of every finding that the page announces.
        select: rules to run.
    """

    rule: Rule
    title: str
    files: dict[str, str]
    expected: set[tuple[str, str, int]]
    select: tuple[str, ...]


def read(rule: Rule, title: str, text: str) -> Example:
    """An example from a section of a page."""
    files = {match[1]: match[3] for match in FILE.finditer(text)}
    outside = FILE.sub("", text)
    expected = {(match[1], match[2], int(match[3])) for match in EXPECT_AT.finditer(outside)}
    for path, content in files.items():
        expected |= {(name, path, line) for name, line in marked(content)}
    chosen = SELECT.search(outside)
    select = tuple(chosen[1].replace(" ", "").split(",")) if chosen else ()
    return Example(rule, title, files, expected, (*select, rule.name))


def marked(content: str) -> Iterator[tuple[str, int]]:
    """Rules and the lines under their `# expect: rule` comments; several may stand above one line."""
    waiting: list[str] = []
    for number, line in enumerate(content.split("\n"), 1):
        if found := EXPECT.match(line):
            waiting.append(found[1])
        else:
            yield from ((name, number) for name in waiting)
            waiting = []


def all_examples() -> list[Example]:
    return [
        read(rule, title, text)
        for rule in builtin()
        for title, text in examples(rule.text)
        if title.startswith(("Bad", "Good"))
    ]


def write(example: Example, folder: Path) -> None:
    """Put the files of an example on disk, as a repository."""
    (folder / ".git").mkdir()
    for path, content in example.files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")


def told(findings: Iterable[Finding]) -> list[str]:
    return [f"{item.at.span.path}:{item.at.span.line}: {item.rule}: {item.message}" for item in findings]


@pytest.mark.parametrize("example", all_examples(), ids=lambda example: f"{example.rule.name}/{example.title}")
def test_example(example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert example.files, "an example has at least one file: a path in backticks, then a fenced block"
    assert bool(example.expected) == example.title.startswith("Bad"), "a Bad example expects findings, a Good one none"
    assert {name for name, _, _ in example.expected} <= {*example.select}, "only rules that run are expected"
    if example.rule.name == "shellcheck" and not program(os.devnull):
        pytest.skip("no ShellCheck here")
    write(example, tmp_path)
    monkeypatch.chdir(tmp_path)
    config = load(".") if CONFIGURATIONS & example.files.keys() else Config()
    analysis = analyse(Options(paths=(".",), config=config, select=example.select))
    findings, rules = analysis.findings, {rule.name for rule in builtin()}
    assert not told(item for item in findings if item.rule not in rules), "examples are files that Docker reads"
    announced = {example.rule.name, *(name for name, _, _ in example.expected)}
    found = {(item.rule, item.at.span.path, item.at.span.line) for item in findings if item.rule in announced}
    assert found == example.expected, told(findings)
    assert all(item.message for item in findings), "a check without a message needs one in the head"
    own = {item.variant for item in findings if item.rule == example.rule.name}
    assert own <= example.rule.every_variant or all(map(is_code, own)), "a page names its variants"
    texts = {span.text for trace in analysis.traces for span in trace.secrets}
    secrets = {text for text in texts if len(text) >= TELLING and "$" not in text}
    assert not [line for line in told(findings) for secret in secrets if secret in line], "a message prints a secret"
