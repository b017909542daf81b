"""Checks of rights that a service takes over the host: privileges, namespaces, devices, kernel parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from lintstack.compose.problems import shown
from lintstack.facts import Fact, Place, each
from lintstack.findings import Problem
from lintstack.model import Build, Service

MOST_NAMED = 3


def no_privileged(service: Service) -> Iterator[Problem]:
    """A privileged service; hooks that are privileged in one that is not."""
    if service.privileged.value:
        needed = "privileged" in (service.needs.value or ())
        way = ", as its image has to; let nothing that is not trusted reach it" if needed else PRIVILEGED
        message = f"{service} runs with all rights of the host{way}"
        at = service.privileged.places[0]
        yield Problem(message, at, service.privileged.places[1:], "privileged", severity="info" if needed else None)
    for hook, place in each(service.privileged_hooks) if service.privileged_hooks.value else ():
        message = f"the `{hook}` of {service} runs with all rights of the host; remove its `privileged: true`"
        yield Problem(message, place, fact="privileged_hooks", detail=hook, variant="hook")


PRIVILEGED = "; replace `privileged: true` by the device or capability that it needs"


def unconfined_service(service: Service) -> Iterator[Problem]:
    """Options that switch a protection of the kernel off, at each of them."""
    for option, place in each(service.security_opt):
        said = option.replace("=", ":", 1)
        for name, variant, lost in UNCONFINED:
            if said == name and not (variant == "selinux" and _has_socket(service)):
                message = (
                    f"`{option}` takes {lost} from {service}; remove it, or name a profile that allows what it needs"
                )
                yield Problem(message, place, fact="security_opt", detail=variant, variant=variant)


def _has_socket(service: Service) -> bool:
    """Whether it is given the container runtime's socket: for that SELinux has to stand back, and it is the graver."""
    return any(
        mount.is_runtime_socket.value or (mount.target.value or "").endswith("/docker.sock") for mount in service.mounts
    )


# Options as `name:value`, the variant, and what is lost.
# https://docs.docker.com/reference/cli/docker/container/run/#security-opt
UNCONFINED = (
    ("seccomp:unconfined", "seccomp", "the filter of system calls"),
    ("apparmor:unconfined", "apparmor", "AppArmor's profile"),
    ("label:disable", "selinux", "SELinux' separation"),
    ("label:type:spc_t", "selinux", "SELinux' separation"),
    ("systempaths:unconfined", "systempaths", "the masks over `/proc` and `/sys`"),
)


def valid_security_option(service: Service) -> Iterator[Problem]:
    """Options that Docker refuses to start a container with."""
    for option, place in each(service.security_opt):
        fault = _refused(option)
        if fault:
            yield Problem(f"`{shown(option)}` of {service} {fault}", place, fact="security_opt", detail=option)
    for path, place in each(service.broken_profiles):
        message = f"the seccomp profile `{shown(path)}` of {service} is missing or no JSON, so it does not start"
        yield Problem(message, place, fact="broken_profiles", detail=path)


def _refused(option: str) -> str:
    """Why Docker refuses an option; "" where it takes it.

    Docker Compose reads `systempaths=unconfined` and splits what else there is at `=`, else at `:`
    (`parseSecurityOpts`); the engine knows the names (`parseSecurityOpt` in moby's `daemon/daemon_unix.go`).
    """
    if option in BARE:
        return ""
    name, separator, value = option.partition("=" if "=" in option else ":")
    if not separator:
        return f"is no option that Docker knows; write `name=value`, the names are {', '.join(OPTIONS)}"
    if name not in OPTIONS:
        return f"starts with `{shown(name)}`, which Docker does not know; the names are {', '.join(OPTIONS)}"
    if name == "no-new-privileges" and value.lower() not in ("true", "false", "1", "0", "t", "f"):
        return "is neither true nor false; write `no-new-privileges=true`"
    return ""


BARE = ("no-new-privileges", "systempaths=unconfined")
OPTIONS = ("apparmor", "label", "no-new-privileges", "seccomp", "writable-cgroups")


def host_network(service: Service) -> Iterator[Problem]:
    """A service in the network of the host, unless its image is for that."""
    if service.network_mode.value == "host" and "network" not in (service.needs.value or ()):
        message = (
            f"{service} listens on the host's own interfaces and reaches what listens on its loopback; "
            "remove `network_mode: host` and publish the ports that are needed"
        )
        yield Problem(message, service.network_mode.places[0], service.network_mode.places[1:], "network_mode")


def host_namespace(service: Service) -> Iterator[Problem]:
    """Processes or shared memory of the host, or of a container outside the project."""
    for name, fact in (("pid", service.pid), ("ipc", service.ipc)):
        mode = fact.value or ""
        owner = (
            "the host" if mode == "host" else f"container `{shown(mode[10:])}`" if mode.startswith("container:") else ""
        )
        if owner and not (name == "pid" and name in (service.needs.value or ())):
            message = f"{service} {SHARED[name][0]} of {owner}; {SHARED[name][1]}"
            yield Problem(message, fact.places[0], fact.places[1:], name, variant=name)


# What a shared namespace gives, and the way out.
SHARED = {
    "pid": ("sees the processes, and as root their environment and files,", "remove `pid`"),
    "ipc": ("reads and writes the shared memory", "remove `ipc`, and set `shm_size` where it needs more memory"),
}


def lesser_host_namespace(service: Service) -> Iterator[Problem]:
    """The host's name, users or control groups."""
    for name, fact, what in (
        ("uts", service.uts, "name"),
        ("userns", service.userns_mode, "users"),
        ("cgroup", service.cgroup, "control groups"),
    ):
        if fact.value == "host":
            key = "userns_mode" if name == "userns" else name
            message = f"{service} shares the {what} of the host; remove `{key}: host`"
            yield Problem(message, fact.places[0], fact.places[1:], key, variant=name)


