"""Tables C and D: interpolation, env files, include, extends, builds: exact outcomes within bounds, nothing outside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.reliability.gauge import Gauge
from tests.reliability.lint import BESIDE, NEIGHBOURS, Files, House, meets, within

PLANT = "services:\n  planted:\n    image: nginx:latest\n    user: root\n"  # latest on 3, root on 4
HIT = ("planted-latest compose.yaml:3", "planted-root compose.yaml:4")
CANARY = "c4n4ry-0uts1de"
EMPTY = "services: {}\n"


class Case(NamedTuple):
    """A tree, what must be said about it, what may not be said, and what that may cost."""

    id: str
    files: Files
    expected: tuple[str, ...]
    silent: tuple[str, ...] = ()
    seconds: float = 1.0
    megabytes: float = 100


def _one(*lines: str) -> Files:
    """The planted service with more lines, from line 5 on."""
    return {"compose.yaml": PLANT + "".join(f"    {line}\n" for line in lines)}


def _top(*lines: str) -> Files:
    """The planted service and more at the top level, from line 5 on."""
    return {"compose.yaml": PLANT + "".join(f"{line}\n" for line in lines)}


def _image(text: str) -> Files:
    return {"compose.yaml": PLANT.replace("nginx:latest", text)}


def _hostname(text: str) -> Files:
    return _one(f"hostname: {text}")


def _interpolation(line: int, words: str = "") -> str:
    return f"interpolation compose.yaml:{line} {words}"


NAMELESS = "a variable name is expected behind `${`"
INTERPOLATION = (
    Case("C1-default", _image("${IMG:-nginx:latest}"), HIT),
    Case("C1-three-nested", _image("${A:-${B-${C:-nginx:latest}}}"), HIT),
    Case("C1-alternative", _image("nginx${A:+:1.27}${B:-:latest}"), HIT),
    Case(
        "C2-nested-defaults",
        _hostname("${A:-" * 3000 + "x" + "}" * 3000),
        (*HIT, _interpolation(5, "nests deeper than 64 levels")),
        (),
        2,
        150,
    ),
    Case("C2-at-the-nest", _hostname("${A:-" * 60 + "x" + "}" * 60), HIT, ("interpolation",), 2, 150),
    Case("C2-open", _hostname("'" + "${" * 50_000 + "'"), (*HIT, _interpolation(5, NAMELESS)), (), 2, 150),
    Case("C2-dollars", _hostname("$$" * 50_000), HIT, (), 2, 150),
    Case("C2-variables", _hostname("${A:-x}" * 20_000), HIT, (), 2, 150),
    Case("C2-names", _hostname("$" + "A" * 100_000), HIT, (), 2, 150),
    Case("C2-required", _hostname("'" + "${A:?" * 2000 + "}" * 2000 + "'"), HIT, (), 2, 150),
    Case("C3-open", _hostname("'${'"), (*HIT, _interpolation(5, NAMELESS))),
    Case("C3-blank", _hostname("'x${A B}'"), (*HIT, _interpolation(5, "is expected behind `${A`"))),
    Case("C3-no-name", _hostname("'${:-x}'"), (*HIT, _interpolation(5, NAMELESS))),
    Case("C3-required", _hostname("'${X:?said}'"), HIT, ("interpolation",)),
    Case("C4-of-the-process", _hostname("$PATH-${HOME}"), HIT, ("interpolation",)),
    Case(
        "C5-doubling",
        {
            **_one("hostname: ${A40}", "env_file: .env"),
            ".env": "A0=xxxxxxxx\n" + "".join(f"A{n + 1}=${{A{n}}}${{A{n}}}\n" for n in range(40)),
        },
        (*HIT, "compose-limit .env:15 the value of `A14` is over 64 KB"),
        (),
        1,
        150,
    ),
    Case("C6-latin-1", {**_one("env_file: .env"), ".env": b"A=1\nB=\xe9\n"}, (*HIT, "yaml-encoding .env:2")),
    Case("C6-nul", {**_one("env_file: .env"), ".env": b"A=1\nB=\x00\n"}, (*HIT, "yaml-encoding .env:2")),
    Case(
        "C6-open-quote", {**_one("env_file: .env"), ".env": "A=1\nB='x\n"}, (*HIT, "dotenv-syntax .env:2 never closed")
    ),
    *(
        Case(
            f"C7-env-file-{index}",
            _one(f"env_file: {path}"),
            (*HIT, f"outside-root compose.yaml:5 {path.split('/')[-1]}"),
        )
        for index, path in enumerate(
            ("/etc/passwd", "/proc/self/environ", "../../../../../../../etc/passwd", "/dev/zero")
        )
    ),
    Case("C7-env-file-fifo", _one("env_file: pipe"), (*HIT, "not-a-regular-file compose.yaml:5 is a pipe")),
    Case("C7-env-file-link", _one("env_file: link"), (*HIT, "outside-root compose.yaml:5")),
    Case("C7-env-file-folder", _one("env_file: folder"), HIT),
)


def _include(*entries: str) -> Files:
    return _top(*(f"include: [{entry}]" for entry in entries))


def _chain(count: int) -> Files:
    files = {f"c{n}.yaml": f"include: [c{n + 1}.yaml]\n{EMPTY}" for n in range(1, count)}
    return {**_include("c1.yaml"), **files, f"c{count}.yaml": EMPTY}


def _dag(levels: int) -> Files:
    files = {
        f"{side}{n}.yaml": f"include: [a{n + 1}.yaml, b{n + 1}.yaml]\n{EMPTY}" for n in range(levels) for side in "ab"
    }
    return {**_include("a0.yaml, b0.yaml"), **files, f"a{levels}.yaml": EMPTY, f"b{levels}.yaml": EMPTY}


def _extends(count: int, up: bool, own: str = "") -> Files:
    """A chain of services that extend each other; the last of the chain is privileged."""
    order = range(count) if up else range(count - 1, -1, -1)
    services = "".join(f"  s{n}:\n    extends: s{n + 1}\n{own.replace('%', str(n))}" for n in order)
    end = f"  s{count}: {{image: 'alpine:3.20', privileged: true}}\n"
    return {"compose.yaml": PLANT + (services + end if up else end + services)}


GRAPH = (
    Case("D1-itself", _include("compose.yaml"), (*HIT, "compose-cycle compose.yaml:5 compose.yaml -> compose.yaml")),
    Case(
        "D1-each-other",
        {**_include("o.yaml"), "o.yaml": "include: [compose.yaml]\nservices: {}\n"},
        (*HIT, "compose-cycle o.yaml:1 compose.yaml -> o.yaml -> compose.yaml"),
    ),
    Case("D1-folder", _include("folder"), (*HIT, "not-a-regular-file compose.yaml:5 `folder` is a folder")),
    Case("D1-missing", _include("nowhere.yaml"), (*HIT, "unreadable compose.yaml:5 `nowhere.yaml` does not exist")),
    *(
        Case(f"D2-{index}", _include(path), (*HIT, f"outside-root compose.yaml:5 `{path}` lies outside"))
        for index, path in enumerate(("/etc/shadow", "../../etc/passwd", "link", "/proc/self/environ", "/dev/zero"))
    ),
    *(
        Case(f"D3-{index}", _include(f'"{path}"'), (*HIT, "remote-reference compose.yaml:5 is not a local file"))
        for index, path in enumerate(
            (
                "https://example.com/c.yaml",
                "oci://example.com/x:1",
                "git@github.com:a/b.git",
                "ssh://x/y",
                "--upload-pack=touch PWNED",
                "github.com/a/b",
            )
        )
    ),
    Case("D4-dag", _dag(14), HIT, ("compose-limit",), 3, 300),
    Case("D4-include-chain-32", _chain(32), HIT, ("compose-limit",), 3, 300),
    Case("D4-include-chain-300", _chain(300), (*HIT, "compose-limit c32.yaml:1 nests deeper than 32"), (), 3, 300),
    Case(
        "D4-extends-up",
        _extends(1500, up=True),
        (*HIT, "planted-privileged compose.yaml:3005"),
        ("compose-limit",),
        3,
        300,
    ),
    Case(
        "D4-extends-down",
        _extends(1500, up=False),
        (*HIT, "planted-privileged compose.yaml:5"),
        ("compose-limit",),
        3,
        300,
    ),
    Case(
        "D4-extends-that-grow",
        _extends(1500, up=True, own="    environment: {A%: x}\n"),
        (*HIT, "compose-limit compose.yaml `extends` copies more than 100000"),
        (),
        3,
        300,
    ),
    Case(
        "D4-extends-too-long",
        _extends(4200, up=True),
        (*HIT, "compose-limit compose.yaml up to 4096 services"),
        (),
        3,
        300,
    ),
    Case("D5-itself", _one("extends: planted"), ("compose-cycle compose.yaml:5 planted -> planted",)),
    Case(
        "D5-each-other",
        {"compose.yaml": PLANT + "    extends: b\n  b: {extends: planted, image: x}\n"},
        ("compose-cycle compose.yaml:6 planted -> b -> planted",),
    ),
    Case(
        "D5-through-a-file",
        {
            **_one("extends: {file: o.yaml, service: a}"),
            "o.yaml": "services: {a: {extends: {file: compose.yaml, service: planted}}}",
        },
        ("compose-cycle compose.yaml:5 a -> planted -> a",),
    ),
    Case("D5-missing", _one("extends: nobody"), ("compose-schema compose.yaml:5 no service `nobody`",)),
    Case(
        "D5-wrong-type",
        _one("extends: [a]"),
        (*HIT, "compose-schema compose.yaml:5 `extends` must be a string or a mapping"),
    ),
    Case("D5-no-service", _one("extends: {file: x.yaml}"), (*HIT, "compose-schema compose.yaml:5")),
    *(
        Case(f"D5-file-{index}", _one(f"extends: {{file: {path}, service: a}}"), (f"{slug} compose.yaml:5",))
        for index, (path, slug) in enumerate(
            (
                ("/etc/passwd", "outside-root"),
                ("../../etc/passwd", "outside-root"),
                ("link", "outside-root"),
                ("pipe", "not-a-regular-file"),
                ("nowhere.yaml", "unreadable"),
                ("https://example.com/c.yaml", "remote-reference"),
            )
        )
    ),
    *(
        Case(f"D6-context-{index}", _one(f"build: {path}"), (*HIT[1:], f"{slug} compose.yaml:5" if slug else HIT[1]))
        for index, (path, slug) in enumerate(
            (
                ("../../..", "outside-root"),
                ("/", "outside-root"),
                ("/dev/zero", "outside-root"),
                ("link", "outside-root"),
                ("https://example.com/x.git", ""),
                ("nowhere", ""),
            )
        )
    ),
    *(
        Case(f"D6-dockerfile-{index}", _one(f"build: {{dockerfile: {path}}}"), (*HIT[1:], f"{slug} compose.yaml:5"))
        for index, (path, slug) in enumerate(
            (
                ("/etc/passwd", "outside-root"),
                ("../../../etc/passwd", "outside-root"),
                ("/dev/stdin", "outside-root"),
                ("pipe", "not-a-regular-file"),
                ("folder", "not-a-regular-file"),
            )
        )
    ),
    Case(
        "D6-the-compose-file", _one("build: {dockerfile: compose.yaml}"), (*HIT[1:], "dockerfile-syntax compose.yaml:1")
    ),
    Case(
        "D7-inline",
        {
            "compose.yaml": "services:\n  p:\n    build:\n      dockerfile_inline: |\n"
            "        FROM alpine:3.20\n\n        USER root\n"
        },
        ("planted-root compose.yaml:7",),
    ),
    Case("D7-override-is-a-folder", {**_one(), "compose.override.yaml/x": ""}, HIT),
    Case("D7-env-is-a-folder", {**_one(), ".env/x": ""}, HIT),
)


@pytest.mark.parametrize("case", [*INTERPOLATION, *GRAPH], ids=lambda case: case.id)
def test_what_a_tree_refers_to(case: Case, house: House, gauge: Gauge, outside: Path) -> None:
    folder = house.tree({**case.files, "folder/x": "", **BESIDE})
    os.symlink(outside, folder / "link")
    os.mkfifo(folder / "pipe")
    outcome = house.weigh(gauge, folder)
    assert outcome.exit == 1
    assert outcome.places >= NEIGHBOURS
    assert meets(outcome, case.expected) == [], sorted(outcome.places - NEIGHBOURS)
    assert outcome.rules.isdisjoint(case.silent)
    assert not any(CANARY in text or "root:x:" in text for text in outcome.reports.values())
    within(outcome, case.seconds, case.megabytes)


@pytest.fixture(scope="module")
def outside(house: House) -> Path:
    """A file beside all trees: nothing may open it or print what it holds."""
    path = house.home / "outside.yaml"
    path.write_text(f"A={CANARY}\nservices: {{a: {{image: '{CANARY}:latest'}}}}\n", "utf-8")
    return path
