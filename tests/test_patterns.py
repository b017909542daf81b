"""H22: no expression runs wild on texts that are pumped out of its own parse tree."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from tests import clock
from tests.patterns import Pumps

ROOT = Path(__file__).resolve().parents[1]
FILES = {
    "Dockerfile": '# escape=\\\nFROM a\nRUN <<E\nx\nE\nCOPY ["a\\n","b"] /c\nENV a=${b:-c} d=\'e\'\nCMD ["a"]\n'
    "HEALTHCHECK --interval=1s CMD x\nRUN --mount=from=$x apt-get install curl && pip install x\n",
    "compose.yaml": "services:\n  a:\n    build: .\n    image: postgres:16.4-alpine\n    mem_limit: 1g\n"
    "    environment: {A: '${B:-c}', B_PASSWORD: x}\n",
}
_MANY = 9_000
LONG = {
    "Dockerfile": f"FROM alpine:3.20 AS {'a' * 70_000}\nENV A={'${B' * 30_000}\nRUN echo {'$(a ' * _MANY * 2}\n"
    f"RUN apt-get install -y {'curl=1 ' * _MANY * 2}\nRUN {'cd /x && ' * _MANY}exec y\nCMD {'x ' * 40_000}\n"
    f'WORKDIR {"${a" * 30_000}\nLABEL a="{"1." * 40_000}"\nCOPY ["{"a" * 70_000}", "/b"]\nFROM {"a." * 40_000}\n'
    f"#{' lintstack: ignore[a' * _MANY}\n# hadolint ignore={'DL3006,' * _MANY * 2}\n",
    "compose.yaml": f"services:\n  a:\n    image: {'a/' * 40_000}:{'1.' * 40_000}\n    command: {'sh -c ' * 20_000}\n"
    f"    environment:\n      A: {'${B:-' * 20_000}\n      PASSWORD: '{'x:/' * 30_000}'\n"
    f"    mem_limit: {'1' * 70_000}\n"
    f"    healthcheck:\n      test: {'curl http://localhost ' * 5_000}\n    stop_grace_period: {'1s' * 40_000}\n"
    f"  b:\n    image: a:{'1.' * 40_000}\n    build:\n      context: .\n      target: {'${' * 40_000}\n",
    ".env": f"A={'${B:-' * 20_000}\nB='{'a' * 70_000}'\nC=\"{chr(92) * 70_000}\"\n",
    "deploy.sh": f"docker compose -f compose.yaml up{' ' * 70_000}x\nA={'$(b ' * 20_000}\n"
    f"docker build --target{' ' * 70_000}\n",
    "Makefile": f"up:\n\tdocker compose -f compose.yaml{' -f a.yaml' * _MANY} up\n",
}
Pattern = tuple[str, str, int, str]
SIZES = (18, 24, 30, 60, 120, 480, 1_920, 7_680)  # what is exponential shows in the first ones, before it hurts
ONCE = frozenset({"finditer", "findall", "sub", "subn", "split"})  # go through a text in the same way
FLOOR, HOPELESS = 0.002, 0.03  # seconds
TIMES = 4  # that a text must be too slow one after the other: a pattern always is, a busy machine is now and then
# Modules whose patterns only see texts that something else keeps short, and how long those are.
SHORT = {
    "lintstack.naming": 255,  # names of files, which systems limit
}


@cache
def _collected(folder: str) -> tuple[Pattern, ...]:
    command = (sys.executable, "-m", "tests.patterns", folder)
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=True)
    return tuple((module, pattern, flags, way) for module, pattern, flags, way in json.loads(done.stdout))


@pytest.fixture
def patterns(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pattern, ...]:
    """Module, pattern, flags and asking method of all that is compiled."""
    folder = tmp_path_factory.getbasetemp() / "patterns"
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return _collected(str(folder))


def _use(compiled: re.Pattern[str], way: str) -> Callable[[str], object]:
    """How a pattern is asked; what goes through a text goes through all of it."""
    if way not in ONCE:
        asked: Callable[[str], object] = getattr(compiled, way)
        return asked
    return lambda text: sum(1 for _ in compiled.finditer(text))


def _cost(use: Callable[[str], object], text: str) -> float:
    begin = clock.start()
    use(text)
    return clock.stop(begin)


def _least(use: Callable[[str], object], text: str) -> float:
    return min(_cost(use, text) for _ in range(3))


def _is_slow(use: Callable[[str], object], texts: Iterable[str]) -> bool:
    """Whether a text of a family, each four times as long as the one before, costs more than its length explains."""
    before = ""
    for text in texts:
        # Most are far below this, and nothing more is to be known about them.
        if _cost(use, text) > FLOOR and all(_exceeds(use, text, before) for _ in range(TIMES)):
            return True
        before = text
    return False


def _exceeds(use: Callable[[str], object], text: str, before: str) -> bool:
    cost = _least(use, text)
    return cost > HOPELESS or (cost > FLOOR and len(text) > SIZES[-1] and cost > 8 * _least(use, before))


def _slow(pattern: str, flags: int, way: str, sizes: tuple[int, ...] = SIZES) -> str:
    """The beginning of a text on which a pattern is slow, "" when there is none."""
    use, pumps = _use(re.compile(pattern, flags), way), Pumps(pattern, flags)
    families = zip(*(pumps.texts(size) for size in sizes), strict=True)
    return next((family[0][:40] for family in families if _is_slow(use, family)), "")


def test_patterns_are_linear_as_they_are_asked(patterns: tuple[Pattern, ...]) -> None:
    assert len(patterns) >= 180
    assert len({module for module, *_ in patterns}) >= 55
    found = [
        (module, pattern, way, text)
        for module, pattern, flags, way in patterns
        if module not in SHORT and (text := _slow(pattern, flags, way))
    ]
    assert found == []


def test_patterns_of_short_texts_are_quick_on_the_longest_of_them(patterns: tuple[Pattern, ...]) -> None:
    assert {module for module, *_ in patterns} >= set(SHORT)
    for module, pattern, flags, way in patterns:
        if module in SHORT:
            use = _use(re.compile(pattern, flags), way)
            slow = [
                text
                for text in Pumps(pattern, flags).texts(SHORT[module])
                if _cost(use, text) > HOPELESS and _least(use, text) > HOPELESS
            ]
            assert slow == [], (module, pattern, way)


def test_long_texts_reach_only_what_is_linear(patterns: tuple[Pattern, ...], tmp_path: Path) -> None:
    """Files with texts of more than 64 KB: each expression that sees one is linear in the way it is asked."""
    for name, text in LONG.items():
        (tmp_path / name).write_text(text)
    command = (sys.executable, "-m", "tests.patterns", str(tmp_path), "--reached")
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=True)
    reached = json.loads(done.stdout)
    held = {(pattern, way in ONCE or way) for module, pattern, _, way in patterns if module not in SHORT}
    assert [item for item in reached if item[0] in SHORT and item[4] > SHORT[item[0]]] == []
    long = [(pattern, flags, way) for _, pattern, flags, way, length in reached if length > 65_536]
    assert len(long) >= 30
    # Those that are made of what the files say, or only for them, are measured here.
    others = [(pattern, flags, way) for pattern, flags, way in long if (pattern, way in ONCE or way) not in held]
    assert len(others) < 15
    assert [(pattern, way) for pattern, flags, way in others if _slow(pattern, flags, way)] == []


@pytest.mark.parametrize(
    ("pattern", "way", "linear"),
    [
        (r"a*a*b", "match", False),
        (r"a++b", "match", True),
        (r"a++b", "search", False),
        (r"(?<!a)a++b", "search", True),
        (r"\{[^}]*+\}", "finditer", False),
        (r"\{[^}]{0,200}+\}", "finditer", True),
        (r"(?m)^\s*x", "sub", False),
        (r"(?m)^[^\S\n]*+x", "sub", True),
        (r"(?:a|aa)+b", "fullmatch", False),
    ],
)
def test_the_search_finds_what_it_is_for(pattern: str, way: str, linear: bool) -> None:
    assert (_slow(pattern, 0, way) == "") is linear
