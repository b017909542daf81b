"""The files that `docker compose` loads when it is not told which."""

from __future__ import annotations

from posixpath import dirname, isabs, join, normpath

from lintstack.compose.documents import Files, Reader
from lintstack.compose.environment import Environments
from lintstack.compose.paths import folder_of, located
from lintstack.compose.problems import Problems
from lintstack.named import NamedTuple
from lintstack.naming import BASES, OVERRIDES

_MOST_PARENTS = 64


class Defaults(NamedTuple):
    """What is loaded.

    Args:
        files: paths for the reader, later ones over earlier ones; empty when there is nothing to load.
        folder: the project directory.
        named: whether COMPOSE_FILE names them; no override is looked for then, and they need not exist.
    """

    files: tuple[str, ...]
    folder: str
    named: bool = False


def defaults(folder: str, reader: Reader) -> Defaults:
    """What `docker compose` loads in a folder: what COMPOSE_FILE of its `.env` names, else the first known name.

    Without a file there the folders above are searched; an override is the one beside the base, of either family.

    Args:
        folder: working directory, as the reader knows it.
        reader: opens files; folders outside its root are not looked at.
    """
    problems = Problems()
    given = Environments(Files(reader, problems)).root(folder, None, {}).variables
    if given.get("COMPOSE_FILE"):
        names = given["COMPOSE_FILE"].split(given.get("COMPOSE_PATH_SEPARATOR") or ":")
        files = tuple(located(folder, name) for name in names if name)
        return Defaults(files, folder_of(files[0]) if files else folder, True)
    for place in _upwards(folder):
        base = _first(place, BASES, reader)
        if base:
            override = _first(place, OVERRIDES, reader)
            return Defaults((base, override) if override else (base,), place)
    return Defaults((), folder)


def _first(folder: str, names: tuple[str, ...], reader: Reader) -> str:
    paths = (located(folder, name) for name in names)
    return next((path for path in paths if reader.exists(path) == "file"), "")


def _upwards(folder: str) -> tuple[str, ...]:
    """A folder and those above it."""
    found = [normpath(folder)]
    for _ in range(_MOST_PARENTS):
        above = dirname(found[-1]) if isabs(found[-1]) else normpath(join(found[-1], ".."))
        if above == found[-1]:
            break
        found.append(above)
    return tuple(found)
