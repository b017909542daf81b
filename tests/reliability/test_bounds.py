"""Large projects end within seconds and megabytes, and twice the input costs about twice the time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.reliability.gauge import Cost, Gauge
from tests.reliability.lint import Files, House

SECONDS, MEGABYTES = 5.0, 300.0
PLAIN = "services: {a: {image: x}}\n"


def _items(key: str, count: int, item: str) -> str:
    """One field of a service with many items; `%` is the number of the item."""
    lines = "".join(f"      {item.replace('%', str(n))}\n" for n in range(1, count))
    return f"services:\n  a:\n    image: postgres:17\n    {key}:\n{lines}"


def _services(count: int, body: str) -> str:
    """Services of one line; `%` is the number of the service, `@` that of the next."""
    lines = (body.replace("%", str(n)).replace("@", str(n + 1)) for n in range(count))
    return "services:\n" + "".join(f"  s{n}: {{{line}}}\n" for n, line in enumerate(lines))


def _list(key: str, item: str) -> Callable[[int], Files]:
    return lambda count: {"compose.yaml": _items(key, count, item)}


def _many(body: str) -> Callable[[int], Files]:
    return lambda count: {"compose.yaml": _services(count, body)}


def _overlays(count: int) -> Files:
    """Environments: one base with overlays of every name."""
    overlays = {f"compose.o{n}.yaml": "services: {a: {user: app}}\n" for n in range(count)}
    return {"compose.yaml": PLAIN, **overlays}


def _layers(count: int, keys: int) -> Files:
    """One environment of many files that all set the same keys."""
    names = [f"f{n}.yaml" for n in range(count)]
    files = {name: _items("environment", keys, f"A%: v{name}") for name in names}
    return {**files, ".lintstack.yaml": f"environments:\n  prod:\n    files: [{', '.join(names)}]\n"}


def _services_in(count: int, services: int) -> Files:
    """One environment of many files that all say something about the same services."""
    names = [f"compose.f{n}.yaml" for n in range(count)]
    files = {name: _services(services, f"image: 'x:1', hostname: h{count}") for name in names}
    return {**files, ".lintstack.yaml": f"environments:\n  prod:\n    files: [{', '.join(names)}]\n"}


def _includes(count: int) -> Files:
    names = [f"i{n}.yaml" for n in range(count)]
    body = {
        name: _services(4, f"image: 'x:1', container_name: '{name}-%'").replace("  s", f"  s{name[1:-5]}-")
        for name in names
    }
    return {**body, "compose.yaml": f"include: [{', '.join(names)}]\n{PLAIN}"}


def _wide(width: int) -> Files:
    """Three rows of files in which each includes all of the next row."""
    rows = ["abc"[level] for level in range(3)]
    below = {"a": "b", "b": "c"}
    files = {"compose.yaml": f"include: [{', '.join(f'a{n}.yaml' for n in range(width))}]\n{PLAIN}"}
    for row in rows:
        for n in range(width):
            listed = ", ".join(f"{below[row]}{m}.yaml" for m in range(width)) if row in below else ""
            files[f"{row}{n}.yaml"] = f"include: [{listed}]\n" if listed else f"services: {{c{n}: {{image: 'x:1'}}}}\n"
    return files


def _extends(count: int) -> Files:
    chain = _services(count, "extends: s@, user: 'u%'")
    return {"compose.yaml": f"{chain}  s{count}: {{image: 'x:1'}}\n"}


def _upside_down(count: int) -> Files:
    """The same chain with each service behind the one that extends it."""
    lines = [f"  s{n + 1}: {{extends: s{n}, user: 'u{n}'}}\n" for n in range(count)]
    return {"compose.yaml": "services:\n  s0: {image: 'x:1'}\n" + "".join(lines)}


def _aliases(count: int) -> Files:
    return {"compose.yaml": "x-a: &a {A: b, C: d}\n" + _services(count, "image: 'x:1', environment: *a")}


def _env_files(count: int) -> Files:
    """The product of services and variables."""
    variables = "".join(f"A{n}=${{A{n - 1}:-b}}\n" for n in range(count))
    return {"compose.yaml": _services(count, "image: 'x:1', env_file: [e.env]"), "e.env": variables}


def _scalar(text: str) -> Files:
    return {"compose.yaml": f"services:\n  a:\n    image: x\n    {text}\n"}


SERVICE = "image: 'nginx:1.27', restart: always, ports: ['%:80'], environment: {A: b}"
LARGE: dict[str, Callable[[], Files]] = {
    "10000-services": lambda: {"compose.yaml": _services(10_000, SERVICE)},
    "300-includes": lambda: _includes(300),
    "three-rows-of-60-includes": lambda: _wide(60),
    "30000-missing-includes": lambda: {
        "compose.yaml": "include:\n" + "".join(f"  - x{n}.yaml\n" for n in range(30_000)) + PLAIN
    },
    "5000-keys-in-21-files": lambda: _layers(21, 5_000),
    "4500-services-in-21-files": lambda: _services_in(21, 4_500),
    "2000-overlays-of-one-base": lambda: _overlays(2_000),
    "2000-documents": lambda: {"compose.yaml": PLAIN + "---\nservices: {a: {user: app}}\n" * 2_000},
    "2000-services-with-2000-variables-each": lambda: _env_files(2_000),
    "100000-ports": lambda: _list("ports", "- '%:80'")(99_000),
    "90000-mounts": lambda: _list("volumes", "- ./a%:/b%")(90_000),
    "100000-dependencies-nobody-has": lambda: _list("depends_on", "- s%")(99_000),
    "100000-labels": lambda: _list("labels", "a%: b")(99_000),
    "100000-words": lambda: _list("command", "- x")(99_000),
    "a-scalar-of-5-MB": lambda: _scalar("hostname: " + "a" * 4_900_000),
    "a-command-of-5-MB": lambda: _scalar("command: " + "a b " * 1_200_000),
    "a-mount-of-4-MB": lambda: _scalar("volumes: ['" + "a:" * 2_000_000 + "']"),
    "a-URL-of-4-MB": lambda: _scalar("environment: {U: 'x://" + "a:" * 1_000_000 + "b@" * 1_000_000 + "x'}"),
    "2000000-blank-lines": lambda: _scalar("restart: always" + " \n" * 2_000_000),
}


def _lint(gauge: Gauge, house: House, files: Files) -> Cost:
    """Every rule, as in production."""
    folder = house.tree(files)
    words = () if ".lintstack.yaml" in files else ("--config", str(house.home / "all.yaml"))
    cost = gauge.run(folder, "check", "--preset", "strict", "--as", "prod", "-o", "concise", *words, ".")
    assert cost.code in (0, 1), cost.errors
    assert cost.refused == ()
    assert "internal-error" not in cost.out
    return cost


@pytest.mark.parametrize("shape", LARGE)
def test_a_large_project(shape: str, house: House, gauge: Gauge) -> None:
    cost = _lint(gauge, house, LARGE[shape]())
    assert cost.seconds < SECONDS
    assert cost.megabytes < MEGABYTES


# Generators by what they have many of, with a number that takes about a fifth of a second.
FAMILIES: dict[str, tuple[Callable[[int], Files], int]] = {
    "services": (_many(SERVICE), 400),
    "services-that-depend": (_many("image: 'x:1', depends_on: [s@]"), 400),
    "ports": (_list("ports", "- '%:80'"), 3_000),
    "volumes": (_list("volumes", "- ./a%:/b%"), 2_000),
    "environment": (_list("environment", "A%: b"), 6_000),
    "labels": (_list("labels", "- a%=b"), 10_000),
    "interpolations": (_list("environment", "A%: ${B%:-c}-${C}"), 4_000),
    "aliases": (_aliases, 400),
    "includes": (_includes, 100),
    "extends": (_extends, 400),
    "extends-the-other-way": (_upside_down, 400),
    "overlays": (_overlays, 150),
    "layers": (lambda n: _layers(n, 200), 15),
    "dependencies-nobody-has": (_list("depends_on", "- s%"), 2_000),
    "networks": (
        lambda n: {"compose.yaml": PLAIN + "networks:\n" + "".join(f"  n{i}: {{}}\n" for i in range(n))},
        5_000,
    ),
    "unknown-keys": (lambda n: _scalar("".join(f"k{i}: x\n    " for i in range(n))), 2_000),
}
NOISE = 0.15  # seconds by which two runs of one thing may differ


@pytest.mark.parametrize("family", FAMILIES)
def test_twice_the_input_costs_about_twice(family: str, house: House, gauge: Gauge) -> None:
    make, count = FAMILIES[family]
    once = _lint(gauge, house, make(count))
    twice = _lint(gauge, house, make(2 * count))
    assert twice.seconds <= 3 * once.seconds + NOISE
    assert twice.megabytes <= 2.2 * once.megabytes
