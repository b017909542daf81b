"""What git would take of a project: files that no `.gitignore` leaves out."""

from __future__ import annotations

import os.path
from collections.abc import Iterator

from lintstack.gitignore import Patterns
from lintstack.join.examples import Open
from lintstack.join.mounts import Disk

MOST_FOLDERS = 64  # between the root and a file


def is_tracked(path: str, disk: Disk, open_text: Open) -> bool | None:
    """Whether git would take a file; None where nothing says that there is a repository.

    The pattern of the deepest `.gitignore` that speaks about a path wins, and what lies in an ignored folder is
    ignored whatever else is said: https://git-scm.com/docs/gitignore

    Args:
        path: absolute path of the file, which need not be there.
        disk: the project's files.
        open_text: text of a file of the project; None when it cannot be read.
    """
    if not disk.inside(path):
        return None
    folders = list(_folders(os.path.dirname(path), disk.root))
    lists = [(folder, _patterns(folder, disk, open_text)) for folder in folders]
    if ".git" not in disk.names(disk.root) and not any(found for _, found in lists):
        return None
    steps = [*reversed(folders[:-1]), path]
    for step in steps:
        decided = next(
            (
                said
                for folder, found in lists
                if found and len(folder) < len(step)
                if (said := found.decide(os.path.relpath(step, folder), step != path)) is not None
            ),
            None,
        )
        if decided:
            return False
    return True


def _folders(folder: str, root: str) -> Iterator[str]:
    """A folder and those above it up to the root, the deepest first."""
    for _ in range(MOST_FOLDERS):
        yield folder
        if folder == root:
            return
        folder = os.path.dirname(folder)


def _patterns(folder: str, disk: Disk, open_text: Open) -> Patterns | None:
    if ".gitignore" not in disk.names(folder):
        return None
    source = open_text(os.path.join(folder, ".gitignore"))
    return Patterns(source.text.split("\n"), folder) if source else None
