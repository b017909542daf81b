"""A picture as SVG, for a page or a browser; no script, nothing loaded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from html import escape
from itertools import cycle, pairwise

from lintstack.graph import COLOURS, SIGNS, Box, Keep, Picture, Wait
from lintstack.graph.layout import GAP_X, Arrow, Layout, Size, layout
from lintstack.named import NamedTuple
from lintstack.report import Style
from lintstack.report.frames import width
from lintstack.report.text import page

CHARACTER, LINE, PADDING, MARGIN = 7.3, 19, 12, 28  # pixels: a character of 12 px monospace, a line, …
MOST_CHARACTERS, MOST_LINES = 44, 6  # of a line of a box; of its lines of one kind
MOST_WIDE = 1400  # pixels of a row
TAG, HEAD = 22, 56  # height of a published port's tag, of the title
DASHES = {"healthy": "", "started": "6 4", "completed": "2 3"}
INK, PALE, PAPER = "#1f2328", "#59636e", "#ffffff"
# Networks, told apart also by those who see no red or green (Okabe and Ito 2008).
NETWORKS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a800", "#666666")


class Row(NamedTuple):
    """A line of text in a box."""

    text: str
    colour: str = INK
    bold: bool = False


def draw(pictures: Sequence[Picture], style: Style) -> str:
    """One picture."""
    return page(line for picture in pictures for line in _picture(picture))


def _picture(picture: Picture) -> Iterator[str]:
    colours = dict(zip(picture.networks, cycle(NETWORKS), strict=False))
    rows = {box.name: tuple(_rows(box)) for box in picture.boxes}
    sizes = {box.name: _size(box, rows[box.name]) for box in picture.boxes}
    waits = {
        Arrow(box.name, wait.service): wait for box in picture.boxes for wait in box.waits if wait.service in sizes
    }
    tagged = frozenset(box.name for box in picture.boxes if _tags_width(box) > sizes[box.name].width / 2 - PADDING)
    placed = layout(_by_step(picture.boxes, sizes), tuple(waits), sizes)
    legend = tuple(_legend(picture))
    wide = max(placed.width, round(_text_width(picture.title) * 16 / 12), 440) + 2 * MARGIN
    foot = placed.height + HEAD + 2 * MARGIN
    yield from _head(picture, wide, foot + LINE * len(legend))
    yield f'<g transform="translate({(wide - placed.width) // 2} {HEAD + MARGIN})">'
    yield from (_arrow(arrow, wait, placed, sizes, tagged) for arrow, wait in waits.items())
    for box in picture.boxes:
        yield from _box(box, rows[box.name], placed.places[box.name], sizes[box.name], colours)
    yield "</g>"
    yield from (
        f'<g transform="translate({MARGIN} {foot + LINE * index})">{line}</g>' for index, line in enumerate(legend)
    )
    yield "</svg>"


def _head(picture: Picture, wide: int, tall: int) -> Iterator[str]:
    """What comes before the boxes: size and font, the arrow head, the title, the files."""
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" width="{wide}" height="{tall}"'
        f' role="img" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="12">'
    )
    yield f"<title>{escape(picture.title)}</title>"
    yield f'<rect width="{wide}" height="{tall}" fill="{PAPER}"/>'
    yield (
        '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
        f' orient="auto"><path d="M0 0 8 4 0 8z" fill="{PALE}"/></marker></defs>'
    )
    yield f'<text x="{MARGIN}" y="{MARGIN + 6}" font-size="16" font-weight="bold">{escape(picture.title)}</text>'
    files = _cut(" + ".join(picture.files), int((wide - 2 * MARGIN) / CHARACTER))
    yield f'<text x="{MARGIN}" y="{MARGIN + 26}" fill="{PALE}">{escape(files)}</text>'


def _by_step(boxes: Sequence[Box], sizes: dict[str, Size]) -> list[list[str]]:
    """Rows, those that start last on top; a step that is too wide takes several, first what arrows lead to."""
    awaited = {wait.service for box in boxes for wait in box.waits}
    steps: dict[int, list[str]] = defaultdict(list)
    for box in sorted(boxes, key=lambda box: not box.waits and box.name not in awaited):
        steps[box.step].append(box.name)
    rows: list[list[str]] = []
    for step in sorted(steps, reverse=True):
        names = steps[step]
        count = -(-sum(sizes[name].width + GAP_X for name in names) // MOST_WIDE)
        length = -(-len(names) // count)
        rows += [names[start : start + length] for start in range(0, len(names), length)]
    return rows


def _rows(box: Box) -> Iterator[Row]:
    yield Row(box.name, bold=True)
    yield Row(box.runs)
    yield from (Row(trait, PALE) for trait in _wrapped(box.traits))
    yield from (Row(text) for text in _few([_keep(keep) for keep in box.keeps]))
    for mark in box.marks[:MOST_LINES]:
        times = f" ×{mark.times}" if mark.times > 1 else ""
        yield Row(f"{SIGNS[mark.severity]} {mark.rule}{times}", COLOURS[mark.severity])
    if len(box.marks) > MOST_LINES:
        yield Row(f"… {len(box.marks) - MOST_LINES} more", PALE)


def _keep(keep: Keep) -> str:
    """A mount; of a long source the end is shown, which tells it from others."""
    behind = f" → {keep.target}{' (ro)' if keep.read_only else ''}"
    room = max(MOST_CHARACTERS - width(behind) - 2, 12)
    source = keep.source if width(keep.source) <= room else f"…{keep.source[1 - room :]}"
    return f"{'▤' if keep.volume else '↔'} {source}{behind}"


def _wrapped(traits: Sequence[str]) -> Iterator[str]:
    """Traits joined to lines that fit."""
    line = ""
    for trait in traits:
        longer = f"{line} · {trait}" if line else trait
        if line and width(longer) > MOST_CHARACTERS:
            yield line
            longer = trait
        line = longer
    if line:
        yield line


def _few(texts: Sequence[str]) -> Iterator[str]:
    yield from texts[:MOST_LINES]
    if len(texts) > MOST_LINES:
        yield f"… {len(texts) - MOST_LINES} more"


def _cut(text: str, most: int = MOST_CHARACTERS) -> str:
    return text if width(text) <= most else f"{text[: most - 1]}…"


def _text_width(text: str) -> float:
    return width(text) * CHARACTER


def _tags_width(box: Box) -> float:
    return sum(_text_width(_cut(port)) + 22 for port in box.ports[:MOST_LINES])


def _size(box: Box, rows: Sequence[Row]) -> Size:
    longest = max(_text_width(_cut(row.text)) for row in rows)
    tags = _tags_width(box)
    chips = sum(_text_width(name) + 26 for name in box.networks)
    return Size(round(max(longest, tags, chips, 150) + 2 * PADDING), TAG + 2 * PADDING + LINE * (len(rows) + 1))


def _box(box: Box, rows: Sequence[Row], place: tuple[int, int], size: Size, colours: dict[str, str]) -> Iterator[str]:
    edge, stroke = (COLOURS[box.worst], 2) if box.worst else (PALE, 1)
    yield f'<g transform="translate({place[0]} {place[1]})">'
    yield f"<title>{escape(_tooltip(box))}</title>"
    yield from _tags(box)
    yield (
        f'<rect y="{TAG}" width="{size.width}" height="{size.height - TAG}" rx="8" fill="#f6f8fa"'
        f' stroke="{edge}" stroke-width="{stroke}"/>'
    )
    for index, row in enumerate(rows):
        bold = ' font-weight="bold" font-size="14"' if row.bold else ""
        y = TAG + PADDING + LINE * index + 13
        yield f'<text x="{PADDING}" y="{y}" fill="{row.colour}"{bold}>{escape(_cut(row.text))}</text>'
    yield from _chips(box, TAG + PADDING + LINE * len(rows) + 13, colours)
    yield "</g>"


def _tooltip(box: Box) -> str:
    marks = (f"{mark.severity}: {mark.rule} ({mark.at})" for mark in box.marks)
    return "\n".join((box.name, box.runs, *marks)) if box.marks else f"{box.name}\n{box.runs}"


def _tags(box: Box) -> Iterator[str]:
    """Published ports, on the upper edge: what comes from the host."""
    x = float(PADDING)
    for port in box.ports[:MOST_LINES]:
        wide = _text_width(_cut(port)) + 14
        yield f'<rect x="{x:.0f}" width="{wide:.0f}" height="{TAG}" rx="4" fill="#ddf4ff" stroke="#0969da"/>'
        yield f'<text x="{x + 7:.0f}" y="15" fill="#0550ae">{escape(_cut(port))}</text>'
        x += wide + 8


def _chips(box: Box, y: int, colours: dict[str, str]) -> Iterator[str]:
    """The networks that the service joins, where there is a choice."""
    x = float(PADDING)
    for name in box.networks if colours else ():
        yield f'<rect x="{x:.0f}" y="{y - 9}" width="10" height="10" rx="2" fill="{colours[name]}"/>'
        yield f'<text x="{x + 15:.0f}" y="{y}" fill="{PALE}">{escape(name)}</text>'
        x += _text_width(name) + 26


def _arrow(arrow: Arrow, wait: Wait, placed: Layout, sizes: dict[str, Size], tagged: frozenset[str]) -> str:
    """A line from the foot of one box to the head of another, through the gaps between."""
    (x, y), (to_x, to_y) = placed.places[arrow.start], placed.places[arrow.end]
    start = (x + sizes[arrow.start].width // 2, y + sizes[arrow.start].height)
    end = (to_x + sizes[arrow.end].width // 2, to_y + (-3 if arrow.end in tagged else TAG))
    points = [start, *placed.joints.get(arrow, ()), end]
    path = f"M{start[0]} {start[1]}"
    for (from_x, from_y), (next_x, next_y) in pairwise(points):
        bend = (from_y + next_y) // 2
        path += f" C{from_x} {bend} {next_x} {bend} {next_x} {next_y}"
    dashes = DASHES.get(wait.condition, DASHES["started"])
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    said = escape(f"{arrow.start} waits for {arrow.end}{f' ({wait.condition})' if wait.condition else ''}")
    return (
        f'<path d="{path}" fill="none" stroke="{PALE}" stroke-width="1.5"{dashed} marker-end="url(#end)">'
        f"<title>{said}</title></path>"
    )


def _legend(picture: Picture) -> Iterator[str]:
    """Findings about no single service, and what the lines mean."""
    for mark in picture.marks[: 2 * MOST_LINES]:
        said = escape(f"{SIGNS[mark.severity]} {mark.rule}  {mark.at}")
        yield f'<text y="13" fill="{COLOURS[mark.severity]}">{said}</text>'
    if any(box.waits for box in picture.boxes):
        said = "arrows: waits until healthy; dashed: until started; dotted: until completed"
        yield f'<text y="13" fill="{PALE}" font-size="11">{said}</text>'
