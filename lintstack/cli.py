"""The command line: options, exit codes, and where reports go."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any, NoReturn

import click

from lintstack import __version__
from lintstack.exits import EXIT_CLEAN, EXIT_EMPTY, EXIT_FINDINGS, EXIT_MISUSE, Refused, guarded, say_to_output

if TYPE_CHECKING:
    from lintstack.analysis import Analysis, Options
    from lintstack.report import Run, Style
    from lintstack.rules import Rule

FORMATS = ("full", "concise", "json", "sarif")
LEVELS = ("error", "warning", "info", "none")


class Shell(click.Group):
    """`lintstack PATH` is `lintstack check PATH`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A first word that is no command but a path on disk stands for `check`."""
        if args and args[0] not in self.commands and (os.path.lexists(args[0]) or args[0].startswith("./")):
            args = ["check", *args]
        return super().resolve_command(ctx, args)


@click.group(cls=Shell, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="lintstack %(version)s")
def cli() -> None:
    """Lint Docker Compose files and Dockerfiles as the one stack they are.

    \b
    lintstack check .                 lint this folder
    lintstack check . --as prod       as if it were production
    lintstack explain non-root-user   what a rule wants, and why
    """


def _inputs(command: Callable[..., Any]) -> Callable[..., Any]:
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


@cli.command()
@_inputs
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
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours in text reports."
)
@click.option("-q", "--quiet", is_flag=True, help="No notes on standard error.")
@click.option("--sarif-category", default="", metavar="NAME", help="Category of the SARIF run.")
@click.option("--show-environments", is_flag=True, help="Say which files are run together, and why; lint nothing.")
def check(**asked: Any) -> None:
    """Lint files and folders (default: this folder).

    Exit codes: 0 clean, 1 findings, 2 could not do the job, 3 nothing to lint.
    """
    from lintstack.analysis import analyse

    started = time.perf_counter()
    targets = _targets(asked["output"])
    options = _options(asked)._replace(fingerprints=any(format in ("json", "sarif") for format, _ in targets))
    if asked["show_environments"]:
        say_to_output(_environments(options))
        return
    analysis = analyse(options)
    texts = any(format == "sarif" for format, _ in targets)
    outcome = _run(analysis, options, asked["sarif_category"], time.perf_counter() - started, texts)
    for format, path in targets:
        _write(format, path, outcome, asked["color"])
    if not asked["quiet"]:
        _say_what_is_missing(analysis)
    click.get_current_context().exit(_exit_code(analysis, options, asked))


def _options(asked: dict[str, Any]) -> Options:
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


def _environments(options: Options) -> str:
    from lintstack.environments import infer
    from lintstack.project import Reader, discover
    from lintstack.showing import show

    tree = discover(options.paths, options.config, options.root or None)
    return show(infer(tree, options.config, Reader(tree.root), options.as_kind))


def _listed(values: Iterable[str]) -> tuple[str, ...]:
    """Repeated and comma-separated values as one list."""
    return tuple(item.strip() for value in values for item in value.split(",") if item.strip())


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
        tuple(span for stack in analysis.stacks for span in stack.secrets),
        analysis.tree.root,
        os.getcwd(),
        category,
    )


def _write(format: str, path: str, outcome: Run, color: str) -> None:
    from lintstack.report import render

    if not path:
        say_to_output(render(format, outcome, _style(color)))
        return
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(render(format, outcome))
    except OSError as error:
        raise Refused(f"{path}: the {format} report could not be written: {error.strerror}") from error


def _style(color: str) -> Style:
    """Colours for standard output: what `--color` asks for, else NO_COLOR, FORCE_COLOR, or a terminal."""
    from lintstack.report import Style

    terminal = sys.stdout is not None and sys.stdout.isatty()
    forced = bool(os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"))
    wanted = {"always": True, "never": False}.get(color, forced or (terminal and os.environ.get("TERM") != "dumb"))
    if os.environ.get("NO_COLOR") and color != "always":
        wanted = False
    return Style(wanted, _columns() if terminal else 0, wanted and terminal)


def _columns() -> int:
    from shutil import get_terminal_size

    return get_terminal_size().columns


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


@cli.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Explain a rule, by its name or by another tool's id."""
    from lintstack.explain import page
    from lintstack.rules import names
    from lintstack.selection import unknown

    known = names(_rules_here())
    found = known.get(rule.lower())
    if not found:
        raise Refused(unknown(rule, known))
    click.echo("\n".join(page(item) for item in found))


@cli.command()
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


@cli.command()
@_inputs
@click.option("--format", "format", type=click.Choice(["json", "yaml"]), default="json", help="How to print.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the output instead.")
def facts(format: str, schema: bool, **asked: Any) -> None:
    """Print what would run in each environment, with origins; secrets are masked."""
    from lintstack import factsheet
    from lintstack.analysis import analyse
    from lintstack.report.json import plain
    from lintstack.report.text import json_text, page

    if schema:
        say_to_output(json_text(factsheet.schema(), indent=2) + "\n")
        return
    analysis = analyse(_options(asked))
    data = plain([factsheet.sheet(stack, analysis.sources) for stack in analysis.stacks])
    if format == "json":
        say_to_output(json_text(data, indent=2) + "\n")
    else:
        from ruamel.yaml import YAML

        written, writer = StringIO(), YAML(pure=True)
        writer.allow_unicode = False
        writer.dump(data, written)
        say_to_output(page(written.getvalue().splitlines()))


def main() -> NoReturn:
    """Run the command line and exit; every way out has its exit code, none is a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(guarded(lambda: cli.main(prog_name="lintstack", standalone_mode=False)))


__all__: Sequence[str] = ("cli", "main")
