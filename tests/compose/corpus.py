"""The compose files of the corpus, alone and in the groups that run together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.compose.differential import Run
from tests.compose.support import CORPUS

_BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")


def runs() -> Iterator[Run]:
    """Every compose file alone; a base with its override and with each of its overlays."""
    folders: dict[Path, list[str]] = defaultdict(list)
    for path in sorted(CORPUS.rglob("*.y*ml")):
        if path.suffix in (".yaml", ".yml") and re.search(rb"(?m)^(services|include):", path.read_bytes()):
            folders[path.parent].append(path.name)
    for folder, names in folders.items():
        for name in names:
            yield Run(folder, (name,))
        bases = [name for name in _BASES if name in names]
        for base in bases[:1]:
            for name in names:
                if name not in _BASES and re.match(r"(docker-)?compose[._-]", name):
                    yield Run(folder, (base, name))
