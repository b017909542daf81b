"""Checks of YAML anchors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintstack import yaml
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.join.raw import tidied, walk
from lintstack.model import ComposeFile
from lintstack.source import Span

OWN = "x-"  # begin of the keys that Docker Compose passes over


def unused_extension(file: ComposeFile) -> Iterator[Problem]:
    """Extension fields with anchors of which none has an alias, all over the file."""
    source = file.source
    if "&" not in source.text or OWN not in source.text:
        return
    aliases = set(re.findall(r"\*([^\s,\[\]{}]+)", source.text))
    for document in tidied(source):
        for name, entry in document.entries.items():
            if name.startswith(OWN) and document.start <= entry.key.start:
                anchors = _anchors(entry)
                if anchors and aliases.isdisjoint(anchors):
                    named = ", ".join(f"`*{anchor}`" for anchor in anchors[:3])
                    message = f"nothing in the file uses `{name}`: there is no {named}; remove it, or use it"
                    yield Problem(message, Place(entry.key.span), detail=name)


def _anchors(entry: yaml.Entry) -> list[str]:
    """Names of the anchors in a value, from what stands between its texts."""
    text, start, end = entry.key.source.text, entry.key.end, entry.value.end
    if end < start:  # an alias
        return []
    found, at = [], start
    for span in (*_texts(entry.value, start, end), entry.key.source.span(end, end)):
        if span.start >= at:
            found += re.findall(r"(?<!\S)&([^\s,\[\]{}]+)", re.sub(r"(?<!\S)#.*", "", text[at : span.start]))
            at = span.end
    return found


def _texts(root: yaml.Node, start: int, end: int) -> list[Span]:
    """Places of the scalars below a node, keys among them, in their order; without those that aliases brought."""
    spans: list[Span] = []
    for _, node in walk(root):
        if isinstance(node, yaml.Scalar):
            spans.append(node.span)
        elif isinstance(node, yaml.Mapping):
            spans += [item.key.span for item in node.entries.values()]
    return sorted((span for span in spans if start <= span.start <= span.end <= end), key=lambda span: span.start)
