"""Include, extends, reset: what reaches what, how often files are read, and every hostile graph."""

from __future__ import annotations

import pytest

from lintstack.compose.load import load
from lintstack.yaml import Entry, Mapping
from tests import clock
from tests.compose.support import MemoryReader, at, loaded, plain, slugs


def chain(entry: Entry | None) -> list[str]:
    """Files of an entry and of those it replaced."""
    found: list[str] = []
    while entry is not None:
        found.append(f"{entry.key.source.path}:{entry.key.span.line}")
        entry = entry.over
    return found


def test_provenance() -> None:
    files = {
        "a.yaml": "services:\n  s:\n    image: x\n    environment: {A: 1}\n    user: q\n",
        "b.yaml": "services:\n  s:\n    environment: [A=2]\n    user:\n",
        "c.yaml": "services:\n  s:\n    image: z\n    environment: {A: 3}\n",
    }
    found = loaded(files, "a.yaml", "b.yaml", "c.yaml")
    service = at(found.root, "services", "s")
    assert chain(service.entries["image"]) == ["c.yaml:3", "a.yaml:3"]
    assert chain(service.get("environment").entries["A"]) == ["c.yaml:4", "b.yaml:3", "a.yaml:4"]
    assert chain(service.entries["user"]) == ["a.yaml:5"]
    assert chain(at(found.root, "services").entries["s"]) == ["c.yaml:2", "b.yaml:2", "a.yaml:2"]
    assert [source.path for source in found.sources] == ["a.yaml", "b.yaml", "c.yaml"]


def test_provenance_through_extends() -> None:
    files = {
        "a.yaml": "services:\n  s: {extends: {file: b.yaml, service: t}, user: a}\n",
        "b.yaml": "services:\n  t: {image: x, user: b}\n",
        "o.yaml": "services:\n  s: {user: o}\n",
    }
    found = loaded(files, "a.yaml", "o.yaml")
    user = at(found.root, "services", "s").entries["user"]
    assert chain(user) == ["o.yaml:2", "a.yaml:2", "b.yaml:2"]


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{image: x, ports: [80]}", "{ports: !reset null}", {"image": "x"}),
        ("{image: x, user: q}", "{user: !reset 5, image: !override y}", {"image": "y"}),
        ("{image: x, labels: [a=b]}", "{labels: {a: !reset null}}", {"image": "x", "labels": {"a": "b"}}),
        ("{image: x, labels: {a: b}}", "{labels: {a: !reset null}}", {"image": "x", "labels": {}}),
        ("{image: x, cap_add: [A]}", "{cap_add: !override [B]}", {"image": "x", "cap_add": ["B"]}),
        ("{image: x, cap_add: [A]}", "{cap_add: [!reset A, B]}", {"image": "x", "cap_add": ["A", "B"]}),
        ("{image: x}", "{user: !reset null}", {"image": "x"}),
    ],
)
def test_reset(base: str, over: str, expected: object) -> None:
    found = loaded({"a.yaml": f"services: {{s: {base}}}", "b.yaml": f"services: {{s: {over}}}"}, "a.yaml", "b.yaml")
    assert plain(at(found.root, "services", "s")) == expected


def test_reset_in_the_first_file() -> None:
    assert plain(at(loaded("services: {s: {image: x, user: !reset q}}").root, "services", "s")) == {"image": "x"}


