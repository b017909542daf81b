"""One file's documents on their way into the model: read once, interpolated, canonical."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from lintstack.compose import literals
from lintstack.compose.canonical import canonical
from lintstack.compose.format.field import Use
from lintstack.compose.interpolate import Interpolator
from lintstack.compose.passthrough import resolve
from lintstack.compose.problems import Problems
from lintstack.compose.reset import Path, Tagged, collect, overrides
from lintstack.compose.versions import Version
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

    def __init__(self, reader: Reader, problems: Problems, version: Version | None = None) -> None:
        self.reader = reader
        self.problems = problems
        self.version = version
        self.sources: dict[str, Source] = {}
        self.env_sources: dict[str, Source] = {}
        self.uses: list[Use] = []
        self._empty: list[Source] = []
        self._trees: dict[str, tuple[Node | None, ...] | None] = {}
        self._tagged: dict[tuple[str, int], tuple[Tagged, ...]] = {}
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
            self._empty.append(source)
        elif len(parsed.documents) > 1:
            for document in parsed.documents:
                if document is not None and _is_null(document):
                    message = "this document is empty, which Docker Compose refuses; remove the `---` before it"
                    self.problems.say("compose-schema", message, document)
        return parsed.documents

    def report_empty(self, paths: Iterable[str]) -> None:
        """Say that files are empty, which only counts when all files of a project are."""
        for source in self._empty:
            if any(self.sources.get(path) is source for path in paths):
                self.problems.say("compose-schema", "the file is empty; the top level must be a mapping", source.whole)

    def documents(self, path: str, interpolator: Interpolator, at: Span | None = None) -> tuple[Document, ...] | None:
        """Canonical documents of a file under one set of variables."""
        key = (path, id(interpolator))
        if key not in self._documents:
            tagged = self.tagged(path, interpolator, at)
            if tagged is None:
                return None
            found = (self.canonical(document, interpolator) for document in tagged)
            self._documents[key] = tuple(document for document in found if document is not None)
        return self._documents[key]

    def tagged(self, path: str, interpolator: Interpolator, at: Span | None = None) -> tuple[Tagged, ...] | None:
        """Documents of a file with their variables replaced; their shapes are not checked yet."""
        trees = self.trees(path, at)
        if trees is None:
            return None
        key = (path, id(interpolator))
        if key not in self._tagged:
            filled = (tree for tree in trees if tree is not None and not _is_null(tree))
            self._tagged[key] = tuple(collect(self._literal(interpolator.document(tree))) for tree in filled)
        return self._tagged[key]

    def _literal(self, tree: Node) -> Node:
        return literals.written(tree, self.version, self.problems)

    def canonical(self, tagged: Tagged, interpolator: Interpolator) -> Document | None:
        """The canonical form of a document, or of a part of one."""
        root = canonical(tagged.root, self.problems, self.uses)
        if tagged.cleared and root is not None:
            self.uses += overrides(root, tagged.cleared)
        return None if root is None else Document(resolve(root, interpolator.variables), tagged.cleared)


def _is_null(node: Node) -> bool:
    return not isinstance(node, Mapping) and node.size == 1 and getattr(node, "is_null", False)
