"""Comments that silence findings: `# lintstack: ignore[rule, rule] reason`, in every file that takes part.

Behind code the comment speaks for its line; on a line of its own for the next YAML node, Dockerfile instruction
(comments inside a continuation: for that instruction) or, above FROM, for the whole stage; `ignore-file[…]` for the
file. Text inside YAML scalars and heredocs is no comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from lintstack.findings import Finding
from lintstack.named import NamedTuple
from lintstack.source import Source, Span

if TYPE_CHECKING:
    from lintstack.dockerfile.syntax import Dockerfile
    from lintstack.yaml import Node

MARK = "lintstack:"


class Directive(NamedTuple):
    """One name in one suppression comment.

    Args:
        rule: the name as written.
        reason: free text behind the brackets.
        span: the name in the comment.
        scope: the text for which it speaks.
    """

    rule: str
    reason: str
    span: Span
    scope: Span

    def speaks_for(self, finding: Finding) -> bool:
        """Whether a place of the finding, primary or related, lies in the scope."""
        return any(self.scope.touches(place.span) for place in (finding.at, *finding.related))


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(r"#[ \t]*lintstack:[ \t]*(ignore(?:-file)?)[ \t]*\[([^\]\n]*)\]([^\n]*)")


def in_yaml(source: Source, documents: Iterable[Node | None]) -> Iterator[Directive]:
    """Directives of a compose file.

    Args:
        source: the file.
        documents: its parsed documents, to tell comments from scalars and to find the next node.
    """
    if MARK not in source.text:
        return
    scalars, nodes = _layout(source, documents)
    for match in _pattern().finditer(source.text):
        if not any(start <= match.start() < end for start, end in scalars):
            yield from _directives(source, match, _yaml_scope(source, match.start(), nodes))


def _layout(source: Source, documents: Iterable[Node | None]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Ranges of scalars, and of whole nodes (a key with its value, or a list item)."""
    scalars: list[tuple[int, int]] = []
    nodes: list[tuple[int, int]] = []
    pending = [node for node in documents if node]
    seen: set[int] = set()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if hasattr(node, "text"):
            scalars.append((node.start, node.end))
        elif hasattr(node, "entries"):
            for entry in node.entries.values():
                nodes.append((entry.key.start, max(entry.key.end, entry.value.end)))
                pending += [entry.key, entry.value]
        else:
            nodes += [(item.start, item.end) for item in node.items]
            pending += node.items
    return scalars, nodes


def _yaml_scope(source: Source, offset: int, nodes: list[tuple[int, int]]) -> Span:
    line = source.position(offset)[0]
    start, end = source.line_range(line)
    if source.text[start:offset].strip():
        return source.span(start, end)
    following = min((node for node in nodes if node[0] > offset), default=(end, end))
    widest = max((last for first, last in nodes if first == following[0]), default=end)
    return source.span(following[0], max(following[1], widest))


def in_dockerfile(dockerfile: Dockerfile) -> Iterator[Directive]:
    """Directives of a Dockerfile; only text that is a comment to BuildKit counts."""
    source = dockerfile.source
    if MARK not in source.text:
        return
    for comment in dockerfile.comments:
        for match in _pattern().finditer(source.text, comment.span.start, comment.span.end):
            yield from _directives(source, match, _dockerfile_scope(dockerfile, comment.span))


def _dockerfile_scope(dockerfile: Dockerfile, comment: Span) -> Span:
    for instruction in dockerfile.instructions:
        if instruction.span.covers(comment) or instruction.span.start >= comment.end:
            stage = next((stage for stage in dockerfile.stages if stage.origin is instruction), None)
            if stage is None or instruction.span.covers(comment):
                return instruction.span
            last = stage.instructions[-1] if stage.instructions else instruction
            return comment.source.span(instruction.span.start, last.span.end)
    return comment


def _directives(source: Source, match: re.Match[str], scope: Span) -> Iterator[Directive]:
    if match[1] == "ignore-file":
        scope = source.span(0, len(source.text))
    offset = match.start(2)
    for part in match[2].split(","):
        name = part.strip()
        start = offset + len(part) - len(part.lstrip())
        if name:
            yield Directive(name, match[3].strip(), source.span(start, start + len(name)), scope)
        offset += len(part) + 1
