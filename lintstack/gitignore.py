"""Patterns as git reads them in `.gitignore`; every match is linear in the length of the path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MOST_PATTERNS = 10_000
LONGEST_PATTERN = 4096
_NEVER = "(?!)"
_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}
_WILD = frozenset("*?[\\")


class Pattern:
    """One line: what it matches, and whether that is ignored or, with `!`, kept."""

    __slots__ = ("_regex", "anchored", "folders_only", "keep", "text")

    def __init__(self, text: str, keep: bool, folders_only: bool, anchored: bool) -> None:
        self.text = text
        self.keep = keep
        self.folders_only = folders_only
        self.anchored = anchored
        self._regex: re.Pattern[str] | None = None

    def matches(self, path: str, name: str, folder: bool) -> bool:
        """Whether it is about a path.

        Args:
            path: relative to the folder of the patterns, with "/".
            name: its last component.
            folder: whether it is a folder.
        """
        if self.folders_only and not folder:
            return False
        subject = path if self.anchored else name
        if not _WILD.intersection(self.text):
            return subject == self.text
        if self._regex is None:
            self._regex = translate(self.text)
        return self._regex.match(subject) is not None


class Patterns:
    """The patterns of one file or list; the last one that matches decides.

    Args:
        lines: patterns, comments and blank lines.
        folder: what they are relative to, as the caller writes paths.
    """

    __slots__ = ("folder", "rules")

    def __init__(self, lines: Iterable[str] = (), folder: str = "") -> None:
        self.folder = folder
        self.rules = tuple(reversed(list(_patterns(lines))))

    def decide(self, path: str, folder: bool = False) -> bool | None:
        """True: ignored; False: kept by a `!` pattern; None: not mentioned."""
        name = path[path.rfind("/") + 1 :]
        for rule in self.rules:
            if rule.matches(path, name, folder):
                return not rule.keep
        return None

    def covers(self, path: str) -> bool:
        """Whether a file or one of the folders above it is ignored."""
        end = path.find("/")
        while end >= 0:
            if self.decide(path[:end], True):
                return True
            end = path.find("/", end + 1)
        return self.decide(path) is True


def _patterns(lines: Iterable[str]) -> Iterator[Pattern]:
    for count, line in enumerate(lines):
        if count == MOST_PATTERNS:
            return
        found = _pattern(line)
        if found:
            yield found


def _pattern(line: str) -> Pattern | None:
    """One line of a file; None for a comment, a blank line or what git calls no pattern."""
    text = _trimmed(line.removesuffix("\n").removesuffix("\r"))
    if not text or text.startswith("#") or len(text) > LONGEST_PATTERN:
        return None
    keep = text.startswith("!")
    text = text[keep:]
    folders_only = text.endswith("/")
    text = text.removesuffix("/")
    anchored = "/" in text
    text = text.removeprefix("/")
    return Pattern(text, keep, folders_only, anchored) if text else None


def _trimmed(text: str) -> str:
    """Without trailing blanks, except one that a backslash protects."""
    bare = text.rstrip(" ")
    slashes = len(bare) - len(bare.rstrip("\\"))
    return bare + " " if len(bare) < len(text) and slashes % 2 else bare


def translate(glob: str) -> re.Pattern[str]:
    """A pattern as a regular expression without backtracking over more than one star at a time."""
    try:
        return re.compile(_path(glob.split("/")))
    except (re.error, ValueError):
        return re.compile(_NEVER)


def _path(segments: list[str]) -> str:
    """`**` between slashes stands for any number of folders, at the end for everything inside."""
    groups: list[list[str]] = [[]]
    for segment in segments:
        if len(segment) > 1 and not segment.strip("*"):
            groups.append([])
        else:
            groups[-1].append(_segment(segment))
    if len(groups) == 1:
        return "(?s:" + "/".join(groups[0]) + r")\Z"
    first, *middle, last = groups
    start = "".join(part + "/" for part in first)
    skips = "".join(f"(?>(?:[^/]+/)*?{''.join(part + '/' for part in group)})" for group in middle if group)
    end = "(?:[^/]+/)*" + "/".join(last) if last else ".+"
    return f"(?s:{start}{skips}{end})\\Z"


def _segment(glob: str) -> str:
    """Characters between stars are found leftmost first: a later find cannot do better."""
    chunks = list(_chunks(glob))
    if len(chunks) == 1:
        return chunks[0]
    first, *middle, last = chunks
    return first + "".join(f"(?>[^/]*?{chunk})" for chunk in middle if chunk) + "[^/]*" + last


def _chunks(glob: str) -> Iterator[str]:
    """Expressions for the text between the stars."""
    chunk, at = "", 0
    while at < len(glob):
        character = glob[at]
        at += 1
        if character == "*":
            yield chunk
            chunk = ""
        elif character == "?":
            chunk += "[^/]"
        elif character == "[":
            piece, at = _bracket(glob, at)
            chunk += piece
        elif character == "\\":
            chunk += re.escape(glob[at : at + 1]) or _NEVER
            at += 1
        else:
            chunk += re.escape(character)
    yield chunk


def _bracket(glob: str, at: int) -> tuple[str, int]:
    """A set of characters and the offset behind it; an unfinished one matches nothing, as in git."""
    negated = glob[at : at + 1] in ("!", "^")
    at += negated
    content, start = "", at
    while at < len(glob) and (glob[at] != "]" or at == start):
        end = glob.find(":]", at) if glob.startswith("[:", at) else -1
        if end > 0:
            content += _CLASSES.get(glob[at + 2 : end], "")
            at = end + 2
            continue
        low, at = _literal(glob, at)
        high = low
        if glob[at : at + 1] == "-" and glob[at + 1 : at + 2] not in ("", "]"):
            high, at = _literal(glob, at + 1)
        content += f"{re.escape(low)}-{re.escape(high)}" if low <= high else ""
    if at >= len(glob):
        return _NEVER, at
    anything = "[^/]" if negated else _NEVER
    return (f"(?!/)[{'^' * negated}{content}]" if content else anything), at + 1


def _literal(glob: str, at: int) -> tuple[str, int]:
    """A character of a set, behind its backslash if it has one."""
    at += glob[at] == "\\" and at + 1 < len(glob)
    return glob[at], at + 1
