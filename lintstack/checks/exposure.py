"""Checks of ports: what a service opens on its host, and what it only seems to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from posixpath import basename
from typing import Any

from lintstack.compose.problems import shown
from lintstack.facts import Place, each
from lintstack.findings import Problem
from lintstack.join.ports import numbers
from lintstack.model import Port, Service

SSH = 22
PRIVILEGED = 1023  # the last port that only root may bind by default
# Programs and images whose purpose is a login over SSH, as words of their names.
SSH_WORDS = (
    "ssh",
    "sftp",
    "git",
    "gogs",
    "forgejo",
    "gerrit",
    "bastion",
    "teleport",
    "guacamole",
    "jumpserver",
    "soft-serve",
)


def bound_port(port: Port) -> Iterator[Problem]:
    """A host port on every interface, of a service that is not the edge."""
    edge = port.service.is_edge
    if port.loopback.value is False and port.published.value and not edge.value and not edge.unknown:
        address = (port.host_ip.value or "").strip("[]")
        if address in ("", "0.0.0.0") or not address.strip("0:"):
            at = Place(port.host_ip.span or port.published.span or port.span)
            yield Problem(None, at, fact="loopback")


def valid_port(port: Port) -> Iterator[Problem]:
    """What Docker refuses in a port in long form; those in short form were checked when they were taken apart."""
    published: tuple[Any, ...] = ("published", port.published, port.published_first, port.published_last)
    for key, fact, first, last in (("target", port.target, port.target, port.target_last), published):
        too_large = (first.value or 0) > MOST or (last.value or 0) > MOST
        if too_large or (fact.value and first.absent):
            message = f"`{key}` of a port of {port.service} is no number up to {MOST}, so it does not start; correct it"
            yield Problem(message, Place(fact.span or port.span), fact=key)
    if (port.protocol.value or "tcp").lower() not in ("tcp", "udp", "sctp"):
        message = f"a port of {port.service} has a protocol that Docker does not publish; write tcp, udp or sctp"
        yield Problem(message, Place(port.protocol.span or port.span), fact="protocol")


MOST = 65535


def privileged_host_port(port: Port) -> Iterator[Problem]:
    """A host port below 1024, whose number speaks for a service of the system; the front door has to have it."""
    first, edge = port.published_first, port.service.is_edge
    if first.value and first.value <= PRIVILEGED and not edge.value and not edge.unknown:
        yield Problem(None, Place(first.span or port.span), fact="published_first")


def ssh_port(port: Port) -> Iterator[Problem]:
    """The port of SSH, or the one that the service's own sshd was given."""
    service = port.service
    if port.published.absent or port.protocol.value != "tcp":
        return
    first, last = port.target.value or 0, port.target_last.value or 0
    wanted = _ssh(service)
    if first and first <= wanted <= last and not _is_for_logins(service):
        message = f"{service} publishes {wanted}, a login over SSH; remove it and enter with `docker compose exec`"
        yield Problem(message, Place(port.target.span or port.span), fact="target")


def _is_for_logins(service: Service) -> bool:
    """Whether logins over SSH are what a service is for, by its name or image."""
    image = service.image
    names = (service.name, (image.repository.value or image.name) if image else "", service.base_image.value or "")
    return any(word in name[:200].lower() for name in names for word in SSH_WORDS)


@lru_cache(maxsize=4)
def _ssh(service: Service) -> int:
    """The port of SSH: the one that the service's command gives to its own daemon, else the usual one."""
    words = service.process.value or ()
    if not words or basename(words[0]) not in ("sshd", "dropbear"):
        return SSH
    given = next((after for word, after in pairwise(words) if word == "-p"), "").rpartition(":")[2]
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 5 else SSH


def fixed_host_port(port: Port) -> Iterator[Problem]:
    """A container port for which Docker picks a host port at random."""
    if port.published.absent and port.target.value and not port.published_first.unknown:
        yield Problem(None, Place(port.target.span or port.span), fact="published")


