"""The two event parsers behind one door, and their errors in our words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from lintstack.findings import Finding, diagnostic
from lintstack.source import Source, Span

# What the parsers say (part of it) -> what is wrong and what helps. `{}` is the character at the place.
_WORDS: tuple[tuple[str, str], ...] = (
    ("tab character", "a tab cannot indent YAML; use spaces"),
    ("that cannot start any token", "{} cannot begin a value; put the value in quotes"),
    ("mapping values are not allowed", "`:` is not expected here; a value that contains `: ` needs quotes"),
    (
        "<document start>",
        "text is not expected here: the document has ended; check the indentation or begin with `---`",
    ),
    ("document start", "text is not expected here: the document has ended; check the indentation or begin with `---`"),
    ("expected ',' or ']'", "`,` or `]` is missing in the list"),
    ("expected ',' or '}'", "`,` or `}` is missing in the mapping"),
    ("expected '-' indicator", "a list item (`- `) was expected here; check the indentation"),
    ("did not find expected key", "a key was expected here; check the indentation and the quotes"),
    ("expected <block end>", "this does not fit here; check the indentation and the quotes"),
    ("could not find expected ':'", "`:` is missing behind the key"),
    ("unexpected end of stream", "the quote opened here is never closed"),
    ("unexpected document indicator", "the quote opened here is never closed"),
    (
        "unknown escape character",
        "unknown escape in a double-quoted text; write `\\\\` for a backslash or use single quotes",
    ),
    ("escape code", "an escape in a double-quoted text is not a Unicode character"),
    ("hexdecimal number", "an escape in a double-quoted text lacks its hexadecimal digits"),
    ("hexadecimal numbers", "an escape in a double-quoted text lacks its hexadecimal digits"),
    ("undefined tag handle", "the tag's prefix is not declared"),
    ("alphabetic or numeric", "a name of letters and digits was expected behind `*` or `&`"),
    ("incompatible YAML document", "only YAML 1.x can be read"),
    ("duplicate %", "the directive occurs twice"),
    ("control characters are not allowed", "control characters are not allowed; remove it"),
    ("special characters are not allowed", "control characters are not allowed; remove it"),
    ("node content", "a value was expected here"),
    ("block sequence entries are not allowed", "a list item is not allowed here; begin it on a line of its own"),
    ("mapping keys are not allowed", "a key is not allowed here; begin it on a line of its own"),
    ("unexpected ':'", "`:` is not expected here; put the value in quotes"),
    ("comment or line break", "only a comment may stand here before the end of the line"),
    ("directive", "`%` at the start of a line begins a directive; put the value in quotes"),
    ("whitespace or line break", "a blank is expected here"),
    ("URI", "the tag is malformed"),
    ("indentation", "the indentation is wrong here"),
)
_AT_CONTEXT = ("unexpected end of stream", "unexpected document indicator")
# The second opinion is slow: files beyond this many characters are judged by the first parser alone.
_LONGEST_SECOND_OPINION = 1_000_000


class Refusal(Exception):
    """The file cannot be read on from `finding`'s place."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def refusal(source: Source, offset: int, message: str, slug: str = "yaml-syntax") -> Refusal:
    """A refusal at an offset; the place is the character there."""
    start = max(0, min(offset, len(source.text)))
    end = start + 1 if source.text[start : start + 1] not in ("", "\n", "\r") else start
    return Refusal(diagnostic(slug, message, Span(source, start, end)))


def parsers(source: Source) -> Iterator[Callable[[], Iterator[Any]]]:
    """The event parsers in the order in which to ask them; the next one only when the one before refused."""
    CParser = _c_parser()
    if CParser is not None:
        yield lambda: _c_events(CParser(_marked(source.text)))
        if len(source.text) > _LONGEST_SECOND_OPINION:
            return
    yield lambda: _pure_events(source.text)


# Modules of which the C parser takes nothing but the error.
_STEPS = "reader scanner parser composer constructor emitter serializer representer".split()


@cache
def _c_parser() -> Any:
    """The C parser, None where there is none."""
    from lintstack.yaml.postponed import postpone

    postpone("ruamel.yaml")
    for step in _STEPS:
        postpone(f"ruamel.yaml.{step}", f"{step.capitalize()}Error")
    try:
        from _ruamel_yaml import CParser
    except ImportError:
        return None
    return CParser


def _marked(text: str) -> str:
    """The C parser drops a leading byte order mark without counting it; ours counts: it was the second one."""
    return "\ufeff" + text if text.startswith("\ufeff") else text


def _c_events(parser: Any) -> Iterator[Any]:
    get, check = parser.get_event, parser.check_event
    while check():
        yield get()


def _pure_events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML

    yield from YAML(typ="safe", pure=True).parse(text)


def explain(source: Source, error: BaseException) -> Refusal:
    """Any exception of a parser as a refusal at its place, in our words."""
    problem = str(getattr(error, "problem", "") or getattr(error, "reason", "") or "")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if getattr(error, "context_mark", None) is not None and any(word in problem for word in _AT_CONTEXT):
        mark = getattr(error, "context_mark", None)
    offset = getattr(mark, "index", None)
    if offset is None:
        offset = getattr(error, "position", None)
    place = offset if isinstance(offset, int) else 0
    return refusal(source, place, _sentence(problem, source.text[place : place + 1]))


def _sentence(problem: str, character: str) -> str:
    words = next((words for part, words in _WORDS if part in problem), "the file is not valid YAML from here on")
    if character == "\t" and "{}" in words:
        return "a tab cannot indent YAML; use spaces"
    shown = f"`{character}`" if character.isprintable() and character.strip() and character != "`" else "this character"
    return words.replace("{}", shown)
