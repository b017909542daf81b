"""Well-known images: who they run as, what they ship, where they keep data; the facts are in known.json."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

from lintstack.images.known import Catalogue, Entry, Known, layered
from lintstack.images.reference import Reference, pinning, split

__all__ = ["Catalogue", "Known", "Reference", "catalogue", "extend", "lookup", "pinning", "split"]


@cache
def catalogue() -> Catalogue:
    """The catalogue that comes with the package; read on first use."""
    try:
        return Catalogue(*import_module("lintstack.compiled").IMAGES)
    except ModuleNotFoundError:
        known = read()
        return Catalogue(known["bases"], layered(known["images"]))


def read() -> dict[str, Any]:
    """Content of known.json; a build makes a module of it."""
    import json

    with open(os.path.join(os.path.dirname(__file__), "known.json"), encoding="utf-8") as file:
        known: dict[str, Any] = json.load(file)
    return known


def lookup(reference: Reference, tag_known: bool = True) -> Known | None:
    """What is known of an image; None when it is no well-known one.

    Args:
        reference: the image, from `split`.
        tag_known: False keeps only what holds under every tag.
    """
    return catalogue().lookup(reference, tag_known)


def extend(entries: Iterable[Entry]) -> Catalogue:
    """The catalogue with a user's own entries, which win over ours fact by fact.

    Args:
        entries: mappings in the shape of known.json's images; only `names` is required.

    Raises:
        ValueError: an entry is malformed; the message names its place and what is wrong.
    """
    return catalogue().extended(entries)
