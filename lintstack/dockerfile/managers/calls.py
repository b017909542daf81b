"""Calls of package managers.

    found = call(command)                   # None: no package manager, or a verb that is not known
    found.manager, found.family, found.action    "apt-get", "apt", "install"
    [word.value for word in found.operands]      ["curl=7.*", "jq"]: no options, no values of options
    found.verb                              the word `install`, to point at; the manager's own without a verb
    found.arguments.option("--force-yes")   see `options.Arguments`
    found.assumes_yes, found.without_recommends, found.no_cache, found.from_file, found.frozen
    pins.pin(found, operand)                True, False, or None: not known, or nothing to pin

Actions: install, reinstall, local-install, group-install, module-install, source-install, build-dep, ci, sync, update
(the index), upgrade, dist-upgrade, patch, remove, autoremove, clean, autoclean, distclean (the index too), download,
run, config, swap, source, module-enable.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from lintstack.dockerfile.managers.table import ALIASES, MANAGERS, Manager
from lintstack.dockerfile.nodes import Word
from lintstack.dockerfile.shell.options import Arguments, brings_options, read_arguments
from lintstack.dockerfile.shell.script import Command

_TRUE = frozenset({"1", "true", "yes", "on", "with", "enable"})
_FALSE = frozenset({"0", "false", "no", "off", "without", "disable"})
_INSTALLS = frozenset({"install", "reinstall", "local-install", "module-install"})
_APT_SETTINGS = ("-o", "--option")
_PACMAN = {"-S": "install", "--sync": "install", "-U": "local-install", "--upgrade": "local-install", "-R": "remove"}
_PACMAN_NAMES = {"--refresh": "-y", "--sysupgrade": "-u", "--clean": "-c", "--downloadonly": "-w", "--remove": "-R"}


class Call:
    """One call of a package manager.

    Attributes:
        manager: canonical name ("pip" for `pip3.11` and `python3 -m pip`, "bundler" for `bundle`).
        action: what its verb does; see above.
        verb: the word of the verb; the program's where there is none (`yarn`).
        operands: what it is done to, without the verb.
        arguments: all options.
        command: the command.
    """

    def __init__(
        self, row: Manager, action: str, verb: Word, operands: tuple[Word, ...], arguments: Arguments, command: Command
    ) -> None:
        self.row = row
        self.manager = row.name
        self.family = row.family
        self.action = action
        self.verb = verb
        self.operands = operands
        self.arguments = arguments
        self.command = command

    def __repr__(self) -> str:
        return f"Call({self.manager} {self.action} {' '.join(word.value for word in self.operands)!r})"

    @cached_property
    def settings(self) -> dict[str, str]:
        """Settings of `-o name=value` (apt) and `--setopt=name=value` (dnf), names in lower case."""
        pairs = [text.partition("=") for text in self.arguments.values(*_APT_SETTINGS, "--setopt")]
        return {name.strip().lower(): value.strip().strip("\"'").lower() for name, _, value in pairs}

    @property
    def options_unknown(self) -> bool:
        """Whether a variable may bring options: one before the verb, or one whose name says so (`$APT_OPTS`)."""
        words = [word for word in self.command.words[1:] if word.text.startswith("$")]
        return any(word.span.start < self.verb.span.start or brings_options(word) for word in words)

    @property
    def assumes_yes(self) -> bool:
        """Whether it asks no questions: -y and its like, `-qq`, `-q=2`, a setting. DEBIAN_FRONTEND is not one."""
        if self.arguments.has(*self.row.yes):
            return True
        if self.settings.get("apt::get::assume-yes") in _TRUE or self.settings.get("assumeyes") in _TRUE:
            return True
        return self.family == "apt" and self.quiet >= 2

    @property
    def quiet(self) -> int:
        """How quiet it is told to be: 2 for `-qq`, `-q -q` and `-q=2`."""
        levels = [option.value for option in self.arguments.options if option.name in ("-q", "--quiet")]
        given = [int(level) for level in levels if level and level.isdigit() and len(level) < 3]
        return max([len(levels), *given])

    @property
    def without_recommends(self) -> bool:
        """Whether it leaves recommended packages out."""
        settings = self.settings
        if self.arguments.has(*self.row.slim) or settings.get("install_weak_deps") in _FALSE:
            return True
        return any(settings.get(f"apt::{part}install-recommends") in _FALSE for part in ("", "get::"))

    @property
    def chooses_recommends(self) -> bool:
        """Whether it says that it wants them (`--install-recommends`)."""
        told = [self.settings.get(f"apt::{part}install-recommends") in _TRUE for part in ("", "get::")]
        return any(told) or self.arguments.has("--install-recommends", "--with-recommends", "-r")

    @property
    def installs(self) -> bool:
        """Whether its operands are packages that it installs."""
        return self.action in _INSTALLS or (self.manager == "go" and self.action == "run")

    @property
    def ecosystem(self) -> str:
        """Whose packages it installs: "pip" for uv and pipx, "npm" for yarn; its family where that says it."""
        return self.family if self.row.pin in ("rpm", "none") else self.row.pin

    @property
    def no_cache(self) -> bool:
        """Whether an option keeps it from leaving a cache."""
        return self.arguments.has(*self.row.no_cache)

    @property
    def from_file(self) -> bool:
        """Whether what it installs, or in which version, is in a file or in the project at hand."""
        if self.action in ("ci", "sync") or self.arguments.has(*self.row.files):
            return True
        if self.row.project and self.action == "install" and not self.operands:
            return not self.arguments.has("-g", "--global")
        return self.row.pin == "pip" and any(is_project(word.value) for word in self.operands)

    @property
    def frozen(self) -> bool:
        """Whether it installs exactly what a lock file says."""
        if self.action in ("ci", "sync") or self.arguments.has(*self.row.frozen):
            return True
        return self.manager in ("composer", "poetry") and self.action == "install" and not self.operands


def is_project(value: str) -> bool:
    """Whether an operand of pip is a directory: `.`, `.[dev]`, `./x`."""
    return value.partition("[")[0] in (".", "..") or value.startswith(("./", "../", "/", "~/", "file:"))


def call(command: Command) -> Call | None:
    """How a command calls a package manager.

    Args:
        command: any command.

    Returns:
        None when it is no package manager, or when its verb is not known.
    """
    found = manager(command)
    return _read(*found, command) if found else None


def manager(command: Command) -> tuple[Manager, Sequence[Word]] | None:
    """The package manager that a command calls, and the words behind its name; None when it calls none.

    Args:
        command: any command.
    """
    name = command.name
    row = MANAGERS.get(name) or MANAGERS.get(ALIASES.get(name, ""))
    if row is None and name.startswith("pip") and name[3:].replace(".", "").isdigit():
        row = MANAGERS["pip"]
    if row is None and (name.startswith(("python", "pypy")) or name == "py"):
        return _module(command.words)
    return (row, command.words[1:]) if row else None


def _module(words: Sequence[Word]) -> tuple[Manager, Sequence[Word]] | None:
    """`python -m pip`."""
    for index, word in enumerate(words[1:], 1):
        if word.value[:1] != "-":
            return None
        if word.value == "-m" or (word.value[1:2] != "-" and word.value.endswith("m")):
            row = MANAGERS.get(words[index + 1].value) if index + 1 < len(words) else None
            return (row, words[index + 2 :]) if row else None
    return None


def _read(row: Manager, words: Sequence[Word], command: Command) -> Call | None:
    found = read_arguments(words, row.spec)
    operands = found.operands
    if row.name == "pacman":
        return _pacman(row, found, command)
    if row.name == "cargo" and operands and operands[0].value.startswith("+"):
        operands = operands[1:]
    while len(operands) > 1 and operands[0].value.startswith("$"):
        operands = operands[1:]  # options in a variable before the verb
    if row.pin == "gem" and found.rest:
        operands = operands[: len(operands) - len(found.rest)]  # behind `--` are flags for building
    for size in (2, 1):
        action = row.verbs.get(" ".join([word.value for word in operands[:size]])) if len(operands) >= size else None
        if action:
            return Call(row, action, operands[size - 1], _subjects(row, action, operands[size:]), found, command)
    if not operands and "" in row.verbs:
        if any(option.name in ("--version", "--help", "-v", "-h") for option in found.options):
            return None
        return Call(row, row.verbs[""], command.words[0], (), found, command)
    return None


def _subjects(row: Manager, action: str, operands: tuple[Word, ...]) -> tuple[Word, ...]:
    """Operands that the action is done to: what is run is followed by its own arguments."""
    return operands[:1] if action == "run" and row.name != "brew" else operands


def _pacman(row: Manager, found: Arguments, command: Command) -> Call | None:
    """`pacman -Syu`: its verbs are options."""
    names = {_PACMAN_NAMES.get(option.name, option.name) for option in found.options}
    action = next((action for name, action in _PACMAN.items() if name in names), None)
    if action is None:
        return None
    if action == "install":
        action = _pacman_sync(names, bool(found.operands))
    option = next(option for option in found.options if _PACMAN_NAMES.get(option.name, option.name) in _PACMAN)
    return Call(row, action, option.word, found.operands, found, command)


def _pacman_sync(names: set[str], packages: bool) -> str:
    if "-c" in names:
        return "clean"
    if packages:
        return "download" if "-w" in names else "install"
    return "upgrade" if "-u" in names else "update"
