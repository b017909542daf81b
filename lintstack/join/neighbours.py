"""What the projects of one repository take from each other when they run on one host: host ports."""

from __future__ import annotations

from collections.abc import Iterable

from lintstack.facts import Fact
from lintstack.model import Port, Stack
from lintstack.record import bind

MOST_KEPT = 20_000  # host ports that are remembered
LONGEST_RANGE = 32  # of a range the first ports are compared

# (host port, protocol) → address and folder of the first projects that publish it.
Taken = dict[tuple[int, str], list[tuple[str, str]]]
MOST_FOLDERS = 4


def tell_ports(stacks: Iterable[Stack], earlier: Taken) -> None:
    """Tell the ports of a project which earlier project publishes them as well, and remember them for later ones.

    Args:
        stacks: the stacks of a project, before their rules run.
        earlier: what earlier projects of the repository publish.
    """
    for stack in stacks:
        folder = str(stack.home.folder.value) if stack.home else ""
        for service in stack.services if folder else ():
            for port in service.ports:
                _compare(port, folder, earlier)


def _compare(port: Port, folder: str, earlier: Taken) -> None:
    first, last, protocol = port.published_first.value, port.published_last.value, port.protocol.value
    if not first or not last or not protocol or port.host_ip.unknown:
        return
    address = (port.host_ip.value or "").strip("[]")
    address = "" if not address.strip("0:.") else address
    for number in range(first, min(last, first + LONGEST_RANGE - 1) + 1):
        others = earlier.get((number, protocol), [])
        meets = next((other for where, other in others if other != folder and _meet(where, address)), "")
        if meets and port.elsewhere.absent:
            bind(port, elsewhere=Fact(meets, port.published.places))
        if (address, folder) not in others and len(others) < MOST_FOLDERS and len(earlier) < MOST_KEPT:
            earlier.setdefault((number, protocol), others).append((address, folder))


def _meet(one: str, other: str) -> bool:
    return one == other or not one or not other
