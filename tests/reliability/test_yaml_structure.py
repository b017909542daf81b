"""Table A: YAML that wants to exhaust, confuse or be executed: the planted service is reported, or the file refused."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.reliability.gauge import Gauge
from tests.reliability.lint import BESIDE, NEIGHBOURS, House, meets, within

PLANT = "services:\n  planted:\n    image: nginx:latest\n    user: root\n"  # 4 lines; latest on 3, root on 4
HIT = ("planted-latest compose.yaml:3", "planted-root compose.yaml:4")


class Case(NamedTuple):
    """A compose file, what must be said about it, and what that may cost."""

    id: str
    text: str
    expected: tuple[str, ...]
    seconds: float = 1.0
    megabytes: float = 100


def _powers(levels: int, width: int = 9) -> str:
    """Anchors of which each holds the one before `width` times."""
    lines = [f"x-0: &a0 [{', '.join(['1'] * width)}]"]
    lines += [f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def _merges(levels: int) -> str:
    lines = ["x-0: &m0 {k: v}"]
    lines += [f"x-{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}], k{n}: v}}" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def _many_merges(count: int) -> str:
    keys = "\n".join(f"  k{n}: v" for n in range(count))
    return f"x-big: &big\n{keys}\n" + "\n".join(f"x-{n}:\n  <<: *big" for n in range(count)) + "\n"


def _block(depth: int) -> str:
    return "x-deep:\n" + "".join(f"{' ' * (n + 1)}k:\n" for n in range(depth))


def _service(*lines: str) -> str:
    """The planted service with more lines, from line 5 on."""
    return PLANT + "".join(f"    {line}\n" for line in lines)


def _deep(line: int) -> tuple[str, ...]:
    return (f"yaml-limit compose.yaml:{line} nested deeper than 64 levels",)


SCHEMA = ("compose-schema compose.yaml:5",)
WHOLE = ("compose-schema compose.yaml:5 `scale` must be a whole number",)
EXPAND = "aliases expand to more than 100000 nodes"

CASES = (
    Case("A1-alias-bomb-in-extension", PLANT + _powers(9), (*HIT, f"yaml-limit compose.yaml:10 {EXPAND}"), 1, 150),
    Case(
        "A1-alias-bomb-before-services",
        _powers(9) + PLANT,
        (f"yaml-limit compose.yaml:6 {EXPAND}", "planted-latest compose.yaml:12", "planted-root compose.yaml:13"),
        1,
        150,
    ),
    Case(
        "A2-alias-bomb-reached",
        _service("labels: [*a5, *a5]").replace(PLANT, _powers(6) + PLANT),
        (f"yaml-limit compose.yaml:6 {EXPAND}", "planted-latest compose.yaml:9"),
        1,
        150,
    ),
    Case(
        "A2-the-last-alias-is-too-much",
        _powers(5) + _service("labels: *a4"),
        (f"yaml-limit compose.yaml:10 {EXPAND}", "planted-latest compose.yaml:8", "planted-root compose.yaml:9"),
        1,
        150,
    ),
    Case(
        "A3-merge-doubling",
        _merges(24) + PLANT,
        ("planted-latest compose.yaml:27", "planted-root compose.yaml:28"),
        1,
        150,
    ),
    Case(
        "A4-thousand-merges",
        _many_merges(1000) + PLANT,
        (f"yaml-limit compose.yaml:1199 {EXPAND}", "planted-latest compose.yaml:3004"),
        4,
        300,
    ),
    Case(
        "A5-at-the-cap", PLANT + "x-d: " + "[" * 63 + "]" * 63 + "\nx-e: " + "{a: " * 63 + "}" * 63 + "\n", HIT, 1, 150
    ),
    Case("A5-one-too-deep", PLANT + "x-d: " + "[" * 64 + "]" * 64 + "\n", _deep(5), 1, 150),
    Case("A5-closed-brackets", PLANT + "x-d: " + "[" * 5000 + "]" * 5000 + "\n", _deep(5), 1, 150),
    Case("A5-open-brackets", PLANT + "x-d: " + "[" * 100_000, _deep(5), 1, 150),
    Case("A5-open-braces", PLANT + "x-d: " + "{a: " * 3000, _deep(5), 1, 150),
    Case("A5-deep-block", PLANT + _block(400), _deep(69), 1, 150),
    Case("A5-dashes", PLANT + "x-d:\n" + "- " * 5000 + "x\n", _deep(6), 1, 150),
    Case("A6-map-in-itself", PLANT + "x-a: &a {x: *a}\n", (*HIT, "yaml-cycle compose.yaml:5 `*a` stands inside")),
    Case("A6-list-in-itself", PLANT + "x-l: &l [*l]\n", (*HIT, "yaml-cycle compose.yaml:5 `*l` stands inside")),
    Case("A6-service-in-itself", "services: &s\n  planted: *s\n", ("yaml-cycle compose.yaml:2 `*s` stands inside",)),
    Case(
        "A7-service-twice",
        PLANT + "  planted:\n    image: alpine:3.20\n",
        (
            "yaml-duplicate-key compose.yaml:5 `planted` on line 5 is already set on line 2",
            "planted-latest compose.yaml:3",
        ),
    ),
    Case("A7-top-key-twice", PLANT + "services: {}\n", ("yaml-duplicate-key compose.yaml:5 on line 1;", *HIT)),
    Case(
        "A7-two-merges",
        "x-a: &a {user: root}\nx-b: &b {image: nginx:latest}\nservices:\n  planted:\n    <<: *a\n    <<: *b\n",
        ("yaml-duplicate-key compose.yaml:6 `<<` on line 6 is already set on line 5", "planted-root compose.yaml:1"),
    ),
    Case(
        "A8-second-document",
        "services:\n  planted:\n    image: alpine:3.20\n    user: app\n---\nservices:\n  planted:\n    user: root\n",
        ("planted-root compose.yaml:8",),
    ),
    Case(
        "A8-empty-documents",
        "---\n---\n" + PLANT + "---\n",
        ("planted-latest compose.yaml:5", "compose-schema compose.yaml:1", "compose-schema compose.yaml:7"),
    ),
    Case("A9-text-behind-the-end", PLANT + "...\nx: y\n", (*HIT, "yaml-syntax compose.yaml:6 the document has ended")),
    Case(
        "A10-python-object",
        _service("labels: !!python/object/apply:os.system ['touch PWNED']"),
        HIT,
    ),
    Case("A10-python-name", PLANT + "x-p: !!python/name:os.system\n", HIT),
    Case("A10-unknown-tag", PLANT + "x-u: !nobody {a: b}\n", HIT),
    Case("A10-binary", PLANT + "x-b: !!binary aGVsbG8=\n", HIT),
    Case("A10-bad-int", PLANT + "x-i: !!int zz\n", HIT),
    Case("A10-date", PLANT + "x-d: 2020-99-99\nx-e: !!timestamp 2020-99-99\n", HIT),
    Case(
        "A10-tag-directive",
        "%TAG !e! tag:example.com,2000:\n---\n" + PLANT + "x-t: !e!x y\n",
        ("planted-latest compose.yaml:5",),
    ),
    Case("A11-huge-int", _service(f"mem_limit: {'9' * 5000}"), HIT),
    Case("A11-huge-int-scale", _service(f"scale: {'9' * 5000}"), (*HIT, *WHOLE)),
    Case("A11-overflow", _service("scale: 1e999999"), (*HIT, *WHOLE)),
    Case("A11-nan", _service("scale: .inf", "cpus: .nan"), (*HIT, *WHOLE)),
    Case("A11-hex", _service(f"scale: 0x{'f' * 4000}"), (*HIT, *WHOLE)),
    Case("A11-underscores", _service("scale: 1_000", "cpus: 0b11"), HIT),
    Case("A12-beyond-unicode", PLANT + 'x-u: "\\UFFFFFFFF"\n', ("yaml-syntax compose.yaml:5 not a Unicode character",)),
    Case(
        "A12-surrogate-name", 'services:\n  "\\ud800":\n    image: x:latest\n', ("yaml-syntax compose.yaml:2 escape",)
    ),
    Case("A12-surrogate-pair", PLANT + 'x-u: "\\ud83d\\ude00"\n', ("yaml-syntax compose.yaml:5 escape",)),
    Case("A13-old-yaml", "%YAML 1.1\n---\n" + PLANT + "    privileged: yes\n", ("planted-privileged compose.yaml:7",)),
    Case("A13-future-yaml", "%YAML 2.0\n---\n" + PLANT, ("yaml-syntax compose.yaml:1 only YAML 1.x",)),
    Case(
        "A14-anchor-redefined",
        "x-a: &u app\nx-b: &u root\nservices:\n  planted:\n    image: nginx:latest\n    user: *u\n",
        ("planted-root compose.yaml:2", "planted-latest compose.yaml:5"),
    ),
    Case(
        "A14-first-merge-wins",
        "x-a: &a {user: root}\nx-b: &b {user: app}\nservices:\n  planted:\n    <<: [*a, *b]\n    image: nginx:1.27.1\n",
        ("planted-root compose.yaml:1",),
    ),
    Case(
        "A14-own-key-wins",
        "x-a: &a {user: app}\nservices:\n  planted:\n    user: root\n    <<: *a\n    image: nginx:1.27.1\n",
        ("planted-root compose.yaml:4",),
    ),
    Case("A14-escaped-key", 'services:\n  p:\n    "im\\x61ge": nginx:latest\n', ("planted-latest compose.yaml:3",)),
    Case(
        "A14-tagged-merge",
        "x-a: &a {user: root}\nservices:\n  p:\n    !!merge <<: *a\n    image: nginx:1.27.1\n",
        ("planted-root compose.yaml:1",),
    ),
    Case(
        "A15-int-service",
        "services:\n  1: {image: nginx:latest}\n",
        ("compose-schema compose.yaml:2 `1` must be a string", "planted-latest compose.yaml:2"),
    ),
    Case("A15-null-service-name", PLANT + "  ~: {image: alpine}\n", (*HIT, *SCHEMA)),
    Case("A15-bool-service-name", PLANT + "  true: {image: alpine}\n", (*HIT, *SCHEMA)),
    Case("A15-complex-key", PLANT + "  ? [a, b]\n  : {image: alpine}\n", (*HIT, *SCHEMA)),
    Case("A15-null-service", PLANT + "  empty:\n", (*HIT, "compose-schema compose.yaml:5")),
    Case("A15-text-service", PLANT + "  text: words\n", (*HIT, *SCHEMA)),
    Case("A15-list-service", PLANT + "  list: [words]\n", (*HIT, *SCHEMA)),
    *(
        Case(f"A15-{key}-{kind}", _service(f"{key}: {value}"), (*HIT[:1], *SCHEMA))
        for key in (
            "build cap_add command configs deploy devices depends_on environment extends healthcheck labels logging"
            " networks ports secrets sysctls ulimits volumes"
        ).split()
        for kind, value in (("number", "12.5"), ("nested", "[[[]]]"))
    ),
    Case("A16-empty", "", ("compose-schema compose.yaml:1 the top level must be a mapping",)),
    Case("A16-comment", "# nothing\n", ("compose-schema compose.yaml:1 the top level must be a mapping",)),
    Case("A16-scalar", "nginx:latest\n", ("compose-schema compose.yaml:1 the top level of a Compose file must",)),
    Case(
        "A16-list", "- image: nginx:latest\n", ("compose-schema compose.yaml:1 the top level of a Compose file must",)
    ),
    Case("A16-null", "~\n", ("compose-schema compose.yaml:1 the file is empty",)),
    Case("A16-services-null", "services:\n", ("compose-schema compose.yaml:1 `services` has no value",)),
    Case("A16-services-list", "services: [nginx]\n", ("compose-schema compose.yaml:1 `services` must be a mapping",)),
    Case(
        "A17-dependencies-in-a-circle",
        _service("depends_on: [other]") + "  other: {image: alpine:3.20, depends_on: [planted]}\n",
        (*HIT, "compose-cycle compose.yaml:6 planted -> other -> planted"),
    ),
    Case("A17-depends-on-itself", _service("depends_on: [planted]"), (*HIT, "compose-cycle compose.yaml:5 planted")),
    Case("A17-behind-a-profile", _service("profiles: [never]"), HIT),
    Case("A17-two-billion", _service("scale: 2000000000"), HIT),
    Case(
        "A18-wide-ranges",
        _service(*(["ports:"] + [f'  - "{p}1-65535:1-65535"' for p in ("", "[::1]:", "127.0.0.1:")])),
        HIT,
        1,
        120,
    ),
    Case(
        "A18-long-port", _service('ports: ["1-99999999999:80"]'), (*HIT, f"{SCHEMA[0]} the host port must be"), 1, 120
    ),
    Case("A18-reversed", _service('ports: ["90-80:90-80"]'), (*HIT, f"{SCHEMA[0]} the container port"), 1, 120),
    Case("A18-open-address", _service('ports: ["[::1:80"]'), (*HIT, f"{SCHEMA[0]} must be an IP address"), 1, 120),
    Case("A18-huge-number", _service(f"ports: [{'9' * 5000}]"), (*HIT, f"{SCHEMA[0]} the container port"), 1, 120),
    Case(
        "A18-nan",
        _service("ports: [.nan, .inf, 1e400]"),
        (*HIT, f"{SCHEMA[0]} a value must be a finite number"),
        1,
        120,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_file_is_judged_or_refused(case: Case, house: House, gauge: Gauge) -> None:
    folder = house.tree({"compose.yaml": case.text, **BESIDE})
    outcome = house.weigh(gauge, folder)
    assert outcome.exit == 1
    assert outcome.places >= NEIGHBOURS
    assert meets(outcome, case.expected) == [], sorted(outcome.places - NEIGHBOURS)
    assert not (folder / "PWNED").exists()
    within(outcome, case.seconds, case.megabytes)


def test_what_is_refused_in_one_file_does_not_hide_its_neighbour(house: House) -> None:
    """All bad files in one tree, linted with every rule: each is reported, the good are complete, no check breaks."""
    files = {f"f{index}/compose.yaml": case.text for index, case in enumerate(CASES)}
    outcome = house.lint(house.tree({**files, **BESIDE}), rules="all")
    assert outcome.places >= NEIGHBOURS
    assert set(files) <= {path for _, path, _ in outcome.places}
