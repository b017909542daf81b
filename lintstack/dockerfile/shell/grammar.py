"""The grammar of shell scripts, and which texts it reads."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from lintstack.dockerfile.shell.scope import NotUnderstood

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

MAX_BYTES = 64 * 1024
MAX_HEREDOCS = 200
MAX_OPERATORS = 500
_BRACKETS = frozenset({"subshell", "compound_statement"})
_BRANCH_ENDS = ([b"else"], [b"elif"], [b"fi"], [b"fi;"], [b"done"], [b"done;"], [b"esac"], [b"esac;"])


def tree(script: str) -> tuple[Node, bytes]:
    """The tree of a script, and the bytes that its offsets count.

    Args:
        script: the text; comments in backticks are blanks in the bytes.

    Raises: NotUnderstood.
    """
    data = script.encode("utf-8", "surrogateescape")
    if b"`#" in data:
        data = _comment().sub(lambda match: b" " * len(match[0]), data)
    if len(data) > MAX_BYTES or script.count("<<") > MAX_HEREDOCS or _is_bomb(script):
        raise NotUnderstood("size")
    root = _parser().parse(data).root_node
    if root.has_error and not _is_only_short(root, data):
        raise NotUnderstood("syntax")
    return root, data


@cache
def _parser() -> Parser:
    import tree_sitter

    return tree_sitter.Parser(tree_sitter.Language(_grammar()))


def _grammar() -> object:
    """The grammar, from the package's extension module alone.

    Its `__init__` loads `importlib.resources` for a function that nobody calls here: a tenth of linting one file.
    """
    from importlib.machinery import PathFinder

    package = PathFinder.find_spec("tree_sitter_bash")
    found = package and PathFinder.find_spec("tree_sitter_bash._binding", package.submodule_search_locations)
    if not found or not found.loader:
        import tree_sitter_bash

        return tree_sitter_bash.language()
    module = found.loader.create_module(found)
    assert module is not None  # extension modules are made by their loader
    found.loader.exec_module(module)
    return module.language()


@cache
def _comment() -> re.Pattern[bytes]:
    """A comment in backticks, which does nothing: the way to have one in the middle of a joined line."""
    return re.compile(rb"`#[^`\n]*+`")


def _is_bomb(script: str) -> bool:
    """Whether operators or brackets are so many that the parser's error recovery, which is quadratic, would show."""
    return len(script) > MAX_OPERATORS and max(script.count(char) for char in "|><(`{[") > MAX_OPERATORS


def _is_only_short(root: Node, data: bytes) -> bool:
    """Whether all that the parser misses is `;` behind a closing bracket, which no shell asks for (`(a) else b`)."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.is_missing:
            if node.type != ";" or data[: node.start_byte].rstrip()[-1:] not in (b")", b"}"):
                return False
        elif node.type == "ERROR":
            inner = node.children[0] if node.child_count == 1 else None
            behind = data[node.end_byte : node.end_byte + 200].split(maxsplit=1)[:1]
            if inner is None or inner.has_error or inner.type not in _BRACKETS or behind not in _BRANCH_ENDS:
                return False
        elif node.has_error:
            stack.extend(node.children)
    return True
