"""Who answers to a name: services by the names that Docker's DNS knows them by, network by network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from lintstack.facts import Fact
from lintstack.join.address_names import family_of_image
from lintstack.join.ports import numbers
from lintstack.join.service import near
from lintstack.model import Service

LONGEST_RANGE = 200  # ports of a range
MOST_ALIKE = 20  # services with one name that are looked at


class Directory:
    """The services of a stack by their names.

    Args:
        services: all of them, those that no active profile enables too.
    """

    def __init__(self, services: Iterable[Service]) -> None:
        self.services = tuple(services)

    @cached_property
    def by_name(self) -> Mapping[str, Service]:
        """Services by their keys in the file."""
        return {service.name: service for service in self.services}

    @cached_property
    def _answering(self) -> Mapping[str, list[tuple[Service, str]]]:
        """Services by what they answer to, in lower case, with the network on which they do ("" for all of theirs)."""
        found: dict[str, list[tuple[Service, str]]] = {}
        for service in self.services:
            for name, network in _names(service):
                found.setdefault(name.lower(), []).append((service, network))
        return found

    @cached_property
    def unsure(self) -> bool:
        """Whether a name that a service answers to is not known."""
        facts = (fact for item in self.services for fact in (item.container_name, item.hostname, item.links))
        aliases = (one.aliases for item in self.services for one in item.attachments)
        return any(fact.unknown for fact in (*facts, *aliases))

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Services whose network another one uses; "" stands for any, since a variable says which."""
        modes = [item.network_mode for item in self.services]
        named = (mode.value.removeprefix("service:") for mode in modes if mode.value)
        return frozenset((*named, "")) if any(mode.unknown for mode in modes) else frozenset(named)

    @cached_property
    def by_family(self) -> Mapping[str, list[Service]]:
        """Running services by the kind of server that they are."""
        found: dict[str, list[Service]] = {}
        for service in self.services:
            family = family_of_image(service.base_image.value or "")
            if family and service.replicas.value != 0:
                found.setdefault(family, []).append(service)
        return found

    @cached_property
    def by_port(self) -> Mapping[int, list[Service]]:
        """Services by the ports that they are known to listen on."""
        found: dict[int, list[Service]] = {}
        for service in self.services:
            for port in listens(service):
                found.setdefault(port, []).append(service)
        return found

    @cached_property
    def _by_ends(self) -> Mapping[str, list[str]]:
        """The first names of services by their first and by their last letter."""
        found: dict[str, list[str]] = {}
        for service in self.services:
            for end in {service.name[:1], service.name[-1:]}:
                names = found.setdefault(end, [])
                if len(names) < MOST_ALIKE:
                    names.append(service.name)
        return found

    def near(self, host: str) -> str:
        """The name of a service most like a host; "" when none is."""
        return near(host, {*self._by_ends.get(host[:1], ()), *self._by_ends.get(host[-1:], ())})

    @cached_property
    def published(self) -> frozenset[int]:
        """Ports of the host that lead to a service."""
        return frozenset(
            number
            for service in self.services
            for port in service.ports
            for number in _range(port.published_first.value, port.published_last.value)
        )

    def find(self, host: str, asking: Service) -> tuple[Service, Fact[tuple[str, ...]]] | None:
        """The service that answers to a host, and the networks on which it can be reached.

        Args:
            host: the host.
            asking: the service that asks; its links count.
        """
        linked = self._linked(host, asking)
        found = [(linked, "")] if linked else self._answering.get(host.lower()) or self._numbered(host)
        best: tuple[Service, Fact[tuple[str, ...]]] | None = None
        for service, network in found[:MOST_ALIKE]:
            ways = self.shared(asking, service, network)
            if best is None or (best[1].value == () and ways.value != ()):
                best = service, ways
        return best

    def _linked(self, host: str, asking: Service) -> Service | None:
        for link in asking.links.value or ():
            name, _, alias = link.partition(":")
            if host == (alias or name) and name in self.by_name:
                return self.by_name[name]
        return None

    def _numbered(self, host: str) -> list[tuple[Service, str]]:
        """`shop-db-1` and `shop_db_1` of service `db`: the names that Docker Compose gives to containers."""
        found = re.fullmatch(r"[a-z0-9][\w-]{0,100}?[-_]([\w.-]{1,100})[-_]\d{1,3}", host)
        inner = re.split(r"[-_]", found[1]) if found else []
        tails = (host[found.start(1) :].rpartition(host[-2])[0] if found else "", *inner[-1:])
        return [(self.by_name[name], "") for name in tails if name in self.by_name][:1]

    def shared(self, one: Service, other: Service, only: str = "") -> Fact[tuple[str, ...]]:
        """Networks that two services are on.

        Args:
            one, other: the services.
            only: the one network that counts; "" for all.
        """
        mine, theirs = self.networks(one), self.networks(other)
        if mine is None or theirs is None:
            return Fact(None, one.network_mode.places, "a service uses the network of something else")
        both = tuple(name for name in mine if name in theirs and (not only or name == only))
        return Fact(both, one.networks.places)

    def networks(self, service: Service) -> tuple[str, ...] | None:
        """Networks of a service, or of the one whose network it uses; None when that is something else."""
        for _ in range(5):
            if not (mode := service.network_mode).value and not mode.unknown:
                return service.networks.value
            name = (mode.value or "").removeprefix("service:")
            if name == mode.value or name not in self.by_name:
                return None
            service = self.by_name[name]
        return None


def _range(first: int | None, last: int | None) -> range:
    """The numbers of a range of ports, of a long one the first."""
    return range(first, min(last or first, first + LONGEST_RANGE) + 1) if first else range(0)


def listens(service: Service) -> frozenset[int]:
    """Ports that a service is known to listen on, as far as files and the image say."""
    pairs = [numbers(text) for text in service.exposed.value or ()] + [
        (port.target.value, port.target_last.value) for port in service.ports
    ]
    return frozenset(number for pair in pairs for number in _range(*pair))


def _names(service: Service) -> Iterator[tuple[str, str]]:
    """Names that a service answers to, each with its network ("" for all of its networks).

    Docker's DNS knows containers by their names, by the aliases that Docker Compose gives them (the service's name and
    `aliases`) and by their host names: https://github.com/moby/moby, `buildEndpointDNSNames`.
    """
    yield service.name, ""
    for fact in (service.container_name, service.hostname):
        if fact.value:
            yield fact.value, ""
    for attachment in service.attachments:
        yield from ((alias, attachment.name) for alias in attachment.aliases.value or ())


def same_application(left: Service, right: Service) -> bool:
    """Whether two services run the same image or the same build."""
    if left.image and right.image and left.image.reference.value == right.image.reference.value:
        return True
    one, other = left.build, right.build
    if one is None or other is None:
        return False
    return (one.context.value, one.dockerfile.value) == (other.context.value, other.dockerfile.value)
