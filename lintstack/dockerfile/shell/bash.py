"""Shell text to commands through tree-sitter-bash.

The tree's own precedence is not used: the parser hangs a redirection on the whole `a && b`, and what stands behind
`<<EOF` below the here-document. Lists, pipelines and redirections are taken apart and put together again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from lintstack.dockerfile.nodes import Text
from lintstack.dockerfile.shell.chains import COMPOUND, Element, Link, chains, flat
from lintstack.dockerfile.shell.grammar import tree
from lintstack.dockerfile.shell.inner import CARRIERS, executed, given, simple
from lintstack.dockerfile.shell.interpreters import shell_call
from lintstack.dockerfile.shell.scope import Context, Found, State
from lintstack.dockerfile.shell.script import Command, Pipe, Range, Written

if TYPE_CHECKING:
    from tree_sitter import Node

_DECLARERS = frozenset({"declaration_command", "unset_command"})
_SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})
_NO_WORDS = frozenset(
    {"file_redirect", "heredoc_redirect", "herestring_redirect", "variable_assignment", "comment", "heredoc_body"}
)


def _characters(data: bytes) -> list[int]:
    """Index of the character that each byte belongs to."""
    index, count = [], -1
    for byte in data:
        count += byte & 0xC0 != 0x80
        index.append(count)
    index.append(count + 1)
    return index


def read(text: Text, found: Found, context: Context, bodies: dict[int, Text]) -> None:
    """Add what a script runs.

    Args:
        text: the script.
        found: what is added to.
        context: where the script stands.
        bodies: here-documents that the caller has taken out of it, by where the word with their name begins.

    Raises: NotUnderstood.
    """
    root, data = tree(text.text)
    _Reader(text, data, found, bodies).sequence(root.children, context)


class _Reader:
    """Reads one script."""

    def __init__(self, text: Text, data: bytes, found: Found, bodies: dict[int, Text]) -> None:
        script = text.text
        self.text = text
        self.found = found
        self.bodies = bodies
        self.index = None if script.isascii() else _characters(data)
        self.substitutes = "$(" in script or "`" in script or "<(" in script or ">(" in script

    def range(self, node: Node) -> Range:
        """Characters of a node."""
        if self.index is None:
            return node.start_byte, node.end_byte
        return self.index[node.start_byte], self.index[node.end_byte]

    def sequence(self, nodes: Sequence[Node], context: Context) -> None:
        """Commands that follow each other."""
        top = context.depth == 0 and context.nesting == 0
        found = list(chains(nodes))
        for number, chain in enumerate(found, 1):
            place = context if number == len(found) else context.before()
            place = context.beside() if chain[-1].background else place
            if len(chain) == 1 and not chain[0].negated:
                self._pipeline(chain[0].elements, place)
            else:
                self._chain(chain, place)
            if top:
                ends = [*(link.separator for link in chain), chain[-1].end]
                self.found.separators += [(self.text, *self.range(node)) for node in ends if node is not None]

    def _chain(self, chain: list[Link], context: Context) -> None:
        """Pipelines with `&&` and `||` between them."""
        caught = [False] * len(chain)  # whether a later `||` takes over
        ends = 0  # links before this one end the script when they fail
        for at in range(len(chain) - 2, -1, -1):
            gives_up = chain[at + 1].operator == "||" and chain[at + 1].gives_up
            ends = max(ends, at + 1) if gives_up else ends
            caught[at] = caught[at + 1] or (chain[at + 1].operator == "||" and not gives_up)
        tested = False
        for at, link in enumerate(chain):
            inner = context if at >= ends else context._replace(followed=False)
            if link.operator == "||" or (at and (tested or caught[at - 1])):
                inner = inner.guarded(link.operator)
            if caught[at] or link.negated:
                inner = inner.caught()
            tested = (link.operator != "||" and tested) or _is_test(link.elements)
            self._pipeline(link.elements, inner)

    def _pipeline(self, elements: list[Element], context: Context) -> None:
        if len(elements) == 1:
            self._element(elements[0], context)
            return
        number = self.found.pipelines
        self.found.pipelines += 1
        for position, element in enumerate(elements):
            if element.pipe is not None:
                span = self.text.span(*self.range(element.pipe))
                pipefail = context.state.pipefail
                self.found.pipes.append(Pipe(span, number, position - 1, pipefail, context.tolerated))
            self._element(element, context.piped(number, position))

    def _element(self, element: Element, context: Context) -> None:
        node = element.node
        if self.substitutes:
            for part in element.redirects + element.heredocs:
                self.inside(part, context)
        if node is None:
            return
        kind = node.type
        if kind == "command" or kind in _DECLARERS:
            self._command(node, element, context)
        elif kind in COMPOUND:
            _COMPOUND[kind](self, node, context.inside())
        else:
            if self.substitutes:
                self.inside(node, context)
            if kind != "test_command":
                self._assigned(node)

    def _assigned(self, node: Node) -> None:
        """`NAME=value` alone."""
        for part in node.children if node.type == "variable_assignments" else [node]:
            self.found.bare.append((self.text, *self.range(part)))

    def inside(self, node: Node, context: Context) -> None:
        """Commands of the substitutions in a node."""
        stack = [node]
        while stack:
            node = stack.pop()
            if node.type not in _SUBSTITUTIONS:
                stack.extend(reversed(node.named_children))
                continue
            self.sequence(node.children, context.inside(context.state.copy()).piped(-1, 0))

    def _command(self, node: Node, element: Element, context: Context) -> None:
        ranges: list[Range] = []
        assigned: list[Range] = []
        own: list[Node] = []
        script, index = self.text.text, self.index
        for child in node.children:
            kind = child.type
            start, end = child.start_byte, child.end_byte
            if index is not None:
                start, end = index[start], index[end]
            if kind not in _NO_WORDS:
                ranges.append((start, end))
            elif kind == "variable_assignment":
                assigned.append((start, end))
            elif kind == "file_redirect":
                own.append(child)
            if self.substitutes and kind != "word" and ("(" in script[start:end] or "`" in script[start:end]):
                self.inside(child, context.caught())
        if element.words:
            ranges += [self.range(word) for word in element.words]
        targets = [self._redirect(redirect, ranges) for redirect in [*own, *element.redirects]]
        if not ranges:
            return
        ranges.sort()
        start, end = self.range(node)
        written = Written(self.text, ranges)
        command = self._place(written, (self.text, start, end), (), context)
        if assigned:
            command.assigned = assigned
        if targets:
            command.redirected = [target for target in targets if target]
        self._carried(command, context, self._body(element, command))

    def _redirect(self, node: Node, ranges: list[Range]) -> tuple[Range, Range] | None:
        """A redirection and its target; words behind the target belong to the command."""
        whole = self.range(node)
        targets = [self.range(child) for child in node.named_children if child.type != "file_descriptor"]
        if not targets:
            return None
        ranges += targets[1:]
        return (whole[0], targets[0][1]), targets[0]

    def _body(self, element: Element, command: Command) -> Text | None:
        """The here-document that a command reads."""
        if element.heredocs:
            start, end = self.range(element.heredocs[-1])
            while start and self.text.text[start - 1] in " \t":  # the parser leaves the first line's indentation out
                start -= 1
            found = self.text.cut(start, end)
            command.heredoc = found.whole
            return found
        if self.bodies:
            for _, target in reversed(command.redirected):
                if target[0] in self.bodies:
                    found = self.bodies[target[0]]
                    command.redirected = [pair for pair in command.redirected if pair[1][0] not in self.bodies]
                    command.heredoc = found.whole
                    return found
        return None

    def _place(
        self, written: Written, span: tuple[Text, int, int], wrappers: tuple[str, ...], context: Context
    ) -> Command:
        command = simple(written, span, wrappers)
        if context.guards:
            command.guards = context.guards
        if context.tolerated:
            command.tolerated = True
        elif context.goes_unnoticed:
            command.unnoticed = True
        if context.pipeline >= 0:
            command.pipeline, command.position = context.pipeline, context.position
        self.found.commands.append(command)
        return command

    def _carried(self, command: Command, context: Context, body: Text | None) -> None:
        if command.name in CARRIERS:
            carried(command, self.found, context, body)


def carried(command: Command, found: Found, context: Context, body: Text | None) -> None:
    """Add the commands that a command is given to run; `set` changes the state only.

    Args:
        command: one of `CARRIERS`.
        found: what is added to.
        context: where the command stands.
        body: the here-document that it reads.

    Raises: NotUnderstood.
    """
    if command.name == "set":
        said, state = shell_call(command.values), context.state
        state.pipefail = state.pipefail if said.pipefail is None else said.pipefail
        state.errexit = state.errexit if said.errexit is None else said.errexit
    elif command.name == "find":
        for inner in executed(command):
            found.commands.append(inner)
            if inner.name in CARRIERS:
                carried(inner, found, context, None)
    else:
        script = given(command, body)
        if script is None or not script.text.text.strip():
            return
        found.nested = True
        state = context.state if script.same_shell else State(script.pipefail, script.errexit)
        read(script.text, found, context.inside(state, script=True), {})


def _is_test(elements: list[Element]) -> bool:
    """Whether a pipeline is a lone test."""
    node = elements[0].node
    return (
        len(elements) == 1
        and node is not None
        and (
            node.type == "test_command"
            or (node.type == "command" and node.text is not None and node.text[:5] == b"test ")
        )
    )


def _group(reader: _Reader, node: Node, context: Context) -> None:
    reader.sequence(node.children, context)


def _subshell(reader: _Reader, node: Node, context: Context) -> None:
    reader.sequence(node.children, context.inside(context.state.copy()))


def _if(reader: _Reader, node: Node, context: Context) -> None:
    guarded = context.guarded("if")
    condition = context.caught()
    for word, nodes in _branches(node):
        if word in ("if", "elif"):
            reader.sequence(nodes, condition)
            condition = guarded.caught()
        else:
            reader.sequence(nodes, guarded)


def _branches(node: Node) -> Iterator[tuple[str, list[Node]]]:
    """Parts of `if`, each with the word before it."""
    word = ""
    nodes: list[Node] = []
    for child in flat(node.children, frozenset({"elif_clause", "else_clause", "ERROR"})):
        if not child.is_named and child.type in ("if", "then", "elif", "else", "fi"):
            if nodes:
                yield word, nodes
            word, nodes = child.type, []
        else:
            nodes.append(child)


def _loop(reader: _Reader, node: Node, context: Context) -> None:
    """`while`, `until`, `for` and `select`."""
    kind = "while" if node.type == "while_statement" else "for"
    body = node.child_by_field_name("body")
    before = [child for child in node.children if body is None or child.end_byte <= body.start_byte]
    if kind == "while":
        reader.sequence(before, context.caught())
    elif reader.substitutes:
        for child in before:
            reader.inside(child, context.caught())
    if body is not None:
        reader.sequence(body.children, context.guarded(kind).before())


def _case(reader: _Reader, node: Node, context: Context) -> None:
    guarded = context.guarded("case")
    for child in node.children:
        if child.type == "case_item":
            at = next((at for at, part in enumerate(child.children) if part.type == ")"), -1)
            reader.sequence(child.children[at + 1 :], guarded)
        elif reader.substitutes:
            reader.inside(child, context.caught())


def _function(reader: _Reader, node: Node, context: Context) -> None:
    body = node.child_by_field_name("body")
    if body is not None:
        reader.sequence([body], context.guarded("function"))


_COMPOUND: dict[str, Callable[[_Reader, Node, Context], None]] = {
    "subshell": _subshell,
    "compound_statement": _group,
    "if_statement": _if,
    "while_statement": _loop,
    "for_statement": _loop,
    "c_style_for_statement": _loop,
    "case_statement": _case,
    "function_definition": _function,
}
