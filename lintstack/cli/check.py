"""`lintstack check`: findings to reports, and the exit code."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from lintstack.cli.inputs import inputs, options_of, paths
from lintstack.cli.screen import color, style_of
from lintstack.exits import EXIT_CLEAN, EXIT_EMPTY, EXIT_FINDINGS, EXIT_MISUSE, Refused, say_to_output

if TYPE_CHECKING:
    from lintstack.analysis import Analysis, Options
    from lintstack.report import Run

FORMATS = ("full", "concise", "json", "sarif")
LEVELS = ("error", "warning", "info", "none")


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
    from lintstack.analysis import analyse

    started = time.perf_counter()
    targets = _targets(asked["output"])
    options = options_of(asked)._replace(fingerprints=any(format in ("json", "sarif") for format, _ in targets))
    if asked["show_environments"]:
        say_to_output(_environments(options))
        return
    analysis = analyse(options)
    texts = any(format == "sarif" for format, _ in targets)
    if not asked["quiet"] and sys.stderr is not None and sys.stderr.isatty():
        _say_what_there_is(analysis)
    outcome = _run(analysis, options, asked["sarif_category"], time.perf_counter() - started, texts)
    for format, path in targets:
        _write(format, path, outcome, asked["color"])
    if not asked["quiet"]:
        _say_what_is_missing(analysis)
    click.get_current_context().exit(_exit_code(analysis, options, asked))


def _environments(options: Options) -> str:
    from lintstack.environments.showing import show
    from lintstack.stacks import Stacks

    return show(Stacks(options).projects)


def _targets(outputs: Sequence[str]) -> list[tuple[str, str]]:
    """Formats and paths ("" for standard output) of `-o FORMAT[:PATH]`."""
    targets = []
    for output in outputs or ("full",):
        format, _, path = output.partition(":")
        if format not in FORMATS:
            from difflib import get_close_matches

            near = get_close_matches(format, FORMATS, 1)
            hint = f"; did you mean `{near[0]}`?" if near else f"; there are {', '.join(FORMATS)}"
            raise Refused(f"-o {format}: no such format{hint}")
        targets.append((format, path))
    if sum(not path for _, path in targets) > 1:
        raise Refused("only one report can go to standard output; give the others a path: -o sarif:report.sarif")
    return targets


def _run(analysis: Analysis, options: Options, category: str, seconds: float, texts: bool) -> Run:
    from lintstack.report import Run
    from lintstack.summary import heads, summary

    return Run(
        analysis.findings,
        summary(analysis, options, seconds),
        heads(analysis.rules, texts),
        tuple(span for trace in analysis.traces for span in trace.secrets),
        analysis.tree.root,
        os.getcwd(),
        category,
    )


def _write(format: str, path: str, outcome: Run, color: str) -> None:
    from lintstack.report import render

    if not path:
        say_to_output(render(format, outcome, style_of(color)))
        return
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(render(format, outcome))
    except OSError as error:
        raise Refused(f"{path}: the {format} report could not be written: {error.strerror}") from error


def _say_what_there_is(analysis: Analysis) -> None:
    """Which projects were understood, in one line, to people only: a log has it in the summary."""
    from lintstack.summary import header

    line = header(analysis)
    if line:
        click.echo(line, err=True)


def _say_what_is_missing(analysis: Analysis) -> None:
    if not analysis.tree.compose_files and not analysis.tree.dockerfiles and not analysis.findings:
        click.echo(
            f"no Compose file or Dockerfile under {analysis.tree.root} (looked for compose.y(a)ml,"
            " docker-compose*.y(a)ml, *.compose.yml, Dockerfile*, *.Dockerfile, Containerfile*)",
            err=True,
        )


def _exit_code(analysis: Analysis, options: Options, asked: dict[str, Any]) -> int:
    """130 > 2 > 1 > 3 > 0: never green when part was not analysed."""
    findings = analysis.findings
    if any(finding.rule == "internal-error" for finding in findings):
        return EXIT_MISUSE
    limit = LEVELS.index(asked["fail_on"] or options.config.fail_on)
    blocking = [finding for finding in findings if not finding.suppressible and finding.severity == "error"]
    failing = [finding for finding in findings if LEVELS.index(finding.severity) <= limit and limit < len(LEVELS) - 1]
    if blocking or failing:
        return EXIT_CLEAN if asked["exit_zero"] and not blocking else EXIT_FINDINGS
    if not findings and not analysis.tree.compose_files and not analysis.tree.dockerfiles:
        return EXIT_CLEAN if asked["allow_empty"] else EXIT_EMPTY
    return EXIT_CLEAN
