"""Small projects, valid and invalid: the verdict of Docker Compose, and the lines that a finding may blame."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
MARK = "<<<"
UNKNOWN = "???"
# What the snippets of `fields.txt` may name.
AROUND = """
  b: {image: b}
  built: {build: .}
networks: {n: , m: }
volumes: {v: , w: }
secrets: {s: {file: f}, t: {file: f}}
configs: {c: {file: f}}
models: {l: {model: q}}
"""


class Case(NamedTuple):
    """A project.

    Args:
        name: what tests are called.
        files: texts by name.
        words: arguments of `docker compose`.
        blamed: places that a finding may have (file, line); empty when the project is accepted.
        refused: whether Docker Compose refuses it.
        unknown: whether it refuses for what a linter must not hold against the files.
    """

    name: str
    files: dict[str, str]
    words: tuple[str, ...]
    blamed: frozenset[tuple[str, int]]
    refused: bool
    unknown: bool = False

    def option(self, name: str) -> list[str]:
        """Values of a repeated option."""
        return [value for word, value in zip(self.words, self.words[1:], strict=False) if word == name]


def cases() -> list[Case]:
    """All of them."""
    return [*_fields((HERE / "fields.txt").read_text("utf-8")), *_projects((HERE / "projects.txt").read_text("utf-8"))]


def _fields(text: str) -> Iterator[Case]:
    for line in text.splitlines():
        if line[:2] in ("+ ", "- ", "? "):
            yield _field(line[2:], line[0])


def _field(snippet: str, verdict: str) -> Case:
    refused = verdict != "+"
    bare = snippet.startswith("~")
    parts = snippet.removeprefix("~").split(" | ")
    whole = not any(MARK in part for part in parts)
    own = parts[0].startswith("image:")
    first = ["services:", "  a:", *([] if bare or own else ["    image: x"])]
    lines = [*first, *("    " + part.replace(MARK, "") for part in parts)]
    marked = [number for number, part in enumerate(parts, len(first) + 1) if whole or MARK in part]
    if bare and len(parts) == 1 and not parts[0].startswith(("build", "provider")):
        marked.append(2)
    blamed = frozenset(("compose.yaml", number) for number in marked) if refused else frozenset()
    files = {"compose.yaml": "\n".join(lines) + AROUND, ".env": "SET=1\n", "e.env": "A=1\n"}
    return Case(snippet, files, (), blamed, refused, verdict == "?")


def _projects(text: str) -> Iterator[Case]:
    for part in text.split("\n=== ")[1:]:
        name, _, body = part.partition("\n")
        yield _project(name, body.rstrip() + "\n")


def _project(name: str, body: str) -> Case:
    files: dict[str, list[str]] = {}
    words: tuple[str, ...] = ()
    current = "compose.yaml"
    blamed: set[tuple[str, int]] = set()
    for line in body.splitlines():
        if line.startswith("$ "):
            words = tuple(line[2:].split())
        elif line.startswith("--- "):
            current = line[4:]
        else:
            files.setdefault(current, []).append(line.replace(" " + MARK, "").replace(" " + UNKNOWN, ""))
            if MARK in line or UNKNOWN in line:
                blamed.add((current, len(files[current])))
    refused = bool(blamed) or name == "missing file"
    texts = {file: "\n".join(lines) + "\n" for file, lines in files.items()}
    return Case(name, texts, words, frozenset(blamed), refused, UNKNOWN in body)
