"""`lintstack check`: its options."""

from __future__ import annotations

from typing import Any

import click

from lintstack.cli.inputs import options, paths
from lintstack.cli.lint import lint
from lintstack.cli.options import CHECK


@click.command()
@paths
@options(*CHECK)
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
