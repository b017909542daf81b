"""Checks of whole Dockerfiles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from lintstack.dockerfile import layout
from lintstack.facts import Fact, Place
from lintstack.findings import Problem
from lintstack.model import Dockerfile, Instruction, Label, Stage
from lintstack.source import Span

if TYPE_CHECKING:
    from lintstack.dockerfile.layout import Fault

LONGEST_PATH = 4096
SINGLE = frozenset({"CMD", "ENTRYPOINT", "HEALTHCHECK"})


def duplicate_instruction(dockerfile: Dockerfile) -> Iterator[Problem]:
    """CMD, ENTRYPOINT and HEALTHCHECK that a later one of the same stage replaces."""
    for stage in dockerfile.stages:
        last = {item.name: item for item in _own(stage) if item.name in SINGLE}
        for item in _own(stage):
            winner = last.get(item.name, item)
            if winner is not item:
                message = f"{item.name} in line {winner.node.line} of the same stage replaces this one; remove it"
                related = (Place(winner.node.span, "this one counts"),)
                place = Place(item.node.keyword_span)
                yield Problem(message, place, related, detail=item.anchor, variant=item.name.lower())


def _own(stage: Stage) -> Iterator[Instruction]:
    """Instructions of a stage without those that an ONBUILD keeps for others."""
    return (item for item in stage.instructions if not item.in_onbuild.value)


def healthcheck_instruction(dockerfile: Dockerfile) -> Iterator[Problem]:
    """Images of a Dockerfile that no service builds which get no health check from it, nor from a known base image."""
    from lintstack.images import lookup, split

    if dockerfile.is_built.value:
        return
    for stage in dockerfile.stages:
        if stage.parsed.origin is None or not stage.is_output.value:
            continue
        config = stage.config
        known = lookup(split(config.base.value)) if config.base.value else None
        if "healthcheck" in config.inherited and not (known and known.healthcheck):
            message = (
                "no HEALTHCHECK: Docker cannot tell whether the program answers; add one with a program of the image"
            )
            yield Problem(message, Place(stage.parsed.origin.keyword_span), detail=stage.anchor)


def workdir_absolute(dockerfile: Dockerfile) -> Iterator[Problem]:
    """Relative paths of WORKDIR."""
    current: dict[int, str | None] = {}  # the path at the end of each stage, None where nothing of the file tells it
    for stage in dockerfile.stages:
        path = current.get(stage.parent.parsed.index) if stage.parent else None
        for item in _own(stage):
            words = item.node.args if item.name == "WORKDIR" else ()
            if not words:
                continue
            value = words[0].value.strip()
            if _is_absolute(value):
                path = value
            elif value:
                yield _relative(item, words[0].span, value, path)
                path = f"{path}/{value}"[-LONGEST_PATH:] if path else "$"
        current[stage.parsed.index] = path


def _is_absolute(path: str) -> bool:
    return path.startswith(("/", "\\", "$")) or re.match(r"[A-Za-z]:", path) is not None


def _relative(item: Instruction, span: Span, value: str, before: str | None) -> Problem:
    if before is None:
        message = f"`{value[:60]}` starts wherever the base image was left; write the whole path, from `/` on"
        return Problem(message, Place(span), detail=item.anchor, variant="first")
    whole = f": `{before.rstrip('/')}/{value}`" if "$" not in before and len(before) + len(value) < 80 else ""
    message = f"`{value[:60]}` starts at the WORKDIR before it; write the whole path{whole}"
    return Problem(message, Place(span), detail=item.anchor)


# Programs that end in order on another signal than SIGTERM, with the variant of the page.
# https://nginx.org/en/docs/control.html, https://www.freedesktop.org/software/systemd/man/latest/systemd.html#Signals
NGINX = ("SIGQUIT", "nginx", "drops open requests on SIGTERM")
SYSTEMD = ("SIGRTMIN+3", "systemd", "does not shut down on SIGTERM")
STOPPED_BY = {"nginx": NGINX, "openresty": NGINX, "systemd": SYSTEMD} | dict.fromkeys(
    ("/sbin/init", "/usr/sbin/init", "/lib/systemd/systemd", "/usr/lib/systemd/systemd"), SYSTEMD
)
# Images that name no stop signal and no entrypoint: distributions.
PLAIN = frozenset(
    """
    alpine almalinux amazonlinux archlinux buildpack-deps busybox centos debian fedora oraclelinux redhat/ubi8
    redhat/ubi9 rockylinux scratch ubuntu
    """.split()
)


def stopsignal_of_program(dockerfile: Dockerfile) -> Iterator[Problem]:
    """Images whose first process ends in order on another signal than the one that `docker stop` sends."""
    for stage in dockerfile.stages:
        if stage.is_output.value and stage.parsed.origin is not None and (found := _first_process(stage)):
            program, place = found
            signal, variant, why = STOPPED_BY.get(program) or STOPPED_BY.get(program.rpartition("/")[2], ("", "", ""))
            given = stage.config.stopsignal
            if signal and _differs(given, stage, signal):
                at = given.places[0] if given.decided else place
                message = f"`{program}` {why}; write `STOPSIGNAL {signal}`"
                yield Problem(message, at, detail=stage.anchor, variant=variant)


def _differs(given: Fact[str], stage: Stage, wanted: str) -> bool:
    """Whether the stop signal is known to be another one."""
    from lintstack.dockerfile.signals import canonical

    if given.value is not None:
        return canonical(given.value) not in ("", wanted)
    return given.absent and _is_plain(stage)


def _is_plain(stage: Stage) -> bool:
    from lintstack.images import split

    base = stage.root_image.value
    return base is not None and (base == "scratch" or split(base).name in PLAIN)


def _first_process(stage: Stage) -> tuple[str, Place] | None:
    """The program that is process 1 and where it is named; None when a shell starts it, or nothing tells it."""
    config = stage.config
    for words, form in ((config.entrypoint, config.entrypoint_form), (config.command, config.command_form)):
        if words.value:
            return (words.value[0], words.places[0]) if form.value == "exec" else None
        if words.unknown or (words is config.entrypoint and not _may_be_first(stage)):
            return None
    return None


def _may_be_first(stage: Stage) -> bool:
    """Whether CMD is the first process where the file has no ENTRYPOINT, or what an image's own one starts."""
    from lintstack.images import split

    base = stage.root_image.value
    return _is_plain(stage) or (base is not None and split(base).name.rpartition("/")[2] in ("nginx", "openresty"))


