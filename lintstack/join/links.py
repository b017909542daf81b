"""`extends` and `include` as files spell them, and what comes of them in the merged stack."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lintstack.compose.paths import is_remote
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.mounts import Disk
from lintstack.join.raw import Path, below, documents, services
from lintstack.join.read import entry
from lintstack.model import Extension, Include, Service
from lintstack.named import NamedTuple
from lintstack.naming import OVERRIDES
from lintstack.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from lintstack.compose.load import Loaded
    from lintstack.source import Source
    from lintstack.yaml import Entry, Node

Services = dict[str, "Entry"]  # of one file, by name

# Keys whose value only one running service can have.
IDENTITY: tuple[Path, ...] = (("container_name",), ("hostname",), ("mac_address",))

# Keys that each service has for itself: a change of them is not meant for another.
OWN = frozenset(
    """
    command container_name depends_on entrypoint expose extends healthcheck hostname links mac_address ports profiles
    scale
    """.split()
)


def includes(loaded: Loaded, disk: Disk) -> Iterator[Include]:
    """Files under `include`, those of included files too.

    Args:
        loaded: what was loaded.
        disk: the project's files.
    """
    asked = {os.path.normpath(path) for path in loaded.files}
    for source in loaded.sources:
        top = os.path.normpath(source.path) in asked
        folder = disk.folder if top else os.path.dirname(source.real)
        for document in documents(source) if "include" in source.text else ():
            listed = below(document, "include")
            for item in listed.items if isinstance(listed, Sequence) else ():
                yield from _include(item, folder, disk)


def _include(item: Node, folder: str, disk: Disk) -> Iterator[Include]:
    node = below(item, "path") if isinstance(item, Mapping) else item
    if not isinstance(node, Scalar) or "$" in node.text or is_remote(node.text):
        return  # a list of files says itself which overlays belong to it
    path = os.path.normpath(os.path.join(folder, node.text))
    here = disk.names(os.path.dirname(path))
    found = next((name for name in OVERRIDES if name in here), "")
    where = (Place(node.span),)
    same = found == os.path.basename(path)
    yield Include(node.text, node.span, f"include.{node.text}", Fact(found, where) if found and not same else ABSENT)


class _Link(NamedTuple):
    """One `extends`.

    Args:
        source: the file that says so.
        name: the extending service.
        node: what it is written as.
        base: the extended service.
        file: its file, None when it is the same one.
    """

    source: Source
    name: str
    node: Node
    base: Scalar
    file: Scalar | None


def extensions(loaded: Loaded, found: Iterable[Service]) -> Iterator[Extension]:
    """What services extend, and what that does.

    Args:
        loaded: what was loaded.
        found: the stack's services.
    """
    known = {service.name: service for service in found}
    asked = {os.path.normpath(path) for path in loaded.files}
    files = [source for source in loaded.sources if os.path.normpath(source.path) in asked]
    tables = [dict(services(source)) for source in files]
    for index, source in enumerate(files):
        for link in _links(source) if "extends" in source.text else ():
            if link.name in known and link.name not in loaded.incomplete:
                yield _extension(link, loaded, known, tables[index:], bool(index))


def _links(source: Source) -> Iterator[_Link]:
    for name, service in services(source):
        node = below(service.value, "extends")
        base = node if isinstance(node, Scalar) else below(node, "service")
        file = below(node, "file")
        if node is not None and isinstance(base, Scalar) and "$" not in base.text:
            yield _Link(source, name, node, base, file if isinstance(file, Scalar) else None)


def _extension(
    link: _Link, loaded: Loaded, known: dict[str, Service], tables: list[Services], later: bool
) -> Extension:
    """The subject; `tables` are the services of the file that says so and of those after it."""
    where = (Place(link.node.span),)
    return Extension(
        f"{link.name} extends {link.base.text}",
        link.node.span,
        f"services.{link.name}.extends",
        known[link.name],
        base=Fact(link.base.text, where),
        file=Fact(link.file.text, where) if link.file is not None else ABSENT,
        identity=_identity(link, loaded, known),
        stale=_stale(link, tables) if link.file is None else ABSENT,
        wins=_wins(link, loaded, tables[0]) if later else ABSENT,
    )


def _identity(link: _Link, loaded: Loaded, known: dict[str, Service]) -> Fact[tuple[str, ...]]:
    """Keys by which the extending service and the extended one, which runs too, are the same."""
    base = known.get(link.base.text)
    if base is None or link.base.text == link.name or not {base.name, link.name}.isdisjoint(loaded.inactive):
        return ABSENT
    same = []
    for path in IDENTITY:
        one, other = (entry(loaded.root, "services", name, *path) for name in (link.name, link.base.text))
        if one is not None and other is not None and _one(one.value, other.value):
            same.append((".".join(path), Place(other.value.span, "of this one")))
    places = (Place(link.node.span), *(place for _, place in same))
    return Fact(tuple(name for name, _ in same), places) if same else ABSENT


def _one(left: Node, right: Node) -> bool:
    """Whether two values are one and the same of a file."""
    return left.source is right.source and left.start == right.start


def _stale(link: _Link, tables: list[Services]) -> Fact[tuple[str, ...]]:
    """What a later file says about the extended service, and the extending one does not say itself."""
    own, *after = tables
    spoken = _fields(own.get(link.name))
    found: list[tuple[str, Place]] = []
    for later in after:
        changed, again = (later.get(name) for name in (link.base.text, link.name))
        if changed is not None and isinstance(changed.value, Mapping) and not _extends(again):
            found += _changed(changed.value, {*spoken, *_fields(again), *OWN})
    return Fact(tuple(name for name, _ in found), tuple(place for _, place in found)) if found else ABSENT


def _fields(service: Entry | None) -> frozenset[str]:
    return (
        frozenset(service.value.entries) if service is not None and isinstance(service.value, Mapping) else frozenset()
    )


def _changed(service: Mapping, spoken: set[str]) -> list[tuple[str, Place]]:
    return [(name, Place(said.key.span)) for name, said in service.entries.items() if name not in spoken]


def _extends(service: Entry | None) -> bool:
    return service is not None and below(service.value, "extends") is not None


def _wins(link: _Link, loaded: Loaded, own: Services) -> Fact[tuple[str, ...]]:
    """Keys of the merged service whose value comes from the extended one and replaced that of an earlier file."""
    merged = entry(loaded.root, "services", link.name)
    if merged is None or not isinstance(merged.value, Mapping):
        return ABSENT
    spoken = _fields(own.get(link.name))
    found: list[tuple[str, Place, Place]] = []
    for name, said in merged.value.entries.items():
        if name not in spoken and said.over is not None and isinstance(said.value, Scalar) and _differs(said, loaded):
            found.append((name, Place(said.value.span, "this wins"), Place(said.over.value.span, "over this")))
    places = (Place(link.node.span), *(place for _, *pair in found for place in pair))
    return Fact(tuple(name for name, *_ in found), places) if found else ABSENT


def _differs(said: Entry, loaded: Loaded) -> bool:
    """Whether an entry changed what the first file said."""
    old = said.over
    return (
        old is not None
        and isinstance(said.value, Scalar)
        and isinstance(old.value, Scalar)
        and said.value.text != old.value.text
        and old.value.source is loaded.sources[0]
    )
