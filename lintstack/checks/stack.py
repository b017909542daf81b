"""Checks of a stack as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Port, Service, Stack
from lintstack.named import NamedTuple

MOST_COMPARED = 50  # open listeners that a new one is compared with
MOST_RELATED = 5
LOOPBACK = "127.0.0.1"
NO_PORTS = ("host", "none", "service:", "container:")  # network modes under which `ports` has no effect


class Listener(NamedTuple):
    """A stretch of host ports that one entry of `ports` takes on one address family.

    Args:
        first, last: host ports.
        order: position of the entry in the stack.
        space: IP version and protocol; listeners in different spaces never meet.
        address: the address; "" for all of them.
        port: the entry.
    """

    first: int
    last: int
    order: int
    space: tuple[int, str]
    address: str
    port: Port


def host_port_conflict(stack: Stack) -> Iterator[Problem]:
    """Entries of `ports` whose host port is taken: by an earlier entry, or by a replica of the same service."""
    ports = [port for service in stack.services if _publishes(service) for port in service.ports]
    yield from (problem for port in ports if not stack.for_swarm.value for problem in _crowded(port))
    spaces: dict[tuple[int, str], list[Listener]] = {}
    for listener in (listener for order, port in enumerate(ports) for listener in _listeners(order, port)):
        spaces.setdefault(listener.space, []).append(listener)
    taken: dict[int, set[int]] = {}
    for one, other in chain.from_iterable(map(_clashes, spaces.values())):
        taken.setdefault(max(one.order, other.order), set()).add(min(one.order, other.order))
    for later, earlier in sorted(taken.items()):
        yield _conflict(ports[later], [ports[order] for order in sorted(earlier)[:MOST_RELATED]])


def _publishes(service: Service) -> bool:
    """Whether a service runs and its ports have an effect."""
    mode = service.network_mode
    return bool(service.replicas.value) and not mode.unknown and not (mode.value or "").startswith(NO_PORTS)


def _listeners(order: int, port: Port) -> Iterator[Listener]:
    first, last, protocol = port.published_first.value, port.published_last.value, port.protocol.value
    if first and last and protocol and not port.host_ip.unknown and not _first_free(port):
        for version, address in _addresses(port.host_ip.value or ""):
            yield Listener(first, last, order, (version, protocol), address, port)


def _first_free(port: Port) -> bool:
    """Whether a host range is offered to one container port: Docker takes the first free port of it."""
    return port.published_first.value != port.published_last.value and port.target.value == port.target_last.value


def _addresses(host: str) -> tuple[tuple[int, str], ...]:
    """IP versions and addresses that Docker listens on; without an address it listens on all of both."""
    if not host:
        return (4, ""), (6, "")
    if host == LOOPBACK:
        return ((4, host),)
    from ipaddress import ip_address

    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return ()
    return ((address.version, "" if address.is_unspecified else str(address)),)


def _clashes(listeners: Iterable[Listener]) -> Iterator[tuple[Listener, Listener]]:
    """Pairs of listeners of one space that cannot both be, found in a sweep over the ports."""
    from heapq import heappop, heappush

    open_: dict[str, dict[int, Listener]] = {}  # by address, then by order
    ends: list[tuple[int, int, str]] = []
    for listener in sorted(listeners):
        while ends and ends[0][0] < listener.first:
            _, order, address = heappop(ends)
            del open_[address][order]
            if not open_[address]:
                del open_[address]
        addresses = (listener.address, "") if listener.address else open_
        others = chain.from_iterable(open_[address].values() for address in addresses if address in open_)
        yield from ((listener, other) for other in _in_the_way(listener, islice(others, MOST_COMPARED)))
        open_.setdefault(listener.address, {})[listener.order] = listener
        heappush(ends, (listener.last, listener.order, listener.address))


def _in_the_way(listener: Listener, others: Iterable[Listener]) -> Iterator[Listener]:
    """Of the listeners that overlap with one: the first that stands before it in the stack, and all behind it."""
    settled = False
    for other in others:
        behind = other.order > listener.order
        if (behind or not settled) and _run_together(listener.port, other.port):
            settled = settled or not behind
            yield other


def _run_together(one: Port, other: Port) -> bool:
    """Whether the services of two ports can be up at once: one has no profiles, or they share one."""
    left, right = one.service.profiles, other.service.profiles
    if left.unknown or right.unknown:
        return one.service is other.service
    return not left.value or not right.value or not set(left.value).isdisjoint(right.value)


def _conflict(port: Port, earlier: Sequence[Port]) -> Problem:
    other = earlier[0]
    shared = _shared(port, other)
    if other.service is port.service:
        message = f"{port.service} publishes host port {shared} twice; drop one, or replace both by `ports: !override`"
    else:
        message = f"{port.service} publishes host port {shared}, which {other.service} has; give one of them another"
    at = port.published.span or port.span
    spans = ((item, item.published.span or item.span) for item in earlier)
    related = tuple(Place(span, f"{item.service} publishes it here") for item, span in spans if span != at)
    return Problem(message, Place(at), related, fact="ports", detail=f"{port.service.name}:{port.name}")


def _shared(one: Port, other: Port) -> str:
    first = max(one.published_first.value or 0, other.published_first.value or 0)
    last = min(one.published_last.value or 0, other.published_last.value or 0)
    return f"{first}" if first == last else f"{first}-{last}"


def _crowded(port: Port) -> Iterator[Problem]:
    """A port that is too few for the service's replicas."""
    first, last, replicas = port.published_first.value, port.published_last.value, port.service.replicas
    room = last - first + 1 if first and last and _first_free(port) else 1
    if first and (replicas.value or 1) > room:
        yield Problem(
            f"{port.service} runs {replicas.value} containers, and host port {port.published.value} "
            f"serves {room} of them; publish a longer range, or none behind a proxy",
            Place(port.published.span or port.span),
            tuple(Place(place.span, place.label or "so many containers") for place in replicas.places),
            fact="replicas",
            detail=f"{port.service.name}:{port.name}",
        )
