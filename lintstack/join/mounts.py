"""Entries of `volumes` and `tmpfs` in canonical form → Mount subjects."""

from __future__ import annotations

import os.path
from collections import abc
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from lintstack.compose.casts import as_bool
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.host_paths import host_path, is_socket, opened
from lintstack.join.mount_options import options
from lintstack.join.mount_points import tell_points
from lintstack.join.read import mappings, scalar, scalars, shared, text, unset
from lintstack.model import Mount, Service
from lintstack.named import NamedTuple
from lintstack.naming import EXAMPLES
from lintstack.reader import relative
from lintstack.yaml import Mapping, Scalar

if TYPE_CHECKING:
    from lintstack.yaml import Entry

# Last path component of a bind source that holds state or settings, not source code.
DATA_NAMES = frozenset(
    """
    data database db logs log uploads upload media storage static certs cert ssl tls secrets secret backups backup
    cache tmp volumes volume config conf configs conf.d init initdb initdb.d migrations scripts keys letsencrypt
    acme provisioning dashboards datasources plugins themes nginx traefik prometheus grafana postgres mysql redis
    reports coverage output out results docker-entrypoint-initdb.d fixtures seeds seed dumps dump shared
    """.split()
)
OPTIONS = frozenset("ro rw z Z nocopy cached delegated consistent".split())
SOURCE_NAMES = frozenset({"src", "app", "source", "code", "lib", "packages", "apps"})
# A folder with one of these is the root of somebody's source.
SOURCE_MARKERS = frozenset(
    """
    package.json pyproject.toml setup.py requirements.txt manage.py go.mod Cargo.toml pom.xml build.gradle
    build.gradle.kts Gemfile composer.json mix.exs artisan tsconfig.json
    """.split()
)
CODE = (
    ".py",
    ".js",
    ".ts",
    ".jsx",
    ".tsx",
    ".go",
    ".rb",
    ".php",
    ".java",
    ".kt",
    ".rs",
    ".ex",
    ".cs",
    ".vue",
    ".svelte",
)

PARTIAL = "nothing tells that this is a whole repository"
IGNORED = "git ignores it"


class Disk(NamedTuple):
    """What mounts need to know of the file system.

    Args:
        root: real path of the project's root.
        folder: directory that relative paths start from.
        exists: "file", "dir", "outside" or "" for a path.
        names: names of the entries of a directory inside the root.
        ignored: whether git ignores a path inside the root; None where nothing tells that git looks after it.
    """

    root: str
    folder: str
    exists: Callable[[str], str]
    names: Callable[[str], frozenset[str]]
    ignored: Callable[[str], bool | None]

    def locate(self, path: str) -> str:
        """Absolute path of a bind source, "" for one in the user's home or on a drive of Windows."""
        elsewhere = path.startswith(("~", "\\\\")) or (path[:1].isalpha() and path[1:3] in (":\\", ":/"))
        return "" if elsewhere else os.path.normpath(os.path.join(self.folder, path))

    def inside(self, path: str) -> bool:
        """Whether a path is the root or lies below it."""
        return path == self.root or path.startswith(self.root.rstrip("/") + "/")


def mounts(
    service: Service, node: Mapping, context: str, disk: Disk, devices: abc.Mapping[str, Fact[str]]
) -> Iterator[Mount]:
    """The mounts of a service.

    Args:
        service: whose they are.
        node: its merged node.
        context: absolute path of its build context, "" without one.
        disk: the file system.
        devices: paths of the host that volumes stand for (`host_paths.devices`).
    """
    listed = tuple(_mount(service, item, context, disk, devices) for item in mappings(node, "volumes"))
    if len(listed) > 1:
        tell_points(listed, disk)
    yield from listed
    if as_bool(node.get("use_api_socket")):
        yield _api_socket(service, node.entries["use_api_socket"])
    found = node.entries.get("tmpfs")
    for target in scalars(found.value) if found else ():
        yield _tmpfs(service, target)


