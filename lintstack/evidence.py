"""Evidence in one folder: names, contents and .env files tell which compose files are run together, and for what."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property

from lintstack.findings import Kind
from lintstack.named import NamedTuple
from lintstack.outline import Outline, complete, together
from lintstack.reader import Reader, inside
from lintstack.recognise import kind_of, kind_of_folder
from lintstack.source import Source
from lintstack.usage import STARTING, Run

# What Docker Compose looks for by itself, by preference.
BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
_FAMILY = r"(?:docker[-_.]?|podman[-_.]?)?compose"
# Names of files that hold what others build upon.
_COMMON = frozenset("base common core shared".split())
_MOST_SEEN = 3
# Names of files that were put aside, or that are to be copied first.
_ASIDE = frozenset(
    """archive archived backup bak broken copy deprecated disabled example fixed legacy new obsolete old orig original
    sample temp template tmp unused wip""".split()
)


@cache
def _base() -> re.Pattern[str]:
    return re.compile(rf"{_FAMILY}\.ya?ml", re.IGNORECASE)


@cache
def _overlay() -> re.Pattern[str]:
    behind, around = rf"(?:{_FAMILY}|docker-stack)[-_.](?P<behind>.+)", rf"(?P<before>.+?)[-_.]{_FAMILY}(?P<after>[-_.].+)?"
    return re.compile(rf"(?:{behind}|{around})\.ya?ml", re.IGNORECASE)


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
        return os.path.relpath(full, self.reader.root) if inside(full, self.reader.root) else ""

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
            if name not in OVERRIDES and name not in self.bases and file is not self.common and (found := self._called(name))
        }

    def _called(self, name: str) -> str:
        """The environment that a file name spells out: beside a `base.yml`, `dev.yml` does so too."""
        plain = self.bases and not overlay_name(self.bases[0]) and is_common(self.bases[0])
        return overlay_name(name) or (os.path.splitext(name)[0] if plain else "")

    def alone(self, file: Outline) -> bool:
        """Whether a file, with what it includes, needs no other."""
        return complete(self.follow(file)) and not self._picks_targets(file) and not self._leans(file)

    def _leans(self, file: Outline) -> bool:
        """Whether most services that a file has in common with the base get their variables there only."""
        base = self.base
        if base is None or base is file:
            return False
        shared = file.services & (base.services - base.bare)
        return len(shared & base.told - file.told) * 2 > len(shared)

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
        """Lists of files that scripts run, each with the commands; only those that Docker Compose can load."""
        found: dict[tuple[str, ...], list[Run]] = {}
        for run in self.runs:
            if run.files:
                found.setdefault(run.files, []).append(run)
        larger = {file for files, runs in found.items() if len(files) > 1 for file in files[1:]}
        return {files: runs for files, runs in found.items() if self._is_run(files, runs, larger)}

    def _is_run(self, files: tuple[str, ...], runs: Iterable[Run], overlays: set[str]) -> bool:
        """Whether a list of files is a stack: an overlay that is only looked at without its base is none."""
        if files[0] in overlays and not any(run.starts for run in runs):
            return False
        outlines = [self.look(file) for file in files]
        return any(file.broken for file in outlines) or complete(together(map(self.follow, outlines)))

    @cached_property
    def started(self) -> list[Run]:
        """Commands that start what Docker Compose takes by itself."""
        return [run for run in self.runs if not run.files and run.verb in STARTING]

    @cached_property
    def base_is_run(self) -> bool:
        """Whether the base is run without one of the files that are named for an environment."""
        base = self.base
        if base is None or base.real in self.fragments:
            return False
        if (base.path,) in self.sets:
            return self.alone(base) or not self.paired
        if any(run.sort == "environment" for run in self.runs):
            return False
        if self.started:
            return self.alone(base) or not self.paired
        if self.common:
            return True
        kinds = {kind_of(name) for name, _ in self.paired}
        kinds |= {kind_of(_set_name(files, self, runs)) for files, runs in self.sets.items() if base.path in files}
        overlaid = bool(self.paired) or any(base.path in files for files in self.sets)
        return not {"dev", "prod"} <= kinds and (self.alone(base) or not overlaid)

    def environment(self, name: str, kind: Kind, files: Iterable[str], why: str) -> Environment:
        """An environment of this folder."""
        listed = tuple(files)
        shown = " + ".join(os.path.basename(file) for file in listed)
        return Environment(name, kind, listed, (), (), self.path, f"{shown}: {why}")


def is_base(name: str) -> bool:
    """Whether a file name is that of a base file, in any tool's spelling."""
    return name in BASES or _base().fullmatch(name) is not None


