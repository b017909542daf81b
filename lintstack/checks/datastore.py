"""Checks of services that keep data: who gets in, where the data lies, how they end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, partial
from itertools import pairwise
from posixpath import basename, normpath
from typing import TYPE_CHECKING

from lintstack.compose.format.mounts import lies_in
from lintstack.facts import Fact, Place
from lintstack.findings import Problem
from lintstack.model import Mount, Service, Variable

if TYPE_CHECKING:
    from lintstack.images import Known

LONGEST_NAME = 40  # characters of a word that are shown
LONGEST = 4096  # characters of a command line that are looked at
YES = frozenset({"1", "true", "yes"})
# Words of a command line that start the server itself, not a client of it.
SERVERS = frozenset(
    """
    arangod cassandra clickhouse-server dgraph docker-entrypoint.sh dragonfly elasticsearch influxd keydb-server
    mariadbd meilisearch minio mongod mysqld nats-server neo4j opensearch postgres qdrant redis-server registry
    rethinkdb server start start-single-node surreal valkey-server
    """.split()
)
SETTINGS = (".cfg", ".cnf", ".conf", ".ini", ".json", ".sh", ".toml", ".yaml", ".yml")
# Parts of paths below which nothing says who gets in.
NO_SETTINGS = ("/provisioning", "/enabled_plugins", "/docker-entrypoint-initdb.d", "/etc/localtime", "/etc/timezone")
PASSWORDS = frozenset({"--requirepass", "--pass", "--master-key"})  # options that take one: an empty one is none
HERE = frozenset("127.0.0.1 localhost ::1".split())
DATA_OPTIONS = ("--datadir", "--dbpath", "--data-dir", "--path.data", "--store", "-D")
DATA_KINDS = frozenset({"database", "storage", "search"})
TEST_WORDS = frozenset("ci e2e test testing tests".split())
# Words of volumes and paths that say what lies there: data, or something beside it.
DATA_WORDS = frozenset("data database db mariadb mongo mongodb mysql pg pgdata postgres postgresql".split())
OTHER_WORDS = frozenset(
    """
    archive backup backups certs conf config dump dumps export exports extensions import imports init initdb keys log
    logs plugins run scripts secrets seed socket sockets ssl tmp wal
    """.split()
)
NAMELESS = "a volume without a name, which is lost with `docker compose down`"
DEFAULT_GRACE = 10  # seconds, https://docs.docker.com/reference/compose-file/services/#stop_grace_period
FINAL = ("SIGKILL", "SIGSTOP")  # signals that no process can answer


def datastore_without_auth(service: Service) -> Iterator[Problem]:
    """Services whose image lets everybody in, by itself or because it was told to."""
    known, tokens = service.known, _tokens(service)
    if known is None or tokens is None or not (known.auth_off or known.auth is False) or _is_aside(service):
        return
    if any(_said(service, tokens, setting) for setting in known.auth_on):
        return
    for setting in known.auth_off:
        place = _said(service, tokens, setting)
        if place is not None and not place.unknown:
            yield Problem(_told(service, known, setting), place.places[0], fact="known.auth", detail=setting)
            return
    if known.auth is False and not _may_be_set(service, tokens) and _serves(tokens) and not _is_deaf(tokens):
        yield _open(service, known, tokens)


def _open(service: Service, known: Known, tokens: tuple[str, ...]) -> Problem:
    """What there is to say of a server that asks for no password: it was given none, or an empty one."""
    empty = next((option for option in known.auth_on if option in PASSWORDS and list(_behind(tokens, option))), "")
    if not empty:
        message = f"{service} lets in whoever reaches it: `{_short(known)}` asks for no password; {_way(known)}"
        return Problem(message, related=service.base_image.places[:1], fact="known.auth")
    message = f"{service} lets in whoever reaches it: the password behind `{empty}` is empty; give it one"
    said = (*service.command.places, *service.entrypoint.places)
    place = next((place for place in said if empty in place.span.text), None)
    return Problem(message, place, fact="known.auth", detail=empty)


def _is_deaf(tokens: tuple[str, ...]) -> bool:
    """Whether a command line lets a server listen to its own container alone."""
    return not HERE.isdisjoint(tokens) or ("--port", "0") in pairwise(tokens)


def _told(service: Service, known: Known, setting: str) -> str:
    name, _, value = setting.partition("=")
    said = name if value == "*" else setting
    way = f"remove it and set `{known.auth_on[0]}`" if known.auth_on else "remove it"
    return f"`{said}` lets in whoever reaches {service}; {way}"


def _way(known: Known) -> str:
    first = known.auth_on[0] if known.auth_on else "its authentication"
    return f"start it with `{first}`" if first.startswith("-") else f"set `{first}`"


def _short(known: Known) -> str:
    return known.name.rpartition("/")[2]


def _is_aside(service: Service) -> bool:
    """Whether a service is no server that others reach."""
    return service.synthetic or bool(service.is_job.value) or service.network_mode.value == "none"


def _tokens(service: Service) -> tuple[str, ...] | None:
    """What compose says that runs, word by word, those of a shell's script too; None when it cannot be known."""
    if service.entrypoint.unknown or service.command.unknown:
        return None
    words = (*(service.entrypoint.value or ()), *(service.command.value or ()))
    line = " ".join(word or '""' for word in words)[:LONGEST]
    if '""' in line or "''" in line:
        line = _nothing().sub("\\1\0", line)
    return tuple(word.replace("\0", "") for word in line.replace("'", " ").replace('"', " ").split())


