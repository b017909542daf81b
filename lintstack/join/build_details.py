"""Keys of `build` and `develop` beside those that say what is built: facts only where a key is there."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterator
from typing import Any

from lintstack.compose.casts import as_bool
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.build import Built
from lintstack.join.mounts import Disk
from lintstack.join.read import entries, mappings, scalar, text
from lintstack.model import Watch
from lintstack.yaml import Entry, Mapping, Scalar, Sequence

Details = dict[str, Fact[Any]]
Listed = Iterator[tuple[str, Place]]


def details(node: Mapping, built: Built, disk: Disk) -> Details:
    """Facts of a build that only some builds have.

    Args:
        node: the service.
        built: what is known of its build.
        disk: the project's files.
    """
    found: dict[str, list[tuple[str, Place]]] = {}
    for item in entries(node, "build"):
        if item.key.text in READERS:
            fact, read = READERS[item.key.text]
            found.setdefault(fact, []).extend(read(item))
    facts: Details = {
        fact: Fact(tuple(said for said, _ in listed), tuple(place for _, place in listed))
        for fact, listed in found.items()
        if listed
    }
    if built.context and built.dockerfile is None:
        facts["missing"] = _missing(built, disk)
    if "image" in node.entries:
        facts["image"] = scalar(node, "image", cast=text)
    return facts


def _missing(built: Built, disk: Disk) -> Fact[str]:
    """The folder without which the build cannot begin."""
    where = built.build.context.places or (Place(built.build.span),)
    lacks = disk.exists(built.context) == ""
    return Fact(os.path.relpath(built.context, disk.root), where) if lacks else ABSENT


def _switched(item: Entry) -> Listed:
    """`no_cache: true`, `pull: true`."""
    if isinstance(item.value, Scalar) and not item.value.unset and as_bool(item.value):
        yield item.key.text, Place(item.key.span)


def _secrets(item: Entry) -> Listed:
    """Names under which the build gets secrets."""
    for given in item.value.items if isinstance(item.value, Sequence) else ():
        if isinstance(given, Mapping):
            said = scalar(given, "target", cast=text)
            said = said if said.value else scalar(given, "source", cast=text)
            if said.value:
                yield said.value, said.places[0]


def _remote(item: Entry) -> Listed:
    """A context in a git repository that may be another one tomorrow."""
    value = item.value
    if isinstance(value, Scalar) and not value.unset and is_moving(value.text):
        yield _shown(value.text), Place(value.span)


def _remotes(item: Entry) -> Listed:
    for other in item.value.entries.values() if isinstance(item.value, Mapping) else ():
        yield from _remote(other)


def is_moving(url: str) -> bool:
    """Whether a text is the URL of a git repository without a commit or tag.

    https://docs.docker.com/build/concepts/context/#git-repositories
    """
    where, _, fragment = url.partition("#")
    path, _, query = where.partition("?")
    git = path.endswith(".git") or url.startswith(("git://", "git@", "github.com/", "ssh://"))
    if not git:
        return False
    asked = dict(part.partition("=")[::2] for part in query.split("&"))
    ref = fragment.partition(":")[0] or asked.get("checksum") or asked.get("tag") or asked.get("ref") or ""
    return not (
        re.fullmatch(r"[0-9a-f]{7,64}", ref) or re.search(r"\d\.\d|^(?:refs/tags/)?v?\d+$", ref) or "tag" in asked
    )


def _shown(url: str) -> str:
    """A URL without the user and password in it."""
    return re.sub(r"(?<=//)[^/@\s]{1,200}@", "", url)


# Key of `build` → fact and what reads it.
READERS = {
    "no_cache": ("fresh", _switched),
    "pull": ("fresh", _switched),
    "secrets": ("secrets", _secrets),
    "context": ("moving", _remote),
    "additional_contexts": ("moving", _remotes),
}


def watches(node: Mapping, disk: Disk) -> Iterator[Watch]:
    """The entries of `develop.watch`.

    Args:
        node: the service.
        disk: the project's files.
    """
    for item in mappings(node, "develop", "watch"):
        path, action = scalar(item, "path", cast=text), scalar(item, "action", cast=text)
        if path.value and action.value:
            there = disk.exists(disk.locate(path.value)) if disk.locate(path.value) else "outside"
            yield Watch(path, action, scalar(item, "target", cast=text), there)
