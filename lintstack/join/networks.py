"""Networks, what services say about those that they join, and the names by which hosts are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lintstack.compose.casts import as_bool, as_int
from lintstack.facts import Fact, Place
from lintstack.join.read import entries, mappings, scalar, text, unset, words
from lintstack.model import Attachment, Network, Service, Stack
from lintstack.record import bind
from lintstack.yaml import Entry, Mapping, Scalar


def _text(node: Mapping, name: str) -> Fact[str]:
    return scalar(node, name, cast=text)


def _hosts(node: Mapping, name: str) -> Fact[tuple[str, ...]]:
    """Names of `extra_hosts`: what stands before `=` or `:`."""
    found = words(node, name)
    value = found.value
    return (
        found
        if value is None
        else Fact(tuple(item.replace("=", ":").partition(":")[0] for item in value), found.places)
    )


def _linked(node: Mapping, name: str) -> Fact[tuple[str, ...]]:
    """Aliases of `container:alias`."""
    found = words(node, name)
    value = found.value
    return found if value is None else Fact(tuple(item.rpartition(":")[2] for item in value), found.places)


# Keys of a service, most of them rare, and what is made of each: looked for among the keys that are there.
KEYS: dict[str, tuple[str, Callable[[Mapping, str], Fact[Any]]]] = {
    "hostname": ("hostname", _text),
    "mac_address": ("mac_address", _text),
    "links": ("links", words),
    "external_links": ("external_links", _linked),
    "dns": ("dns", words),
    "dns_search": ("dns", words),
    "extra_hosts": ("extra_hosts", _hosts),
    "expose": ("expose", words),
}


def facts(service: Service, node: Mapping) -> dict[str, Any]:
    """What a service says about its names and its networks, where it says anything.

    Args:
        service: the service.
        node: its merged node.
    """
    found: dict[str, Any] = {}
    for key in node.entries:
        if key in KEYS:
            name, read = KEYS[key]
            found[name] = read(node, key)
        elif key == "networks":
            found["attachments"] = tuple(_attachments(service, node))
    return found


def _attachments(service: Service, node: Mapping) -> Iterator[Attachment]:
    for item in entries(node, "networks"):
        said = item.value
        if isinstance(said, Mapping) and said.entries:
            yield Attachment(
                item.key.text,
                item.key.span,
                f"services.{service.name}.networks[{item.key.text}]",
                service,
                aliases=words(said, "aliases"),
                ipv4_address=_text(said, "ipv4_address"),
                ipv6_address=_text(said, "ipv6_address"),
                mac_address=_text(said, "mac_address"),
                priority=scalar(said, "priority", cast=as_int),
            )


def networks(stack: Stack, root: Mapping, found: Iterable[Service]) -> Iterator[Network]:
    """The declared networks of a stack with who is on them, and the implicit one where a service speaks of it.

    Args:
        stack: the stack.
        root: the merged tree.
        found: its services.
    """
    made = {item.key.text: _network(stack, item) for item in entries(root, "networks")}
    members: dict[str, list[Service]] = {}
    joined: dict[str, list[Attachment]] = {}
    for service in found:
        for name in service.networks.value or ():
            members.setdefault(name, []).append(service)
        for attachment in service.attachments:
            joined.setdefault(attachment.name, []).append(attachment)
    if "default" in joined and "default" not in made:
        nowhere: Fact[bool] = Fact(False, default=True)
        made["default"] = Network("default", joined["default"][0].span, "networks.default", stack, external=nowhere)
    for name, network in made.items():
        bind(network, members=tuple(members.get(name, ())), joined=tuple(joined.get(name, ())))
        yield network


def _network(stack: Stack, item: Entry) -> Network:
    name, node = item.key.text, item.value
    made = Network(name, item.key.span, f"networks.{name}", stack, external=Fact(False, default=True))
    if not isinstance(node, Mapping) or not node.entries:
        return made
    external = scalar(node, "external", cast=as_bool)
    return made.with_(
        external=external if external.value is not None or external.unknown else made.external,
        internal=scalar(node, "internal", cast=as_bool),
        driver=_text(node, "driver"),
        subnets=_ranges(node, "subnet"),
        gateways=_ranges(node, "gateway"),
        ip_ranges=_ranges(node, "ip_range"),
        fixed_name=_text(node, "name"),
    )


def _ranges(node: Mapping, key: str) -> Fact[tuple[str, ...]]:
    """What each entry of `ipam.config` says under a key."""
    found = [
        one.value
        for item in mappings(node, "ipam", "config")
        if (one := item.entries.get(key)) is not None and isinstance(one.value, Scalar) and not one.value.is_null
    ]
    where = tuple(Place(one.span) for one in found)
    driver = scalar(node, "ipam", "driver", cast=text)
    reason = next((unset(one) for one in found if one.unset), "")
    if driver.unknown or driver.value not in (None, "default"):
        reason = "a driver of its own gives out the addresses"
    if reason or not found:
        return Fact(None, where, reason)
    return Fact(tuple(one.text for one in found), where)
