"""The variables of a project: env files only; the process environment is never read."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Dict

from lintstack.compose.documents import Files
from lintstack.compose.dotenv import EnvEntry, Statement, evaluate, parse
from lintstack.compose.interpolate import Interpolator
from lintstack.compose.paths import located
from lintstack.source import Span


class Environments:
    """Interpolators by the values that they use: equal values share one, and with it the parsed documents."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._known: dict[tuple[tuple[str, str], ...], Interpolator] = {}
        self._statements: dict[str, tuple[Statement, ...]] = {}

    def interpolators(self) -> tuple[Interpolator, ...]:
        """Every interpolator so far, that of the project first."""
        return tuple(self._known.values())

    def interpolator(self, variables: Dict[str, str]) -> Interpolator:
        """The interpolator for some values."""
        key = tuple(sorted(variables.items()))
        if key not in self._known:
            self._known[key] = Interpolator(variables, self.files.problems)
        return self._known[key]

    def root(self, folder: str, env_files: Iterable[str], given: Dict[str, str]) -> Interpolator:
        """Variables of the project: given ones, then env files (later ones win), else the folder's `.env`."""
        named = tuple(env_files)
        found: dict[str, str] = {}
        for path in named or self._default(folder):
            # Values given win inside the files too; of two files the later one wins.
            found.update(self.values(path, {**found, **given}))
        return self.interpolator({**found, **given})

    def included(self, parent: Interpolator, folder: str, env_files: tuple[tuple[str, Span], ...]) -> Interpolator:
        """Variables of an included project: its parent's win over its own env files."""
        found: dict[str, str] = {}
        if env_files:
            for path, at in env_files:
                found.update(self.values(path, {**found, **parent.variables}, at))
        else:
            for path in self._default(folder):
                found.update(self.values(path, parent.variables))
        return self.interpolator({**found, **parent.variables}) if found else parent

    def _default(self, folder: str) -> tuple[str, ...]:
        path = located(folder, ".env")
        return (path,) if self.files.reader.exists(path) == "file" else ()

    def values(self, path: str, outer: Dict[str, str], at: Span | None = None) -> dict[str, str]:
        """Known values of an env file by name."""
        entries = self.entries(path, outer, at)
        return {name: entry.value.text for name, entry in entries.items() if entry.value and not entry.value.unset}

    def entries(self, path: str, outer: Dict[str, str], at: Span | None = None) -> dict[str, EnvEntry]:
        """Entries of an env file by name."""
        if path not in self._statements:
            source = self.files.open(path, at)
            if source is None:
                return {}
            self.files.env_sources[path] = source
            self._statements[path] = parse(source, self.files.problems)
        return evaluate(self._statements[path], outer, self.files.problems)
