"""Checks of capabilities: the parts that the rights of root are cut into (capabilities(7))."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from lintstack.compose.problems import shown
from lintstack.facts import Fact, Place, each
from lintstack.findings import Problem, Severity
from lintstack.model import Service

# Capabilities that make root in the container root on the host, and how.
HOST = {
    "ALL": "that is every right of the host's root",
    "SYS_ADMIN": "it can mount the host's disks and enter its namespaces",
    "SYS_MODULE": "it can load code into the host's kernel",
    "SYS_RAWIO": "it can read and write the host's memory and disks",
}
# Further ones, by what they are about, with what they allow.
STRONG = {
    "strong": {
        "NET_ADMIN": "change routes, addresses and firewall rules of its network",
        "BPF": "load programs into the kernel",
        "SYS_BOOT": "restart the host's kernel",
    },
    "host-reach": {
        "PERFMON": "watch what the kernel and other processes do",
        "SYS_TIME": "set the host's clock",
    },
    "host-availability": {
        "SYS_NICE": "take the processor from others",
        "IPC_LOCK": "keep memory from being swapped out",
        "LEASE": "hold files that others want to open",
    },
    "host-disclosure": {"SYSLOG": "read the host's kernel log and its addresses"},
    "bounded": {
        "SYS_PTRACE": "read and change other processes of the container",
        "DAC_READ_SEARCH": "read every file, whoever it belongs to",
    },
    "further": {
        "AUDIT_CONTROL": "switch the kernel's audit off",
        "AUDIT_READ": "read the kernel's audit log",
        "BLOCK_SUSPEND": "keep the host from sleeping",
        "CHECKPOINT_RESTORE": "choose the numbers of processes",
        "LINUX_IMMUTABLE": "make files that nobody can change or delete",
        "MAC_ADMIN": "change the kernel's access policy",
        "MAC_OVERRIDE": "pass over the kernel's access policy",
        "SYS_PACCT": "switch the accounting of processes",
        "SYS_RESOURCE": "exceed limits of resources",
        "SYS_TTY_CONFIG": "hang up the host's terminals",
        "WAKE_ALARM": "wake the host up",
    },
}
# https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
DEFAULT = frozenset(
    """
    AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID
    SYS_CHROOT
    """.split()
)
OTHER = frozenset({"ALL", "NET_BROADCAST"})
MOST_SUGGESTED = 20  # wrong names for which a right one is looked for


def host_capability(service: Service) -> Iterator[Problem]:
    """Added capabilities that open the host, by themselves or by what else the service has."""
    escalated = dict(_escalated(service))
    for name, place in each(service.cap_add):
        how, related = (HOST[name], ()) if name in HOST else escalated.get(name, ("", ()))
        if how:
            needed = name in (service.needs.value or ())
            way = NEEDED if needed else "let the host load what is needed" if name == "SYS_MODULE" else SMALLER
            message = f"{service} has capability {name}: {how}; {way}"
            yield Problem(message, place, related, "cap_add", name, severity="info" if needed else None)


NEEDED = "its image has to have it, so let nothing that is not trusted reach it"
SMALLER = "remove it, or add the smaller right that is needed"


def _escalated(service: Service) -> Iterator[tuple[str, tuple[str, tuple[Place, ...]]]]:
    """Capabilities that open the host together with something else: how, and what that is."""
    added = service.cap_add.value or ()
    if "SYS_PTRACE" in added and service.pid.value == "host":
        where = (Place(service.pid.places[0].span, "with this"),)
        yield "SYS_PTRACE", ("with `pid: host` it can take over the host's processes", where)
    if "DAC_READ_SEARCH" in added:
        bind = next((mount for mount in service.mounts if mount.type.value == "bind"), None)
        if bind is not None:
            where = (Place(bind.span, "from this disk"),)
            yield "DAC_READ_SEARCH", ("with a bind mount it can read every file of that disk", where)


def strong_capability(service: Service) -> Iterator[Problem]:
    """Added capabilities beyond Docker's default, unless the image is made for them."""
    said = {name for name, _ in _escalated(service)} | set(service.needs.value or ())
    for name, place in each(service.cap_add):
        variant = next((variant for variant, tier in STRONG.items() if name in tier), "")
        if variant and name not in said:
            message = f"{service} has capability {name}: it can {STRONG[variant][name]}; remove it if it can do without"
            severity: Severity | None = "info" if variant in LESSER else None
            yield Problem(message, place, (), "cap_add", name, variant=variant, severity=severity)


LESSER = ("host-availability", "host-disclosure", "further")


def known_capability(service: Service) -> Iterator[Problem]:
    """Names that are no capability, with which Docker refuses to start the container."""
    for key, fact in (("cap_add", service.cap_add), ("cap_drop", service.cap_drop)):
        wrong = ((name, place) for name, place in each(fact) if name not in _known())
        for number, (name, place) in enumerate(wrong):
            near = _near(name) if number < MOST_SUGGESTED else ""
            way = f"write `{near}`" if near else "see capabilities(7) for their names"
            message = f"there is no capability `{shown(name, 40)}`, so {service} does not start; {way} in `{key}`"
            yield Problem(message, place, fact=key, detail=name)


@cache
def _known() -> frozenset[str]:
    """Every capability that there is, without CAP_."""
    return DEFAULT | OTHER | HOST.keys() | frozenset(name for tier in STRONG.values() for name in tier)


def _near(name: str) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name[:40], sorted(_known()), 1, 0.7)), "")


def redundant_capability(service: Service) -> Iterator[Problem]:
    """Capabilities that change nothing: had already, added and dropped, or added to a privileged service."""
    added, dropped = service.cap_add, service.cap_drop
    taken = dict(each(dropped))
    if not added.value or dropped.unknown:
        return
    every = "ALL" in added.value
    for name, place in each(added):
        if name in taken and name != "ALL":
            related = (Place(taken[name].span, "dropped here"),)
            message = f"{service} adds and drops {name}, and has it; remove one of the two"
            yield Problem(message, place, related, "cap_add", name)
        elif name in DEFAULT and "ALL" not in taken:
            yield Problem(f"{service} has {name} by default; remove it from `cap_add`", place, (), "cap_add", name)
        elif every and name != "ALL":
            yield Problem(f"{service} adds ALL, which has {name} in it; remove one", place, (), "cap_add", name)


def drop_capabilities(service: Service) -> Iterator[Problem]:
    """A service that keeps the capabilities that Docker gives to every container."""
    dropped = service.cap_drop
    if dropped.unknown or service.privileged.value or "ALL" in (dropped.value or ()) or _administers(service):
        return
    message = f"{service} keeps rights of root that few services use; set `cap_drop: [ALL]` and add back what it needs"
    if dropped.value:
        yield Problem(message, dropped.places[0], fact="cap_drop")
    else:
        yield Problem(message, fact="cap_drop")


def _administers(service: Service) -> bool:
    """Whether `host_capability` speaks of all capabilities already."""
    every: Fact[tuple[str, ...]] = service.cap_add
    return "ALL" in (every.value or ())
