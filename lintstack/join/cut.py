"""What Docker Compose drops of a `command` that is a string: all that stands behind a shell operator."""

from __future__ import annotations

from lintstack.compose.parts import source_offset
from lintstack.facts import Fact, Place
from lintstack.join.read import entry, places
from lintstack.source import Span
from lintstack.yaml import Mapping, Scalar

_OPERATORS = frozenset(";&|<>")


def cuts(node: Mapping) -> dict[str, Fact[str]]:
    """Facts `command_cut` and `entrypoint_cut` of a service, where something is dropped."""
    found: dict[str, Fact[str]] = {}
    for name in ("command", "entrypoint"):
        said = entry(node, name)
        value = said.value if said is not None else None
        if said is None or not isinstance(value, Scalar) or value.unset or _OPERATORS.isdisjoint(value.text):
            continue
        from lintstack.compose.format.command import words

        line = words(value)
        if line is not None and line.dropped is not None:
            where = (Place(_span(value, line.dropped)), *places(said)[1:])
            found[f"{name}_cut"] = Fact(value.text[line.dropped :].strip(), where)
    return found


def _span(node: Scalar, at: int) -> Span:
    """The dropped end in the file; the whole value where that cannot be told."""
    start = None if node.pieces or node.raw is not node.text else source_offset(node, at)
    return node.span if start is None else Span(node.source, start, start + len(node.text[at:].rstrip()))