@cache
def _nothing() -> re.Pattern[str]:
    """Quotes around nothing that are the value of an option."""
    return re.compile(r"""(?<!\S)(--?\w[\w.-]{0,60}+(?:[ \t]{1,9}+|=))(?:""|'')(?![^\s;&|)])""")


def _behind(tokens: tuple[str, ...], option: str) -> Iterator[str | None]:
    """What stands behind each use of an option; None for nothing or the next option."""
    for token, after in pairwise((*tokens, "--")):
        if token == option:
            yield None if after.startswith("--") else after
        elif token.startswith(f"{option}="):
            yield token[len(option) + 1 :]


def _is_given(service: Service, tokens: tuple[str, ...], option: str) -> bool:
    """Whether a command line has an option, if it is one for a password with more than an empty one."""
    found = list(_behind(tokens, option))
    return any(map(partial(_says, service), found)) if option in PASSWORDS else bool(found)


def _says(service: Service, word: str | None) -> bool:
    """Whether a word is not empty, nor a variable of a shell that the service's environment leaves empty."""
    name = _variable().fullmatch(word or "")
    if not name:
        return bool(word)
    value = next((item.value for item in service.environment if item.name == name[1]), None)
    return value is None or value.value != ""


@cache
def _variable() -> re.Pattern[str]:
    return re.compile(r"\$\{?([A-Za-z_]\w{0,200})\}?")


def _said(service: Service, tokens: tuple[str, ...], setting: str) -> Fact[str] | None:
    """What says a setting (`NAME`, `NAME=value`, `NAME=*`, `--option`): a fact, unknown when it may say so."""
    if setting.startswith("-"):
        places = (*service.command.places, *service.entrypoint.places)
        return Fact(setting, places[:1] or (Place(service.span),)) if _is_given(service, tokens, setting) else None
    name, equals, wanted = setting.partition("=")
    value = next((item.value for item in service.environment if item.name == name), None)
    if value is None or not (value.value or value.unknown):
        return None
    if value.unknown or not equals or wanted == "*":
        return value
    return value if _alike(value.value or "", wanted) else None


def _alike(value: str, wanted: str) -> bool:
    low = value.lower()
    return low == wanted or (low in YES and wanted in YES)


def _may_be_set(service: Service, tokens: Iterable[str]) -> bool:
    """Whether files that come with the image or are mounted may say what the command and the environment do not."""
    if service.partly_read or service.build is not None:
        return True
    return any(token.endswith(SETTINGS) for token in tokens) or any(map(_is_setting, service.mounts))


