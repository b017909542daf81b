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


def dependencies(service: Mapping, unset: bool = False) -> Iterator[Implied]:
    """What `links`, namespaces (`network_mode: service:x`, `ipc`, `pid`, `uts`, `cgroup`) and `volumes_from` need.

    In the order of compose-go's `normalize`.

    Args:
        service: its fields.
        unset: whether texts with a variable without a value, which Compose takes for empty, count too.
    """
    for item in _texts(service, "links", unset):
        yield Implied(item.text.partition(":")[0], item, True, "links")
    for field in _NAMESPACES:
        value = service.get(field)
        if isinstance(value, Scalar) and (unset or not value.unset) and value.text.startswith(_PREFIX):
            yield Implied(value.text.removeprefix(_PREFIX), value, True, field)
    for item in _texts(service, "volumes_from", unset):
        if not item.text.startswith("container:"):
            yield Implied(item.text.partition(":")[0], item, False, "volumes_from")


def _texts(service: Mapping, field: str, unset: bool) -> Iterator[Scalar]:
    listed = service.get(field)
    for item in listed.items if isinstance(listed, Sequence) else ():
        if isinstance(item, Scalar) and (unset or not item.unset) and item.text:
            yield item