def _mount(service: Service, item: Mapping, context: str, disk: Disk, devices: abc.Mapping[str, Fact[str]]) -> Mount:
    source = scalar(item, "source", cast=text)
    target = scalar(item, "target", cast=text)
    type_ = shared(scalar(item, "type", cast=text), source)
    whole = (Place(item.span),)
    path = disk.locate(source.value) if type_.value == "bind" and source.value else ""
    inside = bool(path) and disk.inside(path)
    shown = relative(path, disk.root) if inside else source.value
    verdicts = _Verdicts(source, type_)
    kind = disk.exists(path) if inside else ""
    host = _host_path(source, type_, devices)
    return Mount(
        name=f"{source.value or ''}:{target.value or ''}".strip(":"),
        span=whole[0].span,
        anchor=f"services.{service.name}.volumes[{target.value or '?'}]",
        service=service,
        type=type_,
        source=source if shown == source.value else Fact(shown, source.places, source.unknown),
        target=target,
        read_only=_read_only(item, whole),
        in_repository=verdicts.on(inside),
        is_source_code=verdicts.on(_is_source(path, kind, context, disk) if inside else False),
        is_file=verdicts.on(kind == "file" if kind in {"file", "dir"} else None),
        is_runtime_socket=_is_runtime_socket(host, target, verdicts),
        drive=_drive(source, target, type_),
        **_further(host, path if inside else "", kind, verdicts, disk),
        **options(item, type_),
    )


def _host_path(source: Fact[str], type_: Fact[str], devices: abc.Mapping[str, Fact[str]]) -> Fact[str]:
    """The path of the host behind a mount; of a volume that stands for one, at the name and at the path."""
    if type_.value == "bind":
        return host_path(source)
    if type_.unknown:  # a variable decides, but for those that are a path whatever they hold
        known = host_path(source)
        return known if known.value else ABSENT
    device = devices.get(source.value or "") if devices and type_.value == "volume" else None
    if device is None:
        return ABSENT
    where = tuple(Place(place.span, "the volume is this path") for place in device.places[:1])
    return Fact(device.value, (*source.places[:1], *where), device.unknown)


def _is_runtime_socket(host: Fact[str], target: Fact[str], verdicts: _Verdicts) -> Fact[bool]:
    """Of a path that is known although a variable stands in it, or that a volume stands for, its own verdict.

    Where a variable decides what is mounted, a target of that name says what it is.
    """
    if host.value and is_socket(host.value):
        return Fact(True, host.places)
    if verdicts.source.unknown and (target.value or "").endswith("/docker.sock"):
        return Fact(True, verdicts.source.places)
    return verdicts.on(False)


def _further(host: Fact[str], path: str, kind: str, verdicts: _Verdicts, disk: Disk) -> dict[str, Fact[Any]]:
    """Facts of a path of the host that only some have."""
    if host.absent:
        return {}
    # What lies beside the compose file shows nothing of the host: a list may have a hundred thousand such mounts.
    found: dict[str, Fact[Any]] = {} if (host.value or "").startswith("./") else {"host_path": host}
    opens = opened(host)
    if opens.value:
        found["exposes"] = opens
    if path and kind != "outside":
        reason = "" if kind else _expected(path, disk)
        known = Fact(None if reason else kind or "missing", verdicts.source.places, reason)
        found["source_kind"] = verdicts.on(None) if reason == PARTIAL else known
        if reason == IGNORED:
            found["is_ignored"] = Fact(True, verdicts.source.places)
    return found


def _expected(path: str, disk: Disk) -> str:
    """Why something that is not in the repository may still be where the project runs, "" when nothing says so."""
    folder, name = os.path.split(path)
    there = disk.names(folder)
    if any(f"{name}.{word}" in there for word in EXAMPLES):
        return "an example lies beside it"
    ignored = disk.ignored(path + "/")
    return IGNORED if ignored else PARTIAL if ignored is None else ""


