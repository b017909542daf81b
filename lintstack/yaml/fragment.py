"""A scalar's text as a source of its own: Dockerfiles may stand in compose files."""

from __future__ import annotations

from lintstack.source import Fragment
from lintstack.yaml.nodes import Scalar


def fragment(node: Scalar) -> Fragment:
    """The text of a scalar, with the lines of its file; of folded and quoted ones only the first line is exact."""
    block = node.style in ("|", ">")
    first = node.source.position(node.start)[0] + block
    shift = next((index for index, line in enumerate(node.text.split("\n")) if line.strip()), 0)
    begin = node.text.split("\n")[shift]
    written = node.source.line(first + shift).rstrip("\r")
    indent = len(written) - len(begin) if block and written.endswith(begin) else 0
    if not block:
        indent = node.source.position(node.start)[1] - 1 + bool(node.style)
    return Fragment(node.source.file, node.text, first, indent)
