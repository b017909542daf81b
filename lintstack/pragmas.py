"""Other tools' comments that silence findings, honoured as their owners mean them and never more strictly.

Text inside heredocs, labels and YAML scalars is no comment. Where an owner drops a comment for its form (hadolint for a
blank line, another comment or a word that is no reason behind it), the intent is plain and it counts here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from lintstack.named import NamedTuple
from lintstack.source import Source, Span
from lintstack.suppressions import Directive, day, layout, yaml_scope

if TYPE_CHECKING:
    from lintstack.dockerfile.syntax import Dockerfile
    from lintstack.yaml import Node

EVERY = "*"  # the name that stands for all ids of a tool
UNSILENCED = ("invalid-yaml", "invalid-schema")  # ids of dclint that its comments cannot switch off, as its manual says
LINE, BLOCK, FILE, HEAD = "line", "block", "file", "head"
FROM = "from"  # reach of a comment for one instruction that is a FROM: not for findings that only name their stage


class Form(NamedTuple):
    """How a tool writes such comments.

    Args:
        tool: whose they are.
        mark: a text that all of them have.
        pattern: of the text behind `#`; its groups are `reach` (a word of `REACH`), `ids` and `until`.
        reach: how far they reach where they do not say it.
        compose: whether they are meant in compose files as well.
    """

    tool: str
    mark: str
    pattern: str
    reach: str = LINE
    compose: bool = False


def _listed(id: str) -> str:
    return rf"(?P<ids>{id}(?:[ \t]*,[ \t]*{id})*+)"


_BLANK, _IS = r"[ \t]+", r"[ \t]*=[ \t]*"
FORMS = (
    Form(
        "hadolint",
        "hadolint",
        rf"^hadolint{_BLANK}(?:(?P<reach>global|stage){_BLANK})?ignore{_IS}{_listed('[a-z0-9]+')}",
    ),
    Form("buildkit", "check", rf"^check{_IS}(?:[^;\s]++;[ \t]*)*?skip{_IS}{_listed('[a-z]+')}"),
    Form("checkov", ":skip", rf"(?<!\w)(?:checkov|bridgecrew):skip{_IS}{_listed('[a-z0-9_]+')}", FILE, True),
    Form(
        "trivy",
        "trivy:",
        rf"(?<!\w)trivy:ignore:(?P<ids>[a-z0-9*-]+(?:{_BLANK}(?:avd-)?ds-?[0-9]+)*+)(?::exp:(?P<until>[0-9-]+))?",
    ),
    Form(
        "kics",
        "kics-scan",
        rf"^kics-scan{_BLANK}(?P<reach>ignore-line|ignore-block|ignore|disable|enable)(?![\w-])"
        rf"(?:{_IS}{_listed('[a-z0-9-]+')})?",
        HEAD,
        True,
    ),
    Form("semgrep", "nosem", rf"(?<!\w)nosem(?:grep)?(?![\w-])(?:[ \t]*:[ \t]*{_listed('[a-z0-9_.-]+')})?", LINE, True),
    Form("tally", "tally", rf"^tally{_BLANK}(?:(?P<reach>global){_BLANK})?ignore{_IS}{_listed('[a-z0-9_/-]+')}"),
    Form(
        "dclint",
        "dclint",
        rf"^dclint{_BLANK}(?P<reach>disable-line|disable-file|disable)(?![\w-])"
        rf"[ \t]*(?P<ids>[a-z0-9-]+(?:{_BLANK}[a-z0-9-]+)*+)?",
        HEAD,
        True,
    ),
)
REACH = {
    "global": FILE,
    "stage": BLOCK,
    "ignore-line": LINE,
    "ignore-block": BLOCK,
    "disable-line": LINE,
}


@cache
def _compiled(form: Form) -> re.Pattern[str]:
    return re.compile(form.pattern, re.IGNORECASE)


class Said(NamedTuple):
    """What one pragma says: how far it reaches, the ids as written, until when, and whether these alone count."""

    reach: str
    ids: tuple[str, ...]
    until: str = ""
    only: bool = False


def _read(form: Form, text: str) -> Iterator[Said]:
    """The pragmas of a tool in the text of a comment."""
    for match in _compiled(form).finditer(text):
        groups = match.groupdict()
        word = (groups.get("reach") or "").lower()
        until = groups.get("until") or ""
        ids = tuple(re.split(r"[\s,]+", groups["ids"])) if groups["ids"] else ()
        if (until and not day(until)) or (not ids and form.tool == "kics" and not word.startswith("ignore")):
            continue
        every = not ids or "all" in map(str.lower, ids) or (form.tool == "kics" and word.startswith("ignore"))
        yield Said(REACH.get(word, form.reach), (EVERY,) if every else ids, until, word == "enable")


def in_dockerfile(dockerfile: Dockerfile, off: Container[str] = ()) -> Iterator[Directive]:
    """Pragmas of a Dockerfile.

    Args:
        dockerfile: the file; comments inside an instruction's continuation speak for that instruction.
        off: tools whose comments do not count.
    """
    text = dockerfile.source.text
    forms = [form for form in FORMS if form.mark in text and form.tool not in off and form.tool != "dclint"]
    if not forms:
        return
    places = _Places(dockerfile)
    for comment in dockerfile.comments:
        for form in forms:
            for said in _read(form, comment.text):
                reach = FILE if form.tool == "buildkit" and places.is_directive(comment.span) else said.reach
                scope = places.scope(reach, comment.span)
                if scope:
                    narrow = reach == LINE and scope.start in places.froms
                    yield from _directives(form, said, comment.span, scope, FROM if narrow else reach)


def _directives(form: Form, said: Said, at: Span, scope: Span, reach: str) -> Iterator[Directive]:
    for id in said.ids:
        yield Directive(id, "", at, scope, form.tool, said.until, reach, said.only)


class _Places:
    """What comments of a Dockerfile stand before, in and above."""

    def __init__(self, dockerfile: Dockerfile) -> None:
        self.dockerfile = dockerfile
        self.source = dockerfile.source
        self.starts = [item.span.start for item in dockerfile.instructions]
        self.froms = {item.span.start: None for item in dockerfile.instructions if item.keyword == "FROM"}
        self.stages = list(self.froms)

    def is_directive(self, comment: Span) -> bool:
        """Whether a comment is BuildKit's parser directive `check`, which speaks for the file."""
        value = self.dockerfile.check
        return bool(value) and self._head(comment) and comment.text.endswith(value)

    def scope(self, reach: str, comment: Span) -> Span | None:
        """The text for which a comment speaks; None where its owner would not hear it."""
        if reach == FILE or (reach == HEAD and self._head(comment)):
            return self.source.span(0, len(self.source.text))
        if reach == HEAD:
            return None
        return self._block(comment) if reach == BLOCK else self._instruction(comment)

    def _head(self, comment: Span) -> bool:
        return not self.starts or comment.start < self.starts[0]

    def is_inside(self, comment: Span) -> bool:
        """Whether a comment stands between the lines of an instruction."""
        at = bisect_right(self.starts, comment.start)
        return at > 0 and self.dockerfile.instructions[at - 1].span.covers(comment)

    def _instruction(self, comment: Span) -> Span:
        """The instruction that holds the comment, else the next one."""
        at = bisect_right(self.starts, comment.start)
        if self.is_inside(comment):
            return self.dockerfile.instructions[at - 1].span
        return self.dockerfile.instructions[at].span if at < len(self.starts) else comment

    def _block(self, comment: Span) -> Span:
        """The stage whose FROM comes next, else the one around the comment."""
        here = self._instruction(comment)
        at = bisect_right(self.stages, max(here.start, comment.start))
        start = self.stages[at - 1] if at else 0
        return self.source.span(start, self.stages[at] if at < len(self.stages) else len(self.source.text))


