"""The process: all scripts of a run in one call, bounded in time; what goes wrong is told, never raised."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, Literal, cast

from lintstack.named import NamedTuple

Level = Literal["error", "warning", "info", "style"]
LEVELS: tuple[Level, ...] = ("error", "warning", "info", "style")
# No configuration of the machine or of the tree, no file but the scripts; SC2187 (ash is checked as dash), SC1090 and
# SC1091 (a sourced file was not followed) speak about how ShellCheck was started.
OPTIONS = ("--norc", "--format=json1", "--severity=style", "--exclude=SC2187,SC1090,SC1091")
SECONDS = 10.0  # for one call, and more for each script, which takes 4 ms on an idle machine
SECONDS_EACH = 0.05
SECONDS_IN_ALL = 120.0
MAX_SCRIPTS = 4000  # of one call: the command line of Windows holds 32 767 characters
MAX_CHARS = 4 * 1024 * 1024  # of one call: what is said about them must fit into memory
MAX_COMMENTS = 200  # about one script


class Comment(NamedTuple):
    """What ShellCheck says about one place of a script; lines and columns from 1, the end column just behind it."""

    line: int
    column: int
    end_line: int
    end_column: int
    level: Level
    code: str
    message: str


class Answer(NamedTuple):
    """What came of one script: the comments on it, or why there are none to be had."""

    comments: tuple[Comment, ...]
    failure: str = ""


def ask(program: str, texts: Sequence[str]) -> list[Answer]:
    """What ShellCheck says about each script.

    Args:
        program: absolute path of ShellCheck.
        texts: the scripts, each distinct.
    """
    deadline = monotonic() + SECONDS_IN_ALL
    return [answer for batch in _batches(texts) for answer in _answers(program, batch, deadline)]


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """All texts, in as few portions as a command line and memory allow: nearly always one."""
    begin, size = 0, 0
    for index, text in enumerate(texts):
        if index > begin and (index - begin >= MAX_SCRIPTS or size + len(text) > MAX_CHARS):
            yield texts[begin:index]
            begin, size = index, 0
        size += len(text)
    if texts:
        yield texts[begin:]


def _answers(program: str, texts: Sequence[str], deadline: float) -> list[Answer]:
    """Answers to some scripts; where one of them breaks ShellCheck, the others are asked about without it."""
    if monotonic() >= deadline:
        return [Answer((), f"took more than {SECONDS_IN_ALL:.0f} s for all scripts")] * len(texts)
    try:
        return _call(program, texts, deadline)
    except OSError as error:
        return [Answer((), f"could not be started: {error.strerror or type(error).__name__}")] * len(texts)
    except _Failure as failure:
        if len(texts) == 1:
            return [Answer((), str(failure))]
    half = len(texts) // 2
    return [*_answers(program, texts[:half], deadline), *_answers(program, texts[half:], deadline)]


class _Failure(Exception):
    """A call without an answer; the message says why."""


def _call(program: str, texts: Sequence[str], deadline: float) -> list[Answer]:
    """One call.

    Raises:
        OSError: the program cannot be started, or the scripts cannot be written.
        _Failure: it gave no answer.
    """
    seconds = max(1.0, min(SECONDS + SECONDS_EACH * len(texts), deadline - monotonic()))
    with TemporaryDirectory(prefix="lintstack-", ignore_cleanup_errors=True) as folder:
        for number, text in enumerate(texts):
            with open(os.path.join(folder, str(number)), "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
        command = [program, *OPTIONS, "--", *map(str, range(len(texts)))]
        try:
            done = subprocess.run(
                command, cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, timeout=seconds, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise _Failure(f"gave no answer in {seconds:.0f} s") from None
    if done.returncode not in (0, 1):  # 1: there are comments
        raise _Failure(f"failed with exit code {done.returncode}")
    return _read(done.stdout, len(texts))


def _environment() -> dict[str, str]:
    """Nothing of ours: SHELLCHECK_OPTS would change what is said. Windows starts no program without its folder."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    return {"LC_ALL": "C.UTF-8", **kept}


def _read(output: bytes, count: int) -> list[Answer]:
    """Answers from JSON.

    Raises:
        _Failure: it is not what ShellCheck prints.
    """
    found: list[list[Comment]] = [[] for _ in range(count)]
    try:
        for item in json.loads(output)["comments"]:
            comments = found[int(item["file"])]
            if len(comments) < MAX_COMMENTS:
                comments.append(_comment(item))
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        raise _Failure("gave an answer that is not its JSON (0.7 and newer are understood)") from None
    return [Answer(tuple(comments)) for comments in found]


def _comment(item: dict[str, Any]) -> Comment:
    line, column, end_line, end_column = (int(item[key]) for key in ("line", "column", "endLine", "endColumn"))
    level = item["level"] if item["level"] in LEVELS else "info"
    message = " ".join(str(item["message"]).split())
    return Comment(line, column, end_line, end_column, cast(Level, level), f"SC{int(item['code']):04}", message)
