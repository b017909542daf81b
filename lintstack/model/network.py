"""Networks of a stack, and how services are attached to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact
from lintstack.record import Subject

if TYPE_CHECKING:
    from lintstack.model.service import Service
    from lintstack.model.stack import Stack


class Attachment(Subject):
    """What a service says about a network that it joins.

    Attributes:
        aliases: further names that it has on this network.
        ipv4_address: its static IPv4 address.
        ipv6_address: its static IPv6 address.
        mac_address: its MAC address on this network.
        priority: order in which networks are connected; the highest is the primary one.
    """

    service: Service
    aliases: Fact[tuple[str, ...]] = ABSENT
    ipv4_address: Fact[str] = ABSENT
    ipv6_address: Fact[str] = ABSENT
    mac_address: Fact[str] = ABSENT
    priority: Fact[int] = ABSENT


class Network(Subject):
    """A network that the stack declares, or that a service says something about; `members` are on it.

    Attributes:
        external: whether it is made outside this project.
        internal: whether it has no way out.
        driver: its driver as written.
        subnets: address ranges as written.
        gateways: addresses of its gateways as written.
        ip_ranges: the parts of the subnets that containers get their addresses from, as written.
        fixed_name: name that a file gives it, by which other projects can join it; absent when it is derived.
    """

    stack: Stack
    external: Fact[bool] = ABSENT
    internal: Fact[bool] = ABSENT
    driver: Fact[str] = ABSENT
    subnets: Fact[tuple[str, ...]] = ABSENT
    gateways: Fact[tuple[str, ...]] = ABSENT
    ip_ranges: Fact[tuple[str, ...]] = ABSENT
    fixed_name: Fact[str] = ABSENT
    members: tuple[Service, ...] = ()
    joined: tuple[Attachment, ...] = ()
