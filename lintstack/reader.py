"""Opens regular files inside the project's root, each once, and never more of one than the limit."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from lintstack.findings import Finding, diagnostic
from lintstack.named import NamedTuple
from lintstack.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES = 5_000_000
MOST_REMEMBERED = 10_000  # paths of which it is remembered where they lead
MOST_SUGGESTED = 50  # missing files for which a similar name is looked for
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
)
_BOM = b"\xef\xbb\xbf"

Reading = Literal["yaml", "dockerfile", "text"]
Existence = Literal["file", "dir", "outside", ""]


class Refusal(NamedTuple):
    """Why a file was not read: the slug of the finding and the rest of a sentence that starts with its path."""

    slug: str
    reason: str


def inside(path: str, root: str) -> bool:
    """Whether an absolute path is the root or lies below it; both without links."""
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def relative(path: str, root: str) -> str:
    """A path as seen from the root, both absolute and without `..`: `os.path.relpath`, which most do not need."""
    below = root.rstrip(os.sep) + os.sep
    return path[len(below) :] if path.startswith(below) and len(path) > len(below) else os.path.relpath(path, root)


def real(path: str) -> str | None:
    """A path without links; None for a path that no file system can have."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return None


def toplevel(folder: str) -> str | None:
    """The nearest folder, this one included, that holds `.git`."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def read_regular(path: str, limit: int = MOST_BYTES, count: int = 0) -> bytes | Refusal:
    """Bytes of a regular file; devices, pipes and folders are never opened for reading.

    Args:
        path: absolute path without links: a link that replaces the file meanwhile is refused.
        limit: the largest file that is read, in bytes.
        count: read only that many bytes; 0 reads all.
    """
    try:
        before = os.stat(path, follow_symlinks=False)
        if not stat.S_ISREG(before.st_mode):
            return Refusal("not-a-regular-file", f"is {_sort(before.st_mode)}, not a regular file")
        handle = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        return Refusal("unreadable", _why(error))
    try:
        opened = os.fstat(handle)
        if not stat.S_ISREG(opened.st_mode) or not os.path.samestat(before, opened):
            return Refusal("not-a-regular-file", "was replaced while it was opened")
        data = _read(handle, count or limit + 1) if opened.st_size <= limit else None
    except OSError as error:
        return Refusal("unreadable", _why(error))
    finally:
        os.close(handle)
    if data is None or len(data) > limit:
        return Refusal("limit", f"is larger than {size(limit)}")
    return data


def size(count: int) -> str:
    """A number of bytes in words."""
    return f"{count // 1_000_000} MB" if count >= 1_000_000 else f"{count // 1024} KB"


def _read(handle: int, most: int) -> bytes:
    parts = []
    while most > 0 and (part := os.read(handle, most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "its name is no path"
    return f"cannot be read: {reason.lower()}"


def _sort(mode: int) -> str:
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFLNK: "a link"}
    return kinds.get(stat.S_IFMT(mode), "a device")


def suggest(name: str, names: Iterable[str]) -> str:
    """ "; did you mean `x`?" when one of the names is near, else ""."""
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(names), 1, 0.6)
    return f"; did you mean `{near[0]}`?" if near else ""


class Reader:
    """The files of one run.

    Args:
        root: real path of the project's root; nothing outside is opened.
        cwd: directory that relative paths start from, for reading and for reports.
        held: contents that stand for files, by absolute path, inside the root or not: standard input, an editor's
            buffers, files that were named.
    """

    def __init__(self, root: str, cwd: str | None = None, held: Mapping[str, bytes] | None = None) -> None:
        self.root = os.path.realpath(root)
        self.cwd = os.path.realpath(cwd or os.getcwd())
        self._held = {real(path) or path: data for path, data in (held or {}).items()}
        self._read: dict[tuple[str, Reading], Source | Finding | Refusal] = {}
        self._folders: dict[str, str | None] = {}
        self._reals: dict[str, str | None] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._suggested = 0

    def absolute(self, path: str) -> str:
        """Absolute path, links kept."""
        return os.path.normpath(os.path.join(self.cwd, path))

    def real(self, path: str) -> str | None:
        """Absolute path without links, those of its folder followed once; None for what no file system can have."""
        if path not in self._reals:
            if len(self._reals) == MOST_REMEMBERED:
                self._reals.clear()
            self._reals[path] = self._real(path)
        return self._reals[path]

    def _real(self, path: str) -> str | None:
        folder, name = os.path.split(self.absolute(path))
        above = self._folder(folder)
        if above is None:
            return None
        target = os.path.join(above, name)
        try:
            return real(target) if stat.S_ISLNK(os.lstat(target).st_mode) else target
        except OSError:
            return target  # nothing is there, or nothing can be
        except ValueError:
            return None

    def _folder(self, folder: str) -> str | None:
        """A folder without links: that of the folder above, which is known as a rule, and one step more."""
        if folder not in self._folders:
            above, name = os.path.split(folder)
            known = self._folders.get(above)
            target = os.path.join(known, name) if known and name else folder
            self._folders[folder] = real(target) if known is None or os.path.islink(target) else target
        return self._folders[folder]

    def display(self, path: str) -> str:
        """How reports write a path: relative to the working directory with "/", absolute when it lies elsewhere."""
        full = self.absolute(path)
        if inside(full, self.cwd) or (inside(self.cwd, self.root) and inside(full, self.root)):
            full = relative(full, self.cwd)
        return full.replace(os.sep, "/")

    def source(self, path: str, at: Span | None = None, kind: Reading = "yaml") -> Source | Finding:
        """The text of a file, read once.

        Args:
            path: absolute, or relative to the working directory.
            at: the place that asks for it; a refusal is reported there, else at the start of the file.
            kind: how it is decoded: "yaml" strictly, "dockerfile" and "text" so that any byte survives.

        Returns:
            The source, or a finding: `outside-root`, `not-a-regular-file`, `unreadable`, `yaml-limit`,
            `dockerfile-limit`, `yaml-encoding`.
        """
        target = self.real(path)
        if target is None:
            return self._finding(Refusal("unreadable", "cannot be read: its name is no path"), path, at, kind)
        key = target, kind
        if key not in self._read:
            self._read[key] = self._open(target, path, kind)
        found = self._read[key]
        return self._finding(found, path, at, kind) if isinstance(found, Refusal) else found

    def text(self, path: str) -> Source | None:
        """Text of a file that is no compose file, None when it cannot be had."""
        found = self.source(path, kind="text")
        return None if isinstance(found, Finding) else found

    def searched(self, path: str, limit: int) -> str:
        """The text of a file that is searched rather than linted; "" when it cannot be read or is larger.

        Args:
            path: absolute, or relative to the working directory.
            limit: the largest file that is read, in bytes.
        """
        target = self.real(path)
        if target is None or not inside(target, self.root):
            return ""
        data = self._held.get(target)
        found = read_regular(target, limit) if data is None else data
        return "" if isinstance(found, Refusal) else found.decode("utf-8", "replace")

    def exists(self, path: str) -> Existence:
        """What is at a path; what lies outside the root is not looked at."""
        target = self.real(path)
        if target is None:
            return ""
        if target in self._held:
            return "file"
        if not inside(target, self.root):
            return "outside"
        try:
            mode = os.stat(target).st_mode
        except (OSError, ValueError):
            return ""
        return "dir" if stat.S_ISDIR(mode) else "file"

    def names(self, path: str) -> frozenset[str]:
        """Names in a folder; none for what is not a readable folder inside the root."""
        target = self.real(path)
        if target is None or not inside(target, self.root):
            return frozenset()
        if target not in self._names:
            self._names[target] = self._listed(target)
        return self._names[target]

    def _listed(self, target: str) -> frozenset[str]:
        held = {os.path.basename(name) for name in self._held if os.path.dirname(name) == target}
        try:
            return frozenset(os.listdir(target)) | held
        except (OSError, ValueError):
            return frozenset(held)

    def content(self, target: str, count: int = 0) -> bytes | Refusal:
        """The content of a file, at least its first bytes.

        Args:
            target: absolute path without links.
            count: how many bytes are needed; 0 for all.
        """
        data = self._held.get(target)
        if data is not None:
            return data if len(data) <= MOST_BYTES else Refusal("limit", f"is larger than {size(MOST_BYTES)}")
        if not inside(target, self.root):
            return Refusal("outside-root", "lies outside the project's root and was not opened")
        return read_regular(target, count=count)

    def _open(self, target: str, path: str, kind: Reading) -> Source | Finding | Refusal:
        found = self.content(target)
        if isinstance(found, Refusal):
            return found
        shown = self.display(path)
        if kind == "yaml":
            from lintstack.yaml import decode

            return decode(found, shown, target)
        bom = found.startswith(_BOM)
        return Source(shown, found[3 if bom else 0 :].decode("utf-8", "surrogateescape"), target, bom)

    def _finding(self, refusal: Refusal, path: str, at: Span | None, kind: Reading) -> Finding:
        outside = refusal.slug == "outside-root" and not os.path.isabs(path)
        shown = os.path.normpath(path).replace(os.sep, "/") if outside else self.display(path)
        slug = (
            ("dockerfile-limit" if kind == "dockerfile" else "yaml-limit") if refusal.slug == "limit" else refusal.slug
        )
        hint = ""
        if refusal.reason == "does not exist" and self._suggested < MOST_SUGGESTED:
            self._suggested += 1
            hint = suggest(os.path.basename(shown), self.names(os.path.dirname(shown) or "."))
        return diagnostic(slug, f"`{shown}` {refusal.reason}{hint}", at or Source(shown, "").whole)
