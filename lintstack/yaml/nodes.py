"""The nodes of a YAML tree; immutable by convention, every one with the exact place of its text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from lintstack.named import NamedTuple
from lintstack.source import Source, Span
from lintstack.yaml.scalars import resolve, tagged

if TYPE_CHECKING:
    from lintstack.yaml.scalars import Value


class Piece(NamedTuple):
    """A stretch of a scalar's text that interpolation put there, and the stretch of `raw` that it stands for."""

    start: int
    end: int
    raw_start: int
    raw_end: int
    unset: tuple[str, ...] = ()
    fallbacks: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


_Replaced: TypeAlias = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[Piece, ...]]
_NOTHING: _Replaced = ((), (), (), ())


class Scalar:
    """A scalar.

    Args:
        source, start, end: its place: quotes included, tag and anchor excluded, block scalars up to their last text.
        text: content after unescaping and interpolation.
        style: "" (plain), "'", '"', "|" or ">".
        tag: "" or the tag in full ("tag:yaml.org,2002:str", "!reset").
        raw: content before interpolation; the same object as `text` when nothing was replaced.
        unset: variables without a value: the text is not what would run, facts derived from it are unknown.
        fallbacks: defaults that were used (`${V:-x}` gives "x").
        variables: all variables that took part.
        pieces: what interpolation replaced, in order.
    """

    __slots__ = ("_replaced", "end", "raw", "source", "start", "style", "tag", "text")
    size = 1
    height = 0

    def __init__(
        self, source: Source, start: int, end: int, text: str, style: str = "", tag: str = "", raw: str | None = None,
        unset: tuple[str, ...] = (), fallbacks: tuple[str, ...] = (), variables: tuple[str, ...] = (),
        pieces: tuple[Piece, ...] = (),
    ) -> None:  # fmt: skip
        self.source = source
        self.start = start
        self.end = end
        self.text = text
        self.style = style
        self.tag = tag
        self.raw = text if raw is None else raw
        replaced = variables or unset or fallbacks or pieces  # in few scalars, of which there may be a million
        self._replaced = (unset, fallbacks, variables, pieces) if replaced else _NOTHING

    def __repr__(self) -> str:
        return f"Scalar({self.text[:40]!r})"

    @property
    def span(self) -> Span:
        return Span(self.source, self.start, self.end)

    @property
    def unset(self) -> tuple[str, ...]:
        return self._replaced[0]

    @property
    def fallbacks(self) -> tuple[str, ...]:
        return self._replaced[1]

    @property
    def variables(self) -> tuple[str, ...]:
        return self._replaced[2]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return self._replaced[3]

    @property
    def value(self) -> Value:
        """The typed value by go-yaml's rules; quoted, block and interpolated scalars are strings."""
        if self.tag:
            return tagged(self.text, self.tag, self.style)
        return self.text if self.style or self.raw is not self.text else resolve(self.text)

    @property
    def is_null(self) -> bool:
        """Whether it is null; cheaper than asking for the value."""
        return not self.style and len(self.text) < 5 and self.value is None


class Entry:
    """A key with its value; `over` is the entry of an earlier file that it replaced or was merged with."""

    __slots__ = ("key", "over", "value")

    def __init__(self, key: Scalar, value: Node, over: Entry | None = None) -> None:
        self.key = key
        self.value = value
        self.over = over

    def __repr__(self) -> str:
        return f"Entry({self.key.text!r}, {self.value!r})"


class Mapping:
    """A mapping.

    Args:
        entries: by key text, in order; those of merge keys (`<<`) stand behind the explicit ones.
        listed: whether the file spells it as a list (`- KEY=value`) and the canonical form made it a mapping.
        size: nodes in it after alias expansion, itself included.
        height: levels of collections below it.
    """

    __slots__ = ("end", "entries", "height", "listed", "size", "source", "start", "tag")

    def __init__(
        self, source: Source, start: int, end: int, entries: dict[str, Entry], tag: str = "", listed: bool = False,
        size: int = 1, height: int = 0,
    ) -> None:  # fmt: skip
        self.source = source
        self.start = start
        self.end = end
        self.entries = entries
        self.tag = tag
        self.listed = listed
        self.size = size
        self.height = height

    def __repr__(self) -> str:
        return f"Mapping({list(self.entries)!r})"

    @property
    def span(self) -> Span:
        return Span(self.source, self.start, self.end)

    def get(self, name: str) -> Node | None:
        """Value of a key, None when there is no such key."""
        entry = self.entries.get(name)
        return None if entry is None else entry.value

    def items(self) -> Iterator[tuple[str, Node]]:
        """Key texts and values in order."""
        return ((name, entry.value) for name, entry in self.entries.items())

    def with_entries(self, entries: dict[str, Entry]) -> Mapping:
        """The same mapping with other entries."""
        return Mapping(self.source, self.start, self.end, entries, self.tag, self.listed, self.size, self.height)

    def with_changed(self, changed: dict[str, Entry | None]) -> Mapping:
        """The same mapping with some entries in the places of their namesakes, None for those that go."""
        entries = {**self.entries, **changed}
        return self.with_entries({name: entry for name, entry in entries.items() if entry is not None})


class Sequence:
    """A sequence; `size` and `height` as for mappings."""

    __slots__ = ("end", "height", "items", "size", "source", "start", "tag")

    def __init__(
        self, source: Source, start: int, end: int, items: tuple[Node, ...], tag: str = "", size: int = 1,
        height: int = 0,
    ) -> None:  # fmt: skip
        self.source = source
        self.start = start
        self.end = end
        self.items = items
        self.tag = tag
        self.size = size
        self.height = height

    def __repr__(self) -> str:
        return f"Sequence({len(self.items)} items)"

    def with_items(self, items: tuple[Node, ...]) -> Sequence:
        """The same sequence with other items."""
        return Sequence(self.source, self.start, self.end, items, self.tag, self.size, self.height)

    @property
    def span(self) -> Span:
        return Span(self.source, self.start, self.end)


Node: TypeAlias = Scalar | Mapping | Sequence


def to_data(node: Node | None) -> object:
    """Plain Python data of a small trusted tree (a page's head, a configuration); its depth is bounded by parse."""
    if isinstance(node, Mapping):
        return {key: to_data(value) for key, value in node.items()}
    if isinstance(node, Sequence):
        return [to_data(item) for item in node.items]
    return None if node is None else node.value
