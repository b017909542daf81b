"""Checks of what later files say about earlier ones."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.findings import Problem
from lintstack.model import Override

# What to say about a tag without effect, by the reason; the first file has a rule of its own.
VAIN = {
    "nothing to clear": "`!{tag}` has no effect: no earlier file has a key `{name}`; correct it, or remove the tag",
    "list item": "`!{tag}` has no effect on an item of a list; put it before the whole list, as `!override`",
}


def reset_no_effect(override: Override) -> Iterator[Problem]:
    """Tags that clear nothing."""
    message = VAIN.get(override.reason.value or "")
    if message:
        text = message.format(tag=override.tag.value, name=override.name)
        yield Problem(text, override.reason.places[0], fact="reason")


def overlay_unknown_service(override: Override) -> Iterator[Problem]:
    """Services that no earlier file has and that nothing says how to start."""
    if override.effect.value == "unmatched":
        near = override.suggestion.value
        way_out = f"did you mean `{near}`?" if near else "give it an `image` or `build`"
        message = f"no earlier file has a service `{override.name}`, and this one says not what to run; {way_out}"
        yield Problem(message, override.effect.places[0], fact="effect")
