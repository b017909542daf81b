"""The table of options as click's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from lintstack.cli.options import ANY, ONE, Option

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


def options(*table: Option) -> Callable[[CommandT], CommandT]:
    """Options of a command, in the order of its help."""

    def decorate(command: CommandT) -> CommandT:
        for option in reversed(table):
            command = _option(option)(command)
        return command

    return decorate


def _option(option: Option) -> Callable[[CommandT], CommandT]:
    return click.option(
        *option.flags,
        option.name,
        is_flag=option.kind == "switch",
        multiple=option.kind == "texts",
        type=click.Choice(option.choices) if option.choices else None,
        metavar=option.metavar,
        default=False if option.kind == "switch" else option.default,
        help=option.help,
    )


def inputs(command: CommandT) -> CommandT:
    """The options that say what is read."""
    return options(*ONE, *ANY)(command)


def projects(command: CommandT) -> CommandT:
    """Those of a command about projects as they are found, with all of their environments."""
    return options(*ANY)(command)


def paths(command: CommandT) -> CommandT:
    """The files and folders that a command is about."""
    return click.argument("paths", nargs=-1, type=click.Path(path_type=str))(command)
