"""Checks of compose files as they are written."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.findings import Problem
from lintstack.model import ComposeFile


def unknown_yaml_tag(file: ComposeFile) -> Iterator[Problem]:
    """Tags that Docker Compose passes over."""
    for tag, place in zip(file.tags.value or (), file.tags.places, strict=False):
        yield Problem(f"Docker Compose ignores the tag `{tag[:60]}`; remove it or correct it", place, fact="tags")


def environment_duplicate_key(file: ComposeFile) -> Iterator[Problem]:
    """Items of lists that a later item replaces."""
    found = file.repeated_variables
    for name, place in zip(found.value or (), found.places, strict=False):
        message = f"`{name}` stands in this list again, and the last one counts; remove this one"
        yield Problem(message, place, fact="repeated_variables", detail=name)


def overlay_relative_path(file: ComposeFile) -> Iterator[Problem]:
    """Paths that are right from the file's own folder only."""
    found = file.stray_paths
    for path, place in zip(found.value or (), found.places, strict=False):
        message = f"`{path}` starts at the folder of the first file, where it is not; write the path as seen from there"
        yield Problem(message, place, fact="stray_paths", detail=path)
