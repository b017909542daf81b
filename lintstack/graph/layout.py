"""Where the boxes of a picture go: in rows by start order, those that start last on top, few crossing arrows.

The usual steps of layered drawings (Sugiyama, Tagawa, Toda 1981): an arrow over several rows gets a joint in each row
between; rows are sorted by the middle of their neighbours; then everything is set side by side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from lintstack.named import NamedTuple

SWEEPS = 6
MOST_JOINTS = 4000  # more arrows over many rows than that are drawn straight
GAP_X, GAP_Y, JOINT = 36, 72, 14  # pixels


class Size(NamedTuple):
    """Width and height of a box, in pixels."""

    width: int
    height: int


class Arrow(NamedTuple):
    """An arrow from a box to one that starts earlier."""

    start: str
    end: str


class Layout(NamedTuple):
    """Where everything goes, in pixels.

    Args:
        places: left upper corner of each box.
        joints: for each arrow, where it enters and leaves the rows between, from its start on.
        width, height: of the whole.
    """

    places: Mapping[str, tuple[int, int]]
    joints: Mapping[Arrow, Sequence[tuple[int, int]]]
    width: int
    height: int


def layout(rows: Sequence[Sequence[str]], arrows: Sequence[Arrow], sizes: Mapping[str, Size]) -> Layout:
    """Place boxes.

    Args:
        rows: names of the boxes of each row, from the top.
        arrows: each from a box to one of a lower row; others (of a circle) are left out of the order.
        sizes: of every box.
    """
    row_of = {name: index for index, row in enumerate(rows) for name in row}
    downward = [arrow for arrow in arrows if row_of[arrow.start] < row_of[arrow.end]]
    chains = _chains(downward, row_of)
    filled: list[list[str]] = [list(row) for row in rows]
    for chain in chains.values():
        for joint in chain[1:-1]:
            filled[int(joint.partition("\0")[0])].append(joint)
    ordered = _ordered(filled, chains.values())
    return _set(ordered, chains, sizes)


def _chains(arrows: Sequence[Arrow], row_of: Mapping[str, int]) -> dict[Arrow, list[str]]:
    """Each arrow as the names that it passes: its start, a joint in each row between, its end."""
    joints = sum(row_of[arrow.end] - row_of[arrow.start] - 1 for arrow in arrows)
    chains = {}
    for number, arrow in enumerate(arrows):
        between = range(row_of[arrow.start] + 1, row_of[arrow.end]) if joints <= MOST_JOINTS else ()
        chains[arrow] = [arrow.start, *(f"{row}\0{number}" for row in between), arrow.end]
    return chains


def _ordered(rows: list[list[str]], chains: Iterable[Sequence[str]]) -> list[list[str]]:
    """Rows sorted so that few arrows cross: down and up again, each row by the middle of its neighbours."""
    above: dict[str, list[str]] = defaultdict(list)
    below: dict[str, list[str]] = defaultdict(list)
    for chain in chains:
        for upper, lower in pairwise(chain):
            above[lower].append(upper)
            below[upper].append(lower)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        neighbours = above if down else below
        for index in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            _sort(rows[index], rows[index - 1 if down else index + 1], neighbours)
    return rows


def _sort(row: list[str], fixed: Sequence[str], neighbours: Mapping[str, Sequence[str]]) -> None:
    """Sort a row by the middle of what its members are bound to in the row that stays as it is."""
    place = {name: (index + 0.5) / len(fixed) for index, name in enumerate(fixed)}
    own = {name: (index + 0.5) / len(row) for index, name in enumerate(row)}

    def middle(name: str) -> float:
        found = [place[item] for item in neighbours.get(name, ()) if item in place]
        return sum(found) / len(found) if found else own[name]

    row.sort(key=middle)


def _set(rows: Sequence[Sequence[str]], chains: Mapping[Arrow, Sequence[str]], sizes: Mapping[str, Size]) -> Layout:
    """Set rows below each other, each in the middle."""
    joint = Size(JOINT, 0)
    widths = [sum(sizes.get(name, joint).width + GAP_X for name in row) - GAP_X for row in rows]
    whole = max(widths, default=0)
    places: dict[str, tuple[int, int]] = {}
    passages: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {}
    y = 0
    for row, width in zip(rows, widths, strict=True):
        x, tall = (whole - width) // 2, max((sizes.get(name, joint).height for name in row), default=0)
        for name in row:
            if name in sizes:
                places[name] = (x, y)
            else:
                passages[name] = (x + JOINT // 2, y), (x + JOINT // 2, y + tall)
            x += sizes.get(name, joint).width + GAP_X
        y += tall + GAP_Y
    joints = {arrow: [point for name in chain[1:-1] for point in passages[name]] for arrow, chain in chains.items()}
    return Layout(places, joints, whole, max(y - GAP_Y, 0))
