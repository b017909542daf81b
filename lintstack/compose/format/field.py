"""What the tables of the format are made of: fields and types, and the reading that walks a document by them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dict
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from lintstack.named import NamedTuple
from lintstack.yaml import Scalar

if TYPE_CHECKING:
    from lintstack.compose.problems import Problems
    from lintstack.source import Span
    from lintstack.yaml import Node

# How a later file's value meets that of an earlier one:
# ""            mappings merge key by key, lists append, a scalar gives way, null leaves what was
# "replace"     the later value stands alone, null too
# "pairs"       `NAME=value`: the later pair replaces the earlier one of that name, null too
# "new"         items that are there already are not added again
# "names"       a list and a mapping of names merge alike
# "driver"      merged under one driver, else the later value stands alone
# "subnet"      items of equal subnets merge; those that the later file does not name are lost
# "alike"       as "pairs", but both files must write a mapping, or both a list
# "items"       as "", but a lone word is not put to a list
Merge: TypeAlias = Literal["", "replace", "pairs", "new", "names", "driver", "subnet", "alike", "items"]
# What a relative path starts from: the project directory; the same unless something remote is meant; the same in
# bind mounts only; the same in `device` of a local volume that binds; the build context (such paths move with it).
Base: TypeAlias = Literal["", "project", "project or remote", "project when bound", "device when bound", "context"]
Key: TypeAlias = "Callable[[Node], str]"
Apart: TypeAlias = "Callable[[Sequence[Node]], tuple[Node, ...]]"

NOTHING: Dict[str, Field] = MappingProxyType({})


class Field(NamedTuple):
    """One field of the format.

    Args:
        type: what it takes.
        doc: what it is for, in a sentence.
        merge: how files are merged there.
        key: of a list: the text that makes two items one, of which the last stays.
        path: what a relative path starts from.
        since: the Docker Compose that first knows it; "" for all that version 2 ever was.
        deprecated: what to write instead, "" for what is in good standing.
        null: whether null is a value; elsewhere it means "as in the earlier file" and is refused without one.
        apart: of a list whose items can stand for several: cuts them so that keys can be compared.
    """

    type: Type
    doc: str
    merge: Merge = ""
    key: Key | None = None
    path: Base = ""
    since: str = ""
    deprecated: str = ""
    null: bool = False
    apart: Apart | None = None


class Type(NamedTuple):
    """What a field takes, and what is below it.

    Args:
        check: from a value as written to its canonical form; None when it is wrong, which has been reported.
        name: what messages call it ("a string").
        cast: what Compose makes of a string there once variables are replaced: bool, int, float, bytes, duration.
        fields: of a mapping with known keys.
        names: of a mapping whose keys users choose: what each of them holds.
        items: of a list: what each item is.
        required: keys that must be there once all files are merged.
        unique: whether Compose refuses a list that holds an item twice.
        kind: what messages call a mapping with known keys ("a service").
    """

    check: Check
    name: str = ""
    cast: str = ""
    fields: Dict[str, Field] = NOTHING
    names: Field | None = None
    items: Field | None = None
    required: tuple[str, ...] = ()
    unique: bool = False
    kind: str = ""


class Use(NamedTuple):
    """A place that uses a part of the format which has a history.

    Args:
        name: what is used, as in `depends_on.required`.
        at: the key or value.
        since: the Docker Compose that first knows it, "" for all.
        deprecated: what to write instead, "" when it is in good standing.
    """

    name: str
    at: Span
    since: str = ""
    deprecated: str = ""


class Reading:
    """One walk over a document: where problems go, keys that nothing knows, and what it uses that has a history."""

    __slots__ = ("_keys", "problems", "unknown", "uses")

    def __init__(self, problems: Problems) -> None:
        self._keys: dict[str, Scalar] = {}
        self.problems = problems
        self.unknown: list[tuple[Scalar, Type]] = []
        self.uses: list[tuple[Field | None, Use]] = []

    def say(self, message: str, at: Node | Span) -> None:
        """What Docker Compose refuses."""
        self.problems.say("compose-schema", message, at)

    def key(self, field: str, at: Scalar) -> Scalar:
        """A key that no file spells out: one of a name for the whole document, which may imply it 100 000 times."""
        if field not in self._keys:
            self._keys[field] = Scalar(at.source, at.start, at.start, field, '"')
        return self._keys[field]

    def note(self, name: str, at: Scalar, field: Field | None = None, since: str = "", deprecated: str = "") -> None:
        """A use of what not every Docker Compose knows, or should no longer be written."""
        self.uses.append((field, Use(name, at.span, since, deprecated)))


# (value, name of its field, reading) -> canonical value, or None: wrong and reported.
Check: TypeAlias = "Callable[[Node, str, Reading], Node | None]"
