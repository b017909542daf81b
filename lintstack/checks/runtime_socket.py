"""Checks of mounts that hold the socket of the container runtime."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.join.host_paths import holds_sockets
from lintstack.model import Mount, Service

MOST_SHOWN = 5  # further mounts that one finding points at
PROXY = "put a proxy that passes only the calls it needs in between"
NEEDED = "its image has to be shown that, so let nothing that is not trusted reach it"


def docker_socket(mount: Mount) -> Iterator[Problem]:
    """The socket itself; a folder that has it once for each service, and not where its user cannot open it."""
    if not mount.is_runtime_socket.value:
        return
    service, needed = mount.service, False
    others: tuple[Place, ...] = ()
    if _is_folder(mount):
        holding = [other for other in service.mounts if other.is_runtime_socket.value]
        if holding[0] is not mount or _is_kept_out(service):
            return
        others = tuple(Place(other.is_runtime_socket.places[0].span, "and here") for other in holding[1:MOST_SHOWN])
        needed = "host" in (service.needs.value or ())
    where = mount.is_runtime_socket.places
    message = (
        f"{service} mounts `{_path(mount)}` and with it the socket of the container runtime, through which it can do "
        f"anything to the host, read-only or not; {NEEDED if needed else PROXY}"
    )
    related = (*where[1:], *others)
    yield Problem(message, where[0], related, "is_runtime_socket", severity="info" if needed else None)


def _path(mount: Mount) -> str:
    """What is mounted, in the words of the files where a variable decides."""
    return mount.source.value or mount.host_path.value or mount.is_runtime_socket.places[0].span.text


def _is_folder(mount: Mount) -> bool:
    return holds_sockets(mount.host_path.value or mount.source.value or "")


def _is_kept_out(service: Service) -> bool:
    """Whether its user is neither root nor in a group that the files give it: the socket is open to `docker` alone."""
    user = service.user
    named = ":" in (user.value.value or "") or bool(service.group_add.places)
    return user.is_root.value is False and not named
