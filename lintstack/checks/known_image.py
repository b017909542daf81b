"""Checks of what is known of images: the ports they listen on, the folders they write to, their unprivileged twins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from posixpath import normpath

from lintstack.compose.format.mounts import lies_in
from lintstack.findings import Problem
from lintstack.model import Mount, Port, Service
from lintstack.named import NamedTuple

LONGEST = 4096  # characters of a command line or variable that are looked at
# Kinds of images whose ports nobody configures but in a variable or on the command line.
FIXED = frozenset("database cache broker search storage dev-tool".split())
DNS = 53
MOST_MOUNTS = 100  # of a service whose ports are told
MOST_PORTS = 100  # declared ports that are looked at
HERE = frozenset({"/etc/nginx/conf.d", "/etc/nginx/templates"})


class Said(NamedTuple):
    """What is said about the ports of a service, read once.

    Args:
        exposed: first and last number of each port or range that the image or the service declares.
        words: numbers in the environment and the health check; None when a part of them is not known.
        over_udp: container ports that are published for UDP.
    """

    exposed: tuple[tuple[int, int], ...]
    words: frozenset[int] | None
    over_udp: frozenset[int]


@lru_cache(maxsize=1)
def _about(service: Service) -> Said:
    exposed = tuple(_range(text)[:2] for text in (service.exposed.value or ())[:MOST_PORTS])
    values = [item.value for item in service.environment]
    texts = (*(value.value or "" for value in values), *(service.healthcheck.test.value or ()))
    number = re.compile("[0-9]{1,5}")
    words = frozenset(int(found) for text in texts for found in number.findall(text[:LONGEST]))
    hidden = service.healthcheck.test.unknown or any(value.unknown for value in values)
    over_udp = (port.target.value for port in service.ports if port.protocol.value == "udp")
    return Said(exposed, None if hidden else words, frozenset(one for one in over_udp if one is not None))


def port_not_exposed(port: Port) -> Iterator[Problem]:
    """A container port that neither the image nor anything that is said about it speaks of."""
    service, target, last = port.service, port.target.value, port.target_last.value
    declared = len(service.exposed.value or ())
    if target is None or not 0 < declared <= MOST_PORTS or last not in (None, target) or not _is_told(service):
        return
    said = _about(service)
    if said.words is None or target in said.words or any(low <= target <= high for low, high in said.exposed):
        return
    listed = ", ".join(f"{low}" if low == high else f"{low}-{high}" for low, high in said.exposed[:5])
    message = f"nothing says that {service} listens on {target}: declared is {listed}; publish the port it serves"
    yield Problem(message, port.target.places[0], service.exposed.places[:1], "target", str(target))


def _range(text: str) -> tuple[int, int, str]:
    """First and last number and the protocol of `80/tcp` or `4510-4559/tcp`."""
    numbers, _, protocol = text.partition("/")
    first, _, last = numbers.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal() and len(numbers) < 12):
        return 0, 65535, protocol
    return int(first), int(last or first), protocol or "tcp"


def _is_told(service: Service) -> bool:
    """Whether the ports of a service can be told: nobody configures them in files that are not read."""
    if service.partly_read or service.command.decided or service.entrypoint.decided or service.build is not None:
        return False
    known = service.known
    if known is None or known.kind not in FIXED or len(service.mounts) > MOST_MOUNTS:
        return False
    return not any(map(_is_setting, service.mounts))


def _is_setting(mount: Mount) -> bool:
    target = mount.target.value
    return target is None or target.startswith("/etc/") or "conf" in target or bool(mount.is_file.value)


def port_missing_udp(port: Port) -> Iterator[Problem]:
    """A port published for TCP alone where the image answers over UDP."""
    service, target = port.service, port.target.value
    known = service.known
    if known is None or target is None or port.protocol.value != "tcp" or service.build is not None:
        return
    spoken = {protocol for low, high, protocol in map(_range, known.ports) if low <= target <= high}
    if "udp" not in spoken or ("tcp" in spoken and target != DNS):
        return
    if target not in _about(service).over_udp:
        message = f"{service} answers on {target} over UDP, and only TCP is published; write `{_with_udp(port)}`"
        yield Problem(message, port.target.places[0], (), "protocol", str(target))


def _with_udp(port: Port) -> str:
    published = f"{port.published.value}:" if port.published.value else ""
    return f"{published}{port.target.value}/udp"


def writable_paths(service: Service) -> Iterator[Problem]:
    """Folders that an image writes to on a root filesystem that was made read-only."""
    known = service.known
    if not service.read_only.value or known is None or not known.writes or not _is_plain(service):
        return
    writable = [
        _real(mount.target.value) for mount in service.mounts if mount.target.value and not mount.read_only.value
    ]
    needed = (*known.writes, *(path for path in known.data_dirs if path not in known.volumes))
    missing = [path for path in needed if not any(lies_in(_real(path), target) for target in writable)]
    if missing:
        paths = ", ".join(f"`{path}`" for path in missing)
        message = (
            f"{service} cannot write to {paths}, which `{known.name.rpartition('/')[2]}` needs; add them to `tmpfs`"
        )
        yield Problem(message, service.read_only.places[0], service.base_image.places[:1], "known.writes", missing[0])


def _is_plain(service: Service) -> bool:
    """Whether an image runs as its makers meant it, with no settings of its user's."""
    if service.partly_read or service.build is not None or service.entrypoint.decided or service.command.decided:
        return False
    return all(map(_is_content, service.mounts)) and bool(service.read_only.places)


def _is_content(mount: Mount) -> bool:
    """Whether a mount tells the program nothing of its own folders."""
    target = mount.target.value
    if target is None:
        return False
    return not target.endswith((".conf", ".cnf")) or target.rpartition("/")[0] in HERE


def _real(path: str) -> str:
    """A path without the link that every Linux image has from `/var/run` to `/run`."""
    path = normpath(path)
    return path[len("/var") :] if path == "/var/run" or path.startswith("/var/run/") else path


def unprivileged_twin(service: Service) -> Iterator[Problem]:
    """Services that start as root from an image which its makers also publish for another user."""
    known, user = service.known, service.user
    # One that becomes another user behind its entrypoint starts as root all the same.
    starts = user.is_root.value or (user.is_root.value is False and user.value.value in ("root", "0"))
    if known is None or not known.unprivileged or not starts or not service.base_image.places:
        return
    message = f"{service} starts as root; `{known.unprivileged}` is the same program for another user"
    yield Problem(message, service.base_image.places[0], fact="user.value", detail=known.unprivileged)
