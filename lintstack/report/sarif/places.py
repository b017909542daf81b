"""Places as SARIF wants them: relative percent-encoded URIs, UTF-16 columns, hashes of lines."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections import defaultdict
from functools import cache
from itertools import islice
from urllib.parse import quote_from_bytes

import sarif_om as om

from lintstack.report import Run
from lintstack.report.sarif.linehash import line_hashes
from lintstack.source import Source, Span

ROOT = "%SRCROOT%"


class Places:
    """Places of one run; what is worked out for a file is kept for its other places."""

    def __init__(self, run: Run) -> None:
        self._root = run.root
        self._cwd = run.cwd
        self._uris: dict[Source, str] = {}
        self._astral: dict[Source, list[int]] = {}
        self._physical: dict[Span, om.PhysicalLocation] = {}
        self._hashes: dict[Source, dict[int, str]] = {}
        self._wanted: dict[Source, set[int]] = defaultdict(lambda: {1})
        for finding in run.findings:
            self._wanted[finding.at.span.source.file].add(finding.at.span.line)

    def uri(self, source: Source) -> str:
        """Path of a file relative to the git root; never absolute, never empty, never leaving the root."""
        if source not in self._uris:
            path = _below(self._root, source.real, posixpath.join(self._cwd, source.path)) or source.path
            parts = (part for part in posixpath.normpath(path).split("/") if part not in ("", ".", ".."))
            self._uris[source] = quote_from_bytes("/".join(parts).encode("utf-8", "surrogateescape")) or "-"
        return self._uris[source]

    def artifact(self, source: Source) -> om.ArtifactLocation:
        """The file itself."""
        return om.ArtifactLocation(uri=self.uri(source), uri_base_id=ROOT)

    def physical(self, span: Span) -> om.PhysicalLocation:
        """The file and the part of the span's first line; an empty span marks the character behind it."""
        if span not in self._physical:
            edge = span.source.line_range(span.line)[1]
            end = max(span.start, min(max(span.end, span.start + 1), edge))
            region = self.region(Span(span.source, span.start, end))
            self._physical[span] = om.PhysicalLocation(artifact_location=self.artifact(span.source), region=region)
        return self._physical[span]

    def region(self, span: Span) -> om.Region:
        """The whole span, exactly; columns count UTF-16 units."""
        line, column = self._position(span.source, span.start)
        end_line, end_column = self._position(span.source, span.end)
        return om.Region(start_line=line, start_column=column, end_line=end_line, end_column=end_column)

    def line_hash(self, span: Span) -> str:
        """CodeQL's hash of a finding's first line; "" for other lines than those and the first of a file."""
        source = span.source.file
        if source not in self._hashes:
            wanted = self._wanted[source]
            hashes = enumerate(islice(line_hashes(source), max(wanted)), 1)
            self._hashes[source] = {line: digits for line, digits in hashes if line in wanted}
        return self._hashes[source].get(span.line, "")

    def _position(self, source: Source, offset: int) -> tuple[int, int]:
        line, column = source.position(offset)
        astral = self._astral.get(source)
        if astral is None:
            text = "" if source.text.isascii() else source.text
            astral = self._astral[source] = [found.start() for found in _astral().finditer(text)]
        return line, column + bisect_left(astral, offset) - bisect_left(astral, source.line_starts[line - 1])


@cache
def _astral() -> re.Pattern[str]:
    """A character of two UTF-16 units."""
    return re.compile("[\U00010000-\U0010ffff]")


def _below(root: str, *paths: str) -> str:
    """The first of the absolute paths that lies below the root, relative to it."""
    base = root.rstrip("/") + "/"
    found = (posixpath.normpath(path) for path in paths if path)
    return next((path[len(base) :] for path in found if root and path.startswith(base)), "")
