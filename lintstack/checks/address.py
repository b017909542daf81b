"""Checks of the hosts that services name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.join.address_names import NETWORK_SCHEMES, RELATIONAL, family_of_image
from lintstack.join.directory import Directory, listens, same_application
from lintstack.model import Address, Network, Port, Service, Stack
from lintstack.named import NamedTuple
from lintstack.recognise import words_of
from lintstack.source import span_key

PLACEHOLDERS = frozenset(
    """
    host hostname server example none null true false xxx changeme default todo smtp mail localhost your-host
    yourhost myhost my-host your-server domain local test disabled auto all any
    """.split()
)
MOST_MEANT = 20  # services that are looked at
SERVER_WORDS = frozenset("api backend server service grpc internal ssr".split())
WEB_SCHEMES = frozenset({"http", "https", "ws", "wss"})
DATABASE_WORDS = frozenset({"db", "database", "sql", "jdbc"})


def service_host_unknown(address: Address) -> Iterator[Problem]:
    """A host of one word that nothing in the stack answers to, where nothing outside of it can either."""
    host, service = address.host.value or "", address.service
    if not address.is_server_side.value or address.is_loopback.value or address.is_outside.value:
        return
    if "proxy" in words_of(address.variable.value or "")[-1:]:
        return  # `http_proxy`: the company's
    if address.reaches.value:
        if address.reaches.value not in (service.stack.service_names.value or ()):
            yield _problem(address, f"service `{address.reaches.value}` is in no active profile", "enable its profile")
    elif _is_name(host) and _is_meant(address) and _is_closed(service):
        alike = _directory(service.stack).near(host)
        fixed = any(item.fixed_name.value for item in _networks(service))
        if alike:
            yield _problem(address, "no service is called so", f"`{alike}` is the nearest name")
        elif host in service.stack.elsewhere:
            if service.stack.kind != "unknown":
                yield _problem(address, "a service of that name is in other environments only", "add it to this one")
        elif not fixed:
            yield _problem(address, "no service is called so", "name one of this stack, or add it")


def _problem(address: Address, fact: str, way: str) -> Problem:
    return Problem(
        f"{address.service} connects to host `{address.host.value}`{_by(address)}, and {fact}; {way}",
        address.host.places[0],
        fact="reaches",
    )


def _by(address: Address) -> str:
    return f" (`{address.variable.value}`)" if address.variable.value else ""


def _is_name(host: str) -> bool:
    return host not in PLACEHOLDERS and re.fullmatch(r"[a-z][a-z0-9]*(?:[_-]+[a-z0-9]+)*", host) is not None


def _is_meant(address: Address) -> bool:
    """Whether a word is surely a host: a kind of server, or a port, stands beside it."""
    scheme = address.scheme.value
    if scheme and scheme not in NETWORK_SCHEMES and not address.family.value:
        return False
    return bool(address.family.value or address.port_written.value)


def _is_closed(service: Service) -> bool:
    """Whether all that a service can reach by a single word stands in the stack."""
    stack = service.stack
    if stack.for_swarm.value or not stack.complete or len(stack.services) < 2 or service.extra_hosts.unknown:
        return False
    if service.network_mode.value or service.network_mode.unknown or service.networks.value is None:
        return False
    if not service.dns.absent or service.external_links.unknown:
        return False
    if _directory(stack).unsure:
        return False
    return not any(item.external.value is not False for item in _networks(service))


def _networks(service: Service) -> list[Network]:
    """The declared networks that a service is on."""
    declared = _declared(service.stack)
    return [declared[name] for name in service.networks.value or () if name in declared]


@lru_cache(maxsize=1)
def _declared(stack: Stack) -> dict[str, Network]:
    return {item.name: item for item in stack.networks}


def shared_network(address: Address) -> Iterator[Problem]:
    """A service that is named and that stands on other networks only."""
    target = address.target
    if target is None or target is address.service or address.networks.value != () or not address.connects.value:
        return
    if _misnames(address.service) or _misnames(target):
        return
    own, other = _networks(address.service), _networks(target)
    names = {item.fixed_name.value for item in own if item.fixed_name.value}
    if any(item.fixed_name.value in names or item.fixed_name.unknown for item in other) or _serves_another(address):
        return
    there = (target.networks.value or ("default",))[0]
    yield Problem(
        f"{address.service} connects to `{address.host.value}`{_by(address)}, and service `{target.name}` is on "
        f"none of its networks; add `{there}` to the networks of `{address.service.name}`",
        address.host.places[0],
        (*_on(address.service), *_on(target)),
        fact="networks",
    )


def _misnames(service: Service) -> bool:
    """Whether a service joins a network that nobody declares, and may mean another one."""
    return any(item.type.value == "network" and item.defined.value is not True for item in service.references)


class _Said(NamedTuple):
    """What the addresses of a stack say together.

    Args:
        lines: places of hosts that reach a service.
        variables: names of variables that reach a service.
    """

    lines: frozenset[tuple[str, int, int]]
    variables: frozenset[str]


@lru_cache(maxsize=1)  # of the stack at hand; only asked when there is something to report
def _said(stack: Stack) -> _Said:
    reached = [item for service in stack.services for item in service.addresses if item.networks.value]
    lines = frozenset(span_key(item.host.places[0].span) for item in reached)
    return _Said(lines, frozenset(item.variable.value or "" for item in reached))


@lru_cache(maxsize=1)
def _directory(stack: Stack) -> Directory:
    return Directory(stack.services)


def _serves_another(address: Address) -> bool:
    """Whether the same line names the host for another service, which reaches it: one environment for all of them."""
    return span_key(address.host.places[0].span) in _said(address.service.stack).lines


def _on(service: Service) -> tuple[Place, ...]:
    listed = ", ".join(service.networks.value or ())
    places = service.networks.places or (Place(service.span),)
    return (Place(places[0].span, f"`{service.name}` is on {listed[:100]}"),)


def container_port_between_services(address: Address) -> Iterator[Problem]:
    """A port of the host where the container's own is meant: the published port of an entry of `ports`."""
    target, port = address.target, address.port.value
    if target is None or target is address.service or not address.networks.value or not address.connects.value:
        return
    if not port or not address.port_written.value or port in listens(target) or _mentions(target, port):
        return
    for entry in target.ports:
        first, last, inside = entry.published_first.value, entry.published_last.value, entry.target.value
        if first and last and inside and first <= port <= last:
            target_port = inside + port - first if entry.target_last.value != inside else inside
            yield Problem(
                f"{address.service} connects to `{address.host.value}` on {port}{_by(address)}, its port on the host; "
                f"between services it is {target_port}",
                (address.port.places or address.host.places)[0],
                (Place(entry.span, "published here"),),
                fact="port",
            )
            return


