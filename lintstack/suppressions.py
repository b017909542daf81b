"""Comments that silence findings: `# lintstack: ignore[rule, rule] reason`, in every file that takes part.

Behind code the comment speaks for its line; on a line of its own for the next YAML node, Dockerfile instruction
(comments inside a continuation: for that instruction) or, above FROM, for the whole stage; `ignore-file[…]` for the
file. `until=2027-01-31` among the names ends all of them with that day. Text inside YAML scalars and heredocs is no
comment.
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
        rule: the name as written; for another tool's comment its id, `*` for all.
        reason: free text behind the brackets.
        span: the name in the comment; for another tool's, the comment.
        scope: the text for which it speaks.
        tool: whose comment it is, "" for ours.
        until: the last day on which it counts, as `2027-01-31`; "" for ever.
        reach: `file`, `head` (a file, said at its top), `block`, `line` or `from` (a line that is a FROM).
        only: whether all but the named ids are silenced.
    """

    rule: str
    reason: str
    span: Span
    scope: Span
    tool: str = ""
    until: str = ""
    reach: str = "line"
    only: bool = False


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(r"#[ \t]*lintstack:[ \t]*(ignore(?:-file)?)[ \t]*\[([^\]\n]{0,1000}+)\]([^\n]*)")


def in_yaml(source: Source, documents: Iterable[Node | None]) -> Iterator[Directive]:
    """Directives of a compose file.

    Args:
        source: the file.
        documents: its parsed documents, to tell comments from scalars and to find the next node.
    """
    if MARK not in source.text:
        return
    scalars, nodes = layout(source, documents)
    starts = sorted(nodes)
    for match in _pattern().finditer(source.text):
        at = bisect_right(scalars, (match.start(), len(source.text))) - 1
        if at < 0 or scalars[at][1] <= match.start():
            yield from _directives(source, match, yaml_scope(source, match.start(), starts, nodes))


def layout(source: Source, documents: Iterable[Node | None]) -> tuple[list[tuple[int, int]], dict[int, int]]:
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


def yaml_scope(source: Source, offset: int, starts: list[int], nodes: dict[int, int]) -> Span:
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
    reach = "file" if match[1] == "ignore-file" else "line"
    if reach == "file":
        scope = source.span(0, len(source.text))
    parts = match[2].split(",")
    until = next(filter(None, map(_until, parts)), "")
    offset = match.start(2)
    for part in parts:
        name = part.strip()
        start = offset + len(part) - len(part.lstrip())
        if name and not _until(part):
            at = source.span(start, start + len(name))
            yield Directive(name, match[3].strip(), at, scope, until=until, reach=reach)
        offset += len(part) + 1


def _until(part: str) -> str:
    """The day of `until=2027-01-31`, "" for anything else, which is then taken for a name."""
    key, _, value = part.partition("=")
    return day(value.strip()) if key.strip() == "until" else ""


def day(text: str) -> str:
    """A day of the calendar as `2027-01-31`; "" when the text is none."""
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat() if len(text) == 10 else ""
    except ValueError:
        return ""
