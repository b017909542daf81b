"""Checks of what a build is given: its context, secrets, arguments."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Copy

EVERYTHING = frozenset({".", "./", "*", "/"})


def dockerignore(copy: Copy) -> Iterator[Problem]:
    """The first COPY of a whole build context without a `.dockerignore`."""
    dockerfile = copy.dockerfile
    if not dockerfile.is_built.value or dockerfile.context is None or dockerfile.context.ignore is not None:
        return
    if _takes_all(copy) and next(filter(_takes_all, dockerfile.instructions), None) is copy:
        text, _, span = next(item for item in copy.read_sources if item[0] in EVERYTHING)
        message = f"`{text}` copies all of the build context, and no `.dockerignore` leaves anything out; list what the image does not need"
        yield Problem(message, Place(span))


def _takes_all(item: object) -> bool:
    """Whether an instruction copies all of the build context."""
    if not isinstance(item, Copy) or item.node.flag("from") or item.in_onbuild.value:
        return False
    return any(text in EVERYTHING for text, _, _ in item.read_sources)
