"""Checks of networks, of what services are called on them, and of who meets whom there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from lintstack.facts import Fact, Place
from lintstack.findings import Problem
from lintstack.model import Attachment, Network, Service, Stack

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

    Range = IPv4Network | IPv6Network
    Ip = IPv4Address | IPv6Address

MOST_RELATED = 5
MOST_EDGES = 20
MOST_COMPARED = 200  # subnets of a stack that are compared
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def _range(text: str) -> Range | None:
    from ipaddress import ip_network

    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def _ip(text: str) -> Ip | None:
    from ipaddress import ip_address

    try:
        return ip_address(text.strip())
    except ValueError:
        return None


def _texts(fact: Fact[tuple[str, ...]]) -> Iterable[tuple[str, Place]]:
    return zip(fact.value or (), fact.places, strict=False)


def subnet_invalid(network: Network) -> Iterator[Problem]:
    """Subnets, gateways and ranges that the engine refuses."""
    if network.external.value is not False:
        return
    subnets = [found for text, _ in _texts(network.subnets) if (found := _range(text))]
    for text, place in _texts(network.subnets):
        found = _range(text)
        if found is None or "/" not in text:
            yield Problem(f"`{text}` is no range of addresses such as `10.20.0.0/16`", place, fact="subnets")
        elif str(found.network_address) != str(_ip(text.partition("/")[0])):
            yield Problem(f"`{text}` begins inside its own range; write `{found}`", place, fact="subnets")
    if network.subnets.unknown or len(subnets) < len(network.subnets.value or ()):
        return
    for text, place in _texts(network.gateways):
        yield from _inside(text, _ip(text), subnets, place, "gateways")
    for text, place in _texts(network.ip_ranges):
        found = _range(text)
        yield from _inside(text, found.network_address if found else None, subnets, place, "ip_ranges")


def _inside(text: str, address: Ip | None, subnets: list[Range], place: Place, fact: str) -> Iterator[Problem]:
    what = {"gateways": "gateway", "ip_ranges": "`ip_range`"}[fact]
    if address is None:
        yield Problem(
            f"{what} `{text}` is no {'address' if fact == 'gateways' else 'range of addresses'}", place, fact=fact
        )
    elif not any(address in subnet for subnet in subnets if subnet.version == address.version):
        listed = ", ".join(str(subnet) for subnet in subnets[:3]) or "none is given"
        yield Problem(f"{what} `{text}` lies in no subnet of the network ({listed})", place, fact=fact)


def subnet_overlap(stack: Stack) -> Iterator[Problem]:
    """Networks of one stack with common addresses."""
    earlier: list[tuple[Range, Network, Place]] = []
    for network in stack.networks:
        if network.external.value is not False or network.driver.value not in (None, "bridge"):
            continue
        for text, place in islice(_texts(network.subnets), MOST_COMPARED):
            found = _range(text)
            if found is None:
                continue
            for other, owner, there in earlier:
                if found.version == other.version and found.overlaps(other):
                    name = "itself" if owner is network else f"network `{owner.name}`"
                    message = (
                        f"network `{network.name}` shares addresses of {text} with {name}; give it a range of its own"
                    )
                    yield Problem(
                        message, place, (Place(there.span, "this range"),), fact="subnets", detail=network.name
                    )
                    break
            if len(earlier) < MOST_COMPARED:
                earlier.append((found, network, place))
            else:
                return


def static_ip_invalid(network: Network) -> Iterator[Problem]:
    """Static addresses that a network cannot give: outside of its subnets, the gateway's, or taken."""
    taken: dict[Ip, tuple[Service, Place]] = {}
    subnets = [_range(text) for text, _ in islice(_texts(network.subnets), MOST_COMPARED)]
    gateways = {_ip(text) for text, _ in _texts(network.gateways)}
    known = network.external.value is False and not network.subnets.unknown and None not in subnets
    for attachment in network.joined:
        for fact in (attachment.ipv4_address, attachment.ipv6_address):
            address = _ip(fact.value) if fact.value else None
            if not fact.value:
                continue
            at = fact.places[0]
            if address is None:
                yield _static(attachment, at, f"`{fact.value}` is no address", "write one of the network's subnet")
            elif known and not any(address in one for one in subnets if one and one.version == address.version):
                yield _static(attachment, at, *_outside(network, fact.value))
            elif address in gateways:
                yield _static(attachment, at, f"`{fact.value}` is the gateway of `{network.name}`", "take another")
            elif (attachment.service.replicas.value or 1) > 1:
                copies = attachment.service.replicas.value
                yield _static(attachment, at, f"{copies} containers cannot have `{fact.value}`", "leave it out")
            elif address in taken and _together(taken[address][0], attachment.service):
                owner, there = taken[address]
                problem = _static(attachment, at, f"{owner} has `{fact.value}` already", "take another")
                yield problem._replace(related=(Place(there.span, "taken here"),))
            else:
                taken.setdefault(address, (attachment.service, at))


def _outside(network: Network, address: str) -> tuple[str, str]:
    if not network.subnets.value:
        return f"network `{network.name}` has no `ipam` with a subnet for `{address}`", "add one: Docker refuses this"
    return f"`{address}` lies in no subnet of `{network.name}`", f"take one of {', '.join(network.subnets.value[:3])}"


def _static(attachment: Attachment, place: Place, fact: str, way: str) -> Problem:
    message = f"{attachment.service} cannot get its address: {fact}; {way}"
    return Problem(message, place, fact="ipv4_address", detail=attachment.anchor)


