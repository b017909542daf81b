"""Checks of mounts: where they come from, where they go, and what is said about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from posixpath import dirname, normpath

from lintstack.compose.format.mounts import lies_in
from lintstack.facts import Fact, Place
from lintstack.findings import Edit, Fix, Problem
from lintstack.join.host_paths import holds_sockets
from lintstack.model import Mount, Service, Stack
from lintstack.source import Span

# Words behind the second colon that Docker Compose reads.
# https://docs.docker.com/reference/compose-file/services/#short-syntax-5
OPTIONS = frozenset(
    """
    ro rw z Z nocopy cached delegated consistent private rprivate shared rshared slave rslave
    """.split()
)
# Words for those that people mean with others.
MEANT = {
    "read-only": "ro", "readonly": "ro", "read_only": "ro", "r": "ro", "RO": "ro", "Ro": "ro", "rO": "ro", "w": "rw",
    "RW": "rw", "wr": "rw", "cache": "cached", "delegate": "delegated", "no-copy": "nocopy",
}  # fmt: skip
CONSISTENCIES = frozenset({"cached", "delegated", "consistent"})
RESERVED = "/proc"  # runc mounts nothing there
SYSTEM = frozenset("/etc /bin /sbin /lib /lib64 /usr /usr/bin /usr/lib /usr/sbin /sys /dev /boot /var /run".split())
LOOSE = ("exec", "suid", "dev")
# Files of the host that containers are shown and have no business to write.
SHOWN = frozenset(
    """
    /etc/localtime /etc/timezone /etc/hosts /etc/hostname /etc/resolv.conf /etc/machine-id /etc/ssl/certs
    /etc/ca-certificates /usr/share/zoneinfo /etc/os-release
    """.split()
)
MOST_SHARED = 5  # places that one finding names
MOST_SHOWN = 5  # further mounts that one finding points at
PROXY = "put a proxy that passes only the calls it needs in between"
NEEDED = "its image has to be shown that, so let nothing that is not trusted reach it"


@cache
def _settings_file() -> re.Pattern[str]:
    """Names of files that people write and programs read."""
    return re.compile(
        r"(?i)(?:^|[^.])\.(?:conf|cnf|cfg|ini|ya?ml|toml|xml|properties|crt|pem|key|cer|sql|hcl|vcl|tmpl|tpl|rules)$"
        r"|(?:^|/)(?:Caddyfile|\.?htpasswd|[^/]*config(?:\.\w+)?\.(?:json|js|ts|py|php))$"
    )


@cache
def _settings_folder() -> re.Pattern[str]:
    """Paths in containers whose files are read by programs of known images and written by none of them."""
    return re.compile(
        r"/docker-entrypoint(?:-initdb)?\.d$|/usr/local/etc/php/conf\.d$|/(?:var/)?run/secrets(?:/|$)"
        r"|/etc/(?:nginx|apache2|httpd|traefik|prometheus|alertmanager|haproxy|varnish|envoy|fluent-?bit|fluentd|loki"
        r"|promtail|caddy|redis|ssl|pki|certs|mosquitto/certs|mysql/conf\.d|mysql/mysql\.conf\.d|rabbitmq/conf\.d"
        r"|grafana/provisioning|supervisor|otel[\w-]*)(?:/|$)|/usr/share/(?:logstash/(?:pipeline|config)|elasticsearch/config)$"
    )


@cache
def _file_name() -> re.Pattern[str]:
    """Names that files have and folders do not."""
    return re.compile(
        r"(?i)[^.]\.(?:conf|cnf|cfg|ini|ya?ml|json|toml|xml|properties|env|crt|pem|key|cer|sql|sh|js|ts|py|php|rb|lua"
        r"|html?|txt|log|db|sqlite3?|hcl|vcl|tmpl|tpl|csv|rules|p12|jks|pub)$"
        r"|^(?:Caddyfile|Dockerfile|Makefile|\.htpasswd|\.env|\.npmrc|\.netrc)$"
    )


def _name(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _at(fact: Fact[str], mount: Mount) -> Place:
    return Place(fact.span or mount.span)


def _is_windows(path: str) -> bool:
    return path[1:2] == ":" and path[:1].isalpha()


def invalid_target(mount: Mount) -> Iterator[Problem]:
    """Paths in the container at which the engine mounts nothing."""
    target = mount.target.value
    if target is None or _is_windows(target) or target.startswith("\\\\"):
        return
    if not target.startswith("/"):
        why = f"`{target}` is no absolute path in the container"
        out = f"name the path as well, as in `{target}:/data`" if mount.source.absent else f"write `/{target}`"
        if mount.source.value and set(target.split(",")) <= OPTIONS:
            out = f"`{target}` is taken for it; write `source:target:{target}`"
    elif not target.strip("/"):
        why, out = "a mount over `/` hides the image", "mount a folder below it"
    elif target.rstrip("/") == RESERVED and mount.host_path.value != RESERVED:
        why, out = "nothing can be mounted over `/proc`", "mount it elsewhere, as in `/host/proc`"
    else:
        return
    yield Problem(f"{mount.service} does not start: {why}; {out}", _at(mount.target, mount), fact="target")


def system_target(mount: Mount) -> Iterator[Problem]:
    """Mounts that hide a system folder of the image; the host's own folder at the same path is somebody's intent."""
    target = (mount.target.value or "").rstrip("/")
    source = (mount.host_path.value or "").rstrip("/")
    run = target in ("/run", "/var") and mount.type.value != "bind"
    if target in SYSTEM and source != target and not run and not mount.type.unknown:
        message = (
            f"{mount.service} mounts over `{target}` and hides what the image has there; mount what is needed below it"
        )
        yield Problem(message, _at(mount.target, mount), fact="target")


def unknown_mount_option(mount: Mount) -> Iterator[Problem]:
    """Words behind the second colon that Docker Compose passes over."""
    if mount.type.value == "tmpfs":
        return
    for option, place in zip(mount.options.value or (), mount.options.places, strict=False):
        if option not in OPTIONS:
            meant = MEANT.get(option, "")
            out = f"did you mean `{meant}`?" if meant else "remove it, or write the long form"
            message = f"Docker Compose passes over `{option}`, which is no option of a mount; {out}"
            fix = Fix(f"write `{meant}`", (Edit(place.span, meant),)) if meant else None
            yield Problem(message, place, fact="options", detail=option, fix=fix)


def no_consistency_option(mount: Mount) -> Iterator[Problem]:
    """cached, delegated and consistent."""
    word, place = mount.consistency.value, next(iter(mount.consistency.places), None)
    if word in CONSISTENCIES and place is not None:
        message = f"`{word}` has no effect on today's Docker; remove it"
        short = mount.options.value is not None
        yield Problem(message, place, fact="consistency", fix=_without(place.span) if short else None)


def _without(span: Span) -> Fix:
    """Remove a word of the options with the comma or colon before it, or with the comma behind it."""
    text, start, end = span.source.text, span.start, span.end
    if text[start - 1] == ":" and text[end : end + 1] == ",":
        end += 1
    else:
        start -= 1
    return Fix(f"remove `{span.text}`", (Edit(Span(span.source, start, end), ""),), safe=True)


def source_kind(mount: Mount) -> Iterator[Problem]:
    """A file that is mounted on a folder, or a folder on a file."""
    target, kind = mount.target, mount.source_kind.value
    if target.value is None or not mount.source.value or not target.places:
        return
    slash = target.places[0].span.text.rstrip("'\"").endswith("/")
    source, name = _name(mount.source.value), _name(target.value)
    if kind == "file" and slash:
        message = f"`{mount.source.value}` is a file and `{target.value}/` a folder; write `{target.value}/{source}`"
    elif kind == "dir" and _file_name().search(name) and not slash and not name.endswith(".d"):
        message = f"`{mount.source.value}` is a folder and `{target.value}` names a file; mount `{source}/{name}` there"
        if source == name:
            message = f"`{mount.source.value}` is a folder where a file was meant; put the file in its place"
    else:
        return
    yield Problem(message, _at(mount.source, mount), fact="source_kind")


@lru_cache(2)  # every mount of a stack asks
def _written_folders(stack: Stack) -> dict[str, set[str]]:
    """Folders that services can write to, by their path, with the names of these services."""
    written: dict[str, set[str]] = {}
    for mount in (mount for service in stack.services for mount in service.mounts if _is_shared(mount)):
        written.setdefault(normpath(mount.source.value or ""), set()).add(mount.service.name)
    return written


def _is_made_there(mount: Mount) -> bool:
    """Whether another service can write to a folder above: certificates and the like are made there."""
    path, above = normpath(mount.source.value or ""), ""
    while path and path != above:
        above, path = path, dirname(path)
        if _is_written_by_another(path, mount):
            return True
    return False


def _is_written_by_another(path: str, mount: Mount) -> bool:
    return bool(_written_folders(mount.service.stack).get(path, set()) - {mount.service.name})


def missing_source(mount: Mount) -> Iterator[Problem]:
    """Files of the repository that are not there: Docker makes a folder of that name."""
    if mount.source_kind.value != "missing" or not mount.source.value:
        return
    source, target = _name(mount.source.value), _name(mount.target.value or "")
    a_file = bool(_file_name().search(source)) and (not target or "." in target or source == target)
    needed = mount.creates_source.value is False
    seeds = (mount.target.value or "").startswith("/docker-entrypoint")
    if (a_file or needed or seeds) and not _is_made_there(mount):
        then = "the service does not start" if needed else "Docker makes an empty folder of that name"
        out = "add it, correct the path, or let git ignore it"
        message = f"`{mount.source.value}` is not in the repository, so {then}; {out}"
        yield Problem(message, _at(mount.source, mount), fact="source_kind")


def unwritable_data(mount: Mount) -> Iterator[Problem]:
    """Folders for an image's data that Docker makes, as root, for an image that does not start as root."""
    made = mount.source_kind.value == "missing" or mount.is_ignored.value
    if not made or mount.read_only.value is not False or mount.creates_source.value is False:
        return
    prepared = _is_written_by_another(normpath(mount.source.value or ""), mount) or _is_made_there(mount)
    if _keeps_data(mount) and not prepared:
        user = mount.service.user
        name = f"`{user.value.value}`" if user.uid.value is None else f"user {user.uid.value}"
        message = f"Docker makes `{mount.source.value}` as root, and {mount.service}, {name}, cannot write there"
        way_out = "take a named volume, or keep the folder in the repository and hand it over to that user"
        yield Problem(f"{message}; {way_out}", _at(mount.source, mount), user.value.places[:1], fact="source_kind")


