"""What the `env_file` and `label_file` of every service define."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from posixpath import basename
from typing import TYPE_CHECKING

from lintstack.compose.casts import as_bool
from lintstack.compose.documents import Reader
from lintstack.compose.environment import Environments
from lintstack.compose.interpolate import Interpolator
from lintstack.compose.paths import folder_of, is_fixed, located
from lintstack.compose.problems import Problems, shown
from lintstack.facts import Place
from lintstack.findings import Severity
from lintstack.named import NamedTuple
from lintstack.naming import EXAMPLES
from lintstack.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from lintstack.compose.dotenv import EnvEntry

MOST_TAKEN = 100_000  # variables of env files, each counted in every service that takes it
MOST_RELATED = 8  # further services that name a missing file
_FORMATS = ("raw",)


class ServiceFiles(NamedTuple):
    """By service.

    Args:
        variables: what env files define.
        labels: what label files define.
        missing: env files that are not there, cannot be read or cannot be told: as written.
    """

    variables: dict[str, tuple[EnvEntry, ...]]
    labels: dict[str, tuple[EnvEntry, ...]]
    missing: dict[str, tuple[str, ...]]


class _File(NamedTuple):
    """One file that a service names."""

    path: Scalar
    required: bool = True
    raw: bool = False


def service_files(
    root: Mapping | None,
    inactive: frozenset[str],
    folder: str,
    interpolator: Interpolator,
    environments: Environments,
) -> ServiceFiles:
    """Read them all; those that enabled services require and nobody has are reported."""
    found = ServiceFiles({}, {}, {})
    reading = _Reading(folder, environments)
    services = root.get("services") if root is not None else None
    for name, service in services.items() if isinstance(services, Mapping) else ():
        if not isinstance(service, Mapping) or (
            "env_file" not in service.entries and "label_file" not in service.entries
        ):
            continue
        reading.enabled = name not in inactive
        if "env_file" in service.entries:
            files = tuple(_env_files(service, environments.files.problems, reading.enabled))
            outer = {**_literals(service), **interpolator.variables}
            found.variables[name], lost = reading.read(files, outer)
            if lost:
                found.missing[name] = lost
        if "label_file" in service.entries:
            found.labels[name], _ = reading.read(tuple(_label_files(service)), {})
    for path, named in reading.missing.items():
        _report(named, path, environments.files.reader, environments.files.problems)
    return found


class _Reading:
    """Reads the files of services, whose number of variables is a product and therefore bounded."""

    def __init__(self, folder: str, environments: Environments) -> None:
        self.folder = folder
        self.environments = environments
        self.enabled = True
        self.taken = 0
        self.missing: dict[str, list[Scalar]] = {}

    def read(self, files: tuple[_File, ...], outer: Dict[str, str]) -> tuple[tuple[EnvEntry, ...], tuple[str, ...]]:
        """Entries of files, later ones over earlier ones, and the files that could not be had."""
        found: dict[str, EnvEntry] = {}
        known: dict[str, str] = {}
        lost: list[str] = []
        for file in files:
            path = located(self.folder, file.path.text)
            if file.path.unset or not self._there(file, path) or not self._has_room(file.path):
                lost.append(file.path.raw)
                continue
            read = self.environments.entries(path, outer, file.path.span, file.raw, known)
            self.taken += len(read)
            found.update(read)
            for name, entry in read.items():
                known.pop(name, None)
                if entry.value and not entry.value.unset:
                    known[name] = entry.value.text
            if path not in self.environments.files.env_sources:
                lost.append(file.path.raw)
        return tuple(found.values()), tuple(lost)

    def _has_room(self, at: Scalar) -> bool:
        if self.taken <= MOST_TAKEN:
            return True
        message = f"services take more than {MOST_TAKEN} variables from env files"
        self.environments.files.problems.say("compose-limit", message, at)
        return False

    def _there(self, file: _File, path: str) -> bool:
        """Whether a file can be opened; a required one that is not there is remembered."""
        reader = self.environments.files.reader
        if reader.exists(path) not in ("", "dir"):
            return True
        if file.required and self.enabled and not is_fixed(file.path.text):
            self.missing.setdefault(path, []).append(file.path)
        return False


def _env_files(service: Mapping, problems: Problems, enabled: bool) -> Iterator[_File]:
    listed = service.get("env_file")
    for item in listed.items if isinstance(listed, Sequence) else ():
        path = item.get("path") if isinstance(item, Mapping) else None
        if not isinstance(item, Mapping) or not isinstance(path, Scalar):
            continue
        kind = item.get("format")
        text = kind.text if isinstance(kind, Scalar) and not kind.unset else ""
        if text and text not in _FORMATS and enabled:
            problems.say(
                "compose-schema", f"there is no `env_file` format `{shown(text)}`; leave it out or write `raw`", path
            )
        yield _File(path, as_bool(item.get("required")) is not False, text == "raw")


def _label_files(service: Mapping) -> Iterator[_File]:
    listed = service.get("label_file")
    for item in listed.items if isinstance(listed, Sequence) else ():
        if isinstance(item, Scalar):
            yield _File(item)


def _literals(service: Mapping) -> dict[str, str]:
    """Values of a service's `environment` that its env files can use."""
    environment = service.get("environment")
    pairs = environment.items() if isinstance(environment, Mapping) else ()
    return {
        name: value.text for name, value in pairs if isinstance(value, Scalar) and not (value.is_null or value.unset)
    }


def _report(found: list[Scalar], path: str, reader: Reader, problems: Problems) -> None:
    """One finding a file: Compose refuses the project, but in a repository it is normal that it is not committed."""
    name, example = shown(found[0].raw, 80), _example(path, reader)
    severity: Severity = "info"
    if example:
        message = f"`{name}` does not exist; copy `{shown(basename(example))}` to it before the project starts"
    elif _ignored(path, reader):
        message = f"`{name}` does not exist and git ignores it: everybody writes their own; an example beside it helps"
    elif basename(path).startswith(".env"):
        message = f"`{name}` does not exist; if everybody writes their own, an example beside it says what it needs"
    else:
        message = f"`{name}` does not exist, so the service does not start; create it, or write `required: false`"
        severity = "warning"
    related = tuple(Place(at.span, "and here") for at in found[1 : MOST_RELATED + 1])
    problems.say("env-file-missing", message, found[0], severity, related)


def _example(path: str, reader: Reader) -> str:
    """The example beside an env file, "" when there is none."""
    folder, name = folder_of(path), basename(path)
    names = (*(f"{name}.{word}" for word in EXAMPLES), "example" + name, ".env.example")
    paths = (located(folder, one) for one in names)
    return next((one for one in paths if one != path and reader.exists(one) == "file"), "")


def _ignored(path: str, reader: Reader) -> bool:
    """Whether a `.gitignore` of its folder or one above names a file."""
    from lintstack.gitignore import Patterns
    from lintstack.source import Source

    folder, below = folder_of(path), basename(path)
    for _ in range(64):
        file = located(folder, ".gitignore")
        source = reader.source(file) if reader.exists(file) == "file" else None
        if isinstance(source, Source) and Patterns(source.text.splitlines()).covers(below):
            return True
        if folder in (".", "/") or folder.endswith(".."):
            return False
        below = f"{basename(folder)}/{below}"
        folder = folder_of(folder)
    return False
