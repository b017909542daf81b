"""The project that a command line spells out as `docker compose` takes it: files, profiles, env files, folder, name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lintstack.findings import Kind
from lintstack.named import NamedTuple
from lintstack.naming import BASES, named_files, overlay_name
from lintstack.project import Tree, UsageError, discover, missing
from lintstack.reader import Reader, inside, read_regular, toplevel
from lintstack.recognise import by_content, kind_of, kind_of_folder

if TYPE_CHECKING:
    from lintstack.config import Config
    from lintstack.environments import Environment, Project

STDIN = "<stdin>"  # the name of standard input, a file in the working directory
# strconv.ParseBool
_TRUE, _FALSE = frozenset("1 t T true TRUE True".split()), frozenset("0 f F false FALSE False".split())


class Given(NamedTuple):
    """What the command line says in the words of `docker compose`; paths start from the working directory.

    Args:
        files: `-f`, in order: one environment; none: projects are discovered.
        profiles: `--profile`; none leaves it to the configuration and `COMPOSE_PROFILES`.
        env_files: `--env-file`, instead of `.env`.
        project_directory: `--project-directory`; "" is the folder of the first file.
        project_name: `-p`; "" leaves it to the files.
        variables: values that win over every env file: the process environment, when it was asked for.
        dotenv: whether the project directory's `.env` is read when no env file is given.
        held: contents that stand for files, by absolute path: standard input.
    """

    files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    project_directory: str = ""
    project_name: str = ""
    variables: Mapping[str, str] = MappingProxyType({})
    dotenv: bool = True
    held: Mapping[str, bytes] = MappingProxyType({})


def with_process(given: Given, process: Mapping[str, str], paths: Sequence[str]) -> Given:
    """What is given, completed by the process environment as Docker Compose does: options win over variables.

    Args:
        given: the options.
        process: the process environment.
        paths: files and folders to lint; `COMPOSE_FILE` counts only where none is named.

    Raises:
        UsageError: `COMPOSE_DISABLE_ENV_FILE` is neither true nor false.
    """
    separator = process.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
    files = () if paths else named_files(process.get("COMPOSE_FILE", ""), separator)
    disabled = process.get("COMPOSE_DISABLE_ENV_FILE", "")
    if disabled and disabled not in _TRUE | _FALSE:
        raise UsageError(f"COMPOSE_DISABLE_ENV_FILE is `{disabled}`, which is neither true nor false")
    return given._replace(
        files=given.files or files,
        profiles=given.profiles or _split(process.get("COMPOSE_PROFILES", "")),
        env_files=given.env_files or _split(process.get("COMPOSE_ENV_FILES", "")),
        variables=dict(process),
        dotenv=disabled not in _TRUE,
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def checked(given: Given) -> Given:
    """What is given, its paths absolute and its name a variable.

    Raises:
        UsageError: a path that is not there or is of the wrong sort, a name that Docker Compose refuses.
    """
    variables = dict(given.variables)
    if given.project_name:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", given.project_name):
            raise UsageError(
                f"-p {given.project_name}: a project name has lower-case letters, digits, `-` and `_` only,"
                " and begins with a letter or digit"
            )
        variables["COMPOSE_PROJECT_NAME"] = given.project_name
    folder = given.project_directory and os.path.abspath(given.project_directory)
    if folder and not os.path.isdir(folder):
        reason = "is not a folder" if os.path.exists(folder) else "does not exist"
        raise UsageError(f"--project-directory `{given.project_directory}` {reason}")
    return given._replace(
        files=tuple(_file(path, "-f", given.held) for path in given.files),
        env_files=tuple(_file(path, "--env-file", given.held) for path in given.env_files),
        project_directory=folder,
        variables=variables,
    )


def _file(path: str, option: str, held: Mapping[str, bytes]) -> str:
    """Absolute path of a file that an option names.

    Raises:
        UsageError: there is no such file.
    """
    full = os.path.abspath(path)
    if full in held:
        return full
    if "\0" in path or not os.path.lexists(full):
        raise UsageError(f"{option} {missing(full, path)}")
    if os.path.isdir(full):
        inner = next((name for name in BASES if option == "-f" and os.path.isfile(os.path.join(full, name))), "")
        hint = f"; name the file in it: `{os.path.join(path, inner)}`" if inner else ", not a file"
        raise UsageError(f"{option} `{path}` is a folder{hint}")
    return full


def reader_of(given: Given, root: str, bounded: bool) -> Reader:
    """The reader of a run: files that were named are read wherever they lie, unless the root was asked for.

    Args:
        given: the options, checked.
        root: folder outside which nothing else is opened.
        bounded: whether that folder was asked for.
    """
    held = dict(given.held)
    for path in () if bounded else (*given.files, *given.env_files):
        target = os.path.realpath(path)
        data = None if path in held or inside(target, root) else read_regular(target)
        if isinstance(data, bytes):
            held[path] = data
    return Reader(root, held=held)


def tree_of(given: Given, paths: Sequence[str], config: Config, root: str) -> Tree:
    """The tree of the files given; with the Dockerfiles below the paths, if there are any.

    Raises:
        UsageError: a path with compose files of another project.
    """
    folder = given.project_directory or folder_of(given.files)
    common = os.path.commonpath([folder, *map(os.path.dirname, given.files)])
    top = root or toplevel(os.path.realpath(folder)) or (folder if common == os.path.abspath(os.sep) else common)
    tree = discover(paths, config, top) if paths else Tree(os.path.realpath(top), (), ())
    reader = Reader(tree.root)
    real = {os.path.realpath(path) for path in given.files}
    for path in paths:
        full = os.path.realpath(path)
        others = [file for file in tree.compose_files if inside(os.path.realpath(file), full)]
        if others and not any(inside(file, full) for file in real):
            raise UsageError(
                f"-f says which files are the project, and `{others[0]}` is not among them; leave out `{path}`,"
                " or lint it in a run of its own"
            )
    shown = tuple(reader.display(path) for path in dict.fromkeys(given.files))
    return tree._replace(compose_files=shown, named=frozenset(real), notes=(), ignored=())


def folder_of(files: Sequence[str]) -> str:
    """The project directory of files: the folder of the first; standard input lies in the working directory."""
    return os.path.dirname(files[0])


def project_of(given: Given, config: Config, reader: Reader, name: str, as_kind: Kind | None) -> Project:
    """The one project that the files given are, with its one environment.

    Args:
        given: the options, checked.
        config: tells the kind of an environment by its name.
        reader: opens the files.
        name: of the environment; "" lets the names of the files tell.
        as_kind: its kind; None lets the configuration, names and contents tell.
    """
    from lintstack.environments import Project
    from lintstack.environments.folder import Environment

    overlays = [overlay_name(os.path.basename(path)) for path in given.files]
    told = name or next((found for found in reversed(overlays) if found), "default")
    setting = next((item.kind for item in config.environments if item.name == told and item.kind), None)
    folder = given.project_directory or folder_of(given.files)
    display = reader.display
    environment = Environment(
        told,
        as_kind or setting or ("dev" if told == "override" else _kind(told, folder, given.files, reader)),
        tuple(display(path) for path in given.files),
        tuple(display(path) for path in given.env_files),
        given.profiles,
        display(folder),
        f"{' + '.join(os.path.basename(path) for path in given.files)}: the command line says so",
        inferred=False,
    )
    return Project(display(folder), (environment,))


def _kind(name: str, folder: str, files: Iterable[str], reader: Reader) -> Kind:
    """What the name says, else the folders, else a sign in the files."""
    from lintstack.environments.outline import outline

    kind = kind_of(name)
    if kind == "unknown":
        kind, _ = kind_of_folder(os.path.relpath(os.path.realpath(folder), reader.root))
    signs = (outline(path, reader).dev_sign for path in files)
    return "dev" if kind == "unknown" and any(signs) else kind


def amended(projects: Sequence[Project], given: Given, reader: Reader) -> tuple[Project, ...]:
    """Projects that were discovered, each of their environments with the profiles and env files given.

    Raises:
        UsageError: a project directory for more than one project.
    """
    if given.project_directory and len(projects) > 1:
        folders = ", ".join(f"`{project.folder}`" for project in projects[:3])
        raise UsageError(
            f"--project-directory is about one project, and there are {len(projects)}: {folders}…;"
            " name the files of one with -f"
        )
    changes = {
        "profiles": given.profiles,
        "env_files": tuple(reader.display(path) for path in given.env_files),
        "project_dir": given.project_directory and reader.display(given.project_directory),
    }
    said = {name: value for name, value in changes.items() if value}
    return tuple(project._replace(environments=_changed(project.environments, said)) for project in projects)


def _changed(environments: Iterable[Environment], changes: Mapping[str, Any]) -> tuple[Environment, ...]:
    return tuple(environment._replace(**changes) for environment in environments)


def standard_input(given: Given, paths: Sequence[str], data: bytes, name: str) -> tuple[Given, tuple[str, ...]]:
    """Options and paths in which the text of standard input stands for the file `-`.

    Args:
        given: the options as typed.
        paths: files and folders as typed.
        data: what standard input had to say.
        name: the file that it stands for (`--stdin-filename`); "" when it is none.

    Raises:
        UsageError: it is neither a Compose file nor a Dockerfile, or stands in more than one place.
    """
    if (*given.files, *paths).count("-") > 1:
        raise UsageError("standard input (`-`) can be read only once")
    full = os.path.abspath(name or STDIN)
    held = {full: data}
    files = tuple(full if path == "-" else path for path in given.files)
    if "-" in given.files:
        return given._replace(files=files, held=held), tuple(paths)
    if not name and _sort(data) == "compose":
        if len(paths) > 1 or given.files:
            raise UsageError("a Compose file on standard input is a project of its own; use `-f -` to merge it")
        return given._replace(files=(full,), held=held), ()
    return given._replace(held=held), tuple(full if path == "-" else path for path in paths)


def _sort(data: bytes) -> str:
    """What standard input holds.

    Raises:
        UsageError: neither a Compose file nor a Dockerfile.
    """
    found = by_content("", data)
    if not found:
        state = "neither a Compose file nor a Dockerfile" if data.strip() else "empty"
        raise UsageError(f"standard input is {state}; `--stdin-filename compose.yaml` says what it stands for")
    return found
