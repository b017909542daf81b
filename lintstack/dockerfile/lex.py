"""BuildKit's shell lexer for words: quotes, escapes, `$V` and every `${V…}` form, bounded."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from lintstack.dockerfile.words import SPACE

MAX_TEXT = 64 * 1024
MAX_NEST = 64
_SPECIAL = "@*#?-$!0"

# A variable's value, None when it is not set.
Lookup = Callable[[str], str | None]


class LexError(Exception):
    """The text cannot be read, or what it expands to is too large; the message is one sentence for users."""


class LexLimit(LexError):
    """The text is fine for BuildKit but too deep or too large for us."""


def unset(name: str) -> str | None:
    """Look up nothing: every variable is unset."""
    return None


class Lexer:
    """One pass over a text.

    Args:
        text: what to read.
        escape: the escape character.
        lookup: values of variables.
        raw_quotes: keep quotes.
        raw_escapes: keep escape characters.
        keep_unset: leave variables that are not set as they are written.

    Raises (from `run`): LexError.
    """

    def __init__(
        self,
        text: str,
        escape: str = "\\",
        lookup: Lookup = unset,
        raw_quotes: bool = False,
        raw_escapes: bool = False,
        keep_unset: bool = False,
    ) -> None:
        self.text = text
        # Go's text/scanner skips a byte order mark at the start of what it scans.
        self.index = 1 if text.startswith("\ufeff") else 0
        self.escape = escape
        self.lookup = lookup
        self.raw_quotes = raw_quotes
        self.raw_escapes = raw_escapes
        self.keep_unset = keep_unset
        self.depth = 0
        self.modifier = ""
        self.budget = MAX_TEXT

    def run(self) -> tuple[str, list[str]]:
        """The text with quotes, escapes and variables settled, and the words that it splits into."""
        return self._until("", self.raw_escapes)

    def _peek(self) -> str:
        return self.text[self.index : self.index + 1]

    def _next(self) -> str:
        char = self.text[self.index : self.index + 1]
        self.index += 1
        return char

    def _spend(self, text: str) -> str:
        self.budget -= len(text)
        if self.budget < 0:
            raise LexLimit(f"expands to more than {MAX_TEXT // 1024} KB")
        return text

    def _until(self, stop: str, raw_escapes: bool) -> tuple[str, list[str]]:
        """Read up to the stop character (consumed), or to the end where there is none."""
        outer, self.raw_escapes = self.raw_escapes, raw_escapes
        self.depth += 1
        if self.depth > MAX_NEST:
            raise LexLimit(f"variables are nested deeper than {MAX_NEST}")
        out: list[str] = []
        words = _Words()
        size = len(self.text)
        special = _special(self.escape, stop)
        while self.index < size:
            plain = special.match(self.text, self.index)
            if plain and plain.end() > self.index:
                self.index = plain.end()
                out.append(plain.group())
                words.add(plain.group())
                continue
            char = self.text[self.index]
            if char == stop:
                self.index += 1
                self.raw_escapes = outer
                self.depth -= 1
                return "".join(out), words.done()
            self._step(char, out, words)
        if stop:
            raise LexError(f"`{stop}` is missing")
        self.depth -= 1
        return "".join(out), words.done()

    def _step(self, char: str, out: list[str], words: _Words) -> None:
        """Read one thing: a quoted part, a variable or an escape."""
        if char == "$":
            value = self._dollar()
            out.append(value)
            words.add(value)
        elif char in "'\"":
            value = self._single() if char == "'" else self._double()
            out.append(value)
            words.add_raw(value)
        else:
            self.index += 1
            kept = (char if self.raw_escapes else "") + self._next()
            out.append(kept)
            words.add_raw(kept)

    def _single(self) -> str:
        end = self.text.find("'", self.index + 1)
        if end < 0:
            raise LexError("a single quote is not closed")
        start, self.index = self.index, end + 1
        return self.text[start : end + 1] if self.raw_quotes else self.text[start + 1 : end]

    def _double(self) -> str:
        out = ['"'] if self.raw_quotes else []
        self.index += 1
        while self.index < len(self.text):
            char = self.text[self.index]
            if char == '"':
                self.index += 1
                return "".join([*out, '"'] if self.raw_quotes else out)
            out.append(self._dollar() if char == "$" else self._in_double())
        raise LexError("a double quote is not closed")

    def _in_double(self) -> str:
        """A character between double quotes; the escape character only escapes itself, quotes and dollars."""
        char = self._next()
        if char != self.escape:
            return char
        kept = char if self.raw_escapes else ""
        follower = self._peek()
        if not follower:
            return kept
        return kept + (self._next() if follower in ('"', "$", self.escape) else char)

    def _dollar(self) -> str:
        self.index += 1
        if self._peek() != "{":
            name = self._name()
            if not name:
                return "$"
            value = self._get(name)
            return self._spend("$" + name if value is None and self.keep_unset else value or "")
        self.index += 1
        follower = self._peek()
        if not follower or follower in "{}:":
            raise LexError("`${` is not followed by a name")
        name = self._name()
        return self._spend(self._modified(name))

    def _modified(self, name: str) -> str:
        """What follows the name in `${…`."""
        sign = self._next()
        if sign == "}":
            value = self._get(name)
            return f"${{{name}}}" if value is None and self.keep_unset else value or ""
        if sign == "/":
            return self._replace(name)
        signs = sign
        if sign == ":":
            sign = self._next()
            signs += sign
        if not sign or sign not in "+-?#%":
            raise LexError(f"`${{{name}` is followed by something that is no modifier")
        word = self._until("}", raw_escapes=sign in "#%")[0]
        value = self._get(name, sign)
        if value is None and self.keep_unset:
            return f"${{{name}{signs}{word}}}"
        return _MODIFIERS[sign](name, value, word, signs[0] == ":")

    def _get(self, name: str, modifier: str = "") -> str | None:
        """Value of a variable; `modifier` tells the lookup in which form it is asked for."""
        self.modifier = modifier
        return self.lookup(name)

    def _replace(self, name: str) -> str:
        every = self._peek() == "/"
        self.index += every
        pattern = self._until("/", raw_escapes=True)[0]
        replacement = self._until("}", raw_escapes=True)[0]
        value = self._get(name, "/")
        if value is None and self.keep_unset:
            return f"${{{name}/{pattern}/{replacement}}}"
        return _substitute(value or "", pattern, replacement, every)

    def _name(self) -> str:
        """Name of a variable at the index: letters, digits and `_`, all digits, or one special character."""
        start = self.index
        first = self._peek()
        digits = first.isdecimal()
        if first and not digits and first in _SPECIAL:
            self.index += 1
            return first
        while (char := self._peek()) and (char.isdecimal() if digits else char == "_" or char.isalnum()):
            self.index += 1
        return self.text[start : self.index]


class _Words:
    """Splits what the lexer yields at blanks that were not quoted."""

    __slots__ = ("_word", "_words")

    def __init__(self) -> None:
        self._words: list[str] = []
        self._word: list[str] = []

    def add(self, text: str) -> None:
        first, *rest = text.translate(_SPACES).split(" ")
        self._word.append(first)
        for part in rest:
            self.done()
            self._word.append(part)

    def add_raw(self, text: str) -> None:
        self._word.append(text)

    def done(self) -> list[str]:
        if any(self._word):
            self._words.append("".join(self._word))
        self._word.clear()
        return self._words


_SPACES = str.maketrans(dict.fromkeys(SPACE, " "))


@cache
def _special(escape: str, stop: str) -> re.Pattern[str]:
    """A run of characters that mean nothing to the lexer."""
    return re.compile(f"[^$'\"{re.escape(escape + stop)}]*+")


def _fallback(name: str, value: str | None, word: str, empty_counts: bool) -> str:
    return word if value is None or (empty_counts and not value) else value


def _alternative(name: str, value: str | None, word: str, empty_counts: bool) -> str:
    return "" if value is None or (empty_counts and not value) else word


def _required(name: str, value: str | None, word: str, empty_counts: bool) -> str:
    if value is None or (empty_counts and not value):
        raise LexError(f"`{name}` must be set")
    return value


def _trim_prefix(name: str, value: str | None, word: str, empty_counts: bool) -> str:
    return _trim(value or "", word, "#", Glob.prefix)


def _trim_suffix(name: str, value: str | None, word: str, empty_counts: bool) -> str:
    return _trim(value or "", word, "%", Glob.suffix)


_MODIFIERS: dict[str, Callable[[str, str | None, str, bool], str]] = {
    "-": _fallback,
    "+": _alternative,
    "?": _required,
    "#": _trim_prefix,
    "%": _trim_suffix,
}


def _trim(value: str, word: str, sign: str, cut: Callable[[Glob, str, bool], str]) -> str:
    longest = word.startswith(sign)
    return cut(Glob(word[longest:]), value, longest)


class Glob:
    """A pattern of `*`, `?` and characters, matched in linear space and `len(pattern) * len(value)` time.

    A backslash makes `*`, `?` and itself plain; before `/` and `}` it is dropped.

    Raises: LexError for any other use of the backslash.
    """

    def __init__(self, pattern: str) -> None:
        self.tokens = list(_tokens(pattern))
        if len(self.tokens) > 256:
            raise LexLimit("a pattern is longer than 256 characters")

    def ends(self, value: str, start: int) -> list[int]:
        """Every index at which a match that begins at `start` may end, ascending."""
        reach = {start}
        for token in self.tokens:
            if not reach:
                break
            if token == "*":
                line_end = value.find("\n", min(reach))
                reach = set(range(min(reach), (len(value) if line_end < 0 else line_end) + 1))
            else:
                reach = {i + 1 for i in reach if i < len(value) and (value[i] == token[1:] or token == "?")}
        return sorted(reach)

    def prefix(self, value: str, longest: bool) -> str:
        """The value without the part that matches at its start."""
        ends = self.ends(value, 0)
        return value[ends[-1 if longest else 0] :] if ends else value

    def suffix(self, value: str, longest: bool) -> str:
        """The value without the part that matches at its end."""
        mirrored = Glob("")
        mirrored.tokens = self.tokens[::-1]
        return mirrored.prefix(value[::-1], longest)[::-1]


def _tokens(pattern: str) -> list[str]:
    """`*`, `?`, and `=c` for a plain character c."""
    tokens: list[str] = []
    index = 0
    while index < len(pattern):
        char = pattern[index]
        index += 1
        if char == "\\":
            char = pattern[index : index + 1]
            index += 1
            if char not in ("*", "?", "\\", "/", "}"):
                raise LexError("a pattern holds an escape that BuildKit does not know")
            tokens.append("=" + char)
        else:
            tokens.append(char if char in "*?" else "=" + char)
    return tokens


def _substitute(value: str, pattern: str, replacement: str, every: bool) -> str:
    """`${V/pattern/replacement}`: the first (or every) longest match, from the left."""
    glob = Glob(pattern)
    if len(value) * max(1, len(glob.tokens)) > MAX_TEXT:
        raise LexLimit("a substitution is too large")
    out: list[str] = []
    index = 0
    while index <= len(value):
        ends = glob.ends(value, index)
        if ends:
            out.append(replacement)
            if not every:
                return "".join(out) + value[ends[-1] :]
            if ends[-1] > index:
                index = ends[-1]
                continue
        out.append(value[index : index + 1])
        index += 1
    return "".join(out)
