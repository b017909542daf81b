"""The project's name, as Docker Compose computes it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from posixpath import basename, dirname, isabs, join, normpath, relpath

from lintstack.compose.expansion import HIDDEN
from lintstack.compose.interpolate import Interpolator
from lintstack.compose.problems import Problems
from lintstack.source import Source, Span
from lintstack.yaml import Mapping, Node, Scalar

VARIABLE = "COMPOSE_PROJECT_NAME"


@cache
def _name() -> re.Pattern[str]:
    return re.compile(r"[a-z0-9][a-z0-9_-]*")


def normalised(text: str) -> str:
    """A name in lower case without what a project's name cannot hold (compose-go `NormalizeProjectName`)."""
    return re.sub(r"[^-_a-z0-9]", "", text.lower()).lstrip("_-")


def project_name(
    trees: Iterable[Node | None], interpolator: Interpolator, folder: str, given_at: Span | None, problems: Problems
) -> str:
    """The name: COMPOSE_PROJECT_NAME, else the last `name:` that is not empty, else the project directory's.

    Args:
        trees: documents of the project's own files, not interpolated.
        interpolator: the project's variables.
        folder: absolute path of the project directory, "" when it is not known.
        given_at: where an env file sets the variable.
        problems: takes a name that Compose refuses.

    Returns:
        "" when it cannot be known or there is none.
    """
    given = interpolator.variables.get(VARIABLE, "")
    if given == HIDDEN:
        return ""
    if given:
        if _name().fullmatch(given):
            return given
        if given_at is not None:
            message = "a project's name begins with a lower-case letter or digit and goes on with those, `-` and `_`"
            problems.say("compose-schema", message, given_at)
        return ""
    written = _written(trees, interpolator)
    if written is None:
        return normalised(basename(folder))
    if written.unset:
        return ""
    found = normalised(written.text)
    if not found:
        problems.say(
            "compose-schema", "nothing is left of this name; a project's name needs letters or digits", written
        )
    return found


def _written(trees: Iterable[Node | None], interpolator: Interpolator) -> Scalar | None:
    """The last `name:` with a text, its variables replaced."""
    last: Scalar | None = None
    for tree in trees:
        name = tree.get("name") if isinstance(tree, Mapping) else None
        if isinstance(name, Scalar) and isinstance(name.value, str) and name.text:
            last = name
    found = interpolator.document(last) if last is not None else None
    return found if isinstance(found, Scalar) and (found.text or found.unset) else None


def absolute(folder: str, source: Source | None) -> str:
    """Absolute path of a folder that is written like a source's path; "" when nothing tells."""
    if isabs(folder):
        return normpath(folder)
    if source is None or not isabs(source.real) or isabs(source.path):
        return ""
    return normpath(join(dirname(source.real), relpath(folder, dirname(source.path) or ".")))
