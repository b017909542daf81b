"""The command line: one module for each group of commands, loaded when one of them is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import NoReturn

import click

from lintstack import __version__
from lintstack.exits import Refused, guarded
from lintstack.reader import suggest

# Command → the module that has a function of that name.
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "check": "lintstack.cli.check",
        "diff": "lintstack.cli.compare",
        "explain": "lintstack.cli.pages",
        "facts": "lintstack.cli.stacks",
        "merged": "lintstack.cli.stacks",
        "rules": "lintstack.cli.pages",
    }
)


class Shell(click.Group):
    """`lintstack PATH` is `lintstack check PATH`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A first word that is no command but a path on disk, or `-`, stands for `check`."""
        word = args[0]
        if word not in COMMANDS and (os.path.lexists(word) or word.startswith("./") or word == "-"):
            args = ["check", *args]
        elif word not in COMMANDS and word[:1] != "-":
            near = suggest(word, COMMANDS) or f"; there are {', '.join(COMMANDS)}"
            raise Refused(f"there is no command `{word}`, and nothing of that name to lint{near}")
        return super().resolve_command(ctx, args)


@click.group(cls=Shell, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="lintstack %(version)s")
def cli() -> None:
    """Lint Docker Compose files and Dockerfiles as the one stack they are.

    \b
    lintstack check .                 lint this folder
    lintstack check . --as prod       as if it were production
    lintstack merged --env prod       what would run, each value with its place
    lintstack diff dev prod           what differs between two environments
    lintstack explain non-root-user   what a rule wants, and why
    """


def main() -> NoReturn:
    """Run the command line and exit; every way out has its exit code, none is a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(guarded(lambda: cli.main(prog_name="lintstack", standalone_mode=False)))


__all__: Sequence[str] = ("COMMANDS", "cli", "main")
