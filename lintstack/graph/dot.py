"""A picture for Graphviz."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintstack.graph import COLOURS, Box, Picture
from lintstack.report import Style
from lintstack.report.text import page


def draw(pictures: Sequence[Picture], style: Style) -> str:
    """One picture as a directed graph, from those that start last to those that start first."""
    return page(line for picture in pictures for line in _picture(picture))


def _picture(picture: Picture) -> Iterator[str]:
    yield f"digraph {_text(picture.title)} {{"
    yield f"  label={_text(picture.title)}; labelloc=t; fontname=sans; rankdir=TB;"
    yield "  node [shape=box, style=rounded, fontname=sans]; edge [fontname=sans, fontsize=10];"
    if any(box.ports for box in picture.boxes):
        yield "  host [shape=circle];"
    names = {box.name for box in picture.boxes}
    for box in picture.boxes:
        yield f"  {_text(f'service {box.name}')} [label={_text(*box.label)}{_colour(box)}];"
    yield from (f"  {_text(f'network {name}')} [label={_text(name)}, shape=hexagon];" for name in picture.networks)
    for name in sorted({keep.source for box in picture.boxes for keep in box.keeps if keep.volume}):
        yield f"  {_text(f'volume {name}')} [label={_text(name)}, shape=cylinder];"
    for box in picture.boxes:
        yield from _arrows(box, names, picture.networks)
    yield "}"


def _colour(box: Box) -> str:
    return f', color="{COLOURS[box.worst]}", penwidth=2' if box.worst else ""


def _arrows(box: Box, names: set[str], networks: Sequence[str]) -> Iterator[str]:
    own = _text(f"service {box.name}")
    yield from (f"  host -> {own} [label={_text(port)}];" for port in box.ports)
    for wait in box.waits:
        if wait.service in names:
            yield f"  {own} -> {_text(f'service {wait.service}')} [label={_text(wait.condition)}];"
    for name in box.networks:
        if name in networks:
            yield f"  {own} -> {_text(f'network {name}')} [dir=none, style=dotted];"
    for keep in box.keeps:
        if keep.volume:
            yield f"  {own} -> {_text(f'volume {keep.source}')} [dir=none];"


def _text(*lines: str) -> str:
    """A quoted string of the DOT language, its lines centred."""
    return '"' + "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in lines) + '"'
