"""Paths → the compose files and Dockerfiles below them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from lintstack.findings import Finding, diagnostic
from lintstack.gitignore import Patterns
from lintstack.named import NamedTuple
from lintstack.reader import Reader, Refusal, inside, read_regular, real, suggest, toplevel
from lintstack.recognise import (
    LARGEST_SNIFFED,
    MOST_SNIFFED,
    Sort,
    by_content,
    by_name,
    foreign_folder,
    is_compose,
    is_dockerfile,
    undecided,
)
from lintstack.source import Source

if TYPE_CHECKING:
    from lintstack.config import Config

__all__ = ["Reader", "Tree", "UsageError", "discover"]

_LARGEST_IGNORE_FILE = 256 * 1024
# Folders that hold what tools made or fetched.
_SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", ".venv", ".tox", ".nox", "__pycache__", ".terraform"})
_IS = {"compose": is_compose, "dockerfile": is_dockerfile}


class UsageError(ValueError):
    """A path on the command line that cannot be linted; the message names it and says what there is instead."""


class Tree(NamedTuple):
    """What was found below the given paths.

    Args:
        root: real path of the project's root; nothing outside is opened.
        compose_files: paths as reports write them, sorted; each file once.
        dockerfiles: likewise.
        problems: findings about paths that were named and cannot be read.
        notes: sentences about what was left out.
        named: real paths of the files that were named one by one.
        folders: real paths of the folders that were searched.
        ignored: files with the right names that git ignores or the configuration excludes.
    """

    root: str
    compose_files: tuple[str, ...]
    dockerfiles: tuple[str, ...]
    problems: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    named: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def discover(
    paths: Sequence[str],
    config: Config,
    root: str | None = None,
    held: Mapping[str, bytes] = MappingProxyType({}),
    folder: str = "",
) -> Tree:
    """The compose files and Dockerfiles that paths stand for.

    Args:
        paths: files, which are always taken, and folders, which are searched; none: the working directory.
        config: whose `exclude` counts.
        root: folder outside which nothing is opened; None takes the git repository of the paths, else the folder
            that they have in common.
        held: contents that stand for files, by absolute path.
        folder: a folder that belongs to the project, "" for none: the root is around it as well.

    Raises:
        UsageError: a path that does not exist or cannot be read, a file that is neither compose file nor Dockerfile.
    """
    cwd = os.getcwd()
    full = [_absolute(path, cwd) for path in paths or (".",)]
    standing = {os.path.realpath(path) for path in held}
    modes = [
        stat.S_IFREG if os.path.realpath(path) in standing else _mode(path, shown)
        for path, shown in zip(full, paths or (".",), strict=True)
    ]
    folders = [path if stat.S_ISDIR(mode) else os.path.dirname(path) for path, mode in zip(full, modes, strict=True)]
    reader = Reader(_root(root, [*folders, folder] if folder else folders), cwd, held)
    search = _Search(reader, config)
    for path, mode in zip(full, modes, strict=True):
        if stat.S_ISDIR(mode):
            search.folder(path)
        else:
            search.file(path, mode)
    return search.tree()


def _absolute(path: str, cwd: str) -> str:
    """Absolute path with its links, unless `link/..` would then be another folder."""
    full = os.path.normpath(os.path.join(cwd, path))
    target = real(os.path.join(cwd, path))
    if target is None:
        raise UsageError(f"`{path}` is no path")
    return full if real(full) == target else target


def _mode(path: str, shown: str) -> int:
    """File mode of a path that was named.

    Raises:
        UsageError: it is not there.
    """
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        raise UsageError(missing(path, shown)) from None
    except OSError as error:
        raise UsageError(f"`{shown}` cannot be read: {(error.strerror or 'unknown error').lower()}") from None


def missing(path: str, shown: str) -> str:
    """The sentence about a path that is not there, with what is.

    Args:
        path: absolute.
        shown: as the user typed it.
    """
    if os.path.islink(path):
        return f"`{shown}` is a link to something that does not exist"
    folder = os.path.dirname(path)
    while not os.path.isdir(folder):
        path, folder = folder, os.path.dirname(folder)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        names = []
    near = suggest(os.path.basename(path), names)
    linted = [f"`{name}`" for name in names if by_name(name)][:3]
    return f"`{shown}` does not exist" + (near or (f"; its folder has {', '.join(linted)}" if linted else ""))


def _root(asked: str | None, folders: Sequence[str]) -> str:
    if asked is not None:
        if not os.path.isdir(asked):
            raise UsageError(f"the root `{asked}` is not a folder")
        return os.path.realpath(asked)
    common = os.path.commonpath([os.path.realpath(folder) for folder in folders])
    return toplevel(common) or common


class _Place(NamedTuple):
    """A folder to be searched: its real path, how reports write it, the ignore patterns in force."""

    path: str
    shown: str
    patterns: tuple[Patterns, ...]

    def below(self, name: str) -> str:
        """How reports write something in it."""
        return name if self.shown == "." else f"{self.shown.rstrip('/')}/{name}"


class _Search:
    """A search under way."""

    def __init__(self, reader: Reader, config: Config) -> None:
        self.reader = reader
        self.exclude = config.exclude
        self.found: dict[str, tuple[Sort, str]] = {}
        self.visited: set[str] = set()
        self.links: list[_Place] = []
        self.named: set[str] = set()
        self.folders: list[str] = []
        self.problems: list[Finding] = []
        self.notes: list[str] = []
        self.ignored: list[str] = []

    def tree(self) -> Tree:
        """What was found so far."""

        def all_of(sort: Sort) -> tuple[str, ...]:
            return tuple(sorted((shown for kind, shown in self.found.values() if kind == sort), key=os.fsencode))

        return Tree(
            self.reader.root,
            all_of("compose"),
            all_of("dockerfile"),
            tuple(self.problems),
            tuple(dict.fromkeys(self.notes)),
            frozenset(self.named),
            tuple(self.folders),
            tuple(sorted(set(self.ignored), key=os.fsencode)),
        )

    def file(self, path: str, mode: int) -> None:
        """Take a file that was named.

        Raises:
            UsageError: it cannot be read, or it is neither a compose file nor a Dockerfile.
        """
        shown, target = self.reader.display(path), os.path.realpath(path)
        if not inside(target, self.reader.root):
            self._refuse("outside-root", shown, "lies outside the project's root and was not opened")
            return
        name = os.path.basename(path)
        data = self.reader.content(target, MOST_SNIFFED)
        if not isinstance(data, Refusal):
            self._keep(target, shown, by_name(name) or _content(shown, name, data))
        elif data.slug == "limit" and (sort := by_name(name)):
            self._keep(target, shown, sort)
        elif data.slug == "not-a-regular-file":
            self._refuse(data.slug, shown, data.reason)
            return
        else:
            raise UsageError(f"`{shown}` {data.reason}")
        self.named.add(target)

    def folder(self, path: str) -> None:
        """Search a folder that was named, whether git ignores it or not."""
        target, shown = os.path.realpath(path), self.reader.display(path)
        if not inside(target, self.reader.root):
            self._refuse("outside-root", shown, "lies outside the project's root and was not searched")
            return
        self.folders.append(target)
        self._walk(_Place(target, shown, tuple(self._above(target))))
        while self.links:
            self._walk(self.links.pop(0))

    def _above(self, folder: str) -> Iterator[Patterns]:
        """Ignore patterns of the folders between the root and a folder, outermost first."""
        git = os.path.join(self.reader.root, ".git", "info")
        yield from self._patterns(git, "exclude", self.reader.root)
        steps = os.path.relpath(folder, self.reader.root).split(os.sep)
        above = self.reader.root
        for step in steps if folder != self.reader.root else ():
            yield from self._patterns(above, ".gitignore", above)
            above = os.path.join(above, step)

    def _patterns(self, folder: str, name: str, base: str) -> Iterator[Patterns]:
        data = read_regular(os.path.join(folder, name), _LARGEST_IGNORE_FILE)
        if isinstance(data, bytes):
            text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
            yield Patterns(text.split("\n"), base)
        elif data.slug == "limit":
            self.notes.append(f"`{self.reader.display(os.path.join(folder, name))}` {data.reason} and was not read")

    def _walk(self, start: _Place) -> None:
        pending = [start]
        while pending:
            place = pending.pop()
            if place.path in self.visited:
                continue
            self.visited.add(place.path)
            pending.extend(reversed(list(self._scan(place, place is start))))

    def _scan(self, place: _Place, named: bool) -> Iterator[_Place]:
        """Take the files of one folder, give the folders in it."""
        try:
            with os.scandir(place.path) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            self._unlisted(place.shown, error)
            return
        names = {entry.name for entry in entries}
        if "pyvenv.cfg" in names and not named:
            return
        if ".gitignore" in names:
            place = place._replace(patterns=(*place.patterns, *self._patterns(place.path, ".gitignore", place.path)))
        foreign = "Chart.yaml" in names or foreign_folder(tuple(place.path.split(os.sep)[-3:]))
        for entry in entries:
            if entry.is_symlink():
                self._link(place, entry, foreign)
            elif entry.is_dir():
                yield from self._child(place, entry)
            else:
                self._entry(place, entry, foreign)

    def _unlisted(self, shown: str, error: OSError) -> None:
        if isinstance(error, FileNotFoundError):
            return
        self._refuse("unreadable", shown, f"cannot be searched: {(error.strerror or 'unknown error').lower()}")

    def _child(self, place: _Place, entry: os.DirEntry[str]) -> Iterator[_Place]:
        if entry.name in _SKIPPED or self._is_ignored(place, entry.path, True):
            return
        above = inside(self.reader.cwd, entry.path)
        shown = self.reader.display(entry.path) if above else place.below(entry.name)
        if "{{" in entry.name:
            self.notes.append(f"skipped `{shown}`: the folder of a project template")
            return
        if by_name(entry.name):
            self.notes.append(f"`{shown}` is a folder, not a regular file")
        yield _Place(entry.path, shown, place.patterns)

    def _entry(self, place: _Place, entry: os.DirEntry[str], foreign: bool) -> None:
        sort = self._candidate(entry.name, foreign)
        if sort:
            self._consider(place, entry, sort, entry.path, entry.is_file())

    def _link(self, place: _Place, entry: os.DirEntry[str], foreign: bool) -> None:
        """A link: of a file its target is taken, of a folder it is searched when all others are through."""
        sort = self._candidate(entry.name, foreign)
        target, shown = os.path.realpath(entry.path), place.below(entry.name)
        if not inside(target, self.reader.root):
            if by_name(entry.name) or _is_folder(entry):
                self.notes.append(f"skipped `{shown}`: a link that leads outside the project's root")
        elif _is_folder(entry):
            if not self._is_ignored(place, entry.path, False):
                self.links.append(_Place(target, shown, tuple(self._above(target))))
        elif sort:
            self._consider(place, entry, sort, target, os.path.isfile(target))

    def _candidate(self, name: str, foreign: bool) -> Sort:
        sort = by_name(name) or undecided(name)
        return "" if foreign and sort == "compose" else sort

    def _consider(self, place: _Place, entry: os.DirEntry[str], sort: Sort, target: str, regular: bool) -> None:
        """Take a file whose name is, or may be, that of a compose file or Dockerfile."""
        shown, sure = place.below(entry.name), bool(by_name(entry.name))
        if not regular:
            if sure:
                self.notes.append(f"skipped `{shown}`: it is not a regular file")
        elif self._is_ignored(place, entry.path, False):
            if sure:
                self.ignored.append(shown)
        elif sure or (target not in self.found and _sniffed(target, sort)):
            self._keep(target, shown, sort)

    def _is_ignored(self, place: _Place, path: str, folder: bool) -> bool:
        for patterns in reversed(place.patterns):
            decision = patterns.decide(_relative(path, patterns.folder), folder)
            if decision is not None:
                if decision:
                    return True
                break
        return inside(path, self.exclude.folder) and bool(
            self.exclude.decide(_relative(path, self.exclude.folder), folder)
        )

    def _keep(self, target: str, shown: str, sort: Sort) -> None:
        """Each file once, under the shortest of its names."""
        before = self.found.get(target)
        if before is None or (len(shown), shown) < (len(before[1]), before[1]):
            self.found[target] = sort, shown

    def _refuse(self, slug: str, shown: str, reason: str) -> None:
        self.problems.append(diagnostic(slug, f"`{shown}` {reason}", Source(shown, "").whole))


def _content(shown: str, name: str, data: bytes) -> Sort:
    sort = by_content(name, data)
    if not sort:
        raise UsageError(f"`{shown}` is neither a Compose file nor a Dockerfile")
    return sort


def _sniffed(path: str, sort: Sort) -> bool:
    data = read_regular(path, LARGEST_SNIFFED, MOST_SNIFFED)
    return isinstance(data, bytes) and _IS[sort](data)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _relative(path: str, folder: str) -> str:
    return path[len(folder.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
