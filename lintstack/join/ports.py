"""Entries of `ports` in canonical form → Port subjects."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.facts import Fact
from lintstack.join.read import mappings, scalar, text
from lintstack.model import Port, Service
from lintstack.yaml import Mapping


def ports(service: Service, node: Mapping) -> Iterator[Port]:
    """The ports of a service."""
    for item in mappings(node, "ports"):
        yield _port(service, item)


def _port(service: Service, item: Mapping) -> Port:
    host_ip = scalar(item, "host_ip", cast=text)
    published = scalar(item, "published", cast=text)
    target = scalar(item, "target", cast=text)
    protocol = scalar(item, "protocol", cast=text)
    first, last = _range(published)
    inner, inner_last = _range(target)
    name = ":".join(fact.value or "?" for fact in (published, target) if fact.value or fact.unknown)
    return Port(
        name=f"{name}/{protocol.value or 'tcp'}",
        span=item.span,
        anchor=f"services.{service.name}.ports[{host_ip.value or ''}:{name}/{protocol.value or 'tcp'}]",
        service=service,
        host_ip=host_ip,
        published=_asked(published),
        published_first=first,
        published_last=last,
        target=inner,
        target_last=inner_last,
        protocol=protocol if protocol.value or protocol.unknown else Fact("tcp", default=True),
        loopback=_loopback(host_ip, published),
    )


def _asked(published: Fact[str]) -> Fact[str]:
    """An empty published port asks for none: Docker picks one at random."""
    return published if published.value or published.unknown else Fact()


def _range(ports: Fact[str]) -> tuple[Fact[int], Fact[int]]:
    """First and last port of "8080" or "8000-8010"."""
    if not ports.value:
        unknown: Fact[int] = Fact(None, ports.places, ports.unknown)
        return unknown, unknown
    first, _, last = ports.value.partition("-")
    if not (first.isascii() and first.isdigit() and len(first) <= 5):
        return Fact(), Fact()
    end = int(last) if last.isascii() and last.isdigit() and len(last) <= 5 else int(first)
    return Fact(int(first), ports.places), Fact(end, ports.places)


def _loopback(host_ip: Fact[str], published: Fact[str]) -> Fact[bool]:
    if host_ip.unknown:
        return Fact(None, host_ip.places, host_ip.unknown)
    if not host_ip.value:
        return Fact(False, published.places)
    return Fact(_is_loopback(host_ip.value), host_ip.places)


def _is_loopback(address: str) -> bool:
    """127.0.0.0/8 and ::1 in any spelling."""
    bare = address.strip("[]").lower()
    return bare.startswith("127.") or bare == "localhost" or (bare.endswith(":1") and not bare.strip("0:1"))
