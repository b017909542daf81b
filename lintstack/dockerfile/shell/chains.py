"""Statements of a shell's syntax tree as and-or lists of pipelines, whatever precedence the tree gives them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

COMPOUND = frozenset(
    {
        "subshell",
        "compound_statement",
        "if_statement",
        "while_statement",
        "for_statement",
        "c_style_for_statement",
        "case_statement",
        "function_definition",
    }
)
_SIMPLE = frozenset(
    {
        "command",
        "declaration_command",
        "unset_command",
        "test_command",
        "variable_assignment",
        "variable_assignments",
    }
)
_STATEMENTS = COMPOUND | _SIMPLE
_REDIRECTS = frozenset({"file_redirect", "herestring_redirect"})
# An error that is passed over holds one command in brackets; see `bash.read`.
_LISTS = frozenset({"list", "pipeline", "redirected_statement", "heredoc_redirect", "negated_command", "ERROR"})
_ENDS = frozenset({";", "&", "\n", ";;", ";&", ";;&"})
_IGNORED = frozenset({"comment", "heredoc_end", "file_descriptor"})


class Element:
    """One element of a pipeline: a command or compound command and what is attached to it.

    Attributes:
        node: the command; None for redirections alone.
        pipe: the operator before it.
        redirects: its redirections outside of the node.
        heredocs: bodies of its here-documents.
        words: arguments that the parser put behind `<<EOF`.
    """

    __slots__ = ("heredocs", "node", "pipe", "redirects", "words")

    def __init__(self, node: Node | None, pipe: Node | None) -> None:
        self.node = node
        self.pipe = pipe
        self.redirects: list[Node] = []
        self.heredocs: list[Node] = []
        self.words: list[Node] = []


class Link:
    """One pipeline of an and-or list.

    Attributes:
        operator: "&&" or "||" before it, "" for the first.
        separator: the node of the operator.
        negated: whether `!` stands before it.
        end: what ends the list behind it (`;`, `&`), None for a line end.
    """

    __slots__ = ("elements", "end", "negated", "operator", "separator")

    def __init__(self, operator: str, separator: Node | None) -> None:
        self.operator = operator
        self.separator = separator
        self.elements: list[Element] = []
        self.negated = False
        self.end: Node | None = None

    @property
    def background(self) -> bool:
        """Whether `&` ends the list behind it."""
        return self.end is not None and self.end.type == "&"

    @property
    def gives_up(self) -> bool:
        """Whether it ends the script as failed: `exit 1`, `{ echo …; exit 1; }`."""
        node = self.elements[0].node
        if node is None or node.type not in ("command", "compound_statement"):
            return False
        words = (node.text or b"") if node.type == "command" else _last(node)
        return words.split()[:1] in ([b"exit"], [b"return"], [b"false"]) and words.split()[1:] != [b"0"]


def _last(node: Node) -> bytes:
    """The last command in braces."""
    found = [child for child in node.named_children if child.type != "comment"][-1:]
    return (found[0].text or b"") if found and found[0].type == "command" else b""


def flat(nodes: Sequence[Node], through: frozenset[str]) -> Iterator[Node]:
    """Nodes in order, those of some kinds replaced by their children."""
    stack = [*reversed(nodes)]
    while stack:
        node = stack.pop()
        if node.type in through:
            stack.extend(reversed(node.children))
        else:
            yield node


def chains(nodes: Sequence[Node]) -> Iterator[list[Link]]:
    """And-or lists of a sequence of statements; none is empty, and no pipeline is."""
    links = [Link("", None)]
    pipe: Node | None = None
    openers: list[Element] = []
    stack = [*reversed(nodes)]
    while stack:
        node = stack.pop()
        kind, elements = node.type, links[-1].elements
        if kind in _LISTS:
            stack.extend(reversed(node.children))
        elif kind in _STATEMENTS:
            if elements and pipe is None:
                yield from _ended(links, None)
                links = [Link("", None)]
            links[-1].elements.append(Element(node, pipe))
            pipe = None
        elif kind in ("&&", "||"):
            links.append(Link(kind, node))
        elif kind in ("|", "|&"):
            pipe = node
        elif kind in _ENDS:
            yield from _ended(links, node if kind in (";", "&") else None)
            links, pipe = [Link("", None)], None
        elif kind == "!":
            links[-1].negated = True
        elif kind == "heredoc_body":
            if openers:
                openers.pop(0).heredocs.append(node)
        elif node.is_named and kind not in _IGNORED:
            _attach(node, kind, _attached(links[-1], pipe), openers)
            pipe = None
    yield from _ended(links, None)


def _attach(node: Node, kind: str, element: Element, openers: list[Element]) -> None:
    """Put a redirection, the name of a here-document or a word to an element."""
    if kind == "heredoc_start":
        openers.append(element)
    elif kind in _REDIRECTS:
        element.redirects.append(node)
    else:
        element.words.append(node)


def _attached(link: Link, pipe: Node | None) -> Element:
    """The element that a redirection, a here-document or a word behind it belongs to."""
    if not link.elements or pipe is not None:
        link.elements.append(Element(None, pipe))
    return link.elements[-1]


def _ended(links: list[Link], end: Node | None) -> Iterator[list[Link]]:
    found = [link for link in links if link.elements]
    if found:
        found[-1].end = end
        yield found
