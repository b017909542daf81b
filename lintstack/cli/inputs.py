"""The options that say what is read, shared by every command that reads a project."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from lintstack.analysis import Options


def inputs(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what is read; shared by `check` and `facts`."""
    for option in reversed(
        [
            click.argument("paths", nargs=-1, type=click.Path(path_type=str)),
            click.option(
                "--as",
                "as_kind",
                type=click.Choice(["dev", "prod"]),
                help="Take environments of unknown kind for this.",
            ),
            click.option("--env", "env", multiple=True, metavar="NAME", help="Only this environment (repeatable)."),
            click.option("--config", "config", metavar="FILE", help="Use this configuration and no other."),
            click.option("--isolated", is_flag=True, help="Ignore every configuration file."),
            click.option(
                "--root", metavar="DIR", help="Open nothing outside this folder (default: the git repository)."
            ),
        ]
    ):
        command = option(command)
    return command


def options_of(asked: dict[str, Any]) -> Options:
    from lintstack.analysis import Options
    from lintstack.config import load

    paths: tuple[str, ...] = asked["paths"] or (".",)
    config = load(paths[0], asked["config"], asked["isolated"])
    return Options(
        paths,
        config,
        asked["as_kind"],
        _listed(asked["env"]),
        _listed(asked.get("select", ())),
        _listed(asked.get("extend_select", ())),
        _listed(asked.get("ignore", ())),
        asked.get("preset") or "",
        not asked.get("no_inline_ignores", False),
        asked["root"] or "",
        asked.get("related", False),
    )


def _listed(values: Iterable[str]) -> tuple[str, ...]:
    """Repeated and comma-separated values as one list."""
    return tuple(item.strip() for value in values for item in value.split(",") if item.strip())
