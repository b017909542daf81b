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

# What Docker Compose looks for by itself, by preference.
BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
_FAMILY = r"(?:docker[-_.]?|podman[-_.]?)?compose"


@cache
def _base() -> re.Pattern[str]:
    return re.compile(rf"{_FAMILY}\.ya?ml", re.IGNORECASE)


@cache
def _overlay() -> re.Pattern[str]:
    behind, around = rf"{_FAMILY}[-_.](?P<behind>.+)", rf"(?P<before>.+?)[-_.]{_FAMILY}(?P<after>[-_.].+)?"
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
    """

    name: str
    kind: Kind
    files: tuple[str, ...]
    env_files: tuple[str, ...]
    profiles: tuple[str, ...]
    project_dir: str
    evidence: str
    inferred: bool = True


class Folder:
    """A folder with compose files, as evidence sees it.

    Args:
        path: as reports write it.
        outlines: its compose files by name.
        fragments: real paths of files that others include or extend.
        reader: opens further files.
        follow: a file together with all that it includes.
    """

    def __init__(
        self,
        path: str,
        outlines: dict[str, Outline],
        fragments: frozenset[str],
        reader: Reader,
        follow: Callable[[Outline], Outline],
    ) -> None:
        self.path = path
        self.outlines = outlines
        self.fragments = fragments
        self.reader = reader
        self.follow = follow

    @cached_property
    def below_root(self) -> str:
        """Its path relative to the project's root."""
        full = os.path.realpath(self.reader.absolute(self.path))
        return os.path.relpath(full, self.reader.root) if inside(full, self.reader.root) else ""

    @cached_property
    def bases(self) -> list[str]:
        """Names of base files, the one that counts first."""
        found = [name for name in self.outlines if is_base(name)]
        return sorted(found, key=lambda name: (BASES.index(name) if name in BASES else len(BASES), name))

    @cached_property
    def base(self) -> Outline | None:
        """The base file."""
        return self.outlines[self.bases[0]] if self.bases else None

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
            if name not in OVERRIDES and name not in self.bases and (found := overlay_name(name))
        }

    def alone(self, file: Outline) -> bool:
        """Whether a file, with what it includes, needs no other."""
        return complete(self.follow(file)) and not self._picks_targets(file)

    def _picks_targets(self, file: Outline) -> bool:
        """Whether a `build` without context in it changes how the base builds that service."""
        base = self.base
        return base is not None and base is not file and bool(file.partial & base.services - base.bare - base.partial)

    def completes(self, file: Outline) -> bool:
        """Whether base and overlay together say how each service runs; of what is broken nobody knows."""
        if self.base is None or file.broken or self.base.broken:
            return self.base is not None
        return not together([self.follow(self.base), self.follow(file)]).bare

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

    def environment(self, name: str, kind: Kind, files: Iterable[str], why: str) -> Environment:
        """An environment of this folder."""
        listed = tuple(files)
        shown = " + ".join(os.path.basename(file) for file in listed)
        return Environment(name, kind, listed, (), (), self.path, f"{shown}: {why}")


def is_base(name: str) -> bool:
    """Whether a file name is that of a base file, in any tool's spelling."""
    return name in BASES or _base().fullmatch(name) is not None


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
        yield folder.environment("override" if taken else "dev", "dev", files, "what `docker compose up` runs")


def _by_overlay(folder: Folder) -> Iterator[Environment]:
    """An overlay that needs the base is run with it."""
    for name, file in folder.paired:
        if folder.base:
            kind = kind_of(name)
            yield folder.environment(name, kind, (folder.base.path, file.path), _says(name, kind))


def _by_base(folder: Folder) -> Iterator[Environment]:
    """The base alone, unless it is only ever run with something else."""
    base = folder.base
    if base is None or folder.override or folder.default_files or base.real in folder.fragments:
        return
    kinds = {kind_of(name) for name, _ in folder.paired}
    completed = any(folder.completes(file) for _, file in folder.overlays.values())
    if {"dev", "prod"} <= kinds or (completed and not folder.alone(base)):
        return
    command = "podman-compose up" if folder.bases[0].startswith("podman") else "docker compose up"
    yield folder.environment("default", "unknown", (base.path,), f"what `{command}` runs")


def _by_itself(folder: Folder) -> Iterator[Environment]:
    """Every other file that is a stack on its own."""
    used = {file.real for _, file in folder.paired} | {file.real for file in (folder.base, folder.override) if file}
    for name, file in folder.outlines.items():
        if file.real in used or file.real in folder.fragments or name in folder.bases:
            continue
        if file.broken or folder.alone(file):
            called = overlay_name(name) or os.path.splitext(name)[0]
            kind = kind_of(called)
            yield folder.environment(called, kind, (file.path,), f"stands alone; {_says(called, kind)}")


# Each looks at a folder for one sort of evidence; the first environment of a name, and of a list of files, counts.
EVIDENCE: tuple[Callable[[Folder], Iterator[Environment]], ...] = (
    _by_compose_file,
    _by_override,
    _by_overlay,
    _by_base,
    _by_itself,
)


def distinct(folder: Folder) -> list[Environment]:
    """What the evidence says, each list of files once and no name twice, dev signs counted in."""
    found: dict[tuple[str, ...], Environment] = {}
    names: set[str] = set()
    for evidence in EVIDENCE:
        for item in evidence(folder):
            if item.files not in found:
                stem = os.path.splitext(os.path.basename(item.files[-1]))[0]
                name = (
                    item.name
                    if item.name not in names
                    else stem
                    if stem not in names
                    else os.path.basename(item.files[-1])
                )
                names.add(name)
                found[item.files] = _with_signs(item._replace(name=name), folder)
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


def left_out(folder: Folder, environments: Iterable[Environment]) -> Iterator[tuple[Outline, str]]:
    """Files that run in no environment, each with a sentence about it."""
    used = {file for environment in environments for file in environment.files}
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