@pytest.mark.parametrize(
    ("files", "slug", "path", "line", "severity"),
    [
        ({"c.yaml": "include: [c.yaml]\n"}, "compose-cycle", "c.yaml", 1, "error"),
        ({"c.yaml": "include:\n- d.yaml\n", "d.yaml": "include:\n\n- c.yaml\n"}, "compose-cycle", "d.yaml", 3, "error"),
        ({"c.yaml": "include:\n- gone.yaml\n"}, "unreadable", "c.yaml", 2, "error"),
        ({"c.yaml": "include: [/etc/shadow]\n"}, "outside-root", "c.yaml", 1, "error"),
        ({"c.yaml": "include: ['../../etc/passwd']\n"}, "outside-root", "c.yaml", 1, "error"),
        ({"c.yaml": "include: ['https://x/y']\n"}, "remote-reference", "c.yaml", 1, "info"),
        ({"c.yaml": "include: ['oci://x/y']\n"}, "remote-reference", "c.yaml", 1, "info"),
        ({"c.yaml": "include: ['git@github.com:x/y.git']\n"}, "remote-reference", "c.yaml", 1, "info"),
        ({"c.yaml": "include: ['--upload-pack=touch x']\n"}, "remote-reference", "c.yaml", 1, "info"),
        ({"c.yaml": "include: [{path: d, env_file: e}]\n", "d": "x-a: 1"}, "unreadable", "c.yaml", 1, "error"),
        ({"c.yaml": "services:\n  a:\n    extends: a\n"}, "compose-cycle", "c.yaml", 3, "error"),
        ({"c.yaml": "services:\n  a: {extends: b}\n  b: {extends: a}\n"}, "compose-cycle", "c.yaml", 3, "error"),
        ({"c.yaml": "services:\n  a:\n    extends: nope\n"}, "compose-schema", "c.yaml", 3, "error"),
        ({"c.yaml": "services: {a: {extends: {file: n.yaml, service: x}}}\n"}, "unreadable", "c.yaml", 1, "error"),
        ({"c.yaml": "services: {a: {extends: {file: ../n.yaml, service: x}}}\n"}, "outside-root", "c.yaml", 1, "error"),
        ({"c.yaml": "services: {a: {extends: [x]}}\n"}, "compose-schema", "c.yaml", 1, "error"),
        ({"c.yaml": "services: {a: {extends: {file: 'a://x', service: x}}}"}, "remote-reference", "c.yaml", 1, "info"),
        ({"c.yaml": ""}, "compose-schema", "c.yaml", 1, "error"),
        ({"c.yaml": "# only\n"}, "compose-schema", "c.yaml", 1, "error"),
        ({"c.yaml": "5\n"}, "compose-schema", "c.yaml", 1, "error"),
        ({"c.yaml": "- a\n"}, "compose-schema", "c.yaml", 1, "error"),
        ({"c.yaml": "services:\n"}, "compose-schema", "c.yaml", 1, "error"),
        ({"c.yaml": "services: [a]\n"}, "compose-schema", "c.yaml", 1, "error"),
        ({"c.yaml": "services:\n  a:\n"}, "compose-schema", "c.yaml", 2, "error"),
        ({"c.yaml": "services:\n  a: x\n"}, "compose-schema", "c.yaml", 2, "error"),
        ({"c.yaml": "servces: {}\n"}, "compose-schema", "c.yaml", 1, "error"),
        ({}, "unreadable", "c.yaml", 1, "error"),
    ],
)  # fmt: skip
def test_hostile_graphs(files: dict[str, str], slug: str, path: str, line: int, severity: str) -> None:
    found = load(["c.yaml"], MemoryReader(files), ".")
    (problem,) = [problem for problem in found.problems if problem.rule == slug]
    assert (problem.at.span.path, problem.at.span.line, problem.severity) == (path, line, severity), problem.message


@pytest.mark.parametrize(
    ("edges", "circles"),
    [
        ({"a": "b", "b": "a"}, ["a -> b -> a"]),
        ({"a": "a"}, ["a -> a"]),
        ({"a": "bc", "b": "d", "c": "d", "d": ""}, []),
        ({"a": "b", "b": "c", "c": "b"}, ["b -> c -> b"]),
        ({"a": "b", "b": "", "c": "d", "d": "c"}, ["c -> d -> c"]),
        ({"a": "z"}, []),
    ],
)
def test_circles_of_dependencies(edges: dict[str, str], circles: list[str]) -> None:
    text = "".join(f"  {name}: {{image: x, depends_on: [{', '.join(to)}]}}\n" for name, to in edges.items())
    found = loaded("services:\n" + text)
    assert slugs(found) == ["compose-cycle"] * len(circles)
    assert [problem.message.rpartition(": ")[2] for problem in found.problems] == circles


def test_long_circles_cost_nothing() -> None:
    text = "".join(f"  s{n}: {{image: x, depends_on: [s{(n + 1) % 5000}]}}\n" for n in range(5000))
    began = clock.start()
    assert slugs(loaded("services:\n" + text)) == ["compose-cycle"]
    assert clock.stop(began) < 4


def test_an_empty_service_of_an_overlay_changes_nothing() -> None:
    found = loaded({"c.yaml": "services: {a: {image: x}}", "d.yaml": "services: {a: }"}, "c.yaml", "d.yaml")
    assert found.problems == ()
    assert at(found.root, "services", "a", "image").text == "x"


def test_hints_name_the_nearest_key() -> None:
    found = loaded("services: {a: {imagee: x}}\nservcies: {}\n")
    assert [problem.message.rpartition("; ")[2] for problem in found.problems] == [
        "did you mean `image`?",
        "did you mean `services`?",
    ]
    assert [problem.at.span.text for problem in found.problems] == ["imagee", "servcies"]


def test_values_never_reach_messages() -> None:
    # Names of env files are told: which one is missing is what the reader wants to know.
    fields = "environment image ports volumes secrets labels command build depends_on privileged mem_limit logging"
    for shape in ("[{a: CANARY}]", "{a: [CANARY]}", "'CANARY'", "[CANARY, [CANARY]]"):
        for field in fields.split():
            for problem in loaded(f"services: {{s: {{{field}: {shape}}}}}").problems:
                assert "CANARY" not in problem.message


def test_what_could_not_be_read_is_told() -> None:
    found = loaded("include: ['https://x']\nservices: {a: {extends: {file: '${X}', service: b}}, c: {image: x}}\n")
    assert found.incomplete == {"", "a"}
    assert loaded("services: {a: {image: x}}\n").incomplete == frozenset()


