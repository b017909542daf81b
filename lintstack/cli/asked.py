"""What a command line asks for, as options of a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from lintstack.exits import Refused

if TYPE_CHECKING:
    from lintstack.analysis import Options
    from lintstack.given import Given


def options_of(asked: Mapping[str, Any]) -> Options:
    """What a command line asks for, the configuration found and standard input read.

    Args:
        asked: values of click's parameters by name; what is left out is as if nobody had asked for it.

    Raises:
        Refused, UsageError: options that make no sense, or not together.
        ConfigError: a configuration with a mistake.
    """
    from lintstack.analysis import Options
    from lintstack.config import load
    from lintstack.given import checked

    typed = tuple(asked["paths"])
    given, paths = _given(asked, typed)
    given = checked(given)
    if given.files and len(listed(asked.get("env", ()))) > 1:
        raise Refused("-f gives one environment, so that --env can name one only")
    start = next(iter((*given.files, *paths)), given.project_directory or ".")
    return Options(
        paths,
        load(start, asked.get("config"), asked.get("isolated", False)),
        asked.get("as_kind"),
        listed(asked.get("env", ())),
        listed(asked.get("select", ())),
        listed(asked.get("extend_select", ())),
        listed(asked.get("ignore", ())),
        asked.get("preset") or "",
        not asked.get("no_inline_ignores", False),
        asked.get("root") or "",
        asked.get("related", False),
        given=given,
    )


def _given(asked: Mapping[str, Any], paths: tuple[str, ...]) -> tuple[Given, tuple[str, ...]]:
    """What is said in the words of Docker Compose, and the paths, with what stands for `-` in both."""
    from lintstack.given import Given, standard_input, with_process

    given = Given(
        tuple(asked.get("files", ())),
        listed(asked.get("profiles", ())),
        tuple(asked.get("env_files", ())),
        asked.get("project_directory") or "",
        asked.get("project_name") or "",
    )
    if asked.get("env_from_process"):
        given = with_process(given, os.environ, paths)
    if "files" not in asked:
        return given._replace(files=()), paths
    if "-" in (*given.files, *paths):
        return standard_input(given, paths, _read(), asked.get("stdin_filename") or "")
    if asked.get("stdin_filename"):
        raise Refused("--stdin-filename says what standard input stands for, and nothing reads it; add `-`")
    return given, paths


def _read() -> bytes:
    """Standard input, no more of it than of a file.

    Raises:
        Refused: there is none, or it is a terminal.
    """
    from lintstack.reader import MOST_BYTES

    if sys.stdin is None or sys.stdin.closed:
        raise Refused("`-` is standard input, and it is closed")
    if sys.stdin.isatty():
        raise Refused("`-` is standard input, and it is a terminal; hand it a file: `lintstack check - < compose.yaml`")
    return sys.stdin.buffer.read(MOST_BYTES + 1)


def listed(values: Iterable[str]) -> tuple[str, ...]:
    """Repeated and comma-separated values as one list."""
    return tuple(item.strip() for value in values for item in value.split(",") if item.strip())
