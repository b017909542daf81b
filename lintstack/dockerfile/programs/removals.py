"""What a command deletes: `rm -rf` in all spellings, and find with `-delete`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise

from lintstack.dockerfile.shell.options import arguments
from lintstack.dockerfile.shell.script import Command

MAX_BRACES = 64
MAX_BRACED = 1000
MAX_PATTERN = 100
_EXECUTE = frozenset({"-exec", "-execdir"})


def removes(command: Command, directory: str, flat: bool = False) -> bool:
    """Whether a command deletes what is in a directory: `rm -fr DIR`, `rm -r -f DIR/*`, `find DIR … -delete`.

    A directory above it counts as well, and so does a pattern in it.

    Args:
        command: any command; one behind xargs or `find -exec` deletes what find is told to look at.
        directory: absolute, without a slash at its end ("/var/lib/apt/lists"); "~" is any home.
        flat: whether there are only files in it, so that `rm DIR/*` is enough.
    """
    if command.name == "find":
        args = command.args
        deletes = "-delete" in args or any(args[at + 1] == "rm" for at in range(len(args) - 1) if args[at] in _EXECUTE)
        starts = [arg for arg in args if arg.startswith(("/", "~", "$HOME", "${HOME}"))]
        return deletes and any(_covers(path, directory) for path in starts[:1])
    if command.name != "rm":
        return False
    found = arguments(command)
    paths = [path for word in found.operands for path in expand_braces(word.value)]
    if not found.has("-r", "-R", "--recursive"):
        return flat and any(path.rpartition("/")[0] == directory and "*" in path for path in paths)
    return any(_covers(path, directory) for path in paths)


def _covers(path: str, directory: str) -> bool:
    """Whether deleting a path, which may end in a pattern, deletes what is in a directory."""
    while "//" in path:
        path = path.replace("//", "/")
    if directory.startswith("~"):
        path = _home(path)
    head, _, tail = path.rpartition("/")
    if "*" in tail:
        above, _, name = directory.rpartition("/")
        matched = head == above and len(tail) <= MAX_PATTERN and fnmatchcase(name, tail)
        return head == directory or matched or (tail in ("*", "**") and _above(head, directory))
    path = path.rstrip("/")
    return path == directory or _above(path, directory)


def _home(path: str) -> str:
    """A path with `~` for any home: `/root`, `/home/app`, `$HOME`, `~app`."""
    return _homes().sub("~", path, count=1)


@cache
def _homes() -> re.Pattern[str]:
    return re.compile(r"\A(?:/root|/home/[^/]++|\$HOME|\$\{HOME\}|~[^/]*+)(?=/|\Z)")


def _above(path: str, directory: str) -> bool:
    return len(path) > 1 and directory.startswith(path + "/")


def expand_braces(text: str) -> list[str]:
    """Words of `a{b,c}d`: `abd` and `acd`; the text alone without braces, or with too many.

    Args:
        text: a word, quotes removed.
    """
    if len(text) > MAX_BRACED:
        return [text]
    done: list[str] = []
    todo = [text]
    while todo and len(done) + len(todo) < MAX_BRACES:
        word = todo.pop(0)
        parts = _brace(word)
        if parts is None:
            done.append(word)
        else:
            todo = [*parts, *todo]
    return done + todo


def _brace(word: str) -> list[str] | None:
    """The words of the first brace expansion in a word; None without one."""
    start = word.find("{")
    while start >= 0:
        commas, end = _commas(word, start)
        if commas and (not start or word[start - 1] != "$"):
            edges = [start, *commas, end]
            return [word[:start] + part + word[end + 1 :] for part in _between(word, edges)]
        start = word.find("{", start + 1) if end > 0 else -1
    return None


def _between(word: str, edges: list[int]) -> Iterator[str]:
    for before, after in pairwise(edges):
        yield word[before + 1 : after]


def _commas(word: str, start: int) -> tuple[list[int], int]:
    """Where the commas of a brace stand and where it ends; no commas where it is no expansion."""
    depth = 0
    commas: list[int] = []
    for at in range(start, len(word)):
        char = word[at]
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if not depth:
                return commas, at
        elif char == "," and depth == 1:
            commas.append(at)
    return [], -1
