"""Shell text to commands through tree-sitter-bash.

The tree's own precedence is not used: the parser hangs a redirection on the whole `a && b`, and what stands behind
`<<EOF` below the here-document. Lists, pipelines and redirections are taken apart and put together again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from lintstack.dockerfile.chains import COMPOUND, Element, chains, flat
from lintstack.dockerfile.inner import CARRIERS, executed, given, simple
from lintstack.dockerfile.interpreters import set_pipefail
from lintstack.dockerfile.nodes import Text
from lintstack.dockerfile.script import Assignment, Command, Pipe, Range, Written, assignment
from lintstack.named import NamedTuple
from lintstack.source import Span

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

MAX_BYTES = 64 * 1024
MAX_HEREDOCS = 200
MAX_OPERATORS = 500
# How deep `sh -c "sh -c …"` is followed, and compound commands and substitutions in each other.
MAX_NESTING = 4
MAX_DEPTH = 50
_DECLARERS = frozenset({"declaration_command", "unset_command"})
_SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})
_NO_WORDS = frozenset(
    {"file_redirect", "heredoc_redirect", "herestring_redirect", "variable_assignment", "comment", "heredoc_body"}
)


class NotUnderstood(Exception):
    """A script that cannot be read; the argument is why: "syntax" or "size"."""


class State:
    """What `set` has set so far."""

    __slots__ = ("pipefail",)

    def __init__(self, pipefail: bool) -> None:
        self.pipefail = pipefail


class Context(NamedTuple):
    """Where a command stands; see `Command`."""

    state: State
    guards: tuple[str, ...] = ()
    tolerated: bool = False
    pipeline: int = -1
    position: int = 0
    depth: int = 0
    nesting: int = 0


class Found:
    """What was found so far."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.pipes: list[Pipe] = []
        self.assigned: list[Assignment] = []
        self.separators: list[Span] = []
        self.pipelines = 0
        self.nested = False


@cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def _is_bomb(script: str) -> bool:
    """Whether operators or brackets are so many that the parser's error recovery, which is quadratic, would show."""
    return len(script) > MAX_OPERATORS and max(script.count(char) for char in "|><(`{[") > MAX_OPERATORS


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
    script = text.text
    data = script.encode("utf-8", "surrogateescape")
    if len(data) > MAX_BYTES or script.count("<<") > MAX_HEREDOCS or _is_bomb(script):
        raise NotUnderstood("size")
    root = _parser().parse(data).root_node
    if root.has_error:
        raise NotUnderstood("syntax")
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
        for chain in chains(nodes):
            caught = [False] * len(chain)  # whether a later `||` takes over
            for at in range(len(chain) - 2, -1, -1):
                caught[at] = caught[at + 1] or chain[at + 1].operator == "||"
            tested = False
            for at, link in enumerate(chain):
                inner = context
                if link.operator == "||" or (at and (tested or caught[at - 1])):
                    inner = inner._replace(guards=(*inner.guards, link.operator))
                if caught[at] or link.negated:
                    inner = inner._replace(tolerated=True)
                tested = (link.operator != "||" and tested) or (len(chain) > 1 and _is_test(link.elements))
                if top and link.separator is not None:
                    self.found.separators.append(self.text.span(*self.range(link.separator)))
                self._pipeline(link.elements, inner)
            if top and chain[-1].end is not None:
                self.found.separators.append(self.text.span(*self.range(chain[-1].end)))

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
            self._element(element, context._replace(pipeline=number, position=position))

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
            if context.depth >= MAX_DEPTH:
                raise NotUnderstood("size")
            _COMPOUND[kind](self, node, context._replace(depth=context.depth + 1))
        else:
            if self.substitutes:
                self.inside(node, context)
            if kind != "test_command":
                self._assigned(node)

    def _assigned(self, node: Node) -> None:
        """`NAME=value` alone."""
        for part in node.children if node.type == "variable_assignments" else [node]:
            self.found.assigned.append(assignment(self.text, *self.range(part), False))

    def inside(self, node: Node, context: Context) -> None:
        """Commands of the substitutions in a node."""
        stack = [node]
        while stack:
            node = stack.pop()
            if node.type not in _SUBSTITUTIONS:
                stack.extend(reversed(node.named_children))
                continue
            if context.depth >= MAX_DEPTH:
                raise NotUnderstood("size")
            state = State(context.state.pipefail)
            self.sequence(node.children, context._replace(state=state, pipeline=-1, depth=context.depth + 1))

    def _command(self, node: Node, element: Element, context: Context) -> None:
        ranges: list[Range] = []
        assigned: list[Range] = []
        redirects = element.redirects
        declares = node.type in _DECLARERS
        for child in node.children:
            kind = child.type
            if kind not in _NO_WORDS:
                if child.is_named or (declares and not ranges):
                    ranges.append(self.range(child))
            elif kind == "variable_assignment":
                assigned.append(self.range(child))
            elif kind == "file_redirect":
                redirects = [child, *redirects]
        if self.substitutes:
            self.inside(node, context)
        ranges += [self.range(word) for word in element.words]
        targets = [self._redirect(redirect, ranges) for redirect in redirects]
        if not ranges:
            return
        ranges.sort()
        start, end = self.range(node)
        written = Written(self.text, ranges)
        command = self._place(written, (self.text, start, end), (), context)
        command.assigned = assigned
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
            found = self.text.cut(*self.range(element.heredocs[-1]))
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
        command.guards, command.tolerated = context.guards, context.tolerated
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
        said = set_pipefail(command.args)
        context.state.pipefail = context.state.pipefail if said is None else said
    elif command.name == "find":
        for inner in executed(command):
            found.commands.append(inner)
            if inner.name in CARRIERS:
                carried(inner, found, context, None)
    else:
        script = given(command, body)
        if script is None or not script.text.text.strip():
            return
        if context.nesting >= MAX_NESTING:
            raise NotUnderstood("size")
        found.nested = True
        state = context.state if script.same_shell else State(script.pipefail)
        inside = context._replace(state=state, nesting=context.nesting + 1, depth=context.depth + 1)
        read(script.text, found, inside, {})


