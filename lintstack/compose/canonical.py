"""Phases 9 and 11: one document by the table of the format: short forms to long ones, wrong values reported."""

from __future__ import annotations

from lintstack.compose.format.document import ROOT
from lintstack.compose.format.field import Reading, Use
from lintstack.compose.format.scalars import is_null
from lintstack.compose.problems import Problems
from lintstack.yaml import Mapping, Node

_MOST_HINTS = 200


def canonical(root: Node, problems: Problems, uses: list[Use] | None = None) -> Mapping | None:
    """The canonical form of a whole document; wrong values are reported and left out.

    Args:
        root: the document, interpolated.
        problems: where problems go.
        uses: gets what the document uses that not every Docker Compose knows, or should no longer be written.

    Returns:
        None when the top level is not a mapping.
    """
    if not isinstance(root, Mapping):
        problems.say("compose-schema", "the top level of a Compose file must be a mapping", root)
        return None
    services = root.entries.get("services")
    if services is not None and is_null(services.value):
        # The one key that an overlay cannot leave without a value either.
        problems.say("compose-schema", "`services` has no value; give it one or remove it", services.key)
    reading = Reading(problems)
    checked = ROOT.check(root, "the top level", reading)
    if reading.unknown:
        _report_unknown(reading)
    if uses is not None and reading.uses:
        uses += _named(reading)
    return checked if isinstance(checked, Mapping) else None


def _report_unknown(reading: Reading) -> None:
    """Keys that nothing knows where they stand; the first of them with what may be meant, which takes its time."""
    from lintstack.compose.format.misplaced import unknown

    for number, (key, where) in enumerate(reading.unknown):
        reading.say(unknown(key.text, where, number < _MOST_HINTS), key)


def _named(reading: Reading) -> list[Use]:
    """The uses with the names by which the format is known."""
    from lintstack.compose.format.misplaced import dotted

    return [use if field is None else use._replace(name=dotted(field) or use.name) for field, use in reading.uses]
