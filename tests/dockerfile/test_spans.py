"""Every place says what it stands for, and instructions, comments and blank lines make up the file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from lintstack.dockerfile.copies import copy
from lintstack.dockerfile.mounts import mounts
from lintstack.dockerfile.nodes import Flag, Instruction, Text, Word
from lintstack.dockerfile.syntax import Dockerfile, pairs, parse
from lintstack.dockerfile.words import SPACE
from lintstack.source import Source, Span
from tests.dockerfile.drawn import drawn
from tests.dockerfile.moby import joined

SEEDS = range(50_000, 52_000)
PIECES = (
    "FROM a", "RUN x", "ENV A=1 B='2 3'", "LABEL a b", "COPY --from=a --chown='b c' x y",
    "ONBUILD RUN --mount=type=bind z",
    'CMD ["a", "b\\\\"]', "HEALTHCHECK --interval=1s CMD x", "# c", "\n", "\n", "\r\n", " \\\n", "`\n", "<<E", "E\n",
    "  ",
    "\t", "\ufeff", "\\", "--x=\"y z\"", "\xa0", "RUN --mount='target=/x,rw',src=\"q\" y", "#escape=`\n",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


def files() -> Iterator[Dockerfile]:
    return (parse(Source("Dockerfile", drawn(seed))) for seed in SEEDS)


def covers(parsed: Dockerfile) -> bool:
    """Whether what no instruction and no comment holds is blank, and nothing is held twice."""
    source = parsed.source.text
    whole = [item.span for item in parsed.instructions]
    whole += [item.span for item in parsed.comments if not any(span.covers(item.span) for span in whole)]
    # A continuation character alone is no instruction; it is reported.
    whole += [found.at.span for found in parsed.problems if "stands alone" in found.message]
    whole.sort(key=lambda span: span.start)
    edges = [Span(parsed.source, 0, 0), *whole, Span(parsed.source, len(source), len(source))]
    gaps = [source[before.end : after.start] for before, after in pairwise(edges) if before.end <= after.start]
    # Blank continuations of an instruction that never begins belong to nothing.
    return len(gaps) == len(edges) - 1 and not any(gap.strip(f"{SPACE}\ufeff\\`") for gap in gaps)


def reproduces(text: Text) -> bool:
    return all(text.source.text[text.offset(index)] == char for index, char in enumerate(text.text))


def stands(word: Word) -> bool:
    """Whether a word's place holds the word, its continuations joined; that of an item of an array has its quotes."""
    return joined(word.span.text) in (word.text, f'"{word.text}"')


def flag_stands(flag: Flag) -> bool:
    """Whether name and value lie in the flag, one behind the other, and each character of the value at its place."""
    if flag.value is None:
        return reproduces(flag.text) and flag.span.covers(flag.name_span)
    source = flag.span.source.text
    places = [flag.within(index, index + 1) for index in range(len(flag.value))]
    return (
        flag.span.covers(flag.value_span)
        and flag.name_span.end <= flag.value_span.start
        and [source[place.start : place.end] for place in places] == list(flag.value)
    )


def sound(instruction: Instruction, parsed: Dockerfile) -> bool:
    parts = [word.span for word in instruction.args] + [flag.span for flag in instruction.flags]
    parts += [span for pair in pairs(instruction, parsed.escape) for span in (pair.name_span, pair.span)]
    parts += [option.span for mount in mounts(instruction) for option in mount.options]
    copied = copy(instruction)
    parts += [copied.destination.span] if copied else []
    return (
        reproduces(instruction.text)
        and all(instruction.span.covers(part) for part in parts)
        and all(flag_stands(flag) for flag in instruction.flags)
        and all(stands(word) for word in instruction.args)
        and (instruction.trigger is None or sound(instruction.trigger, parsed))
    )


def test_drawn_files_are_covered() -> None:
    assert [parsed.source.text for parsed in files() if not covers(parsed)] == []


def test_places_in_drawn_files() -> None:
    assert [item for parsed in files() for item in parsed.instructions if not sound(item, parsed)] == []


@settings(max_examples=600, deadline=None)
@given(TEXTS)
def test_generated_files(text: str) -> None:
    parsed = parse(Source("Dockerfile", text))
    assert covers(parsed)
    assert all(sound(item, parsed) for item in parsed.instructions)
