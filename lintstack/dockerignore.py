"""Patterns as Docker reads them in `.dockerignore`; every match is linear in the length of the path.

https://docs.docker.com/build/concepts/context/#dockerignore-files and github.com/moby/patternmatcher
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from posixpath import normpath

from lintstack.gitignore import translate
from lintstack.named import NamedTuple
from lintstack.source import Source, Span

MOST_PATTERNS = 2_000
LONGEST_PATTERN = 4096
MOST_COMPARED = 20_000_000  # characters that its patterns are held against; beyond, what it leaves out is unknown
OVERHEAD = 16  # characters that it costs to hold a pattern against anything
EVERYTHING = frozenset({"*", "**", "**/*"})
_WILD = frozenset("*?[\\")

Match = Callable[[str], bool]


class Line(NamedTuple):
    """One pattern.

    Attributes:
        text: cleaned, without `!`, relative to the context.
        keep: whether it begins with `!`.
        span: its line.
    """

    text: str
    keep: bool
    span: Span


class Dockerignore:
    """The patterns of one file; the last one that matches a path or a folder above it decides.

    Args:
        source: the file.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        found = list(_lines(source))
        self._matchers = [_matcher(line.text) for line in found[:MOST_PATTERNS]]
        self.is_understood = len(found) <= MOST_PATTERNS and None not in self._matchers
        self.lines = tuple(found) if self.is_understood else ()
        self._known: dict[str, Line | None] = {}
        self._left = MOST_COMPARED

    def leaves_out(self, path: str) -> Line | None:
        """The pattern that leaves out a path and all that is below it; None when any of it may be kept.

        Args:
            path: relative to the context, cleaned; "." is all of it. Wildcards in it stand for themselves.
        """
        if path == ".":
            kept = any(line.keep for line in self.lines)
            return None if kept else next((line for line in self.lines if line.text in EVERYTHING), None)
        if path not in self._known:
            found = self._decides(path)
            self._known[path] = found if found and not self._is_kept_below(path) else None
        return self._known[path]

    def _decides(self, path: str) -> Line | None:
        parts = path.split("/")
        self._left -= (len(parts) + 1) * (len(path) // 2 + OVERHEAD) * len(self.lines)
        if self._left < 0 or not self.lines:
            return None
        paths = ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]
        decided: Line | None = None
        for line, matches in zip(self.lines, self._matchers, strict=False):
            assert matches
            if line.keep == (decided is not None) and any(matches(each) for each in paths):
                decided = None if line.keep else line
        return decided

    def _is_kept_below(self, path: str) -> bool:
        """Whether a `!` pattern may speak about something below a path."""
        parts = path.split("/")
        return any(_may_be_below(line.text.split("/"), parts) for line in self.lines if line.keep)


def _may_be_below(pattern: list[str], parts: list[str]) -> bool:
    for at, part in enumerate(parts):
        if at >= len(pattern):
            return False
        if "**" in pattern[at]:
            return True
        if pattern[at] != part and not (_WILD.intersection(pattern[at]) and translate(pattern[at]).match(part)):
            return False
    return len(pattern) > len(parts)


def _lines(source: Source) -> Iterator[Line]:
    """Patterns, as github.com/moby/patternmatcher/ignorefile reads them."""
    start = 0
    for raw in source.text.split("\n"):
        text = raw.strip()
        if text and not raw.startswith("#"):
            keep = text.startswith("!")
            bare = text[keep:].strip()
            at = start + raw.find(text)
            clean = normpath(bare) if bare else ""
            clean = clean.lstrip("/") or clean
            yield Line(clean, keep, Span(source, at, at + len(text)))
        start += len(raw) + 1


def _matcher(text: str) -> Match | None:
    """Whether a path is what a pattern speaks about; None for one that is refused, or read in a way of its own."""
    if len(text) > LONGEST_PATTERN or not text or text.count("[") != text.count("]"):
        return None
    if not _WILD.intersection(text):
        return text.__eq__
    first, *others = text.split("/")
    if any("**" in part and part != "**" for part in others) or "[!" in text:
        return None
    if "**" in first and first != "**":
        # `**x` is whatever ends with x, in any folder.
        rest = text[2:]
        return None if not text.startswith("**") or _WILD.intersection(rest) else lambda path: path.endswith(rest)
    return _by_regex(text)


def _by_regex(text: str) -> Match:
    compiled: list[re.Pattern[str]] = []

    def matches(path: str) -> bool:
        if not compiled:
            compiled.append(translate(text))
        return compiled[0].match(path) is not None

    return matches
