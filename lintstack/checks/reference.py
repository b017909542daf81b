"""Checks of names that must be declared elsewhere in the stack."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.findings import Problem
from lintstack.model import Reference

# What to do about a name that an extended file declares, by whether it is that of a service.
EXTENDED = {
    False: "`extends` takes over the service alone: declare the {type} here as `{file}` does",
    True: "`extends` takes over the service alone: add this one too, as `{file}` has it, or `depends_on: !reset null`",
}


def unknown_reference(reference: Reference) -> Iterator[Problem]:
    """Names that nothing declares."""
    if reference.defined.value is False:
        message = f"{reference.service} uses {reference.type.value} `{reference.name}`, which nothing declares; "
        related = reference.declared_by.places[1:]
        yield Problem(message + _way_out(reference), reference.defined.places[0], related, fact="defined")


def _way_out(reference: Reference) -> str:
    if reference.declared_by.value:
        return EXTENDED[reference.type.value == "service"].format(
            file=reference.declared_by.value, type=reference.type.value
        )
    if reference.suggestion.value:
        return f"did you mean `{reference.suggestion.value}`?"
    if reference.type.value == "volume" and "/" in reference.name:
        return f"for a folder write `./{reference.name}`"
    if reference.type.value == "service":
        return "name a service of this project"
    return f"declare it under the top-level `{reference.type.value}s:`"
