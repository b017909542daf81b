"""What `lintstack check` does: findings to reports, and the exit code."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lintstack.cli.asked import options_of
from lintstack.cli.options import FORMATS, LEVELS
from lintstack.cli.screen import style_of
from lintstack.exits import (
    EXIT_CLEAN,
    EXIT_EMPTY,
    EXIT_FINDINGS,
    EXIT_MISUSE,
    Refused,
    say_to_error,
    say_to_output,
)

if TYPE_CHECKING:
    from lintstack.analysis import Analysis, Options
    from lintstack.report import Run


def lint(asked: Mapping[str, Any]) -> int:
    """Lint, report, and say the exit code.

    Args:
        asked: values of the parameters of `check` by name; what is left out is as if nobody had asked for it.

    Raises:
        Refused: options that make no sense, or a report that cannot be written; and what `options_of` and `analyse`
            raise.
    """
    from lintstack.analysis import analyse

    started = time.perf_counter()
    targets = _targets(asked.get("output", ()))
    formats = {format for format, _ in targets}
    options = options_of(asked)._replace(
        fingerprints=not formats.isdisjoint(("json", "sarif")), count_prod=not formats.isdisjoint(("full", "json"))
    )
    if asked.get("show_environments"):
        say_to_output(_environments(options))
        return EXIT_CLEAN
    analysis = analyse(options)
    if not asked.get("quiet") and sys.stderr is not None and sys.stderr.isatty():
        _say_what_there_is(analysis)
    outcome = _run(
        analysis, options, asked.get("sarif_category", ""), time.perf_counter() - started, "sarif" in formats
    )
    for format, path in targets:
        _write(format, path, outcome, asked.get("color", "auto"))
    if not asked.get("quiet"):
        _say_what_is_missing(analysis)
    return _exit_code(analysis, options, asked)


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
        say_to_error(line)


def _say_what_is_missing(analysis: Analysis) -> None:
    if not analysis.tree.compose_files and not analysis.tree.dockerfiles and not analysis.findings:
        say_to_error(
            f"no Compose file or Dockerfile under {analysis.tree.root} (looked for compose.y(a)ml,"
            " docker-compose*.y(a)ml, *.compose.yml, Dockerfile*, *.Dockerfile, Containerfile*)"
        )


def _exit_code(analysis: Analysis, options: Options, asked: Mapping[str, Any]) -> int:
    """130 > 2 > 1 > 3 > 0: never green when part was not analysed."""
    findings = analysis.findings
    if any(finding.rule == "internal-error" for finding in findings):
        return EXIT_MISUSE
    limit = LEVELS.index(asked.get("fail_on") or options.config.fail_on)
    blocking = [finding for finding in findings if not finding.suppressible and finding.severity == "error"]
    failing = [finding for finding in findings if LEVELS.index(finding.severity) <= limit and limit < len(LEVELS) - 1]
    if blocking or failing:
        return EXIT_CLEAN if asked.get("exit_zero") and not blocking else EXIT_FINDINGS
    if not findings and not analysis.tree.compose_files and not analysis.tree.dockerfiles:
        return EXIT_CLEAN if asked.get("allow_empty") else EXIT_EMPTY
    return EXIT_CLEAN
