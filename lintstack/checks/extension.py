"""Checks of `extends`."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Extension


def extends_stale_base(extension: Extension) -> Iterator[Problem]:
    """What a later file says about the extended service, once for each key."""
    for name, place in zip(extension.stale.value or (), extension.stale.places, strict=False):
        base = f"{extension.service} extends `{extension.base.value}` as the earlier file has it"
        message = f"{base}, so this `{name}` does not reach it; repeat it there"
        yield Problem(message, place, (Place(extension.span, "extends it here"),), fact="stale", detail=name)


def extends_in_overlay_wins(extension: Extension) -> Iterator[Problem]:
    """Values of the extended service over those of the main file."""
    wins = extension.wins
    if wins.value:
        names = ", ".join(f"`{name}`" for name in wins.value)
        said = (
            f"{extension.service} extends `{extension.base.value}` in an overlay, so the {names} of that one wins over"
        )
        message = f"{said} what the main file says; extend it in the main file, or repeat the value here"
        yield Problem(message, wins.places[0], wins.places[1:], fact="wins")
