"""The normal form against Docker Compose, field by field: authored and generated projects, and the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.compose import answers, corpus
from tests.compose.authored import Authored, stored
from tests.compose.differential import Answer, all_of_theirs, differences, ours
from tests.compose.known import is_unrefused, known_differences
from tests.compose.support import CORPUS, oracle

live = pytest.mark.skipif(oracle() is None, reason="no Docker Compose binary to compare with")
PROJECTS = answers.projects()


def disagreements(mine: Answer, right: Answer) -> Iterator[str]:
    """What is wrong with our answer, less the refusals that are known not to be shared."""
    if isinstance(mine, dict) and isinstance(right, dict):
        yield from differences(mine, right)
    elif isinstance(mine, dict) and isinstance(right, str):
        if not is_unrefused(right):
            yield f"Compose refuses it: {right}"
    elif isinstance(right, dict):
        yield f"only we refuse it: {mine}"


def listing(found: dict[str, list[str]], known: set[str]) -> str:
    """Projects that differ, each with its first fields."""
    unknown = {title: wrong for title, wrong in found.items() if title not in known}
    return "\n".join(f"{title}\n    " + "\n    ".join(wrong[:5]) for title, wrong in unknown.items())


@pytest.mark.parametrize("name", PROJECTS)
def test_what_compose_said(name: str) -> None:
    """Our answers are the stored ones; what differs has a row in the table, and every row is still needed."""
    right = stored(name)
    found: dict[str, list[str]] = {}
    for case in PROJECTS[name]:
        assert case.title in right, f"{case.title}: new; run `python -m tests.compose.answers --write {name}`"
        wrong = list(disagreements(answers.given(case), right[case.title]))
        if wrong:
            found[case.title] = wrong
    known, stale = known_differences(name, found)
    assert found.keys() == known, listing(found, known)
    assert stale == set(), "these agree now: take their rows out of tests/compose/known.py"


def test_titles_are_unique() -> None:
    for name, cases in PROJECTS.items():
        assert [title for title, count in Counter(case.title for case in cases).items() if count > 1] == [], name


def test_there_are_hundreds_and_few_are_refused() -> None:
    authored = [case for name, cases in PROJECTS.items() if name != answers.GENERATED for case in cases]
    assert len(authored) > 500
    made = stored(answers.GENERATED)
    assert len(made) >= 500
    assert sum(isinstance(answer, str) for answer in made.values()) < len(made) / 10


def sample() -> list[tuple[str, Authored]]:
    """Some of every text, so that the check stays short; which, changes with every text that grows."""
    return [(name, case) for name, cases in PROJECTS.items() for case in cases[len(cases) % 9 :: 9]]


@live
def test_the_stored_answers_are_the_oracles() -> None:
    chosen = sample()
    fresh = answers.asked([case for _, case in chosen])
    wrong = [
        (name, case.title)
        for (name, case), answer in zip(chosen, fresh, strict=True)
        if not same(stored(name)[case.title], answer)
    ]
    assert wrong == [], "run `python -m tests.compose.answers --write`"


def same(kept: Answer, fresh: Answer) -> bool:
    """Data must be equal; of several faults Compose names whichever it meets first."""
    return kept == fresh if isinstance(kept, dict) else isinstance(fresh, str)


@live
@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus to compare on")
def test_the_corpus() -> None:
    """Every file and group: what both load is equal; verdicts agree in 99 of 100."""
    runs = list(corpus.runs())
    wrong: dict[str, list[str]] = {}
    verdicts = loaded = 0
    for run, right in zip(runs, all_of_theirs(runs), strict=True):
        mine = ours(run)
        found = list(disagreements(mine, right))
        loaded += isinstance(mine, dict) and isinstance(right, dict)
        verdicts += found == [] or (isinstance(mine, dict) and isinstance(right, dict))
        if found:
            wrong[f"{run.folder.name}/{'+'.join(run.files)}"] = found
    known, stale = known_differences("corpus", wrong)
    assert wrong.keys() == known, listing(wrong, known)
    assert stale == set(), "these agree now: take their rows out of tests/compose/known.py"
    assert loaded > 150
    assert verdicts >= 0.99 * len(runs)
