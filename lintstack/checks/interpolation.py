"""Checks of variables that compose files read."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.facts import Fact
from lintstack.findings import Problem
from lintstack.model import Interpolation

MOST_NAMED = 3
# Where the dollar was meant for something else than Docker Compose.
MEANT = {
    "hash": "`${name}` is a part of a hash to the eye and a variable without value to Docker Compose; write `$${name}`",
    "password": "`${name}` is a variable to Docker Compose, so the value loses its end; write `$${name}`",
    "shell": "`${name}` is replaced by nothing before the container's shell sees it; write `$${name}`",
}


def _at(fact: Fact[tuple[str, ...]], message: str, name: str) -> Problem:
    return Problem(message, fact.places[0], fact.places[1:], fact=name)


def _listed(words: tuple[str, ...]) -> str:
    named = list(words[:MOST_NAMED])
    more = [f"{len(words) - MOST_NAMED} more"] if len(words) > MOST_NAMED else []
    return ", ".join((*named, *more))


def variable_unset(interpolation: Interpolation) -> Iterator[Problem]:
    """A variable that is empty wherever it is read."""
    unset, name = interpolation.unset, interpolation.name
    if unset.value:
        where = _listed(tuple(f"`{field}`" for field in unset.value))
        message = (
            f"nothing sets `{name}`, so it is empty in {where}; give it a default, `${{{name}:-…}}`, or require it"
        )
        yield _at(unset, message, "unset")


def interpolation_empty_value_effect(interpolation: Interpolation) -> Iterator[Problem]:
    """A variable whose absence does more than leaving a text empty."""
    effects, name = interpolation.effects, interpolation.name
    if effects.value:
        message = (
            f"nothing sets `{name}`, so {_listed(effects.value)}; give it a default, `${{{name}:-…}}`, or require it"
        )
        yield _at(effects, message, "effects")


def dotenv_example_incomplete(interpolation: Interpolation) -> Iterator[Problem]:
    """A variable without default that the example of the env file lacks."""
    example, name = interpolation.example, interpolation.name
    if example.value:
        message = f"`{name}` has no default, and `{example.value}` lacks it; add it there, or write `${{{name}:-…}}`"
        yield Problem(message, example.places[0], example.places[1:], fact="example")


def unescaped_dollar(interpolation: Interpolation) -> Iterator[Problem]:
    """A dollar that Docker Compose was not meant to read."""
    meant = interpolation.meant_for_container
    if meant.value:
        message = MEANT[meant.value].replace("{name}", interpolation.name)
        for number, place in enumerate(meant.places):
            yield Problem(message, place, fact="meant_for_container", detail=str(number) if number else "")


def variable_in_key(interpolation: Interpolation) -> Iterator[Problem]:
    """Keys that look as if something were replaced in them."""
    for key, place in zip(interpolation.keys.value or (), interpolation.keys.places, strict=False):
        message = f"`{interpolation.name}` is not replaced in a key; write the entry as a list item, `- NAME=value`"
        yield Problem(message, place, fact="keys", detail=key)
