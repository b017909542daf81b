"""`lintstack explain` and `lintstack rules`: what the rule pages say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lintstack.exits import Refused

if TYPE_CHECKING:
    from lintstack.rules import Rule


@click.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Explain a rule, by its name or by another tool's id."""
    from lintstack.codes import called
    from lintstack.explain import page
    from lintstack.rules import names
    from lintstack.selection import unknown

    known = names(_rules_here())
    found = called(rule, known)
    if not found:
        raise Refused(unknown(rule, known))
    click.echo("\n".join(page(item) for item in found))


@click.command()
@click.option("--format", "format", type=click.Choice(["table", "json", "md"]), default="table", help="How to print.")
def rules(format: str) -> None:
    """List every rule."""
    from lintstack.explain import listing

    click.echo(listing(_rules_here(), format), nl=False)


def _rules_here() -> tuple[Rule, ...]:
    """Rules that ship with lintstack and those that the configuration of this folder adds."""
    from lintstack.analysis import all_rules
    from lintstack.config import load

    return all_rules(load("."))
