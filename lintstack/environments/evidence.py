"""Evidence in one folder: names, contents and scripts tell which compose files are run together, and for what."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from lintstack.compose.expansion import HIDDEN
from lintstack.environments.folder import Environment, Folder, set_name
from lintstack.environments.outline import Outline, service_lines, together
from lintstack.findings import Kind
from lintstack.naming import is_aside, is_common, is_override, overlay_name, shorter
from lintstack.recognise import kind_of, kind_of_folder

if TYPE_CHECKING:
    from lintstack.environments.usage import Run

_MOST_SEEN = 3


def _says(name: str, kind: Kind) -> str:
    return f"the name says {kind}" if kind != "unknown" else "the name says neither dev nor prod"


def _by_compose_file(folder: Folder) -> Iterator[Environment]:
    """`COMPOSE_FILE` in .env says what runs when nothing else is asked for."""
    if folder.default_files:
        names = [overlay_name(os.path.basename(file)) for file in folder.default_files]
        name = next((name for name in reversed(names) if name), "default")
        kind: Kind = "dev" if name == "override" else kind_of(name)
        item = folder.environment(name, kind, folder.default_files, "`COMPOSE_FILE` in .env names them")
        yield item._replace(variables=_variables(kind, folder.started))


def _by_override(folder: Folder) -> Iterator[Environment]:
    """Docker Compose merges base and override when nothing else is asked for."""
    if folder.base and folder.override and not folder.default_files:
        taken = any(name == "dev" for name, _ in folder.paired)
        files = (folder.base.path, folder.override.path)
        item = folder.environment("override" if taken else "dev", "dev", files, "what `docker compose up` runs")
        prod = tuple(dict.fromkeys(run.where for run in folder.started if run.kind == "prod"))
        yield _as_run(item, folder.started)._replace(prod_runs=prod[:_MOST_SEEN])


def _by_script(folder: Folder) -> Iterator[Environment]:
    """What scripts, build files, CI files and documents run."""
    for files, runs in folder.sets.items():
        for name, some in _by_profile(set_name(files, folder, runs), runs):
            kind, why = _kind_of_runs(name, some)
            runs_it = f"`{some[0].where}` runs {'it' if len(files) == 1 else 'them'}"
            yield _as_run(folder.environment(name, kind, files, runs_it + why), some)


def _as_run(item: Environment, runs: list[Run]) -> Environment:
    """An environment with what the commands that run it add to its files."""
    if not runs:
        return item
    return item._replace(
        seen=tuple(dict.fromkeys(run.where for run in runs))[:_MOST_SEEN],
        env_files=_agreed([run.env_files for run in runs]),
        profiles=_profiles(runs),
        project_dir=next((run.project_dir for run in runs if run.project_dir), item.project_dir),
        variables=_variables(item.kind, runs),
        swarm=_swarm(runs),
    )


def _swarm(runs: list[Run]) -> bool | None:
    """Whether it is deployed to a Swarm; documents count when nothing else does."""
    said = [run for run in runs if not run.is_example] or runs
    deploys = any(run.tool == "stack" for run in said)
    starts = any(run.tool == "compose" and run.surely_starts and run.verb != "build" for run in said)
    return None if deploys == starts else deploys


def _variables(kind: Kind, runs: list[Run]) -> tuple[tuple[str, str], ...]:
    """What every command that starts it is given alike; the value of all else is not known.

    A command for another kind of environment tells nothing about this one: tests run what production runs.
    """
    starting = [run for run in runs if run.starts] or runs
    given = [(run.kind in (kind, "unknown"), dict(run.given)) for run in starting if run.given is not None]
    names = dict.fromkeys(name for _, values in given for name in values)
    values = {name: {said.get(name, HIDDEN) if alike else HIDDEN for alike, said in given} for name in names}
    return tuple((name, found.pop() if len(found) == 1 else HIDDEN) for name, found in values.items())


def _by_profile(name: str, runs: list[Run]) -> Iterator[tuple[str, list[Run]]]:
    """Runs by environment: the same files are two when their profiles are named for development and production."""
    kinds: dict[Kind, list[Run]] = {}
    for run in runs:
        kinds.setdefault(kind_of(" ".join(run.profiles)), []).append(run)
    if "dev" in kinds and "prod" in kinds:
        yield from (("-".join(kinds[kind][0].profiles), kinds[kind]) for kind in ("dev", "prod"))
    else:
        yield name, runs


def _agreed(values: list[tuple[str, ...]]) -> tuple[str, ...]:
    """What all that say something say; () when they differ."""
    told = {value for value in values if value}
    return told.pop() if len(told) == 1 else ()


def _profiles(runs: list[Run]) -> tuple[str, ...]:
    """Profiles that every command switches on, else none."""
    starting = [run for run in runs if run.starts] or runs
    return _agreed([run.profiles for run in starting]) if all(run.profiles for run in starting) else ()


def _kind_of_runs(name: str, runs: Iterable[Run]) -> tuple[Kind, str]:
    """What files are for by their names, else by the scripts that run them, and why."""
    kind = kind_of(name)
    if kind != "unknown":
        return kind, f"; the name says {kind}"
    told = {run.kind: run.where for run in runs if run.kind != "unknown" and (run.starts or run.kind == "dev")}
    if len(told) == 1:
        kind, where = told.popitem()
        return kind, f"; `{where}` says {kind}"
    return "unknown", ""


def _by_overlay(folder: Folder) -> Iterator[Environment]:
    """An overlay that needs the base is run with it; scripts that name it know better.

    `prod.eu` beside `prod` is left out: nothing tells whether it goes on top of that or in its place.
    """
    names = {name for name, _ in folder.paired}
    for name, file in folder.paired:
        if not is_override(name) and any(other in names for other in shorter(name)):
            continue
        kind = kind_of(name)
        told = kind != "unknown" or is_override(name)
        likely = told or (folder.base_is_run and all(run.sort == "comment" for run in folder.runs))
        if folder.foundation and file.real not in folder.scripted and likely and not is_aside(name):
            yield folder.environment(name, kind, (folder.foundation.path, file.path), _says(name, kind))


def _by_base(folder: Folder) -> Iterator[Environment]:
    """The base alone, unless it is only ever run with something else."""
    base = folder.base
    if base is None or folder.override or folder.default_files or not folder.base_is_run:
        return
    built_upon = folder.paired or any(base.path in files for files in folder.sets)
    if is_common(folder.bases[0]) and (built_upon or not folder.alone(base)):
        return
    completed = any(folder.completes(file) for _, file in folder.overlays.values())
    if completed and not base.broken and not folder.alone(base):
        return
    command = "podman-compose up" if folder.bases[0].startswith("podman") else "docker compose up"
    for name, runs in _by_profile("default", folder.started) if folder.started else [("default", [])]:
        kind, why = _kind_of_runs("" if name == "default" else name, runs)
        yield _as_run(folder.environment(name, kind, (base.path,), f"what `{command}` runs{why}"), runs)


def _by_itself(folder: Folder) -> Iterator[Environment]:
    """Every other file that is a stack on its own."""
    used = {file.real for _, file in folder.paired} | {file.real for file in (folder.base, folder.override) if file}
    used |= folder.fragments | folder.scripted
    for name, file in folder.outlines.items():
        aside = file is folder.common or is_aside(overlay_name(name))
        if file.real in used or name in folder.bases or (folder.base and aside):
            continue
        if file.broken or folder.alone(file):
            called = overlay_name(name) or os.path.splitext(name)[0]
            kind = kind_of(called)
            yield folder.environment(called, kind, (file.path,), f"stands alone; {_says(called, kind)}")


# Each looks at a folder for one sort of evidence; the first environment of a name, and of a list of files, counts.
EVIDENCE: tuple[Callable[[Folder], Iterator[Environment]], ...] = (
    _by_compose_file,
    _by_override,
    _by_script,
    _by_overlay,
    _by_base,
    _by_itself,
)


def distinct(folder: Folder) -> list[Environment]:
    """What the evidence says, each list of files once and no name twice, dev signs counted in."""
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], Environment] = {}
    listed: dict[tuple[str, ...], object] = {}
    names: set[str] = set()
    for evidence in EVIDENCE:
        for item in evidence(folder):
            if listed.setdefault(item.files, evidence) is evidence and (item.files, item.profiles) not in found:
                stem = os.path.splitext(os.path.basename(item.files[-1]))[0]
                name = (
                    item.name
                    if item.name not in names
                    else stem
                    if stem not in names
                    else os.path.basename(item.files[-1])
                )
                names.add(name)
                found[item.files, item.profiles] = _with_signs(item._replace(name=name), folder)
    return list(found.values())


def _with_signs(environment: Environment, folder: Folder) -> Environment:
    """Of unknown kind, but with something that is done in development only: dev."""
    if environment.kind != "unknown":
        return environment
    kind, name = kind_of_folder(folder.below_root)
    if kind != "unknown":
        return environment._replace(kind=kind, evidence=f"{environment.evidence}; the folder `{name}` says {kind}")
    files = (folder.by_path.get(path) for path in environment.files)
    sign = next((file.dev_sign for file in files if file and file.dev_sign), "")
    if sign:
        return environment._replace(kind="dev", evidence=f"{environment.evidence}; {sign}")
    told = "the name" in environment.evidence
    return environment if told else environment._replace(evidence=f"{environment.evidence}; nothing says dev or prod")


def left_out(folder: Folder, used: frozenset[str]) -> Iterator[tuple[Outline, str]]:
    """Files that run in no environment, each with a sentence about it.

    Args:
        folder: what is looked at.
        used: the files of all environments.
    """
    for name, file in folder.outlines.items():
        if file.path in used or file.real in folder.fragments:
            continue
        if name in folder.bases[1:]:
            yield file, f"`{file.path}` is left out: Docker Compose takes `{folder.bases[0]}` instead"
        else:
            reason = "it does not run by itself" + (" or with the base" if folder.base else "") + _lack(file, folder)
            yield file, f"`{file.path}` is left out: {reason}; name its files under `environments` in the configuration"


def _lack(file: Outline, folder: Folder) -> str:
    """What a file and the base do not say, and where it is missed."""
    whole = together([folder.follow(other) for other in (folder.foundation, file) if other])
    named = service_lines(file.path, folder.reader)
    for name, line in named.items():
        if name in whole.bare:
            return f" (`{file.path}:{line}`: service `{name}` has neither `image` nor `build`)"
        for section, missing in sorted(folder.follow(file).needs.get(name, frozenset()) - whole.declared):
            return f" (`{file.path}:{line}`: service `{name}` refers to `{section}.{missing}`, which is not declared)"
    return ""