def _keeps_data(mount: Mount) -> bool:
    """Whether an image that starts as a user of its own, and hands nothing over, keeps its data at the target."""
    service, known, target = mount.service, mount.service.known, normpath(mount.target.value or "/")
    if known is None or known.drops_privileges or service.user.source.value != "base-image":
        return False
    folders = (*known.data_dirs, *known.volumes)
    return service.user.is_root.value is False and any(lies_in(normpath(path), target) for path in folders)


def portable_source(mount: Mount) -> Iterator[Problem]:
    """Sources that are on one person's machine only."""
    source = mount.source
    path = source.value or ""
    if mount.type.value != "bind" or not path or mount.is_runtime_socket.value:
        return
    if _is_windows(path) or "\\" in path:
        why = "is a path of Windows"
    elif re.match(r"/(?:home|Users)/[^/]+/|/mnt/[a-z]/", path):
        why = "is in the home folder of one user" if not path.startswith("/mnt/") else "is a drive of one machine"
    elif path.startswith("..") and mount.in_repository.value is False:
        why = "lies outside the repository"
    else:
        return
    message = f"`{path}` {why}, so the service starts there alone; write a path of the repository, or a variable"
    yield Problem(message, _at(source, mount), fact="source")


def read_only_config(mount: Mount) -> Iterator[Problem]:
    """Files and folders with settings, certificates or scripts that the container can write to."""
    if mount.type.value != "bind" or mount.read_only.value is not False or mount.source.absent:
        return
    source, target = mount.source.value or "", mount.target.value or ""
    a_file = mount.is_file.value is True and bool(_settings_file().search(source))
    a_folder = mount.source_kind.value == "dir" and bool(_settings_folder().search(target))
    shown = (mount.host_path.value or "").rstrip("/") in SHOWN
    if a_file or a_folder or shown:
        message = (
            f"{mount.service} only reads `{source}` and can write to it; add `:ro` (`read_only: true` in the long form)"
        )
        yield Problem(message, _at(mount.source, mount), fact="read_only")


