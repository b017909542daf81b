"""The format: what is said about mistakes, how command lines split, what is told after merging, ranges of ports."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintstack.compose.format.command import split
from tests.compose.support import at, config, loaded, oracle, plain

RESOURCES = "`deploy.resources.limits` or `deploy.resources.reservations`"
SERVICE = "services:\n  a:\n    image: x\n"


def said(text: str | dict[str, str], *names: str) -> list[tuple[int, int, str]]:
    """Line, column and message of every problem."""
    found = loaded(text, *names).problems
    return [(problem.at.span.line, problem.at.span.column, problem.message) for problem in found]


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("imagee: x", 5, "`imagee` is not a key of a service; did you mean `image`?"),
        ("network: [n]", 5, "`network` is not a key of a service; did you mean `networks`?"),
        (
            "memory: 1g",
            5,
            f"`memory` is not a key of a service; it is a key of {RESOURCES}",
        ),
        ("interval: 5s", 5, "`interval` is not a key of a service; it is a key of `healthcheck`"),
        ("build: {volumes: [a]}", 13, "`volumes` is not a key of `build`; it is a key of a service"),
        ("build: {dockrfile: a}", 13, "`dockrfile` is not a key of `build`; did you mean `dockerfile`?"),
        (
            "deploy: {cpus: 1}",
            14,
            f"`cpus` is not a key of `deploy`; it is a key of {RESOURCES}",
        ),
        ("zzz: 1", 5, "`zzz` is not a key of a service; remove it, or begin its name with `x-`"),
        ("user: 1000", 11, "`user` must be a string; put quotes around it"),
        ("healthcheck: {interval: 5}", 29, "`interval` must be a duration with its units, such as `30s` or `1m30s`"),
        ("mem_limit: 5x", 16, "`mem_limit` must be a size such as `512m` or `1g`"),
        ("depends_on: {b: {}}", 18, "`b` lacks `condition`"),
        ("security_opt: [q, q]", 23, "`security_opt` has this item twice; remove one of them"),
        ("restart: ", 5, "`restart` has no value; give it one or remove it"),
        ("command: echo 'a", 14, "`command` cannot be split into words: a quote or a parenthesis is left open"),
        ("extra_hosts: [a]", 19, "a host must have the form `name=address`"),
    ],
)
def test_mistakes_are_named_at_their_place(line: str, column: int, message: str) -> None:
    assert said(f"{SERVICE}    {line}\n") == [(4, column, message)]


def test_keys_of_a_service_at_the_top_level() -> None:
    assert said("services: {a: {image: x}}\nenvironment: {}\n") == [
        (2, 1, "`environment` is not a key of a Compose file; it is a key of a service")
    ]


def test_thousands_of_unknown_keys_cost_little() -> None:
    begin = time.process_time()
    assert len(said(SERVICE + "".join(f"    key{number}: x\n" for number in range(20_000)))) == 1001
    assert time.process_time() - begin < 8


def test_every_problem_is_reported() -> None:
    text = SERVICE + "    ports: [x, '80:80', 1.5]\n    cap_add: [1, A, 2]\n    imagee: x\n"
    assert [line for line, _, _ in said(text)] == [4, 4, 5, 5, 6]


def test_a_clash_names_both_places() -> None:
    files = {"a.yaml": "x-list: [a]\nservices: {a: {image: x}}\n", "b.yaml": "x-list: {a: b}\n"}
    assert said(files, "a.yaml", "b.yaml") == [
        (1, 9, "`x-list` is a mapping here and a list in a.yaml:1, which Compose cannot merge; write both the same way")
    ]


def test_what_a_later_file_gives_is_not_missing() -> None:
    base = "services: {a: {image: x, depends_on: {b: {condition: service_started}}}, b: {image: x}}\n"
    over = "services: {a: {depends_on: {b: {required: false}}, restart: }}\n"
    assert said({"a.yaml": base, "b.yaml": over}, "a.yaml", "b.yaml") == [
        (1, 52, "`restart` has no value; give it one or remove it")
    ]
    assert (
        said(
            {"a.yaml": base.replace("image: x, d", "image: x, restart: always, d"), "b.yaml": over}, "a.yaml", "b.yaml"
        )
        == []
    )


def test_a_later_file_cannot_complete_an_earlier_one() -> None:
    """Compose validates what it has so far behind each file."""
    base = "services: {a: {image: x, depends_on: {b: {required: false}}}, b: {image: x}}\n"
    over = "services: {a: {depends_on: {b: {condition: service_started}}}}\n"
    assert said({"a.yaml": base, "b.yaml": over}, "a.yaml", "b.yaml") == [(1, 39, "`b` lacks `condition`")]


LINES = [
    "a; b", "a && b", "a > b", "a 2>&1", "a 'x;y' z", "a $(b; c) d", "a `b c` d", "a # b c", 'a "b\\"c" \'d\\e\' f\\ g',
    'a "" b', "a;b", "; b", 'a "b;c" d;e', "a\\;b c", "a ''", "  a  b ", "a\tb\nc", "a=b c", "a*?[x] {b,c} ~", "a ! b",
    "a 'b'c\"d\"e", "a <b", "a |b", 'a "x`y" b', "é ü", "a 12>b", "a \\\\ b", "''", '""a', "a'b'", "x$(y)z w", "a>b",
    "a1>b",
    "echo 'open", 'echo "open', "a \\", "a (b)", "a b)", "a !(b)", "a `b", "a $(b", "()",
]  # fmt: skip


@pytest.mark.skipif(oracle() is None, reason="no Docker Compose binary to compare with")
@pytest.mark.parametrize("line", LINES)
def test_command_lines_split_as_compose_splits_them(tmp_path: Path, line: str) -> None:
    escaped = line.replace("'", "''").replace("$", "$$")
    (tmp_path / "c.yaml").write_text(
        f"services:\n  a:\n    image: x\n    command: '{escaped}'\n".replace("\n ''", "\n  ")
    )
    if "\n" in line:
        quoted = line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        (tmp_path / "c.yaml").write_text(f'services: {{a: {{image: x, command: "{quoted}"}}}}\n')
    answer = config(tmp_path, "c.yaml")
    found = split(line)
    if isinstance(answer, str):
        assert found is None, answer
        return
    assert found is not None
    assert list(found.words) == (answer["services"]["a"]["command"] or [])


@pytest.mark.parametrize(
    ("line", "dropped"),
    [("a; b", "; b"), ("a && b", "&& b"), ("a 2>&1 c", "2>&1 c"), ("a '; b'", None), ("a", None), ("", None)],
)
def test_what_is_dropped_can_be_told(line: str, dropped: str | None) -> None:
    found = split(line)
    assert found is not None
    assert (None if found.dropped is None else line[found.dropped :]) == dropped


@given(st.text(alphabet="ab \t'\"\\`$();&|<>0=#", max_size=30))
def test_splitting_ends_and_makes_nothing_up(line: str) -> None:
    found = split(line)
    if found is not None:
        letters = [character for word in found.words for character in word]
        assert all(letters.count(character) <= line.count(character) for character in set(letters))
        assert found.dropped is None or line[found.dropped] in ";&|<>0123456789"


def ports(text: str, *more: str) -> list[str]:
    files = {f"{index}.yaml": SERVICE + f"    ports: {ports}\n" for index, ports in enumerate((text, *more))}
    found = loaded(files, *files)
    assert not found.problems
    listed = plain(at(found.root, "services", "a", "ports"))
    return [f"{port.get('published', '')}:{port['target']}" for port in listed]


def test_ranges_stay_ranges_until_another_entry_speaks_of_their_ports() -> None:
    assert ports("['1-65535:1-65535']") == ["1-65535:1-65535"]
    assert ports("['8000-8009:90-99']", "['7000:91']") == ["8000-8009:90-99", "7000:91"]
    assert ports("['8000-8009:90-99']", "['8004:94']") == ["8000-8003:90-93", "8004:94", "8005-8009:95-99"]
    assert ports("['8000-8003:80', '8001:80']") == ["8000-8003:80", "8001:80"]


def test_many_overlapping_ranges_cost_little() -> None:
    listed = ", ".join(f"'{first}-{first + 9000}:{first}-{first + 9000}'" for first in range(1, 2001))
    begin = time.process_time()
    assert len(ports(f"[{listed}]")) == 2000
    assert time.process_time() - begin < 5


def test_pieces_of_a_range_keep_its_place() -> None:
    found = loaded(SERVICE + "    ports: ['8000-8002:90-92', '8001:91']\n")
    port = at(found.root, "services", "a", "ports", 0)
    assert port.span.text == "'8000-8002:90-92'"
    assert port.get("target").span.text == "90-92"


def test_uses_have_names_that_users_know() -> None:
    text = (
        SERVICE + "    gpus: all\n    depends_on: {b: {condition: service_started, required: false}}\n  b: {image: x}\n"
    )
    found = loaded(text + "networks: {n: {external: {name: x}, enable_ipv4: true}}\n")
    assert [(use.name, use.since, bool(use.deprecated)) for use in found.uses] == [
        ("gpus", "2.30.0", False),
        ("depends_on.required", "2.20.0", False),
        ("external.name", "", True),
        ("networks.enable_ipv4", "2.33.1", False),
    ]


def test_files_without_history_collect_nothing() -> None:
    assert loaded(SERVICE + "    ports: ['80:80']\n    deploy: {replicas: 2}\n").uses == ()


def test_paths_move_with_an_included_file() -> None:
    inner = (
        "services:\n  i:\n    build: {context: ctx, dockerfile: D, additional_contexts: {a: ./b, c: 'https://x'}}\n"
        "    env_file: [{path: e.env, required: false}]\n    label_file: l\n    volumes: ['./d:/d', 'vol:/v']\n"
        "    develop: {watch: [{path: ./src, action: rebuild}]}\nsecrets: {s: {file: ./f}}\n"
        "volumes: {vol: , b: {driver: local, driver_opts: {o: bind, device: ./d}}}\n"
        "configs: {c: {content: ./not}}\n"
    )
    found = loaded({"c.yaml": "include: [sub/c.yaml]\n", "sub/c.yaml": inner, "sub/l": ""})
    service = plain(at(found.root, "services", "i"))
    assert service["build"] == {
        "context": "./sub/ctx", "dockerfile": "D", "additional_contexts": {"a": "./sub/b", "c": "https://x"}
    }  # fmt: skip
    assert service["env_file"][0]["path"] == "./sub/e.env" and service["label_file"] == ["./sub/l"]
    assert [mount["source"] for mount in service["volumes"]] == ["./sub/d", "vol"]
    assert service["develop"]["watch"][0]["path"] == "./sub/src"
    assert plain(at(found.root, "secrets", "s", "file")) == "./sub/f"
    assert plain(at(found.root, "volumes", "b", "driver_opts", "device")) == "./sub/d"
    assert plain(at(found.root, "configs", "c", "content")) == "./not"


def test_the_table_is_cheap_to_load(root: Path) -> None:
    """Building all of it takes a few milliseconds, and no module that a clean file does not need."""
    program = (
        "import lintstack.yaml, lintstack.compose.casts, lintstack.compose.parts, lintstack.compose.problems\n"
        "import sys, time\n"
        "before, begin = set(sys.modules), time.process_time()\n"
        "import lintstack.compose.format.document\n"
        "spent = time.process_time() - begin\n"
        "print(spent, *(set(sys.modules) - before))\n"
    )
    spent, *modules = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split()
    assert float(spent) < 0.2  # compiling the sources included
    assert all(name.startswith("lintstack.compose.format") for name in modules)
    assert "lintstack.compose.format.misplaced" not in modules
