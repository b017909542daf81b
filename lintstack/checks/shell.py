"""Checks of RUN: what its script loses, and how it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lintstack.dockerfile.bases import has_busybox, is_windows
from lintstack.dockerfile.programs.downloads import HARMLESS, lost_failures
from lintstack.dockerfile.shell.script import Command, Pipe, Script
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Run
from lintstack.source import Span

MOST_RELATED = 5
# Shells of which every version in use knows `set -o pipefail`; dash, which is sh on Debian, does not.
PIPEFAIL_SHELLS = frozenset({"bash", "ash", "zsh", "ksh", "ksh93", "mksh"})
# What may fail without harm, and what only changes the shell that runs it.
UNIMPORTANT = HARMLESS | set(
    "[ [[ alias break cat command continue declare exit export false hash kill local ls mkdir readonly return rm set"
    " shift shopt sleep stty test touch trap type typeset ulimit umask unalias unset wait which".split()
)
# What only looks something up or filters a text.
PROBES = frozenset(
    "awk basename cut dirname dpkg-architecture getconf grep head jq lsb_release mktemp readlink realpath sed sort tail"
    " tr uniq wc".split()
)
INSTRUCTIONS = frozenset(
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL ONBUILD RUN SHELL STOPSIGNAL USER VOLUME"
    " WORKDIR".split()
)
# Programs whose exit code is an answer: behind the others, they ask whether those did their work.
QUESTIONS = frozenset("[ [[ cmp diff egrep fgrep grep test which".split())
LOOPS = frozenset({"for", "while"})
BLOCKS = frozenset({"for", "while", "if", "case", "function"})
OLD_SYNTAX = ("1.0", "1.1", "1.2", "1.3")  # docker/dockerfile without here-documents


def _base(run: Run) -> str:
    """The image from elsewhere that its stage builds upon, "" when nobody knows."""
    return run.stage.foundation.base.value or "" if run.stage else ""


def _script(run: Run) -> Script | None:
    """Its script; None also for a trigger, which runs where another file's SHELL may be in force."""
    return None if run.in_onbuild.value else run.script


def pipefail(run: Run) -> Iterator[Problem]:
    """Pipes behind which a failure is lost; `unchecked-download-pipe` speaks about downloads."""
    yield from _pipes(run, downloads=False)


def unchecked_download_pipe(run: Run) -> Iterator[Problem]:
    """Pipes behind which the failure of a download is lost."""
    yield from _pipes(run, downloads=True)


def _pipes(run: Run, downloads: bool) -> Iterator[Problem]:
    """One problem for the pipes of a RUN: they share the remedy."""
    script = _script(run)
    if not script or not script.pipes:
        return
    found = [(pipe, left) for pipe, left, lost in lost_failures(script) if lost == downloads]
    if found and not is_windows(_base(run)):
        (pipe, left), *others = found
        related = tuple(Place(other.span, f"and one of `{item.name}`") for other, item in others[:MOST_RELATED])
        yield Problem(_lost(run, script, pipe, left), Place(pipe.span), related, detail=left.name)


def _lost(run: Run, script: Script, pipe: Pipe, left: Command) -> str:
    if script.interpreter in PIPEFAIL_SHELLS or has_busybox(_base(run)):
        remedy = "write `set -o pipefail` before it"
    else:
        remedy = 'set `SHELL ["/bin/bash", "-o", "pipefail", "-c"]` where there is a bash'
    return f"when `{left.name}` fails, the build goes on: `{pipe.span.text}` keeps the last exit code only; {remedy}"


def unnoticed_failure(run: Run) -> Iterator[Problem]:
    """Commands before others in a script that has not said `set -e`."""
    script = _script(run)
    lost = [item for item in script.commands if item.unnoticed and _matters(item)] if script else []
    if not script or not lost:
        return
    left = _left_of_pipes(script)
    lost = [item for item in lost if (item.pipeline, item.position) not in left]
    if lost and not _forgives(run, script) and not is_windows(_base(run)):
        first = next((item for item in lost if item.name != "cd"), lost[0])
        opening = next((doc.opening for doc in run.node.heredocs if _holds(doc.body, first)), None)
        if opening is not None:
            message = f"`{opening.text}` starts a script that goes on when `{first.name}` fails; begin it with `set -e`"
            yield Problem(message, Place(opening), (Place(first.span, "may fail"),), detail="heredoc")
            return
        if LOOPS.intersection(first.guards):
            message = f"the loop goes on when `{first.name}` fails; write `|| exit 1` behind it, or `set -e` first"
        else:
            message = f"the script goes on when `{first.name}` fails; join commands with `&&`, or write `set -e` first"
        yield Problem(message, Place(first.words[0].span), detail=first.name)


