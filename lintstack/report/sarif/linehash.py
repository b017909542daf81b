"""The line hash by which GitHub recognises an alert, compatible with CodeQL's `primaryLocationLineHash`."""

from __future__ import annotations

from array import array
from collections import Counter, deque
from collections.abc import Iterator
from itertools import chain, repeat

from lintstack.source import Source

WINDOW = 100  # characters that are not blank, from the start of the line on
FACTOR = 37
MASK = (1 << 64) - 1
LEAVING = pow(FACTOR, WINDOW, MASK + 1)
END = 0xFFFF  # stands for the end of the file


def line_hashes(source: Source) -> Iterator[str]:
    """Hash of each line in order, as hex digits with the ordinal among equal hashes of the file ("c129…:1").

    A hash is a polynomial over the next `WINDOW` UTF-16 units without blanks and tabs, every line end one LF, NULs
    behind the end. It is the difference of two hashes of prefixes, so that one pass over the file is enough.
    """
    seen: Counter[str] = Counter()
    open_lines: deque[tuple[int, int]] = deque()  # where its window ends, and the hash of all in front of it
    prefix, new_line = 0, True
    for index, unit in enumerate(chain(_units(source), (END,), repeat(0, WINDOW))):
        if open_lines and open_lines[0][0] == index:
            digits = f"{(prefix - open_lines.popleft()[1] * LEAVING) & MASK:x}"
            seen[digits] += 1
            yield f"{digits}:{seen[digits]}"
        if new_line:
            open_lines.append((index + WINDOW, prefix))
        new_line = unit == 0x0A
        prefix = (prefix * FACTOR + unit) & MASK


def _units(source: Source) -> array[int]:
    """The file as CodeQL reads it: UTF-16 units with the BOM, replacement characters for what is not UTF-8."""
    data = source.text.encode("utf-8", "surrogateescape")
    text = ("\ufeff" if source.bom else "") + data.decode("utf-8", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    return array("H", text.encode("utf-16-le" if array("H", b"\1\0")[0] == 1 else "utf-16-be"))