def is_common(name: str) -> bool:
    """Whether a file name says that others build upon it: `compose.base.yaml`, `common.yml`."""
    return (overlay_name(name) or os.path.splitext(name)[0]).lower() in _COMMON


def is_aside(name: str) -> bool:
    """Whether an environment's name says that its file was put aside or is a model for others."""
    return not _ASIDE.isdisjoint(re.split(r"[^a-z]+", name.lower()))


def overlay_name(name: str) -> str:
    """The environment that a file name spells out: `compose.prod.yaml` → prod; "" for other names."""
    found = _overlay().fullmatch(name)
    if not found:
        return ""
    return found["behind"] or f"{found['before']}{found['after'] or ''}"


def _says(name: str, kind: Kind) -> str:
    return f"the name says {kind}" if kind != "unknown" else "the name says neither dev nor prod"


def _by_compose_file(folder: Folder) -> Iterator[Environment]:
    """`COMPOSE_FILE` in .env says what runs when nothing else is asked for."""
    if folder.default_files:
        names = [overlay_name(os.path.basename(file)) for file in folder.default_files]
        name = next((name for name in reversed(names) if name), "default")
        kind: Kind = "dev" if name == "override" else kind_of(name)
        yield folder.environment(name, kind, folder.default_files, "`COMPOSE_FILE` in .env names them")


def _by_override(folder: Folder) -> Iterator[Environment]:
    """Docker Compose merges base and override when nothing else is asked for."""
    if folder.base and folder.override and not folder.default_files:
        taken = any(name == "dev" for name, _ in folder.paired)
        files = (folder.base.path, folder.override.path)
        item = folder.environment("override" if taken else "dev", "dev", files, "what `docker compose up` runs")
        yield _as_run(item, folder.started)


def _by_script(folder: Folder) -> Iterator[Environment]:
    """What scripts, build files, CI files and documents run."""
    for files, runs in folder.sets.items():
        for name, some in _by_profile(_set_name(files, folder, runs), runs):
            kind, why = _kind_of_runs(name, some)
            runs_it = f"`{some[0].where}` runs {'it' if len(files) == 1 else 'them'}"
            yield _as_run(folder.environment(name, kind, files, runs_it + why), some)


def _as_run(item: Environment, runs: list[Run]) -> Environment:
    """An environment with what the commands that run it add to its files."""
    return item._replace(
        seen=tuple(dict.fromkeys(run.where for run in runs))[:_MOST_SEEN],
        env_files=_agreed([run.env_files for run in runs]),
        profiles=_profiles(runs),
        project_dir=next((run.project_dir for run in runs if run.project_dir), item.project_dir),
    )


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


def _set_name(files: tuple[str, ...], folder: Folder, runs: list[Run]) -> str:
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
    """An overlay that needs the base is run with it; scripts that name it know better."""
    for name, file in folder.paired:
        kind = kind_of(name)
        likely = kind != "unknown" or (folder.base_is_run and all(run.sort == "comment" for run in folder.runs))
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
    files = [file for file in folder.outlines.values() if file.path in environment.files]
    sign = next((file.dev_sign for file in files if file.dev_sign), "")
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
            reason = "it does not run by itself" + (" or with the base" if folder.base else "")
            yield file, f"`{file.path}` is left out: {reason}; name its files under `environments` in the configuration"


def runs(name: str) -> bool:
    """Whether a name says that the file is run by itself."""
    return is_base(name) or kind_of(overlay_name(name)) != "unknown"


def join(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"


def _compose_file(folder: str, reader: Reader) -> Iterator[str]:
    """Files that `COMPOSE_FILE` names in the .env of a folder; those that are not there are passed over."""
    from lintstack.compose.dotenv import parse
    from lintstack.compose.problems import Problems

    path = join(folder, ".env")
    source = reader.source(path) if reader.exists(path) == "file" else None
    if not isinstance(source, Source) or "COMPOSE_FILE" not in source.text:
        return
    values = {statement.key.text: statement.text or "" for statement in parse(source, Problems())}
    for name in values.get("COMPOSE_FILE", "").split(values.get("COMPOSE_PATH_SEPARATOR") or ":"):
        if name and "$" not in name and reader.exists(found := os.path.normpath(join(folder, name))) == "file":
            yield reader.display(found)
