"""Short forms keep their words' places; anything at all is loaded without raising."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintstack.compose.load import load
from lintstack.yaml import Mapping, Node, Scalar, Sequence
from tests.compose.support import MemoryReader, at, loaded, plain

FIELDS = (
    "image build ports volumes environment depends_on command networks secrets healthcheck deploy labels extends"
    " env_file profiles privileged mem_limit logging tmpfs devices ulimits extra_hosts gpus configs expose user x-y no"
).split()
# `_` stands for a blank.
VALUES = [
    value.replace("_", " ")
    for value in (
        "x 80:80 ./a:/b A=1 $A ${N} ${N:-8080}:80 [] {} ~ true 5 1.5 [x] [x,x] {a:_b} {source:_x,target:_y} [[x]]"
        " [{a:_[b]}] {test:_x} {context:_.,args:_[A,B=1]} {b:_{condition:_service-healthy}} !reset_x !override_[x]"
        " &a_[x] *a {<<:_*a} {file:_d.yaml,service:_b} b ${ '${N:-${M}}:${M}' [127.0.0.1:${N}:80/udp] [${N}]"
        " ['${N}:${M}'] ::: [a:b:c:d:e]"
    ).split()
]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("127.0.0.1:8080:80/tcp", {"host_ip": "127.0.0.1", "published": "8080", "target": "80", "protocol": "tcp"}),
        ("'8080:80'", {"published": "8080", "target": "80"}),
        ('"[::1]:8080:80"', {"host_ip": "::1", "published": "8080", "target": "80"}),
        ("3000", {"target": "3000"}),
        ("'8000-8010:9000-9010'", {"published": "8000-8010", "target": "9000-9010"}),
        ("'${P:-8080}:80'", {"published": "${P:-8080}", "target": "80"}),
        (
            "'${IP}:${P}:80/${T:-udp}'",
            {"host_ip": "${IP}", "published": "${P}", "target": "80", "protocol": "${T:-udp}"},
        ),
        ("'${P}:80'", {"host_ip": "${P}", "published": "${P}", "target": "80"}),
        ("'1${P}:80'", {"published": "1${P}", "target": "80"}),
        ('"80\\x380:80"', {"published": '"80\\x380:80"', "target": '"80\\x380:80"'}),
    ],
)
def test_ports_keep_their_words(item: str, words: dict[str, str]) -> None:
    found = loaded(f"services:\n  a:\n    image: x\n    ports:\n      - {item}\n")
    assert found.problems == ()
    port = at(found.root, "services", "a", "ports", 0)
    assert {name: value.span.text for name, value in port.items()} == words
    for value in dict(port.items()).values():
        assert bool(value.unset) == any(f"${{{name}}}" in value.span.text for name in ("P", "IP"))


@pytest.mark.parametrize(
    ("item", "words", "types"),
    [
        ("./a:/b:ro", {"source": "./a", "target": "/b", "read_only": "ro", "type": "./a"}, "bind"),
        ("data:/var/lib/x", {"source": "data", "target": "/var/lib/x", "type": "data"}, "volume"),
        ("/only", {"target": "/only", "type": "/only"}, "volume"),
        ("'C:\\x:/y'", {"source": "C:\\x", "target": "/y", "type": "C:\\x"}, "bind"),
        ("'./${D}:/b'", {"source": "./${D}", "target": "/b", "type": "./${D}"}, "bind"),
        ("'${D}:/b'", {"source": "${D}", "target": "/b", "type": "${D}"}, ""),
        ("'${D:-./x}/y:/b'", {"source": "${D:-./x}/y", "target": "/b", "type": "${D:-./x}/y"}, "bind"),
    ],
)
def test_mounts_keep_their_words(item: str, words: dict[str, str], types: str) -> None:
    found = loaded(f"services:\n  a:\n    image: x\n    volumes:\n      - {item}\n")
    assert found.problems == ()
    mount = at(found.root, "services", "a", "volumes", 0)
    assert {name: value.span.text for name, value in mount.items()} == words
    assert mount.get("type").text == types
    assert bool(mount.get("type").unset) == (types == "")


@pytest.mark.parametrize(
    ("line", "path", "words"),
    [
        ("build: ./ctx", ("build", "context"), "./ctx"),
        ("environment: ['A=b=c']", ("environment", "A"), "b=c"),
        ("environment: {A: 'b'}", ("environment", "A"), "'b'"),
        ("env_file: a.env", ("env_file", 0, "path"), "a.env"),
        ("depends_on: [b]", ("depends_on", "b", "condition"), "b"),
        ("secrets: [s]", ("secrets", 0, "source"), "s"),
        ("dns: 1.1.1.1", ("dns", 0), "1.1.1.1"),
        ("healthcheck: {test: curl x}", ("healthcheck", "test", 1), "curl x"),
        ("devices: ['/dev/a:/dev/b:r']", ("devices", 0, "target"), "/dev/b"),
        ("extra_hosts: {h: 1.1.1.1}", ("extra_hosts", 0), "h: 1.1.1.1"),
        ("gpus: all", ("gpus", 0, "count"), "all"),
    ],
)
def test_other_short_forms_keep_their_words(line: str, path: tuple[str | int, ...], words: str) -> None:
    found = loaded(f"services:\n  a:\n    image: x\n    {line}\n")
    assert [problem for problem in found.problems if problem.severity == "error"] == []
    assert at(found.root, "services", "a", *path).span.text == words


def test_values_without_a_value_take_the_project_s() -> None:
    files = {
        "c.yaml": "services: {a: {image: x, environment: [A, B], build: {context: ., args: {A: , B: }}}}\n",
        ".env": "A=1\n",
    }
    service = plain(at(loaded(files, "c.yaml").root, "services", "a"))
    assert service["environment"] == {"A": "1", "B": None}
    assert service["build"]["args"] == {"A": "1", "B": None}


def test_resources() -> None:
    text = "networks: {a: {external: {name: q}}, b: , c: {external: true}}\nvolumes: {v: {labels: [x=y]}}\n"
    root = loaded(text).root
    assert plain(at(root, "networks")) == {"a": {"external": "true", "name": "q"}, "b": None, "c": {"external": True}}
    assert plain(at(root, "volumes")) == {"v": {"labels": {"x": "y"}}}


def canonical(root: Node | None) -> None:
    """What joining relies on: the shapes of the common fields."""
    services = root.get("services") if isinstance(root, Mapping) else None
    for _, service in services.items() if isinstance(services, Mapping) else ():
        assert isinstance(service, Mapping)
        for name in ("ports", "volumes", "env_file", "secrets", "configs", "devices"):
            listed = service.get(name)
            assert listed is None or isinstance(listed, Sequence)
            assert all(isinstance(item, Mapping) for item in (listed.items if isinstance(listed, Sequence) else ()))
        for name in ("environment", "labels", "depends_on", "networks", "build", "healthcheck", "deploy", "logging"):
            value = service.get(name)
            assert value is None or isinstance(value, Mapping) or (name == "deploy" and isinstance(value, Scalar))
        for name in ("tmpfs", "profiles", "cap_add", "dns", "extra_hosts"):
            assert isinstance(service.get(name), Sequence | None)
        for name in ("image", "privileged", "user", "mem_limit"):
            assert isinstance(service.get(name), Scalar | None)


@given(st.integers(min_value=0))
def test_any_shape_at_any_field(seed: int) -> None:
    chosen = random.Random(seed)

    def service() -> str:
        return "".join(
            f"    {chosen.choice(FIELDS)}: {chosen.choice(VALUES)}\n".replace("\0", " ")
            for _ in range(chosen.randrange(1, 8))
        )

    def document() -> str:
        return "services:\n" + "".join(f"  {name}:\n{service()}" for name in chosen.sample("abc", 2))

    files = {
        "c.yaml": document() + chosen.choice(("", "---\n" + document())),
        "d.yaml": document(),
        ".env": "A=1\nM=\n",
    }
    found = load(["c.yaml", "d.yaml"][: chosen.randrange(1, 3)], MemoryReader(files), ".")
    canonical(found.root)
    for problem in found.problems:
        span = problem.at.span
        assert 0 <= span.start <= span.end <= len(span.source.text)


@given(st.dictionaries(st.sampled_from(["c.yaml", "d.yaml", ".env", "e.env"]), st.text(max_size=120), min_size=1))
def test_any_files(files: dict[str, str]) -> None:
    canonical(load(["c.yaml", "d.yaml"], MemoryReader(files), ".", env_files=["e.env"]).root)
