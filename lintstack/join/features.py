"""What compose files use that has a history → Feature subjects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lintstack.compose.versions import version
from lintstack.facts import ABSENT, Fact, Place
from lintstack.model import Feature

if TYPE_CHECKING:
    from lintstack.compose.format.field import Use
    from lintstack.compose.load import Loaded
    from lintstack.compose.versions import Version


def features(loaded: Loaded) -> Iterator[Feature]:
    """The features of a stack, each place once."""
    for use in dict.fromkeys(loaded.uses):
        yield _feature(use, loaded.version)


def _feature(use: Use, oldest: Version | None) -> Feature:
    where = (Place(use.at),)
    known = Fact(use.since, where) if use.since else ABSENT
    deprecated = Fact(use.deprecated, where) if use.deprecated else ABSENT
    anchor = f"feature[{use.name}]"
    return Feature(use.name, use.at, anchor, known, _supported(use, oldest, where), deprecated)


def _supported(use: Use, oldest: Version | None, where: tuple[Place, ...]) -> Fact[bool]:
    """Whether the oldest Docker Compose that the configuration names knows it."""
    if not use.since:
        return Fact(True, where)
    if oldest is None:
        return Fact(None, where, "the configuration names no `compose-version`")
    since = version(use.since) or ()
    return Fact((*oldest, 0, 0)[: len(since)] >= since, where)
