"""Services that a service needs without saying so in `depends_on`."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.named import NamedTuple
from lintstack.yaml import Mapping, Scalar, Sequence

_PREFIX = "service:"
_NAMESPACES = ("network_mode", "ipc", "pid", "uts", "cgroup")


class Implied(NamedTuple):
    """A dependency that Docker Compose adds: started, required.

    Args:
        name: the other service.
        at: the value that says so.
        restart: whether this service restarts with the other one.
        field: where it stands.
    """

    name: str
    at: Scalar
    restart: bool
    field: str


def dependencies(service: Mapping) -> Iterator[Implied]:
    """What `links`, namespaces (`network_mode: service:x`, `ipc`, `pid`, `uts`, `cgroup`) and `volumes_from` need.

    In the order of compose-go's `normalize`; what a variable without a value hides is left out.
    """
    for item in _texts(service, "links"):
        yield Implied(item.text.partition(":")[0], item, True, "links")
    for field in _NAMESPACES:
        value = service.get(field)
        if isinstance(value, Scalar) and not value.unset and value.text.startswith(_PREFIX):
            yield Implied(value.text.removeprefix(_PREFIX), value, True, field)
    for item in _texts(service, "volumes_from"):
        if not item.text.startswith("container:"):
            yield Implied(item.text.partition(":")[0], item, False, "volumes_from")


def _texts(service: Mapping, field: str) -> Iterator[Scalar]:
    listed = service.get(field)
    for item in listed.items if isinstance(listed, Sequence) else ():
        if isinstance(item, Scalar) and not item.unset and item.text:
            yield item
