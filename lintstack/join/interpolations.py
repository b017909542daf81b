"""Variables that compose files read and that nothing sets → Interpolation subjects: where, and what comes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

from lintstack.compose.parts import source_offset
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.effects import NO_IMAGE, effect
from lintstack.join.examples import FROM_SHELL, Names, Open, declared, is_copied
from lintstack.join.raw import Path, Paths
from lintstack.join.read import entry
from lintstack.join.secret_names import is_secret_name
from lintstack.model import Interpolation, Stack
from lintstack.named import NamedTuple
from lintstack.source import Span
from lintstack.yaml import Mapping, Piece, Scalar

if TYPE_CHECKING:
    from lintstack.compose.load import Loaded

MOST_PLACES = 50
LONGEST = 16_384  # characters of a value that are looked at
RUNNERS = (
    "BUILDKITE_", "CI_", "CIRCLE_", "COMPOSE_", "DDEV_", "DOCKER_", "GITHUB_", "GITLAB_", "JENKINS_", "RUNNER_",
    "TRAVIS_",
)  # fmt: skip
SCRIPTS = frozenset({"command", "entrypoint", "healthcheck", "post_start", "pre_start", "pre_stop"})


class Use(NamedTuple):
    """One place where a variable without a value is read; `written` is `${NAME…}` as the file has it."""

    scalar: Scalar
    piece: Piece
    paths: Paths
    written: str

    @property
    def path(self) -> Path:
        return self.paths.at(self.scalar.source, self.scalar.start)[0]

    @property
    def field(self) -> str:
        """The key that it stands under: of a service the field, else the last key."""
        named = [step for step in self.path if step != "*"]
        return named[2] if named[:1] == ["services"] and len(named) > 2 else ".".join(named[-2:]) or "the file"

    @property
    def nested(self) -> bool:
        """Whether it is read in the default of another variable, as the last of several ways."""
        return "$" in self.written[2:]

    @property
    def span(self) -> Span:
        at = source_offset(self.scalar, self.piece.raw_start)
        if at is None:
            return self.scalar.span
        return Span(self.scalar.source, at, at + len(self.written))


@cache
def _name() -> re.Pattern[str]:
    return re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


def interpolations(stack: Stack, loaded: Loaded, names: Names, open_text: Open, folder: str) -> Iterator[Interpolation]:
    """Variables without a value, sorted by name.

    Args:
        stack: the stack that reads them.
        loaded: what was loaded.
        names: names in a folder.
        open_text: text of a file.
        folder: of the project.
    """
    paths = Paths(loaded.sources)
    uses = _uses(loaded, paths)
    keys = _keys(loaded, paths)
    if not uses and not keys:
        return
    site = _Site(loaded, declared(names, open_text, folder) if uses else (), paths)
    for name in sorted(uses.keys() | keys.keys()):
        yield _made(stack, site, name, uses.get(name, []), keys.get(name, []))


class _Site:
    """What decides about a variable beside its own places.

    Args:
        loaded: what was loaded.
        examples: examples of the env file: path and names.
        paths: where the values of its files stand.
    """

    def __init__(self, loaded: Loaded, examples: tuple[tuple[str, frozenset[str]], ...], paths: Paths) -> None:
        self.loaded = loaded
        self.examples = examples
        self.paths = paths
        self._known: dict[str, bool] = {}

    @cached_property
    def _readers(self) -> dict[str, list[Scalar]]:
        """Values by the variables that they read."""
        readers: dict[str, list[Scalar]] = {}
        for scalar in self.loaded.replaced:
            for name in scalar.variables:
                readers.setdefault(name, []).append(scalar)
        return readers

    def is_read_by_compose(self, name: str) -> bool:
        """Whether a variable is read where no shell of a container would read it: it is Docker Compose's own."""
        if name not in self._known:
            readers = self._readers.get(name, ())
            self._known[name] = not all(_is_script(self.paths.at(one.source, one.start)[0]) for one in readers)
        return self._known[name]


