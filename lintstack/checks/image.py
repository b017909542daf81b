"""Checks of image references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lintstack.facts import Place
from lintstack.findings import Problem, Severity
from lintstack.images import split
from lintstack.join.image import tag_place
from lintstack.model import Image

LATEST = {
    "none": "image `{name}` has no tag, so Docker takes `latest`, whatever that is on the day; name a version",
    "latest": "image `{name}` is whatever was pushed last; name a version in the place of `latest`",
}
VARIANTS = {"none": "untagged", "latest": "latest"}
# How exactly a reference is pinned, the loosest first.
LEVELS = ("none", "latest", "floating", "major", "minor", "full", "digest")
HAVE = {
    "none": "has no tag",
    "latest": "names no version",
    "floating": "names no version",
    "major": "names a major version only",
    "minor": "names no patch version",
    "full": "names a tag that can be pushed again",
}
WAY_OUT = {
    "major": "put one into the tag, at least the major number",
    "minor": "add the minor number to the tag",
    "full": "write the version in full",
    "digest": "add the digest behind an `@`",
}


def latest_image(image: Image) -> Iterator[Problem]:
    """References that say "the newest", in so many words or by saying nothing."""
    pinned = image.pinned.value or ("latest" if _ends_in_latest(image) else "")
    if pinned in LATEST and _is_pulled(image):
        message, variant = LATEST[pinned].format(name=image.name), VARIANTS[pinned]
        yield Problem(
            message, _place(image), image.reference.places[1:], "pinned", variant=variant, severity=_level(image)
        )


def pinned_image(image: Image, options: Mapping[str, Any]) -> Iterator[Problem]:
    """References less exact than the option `level`."""
    level, pinned = str(options["level"]), image.pinned.value
    if pinned and LEVELS.index(pinned) < LEVELS.index(level) and _is_pulled(image):
        moves = pinned == "floating" and (split(image.reference.value or "").tag or "").lower().startswith("latest-")
        have = "moves with `latest`, whatever else its tag names" if moves else HAVE[pinned]
        way_out = "name a version in the place of that word" if moves and level == "major" else WAY_OUT[level]
        message = f"image `{image.name}` {have}; {way_out}"
        yield Problem(message, _place(image), image.reference.places[1:], "pinned", severity=_level(image))


def _level(image: Image) -> Severity | None:
    """Tools for developers are pulled and thrown away: told as a note, whatever the environment."""
    return "info" if image.service is not None and image.service.is_dev_tool.value else None


def image_digest(image: Image) -> Iterator[Problem]:
    """References without a digest."""
    if image.pinned.value not in (None, "digest") and _is_pulled(image):
        message = f"image `{image.name}` names a tag that can be pushed again; add the digest behind an `@`"
        yield Problem(message, _place(image), image.reference.places[1:], "digest")


def eol_image(image: Image, options: Mapping[str, Any]) -> Iterator[Problem]:
    """Images of versions that no longer get security fixes."""
    if image.built.value or not image.tag.value:
        return
    from datetime import date

    from lintstack.images.endoflife import ended

    found = ended(split(image.reference.value or ""), str(options["as-of"]) or date.today().isoformat())
    if found is not None:
        message = f"{found.what} gets no security fixes since {found.end} ({found.source}); move on to a later version"
        yield Problem(message, _place(image), image.reference.places[1:], "tag")


def _ends_in_latest(image: Image) -> bool:
    """Whether a Dockerfile names an unknown image with the tag `latest`, as `${BASE}:latest` does."""
    written = image.reference.span.text.strip("'\"") if image.reference.span else ""
    return image.service is None and image.reference.value is None and written.endswith(":latest")


def _is_pulled(image: Image) -> bool:
    """Whether it comes from a registry: neither built here, nor Docker's word for the empty image, nor half a name."""
    reference = image.reference.value or ""
    return not image.built.value and reference != "scratch" and not reference.endswith((":", "@"))


def _place(image: Image) -> Place:
    """The tag, else the reference."""
    return tag_place(image.reference) or Place(image.span)
