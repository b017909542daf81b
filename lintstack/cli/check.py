"""`lintstack check`: its options."""

from __future__ import annotations

from typing import Any

import click

from lintstack.cli.inputs import color, inputs, paths
from lintstack.cli.lint import LEVELS, lint


@click.command()
@paths
@inputs
@click.option(
    "-o",
    "--output",
    multiple=True,
    metavar="FORMAT[:PATH]",
    help="Report format: full, concise, json or sarif, to a file or else to standard output; repeatable.",
)
@click.option(
    "--select",
    multiple=True,
    metavar="RULE",
    help="Only these rules (names or other tools' ids; comma-separated or repeated).",
)
@click.option("--extend-select", multiple=True, metavar="RULE", help="These rules as well.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Not these rules.")
@click.option(
    "--preset",
    type=click.Choice(["minimal", "recommended", "strict"]),
    help="How much is asked for (default: recommended).",
)
@click.option(
    "--fail-on", type=click.Choice(LEVELS), help="Least severity that makes the exit code 1 (default: error)."
)
@click.option("--no-inline-ignores", is_flag=True, help="Suppression comments do not count.")
@click.option("--related", is_flag=True, help="Analyse whole stacks, report what touches the given files.")
@click.option("--allow-empty", is_flag=True, help="Exit 0 when there is nothing to lint.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 despite findings.")
@color
@click.option("-q", "--quiet", is_flag=True, help="No notes on standard error.")
@click.option("--sarif-category", default="", metavar="NAME", help="Category of the SARIF run.")
@click.option("--show-environments", is_flag=True, help="Say which files are run together, and why; lint nothing.")
def check(**asked: Any) -> None:
    """Lint files and folders (default: this folder).

    \b
    lintstack check                                    every project below this folder
    lintstack check -f compose.yaml -f compose.ci.yaml --env-file ci.env
                                                       the environment that these files are
    lintstack check - < Dockerfile                     standard input
    lintstack check -o full -o sarif:report.sarif      two reports of one run

    Exit codes: 0 clean, 1 findings, 2 could not do the job, 3 nothing to lint.
    """
    click.get_current_context().exit(lint(asked))
