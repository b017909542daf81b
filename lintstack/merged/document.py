"""A normal tree as YAML, with a comment behind each value that says where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from lintstack.merged.leaves import Leaf, Path
from lintstack.merged.masks import Mask, escaped
from lintstack.merged.origins import Origin, nothing_left, origin
from lintstack.named import NamedTuple
from lintstack.report.text import command, escape, hidden, page, safe
from lintstack.source import Span
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence
from lintstack.yaml.scalars import resolve

# Comments stand in one column, unless a line is longer than this.
_WIDEST = 56
_LONGEST_QUOTE = 60
# YAML 1.1 takes these for booleans.
_WORDS = frozenset("y yes n no on off true false null".split())
# JSON prints these even when there is nothing to print.
_ALWAYS = ("command", "entrypoint")


class Line(NamedTuple):
    """A line of the document, and what is said behind it."""

    text: str
    comment: str = ""


def document(tree: Mapping, masks: Mask, heading: Iterable[str]) -> str:
    """The whole text.

    Args:
        tree: a normal tree.
        masks: what is not printed.
        heading: sentences for the top.
    """
    lines = tuple(_mapping(tree, (), masks))
    column = 2 + max((len(line.text) for line in lines if line.comment and len(line.text) <= _WIDEST), default=0)
    body = (f"{line.text.ljust(column - 2)}  # {line.comment}" if line.comment else line.text for line in lines)
    return page((*(f"# {safe(sentence)}" for sentence in heading), *body))


def _mapping(node: Mapping, path: Path, masks: Mask) -> Iterator[Line]:
    for name, entry in node.entries.items():
        at = (*path, name)
        if _stands_apart(path, name, node, entry.value):
            yield Line("")
        yield from _value(f"{string(name)}:", entry.value, at, entry, masks)


def _stands_apart(path: Path, name: str, node: Mapping, value: Node) -> bool:
    """Whether an empty line comes before an entry: a section of the top level, a service behind another."""
    section = not path and isinstance(value, Mapping) and bool(value.entries)
    return section or (path == ("services",) and name != next(iter(node.entries)))


def _value(head: str, node: Node, path: Path, entry: Entry | None, masks: Mask) -> Iterator[Line]:
    """The lines of a value behind its key or dash."""
    if isinstance(node, Scalar):
        yield from _scalar(head, Leaf(path, node, entry), masks)
    elif not (node.entries if isinstance(node, Mapping) else node.items):
        empty = "{}" if isinstance(node, Mapping) else "[]"
        yield Line(f"{head} {empty}", _said(origin(Leaf(path, node, entry), masks)))
    else:
        gone = nothing_left(entry) if entry is not None else ()
        yield Line(head, ", ".join(f"over {_at(span)}" for span in gone))
        inner = _mapping(node, path, masks) if isinstance(node, Mapping) else _items(node, path, masks)
        yield from (Line(f"  {line.text}" if line.text else "", line.comment) for line in inner)


def _items(node: Sequence, path: Path, masks: Mask) -> Iterator[Line]:
    for index, item in enumerate(node.items):
        at = (*path, str(index))
        if isinstance(item, Mapping) and item.entries:
            for number, line in enumerate(_mapping(item, at, masks)):
                yield Line(f"{'  ' if number else '- '}{line.text}", line.comment)
        elif isinstance(item, Sequence) and item.items:
            for number, line in enumerate(_items(item, at, masks)):
                yield Line(f"{'  ' if number else '- '}{line.text}", line.comment)
        else:
            yield from _value("-", item, at, None, masks)


def _scalar(head: str, leaf: Leaf, masks: Mask) -> Iterator[Line]:
    node = leaf.node
    assert isinstance(node, Scalar)
    said = _said(origin(leaf, masks))
    value = node.value
    if not isinstance(value, str):
        yield Line(f"{head} {'null' if value is None else node.text}", said)
        return
    text = escaped(masks.text(leaf.path, value))
    block = _block(text)
    if block is None:
        yield Line(f"{head} {string(text)}", said)
    else:
        yield Line(f"{head} {block[0]}", said)
        yield from (Line(f"  {line}" if line else "") for line in block[1])


def _said(found: Origin) -> str:
    """Where a value comes from, in one line."""
    parts = [_at(found.at) + (f" `{_short(found.written)}`" if found.written else "")]
    parts += ["implied"] if found.implied else []
    parts += [f"{safe(name)} is not set" for name in dict.fromkeys(found.unset)]
    parts += [f"over {_at(at)} `{_short(text)}`" if text is not None else f"as in {_at(at)}" for at, text in found.over]
    return ", ".join(parts)


def _at(span: Span) -> str:
    return safe(f"{span.path}:{span.line}")


def _short(text: str) -> str:
    shown = safe(text.replace("\n", "⏎"))
    return shown if len(shown) <= _LONGEST_QUOTE else shown[: _LONGEST_QUOTE - 1] + "…"


@cache
def _plain() -> re.Pattern[str]:
    """Texts that may be a plain scalar for every YAML reader, as far as their signs go."""
    return re.compile(r"[A-Za-z0-9_/.$(][\x20-\x7e]*")


@cache
def _numeric() -> re.Pattern[str]:
    """Numbers, dates and times, of any kind that a reader may know."""
    return re.compile(r"[-+.]?[0-9][0-9a-fA-FxXoOeE_.:TZ+ -]*")


def string(text: str) -> str:
    """A string as YAML: plain where nobody can misread it, else in double quotes."""
    plain = (
        _plain().fullmatch(text)
        and not text.endswith((":", " "))
        and not any(mark in text for mark in (": ", " #", "##"))
        and not _numeric().fullmatch(text)
        and text.lower() not in _WORDS
        and isinstance(resolve(text), str)
    )
    return text if plain else f'"{_quoted(text)}"'


def _quoted(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return command().sub(r"#\\x23", hidden().sub(lambda found: escape(found[0]), text))


def _block(text: str) -> tuple[str, list[str]] | None:
    """A text of several lines as a literal block: its indicator and lines; None where that is not safe."""
    body = text.rstrip("\n")
    lines = body.split("\n")
    if len(lines) < 2 or not lines[0] or lines[0][0] in " \t" or "##" in text:
        return None
    if any(hidden().search(line.replace("\t", "")) or line != line.rstrip() or line.startswith("::") for line in lines):
        return None
    ends = len(text) - len(body)
    indicator = ("|-", "|", "|+")[min(ends, 2)]
    return indicator, [*lines, *([""] * (ends - 1))]
