"""What later files do to earlier ones → Override subjects."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from lintstack.compose.merge import is_hollow
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.raw import ITEM, Path, Paths, below, documents, tag_span, walk
from lintstack.join.read import entries
from lintstack.join.service import near
from lintstack.model import Override, Service
from lintstack.naming import BASES
from lintstack.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from lintstack.compose.load import Loaded
    from lintstack.source import Source, Span
    from lintstack.yaml import Entry, Node

TAGS = {"!reset": "reset", "!override": "override"}
NAMES = frozenset({"networks", "models"})  # below these a null says that the name alone is meant
EFFECTS = {Mapping: "merged", Sequence: "appended", Scalar: "replaced"}


def overrides(loaded: Loaded, services: Iterable[Service]) -> Iterator[Override]:
    """Everything that later files say about what earlier ones have said, in no order that matters.

    Args:
        loaded: what was loaded.
        services: the stack's services.
    """
    known = {service.name: service for service in services}
    yield from _tagged(loaded, known)
    if loaded.root is not None and (len(loaded.sources) > 1 or loaded.overlooked.kept):
        yield from _chained(loaded.root, known)
        yield from _kept(loaded, known)
        yield from _unmatched(loaded, known)


def _made(known: dict[str, Service], path: Path, at: Span, effect: str, **facts: Fact[Any]) -> Override:
    """The override at a path of a file."""
    where = (Place(at),)
    name = path[1] if len(path) > 1 and path[0] == "services" else ""
    field = ".".join(path[2:] if name else path)
    return Override(
        ".".join(path[1:] if name else path),
        at,
        ".".join(path),
        known.get(name),
        field=Fact(field, where),
        file=Fact(at.path, where),
        effect=Fact(effect, where),
        **facts,
    )


def _chained(root: Mapping, known: dict[str, Service]) -> Iterator[Override]:
    """Values of services that replaced an earlier one."""
    for service in entries(root, "services"):
        pending: list[tuple[Path, Entry]] = [(("services", service.key.text), service)]
        while pending:
            path, found = pending.pop()
            if found.over is not None and len(path) > 2:
                yield _replaced(known, path, found, found.over)
            if isinstance(found.value, Mapping) and (found.over is not None or len(path) == 2):
                pending += [((*path, name), entry) for name, entry in found.value.entries.items()]


def _replaced(known: dict[str, Service], path: Path, found: Entry, old: Entry) -> Override:
    where = (Place(found.value.span), Place(old.value.span, "the earlier value"))
    same = found.value.source is not old.value.source and _same(found.value, old.value)
    effect = EFFECTS[type(found.value)]
    return _made(known, path, found.value.span, effect, identical=Fact(same, where), is_empty=Fact(False, where))


def _same(new: Node, old: Node) -> bool:
    """Whether two scalars say the same in so many words."""
    if not (isinstance(new, Scalar) and isinstance(old, Scalar)) or new.is_null:
        return False
    return new.text == old.text and new.raw == old.raw


def _kept(loaded: Loaded, known: dict[str, Service]) -> Iterator[Override]:
    """Nulls, `[]` and `{}` that clear nothing."""
    paths = Paths(loaded.sources)
    seen: set[Span] = set()
    for new, old in loaded.overlooked.kept:
        path, node = paths.at(new.key.source, new.key.start)
        named = len(path) > 3 and path[2] in NAMES
        spelled = node is not None and is_hollow(node) and not node.tag and _spelled(node)
        if path[:1] == ("services",) and len(path) > 2 and not named and spelled and new.key.span not in seen:
            seen.add(new.key.span)
            at = node.span if node is not None and node.end > node.start else new.key.span
            where = (Place(at), Place(old.value.span, "this stays"))
            yield _made(known, path, at, "kept", is_empty=Fact(True, where))


def _spelled(node: Node) -> bool:
    """Whether a value that is empty was meant to be: a key whose value is commented out was not."""
    if node.end > node.start:
        return True
    text = node.source.text
    following = text[text.find("\n", node.start) + 1 :].lstrip(" \t") if "\n" in text[node.start :] else ""
    return not following.startswith("#") and "#" not in text[node.start :].partition("\n")[0]


def _tagged(loaded: Loaded, known: dict[str, Service]) -> Iterator[Override]:
    """Every `!reset` and `!override`, with what comes of it."""
    vain = set(loaded.overlooked.cleared)
    # A file that is not called like a base may be the overlay of one that nobody told us about.
    sure = len(loaded.files) > 1 or os.path.basename(loaded.files[0]) in BASES
    for source in loaded.sources:
        if any(tag in source.text for tag in TAGS):
            for number, document in enumerate(documents(source)):
                for path, node in walk(document):
                    if node.tag in TAGS:
                        first = number == 0 and source is loaded.sources[0]
                        lost = (source.path, path) in vain and not _brought(document, path)
                        yield _tag(known, path, node, lost and (sure or not first), first)


def _brought(document: Mapping, path: Path) -> bool:
    """Whether a document itself brings in what a tag of it may clear: by `include`, or by `extends` of the service."""
    return "include" in document.entries or below(document, *path[:2], "extends") is not None


def _tag(known: dict[str, Service], path: Path, node: Node, vain: bool, first: bool) -> Override:
    where = (Place(tag_span(node)),)
    tag = TAGS[node.tag]
    in_list = ITEM in path
    reason = "list item" if in_list else "" if not vain else "first file" if first else "nothing to clear"
    effect = "none" if reason else "replaced"
    discards = tag == "reset" and not is_hollow(node) and not (isinstance(node, Scalar) and not node.text)
    return _made(
        known,
        path,
        where[0].span,
        effect,
        tag=Fact(tag, where),
        discards=Fact(discards, where),
        reason=Fact(reason, where) if reason else ABSENT,
        is_empty=Fact(is_hollow(node), where),
    )


def _unmatched(loaded: Loaded, known: dict[str, Service]) -> Iterator[Override]:
    """Services that only a later file has and that nothing says how to start."""
    first = loaded.sources[0]
    for service in entries(loaded.root, "services"):
        name = service.key.text
        whole = "" not in loaded.incomplete and name not in loaded.incomplete
        if whole and service.key.source is not first and service.over is None and not _starts(service.value):
            earlier = sorted(set(known) - {name} - _of_file(service.key.source))
            suggestion = near(name, earlier)
            where = (Place(service.key.span),)
            yield _made(
                known,
                ("services", name),
                service.key.span,
                "unmatched",
                suggestion=Fact(suggestion, where) if suggestion else ABSENT,
            )


def _starts(service: Node) -> bool:
    """Whether something says what a service runs."""
    fields = service.entries.keys() if isinstance(service, Mapping) else frozenset()
    return not fields.isdisjoint(("image", "build", "provider", "extends"))


def _of_file(source: Source) -> frozenset[str]:
    """Services of a file that come from nowhere else; names near them are not what was meant."""
    found = (below(document, "services") for document in documents(source))
    return frozenset(
        name for node in found if isinstance(node, Mapping) for name, value in node.items() if _starts(value)
    )
