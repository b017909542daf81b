"""Versions of Docker Compose, and from which of them on it behaves as it does today."""

from __future__ import annotations

from typing import TypeAlias

Version: TypeAlias = tuple[int, ...]

# What changed -> the first Docker Compose that does it; before, it does what stands behind `before:`.
SINCE: dict[str, Version] = {
    # Definitions of an included file merge with ours. before: `conflicts with imported resource` unless equal.
    "include-merges": (5, 0, 0),
    # A service can extend one that the same file includes. before: `service "x" not found`.
    "extends-included": (5, 1, 4),
    # Only the branch of `${A:-…}` that is used is expanded. before: all of them.
    "lazy-defaults": (5, 0, 2),
    # `required` and `restart` of a dependency may be strings. before: `must be a boolean`.
    "dependency-casts": (5, 0, 0),
    # A plain date is text. before: `invalid jsonType time.Time`; the first release that changed it is not known.
    "dates": (2, 40, 4),
    # `.inf` and `.nan` are refused. before: accepted.
    "finite-floats": (5, 5, 0),
    # `mem_limit: "-1"` means no limit. before: `invalid size`.
    "unlimited-memory": (5, 1, 4),
    # `docker compose config` prints `create_host_path` only when it is false. before: when it is true.
    "create-host-path": (5, 0, 2),
}


def since(found: Version | None, change: str) -> bool:
    """Whether a Docker Compose has a change of `SINCE`; None is the newest."""
    return found is None or found >= SINCE[change]


def version(text: str) -> Version | None:
    """`2.40.3` as numbers, so that versions compare; None for "" (the newest) and for what is no version."""
    parts = text.removeprefix("v").split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else None