def test_profiles() -> None:
    text = "services: {a: {image: x}, b: {image: x, profiles: [p, q]}, c: {image: x, profiles: []}}\n"
    assert loaded(text).inactive == {"b"}
    assert loaded(text, profiles=["q"]).inactive == frozenset()
    assert loaded(text, profiles=["*"]).inactive == frozenset()


def test_a_dag_reads_each_file_once() -> None:
    files = {"l14.yaml": "services: {s14: {image: x}}\n"}
    for level in range(14):
        for side in "ab":
            names = f"[l{level + 1}a.yaml, l{level + 1}b.yaml]" if level < 13 else "[l14.yaml]"
            files[f"l{level}{side}.yaml"] = f"include: {names}\nservices: {{s{level}{side}: {{image: x}}}}\n"
    reader = MemoryReader(files)
    began = clock.start()
    found = load(["l0a.yaml"], reader, ".")
    assert clock.stop(began) < 1
    assert found.problems == ()
    assert max(reader.opened.values()) == 1
    assert len(at(found.root, "services").entries) == 28


@pytest.mark.parametrize("count", [30, 300])
def test_include_chains(count: int) -> None:
    files = {f"c{n}.yaml": f"include: [c{n + 1}.yaml]\nservices: {{s{n}: {{image: x}}}}\n" for n in range(count)}
    files[f"c{count}.yaml"] = "services: {last: {image: x}}\n"
    found = load(["c0.yaml"], MemoryReader(files), ".")
    assert slugs(found) == ([] if count == 30 else ["compose-limit"])
    assert len(at(found.root, "services").entries) == min(count + 1, 33)


def test_many_files_are_refused() -> None:
    files = {f"i{n}.yaml": f"services: {{s{n}: {{image: x}}}}\n" for n in range(300)}
    files["c.yaml"] = "include: [" + ", ".join(files) + "]\n"
    found = load(["c.yaml"], MemoryReader(files), ".")
    assert set(slugs(found)) == {"compose-limit"}
    assert len(found.sources) == 256


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("count", [1500, 5000])
def test_extends_chains(forward: bool, count: int) -> None:
    order = range(count) if forward else range(count - 1, -1, -1)
    lines = [f"  s{n}: {{extends: s{n + 1}, labels: {{l{n % 50}: x}}}}" for n in order]
    text = "services:\n" + "\n".join(lines) + f"\n  s{count}: {{image: base}}\n"
    began = clock.start()
    found = loaded(text)
    assert clock.stop(began) < 3
    if count == 1500:
        assert found.problems == ()
        assert at(found.root, "services", "s0", "image").text == "base"
    else:
        assert set(slugs(found)) <= {"compose-limit"}


def test_merged_documents_and_the_line_that_wins() -> None:
    found = loaded("services:\n  a: {image: good}\n---\nservices:\n  a: {image: bad}\n")
    image = at(found.root, "services", "a", "image")
    assert (image.text, image.span.line) == ("bad", 5)


def test_port_ranges_are_never_expanded() -> None:
    began = clock.start()
    found = loaded("services: {a: {image: x, ports: ['1-65535:1-65535', '1-65535:1-65535/udp', '1-99999999999:80']}}\n")
    assert clock.stop(began) < 1
    assert slugs(found) == ["compose-schema"]
    assert plain(at(found.root, "services", "a", "ports", 0)) == {"target": "1-65535", "published": "1-65535"}


def test_ten_thousand_services() -> None:
    began = clock.start()
    text = "services:\n" + "".join(
        f"  service{n}:\n    image: nginx:1.27\n    restart: always\n    ports: ['{n + 1}:80']\n    user: '1'\n"
        for n in range(10_000)
    )
    found = loaded(text)
    assert clock.stop(began) < 6
    assert found.problems == ()
    assert len(at(found.root, "services").entries) == 10_000


def test_included_files_mean_their_own_folder() -> None:
    files = {
        "c.yaml": "include: [sub/c.yaml]\nservices: {a: {extends: {file: sub/c.yaml, service: b}}}\n",
        "sub/c.yaml": "services:\n  b: {build: ., volumes: ['./d:/d', 'vol:/v', '/abs:/x'], env_file: ../e}\n",
    }
    found = loaded(files, "c.yaml")
    for name in "ab":
        service = at(found.root, "services", name)
        assert at(service, "build", "context").text == "./sub"
        assert [mount.get("source").text for mount in service.get("volumes").items] == ["./sub/d", "vol", "/abs"]
        assert at(service, "env_file", 0, "path").text == "./e"
        assert at(service, "build", "context").span.text == "."


def test_ours_wins_over_what_is_included() -> None:
    files = {
        "c.yaml": "include: [i.yaml]\nservices: {a: {image: mine}}\n",
        "i.yaml": "services: {a: {image: i, user: q}}\n",
    }
    assert plain(at(loaded(files, "c.yaml").root, "services", "a")) == {"image": "mine", "user": "q"}


def test_the_tree_holds_only_services_that_are_mappings() -> None:
    root = loaded("services: {a: 1, b: [x], c: {image: x}}\n").root
    assert isinstance(root, Mapping)
    assert list(at(root, "services").entries) == ["c"]
