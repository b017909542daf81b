"""What Moby's parser made of drawn files, stored: keywords, line ranges, here-documents, escape character.

`python -m tests.dockerfile.table` asks the parser again and writes `table.txt`.
"""

from __future__ import annotations

import json
import zlib
from base64 import b85decode, b85encode
from pathlib import Path
from typing import TypeAlias

from lintstack.dockerfile.syntax import Dockerfile
from tests.dockerfile.drawn import drawn
from tests.dockerfile.moby import Row, as_then, compared, oracle, rows

SEEDS = range(10_000, 15_600)
PATH = Path(__file__).with_name("table.txt")
WIDTH = 116

# Escape character and rows, of which each is a keyword, its first and its last line, and its here-documents.
Told: TypeAlias = "tuple[str, list[list[object]]]"


def ours(parsed: Dockerfile) -> Told:
    """What the table says about a file, in our reading."""
    return parsed.escape, _told(rows(parsed))


def _told(found: list[Row]) -> list[list[object]]:
    return [[row[0], row[3], row[4], *([name, body] for name, _, body in row[7])] for row in found]


def _escape(text: str) -> str:
    """The escape character, as the parser shows it: a line is continued behind the comments at the top, or is not."""
    lines = text.removeprefix("\ufeff").split("\n")
    size = next((index for index, line in enumerate(lines) if not line.lstrip().startswith("#")), len(lines))
    head = "".join(f"{line}\n" for line in lines[:size])
    return "`" if len(oracle(f"{head}USER a`\nUSER b\n") or ()) == 1 else "\\"


def _asked(seed: int) -> Told | bool | None:
    """The parser's reading of a seed's file; None where it refuses it, False where it cannot be compared."""
    text = drawn(seed)
    with as_then():
        found = compared(text)
    if found is None:
        return False
    return None if found[1] is None else (_escape(text), _told(found[1]))


def stored() -> dict[int, Told | None]:
    """By seed: what the parser says about its file, None where it refuses it."""
    packed = "".join(PATH.read_text("ascii").split("\n"))
    told = json.loads(zlib.decompress(b85decode(packed)))
    found = zip(SEEDS, told, strict=True)
    return {seed: (item[0], item[1]) if item else item for seed, item in found if item is not False}


def write() -> None:
    """Ask the parser and store what it says."""
    told = json.dumps([_asked(seed) for seed in SEEDS], separators=(",", ":"))
    packed = b85encode(zlib.compress(told.encode(), 9)).decode()
    lines = (packed[index : index + WIDTH] for index in range(0, len(packed), WIDTH))
    PATH.write_text("".join(f"{line}\n" for line in lines), "ascii")


if __name__ == "__main__":
    write()
