"""The grammar of `${V:-x}`: one text to its value, bounded, with what took part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from lintstack.named import NamedTuple
from lintstack.yaml import Piece

HIDDEN = "\0"  # the value of a variable that is given in a way which the files do not tell
DEEPEST = 64
LONGEST = 65_536


class Expansion(NamedTuple):
    """A text with its variables replaced; `pieces` tells what stands where."""

    text: str
    pieces: tuple[Piece, ...]

    @property
    def unset(self) -> tuple[str, ...]:
        return _distinct(name for piece in self.pieces for name in piece.unset)

    @property
    def fallbacks(self) -> tuple[str, ...]:
        return _distinct(text for piece in self.pieces for text in piece.fallbacks)

    @property
    def variables(self) -> tuple[str, ...]:
        return _distinct(name for piece in self.pieces for name in piece.variables)


class Invalid(Exception):
    """The text cannot be expanded.

    Args:
        offset: where in the text.
        message: why.
        slug: `interpolation`, or `compose-limit` when it is too long.
    """

    def __init__(self, offset: int, message: str, slug: str = "interpolation") -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message
        self.slug = slug


def _distinct(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


@cache
def _name() -> re.Pattern[str]:
    return re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")


def expand(text: str, variables: Mapping[str, str], eager: bool = False, depth: int = 0) -> Expansion:
    """Replace every variable of a text as Docker Compose does (compose-go `template`).

    Args:
        text: the template; `$$` is a dollar, `$` before anything but a name or `{` is itself.
        variables: values by name; names without a value become "" and are listed in `unset` unless a default applies,
            those whose value is HIDDEN whatever applies.
        eager: whether defaults, alternatives and messages that are not used must be well-formed too.
        depth: of the text in others.

    Raises:
        Invalid: at the first malformed `${`, and when it nests too deep or the result is too long.
    """
    if depth > DEEPEST:
        raise Invalid(0, f"`${{` nests deeper than {DEEPEST} levels")
    return _Expander(text, variables, eager, depth).run()


class _Expander:
    def __init__(self, text: str, variables: Mapping[str, str], eager: bool, depth: int) -> None:
        self.text = text
        self.variables = variables
        self.eager = eager
        self.depth = depth
        self.out: list[str] = []
        self.length = 0
        self.pieces: list[Piece] = []
        self.line_end = -1
        self.last_brace = -1

    def run(self) -> Expansion:
        text, position = self.text, 0
        while True:
            dollar = text.find("$", position)
            if dollar < 0 or dollar == len(text) - 1:
                self._put(text[position:])
                return Expansion("".join(self.out), tuple(self.pieces))
            self._put(text[position:dollar])
            position = self._replace(dollar)

    def _put(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text)
        if self.length > LONGEST:
            raise Invalid(0, f"the value is over {LONGEST // 1024} KB after interpolation", "compose-limit")

    def _replace(self, dollar: int) -> int:
        """Replace what begins at a dollar; the offset behind it."""
        text, follower = self.text, self.text[dollar + 1]
        if follower == "$":
            return self._piece("$", dollar, dollar + 2)
        if follower == "{":
            return self._braced(dollar)
        named = _name().match(text, dollar + 1)
        if named is None:
            self._put("$")
            return dollar + 1
        return self._variable(named[0], "", "", dollar, named.end())

    def _braced(self, dollar: int) -> int:
        text = self.text
        named = _name().match(text, dollar + 2)
        if named is None:
            raise Invalid(dollar, "a variable name is expected behind `${`; write `$$` for a dollar")
        at = named.end()
        if text.startswith("}", at):
            return self._variable(named[0], "", "", dollar, at + 1)
        operator = text[at : at + 2] if text[at : at + 2] in (":-", ":+", ":?") else text[at : at + 1]
        if operator[-1:] not in ("-", "+", "?") or operator == "":
            raise Invalid(dollar, f"`}}`, `:-` or another operator is expected behind `${{{named[0]}`")
        end = self._closing(dollar, at)
        return self._variable(named[0], operator, text[at + len(operator) : end], dollar, end + 1)

    def _closing(self, dollar: int, at: int) -> int:
        """Offset of the brace that closes the one behind a dollar: by counting; else the last one on the line."""
        if at > self.line_end:
            newline = self.text.find("\n", at)
            self.line_end = newline if newline >= 0 else len(self.text)
            self.last_brace = self.text.rfind("}", 0, self.line_end)
        if self.last_brace < at:
            raise Invalid(dollar, "`${` is not closed on its line")
        counted = _count_braces(self.text, dollar + 1, self.last_brace + 1)
        return counted if counted >= 0 else self.last_brace

    def _variable(self, name: str, operator: str, word: str, start: int, end: int) -> int:
        value = self.variables.get(name)
        if value == HIDDEN:
            return self._piece("", start, end, unset=(name,), variables=(name,))
        missing = value is None or (operator[:1] == ":" and not value)
        used = missing if operator.endswith("-") else operator.endswith("+") and not missing
        if self.eager and not used and "$" in word:
            self._inner(word, end)
        if operator.endswith("+"):
            return self._word(name, "" if missing else word, start, end, alternative=True)
        if not missing or (value is not None and operator == ""):
            return self._piece(value or "", start, end, variables=(name,))
        if operator.endswith("-"):
            return self._word(name, word, start, end)
        return self._piece("", start, end, unset=(name,), variables=(name,))

    def _word(self, name: str, word: str, start: int, end: int, alternative: bool = False) -> int:
        """Put a default or an alternative, itself expanded."""
        inner = self._inner(word, end) if "$" in word else Expansion(word, ())
        fallbacks = (inner.text,) if inner.text and not alternative else ()
        variables = _distinct((name, *inner.variables))
        return self._piece(inner.text, start, end, inner.unset, fallbacks, variables)

    def _inner(self, word: str, end: int) -> Expansion:
        """The text behind an operator, expanded; `end` is behind its closing brace."""
        try:
            return expand(word, self.variables, self.eager, self.depth + 1)
        except Invalid as invalid:
            raise Invalid(end - 1 - len(word) + invalid.offset, invalid.message, invalid.slug) from None

    def _piece(
        self,
        text: str,
        start: int,
        end: int,
        unset: tuple[str, ...] = (),
        fallbacks: tuple[str, ...] = (),
        variables: tuple[str, ...] = (),
    ) -> int:
        begin = self.length
        self._put(text)
        self.pieces.append(Piece(begin, self.length, start, end, unset, fallbacks, variables))
        return end


def _count_braces(text: str, start: int, end: int) -> int:
    """compose-go's way of finding the closing brace: the character behind an opening one is never looked at."""
    level, at = 0, start
    while at < end:
        character = text[at]
        if character == "}":
            level -= 1
            if level == 0:
                return at
        elif character == "{":
            level += 1
            at += 1
        at += 1
    return -1
