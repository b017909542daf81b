"""Every regular expression that lintstack compiles, and texts that would make a careless one run wild.

`python -m tests.patterns FOLDER` lints a folder with everything loaded and prints, as JSON, the module,
pattern and flags of each expression.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib
import inspect
import io
import json
import pkgutil
import re
import re._constants as codes  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import sys
from collections.abc import Iterator
from typing import Any

METHODS = {"search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split"}
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


def collect(folder: str) -> list[tuple[str, str, int, str]]:
    """Module, pattern, flags and asking method of every expression that lintstack can compile without knowing a text.

    Found by loading everything, making what is made when first asked, reading what is given to `re` in place,
    and linting a folder.
    """
    made: set[tuple[str, str, str, int, str]] = set()
    compile_ = re._compile  # type: ignore[attr-defined]

    def note(pattern: Any, flags: int) -> Any:
        compiled = compile_(pattern, flags)
        asked, by = sys._getframe(1).f_code.co_name, sys._getframe(2)
        module = by.f_globals.get("__name__", "")
        if module.startswith("lintstack") and isinstance(compiled.pattern, str):
            made.add((module, by.f_code.co_name, compiled.pattern, compiled.flags, asked))
        return compiled

    re._compile = note  # type: ignore[attr-defined]
    import lintstack

    trees = {}
    for module in pkgutil.walk_packages(lintstack.__path__, "lintstack."):
        if not module.name.endswith("__main__"):
            loaded = importlib.import_module(module.name)
            _settle(loaded)
            trees[module.name] = ast.parse(inspect.getsource(loaded) or "")
            made.update(_in_place(loaded, trees[module.name]))
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        importlib.import_module("lintstack.cli").run(["check", "-q", folder])
    asking = _asking(trees)
    found = set()
    for name, maker, pattern, flags, asked in made:
        ways = asking.get((name, maker)) or asking[name, ""] or METHODS if asked == "compile" else {asked}
        found.update((name, pattern, flags, way) for way in ways)
    return sorted(found)


def _in_place(module: Any, tree: ast.AST) -> Iterator[tuple[str, str, str, int, str]]:
    """What is given to `re.search` and its like, where it is a text that the module holds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {f"re.{name}" for name in METHODS}:
            flags = next((key.value for key in node.keywords if key.arg == "flags"), None)
            with contextlib.suppress(NameError):
                pattern = eval(ast.unparse(node.args[0]), vars(module))
                given = eval(ast.unparse(flags), vars(module)) if flags else 0
                compiled = re.compile(pattern, given)
                if isinstance(compiled.pattern, str):
                    asked = ast.unparse(node.func).removeprefix("re.")
                    yield module.__name__, "", compiled.pattern, compiled.flags, asked


def _asking(trees: dict[str, ast.Module]) -> dict[tuple[str, str], set[str]]:
    """The methods that are asked of what a function of a module makes; under no name: of anything in that module.

    A function whose pattern is also passed on (not asked where it is made) is left out.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for name, tree in trees.items():
        parents = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        anything = found.setdefault((name, ""), set())
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                if ast.unparse(node.value) != "re":
                    anything.add(node.attr)
        for maker in [node for node in tree.body if isinstance(node, ast.FunctionDef)]:
            if "Pattern" not in ast.unparse(maker.returns or ast.Constant(None)):
                continue
            calls = [
                parents[id(node)]
                for node in ast.walk(tree)
                if isinstance(node, ast.Call) and ast.unparse(node.func) == maker.name
            ]
            if calls and all(isinstance(by, ast.Attribute) for by in calls):
                found[name, maker.name] = {by.attr for by in calls if isinstance(by, ast.Attribute)} & METHODS
    return found


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
