"""Comments that silence findings: `# lintstack: ignore[rule, rule] reason`, in every file that takes part.

Behind code the comment speaks for its line; on a line of its own for the next YAML node, Dockerfile instruction
(comments inside a continuation: for that instruction) or, above FROM, for the whole stage; `ignore-file[…]` for the
file. Text inside YAML scalars and heredocs is no comment.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from lintstack.named import NamedTuple
from lintstack.source import Source, Span

if TYPE_CHECKING:
    from lintstack.dockerfile.stages import Stage
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
    starts = sorted(nodes)
    for match in _pattern().finditer(source.text):
        at = bisect_right(scalars, (match.start(), len(source.text))) - 1
        if at < 0 or scalars[at][1] <= match.start():
            yield from _directives(source, match, _yaml_scope(source, match.start(), starts, nodes))


def _layout(source: Source, documents: Iterable[Node | None]) -> tuple[list[tuple[int, int]], dict[int, int]]:
    """Ranges of scalars in order, and the ends of whole nodes (a key with its value, a list item) by their starts."""
    scalars: list[tuple[int, int]] = []
    nodes: dict[int, int] = {}
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
                end = max(entry.key.end, entry.value.end)
                nodes[entry.key.start] = max(end, nodes.get(entry.key.start, 0))
                pending += [entry.key, entry.value]
        else:
            for item in node.items:
                nodes[item.start] = max(item.end, nodes.get(item.start, 0))
            pending += node.items
    return sorted(scalars), nodes


def _yaml_scope(source: Source, offset: int, starts: list[int], nodes: dict[int, int]) -> Span:
    line = source.position(offset)[0]
    start, end = source.line_range(line)
    if source.text[start:offset].strip():
        return source.span(start, end)
    following = bisect_right(starts, offset)
    if following == len(starts):
        return source.span(end, end)
    return source.span(starts[following], nodes[starts[following]])


def in_dockerfile(dockerfile: Dockerfile) -> Iterator[Directive]:
    """Directives of a Dockerfile; only text that is a comment to BuildKit counts."""
    source = dockerfile.source
    if MARK not in source.text:
        return
    starts = [instruction.span.start for instruction in dockerfile.instructions]
    stages = {id(stage.origin): stage for stage in dockerfile.stages}
    for comment in dockerfile.comments:
        for match in _pattern().finditer(source.text, comment.span.start, comment.span.end):
            yield from _directives(source, match, _dockerfile_scope(dockerfile, comment.span, starts, stages))


def _dockerfile_scope(dockerfile: Dockerfile, comment: Span, starts: list[int], stages: dict[int, Stage]) -> Span:
    """The instruction that holds the comment, else the next one, with its whole stage when that is a FROM."""
    at = bisect_right(starts, comment.start)
    if at and dockerfile.instructions[at - 1].span.covers(comment):
        return dockerfile.instructions[at - 1].span
    if at == len(starts):
        return comment
    following = dockerfile.instructions[at]
    stage = stages.get(id(following))
    last = stage.instructions[-1] if stage and stage.instructions else following
    return comment.source.span(following.span.start, last.span.end)


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
