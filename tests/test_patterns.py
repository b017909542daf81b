"""H22: no expression runs wild on texts that are pumped out of its own parse tree."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests import clock
from tests.patterns import Pumps

ROOT = Path(__file__).resolve().parents[1]
FILES = {
    "Dockerfile": '# escape=\\\nFROM a\nRUN <<E\nx\nE\nCOPY ["a\\n","b"] /c\nENV a=${b:-c} d=\'e\'\nCMD ["a"]\n'
    "HEALTHCHECK --interval=1s CMD x\nRUN --mount=from=$x apt-get install curl && pip install x\n",
    "compose.yaml": "services:\n  a:\n    build: .\n    mem_limit: 1g\n"
    "    environment: {A: '${B:-c}', B_PASSWORD: x}\n",
}
Pattern = tuple[str, str, int]


@cache
def _collected(folder: str) -> tuple[Pattern, ...]:
    command = (sys.executable, "-m", "tests.patterns", folder)
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=True)
    return tuple((module, pattern, flags) for module, pattern, flags in json.loads(done.stdout))


@pytest.fixture
def patterns(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pattern, ...]:
    """Module, pattern and flags of all that is compiled."""
    folder = tmp_path_factory.getbasetemp() / "patterns"
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return _collected(str(folder))


def _uses(compiled: re.Pattern[str], module: str) -> list[Callable[[str], object]]:
    """How a pattern is asked: in each module that searches, from every place of a text too."""
    text = (ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8")
    searched = re.search(r"\.(?:finditer|sub|search|findall)\(", text)
    # The one of that module that is only ever matched at a place.
    anchored = compiled.pattern.startswith(r'[ \t\r\n]*"')
    both: list[Callable[[str], object]] = [compiled.match, compiled.fullmatch]
    return [*both, lambda text: sum(1 for _ in compiled.finditer(text))] if searched and not anchored else both


def _cost(use: Callable[[str], object], text: str) -> float:
    times = []
    for _ in range(3):
        begin = clock.start()
        use(text)
        times.append(clock.stop(begin))
    return min(times)


def test_patterns_of_dockerfiles_are_linear(patterns: tuple[Pattern, ...]) -> None:
    """Eight times the text costs about eight times the time, in the longest texts that they are given."""
    of_dockerfiles = [item for item in patterns if item[0].startswith("lintstack.dockerfile.")]
    assert len(of_dockerfiles) >= 9
    slow = []
    for module, pattern, flags in of_dockerfiles:
        compiled, pumps = re.compile(pattern, flags), Pumps(pattern, flags)
        for short, long in zip(pumps.texts(1_000), pumps.texts(8_000), strict=True):
            slow += [
                (module, pattern, long[:20])
                for use in _uses(compiled, module)
                if _cost(use, long) > 24 * _cost(use, short) + 0.005
            ]
    assert slow == []


def test_no_pattern_is_exponential(patterns: tuple[Pattern, ...]) -> None:
    """What is asked of short texts only may be slow on long ones; it must not be hopeless on short ones."""
    assert len(patterns) >= 60
    hopeless = []
    for module, pattern, flags in patterns:
        compiled = re.compile(pattern, flags)
        for text in Pumps(pattern, flags).texts(60):
            if max(_cost(compiled.match, text), _cost(compiled.fullmatch, text), _cost(compiled.search, text)) > 0.05:
                hopeless.append((module, pattern, text))
    assert hopeless == []


@pytest.mark.parametrize(("pattern", "linear"), [(r"a*a*b", False), (r"a++b", True)])
def test_the_search_finds_what_it_is_for(pattern: str, linear: bool) -> None:
    compiled = re.compile(pattern)
    costs = [
        max((_cost(compiled.match, text) for text in Pumps(pattern, compiled.flags).texts(size)), default=0.0)
        for size in (250, 4_000)
    ]
    assert (costs[1] < 48 * costs[0] + 0.005) is linear
