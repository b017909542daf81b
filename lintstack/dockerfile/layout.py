"""How a Dockerfile is laid out: white space, line breaks, the order of its last instructions."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache

from lintstack.dockerfile.nodes import Instruction
from lintstack.dockerfile.syntax import Dockerfile
from lintstack.named import NamedTuple
from lintstack.source import Fragment, Span

EPILOGUE = ("STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD")


class Fault(NamedTuple):
    """A place, what is wrong there, and its name among the kinds of faults."""

    span: Span
    message: str
    kind: str


class Line(NamedTuple):
    """A line: offset of its first character, its text without line end."""

    start: int
    text: str


def runs(dockerfile: Dockerfile, keyword: str) -> Iterator[list[Instruction]]:
    """Instructions of one keyword that follow each other with nothing but blank lines between them."""
    run: list[Instruction] = []
    for item in dockerfile.instructions:
        between = dockerfile.source.text[run[-1].span.end : item.span.start] if run else ""
        if run and (item.keyword != keyword or between.strip()):
            yield run
            run = []
        if item.keyword == keyword:
            run.append(item)
    if run:
        yield run


def lines(dockerfile: Dockerfile) -> Iterator[Line]:
    """Lines that are not in a here-document."""
    bodies = [doc.body for item in dockerfile.instructions for doc in item.heredocs]
    starts = [body.start for body in bodies]
    start = 0
    for text in dockerfile.source.text.split("\n"):
        at = bisect_right(starts, start) - 1
        if at < 0 or start > bodies[at].end:  # the line of the delimiter begins there
            yield Line(start, text.removesuffix("\r"))
        start += len(text) + 1


def whitespace(dockerfile: Dockerfile, most_empty: int) -> Iterator[Fault]:
    """White space at line ends and between words, too many empty lines, the end of the file.

    Args:
        dockerfile: the file.
        most_empty: how many empty lines may follow each other.
    """
    source, empty, before = dockerfile.source, 0, -1
    end = len(source.text.rstrip())
    found = [*lines(dockerfile)]
    for at, line in enumerate(found):
        bare = line.text.rstrip(" \t")
        if bare != line.text:
            span = Span(source, line.start + len(bare), line.start + len(line.text))
            yield Fault(span, "blanks at the end of the line; remove them", "trailing-spaces")
        empty = empty + 1 if not bare and line.start < end and line.start == before else int(not bare)
        before = line.start + len(line.text) + 1 + (source.text[line.start + len(line.text) :][:1] == "\r")
        if empty == most_empty + 1 and line.start < end:
            yield Fault(Span(source, line.start, line.start), _too_many(most_empty), "empty-lines")
        gap = _gap(bare)
        if gap and not any(
            _begins_word(other.text, gap[1]) for other in (*found[at - 1 : at], *found[at + 1 : at + 2])
        ):
            span = Span(source, line.start + gap[0], line.start + gap[1])
            yield Fault(span, "several blanks between two words; one is enough", "multiple-spaces")
    yield from _file_end(dockerfile)


def _too_many(most: int) -> str:
    return f"more than {most} empty line{'s' * (most != 1)} in a row; remove the others"


def _gap(line: str) -> tuple[int, int] | None:
    """The first run of blanks between words, outside quotes; one that lines up comments or line ends is meant."""
    if "  " not in line or line.lstrip().startswith("#"):
        return None
    return next((match.span("gap") for match in _gaps().finditer(line) if match["gap"]), None)


def _begins_word(line: str, column: int) -> bool:
    """Whether a word of a line begins in a column: words below each other are lined up on purpose."""
    return line[column - 1 : column] == " " and line[column : column + 1].strip() != ""


@cache
def _gaps() -> re.Pattern[str]:
    quoted = r"""'[^']*+'?|"(?:[^"\\]|\\.)*+"?|\\."""
    return re.compile(rf"""{quoted}|(?<=\S)(?P<gap> {{2,}}+)(?=[^\s\\`#&|])""")


