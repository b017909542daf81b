"""Texts of services → Address subjects: which hosts they name, and which services of the stack answer to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.address_names import (
    ADDRESS_WORDS,
    HOST_WORDS,
    WITH_USERS,
    beside,
    families,
    family_of,
    family_of_image,
    is_browser_only,
    is_browser_side,
    is_listener,
)
from lintstack.join.address_texts import HOLE, LONGEST, Written, addresses, hosts, with_holes
from lintstack.join.directory import Directory
from lintstack.join.secret_names import connection_password
from lintstack.model import Address, Service, Variable
from lintstack.named import NamedTuple
from lintstack.recognise import words_of
from lintstack.source import Span

USERS = "user username login"
LONGEST_USER = 63
MOST = 2000  # addresses of one service
WEB_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
LOOPBACK = frozenset({"localhost", "localhost.localdomain", "ip6-localhost", "::1", "0:0:0:0:0:0:0:1"})
ANY = frozenset({"0.0.0.0", "::"})
WAITING = ("wait-for", "wait_for", "wait4", "dockerize", "waitforit")
# What a service connects to stands here: an ENV of its image is a default, and builds and health checks run elsewhere.
SAID = frozenset({"environment", "env-file", "command"})
SCOPES = frozenset({"environment", "env-file", "env", "build-arg"})


class Text(NamedTuple):
    """A text that may name hosts.

    Args:
        text: what is searched.
        span: where it stands in a file.
        source: what holds it: the scope of a variable, command or healthcheck.
        name: the variable, "" in commands.
        exact: whether offsets of `text` are offsets of `span`.
    """

    text: str
    span: Span
    source: str
    name: str = ""
    exact: bool = False


def addresses_of(service: Service, directory: Directory) -> tuple[Address, ...]:
    """Every host that a service's variables, command and health check name.

    Args:
        service: the service.
        directory: the services of its stack.
    """
    variables = {item.name: item for item in (*service.environment, *service.build_args)}
    found: list[Address] = []
    for item in _texts(service, variables.values()):
        for written in _written(item, service, directory):
            if len(found) == MOST:
                return tuple(found)
            found.append(_address(service, directory, item, written, variables))
    return tuple(found)


def _texts(service: Service, variables: Iterable[Variable]) -> Iterator[Text]:
    for variable in variables:
        item = _of_variable(variable)
        if item is not None:
            yield item
    length = 0
    for source, fact in (("command", service.process), ("healthcheck", service.healthcheck.test)):
        value = fact.value or ()
        single = len(fact.places) == len(value)
        for number, word in enumerate(value):
            length += len(word)
            if length < LONGEST and fact.places and ("://" in word or ":" in word):
                yield Text(word, fact.places[number if single else 0].span, source)


def _of_variable(variable: Variable) -> Text | None:
    """The text of a variable that may name a host; what is not known of it is holes."""
    fact, scope = variable.value, variable.scope.value or ""
    if fact.span is None or scope not in SCOPES:
        return None
    text = fact.value if fact.value is not None else with_holes(fact.span.text) if fact.unknown else ""
    url = "://" in text or "@tcp" in text or "thin:@" in text
    if not text or len(text) > LONGEST or (variable.is_secret.value and not url and not connection_password(text)):
        return None
    if url or ":" in text or "=" in text or not ADDRESS_WORDS.isdisjoint(words_of(variable.name)[-2:]):
        return Text(text, fact.span, scope, variable.name, exact=fact.value is None)
    return None


def _written(item: Text, service: Service, directory: Directory) -> Iterator[Written]:
    """The hosts of a text: of URLs and connection strings, else those that it lists."""
    found = list(addresses(item.text))
    if not found:
        found = _listed(item, service, directory)
    for written in found:
        if HOLE not in written.host and not written.host.isdigit():
            yield written


def _listed(item: Text, service: Service, directory: Directory) -> list[Written]:
    """Hosts of a text without URLs: taken for hosts where a name or a port says so, or a service is called so."""
    if item.source == "command" or item.source == "healthcheck":
        said = " ".join(service.process.value or ())[:LONGEST]
        found = [one for one in hosts(item.text) if one.port] if any(word in said for word in WAITING) else []
        return [one for one in found if directory.find(one.host, service) or len(one.host) > 1]
    last = words_of(item.name)[-2:]
    found = list(hosts(item.text))
    if not HOST_WORDS.isdisjoint(last[-1:]) or last[-2:] == ("host", "name"):
        return found
    named = not ADDRESS_WORDS.isdisjoint(last)
    return [one for one in found if one.port and (named or directory.find(one.host, service) is not None)]


def _address(
    service: Service, directory: Directory, item: Text, written: Written, variables: dict[str, Variable]
) -> Address:
    span = _place(item, written)
    where = (Place(span),)
    port, spelled = _port(item, written, variables)
    loopback, outside = _kind_of(written.host, service)
    found = None if loopback or outside else directory.find(written.host, service)
    family = family_of(written.scheme, item.name, port.value if spelled else None)
    family = family or (family_of_image(found[0].base_image.value or "") if found else "")
    if port.value is None and not port.unknown:
        default = families()[family].port if family else WEB_PORTS.get(written.scheme)
        port = Fact(default, default=True) if default else ABSENT
    user = _user(item, written, variables) if family in WITH_USERS else ABSENT
    bracketed = f"[{written.host}]" if ":" in written.host else written.host
    name = f"{bracketed}:{port.value}" if port.value else bracketed
    return Address(
        name,
        span,
        f"services.{service.name}.{item.source}[{item.name}]:{name}",
        service,
        host=Fact(written.host, where),
        port=port,
        port_written=Fact(spelled, port.places or where),
        scheme=Fact(written.scheme, where) if written.scheme else ABSENT,
        family=Fact(family, where) if family else ABSENT,
        database=_database(written.database, where),
        user=user,
        variable=Fact(item.name, where) if item.name else ABSENT,
        source=Fact(item.source, where),
        reaches=Fact(found[0].name, (*where, Place(found[0].span, "answers to this host"))) if found else ABSENT,
        networks=found[1] if found else ABSENT,
        is_loopback=Fact(loopback, where),
        is_outside=Fact(outside, where),
        **_use(item, service, where),
        target=found[0] if found else None,
    )


def _use(item: Text, service: Service, where: tuple[Place, ...]) -> dict[str, Fact[bool]]:
    """Who uses an address, as far as the name of the variable and the file that holds it tell."""
    name = item.name
    side, only, listener = (bool(name) and said(name) for said in (is_browser_side, is_browser_only, is_listener))
    shared = item.source == "env-file" and bool(service.is_database.value)  # one file for all: a database dials nobody
    connects = item.source in SAID and not only and not listener and not shared
    return {
        "is_browser_side": Fact(side, where),
        "is_browser_only": Fact(only, where),
        "is_listener": Fact(listener, where),
        "connects": Fact(connects, where),
        "is_server_side": Fact(connects and not side, where),
    }


def _place(item: Text, written: Written) -> Span:
    """The host in the file; the whole value where that cannot be told."""
    span = item.span
    text = span.text
    base = 0 if item.exact else text.find(item.text)
    if base < 0:
        at = text.find(written.host)
        alone = at >= 0 and text.find(written.host, at + 1) < 0
        return Span(span.source, span.start + at, span.start + at + len(written.host)) if alone else span
    return Span(span.source, span.start + base + written.start, span.start + base + written.end)


def _port(item: Text, written: Written, variables: dict[str, Variable]) -> tuple[Fact[int], bool]:
    """The port that is written with a host, or in the variable beside it; and whether there is one."""
    if written.port:
        number = int(written.port)
        return (Fact(number, (Place(_place(item, written)),)), True) if 0 < number < 65_536 else (ABSENT, False)
    other = variables.get(beside(item.name, "port", variables)) if item.name else None
    if other is None or other.value.absent:
        return ABSENT, False
    value = other.value.value
    if value is None or not re.fullmatch(r"\d{1,5}", value):
        return Fact(None, other.value.places, other.value.unknown or "it is no number"), False
    return Fact(int(value), other.value.places[:1]), True


def _user(item: Text, written: Written, variables: dict[str, Variable]) -> Fact[str]:
    """Who logs in: written with the host, or in the variable beside it."""
    if written.user:
        return Fact(written.user, (Place(_place(item, written)),))
    other = variables.get(beside(item.name, USERS, variables)) if item.name and not written.scheme else None
    value = other.value.value if other else None
    if other is None or value is None or other.is_secret.value or len(value) > LONGEST_USER:
        return ABSENT
    return Fact(value, other.value.places[:1])


def _database(name: str, where: tuple[Place, ...]) -> Fact[str]:
    if HOLE in name:
        return Fact(None, where, "a variable without a value takes part in it")
    return Fact(name, where) if name else ABSENT


@cache
def _ipv4() -> re.Pattern[str]:
    return re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")


def _kind_of(host: str, service: Service) -> tuple[bool, bool]:
    """Whether a host is the container itself, and whether it is none that Docker's DNS answers for."""
    lower = host.lower()
    if lower in LOOPBACK or (lower.startswith("127.") and _ipv4().fullmatch(lower)):
        return True, False
    number = ":" in host or bool(_ipv4().fullmatch(host))
    extra = host in (*(service.extra_hosts.value or ()), *(service.external_links.value or ()))
    return False, lower in ANY or number or extra or (service.extra_hosts.unknown != "")