def parser_directive(dockerfile: Dockerfile) -> Iterator[Problem]:
    """Comments that are meant as parser directives and are none."""
    from lintstack.dockerfile.directives import suspects

    for span, message in suspects(dockerfile.parsed):
        yield Problem(message, Place(span), detail=span.text[:60])


def instruction_casing(dockerfile: Dockerfile) -> Iterator[Problem]:
    """Keywords in another case than most of the file's."""
    own = [item for item in dockerfile.instructions if not item.in_onbuild.value]
    lower = sum(item.node.keyword_span.text.islower() for item in own)
    upper = sum(item.node.keyword_span.text.isupper() for item in own)
    for item in own:
        written = item.node.keyword_span.text
        wanted = written.lower() if lower > upper else written.upper()
        if written != wanted:
            most = "lower" if lower > upper else "upper"
            message = f"`{written}` in a file that writes instructions in {most} case; write `{wanted}`"
            yield Problem(message, Place(item.node.keyword_span), detail=item.anchor)


def max_lines(dockerfile: Dockerfile, options: Mapping[str, Any]) -> Iterator[Problem]:
    """Files with more lines than the option `limit`."""
    source, limit = dockerfile.parsed.source, int(options["limit"])
    lines = source.text.removesuffix("\n").split("\n") if limit else []
    if len(lines) > limit:
        start = sum(len(line) + 1 for line in lines[:limit])
        message = f"{len(lines)} lines, and {limit} are allowed; move what is long into scripts, or split the file"
        yield Problem(message, Place(Span(source, start, start)))


def todo_comment(dockerfile: Dockerfile) -> Iterator[Problem]:
    """Comments that say that something is left to do."""
    for comment in dockerfile.parsed.comments:
        match = _todo().search(comment.span.text)
        if match:
            start = comment.span.start + match.start()
            place = Place(Span(comment.span.source, start, start + len(match[0])))
            yield Problem(
                f"a comment says {match[0]}; do it, or move it to the issue tracker", place, detail=comment.text
            )


@cache
def _todo() -> re.Pattern[str]:
    return re.compile(r"\b(?:TODO|FIXME|XXX)\b|\b[Tt]odo(?=:)|\b[Ff]ixme(?=:)")


