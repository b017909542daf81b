"""The options that say what is read, shared by every command that reads a project."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from lintstack.exits import Refused

if TYPE_CHECKING:
    from lintstack.analysis import Options
    from lintstack.given import Given

Option = Callable[[Callable[..., Any]], Callable[..., Any]]

# What makes one environment of files, or of standard input.
_ONE: tuple[Option, ...] = (
    click.option(
        "-f",
        "--file",
        "files",
        multiple=True,
        metavar="FILE",
        help="A Compose file, `-` for standard input; repeated, they are one environment in this order.",
    ),
    click.option(
        "--stdin-filename",
        metavar="PATH",
        help="The file that standard input (`-`) stands for, such as an editor's unsaved one.",
    ),
    click.option(
        "--env",
        "env",
        multiple=True,
        metavar="NAME",
        help="Only this environment (repeatable); with -f, what that environment is called.",
    ),
)
_ANY: tuple[Option, ...] = (
    click.option("--profile", "profiles", multiple=True, metavar="NAME", help="Enable this profile (repeatable)."),
    click.option(
        "--env-file",
        "env_files",
        multiple=True,
        metavar="FILE",
        help="Read variables from this file instead of .env (repeatable).",
    ),
    click.option(
        "--project-directory",
        metavar="DIR",
        help="What relative paths in Compose files start from (default: the folder of the first file).",
    ),
    click.option("-p", "--project-name", metavar="NAME", help="The project's name, as `docker compose -p`."),
    click.option(
        "--env-from-process",
        is_flag=True,
        help="Let the process environment count as Docker Compose does: variables, COMPOSE_FILE, COMPOSE_PROFILES, …",
    ),
    click.option(
        "--as",
        "as_kind",
        type=click.Choice(["dev", "prod"]),
        help="Take environments of unknown kind, and the one of -f, for this.",
    ),
    click.option("--config", "config", metavar="FILE", help="Use this configuration and no other."),
    click.option("--isolated", is_flag=True, help="Ignore every configuration file."),
    click.option("--root", metavar="DIR", help="Open nothing outside this folder (default: the git repository)."),
)


def inputs(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what is read."""
    return _decorated(command, (*_ONE, *_ANY))


def projects(command: Callable[..., Any]) -> Callable[..., Any]:
    """Those of a command about projects as they are found, with all of their environments."""
    return _decorated(command, _ANY)


def _decorated(command: Callable[..., Any], options: Iterable[Option]) -> Callable[..., Any]:
    for option in reversed(tuple(options)):
        command = option(command)
    return command


def paths(command: Callable[..., Any]) -> Callable[..., Any]:
    """The files and folders that a command is about."""
    return click.argument("paths", nargs=-1, type=click.Path(path_type=str))(command)


def options_of(asked: dict[str, Any]) -> Options:
    """What a command line asks for, the configuration found and standard input read.

    Args:
        asked: values of click's parameters by name; a command without an option leaves it out.

    Raises:
        Refused, UsageError: options that make no sense, or not together.
        ConfigError: a configuration with a mistake.
    """
    from lintstack.analysis import Options
    from lintstack.config import load
    from lintstack.given import checked

    typed = tuple(asked["paths"])
    given, paths = _given(asked, typed)
    given = checked(given)
    if given.files and len(listed(asked.get("env", ()))) > 1:
        raise Refused("-f gives one environment, so that --env can name one only")
    start = next(iter((*given.files, *paths)), given.project_directory or ".")
    return Options(
        paths,
        load(start, asked["config"], asked["isolated"]),
        asked["as_kind"],
        listed(asked.get("env", ())),
        listed(asked.get("select", ())),
        listed(asked.get("extend_select", ())),
        listed(asked.get("ignore", ())),
        asked.get("preset") or "",
        not asked.get("no_inline_ignores", False),
        asked["root"] or "",
        asked.get("related", False),
        given=given,
    )


def _given(asked: dict[str, Any], paths: tuple[str, ...]) -> tuple[Given, tuple[str, ...]]:
    """What is said in the words of Docker Compose, and the paths, with what stands for `-` in both."""
    from lintstack.given import Given, standard_input, with_process

    given = Given(
        tuple(asked.get("files", ())),
        listed(asked["profiles"]),
        tuple(asked["env_files"]),
        asked["project_directory"] or "",
        asked["project_name"] or "",
    )
    if asked["env_from_process"]:
        given = with_process(given, os.environ, paths)
    if "files" not in asked:
        return given._replace(files=()), paths
    if "-" in (*given.files, *paths):
        return standard_input(given, paths, _read(), asked.get("stdin_filename") or "")
    if asked.get("stdin_filename"):
        raise Refused("--stdin-filename says what standard input stands for, and nothing reads it; add `-`")
    return given, paths


def _read() -> bytes:
    """Standard input, no more of it than of a file.

    Raises:
        Refused: there is none, or it is a terminal.
    """
    from lintstack.reader import MOST_BYTES

    if sys.stdin is None or sys.stdin.closed:
        raise Refused("`-` is standard input, and it is closed")
    if sys.stdin.isatty():
        raise Refused("`-` is standard input, and it is a terminal; hand it a file: `lintstack check - < compose.yaml`")
    return sys.stdin.buffer.read(MOST_BYTES + 1)


def listed(values: Iterable[str]) -> tuple[str, ...]:
    """Repeated and comma-separated values as one list."""
    return tuple(item.strip() for value in values for item in value.split(",") if item.strip())
