"""Checks of the comments that silence findings."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.findings import Problem
from lintstack.model import Suppression


def unknown_suppression(suppression: Suppression) -> Iterator[Problem]:
    """Names that no rule has."""
    if suppression.known.value is False:
        near = suppression.suggestion.value
        way_out = f"did you mean `{near}`?" if near else "`lintstack rules` lists all"
        yield Problem(f"no rule is called `{suppression.name}`; {way_out}", suppression.known.places[0], fact="known")