def tmpfs_options(mount: Mount) -> Iterator[Problem]:
    """Memory from which programs can be started although Docker forbids it by default."""
    if mount.type.value == "tmpfs":
        loose = [word for word in LOOSE if word in (mount.options.value or ())]
        if loose:
            listed = ", ".join(f"`{word}`" for word in loose)
            message = (
                f"{mount.service} gives up Docker's own protection of `{mount.target.value}` with {listed}; remove it"
            )
            yield Problem(message, mount.options.places[0], fact="options")


def tmpfs_size(mount: Mount) -> Iterator[Problem]:
    """Memory mounts without a size."""
    if mount.type.value == "tmpfs" and mount.size.absent and mount.target.value:
        path = mount.target.value
        out = (
            f"add a size, as in `{path}:size=64m`" if mount.span.text.find("target") < 0 else "add `tmpfs: {size: 64m}`"
        )
        message = f"the tmpfs at `{path}` may take half of the host's memory; {out}"
        yield Problem(message, Place(mount.target.span or mount.span), fact="size")


def relabelled_system_path(mount: Mount) -> Iterator[Problem]:
    """SELinux labels on what the host needs itself."""
    label, path = mount.selinux.value, mount.host_path.value or ""
    if label in ("z", "Z") and (mount.exposes.value or path.startswith("/usr/")):
        message = (
            f"`{label}` gives `{path}` the label of a container, after which the host's own services are refused "
            "there; remove it, or mount a folder that only this service uses"
        )
        yield Problem(message, _at(mount.selinux, mount), fact="selinux")


