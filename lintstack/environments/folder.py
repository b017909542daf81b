"""One folder with compose files: what its files, names, scripts and .env file say about what runs in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from lintstack.environments.outline import Outline, complete, together
from lintstack.findings import Kind
from lintstack.named import NamedTuple
from lintstack.naming import BASES, OVERRIDES, is_base, is_common, named_files, overlay_name, shorter
from lintstack.reader import Reader, inside, relative
from lintstack.recognise import by_name, kind_of
from lintstack.source import Source

if TYPE_CHECKING:
    from lintstack.environments.usage import Run


class Environment(NamedTuple):
    """Files that are run together.

    Args:
        name: unique in its project.
        kind: what it is for.
        files: compose files in merge order, as reports write paths.
        env_files: files of variables that the configuration names, likewise.
        profiles: active profiles that the configuration names.
        project_dir: folder that relative paths start from, likewise.
        evidence: one sentence that says why.
        inferred: whether it was inferred rather than configured.
        seen: where scripts and documents run it, as path and line; the first few.
        prod_runs: where those for production run it without naming its files, likewise.
        variables: names and values that the commands which run it are given; HIDDEN for those that the files do not
            tell, or that not all of them are given alike.
        swarm: whether the commands that run it are `docker stack deploy`; None when nothing or both are said.
    """

    name: str
    kind: Kind
    files: tuple[str, ...]
    env_files: tuple[str, ...]
    profiles: tuple[str, ...]
    project_dir: str
    evidence: str
    inferred: bool = True
    seen: tuple[str, ...] = ()
    prod_runs: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    swarm: bool | None = None


class Folder:
    """A folder with compose files, as evidence sees it.

    Args:
        path: as reports write it.
        outlines: its compose files by name.
        fragments: real paths of files that others include or extend.
        reader: opens further files.
        follow: a file together with all that it includes.
        look: the outline of any file.
        runs: commands that scripts run here.
        scripted: real paths of the files that scripts name, here or elsewhere.
    """

    def __init__(
        self,
        path: str,
        outlines: dict[str, Outline],
        fragments: frozenset[str],
        reader: Reader,
        follow: Callable[[Outline], Outline],
        look: Callable[[str], Outline],
        runs: Iterable[Run] = (),
        scripted: frozenset[str] = frozenset(),
    ) -> None:
        self.path = path
        self.outlines = outlines
        self.fragments = fragments
        self.reader = reader
        self.follow = follow
        self.look = look
        self.runs = tuple(runs)
        self.scripted = scripted

    @cached_property
    def below_root(self) -> str:
        """Its path relative to the project's root."""
        full = os.path.realpath(self.reader.absolute(self.path))
        return relative(full, self.reader.root) if inside(full, self.reader.root) else ""

    @cached_property
    def bases(self) -> list[str]:
        """Names of base files, the one that counts first."""
        found = [name for name in self.outlines if is_base(name)]
        if not found and len(self.outlines) > 1:
            found = [name for name in self.outlines if is_common(name)]
        return sorted(found, key=lambda name: (BASES.index(name) if name in BASES else len(BASES), name))

    @cached_property
    def base(self) -> Outline | None:
        """The base file."""
        return self.outlines[self.bases[0]] if self.bases else None

    @cached_property
    def common(self) -> Outline | None:
        """The file that is named as the base of others; nothing includes or extends it, and no script names it."""
        files = [file for name, file in self.outlines.items() if is_common(name) and name not in self.bases[:1]]
        free = [file for file in files if file.real not in self.fragments | self.scripted]
        return free[0] if len(free) == 1 else None

    @cached_property
    def foundation(self) -> Outline | None:
        """What overlays build upon."""
        return self.common or self.base

    @cached_property
    def by_path(self) -> dict[str, Outline]:
        """Its compose files by path."""
        return {file.path: file for file in self.outlines.values()}

    @cached_property
    def override(self) -> Outline | None:
        """The file that Docker Compose merges with the base by itself."""
        found = next((name for name in OVERRIDES if name in self.outlines), None)
        return self.outlines[found] if found and self.base else None

    @cached_property
    def overlays(self) -> dict[str, tuple[str, Outline]]:
        """Files named as variants of the base: environment name and file, by file name."""
        return {
            name: (found, file)
            for name, file in self.outlines.items()
            if name not in OVERRIDES
            and name not in self.bases
            and file is not self.common
            and (found := self._called(name))
        }

    def _called(self, name: str) -> str:
        """The environment that a file name spells out: beside a `base.yml`, `dev.yml` does so too."""
        plain = self.bases and not overlay_name(self.bases[0]) and is_common(self.bases[0])
        return overlay_name(name) or (os.path.splitext(name)[0] if plain else "")

    def alone(self, file: Outline) -> bool:
        """Whether a file, with what it includes, needs no other."""
        leans = self._picks_targets(file) or self._leans(file) or self._varies(file)
        return complete(self.follow(file)) and not leans

    @cached_property
    def _completed_otherwise(self) -> bool:
        """Whether scripts complete the base, or a file that lacks some of its services: who has all may do without."""
        base = self.base
        if base is None or any(base.path in run.files[:-1] for run in self.runs):
            return base is not None
        overlays = (file for _, file in self.overlays.values() if not base.services <= file.services)
        return any(base.bare & file.services - file.bare for file in overlays)

    def _leans(self, file: Outline) -> bool:
        """Whether a file completes the base, or most services that both have get their variables there only."""
        base = self.base
        if base is None or base is file or base.real in self.fragments:
            return False
        full = file.services - file.bare
        needed = is_common(self.bases[0]) or not base.services <= full or not self._completed_otherwise
        if base.bare & full and needed:
            return True
        if file.services < base.services and file.services <= file.plain - base.plain:
            return True  # other images or variables for wired services
        shared = file.services & (base.services - base.bare)
        return len(shared & base.told - file.told) * 2 > len(shared)

    def _varies(self, file: Outline) -> bool:
        """Whether a file of an odd name is called after one that has all its services: `run-gpu.yaml`, `run.yaml`."""
        stem, _ = os.path.splitext(os.path.basename(file.path))
        if by_name(os.path.basename(file.path)):
            return False
        others = (other for name in shorter(stem) for other in self._by_stem.get(name, ()))
        return any(file.services < other.services for other in others)

    @cached_property
    def _by_stem(self) -> dict[str, list[Outline]]:
        found: dict[str, list[Outline]] = {}
        for name, file in self.outlines.items():
            found.setdefault(os.path.splitext(name)[0], []).append(file)
        return found

    def _picks_targets(self, file: Outline) -> bool:
        """Whether a `build` without context in it changes how the base builds that service."""
        base = self.base
        return base is not None and base is not file and bool(file.partial & base.services - base.bare - base.partial)

    def completes(self, file: Outline) -> bool:
        """Whether base and overlay together say how each service runs; of what is broken nobody knows."""
        base = self.foundation
        if base is None or file.broken or base.broken:
            return base is not None
        return not together([self.follow(base), self.follow(file)]).bare

    @cached_property
    def paired(self) -> tuple[tuple[str, Outline], ...]:
        """Overlays that need the base and can run with it."""
        return tuple(
            (name, file)
            for name, file in self.overlays.values()
            if file.real not in self.fragments and not self.alone(file) and self.completes(file)
        )

    @cached_property
    def default_files(self) -> tuple[str, ...]:
        """Files that `COMPOSE_FILE` in the folder's .env names."""
        return tuple(_compose_file(self.path, self.reader))

    @cached_property
    def sets(self) -> dict[tuple[str, ...], list[Run]]:
        """Lists of files that scripts run, each with the commands."""
        found: dict[tuple[str, ...], list[Run]] = {}
        for run in self.runs:
            if run.files:
                found.setdefault(run.files, []).append(run)
        merged = [files for files, runs in found.items() if len(files) > 1]
        overlays = {file for files in merged for file in files[1:]}
        started = (files[0] for files in merged if any(run.starts for run in found[files]))
        built_upon = {file for file in started if kind_of(os.path.basename(file)) == "unknown"}
        return {
            files: runs
            for files, runs in found.items()
            if self._is_run(files, runs, overlays if len(files) > 1 else overlays | built_upon)
        }

    def _is_run(self, files: tuple[str, ...], runs: Iterable[Run], parts: set[str]) -> bool:
        """Whether a list of files is a stack: a part of others that is only looked at or stopped is none.

        What a script starts is one although Docker Compose cannot load it: that is to be told.
        """
        if files[0] in parts and not any(run.starts for run in runs):
            return False
        if any(run.surely_starts and not run.is_example for run in runs):
            return True
        outlines = [self.look(file) for file in files]
        return any(file.broken for file in outlines) or complete(together(map(self.follow, outlines)))

    @cached_property
    def started(self) -> list[Run]:
        """Commands that start what Docker Compose takes by itself."""
        return [run for run in self.runs if not run.files and run.surely_starts]

    @cached_property
    def base_is_run(self) -> bool:
        """Whether the base is run without one of the files that are named for an environment."""
        base = self.base
        if base is None or base.real in self.fragments:
            return False
        if (base.path,) in self.sets:
            return self.alone(base) or not self.paired
        if base.real in self.scripted and not any(base.path in run.files for run in self.runs):
            return self.alone(base)  # an overlay of another folder's base
        if any(run.sort == "environment" for run in self.runs):
            return False
        if self.started:
            return self.alone(base) or not self.paired
        if self.common:
            return True
        kinds = {kind_of(name) for name, _ in self.paired}
        kinds |= {kind_of(set_name(files, self, runs)) for files, runs in self.sets.items() if base.path in files}
        overlaid = bool(self.paired) or any(base.path in files for files in self.sets)
        return not {"dev", "prod"} <= kinds and (self.alone(base) or not overlaid)

    def environment(self, name: str, kind: Kind, files: Iterable[str], why: str) -> Environment:
        """An environment of this folder."""
        listed = tuple(files)
        shown = " + ".join(os.path.basename(file) for file in listed)
        return Environment(name, kind, listed, (), (), self.path, f"{shown}: {why}")


