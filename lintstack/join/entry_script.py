"""Scripts of the build context that an image starts: their text, and whether they hand over to another user."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from posixpath import join, normpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lintstack.dockerfile.shell.script import Command
    from lintstack.join.ground import Ground

LONGEST = 20_000  # characters of a script that are read
ROOT = frozenset({"root", "0", "root:root", "0:0"})


def copied(name: str, ground: Ground) -> str:
    """Text of a file that the Dockerfile copies from the build context; "" when it does not, or nobody can tell.

    Args:
        name: its path in the image, or the word by which PATH finds it.
        ground: what the service stands on.
    """
    if ground.read is None or ground.config is None:
        return ""
    home = ground.config.workdir.value or "/"
    wanted = normpath(join(home, name)) if "/" in name else ""
    for stage in ground.config.chain:
        for item in reversed(stage.instructions):
            if (
                item.keyword in ("COPY", "ADD")
                and not item.heredocs
                and all(flag.name != "from" for flag in item.flags)
            ):
                *sources, target = ("", *(word.value for word in item.args))
                for path in _sources(sources[1:], normpath(join(home, target)), wanted, name):
                    text = ground.read(path.lstrip("/"))
                    if text is not None:
                        return text[:LONGEST]
    return ""


def _sources(sources: Iterable[str], target: str, wanted: str, name: str) -> Iterator[str]:
    """Paths in the build context that a copy may put at a place of the image.

    Args:
        sources: what is copied.
        target: where to, absolute.
        wanted: the place, absolute; "" when PATH finds it.
        name: the word that names the program.
    """
    for source in sources:
        base = source.rstrip("/").rpartition("/")[2]
        if wanted == target or (not wanted and (target.endswith(f"/{name}") or base == name)):
            yield source
        elif wanted.startswith(f"{target.rstrip('/')}/"):
            rest = wanted[len(target.rstrip("/")) + 1 :]
            yield source if base == rest else join(source, rest)


@cache
def _steps() -> re.Pattern[str]:
    """Programs by which a script lets another user run something, and scripts that it starts itself."""
    programs = "gosu|su-exec|setpriv|s6-setuidgid|setuidgid|chpst|runuser|sudo|su|start-stop-daemon|supervisord"
    return re.compile(rf"(?<![\w.$-])(?:{programs})(?![\w.=-])|\w\.sh\b")


def hands_over(text: str) -> bool | None:
    """Whether a script becomes another user in the end, whatever it is given; None where that depends, or is hidden.

    Args:
        text: the script.
    """
    if _steps().search(text) is None:
        return False
    from lintstack.dockerfile.shell.reading import script_commands

    ends = [item for item in script_commands(text) or () if "exec" in item.wrappers and not item.guards]
    return True if ends and _is_another(ends[0]) else None


def _is_another(command: Command) -> bool:
    """Whether `exec gosu app "$@"` and the like name a user that is written out and not root."""
    words = command.span.text.split()
    for program in ("gosu", "su-exec"):
        if program in command.wrappers and program in words[:-1]:
            user = words[words.index(program) + 1].strip("\"'")
            return "$" not in user and user not in ROOT
    return False
