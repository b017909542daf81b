"""Stacks written as `{path: text}` and read back as lintstack sees them."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from lintstack.analysis import Analysis, Options, analyse
from lintstack.config import load
from lintstack.findings import Finding
from lintstack.model import Service, Stack
from lintstack.named import NamedTuple
from lintstack.stacks import Stacks


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files below a folder that is a git repository of its own."""
    (folder / ".git").mkdir(exist_ok=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return folder


class Linted(NamedTuple):
    """What a run found, and the stacks that it would have let go.

    Args:
        analysis: what `check` gets.
        stacks: what `facts` gets.
        options: what was asked for.
    """

    analysis: Analysis
    stacks: tuple[Stack, ...]
    options: Options

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.analysis.findings


def lint(folder: Path, files: dict[str, str], **options: Any) -> Linted:
    """Analyse files in an empty folder with the configuration found there."""
    write(folder, files)
    asked = Options((str(folder),), load(str(folder)))._replace(**options)
    return Linted(analyse(asked), tuple(stack for group in Stacks(asked) for stack in group), asked)


def found(analysis: Linted) -> list[tuple[str, str, int]]:
    """Rule, file name and line of every finding."""
    return [line(finding) for finding in analysis.findings]


def line(finding: Finding) -> tuple[str, str, int]:
    """Rule, file name and line of a finding."""
    return finding.rule, Path(finding.at.span.path).name, finding.at.span.line


def stack(analysis: Linted, environment: str) -> Stack:
    """The stack of an environment."""
    return next(item for item in analysis.stacks if item.environment == environment)


def service(analysis: Linted, name: str, environment: str = "") -> Service:
    """A service, of the first stack that has it unless an environment is named."""
    stacks = [stack(analysis, environment)] if environment else analysis.stacks
    return next(item for one in stacks for item in one.services if item.name == name)
