"""Our loader against Docker Compose itself: merges, interpolation, short forms, and every file of the corpus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lintstack.compose.load import Loaded, load
from lintstack.yaml import Mapping
from tests.compose.support import CORPUS, DiskReader, config, oracle, ours, theirs

pytestmark = pytest.mark.skipif(oracle() is None, reason="no Docker Compose binary to compare with")

WITH = "\n  b: {image: b}\nnetworks: {n: , m: }\nvolumes: {v: , w: }\nsecrets: {s: {file: f}, t: {file: f}}\n"
ENV = 'A=1\nEMPTY=\nTAG=1.27\nPORT=8080\nJSON={"k":"v"}\n'


def service(*lines: str) -> str:
    return "services:\n  a:\n" + "".join(f"    {line}\n" for line in ("image: x", *lines)) + WITH


def overlay(*lines: str) -> str:
    return "services:\n  a:\n" + "".join(f"    {line}\n" for line in lines)


SINGLE = [
    'ports: ["80", 3000, "8080:80", "127.0.0.1:8081:80", "127.0.0.1::90", "[::1]:82:80/UDP", "8000-8002:90-92"]',
    'ports: ["8000-8002:80", "080:080", "6060:6060/tcp", "6060:6060/udp", "9000-9001", ":83:80"]',
    "ports: [{target: 80, published: 8080}, {target: '81', published: '90-92', mode: host, protocol: udp}]",
    'ports: ["${PORT}:80", "${PORT:-1}:81", "${NOPE:-9090}:82", "127.0.0.1:${PORT}:83/tcp"]',
    'ports: ["80:80", "80:80/tcp", "0.0.0.0:80:80", {target: 80, published: "80"}]',
    "ports: [0x50, 0o120]",
    'volumes: ["v:/x:ro,z", "./a:/b/", "/anon", "~/q:/q:rw,rshared", "/a:/c:nocopy", "../u:/u"]',
    'volumes: ["C:\\\\x:/y", "a:/x", "c:\\\\a:D:\\\\b:ro", "/d/:/d2//e", "/z", "./z2/"]',
    'volumes: [{type: bind, source: ., target: /z, read_only: true}, {type: volume, source: v, target: /v}, "v:/v"]',
    'volumes: ["./a:/same", "./b:/same/", "v:/same:ro"]',
    'volumes: ["./${TAG}:/d${A}", "v:/x:${NOPE:-ro}"]',
    "environment: {A: 1.0, B: 1e3, C: 0x1F, D: 0644, E: , F: true, G: 1_000, H: 1e21, I: 0.00001, J: yes, K: .5}",
    'environment: {A: 123456789012345678, B: 0.1, C: 1e15, D: 1e20, E: 123456.789, F: -0.0, G: "", H: 1.5e-7}',
    'environment: ["A=b=c", "B=", "C", "D=$TAG", "E=$$TAG", "A=second", "TAG", "F=  x "]',
    "labels: {a: , b: 3, c: false, d: 1.50}",
    'labels: ["a=b", "c", "d="]',
    "build: .",
    "build: {context: ./d, dockerfile: F, target: t, args: [A=1, TAG, NOPE]}",
    "build: {context: ., args: {A: 2, B: true, C: 1.0}}",
    "depends_on: [b]",
    "depends_on: {b: {condition: service_healthy, required: false}}",
    "command: echo hi",
    "command: []",
    "command: ''",
    "command: [echo, '${TAG}']",
    "entrypoint: [a, b]",
    "healthcheck: {test: curl x}",
    'healthcheck: {test: ["CMD", "true"]}',
    "cap_add: [A, B, A]",
    "dns: 1.1.1.1",
    "dns: [1.1.1.1, 8.8.8.8, 1.1.1.1]",
    "tmpfs: /t",
    "tmpfs: ['/t:size=1', '/u']",
    "expose: [80, '80', '90-91', '80/udp']",
    "networks: [n, m]",
    "networks: {n: , m: {aliases: [q]}}",
    "secrets: [s, {source: t, target: q}]",
    "privileged: yes",
    "privileged: 'on'",
    "privileged: ${NOPE:-true}",
    "pids_limit: '5'",
    "pids_limit: ${NOPE:-7}",
    "restart: no",
    "restart: ${NOPE:-always}",
    "user: '1000:1000'",
    "profiles: [p]",
    "user: ${A}${A-x}${A:-x}${A+y}${A:+y}${EMPTY}${EMPTY-x}${EMPTY:-x}${EMPTY+y}${EMPTY:+z}",
    "user: ${NOPE}${NOPE-x}${NOPE:-x}${NOPE+y}${NOPE:+y}",
    "user: ${NOPE:-${TAG}} ${NOPE:-${NOPE:-deep}} ${NOPE-a${A}b}c",
    'user: \'${NOPE:-{"k":"v"}} x ${A}\'',
    "user: '${NOPE:-{}}x'",
    "user: '${NOPE:-{{}}}x'",
    "user: '${NOPE:-{x}y'",
    "user: ${NOPE:-b:-c} ${NOPE:-?} ${NOPE-b-c} ${NOPE:-b?c}",
    "user: $$A $A $1 ^A$ $(x) $a.b ${a} $",
    "user: '${NOPE:-$$x}$${A}$$$A'",
    "user: $JSON ${JSON}",
    'user: "\\x24A ${A}"',
    "user: |\n      a $TAG\n      b ${A}",
    "user: ${_x:-1}${a_B9:-2}",
    "x-foo: {a: '${A}'}",
]
MERGES = [
    (("ports: ['80:80', '81:81']",), ("ports: ['80:80/tcp', '90:90']",)),
    (("ports: ['80:80']",), ("ports: [{target: 80, published: '80', host_ip: 127.0.0.1}]",)),
    (("ports: ['80:80']",), ("ports: !override ['81:81']",)),
    (("ports: ['80:80']",), ("ports: !reset []",)),
    (("volumes: ['./a:/x', 'v:/y']",), ("volumes: ['./b:/x/', 'w:/z']",)),
    (("environment: {A: 1, B: 2, C: }",), ("environment: ['A=3', 'D', 'B']",)),
    (("environment: [A=1, B=2]",), ("environment: {B: !reset null, C: 3}",)),
    (("environment: {A: 1, B: 2}",), ("environment: {B: !reset null, C: 3}",)),
    (("environment: {A: 1}",), ("environment: ",)),
    (("labels: {a: 1, b: 2}",), ("labels: [a=5, c]",)),
    (("build: ./x",), ("build: {dockerfile: D, args: [A=1]}",)),
    (("build: {context: ./x, args: {A: 1, B: 2}, target: q}",), ("build: {args: {B: , C: 4}}",)),
    (("build: {context: ./x, args: {A: 1}}",), ("build: ./y",)),
    (("depends_on: {b: {condition: service_healthy}}",), ("depends_on: [b]",)),
    (("depends_on: [b]",), ("depends_on: {b: {condition: service_completed_successfully}}",)),
    (("command: a b",), ("command: [c]",)),
    (("command: a b",), ("command: []",)),
    (("command: a b",), ("command: ",)),
    (("command: a b", "entrypoint: q"), ("entrypoint: ''",)),
    (("healthcheck: {test: a, interval: 1m}",), ("healthcheck: {test: [CMD, b]}",)),
    (("cap_add: [A, B]",), ("cap_add: [B, C]",)),
    (("security_opt: [a:b]",), ("security_opt: [c:d]",)),
    (("dns: 1.1.1.1",), ("dns: [8.8.8.8, 1.1.1.1]",)),
    (("tmpfs: /a",), ("tmpfs: [/b, /a]",)),
    (("expose: [80]",), ("expose: ['80', 81]",)),
    (("networks: [n]",), ("networks: {m: , n: {aliases: [z]}}",)),
    (("secrets: [s]",), ("secrets: [{source: s, target: /run/secrets/s}, t]",)),
    (("profiles: [p]",), ("profiles: [q, p]",)),
    (("restart: always",), ("restart: ",)),
    (("restart: always",), ("restart: !reset null",)),
    (("user: a",), ("user: b",)),
    (("privileged: true",), ("privileged: false",)),
    (("deploy: {replicas: 1, labels: {a: b}}",), ("deploy: {replicas: 2, labels: [c=d]}",)),
    (("user: q",), ("x-none: ",)),
    (("logging: {driver: a, options: {x: y}}",), ("logging: {options: {z: w}}",)),
]  # fmt: skip


def compare(folder: Path, *files: str) -> None:
    """Both sides load the files and agree on every service."""
    expected = config(folder, *files)
    assert isinstance(expected, dict), expected
    agree(load(files, DiskReader(folder), "."), expected)


def agree(found: Loaded, expected: dict[str, Any]) -> None:
    services = found.root.get("services") if found.root else None
    assert isinstance(services, Mapping)
    assert not [problem for problem in found.problems if problem.severity == "error"]
    assert set(services.entries) - found.inactive == set(expected["services"])
    for name, answer in expected["services"].items():
        node = services.get(name)
        assert isinstance(node, Mapping)
        mine, right = settled(found, name, ours(node), answer), theirs(answer)
        right["build"] = (_plain(right["build"][0]), *right["build"][1:])
        right["volumes"] = [(kind, _plain(source), *rest) for kind, source, *rest in right["volumes"]]
        assert {key: mine[key] for key in right} == right


def settled(found: Loaded, name: str, mine: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Ours with what Compose adds when it normalises: defaults, env files, implied dependencies."""
    context, dockerfile, target = mine["build"]
    mine["build"] = (_plain(context), dockerfile or ("Dockerfile" if context else ""), target)
    mine["volumes"] = [(kind, _plain(source), *rest) for kind, source, *rest in mine["volumes"]]
    if not mine["networks"] and "network_mode" not in answer:
        mine["networks"] = ["default"]
    from_files = {entry.name: entry.value.text for entry in found.env_file_values.get(name, ()) if entry.value}
    mine["environment"] = {**from_files, **mine["environment"]}
    mine["args"] = {key: value for key, value in mine["args"].items() if value is not None}
    implied = {link.partition(":")[0] for link in answer.get("links", ())}
    implied |= {other.partition(":")[0] for other in answer.get("volumes_from", ())}
    modes = [answer.get(mode, "") for mode in ("network_mode", "ipc", "pid")]
    implied |= {mode.removeprefix("service:") for mode in modes if mode.startswith("service:")}
    mine["depends_on"] = {**dict.fromkeys(implied, "service_started"), **mine["depends_on"]}
    return mine


