"""The variables of a project: env files only; the process environment is never read."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Dict
from types import MappingProxyType
from typing import TYPE_CHECKING

from lintstack.compose.documents import Files
from lintstack.compose.interpolate import Interpolator
from lintstack.compose.paths import located
from lintstack.compose.versions import Version, since
from lintstack.source import Span

if TYPE_CHECKING:
    from lintstack.compose.dotenv import EnvEntry, Statement
    from lintstack.yaml import Scalar

# What Go reads as true.
_TRUE = frozenset(("1", "t", "T", "true", "True", "TRUE"))


class Environments:
    """Interpolators by the values that they use: equal values share one, and with it the parsed documents."""

    def __init__(self, files: Files, version: Version | None = None) -> None:
        self.files = files
        self.eager = not since(version, "lazy-defaults")
        self._known: dict[tuple[tuple[str, str], ...], Interpolator] = {}
        self._statements: dict[tuple[str, bool], tuple[Statement, ...]] = {}
        self.given: dict[str, Scalar] = {}  # values that the project has from its env files, at their places

    def interpolators(self) -> tuple[Interpolator, ...]:
        """Every interpolator so far, that of the project first."""
        return tuple(self._known.values())

    def interpolator(self, variables: Dict[str, str]) -> Interpolator:
        """The interpolator for some values."""
        key = tuple(sorted(variables.items()))
        if key not in self._known:
            self._known[key] = Interpolator(variables, self.files.problems, self.eager)
        return self._known[key]

    def root(self, folder: str, env_files: Iterable[str] | None, given: Dict[str, str]) -> Interpolator:
        """Variables of the project: given ones, then env files (later ones win); None is the folder's `.env`."""
        without = given.get("COMPOSE_DISABLE_ENV_FILE", "") in _TRUE
        found: dict[str, str] = {}
        for path in (() if without else self._default(folder)) if env_files is None else env_files:
            # Values given win inside the files too; of two files the later one wins, inside itself as well.
            values = _known(self.entries(path, given, earlier=found))
            found.update((name, value.text) for name, value in values)
            self.given.update((name, value) for name, value in values if name not in given)
        return self.interpolator({**found, **given})

    def included(
        self, parent: Interpolator, folder: str, env_files: tuple[tuple[str, Span], ...] | None
    ) -> Interpolator:
        """Variables of an included project: its parent's win over its own env files, None being the folder's `.env`."""
        found: dict[str, str] = {}
        if env_files is None:
            for path in self._default(folder):
                found.update(self.values(path, parent.variables))
        for path, at in env_files or ():
            found.update(self.values(path, parent.variables, at, found))
        return self.interpolator({**found, **parent.variables}) if found else parent

    def _default(self, folder: str) -> tuple[str, ...]:
        path = located(folder, ".env")
        return (path,) if self.files.reader.exists(path) == "file" else ()

    def values(
        self, path: str, outer: Dict[str, str], at: Span | None = None, earlier: Dict[str, str] = MappingProxyType({})
    ) -> dict[str, str]:
        """Known values of an env file by name."""
        return {name: value.text for name, value in _known(self.entries(path, outer, at, earlier=earlier))}

    def entries(
        self,
        path: str,
        outer: Dict[str, str],
        at: Span | None = None,
        raw: bool = False,
        earlier: Dict[str, str] = MappingProxyType({}),
    ) -> dict[str, EnvEntry]:
        """Entries of an env file by name.

        Args:
            path: the file.
            outer: values that win over its own inside it.
            at: the place that names it.
            raw: without quotes, escapes and variables.
            earlier: values of the files before it, which its own win over.
        """
        from lintstack.compose.dotenv import evaluate, parse, parse_raw

        key = path, raw
        if key not in self._statements:
            source = self.files.open(path, at)
            if source is None:
                return {}
            self.files.env_sources[path] = source
            self._statements[key] = (parse_raw if raw else parse)(source, self.files.problems)
        return evaluate(self._statements[key], outer, self.files.problems, eager=self.eager, earlier=earlier)

    def setting(self, name: str, paths: Iterable[str]) -> Span | None:
        """Where the last of some env files that were read sets a variable."""
        statements = [statement for path in paths for statement in self._statements.get((path, False), ())]
        return next((one.place for one in reversed(statements) if one.key.text == name), None)


def _known(entries: Dict[str, EnvEntry]) -> list[tuple[str, Scalar]]:
    """Names and values of the entries of an env file of which nothing is missing."""
    return [(name, entry.value) for name, entry in entries.items() if entry.value and not entry.value.unset]