def _uses(loaded: Loaded, paths: Paths) -> dict[str, list[Use]]:
    """Places by variable, each once, in the order of the files."""
    found: dict[str, dict[tuple[str, int, int], Use]] = {}
    for scalar in loaded.replaced:
        if scalar.unset:
            for piece in scalar.pieces:
                for name in piece.unset:
                    key = scalar.source.path, scalar.start, piece.raw_start
                    use = Use(scalar, piece, paths, scalar.raw[piece.raw_start : piece.raw_end])
                    found.setdefault(name, {}).setdefault(key, use)
    return {name: list(uses.values()) for name, uses in found.items()}


def _keys(loaded: Loaded, paths: Paths) -> dict[str, list[Scalar]]:
    """Keys by the variable that they name; extension fields are templates that other tools may fill."""
    found: dict[str, dict[tuple[str, int], Scalar]] = {}
    for key in loaded.keys:
        if paths.at(key.source, key.start)[0][:1] != ("services",):
            continue
        for match in _name().finditer(key.text.replace("$$", "  ")):
            found.setdefault(match[1], {}).setdefault((key.source.path, key.start), key)
    return {name: list(keys.values()) for name, keys in found.items()}


def _made(stack: Stack, site: _Site, name: str, uses: list[Use], keys: list[Scalar]) -> Interpolation:
    unknown = _elsewhere(site, name)
    required: list[Use] = []
    optional: list[Use] = []
    foreign: list[tuple[Use, str]] = []
    for use in uses:
        if _required(use, name):
            required.append(use)
        elif reason := "" if unknown else _reason(site, name, use):
            foreign.append((use, reason))
        else:
            optional.append(use)
    # Docker Compose replaces the variables of every file before it starts anything, whatever the profiles.
    never = any(not use.nested for use in required)
    silent = unknown or (f"Docker Compose does not start without `{name}`" if never else "")
    missed = [use for use in (*optional, *required) if not use.nested]
    effects = [(use, said) for use in optional if not silent and (said := _effect(site.loaded.root, use))]
    first = uses[0].span if uses else keys[0].span
    return Interpolation(
        name,
        first,
        f"variables.{name}",
        unset=_fact([use for use in optional if not use.nested], silent),
        effects=_fact(optional if silent else [use for use, _ in effects], silent, [said for _, said in effects]),
        required=_fact(required, unknown or _no_env_file(site.loaded)),
        meant_for_container=_for_container(foreign),
        env_file=_env_file(site.loaded, name, missed) if not unknown else ABSENT,
        example=_lacking(site, missed) if not unknown else ABSENT,
        keys=Fact(tuple(key.text for key in keys), tuple(Place(key.span) for key in keys)) if keys else ABSENT,
    )


def _effect(root: Mapping | None, use: Use) -> str:
    """What comes of it; a service that is built needs no image."""
    said = effect(use.path, use.scalar, use.piece)
    return "" if said == NO_IMAGE and entry(root, "services", use.path[1], "build") else said


def _required(use: Use, name: str) -> bool:
    """Whether Docker Compose refuses to start without it."""
    return f"{{{name}:?" in use.written or f"{{{name}?" in use.written


def _fact(uses: list[Use], unknown: str, said: Iterable[str] = ()) -> Fact[tuple[str, ...]]:
    """Words about places, each word and place once.

    Args:
        uses: the places.
        unknown: why nobody can tell, "" when it is known.
        said: a word for each place; none: the fields that they stand under.
    """
    if not uses:
        return ABSENT
    if unknown:  # of which nothing is said: one place will do
        return Fact(None, (Place(uses[0].span),), unknown)
    places = tuple(Place(use.span, "here too" if index else "") for index, use in enumerate(uses[:MOST_PLACES]))
    return Fact(tuple(dict.fromkeys(said or (use.field for use in uses))), places)