def ports_without_effect(service: Service) -> Iterator[Problem]:
    """Ports beside a network mode that discards or refuses them."""
    listed = service.discarded_ports
    if not listed.value:
        return
    mode = service.network_mode
    refused = (mode.value or "").startswith(("service:", "container:"))
    effect, way = _effect(mode.value or "")
    several = "ports" if len(listed.value) > 1 else "port"
    numbers = ", ".join(listed.value[:MOST_NAMED]) + (", …" if len(listed.value) > MOST_NAMED else "")
    message = f"`network_mode: {shown(mode.value or '')}` of {service} {effect} {several} {numbers}; {way}"
    related = tuple(Place(place.span, "with this") for place in mode.places[:1])
    yield Problem(message, listed.places[0], related, "discarded_ports", severity="error" if refused else None)


MOST_NAMED = 3


def _effect(mode: str) -> tuple[str, str]:
    """What a network mode does to `ports`, and the way out."""
    if mode.startswith("service:"):
        return "makes Docker refuse", f"publish them by service `{shown(mode.partition(':')[2])}`"
    if mode.startswith("container:"):
        return "makes Docker refuse", "publish them by that container"
    if mode == "none":
        return "leaves nothing behind", "remove `ports`, or the mode"
    return "discards", "remove `ports`: what the service listens on is open on the host already"


def redundant_expose(service: Service) -> Iterator[Problem]:
    """Entries of `expose` that `ports` or the image says as well."""
    if not service.expose.value:
        return
    published = {(port.target.value, port.target_last.value, port.protocol.value): port for port in service.ports}
    image = set(service.image_ports.value or ())
    for written, place in each(service.expose):
        number, _, protocol = written.partition("/")
        protocol = protocol.lower() or "tcp"
        port: Any = published.get(_range(number, protocol))
        if port is not None:
            related = (Place(port.span, "published here"),)
            message = f"`expose` of {service} names {shown(number)}, which `ports` publishes; remove it"
            yield Problem(message, place, related, "expose", written)
        elif f"{number}/{protocol}" in image:
            message = f"`expose` of {service} names {shown(number)}, which its image names already; remove it"
            yield Problem(message, place, service.image_ports.places[:1], "expose", written)


def _range(text: str, protocol: str) -> tuple[int | None, int | None, str]:
    first, last = numbers(text)
    return first, (first if last is None else last) if first is not None else None, protocol


# https://doc.traefik.io/traefik/operations/api/#insecure; Traefik does not mind the case of its options.
INSECURE = ("--api.insecure", "--api.insecure=true", "--api.insecure=1")
ADDRESS = "--entrypoints.traefik.address="
GUARDS = "--entrypoints.traefik.http.middlewares"
DASHBOARD = 8080


def open_dashboard_port(port: Port) -> Iterator[Problem]:
    """The port on which Traefik's dashboard and API ask for no password, where more than this host reaches it."""
    first, last = port.target.value, port.target_last.value or port.target.value or 0
    found = _dashboard(port.service) if port.loopback.value is False and first else None
    if found is None or not first or not first <= found[0] <= last:
        return
    at = Place(port.host_ip.span or port.published.span or port.span)
    message = (
        f"{port.service} publishes {found[0]}, where Traefik's API and dashboard ask for no password; put "
        "`127.0.0.1:` in front of it, or give `api@internal` a router with a password"
    )
    yield Problem(message, at, found[1], fact="loopback", detail=str(found[0]))


@lru_cache(maxsize=4)
def _dashboard(service: Service) -> tuple[int, tuple[Place, ...]] | None:
    """Container port of Traefik's open dashboard, and what opens it; None where none is, or something guards it."""
    words = [word.lower() for word in service.command.value or ()]
    variables = {item.name: item.value for item in service.environment if item.name.startswith("TRAEFIK_")}
    said = variables.get("TRAEFIK_API_INSECURE")
    if any(word.startswith(GUARDS) for word in words) or any("_TRAEFIK_" in name for name in variables):
        return None
    given = next((word.rpartition(":")[2] for word in words if word.startswith(ADDRESS)), str(DASHBOARD))
    places = service.command.places  # a string has one for all of its words
    at = places if len(places) == len(words) else places[:1] * len(words)
    opened = [place for word, place in zip(words, at, strict=False) if word in INSECURE]
    if not opened and said is not None and said.value in ("true", "1"):
        opened = list(said.places[:1])
    known = given.isascii() and given.isdigit() and len(given) <= 5
    return (int(given), (Place(opened[0].span, "opens them"),)) if opened and known else None
