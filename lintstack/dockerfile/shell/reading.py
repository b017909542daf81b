"""What RUN, CMD, ENTRYPOINT and HEALTHCHECK run.

    found = script(instruction, shell)     # parsed once for each instruction; `shell` are the words of SHELL in force
    if found is None:                      # not understood: stay silent
        ...why_unknown(instruction, shell)   "shell" (pwsh, cmd, a Python script), "syntax" or "size"
    for command in found.commands: ...     # see `script.Command`
    for pipe in found.pipes: ...           # see `script.Pipe`

Commands are seen through `if`, loops, functions, subshells, pipes, `$(…)`, sudo, env, `sh -c "…"`, `su -c`, `eval`,
`find -exec`, xargs and here-documents that a shell reads.
"""

from __future__ import annotations

from typing import Literal

from lintstack.dockerfile.heredocs import parse as parse_heredoc
from lintstack.dockerfile.nodes import Instruction, Text
from lintstack.dockerfile.shell.bash import carried, read
from lintstack.dockerfile.shell.grammar import MAX_HEREDOCS
from lintstack.dockerfile.shell.inner import CARRIERS, simple
from lintstack.dockerfile.shell.interpreters import SHELLS, interpreter, is_posix, shebang, shell_call, started
from lintstack.dockerfile.shell.scope import Context, Found, NotUnderstood, State
from lintstack.dockerfile.shell.script import Command, Pipe, Script, Written
from lintstack.named import NamedTuple
from lintstack.source import Source, Span

Reason = Literal["", "shell", "syntax", "size"]
_HOLDERS = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"})


class Reading(NamedTuple):
    """A script, or why there is none."""

    script: Script | None
    reason: Reason = ""


_NOTHING = Reading(Script())


def script(instruction: Instruction, shell: tuple[str, ...] = ()) -> Script | None:
    """What an instruction runs.

    Args:
        instruction: RUN, CMD, ENTRYPOINT or HEALTHCHECK, or an ONBUILD of one; others run nothing.
        shell: words of the SHELL in force, () for the default.

    Returns:
        None when the text cannot be understood; `why_unknown` tells why.
    """
    return reading(instruction, shell).script


def why_unknown(instruction: Instruction, shell: tuple[str, ...] = ()) -> Reason:
    """Why `script` is None: another language ("shell"), a syntax error, or beyond the limits ("size"); "" if it is not.

    Args:
        instruction: as for `script`.
        shell: as for `script`.
    """
    return reading(instruction, shell).reason


def commands(instruction: Instruction, shell: tuple[str, ...] = ()) -> tuple[Command, ...] | None:
    """Commands that an instruction runs, in order; None when it cannot be understood.

    Args:
        instruction: as for `script`.
        shell: as for `script`.
    """
    found = reading(instruction, shell).script
    return None if found is None else found.commands


def standalone(text: str) -> Script | None:
    """A script that stands alone, such as a compose health check; places lie in the script itself."""
    return _read(Text(Source("", text), text, [0], [0]), ("sh",)).script


def script_commands(text: str) -> tuple[Command, ...] | None:
    """Commands of a script that stands alone."""
    found = standalone(text)
    return None if found is None else found.commands


def reading(instruction: Instruction, shell: tuple[str, ...] = ()) -> Reading:
    """The script of an instruction, read once for each SHELL.

    Args:
        instruction: as for `script`.
        shell: as for `script`.
    """
    if instruction.trigger:
        return reading(instruction.trigger, shell)
    if instruction.keyword not in _HOLDERS:
        return _NOTHING
    known: dict[tuple[str, ...], Reading] = instruction.__dict__.setdefault("scripts", {})
    found = known.get(shell)
    if found is None:
        found = known[shell] = _instruction(instruction, shell)
    return found


def _instruction(instruction: Instruction, shell: tuple[str, ...]) -> Reading:
    health = instruction.keyword == "HEALTHCHECK"
    if instruction.form == "exec":
        return _exec(instruction)
    if shell and not is_posix(shell):
        return Reading(None, "shell")
    text = instruction.text
    if health:
        if len(instruction.args) < 2:
            return _NOTHING
        text = text.cut(len(text.text) - len(text.text[3:].lstrip()))
    if instruction.heredocs:
        return _with_heredocs(instruction, shell)
    return _read(text, shell)


