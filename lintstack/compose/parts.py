"""Parts of a scalar as scalars of their own, each with the place of its own words."""

from __future__ import annotations

from lintstack.source import Span
from lintstack.yaml import Scalar

# Stands for the unknown text of an unset variable while a short form is taken apart.
HOLE = "\0"


def source_offset(scalar: Scalar, index: int) -> int | None:
    """Offset in the file of a character of `raw`; None when escapes or folding make it impossible to tell."""
    begin = _verbatim(scalar)
    if begin is not None:
        return begin + index
    written = scalar.source.text[scalar.start : scalar.end]
    if scalar.raw[index : index + 1] != "$" or written.count("$") != scalar.raw.count("$"):
        return None
    at = -1
    for _ in range(scalar.raw.count("$", 0, index) + 1):
        at = written.find("$", at + 1)
    return scalar.start + at


def _verbatim(scalar: Scalar) -> int | None:
    """Offset in the file at which `raw` stands letter by letter, if it does."""
    begin = scalar.start + (1 if scalar.style in ("'", '"') else 0)
    found = scalar.source.text.startswith(scalar.raw, begin) and begin + len(scalar.raw) <= scalar.end
    return begin if found else None


class Parts:
    """Takes a short form apart.

    `text` is the scalar's text with one HOLE in place of everything that depends on an unset variable, so that
    `${PORT}:80` still has two fields.
    """

    def __init__(self, scalar: Scalar) -> None:
        self.scalar = scalar
        self.text = scalar.text
        self._begin = _verbatim(scalar)
        self._holes: list[tuple[int, int]] = []
        if scalar.unset:
            self._punch()

    def _punch(self) -> None:
        out: list[str] = []
        at = length = 0
        for piece in self.scalar.pieces:
            if piece.unset:
                out += (self.scalar.text[at : piece.start], HOLE)
                length += piece.start - at + 1
                self._holes.append((length - 1, piece.end - piece.start - 1))
                at = piece.end
        if not self._holes:
            self.text = HOLE
            return
        self.text = "".join((*out, self.scalar.text[at:]))

    def cut(self, start: int, end: int) -> Scalar:
        """The part between two offsets of `text`, as a string."""
        whole = self.scalar
        if whole.unset and not self._holes:
            return Scalar(whole.source, whole.start, whole.end, whole.text, '"', "", whole.raw, whole.unset)
        if not whole.pieces:
            place = self._place(start, end)
            return Scalar(whole.source, place.start, place.end, whole.text[start:end], '"')
        return self._cut_pieces(self._in_text(start), self._in_text(end))

    def _cut_pieces(self, begin: int, finish: int) -> Scalar:
        whole = self.scalar
        pieces = [piece for piece in whole.pieces if _meets(piece.start, piece.end, begin, finish)]
        raw_begin, raw_finish = self._raw(begin, last=False), self._raw(finish, last=True)
        place = self._place(raw_begin, raw_finish)
        if not pieces:
            raw = whole.raw[raw_begin:raw_finish]
            return Scalar(whole.source, place.start, place.end, whole.text[begin:finish], '"', "", raw)
        return Scalar(
            whole.source, place.start, place.end, whole.text[begin:finish], '"', "", whole.raw[raw_begin:raw_finish],
            tuple(name for piece in pieces for name in piece.unset),
            tuple(text for piece in pieces for text in piece.fallbacks),
            tuple(name for piece in pieces for name in piece.variables),
        )  # fmt: skip

    def _place(self, raw_start: int, raw_end: int) -> Span:
        whole, begin = self.scalar, self._begin
        if begin is None:
            return whole.span
        start, end = begin + raw_start, begin + raw_end
        # Parts at the edges share the numbers of the whole: a list may have a hundred thousand short forms.
        start = whole.start if start == whole.start else start
        return Span(whole.source, start, whole.end if end == whole.end else end)

    def _in_text(self, index: int) -> int:
        """Offset in the scalar's text of an offset in ours."""
        return index + sum(extra for hole, extra in self._holes if hole < index)

    def _raw(self, index: int, last: bool) -> int:
        """Offset in `raw` of an offset in the scalar's text; at a replaced stretch its begin or (last) its end."""
        shift = 0
        for piece in self.scalar.pieces:
            if index < piece.start or (index == piece.start and (not last or piece.end > piece.start)):
                break
            if index < piece.end:
                return piece.raw_end if last else piece.raw_start
            shift = piece.raw_end - piece.end
        return index + shift


def _meets(start: int, end: int, begin: int, finish: int) -> bool:
    return (start < finish and begin < end) or (start == end and begin <= start <= finish)
