"""The tables of truths of the fixture stacks (`facts.md`), held against what lintstack reads from the files.

Each environment is a table with a row for each service, written by hand from the team's document; `–` means that
there is nothing, `?` that the files do not tell.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lintstack.config import load
from lintstack.facts import Fact
from lintstack.model import Service, Stack
from lintstack.scope import Options
from lintstack.stacks import Stacks
from tests.stacks import copied

NONE, UNKNOWN = "–", "?"
Row = dict[str, str]
Table = dict[str, Row]  # by service


def read(stack: Path) -> dict[str, Table]:
    """The tables of a fixture by environment."""
    tables: dict[str, Table] = {}
    columns: list[str] = []
    for line in (stack / "facts.md").read_text("utf-8").splitlines():
        if line.startswith("## "):
            tables[line.removeprefix("## ")] = {}
            columns = []
        elif line.startswith("|") and not line.startswith("|--"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if columns:
                tables[next(reversed(tables))][cells[0]] = dict(zip(columns, cells[1:], strict=True))
            columns = columns or cells[1:]
    return tables


def differing(stack: Path) -> list[str]:
    """What lintstack reads otherwise than the tables say: environment, service, column, both cells."""
    told, known = read(stack), modelled(stack)
    wanted = [
        (name, service, column, cell)
        for name, rows in told.items()
        for service, row in rows.items()
        for column, cell in row.items()
    ]
    cells = {(name, service): row for name, rows in known.items() for service, row in rows.items()}
    unlisted = [f"{name}: {service} has no row" for name, service in cells if service not in told.get(name, {})]
    return unlisted + [
        f"{name}: {service}: {column}: {cell}, read as {found}"
        for name, service, column, cell in wanted
        if cell != (found := cells.get((name, service), {}).get(column, "nothing"))
    ]


def modelled(stack: Path) -> dict[str, Table]:
    """What lintstack knows of a fixture, in the words of its tables."""
    with tempfile.TemporaryDirectory() as folder:
        root = str(copied(stack, Path(folder)))
        made = [item for group in Stacks(Options((root,), load(root))) for item in group]
        return {item.environment: dict(_rows(item, root)) for item in made if item.files}


def _rows(stack: Stack, root: str) -> Iterator[tuple[str, Row]]:
    for service in stack.services:
        yield service.name, {name: tell(service).replace(f"{root}/", "") or NONE for name, tell in COLUMNS.items()}


def _said(fact: Fact[Any]) -> str:
    if fact.unknown:
        return UNKNOWN
    return "" if fact.value is None else f"{fact.value:g}" if isinstance(fact.value, float) else str(fact.value)


def _user(service: Service) -> str:
    user = service.user
    if user.is_root.unknown:
        return f"{_said(user.value)}?"
    steps_down = _said(user.value) == "root" and not user.is_root.value
    return "root, steps down" if steps_down else _said(user.value)


def _healthcheck(service: Service) -> str:
    check = service.healthcheck
    if not check.defined.value:
        return ""
    if check.source.value == "base-image":
        return "the image's"
    port = f" :{check.port.value}" if check.port.value else ""
    pace = "/".join(_said(fact) for fact in (check.interval, check.timeout, check.retries, check.start_period))
    where = " (Dockerfile)" if check.source.value == "dockerfile" else ""
    return f"{_said(check.program)}{port} {pace}{where}"


def _ports(service: Service) -> str:
    return ", ".join(
        f"{f'{port.host_ip.value}:' if port.host_ip.value else ''}{_said(port.published)}→{port.target.value}"
        for port in service.ports
    )


def _mounts(service: Service) -> str:
    return ", ".join(
        f"{_said(mount.source) or mount.type.value}→{mount.target.value}{' ro' if mount.read_only.value else ''}"
        for mount in service.mounts
    )


def _limits(service: Service) -> str:
    memory = service.memory_limit.value
    found = [f"{_said(service.cpu_limit)} CPU"] if service.cpu_limit.value else []
    return ", ".join([*found, f"{memory >> 20} MiB"] if memory else found)


def _image(service: Service) -> str:
    if service.build:
        return f"{_said(service.build.stage_name)} of {_said(service.build.dockerfile)}"
    return f"{_said(service.image.reference)} ({_said(service.image.pinned)})" if service.image else ""


def _first(service: Service) -> str:
    words = service.process.value
    return "docker-init" if service.init.value else words[0] if words else _said(service.process)


COLUMNS: dict[str, Callable[[Service], str]] = {
    "user": _user,
    "health check": _healthcheck,
    "ports": _ports,
    "exposed": lambda service: ", ".join(port.removesuffix("/tcp") for port in service.exposed.value or ()),
    "mounts": _mounts,
    "limits": _limits,
    "restart": lambda service: _said(service.restart),
    "image": _image,
    "networks": lambda service: ", ".join(service.networks.value or ()),
    "PID 1": _first,
    "TZ": lambda service: next((_said(item.value) for item in service.environment if item.name == "TZ"), ""),
}
