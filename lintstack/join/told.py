"""What files say to each other and to the shell; the modules that know are loaded when a file says such a thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lintstack.join.mounts import Disk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lintstack.compose.load import Loaded
    from lintstack.model import Service, Stack
    from lintstack.source import Source


def told(
    stack: Stack, loaded: Loaded, found: Sequence[Service], disk: Disk, open_text: Callable[[str], Source | None]
) -> dict[str, Any]:
    """Overrides, extends, includes and variables without value of a stack, by the names of its attributes.

    Args:
        stack: the stack.
        loaded: what was loaded.
        found: its services.
        disk: the project's files.
        open_text: text of a file of the project; None when it cannot be read.
    """
    subjects: dict[str, Any] = {}
    texts = [source.text for source in loaded.sources]
    if len(texts) > 1 or loaded.overlooked.kept or any("!" in text for text in texts):
        from lintstack.join.overrides import overrides

        subjects["overrides"] = tuple(overrides(loaded, found))
    if any("extends:" in text or "include:" in text for text in texts):
        from lintstack.join.links import extensions, includes

        subjects["extensions"] = tuple(extensions(loaded, found))
        subjects["includes"] = tuple(includes(loaded, disk))
    if loaded.keys or any(scalar.unset for scalar in loaded.replaced):
        from lintstack.join.interpolations import interpolations

        subjects["interpolations"] = tuple(interpolations(stack, loaded, disk.names, open_text, disk.folder))
    return subjects
