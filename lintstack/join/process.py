"""User, command line and health check that take effect: compose over the built stage over the image below."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from lintstack.compose.casts import as_bool, as_duration, as_int, seconds
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join import probe
from lintstack.join.ground import Ground
from lintstack.join.read import entry, places, scalar, text, unset, words
from lintstack.model import Healthcheck, Service, User
from lintstack.named import NamedTuple
from lintstack.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from lintstack.dockerfile.config import HealthcheckSpec

# Docker's defaults: https://docs.docker.com/reference/dockerfile/#healthcheck
DEFAULT_INTERVAL, DEFAULT_TIMEOUT, DEFAULT_RETRIES = 30.0, 30.0, 3
ENTRYPOINTS = ("entrypoint", "docker-entrypoint")  # names of scripts without an ending
MOST_WORDS = 6  # of a command line that are looked at for a script


class Process(NamedTuple):
    """The command line of a service."""

    entrypoint: Fact[tuple[str, ...]]
    command: Fact[tuple[str, ...]]
    entrypoint_form: Fact[str]
    command_form: Fact[str]
    all: Fact[tuple[str, ...]]


def user(service: Service, node: Mapping | None, ground: Ground, process: Process) -> User:
    """The user that the service starts as.

    An image whose entrypoint drops privileges counts as non-root as long as that entrypoint runs.
    """
    anchor = f"services.{service.name}.user"
    said = scalar(node, "user", cast=text)
    source = "compose"
    written = ground.config.user if ground.config else ABSENT
    if not said.value and not said.unknown:  # `user: ""` leaves the image's own user
        said, source = written, "dockerfile"
    elif written.decided:
        said = said._replace(places=(*said.places, written.places[0]._replace(label="overrides this USER")))
    drops = _drops(node, ground, process)
    decided = said.value is not None or said.unknown
    found = _user(service, anchor, said, source, drops) if decided else _base_user(service, anchor, ground, drops)
    if not found.is_root.value:
        return found
    if drops is None:
        reason = f"the entrypoint of image `{ground.image}` may become another user for this command, or not"
        return found.with_(is_root=Fact(None, found.is_root.places, reason))
    handed, helper = _becomes(ground, process)
    if handed:
        return found.with_(is_root=Fact(False, found.is_root.places))
    if not helper:
        return found
    reason = f"what it starts may become another user by `{helper}`"
    return found.with_(is_root=Fact(None, found.is_root.places, reason))


def _becomes(ground: Ground, process: Process) -> tuple[bool, str]:
    """Whether a script of the repository hands over to another user, else what may do so ("" for nothing)."""
    script = script_of(process.all.value or ())
    if not script:
        return False, _steps_down(ground, process, "")
    from lintstack.join.entry_script import copied, hands_over

    source = copied(script, ground)
    handed = hands_over(source) if source else False
    if handed is None:
        return False, script.rpartition("/")[2]
    return handed, "" if handed else _steps_down(ground, process, script if source else "")


def script_of(line: tuple[str, ...]) -> str:
    """The word of a command line that names a script; "" for none."""
    names = (word for word in line[:MOST_WORDS] if word.endswith(".sh") or word.rpartition("/")[2] in ENTRYPOINTS)
    return next(names, "")


@cache
def helpers() -> re.Pattern[str]:
    """Programs by which what was started as root becomes another user, and entrypoints that are known to use them."""
    return re.compile(r"(?<![\w.-])(gosu|su-exec|setpriv|s6-setuidgid|chpst|runuser|docker-entrypoint\.sh)(?![\w.-])")


def _steps_down(ground: Ground, process: Process, script: str) -> str:
    """Such a program in the command line, or in the built image as long as an entrypoint of it runs; "" without.

    Args:
        ground: what the service stands on.
        process: its command line.
        script: a word of it that has been read and hands nothing over; "" for none.
    """
    chain = ground.config.chain if ground.config else ()
    own = ground.config is not None and process.entrypoint.value == ground.config.entrypoint.value
    built = (item.text.text for stage in chain for item in stage.instructions) if own else ()
    hands_over = own or bool(ground.known and ground.known.drops_privileges)
    said = (process.all.value or ()) if hands_over else ()
    said = tuple(word for word in said if word != script)
    first = next((word for word in process.entrypoint.value or () if word != script), "")
    if ground.known and ground.known.drops_privileges and first.endswith(".sh"):
        return first.rpartition("/")[2]  # of a script around the image's own entrypoint nobody knows what it does
    named = (found[1] for text in (*said, *built) for found in helpers().finditer(text))
    return next((name for name in named if name != script.rpartition("/")[2]), "")


def _drops(node: Mapping | None, ground: Ground, process: Process) -> bool | None:
    """Whether the image's own entrypoint makes what it starts a service user; None when that is not certain.

    Most look at the first word: `postgres -c …` and `-c …` drop, `sh -c …` is started as it is, and a script may do
    either (https://github.com/docker-library/postgres/blob/master/docker-entrypoint.sh).
    """
    if ground.known is None or not ground.known.drops_privileges or not process.entrypoint.absent:
        return False
    line, chosen = _started(node, process), ground.known.drops_for
    first = line[0] if line else ""
    shell = first.rpartition("/")[2] in probe.SHELLS
    if not first or first.startswith("-") or first in (chosen or ()) or (chosen is None and not shell):
        return True
    inline = shell and any(re.fullmatch("-[a-z]*c", word) for word in line[1:2])
    return False if chosen is not None and inline and not any(".sh" in word for word in line) else None


def _started(node: Mapping | None, process: Process) -> tuple[str, ...]:
    """The words of the command, roughly where variables have no value; () for the image's own."""
    if process.command_form.value == "shell":
        return "sh", "-c", *(process.command.value or ())
    found = entry(node, "command")
    if process.command.value or found is None or not process.command.unknown:
        return process.command.value or ()
    items = found.value.items if isinstance(found.value, Sequence) else ()
    said = found.value.text.split() if isinstance(found.value, Scalar) else ()
    return (*said, *(item.text if isinstance(item, Scalar) else "" for item in items)) or ("?",)


def _user(service: Service, anchor: str, said: Fact[str], source: str, drops: bool | None) -> User:
    if said.value is None:
        nothing: Fact[Any] = Fact(None, said.places, said.unknown)
        return User(service.name, service.span, anchor, said, nothing, nothing, Fact(source, said.places))
    name = said.value.partition(":")[0].strip()
    number = _number(name)
    root = name in {"", "root"} or number == 0
    number = 0 if root else number
    return User(
        service.name,
        service.span,
        anchor,
        said,
        uid=Fact(number, said.places) if number is not None else ABSENT,
        is_root=Fact(root and not drops, said.places),
        source=Fact(source, said.places),
    )


def _number(name: str) -> int | None:
    """The number that a user's name is to the runtime, which takes signs and leading zeros too (`strconv.Atoi`)."""
    digits = name[1:] if name[:1] in ("+", "-") else name
    if not digits.isascii() or not digits.isdigit() or len(digits.lstrip("0")) > 11:
        return None
    return int(digits.lstrip("0") or "0") * (-1 if name[0] == "-" else 1)


def _base_user(service: Service, anchor: str, ground: Ground, drops: bool | None) -> User:
    known, where = ground.known, ground.shown
    if known is None or known.user is None:
        reason = ground.unknown or f"the user of image `{ground.image}` is not known"
        nothing: Fact[Any] = Fact(None, where, reason)
        return User(service.name, service.span, anchor, nothing, nothing, nothing, nothing)
    root = (known.user in {"root", "0"} or known.uid == 0) and not drops
    return User(
        service.name,
        service.span,
        anchor,
        value=Fact(known.user, where, default=True),
        uid=Fact(known.uid, where, default=True),
        is_root=Fact(root, where, default=True),
        source=Fact("base-image", where, default=True),
    )


def process(node: Mapping | None, ground: Ground) -> Process:
    """The effective command line; an entrypoint in compose drops the image's command."""
    config = ground.config
    entrypoint = _words(node, "entrypoint")
    command = _words(node, "command")
    own_entrypoint, own_command = _says(node, "entrypoint"), _says(node, "command")
    entrypoint_form: Fact[str] = Fact("exec", entrypoint.places) if own_entrypoint else ABSENT
    command_form: Fact[str] = Fact("exec", command.places) if own_command else ABSENT
    if not own_entrypoint and config:
        entrypoint, entrypoint_form = config.entrypoint, config.entrypoint_form
    if not own_command and not own_entrypoint and config:
        command, command_form = config.command, config.command_form
    return Process(entrypoint, command, entrypoint_form, command_form, _joined(entrypoint, command, ground))


def _says(node: Mapping | None, name: str) -> bool:
    """Whether a key is there with more than null, which leaves the image's own value."""
    found = entry(node, name)
    return found is not None and not (isinstance(found.value, Scalar) and found.value.is_null)


def _joined(entrypoint: Fact[tuple[str, ...]], command: Fact[tuple[str, ...]], ground: Ground) -> Fact[tuple[str, ...]]:
    for part in (entrypoint, command):
        if part.unknown:
            return part
    where = (*command.places, *entrypoint.places)
    if entrypoint.value is not None or command.value is not None:
        return Fact((*(entrypoint.value or ()), *(command.value or ())), where)
    return Fact(None, where, ground.unknown or f"what image `{ground.image}` runs is not known")


def _words(node: Mapping | None, name: str) -> Fact[tuple[str, ...]]:
    """Words of `command`, `entrypoint` or the like; Compose splits a string as a shell would, without one."""
    found = entry(node, name)
    if found is None:
        return ABSENT
    if not isinstance(found.value, Scalar):
        return words(node, name)
    if found.value.unset or found.value.value is None:
        reason = unset(found.value)
        return Fact(None, places(found), reason) if reason else ABSENT
    from lintstack.compose.format.command import words as split

    line = split(found.value)
    if line is None:
        return Fact(None, places(found), "the command line is malformed")
    return Fact(line.words, places(found))


class Duration(NamedTuple):
    """A duration field of a health check: its name in compose, in Dockerfiles, and Docker's default."""

    name: str
    default: float | None


FIELDS = (
    Duration("interval", DEFAULT_INTERVAL),
    Duration("timeout", DEFAULT_TIMEOUT),
    Duration("start_period", None),
    Duration("start_interval", None),
)


def healthcheck(service: Service, node: Mapping | None, ground: Ground) -> Healthcheck:
    """The effective health check: fields that compose leaves out come from the stage, then from the image."""
    spec = ground.config.healthcheck if ground.config else ABSENT
    test, source, off = _test(node, spec)
    name, span = service.name, service.span
    found = entry(node, "healthcheck")
    check = Healthcheck(name, found.key.span if found else span, f"services.{name}.healthcheck", service)
    if off.value:
        return check.with_(defined=Fact(False, off.places), disabled=off, source=source)
    if test.unknown:
        defined: Fact[bool] = Fact(None, test.places, test.unknown) if _is_open(node) else Fact(True, test.places[:1])
        return check.with_(defined=defined, test=test, source=source)
    if test.value is None:
        inherited = _by_image(ground)
        origin: Fact[str] = Fact("base-image", inherited.places, default=True) if inherited.value else ABSENT
        # Durations may stand beside the image's own test.
        times = _durations(node, spec) if found and inherited.value else {}
        return check.with_(
            defined=inherited,
            disabled=Fact(False, default=True),
            source=origin,
            impossible=_impossible(ground),
            **times,
        )
    return check.with_(
        defined=Fact(True, test.places[:1]),
        disabled=Fact(False, default=True),
        source=source,
        test=test,
        shell=Fact(test.value[:1] == ("CMD-SHELL",), test.places),
        retries=_retries(node, spec),
        **probe.facts(test, source.value == "compose", ground),
        **_durations(node, spec),
    )


def _impossible(ground: Ground) -> Fact[bool]:
    """True for an image that has neither a shell nor a program which could tell; a Dockerfile may add one."""
    lacks = ground.config is None and ground.known is not None and ground.known.checkable is False
    return Fact(True, ground.shown) if lacks else ABSENT


def _is_open(node: Mapping | None) -> bool:
    """Whether a test in which variables have no value may be none at all: nothing else is in it."""
    found = entry(node, "healthcheck", "test")
    items = found.value.items if found and isinstance(found.value, Sequence) else ()
    said = [item for item in items if isinstance(item, Scalar)]
    return len(said) < 2 or said[0].text not in ("CMD", "CMD-SHELL") or not said[1].text.strip()


def _test(node: Mapping | None, spec: Fact[HealthcheckSpec]) -> tuple[Fact[tuple[str, ...]], Fact[str], Fact[bool]]:
    """Test, where it comes from, and whether checks are switched off."""
    disable = scalar(node, "healthcheck", "disable", cast=as_bool)
    if disable.value:
        return ABSENT, Fact("compose", disable.places), disable
    said = words(node, "healthcheck", "test")
    if said.unknown or said.value:
        off: Fact[bool] = Fact(True, said.places) if (said.value or ())[:1] == ("NONE",) else ABSENT
        return said, Fact("compose", said.places), off
    if spec.unknown:
        return Fact(None, spec.places, spec.unknown), Fact("dockerfile", spec.places), ABSENT
    if spec.value is None:
        return ABSENT, ABSENT, ABSENT
    source = Fact("dockerfile", spec.places)
    off = Fact(True, spec.places) if spec.value.disabled else ABSENT
    return Fact(tuple(spec.value.test), spec.places), source, off


def _by_image(ground: Ground) -> Fact[bool]:
    """Whether the image itself brings a health check."""
    known, where = ground.known, ground.shown
    if known is None or known.healthcheck is None:
        return Fact(None, where, ground.unknown or f"the health check of image `{ground.image}` is not known")
    return Fact(known.healthcheck, where, default=True)


def _durations(node: Mapping | None, spec: Fact[HealthcheckSpec]) -> dict[str, Any]:
    return {field.name: _duration(node, spec, field) for field in FIELDS}


def _duration(node: Mapping | None, spec: Fact[HealthcheckSpec], field: Duration) -> Fact[float]:
    said = scalar(node, "healthcheck", field.name, cast=as_duration)
    if said.value is not None or said.unknown:
        return said
    written = getattr(spec.value, field.name) if spec.value else None
    if written is not None and spec.value:
        length = seconds(written)
        place = Place(spec.value.spans[field.name]) if field.name in spec.value.spans else spec.places[0]
        return Fact(length, (place,)) if length is not None else Fact(None, (place,), "the duration is malformed")
    return Fact(field.default, default=True) if field.default is not None else ABSENT


def _retries(node: Mapping | None, spec: Fact[HealthcheckSpec]) -> Fact[int]:
    said = scalar(node, "healthcheck", "retries", cast=as_int)
    if said.value is not None or said.unknown:
        return said
    if spec.value and spec.value.retries is not None:
        return Fact(spec.value.retries, (Place(spec.value.spans.get("retries", spec.places[0].span)),))
    return Fact(DEFAULT_RETRIES, default=True)