def _exec(instruction: Instruction) -> Reading:
    """The JSON form: one command, and what it is given to run."""
    words = instruction.args[instruction.keyword == "HEALTHCHECK" :]
    if not words:
        return _NOTHING
    found = Found()
    command = simple(Written(None, [], words), Span(words[0].span.source, words[0].span.start, words[-1].span.end), ())
    found.commands.append(command)
    try:
        if command.name in CARRIERS:
            carried(command, found, Context(State()), None)
    except NotUnderstood as reason:
        return Reading(None, "size" if str(reason) == "size" else "syntax")
    return Reading(_script(found, ""))


def _read(text: Text, shell: tuple[str, ...], bodies: dict[int, Text] | None = None) -> Reading:
    found = Found()
    call = shell_call(started(shell))
    try:
        read(text, found, Context(State(call.pipefail, call.errexit)), bodies or {})
    except NotUnderstood as reason:
        return Reading(None, "size" if str(reason) == "size" else "syntax")
    return Reading(_script(found, interpreter(shell)))


def _script(found: Found, name: str) -> Script:
    if found.nested:
        _once(found)
    for index, command in enumerate(found.commands):
        command.index = index
    return Script(tuple(found.commands), tuple(found.pipes), name, tuple(found.bare), tuple(found.separators))


def _once(found: Found) -> None:
    """Drop what was seen twice: in a quoted word, and again in the script that the word holds."""
    kept: dict[tuple[int, int, str], Command] = {}
    pipes: dict[int, Pipe] = {}
    for command in found.commands:
        kept.setdefault((command.span.start, command.span.end, command.name), command)
    for pipe in found.pipes:
        pipes.setdefault(pipe.span.start, pipe)
    found.commands[:], found.pipes[:] = kept.values(), pipes.values()


def _with_heredocs(instruction: Instruction, shell: tuple[str, ...]) -> Reading:
    """RUN with here-documents: a lone one is the script; else the shell reads the line and gives each to a command."""
    words = instruction.args
    if len(words) == 1 and parse_heredoc(words[0].text) is not None:
        body = _body(instruction, 0)
        started = shebang(body.text)
        if started and started[0] not in SHELLS:
            return Reading(None, "shell")
        return _read(body, started or shell)
    text = instruction.text
    if text.text.count("<<") > MAX_HEREDOCS:
        return Reading(None, "size")
    line, bodies = _without_heredocs(instruction)
    return _read(line, shell, bodies)


def _without_heredocs(instruction: Instruction) -> tuple[Text, dict[int, Text]]:
    """The line with `< NAME` for each `<<NAME`, equally long, and the bodies by where NAME begins."""
    text, bodies = instruction.text, {}
    characters = list(text.text)
    openings = {heredoc.opening.start: index for index, heredoc in enumerate(instruction.heredocs)}
    at = text.text.find("<<")
    while at >= 0:
        begin = at
        while begin and text.text[begin - 1].isdigit():
            begin -= 1
        index = openings.get(text.offset(begin))
        if index is not None:
            width = 3 if text.text.startswith("<<-", at) else 2
            characters[at : at + width] = "<".ljust(width)
            bodies[at + width] = _body(instruction, index)
        at = text.text.find("<<", at + 2)
    starts, places = text.pieces()
    return Text(text.source, "".join(characters), starts, places), bodies


def _body(instruction: Instruction, index: int) -> Text:
    """Body of a here-document; leading tabs are dropped for `<<-`."""
    heredoc = instruction.heredocs[index]
    body = heredoc.body
    if not heredoc.strip_tabs:
        return Text(body.source, body.text, [0], [body.start])
    pieces, starts, places, length, place = [], [], [], 0, body.start
    for line in body.text.splitlines(keepends=True):
        bare = line.lstrip("\t")
        starts.append(length)
        places.append(place + len(line) - len(bare))
        pieces.append(bare)
        length += len(bare)
        place += len(line)
    return Text(body.source, "".join(pieces), starts or [0], places or [body.start])
