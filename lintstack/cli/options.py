"""The options of commands that read projects, as a table: click's are made of it, and plain words are read by it.

Importing click takes a third of linting one file, so that a command line without a mistake in it, which asks for no
help, is read without: `read` gives what click would give, or None where click has to look.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from lintstack.named import NamedTuple

FORMATS = ("full", "concise", "json", "sarif")
LEVELS = ("error", "warning", "info", "none")


class Option(NamedTuple):
    """One option.

    Attributes:
        flags: how it is written.
        name: what it is called in the program.
        help: one sentence.
        kind: a switch, one text, or several.
        metavar: what its value is called.
        choices: the values that it takes; any, where there are none.
        default: its value when nobody asks.
    """

    flags: tuple[str, ...]
    name: str
    help: str
    kind: Literal["switch", "text", "texts"] = "text"
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    default: str | None = None


# What makes one environment of files, or of standard input.
ONE = (
    Option(
        ("-f", "--file"),
        "files",
        "A Compose file, `-` for standard input; repeated, they are one environment in this order.",
        "texts",
        "FILE",
    ),
    Option(
        ("--stdin-filename",),
        "stdin_filename",
        "The file that standard input (`-`) stands for, such as an editor's unsaved one.",
        metavar="PATH",
    ),
    Option(
        ("--env",),
        "env",
        "Only this environment (repeatable); with -f, what that environment is called.",
        "texts",
        "NAME",
    ),
)
ANY = (
    Option(("--profile",), "profiles", "Enable this profile (repeatable).", "texts", "NAME"),
    Option(
        ("--env-file",), "env_files", "Read variables from this file instead of .env (repeatable).", "texts", "FILE"
    ),
    Option(
        ("--project-directory",),
        "project_directory",
        "What relative paths in Compose files start from (default: the folder of the first file).",
        metavar="DIR",
    ),
    Option(("-p", "--project-name"), "project_name", "The project's name, as `docker compose -p`.", metavar="NAME"),
    Option(
        ("--env-from-process",),
        "env_from_process",
        "Let the process environment count as Docker Compose does: variables, COMPOSE_FILE, COMPOSE_PROFILES, …",
        "switch",
    ),
    Option(
        ("--as",),
        "as_kind",
        "Take environments of unknown kind, and the one of -f, for this.",
        choices=("dev", "prod"),
    ),
    Option(("--config",), "config", "Use this configuration and no other.", metavar="FILE"),
    Option(("--isolated",), "isolated", "Ignore every configuration file.", "switch"),
    Option(("--root",), "root", "Open nothing outside this folder (default: the git repository).", metavar="DIR"),
)
COLOR = Option(("--color",), "color", "Colours in text reports.", choices=("auto", "always", "never"), default="auto")
CHECK = (
    *ONE,
    *ANY,
    Option(
        ("-o", "--output"),
        "output",
        "Report format: full, concise, json or sarif, to a file or else to standard output; repeatable.",
        "texts",
        "FORMAT[:PATH]",
    ),
    Option(
        ("--select",),
        "select",
        "Only these rules (names or other tools' ids; comma-separated or repeated).",
        "texts",
        "RULE",
    ),
    Option(("--extend-select",), "extend_select", "These rules as well.", "texts", "RULE"),
    Option(("--ignore",), "ignore", "Not these rules.", "texts", "RULE"),
    Option(
        ("--preset",),
        "preset",
        "How much is asked for (default: recommended).",
        choices=("minimal", "recommended", "strict"),
    ),
    Option(("--fail-on",), "fail_on", "Least severity that makes the exit code 1 (default: error).", choices=LEVELS),
    Option(("--no-inline-ignores",), "no_inline_ignores", "Suppression comments do not count.", "switch"),
    Option(("--related",), "related", "Analyse whole stacks, report what touches the given files.", "switch"),
    Option(("--allow-empty",), "allow_empty", "Exit 0 when there is nothing to lint.", "switch"),
    Option(("--exit-zero",), "exit_zero", "Exit 0 despite findings.", "switch"),
    COLOR,
    Option(("-q", "--quiet"), "quiet", "No notes on standard error.", "switch"),
    Option(("--sarif-category",), "sarif_category", "Category of the SARIF run.", metavar="NAME", default=""),
    Option(
        ("--show-environments",),
        "show_environments",
        "Say which files are run together, and why; lint nothing.",
        "switch",
    ),
)


def read(words: Sequence[str], options: Iterable[Option]) -> dict[str, Any] | None:
    """Values by name, as click gives them.

    Args:
        words: the arguments behind the command's name.
        options: those of the command.

    Returns:
        None where click has to look: a call for help, a mistake, a rare spelling (`-qo full`, `--`).
    """
    by_flag = {flag: option for option in options for flag in option.flags}
    found: dict[str, Any] = {option.name: _unasked(option) for option in by_flag.values()}
    paths: list[str] = []
    rest = iter(words)
    for word in rest:
        if word[:1] != "-" or word == "-":
            paths.append(word)
            continue
        flag, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        option = by_flag.get(flag)
        if option is None or (equals and option.kind == "switch"):
            return None
        if option.kind == "switch":
            found[option.name] = True
            continue
        value = value if equals else next(rest, "--")
        if (value.startswith("-") and value != "-") or (option.choices and value not in option.choices):
            return None
        found[option.name] = (*found[option.name], value) if option.kind == "texts" else value
    return {**found, "paths": tuple(paths)}


def _unasked(option: Option) -> Any:
    """Value of an option that nobody asks for."""
    return {"switch": False, "texts": ()}.get(option.kind, option.default)
