"""What an entry of the catalogue may look like, ours and those that users put into their configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lintstack.image_keys import IMAGE
from lintstack.images.reference import split

if TYPE_CHECKING:
    from jsonschema import ValidationError


def problems(entry: object) -> Iterator[str]:
    """What is wrong with an entry; nothing when it can be used.

    Args:
        entry: an entry as it was read from JSON, YAML or TOML.
    """
    if not isinstance(entry, Mapping):
        yield "an entry is a mapping"
        return
    from jsonschema import Draft202012Validator

    yield from _names(entry.get("names"))
    facts = {key: value for key, value in entry.items() if key != "names"}
    not_text = [key for key in facts if not isinstance(key, str)]
    if not_text:
        yield f"key {not_text[0]!r} is no text"
        return
    yield from map(_worded, Draft202012Validator(IMAGE).iter_errors(facts))


def _worded(error: ValidationError) -> str:
    where: Any = ".".join(str(part) for part in error.absolute_path)
    return f"`{where}`: {error.message}" if where else error.message


def _names(names: object) -> Iterator[str]:
    if not isinstance(names, list | tuple) or not names or not all(isinstance(name, str) and name for name in names):
        yield "`names` must be a list of image names"
        return
    for name in names:
        reference = split(name)
        if reference.tag or reference.digest:
            yield f"`names`: {name} must have no tag and no digest; tags belong to `variants`"
