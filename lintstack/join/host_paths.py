"""Which paths of a host open it to a container: what a bind mount of them gives away."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterator
from functools import cache

from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.read import entries, scalar, text
from lintstack.yaml import Mapping

SOCKETS = tuple(
    """
    docker.sock containerd.sock crio.sock podman.sock dockershim.sock cri-dockerd.sock buildkitd.sock docker_engine
    """.split()
)
SOCKET_PARENTS = frozenset({"/", "/var", "/run", "/var/run", "/run/docker", "/run/containerd", "/run/podman"})
# Folders whose writer becomes root of the host: exactly these, for what lies below is often somebody's own data.
CONTROL = frozenset(
    """
    / /etc /root /var /var/lib /run /usr /usr/bin /usr/sbin /usr/lib /usr/lib64 /usr/local /usr/local/bin
    /usr/local/sbin
    """.split()
)
# These and everything below them.
CONTROL_BELOW = frozenset(
    """
    /proc /boot /bin /sbin /lib /lib64 /efi /etc/cron.d /etc/cron.daily /etc/cron.hourly /etc/crontab /etc/systemd
    /etc/sudoers /etc/sudoers.d /etc/ssh /etc/pam.d /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/init.d
    /etc/ld.so.preload /etc/ld.so.conf.d /etc/profile.d /etc/docker /etc/kubernetes /etc/security /root/.ssh
    /var/lib/docker /var/lib/containerd /var/lib/containers /var/lib/kubelet /var/lib/etcd /var/spool/cron
    /usr/lib/systemd /dev/mem /dev/kmem
    """.split()
)
# What tells about the host, or lets a container talk to its services.
SYSTEM = frozenset({"/dev", "/home"})
SYSTEM_BELOW = frozenset(
    """
    /sys /run/dbus /run/systemd /run/udev /run/user /run/docker /run/containerd /run/podman /run/crio /run/netns
    /run/utmp /run/log /run/lock /run/k3s /etc/ssl/private
    """.split()
)
# Volumes of Docker are data of containers, wherever they lie.
DATA_BELOW = "/var/lib/docker/volumes/"
# What of a user's home opens further systems.
CREDENTIALS = frozenset(
    """
    .ssh .aws .azure .docker .kube .gnupg .netrc .git-credentials .npmrc .pypirc .password-store .vault-token .oci
    .config/gcloud .config/gh .config/hub .config/rclone .config/doctl .terraform.d .s3cfg .pgpass .my.cnf .bash_history
    """.split()
)


@cache
def _home() -> re.Pattern[str]:
    """Ways to write a user's home folder at the beginning of a path."""
    return re.compile(
        r"(?:~|\$HOME\b|\$\{HOME(?::?[-?][^{}]*)?\}|\$\{?USERPROFILE\}?|/root|[A-Za-z]:[\\/]Users[\\/][^\\/:]+"
        r"|/(?:home|Users)/(?:[^/$:]+|\$USER\b|\$\{USER(?::?[-?][^{}]*)?\}))(?=[\\/]|$)"
    )


def host_path(source: Fact[str]) -> Fact[str]:
    """A bind source as the host knows it; what a variable hides is unknown, but for the home folder of a user."""
    if not source.unknown:
        return source
    raw = source.places[0].span.text.strip("'\"") if source.places else ""
    found = _home().match(raw)
    if found and "$" not in raw[found.end() :]:
        return Fact("~" + raw[found.end() :], source.places)
    name = raw.rpartition("/")[2]
    return Fact(raw, source.places) if name in SOCKETS else source


def is_socket(path: str) -> bool:
    """Whether a path of the host is the socket of a container runtime, or a folder that has it."""
    cleaned = _cleaned(path)
    return cleaned.endswith(SOCKETS) or cleaned in SOCKET_PARENTS


def holds_sockets(path: str) -> bool:
    """Whether a path of the host is a folder in which a container runtime has its socket."""
    return _cleaned(path) in SOCKET_PARENTS


def _cleaned(path: str) -> str:
    """A path without doubled or trailing slashes; `/var/run` is a link to `/run`."""
    found = os.path.normpath(path) if path else ""
    found = found[1:] if found.startswith("//") else found
    return found.removeprefix("/var") if f"{found}/".startswith("/var/run/") else found


def exposure(path: str) -> str:
    """What a path of the host gives away: "control", "credentials", "system", or "" for nothing special."""
    at = _cleaned(path)
    if not at.startswith(("/", "~")) and at[1:2] != ":":
        return ""
    home = _home().match(at)
    if home and at != "/root":
        tail = at[home.end() :].replace("\\", "/").strip("/")
        steps = tail.split("/")
        if not tail or steps[0] in CREDENTIALS or "/".join(steps[:2]) in CREDENTIALS:
            return "credentials"
        return ""
    if at in CONTROL or (_below(at, CONTROL_BELOW) and not at.startswith(DATA_BELOW)):
        return "control"
    return "system" if at in SYSTEM or _below(at, SYSTEM_BELOW) else ""


def _below(path: str, folders: frozenset[str]) -> bool:
    """Whether a path is one of some folders or lies below one; they are at most three deep."""
    steps = path.split("/")[:5]
    return any("/".join(steps[:count]) in folders for count in range(2, len(steps) + 1))


def devices(root: Mapping) -> dict[str, Fact[str]]:
    """Paths of the host that volumes of the local driver stand for, by the name of the volume.

    https://docs.docker.com/engine/storage/volumes/: `type: none` with `o: bind` is a bind mount under another name.
    """
    return dict(_devices(root))


def _devices(root: Mapping) -> Iterator[tuple[str, Fact[str]]]:
    for item in entries(root, "volumes"):
        if isinstance(item.value, Mapping) and "driver_opts" in item.value.entries:
            driver = scalar(item.value, "driver", cast=text)
            flags = scalar(item.value, "driver_opts", "o", cast=text)
            device = scalar(item.value, "driver_opts", "device", cast=text)
            bound = {"bind", "rbind"} & {flag.strip() for flag in (flags.value or "").split(",")}
            if (driver.value or "local") == "local" and not driver.unknown and bound and not device.absent:
                yield item.key.text, device


def opened(path: Fact[str]) -> Fact[str]:
    """The fact of what a path of the host gives away."""
    found = exposure(path.value) if path.value else ""
    return Fact(found, (Place(path.places[0].span), *path.places[1:])) if found and path.places else ABSENT
