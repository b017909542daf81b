"""Random projects of several files, documents, includes, extends, anchors and tags, against Docker Compose itself."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from lintstack.compose.load import load
from tests.compose.support import DiskReader, config, oracle
from tests.compose.test_compose_oracle import agree

pytestmark = pytest.mark.skipif(oracle() is None, reason="no Docker Compose binary to compare with")
VERSION = (2, 40, 3)
# Refusals of this version that are none of the files' fault.
EXCUSED = ("cycle detected: node at path",)
ANCHORS = (
    "x-l: &l {hostname: lh}\nx-u: &u {user: anchored, labels: {u: u}}\nx-v: &v {hostname: h, user: v, cap_add: [V]}\n"
)
FIELDS = {
    "user": ["q", "r", "${A}", "!reset q", "!override z"],
    "labels": ["{a: b}", "{a: c, d: e}", "[a=b, f=g]", "!override {z: y}", "!reset null", "{a: !reset null}", ""],
    "environment": ["{A: 1}", "[A=2, B]", "{B: , C: x}", "!override [Z=1]", "{A: !reset null}"],
    "ports": ["['80:80']", "['80:80', '81:81']", "!override ['90:90']", "!reset []"],
    "cap_add": ["[A]", "[B, A]", "!override [C]", "[!reset A, D]"],
    "command": ["a b", "[c]", "!reset x", ""],
    "depends_on": ["[b]", "{b: {condition: service_healthy}}", "!reset null", "{b: !reset null}", "!override [c]"],
    "networks": ["[n]", "{m: {aliases: [x]}}", "!override [m]", "{n: !reset null}"],
    "build": [".", "{context: ., args: {A: 1}}", "{args: [B=2], target: t}", "{args: {A: !reset null}}"],
    "volumes": ["['vol:/x']", "['./a:/x', 'vol:/y']", "!override ['./z:/z']"],
    "healthcheck": ["{test: a}", "{test: [CMD, b], interval: 1m}", "{disable: true}", "!override {test: c}"],
    "tmpfs": ["/q", "[/q, /r]"],
    "dns": ["1.1.1.1", "[8.8.8.8, 1.1.1.1]"],
    "profiles": ["[p]", "[]"],
    "expose": ["[80]", "['80', 81]"],
    "privileged": ["true", "yes"],
    "restart": ["always", "!reset null"],
    "secrets": ["[s]", "[{source: s, target: q}]"],
    "extends": ["b", "c", "{file: ext.yaml, service: e}", "{file: sub/ext.yaml, service: f}"],
    "<<": ["*l", "*u", "[*u, *v]"],
}
LOCAL = ("extends", "<<")


def service(chosen: Random, most: int, without: tuple[str, ...] = ()) -> str:
    names = chosen.sample([name for name in FIELDS if name not in without], chosen.randrange(0, most))
    return "".join(f"    {name}: {chosen.choice(FIELDS[name])}\n" for name in names)


def document(chosen: Random, first: bool) -> str:
    text = ANCHORS + "services:\n"
    for name in "abc" if first else chosen.sample("abc", chosen.randrange(1, 3)):
        own = service(chosen, 5, () if name == "a" else ("extends",)) or "    hostname: own\n"
        text += f"  {name}:\n" + ("    image: x\n" if first else "") + own
    return text


def project(chosen: Random) -> tuple[dict[str, str], list[str]]:
    """Files by name, and those that are loaded."""
    main = document(chosen, True) + "networks: {n: , m: }\nvolumes: {vol: }\nsecrets: {s: {file: f}}\n"
    main += "---\n" + document(chosen, False) if chosen.random() < 0.3 else ""
    files = {
        ".env": "A=1\n",
        "ext.yaml": "services:\n  e:\n    image: e\n" + service(chosen, 4, LOCAL) + "  junk: {imagee: 5}\n",
        "sub/ext.yaml": "services:\n  f:\n    extends: g\n" + service(chosen, 3, LOCAL) + "  g:\n    image: g\n",
    }
    if chosen.random() < 0.3:
        main = "include: [inc/i.yaml]\n" + main
        files["inc/i.yaml"] = "services:\n  i:\n    image: i\n" + service(chosen, 3, LOCAL)
    files["c.yaml"] = main
    overlays = [f"o{number}.yaml" for number in range(chosen.randrange(0, 3))]
    return {**files, **{name: document(chosen, False) for name in overlays}}, ["c.yaml", *overlays]


@pytest.mark.parametrize("seed", range(60))
def test_random_projects(tmp_path: Path, seed: int) -> None:
    files, names = project(Random(seed))
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    expected = config(tmp_path, *names)
    found = load(names, DiskReader(tmp_path), ".", version=VERSION)
    if isinstance(expected, dict):
        agree(found, expected)
    elif not any(excuse in expected for excuse in EXCUSED):
        # References to what nothing declares are a rule's: the loader itself has nothing to say.
        wrong = [problem for problem in found.problems if problem.severity == "error"]
        assert wrong or "undefined" in expected, expected