def _plain(path: str) -> str:
    """Paths of files in other folders carry `./` here and not there."""
    return path.removeprefix("./")


@pytest.mark.parametrize("line", SINGLE)
def test_single_fields(tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(ENV)
    (tmp_path / "c.yaml").write_text(service(line))
    compare(tmp_path, "c.yaml")


@pytest.mark.parametrize(("base", "over"), MERGES)
def test_merges(tmp_path: Path, base: tuple[str, ...], over: tuple[str, ...]) -> None:
    (tmp_path / "c.yaml").write_text(service(*base))
    (tmp_path / "d.yaml").write_text(overlay(*over))
    compare(tmp_path, "c.yaml", "d.yaml")


@pytest.mark.parametrize(("base", "over"), MERGES)
def test_merges_of_documents(tmp_path: Path, base: tuple[str, ...], over: tuple[str, ...]) -> None:
    (tmp_path / "c.yaml").write_text(service(*base) + "---\n" + overlay(*over))
    compare(tmp_path, "c.yaml")


@pytest.mark.parametrize(("base", "over"), MERGES)
def test_merges_by_extends(tmp_path: Path, base: tuple[str, ...], over: tuple[str, ...]) -> None:
    if any("!" in line for line in over):
        pytest.skip("the oracle's version ignores tags in a service that extends one of the same file")
    text = service(*base).replace(
        "\n  b:", "\n  c:\n    extends: a\n" + "".join(f"    {line}\n" for line in over) + "  b:"
    )
    (tmp_path / "c.yaml").write_text(text)
    compare(tmp_path, "c.yaml")


TREES: list[dict[str, str]] = [
    {
        "c.yaml": "services:\n  a: {extends: {file: sub/base.yaml, service: z}, environment: [B=2]}\n",
        "sub/base.yaml": "services:\n  z: {image: z, build: ., environment: {A: 1}, volumes: ['./d:/d'], extends: y}\n"
        "  y: {ports: ['80:80'], extends: {file: more/m.yaml, service: m}}\n",
        "sub/more/m.yaml": "services:\n  m: {image: m, volumes: ['../up:/up'], labels: [a=b]}\n",
    },
    {
        "c.yaml": "include: [inc/compose.yaml, {path: [two/a.yaml, two/b.yaml], project_directory: .}]\n"
        "services: {a: {image: '${TAG}', depends_on: [i, t]}}\n",
        ".env": "TAG=parent\n",
        "inc/compose.yaml": "services: {i: {image: '${TAG}', user: '${ONLY}', volumes: ['./x:/x'], build: .}}\n",
        "inc/.env": "TAG=child\nONLY=child\n",
        "two/a.yaml": "services: {t: {image: t, build: ./ctx, ports: ['80:80']}}\n",
        "two/b.yaml": "services: {t: {ports: ['81:81'], user: q}}\n",
    },
    {
        "c.yaml": "services:\n  a: {image: x, environment: {B: own}, env_file: [e.env, {path: f, required: false}]}\n",
        "e.env": "A=1\nB=2\nC='${X}'\nD=\"${A}\\n${X}\" # c\nE=${X:-d} # c\nexport F = 7\nG: 8\n",
        ".env": "X=outer\n",
    },
    {
        "c.yaml": "x-base: &base\n  image: x\n  restart: always\nservices:\n  a:\n    <<: *base\n    restart: 'no'\n"
        "  b: {<<: [*base, {user: q}], labels: &l {p: q}}\n  c: {<<: *base, labels: *l}\n",
    },
    {"c.yaml": "services: {a: {image: x, user: q}}\n", "d.yaml": "services: {a: !reset null, b: {image: y}}\n"},
    {"c.yaml": "services: {a: {image: x}}\nnetworks: {n: }\n", "d.yaml": "services: {a: {networks: [n]}}\n"},
]  # fmt: skip


@pytest.mark.parametrize("files", TREES)
def test_trees(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    compare(tmp_path, *(name for name in ("c.yaml", "d.yaml") if name in files))


REFUSED = [
    "ports: ['80:80:80:80']",
    "ports: ['x:80']",
    "ports: ['80:99999']",
    "ports: ['8000-8002:90-91']",
    "ports: ['80:80/xyz']",
    "ports: ['[::1']",
    "ports: ['1.2.3.999:80:80']",
    "ports: [80.5]",
    "ports: '80:80'",
    "ports: ['0']",
    "ports: [{target: 80, foo: 1}]",
    "ports: [{published: 80}]",
    "volumes: [{type: bind, source: x, target: y, foo: 1}]",
    "volumes: [{source: x, target: y}]",
    "volumes: [{type: bind, source: x}]",
    "depends_on: [a]",
    "volumes: ['aa:bb:cc:dd']",
    "volumes: [':/x']",
    "volumes: [1]",
    "environment: A=1",
    "environment: [{A: b}]",
    "environment: {A: [1]}",
    "environment: {1: a}",
    "image: [x]",
    "privileged: maybe",
    "privileged: 1",
    "pids_limit: x",
    "user: 1000",
    "hostname: 5",
    "command: {a: b}",
    "command: [1]",
    "depends_on: b",
    "depends_on: {b: }",
    "depends_on: {b: {condition: x}}",
    "healthcheck: {retries: x}",
    "healthcheck: {tset: x}",
    "healthcheck: {interval: 5}",
    "labels: x",
    "imagee: x",
    "networks: {n: x}",
    "build: [x]",
    "build: {contxt: x}",
    "user: ${A B}",
    "user: ${}",
    "user: ${:-x}",
    "user: ${A",
    "user: ${A.b}",
    "user: '${NOPE:-{}} and ${B}'",
    "user: |\n      ${A:-x\n      }",
    "extends: nope",
    "extends: a",
    "extends: {file: nope.yaml, service: a}",
    "env_file: {path: x}",
    "cap_add: X",
    "cap_add: [1]",
    "ports: ",
    "environment: ",
    "restart: ",
    "privileged: ",
    "networks: ",
    "restart: 5",
    "profiles: [1]",
    "dns: {}",
]


@pytest.mark.parametrize("line", REFUSED)
def test_what_compose_refuses_is_a_finding_on_its_line(tmp_path: Path, line: str) -> None:
    text = "services:\n  a:\n" + ("" if line.startswith("image:") else "    image: x\n") + f"    {line}\n" + WITH
    (tmp_path / "c.yaml").write_text(text)
    assert isinstance(config(tmp_path, "c.yaml"), str)
    found = [p for p in load(["c.yaml"], DiskReader(tmp_path), ".").problems if p.severity == "error"]
    assert found
    first = 3 if line.startswith("image:") else 4
    assert all(first <= problem.at.span.line <= first + 2 for problem in found)


def corpus() -> Iterator[Path]:
    for path in sorted(CORPUS.rglob("*.y*ml")):
        if path.suffix in (".yaml", ".yml") and b"services:" in path.read_bytes():
            yield path


# What the oracle knows and a linter must not guess: the process environment.
UNKNOWABLE = ("PWD", "COMPOSE_PROJECT_NAME", "COMPOSE_")


def test_corpus() -> None:
    compared = 0
    for path in corpus():
        if any(word in path.read_text("utf-8", "replace") for word in UNKNOWABLE):
            continue
        expected = config(path.parent, path.name)
        found = load([path.name], DiskReader(path.parent), ".")
        if isinstance(expected, dict):
            agree(found, expected)
            compared += 1
    assert compared > 100
