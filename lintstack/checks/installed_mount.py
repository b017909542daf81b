"""Checks of mounts that lie over the packages that an image installed."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join, normpath

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Copy, Instruction, Mount, PackageCall, Run, Service, Stage
from lintstack.source import Span

MOST_MOUNTS = 500  # of a service in which one that guards the packages is looked for
MOST_LOOKED = 2_000  # instructions of a stage that are looked at
# Manager → folder, below the working directory, into which it installs.
FOLDERS = {
    "npm": "node_modules",
    "pnpm": "node_modules",
    "yarn": "node_modules",
    "bun": "node_modules",
    "composer": "vendor",
}
INSTALLERS = frozenset("npm pnpm yarn bun composer pip poetry uv bundle".split())
NAMES = frozenset({"node_modules", "vendor", ".venv", "venv"})


def hidden_packages(mount: Mount) -> Iterator[Problem]:
    """Source mounted over a folder with packages, with nothing that keeps these in sight."""
    service, target = mount.service, normpath(mount.target.value or "/")
    if (
        len(service.mounts) > MOST_MOUNTS
        or mount.type.value != "bind"
        or not mount.in_repository.value
        or mount.is_file.value
        or service.build is None
    ):
        return
    for path, span in _installed(service):
        hides = path.startswith(f"{target.rstrip('/')}/") and path != target
        folder = path.rpartition("/")[2]
        if hides and not (
            _is_guarded(service, path, target) or _installs_itself(service) or _is_moved(service, folder)
        ):
            message = (
                f"{service} mounts `{mount.source.value}` over `{path}`, where the image installed its packages; mount"
                f" a named volume at `{path}`"
            )
            yield Problem(message, _place(mount), (Place(span, "installed here"),), "target", folder)
            return


def _place(mount: Mount) -> Place:
    return mount.target.places[0] if mount.target.places else Place(mount.span)


def host_packages(mount: Mount) -> Iterator[Problem]:
    """Packages of the host in a container."""
    name = (mount.source.value or "").rstrip("/").rpartition("/")[2]
    target = (mount.target.value or "").rstrip("/").rpartition("/")[2]
    if mount.type.value == "bind" and name == target and name in ("node_modules", ".venv", "venv"):
        message = (
            f"{mount.service} gets the `{name}` of the host, made for its system and not for the container's; mount a"
            " named volume there"
        )
        yield Problem(message, _place(mount), fact="source")


def _is_guarded(service: Service, path: str, target: str) -> bool:
    """Whether another mount lies between the source and the packages, or upon them."""
    for mount in service.mounts:
        other = normpath(mount.target.value or "/") if mount.target.value else ""
        if not other or mount.target.unknown:
            if mount.target.unknown:
                return True
            continue
        if other != target and f"{path}/".startswith(f"{other}/") and len(other) > len(target):
            return True
    return False


def _is_moved(service: Service, folder: str) -> bool:
    """Whether the Dockerfile moves the packages, or speaks of a folder of that name at the root."""
    import re

    dockerfile = service.dockerfile
    said = re.compile(rf"(?<![\w./}}])/{re.escape(folder)}\b|\b(?:mv|ln|cp)\b[^;&|]*{re.escape(folder)}|modules-folder")
    instructions = dockerfile.instructions[:MOST_LOOKED] if dockerfile else ()
    return any(said.search(item.node.text.text[:4_000]) for item in instructions)


def _installs_itself(service: Service) -> bool:
    """Whether what starts installs packages, or may: a script that nobody reads here."""
    process = service.process
    if process.unknown:
        return True
    from lintstack.dockerfile.programs.dev_servers import commands

    for command in commands(process.value or ()):
        words = [word for word in command if word]
        if command[0].endswith((".sh", ".bash")) or "entrypoint" in command[0]:
            return True
        if command[0] in INSTALLERS and not {"install", "ci", "i", "sync"}.isdisjoint(words[1:]):
            return True
        if command[0] == "yarn" and len(words) == 1:
            return True
    return False


def _installed(service: Service) -> Iterator[tuple[str, Span]]:
    """Folders with packages in the image that a service builds, and where they come from."""
    dockerfile = service.dockerfile
    stage = service.build.stage if service.build else None
    own = next((item for item in dockerfile.stages if item.parsed is stage), None) if dockerfile else None
    folder: str | None = "/"
    for part in reversed(own.lineage if own else ()):
        for item in part.instructions[:MOST_LOOKED]:
            if item.name == "WORKDIR" and not item.in_onbuild.value:
                folder = _moved(folder, item)
            elif folder is not None:
                yield from _made(item, folder, part)


def _moved(folder: str | None, item: Instruction) -> str | None:
    """The working directory behind a WORKDIR; None when a variable takes part."""
    text = item.node.args[0].value if item.node.args else ""
    if "$" in text or (folder is None and not text.startswith("/")):
        return None
    return normpath(join(folder or "/", text))


def _made(item: Instruction, folder: str, stage: Stage) -> Iterator[tuple[str, Span]]:
    if isinstance(item, Copy):
        target = item.destination.value or ""
        if item.origin.value and target.rstrip("/").rpartition("/")[2] in NAMES:
            yield normpath(join(folder, target)), item.span
    elif isinstance(item, Run) and not any(command.name == "cd" for command in item.commands):
        for command in item.commands:
            if isinstance(command, PackageCall) and _is_project(command):
                yield join(folder, FOLDERS[command.call.manager]), command.call.verb.span


def _is_project(command: PackageCall) -> bool:
    call = command.call
    elsewhere = call.arguments.has("-g", "--global", "--prefix", "-C", "--cwd", "--dir")
    return call.manager in FOLDERS and call.action in ("install", "ci") and not call.operands and not elsewhere
