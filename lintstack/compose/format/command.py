"""How Docker Compose splits a command line that is a string: as go-shellwords does, without a shell."""

from __future__ import annotations

from lintstack.named import NamedTuple
from lintstack.yaml import Scalar

_ENDS = frozenset(";&|<>")


class Words(NamedTuple):
    """A command line taken apart.

    Args:
        words: what runs.
        dropped: offset in the text of the first character that Compose throws away, with all that follows it:
            an unquoted `;`, `&`, `|`, `<` or `>` ends the command without a word. None when all of it runs.
    """

    words: tuple[str, ...]
    dropped: int | None = None


def words(scalar: Scalar) -> Words | None:
    """Words of a `command` or `entrypoint` that is a string; None when Compose refuses it."""
    return split(scalar.text)


def split(line: str) -> Words | None:
    """The same for a text: no variables, no patterns; `$(…)` and backquotes are copied as they stand."""
    return _Splitter().run(line)


class _Splitter:
    """One pass over a line.

    `open` is the quote that is open: ', ", a backquote, or ")" in a `$(…)`.
    """

    def __init__(self) -> None:
        self.words: list[str] = []
        self.word: list[str] = []
        self.started = False
        self.open = ""

    def run(self, line: str) -> Words | None:
        escaped = False
        for at, character in enumerate(line):
            if escaped:
                self._put(character)
                escaped = False
            elif character == "\\" and self.open != "'":
                escaped = True
            elif character in " \t\r\n":
                self._space(character)
            elif character in _ENDS and not self.open:
                return self._ended(at, character)
            elif not self._quote(character):
                return None
        self._end()
        return None if escaped or self.open else Words(tuple(self.words))

    def _put(self, character: str) -> None:
        self.word.append(character)
        self.started = True

    def _space(self, character: str) -> None:
        if self.open:
            self.word.append(character)
        else:
            self._end()

    def _end(self) -> None:
        if self.started:
            self.words.append("".join(self.word))
        self.word.clear()
        self.started = False

    def _ended(self, at: int, character: str) -> Words:
        """The rest is dropped, with the number of a descriptor in front of `>`."""
        if character == ">" and self.word and self.word[0] in "0123456789":
            return Words(tuple(self.words), at - len(self.word))
        self._end()
        return Words(tuple(self.words), at)

    def _quote(self, character: str) -> bool:
        """Take a character that may open or close something; False when Compose refuses the line."""
        if character in "'\"" and self.open in ("", character):
            # An empty pair of quotes is a word too.
            self.started = self.started or bool(self.open)
            self.open = "" if self.open else character
            return True
        if character == "`" and self.open in ("", "`"):
            self.open = "" if self.open else "`"
        elif character == ")" and self.open in ("", ")"):
            self.open = "" if self.open else ")"
        elif character == "(" and self.open in ("", ")"):
            if self.open or self.word[-1:] != ["$"]:
                return False
            self.open = ")"
        self._put(character)
        return True
