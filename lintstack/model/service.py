"""A service as it would run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact
from lintstack.record import Subject
from lintstack.source import Span

if TYPE_CHECKING:
    from lintstack.model.build import Build, Healthcheck, Image, Logging, User, Watch
    from lintstack.model.dockerfile import Dockerfile
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
        restart: restart policy (`restart`, or what `deploy.restart_policy` amounts to).
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
        profiles: profiles it belongs to.
        container_name: fixed container name.
        replicas: number of containers.
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
        base_image: the image at the end of the FROM chain, or the service's own image.
        is_edge: whether it is the reverse proxy in front of the others.
        is_database: whether it keeps data (database, cache, broker, search).
        is_dev_tool: whether it is a tool for developers only.
        is_job: whether it is expected to end (migrations, `service_completed_successfully` targets).
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
    profiles: Fact[tuple[str, ...]] = ABSENT
    container_name: Fact[str] = ABSENT
    replicas: Fact[int] = ABSENT
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
    base_image: Fact[str] = ABSENT
    is_edge: Fact[bool] = ABSENT
    is_database: Fact[bool] = ABSENT
    is_dev_tool: Fact[bool] = ABSENT
    is_job: Fact[bool] = ABSENT

    @property
    def service(self) -> Service:  # itself, so that every subject of a service can be asked for `service.…`
        return self

    @property
    def dockerfile(self) -> Dockerfile | None:  # looks at all of them: for checks that know what they want
        stage = self.build.stage if self.build else None
        found = (item for item in self.stack.dockerfiles if stage is not None and item.parsed is stage.dockerfile)
        return next(found, None) or (self.stack.dockerfiles[0] if self.synthetic else None)

    def __str__(self) -> str:
        return f"{'stage' if self.synthetic else 'service'} `{self.name}`" if self.name else "the image"