def _is_shared(mount: Mount) -> bool:
    """Whether a service can write to something that has a name, other than sockets and source code."""
    named = mount.source.value and mount.read_only.value is False and mount.type.value in ("bind", "volume")
    return bool(named) and not mount.is_runtime_socket.value and not mount.is_source_code.value


def _program(service: Service) -> str:
    """What tells programs apart: workers of one image write to what is theirs."""
    if service.build and service.build.context.value:
        return service.build.context.value
    return service.image.name.partition("@")[0].partition(":")[0] if service.image else service.name


def shared_volume(stack: Stack) -> Iterator[Problem]:
    """Volumes and folders that several programs write to, other than jobs that prepare them."""
    writers: dict[tuple[str, str], dict[str, Mount]] = {}
    running = (service for service in stack.services if not service.is_job.value)
    for mount in (mount for service in running for mount in service.mounts if _is_shared(mount)):
        key = mount.type.value or "", mount.source.value or ""
        writers.setdefault(key, {}).setdefault(_program(mount.service), mount)
    for (kind, source), found in writers.items():
        if len(found) > 1:
            first, second, *_ = found.values()
            names = ", ".join(f"`{one.service.name}`" for one in list(found.values())[:MOST_SHARED])
            what = "volume" if kind == "volume" else "folder"
            message = (
                f"services {names} all write to the {what} `{source}`; let one of them write, and add `:ro` elsewhere"
            )
            related = tuple(Place(_at(one.source, one).span, "and here") for one in list(found.values())[2:MOST_SHARED])
            place = Place(_at(first.source, first).span, "written here too")
            yield Problem(message, _at(second.source, second), (place, *related), fact="services", detail=source)


def invalid_subpath(mount: Mount) -> Iterator[Problem]:
    """Folders of a volume that do not lie in it."""
    path = mount.subpath.value
    if path is not None and (path.startswith("/") or ".." in path.split("/")):
        message = f"`{path}` is no folder inside the volume; write a path without `/` at its beginning and without `..`"
        yield Problem(message, _at(mount.subpath, mount), fact="subpath")


def docker_socket(mount: Mount) -> Iterator[Problem]:
    """The socket itself; a folder that has it once for each service, and not where its user cannot open it."""
    if not mount.is_runtime_socket.value:
        return
    service, needed = mount.service, False
    others: tuple[Place, ...] = ()
    if _is_folder(mount):
        from lintstack.images.rights import rights_needed

        holding = [other for other in service.mounts if other.is_runtime_socket.value]
        if holding[0] is not mount or _is_kept_out(service):
            return
        others = tuple(Place(other.is_runtime_socket.places[0].span, "and here") for other in holding[1:MOST_SHOWN])
        needed = "host" in rights_needed(service.base_image.value or "")
    where = mount.is_runtime_socket.places
    message = (
        f"{service} mounts `{_path(mount)}` and with it the socket of the container runtime, through which it can do "
        f"anything to the host, read-only or not; {NEEDED if needed else PROXY}"
    )
    related = (*where[1:], *others)
    yield Problem(message, where[0], related, "is_runtime_socket", severity="info" if needed else None)


def _path(mount: Mount) -> str:
    """What is mounted, in the words of the files where a variable decides."""
    return mount.source.value or mount.host_path.value or mount.is_runtime_socket.places[0].span.text


def _is_folder(mount: Mount) -> bool:
    return holds_sockets(mount.host_path.value or mount.source.value or "")


def _is_kept_out(service: Service) -> bool:
    """Whether its user is neither root nor in a group that the files give it: the socket is open to `docker` alone."""
    user = service.user
    named = ":" in (user.value.value or "") or bool(service.group_add.places)
    return user.is_root.value is False and not named
