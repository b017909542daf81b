"""What a mount says beside its source and target: the options of both forms, each at its own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from lintstack.compose.casts import as_bool
from lintstack.compose.format.mounts import split
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.read import scalar, text
from lintstack.named import NamedTuple
from lintstack.source import Span
from lintstack.yaml import Mapping, Scalar

CONSISTENCIES = frozenset({"cached", "delegated", "consistent"})
DEEPEST = 3  # variables in the defaults of variables that are looked through
LONGEST = 4096  # characters of a short form that is taken apart
# Which type of mount each section of the long form is for.
SECTIONS = {"bind": "bind", "volume": "volume", "tmpfs": "tmpfs", "image": "image"}
# Path in the mount's canonical form -> its fact and how it is read.
_FIELDS: dict[str, tuple[tuple[str, str, Callable[[Scalar], Any]], ...]] = {
    "bind": (
        ("propagation", "propagation", text),
        ("selinux", "selinux", text),
        ("create_host_path", "creates_source", as_bool),
    ),
    "volume": (("subpath", "subpath", text),),
    "tmpfs": (("size", "size", text),),
    "image": (("subpath", "subpath", text),),
}


class Words(NamedTuple):
    """The fields of a mount in short form.

    Args:
        fields: each as written, with its place; variables in braces stay as they are.
    """

    fields: tuple[tuple[str, Span], ...]

    @property
    def options(self) -> Iterator[tuple[str, Span]]:
        """The words of the third field."""
        for field, span in self.fields[2:3]:
            at = span.start
            for word in field.split(","):
                yield word, Span(span.source, at, at + len(word))
                at += len(word) + 1


def written(node: Scalar | Mapping) -> Words:
    """A mount in short form as its file spells it; without fields for a long form or one that cannot be told."""
    raw = node.source.text[node.start : node.end] if node.end - node.start <= LONGEST else ""
    quote = raw[:1] if raw[:1] in ("'", '"') else ""
    bare = raw[1:-1] if quote else raw
    if raw.startswith("{") or "\n" in raw or (quote and ("\\" in bare or quote in bare)):
        return Words(())
    masked = _masked(bare)
    begin = node.start + len(quote)
    fields = split(masked) if masked else []
    return Words(tuple((bare[at:end], Span(node.source, begin + at, begin + end)) for at, end in fields))


def _masked(text: str) -> str:
    """The text with a filler in place of variables in braces, as long as they are; "" when they are not closed."""
    for _ in range(DEEPEST if "${" in text else 0):
        text = re.sub(r"\$\{[^{}]*\}", lambda found: "\0" * len(found[0]), text)
    return "" if "${" in text else text


def options(item: Mapping, type_: Fact[str]) -> dict[str, Fact[Any]]:
    """Facts of the options of a mount; only those that it has.

    Args:
        item: the mount in canonical form.
        type_: its type.
    """
    found: dict[str, Fact[Any]] = {}
    for section in item.entries.keys() & _FIELDS.keys():
        for field, name, cast in _FIELDS[section]:
            said = scalar(item, section, field, cast=cast)
            if said.value is not None or said.unknown:
                found[name] = said
    if item.end - item.start <= LONGEST and item.source.text.count(":", item.start, item.end) > 1:
        found |= _short(written(item))
    said = scalar(item, "consistency", cast=text)
    if said.value:
        found["consistency"] = said
    stray = _stray(item, type_)
    if not stray.absent:
        found["stray_sections"] = stray
    return found


def _short(words: Words) -> dict[str, Fact[Any]]:
    said = tuple(words.options)
    if not said or any("$" in word for word, _ in said):
        return {}
    places = {word: Place(span) for word, span in said}
    found: dict[str, Fact[Any]] = {"options": Fact(tuple(places), tuple(places.values()))}
    consistency = next((word for word in places if word in CONSISTENCIES), "")
    if consistency:
        found["consistency"] = Fact(consistency, (places[consistency],))
    return found


def _stray(item: Mapping, type_: Fact[str]) -> Fact[Any]:
    """Sections for another type of mount that say something; the short form's own words are options."""
    if not type_.value or type_.value not in SECTIONS.values():
        return ABSENT
    found = {
        name: item.entries[name]
        for name, kind in SECTIONS.items()
        if name in item.entries and kind != type_.value and _says(item.entries[name].value, name)
    }
    where = tuple(Place(_at(entry.key, entry.value)) for entry in found.values())
    return Fact(tuple(found), where) if found else ABSENT


def _says(section: object, name: str) -> bool:
    """Whether a section says what gets lost: SELinux labels reach volumes too."""
    return isinstance(section, Mapping) and bool(section.entries.keys() - ({"selinux"} if name == "bind" else set()))


def _at(key: Scalar, value: Any) -> Span:
    """The key of a section; that of a short form is spelled nowhere, so its words."""
    return key.span if key.source.text.startswith(key.text, key.start) else value.span
