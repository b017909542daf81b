"""Checks of the layout of compose files: white space that changes nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from lintstack import yaml
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.join.raw import tidied, walk
from lintstack.model import ComposeFile
from lintstack.named import NamedTuple
from lintstack.source import Source, Span

MOST_SHOWN = 10  # further places of one file
OUR_OWN = "blank-lines"  # no other tool has an id for it


class Faults(NamedTuple):
    """Places of one kind of fault, from the top of the file, and the sentence about the first."""

    message: str
    spans: Iterable[Span]


class Contents:
    """Lines inside of texts that go over several of them, where white space is content; not the first of each.

    Args:
        ranges: first and last line of each, by the first.
    """

    def __init__(self, ranges: dict[int, int]) -> None:
        self.firsts = sorted(ranges)
        self.lasts = [ranges[first] for first in self.firsts]

    def __contains__(self, number: int) -> bool:
        """Whether a line is inside of a text; texts do not overlap."""
        before = bisect_right(self.firsts, number) - 1
        return before >= 0 and number <= self.lasts[before]


def tidy_yaml(file: ComposeFile, options: Mapping[str, Any]) -> Iterator[Problem]:
    """What the option `ask-for` asks for, each kind told once in a file."""
    source = file.source
    if not source.text.strip():
        return
    inside = _contents(source)
    for kind in options["ask-for"]:
        found = KINDS[kind](source, inside, int(options["empty-lines"]))
        spans = iter(found.spans)
        shown = list(islice(spans, MOST_SHOWN + 1))
        if shown:
            further = len(shown) - 1 + sum(1 for _ in spans)
            more = f", and at {further} more places" if further else ""
            related = tuple(Place(span, "here too") for span in shown[1:])
            variant = "" if kind == OUR_OWN else kind
            yield Problem(found.message + more, Place(shown[0]), related, detail=kind, variant=variant)


def _lines(source: Source) -> Iterator[tuple[int, int, str]]:
    """Number, offset and text of each line, without its end."""
    starts = source.line_starts
    for number, start in enumerate(starts, 1):
        end = starts[number] if number < len(starts) else len(source.text)
        yield number, start, source.text[start:end].rstrip("\r\n")


def _contents(source: Source) -> Contents:
    ranges: dict[int, int] = {}
    seen: set[int] = set()  # an alias brings the same text again
    for document in tidied(source):
        for _, node in walk(document):
            if isinstance(node, yaml.Scalar) and node.style and node.start not in seen:
                seen.add(node.start)
                first, last = source.number(node.start), source.number(node.end)
                if first != last:
                    ranges[first if node.style in "'\"" else first + 1] = last
    return Contents(ranges)


def _trailing(source: Source, inside: Contents, most: int) -> Faults:
    """Blanks at line ends."""
    return Faults("the line ends with blanks; remove them", _blank_ends(source, inside))


def _blank_ends(source: Source, inside: Contents) -> Iterator[Span]:
    for number, start, line in _lines(source):
        bare = line.rstrip(" \t")
        if len(bare) < len(line) and number not in inside:
            yield source.span(start + len(bare), start + len(line))


def _final(source: Source, inside: Contents, most: int) -> Faults:
    """The end of the file: one end of a line, no more."""
    text = source.text
    bare = text.rstrip("\r\n")
    ends = text[len(bare) :].count("\n") or text[len(bare) :].count("\r")
    if ends == 1:
        return Faults("", ())
    at = source.span(len(bare.rstrip()) - 1, len(bare.rstrip()))
    message = "empty lines stand at the end of the file; remove them" if ends else "the last line has no end; add one"
    return Faults(message, (at,))


def _heaps(source: Source, inside: Contents, most: int) -> Faults:
    """Empty lines that follow too many others; those at the end of the file are its end's matter."""
    message = f"more than {most} empty lines stand before this line; remove the others"
    return Faults(message, _below_heaps(source, inside, most))


def _below_heaps(source: Source, inside: Contents, most: int) -> Iterator[Span]:
    empty = 0
    for number, start, line in _lines(source):
        if line.strip():
            if empty > most:
                yield source.span(start, start + len(line))
            empty = 0
        elif number not in inside:
            empty += 1


def _indentation(source: Source, inside: Contents, most: int) -> Faults:
    """Steps to the right that differ from most others of the file, of mappings and of lists."""
    steps: dict[type, list[tuple[int, Span]]] = {yaml.Mapping: [], yaml.Sequence: []}
    for document in tidied(source):
        for _, node in walk(document):
            for entry in _below(node) if isinstance(node, yaml.Mapping) else ():
                step = entry.value.span.column - entry.key.span.column
                steps[type(entry.value)].append((step, entry.key.span))
    odd: list[tuple[Span, int, int]] = []
    for found in steps.values():
        usual = Counter(step for step, _ in found).most_common(1)[0][0] if found else 0
        odd += [(span, step, usual) for step, span in found if step != usual]
    odd.sort(key=lambda item: item[0].start)
    if not odd:
        return Faults("", ())
    span, step, usual = odd[0]
    message = (
        f"what stands below `{span.text}` is indented by {step}, elsewhere in the file by {usual}; indent it alike"
    )
    return Faults(message, [span for span, _, _ in odd])


def _below(parent: yaml.Mapping) -> Iterator[yaml.Entry]:
    """Entries whose values stand in the lines below their keys, without brackets, and not where an alias found them."""
    text = parent.source.text
    for entry in parent.entries.values():
        key, value = entry.key, entry.value
        own = parent.start <= key.start and key.end <= value.start and value.end <= parent.end
        block = not isinstance(value, yaml.Scalar) and text[value.start : value.start + 1] not in ("{", "[")
        if own and block and "\n" in text[key.end : value.start]:
            yield entry


def _together(source: Source, inside: Contents, most: int) -> Faults:
    """Services and sections that follow the one before them without an empty line."""
    spans = []
    for document in tidied(source):
        named = document.get("services")
        for node in (document, *([named] if isinstance(named, yaml.Mapping) else [])):
            keys = [entry.key for entry in node.entries.values() if node.start <= entry.key.start < node.end]
            spans += [key.span for key in keys[1:] if _is_close(key)]
    return Faults("no empty line stands before this key; add one", sorted(spans, key=lambda span: span.start))


def _is_close(key: yaml.Scalar) -> bool:
    """Whether something else stands right above a key and its comments."""
    above = key.source.number(key.start) - 1
    while above and key.source.line(above).lstrip().startswith("#"):
        above -= 1
    return above > 0 and bool(key.source.line(above).strip())


KINDS: dict[str, Callable[[Source, Contents, int], Faults]] = {
    "trailing-spaces": _trailing,
    "final-newline": _final,
    "empty-lines": _heaps,
    "indentation": _indentation,
    "blank-lines": _together,
}
