"""Docker Compose's answers to the authored and generated projects, kept in the repository.

`python -m tests.compose.answers --write` asks the oracle again and writes them.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.compose.authored import Authored, store, texts
from tests.compose.differential import Answer, all_of_theirs, ours
from tests.compose.generated import COUNT, project
from tests.compose.support import MemoryReader

GENERATED = "generated"
# Where every project lies, as far as answers go.
PLACE = "/srv/project"


def projects() -> dict[str, tuple[Authored, ...]]:
    """Every project by its text; the generated ones are the last."""
    return {**texts(), GENERATED: tuple(project(seed) for seed in range(COUNT))}


def asked(cases: Sequence[Authored]) -> list[Answer]:
    """Docker Compose's answers to projects, their folder called PLACE."""
    with tempfile.TemporaryDirectory() as root:
        folders = [Path(root).resolve() / str(index) / PLACE.strip("/") for index in range(len(cases))]
        runs = [case.write(folder) for case, folder in zip(cases, folders, strict=True)]
        answers = all_of_theirs(runs)
    return [_placed(answer, str(folder).removesuffix(PLACE)) for answer, folder in zip(answers, folders, strict=True)]


def _placed(answer: Any, root: str) -> Any:
    """An answer without the folder that its files happened to lie in."""
    if isinstance(answer, str):
        return answer.replace(root, "")
    if isinstance(answer, dict):
        return {name: _placed(value, root) for name, value in answer.items()}
    return [_placed(item, root) for item in answer] if isinstance(answer, list) else answer


def given(case: Authored) -> Answer:
    """Our answer to a project, from memory."""
    return ours(case.run(Path(PLACE)), MemoryReader(case.files, PLACE), PLACE)


def write(names: Iterable[str]) -> None:
    """Ask the oracle about some texts and keep what it says."""
    every = projects()
    for name in names or every:
        cases = every[name]
        store(name, zip((case.title for case in cases), asked(cases), strict=True))


if __name__ == "__main__":
    if sys.argv[1:2] != ["--write"]:
        sys.exit(__doc__)
    write(sys.argv[2:])
