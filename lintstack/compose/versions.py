"""Versions of Docker Compose, and from which of them on it behaves as it does today."""

from __future__ import annotations

from typing import TypeAlias

Version: TypeAlias = tuple[int, ...]


def version(text: str) -> Version | None:
    """`2.40.3` as numbers, so that versions compare; None for "" (the newest) and for what is no version."""
    parts = text.removeprefix("v").split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else None
