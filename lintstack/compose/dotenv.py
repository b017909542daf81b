"""`.env` and `env_file`: the grammar of compose-go's dotenv, entries with places, values bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Dict
from functools import cache
from types import MappingProxyType

from lintstack.compose.expansion import HIDDEN, Invalid, expand
from lintstack.compose.problems import Problems, shown
from lintstack.findings import Severity
from lintstack.named import NamedTuple
from lintstack.source import Source, Span
from lintstack.yaml import Scalar

# What Go's dotenv skips around keys: line ends are not among them.
_BLANKS = "\t\v\f\r \x85\xa0"
_KEY_MARKS = "_.-[]"
# Characters that the values of one file may have in all.
_MOST = 8_000_000


class Statement(NamedTuple):
    """One line of an env file as written.

    Args:
        key: the name, with its place.
        text: value after quotes and escapes, before variables; None for a name alone, which is inherited.
        place: of the value without its quotes.
        quote: "", "'" or '"'; single quotes keep variables as they are.
    """

    key: Scalar
    text: str | None
    place: Span
    quote: str


class EnvEntry(NamedTuple):
    """A variable of an env file; `value` is None when only its name stands there and nothing gives it a value."""

    name: str
    key: Scalar
    value: Scalar | None


def parse(source: Source, problems: Problems) -> tuple[Statement, ...]:
    """Statements of an env file in order; each line that is none is reported (`dotenv-syntax`) and skipped."""
    return tuple(_Reader(source, problems).statements())


def parse_raw(source: Source, problems: Problems) -> tuple[Statement, ...]:
    """Statements of an env file in Docker's own format: everything behind `=` is the value, as it stands."""
    return tuple(_raw_lines(source, problems))


def _raw_lines(source: Source, problems: Problems) -> Iterator[Statement]:
    end = 0
    for line in source.text.split("\n"):
        start, end = end, end + len(line) + 1
        line = line.removesuffix("\r")
        bare = line.lstrip(" \t")
        if not bare or bare.startswith("#"):
            continue
        start += len(line) - len(bare)
        name, equals, value = bare.partition("=")
        if not name or " " in name or "\t" in name:
            problems.say(
                "dotenv-syntax", "a variable's name without blanks is expected before `=`", _line(source, start, bare)
            )
            continue
        key = Scalar(source, start, start + len(name), name)
        place = _line(source, start + len(name) + 1, value) if equals else key.span
        yield Statement(key, value if equals else None, place, "'")


def _line(source: Source, start: int, text: str) -> Span:
    return Span(source, start, start + len(text))


class _Reader:
    def __init__(self, source: Source, problems: Problems) -> None:
        self.source = source
        self.text = source.text
        self.problems = problems
        self.at = 0

    def statements(self) -> Iterator[Statement]:
        while self._next_statement():
            key = self._key()
            if key is None:
                self.at = self._line_end()
                continue
            name, separator = key
            statement = self._value(name) if separator else None
            if statement is not None and name.text:
                yield statement
            elif name.text:
                yield Statement(name, None, name.span, "")

    def _next_statement(self) -> bool:
        """Skip blank lines and comments."""
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == "#":
                self.at = self._line_end()
            elif character.isspace():
                self.at += 1
            else:
                return True
        return False

    def _line_end(self, start: int | None = None) -> int:
        found = self.text.find("\n", self.at if start is None else start)
        return len(self.text) if found < 0 else found

    def _key(self) -> tuple[Scalar, bool] | None:
        """The name at the position, and whether a value follows; the position moves behind the separator."""
        self._skip_export()
        start, end = self.at, self._line_end()
        at = start
        while at < end and self.text[at] not in "=:":
            character = self.text[at]
            if not (character.isalnum() or character in _KEY_MARKS or character in _BLANKS):
                return self._bad_key(at, "is not allowed in a variable's name; expected `NAME=value`")
            at += 1
        name = self.text[start:at].rstrip()
        if at == len(self.text):
            return None  # Compose takes a name alone only where its line ends.
        if " " in name:
            return self._bad_key(start + name.index(" "), "is not allowed in a variable's name; expected `NAME=value`")
        if not name and at < end:
            self._report("no name stands before the value, so nothing can use it", start, start + 1, "warning")
        self.at = min(at + 1, len(self.text))
        return Scalar(self.source, start, start + len(name), name), at < end

    def _skip_export(self) -> None:
        rest = self.text[self.at + 6 : self.at + 7]
        if rest and rest in _BLANKS and self.text.startswith("export", self.at):
            self.at += 6
            self._skip_blanks()

    def _skip_blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in _BLANKS:
            self.at += 1

    def _bad_key(self, at: int, what: str) -> tuple[Scalar, bool] | None:
        character = self.text[at : at + 1]
        name = f"`{character}`" if character.isprintable() and character.strip() and character != "`" else "a blank"
        self._report(f"{name} {what}", at, at + 1)
        return None

    def _report(self, message: str, start: int, end: int, severity: Severity = "error") -> None:
        self.problems.say("dotenv-syntax", message, Span(self.source, start, min(end, len(self.text))), severity)

    def _value(self, key: Scalar) -> Statement:
        self._skip_blanks()
        quote = self.text[self.at : self.at + 1]
        if quote in ("'", '"') and quote:
            return self._quoted(key, quote)
        start, end = self.at, self._line_end()
        cut = self.text.find(" #", start, end)
        value = self.text[start : cut if cut >= 0 else end].rstrip()
        self.at = end
        return Statement(key, value, Span(self.source, start, start + len(value)), "")

    def _quoted(self, key: Scalar, quote: str) -> Statement:
        """A quoted value, over several lines if need be; a backslash before the quote keeps the quote."""
        start = self.at + 1
        end = _closing_quote(self.text, start, quote)
        if end < 0:
            self._report("the quote opened here is never closed", self.at, self.at + 1)
            end = self._line_end()
            self.at = end
            return Statement(key, None, key.span, "")
        self.at = end + 1
        value = self.text[start:end].replace("\\" + quote, quote)
        value = _unescape(value) if quote == '"' else value
        return Statement(key, value, Span(self.source, start, end), quote)


