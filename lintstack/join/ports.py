"""Entries of `ports` in canonical form → Port subjects."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.facts import Fact, Place
from lintstack.join.read import mappings, scalar, text
from lintstack.model import Port, Service
from lintstack.source import Source
from lintstack.yaml import Mapping


def numbers(text: str) -> tuple[int | None, int | None]:
    """First and last port of "80", "80/tcp" and "8000-8010"; None for what is not there, or no number."""
    first, _, last = text.partition("/")[0].partition("-")
    one, other = (int(part) if part.isascii() and part.isdigit() and len(part) <= 5 else None for part in (first, last))
    return one, other


def ports(service: Service, node: Mapping) -> Iterator[Port]:
    """The ports of a service."""
    found = [_port(service, item) for item in mappings(node, "ports")]
    several = len({id(port.span.source) for port in found}) > 1
    yield from _beside(found, [key.source for key in service.keys]) if several else found


def _beside(found: list[Port], files: list[Source]) -> Iterator[Port]:
    """The ports, each told of the one of an earlier file that publishes the same container port."""
    order = {id(source): number for number, source in enumerate(files)}
    first: dict[tuple[int | None, str | None], Port] = {}
    for port in found:
        key = port.target.value, port.protocol.value
        other = first.setdefault(key, port)
        before, own = (order.get(id(item.span.source), -1) for item in (other, port))
        apart = -1 < before < own and _differ(other, port)
        if port.target.value and apart and port.published.value:
            where = (Place(port.span), Place(other.span, "this stays"))
            port = port.with_(beside=Fact(other.published.value, where))
        yield port


def _differ(one: Port, other: Port) -> bool:
    """Whether both can be published at once; where they cannot, the conflict of host ports is reported."""
    if one.published.value != other.published.value:
        return bool(one.published.value)
    return bool(one.host_ip.value and other.host_ip.value)


def _port(service: Service, item: Mapping) -> Port:
    host_ip = scalar(item, "host_ip", cast=text)
    published = scalar(item, "published", cast=text)
    target = scalar(item, "target", cast=text)
    protocol = scalar(item, "protocol", cast=text)
    first, last = _range(published)
    inner, inner_last = _range(target)
    written = item.span.text
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
        quoted=Fact(None) if _is_long(item) else Fact(written[:1] in ("'", '"'), (Place(item.span),)),
    )


def _is_long(item: Mapping) -> bool:
    """Whether a port is written as a mapping: its keys then stand in the file."""
    key = item.entries["target"].key if "target" in item.entries else None
    return key is not None and key.end > key.start


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
