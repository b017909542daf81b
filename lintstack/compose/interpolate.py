"""Phase 3: variables of all string scalars of a document, never of keys."""

from __future__ import annotations

from collections.abc import Mapping as Dict

from lintstack.compose.expansion import Invalid, expand
from lintstack.compose.parts import source_offset
from lintstack.compose.problems import Problems, shown
from lintstack.source import Span
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence

# Characters that interpolation may add to one project.
_MOST = 8_000_000


class Interpolator:
    """Interpolates trees with one set of variables under one budget.

    Args:
        variables: values by name.
        problems: takes what cannot be interpolated.
        eager: whether defaults that are not used count too.
    """

    def __init__(self, variables: Dict[str, str], problems: Problems, eager: bool = False) -> None:
        self.variables = variables
        self.problems = problems
        self.eager = eager
        self.left = _MOST
        self.replaced: list[Scalar] = []  # what had variables in it
        self.keys: list[Scalar] = []  # keys with a dollar, which is never replaced there

    def document(self, root: Node) -> Node:
        """The tree with its variables replaced; nodes without variables are shared with the old one."""
        if "$" not in root.source.text:
            return root
        return self._node(root, {})

    def _node(self, node: Node, done: dict[int, Node]) -> Node:
        """Trees are at most 64 deep; a node that aliases share is interpolated once."""
        if isinstance(node, Scalar):
            return self._scalar(node) if "$" in node.text else node
        known = done.get(id(node))
        if known is None:
            known = done[id(node)] = self._mapping(node, done) if isinstance(node, Mapping) else self._list(node, done)
        return known

    def _mapping(self, node: Mapping, done: dict[int, Node]) -> Mapping:
        changed: dict[str, Entry | None] = {}
        for name, entry in node.entries.items():
            value = self._node(entry.value, done)
            if "$" in name:
                self.keys.append(entry.key)
            if value is not entry.value:
                changed[name] = Entry(entry.key, value)
        return node.with_changed(changed) if changed else node

    def _list(self, node: Sequence, done: dict[int, Node]) -> Sequence:
        items = tuple(self._node(item, done) for item in node.items)
        changed = any(new is not old for new, old in zip(items, node.items, strict=True))
        return node.with_items(items) if changed else node

    def _scalar(self, node: Scalar) -> Scalar:
        try:
            expansion = expand(node.text, self.variables, self.eager)
            self.left -= len(expansion.text)
            if self.left < 0:
                raise Invalid(0, "the project's values are over 8 MB after interpolation", "compose-limit")
        except Invalid as invalid:
            return self._refuse(node, invalid)
        if not expansion.pieces:
            return node
        found = Scalar(
            node.source, node.start, node.end, expansion.text, node.style, node.tag, node.text,
            expansion.unset, expansion.fallbacks, expansion.variables, expansion.pieces,
        )  # fmt: skip
        self.replaced.append(found)
        return found

    def _refuse(self, node: Scalar, invalid: Invalid) -> Scalar:
        """The finding at the column; the scalar stays as written and is unknown."""
        at = source_offset(node, invalid.offset)
        span = node.span if at is None else Span(node.source, at, min(at + 2, node.end))
        self.problems.say(invalid.slug, invalid.message, span)
        name = shown(node.text[invalid.offset :], 20)
        return Scalar(node.source, node.start, node.end, node.text, node.style, node.tag, node.text, (name,))
