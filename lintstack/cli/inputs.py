"""The options that say what is read, shared by every command that reads a project."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import click

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


color = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours in text reports."
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
