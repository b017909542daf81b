"""A service as it would run."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact
from lintstack.record import Subject
from lintstack.source import Span

if TYPE_CHECKING:
    from lintstack.images import Known
    from lintstack.model.address import Address
    from lintstack.model.build import Build, Healthcheck, Image, Logging, User, Watch
    from lintstack.model.dockerfile import Dockerfile
    from lintstack.model.network import Attachment
    from lintstack.model.parts import Dependency, Mount, Port, Reference
    from lintstack.model.stack import Stack
    from lintstack.model.values import Rewrite, Variable


class Service(Subject):
    """A service as it would run; a Dockerfile stage that no service builds is a synthetic one.

    Attributes:
        synthetic: whether it stands for a Dockerfile stage that no service builds.
        user: effective user.
        healthcheck: effective health check.
        logging: effective logging.
        restart: restart policy (`restart`, or what `deploy.restart_policy` amounts to; a Swarm knows only that).
        memory_limit: bytes it may use; 0 counts as absent.
        cpu_limit: CPUs it may use; 0 counts as absent.
        pids_limit: processes it may have; -1 and 0 count as absent.
        privileged: whether it runs with all rights of the host.
        cap_add: added capabilities, upper case, without CAP_.
        cap_drop: dropped capabilities, likewise.
        security_opt: security options as written.
        no_new_privileges: whether its processes cannot gain rights.
        read_only: whether the root filesystem is read-only.
        network_mode: network mode as written.
        networks: names of the networks it joins ("default" when none is named).
        hostname: host name that it gives itself.
        mac_address: MAC address on its primary network.
        links: entries of `links` as written.
        extra_hosts: host names under `extra_hosts`.
        external_links: names under which it knows containers of other projects.
        dns: entries of `dns` and `dns_search`.
        expose: entries of `expose` as written.
        profiles: profiles it belongs to.
        container_name: fixed container name.
        replicas: number of containers.
        restart_overruled: `restart` as written where `deploy.restart_policy` decides, as always in a Swarm.
        restart_attempts: how often a failed container is started again.
        memory_reservation: bytes that are reserved for it.
        cpu_reservation: CPUs that are reserved for it.
        swap_limit: bytes of memory and swap together (`memswap_limit`); -1 is no limit.
        swappiness: `mem_swappiness`, 0 to 100, or -1.
        swarm_only: keys of `deploy` that `docker compose up` does not read.
        legacy_links: entries of `links` and `external_links`.
        volumes_from: entries of `volumes_from`.
        root_hooks: hooks (`post_start`, `pre_stop`) that are run as root.
        ulimits_above: names of its `ulimits` whose soft value is above the hard one.
        static_addresses: IP addresses that it asks for in its networks.
        dropped_command: CMD of the built image, where an `entrypoint` without `command` drops it.
        init: whether an init process is PID 1.
        entrypoint: effective entrypoint words.
        command: effective command words.
        entrypoint_form: exec or shell.
        command_form: exec or shell.
        command_cut: what Docker Compose drops from the end of a `command` that is a string: `; b` of `a; b`.
        entrypoint_cut: likewise of `entrypoint`.
        shell: words of the SHELL instruction in force; absent when none is.
        process: what runs: entrypoint, then command.
        workdir: effective working directory.
        exposed: container ports the image or the service declares, as "80/tcp".
        image_ports: those of them that the image declares.
        base_image: the image at the end of the FROM chain, or the service's own image.
        image_name: `image` as it stands, also where the service builds it; variables resolved.
        former_image: the image that an earlier file of the environment names, where a later one names another.
        pull_policy: when its image is pulled or built, as written.
        missing_env_files: env files of it that cannot be read, as written: its other variables are unknown.
        pid: process namespace as written; absent for one of its own.
        ipc: namespace of shared memory and semaphores, likewise.
        uts: namespace of the host's name, likewise.
        userns_mode: namespace of users, likewise.
        cgroup: namespace of control groups, likewise.
        cgroup_parent: control group that the container is put into.
        devices: paths of devices on the host, without `.`, `..` and doubled slashes; other names as written.
        device_cgroup_rules: rules about further devices, as written.
        group_add: groups that its user is in beside its own, as written.
        sysctls: names of the kernel parameters that it sets.
        oom_kill_disable: whether the kernel may not kill it when memory runs out.
        oom_score_adj: how much rather than others it is killed then, from -1000 (never) to 1000.
        tty: whether it has a terminal.
        stdin_open: whether its standard input stays open.
        privileged_hooks: hooks (`post_start`, `pre_stop`) with a command that runs with all rights of the host.
        broken_profiles: seccomp profiles of `security_opt` in the repository that are not there or no JSON.
        needs: rights that its image is known to need: privileged, root, host, pid, network, devices, kvm, capabilities.
        discarded_ports: container ports of `ports` that its network mode leaves without effect.
        is_edge: whether it is the reverse proxy in front of the others.
        is_database: whether it keeps data (database, cache, broker, search).
        is_dev_tool: whether it is a tool for developers only.
        stop_grace: seconds between the stop signal and the kill, where the service says so (Docker's default 10).
        stop_signal: signal that asks it to stop, where the service says so.
        is_job: whether it is expected to end (migrations by name or command, `service_completed_successfully` targets).
    """

    stack: Stack
    keys: tuple[Span, ...] = ()
    synthetic: bool = False
    user: User = None  # type: ignore[assignment]  # bound by join.py
    healthcheck: Healthcheck = None  # type: ignore[assignment]  # bound by join.py
    logging: Logging = None  # type: ignore[assignment]  # bound by join.py
    image: Image | None = None
    build: Build | None = None
    ports: tuple[Port, ...] = ()
    mounts: tuple[Mount, ...] = ()
    environment: tuple[Variable, ...] = ()
    build_args: tuple[Variable, ...] = ()
    layers: tuple[Variable, ...] = ()  # what holds values beside the environment: arg, layer, label
    watches: tuple[Watch, ...] = ()
    depends_on: tuple[Dependency, ...] = ()
    references: tuple[Reference, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()
    restart: Fact[str] = ABSENT
    memory_limit: Fact[int] = ABSENT
    cpu_limit: Fact[float] = ABSENT
    pids_limit: Fact[int] = ABSENT
    privileged: Fact[bool] = ABSENT
    cap_add: Fact[tuple[str, ...]] = ABSENT
    cap_drop: Fact[tuple[str, ...]] = ABSENT
    security_opt: Fact[tuple[str, ...]] = ABSENT
    no_new_privileges: Fact[bool] = ABSENT
    read_only: Fact[bool] = ABSENT
    network_mode: Fact[str] = ABSENT
    networks: Fact[tuple[str, ...]] = ABSENT
    hostname: Fact[str] = ABSENT
    mac_address: Fact[str] = ABSENT
    links: Fact[tuple[str, ...]] = ABSENT
    extra_hosts: Fact[tuple[str, ...]] = ABSENT
    external_links: Fact[tuple[str, ...]] = ABSENT
    dns: Fact[tuple[str, ...]] = ABSENT
    expose: Fact[tuple[str, ...]] = ABSENT
    profiles: Fact[tuple[str, ...]] = ABSENT
    container_name: Fact[str] = ABSENT
    replicas: Fact[int] = ABSENT
    restart_overruled: Fact[str] = ABSENT
    restart_attempts: Fact[int] = ABSENT
    memory_reservation: Fact[int] = ABSENT
    cpu_reservation: Fact[float] = ABSENT
    swap_limit: Fact[int] = ABSENT
    swappiness: Fact[int] = ABSENT
    swarm_only: Fact[tuple[str, ...]] = ABSENT
    legacy_links: Fact[tuple[str, ...]] = ABSENT
    volumes_from: Fact[tuple[str, ...]] = ABSENT
    root_hooks: Fact[tuple[str, ...]] = ABSENT
    ulimits_above: Fact[tuple[str, ...]] = ABSENT
    static_addresses: Fact[tuple[str, ...]] = ABSENT
    dropped_command: Fact[tuple[str, ...]] = ABSENT
    init: Fact[bool] = ABSENT
    entrypoint: Fact[tuple[str, ...]] = ABSENT
    command: Fact[tuple[str, ...]] = ABSENT
    entrypoint_form: Fact[str] = ABSENT
    command_form: Fact[str] = ABSENT
    command_cut: Fact[str] = ABSENT
    entrypoint_cut: Fact[str] = ABSENT
    shell: Fact[tuple[str, ...]] = ABSENT
    process: Fact[tuple[str, ...]] = ABSENT
    workdir: Fact[str] = ABSENT
    exposed: Fact[tuple[str, ...]] = ABSENT
    image_ports: Fact[tuple[str, ...]] = ABSENT
    base_image: Fact[str] = ABSENT
    image_name: Fact[str] = ABSENT
    former_image: Fact[str] = ABSENT
    pull_policy: Fact[str] = ABSENT
    missing_env_files: Fact[tuple[str, ...]] = ABSENT
    pid: Fact[str] = ABSENT
    ipc: Fact[str] = ABSENT
    uts: Fact[str] = ABSENT
    userns_mode: Fact[str] = ABSENT
    cgroup: Fact[str] = ABSENT
    cgroup_parent: Fact[str] = ABSENT
    devices: Fact[tuple[str, ...]] = ABSENT
    device_cgroup_rules: Fact[tuple[str, ...]] = ABSENT
    group_add: Fact[tuple[str, ...]] = ABSENT
    sysctls: Fact[tuple[str, ...]] = ABSENT
    oom_kill_disable: Fact[bool] = ABSENT
    oom_score_adj: Fact[int] = ABSENT
    tty: Fact[bool] = ABSENT
    stdin_open: Fact[bool] = ABSENT
    privileged_hooks: Fact[tuple[str, ...]] = ABSENT
    broken_profiles: Fact[tuple[str, ...]] = ABSENT
    needs: Fact[tuple[str, ...]] = ABSENT
    discarded_ports: Fact[tuple[str, ...]] = ABSENT
    is_edge: Fact[bool] = ABSENT
    is_database: Fact[bool] = ABSENT
    is_dev_tool: Fact[bool] = ABSENT
    is_job: Fact[bool] = ABSENT
    stop_grace: Fact[float] = ABSENT
    stop_signal: Fact[str] = ABSENT
    known: Known | None = None  # what the catalogue says of the image at the end of the FROM chain
    partly_read: bool = False  # whether what nobody reads may say more: env files that are not there, other volumes

    @property
    def service(self) -> Service:  # itself, so that every subject of a service can be asked for `service.…`
        return self

    @cached_property
    def _addresses(self) -> tuple[Address, ...]:
        read = self.stack.read_addresses
        return read(self) if read else ()

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Hosts that its variables, its command and its health check name; found when they are asked for."""
        return self._addresses

    @property
    def dockerfile(self) -> Dockerfile | None:  # looks at all of them: for checks that know what they want
        stage = self.build.stage if self.build else None
        found = (item for item in self.stack.dockerfiles if stage is not None and item.parsed is stage.dockerfile)
        return next(found, None) or (self.stack.dockerfiles[0] if self.synthetic else None)

    def __str__(self) -> str:
        return f"{'stage' if self.synthetic else 'service'} `{self.name}`" if self.name else "the image"
