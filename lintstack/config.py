"""`.lintstack.yaml`, `lintstack.toml` or `[tool.lintstack]` → Config; every key is checked, nothing is guessed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lintstack.findings import SEVERITIES, Kind, Severity
from lintstack.gitignore import Patterns
from lintstack.named import NamedTuple
from lintstack.reader import Reader, Refusal, inside, read_regular, suggest, toplevel
from lintstack.record import Record
from lintstack.source import Source, Span

if TYPE_CHECKING:
    from lintstack.carriers import Carrier, Path

# In the order in which they win when a folder has several.
NAMES = (".lintstack.yaml", ".lintstack.yml", "lintstack.toml", "pyproject.toml")
HADOLINT = (".hadolint.yaml", ".hadolint.yml")
_LARGEST = 256 * 1024
_WORD_LISTS = ("select", "extend-select", "ignore", "edge", "trusted-registries")
_PLAIN = ("preset", "fail-on", "images", "compose-version")


class ConfigError(ValueError):
    """A configuration that cannot be used; its text starts with `path:line:column: `.

    Args:
        message: one sentence.
        path: the file, as reports write it.
        line, column: from 1.
    """

    def __init__(self, message: str, path: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{path}:{line}:{column}: {message}")
        self.message = message
        self.path = path
        self.line = line
        self.column = column


class RuleOverride(NamedTuple):
    """What a configuration says about a rule.

    Args:
        off: it does not run.
        severity: its severity wherever it runs; None keeps that of its page.
        environments: names or kinds of the environments that it is confined to; empty: those of its page.
        options: values of its options.
        places: place of each option.
    """

    off: bool = False
    severity: Severity | None = None
    environments: tuple[str, ...] = ()
    options: Mapping[str, Any] = {}
    places: Mapping[str, Span] = {}


class EnvironmentSetting(NamedTuple):
    """An environment that a configuration spells out.

    Args:
        name: its name.
        span: place of its name.
        kind: None lets the name tell.
        folder: real path of the project's folder; "" for a setting without files, which changes every
            environment of that name.
        files, env_files: absolute paths in order; no files: those that are inferred.
        profiles: active profiles.
        project_directory: absolute path, "" for the folder of the first file.
    """

    name: str
    span: Span
    kind: Kind | None = None
    folder: str = ""
    files: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    project_directory: str = ""


class Config(Record):
    """The configuration of a run.

    Args:
        path: the file, as reports write it; "" when there is none.
        folder: real path of its folder, which its relative paths start from.
        preset: minimal, recommended or strict.
        fail_on: error, warning, info or none.
        select, extend_select, ignore: names of rules, or other tools' ids, as written.
        exclude: files and folders that discovery leaves out.
        environments: those that are spelled out, in order.
        rules: overrides by the names written.
        per_file_ignores: patterns and the rules that are silent in the files they cover.
        rule_dirs: absolute paths of folders with rule pages.
        edge: services that are the reverse proxy.
        images: what is known of the user's own images, by repository, as written.
        trusted_registries: registries that images may come from; empty: any.
        compose_version: the oldest Docker Compose to be supported, "" when it is not said.
        names: every rule name that is used, with its place.
        environment_names: every name or kind of environment that a rule is confined to, with its place.
        compat_off: other tools whose comments do not count.
        owner: the tool whose configuration it is, "" for ours; ids in another tool's need no rule.
        label_schema: labels and their types, as hadolint has them: the option `labels` of the rule `label-schema`.
        strict_labels: whether there may be no others: its option `strict`.
        ignored_ids: ids in their one spelling; findings that have one of them are left out.
        notes: sentences for the reader.
    """

    path: str = ""
    folder: str = ""
    preset: str = "recommended"
    fail_on: str = "error"
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: Patterns = Patterns()
    environments: tuple[EnvironmentSetting, ...] = ()
    rules: Mapping[str, RuleOverride] = MappingProxyType({})
    per_file_ignores: tuple[tuple[Patterns, tuple[str, ...]], ...] = ()
    rule_dirs: tuple[str, ...] = ()
    edge: tuple[str, ...] = ()
    images: Mapping[str, Any] = MappingProxyType({})
    trusted_registries: tuple[str, ...] = ()
    compose_version: str = ""
    names: tuple[tuple[str, Span], ...] = ()
    environment_names: tuple[tuple[str, Span], ...] = ()
    compat_off: frozenset[str] = frozenset()
    owner: str = ""
    label_schema: Mapping[str, str] = MappingProxyType({})
    strict_labels: bool = False
    ignored_ids: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    def ignored_in(self, path: str) -> frozenset[str]:
        """Rule names, as written, that `per-file-ignores` silences in a file.

        Args:
            path: absolute path, links kept.
        """
        if not self.per_file_ignores or not inside(path, self.folder):
            return frozenset()
        relative = os.path.relpath(path, self.folder).replace(os.sep, "/")
        return frozenset(name for glob, names in self.per_file_ignores if glob.covers(relative) for name in names)


def load(start: str = ".", explicit: str | None = None, isolated: bool = False) -> Config:
    """The configuration for a path.

    Args:
        start: file or folder; the nearest configuration at or above it counts, up to the top of its git repository.
        explicit: a file to use instead.
        isolated: use none.

    Raises:
        ConfigError: the file cannot be read, or something in it is unknown or wrong.
    """
    if isolated:
        return Config()
    if explicit is not None:
        return _explicit(os.path.abspath(explicit))
    folder = os.path.realpath(start if start != "-" else ".")
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    repository = toplevel(folder)
    above = [folder]
    while above[-1] not in (repository, os.path.abspath(os.sep)):
        above.append(os.path.dirname(above[-1]))
    for here in above:
        for name in NAMES:
            found = _open(os.path.join(here, name), repository or here)
            if found:
                return _config(found, here, repository or here)
    return _of_hadolint(above, repository)


def _of_hadolint(folders: list[str], repository: str | None) -> Config:
    """The nearest configuration of hadolint, else none at all."""
    for folder in folders:
        for name in HADOLINT:
            if os.path.lexists(os.path.join(folder, name)):
                from lintstack.hadolint import read

                return read(os.path.join(folder, name), repository or folder)
    return Config()


def _explicit(path: str) -> Config:
    """The configuration that was named: it may lie anywhere and so may what it names."""
    top = os.path.abspath(os.sep)
    if not os.path.lexists(path):
        folder = os.path.dirname(path)
        hint = suggest(os.path.basename(path), os.listdir(folder) if os.path.isdir(folder) else ())
        raise ConfigError(f"there is no such file{hint}", _shown(path))
    found = _open(path, top)
    if found is None:
        raise ConfigError("there is no `[tool.lintstack]` table", _shown(path))
    return _config(found, os.path.dirname(os.path.realpath(path)), top)


def _shown(path: str) -> str:
    return Reader(os.path.dirname(path)).display(path)


def _open(path: str, top: str) -> Carrier | None:
    """A configuration file, read but not checked; None when it is not there or is a pyproject.toml of others.

    Args:
        path: its absolute path.
        top: folder that a link must not lead out of.
    """
    if not os.path.lexists(path):
        return None
    from lintstack.carriers import BadCarrier

    source = source_at(path, top)
    pyproject = os.path.basename(path) == "pyproject.toml"
    if pyproject and "lintstack" not in source.text:
        return None
    try:
        return _carrier(source, pyproject)
    except BadCarrier as error:
        if pyproject and "tool.lintstack" not in source.text:
            return None
        raise _error(error.message, error.span) from None


def source_at(path: str, top: str) -> Source:
    """The text of a configuration file.

    Raises:
        ConfigError: it cannot be read, or is a link that leads out of `top`.
    """
    from lintstack.yaml import decode

    shown, target = _shown(path), os.path.realpath(path)
    if not inside(target, top):
        raise ConfigError("it is a link that leads outside the project and was not opened", shown)
    data = read_regular(target, _LARGEST)
    if isinstance(data, Refusal):
        raise ConfigError(f"the file {data.reason}", shown)
    source = decode(data, shown, target)
    if not isinstance(source, Source):
        raise _error(source.message, source.at.span)
    return source


def _carrier(source: Source, pyproject: bool) -> Carrier | None:
    from lintstack.carriers import Toml, Yaml

    if not source.real.endswith(".toml") and not source.path.endswith(".toml"):
        return Yaml(source, frozenset({"compose-version"}))
    found = Toml(source, ("tool", "lintstack") if pyproject else ())
    return None if found.missing else found


def _error(message: str, span: Span) -> ConfigError:
    return ConfigError(message, span.path, span.line, span.column)


def _config(carrier: Carrier, folder: str, top: str) -> Config:
    from lintstack.config_schema import mistakes

    for mistake in mistakes(carrier):
        raise _error(mistake.message, mistake.span)
    return _Builder(carrier, folder, top).config()


class _Builder:
    """Makes a Config of values that fit the schema."""

    def __init__(self, carrier: Carrier, folder: str, top: str) -> None:
        self.carrier = carrier
        self.value = carrier.value
        self.folder = folder
        self.top = top

    def config(self) -> Config:
        """The configuration.

        Raises:
            ConfigError: a path in it does not exist or leads outside the project.
        """
        words: dict[str, Any] = {name.replace("-", "_"): tuple(self.value.get(name, ())) for name in _WORD_LISTS}
        plain: dict[str, Any] = {name.replace("-", "_"): self.value[name] for name in _PLAIN if name in self.value}
        if self.value.get("suppressions", {}).get("require-reason"):
            words["extend_select"] += ("suppression-without-reason",)
        ignores = self.value.get("per-file-ignores", {})
        return Config(
            path=self.carrier.source.path,
            folder=self.folder,
            exclude=Patterns(self.value.get("exclude", ()), self.folder),
            environments=tuple(self._environments()),
            rules={name: self._placed(name, value) for name, value in self.value.get("rules", {}).items()},
            per_file_ignores=tuple((Patterns((glob,), self.folder), tuple(names)) for glob, names in ignores.items()),
            rule_dirs=tuple(self._paths("rule-dirs", self.value.get("rule-dirs", ()), os.path.isdir)),
            names=tuple(self._names()),
            environment_names=tuple(self._environment_names()),
            compat_off=frozenset(tool for tool, on in self.value.get("compat", {}).items() if not on),
            **plain,
            **words,
        )

    def _placed(self, rule: str, value: Any) -> RuleOverride:
        override = _override(value)
        return override._replace(places={name: self.carrier.key(("rules", rule, name)) for name in override.options})

    def _names(self) -> Iterator[tuple[str, Span]]:
        for setting in ("select", "extend-select", "ignore"):
            for index, name in enumerate(self.value.get(setting, ())):
                yield name, self.carrier.key((setting, index))
        for name in self.value.get("rules", {}):
            yield name, self.carrier.key(("rules", name))
        for glob, names in self.value.get("per-file-ignores", {}).items():
            for index, name in enumerate(names):
                yield name, self.carrier.key(("per-file-ignores", glob, index))

    def _environment_names(self) -> Iterator[tuple[str, Span]]:
        for rule, value in self.value.get("rules", {}).items():
            if isinstance(value, dict) and "env" in value:
                span = self.carrier.item(("rules", rule, "env"))
                yield from ((name, span) for name in _override(value).environments)

    def _environments(self) -> Iterator[EnvironmentSetting]:
        yield from self._of_folder(("environments",), self.value.get("environments", {}), "")
        for project, settings in self.value.get("projects", {}).items():
            path = ("projects", project)
            folder = self._path(path, project, os.path.isdir)
            yield from self._of_folder((*path, "environments"), settings.get("environments", {}), folder)

    def _of_folder(self, path: Path, settings: Mapping[str, Any], folder: str) -> Iterator[EnvironmentSetting]:
        base = folder or self.folder
        for name, value in settings.items():
            here = (*path, name)
            files = tuple(self._paths((*here, "files"), value.get("files", ()), os.path.isfile, base))
            directory = value.get("project-directory", "")
            directory = directory and self._path((*here, "project-directory"), directory, os.path.isdir, base)
            own = folder or directory or (os.path.dirname(files[0]) if files else "")
            env_files = tuple(os.path.normpath(os.path.join(base, file)) for file in value.get("env-files", ()))
            profiles = tuple(value.get("profiles", ()))
            span = self.carrier.key(here)
            yield EnvironmentSetting(name, span, value.get("kind"), own, files, env_files, profiles, directory)

    def _paths(
        self, path: str | Path, names: list[str] | tuple[str, ...], is_there: Callable[[str], bool], base: str = ""
    ) -> Iterator[str]:
        path = (path,) if isinstance(path, str) else path
        for index, name in enumerate(names):
            yield self._path((*path, index), name, is_there, base)

    def _path(self, path: Path, name: str, is_there: Callable[[str], bool], base: str = "") -> str:
        """Absolute path of something that a setting names.

        Raises:
            ConfigError: it is not there, or outside the project.
        """
        from lintstack.config_schema import quote

        full = os.path.normpath(os.path.join(base or self.folder, name))
        span = self.carrier.key(path)
        if "\0" in name or not inside(os.path.realpath(full), self.top):
            raise _error(f"{quote(name)} lies outside the project", span)
        if not is_there(full):
            above = os.path.dirname(full)
            hint = suggest(os.path.basename(full), os.listdir(above) if os.path.isdir(above) else ())
            raise _error(f"{quote(name)} does not exist{hint}", span)
        return full


def _override(value: Any) -> RuleOverride:
    if not isinstance(value, dict):
        return _word(value)
    confined = value.get("env", ())
    return _word(value.get("severity", "on"))._replace(
        environments=(confined,) if isinstance(confined, str) else tuple(confined),
        options={name: option for name, option in value.items() if name not in ("severity", "env")},
    )


def _word(value: Any) -> RuleOverride:
    """off, on or a severity; TOML's `false` and `true` are off and on."""
    return RuleOverride(off=value in ("off", False), severity=value if value in SEVERITIES else None)
