"""What a service runs: its image, what it builds, as whom, whether it is well, where its output goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact
from lintstack.named import NamedTuple
from lintstack.record import Subject

if TYPE_CHECKING:
    from lintstack.dockerfile import stages
    from lintstack.model.service import Service


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
        entitlements: rights that the builder is asked for (`security.insecure`, `network.host`).
        privileged: whether its commands run with all rights of the host.
        network: network that its commands run in, as written.
        image: name that the built image gets.
        missing: the context, where it is a folder that is not there.
        moving: remote contexts in git without a commit or tag, passwords removed.
        fresh: keys that make every build start anew: no_cache, pull.
        secrets: names under which its commands get secrets.
    """

    context: Fact[str] = ABSENT
    dockerfile: Fact[str] = ABSENT
    target: Fact[str] = ABSENT
    target_exists: Fact[bool] = ABSENT
    stage_names: Fact[tuple[str, ...]] = ABSENT
    stage_name: Fact[str] = ABSENT
    is_local: Fact[bool] = ABSENT
    entitlements: Fact[tuple[str, ...]] = ABSENT
    privileged: Fact[bool] = ABSENT
    network: Fact[str] = ABSENT
    image: Fact[str] = ABSENT
    missing: Fact[str] = ABSENT
    moving: Fact[tuple[str, ...]] = ABSENT
    fresh: Fact[tuple[str, ...]] = ABSENT
    secrets: Fact[tuple[str, ...]] = ABSENT
    stage: stages.Stage | None = None
    service: Service | None = None


class Watch(NamedTuple):
    """One entry of `develop.watch`.

    Attributes:
        path: what is watched, as the merged files have it.
        action: sync, rebuild, restart, sync+restart or sync+exec.
        target: where to, in the container.
        there: what is at the path: file, dir, outside, or "" for nothing.
    """

    path: Fact[str]
    action: Fact[str]
    target: Fact[str]
    there: str


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
        impossible: whether the image, run as it comes, has nothing that a check could call; absent when it may.
        disabled: whether it was switched off (`disable: true`, `NONE`).
        source: where it was found: compose, dockerfile, base-image.
        test: words of the command; a shell command is one word after CMD-SHELL.
        shell: whether a shell runs it.
        program: first program that it starts.
        program_missing: whether the image is known not to have a program without which it fails, a shell included.
        missing: that program.
        port: port on this container that it calls, where it can be told.
        host: another host that it calls; absent when it calls this container.
        wget_option: option of its wget that BusyBox, which the image has, does not know.
        interval: seconds between checks (Docker's default 30).
        timeout: seconds that one check may take (default 30).
        retries: failures in a row that make it unhealthy (default 3).
        start_period: seconds of grace at the start; absent when not set.
        start_interval: seconds between checks in the start period; absent when not set.
    """

    service: Service | None = None
    defined: Fact[bool] = ABSENT
    impossible: Fact[bool] = ABSENT
    disabled: Fact[bool] = ABSENT
    source: Fact[str] = ABSENT
    test: Fact[tuple[str, ...]] = ABSENT
    shell: Fact[bool] = ABSENT
    program: Fact[str] = ABSENT
    program_missing: Fact[bool] = ABSENT
    missing: Fact[str] = ABSENT
    port: Fact[int] = ABSENT
    host: Fact[str] = ABSENT
    wget_option: Fact[str] = ABSENT
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
        options: names of all options.
        bounded: whether logs on this host cannot grow without end (rotation, or a driver that ships them).
    """

    driver: Fact[str] = ABSENT
    max_size: Fact[str] = ABSENT
    max_file: Fact[str] = ABSENT
    options: Fact[tuple[str, ...]] = ABSENT
    bounded: Fact[bool] = ABSENT
