"""The carriers of a configuration: YAML and TOML text → plain values that know their places."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, Protocol, TypeAlias

from lintstack.source import Source, Span

Path: TypeAlias = tuple[str | int, ...]

_CORE_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq"))
_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"


class BadCarrier(ValueError):
    """Text that carries no configuration; `span` is where it goes wrong."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


class Carrier(Protocol):
    """A configuration file that was read."""

    value: dict[str, Any]
    source: Source

    def key(self, path: Path) -> Span:
        """Place of the key at a path; of the item itself where the path ends in an index."""

    def item(self, path: Path) -> Span:
        """Place of the value at a path."""


class Yaml:
    """A configuration in YAML.

    Args:
        source: the file.
        texts: settings that stay text although they look like numbers: 2.20 is not 2.2.

    Raises:
        BadCarrier: it cannot be parsed, has several documents, is no mapping or wants something constructed by a tag.
    """

    def __init__(self, source: Source, texts: frozenset[str] = frozenset()) -> None:
        from lintstack.yaml import Mapping, parse

        documents, problems = parse(source)
        for problem in problems:
            raise BadCarrier(problem.message, problem.at.span)
        root = documents[0] if documents else None
        if len(documents) > 1:
            raise BadCarrier("more than one YAML document", source.whole)
        if root is not None and not isinstance(root, Mapping):
            raise BadCarrier("a configuration is a mapping of settings", root.span)
        self.source = source
        self._texts = texts
        self._keys: dict[Path, Span] = {}
        self._items: dict[Path, Span] = {(): source.whole}
        self.value: dict[str, Any] = {} if root is None else self._plain(root, ())

    def key(self, path: Path) -> Span:
        return self._keys[path]

    def item(self, path: Path) -> Span:
        return self._items[path]

    def _plain(self, node: Any, path: Path) -> Any:
        """The plain value of a node; at most 64 levels deep, as `parse` promises."""
        from lintstack.yaml import Mapping, Scalar

        self._items[path] = self._keys[path] = node.span
        if node.tag and node.tag not in _CORE_TAGS:
            raise BadCarrier("tags have no meaning in a configuration", node.span)
        if isinstance(node, Scalar):
            keep = len(path) == 1 and path[0] in self._texts and not node.is_null
            return node.text if keep else node.value
        if isinstance(node, Mapping):
            found = {name: self._plain(entry.value, (*path, name)) for name, entry in node.entries.items()}
            self._keys.update({(*path, name): entry.key.span for name, entry in node.entries.items()})
            return found
        return [self._plain(item, (*path, index)) for index, item in enumerate(node.items)]


class Toml:
    """A configuration in TOML.

    Args:
        source: the file.
        table: the table that holds the configuration, () for the whole file.

    Raises:
        BadCarrier: it cannot be parsed, or the table is none.
    """

    def __init__(self, source: Source, table: tuple[str, ...] = ()) -> None:
        import tomllib

        self.source = source
        self.table = table
        try:
            value: Any = tomllib.loads(source.text)
        except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
            raise _broken(source, error) from None
        self._places = dict(_scan(source.text))
        self._starts = sorted(start for start, _ in self._places.values())
        for part in table:
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None and not isinstance(value, dict):
            raise BadCarrier("a configuration is a table of settings", self.key(()))
        self.value: dict[str, Any] = value or {}
        self.missing = value is None

    def key(self, path: Path) -> Span:
        """The text of TOML is scanned for keys, so that of an exotic spelling the nearest outer key is given."""
        full = (*self.table, *path)
        known = len(full)
        while known and full[:known] not in self._places:
            known -= 1
        start, end = self._places.get(full[:known], (0, 0))
        for name in full[known:]:
            start, end = self._inner(name, start, end)
        return Span(self.source, start, end)

    def item(self, path: Path) -> Span:
        return self.key(path)

    def _inner(self, name: str | int, start: int, end: int) -> tuple[int, int]:
        """Place of a key of an inline table, or of an item of a list, behind the key that holds it."""
        if isinstance(name, int):
            return start, end
        text = self.source.text
        at = bisect_right(self._starts, start)
        limit = self._starts[at] if at < len(self._starts) else len(text)
        found = text.find(name, end, limit)
        while found >= 0:
            behind = found + len(name)
            alone = not (text[found - 1].isalnum() or text[found - 1] in "_-")
            if alone and text[behind : behind + 8].lstrip("\"' \t").startswith("="):
                return found, behind
            found = text.find(name, behind, limit)
        return start, end


def _broken(source: Source, error: Exception) -> BadCarrier:
    """tomllib tells the place in its message only."""
    if isinstance(error, RecursionError):
        return BadCarrier("nested too deeply", source.whole)
    message = str(error)
    found = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if not found:
        return BadCarrier(message.partition(" (at ")[0], Span(source, len(source.text), len(source.text)))
    line = min(int(found[1]), len(source.line_starts))
    start = source.line_starts[line - 1] + int(found[2]) - 1
    return BadCarrier(message[: found.start()], Span(source, start, start))


def _scan(text: str) -> Iterator[tuple[Path, tuple[int, int]]]:
    """Keys and table headers with their places, multi-line strings passed over."""
    line = re.compile(rf"^[ \t]*(?:\[[ \t]*({_DOTTED})[ \t]*\]|({_DOTTED})[ \t]*=)", re.MULTILINE)
    table: Path = ()
    for found in line.finditer(_without_texts(text)):
        group = 1 if found[1] else 2
        path = _parts(found[group])
        table = path if group == 1 else table
        full = path if group == 1 else (*table, *path)
        yield from ((full[:depth], found.span(group)) for depth in range(len(full) - len(path) + 1, len(full)))
        yield full, found.span(group)


def _without_texts(text: str) -> str:
    """The text with multi-line strings blanked out, offsets kept."""
    strings = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*+"""' + r"|'''(?:[^']|'(?!''))*+'''", re.DOTALL)
    return strings.sub(lambda found: re.sub(r"[^\n]", " ", found[0]).replace("\n", " "), text)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))
