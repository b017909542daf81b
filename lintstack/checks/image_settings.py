"""Checks of settings that images ask for before they start."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, normpath
from typing import TYPE_CHECKING

from lintstack.compose.format.mounts import lies_in
from lintstack.findings import Problem
from lintstack.model import Copy, Mount, Service, Variable

if TYPE_CHECKING:
    from lintstack.images import Known

YES = frozenset({"1", "true", "yes"})
# Options with which a server tells about itself and ends, before it looks at its data.
TELLING = frozenset("--help -? --version -V --describe-config --print-defaults -C".split())
# Instructions that leave the programs and the data of an image as they are.
HARMLESS = frozenset("ARG CMD ENV EXPOSE HEALTHCHECK LABEL MAINTAINER SHELL STOPSIGNAL USER VOLUME WORKDIR".split())
SCRIPTS = "/docker-entrypoint-initdb.d"  # run once the database is there


def image_setting_missing(service: Service) -> Iterator[Problem]:
    """Services that end at once, because their image asks for a setting that nobody gives."""
    known = service.known
    if known is None or not known.required_settings or not _starts_plainly(service, known):
        return
    if any(_may_hold_data(service, known, mount) for mount in service.mounts):
        return
    for wanted in known.required_settings:
        names = wanted.split(" ")
        if not any(one.partly_read or _is_given(one, name) for one in _twins(service) for name in names):
            yield _problem(service, known, names[0])


def _problem(service: Service, known: Known, name: str) -> Problem:
    """At the variable where it stands empty, else at the service."""
    image = known.name
    empty = next((item for item in service.environment if item.name == name and item.value.places), None)
    related = service.base_image.places[:1]
    if empty is None:
        message = f"{service} does not start on a new volume: `{image}` asks for `{name}`; set it"
        return Problem(message, related=related, fact="known.required_settings", detail=name)
    message = f"{service} does not start on a new volume: `{image}` asks for `{name}`, which is empty; give it a value"
    return Problem(message, empty.value.places[0], related, "known.required_settings", name)


def _is_given(service: Service, setting: str) -> bool:
    """Whether a variable (`NAME`, `NAME=value`), or the one with its file, is there or may be."""
    name, equals, wanted = setting.partition("=")
    return any(
        item.name == f"{name}_FILE" or item.value.unknown or _says(item, wanted if equals else "")
        for item in service.environment
        if item.name in (name, f"{name}_FILE")
    )


def _twins(service: Service) -> tuple[Service, ...]:
    """A service, and what it is in other environments where nobody says that this one is more than their base."""
    others = service.stack.twins.get(service.name, ()) if service.stack.kind == "unknown" else ()
    return (service, *others)


def _says(variable: Variable, wanted: str) -> bool:
    value = variable.value.value
    if value is None:  # the shell may have it
        return True
    return bool(value) and (not wanted or value == wanted or (value.lower() in YES and wanted in YES))


def _starts_plainly(service: Service, known: Known) -> bool:
    """Whether the image's own entrypoint is known to start its server."""
    if service.synthetic or service.partly_read or service.is_job.value or not service.entrypoint.absent:
        return False
    words = service.command.value or ()
    if service.command.unknown or service.command_form.value == "shell" or not TELLING.isdisjoint(words):
        return False
    servers = known.drops_for or ()
    starts = not words or words[0].startswith("-") or basename(words[0]) in servers
    return starts and (service.build is None or _is_untouched(service))


def _is_untouched(service: Service) -> bool:
    """Whether what the service builds starts as its base does, with nothing in its folders that the base has not."""
    built = service.build.stage if service.build else None
    stages = service.dockerfile.stages if service.dockerfile and built else ()
    stage = next((item for item in stages if item.parsed is built), None)
    found = [item for part in stage.lineage for item in part.instructions] if stage else []
    return stage is not None and all(
        item.name in HARMLESS or item.name == "FROM" or (isinstance(item, Copy) and _is_script(item)) for item in found
    )


def _is_script(copy: Copy) -> bool:
    target = copy.destination.value
    return target is not None and lies_in(normpath(target), SCRIPTS)


def _may_hold_data(service: Service, known: Known, mount: Mount) -> bool:
    """Whether a mount may bring data with which the image needs no setting, or another entrypoint."""
    target = normpath(mount.target.value) if mount.target.value else ""
    if lies_in(target, SCRIPTS):
        return False
    moved = [item.value for item in service.environment if item.name == known.data_variable]
    folders = (*known.data_dirs, *(value.value for value in moved if value.value))
    if not target or target.endswith("entrypoint.sh") or any(value.unknown for value in moved):
        return True
    near = not folders or any(lies_in(folder, target) or lies_in(target, folder) for folder in folders)
    return near and not _is_new(service, mount)


def _is_new(service: Service, mount: Mount) -> bool:
    """Whether a mount is empty when the service first starts, as far as its files tell."""
    if mount.type.value == "bind":
        # An absolute path is a place of one machine, where the data may lie for years.
        return bool(mount.in_repository.value) and mount.source_kind.value not in ("dir", "file")
    if mount.type.value == "volume" and not mount.source.unknown and mount.host_path.absent:
        return mount.source.value not in _external(service)
    return mount.type.value == "tmpfs"


def _external(service: Service) -> frozenset[str]:
    """Volumes that are made outside the project."""
    resources = service.stack.resources
    return frozenset(
        item.name for item in resources if item.type.value == "volume" and item.external.value is not False
    )