def _closing_quote(text: str, start: int, quote: str) -> int:
    at = text.find(quote, start)
    while at >= 0 and _escaped(text, start, at):
        at = text.find(quote, at + 1)
    return at


def _escaped(text: str, start: int, at: int) -> bool:
    """Whether an odd number of backslashes stands before an offset."""
    first = at
    while first > start and text[first - 1] == "\\":
        first -= 1
    return (at - first) % 2 == 1


_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "c": "\\c",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
    "$": "$$",
}


@cache
def _escape_pattern() -> re.Pattern[str]:
    return re.compile(r'\\(?:([abcfnrtv$"\\])|0([0-7]{3}))')


def _unescape(value: str) -> str:
    """Escapes of a double-quoted value; `\\$` becomes `$$`, which expansion turns into a dollar."""
    if "\\" not in value:
        return value
    return _escape_pattern().sub(lambda found: _ESCAPES[found[1]] if found[1] else chr(int(found[2], 8) & 0xFF), value)


def evaluate(
    statements: tuple[Statement, ...],
    outer: Dict[str, str],
    problems: Problems,
    inherited: Dict[str, str] | None = None,
    eager: bool = False,
    earlier: Dict[str, str] = MappingProxyType({}),
) -> dict[str, EnvEntry]:
    """Values of an env file's statements; the last one of a name wins.

    Args:
        statements: from `parse`.
        outer: values that win over the file's own inside `${…}`.
        inherited: values for names that stand alone (default: `outer`).
        eager: whether defaults that are not used must be well-formed too.
        earlier: values of earlier files, which the file's own win over.
    """
    entries: dict[str, EnvEntry] = {}
    values = _Layers(outer, earlier)
    source_of = outer if inherited is None else inherited
    left = _MOST
    for statement in statements:
        name = statement.key.text
        value = (
            _expanded(statement, values, problems, eager)
            if statement.text is not None
            else _inherited(statement, source_of)
        )
        left -= len(value.text) if value is not None else 0
        if left < 0:
            problems.say("compose-limit", "the values of this file are over 8 MB in all", statement.key)
            return entries
        if value is None and name in entries:
            continue  # A name alone that nothing gives a value changes nothing.
        entries[name] = EnvEntry(name, statement.key, value)
        if value is not None and not value.unset:
            values.own[name] = value.text
        else:
            values.own.pop(name, None)
    return entries


class _Layers(dict[str, str]):
    """The outer values first, then the file's own as far as they were read, then those of earlier files."""

    def __init__(self, outer: Dict[str, str], earlier: Dict[str, str]) -> None:
        super().__init__()
        self.outer = outer
        self.earlier = earlier
        self.own: dict[str, str] = {}

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        found = self.outer.get(name)
        found = self.own.get(name) if found is None else found
        return self.earlier.get(name, default) if found is None else found


def _inherited(statement: Statement, values: Dict[str, str]) -> Scalar | None:
    text = values.get(statement.key.text)
    name, place = statement.key.text, statement.place
    if text == HIDDEN:
        return Scalar(place.source, place.start, place.end, "", '"', "", name, (name,))
    return None if text is None else Scalar(place.source, place.start, place.end, text, '"', "", name)


def _expanded(statement: Statement, values: Dict[str, str], problems: Problems, eager: bool) -> Scalar:
    """The value with its variables replaced; one that cannot be is unknown."""
    text, place = statement.text or "", statement.place
    style = statement.quote or '"'
    if statement.quote == "'" or "$" not in text:
        return Scalar(place.source, place.start, place.end, text, style)
    try:
        found = expand(text, values, eager)
    except Invalid as invalid:
        name = shown(statement.key.text)
        message = invalid.message
        if invalid.slug == "compose-limit":
            message = f"the value of `{name}` is over 64 KB after interpolation"
        problems.say(invalid.slug, message, place)
        return Scalar(place.source, place.start, place.end, text, style, "", text, (name,))
    return Scalar(
        place.source, place.start, place.end, found.text, style, "", text, found.unset, found.fallbacks,
        found.variables, found.pieces,
    )  # fmt: skip
