"""YAML text to nodes that know their places: bounded, never executed, never raising."""

from __future__ import annotations

from lintstack.yaml.encoding import decode
from lintstack.yaml.fragment import fragment
from lintstack.yaml.nodes import Entry, Mapping, Node, Piece, Scalar, Sequence, to_data
from lintstack.yaml.parse import Documents, forget, parse

__all__ = [
    "Documents",
    "Entry",
    "Mapping",
    "Node",
    "Piece",
    "Scalar",
    "Sequence",
    "decode",
    "forget",
    "fragment",
    "parse",
    "to_data",
]