def _together(one: Service, other: Service) -> bool:
    """Whether two services can be up at once: one has no profiles, or they share one."""
    left, right = one.profiles, other.profiles
    if one is other or left.unknown or right.unknown or not one.replicas.value or not other.replicas.value:
        return False
    return not left.value or not right.value or not set(left.value).isdisjoint(right.value)


def network_alias_collision(network: Network) -> Iterator[Problem]:
    """An alias that is the name of another service on the same network: requests reach either of them."""
    there = {item.name: item for item in network.members if network.joined}
    for attachment in network.joined:
        for alias, place in _texts(attachment.aliases):
            other = there.get(alias)
            if other is not None and other is not attachment.service and _together(other, attachment.service):
                yield Problem(
                    f"{attachment.service} answers to `{alias}` on network `{network.name}`, where {other} does too; "
                    "requests reach either of them: take another alias",
                    place,
                    (Place(other.span, "the service of that name"),),
                    fact="aliases",
                    detail=f"{attachment.anchor}:{alias}",
                )


def mac_address_conflict(service: Service) -> Iterator[Problem]:
    """A MAC address that differs from the one given for the primary network."""
    own = service.mac_address.value
    if not own or service.networks.value is None:
        return
    said = {one.name: one for one in service.attachments}
    if any(one.priority.unknown for one in said.values()):
        return
    ranked = sorted(service.networks.value, key=lambda name: (-_priority(said.get(name)), name))
    primary = said.get(ranked[0]) if ranked else None
    other = primary.mac_address if primary else None
    if other is not None and other.value and _bare(other.value) != _bare(own):
        yield Problem(
            f"{service} has the MAC address {own} and another one on `{ranked[0]}`, its primary network; "
            "Docker Compose refuses that: drop one",
            service.mac_address.places[0],
            (Place(other.places[0].span, "the other one"),),
            fact="mac_address",
        )


def _priority(attachment: Attachment | None) -> int:
    return (attachment.priority.value or 0) if attachment else 0


def _bare(address: str) -> str:
    return re.sub(r"[^0-9a-f]", "", address.lower())


def hostname_invalid(service: Service) -> Iterator[Problem]:
    """Names that are no host names by RFC 1123, where programs take them for one."""
    host = service.hostname.value
    if host and not _is_hostname(host):
        yield _misnamed(f"hostname `{host}`", service.hostname.places[0])
    for attachment in service.attachments:
        for alias, place in _texts(attachment.aliases):
            if not _is_hostname(alias):
                yield _misnamed(f"alias `{alias}`", place)
    seen = set()
    for address in service.addresses:
        name = address.host.value or ""
        if address.scheme.value and address.reaches.value and name not in seen and not _is_hostname(name):
            seen.add(name)
            yield _misnamed(f"`{name}` in a URL", address.host.places[0])


def _is_hostname(name: str) -> bool:
    return len(name) <= 253 and all(re.fullmatch(LABEL, label) for label in name.rstrip(".").split("."))


def _misnamed(what: str, place: Place) -> Problem:
    way = "Java, Django and others refuse it; use letters, digits and `-`"
    return Problem(f"{what} is no host name (RFC 1123): {way}", place, fact="hostname", detail=place.span.text)


def default_network_only(stack: Stack, options: Mapping[str, Any]) -> Iterator[Problem]:
    """All services on the one network that nobody asked for: many of them, or a database beside the front door.

    Args:
        stack: the stack.
        options: `services`: so many may share it.
    """
    found = [item for item in stack.services if item.networks.value == ("default",) and not item.network_mode.value]
    if len(found) < 2 or len(found) < len(stack.services) or not all(item.networks.default for item in found):
        return
    data = next((item for item in found if item.is_database.value), None)
    doors = [item for item in found if _is_open(item) and item is not data]
    if len(found) <= options["services"] and not (data and doors and len(found) > 2):
        return
    related = (
        (Place(data.span, "keeps data"), Place(doors[0].span, "is reached from outside")) if data and doors else ()
    )
    yield Problem(
        f"{len(found)} services share the default network; give `networks:` to them, "
        "one that the edge is on and one for the databases",
        Place(found[0].span),
        related,
        fact="networks",
    )


def _is_open(service: Service) -> bool:
    """Whether other machines reach a service."""
    return any(port.published.value and port.loopback.value is False for port in service.ports)


def database_on_edge_network(network: Network) -> Iterator[Problem]:
    """A network on which a proxy that the world reaches meets databases that it has no business with."""
    data = [item for item in network.members if item.is_database.value]
    for edge in islice((item for item in network.members if data and _is_proxy(item)), MOST_EDGES):
        used = {item.target for item in edge.depends_on} | {item.target for item in edge.addresses}
        met = [item for item in data if item is not edge and item not in used]
        if met:
            more = f" and {len(met) - 1} more, which keep" if met[1:] else ", which keeps"
            yield Problem(
                f"network `{network.name}` joins {edge}, which the world reaches, to `{met[0].name}`{more} data; "
                "put the data on a network of its own with `internal: true`",
                _joins(met[0], network),
                (
                    *(_joins(item, network, "keeps data too") for item in met[1:MOST_RELATED]),
                    _joins(edge, network, "the edge"),
                ),
                fact="networks",
                detail=edge.name,
            )
            return


def _joins(service: Service, network: Network, label: str = "") -> Place:
    """Where a service names a network."""
    at = (service.networks.value or ()).index(network.name)
    places = service.networks.places
    return Place(places[at].span if at < len(places) else service.span, label)


def _is_proxy(service: Service) -> bool:
    """Whether a service is reached from outside and stands there by its image: an application may publish 80 too."""
    return bool(service.is_edge.value and service.is_edge.default and _is_open(service))
