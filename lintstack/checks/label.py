"""Checks of labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Label

RESERVED = ("com.docker.", "io.docker.", "org.dockerproject.")
# Labels that buildx writes for each value of BUILDX_GIT_LABELS:
# https://docs.docker.com/build/building/variables/#buildx_git_labels
ON = ("org.opencontainers.image.revision", "com.docker.image.source.entrypoint")
WRITTEN = {"off": (), "on": ON, "full": (*ON, "org.opencontainers.image.source")}


def label_key_invalid(label: Label) -> Iterator[Problem]:
    """Keys that do not follow Docker's guidelines."""
    name = label.name
    if "$" not in name and (wrong := _wrong_key(name)):
        yield Problem(f"label `{name[:60]}` {wrong}", Place(label.node.name_span))


def _wrong_key(name: str) -> str:
    reserved = next((prefix for prefix in RESERVED if name.startswith(prefix)), "")
    if reserved:
        return f"is in Docker's own namespace `{reserved}*`; use a domain of yours, reversed"
    if name != name.lower():
        return "has capital letters; write it in lower case"
    if re.search(r"[^a-z0-9._/-]", name):
        return "may hold lower-case letters, digits, `.`, `-`, `_` and `/` only"
    if ".." in name or "--" in name:
        return "repeats a `.` or `-`; write one"
    if not name[:1].isalpha() or not name[-1:].isalnum():
        return "must begin with a letter and end with a letter or digit"
    return ""


def label_buildx_overlap(label: Label, options: Mapping[str, Any]) -> Iterator[Problem]:
    """Labels that buildx writes itself, as the option `git-labels` says that it does."""
    if label.name in WRITTEN[options["git-labels"]] and label.stage is not None and label.stage.is_shipped.value:
        message = f"buildx writes `{label.name}` from the checkout; remove it here, where it can only be old"
        yield Problem(message, Place(label.node.span))


def label_stale_digest(label: Label) -> Iterator[Problem]:
    """A digest of the base image that FROM does not name."""
    stage, said = label.stage, label.value.value
    if stage is None or not said or "$" in said or not stage.is_shipped.value:
        return
    base = stage.foundation.base
    if base.value is None or base.value.partition("@")[2] == said:
        return
    digest = base.value.partition("@")[2]
    names = "names another digest" if digest else "names no digest"
    message = (
        f"the label tells a digest of the base image, but FROM {names}; pin the base image by it, or drop the label"
    )
    yield Problem(message, Place(label.node.span), base.places)
