"""Whether a health check calls a port that its service listens on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintstack.facts import Fact, Place
from lintstack.findings import Problem
from lintstack.join.ports import numbers
from lintstack.model import Healthcheck, Port, Service

LONGEST = 512  # characters of a word or variable that are looked at
MOST_TEXTS = 200  # words and variables that are looked at
MOST_PORTS = 5  # that a message names


def healthcheck_port(healthcheck: Healthcheck) -> Iterator[Problem]:
    """A port that nothing says that the service listens on, where something says on which it does."""
    port, service = healthcheck.port.value, healthcheck.service
    if port is None or service is None or any(item.target.unknown for item in service.ports):
        return
    if not service.synthetic and (service.network_mode.value or service.network_mode.unknown):
        return  # it may share the ports of another one
    listens = _listens(service)
    if any(first <= port <= last for first, last, _ in listens) or _is_named(service, port):
        return
    outside = _published(service, port)
    if outside is None and not _is_certain(service):
        return
    shown = [f"{first}" if first == last else f"{first}-{last}" for first, last, _ in listens]
    numbers = ", ".join(list(dict.fromkeys(shown))[:MOST_PORTS])
    at = healthcheck.program.places[0] if healthcheck.program.places else healthcheck.test.places[0]
    if outside is not None:
        target = outside.target.value
        message = (
            f"the health check of {service} calls port {port}, which is the port on the host; the container "
            f"listens on {target}"
        )
        span = outside.published.span or outside.span
        yield Problem(message, at, (Place(span, "published here"),), fact="port", detail=str(port))
    elif numbers:
        message = f"the health check of {service} calls port {port}, but the service listens on {numbers}; call that"
        related = tuple(Place(place.span, "the port") for _, _, place in listens if place is not None)
        yield Problem(message, at, related[:MOST_PORTS], fact="port", detail=str(port))


def _listens(service: Service) -> list[tuple[int, int, Place | None]]:
    """Container ports that the image, `expose` and `ports` name."""
    found = [
        (port.target.value, port.target_last.value or port.target.value, _first(port.target))
        for port in service.ports
        if port.target.value is not None
    ]
    for fact in (service.exposed, service.expose):
        place = _first(fact)
        for text in fact.value or ():
            first, last = numbers(text)
            if first is not None and (last is not None or "-" not in text):
                found.append((first, first if last is None else last, place))
    return found


def _first(fact: Fact[int] | Fact[tuple[str, ...]]) -> Place | None:
    return fact.places[0] if fact.places else None


def _is_named(service: Service, port: int) -> bool:
    """Whether the command line or a variable names a port, or may do so."""
    line = service.process
    if line.unknown and line.places:
        return True
    number = re.compile(rf"(?<!\d){port}(?!\d)")
    variables = (*service.environment, *service.layers, *service.build_args)
    if len(variables) + len(line.value or ()) > MOST_TEXTS:
        return True
    texts = [word[:LONGEST] for word in line.value or ()]
    for variable in variables:
        if variable.value.unknown and "PORT" in variable.name.upper():
            return True
        texts.append((variable.value.value or "")[:LONGEST])
    return any(map(number.search, texts))


def _published(service: Service, port: int) -> Port | None:
    """The entry of `ports` whose host port it is."""
    for item in service.ports:
        first, last = item.published_first.value, item.published_last.value
        if first is not None and first <= port <= (last or first) and item.target.value is not None:
            return item
    return None


def _is_certain(service: Service) -> bool:
    """Whether the ports that are known are most likely all: those that a Dockerfile of this repository declares, or
    those of a well-known image that is run as it comes.
    """
    if service.synthetic or service.build is not None:
        declared = any(place.label == "ports are declared here" for place in service.exposed.places)
        return declared or bool(service.ports) or bool(service.expose.value)
    as_it_comes = not (service.mounts or service.environment) and service.command.absent and service.entrypoint.absent
    return as_it_comes and bool(service.exposed.value)
