"""Checks of restarts, limits, replicas and logging."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lintstack.facts import Fact, Place
from lintstack.findings import Problem
from lintstack.model import Service

MEGABYTE = 1024 * 1024
# What the engine refuses: `linuxMinMemory` in its daemon_unix.go.
LEAST_MEMORY = 6 * MEGABYTE
LONGEST = 4096  # characters of a variable that are looked at
MOST_VARIABLES = 500


def _said(fact: Fact[Any]) -> bool:
    return fact.decided and fact.value is not None


def _related(fact: Fact[Any], label: str) -> tuple[Place, ...]:
    return tuple(Place(place.span, place.label or label) for place in fact.places[:1])


# Profiles of services that are started by hand, and end.
BY_HAND = frozenset("cli debug init job jobs manual migrate migrations seed setup test tests tool tools".split())


def restart_policy(service: Service) -> Iterator[Problem]:
    """Services that stay down, but for those that end, are started by hand, or run in Swarm, which restarts."""
    restart = service.restart
    if restart.unknown or (restart.value or "").startswith(("always", "unless-stopped", "on-failure")):
        return
    if service.is_job.value is not False or service.stack.for_swarm.value or service.synthetic:
        return
    if service.profiles.unknown or not BY_HAND.isdisjoint(service.profiles.value or ()):
        return
    message = f"{service} stays down once it dies; set `restart: unless-stopped` or `always`"
    yield Problem(message, restart.places[0] if restart.decided else None, restart.places[1:], fact="restart")


def restart_overruled(service: Service) -> Iterator[Problem]:
    """A `restart` that says something else than the policy that counts."""
    said, counts = service.restart_overruled, service.restart
    if not _said(said) or not said.value or counts.value is None:
        return
    if service.stack.for_swarm.value:
        if counts.default and said.value == "no":
            message = (
                f"`restart: no` of {service} has no effect in a Swarm, which starts again whatever ends; "
                "write `deploy.restart_policy.condition: none`"
            )
            yield Problem(message, said.places[0], fact="restart")
    elif _policy(said.value) != _policy(counts.value):
        message = (
            f"`restart: {said.value[:40]}` of {service} has no effect, since `deploy.restart_policy` says "
            f"`{counts.value[:40]}`; remove one of them"
        )
        yield Problem(message, said.places[0], _related(counts, "this counts"), fact="restart")


def _policy(text: str) -> str:
    name = text.partition(":")[0]
    return "always" if name == "unless-stopped" else name


def restart_retry_limit(service: Service, options: Mapping[str, Any]) -> Iterator[Problem]:
    """Services that are started again after each failure, without end or more often than was agreed."""
    restart, attempts, most = service.restart, service.restart_attempts, options["most"]
    if (restart.value or "").partition(":")[0] != "on-failure" or attempts.unknown:
        return
    if attempts.value is None or attempts.value == 0:
        message = f"{service} is started again after each failure, without end; write `on-failure:{most}`"
        yield Problem(message, restart.places[0], restart.places[1:], fact="restart_attempts")
    elif attempts.value > most:
        message = f"{service} is started again after {attempts.value} failures in a row; {most} are enough"
        yield Problem(message, attempts.places[0], attempts.places[1:], fact="restart_attempts")


def reservation_above_limit(service: Service) -> Iterator[Problem]:
    """More that is reserved than may be used."""
    pairs: tuple[tuple[str, Fact[Any], Fact[Any], Callable[[Any], str]], ...] = (
        ("memory", service.memory_reservation, service.memory_limit, _size),
        ("CPUs", service.cpu_reservation, service.cpu_limit, "{:g}".format),
    )
    for what, reserved, limit, shown in pairs:
        if _said(reserved) and limit.value is not None and reserved.value is not None and reserved.value > limit.value:
            message = (
                f"{service} reserves more {what} ({shown(reserved.value)}) than its limit of {shown(limit.value)}; "
                "raise the limit or lower the reservation"
            )
            yield Problem(message, reserved.places[0], _related(limit, "the limit"), fact="reservation", detail=what)


def _size(count: int) -> str:
    for unit, bytes_ in (("G", 1024 * MEGABYTE), ("M", MEGABYTE), ("K", 1024)):
        if count >= bytes_ and count % bytes_ == 0:
            return f"{count // bytes_}{unit}"
    return f"{count / MEGABYTE:.3g}M"


def memory_setting_refused(service: Service) -> Iterator[Problem]:
    """Numbers for memory and swap that the engine refuses."""
    limit, swap, swappiness = service.memory_limit, service.swap_limit, service.swappiness
    for fact, what in ((limit, "memory limit"), (service.memory_reservation, "memory reservation")):
        if _said(fact) and 0 < (fact.value or 0) < LEAST_MEMORY:
            message = f"Docker refuses the {what} of {service}: {_size(fact.value or 0)} is less than 6M"
            yield Problem(f"{message}; did you mean `m` or `g`?", fact.places[0], fact.places[1:], fact=what)
    if _said(swap) and (swap.value or 0) > 0:
        if limit.absent:
            message = f"Docker refuses `memswap_limit` of {service} without a memory limit; add `mem_limit`"
            yield Problem(message, swap.places[0], swap.places[1:], fact="swap_limit")
        elif limit.value is not None and (swap.value or 0) < limit.value:
            message = f"`memswap_limit` of {service} is memory and swap together, and less than its memory limit"
            related = _related(limit, "the memory limit")
            yield Problem(
                f"{message}; make it {_size(limit.value)} or more", swap.places[0], related, fact="swap_limit"
            )
    if _said(swappiness) and not -1 <= (swappiness.value or 0) <= 100:
        message = f"Docker refuses `mem_swappiness` of {service}; write 0 to 100"
        yield Problem(message, swappiness.places[0], swappiness.places[1:], fact="swappiness")


# Options and settings that give a program its memory -> the pattern of the size, as groups 1 and 2.
HEAPS: tuple[tuple[str, str, str], ...] = (
    ("the Java heap", r"(?:^|[\s\"'=])-Xmx(\d{1,15})([kKmMgGtT]?)(?![\w.])", ""),
    ("the heap of Node.js", r"--max[-_]old[-_]space[-_]size[= ](\d{1,9})()(?![\w.])", "m"),
    ("`maxmemory` of Redis", r"--maxmemory[= ](\d{1,15})([kKmMgG]?)[bB]?(?![\w.])", ""),
    ("`innodb_buffer_pool_size`", r"--innodb[-_]buffer[-_]pool[-_]size[= ](\d{1,15})([kKmMgG]?)(?![\w.])", ""),
    ("`shared_buffers`", r"shared_buffers ?= ?(\d{1,12})([kMGT]B)(?![\w.])", ""),
    ("the cache of WiredTiger", r"--wiredTigerCacheSizeGB[= ](\d{1,6})()(?![\w.])", "g"),
)
SIGNS = ("-Xmx", "old", "maxmemory", "buffer", "wiredTiger")
UNITS = {"": 1, "k": 1024, "m": MEGABYTE, "g": 1024 * MEGABYTE, "t": MEGABYTE * MEGABYTE}


def heap_above_limit(service: Service) -> Iterator[Problem]:
    """Programs that are allowed more memory than their container has."""
    limit = service.memory_limit
    if limit.value is None:
        return
    for text, place, name in _memory_words(service):
        for what, pattern, unit in HEAPS:
            found = re.search(pattern, text)
            size = int(found[1]) * UNITS[(found[2][:1] or unit).lower()] if found else 0
            if found and size >= limit.value:
                message = (
                    f"{what} of {service} may take {_size(size)}, but the container is killed at {_size(limit.value)}"
                    "; lower it, or raise the limit"
                )
                yield Problem(message, place, _related(limit, "the limit"), fact="memory_limit", detail=name)


def _memory_words(service: Service) -> Iterator[tuple[str, Place, str]]:
    """Texts that may give a program its memory, with their places and names."""
    process = service.process
    line = " ".join(process.value or ())[:LONGEST]
    if process.places and any(sign in line for sign in SIGNS):
        yield line, process.places[0], "process"
    for variable in service.environment[:MOST_VARIABLES]:
        text = (variable.value.value or "")[:LONGEST]
        if variable.value.places and any(sign in text for sign in SIGNS):
            yield text, variable.value.places[0], variable.name


def single_replica(service: Service, options: Mapping[str, Any]) -> Iterator[Problem]:
    """Services of production that run too few times."""
    replicas, least = service.replicas, options["least"]
    special = service.is_database.value or service.is_job.value or service.is_dev_tool.value or service.is_edge.value
    if special or service.is_job.unknown or replicas.value is None or replicas.value == 0 or service.profiles.value:
        return
    if replicas.value < least and "deploy.mode" not in (service.swarm_only.value or ()):
        message = f"{service} runs {'once' if replicas.value == 1 else f'{replicas.value} times'}, not {least} times"
        at = replicas.places[0] if replicas.decided else None
        yield Problem(f"{message}; set `deploy.replicas: {least}`", at, fact="replicas")


def replicas_share_resource(service: Service) -> Iterator[Problem]:
    """Several containers with one address, or with one data directory of a database."""
    replicas = service.replicas
    if (replicas.value or 1) < 2:
        return
    related = _related(replicas, "so many containers")
    if service.static_addresses.value:
        address, at = service.static_addresses.value[0], service.static_addresses.places[0]
        message = f"{replicas.value} containers of {service} cannot share the address `{address}`; leave it out"
        yield Problem(message, at, related, fact="static_addresses")
    if not service.is_database.value or service.stack.for_swarm.value:
        return
    for mount in service.mounts:
        shared = mount.type.value in ("volume", "bind") and mount.source.value and not mount.is_file.value
        if shared and mount.read_only.value is False and _holds_data(mount.target.value or ""):
            message = f"{replicas.value} containers of {service} write to one data directory, `{mount.target.value}`"
            yield Problem(f"{message}; run it once", Place(mount.span), related, fact="mounts", detail=mount.name)


def _holds_data(target: str) -> bool:
    return target.startswith(("/var/lib", "/data", "/bitnami", "/usr/share", "/opt")) and "conf" not in target


SHARED_OPTIONS = "mode max-buffer-size labels labels-regex env env-regex tag"
CACHED = "cache-disabled cache-max-size cache-max-file cache-compress"
# Drivers of the engine -> their options: https://docs.docker.com/engine/logging/configure/
DRIVERS = {
    "json-file": f"{SHARED_OPTIONS} max-size max-file compress",
    "local": "mode max-buffer-size max-size max-file compress",
    "journald": SHARED_OPTIONS,
    "syslog": f"""{SHARED_OPTIONS} {CACHED} syslog-address syslog-facility syslog-format syslog-tls-ca-cert
        syslog-tls-cert syslog-tls-key syslog-tls-skip-verify""",
    "gelf": f"""{SHARED_OPTIONS} {CACHED} gelf-address gelf-compression-level gelf-compression-type
        gelf-tcp-max-reconnect gelf-tcp-reconnect-delay""",
    "fluentd": f"""{SHARED_OPTIONS} {CACHED} fluentd-address fluentd-async fluentd-async-connect
        fluentd-async-reconnect-interval fluentd-buffer-limit fluentd-max-retries fluentd-read-timeout
        fluentd-request-ack fluentd-retry-wait fluentd-sub-second-precision fluentd-write-timeout""",
}


def logging_option_refused(service: Service) -> Iterator[Problem]:
    """Options that a logging driver does not have, and sizes that are none."""
    logging = service.logging
    driver = logging.driver.value or ""
    if logging.driver.unknown or logging.options.unknown or not logging.options.value or driver not in DRIVERS:
        return
    known = DRIVERS[driver].split()
    for name, place in zip(logging.options.value, logging.options.places, strict=False):
        if name not in known:
            owner = next((other for other, names in DRIVERS.items() if name in names.split()), "")
            owned = f", only by `{owner}`" if owner else ""
            message = f"the option `{name[:60]}` of {service} is not known by the logging driver `{driver}`{owned}"
            related = _related(logging.driver, "the driver") if logging.driver.decided else ()
            yield Problem(f"{message}; remove it, or name another driver", place, related, fact="options", detail=name)
    yield from _refused_sizes(service)


def _refused_sizes(service: Service) -> Iterator[Problem]:
    size, count = service.logging.max_size, service.logging.max_file
    text = (size.value or "")[:60]
    if _said(size) and text != "-1" and not re.fullmatch(r"\d+(?:\.\d+)? ?[kKmMgGtTpP]?[iI]?[bB]?", text):
        message = f"`max-size` of {service} is no size; write a number and `k`, `m` or `g`, such as `10m`"
        yield Problem(message, size.places[0], size.places[1:], fact="max_size")
    text = (count.value or "")[:60]
    if _said(count) and not (text.isascii() and text.isdigit() and int(text) > 0):
        message = f"`max-file` of {service} is not a number from 1 on; write how many files are kept, such as `3`"
        yield Problem(message, count.places[0], count.places[1:], fact="max_file")


def log_max_file(service: Service) -> Iterator[Problem]:
    """A log of one file, whose lines are lost when it is full."""
    logging = service.logging
    files = logging.max_file
    if logging.driver.value != "json-file" or not logging.bounded.value or files.unknown:
        return
    if files.absent or files.value == "1":
        message = f"{service} keeps one log file, so all earlier lines are lost each time that it is full"
        at = files.places[0] if _said(files) else logging.max_size.places[0]
        yield Problem(f"{message}; set `max-file` to 3 or so", at, fact="logging.max_file")
