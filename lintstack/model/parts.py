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
        elsewhere: folder of an earlier project of the repository that publishes the same host port.
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
    elsewhere: Fact[str] = ABSENT
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
        host_path: path of the host that it shows, in the words of the files: a bind source (`~` for a user's home;
            absent for one that starts with `./`), or the `device` of a volume that is a bind mount under another name.
        exposes: what of the host that path gives away: control (who writes there rules the host), credentials (keys of
            a user), system (what the host is and does).
        source_kind: what is at a relative bind source: file, dir or missing; unknown when git ignores what is missing
            or an example of it lies there.
        is_ignored: whether git ignores a relative bind source that is not there.
        missing_points: targets of further mounts inside it for which its read-only source has no place.
        options: words behind the second colon of the short form.
        propagation: how mounts below it are shared with the host.
        selinux: SELinux label that the source gets: z (shared) or Z (for this container alone).
        consistency: cached, delegated or consistent.
        creates_source: what `create_host_path` says.
        subpath: folder of the volume or image that is mounted.
        size: the most that a tmpfs may hold.
        stray_sections: sections of the long form that are for another type of mount.
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
    host_path: Fact[str] = ABSENT
    exposes: Fact[str] = ABSENT
    source_kind: Fact[str] = ABSENT
    is_ignored: Fact[bool] = ABSENT
    missing_points: Fact[tuple[str, ...]] = ABSENT
    options: Fact[tuple[str, ...]] = ABSENT
    propagation: Fact[str] = ABSENT
    selinux: Fact[str] = ABSENT
    consistency: Fact[str] = ABSENT
    creates_source: Fact[bool] = ABSENT
    subpath: Fact[str] = ABSENT
    size: Fact[str] = ABSENT
    stray_sections: Fact[tuple[str, ...]] = ABSENT


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
        for_build: whether the build alone gets it.
        ownership: keys of a secret or config about its file in the container: uid, gid, mode.
    """

    service: Service
    type: Fact[str] = ABSENT
    defined: Fact[bool] = ABSENT
    declared_by: Fact[str] = ABSENT
    suggestion: Fact[str] = ABSENT
    for_build: Fact[bool] = ABSENT
    ownership: Fact[tuple[str, ...]] = ABSENT


class Resource(Subject):
    """A declared network, volume, secret, config or model.

    Attributes:
        type: network, volume, secret, config or model.
        external: whether it is made outside this project.
        used: whether a service uses it, in this environment or another one of the project.
        idle_keys: keys of an external one that say how it would be made.
        origin: where a secret or config comes from: file, environment or content.
        file: the file that it comes from.
        file_exists: whether that file is there; unknown outside the repository.
        file_ignored: whether git ignores that file; unknown where nothing tells that this is a repository of git.
        variable_set: whether the variable that it comes from is known to have a value.
        drivers: keys with drivers that a secret or config asks for.
        for_swarm: whether the project has what only a Swarm reads; absent for what Docker Compose provides.
        content: text that a config holds in the compose file itself.

    `users` are the places of services that name it.
    """

    stack: Stack
    type: Fact[str] = ABSENT
    external: Fact[bool] = ABSENT
    used: Fact[bool] = ABSENT
    idle_keys: Fact[tuple[str, ...]] = ABSENT
    origin: Fact[str] = ABSENT
    file: Fact[str] = ABSENT
    file_exists: Fact[bool] = ABSENT
    file_ignored: Fact[bool] = ABSENT
    variable_set: Fact[bool] = ABSENT
    drivers: Fact[tuple[str, ...]] = ABSENT
    for_swarm: Fact[bool] = ABSENT
    users: tuple[Reference, ...] = ()
    content: Fact[str] = ABSENT
