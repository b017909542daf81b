"""The folder of a project as Docker Compose finds and names it, and its env files."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lintstack.compose.problems import Problems
from lintstack.compose.project_name import normalised
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.examples import FROM_SHELL, Names, Open, declared, is_copied
from lintstack.join.mounts import Disk
from lintstack.join.secret_names import is_placeholder, is_secret, is_secret_name
from lintstack.model import ComposeFile, Dotenv, Project, Service
from lintstack.naming import BASES, EXAMPLES, OVERRIDES, env_words, named_files
from lintstack.record import bind

if TYPE_CHECKING:
    from lintstack.compose.dotenv import Statement
    from lintstack.compose.load import Loaded
    from lintstack.source import Source

MOST_READ = 200  # files of a folder in which a variable is looked for
MOST_NAMED = 5  # other projects that a project is told of
PROFILES = "COMPOSE_PROFILES"


def project(
    loaded: Loaded,
    files: Sequence[ComposeFile],
    dotenvs: Iterable[Dotenv],
    disk: Disk,
    open_text: Open,
    prod_runs: tuple[str, ...] = (),
) -> Project:
    """The project of some files.

    Args:
        loaded: what was loaded.
        files: its compose files.
        dotenvs: variables of its env files.
        disk: the project's files.
        open_text: text of a file.
        prod_runs: where scripts for production start it without naming files.
    """
    first = loaded.sources[0]
    here = disk.names(disk.folder)
    return Project(
        disk.folder,
        first.whole,
        "project",
        folder=Fact(os.path.relpath(disk.folder, disk.root), (Place(first.whole),)),
        **_naming(files, dotenvs, loaded, disk),
        ignored_files=_ignored(BASES, here, loaded.files[:1], first),
        ignored_overrides=_ignored(OVERRIDES, here, loaded.files, next(iter(loaded.sources[1:]), first)),
        lone_override=_lone(loaded, here, first),
        plain_prod_runs=_plain_runs(loaded, prod_runs),
        **_examples(loaded, here, disk, open_text),
    )


def _plain_runs(loaded: Loaded, runs: tuple[str, ...]) -> Fact[tuple[str, ...]]:
    """Where production is started with the override file, which nobody names there."""
    found = next((source for source in loaded.sources if os.path.basename(source.path) in OVERRIDES), None)
    return Fact(runs, (Place(found.whole),)) if runs and found else ABSENT


def _examples(loaded: Loaded, here: frozenset[str], disk: Disk, open_text: Open) -> dict[str, Any]:
    """What there is to say about an example of the env file: whether git would take the copy, what nothing reads."""
    names = sorted(name for name in here if ".env" in name and is_copied(name))
    source = open_text(os.path.join(disk.folder, names[0])) if names else None
    if source is None:
        return {}
    found: dict[str, Any] = {"look": lambda: _unused(source, here, disk, open_text)}
    if ".env" not in here and disk.ignored(os.path.join(disk.folder, ".env")) is False:
        found["unignored"] = Fact(source.path, (Place(source.span(0, 0)),))
    if any(loaded.env_file_values.values()) or loaded.missing_env_files:
        del found["look"]
    return found


def _unused(example: Source, here: frozenset[str], disk: Disk, open_text: Open) -> Fact[tuple[str, ...]]:
    """Variables of an example that no other file of the folder speaks of."""
    from lintstack.compose.dotenv import parse

    texts = []
    for name in sorted(here)[:MOST_READ]:
        path = os.path.join(disk.folder, name)
        source = open_text(path) if env_words(name).isdisjoint(("env",)) and disk.exists(path) == "file" else None
        texts.append(source.text if source else "")
    said = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", "\n".join(texts)))
    asked = parse(example, Problems())
    found = [item for item in asked if item.key.text not in said]
    if len(found) * 2 > len(asked):  # an application's own, which happens to lie beside the compose file
        return ABSENT
    unused = [item for item in found if not item.key.text.startswith(("COMPOSE_", "DOCKER_", "BUILDKIT_"))]
    return Fact(tuple(item.key.text for item in unused), tuple(Place(item.key.span) for item in unused))


def _naming(files: Sequence[ComposeFile], dotenvs: Iterable[Dotenv], loaded: Loaded, disk: Disk) -> dict[str, Any]:
    """The name and where it comes from: `COMPOSE_PROJECT_NAME`, the last file with a name, the folder."""
    first, paths = loaded.sources[0], {os.path.normpath(path) for path in loaded.files}
    asked = [file.project_name for file in files if not file.project_name.absent and file.name in paths]
    if any(name.unknown for name in asked) or any(item.name == "COMPOSE_PROJECT_NAME" for item in dotenvs):
        unknown: Fact[Any] = Fact(None, (Place(first.whole),), "a variable gives the name")
        return {"project_name": unknown, "names": unknown}
    last_first = {str(name.value): name.places[0] for name in reversed(asked)}
    chosen = next(iter(last_first), os.path.basename(disk.folder))
    where = tuple(last_first.values())
    return {
        "project_name": Fact(normalised(chosen), where or (Place(first.whole),), default=not where),
        "names": Fact(tuple(last_first), where) if where else ABSENT,
    }


def _ignored(known: Sequence[str], here: frozenset[str], files: Sequence[str], at: Source) -> Fact[tuple[str, ...]]:
    """Of several files of a kind, those behind the first; only where the first one is what was loaded."""
    found = [name for name in known if name in here]
    loaded = {os.path.basename(path) for path in files}
    if len(found) < 2 or found[0] not in loaded or os.path.basename(at.path) != found[0]:
        return ABSENT
    return Fact(tuple(found[1:]), (Place(at.whole),))


def active(
    loaded: Loaded, found: Iterable[Service], names: Names, open_text: Open, folder: str
) -> Fact[tuple[str, ...]]:
    """Names of the services that start without a profile; unknown when an env file or its example names profiles.

    Args:
        loaded: what was loaded.
        found: the stack's services.
        names: names in a folder.
        open_text: text of a file.
        folder: of the project.
    """
    always = tuple(item.name for item in found if item.name not in loaded.inactive or "" in (item.profiles.value or ()))
    where = (Place(loaded.sources[0].whole),)
    if not always and (loaded.incomplete or any(item.profiles.unknown for item in found)):
        return Fact(None, where, "a part of the project is not known")
    if not always and any(PROFILES in source.text for source in loaded.env_sources):
        return Fact(None, where, f"an env file has `{PROFILES}`")
    if not always and any(PROFILES in said for _, said in declared(names, open_text, folder)):
        return Fact(None, where, f"an example of the env file has `{PROFILES}`")
    return Fact(always, where)


def _lone(loaded: Loaded, here: frozenset[str], first: Source) -> Fact[str]:
    """An override file that is all there is."""
    name = os.path.basename(loaded.files[0]) if len(loaded.files) == 1 else ""
    return Fact(name, (Place(first.whole),)) if name in OVERRIDES and here.isdisjoint(BASES) else ABSENT


def dotenvs(loaded: Loaded, disk: Disk, open_text: Open) -> Iterator[Dotenv]:
    """Variables of the env files that were read."""
    from lintstack.compose.dotenv import parse

    for source in loaded.env_sources:
        statements = parse(source, Problems())
        committed = _committed(source, statements, disk)
        if committed.value or "$" in source.text or " #" in source.text or "COMPOSE_" in source.text:
            given = {item.key.text: item.text for item in statements if item.text is not None}
            known = given | dict.fromkeys(FROM_SHELL, "")
            for statement in statements:
                made = _dotenv(source, statement, known, disk)
                first = committed.span == statement.key.span
                yield made.with_(committed=committed) if first else made


def _committed(source: Source, statements: Sequence[Statement], disk: Disk) -> Fact[tuple[str, ...]]:
    """Names of credentials in an env file that git would take; stand-ins in examples are for everybody."""
    name = os.path.basename(source.path)
    found = [item for item in statements if _is_credential(item)]
    if not found or not env_words(name).isdisjoint(EXAMPLES):
        return ABSENT
    if disk.ignored(source.real) is not False:
        return ABSENT
    return Fact(tuple(item.key.text for item in found), tuple(Place(item.key.span) for item in found[:MOST_NAMED]))


def _is_credential(statement: Statement) -> bool:
    """Whether a statement spells out a credential that is more than a stand-in."""
    value = statement.text or ""
    return bool(value) and "$" not in value and is_secret(statement.key.text, value) and not is_placeholder(value)


def _dotenv(source: Source, statement: Statement, known: dict[str, str], disk: Disk) -> Dotenv:
    where = (Place(statement.key.span), Place(statement.place, "the value"))
    expanded = _expanded(statement, known)
    missing = _missing(source, statement, known, disk) if statement.key.text == "COMPOSE_FILE" else ()
    return Dotenv(
        statement.key.text,
        statement.key.span,
        f"dotenv.{statement.key.text}",
        file=Fact(source.path, where),
        expanded=Fact(expanded, where) if expanded else ABSENT,
        cut=Fact(_cut(source, statement), where),
        missing_files=Fact(missing, where) if missing else ABSENT,
    )


def _expanded(statement: Statement, known: dict[str, str]) -> tuple[str, ...]:
    """Variables that a value reads by `$NAME`, without braces, and that nothing sets: more likely a part of it."""
    if statement.quote == "'" or "$" not in (statement.text or ""):
        return ()
    from lintstack.compose.dotenv import evaluate

    value = evaluate((statement,), known, Problems())[statement.key.text].value
    pieces = value.pieces if value is not None else ()
    raw = statement.text or ""
    bare = (piece for piece in pieces if raw[piece.raw_start + 1 : piece.raw_start + 2] != "{")
    return tuple(dict.fromkeys(name for piece in bare for name in piece.unset))


def _cut(source: Source, statement: Statement) -> bool:
    """Whether ` #` cuts off a credential's end, or a word that begins with `#`."""
    if statement.quote or statement.text is None:
        return False
    end = source.text.find("\n", statement.place.end)
    rest = source.text[statement.place.end : end if end >= 0 else len(source.text)].strip()
    if not rest.startswith("#") or not statement.text:
        return False
    word = rest[1:2].isalnum() and " " not in rest
    return word and (is_secret_name(statement.key.text) or not rest[1:].isalpha())


def _missing(source: Source, statement: Statement, known: dict[str, str], disk: Disk) -> tuple[str, ...]:
    """Files that `COMPOSE_FILE` names and that are not there."""
    folder = os.path.dirname(source.real)
    named = named_files(statement.text or "", known.get("COMPOSE_PATH_SEPARATOR", ""))
    paths = (path for path in named if "$" not in path and path != "-")
    return tuple(path for path in paths if disk.exists(os.path.normpath(os.path.join(folder, path))) == "")


def tell(home: Project, earlier: dict[str, list[Project]]) -> None:
    """Tell a project which earlier ones of its repository have the same name, and remember it for later ones.

    Args:
        home: the project, before its rules run.
        earlier: projects by name, the first few of each.
    """
    if not home.project_name.value:
        return
    alike = earlier.setdefault(home.project_name.value, [])
    others = [other for other in alike if other.name != home.name]
    if others:
        where = (*home.project_name.places[:1], *(Place(other.span, "the same name") for other in others))
        bind(home, namesakes=Fact(tuple(sorted(str(other.folder.value) for other in others)), where))
    if len(alike) < MOST_NAMED:
        alike.append(home)