def _elsewhere(site: _Site, name: str) -> str:
    """Who gives the variable its value, although no file that Docker Compose reads does; "" when nobody is known."""
    if name in FROM_SHELL or name.startswith(RUNNERS):
        return f"`{name}` comes from the shell"
    if name in site.loaded.hidden:
        return f"the command that runs it gives `{name}` a value"
    return next((f"`{path}` gives `{name}` a value" for path, names in site.examples if name in names), "")


def _no_env_file(loaded: Loaded) -> str:
    return "" if loaded.env_sources else "the repository has no env file"


def _lacking(site: _Site, uses: list[Use]) -> Fact[str]:
    """The example that should have declared it: one that declares something."""
    found = (path for path, names in site.examples if names and is_copied(path.rpartition("/")[2]))
    path = next(found, "")
    return Fact(path, tuple(Place(use.span) for use in uses[:MOST_PLACES])) if path and uses else ABSENT


def _env_file(loaded: Loaded, name: str, uses: list[Use]) -> Fact[str]:
    """The env file of a service that defines the variable."""
    for listed in loaded.env_file_values.values():
        for found in listed:
            if found.name == name and found.value is not None and uses:
                where = Place(found.key.span, "for containers only")
                return Fact(found.key.source.path, (Place(uses[0].span), where))
    return ABSENT


def _for_container(found: list[tuple[Use, str]]) -> Fact[str]:
    """Why the dollar was not meant for Docker Compose, at the places where that is so; of a hash at its first."""
    places = tuple(Place(use.span) for use, reason in found if reason != "hash" or _leads(use))
    return Fact(found[0][1], places) if places else ABSENT


def _leads(use: Use) -> bool:
    """Whether a use is the first one without a value in its scalar."""
    return next((piece for piece in use.scalar.pieces if piece.unset), None) == use.piece


def _is_script(path: Path) -> bool:
    """Whether a value is run by a shell of the container."""
    return path[:1] == ("services",) and len(path) > 2 and path[2] in SCRIPTS


def _reason(site: _Site, name: str, use: Use) -> str:
    """Why a dollar was meant for the container, "" when it may have been meant for Docker Compose."""
    raw, at = use.scalar.raw, use.piece.raw_start
    if _is_hash(raw[:LONGEST]):
        return "hash"
    if use.written == f"${name}" and raw[at - 1 : at].isalnum() and at and is_secret_name(_key(use)):
        return "password"
    if not _is_script(use.path):
        return ""
    names = entry(site.loaded.root, "services", use.path[1], "environment")
    own = names is not None and isinstance(names.value, Mapping) and name in names.value.entries
    meant = own or name in _assigned(raw[:LONGEST])
    return "shell" if meant and not site.is_read_by_compose(name) else ""


@lru_cache(16)  # every variable of a value asks
def _is_hash(text: str) -> bool:
    return _hash().search(text) is not None


@cache
def _hash() -> re.Pattern[str]:
    """A password hash: crypt's identifiers, bcrypt, Apache's, Argon2."""
    return re.compile(r"\$(?:apr1|2[abxy]?|[1568y]|argon2[a-z]{0,2}|pbkdf2[a-z0-9-]{0,10})\$")


def _key(use: Use) -> str:
    """Name of the variable whose value holds the use."""
    named, sign, _ = use.scalar.raw.partition("=")
    return named if use.path[-1:] == ("*",) and sign else (use.path[-1] if use.path else "")


@cache
def _assignment() -> re.Pattern[str]:
    """`NAME=`, `for NAME`, `read NAME NAME` of a shell script."""
    return re.compile(r"(?:^|[\s;&|(\"'])(?:(\w+)=|for\s{1,9}(\w+)\s|read\s([^\n;&|]{1,99}))", re.ASCII)


@lru_cache(16)
def _assigned(script: str) -> frozenset[str]:
    """Variables that a shell script sets itself."""
    found = (match[1] or match[2] or match[3] for match in _assignment().finditer(script))
    return frozenset(word for words in found for word in words.split())
