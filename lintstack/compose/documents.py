"""One file's documents on their way into the model: read once, interpolated, canonical."""

from __future__ import annotations

from typing import Protocol

from lintstack.compose.interpolate import Interpolator
from lintstack.compose.passthrough import resolve
from lintstack.compose.problems import Problems
from lintstack.compose.reset import Path, collect
from lintstack.compose.schema import canonical
from lintstack.findings import Finding
from lintstack.named import NamedTuple
from lintstack.source import Source, Span
from lintstack.yaml import Mapping, Node, parse


class Reader(Protocol):
    """Gives files by path; refuses what lies outside the root or is no regular file."""

    def source(self, path: str, at: Span | None = None) -> Source | Finding:
        """Text of a file, or why it cannot be had; the finding is put at `at`."""
        ...

    def exists(self, path: str) -> str:
        """ "file", "dir", "" or "outside"."""
        ...


class Document(NamedTuple):
    """A canonical document and the paths that its `!reset` and `!override` clear."""

    root: Mapping
    cleared: tuple[Path, ...]


class Files:
    """Every file of a load, opened and parsed once."""

    def __init__(self, reader: Reader, problems: Problems) -> None:
        self.reader = reader
        self.problems = problems
        self.sources: dict[str, Source] = {}
        self.env_sources: dict[str, Source] = {}
        self._trees: dict[str, tuple[Node | None, ...] | None] = {}
        self._documents: dict[tuple[str, int], tuple[Document, ...]] = {}

    @property
    def asked(self) -> int:
        """How many compose files were asked for, those that cannot be had included."""
        return len(self._trees)

    def open(self, path: str, at: Span | None = None) -> Source | None:
        """Text of a file; the finding why not is kept at the place that asked."""
        found = self.reader.source(path, at)
        if isinstance(found, Source):
            return found
        self.problems.add(found)
        return None

    def trees(self, path: str, at: Span | None = None) -> tuple[Node | None, ...] | None:
        """Parsed documents of a compose file, None when it cannot be had."""
        if path not in self._trees:
            source = self.open(path, at)
            self._trees[path] = None if source is None else self._parsed(path, source)
        return self._trees[path]

    def _parsed(self, path: str, source: Source) -> tuple[Node | None, ...]:
        self.sources[path] = source
        parsed = parse(source)
        for problem in parsed.problems:
            self.problems.add(problem)
        empty = all(document is None or _is_null(document) for document in parsed.documents)
        if empty and not any(problem.rule in ("yaml-syntax", "yaml-limit") for problem in parsed.problems):
            self.problems.say("compose-schema", "the file is empty; the top level must be a mapping", source.whole)
        return parsed.documents

    def documents(self, path: str, interpolator: Interpolator, at: Span | None = None) -> tuple[Document, ...] | None:
        """Canonical documents of a file under one set of variables."""
        trees = self.trees(path, at)
        if trees is None:
            return None
        key = (path, id(interpolator))
        if key not in self._documents:
            found = (self._document(tree, interpolator) for tree in trees if tree is not None and not _is_null(tree))
            self._documents[key] = tuple(document for document in found if document is not None)
        return self._documents[key]

    def _document(self, tree: Node, interpolator: Interpolator) -> Document | None:
        tagged = collect(interpolator.document(tree))
        root = canonical(tagged.root, self.problems)
        return None if root is None else Document(resolve(root, interpolator.variables), tagged.cleared)


def _is_null(node: Node) -> bool:
    return not isinstance(node, Mapping) and node.size == 1 and getattr(node, "is_null", False)
