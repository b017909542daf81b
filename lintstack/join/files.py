"""Compose files as they are written → ComposeFile subjects."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from lintstack.compose.paths import is_fixed, is_remote
from lintstack.compose.project_name import normalised
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.mount_points import repeated_targets
from lintstack.join.mounts import Disk
from lintstack.join.raw import below, documents, services, tag_span, walk
from lintstack.join.read import entry, places, scalars
from lintstack.join.swarm import is_for_swarm
from lintstack.model import ComposeFile
from lintstack.yaml import Mapping, Scalar, Sequence, parse

if TYPE_CHECKING:
    from lintstack.compose.load import Loaded
    from lintstack.source import Source
    from lintstack.yaml import Entry, Node

CORE_TAG = "tag:yaml.org,2002:"
OWN_TAGS = frozenset({"!reset", "!override", "!"})


def compose_files(loaded: Loaded, disk: Disk, swarm: bool | None = None) -> Iterator[ComposeFile]:
    """Every file that took part, with what it says about itself.

    Args:
        loaded: what was loaded.
        disk: the project's files.
        swarm: whether commands deploy them to a Swarm; None lets each file tell.
    """
    asked = {os.path.normpath(path) for path in loaded.files}
    for index, source in enumerate(loaded.sources):
        facts, told = _top(source), Fact(swarm, (Place(source.whole),))
        overlay = index > 0 and os.path.normpath(source.path) in asked
        yield ComposeFile(
            source.path,
            source.whole,
            "file",
            source,
            **(facts if swarm is None or os.path.normpath(source.path) not in asked else facts | {"for_swarm": told}),
            **_bytes(source),
            **_environments(source),
            repeated_targets=repeated_targets(source) if "volumes" in source.text else ABSENT,
            **(_astray(source, disk) if overlay else {}),
        )


def _top(source: Source) -> dict[str, Fact[Any]]:
    """Facts of the top level."""
    found = parse(source).documents
    version, name = (_first(found, key) for key in ("version", "name"))
    facts: dict[str, Fact[Any]] = {"for_swarm": Fact(is_for_swarm(source), (Place(source.whole),))}
    if version is not None:
        where = (Place(version.key.span), *places(version))
        facts["version"] = Fact(version.value.text if isinstance(version.value, Scalar) else "", where)
    if name is not None and isinstance(name.value, Scalar) and not name.value.is_null:
        facts |= _names(name.value)
    if len(found) > 1:
        second = next((document.span for document in found[1:] if document is not None), source.whole)
        facts["documents"] = Fact(sum(document is not None for document in found), (Place(second),))
    if "!" in source.text and _has_tag().search(source.text):
        facts["tags"] = _tags(source)
    return facts


def _first(found: tuple[Node | None, ...], key: str) -> Entry | None:
    return next((said for document in found if (said := entry(document, key)) is not None), None)


def _names(name: Scalar) -> dict[str, Fact[Any]]:
    where = (Place(name.span),)
    if "$" in name.text:
        unknown: Fact[Any] = Fact(None, where, "a variable takes part in it")
        return {"project_name": unknown, "normal_name": unknown}
    return {"project_name": Fact(name.text, where), "normal_name": Fact(normalised(name.text), where)}


@cache
def _has_tag() -> re.Pattern[str]:
    """Whether there can be a tag at all, of more than one of ours."""
    return re.compile(r"(?:^|[\s\[{,])!(?!(?:reset|override)\b)[\w!<:/.-]", re.MULTILINE)


def _tags(source: Source) -> Fact[Any]:
    found = [
        (node.tag, Place(tag_span(node)))
        for document in documents(source)
        for _, node in walk(document)
        if node.tag and node.tag not in OWN_TAGS and not node.tag.startswith(CORE_TAG)
    ]
    found.sort(key=lambda item: item[1].span.start)
    return Fact(tuple(tag for tag, _ in found), tuple(place for _, place in found)) if found else ABSENT


def _bytes(source: Source) -> dict[str, Fact[Any]]:
    """Facts about how it is stored."""
    if not source.bom and "\r" not in source.text:
        return {}
    where = (Place(source.whole),)
    pairs, feeds, returns = (source.text.count(end) for end in ("\r\n", "\n", "\r"))
    ends = "lf" if not returns else "cr" if not feeds else "crlf" if pairs == feeds == returns else "mixed"
    return {"line_ends": Fact(ends, where), "byte_order_mark": Fact(source.bom, where)}


def _environments(source: Source) -> dict[str, Fact[Any]]:
    """Facts about the `environment` sections."""
    forms: dict[str, Place] = {}
    repeated: list[tuple[str, Place]] = []
    for _, service in services(source):
        node = below(service.value, "environment")
        if isinstance(node, Sequence):
            if node.items:
                forms.setdefault("list", Place(node.span))
            repeated += _repeated(node)
        elif isinstance(node, Mapping) and node.entries:
            forms.setdefault("map", Place(node.span))
    facts: dict[str, Fact[Any]] = {}
    if forms:
        facts["environment_forms"] = Fact(tuple(forms), tuple(forms.values())[::-1])
    if repeated:
        once = {place.span: (name, place) for name, place in repeated}.values()
        facts["repeated_variables"] = Fact(tuple(name for name, _ in once), tuple(place for _, place in once))
    return facts


def _repeated(listed: Sequence) -> Iterator[tuple[str, Place]]:
    """Items of a list whose variable a later item names again."""
    last: dict[str, Scalar] = {}
    for item in scalars(listed):
        name = item.text.partition("=")[0]
        if "$" in name:
            continue
        if name in last:
            yield name, Place(last[name].span)
        last[name] = item


def _astray(source: Source, disk: Disk) -> dict[str, Fact[Any]]:
    """Facts of a file that lies in another folder than the project's."""
    home = os.path.dirname(source.real)
    if not source.real or home == os.path.realpath(disk.folder):
        return {}
    facts: dict[str, Fact[Any]] = {}
    if disk.exists(os.path.join(home, ".env")) == "file":
        facts["unread_dotenv"] = Fact(os.path.join(os.path.dirname(source.path), ".env"), (Place(source.whole),))
    found = [node for node in _paths(source) if _strays(node.text, home, disk)]
    if found:
        facts["stray_paths"] = Fact(tuple(node.text for node in found), tuple(Place(node.span) for node in found))
    return facts


