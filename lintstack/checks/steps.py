"""Checks of what stages do step by step: instructions in a row, downloads, telemetry."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from lintstack.dockerfile.bases import has_busybox
from lintstack.dockerfile.programs.downloads import CLIENTS, fetches, options_unknown
from lintstack.dockerfile.programs.telemetry import DO_NOT_TRACK, OPT_OUTS, switches_off, tool
from lintstack.dockerfile.shell.options import arguments
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Command, Copy, Instruction, Run, Stage
from lintstack.source import Span

RETRIES = {
    "curl": ("--retry", "--retry-connrefused", "--retry-all-errors"),
    "wget": ("-t", "--tries", "--retry-connrefused", "--retry-on-http-error", "--retry-on-host-error", "--waitretry"),
}
RETRY = {"curl": "`--retry 5`", "wget": "`--tries=5 --retry-connrefused`"}
# What tells that options stand in a file.
CONFIGURED = {"curl": ("curlrc", "CURL_HOME"), "wget": ("wgetrc", "WGETRC")}
MOST_PARENTS = 16  # stages of a chain that are read; what is set further up is not known
ANY = "*"  # any variable may be set


def consecutive_run(stage: Stage) -> Iterator[Problem]:
    """RUNs of one command behind another of these, in a stage that an image is made of."""
    if not stage.is_output.value:
        return
    for before, run in pairwise(stage.instructions):
        if (
            run.name == before.name == "RUN"
            and _is_single(before)
            and _is_single(run)
            and _flags(before) == _flags(run)
        ):
            message = "this RUN and the one before it have one command each; one RUN with `&&` makes one layer of them"
            yield Problem(message, Place(run.span), (Place(before.span, "the RUN before it"),), detail=run.anchor)


def _is_single(run: Instruction) -> bool:
    return not run.in_onbuild.value and run.script is not None and len(run.commands) < 2


def _flags(run: Instruction) -> set[tuple[str, frozenset[str]]]:
    return {(flag.name, frozenset((flag.value or "").split(","))) for flag in run.node.flags}


def consecutive_copy(stage: Stage) -> Iterator[Problem]:
    """Files that two instructions put into one folder, in a stage that an image is made of."""
    if not stage.is_output.value:
        return
    for before, copy in pairwise(stage.instructions):
        if not isinstance(copy, Copy) or before.name != copy.name or copy.in_onbuild.value or before.in_onbuild.value:
            continue
        folder = _folder(copy)
        if folder and folder == _folder(before) and _flags(before) == _flags(copy):
            message = f"this {copy.name} and the one before it fill `{folder}`; one {copy.name} of all makes one layer"
            yield Problem(message, Place(copy.span), (Place(before.span, "the one before it"),), detail=copy.anchor)


def _folder(copy: Instruction) -> str:
    """The folder that it copies into, as written; "" for a file, or for text that stands in the Dockerfile."""
    words = copy.node.args
    target = words[-1].value if len(words) > 1 and not copy.node.heredocs else ""
    return target if target.endswith("/") or target in (".", "..") or len(words) > 2 else ""


def wget_and_curl(stage: Stage) -> Iterator[Problem]:
    """RUNs that use one of them once both were used in the stage."""
    for triggered in (False, True):
        first: dict[str, Span] = {}
        for run in _runs(stage):
            used = {item.name: item for item in reversed(run.commands) if item.name in CLIENTS and _is_meant(item)}
            if not used or bool(run.in_onbuild.value) != triggered:
                continue
            for name, command in used.items():
                first.setdefault(name, command.program)
            if len(first) == len(CLIENTS):
                last = max(used.values(), key=lambda item: item.node.index)
                other = first["curl" if last.name == "wget" else "wget"]
                message = "the stage uses both wget and curl; fetch with one of them, and leave the other out"
                yield Problem(message, Place(last.program), (Place(other, "the other one"),), detail=run.anchor)


def _is_meant(command: Command) -> bool:
    """Whether it is no way out for an image that lacks the other one (`curl … || wget …`)."""
    return not command.node.tolerated and not {"||", "if", "case", "function"}.intersection(command.node.guards)


def _runs(stage: Stage) -> Iterator[Run]:
    return (item for item in stage.instructions if isinstance(item, Run))


def download_retry(stage: Stage) -> Iterator[Problem]:
    """The first download of a stage, by curl and by wget, that is not tried again."""
    told: set[str] = set()
    for run in _runs(stage):
        for command in run.commands:
            name = command.name
            if name in told or not fetches(command.node) or options_unknown(command.node):
                continue
            if not arguments(command.node).has(*RETRIES[name]):
                told.add(name)
                if not _is_configured(stage, name):
                    fault = (
                        "a connection is refused" if name == "wget" else "the network fails"
                    )  # wget tries 20 times else
                    message = f"{name} gives up when {fault} once; add {RETRY[name]}, or write it into `.{name}rc`"
                    yield Problem(message, Place(command.program), variant=name, detail=name)


def _is_configured(stage: Stage, name: str) -> bool:
    """Whether a file may hold the options, or the program is one that has none (wget of BusyBox)."""
    if name == "wget" and has_busybox(stage.foundation.base.value or ""):
        return True
    lineage = stage.lineage
    texts = (item.node.text.text for member in lineage[:MOST_PARENTS] for item in member.instructions)
    return len(lineage) > MOST_PARENTS or any(word in text for text in texts for word in CONFIGURED[name])


def telemetry_opt_out(stage: Stage) -> Iterator[Problem]:
    """The first use of each tool that reports on the build, unless a variable says not to."""
    said: set[str] | None = None
    told: set[str] = set()
    for run in _runs(stage):
        for command in run.commands:
            name = tool(command.node)
            if name and switches_off(command.node):
                told.add(name)
            if not name or name in told:
                continue
            told.add(name)
            if said is None:
                said = _variables(stage)
            variable, value = OPT_OUTS[name]
            if variable in said or ANY in said or (name in DO_NOT_TRACK and "DO_NOT_TRACK" in said):
                continue
            message = f"`{name}` reports on this build to its makers; `ENV {variable}={value}` before it says not to"
            yield Problem(message, Place(_word(command, name)), detail=name)


def _variables(stage: Stage) -> set[str]:
    """Names of the variables that the stage, its scripts or a stage it builds upon sets; `ANY` beyond the limit."""
    lineage = stage.lineage
    found = {ANY} if len(lineage) > MOST_PARENTS else set()
    for member in lineage[:MOST_PARENTS]:
        for item in member.instructions:
            found.update(pair.name for pair in item.assignments if item.name != "LABEL")
            if member is stage and isinstance(item, Run) and item.script:
                found.update(assigned.name for assigned in item.script.assignments)
    return found


def _word(command: Command, name: str) -> Span:
    """The word that names the tool."""
    return next((word.span for word in command.node.words if word.value.partition("@")[0] == name), command.program)
