"""Builds trees from parser events: iterative, bounded before and after alias expansion, never raising."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lintstack.facts import Place
from lintstack.findings import Finding, diagnostic
from lintstack.named import NamedTuple
from lintstack.source import Source, Span
from lintstack.yaml.encoding import hidden_characters
from lintstack.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence
from lintstack.yaml.syntax import Refusal, explain, parsers, refusal

DEEPEST = 64
MOST_NODES = 100_000
_MOST_PROBLEMS = 100
_MEMO = "yaml documents"
_MERGE_TAG = "tag:yaml.org,2002:merge"
# First characters of the plain keys that may not be strings (null, true, false in any case, numbers, "").
_UNTYPED_STARTS = frozenset("nNtTfF~0123456789+-.")


class Documents(NamedTuple):
    """The documents of a file; None stands for an empty one."""

    documents: tuple[Node | None, ...]
    problems: tuple[Finding, ...]


def parse(source: Source) -> Documents:
    """Nodes of every document of a file.

    Never raises. A tree is at most 64 levels deep and has at most 100 000 nodes after alias expansion; aliases share
    nodes, merge keys (`<<`) are expanded with shared entries. What is wrong and can be left out is left out and
    reported; documents before the first syntax error are returned. A source is parsed once: several environments
    read the same file.
    """
    found: Documents | None = source.__dict__.get(_MEMO)
    if found is None:
        found = source.__dict__[_MEMO] = _parsed(source)
    return found


def forget(source: Source) -> None:
    """Let go of a source's tree, which nobody will ask for again; parsing it anew costs time, never truth."""
    source.__dict__.pop(_MEMO, None)


def _parsed(source: Source) -> Documents:
    hidden = tuple(hidden_characters(source))
    refused: list[_Builder] = []
    for events in parsers(source):
        builder = _Builder(source)
        builder.read(events)
        if builder.failure is None or builder.failure.rule != "yaml-syntax":
            return Documents(tuple(builder.documents), (*hidden, *builder.all_problems()))
        refused.append(builder)
    best = max(refused, key=_reach)
    return Documents(tuple(best.documents), (*hidden, *best.all_problems()))


def _reach(builder: _Builder) -> int:
    return builder.failure.at.span.start if builder.failure else 0


class _Frame:
    """A collection that is still open."""

    __slots__ = ("anchor", "entries", "height", "items", "key", "mapping", "merges", "merging", "size", "start", "tag")

    def __init__(self, mapping: bool, start: int, tag: str, anchor: str | None, merging: bool) -> None:
        self.mapping = mapping
        self.start = start
        self.tag = tag
        self.anchor = anchor
        self.merging = merging
        self.entries: dict[str, Entry] = {}
        self.items: list[Node] = []
        self.key: Scalar | _Frame | None = None
        self.merges: list[Entry] = []
        self.size = 1
        self.height = 0


