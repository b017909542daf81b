"""Every regular expression that lintstack compiles, and texts that would make a careless one run wild.

`python -m tests.patterns FOLDER` lints a folder with everything loaded and prints, as JSON, the module,
pattern and flags of each expression, and the method by which it is asked; with `--reached`, the length of the longest
text that the run gave it too.
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
        units = {unit for before, one in self.repeats for unit in (before, one, before + one)} | {self.whole}
        for before, one in sorted(self.repeats | {("", unit) for unit in units if unit}):
            for tail in ("\0", "!", "\n", '"'):
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
                if one != "\n" and len(value[2]) == 1 and _breaks(*value[2][0]):
                    self.repeats.add((before, "\n"))
            return one * max(int(value[0]), 1)
        if code is codes.BRANCH:
            texts = [self._text(branch, before) for branch in value[1]]
            self.repeats.update((before, text) for text in texts if text)
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


def _breaks(code: Any, value: Any) -> bool:
    """Whether a node also stands for the end of a line."""
    if code is codes.IN:
        negated = value[0][0] is codes.NEGATE
        return any(_holds(item, "\n") for item in value) != negated
    return code is codes.NOT_LITERAL and value != ord("\n")


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
            maker = by.f_code.co_name
            if by.f_code.co_argcount and by.f_back:  # what it makes differs, and so does what is asked of it
                maker += f" in {by.f_back.f_code.co_name}"
            made.add((module, maker, compiled.pattern, compiled.flags, asked))
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
    found: set[tuple[str, str, int, str]] = set()
    for name, maker, pattern, flags, asked in made:
        known = asking.get((name, maker)) or asking.get((name, maker.partition(" ")[0])) or asking[name, ""] or METHODS
        ways = known if asked == "compile" else {asked}
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
    calls: dict[str, list[tuple[str, set[str]]]] = {}
    for name, tree in trees.items():
        anything = found.setdefault((name, ""), set())
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) != "re":
                by_maker = isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)
                anything |= {node.attr} & (METHODS if by_maker else METHODS - {"split"})  # texts are split too
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.Name) and not (isinstance(node, ast.Call) and node.func is child):
                    calls.setdefault(child.id, []).append((name, set()))  # passed on
                if isinstance(child, ast.Call) and isinstance(child.func, ast.Name):
                    calls.setdefault(child.func.id, []).append((name, _asked(tree, node)))
    for name, tree in trees.items():
        for maker in [node for node in tree.body if isinstance(node, ast.FunctionDef)]:
            if "Pattern" in ast.unparse(maker.returns or ast.Constant(None)):
                private = maker.name.startswith("_")
                asked = [by for where, by in calls.get(maker.name, ()) if where == name or not private]
                if all(asked):
                    found[name, maker.name] = set().union(*asked)
                    found.update(_asked_in(name, tree, maker.name))
    return found


def _asked_in(name: str, tree: ast.Module, maker: str) -> Iterator[tuple[tuple[str, str], set[str]]]:
    """The methods that each function of a module asks of what another one makes for it."""
    for function in [node for node in tree.body if isinstance(node, ast.FunctionDef)]:
        asked = {
            node.attr
            for node in ast.walk(function)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Call)
            and ast.unparse(node.value.func) == maker
        }
        if asked:
            yield (name, f"{maker} in {function.name}"), asked & METHODS


def _asked(tree: ast.Module, user: ast.AST) -> set[str]:
    """The methods that a node asks of a pattern which it is given, by itself or by a name for it."""
    if isinstance(user, ast.Attribute):
        return {user.attr} & METHODS
    if isinstance(user, ast.Assign) and isinstance(user.targets[0], ast.Name):
        named = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
        return {node.attr for node in named if ast.unparse(node.value) == user.targets[0].id} & METHODS
    return set()


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


class Watched:
    """A compiled expression that notes the longest text that each of its methods sees."""

    def __init__(self, compiled: re.Pattern[str], module: str, seen: dict[tuple[str, str, int, str], int]) -> None:
        self.compiled, self.module, self.seen = compiled, module, seen

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.compiled, name)
        if name not in METHODS:
            return method

        def ask(*given: Any, **named: Any) -> Any:
            text = named.get("string") or given[1 if name in ("sub", "subn") else 0]
            key = (self.module, self.compiled.pattern, self.compiled.flags, name)
            self.seen[key] = max(self.seen.get(key, 0), len(text))
            return method(*given, **named)

        return ask


def reached(folder: str) -> list[tuple[str, str, int, str, int]]:
    """Module, pattern, flags, method and the length of the longest text, of all that is asked in linting a folder."""
    seen: dict[tuple[str, str, int, str], int] = {}
    compile_ = re._compile  # type: ignore[attr-defined]

    def watch(pattern: Any, flags: int) -> Any:
        made = compile_(pattern, flags)
        module = sys._getframe(2).f_globals.get("__name__", "")
        return Watched(made, module, seen) if module.startswith("lintstack") and isinstance(made.pattern, str) else made

    re._compile = watch  # type: ignore[attr-defined]
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        importlib.import_module("lintstack.cli").run(["check", "-q", "--preset", "strict", folder])
    return sorted((*key, length) for key, length in seen.items())


if __name__ == "__main__":
    ask = reached if "--reached" in sys.argv else collect
    sys.stdout.write(json.dumps(ask(sys.argv[1])))
