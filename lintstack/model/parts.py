"""What belongs to a service or a stack: ports, mounts, dependencies, references, resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact
from lintstack.record import Subject

if TYPE_CHECKING:
    from lintstack.model.service import Service
    from lintstack.model.stack import Stack


class Port(Subject):
    """One entry of `ports`, in canonical form.

    Attributes:
        host_ip: address on the host; absent means all interfaces.
        published: host port or range ("8080", "8000-8010"); absent means none is asked for: a random one.
        published_first: first host port as a number.
        published_last: last host port as a number.
        target: container port, the first of a range.
        target_last: container port, the last of a range.
        protocol: tcp, udp or sctp.
        loopback: whether only this host can reach it.
        quoted: whether the short form stands in quotes; absent in the long form.
        beside: the port of an earlier file for the same container port, which stays beside this one.
    """

    service: Service
    host_ip: Fact[str] = ABSENT
    published: Fact[str] = ABSENT
    published_first: Fact[int] = ABSENT
    published_last: Fact[int] = ABSENT
    target: Fact[int] = ABSENT
    target_last: Fact[int] = ABSENT
    protocol: Fact[str] = ABSENT
    loopback: Fact[bool] = ABSENT
    quoted: Fact[bool] = ABSENT
    beside: Fact[str] = ABSENT


class Mount(Subject):
    """One entry of `volumes` or `tmpfs`, in canonical form.

    Attributes:
        type: bind, volume, tmpfs, npipe, cluster or image.
        source: host path (relative to the project root when inside it) or volume name; absent for anonymous ones.
        target: path in the container.
        read_only: whether the container cannot write to it.
        in_repository: whether a bind source lies inside the project's root.
        is_source_code: whether a bind source is, contains or is part of the service's own source.
        is_file: whether the bind source is a file; unknown when nothing is there.
        is_runtime_socket: whether it gives access to the container runtime's socket.
        drive: letter that Docker Compose takes for a drive of Windows where the name of a volume was meant.
    """

    service: Service
    type: Fact[str] = ABSENT
    source: Fact[str] = ABSENT
    target: Fact[str] = ABSENT
    read_only: Fact[bool] = ABSENT
    in_repository: Fact[bool] = ABSENT
    is_source_code: Fact[bool] = ABSENT
    is_file: Fact[bool] = ABSENT
    is_runtime_socket: Fact[bool] = ABSENT
    drive: Fact[str] = ABSENT


class Dependency(Subject):
    """One entry of `depends_on`.

    Attributes:
        condition: service_started, service_healthy or service_completed_successfully.
        required: whether it must exist.
    """

    service: Service
    condition: Fact[str] = ABSENT
    required: Fact[bool] = ABSENT
    target: Service | None = None


class Reference(Subject):
    """A name that a service uses and that must be declared elsewhere in the stack.

    Attributes:
        type: network, volume, secret, config, model or service.
        defined: whether the stack declares it.
        declared_by: an extended file that declares it: of that file the service alone is taken over.
        suggestion: the nearest declared name, absent when none is near.
    """

    service: Service
    type: Fact[str] = ABSENT
    defined: Fact[bool] = ABSENT
    declared_by: Fact[str] = ABSENT
    suggestion: Fact[str] = ABSENT


class Resource(Subject):
    """A declared network, volume, secret or config.

    Attributes:
        type: network, volume, secret or config.
        external: whether it is made outside this project.
        used: whether a service of the stack uses it.
        content: text that a config holds in the compose file itself.
    """

    stack: Stack
    type: Fact[str] = ABSENT
    external: Fact[bool] = ABSENT
    used: Fact[bool] = ABSENT
    content: Fact[str] = ABSENT
