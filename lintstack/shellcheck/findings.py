"""All scripts of a run to findings: each distinct script is asked about once, in one process."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from lintstack.engine import Active, run
from lintstack.facts import Fact
from lintstack.findings import Finding, diagnostic
from lintstack.model import Remark, Stack
from lintstack.model import Script as Subject
from lintstack.record import bind
from lintstack.shellcheck import Checked
from lintstack.shellcheck.find import program
from lintstack.shellcheck.scripts import Script
from lintstack.source import Span

if TYPE_CHECKING:
    from lintstack.shellcheck.run import Answer

ABSENT = "ShellCheck was not found: RUN scripts were not checked by it; pip install 'lintstack[shell]'"
# Codes that ask for a new line where joining the continuations has taken one away: `else \`, and `if` below it.
NEW_LINE = frozenset({"SC1075"})
# The code for a variable that nothing assigns, which a file that the script reads may do.
UNASSIGNED = "SC2154"
EVERYTHING = {"level": "style", "codes": {}, "exclude": ()}


def check(scripts: Iterable[Script], active: Active, root: str) -> Checked:
    """Ask ShellCheck about scripts.

    Args:
        scripts: of all Dockerfiles.
        active: the rule.
        root: real path of the root of what is linted, where no program is looked for.
    """
    found = program(root)
    if not found:
        return Checked(notes=(ABSENT,), ran=False)
    from lintstack.shellcheck.run import ask

    asked: dict[str, list[Script]] = {}
    for script in scripts:
        asked.setdefault(script.text, []).append(script)
    answers = dict(zip(asked, ask(found, list(asked)), strict=True))
    subjects = tuple(_subject(script, answers[text]) for text, same in asked.items() for script in same)
    anywhere = active._replace(environments=frozenset())  # that it speaks here at all is known
    wanted = _findings(subjects, anywhere)
    told = {(item.at.span, item.message) for item in wanted}
    every = _findings(subjects, anywhere._replace(options={**active.options, **EVERYTHING}))
    unasked = tuple(item for item in every if (item.at.span, item.message) not in told)
    return Checked((*wanted, *_failures(asked, answers)), unasked)


def _findings(subjects: tuple[Subject, ...], active: Active) -> tuple[Finding, ...]:
    if not subjects:
        return ()
    stack = Stack("scripts", subjects[0].span, "scripts")
    bind(stack, scripts=subjects)
    return tuple(item._replace(environments=()) for item in run([(stack,)], [active]).findings)


def _subject(script: Script, answer: Answer) -> Subject:
    remarks = (
        Remark(comment.code, comment.level, comment.message, span)
        for comment in answer.comments
        if (span := script.span(comment.line, comment.column, comment.end_line, comment.end_column))
        and not (comment.code in NEW_LINE and _begins_its_line(span))
        and not (comment.code == UNASSIGNED and script.reads_files)
    )
    return Subject(script.shell.name, script.run, f"script[{script.stage}]", Fact(script.shell.name), tuple(remarks))


def _begins_its_line(span: Span) -> bool:
    line = span.source.line_starts[bisect_right(span.source.line_starts, span.start) - 1]
    return not span.source.text[line : span.start].strip()


def _failures(asked: Mapping[str, list[Script]], answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """One finding for each way in which ShellCheck failed, on the first script that it did not check."""
    failed: dict[str, list[Script]] = {}
    for text, answer in answers.items():
        if answer.failure:
            failed.setdefault(answer.failure, []).extend(asked[text])
    for failure, (first, *others) in failed.items():
        more = f" and {len(others)} more" if others else ""
        message = f"ShellCheck {failure}: this script{more} went unchecked; `--ignore shellcheck` leaves it out"
        yield diagnostic("shellcheck-failed", message, first.run)
