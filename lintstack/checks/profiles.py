"""Checks of profiles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lintstack.facts import Place
from lintstack.findings import Problem

if TYPE_CHECKING:
    from lintstack.model import Service, Stack

ANY = "*"  # `--profile "*"`, or a variable
MOST_SHOWN = 10  # services that a finding points at


def unused_profile(stack: Stack) -> Iterator[Problem]:
    """Profiles that no file of the repository speaks of, neither by their name nor by that of a service."""
    having = _having(stack)
    said = stack.find_mentions() if having and stack.find_mentions else frozenset[str]()
    if not said or ANY in said:
        return
    for profile, found in having.items():
        if profile not in said and said.isdisjoint(service.name for service, _ in found):
            message = (
                f"no script, document or env file of the repository speaks of the profile `{profile}`; say there how it"
                " is switched on, or remove what belongs to it"
            )
            places = [Place(place.span, f"`{service.name}` has it") for service, place in found[: MOST_SHOWN + 1]]
            yield Problem(message, places[0], tuple(places[1:]), fact="profiles", detail=profile)


def _having(stack: Stack) -> dict[str, list[tuple[Service, Place]]]:
    """Profiles with the services that have them, and where they say so."""
    having: dict[str, list[tuple[Service, Place]]] = {}
    for service in stack.services:
        for profile, place in zip(service.profiles.value or (), service.profiles.places, strict=False):
            if profile:
                having.setdefault(profile, []).append((service, place))
    return having