def in_yaml(source: Source, documents: Iterable[Node | None], off: Container[str] = ()) -> Iterator[Directive]:
    """Pragmas of a compose file.

    Args:
        source: the file.
        documents: its parsed documents, to tell comments from scalars and to find the next node.
        off: tools whose comments do not count.
    """
    forms = [form for form in FORMS if form.compose and form.mark in source.text and form.tool not in off]
    if not forms:
        return
    scalars, nodes = layout(source, documents)
    starts = sorted(nodes)
    for match in _comment().finditer(source.text):
        at = bisect_right(scalars, (match.start(1), len(source.text))) - 1
        if at >= 0 and scalars[at][1] > match.start(1):
            continue
        span = source.span(match.start(1), match.end())
        for form in forms:
            for said in _read(form, match[2].strip()):
                scope = _yaml_scope(said.reach, span, starts, nodes)
                if scope:
                    yield from _directives(form, said, span, scope, said.reach)


@cache
def _comment() -> re.Pattern[str]:
    return re.compile(r"(?:^|(?<=\s))(#([^\n]*))", re.MULTILINE)


def _yaml_scope(reach: str, comment: Span, starts: list[int], nodes: dict[int, int]) -> Span | None:
    source = comment.source
    if reach == FILE or (reach == HEAD and (not starts or comment.start < starts[0])):
        return source.span(0, len(source.text))
    if reach == HEAD:
        return None
    scope = yaml_scope(source, comment.start, starts, nodes)
    if reach == BLOCK or scope.start <= comment.start:
        return scope
    return source.span(*source.line_range(source.position(scope.start)[0]))


def named_shells(dockerfile: Dockerfile) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Offset and words of every `# hadolint shell=…` that stands between instructions, in order.

    Such a comment holds until the next FROM or SHELL; above the first instruction it is the default of all stages.
    """
    if "hadolint" not in dockerfile.source.text:
        return
    places = _Places(dockerfile)
    for comment in dockerfile.comments:
        found = _shell().match(comment.text)
        if found and not places.is_inside(comment.span):
            yield comment.span.start, tuple(found[1].split())


@cache
def _shell() -> re.Pattern[str]:
    return re.compile(r"hadolint[ \t]+shell[ \t]*=[ \t]*([^#\n]+)", re.IGNORECASE)