def _mentions(service: Service, port: int) -> bool:
    """Whether a service's command or environment names a port: it may listen there, undeclared."""
    number = re.compile(rf"(?<!\d){port}(?!\d)")
    values = (item.value.value for item in service.environment if not item.is_secret.value)
    texts = (*(service.process.value or ()), *(text for text in values if text))
    return any(number.search(text[:4096]) for text in texts)


def localhost_between_services(address: Address) -> Iterator[Problem]:
    """`localhost` for what another service of the stack serves, and not this one."""
    service = address.service
    if (
        not address.is_loopback.value
        or not address.is_server_side.value
        or not _is_alone(service)
        or _is_overridden(address)
    ):
        return
    port = address.port.value if address.port_written.value else None
    if port and (port in listens(service) or any(_covers(entry, port) for entry in service.ports)):
        return
    meant = _meant(address, port)
    if meant:
        named = " or ".join(f"`{item.name}`" for item in meant[:2])
        yield Problem(
            f"`{address.host.value}`{_by(address)} is the container of {service} itself, which is nothing of the "
            f"kind; write the name of service {named}",
            address.host.places[0],
            tuple(Place(item.span, "another container") for item in meant[:2]),
            fact="is_loopback",
        )


def _is_overridden(address: Address) -> bool:
    """Whether an env file, which serves many, says it, and another service replaces it by the name of a service."""
    return address.source.value == "env-file" and address.variable.value in _said(address.service.stack).variables


def _is_alone(service: Service) -> bool:
    """Whether no other container shares a service's network."""
    if service.network_mode.value or service.network_mode.unknown:
        return False
    return {service.name, ""}.isdisjoint(_directory(service.stack).hosts)


def _covers(entry: Port, port: int) -> bool:
    first, last = entry.published_first.value, entry.published_last.value
    return bool(first and last and first <= port <= last)


def _meant(address: Address, port: int | None) -> list[Service]:
    """Services that are meant: of that kind, or with that name and that port, which is published nowhere."""
    service, directory = address.service, _directory(address.service.stack)
    kinds = _kinds(address)
    if kinds:
        if service.base_image.unknown or family_of_image(service.base_image.value or "") in kinds:
            return []
        found = [item for kind in sorted(kinds) for item in directory.by_family.get(kind, ())[:MOST_MEANT]]
        return [item for item in found if port is None or port in listens(item) or _published(item, port)]
    if port is None or port in directory.published:
        return []
    said = set(words_of(address.variable.value or ""))
    alike = directory.by_port.get(port, ())[:MOST_MEANT]
    return [item for item in alike if item is not service and not said.isdisjoint(words_of(item.name))]


def _published(service: Service, port: int) -> bool:
    return any(_covers(entry, port) for entry in service.ports)


def _kinds(address: Address) -> frozenset[str]:
    """Families that are meant."""
    if address.family.value:
        return frozenset({address.family.value})
    named = not DATABASE_WORDS.isdisjoint(words_of(address.variable.value or ""))
    return RELATIONAL | {"mongodb"} if named and not address.scheme.value else frozenset()


def localhost_for_browsers(address: Address) -> Iterator[Problem]:
    """`localhost` and a port that another service publishes: right for a browser, wrong for the service itself."""
    service, port = address.service, address.port.value
    words = words_of(address.variable.value or "")
    named = not address.is_browser_side.value or not SERVER_WORDS.isdisjoint(words)
    if (
        not address.is_loopback.value
        or address.scheme.value not in WEB_SCHEMES
        or not named
        or not address.connects.value
    ):
        return
    if not port or port in listens(service) or any(_covers(entry, port) for entry in service.ports):
        return
    if port not in _directory(service.stack).published or not _is_alone(service):
        return
    for other in islice(service.stack.services, MOST_MEANT):
        entry = next((item for item in other.ports if _covers(item, port)), None)
        if entry is not None and other is not service and not same_application(service, other):
            yield Problem(
                f"`{address.host.value}:{port}`{_by(address)} reaches {other} from a browser on this host only; "
                f"{service} itself finds it at `{other.name}:{entry.target.value or port}`",
                address.host.places[0],
                (Place(entry.span, "published here"),),
                fact="is_loopback",
            )
            return
