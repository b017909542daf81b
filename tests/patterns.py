"""Every regular expression that lintstack compiles, and texts that would make a careless one run wild.

`python -m tests.patterns FOLDER` lints a folder with everything loaded and prints, as JSON, the module,
pattern and flags of each expression.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import json
import pkgutil
import re
import re._constants as codes  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import sys
from collections.abc import Iterator
from typing import Any

REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
CHARACTERS = "a1 _-./:\\\"'=x$\n\t{}[](),;#<>~é"
_CLASSES = {
    codes.CATEGORY_DIGIT: r"\d",
    codes.CATEGORY_NOT_DIGIT: r"\D",
    codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_NOT_SPACE: r"\S",
    codes.CATEGORY_WORD: r"\w",
    codes.CATEGORY_NOT_WORD: r"\W",
}


class Pumps:
    """Texts that a pattern matches, and each of its repeats with what stands before it."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.repeats: set[tuple[str, str]] = set()
        self.whole = self._text(parser.parse(pattern, flags), "")

    def texts(self, count: int) -> Iterator[str]:
        """Texts of about that many characters in which one part is repeated, and which end in something else."""
        found = self.repeats | {("", one) for _, one in self.repeats} | {("", self.whole)}
        for before, one in sorted(found):
            for tail in ("\0", "!", "\n"):
                yield before + one * (count // max(len(one), 1) + 1) + tail

    def _text(self, nodes: Any, before: str) -> str:
        out = ""
        for code, value in nodes:
            out += self._node(code, value, before + out)
        return out

    def _node(self, code: Any, value: Any, before: str) -> str:
        if code in REPEATS:
            one = self._text(value[2], before)
            if value[1] > 8 and one:
                self.repeats.add((before, one))
            return one * max(int(value[0]), 1)
        if code is codes.BRANCH:
            texts = [self._text(branch, before) for branch in value[1]]
            return texts[0]
        if code is codes.SUBPATTERN:
            return self._text(value[3], before)
        if code is codes.ATOMIC_GROUP:
            return self._text(value, before)
        return _leaf(code, value)


def _leaf(code: Any, value: Any) -> str:
    if code is codes.LITERAL:
        return chr(value)
    if code is codes.NOT_LITERAL:
        return "b" if value == ord("a") else "a"
    if code is codes.ANY:
        return "a"
    return _member(value) if code is codes.IN else ""


def _member(items: Any) -> str:
    """A character of a set."""
    negated = items[0][0] is codes.NEGATE
    found = next((char for char in CHARACTERS if any(_holds(item, char) for item in items) != negated), "")
    first = items[0]
    return found or (chr(first[1]) if first[0] is codes.LITERAL else chr(first[1][0]) if not negated else "a")


def _holds(item: Any, char: str) -> bool:
    code, value = item
    if code is codes.LITERAL:
        return bool(ord(char) == value)
    if code is codes.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    return code is codes.CATEGORY and bool(re.match(_CLASSES[value], char))


def collect(folder: str) -> list[tuple[str, str, int]]:
    """Module, pattern and flags of every expression that loading everything and linting a folder compiles."""
    found: set[tuple[str, str, int]] = set()
    compile_ = re._compile  # type: ignore[attr-defined]

    def note(pattern: Any, flags: int) -> Any:
        made = compile_(pattern, flags)
        module = sys._getframe(2).f_globals.get("__name__", "")
        if module.startswith("lintstack") and isinstance(made.pattern, str):
            found.add((module, made.pattern, made.flags))
        return made

    re._compile = note  # type: ignore[attr-defined]
    import lintstack

    for module in pkgutil.walk_packages(lintstack.__path__, "lintstack."):
        if not module.name.endswith("__main__"):
            _settle(importlib.import_module(module.name))
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        importlib.import_module("lintstack.cli").run(["check", "-q", folder])
    return sorted(found)


def _settle(module: Any) -> None:
    """Call what compiles when it is first asked, where that takes nothing but signs that end or escape a text."""
    known = {"escape": "\\", "stop": "}"}
    for value in list(vars(module).values()):
        if isinstance(value, functools._lru_cache_wrapper):
            function: Any = value.__wrapped__
            wanted = function.__code__.co_varnames[: function.__code__.co_argcount]
            compiles = "Pattern" in str(function.__annotations__.get("return", ""))
            if compiles and all(name in known for name in wanted):
                value(*(known[name] for name in wanted))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(collect(sys.argv[1])))