def tidy_whitespace(dockerfile: Dockerfile, options: Mapping[str, Any]) -> Iterator[Problem]:
    """White space that nobody sees: at line ends, between words, empty lines, the end of the file."""
    yield from _faults(layout.whitespace(dockerfile.parsed, int(options["empty-lines"])))


def tidy_layout(dockerfile: Dockerfile, options: Mapping[str, Any]) -> Iterator[Problem]:
    """The layout that the option `ask-for` asks for."""
    wanted, parsed = options["ask-for"], dockerfile.parsed
    if "indentation" in wanted:
        yield from _faults(layout.indentation(parsed))
    if "blank-lines" in wanted:
        yield from _faults(layout.blank_lines(parsed))
    if "chained-commands" in wanted:
        yield from _faults(layout.chained_commands(parsed))
    for stage in dockerfile.stages if "epilogue" in wanted else ():
        if stage.is_output.value:
            yield from _faults(layout.epilogue(item.node for item in _own(stage)))


def _faults(found: Iterable[Fault]) -> Iterator[Problem]:
    for fault in found:
        yield Problem(fault.message, Place(fault.span), detail=fault.kind, variant=fault.kind)


def label_schema(dockerfile: Dockerfile, options: Mapping[str, Any]) -> Iterator[Problem]:
    """Labels that are missing, not asked for, or of another kind than the option `labels` says."""
    schema: Mapping[str, str] = options["labels"]
    if not schema and not options["strict"]:
        return
    for stage in dockerfile.stages:
        for label in _labels(stage):
            yield from _misfit(label, schema, bool(options["strict"]))
        if stage.is_output.value and stage.parsed.origin is not None:
            found = stage.config.labels
            for name in schema:
                if name not in found:
                    message = f"label `{name}` is missing; add `LABEL {name}=…`"
                    at = Place(stage.parsed.origin.keyword_span)
                    yield Problem(message, at, detail=f"{stage.anchor}.{name}", variant="missing")


def _labels(stage: Stage) -> Iterator[Label]:
    for item in _own(stage):
        if item.name == "LABEL":
            yield from (found for found in item.assignments if isinstance(found, Label))


def _misfit(label: Label, schema: Mapping[str, str], strict: bool) -> Iterator[Problem]:
    from lintstack.dockerfile.labels import KINDS

    kind, value = schema.get(label.name), label.value.value
    if kind is None:
        if strict and "$" not in label.name:
            message = f"label `{label.name[:60]}` is not in the schema; remove it, or add it there"
            yield Problem(message, Place(label.node.name_span), detail=label.anchor, variant="unexpected")
    elif value is not None and not value.strip():
        message = f"label `{label.name}` is empty; give it a value"
        yield Problem(message, Place(label.node.span), detail=label.anchor, variant="empty")
    elif value and "$" not in value and kind in KINDS and not KINDS[kind][1](value):
        message = f"label `{label.name}` must be {KINDS[kind][0]}"
        yield Problem(message, label.value.places[0], detail=label.anchor, variant=kind)


def label_duplicate_key(dockerfile: Dockerfile) -> Iterator[Problem]:
    """Labels that a later one of the same stage replaces."""
    for stage in dockerfile.stages:
        labels = [label for label in _labels(stage) if "$" not in label.name]
        last = {label.name: label for label in labels}
        for at, label in enumerate(labels):
            winner = last[label.name]
            if winner is not label:
                message = f"label `{label.name[:60]}` is set again in line {winner.span.line}; remove this one"
                related = (Place(winner.span, "this one counts"),)
                yield Problem(message, Place(label.node.span), related, detail=f"{label.anchor}[{at}]")


def label_group(dockerfile: Dockerfile, options: Mapping[str, Any]) -> Iterator[Problem]:
    """LABEL instructions that follow each other, with as many labels as the option `min-labels` asks for."""
    counts = {id(item.node): len(item.assignments) for item in dockerfile.instructions if item.name == "LABEL"}
    for run in layout.runs(dockerfile.parsed, "LABEL"):
        if len(run) > 1 and sum(counts.get(id(item), 1) for item in run) >= options["min-labels"]:
            message = f"{len(run)} LABEL instructions in a row; make them one, with `\\` at the line ends"
            yield Problem(message, Place(run[0].keyword_span), detail=run[0].text.text[:60])