def _is_test(elements: list[Element]) -> bool:
    """Whether a pipeline is a lone test."""
    node = elements[0].node
    return len(elements) == 1 and node is not None and (
        node.type == "test_command" or (node.type == "command" and node.text is not None and node.text[:5] == b"test ")
    )


def _group(reader: _Reader, node: Node, context: Context) -> None:
    reader.sequence(node.children, context)


def _subshell(reader: _Reader, node: Node, context: Context) -> None:
    reader.sequence(node.children, context._replace(state=State(context.state.pipefail)))


def _if(reader: _Reader, node: Node, context: Context) -> None:
    guarded = context._replace(guards=(*context.guards, "if"))
    condition = context._replace(tolerated=True)
    for word, nodes in _branches(node):
        if word in ("if", "elif"):
            reader.sequence(nodes, condition)
            condition = guarded._replace(tolerated=True)
        else:
            reader.sequence(nodes, guarded)


def _branches(node: Node) -> Iterator[tuple[str, list[Node]]]:
    """Parts of `if`, each with the word before it."""
    word = ""
    nodes: list[Node] = []
    for child in flat(node.children, frozenset({"elif_clause", "else_clause"})):
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
        reader.sequence(before, context._replace(tolerated=True))
    elif reader.substitutes:
        for child in before:
            reader.inside(child, context)
    if body is not None:
        reader.sequence(body.children, context._replace(guards=(*context.guards, kind)))


def _case(reader: _Reader, node: Node, context: Context) -> None:
    guarded = context._replace(guards=(*context.guards, "case"))
    for child in node.children:
        if child.type == "case_item":
            at = next((at for at, part in enumerate(child.children) if part.type == ")"), -1)
            reader.sequence(child.children[at + 1 :], guarded)
        elif reader.substitutes:
            reader.inside(child, context)


def _function(reader: _Reader, node: Node, context: Context) -> None:
    body = node.child_by_field_name("body")
    if body is not None:
        reader.sequence([body], context._replace(guards=(*context.guards, "function")))


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
