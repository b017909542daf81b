"""Checks of RUNs whose work the builder itself can do: files, archives, repositories."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from lintstack.dockerfile.unpacking import unpacks
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Command, Run

if TYPE_CHECKING:
    from lintstack.dockerfile.nodes import Word

WRITERS = ("echo", "printf", "cat")
FETCHERS = ("curl", "wget")
# Folders whose files are no part of the image.
ELSEWHERE = ("/dev/", "/proc/", "/sys/", "/run/", "/tmp/")


@cache
def _redirect() -> re.Pattern[str]:
    """What stands behind a command that writes a file: `> /path`, before or behind a here-document."""
    return re.compile(r"""[ \t\\\r\n]*(?:<<-?['"]?\w+['"]?[ \t]*)?>[ \t]*(/[\w./@+-]+)(?=[\s;&|)]|\Z)""")


@cache
def _pipe() -> re.Pattern[str]:
    """What stands between the two sides of a pipe."""
    return re.compile(r"(?:[ \t\\\r\n]|2>[ \t]*\S{1,60}|2>&1)*\|&?[ \t\\\r\n]*(?:\w+[ \t]+)?")


@cache
def _branch() -> re.Pattern[str]:
    """A word that makes commands run on some condition, or many times: no COPY or ADD does that."""
    return re.compile(r"(?<![\w.-])(?:if|case|for|while|until)[ \t]")


def _straight(run: Run) -> tuple[Command, ...]:
    """Commands of a RUN without branches."""
    text = run.node.span.text
    return () if _branch().search(text) else run.commands


def prefer_copy_heredoc(run: Run) -> Iterator[Problem]:
    """Files that a shell writes out of fixed text."""
    for command in _straight(run):
        if command.name in WRITERS and not any(_varies(word.text) for word in command.node.words):
            path = _written(command)
            if path and not path.startswith(ELSEWHERE) and (command.name != "cat" or run.node.heredocs):
                message = (
                    f"a shell writes `{path}`; `COPY <<EOF {path}` says the same, and takes `--chmod` and `--chown`"
                )
                yield Problem(message, Place(command.program), detail=path)


def _varies(text: str) -> bool:
    return "$" in text or "`" in text


def _written(command: Command) -> str:
    """The file that the output goes to; "" for none."""
    last = command.node.words[-1].span
    found = _redirect().match(last.source.text, last.end, last.end + 400)
    return found[1] if found else ""


def prefer_add_unpack(run: Run) -> Iterator[Problem]:
    """Archives that are downloaded and unpacked."""
    fetch: Command | None = None
    for command in _straight(run):
        if command.name in FETCHERS:
            fetch = command
        elif fetch and command.name == "tar" and unpacks(command.node.args):
            if _is_piped(fetch, command) or _is_file_of(fetch, command):
                message = (
                    f"{fetch.name} and tar unpack what is downloaded; `ADD --unpack --checksum=…` does both, and "
                    "checks what came"
                )
                yield Problem(message, Place(fetch.program), (Place(command.program, "unpacked here"),))
            fetch = None


def _is_piped(fetch: Command, tar: Command) -> bool:
    start, end = fetch.node.words[-1].span.end, tar.program.start
    return (
        fetch.program.source is tar.program.source
        and end - start < 400
        and bool(_pipe().fullmatch(tar.program.source.text, start, end))
    )


def _is_file_of(fetch: Command, tar: Command) -> bool:
    """Whether tar reads the file that the download is written to."""
    args = fetch.node.args
    named = {after for flag, after in pairwise(args) if flag in ("-o", "-O", "--output")}
    named |= {arg.rpartition("/")[2] for arg in args if "://" in arg}
    return any(arg.rpartition("/")[2] in {name.rpartition("/")[2] for name in named} for arg in tar.node.args if arg)


def prefer_add_git(run: Run) -> Iterator[Problem]:
    """Repositories that a shell clones."""
    for command in _straight(run):
        if command.name != "git":
            continue
        words = iter(command.node.words[1:])
        verb = next((word for word in words if not _is_option(word.value, words)), None)
        remote = next((word for word in words if _is_remote(word.value)), None) if verb else None
        if verb and verb.value == "clone" and remote:
            message = (
                "`git clone` is cached by its text, so later builds keep the old commit; `ADD <url>#<commit> <folder>` "
                "follows the commit, and needs no git in the image"
            )
            yield Problem(message, Place(command.program), (Place(remote.span, "the repository"),), detail=remote.value)


def _is_option(text: str, rest: Iterator[Word]) -> bool:
    """Whether a word is an option of git itself; the value of one is taken from the rest."""
    if text in ("-c", "-C", "--git-dir", "--work-tree", "--namespace"):
        next(rest, None)
    return text.startswith("-")


def _is_remote(text: str) -> bool:
    return text.startswith(("https://", "http://", "git://", "ssh://", "git@"))
