"""Whatever the bytes: nothing is raised, places lie in the file, spans say what they stand for."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from lintstack.dockerfile.image import effective
from lintstack.dockerfile.managers.installed import installed
from lintstack.dockerfile.nodes import Instruction, Text
from lintstack.dockerfile.shell.reading import commands
from lintstack.dockerfile.syntax import Dockerfile, pairs, parse
from lintstack.source import Source, Span

ALPHABET = "[]{}:,&*!|>'\"%@\\`#-?<\t\r\n\x85\u2028\ufeff$= \v\f\0é"
TOKENS = st.sampled_from(
    'FROM|RUN|COPY|ENV|ARG|USER|HEALTHCHECK|CMD|ONBUILD|<<EOF|EOF|\n| \\\n|["a"]| |a=b|${A:-b}|# c\n|apt-get install|'
    "--from=x|AS|é|\\".split("|")
)
TEXTS = st.one_of(
    st.text(alphabet=ALPHABET, max_size=200),
    st.lists(st.one_of(TOKENS, TOKENS, st.sampled_from(ALPHABET)), max_size=60).map("".join),
    st.binary(max_size=400).map(lambda data: data.decode("utf-8", "surrogateescape")),
)


def spans(parsed: Dockerfile) -> list[Span]:
    found = [comment.span for comment in parsed.comments] + [problem.at.span for problem in parsed.problems]
    for item in parsed.instructions:
        found += [item.span, item.keyword_span, item.text.whole, *item.blanks]
        found += [flag.span for flag in item.flags] + [word.span for word in item.args]
        found += [heredoc.body for heredoc in item.heredocs] + [heredoc.opening for heredoc in item.heredocs]
        found += [pair.span for pair in pairs(item, parsed.escape)]
        found += [word.span for command in commands(item) or () for word in command.words]
    return found


@settings(max_examples=500)
@given(TEXTS)
def test_nothing_is_raised_and_places_lie_in_the_file(text: str) -> None:
    parsed = parse(Source("Dockerfile", text))
    for stage in parsed.stages:
        config = effective(stage)
        installed(config.chain)
        assert (config.base.value is None) == bool(config.base.unknown)
    for span in spans(parsed):
        assert 0 <= span.start <= span.end <= len(text)
    assert parsed.instructions or parsed.problems


@settings(max_examples=500)
@given(TEXTS)
def test_instructions_are_in_order_and_apart(text: str) -> None:
    parsed = parse(Source("Dockerfile", text))
    for before, after in pairwise(parsed.instructions):
        assert before.span.end <= after.span.start
    for item in parsed.instructions:
        assert item.span.covers(item.keyword_span)
        assert plain(item.keyword_span.text) == item.keyword or "\n" in item.keyword_span.text
        for word in item.args:
            assert item.span.covers(word.span)


def plain(text: str) -> str:
    return text.upper()


def reproduces(text: Text) -> bool:
    """Whether each character of a logical text stands at its place in the file."""
    source = text.source.text
    return all(source[text.offset(index)] == char for index, char in enumerate(text.text))


@settings(max_examples=500)
@given(TEXTS)
def test_logical_text_maps_to_the_file(text: str) -> None:
    for item in parse(Source("Dockerfile", text)).instructions:
        trigger: Instruction | None = item.trigger
        assert reproduces(item.text)
        assert trigger is None or reproduces(trigger.text)


@given(TEXTS)
def test_line_ends_do_not_matter(text: str) -> None:
    """CRLF reads as LF does, heredoc bodies aside."""
    text = text.replace("\r", "").replace("\0", "")
    one, two = (parse(Source("Dockerfile", form)) for form in (text, text.replace("\n", "\r\n")))
    assert table(one) == table(two)


def table(parsed: Dockerfile) -> list[tuple[str, str, int]]:
    return [(item.keyword, item.text.text, item.line) for item in parsed.instructions]