def _is_setting(mount: Mount) -> bool:
    target = mount.target.value
    if target and any(part in target for part in NO_SETTINGS):
        return False
    return target is None or target.startswith("/etc/") or target.endswith(SETTINGS) or "conf" in target


def _serves(tokens: tuple[str, ...]) -> bool:
    """Whether a command line starts the server: none does, and so do bare options."""
    return not tokens or tokens[0].startswith("-") or any(basename(token) in SERVERS for token in tokens)


def default_login(service: Service) -> Iterator[Problem]:
    """Services that start with the user and password of their image's documentation."""
    known = service.known
    if known is None or _is_aside(service):
        return
    if not known.default_login or service.entrypoint.decided or _may_be_set(service, ()):
        return
    if any(_said(service, (), name) for name in known.default_login):
        return
    name = known.default_login[0]
    message = f"{service} has the user and the password that `{_short(known)}` starts with; set `{name}`"
    yield Problem(message, related=service.base_image.places[:1], fact="known.default_login", detail=name)


def secret_file_variant(variable: Variable) -> Iterator[Problem]:
    """Credentials in variables of images that would take them from a file."""
    service = variable.service
    known = service.known if service else None
    name = known.secrets.get(variable.name) if known else ""
    if service is None or not name or not (variable.value.value or variable.value.unknown):
        return
    if variable.scope.value in ("environment", "env-file"):
        message = f"`{variable.name}` of {service} may come from a file: mount a secret and set `{name}`"
        yield Problem(message, Place(variable.span), detail=variable.name)


def data_without_volume(service: Service) -> Iterator[Problem]:
    """Databases, stores and search engines whose data ends with the container."""
    folder = _unkept(service)
    if service.known and folder:
        yield _lost(service, service.known, folder, _targets(service))


def _unkept(service: Service) -> str:
    """Folder of a service's data that no mount holds; "" when one does, or when that cannot be told."""
    known = service.known
    if known is None or known.kind not in DATA_KINDS or not known.data_dirs or _is_passing(service):
        return ""
    folders, targets = _data_folders(service, known), _targets(service)
    if not folders or len(targets) < len(service.mounts) or any(_kept(one, targets, known) for one in folders):
        return ""
    return folders[0]


def _targets(service: Service) -> dict[str, Mount]:
    return {normpath(mount.target.value): mount for mount in service.mounts if mount.target.value}


def stray_data_volume(service: Service) -> Iterator[Problem]:
    """Named volumes for data at a place where the image writes nothing, also of developers: they mean to keep it."""
    folder, known = _unkept(service), service.known
    for target, mount in _targets(service).items() if known and folder else ():
        why = _astray(service, known, folder, target) if known and _is_named(mount) else ""
        if known and not why and _is_stray(service, known, mount):
            why = f"{service} keeps its data in `{folder}`, not in `{target}`; mount the volume there"
        elif service.stack.kind != "dev":
            continue  # `data-without-volume` tells it
        if why:
            yield Problem(why, mount.target.places[0], service.base_image.places[:1], "known.data_dirs", folder)


def _is_named(mount: Mount) -> bool:
    return mount.type.value == "volume" and bool(mount.source.value and mount.target.places)


def _is_stray(service: Service, known: Known, mount: Mount) -> bool:
    """Whether a volume is named for data and nothing speaks of the place where it lies."""
    target, tokens = mount.target.value or "", _tokens(service) or ()
    words = set(f"{mount.source.value} {target}".lower().replace("-", " ").replace("_", " ").replace("/", " ").split())
    meant = DATA_WORDS | {service.name.lower(), _short(known)}
    if (
        not _is_named(mount)
        or meant.isdisjoint(words)
        or not OTHER_WORDS.isdisjoint(words)
        or _may_be_set(service, tokens)
    ):
        return False
    if any(lies_in(target, path) or lies_in(path, target) for path in (*known.volumes, *known.writes)):
        return False
    values = (item.value.value or "" for item in service.environment)
    return not any(target in text for text in (*tokens, *values))


