"""What is known of an image, and the catalogue that finds it by name and tag."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from marshal import dumps, loads
from typing import Any

from lintstack.image_keys import PROGRAM_KEYS
from lintstack.images.reference import Reference, split
from lintstack.named import NamedTuple

DATA_KINDS = frozenset({"database", "cache", "broker", "search"})
EDGE_KINDS = frozenset({"edge", "web"})
LONGEST_TAG = 128  # https://github.com/distribution/reference/blob/main/regexp.go


Entry = Mapping[str, Any]
Packed = bytes  # an entry as `marshal` writes it: a run asks for few of them, and need not read the others


class Known(NamedTuple):
    """Facts about a published image under one tag; whatever is not certain is unknown.

    Attributes:
        name: what the image is known as (`Reference.name`).
        kind: what it is for, one of `image_keys.KINDS`; "" when unknown.
        user: user that the image starts as ("root", "node", "65532"); None when unknown.
        uid: number of that user; None when unknown.
        drops_privileges: whether its entrypoint starts as root and then becomes a service user.
        drops_for: first words of a command for which it does, beside options (`-c`); what else the command starts, a
            shell for one, it starts as root. None: any program, as far as is known.
        programs: whether it ships a program (None: unknown); "*" speaks for all that are not listed. Ask `has`.
        package_manager: apk, apt, dnf, microdnf, yum or none; "" when unknown.
        ports: ports it listens on, as "5432/tcp".
        data_dirs: directories whose content must survive the container.
        healthcheck: whether the image itself defines a health check; None when unknown.
        checkable: whether a health check can call something that it ships; None when that is unknown.
        volumes: directories that the image declares as VOLUME: without a mount there they are anonymous volumes.
        former_dirs: directories in which earlier versions kept their data; this one does not use them.
        data_variable: environment variable that moves the data to another directory; "" when there is none.
        writes: directories that it must be able to write to, beside its data.
        auth: whether clients must give a credential when nothing is said about it; None when unknown.
        auth_on: variables (`NAME`, `NAME=value`) and options (`--name`) by which they must, or by which a file tells.
        auth_off: variables (`NAME=value`, `NAME=*` for any value) and options by which they need none.
        default_login: variables of which one must be given, else a user and password that everybody knows get in.
        required_settings: variables, each with those that may stand for it behind a blank, of which one must be given
            (or `NAME_FILE`): the image does not start on a new volume without.
        secrets: environment variables that hold credentials, with the variable that takes a file instead ("" if none).
        unprivileged: the image of the same program that does not start as root; "" when none is known.
        stop_signal: signal that its program takes for an orderly end, where the image does not leave that at SIGTERM.
        stop_grace: seconds that its makers recommend to wait for that end; None when they say nothing.
        source: URL of the documentation or Dockerfile that the facts were taken from.
    """

    name: str
    kind: str = ""
    user: str | None = None
    uid: int | None = None
    drops_privileges: bool = False
    drops_for: tuple[str, ...] | None = None
    programs: Mapping[str, bool | None] = {}
    package_manager: str = ""
    ports: tuple[str, ...] = ()
    data_dirs: tuple[str, ...] = ()
    healthcheck: bool | None = None
    checkable: bool | None = None
    volumes: tuple[str, ...] = ()
    former_dirs: tuple[str, ...] = ()
    data_variable: str = ""
    writes: tuple[str, ...] = ()
    auth: bool | None = None
    auth_on: tuple[str, ...] = ()
    auth_off: tuple[str, ...] = ()
    default_login: tuple[str, ...] = ()
    required_settings: tuple[str, ...] = ()
    secrets: Mapping[str, str] = {}
    unprivileged: str = ""
    stop_signal: str = ""
    stop_grace: int | None = None
    source: str = ""

    def has(self, program: str) -> bool | None:
        """Whether the image ships a program (base name, "curl"); None when that is unknown."""
        return self.programs.get(program, self.programs.get("*"))

    @property
    def is_database(self) -> bool:
        """Whether it keeps data: databases, caches, brokers, search engines."""
        return self.kind in DATA_KINDS

    @property
    def is_edge(self) -> bool:
        """Whether it is made to stand in front of others: reverse proxies and web servers."""
        return self.kind in EDGE_KINDS

    @property
    def is_dev_tool(self) -> bool:
        """Whether only developers need it."""
        return self.kind == "dev-tool"


class Tag(NamedTuple):
    """What conditions of variants ask about a tag: its words, and the versions in it by the word before them."""

    words: frozenset[str]
    versions: Mapping[str, tuple[int, ...]]


def read_tag(tag: str) -> Tag:
    """Words and versions of a tag: "16.4-alpine3.19" has alpine and alpine3.19, "" at (16, 4), alpine at (3, 19)."""
    segments = tag[:LONGEST_TAG].lower().replace("_", "-").split("-")
    words = set(segments)
    versions: dict[str, tuple[int, ...]] = {}
    for index, segment in enumerate(segments):
        found = re.match(r"([a-z]*)([0-9]+(?:\.[0-9]+)*)", segment)
        if found is None:
            continue
        word = "" if found[1] == "v" else found[1]
        words.add(word)
        if word or index == 0:
            versions.setdefault(word, tuple(int(part) for part in found[2].split(".")))
    return Tag(frozenset(words), versions)


def applies(condition: str, tag: Tag) -> bool:
    """Whether a variant's condition holds for a tag.

    Args:
        condition: terms that must all hold, separated by blanks: "alpine" (a word of the tag), "!slim" (not one),
            ">=18", "<8.0", "pg>=18" (a version, of the word before it). A tag without that version is the newest.
    """
    return all(_holds(term, tag) for term in condition.split())


def _holds(term: str, tag: Tag) -> bool:
    word, operator, bound = term.partition(">=") if ">=" in term else term.partition("<")
    if not operator:
        return term[1:] not in tag.words if term.startswith("!") else term in tag.words
    # A missing component is the newest one: the tag 2 is at least 2.4.
    version = (*tag.versions.get(word, ()), float("inf"))
    reached = version >= tuple(int(part) for part in bound.split("."))
    return reached if operator == ">=" else not reached


def layered(entries: Iterable[Entry]) -> dict[str, tuple[Entry, ...]]:
    """Entries, as in known.json, by each name that they have."""
    layers: dict[str, tuple[Entry, ...]] = {}
    for entry in entries:
        for name in entry["names"]:
            layers[name] = (*layers.get(name, ()), entry)
    return layers


def pack(entries: Sequence[Entry]) -> dict[str, tuple[Packed, ...]]:
    """The same, packed; entries with several names are one object, which is written once."""
    packed = {id(entry): dumps(dict(entry), 4) for entry in entries}
    return {name: tuple(packed[id(entry)] for entry in layer) for name, layer in layered(entries).items()}


class Catalogue:
    """Entries by image name. Of several entries with one name later ones win, fact by fact.

    Args:
        bases: families of programs (alpine, debian, distroless…) that entries build upon.
        layers: entries by name, packed or not. The name `acme/*` stands for all images directly below `acme`, whose
            own entries win over it.
    """

    __slots__ = ("_bases", "_known", "_layers")

    def __init__(self, bases: Mapping[str, Entry], layers: Mapping[str, tuple[Entry | Packed, ...]]) -> None:
        self._bases = bases
        self._known: dict[tuple[str, str | None], Known | None] = {}
        self._layers = layers

    def extended(self, entries: Iterable[Entry]) -> Catalogue:
        """A catalogue that knows these entries too; they win over those that are there.

        Raises:
            ValueError: an entry is malformed; the message names its place and what is wrong.
        """
        from lintstack.images.entries import problems

        own = list(entries)
        for index, entry in enumerate(own):
            for problem in problems(entry):
                raise ValueError(f"images[{index}]: {problem}")
        added = layered({**entry, "names": [split(name).name for name in entry["names"]]} for entry in own)
        both = {name: (*self._layers.get(name, ()), *layer) for name, layer in added.items()}
        return Catalogue(self._bases, {**self._layers, **both})

    def lookup(self, reference: Reference, tag_known: bool = True) -> Known | None:
        """What is known of an image; None when it is not in the catalogue.

        Args:
            reference: the image.
            tag_known: False keeps only what holds under every tag (a variable in the tag has no value). A reference
                with a digest and no tag is treated likewise.
        """
        name = reference.name
        asked = name, reference.tag if tag_known and (reference.tag or not reference.digest) else None
        if asked not in self._known:
            layers = (*self._named(f"{name.rpartition('/')[0]}/*"), *self._named(name))
            self._known[asked] = _known(name, self._under(layers, asked[1])) if layers else None
        return self._known[asked]

    def _named(self, name: str) -> Iterator[Entry]:
        for layer in self._layers.get(name, ()):
            yield loads(layer) if isinstance(layer, Packed) else layer

    def _under(self, layers: Iterable[Entry], tag: str | None) -> dict[str, Any]:
        """Facts under a tag; None: those that hold under every tag."""
        if tag is not None:
            words = read_tag(tag)
            return self._facts(layers, lambda condition: applies(condition, words))
        conditions = {condition for layer in layers for condition in layer.get("variants", ())}
        return _agreed([self._facts(layers, one.__eq__) for one in ("", *conditions)])

    def _facts(self, layers: Iterable[Entry], chosen: Callable[[str], bool]) -> dict[str, Any]:
        """Facts of all parts of the layers that apply, laid over the base that the last of them names."""
        parts = [part for layer in layers for part in _parts(layer, chosen)]
        base = next((part["base"] for part in reversed(parts) if "base" in part), None)
        facts: dict[str, Any] = {"programs": {}}
        for part in (self._bases[base] if base else {}, *parts):
            facts.update((key, value) for key, value in part.items() if key in Known._fields)
            for key, says in PROGRAM_KEYS.items():
                facts["programs"].update(dict.fromkeys(part.get(key, ()), says))
        return facts


def _parts(layer: Entry, chosen: Callable[[str], bool]) -> Iterator[Entry]:
    yield layer
    yield from (part for condition, part in layer.get("variants", {}).items() if chosen(condition))


def _agreed(versions: list[dict[str, Any]]) -> dict[str, Any]:
    """What all of several sets of facts say alike."""
    first, *others = versions
    facts = {key: value for key, value in first.items() if all(other.get(key) == value for other in others)}
    programs = [version["programs"] for version in versions]
    said = {name: {each.get(name, each.get("*")) for each in programs} for name in set().union(*programs)}
    facts["programs"] = {name: says.pop() if len(says) == 1 else None for name, says in said.items()}
    return facts


def _known(name: str, facts: dict[str, Any]) -> Known:
    """Facts as a value: null is unknown, lists are tuples."""
    values = {key: value for key, value in facts.items() if value is not None}
    lists = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
    return Known(name, **values | lists)
