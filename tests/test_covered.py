"""Every id of other tools has a page, a diagnostic or a reason why not; the table of them is what the pages say."""

from __future__ import annotations

import pytest

from lintstack.hadolint import RETIRED
from lintstack.page_schema import TOOLS as KNOWN
from tests.covered import PEERS, TOOLS, ids, mistakes, not_taken, pending

# How many ids the tools have (July to November 2026); an id must not get lost from a list. Behind a plus: those about
# compose files, and those that the tool gave up.
MOST_PENDING = 0
COUNTS = {
    "hadolint": 72,
    "buildkit": 22,
    "checkov": 28,
    "trivy": 29,
    "kics": 48 + 22,
    "semgrep": 38 + 6,
    "cis-docker": 12 + 32,
    "dclint": 15 + 2,
    "compose-lint": 27 + 3,
    "composelint": 11,
    "docksec": 17,
    "kjaniec-compose-lint": 7,
}


def test_lists_and_pages_agree() -> None:
    assert mistakes() == []


@pytest.mark.parametrize("tool", COUNTS)
def test_list_is_whole(tool: str) -> None:
    assert len({id.key for id in ids() if id.tool == tool}) == COUNTS[tool]


def test_every_list_is_of_a_tool_that_pages_may_name() -> None:
    assert {path.stem for path in PEERS.glob("*.txt")} - {"pending"} == TOOLS.keys() <= set(KNOWN)


def test_ids_without_a_page_only_become_fewer() -> None:
    assert len(pending()) <= MOST_PENDING


def test_ids_are_listed_once() -> None:
    keys = [id.key for id in ids()]
    assert len(set(keys)) == len(keys)
    assert len(set(pending())) == len(pending())


def test_reasons_are_given_for_ids_that_there_are() -> None:
    for tool, pattern, reason in not_taken():
        if tool == "compose":
            continue  # rows of compose_rows.txt, see test_compose_rows.py
        there = any(id.tool == tool and id.id.startswith(pattern.rstrip("*")) for id in ids())
        assert there or pattern.lower() in RETIRED, pattern
        assert len(reason.split()) > 3


def test_ids_that_hadolint_gave_up_are_in_the_list() -> None:
    assert {id.lower() for tool, id, _ in not_taken() if tool == "hadolint" and id.lower() in RETIRED} == RETIRED
