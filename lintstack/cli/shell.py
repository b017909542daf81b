"""The commands, their options and their help, by click."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from io import StringIO
from types import MappingProxyType

import click

from lintstack import __version__
from lintstack.exits import EXIT_CLEAN, Misused, Refused
from lintstack.reader import suggest

# Command → the module that has a function of that name.
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "check": "lintstack.cli.check",
        "diff": "lintstack.cli.compare",
        "explain": "lintstack.cli.pages",
        "facts": "lintstack.cli.stacks",
        "graph": "lintstack.cli.stacks",
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
    lintstack graph --env prod        the stack as a picture, with its findings
    lintstack explain non-root-user   what a rule wants, and why
    """


def run_shell(words: Sequence[str]) -> int:
    """Run a command line through click; returns its exit code.

    Raises:
        Refused: bad use.
        KeyboardInterrupt: the run was interrupted.
    """
    try:
        result = cli.main(list(words), prog_name="lintstack", standalone_mode=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        said = StringIO()
        error.show(said)
        raise Misused(said.getvalue()) from None
    return result if isinstance(result, int) else EXIT_CLEAN
