"""Two environments of one project → what differs between them, service by service, with the place of each value.

Most of it is told by the merged trees, key by key; what Dockerfiles take part in (user, command, health check,
variables) by the facts of the stacks. Credentials are never part of a row: it says that they are set, or differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lintstack.facts import Fact, getter
from lintstack.factsheet import shown
from lintstack.join.secret_names import is_secret_name
from lintstack.join.secrets import scrubbed
from lintstack.model import Mount, Port, Service, Stack, Variable
from lintstack.named import NamedTuple
from lintstack.source import Span
from lintstack.yaml import Mapping as Tree
from lintstack.yaml import Node, Scalar, Sequence

SET, DIFFERS = "set", "differs"
_PROJECT = ("networks", "volumes", "secrets", "configs")
# Keys of a service that facts tell, since not only compose files decide them or each entry is a thing of its own.
_BY_FACTS = frozenset(
    "build.args command depends_on entrypoint environment healthcheck ports tmpfs user volumes".split()
)
_ORDER = """
    image build platform command entrypoint user ports expose volumes environment env_file healthcheck restart logging
    deploy depends_on networks profiles
""".split()
_FACTS = {
    "command": "command",
    "entrypoint": "entrypoint",
    "user": "user.value",
    "healthcheck.disabled": "healthcheck.disabled",
    "healthcheck.test": "healthcheck.test",
    "healthcheck.retries": "healthcheck.retries",
}
_NAME = re.compile(r"\$\{?([A-Za-z_]\w*)")
_BLAME = re.compile(r"\$\{([A-Za-z_]\w*):?\?[^{}]*\}")  # `${NAME:?what to say when it is missing}`
_SECONDS = ("interval", "timeout", "start_period", "start_interval")


class Cell(NamedTuple):
    """A value as one environment has it.

    Args:
        text: what is printed; no credential.
        at: where it comes from, the place that decided; None for what no file spells out.
        identity: what makes it the same as another one; may be a credential and is never printed.
    """

    text: str
    at: Span | None
    identity: object


class Row(NamedTuple):
    """One difference.

    Args:
        service: name of the service; "" for the project.
        key: what differs, in the words of a Compose file: `build.target`, `environment.LOG_LEVEL`, `ports.80/tcp`.
        left, right: the values; None where there is none.
    """

    service: str
    key: str
    left: Cell | None
    right: Cell | None


class Side(NamedTuple):
    """One environment.

    Args:
        stack: its stack.
        root: its merged tree.
    """

    stack: Stack
    root: Tree | None


Cells = dict[str, Cell]


def rows(left: Side, right: Side, secrets: frozenset[str] = frozenset()) -> Iterator[Row]:
    """What differs, the project first, then each service in the order of the files.

    Args:
        left, right: the environments.
        secrets: texts that are credentials somewhere and are printed nowhere.
    """
    yield from _differing("", _project(left, secrets), _project(right, secrets))
    ours, theirs = _services(left.stack), _services(right.stack)
    for name in dict.fromkeys((*ours, *theirs)):
        if name in ours and name in theirs:
            cells = (_service(side, found[name], secrets) for side, found in ((left, ours), (right, theirs)))
            yield from _differing(name, *cells)
        else:
            only = [Cell("runs", found[name].span, True) if name in found else None for found in (ours, theirs)]
            yield Row(name, "service", *only)


def _services(stack: Stack) -> dict[str, Service]:
    return {service.name: service for service in stack.services}


def _differing(service: str, left: Cells, right: Cells) -> Iterator[Row]:
    for key in sorted({*left, *right}, key=_rank):
        mine, other = left.get(key), right.get(key)
        if mine is None or other is None or mine.identity != other.identity:
            if mine and other and mine.text == other.text:
                other = other._replace(text=DIFFERS)
            yield Row(service, key, mine, other)


def _rank(key: str) -> tuple[int, str]:
    top = key.partition(".")[0]
    return _ORDER.index(top) if top in _ORDER else len(_ORDER), key


def _project(side: Side, secrets: frozenset[str]) -> Cells:
    """Resources of the project by section and name."""
    found: Cells = {}
    for section in _PROJECT:
        node = side.root.get(section) if side.root else None
        found |= dict(_leaves(node, section, secrets)) if node else {}
    return found


def _service(side: Side, service: Service, secrets: frozenset[str]) -> Cells:
    services = side.root.get("services") if side.root else None
    node = services.get(service.name) if isinstance(services, Tree) else None
    found: Cells = {}
    for name, value in node.items() if isinstance(node, Tree) else ():
        if name not in _BY_FACTS and not name.startswith("x-"):
            found |= {key: cell for key, cell in _leaves(value, name, secrets) if not key.startswith("build.args")}
    for key, name in _FACTS.items():
        _put(found, key, getter(name)(service), secrets)
    for name in _SECONDS:
        _put(found, f"healthcheck.{name}", getter(f"healthcheck.{name}")(service), secrets, _seconds)
    if "healthcheck.test" not in found:
        found = {key: cell for key, cell in found.items() if not key.startswith("healthcheck.") or cell.at}
    found |= {f"build.args.{item.name}": _variable(item, secrets) for item in service.build_args}
    found |= {f"environment.{item.name}": _variable(item, secrets) for item in service.environment}
    found |= {
        f"depends_on.{item.name}": _told(item.condition, str(item.condition.value)) for item in service.depends_on
    }
    found |= _joined("ports", ((f"{_target(item)}", _port(item), item.span) for item in service.ports))
    found |= _joined("volumes", ((item.target.value or item.name, _mount(item), item.span) for item in service.mounts))
    return found


def _put(
    found: Cells, key: str, fact: Fact[Any], secrets: frozenset[str], words: Callable[[Any], str] | None = None
) -> None:
    """Add the cell of a fact, unless it is absent or the default `false`."""
    if fact.unknown:
        found[key] = _told(fact, _raw(fact, secrets))
    elif fact.value is not None and fact.value is not False:
        value = shown(fact.value, secrets)
        text = words(fact.value) if words else " ".join(value) if isinstance(value, list) else str(value)
        found[key] = _told(fact, _line(text))


def _told(fact: Fact[Any], text: str) -> Cell:
    said = f"{text} (default)" if fact.default else text
    return Cell(said, fact.places[0].span if fact.decided else None, (fact.value, text if fact.unknown else ""))


def _raw(fact: Fact[Any], secrets: frozenset[str]) -> str:
    """What the file says where the value cannot be known: the words of one place, or of each item of a list."""
    if (fact.unknown or "").startswith("image `"):
        return _line(scrubbed(f"unknown: {fact.unknown}", secrets))  # The place names the image, not the value.
    said = tuple(_BLAME.sub(r"${\1}", place.span.text.strip("\"'")) for place in fact.places)
    words = shown(said if len(said) > 1 else " ".join(said), secrets)
    return _line(" ".join(words) if isinstance(words, list) else words) or f"unknown: {fact.unknown}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _seconds(value: float) -> str:
    minutes, seconds = divmod(value, 60)
    return f"{minutes:g}m{f'{seconds:g}s' if seconds else ''}" if minutes else f"{seconds:g}s"


def _variable(item: Variable, secrets: frozenset[str]) -> Cell:
    """A variable; of a credential only where it comes from."""
    value = item.value
    at = value.places[0].span if value.places else item.span
    if not item.is_secret.value:
        if value.absent:
            return Cell("from outside", at, None)
        text = _raw(value, secrets) if value.unknown else _line(scrubbed(value.value or "", secrets))
        return Cell(text or '""', at, (value.value, text))
    names = _NAME.findall(at.text)
    default = ":-***" if item.fallback.value else ""
    text = f"${{{names[0]}{default}}}" if names and not item.is_literal.value else SET
    return Cell(text, at, (value.value, value.unknown, text))


def _joined(section: str, items: Iterable[tuple[str, str, Span]]) -> Cells:
    """Cells of entries that have an identity of their own; several of one identity are one cell."""
    found: Cells = {}
    for name, text, at in items:
        key = f"{section}.{name}"
        before = found.get(key)
        said = f"{before.text}, {text}" if before else text
        found[key] = Cell(said, before.at if before else at, said)
    return found


def _target(port: Port) -> str:
    first, last = port.target.value, port.target_last.value
    ports = f"{first}-{last}" if last and last != first else f"{first}"
    return f"{ports if first else port.name}/{port.protocol.value or 'tcp'}"


def _port(port: Port) -> str:
    published = port.published.value or ("" if not port.published.unknown else "unknown")
    return f"{port.host_ip.value}:{published}" if port.host_ip.value else published or "a random port"


def _mount(mount: Mount) -> str:
    kind = mount.type.value or "volume"
    source = mount.source.value or ("anonymous volume" if kind == "volume" else kind)
    folder = f"{mount.service.stack.project}/"
    if mount.in_repository.value:
        source = f"./{source.removeprefix('./' if folder == './' else folder)}" if kind == "bind" else source
    return f"{source} (read-only)" if mount.read_only.value else source


def _leaves(node: Node, key: str, secrets: frozenset[str]) -> Iterator[tuple[str, Cell]]:
    """Every value below a key, by its path; a list is one value."""
    pending: list[tuple[Node, str]] = [(node, key)]
    while pending:
        found, path = pending.pop()
        if isinstance(found, Tree) and found.entries:
            pending += [(value, f"{path}.{name}") for name, value in found.items()]
        else:
            yield path, _leaf(found, path, secrets)


def _leaf(node: Node, key: str, secrets: frozenset[str]) -> Cell:
    if isinstance(node, Scalar) and node.is_null:
        return Cell("yes", node.span, None)
    value = _plain(node)
    hidden = is_secret_name(key.rpartition(".")[2]) and isinstance(node, Scalar)
    return Cell(SET if hidden else scrubbed(value, secrets), node.span, value)


def _plain(node: Node) -> str:
    """A value in one line; trees are at most 64 levels deep."""
    if isinstance(node, Scalar):
        return _line(_BLAME.sub(r"${\1}", node.raw) if node.unset else node.text)
    if isinstance(node, Sequence):
        return ", ".join(map(_plain, node.items))
    return " ".join(f"{name}={_plain(value)}" for name, value in node.items())