def host_device(service: Service) -> Iterator[Problem]:
    """Disks, memory and the kernel's log of the host, and rules that open all of a kind."""
    for path, place in each(service.devices):
        kind = _dangerous(path)
        if kind:
            message = (
                f"{service} has `{shown(path)}`, {kind}; mount the folder that it needs, or name one harmless device"
            )
            yield Problem(message, place, fact="devices", detail=path)
    for rule, place in each(service.device_cgroup_rules):
        words = rule.split()
        if len(words) == 3 and words[0] in ("a", "b") and words[1].partition(":")[0] in ("*", *DISKS):
            message = f"the rule `{shown(rule)}` opens the host's disks to {service}; name the one device that it needs"
            yield Problem(message, place, fact="device_cgroup_rules", detail=rule)


# Major numbers of disks: https://www.kernel.org/doc/Documentation/admin-guide/devices.txt
DISKS = ("3", "8", "9", "65", "66", "202", "179", "253", "254", "259")
# Below /dev, https://www.kernel.org/doc/html/latest/admin-guide/devices.html
DANGEROUS = (
    (r"(?:[shv]d[a-z]|xvd[a-z]|nvme\d|mmcblk\d|md\d|dm-\d|rbd\d|nbd\d|zd\d)\w*", "a disk"),
    (r"(?:disk|mapper|zvol|md)(?:/.*)?", "a disk"),
    (r"loop(?:\d+|-control)|zfs", "by which disks are made"),
    (r"mem|kmem|port", "the memory"),
    (r"kmsg", "the kernel's log"),
    (r"", "every device"),
)


def _dangerous(path: str) -> str:
    """What a device of the host is, where it opens the host; "" elsewhere."""
    if path != "/dev" and not path.startswith("/dev/"):
        return ""
    name = path[5:]
    what = next((what for pattern, what in DANGEROUS if re.fullmatch(pattern, name)), "")
    return f"{what} of the host" if what and not what.startswith("by") else f"{what} on the host" if what else ""


def kvm_device(service: Service) -> Iterator[Problem]:
    """The kernel's virtual machines, unless the image is one."""
    for path, place in each(service.devices):
        if path == "/dev/kvm" and "kvm" not in (service.needs.value or ()):
            message = f"{service} starts virtual machines in the host's kernel; remove `/dev/kvm` if it can do without"
            yield Problem(message, place, fact="devices", detail=path)


def namespaced_sysctl(service: Service) -> Iterator[Problem]:
    """Kernel parameters that a container cannot have of its own, so that it does not start."""
    for name, place in each(service.sysctls):
        parameter = name.replace("/", ".")
        owner, fact = _owner(parameter, service)
        if owner == "host":
            message = (
                f"`{shown(name)}` is a parameter of the whole host, with which {service} does not start; set it there"
            )
            yield Problem(message, place, fact="sysctls", detail=name)
        elif fact is not None and fact.value == "host":
            message = f"`{owner}: host` makes `{shown(name)}` the host's, so {service} does not start; set it there"
            yield Problem(message, place, (Place(fact.places[0].span, "the host's"),), "sysctls", name)


@cache
def _ipc_parameters() -> frozenset[str]:
    """Parameters of the namespace for messages and shared memory (runc's `validateSysctl`)."""
    words = "msgmax msgmnb msgmni sem shmall shmmax shmmni shm_rmid_forced"
    return frozenset(f"kernel.{word}" for word in words.split())


def _owner(parameter: str, service: Service) -> tuple[str, Fact[Any] | None]:
    """The key of the namespace that a parameter belongs to, and its fact; ("host", None) without one."""
    if parameter.startswith("net."):
        return "network_mode", service.network_mode
    if parameter in _ipc_parameters() or parameter.startswith("fs.mqueue."):
        return "ipc", service.ipc
    return ("uts", service.uts) if parameter == "kernel.domainname" else ("host", None)


def oom_killer_off(service: Service) -> Iterator[Problem]:
    """Services that the kernel spares when memory runs out, and takes others instead."""
    off, score = service.oom_kill_disable, service.oom_score_adj
    if off.value and service.memory_limit.absent:
        message = (
            f"{service} has no memory limit and is not killed when memory runs out, so others are, or the host stops; "
            "remove `oom_kill_disable` or set `mem_limit`"
        )
        yield Problem(message, off.places[0], off.places[1:], "oom_kill_disable")
    if score.value is not None and -1000 <= score.value < LOWEST_SCORE:
        message = (
            f"{service} is killed after nearly everything else on the host; raise `oom_score_adj` to {LOWEST_SCORE}"
        )
        yield Problem(message, score.places[0], score.places[1:], "oom_score_adj")


LOWEST_SCORE = -500


def build_entitlement(build: Build) -> Iterator[Problem]:
    """Builds with rights of the host."""
    if build.privileged.value:
        message = f"{build.service or 'the build'} is built with all rights of the host; remove `privileged: true`"
        yield Problem(message, build.privileged.places[0], fact="privileged", variant="privileged")
    if build.network.value == "host":
        message = f"{build.service or 'the build'} is built in the network of the host; remove `network: host`"
        yield Problem(message, build.network.places[0], fact="network", variant="network-host", severity="info")
    for right, place in each(build.entitlements):
        what = ENTITLEMENTS.get(right)
        if what:
            message = f"{build.service or 'the build'} may be built {what}; remove `{right}`"
            yield Problem(message, place, fact="entitlements", detail=right, variant=right.replace(".", "-"))


# https://docs.docker.com/reference/cli/docker/buildx/build/#allow
ENTITLEMENTS = {
    "security.insecure": "with all rights of the host",
    "network.host": "in the network of the host",
}