def _file_end(dockerfile: Dockerfile) -> Iterator[Fault]:
    source = dockerfile.source
    if isinstance(source, Fragment) or not source.text.strip():
        return
    last = len(source.text.rstrip("\r\n"))
    rest = source.text[last:].replace("\r", "")
    if rest != "\n":
        message = "no line end after the last line; add one" if not rest else "empty lines at the end; remove them"
        yield Fault(Span(source, last, last), message, "final-newline")


def indentation(dockerfile: Dockerfile) -> Iterator[Fault]:
    """Lines that continue an instruction without indentation, or with another character than the first of them."""
    usual = ""
    heads = {item.span.start for item in dockerfile.instructions}
    covered = _covered(dockerfile)
    for line in lines(dockerfile):
        indent = line.text[: len(line.text) - len(line.text.lstrip(" \t"))]
        rest = line.text[len(indent) :]
        if not rest or rest.startswith("#") or line.start + len(indent) in heads or not covered(line.start):
            continue
        usual = usual or indent[:1]
        span = Span(dockerfile.source, line.start, line.start + max(1, len(indent)))
        if not indent:
            yield Fault(span, "the line continues an instruction; indent it", "indentation")
        elif indent.strip(usual):
            name = "blanks" if usual == " " else "tabs"
            yield Fault(span, f"the file indents with {name}; do so here", "indentation")


def _covered(dockerfile: Dockerfile) -> _Covered:
    return _Covered([(item.span.start, item.span.end) for item in dockerfile.instructions])


class _Covered:
    """Tells whether an offset lies in an instruction."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self.spans = spans
        self.starts = [start for start, _ in spans]

    def __call__(self, offset: int) -> bool:
        at = bisect_right(self.starts, offset) - 1
        return at >= 0 and offset < self.spans[at][1]


def blank_lines(dockerfile: Dockerfile) -> Iterator[Fault]:
    """Instructions that follow one with another keyword without a blank line or comment."""
    before: Instruction | None = None
    for item in dockerfile.instructions:
        if before is not None and item.keyword != before.keyword:
            between = dockerfile.source.text[before.span.end : item.span.start]
            if between.count("\n") < 2 and "#" not in between:
                message = f"no blank line between {before.keyword} and {item.keyword}; add one"
                yield Fault(item.keyword_span, message, "blank-lines")
        before = item


def chained_commands(dockerfile: Dockerfile) -> Iterator[Fault]:
    """Lines of a RUN that hold more than one command of a chain, once each."""
    text = dockerfile.source.text
    for item in dockerfile.instructions:
        told = -1  # end of the line that was reported last
        for link in _links().finditer(item.text.text) if item.keyword == "RUN" and item.form == "shell" else ():
            at = item.text.offset(link.start())
            if not link["link"] or at < told:
                continue
            begin, end = max(text.rfind("\n", 0, at) + 1, item.keyword_span.end), text.find("\n", at)
            end = end if end >= 0 else len(text)
            if text[begin:at].strip() and text[at + 2 : end].strip(" \t\r\\`"):
                told = end
                span = Span(dockerfile.source, at, at + 2)
                yield Fault(span, "two commands in one line; break the line before `&&`", "chained-commands")


@cache
def _links() -> re.Pattern[str]:
    return re.compile(r"""'[^']*+'|"(?:[^"\\]|\\.)*+"|\\.|(?P<link>&&)""", re.DOTALL)


def epilogue(instructions: Iterable[Instruction]) -> Iterator[Fault]:
    """Instructions about the process of a stage that do not stand at its end, in the usual order."""
    lowest, inside = len(EPILOGUE), False
    for item in reversed([*instructions]):
        if item.keyword not in EPILOGUE:
            inside = True
            continue
        rank = EPILOGUE.index(item.keyword)
        if inside or rank > lowest:
            order = ", ".join(EPILOGUE[:-1])
            message = f"{item.keyword} stands apart; end the stage with {order} and {EPILOGUE[-1]}, in this order"
            yield Fault(item.keyword_span, message, "epilogue")
        lowest = min(lowest, rank)
