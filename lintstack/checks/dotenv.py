"""Checks of env files and their examples."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Dotenv, Project

MOST_SHOWN = 3  # names that a message lists


def dotenv_committed(variable: Dotenv) -> Iterator[Problem]:
    """Env files with credentials that git would take; told at the first credential of each."""
    names = variable.committed.value or ()
    if names:
        shown = ", ".join(f"`{name}`" for name in names[:MOST_SHOWN])
        more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
        message = (
            f"`{variable.file.value}` holds {shown}{more}, and no `.gitignore` keeps it out of the repository; list it"
            " there, and commit an example without values"
        )
        yield Problem(message, variable.committed.places[0], fact="committed")


def example_variable_used(project: Project) -> Iterator[Problem]:
    """Variables that everybody fills in for nothing."""
    unread = project.unread
    for name, place in zip(unread.value or (), unread.places, strict=False):
        message = f"nothing beside `{place.span.path}` speaks of `{name}`; remove it, or read it"
        yield Problem(message, Place(place.span), fact="unread", detail=name)