def _api_socket(service: Service, found: Entry) -> Mount:
    """The mount that `use_api_socket` amounts to."""
    where = (Place(found.value.span),)
    no: Fact[bool] = Fact(False, default=True)
    return Mount(
        name="use_api_socket",
        span=found.value.span,
        anchor=f"services.{service.name}.use_api_socket",
        service=service,
        type=Fact("bind", where),
        source=Fact("/var/run/docker.sock", where),
        target=Fact("/var/run/docker.sock", where),
        read_only=Fact(False, where),
        in_repository=no,
        is_source_code=no,
        is_file=no,
        is_runtime_socket=Fact(True, where),
    )


def _drive(source: Fact[str], target: Fact[str], type_: Fact[str]) -> Fact[str]:
    """The letter of `v:/data` and `v:/data:ro`: taken for a drive, whose path is then the mount's target or source."""
    anonymous, where = target.value or "", target.places
    if source.absent and type_.value == "volume" and len(anonymous) > 2 and anonymous[1] == ":":
        return Fact(anonymous[0], where) if anonymous[0].isalpha() and anonymous[2] == "/" else ABSENT
    known = set(anonymous.split(",")) <= OPTIONS
    path = source.value or ""
    if known and len(path) > 2 and path[1] == ":" and path[0].isalpha():
        return Fact(path[0], (Place(source.places[0].span),))
    return ABSENT


def _tmpfs(service: Service, target: Scalar) -> Mount:
    path, _, said = target.text.partition(":")
    words = tuple(word for word in said.split(",") if word)
    size = next((word for word in words if word.startswith("size=")), "")
    where = (Place(target.span),)
    no: Fact[bool] = Fact(False, default=True)
    return Mount(
        name=path,
        span=target.span,
        anchor=f"services.{service.name}.tmpfs[{path}]",
        service=service,
        type=Fact("tmpfs", (Place(target.span),)),
        target=Fact(path, (Place(target.span),)),
        read_only=Fact("ro" in words, where),
        in_repository=no,
        is_source_code=no,
        is_file=no,
        is_runtime_socket=no,
        options=Fact(words, where * len(words)) if words and not target.unset else ABSENT,
        size=Fact(None, where, unset(target)) if target.unset else Fact(size[5:], where) if size else ABSENT,
    )


def _read_only(item: Mapping, whole: tuple[Place, ...]) -> Fact[bool]:
    said = scalar(item, "read_only", cast=as_bool)
    return said if said.value is not None or said.unknown else Fact(False, whole)


class _Verdicts:
    """Facts about the source of a bind mount: false for other types, unknown where the source is.

    Those that say the same are one: a list may have a hundred thousand mounts.
    """

    def __init__(self, source: Fact[str], type_: Fact[str]) -> None:
        self.source = source
        self.type = type_
        self.made: dict[bool | None, Fact[bool]] = {}

    def on(self, verdict: bool | None) -> Fact[bool]:
        """The fact of one verdict; None is nobody knows."""
        if verdict not in self.made:
            self.made[verdict] = self._fact(verdict)
        return self.made[verdict]

    def _fact(self, verdict: bool | None) -> Fact[bool]:
        source, type_ = self.source, self.type
        if type_.unknown:
            return Fact(None, type_.places, type_.unknown)
        if type_.value != "bind":
            return Fact(False, type_.places)
        if source.unknown or verdict is None:
            return Fact(None, source.places, source.unknown or "the mounted path is not in the repository")
        return Fact(verdict, source.places)


def _has_code(path: str, kind: str, disk: Disk) -> bool:
    return kind == "dir" and any(name.endswith(CODE) for name in disk.names(path))


def _is_source(path: str, kind: str, context: str, disk: Disk) -> bool | None:
    """Whether a path inside the repository is, contains or is part of the service's source; None if nobody knows."""
    name = os.path.basename(path)
    if kind == "file" or name.lower() in DATA_NAMES or (not kind and "." in name):
        return False
    if context and (path == context or context.startswith(path.rstrip("/") + "/")):
        return True
    if kind == "dir" and disk.names(path) & SOURCE_MARKERS:
        return True
    if context and not path.startswith(context.rstrip("/") + "/"):
        return None if not kind else False
    if name.lower() in SOURCE_NAMES or (context and _has_code(path, kind, disk)):
        return True
    return None if not kind else False
