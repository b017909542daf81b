"""Commands in scripts → the compose files of the tree that they run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice

from lintstack.environments.commands import Use
from lintstack.environments.exports import Given
from lintstack.environments.scripts import Script, script_kind
from lintstack.environments.variables import UNKNOWN
from lintstack.findings import Kind
from lintstack.named import NamedTuple
from lintstack.reader import Reader, inside

# What starts or builds a stack. What the others do happens to a stack that something else has started.
STARTING = frozenset({"build", "create", "run", "start", "up", "watch"})
AFTERWARDS = frozenset(
    "config convert cp down events exec images kill logs ls pause port ps pull push restart rm stop top unpause".split()
)

_MOST_ABOVE = 3
_MOST_USES = 2000


class Run(NamedTuple):
    """A command of a script, with the files that it means.

    Args:
        files: compose files in merge order, as reports write paths; none: those that Docker Compose takes by itself.
        folder: the folder of the first file, or the one in which Docker Compose looks; as reports write it.
        where: path and line of the command.
        kind: what the script or its target is for.
        tool, verb: see `commands.Use`.
        sort: see `scripts.Script`.
        project_dir: folder that relative paths start from; "" for that of the first file.
        env_files: files of variables that are there.
        profiles: active profiles.
        given: variables that it is given; None where it is an example, from which people depart.
        is_example: whether it stands in a document or comment, or is printed.
    """

    files: tuple[str, ...]
    folder: str
    where: str
    kind: Kind
    tool: str
    verb: str
    sort: str
    project_dir: str = ""
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    given: Given | None = None
    is_example: bool = True

    @property
    def starts(self) -> bool:
        """Whether it starts or builds something, as far as is known."""
        return self.verb not in AFTERWARDS

    @property
    def surely_starts(self) -> bool:
        """Whether its verb is one that starts or builds something."""
        return self.verb in STARTING


def resolved(scripts: Iterable[Script], folders: Mapping[str, bool], reader: Reader) -> Iterator[Run]:
    """The commands whose files are all there.

    Args:
        scripts: what was found.
        folders: real paths of folders with compose files, and whether Docker Compose finds a base in them.
        reader: knows what exists.
    """
    there = cache(lambda path: reader.exists(path) == "file")
    uses = ((use, script) for script in scripts for use in script.uses)
    for use, script in islice(uses, _MOST_USES):
        places = _files(use, script, folders, reader.root, there) if use.files else _bare(use, script, folders)
        yield from (_run(use, script, files, start, reader) for files, start in places)


def _run(use: Use, script: Script, files: tuple[str, ...], start: str, reader: Reader) -> Run:
    folder = os.path.dirname(files[0]) if files else start

    def there(name: str) -> str:
        path = os.path.normpath(os.path.join(start, name.replace(UNKNOWN + "/", "")))
        return reader.display(path) if reader.exists(path) else ""

    kind = _kind(use, script)
    env_files = tuple(filter(None, map(there, use.env_files)))
    project_dir = there(use.project_dir) if use.project_dir else ""
    shown = tuple(map(reader.display, files))
    where = f"{script.path}:{use.line}"
    folder = reader.display(folder)
    example = use.is_example or script.sort not in ("script", "ci")
    return Run(
        shown, folder, where, kind, use.tool, use.verb, script.sort, project_dir, env_files, use.profiles,
        None if example else use.given, example,
    )  # fmt: skip


def _kind(use: Use, script: Script) -> Kind:
    """What a command is for: a swarm is production, a CI service and a development container are not."""
    if use.tool in ("devcontainer", "tilt"):
        return "dev"
    target: Kind = script_kind(use.target) if use.target else "unknown"
    kind = script.kind if target == "unknown" else target
    if script.sort in ("comment", "document", "environment"):
        return "prod" if use.tool == "stack" else "unknown"
    if use.tool == "stack":
        return "prod" if kind == "unknown" else kind
    return "dev" if script.sort == "ci" and kind == "unknown" else kind


There = Callable[[str], bool]  # whether a file is at an absolute path
Place = tuple[tuple[str, ...], str]  # absolute paths of files, and the folder that they were found from


def _files(use: Use, script: Script, folders: Mapping[str, bool], root: str, there: There) -> list[Place]:
    """Where the files of a command are: what a document says of several stacks is true of each that has them all."""
    for start in _starts(use, script, root):
        if found := _all(use.files, start, there):
            return [(found, start)]
    if script.sort == "environment" or (len(use.files) == 1 and "/" not in use.files[0]):
        return []
    below = (folder for folder in folders if script.sort != "document" or inside(folder, script.folder))
    places = [(found, folder) for folder in below if (found := _all(use.files, folder, there))]
    return places if len(places) == 1 or script.sort == "document" else []


def _all(names: Iterable[str], start: str, there: There) -> tuple[str, ...] | None:
    paths = []
    for name in names:
        path = os.path.normpath(os.path.join(start, name.removeprefix(UNKNOWN + "/").replace("\\", "/")))
        if not there(path):
            return None
        paths.append(path)
    return tuple(dict.fromkeys(paths))


def _bare(use: Use, script: Script, folders: Mapping[str, bool]) -> list[Place]:
    """The folder in which Docker Compose finds a base: one that was changed to, else that of the script, else above."""
    if use.tool != "compose" or script.sort == "environment":
        return []
    for folder in use.folders[:1]:
        for start in (script.folder, os.path.dirname(script.folder)):
            path = os.path.normpath(os.path.join(start, folder.removeprefix(UNKNOWN + "/")))
            if path in folders:
                return [((), path)] if folders[path] else []
    start = script.folder
    for _ in range(_MOST_ABOVE):
        if folders.get(start):
            return [((), start)]
        start = os.path.dirname(start)
    return []


def _starts(use: Use, script: Script, root: str) -> Iterator[str]:
    """Folders that the paths of a command may start from, the likeliest first."""
    if script.sort == "environment" or use.tool in ("devcontainer", "tilt"):
        yield script.folder
        return
    for folder in use.folders:
        name = folder.removeprefix(UNKNOWN + "/")
        if UNKNOWN not in name:
            for start in (script.folder, root):
                yield os.path.normpath(os.path.join(start, name.lstrip("/")))
    start = script.folder
    while inside(start, root):
        yield start
        start = os.path.dirname(start)
