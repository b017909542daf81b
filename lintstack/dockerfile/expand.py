"""Variables in a word: what BuildKit makes of it, or why that cannot be known."""

from __future__ import annotations

from collections.abc import Callable

from lintstack.dockerfile.lex import MAX_TEXT, Lexer, LexError
from lintstack.named import NamedTuple

__all__ = ["MAX_TEXT", "Expanded", "Value", "expand"]


class Value(NamedTuple):
    """A variable: its value, None when it has none; `unknown` says why it cannot be told from the files."""

    value: str | None = None
    unknown: str = ""


UNSET = Value()


class Expanded(NamedTuple):
    """Text after expansion; None with the reason when it cannot be known, or cannot be built."""

    value: str | None
    unknown: str
    names: tuple[str, ...]


class _Unknown(LexError):
    """A variable whose value decides the text cannot be known."""


class _Expander(Lexer):
    """The lexer with variables that may be unknown: a default makes up for them, nothing else does."""

    def __init__(self, text: str, escape: str, variables: Callable[[str], Value]) -> None:
        super().__init__(text, escape, self._look)
        self._variables = variables
        self.names: list[str] = []

    def _look(self, name: str) -> str | None:
        found = self._variables(name)
        if name not in self.names:
            self.names.append(name)
        # `${V-word}` spells out itself what stands for a variable that nothing sets.
        if found.unknown and self.modifier != "-":
            raise _Unknown(found.unknown)
        return found.value


def expand(text: str, variables: Callable[[str], Value], escape: str = "\\") -> Expanded:
    """A word with its quotes and escapes removed and its variables replaced.

    Args:
        text: the word as written, at most 64 KB.
        variables: the value of a variable.
        escape: the file's escape character.
    """
    if len(text) > MAX_TEXT:
        return Expanded(None, f"the value is longer than {MAX_TEXT // 1024} KB", ())
    if "$" not in text and escape not in text and '"' not in text and "'" not in text and text[:1] != "\ufeff":
        return Expanded(text, "", ())
    expander = _Expander(text, escape, variables)
    try:
        value = expander.run()[0]
    except LexError as problem:
        return Expanded(None, str(problem), tuple(expander.names))
    if len(value) > MAX_TEXT:
        return Expanded(None, f"the value is longer than {MAX_TEXT // 1024} KB", tuple(expander.names))
    return Expanded(value, "", tuple(expander.names))
