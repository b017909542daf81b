"""What is loaded to lint one clean file: the start is most of what a commit hook pays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from hatch_build import compiled

# As in an installed wheel, the compiled pages are there; what Python loads itself does not count.
PROGRAM = """
import sys, types
with open(sys.argv.pop(1), encoding="utf-8") as file:
    module = types.ModuleType("lintstack.compiled")
    exec(file.read(), module.__dict__)
sys.modules[module.__name__] = module
before = set(sys.modules)
from lintstack.__main__ import main
try:
    main()
finally:
    print(*(set(sys.modules) - before), file=sys.stderr)
"""
DOCKERFILE = """\
FROM python:3.13.1-slim-bookworm
WORKDIR /app
COPY . .
USER 10001
CMD ["python", "-m", "app"]
"""
COMPOSE = """\
services:
  web:
    image: nginx:1.27.3-alpine
    user: "101"
    read_only: true
    tmpfs: [/run, /var/cache/nginx]
    ports: ["127.0.0.1:8080:8080"]
    restart: unless-stopped
    healthcheck: {test: [CMD, wget, -q, --spider, "http://127.0.0.1:8080/"], interval: 15s, retries: 3}
"""
# Each takes from half a millisecond to 70.
HEAVY = set(
    """asyncio click concurrent.futures ctypes dataclasses difflib email hashlib http importlib.metadata inspect
    ipaddress jsonschema multiprocessing pathlib pickle requests sarif_om shutil socket ssl subprocess tempfile tomllib
    tree_sitter tree_sitter_bash unicodedata urllib.request yaml""".split()
)
OURS = {
    "carriers",
    "config_schema",
    "explain",
    "factsheet",
    "page_schema",
    "report.frames",
    "report.sarif",
    "report.json",
}


class Case(NamedTuple):
    """A file, the packages that it takes, and the parts of ours that only other files take."""

    name: str
    text: str
    packages: set[str]
    others: set[str]


CASES = (
    Case("Dockerfile", DOCKERFILE, {"dockerfile_parse"}, {"compose.load", "environments", "outline"}),
    Case("compose.yaml", COMPOSE, {"_ruamel_yaml", "ruamel"}, {"dockerfile.stages", "dockerfile.syntax"}),
)


@pytest.fixture(scope="module")
def pages(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The module that the build makes of rule pages and image facts."""
    path = tmp_path_factory.mktemp("build") / "compiled.py"
    path.write_bytes(compiled(root)[path.name])
    return path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_clean_file_loads_what_it_needs(case: Case, pages: Path, root: Path, tmp_path: Path) -> None:
    (tmp_path / case.name).write_text(case.text, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", PROGRAM, str(pages), "check", case.name]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert result.stdout.startswith("All clear"), result.stdout + result.stderr
    loaded = set(result.stderr.split())
    assert loaded & HEAVY == set()
    assert loaded & {f"lintstack.{name}" for name in OURS | case.others} == set()
    tops = {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names
    assert {top for top in tops if not top.startswith(("_cython", "cython"))} == {"lintstack", *case.packages}