def _holds(body: Span, command: Command) -> bool:
    return body.start <= command.span.start < body.end


def _matters(command: Command) -> bool:
    """Whether its failure changes something; what becomes of a function's commands is decided where it is called."""
    if command.name in UNIMPORTANT or "function" in command.guards:
        return False
    return command.name not in PROBES or any(arg in ("-i", "--in-place") for arg in command.args)


def _left_of_pipes(script: Script) -> set[tuple[int, int]]:
    """Places in pipelines whose failure `set -e` would not notice either."""
    return {(pipe.pipeline, pipe.position) for pipe in script.pipes if not pipe.pipefail}


def _forgives(run: Run, script: Script) -> bool:
    """Whether a script says or asks at its end what has become of it, or looks at exit codes itself."""
    last = script.commands[-1]
    if last.name in QUESTIONS and not LOOPS.intersection(last.guards):
        return True
    if not last.guards and (last.name in ("true", ":") or (last.name == "exit" and last.args)):
        return True
    if any(item.name == "trap" and "ERR" in item.args for item in script.commands):
        return True
    return "$?" in run.node.text.text or any("$?" in doc.body.text for doc in run.node.heredocs)


def cd_in_run(run: Run) -> Iterator[Problem]:
    """`cd`, except where WORKDIR could not stand for it: into what a loop or the script itself names."""
    script = _script(run)
    found = [item for item in script.commands if item.name == "cd"] if script else []
    if found:
        assert script
        own = {item.name for item in script.assignments}
        chosen = [item for item in found if not BLOCKS.intersection(item.guards) and not _computed(item, own)]
        for first in chosen[:1]:
            where = first.args[0] if first.args else "…"
            message = f"`cd` lasts until the end of this RUN; `WORKDIR {where}` says it once for all that follows"
            related = tuple(Place(item.words[0].span, "and here") for item in chosen[1 : MOST_RELATED + 1])
            yield Problem(message, Place(first.words[0].span), related, detail=where)


def _computed(command: Command, own: set[str]) -> bool:
    """Whether the folder is known to the script only: from a command, or from a variable that the script sets."""
    text = " ".join(command.args)
    if "$(" in text or "`" in text or command.args[:1] == ("-",):
        return True
    return bool(own) and any(part.lstrip("{").split("}")[0].split("/")[0] in own for part in text.split("$")[1:])


def instruction_in_run(run: Run) -> Iterator[Problem]:
    """Keywords where the shell looks for a command, or at the start of a line that a backslash joins."""
    script = run.script
    text = run.node.span.text
    if not script or not any(name in text for name in INSTRUCTIONS):
        return
    for command in script.commands:
        if command.name in INSTRUCTIONS and command.words[0].text == command.name:
            message = (
                f"`{command.name}` is an instruction, which the shell does not know; begin a line of its own with it"
            )
            yield Problem(message, Place(command.words[0].span), detail=command.name)
        for word in command.words[1:]:
            if word.text in INSTRUCTIONS and _begins_line(word.span):
                message = (
                    f"`{word.text}` is an argument of `{command.name}`; remove the `\\` at the end of the line before"
                )
                yield Problem(message, Place(word.span), detail=f"{command.name} {word.text}")


def _begins_line(span: Span) -> bool:
    text = span.source.text
    return not text[text.rfind("\n", 0, span.start) + 1 : span.start].strip()


def prefer_run_heredoc(run: Run, options: Mapping[str, Any]) -> Iterator[Problem]:
    """RUNs of many commands in one line that backslashes continue."""
    script = _script(run)
    if not script or run.node.form == "exec" or run.node.heredocs:
        return
    count = sum(item.text == "&&" for item in script.separators) + 1
    if count < options["commands"] or any(item.text not in ("&&", ";") for item in script.separators):
        return
    if not _is_old(run) and not is_windows(_base(run)):
        message = f"{count} commands hang together by `{script.separators[0].text}`; `RUN <<EOF` and `set -e` need none"
        yield Problem(message, Place(run.span))


def _is_old(run: Run) -> bool:
    """Whether the syntax that the file asks for has no here-documents."""
    version = run.dockerfile.parsed.syntax.partition("@")[0].rpartition(":")[2]
    return version.removesuffix("-labs").rpartition("-")[2].startswith(OLD_SYNTAX) and version[3:4] in ("", ".", "-")