def _is_passing(service: Service) -> bool:
    """Whether nobody expects the data to last, or nobody can tell."""
    tests = not TEST_WORDS.isdisjoint(service.name.lower().replace("_", "-").split("-"))
    misread = any(mount.drive.value for mount in service.mounts)  # has a rule of its own
    return service.synthetic or bool(service.is_job.value) or service.partly_read or tests or misread


def _data_folders(service: Service, known: Known) -> tuple[str, ...]:
    """Where it keeps its data; empty when that cannot be told."""
    tokens = _tokens(service)
    if tokens is None or not _serves(tokens) or any(token.startswith(DATA_OPTIONS) for token in tokens):
        return ()
    if any(token.startswith("/") and normpath(token) not in known.data_dirs for token in tokens):
        return ()
    moved = _said(service, (), known.data_variable) if known.data_variable else None
    if moved is None:
        return known.data_dirs
    return (normpath(moved.value),) if moved.value and not moved.unknown else ()


def _kept(folder: str, targets: dict[str, Mount], known: Known) -> bool:
    """Whether a mount holds a folder, or a part of it."""
    for target, mount in targets.items():
        anonymous = mount.type.value == "volume" and mount.source.absent
        if not anonymous and _holds(target, folder, known):
            return True
    return False


def _holds(target: str, folder: str, known: Known) -> bool:
    if lies_in(target, folder) and target != folder:
        return target not in known.former_dirs
    return lies_in(folder, target) and not any(
        lies_in(folder, volume) and lies_in(volume, target) and volume != target for volume in known.volumes
    )


def _lost(service: Service, known: Known, folder: str, targets: dict[str, Mount]) -> Problem:
    """What is wrong, at the mount that comes nearest; else at the service."""
    image = service.base_image.places[:1]
    for target, mount in targets.items():
        why = _astray(service, known, folder, target)
        if why:
            return Problem(why, mount.target.places[0], image, "known.data_dirs", folder)
    declared = any(lies_in(folder, volume) for volume in known.volumes)
    fate = f"is in {NAMELESS}" if declared else "ends with its container"
    message = f"the data of {service} {fate}; mount a named volume at `{folder}`"
    return Problem(message, related=image, fact="known.data_dirs", detail=folder)


def _astray(service: Service, known: Known, folder: str, target: str) -> str:
    """What is wrong with a mount that was meant for the data, "" for others."""
    if target in known.former_dirs:
        return f"`{_short(known)}` of this version keeps its data in `{folder}`, not in `{target}`; mount it there"
    if target == folder:
        return f"the data of {service} is in {NAMELESS}; name it"
    if not lies_in(folder, target):
        return ""
    volume = next(volume for volume in known.volumes if lies_in(folder, volume))
    return f"`{_short(known)}` has a volume of its own at `{volume}`, not in `{target}`; mount yours there"


def stop_signal_unknown(service: Service) -> Iterator[Problem]:
    """Signals that do not exist."""
    signal = service.stop_signal
    if signal.value is None:
        return
    from lintstack.dockerfile.signals import canonical

    if not canonical(signal.value):
        message = f"there is no signal `{signal.value[:LONGEST_NAME]}`; write a name such as `SIGTERM`"
        yield Problem(message, signal.places[0], fact="stop_signal")


def stop_grace(service: Service) -> Iterator[Problem]:
    """Databases that are killed before they can close their files."""
    if not service.is_database.value:
        return
    from lintstack.dockerfile.signals import canonical

    grace, signal = service.stop_grace, service.stop_signal
    if signal.value and canonical(signal.value) in FINAL:
        better = (service.known.stop_signal if service.known else "") or "SIGTERM"
        message = f"{service} cannot answer `{signal.value}`, and stops with its work undone; write `{better}`"
        yield Problem(message, signal.places[0], fact="stop_signal")
    elif grace.value is not None and grace.value < DEFAULT_GRACE and grace.places:
        asked = service.known.stop_grace if service.known else None
        way = f"its makers recommend {asked}s" if asked else f"give it at least {DEFAULT_GRACE}s"
        message = (
            f"{service} is killed {grace.value:g}s after it is asked to stop, maybe before its data is safe; {way}"
        )
        yield Problem(message, grace.places[0], fact="stop_grace")
