"""Checks of the quotes in compose files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from lintstack import yaml
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.join.raw import tidied, tidied_services, walk
from lintstack.model import ComposeFile
from lintstack.source import Source

MOST_SHOWN = 10  # further places of one file
KINDS = {"double": '"', "single": "'"}
# Keys that readers of YAML 1.1 take for booleans, and the merge key.
RESERVED = frozenset({"yes", "no", "on", "off", "y", "n", "true", "false", "null"})


def consistent_quotes(file: ComposeFile, options: Mapping[str, Any]) -> Iterator[Problem]:
    """Values in the other kind of quotes, and keys in any, each told once in a file."""
    text = file.source.text
    if '"' not in text and "'" not in text:
        return
    values, keys = _quoted(file.source)
    wanted = KINDS.get(options["prefer"]) or _usual(values)
    odd = [scalar for scalar in values if scalar.style != wanted]
    if odd:
        kind, other = ("double", "single") if wanted == '"' else ("single", "double")
        others = "values as agreed" if options["prefer"] != "any" else _share(len(odd), len(values))
        yield _told(odd, f"the value stands in {other} quotes, {others} stand in {kind} ones; use one kind", "values")
    if keys and not options["quoted-keys"]:
        yield _told(keys, f"the key `{keys[0].text}` needs no quotes; remove them", "keys")


def plain_volumes(file: ComposeFile) -> Iterator[Problem]:
    """Volumes in the short form whose quotes do nothing."""
    for _, entry in tidied_services(file.source):
        listed = entry.value.get("volumes") if isinstance(entry.value, yaml.Mapping) else None
        for item in listed.items if isinstance(listed, yaml.Sequence) and not _flows(listed) else ():
            if isinstance(item, yaml.Scalar) and item.style in ("'", '"') and _can_be_plain(item):
                message = f"`{item.text}` needs no quotes; remove them"
                yield Problem(message, Place(item.span), detail=item.text)


def _told(found: Sequence[yaml.Scalar], message: str, kind: str) -> Problem:
    """One problem for all of a kind, at the first of them."""
    places = [Place(scalar.span, "here too") for scalar in found[1 : MOST_SHOWN + 1]]
    more = f", and {len(found) - 1} more like it" if len(found) > 1 else ""
    return Problem(message + more, Place(found[0].span), tuple(places), detail=kind)


def _quoted(source: Source) -> tuple[list[yaml.Scalar], list[yaml.Scalar]]:
    """Values that could stand in either kind of quotes, and keys that could do without, as they stand."""
    values: list[yaml.Scalar] = []
    keys: list[yaml.Scalar] = []
    for document in tidied(source):
        for _, node in walk(document):
            if isinstance(node, yaml.Scalar):
                values += [node] if node.style in ("'", '"') and _is_free(node) else []
            elif isinstance(node, yaml.Mapping) and not _flows(node):
                keys += [entry.key for entry in node.entries.values() if entry.key.style and _is_name(entry.key.text)]
    return _in_order(values), _in_order(keys)


def _in_order(found: Sequence[yaml.Scalar]) -> list[yaml.Scalar]:
    """Each place once, from the top of the file."""
    return [scalar for _, scalar in sorted({scalar.start: scalar for scalar in found}.items())]


def _usual(values: Sequence[yaml.Scalar]) -> str:
    """The kind of quotes that most values have; double ones where no kind leads."""
    single = sum(scalar.style == "'" for scalar in values)
    return "'" if single * 2 > len(values) else '"'


def _share(odd: int, all_of_them: int) -> str:
    return "as many of this file's" if odd * 2 == all_of_them else "most of this file's"


def _is_free(scalar: yaml.Scalar) -> bool:
    """Whether the other kind of quotes would do without escapes."""
    inner = scalar.source.text[scalar.start + 1 : scalar.end - 1]
    return not any(sign in inner for sign in "'\"\\")


def _flows(node: yaml.Mapping | yaml.Sequence) -> bool:
    """Whether it stands in brackets, as all of a JSON file does."""
    return node.source.text[node.start : node.start + 1] in ("{", "[")


@cache
def _plain_name() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")


def _is_name(text: str) -> bool:
    return bool(_plain_name().fullmatch(text)) and text.lower() not in RESERVED


@cache
def _plain_volume() -> re.Pattern[str]:
    return re.compile(r"(?:[A-Za-z0-9_./]|~/|\$\{)[^\s#'\"\\]*[^\s#'\"\\:]")


def _can_be_plain(scalar: yaml.Scalar) -> bool:
    """Whether the text means the same without quotes, in a list that does not stand in brackets."""
    inner = scalar.source.text[scalar.start + 1 : scalar.end - 1]
    whole = _plain_volume().fullmatch(inner)
    return whole is not None and isinstance(yaml.Scalar(scalar.source, 0, 0, inner).value, str)
