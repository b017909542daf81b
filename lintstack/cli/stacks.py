"""Commands that show stacks instead of linting them: `lintstack facts`, `lintstack graph`, `lintstack merged`."""

from __future__ import annotations

import os
from io import StringIO
from typing import TYPE_CHECKING, Any

import click

from lintstack.cli.asked import options_of
from lintstack.cli.inputs import inputs, options, paths
from lintstack.cli.options import COLOR
from lintstack.cli.screen import style_of
from lintstack.exits import Refused, say_to_output

if TYPE_CHECKING:
    from lintstack.environments import Environment
    from lintstack.stacks import Stacks


@click.command()
@paths
@inputs
@click.option("--format", "format", type=click.Choice(["json", "yaml"]), default="json", help="How to print.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the output instead.")
def facts(format: str, schema: bool, **asked: Any) -> None:
    """Print what would run in each environment, with origins; secrets are masked.

    \b
    lintstack facts --env prod
    lintstack facts -f compose.yaml --profile debug --format yaml
    """
    from lintstack import factsheet
    from lintstack.report.json import plain
    from lintstack.report.text import json_text, page
    from lintstack.stacks import Stacks

    if schema:
        say_to_output(json_text(factsheet.schema(), indent=2) + "\n")
        return
    found = Stacks(options_of(asked))
    stacks = [stack for group in found for stack in group]
    data = plain([factsheet.sheet(stack, found.sources.values()) for stack in stacks])
    if format == "json":
        say_to_output(json_text(data, indent=2) + "\n")
    else:
        from ruamel.yaml import YAML

        written, writer = StringIO(), YAML(pure=True)
        writer.allow_unicode = False
        writer.dump(data, written)
        say_to_output(page(written.getvalue().splitlines()))


@click.command()
@paths
@inputs
@click.option(
    "--format", "format", type=click.Choice(["tree", "mermaid", "dot", "svg"]), default="tree", help="How to draw."
)
@options(COLOR)
def graph(format: str, color: str, **asked: Any) -> None:
    """Draw each stack: what runs, networks, ports to the host, volumes, start order, and the findings on it.

    \b
    lintstack graph
    lintstack graph --env prod --format svg > stack.svg
    lintstack graph deploy/ --env dev --format mermaid
    """
    from lintstack.analysis import analyse
    from lintstack.graph import draw, picture
    from lintstack.stacks import Stacks

    wished = options_of(asked)
    found = Stacks(wished)
    wanted = None if format == "tree" else _only(found)
    findings = analyse(wished._replace(fingerprints=False, count_prod=False)).findings
    pictures = [
        picture(stack, findings)
        for project in found.projects
        for environment in project.environments
        if wanted in (None, environment) and environment.name in (wished.environments or (environment.name,))
        for stack, _ in filter(None, [found.merged(project, environment)])
    ]
    if not pictures:
        raise Refused("no Compose project here that can be drawn; `lintstack check` says what there is")
    say_to_output(draw(format, pictures, style_of(color)))


@click.command()
@paths
@inputs
@click.option("--format", "format", type=click.Choice(["yaml", "json"]), default="yaml", help="How to print.")
def merged(format: str, **asked: Any) -> None:
    """Print the project that Docker Compose would run, every value with the place that it comes from.

    What is printed can be read by Docker Compose, but for credentials, which are masked.

    \b
    lintstack merged --env prod
    lintstack merged -f compose.yaml -f compose.prod.yaml
    lintstack merged deploy/ --format json
    """
    from lintstack.compose.versions import version
    from lintstack.merged import Effective, render
    from lintstack.stacks import Stacks

    wished = options_of(asked)
    found = Stacks(wished)
    environment = _only(found)
    loaded = found.loaded(environment)
    if loaded.root is None:
        raise Refused(f"{environment.files[0]}: nothing of this project can be loaded; `lintstack check` says why")
    errors = sum(problem.severity == "error" for problem in loaded.problems)
    if errors:
        click.echo(f"Docker Compose refuses this project ({errors} errors); `lintstack check` says why", err=True)
    folder = os.path.abspath(environment.project_dir)
    compose = version(wished.config.compose_version)
    say_to_output(render(Effective(environment.name, loaded, folder, compose), format))


def _only(stacks: Stacks) -> Environment:
    """The one environment that is asked for."""
    asked = stacks.options.environments
    found = [environment for project in stacks.projects for environment in project.environments]
    wanted = [item for item in found if not asked or item.name in asked]
    if len(wanted) == 1:
        return wanted[0]
    names = ", ".join(f"{item.name} ({' + '.join(item.files)})" for item in wanted or found)
    if not names:
        raise Refused("no Compose project here")
    raise Refused(f"name one environment with --env, or the folder of its project; there are {names}")
