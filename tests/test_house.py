"""The house itself: what is built and installed, what the README says, and how the code may look."""

from __future__ import annotations

import ast
import json
import marshal
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from lintstack import __version__
from lintstack.images.known import layered
from lintstack.report.system import TITLES
from lintstack.rules import TEXTS, compile_pages

BLOCK = re.compile(r"<!-- run: (?P<command>[^\n]+) -->\n+```[a-z]*\n\$ (?P=command)\n(?P<output>.*?)```", re.DOTALL)
ELISION = "…\n"


def ran(*words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A Python command that has ended."""
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", **variables}
    words = (sys.executable, *words)
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with an sdist, and the wheel that was built from that sdist."""
    folder = tmp_path_factory.mktemp("dist")
    result = ran("-m", "build", "--no-isolation", "--outdir", str(folder), str(root), cwd=folder)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


def test_wheel_carries_the_compiled_pages(built: Path, root: Path) -> None:
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        module, texts = wheel.read("lintstack/compiled.py"), json.loads(wheel.read(f"lintstack/{TEXTS}"))
        known = json.loads(wheel.read("lintstack/images/known.json"))
    compiled: dict[str, Any] = {}
    exec(module, compiled)
    assert (compiled["RULES"], texts) == compile_pages(str(root / "rules"))
    bases, packed = compiled["IMAGES"]
    unpacked = {name: tuple(map(marshal.loads, layer)) for name, layer in packed.items()}
    assert (bases, unpacked) == (known["bases"], layered(known["images"]))
    assert len(texts) == len(list(root.glob("rules/*/*.md")))
    assert {name.split("/")[0] for name in names} == {"lintstack", f"lintstack-{__version__}.dist-info"}


def test_sdist_carries_pages_tests_and_examples(built: Path, root: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {page.relative_to(root).as_posix() for page in root.glob("rules/*/*.md")} <= names
    assert {"Makefile", "examples/shop/compose.yaml", "examples/shop/.env", "tests/test_house.py"} <= names


def test_installed_wheel_runs(built: Path, tmp_path: Path, root: Path) -> None:
    """Alone on the path before everything else; its dependencies are those of this environment."""
    (wheel,) = built.glob("*.whl")
    place = str(tmp_path / "site")
    installed = ran("-m", "pip", "install", "--quiet", "--no-deps", "--target", place, str(wheel), cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    where = ran("-c", "import lintstack; print(lintstack.__file__)", cwd=tmp_path, PYTHONPATH=place)
    assert where.stdout.startswith(place)
    version = ran("-m", "lintstack", "--version", cwd=tmp_path, PYTHONPATH=place)
    assert version.stdout == f"lintstack {__version__}\n"
    words = ("-m", "lintstack", "check", "-o", "concise", "-q", str(root / "examples" / "shop"))
    here, there = (ran(*words, cwd=root, PYTHONPATH=path) for path in (str(root), place))
    assert untimed(there.stdout) == untimed(here.stdout)
    assert (there.returncode, there.stderr) == (1, "")


def untimed(text: str) -> str:
    """A report without the time that it took."""
    return re.sub(r" in [\d.]+ m?s\b", " in 0 ms", text)


def blocks(root: Path) -> Iterator[tuple[str, str]]:
    """Commands and outputs that the README shows."""
    for match in BLOCK.finditer((root / "README.md").read_text("utf-8")):
        yield match["command"], match["output"]


def test_readme_shows_what_lintstack_prints(root: Path) -> None:
    shown = list(blocks(root))
    assert [command for command, _ in shown] == ["lintstack check examples/shop"]
    for command, output in shown:
        printed = untimed(ran("-m", *command.split(), cwd=root).stdout)
        wanted = ".*?".join(re.escape(part) for part in untimed(output).split(ELISION))
        assert re.fullmatch(wanted, printed, re.DOTALL), f"$ {command}\n{printed}"


def test_makefile_has_every_word_that_is_promised(root: Path) -> None:
    makefile = (root / "Makefile").read_text("utf-8")
    words = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
    told = {word for name in ("README.md", "CONTRIBUTING.md") for word in _make_words(root / name)}
    assert told <= words
    assert {"demo", "test", "help"} <= told | {"help"}
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert set(phony.split()) == words


def _make_words(path: Path) -> Iterator[str]:
    yield from re.findall(r"(?:`|^)make ([a-z]+)", path.read_text("utf-8"), re.MULTILINE)


def functions(root: Path) -> Iterator[tuple[str, int]]:
    """Place and number of lines, docstring included, of every function of the package."""
    for path in sorted(root.glob("lintstack/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                yield f"{path.relative_to(root)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_functions_are_short(root: Path) -> None:
    lengths = dict(functions(root))
    assert {place: length for place, length in lengths.items() if length > 50} == {}
    assert sum(length <= 25 for length in lengths.values()) >= 0.9 * len(lengths)
    assert median(lengths.values()) <= 10


def test_modules_are_short_and_say_what_they_are_for(root: Path) -> None:
    for path in sorted(root.glob("lintstack/**/*.py")):
        text = path.read_text("utf-8")
        assert text.count("\n") <= 400, path
        assert ast.get_docstring(ast.parse(text)), path


def test_every_diagnostic_is_explained(root: Path) -> None:
    headings = re.findall(r"^## (\S+)$", (root / "docs" / "diagnostics.md").read_text("utf-8"), re.MULTILINE)
    assert headings == sorted(TITLES)