class _Builder:
    """Reads one parser's events into documents."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.documents: list[Node | None] = []
        self.problems: list[Finding] = []
        self.failure: Finding | None = None
        self.edge = 0
        self.anchors: dict[str, Node | _Frame] = {}
        self.texts: dict[str, str] = {}  # equal ones are kept once: most keys stand in every service
        self.begin()

    def begin(self) -> None:
        """Start a document: limits are per document, anchors hold to the end of the file as in go-yaml."""
        self.stack: list[_Frame] = []
        self.root: Node | None = None
        self.total = 0
        self.overflowed = False

    def all_problems(self) -> tuple[Finding, ...]:
        return (*self.problems, self.failure) if self.failure else tuple(self.problems)

    def read(self, events: Callable[[], Any]) -> None:
        """Read all events; what stops the reading becomes `failure`."""
        try:
            self._dispatch(events())
        except Refusal as refused:
            self.failure = refused.finding
        except ImportError:
            raise  # a parser that is not there says nothing of the file
        except Exception as error:
            # The parsers raise far more than their own errors: RecursionError, ValueError, OverflowError, ...
            self.failure = explain(self.source, error).finding

    def _dispatch(self, events: Any) -> None:
        from ruamel.yaml import events as kinds

        handlers: dict[type, Callable[[Any], None]] = {
            kinds.ScalarEvent: self.scalar,
            kinds.MappingStartEvent: self.open_mapping,
            kinds.SequenceStartEvent: self.open_sequence,
            kinds.MappingEndEvent: self.close_mapping,
            kinds.SequenceEndEvent: self.close_sequence,
            kinds.AliasEvent: self.alias,
            kinds.DocumentStartEvent: self.start_document,
            kinds.DocumentEndEvent: self.end_document,
        }
        get = handlers.get
        for event in events:
            handle = get(event.__class__)
            if handle is not None:
                handle(event)

    def start_document(self, event: Any) -> None:
        if self.documents and not event.explicit:
            raise refusal(self.source, event.start_mark.index, "text behind `...`; begin a new document with `---`")
        self.begin()
        self.edge = event.end_mark.index

    def end_document(self, event: Any) -> None:
        if self.total > MOST_NODES and not self.overflowed:
            raise self._too_many(self.root.start if self.root else 0)
        self.documents.append(self.root)

    def scalar(self, event: Any) -> None:
        text, style, tag = event.value, event.style or "", event.tag or ""
        start, end = event.start_mark.index, event.end_mark.index
        anchor = event.anchor
        if anchor or tag:
            start = self._behind_properties(start, end, not text and not style)
        elif not text and not style:
            start = self._empty(start)
        if not text and not style:
            end = start
        elif style in ("|", ">"):
            end = start + len(self.text[start:end].rstrip())
        elif style == '"' and not text.isascii() and _has_surrogate(text):
            raise refusal(self.source, start, "an escape in a double-quoted text is not a Unicode character")
        node = Scalar(self.source, start, end, self.texts.setdefault(text, text), style, tag)
        if anchor:
            self.anchors[anchor] = node
        self.edge = end
        self.total += 1
        if self.total > 2 * MOST_NODES:
            raise self._too_many(start)
        self._attach(node)

    def _empty(self, following: int) -> int:
        """Place of a value that is not there: just behind its `:` or `-`; `following` is where the next word begins."""
        at = self._skip_blanks(self.edge)
        return at + 1 if at < following and self.text[at] in ":-?" else self.edge

    def _skip_blanks(self, at: int) -> int:
        """Offset of the next character that is neither blank nor part of a comment."""
        text, end = self.text, len(self.text)
        while at < end:
            if text[at] == "#":
                line_end = text.find("\n", at)
                at = end if line_end < 0 else line_end
            elif not text[at].isspace():
                return at
            else:
                at += 1
        return at

    def _behind_properties(self, start: int, end: int, empty: bool) -> int:
        """Offset of the content behind a node's tag and anchor; behind the last of them when there is no content."""
        text, at, last = self.text, start, start
        while at < end and text[at] in "&!":
            last = at
            while last < len(text) and not text[last].isspace():
                last += 1
            at = self._skip_blanks(last)
        return last if empty else min(at, max(end, start))

    def _open(self, event: Any, mapping: bool) -> None:
        start = event.start_mark.index
        if len(self.stack) >= DEEPEST:
            raise refusal(self.source, start, f"nested deeper than {DEEPEST} levels", "yaml-limit")
        tag = event.tag or ""
        if tag or event.anchor:
            start = self._behind_properties(start, max(event.end_mark.index - bool(event.flow_style), start), False)
        frame = _Frame(mapping, start, tag, event.anchor, self._in_merge())
        if event.anchor:
            self.anchors[event.anchor] = frame
        self.edge = start + (1 if event.flow_style else 0)
        self.total += 1
        if self.total > 2 * MOST_NODES:
            raise self._too_many(start)
        self.stack.append(frame)

    def _in_merge(self) -> bool:
        if not self.stack:
            return False
        frame = self.stack[-1]
        return frame.merging if not frame.mapping else isinstance(frame.key, Scalar) and _is_merge(frame.key)

    def open_mapping(self, event: Any) -> None:
        self._open(event, True)

    def open_sequence(self, event: Any) -> None:
        self._open(event, False)

    def close_mapping(self, event: Any) -> None:
        frame = self.stack.pop()
        if frame.merges:
            self._merge(frame, frame.merges[0])
        end = self._close(frame, event)
        node = Mapping(self.source, frame.start, end, frame.entries, frame.tag, False, frame.size, frame.height)
        self._finish(frame, node)

    def close_sequence(self, event: Any) -> None:
        frame = self.stack.pop()
        end = self._close(frame, event)
        node = Sequence(self.source, frame.start, end, tuple(frame.items), frame.tag, frame.size, frame.height)
        self._finish(frame, node)

    def _close(self, frame: _Frame, event: Any) -> int:
        """End of a collection: behind the bracket, or behind the last child when it has none."""
        end: int = event.end_mark.index
        if event.start_mark.index == end:
            end = max(self.edge, frame.start)
        self.edge = end
        return end

    def _finish(self, frame: _Frame, node: Node) -> None:
        if frame.anchor and self.anchors.get(frame.anchor) is frame:
            self.anchors[frame.anchor] = node
        self._attach(node)

    def alias(self, event: Any) -> None:
        start, end, name = event.start_mark.index, event.end_mark.index, event.anchor
        self.edge = end
        node = self.anchors.get(name)
        if node is None:
            self._report("yaml-syntax", f"`*{name}` names an anchor that is not defined above it", start, end)
        elif isinstance(node, _Frame):
            self._report("yaml-cycle", f"`*{name}` stands inside what it stands for", start, end)
        elif self._fits(node, start, end):
            self._attach(node)
            return
        self._attach(None)

    def _fits(self, node: Node, start: int, end: int) -> bool:
        merging = self._in_merge()
        size = 1 if merging else node.size
        if len(self.stack) + node.height > DEEPEST:
            self._report("yaml-limit", f"the alias nests deeper than {DEEPEST} levels", start, end)
        elif self.total + size > MOST_NODES:
            self._overflow(start, end)
        else:
            self.total += size
            return True
        return False

    def _overflow(self, start: int, end: int) -> None:
        if not self.overflowed:
            self._report("yaml-limit", f"aliases expand to more than {MOST_NODES} nodes", start, end)
        self.overflowed = True

    def _attach(self, node: Node | None) -> None:
        """Hand a finished node (None: it was left out) to the collection that is open."""
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        if not frame.mapping:
            if node is not None:
                frame.items.append(node)
                _grow(frame, node)
        elif frame.key is None:
            frame.key = node if isinstance(node, Scalar) else self._complex_key(frame, node)
            self.total -= 1  # Compose counts values, not keys.
        else:
            key, frame.key = frame.key, None
            if isinstance(key, Scalar) and node is not None:
                self._enter(frame, key, node)

    def _complex_key(self, frame: _Frame, node: Node | None) -> _Frame:
        """Stands for a key that is no scalar: its value is read and left out."""
        if node is not None:
            self._report("compose-schema", "a key must be a string", node.start, node.end)
        return frame

    def _enter(self, frame: _Frame, key: Scalar, node: Node) -> None:
        text, style = key.text, key.style
        if text == "<<" and _is_merge(key):
            if frame.merges:
                self._duplicate(key, frame.merges[0].key)
            else:
                frame.merges.append(Entry(key, node))
            return
        if not style and (text == "" or text[0] in _UNTYPED_STARTS):
            self._check_key(key)
        first = frame.entries.get(text)
        if first is not None:
            self._duplicate(key, first.key)
            return
        frame.entries[text] = Entry(key, node)
        _grow(frame, node)

    def _check_key(self, key: Scalar) -> None:
        """Report a plain key that is no string for YAML."""
        if not key.text:
            self._report("compose-schema", "a key is missing before `:`", key.start, key.end)
        elif not isinstance(key.value, str):
            self._report(
                "compose-schema", f"the key `{_shown(key.text)}` must be a string; put it in quotes", key.start, key.end
            )

    def _duplicate(self, key: Scalar, first: Scalar) -> None:
        second = self.source.position(key.start)[0]
        line = self.source.position(first.start)[0]
        self._report(
            "yaml-duplicate-key",
            f"the key `{_shown(key.text)}` on line {second} is already set on line {line}; remove one of them",
            key.start,
            key.end,
            (Place(first.span, "first set here"),),
        )

    def _merge(self, frame: _Frame, merge: Entry) -> None:
        """Expand `<<`: explicit keys win wherever they stand, then earlier list entries win."""
        value = merge.value
        for source in value.items if isinstance(value, Sequence) else (value,):
            if not isinstance(source, Mapping):
                self._report(
                    "yaml-syntax", "`<<` takes a mapping or a list of mappings", merge.key.start, merge.key.end
                )
                return
            self.total += len(source.entries)
            if self.total > MOST_NODES:
                self._overflow(merge.key.start, merge.key.end)
                return
            for name, entry in source.entries.items():
                own = frame.entries.get(name)
                if own is None:
                    frame.entries[name] = entry
                    _grow(frame, entry.value)
                    self.total += entry.value.size - 1
                elif own.value.tag == "!reset" and own.over is None and own is not entry:
                    # Compose takes the explicit value out before it merges.
                    frame.entries[name] = Entry(own.key, own.value, entry)

    def _report(self, slug: str, message: str, start: int, end: int, related: tuple[Place, ...] = ()) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(diagnostic(slug, message, Span(self.source, start, end), related=related))

    def _too_many(self, start: int) -> Refusal:
        return refusal(self.source, start, f"the document has more than {MOST_NODES} nodes", "yaml-limit")


def _grow(frame: _Frame, node: Node) -> None:
    frame.size += node.size
    if not isinstance(node, Scalar) and node.height >= frame.height:
        frame.height = node.height + 1


def _is_merge(key: Scalar) -> bool:
    return key.text == "<<" and (key.tag == _MERGE_TAG or (not key.style and not key.tag))


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _shown(text: str) -> str:
    """A key in a message: short and on one line."""
    return "".join(character if character.isprintable() else "?" for character in text[:60])
