"""Every rule page proves itself: each of its examples is a stack on disk, linted by that rule alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from lintstack.analysis import Options, analyse
from lintstack.config import Config
from lintstack.rules import Rule, builtin, examples

EXPECT = re.compile(r"^\s*(?:#|//)?\s*expect: ([a-z0-9-]+)\s*$")
EXPECT_AT = re.compile(r"^expect: ([a-z0-9-]+) at (\S+):(\d+)$", re.MULTILINE)
FILE = re.compile(r"^`([^`\n]+)`\n+(`{3,})[a-zA-Z]*\n(.*?)^\2$", re.MULTILINE | re.DOTALL)
SELECT = re.compile(r"^select: (.+)$", re.MULTILINE)


class Example(NamedTuple):
    """One section of a page.

    Args:
        rule: the page's rule.
        title: heading of the section.
        files: contents by path.
        expected: (path, line) of every finding.
        select: rules to run.
    """

    rule: Rule
    title: str
    files: dict[str, str]
    expected: set[tuple[str, int]]
    select: tuple[str, ...]


def read(rule: Rule, title: str, text: str) -> Example:
    """An example from a section of a page."""
    files = {match[1]: match[3] for match in FILE.finditer(text)}
    outside = FILE.sub("", text)
    expected = {(match[2], int(match[3])) for match in EXPECT_AT.finditer(outside)}
    for path, content in files.items():
        expected |= {(path, line) for line in marked(rule.name, content)}
    chosen = SELECT.search(outside)
    select = tuple(chosen[1].replace(" ", "").split(",")) if chosen else ()
    return Example(rule, title, files, expected, (*select, rule.name))


def marked(name: str, content: str) -> Iterator[int]:
    """Lines under `# expect: name` comments; several comments may stand above one line."""
    waiting: list[str] = []
    for number, line in enumerate(content.split("\n"), 1):
        found = EXPECT.match(line)
        if found:
            waiting.append(found[1])
        else:
            if name in waiting:
                yield number
            waiting = []


def all_examples() -> list[Example]:
    return [
        read(rule, title, text)
        for rule in builtin()
        for title, text in examples(rule.text)
        if title.startswith(("Bad", "Good"))
    ]


@pytest.mark.parametrize("example", all_examples(), ids=lambda example: f"{example.rule.name}/{example.title}")
def test_example(example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert example.files, "an example has at least one file: a path in backticks, then a fenced block"
    bad = example.title.startswith("Bad")
    assert bool(example.expected) == bad, "a Bad example expects findings, a Good one none"
    (tmp_path / ".git").mkdir()
    for path, content in example.files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    findings = analyse(Options(paths=(".",), config=Config(), select=example.select)).findings
    found = {(item.at.span.path, item.at.span.line) for item in findings if item.rule == example.rule.name}
    broken = [
        f"{item.at.span.path}:{item.at.span.line}: {item.message}"
        for item in findings
        if not item.see and not item.title
    ]
    assert not broken, "examples are files that Docker reads"
    assert found == example.expected, [f"{item.at.span.path}:{item.at.span.line} {item.message}" for item in findings]
