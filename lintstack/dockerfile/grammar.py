"""The grammar of shell scripts: tree-sitter-bash."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Parser


@cache
def parser() -> Parser:
    """The parser, made once."""
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
