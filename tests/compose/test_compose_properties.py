"""What holds for every project: empty overlays, repetition, order, text without variables, places of values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintstack.compose.interpolate import Interpolator
from lintstack.compose.load import Loaded
from lintstack.compose.normal import Project, normal
from lintstack.compose.problems import Problems
from lintstack.source import Source
from lintstack.yaml import Mapping, Node, Scalar, Sequence, parse
from tests.compose.answers import PLACE, projects
from tests.compose.authored import Authored
from tests.compose.differential import Answer, opened, ours
from tests.compose.generated import COUNT, project
from tests.compose.support import MemoryReader, plain

SEEDS = st.integers(0, COUNT + 10_000)


def read(case: Authored) -> Loaded:
    return opened(case.run(Path(PLACE)), MemoryReader(case.files), PLACE)


def answer(case: Authored) -> Answer:
    return ours(case.run(Path(PLACE)), MemoryReader(case.files), PLACE)


@given(
    SEEDS,
    st.sampled_from(["{}\n", "services: {}\n", "x-nothing: 1\n", "services: {NAME: {}}\n", "services: {NAME: }\n"]),
)
def test_an_empty_overlay_changes_nothing(seed: int, overlay: str) -> None:
    case = project(seed)
    alone = read(case)
    services = alone.root.get("services") if alone.root else None
    name = next(iter(services.entries)) if isinstance(services, Mapping) else "a"
    over = read(case._replace(files={**case.files, "compose.zzz.yaml": overlay.replace("NAME", name)}))
    mine, right = plain(over.root), plain(alone.root)
    mine.pop("x-nothing", None)
    assert mine == right


# Where Compose's own merge is not idempotent: it appends, and nothing makes the items unique.
_APPENDED = re.compile(r"security_opt|x-note|constraints|platforms|cache_from")


@given(SEEDS)
def test_a_file_over_itself_changes_nothing(seed: int) -> None:
    case = project(seed)
    # A label that a volume has in both files is refused.
    text = case.files["compose.yaml"].replace(", labels: [keep=yes]", "")
    files = {name: body for name, body in case.files.items() if not name.startswith("compose")}
    if any(_APPENDED.search(body) for body in case.files.values()):
        return
    once = answer(case._replace(files={**files, "compose.yaml": text}))
    twice = answer(case._replace(files={**files, "compose.yaml": text, "compose.again.yaml": text}))
    assert twice == once


@given(st.text(st.characters(exclude_characters="$", exclude_categories=["Cs"]), max_size=80))
def test_text_without_a_dollar_is_not_touched(text: str) -> None:
    source = Source("c.yaml", text + "$")
    scalar = Scalar(source, 0, len(text), text)
    assert Interpolator({"A": "x"}, Problems()).document(scalar) is scalar


@given(SEEDS)
def test_loading_twice_gives_the_same(seed: int) -> None:
    assert answer(project(seed)) == answer(project(seed))


@given(SEEDS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_services_does_not_matter(seed: int, random: object) -> None:
    case = project(seed)
    files = {name: _shuffled(text, random) if name.startswith("compose") else text for name, text in case.files.items()}
    assert _sorted(answer(case._replace(files=files))) == _sorted(answer(case))


def _shuffled(text: str, random: object) -> str:
    head, mark, rest = text.partition("services:\n")
    lines = rest.splitlines(keepends=True)
    count = next((number for number, line in enumerate(lines) if not line.startswith("  ")), len(lines))
    body, tail = "".join(lines[:count]), "".join(lines[count:])
    blocks = re.split(r"(?m)^(?=  \w)", body)
    random.shuffle(blocks)  # type: ignore[attr-defined]
    return head + mark + "".join(block for block in blocks) + tail


def _sorted(answer: Answer) -> Answer | str:
    return answer if isinstance(answer, dict) else "refused"


def scalars(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    for inner in node.items if isinstance(node, Sequence) else ():
        yield from scalars(inner)
    for entry in node.entries.values() if isinstance(node, Mapping) else ():
        yield entry.key
        yield from scalars(entry.value)


# Words that a short form stands for: they have the place of the short form and are no text of it.
_WORDS = frozenset("""service_started true false bind volume CMD-SHELL condition required""".split())


def faults(node: Node) -> Iterator[str]:
    """Scalars of a tree whose place is not in their file, or does not hold their text."""
    for scalar in scalars(node):
        written = scalar.source.text[scalar.start : scalar.end]
        inside = 0 <= scalar.start <= scalar.end <= len(scalar.source.text)
        if not inside:
            yield f"{scalar!r} is not inside its file"
        elif written and scalar.raw and not _holds(written, scalar):
            yield f"{scalar.raw!r} is not {written!r}"


def _holds(written: str, scalar: Scalar) -> bool:
    """Whether a stretch of a file is a scalar's text: as it stands, unquoted, or as the number that it is."""
    if written[0] in "|>" and written[1:2] not in ("", "-", "\n"):
        return True  # An indentation, or blank lines that are kept: what stands here alone says something else.
    said = {written, *_read(written)}
    if not said.isdisjoint({scalar.raw, scalar.text}) or scalar.raw in _WORDS:
        return True
    # Words of a string with escapes, hosts with their addresses and ports of a range have the place of the whole.
    whole = written[0] in "\"'>|" or "=" in scalar.text or "-" in written
    return whole and any(part in text for text in said for part in (scalar.raw, scalar.text.partition("=")[0]))


@cache
def _read(written: str) -> tuple[str, ...]:
    """What YAML makes of a text, and what it is without its quotes."""
    sources = (Source("s", f"k: {written}\n"), Source("s", f'k: "{written}"\n'))
    found = [node for source in sources for node in parse(source).documents if node is not None]
    texts = [text for node in found for scalar in scalars(node) for text in (scalar.text, str(scalar.value))]
    return (*texts, written.strip("'\""))


AUTHORED = [case for name, cases in projects().items() if name != "generated" for case in cases]


@pytest.mark.parametrize("part", range(8))
def test_every_value_stands_where_its_place_says(part: int) -> None:
    wrong: dict[str, list[str]] = {}
    for case in (*AUTHORED[part::8], *(project(seed) for seed in range(part, 80, 8))):
        loaded = read(case)
        if loaded.root is None or any(problem.severity == "error" for problem in loaded.problems):
            continue
        trees = (loaded.root, normal(loaded, Project(PLACE, "/home/me")))
        found = [fault for tree in trees for fault in faults(tree)]
        if found:
            wrong[case.title] = found
    assert not wrong, "\n".join(f"{title}: {found[:3]}" for title, found in wrong.items())
