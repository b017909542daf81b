"""Projects written for the differential test, many in one text.

A text of `projects/*.txt` has rows and cases:

    # a comment
    | restart: always                              a row: fields of service `a` in the frame below, `;;` between them
    | restart: always >>> restart: no              the same, with an overlay
    %% a case has a title
    profiles: p, q                                 options: profiles, env_files
    @ compose.yaml                                 its files; those named `compose…` are loaded, in order
    services: {a: {image: x}}
    @ .env
    A=1
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.compose.differential import Answer, Run

FOLDER = Path(__file__).with_name("projects")
# What rows stand in.
BASE = """\
services:
  a:
    image: x
    {lines}
  b: {{image: y}}
networks: {{n: , m: }}
volumes: {{v: , w: }}
secrets: {{s: {{file: ./s}}, t: {{environment: T}}}}
configs: {{c: {{content: "c"}}, d: {{file: ./d}}}}
"""
OVER = """\
services:
  a:
    {lines}
"""
ENV = 'A=1\nEMPTY=\nTAG=1.27\nPORT=8080\nYES=yes\nNO="false"\nJSON={"k":"v"}\n'


class Authored(NamedTuple):
    """A project as texts of files by name."""

    title: str
    files: dict[str, str]
    profiles: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()

    @property
    def loaded(self) -> tuple[str, ...]:
        """The files that Compose is told to load."""
        return tuple(name for name in self.files if name.startswith("compose"))

    def run(self, folder: Path) -> Run:
        """The project in a folder (its files need not be there yet)."""
        return Run(folder, self.loaded, self.profiles, self.env_files)

    def write(self, folder: Path) -> Run:
        """Write the files, and what to load."""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return self.run(folder)


def read(text: str) -> Iterator[Authored]:
    """The projects of a text."""
    for part in re.split(r"(?m)^(?=%% |\| )", text):
        if part.startswith("| "):
            yield _row(part[2:].splitlines()[0])
        elif part.startswith("%% "):
            yield _case(part)


def _row(line: str) -> Authored:
    base, _, over = line.partition(" >>> ")
    files = {"compose.yaml": _framed(BASE, base), ".env": ENV}
    if over:
        files["compose.over.yaml"] = _framed(OVER, over)
    return Authored(line, files)


def _framed(frame: str, lines: str) -> str:
    return frame.format(lines="\n    ".join(line.strip().replace("\\n", "\n    ") for line in lines.split(" ;; ")))


def _case(part: str) -> Authored:
    head, *files = re.split(r"(?m)^@ ", part)
    title, *lines = head[3:].strip().splitlines()
    options = dict(re.findall(r"(?m)^(\w+): (.*)$", "\n".join(lines)))
    named = (text.split("\n", 1) for text in files)
    return Authored(
        title,
        {name.strip(): text for name, text in named},
        _words(options.get("profiles", "")),
        _words(options.get("env_files", "")),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def texts() -> dict[str, tuple[Authored, ...]]:
    """All authored projects by the name of their text."""
    return {path.stem: tuple(read(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.txt"))}


def stored(name: str) -> dict[str, Answer]:
    """Docker Compose's answers that are kept in the repository, by title."""
    lines = (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()
    return {record["project"]: record["answer"] for record in map(json.loads, lines)}


def store(name: str, answers: Iterable[tuple[str, Answer]]) -> None:
    """Keep answers, one on each line."""
    with (FOLDER / f"{name}.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for title, answer in answers:
            file.write(json.dumps({"project": title, "answer": answer}, separators=(",", ":")) + "\n")
