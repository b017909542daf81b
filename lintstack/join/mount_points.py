"""Mounts inside mounts and mounts that hide each other: what their targets say together."""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lintstack.compose.format.mounts import clean
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.mount_options import written
from lintstack.join.raw import below, services
from lintstack.record import bind
from lintstack.yaml import Mapping, Scalar
from lintstack.yaml import Sequence as Listed

if TYPE_CHECKING:
    from lintstack.join.mounts import Disk
    from lintstack.model import Mount
    from lintstack.source import Source, Span

DEEPEST = 64  # folders above a target that are looked at
MOST_LISTED = 10_000  # mounts of a list in which repetitions are looked for


def tell_points(mounts: Sequence[Mount], disk: Disk) -> None:
    """Tell read-only bind mounts of the mounts inside them that have no place there.

    runc makes the folder for a mount before it mounts; inside a read-only mount it cannot.

    Args:
        mounts: the mounts of a service.
        disk: the project's files.
    """
    closed = {mount.target.value: mount for mount in mounts if _is_closed(mount)}
    if not closed:
        return
    targets = frozenset(mount.target.value for mount in mounts)
    found: dict[str, list[tuple[str, Place]]] = {}
    for mount in mounts:
        target = mount.target.value or ""
        above = _above(target, targets)
        if above in closed and _lacks(closed[above], target[len(above.rstrip("/")) + 1 :], disk):
            found.setdefault(above, []).append((target, Place(mount.target.places[0].span, "has no place there")))
    for above, points in found.items():
        where = (*closed[above].source.places[:1], *(place for _, place in points))
        bind(closed[above], missing_points=Fact(tuple(target for target, _ in points), where))


def _is_closed(mount: Mount) -> bool:
    return bool(mount.read_only.value and mount.source_kind.value == "dir" and mount.target.value)


def _above(target: str, targets: frozenset[str | None]) -> str:
    """The nearest target that a path lies in, "" when there is none."""
    for _ in range(DEEPEST):
        target = os.path.dirname(target)
        if target in targets or target in ("", "/"):
            return target
    return ""


def _lacks(mount: Mount, below: str, disk: Disk) -> bool:
    """Whether a folder of the repository has nothing at a path, nor will get it from what git ignores."""
    path = os.path.join(disk.root, mount.source.value or "", below)
    return disk.exists(path) == "" and not disk.ignored(path + "/")


def repeated_targets(source: Source) -> Fact[tuple[str, ...]]:
    """Targets that a list of mounts of a file names again, at the earlier ones, which have no effect.

    Args:
        source: the file.
    """
    once: dict[Span, str] = {}
    for _, service in services(source):
        listed = below(service.value, "volumes")
        if isinstance(listed, Listed) and 1 < len(listed.items) <= MOST_LISTED:
            once |= {span: target for target, span in _repeated(listed)}
    return Fact(tuple(once.values()), tuple(map(Place, once))) if once else ABSENT


def _repeated(listed: Listed) -> Iterator[tuple[str, Span]]:
    last: dict[str, Span] = {}
    for item in listed.items:
        target, span = _target(item)
        if target and span is not None:
            if target in last:
                yield target, last[target]
            last[target] = span


def _target(item: object) -> tuple[str, Span | None]:
    """The path in the container and the place of a mount as it is written; "" when a variable hides it."""
    if isinstance(item, Scalar):
        fields = written(item).fields
        path = fields[min(1, len(fields) - 1)][0] if fields else ""
        return ("" if "$" in path or not path else clean(path)), item.span
    target = item.get("target") if isinstance(item, Mapping) else None
    if not isinstance(target, Scalar) or "$" in target.text:
        return "", None
    return target.text, target.span
