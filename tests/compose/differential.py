"""Our normal form and `docker compose config --format json`, side by side: projects in folders, many at once."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from lintstack.compose.load import Loaded, Reader, load
from lintstack.compose.normal import Project, normal
from lintstack.yaml import Mapping
from tests.compose.support import DiskReader, oracle, plain

# The Docker Compose that the oracle is, and the process environment that it gets.
VERSION = (2, 40, 3)
HOME = "/home/me"
PROCESS = {"HOME": HOME, "PATH": "/usr/bin:/bin"}

# What a side says of a project: its data, or a text why there is none.
Answer = dict[str, Any] | str


class Run(NamedTuple):
    """Files of a folder to load, and what for."""

    folder: Path
    files: tuple[str, ...]
    profiles: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()


def theirs(run: Run, format: str = "json") -> Answer:
    """Docker Compose's answer."""
    options = [("-f", run.files), ("--profile", run.profiles), ("--env-file", run.env_files)]
    words = [word for option, values in options for value in values for word in (option, value)]
    command = [oracle() or "", *words, "config", "--format", format]
    done = subprocess.run(
        command, cwd=run.folder, env={**PROCESS, "PWD": str(run.folder)}, capture_output=True, timeout=120, check=False
    )
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return next((line for line in reversed(lines) if not line.startswith("time=")), "failed")
    text = done.stdout.decode("utf-8")
    if format == "yaml":
        return text
    found: dict[str, Any] = json.loads(text.replace("$$", "$"))
    return found


def all_of_theirs(runs: Iterable[Run]) -> list[Answer]:
    """Docker Compose's answers, several at a time."""
    with ThreadPoolExecutor((os.cpu_count() or 2) + 1) as pool:
        return list(pool.map(theirs, runs))


def opened(run: Run, reader: Reader | None = None, folder: str = "") -> Loaded:
    """The project as our loader reads it, with the process environment that the oracle has."""
    return load(
        run.files,
        reader or DiskReader(run.folder),
        ".",
        env_files=run.env_files,
        profiles=run.profiles,
        variables={**PROCESS, "PWD": folder or str(run.folder)},
        version=VERSION,
    )


def ours(run: Run, reader: Reader | None = None, folder: str = "") -> Answer:
    """Our answer: the normal form as plain data, or the first error."""
    loaded = opened(run, reader, folder)
    errors = [problem.message for problem in loaded.problems if problem.severity == "error"]
    if errors or loaded.root is None:
        return errors[0] if errors else "nothing to load"
    return data(normal(loaded, Project(folder or str(run.folder), HOME, json=True, version=VERSION)))


def data(tree: Mapping) -> dict[str, Any]:
    """A tree as what JSON would make of it."""
    found: dict[str, Any] = json.loads(json.dumps(plain(tree)))
    return found


def differences(mine: Any, right: Any, path: str = "") -> Iterator[str]:
    """Every field in which two answers differ; numbers are compared as JSON's, types are not forgiven."""
    if isinstance(mine, dict) and isinstance(right, dict):
        for name in sorted({*mine, *right}):
            at = f"{path}.{name}" if path else name
            if name not in mine or name not in right:
                yield f"{at}: {'missing' if name not in mine else 'too much'} {(mine | right)[name]!r}"
            else:
                yield from differences(mine[name], right[name], at)
    elif isinstance(mine, list) and isinstance(right, list) and len(mine) == len(right):
        for index, pair in enumerate(zip(mine, right, strict=True)):
            yield from differences(*pair, f"{path}[{index}]")
    elif mine != right or isinstance(mine, bool) != isinstance(right, bool):
        yield f"{path}: {mine!r}, not {right!r}"
