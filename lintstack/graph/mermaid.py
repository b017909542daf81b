"""A picture for Markdown: GitHub, GitLab and others draw Mermaid in pages and pull requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintstack.graph import COLOURS, Box, Picture
from lintstack.report import Style
from lintstack.report.text import page


def draw(pictures: Sequence[Picture], style: Style) -> str:
    """One picture as a flowchart, from those that start last to those that start first."""
    return page(line for picture in pictures for line in _picture(picture))


def _picture(picture: Picture) -> Iterator[str]:
    numbers = {box.name: index for index, box in enumerate(picture.boxes)}
    networks = {name: index for index, name in enumerate(picture.networks)}
    volumes = {keep.source for box in picture.boxes for keep in box.keeps if keep.volume}
    places = {name: index for index, name in enumerate(sorted(volumes))}
    yield "flowchart TB"
    if any(box.ports for box in picture.boxes):
        yield "  host((host))"
    for box in reversed(picture.boxes):
        yield f"  s{numbers[box.name]}[{_text(*box.label)}]{f':::{box.worst}' if box.worst else ''}"
    yield from (f"  n{index}{{{{{_text(name)}}}}}" for name, index in networks.items())
    yield from (f"  v{index}[({_text(name)})]" for name, index in places.items())
    for box in reversed(picture.boxes):
        yield from _arrows(box, numbers, networks, places)
    yield from (f"  classDef {name} stroke:{colour},stroke-width:3px" for name, colour in COLOURS.items())


def _arrows(box: Box, numbers: dict[str, int], networks: dict[str, int], volumes: dict[str, int]) -> Iterator[str]:
    own = f"s{numbers[box.name]}"
    yield from (f"  host -- {_text(port)} --> {own}" for port in box.ports)
    for wait in box.waits:
        if wait.service in numbers:
            label = f"-- {_text(wait.condition)} -->" if wait.condition else "-->"
            yield f"  {own} {label} s{numbers[wait.service]}"
    yield from (f"  {own} -.- n{networks[name]}" for name in box.networks if name in networks)
    for keep in box.keeps:
        if keep.volume:
            yield f"  {own} --- v{volumes[keep.source]}"


def _text(*lines: str) -> str:
    """A label; Mermaid's own signs as its entity codes (`#quot;`)."""
    return f'"{"<br/>".join(map(_escaped, lines))}"'


def _escaped(line: str) -> str:
    return "".join(f"#{ord(sign)};" if sign in '"#&<>`;\\' else sign for sign in line)
