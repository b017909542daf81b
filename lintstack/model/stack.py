"""What runs: the stack, its services and all that belongs to them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact
from lintstack.findings import Kind
from lintstack.record import Subject
from lintstack.source import Span, span_key

if TYPE_CHECKING:
    from lintstack.dockerfile import stages
    from lintstack.model.dockerfile import Dockerfile
    from lintstack.model.files import ComposeFile, Dotenv, Extension, Feature, Include, Override, Project, Suppression
    from lintstack.model.scripts import Script
    from lintstack.model.values import Interpolation, Rewrite, Variable


class Image(Subject):
    """An image reference: of a service, of a FROM, of a `--from`.

    Attributes:
        reference: the whole reference, variables resolved.
        registry: host of the registry ("docker.io" when none is written).
        repository: path without registry, tag and digest ("library/nginx" is written "nginx").
        tag: tag as written.
        digest: digest as written, with its algorithm.
        pinned: how exactly it is pinned: digest, full (1.2.3), minor (1.2), major (1), floating (a word), latest, none.
        built: whether a service or Dockerfile of this repository builds that name.
        trusted: whether `trusted-registries` of the configuration covers it; absent where that list is empty.
    """

    reference: Fact[str] = ABSENT
    registry: Fact[str] = ABSENT
    repository: Fact[str] = ABSENT
    tag: Fact[str] = ABSENT
    digest: Fact[str] = ABSENT
    pinned: Fact[str] = ABSENT
    built: Fact[bool] = ABSENT
    service: Service | None = None
    trusted: Fact[bool] = ABSENT


class Build(Subject):
    """What a service builds.

    Attributes:
        context: build context, relative to the project root.
        dockerfile: path of the Dockerfile as found, relative to the working directory.
        target: `build.target` as written.
        target_exists: whether the Dockerfile has that stage; absent without a target, unknown without a Dockerfile.
        stage_names: names of the Dockerfile's stages in order.
        stage_name: name (else index) of the stage that is built.
        is_local: whether the context is a folder of this repository.
    """

    context: Fact[str] = ABSENT
    dockerfile: Fact[str] = ABSENT
    target: Fact[str] = ABSENT
    target_exists: Fact[bool] = ABSENT
    stage_names: Fact[tuple[str, ...]] = ABSENT
    stage_name: Fact[str] = ABSENT
    is_local: Fact[bool] = ABSENT
    stage: stages.Stage | None = None
    service: Service | None = None


class User(Subject):
    """The user that the service's process starts as.

    Attributes:
        value: effective user, as written.
        uid: its number, where it is one.
        is_root: whether that is root; images whose entrypoint drops privileges count as non-root.
        source: where it was found: compose, dockerfile, base-image.
    """

    value: Fact[str] = ABSENT
    uid: Fact[int] = ABSENT
    is_root: Fact[bool] = ABSENT
    source: Fact[str] = ABSENT


class Healthcheck(Subject):
    """The effective health check: compose, else the built stage, else the image.

    Attributes:
        defined: whether one would run.
        disabled: whether it was switched off (`disable: true`, `NONE`).
        source: where it was found: compose, dockerfile, base-image.
        test: words of the command; a shell command is one word after CMD-SHELL.
        shell: whether a shell runs it.
        program: first program that it starts.
        program_missing: whether the image is known not to have that program.
        port: port on this container that it calls, where it can be told.
        interval: seconds between checks (Docker's default 30).
        timeout: seconds that one check may take (default 30).
        retries: failures in a row that make it unhealthy (default 3).
        start_period: seconds of grace at the start; absent when not set.
        start_interval: seconds between checks in the start period; absent when not set.
    """

    service: Service | None = None
    defined: Fact[bool] = ABSENT
    disabled: Fact[bool] = ABSENT
    source: Fact[str] = ABSENT
    test: Fact[tuple[str, ...]] = ABSENT
    shell: Fact[bool] = ABSENT
    program: Fact[str] = ABSENT
    program_missing: Fact[bool] = ABSENT
    port: Fact[int] = ABSENT
    interval: Fact[float] = ABSENT
    timeout: Fact[float] = ABSENT
    retries: Fact[int] = ABSENT
    start_period: Fact[float] = ABSENT
    start_interval: Fact[float] = ABSENT


class Logging(Subject):
    """How the service's output is kept.

    Attributes:
        driver: logging driver; absent means the daemon's default, json-file.
        max_size: option max-size.
        max_file: option max-file.
        bounded: whether logs on this host cannot grow without end (rotation, or a driver that ships them).
    """

    driver: Fact[str] = ABSENT
    max_size: Fact[str] = ABSENT
    max_file: Fact[str] = ABSENT
    bounded: Fact[bool] = ABSENT


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
    """

    stack: Stack
    type: Fact[str] = ABSENT
    external: Fact[bool] = ABSENT
    used: Fact[bool] = ABSENT


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
    layers: tuple[Variable, ...] = ()  # what the build leaves in the image beside the environment: arg, layer
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

    def __str__(self) -> str:
        return f"{'stage' if self.synthetic else 'service'} `{self.name}`" if self.name else "the image"


class Stack(Subject):
    """A project in one environment.

    Attributes:
        kind: dev, prod or unknown.
        environment: name of the environment.
        for_swarm: whether the name of one of its files says that it is deployed to a Swarm.
        service_names: names of its services.
        active: names of the services that start without a profile.

    `secrets` are places that no report may print.
    """

    kind: Kind = "unknown"
    environment: str = ""
    project: str = ""
    for_swarm: Fact[bool] = ABSENT
    service_names: Fact[tuple[str, ...]] = ABSENT
    active: Fact[tuple[str, ...]] = ABSENT
    home: Project | None = None
    files: tuple[ComposeFile, ...] = ()
    features: tuple[Feature, ...] = ()
    services: tuple[Service, ...] = ()
    resources: tuple[Resource, ...] = ()
    images: tuple[Image, ...] = ()
    dockerfiles: tuple[Dockerfile, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    scripts: tuple[Script, ...] = ()
    overrides: tuple[Override, ...] = ()
    extensions: tuple[Extension, ...] = ()
    includes: tuple[Include, ...] = ()
    interpolations: tuple[Interpolation, ...] = ()
    dotenvs: tuple[Dotenv, ...] = ()
    secrets: tuple[Span, ...] = ()

    @cached_property
    def written_secrets(self) -> frozenset[tuple[str, int, int]]:
        """Places of the credentials that variables of services spell out (`source.span_key`)."""
        found = (item for service in self.services for item in (*service.environment, *service.layers))
        return frozenset(
            span_key(item.value.span)
            for item in found
            if item.value.span and item.is_secret.value and item.is_literal.value
        )