def _strays(path: str, home: str, disk: Disk) -> bool:
    """Whether a path leads somewhere from the file's own folder only."""
    beside, meant = (os.path.normpath(os.path.join(folder, path)) for folder in (home, disk.folder))
    return disk.exists(beside) in ("file", "dir") and disk.exists(meant) == ""


def _paths(source: Source) -> Iterator[Scalar]:
    """Relative paths of the services of a file, as written."""
    for _, service in services(source):
        build = below(service.value, "build")
        candidates = [build, below(service.value, "build", "context"), *_listed(service.value, "env_file", "path")]
        candidates += [*_listed(service.value, "volumes", "source")]
        for node in candidates:
            if isinstance(node, Scalar) and "$" not in node.text and not (is_fixed(node.text) or is_remote(node.text)):
                yield node


def _listed(service: Node, field: str, key: str) -> Iterator[Node]:
    """Paths in a list of short and long forms; a mount's short form up to its colon."""
    listed = below(service, field)
    for item in listed.items if isinstance(listed, Sequence) else (listed,):
        node = below(item, key) if isinstance(item, Mapping) else item
        if isinstance(node, Scalar) and field == "volumes" and isinstance(item, Scalar):
            path = node.text.partition(":")[0]
            if path.startswith("."):
                yield Scalar(node.source, node.start, node.end, path, '"')
        elif isinstance(node, Scalar):
            yield node
