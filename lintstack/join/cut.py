"""Where Docker Compose stops reading a `command` that is a string, and drops the rest."""

from __future__ import annotations

from lintstack.compose.parts import source_offset
from lintstack.facts import Fact, Place
from lintstack.join.read import entry, places
from lintstack.source import Span
from lintstack.yaml import Mapping, Scalar

OPERATORS = frozenset(";&|<>")
QUOTES = frozenset("\"'`")


def cut_at(line: str) -> int:
    """Offset of the first shell operator outside quotes, the length of the line when there is none.

    As go-shellwords (`Parser.Parse`) reads it, which stops there without a word: `a; b` is `a`.
    """
    if OPERATORS.isdisjoint(line):
        return len(line)
    quote, at, word = "", 0, 0
    while at < len(line):
        character = line[at]
        if character == "\\" and quote != "'":
            at += 1
        elif quote:
            quote = "" if character == quote else quote
        elif character in QUOTES:
            quote = character
        elif character == "(" and line[at - 1 : at] == "$" and at:
            quote = ")"
        elif character.isspace():
            word = at + 1
        elif character in OPERATORS:
            # `2>file`: the word before is taken for the number of a stream, whatever follows its first digit.
            return word if character == ">" and line[word:at].strip("\"'")[:1].isdigit() else at
        at += 1
    return len(line)


def cuts(node: Mapping) -> dict[str, Fact[str]]:
    """Facts `command_cut` and `entrypoint_cut` of a service, where something is dropped."""
    found: dict[str, Fact[str]] = {}
    for name in ("command", "entrypoint"):
        said = entry(node, name)
        if said is not None and isinstance(said.value, Scalar) and not said.value.unset:
            at = cut_at(said.value.text)
            if at < len(said.value.text):
                where = (Place(_span(said.value, at)), *places(said)[1:])
                found[f"{name}_cut"] = Fact(said.value.text[at:].strip(), where)
    return found


def _span(node: Scalar, at: int) -> Span:
    """The dropped end in the file; the whole value where that cannot be told."""
    start = None if node.pieces or node.raw is not node.text else source_offset(node, at)
    return node.span if start is None else Span(node.source, start, start + len(node.text[at:].rstrip()))
