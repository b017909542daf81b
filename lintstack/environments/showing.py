"""Environments as text: what runs together and why, and the configuration that says the same."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator

from lintstack.compose.problems import shown
from lintstack.environments.folder import Environment
from lintstack.environments.survey import Project
from lintstack.naming import overlay_name

_LONGEST = 2000


def show(projects: Iterable[Project]) -> str:
    """Every project with its environments, what was left out, and all of it as configuration.

    Args:
        projects: as `environments.infer` finds them.

    Returns:
        Lines, each ended; the last ones can be pasted into `.lintstack.yaml`.
    """
    listed = [project for project in projects if project.environments or project.left_out]
    lines = [line for project in listed for line in _project(project)]
    if not lines:
        return "no Compose file here\n"
    pasted = ["# As configuration, for .lintstack.yaml beside this folder's files:", *_configuration(listed)]
    return "".join(f"{shown(line, _LONGEST)}\n" for line in [*lines, "", *pasted])


def _project(project: Project) -> Iterator[str]:
    yield f"{project.folder.rstrip('/')}/"
    for environment in project.environments:
        files = " + ".join(os.path.relpath(file, project.folder) for file in environment.files)
        yield f"  {environment.name} ({environment.kind}): {files}"
        yield f"    why: {environment.evidence.partition(': ')[2]}"
        yield from (f"    {name}: {', '.join(values)}" for name, values in _details(environment, project) if values)
    for note in project.notes:
        yield f"  {note}"


def _details(environment: Environment, project: Project) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "seen in", environment.seen
    yield "env files", environment.env_files
    yield "profiles", environment.profiles
    yield "variables given", tuple(name for name, _ in environment.variables)
    yield "project directory", (environment.project_dir,) if environment.project_dir != project.folder else ()


def _configuration(projects: list[Project]) -> Iterator[str]:
    """The environments of all projects as YAML; those of left-out files as comments."""
    here = [project for project in projects if project.folder == "."]
    below = [project for project in projects if project.folder != "."]
    for project in here:
        yield "environments:"
        yield from _settings(project, "  ")
    if below:
        yield "projects:"
    for project in below:
        yield f"  {_plain(project.folder)}:"
        yield "    environments:"
        yield from _settings(project, "      ")


def _settings(project: Project, indent: str) -> Iterator[str]:
    for environment in project.environments:
        yield f"{indent}{_plain(environment.name)}: {{{', '.join(_pairs(environment, project))}}}"
    for files in project.left_out:
        name = os.path.basename(files[-1])
        called = overlay_name(name) or os.path.splitext(name)[0]
        yield f"{indent}# {_plain(called)}: {{files: {_paths(files, project.folder)}}}"


def _pairs(environment: Environment, project: Project) -> Iterator[str]:
    if environment.kind != "unknown":
        yield f"kind: {environment.kind}"
    yield f"files: {_paths(environment.files, project.folder)}"
    if environment.env_files:
        yield f"env-files: {_paths(environment.env_files, project.folder)}"
    if environment.profiles:
        yield f"profiles: [{', '.join(map(_plain, environment.profiles))}]"
    if environment.project_dir != project.folder:
        yield f"project-directory: {_plain(os.path.relpath(environment.project_dir, project.folder))}"


def _paths(paths: Iterable[str], folder: str) -> str:
    return f"[{', '.join(_plain(os.path.relpath(path, folder).replace(os.sep, '/')) for path in paths)}]"


def _plain(text: str) -> str:
    """A text as a YAML scalar, quoted where it must be."""
    return text if re.fullmatch(r"[A-Za-z./][\w./-]*", text) else json.dumps(text)