def set_name(files: tuple[str, ...], folder: Folder, runs: list[Run]) -> str:
    """What a list of files is called, by its overlays."""
    if all(run.tool == "devcontainer" for run in runs):
        return "devcontainer"
    names = [os.path.basename(file) for file in files]
    found = [overlay_name(name) for name in names if not is_base(name) and not is_common(name)]
    told = [name for name in found if name and name != "override"]
    if told:
        return "-".join(dict.fromkeys(told))
    if "override" in found:
        return "dev"
    if is_base(names[-1]):
        inner = os.path.basename(os.path.dirname(files[-1]))
        return inner.lstrip(".") if len(files) > 1 and inner and inner != os.path.basename(folder.path) else "default"
    return os.path.splitext(names[-1])[0].lstrip(".")


def join(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"


def _compose_file(folder: str, reader: Reader) -> Iterator[str]:
    """Files that `COMPOSE_FILE` names in the .env of a folder; those that are not there are passed over."""
    path = join(folder, ".env")
    source = reader.source(path) if reader.exists(path) == "file" else None
    if not isinstance(source, Source) or "COMPOSE_FILE" not in source.text:
        return
    from lintstack.compose.dotenv import parse
    from lintstack.compose.problems import Problems

    values = {statement.key.text: statement.text or "" for statement in parse(source, Problems())}
    for name in named_files(values.get("COMPOSE_FILE", ""), values.get("COMPOSE_PATH_SEPARATOR", "")):
        if "$" not in name and reader.exists(found := os.path.normpath(join(folder, name))) == "file":
            yield reader.display(found)
