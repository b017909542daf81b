"""Whether git would ignore a file: the `.gitignore` files of its folders, as git reads them."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lintstack.reader import relative

if TYPE_CHECKING:
    from lintstack.gitignore import Patterns
    from lintstack.source import Source

# Names in the root of a repository of git.
SIGNS = frozenset({".git", ".github", ".gitattributes", ".gitignore", ".gitlab-ci.yml", ".gitmodules", ".gitea"})
DEEPEST = 64
MOST = 200_000  # patterns that paths are compared with; behind them nothing is known
NAME = ".gitignore"


class Ignored:
    """Answers whether git ignores a path that it does not track, for so many paths as a project has in earnest.

    Args:
        root: absolute path of the project's root.
        names: names of the entries of a folder.
        read: text of a file; None when it cannot be read.

    Source: https://git-scm.com/docs/gitignore: of several files the nearest decides, and nothing below an ignored
    folder can be kept.
    """

    def __init__(self, root: str, names: Callable[[str], frozenset[str]], read: Callable[[str], Source | None]) -> None:
        self._root, self._names, self._read = root, names, read
        self._left = MOST
        self._lists: dict[str, Patterns | None] = {}

    def __call__(self, path: str) -> bool | None:
        """The answer for an absolute path inside the root, that of a folder when it ends in a slash; None where nothing
        tells that git looks after it.
        """
        steps = relative(path.rstrip("/"), self._root).split(os.sep)
        if steps[0] == ".." or len(steps) > DEEPEST or self._left < 0:
            return None
        lists: list[tuple[int, Patterns]] = []
        for depth in range(len(steps)):
            found = self._patterns(os.path.join(self._root, *steps[:depth]))
            lists += [(depth, found)] if found else []
            self._left -= sum(len(patterns.rules) for _, patterns in lists) if lists else 1
            if _decided(lists, steps[: depth + 1], depth + 1 < len(steps) or path.endswith("/")):
                return True
        return False if lists or not SIGNS.isdisjoint(self._names(self._root)) else None

    def _patterns(self, folder: str) -> Patterns | None:
        """The list of a folder, read once."""
        if folder not in self._lists:
            from lintstack.gitignore import Patterns

            source = self._read(os.path.join(folder, NAME)) if NAME in self._names(folder) else None
            self._lists[folder] = Patterns(source.text.split("\n")) if source is not None else None
        return self._lists[folder]


def _decided(lists: Sequence[tuple[int, Patterns]], steps: Sequence[str], folder: bool) -> bool:
    """What the nearest list says that mentions it."""
    for depth, patterns in reversed(lists):
        said = patterns.decide("/".join(steps[depth:]), folder)
        if said is not None:
            return said
    return False
