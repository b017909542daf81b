"""`lintstack diff`: what differs between two environments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from lintstack.cli.asked import options_of
from lintstack.cli.inputs import options, paths, projects
from lintstack.cli.options import COLOR
from lintstack.cli.screen import style_of
from lintstack.exits import EXIT_CLEAN, EXIT_FINDINGS, Refused, say_to_output

if TYPE_CHECKING:
    from lintstack.diff import Side
    from lintstack.environments import Environment, Project
    from lintstack.report import StackLine
    from lintstack.report.table import Comparison
    from lintstack.stacks import Stacks


@click.command()
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@paths
@projects
@click.option(
    "--format", "format", type=click.Choice(["text", "markdown", "json"]), default="text", help="How to print."
)
@click.option("--exit-code", is_flag=True, help="Exit 1 when there are differences.")
@options(COLOR)
def diff(left: str, right: str, format: str, exit_code: bool, color: str, **asked: Any) -> None:
    """Print what differs between two environments, service by service, with the place of each value.

    A and B are names of environments, or `dev` and `prod` for the only one of that kind. Credentials are masked.

    \b
    lintstack diff dev prod
    lintstack diff dev prod deploy/ --format markdown
    """
    from lintstack.report import table
    from lintstack.stacks import Stacks

    found = tuple(_compared(Stacks(options_of(asked)), left, right))
    if format == "text":
        say_to_output(table.text(found, style_of(color)))
    else:
        say_to_output(table.markdown(found) if format == "markdown" else table.data(found))
    differ = exit_code and any(item.rows for item in found)
    click.get_current_context().exit(EXIT_FINDINGS if differ else EXIT_CLEAN)


def _compared(stacks: Stacks, left: str, right: str) -> Iterator[Comparison]:
    """The environments of every project that has both.

    Raises:
        Refused: no project has both, or one of them cannot be loaded.
    """
    count = 0
    for project in stacks.projects:
        mine, other = _named(project, left), _named(project, right)
        if mine and other:
            count += 1
            yield _comparison(stacks, project, mine, other)
    if not count:
        raise Refused(_lacking(stacks.projects, left, right))


def _named(project: Project, name: str) -> Environment | None:
    """The environment of that name, else the only one of that kind."""
    for environment in project.environments:
        if environment.name == name:
            return environment
    alike = [environment for environment in project.environments if environment.kind == name != "unknown"]
    return alike[0] if len(alike) == 1 else None


def _lacking(projects: Iterable[Project], left: str, right: str) -> str:
    """The sentence about environments that no project has, with those that there are."""
    from lintstack.reader import suggest

    known = {environment.name for project in projects for environment in project.environments}
    there = "; ".join(
        f"{project.folder} has {', '.join(environment.name for environment in project.environments)}"
        for project in list(projects)[:5]
    )
    for name in (left, right):
        if not any(_named(project, name) for project in projects):
            hint = suggest(name, known) or (f"; {there}" if there else "; there is no Compose file")
            return f"no environment is called `{name}`{hint}"
    return f"no project has both `{left}` and `{right}`; {there}"


def _comparison(stacks: Stacks, project: Project, left: Environment, right: Environment) -> Comparison:
    from lintstack.diff import rows
    from lintstack.join.secrets import values
    from lintstack.report.table import Comparison

    mine, other = (_side(stacks, project, environment) for environment in (left, right))
    secrets = values(stacks.sources.values(), (span.text for side in (mine, other) for span in side.stack.secrets))
    return Comparison(_line(project, left), _line(project, right), tuple(rows(mine, other, secrets)))


def _side(stacks: Stacks, project: Project, environment: Environment) -> Side:
    from lintstack.diff import Side

    found = stacks.merged(project, environment)
    if found is None:
        raise Refused(f"environment `{environment.name}` cannot be read; `lintstack check` says why")
    stack, loaded = found
    assert loaded.root is not None, "what has a stack has a tree"
    return Side(stack, loaded.root)


def _line(project: Project, environment: Environment) -> StackLine:
    from lintstack.report import StackLine

    return StackLine(project.folder, environment.name, environment.kind, environment.files)
