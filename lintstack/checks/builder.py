"""Checks of RUNs whose work the builder itself can do: files, archives, repositories."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lintstack.dockerfile.programs.downloads import CLIENTS
from lintstack.dockerfile.programs.unpacking import unpacks
from lintstack.dockerfile.references import references
from lintstack.dockerfile.shell.options import arguments
from lintstack.dockerfile.sources import base_name, kind_of
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Command, Run

if TYPE_CHECKING:
    from lintstack.dockerfile.shell.script import Command as SimpleCommand

WRITERS = ("echo", "printf", "cat")
# Folders whose files are no part of the image.
ELSEWHERE = ("/dev/", "/proc/", "/sys/", "/run/", "/tmp/")


def _straight(run: Run) -> Iterator[Command]:
    """Commands that a RUN runs once and on no condition: COPY and ADD know neither loops nor branches."""
    return (command for command in run.commands if not command.node.guards)


def _is_computed(run: Run, command: Command) -> bool:
    """Whether the script computes a part of a command: by a variable that it sets itself, or by another command."""
    text = " ".join(word.text for word in command.node.words)
    if "$" not in text:
        return "`" in text
    own = {item.name for item in run.script.assignments} if run.script else set()
    return "$(" in text or any(reference.name in own for reference in references(text, "\\"))


def prefer_copy_heredoc(run: Run) -> Iterator[Problem]:
    """Files that a shell writes out of fixed text."""
    for command in _straight(run):
        if command.name in WRITERS and not any(_varies(word.text) for word in command.node.words):
            path = _written(command.node)
            if path and not path.startswith(ELSEWHERE) and (command.name != "cat" or command.node.heredoc):
                message = (
                    f"a shell writes `{path}`; `COPY <<EOF {path}` says the same, and takes `--chmod` and `--chown`"
                )
                yield Problem(message, Place(command.program), detail=path)


def _varies(text: str) -> bool:
    return "$" in text or "`" in text


def _written(command: SimpleCommand) -> str:
    """The file that the output replaces; "" for none, for a relative one, and for one that only the shell knows."""
    targets = [
        each.target for each in command.redirects if each.operator in (">", ">|") and each.descriptor in ("", "1")
    ]
    path = targets[-1] if targets else None
    return path.value if path and path.value.startswith("/") and not _varies(path.text) else ""


def prefer_add_unpack(run: Run) -> Iterator[Problem]:
    """Archives that are downloaded and unpacked."""
    fetch: Command | None = None
    for command in _straight(run):
        if command.name in CLIENTS:
            fetch = None if _is_computed(run, command) else command
        elif fetch and command.name == "tar" and unpacks(command.node):
            if _is_piped(fetch.node, command.node) or _is_file_of(fetch.node, command.node):
                message = (
                    f"{fetch.name} and tar unpack what is downloaded; `ADD --unpack --checksum=…` does both, and "
                    "checks what came"
                )
                yield Problem(message, Place(fetch.program), (Place(command.program, "unpacked here"),))
            fetch = None


def _is_piped(fetch: SimpleCommand, tar: SimpleCommand) -> bool:
    """Whether tar stands right behind the download in a pipeline."""
    return fetch.pipeline == tar.pipeline >= 0 and fetch.position + 1 == tar.position


def _is_file_of(fetch: SimpleCommand, tar: SimpleCommand) -> bool:
    """Whether tar reads the file that the download is written to."""
    found = arguments(fetch)
    named = found.values("-o", "--output") if fetch.name == "curl" else found.values("-O", "--output-document")
    written = {base_name(path) for path in (*named, *(word.value for word in found.operands if "://" in word.value))}
    return any(base_name(path) in written for path in arguments(tar).values("-f", "--file"))


def prefer_add_git(run: Run) -> Iterator[Problem]:
    """Repositories that a shell clones."""
    for command in _straight(run):
        operands = arguments(command.node).operands if command.name == "git" else ()
        remote = next((word for word in operands[1:] if kind_of(word.value) in ("git", "url")), None)
        if remote and operands[0].value == "clone" and not _is_computed(run, command):
            message = (
                "`git clone` is cached by its text, so later builds keep the old commit; `ADD <url>#<commit> <folder>` "
                "follows the commit, and needs no git in the image"
            )
            yield Problem(message, Place(command.program), (Place(remote.span, "the repository"),), detail=remote.value)
