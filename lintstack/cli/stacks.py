"""Commands that show stacks instead of linting them: `lintstack facts`."""

from __future__ import annotations

from io import StringIO
from typing import Any

import click

from lintstack.cli.inputs import inputs, options_of, paths
from lintstack.exits import say_to_output


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
