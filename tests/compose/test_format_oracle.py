"""Single values of fields: what Docker Compose refuses, we refuse, and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.compose.support import config, loaded, oracle

pytestmark = pytest.mark.skipif(oracle() is None, reason="no Docker Compose binary to compare with")

LINES = [
    line.rstrip("\n")
    for line in Path(__file__).with_name("refusals.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
TOP = """
  b: {image: b}
networks: {n: , m: }
volumes: {v: , w: }
secrets: {s: {file: f}, t: {file: f}}
configs: {c: {file: f}}
models: {mm: {model: x}}
"""
NEWER = "the schema of newer releases says so"
CONSISTENCY = "is found when the whole project is checked for consistency"
FILES = "is found when the file is opened"
UNSURE = "newer releases may accept it, so we are silent"
# Where we differ, and why.
DIFFERENT = {
    "pull_policy: neverx": NEWER,
    "mem_limit: 10.5": NEWER,
    "mem_limit: 1e3": NEWER,
    "shm_size: 1.5": NEWER,
    "umask: ": NEWER,
    "depends_on: {b: {condition: service_started, required: 'yes'}}": "is cast since compose-go 2.10",
    "depends_on: {b: {condition: service_started, required: yes}}": "is cast since compose-go 2.10",
    "mem_limit: '-1'": UNSURE,
    "memswap_limit: '-1'": UNSURE,
    "deploy: {resources: {limits: {memory: '-1'}}}": UNSURE,
    "volumes: [{type: tmpfs, target: /a, tmpfs: {mode: '0777'}}]": UNSURE,
    "blkio_config: {weight: '5'}": UNSURE,
    "volumes: [{type: bind, target: /a}]": "Compose says so when it makes paths absolute: not asked for here",
    "build: {context: ., ulimits: {nofile: '5'}}": UNSURE,
    "volumes: ['${NOPE}:/x']": "a variable without a value is unknown to us",
    "pid: ": "the oracle ends in a panic",
    "build: {context: ., ssh: [default, k=v]}": "the oracle cannot print it",
    "scale: -1": CONSISTENCY,
    "deploy: {replicas: -1}": CONSISTENCY,
    "healthcheck: {test: [curl, x]}": CONSISTENCY,
    "secrets: [{target: s}]": CONSISTENCY,
    "secrets: [{}]": CONSISTENCY,
    "build: {context: ., dockerfile: x, dockerfile_inline: y}": CONSISTENCY,
    "develop: {watch: [{path: ., action: sync}]}": CONSISTENCY,
    "links: ['b:c:d']": CONSISTENCY,
    "image: ''": CONSISTENCY,
    "env_file: ['']": FILES,
    "label_file: x": FILES,
}


def document(line: str) -> str:
    image = () if line.startswith(("image:", "build:", "provider:")) else ("image: x",)
    return "services:\n  a:\n" + "".join(f"    {text}\n" for text in (*image, line)) + TOP


def refusal(folder: Path, number: int) -> str:
    """What Compose says against a line, "" when nothing."""
    place = folder / str(number)
    place.mkdir()
    (place / "c.yaml").write_text(document(LINES[number]), "utf-8")
    (place / "e.env").write_text("")
    answer = config(place, "c.yaml")
    return answer if isinstance(answer, str) else ""


def test_refusals(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        theirs = list(pool.map(lambda number: refusal(tmp_path, number), range(len(LINES))))
    wrong = []
    for line, said in zip(LINES, theirs, strict=True):
        files = {"c.yaml": document(line), "e.env": ""}
        ours = [problem.message for problem in loaded(files).problems if problem.severity == "error"]
        if bool(ours) != bool(said) and line not in DIFFERENT:
            wrong.append((line, ours, said[-200:]))
    assert wrong == []
    assert set(LINES) >= DIFFERENT.keys()
    assert sum(map(bool, theirs)) > 200
