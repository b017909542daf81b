"""What commands are given to run: `sh -c "…"`, `eval`, `su -c`, here-documents of a shell, `find -exec`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from lintstack.dockerfile.nodes import Text
from lintstack.dockerfile.shell.interpreters import READERS, base_name, shell_call
from lintstack.dockerfile.shell.script import Command, Written
from lintstack.dockerfile.shell.wrappers import WRAPPERS, unwrap
from lintstack.named import NamedTuple
from lintstack.source import Span

# Commands that run others, or that change how others run.
CARRIERS = READERS | {"su", "runuser", "eval", "find", "set"}
_EXECUTE = frozenset({"-exec", "-execdir", "-ok", "-okdir"})


class Inner(NamedTuple):
    """A script in a script.

    Attributes:
        text: the script.
        pipefail: whether the shell that reads it is started with pipefail.
        errexit: whether it is started with errexit.
        same_shell: whether the shell at hand reads it (`eval`).
    """

    text: Text
    pipefail: bool = False
    errexit: bool = False
    same_shell: bool = False


def simple(written: Written, span: tuple[Text, int, int] | Span, wrappers: tuple[str, ...]) -> Command:
    """A command, its name looked for behind what it runs under.

    Args:
        written: its words.
        span: its place.
        wrappers: what else it runs under.
    """
    name = base_name(written.value(0))
    if name not in WRAPPERS:
        return Command(name, written, 0, wrappers, span)
    skip, more = unwrap(written.values())
    return Command(base_name(written.value(skip)), written, skip, wrappers + more, span)


def given(command: Command, body: Text | None) -> Inner | None:
    """The script that a shell, `eval`, su or runuser is given.

    Args:
        command: the command.
        body: the here-document that it reads.
    """
    if command.name == "eval":
        text = _joined(command)
        return Inner(text, same_shell=True) if text else None
    if command.name in READERS:
        call = shell_call(command.values)
        text = _script(command, call.script) if call.inline else body if call.from_input else None
        return Inner(text, bool(call.pipefail), bool(call.errexit)) if text else None
    for index, value in enumerate(command.args, 1):
        if value.startswith("--command="):
            text = _script(command, index)
            return Inner(text.cut(text.text.find("=") + 1)) if text else None
        if value == "--command" or (value[:1] == "-" and value[1:2] != "-" and value.endswith("c")):
            text = _script(command, index + 1)
            return Inner(text) if text else None
    return None


def _script(command: Command, index: int) -> Text | None:
    if not 0 <= index < len(command.words):
        return None
    return command.written.script(index + len(command.prefix))


def _joined(command: Command) -> Text | None:
    """Arguments of `eval` as one script."""
    parts = [part for at in range(1, len(command.words)) if (part := _script(command, at))]
    if len(parts) < 2:
        return parts[0] if parts else None
    starts, places, length = [], [], 0
    for part in parts:
        begins, ats = part.pieces()
        starts += [length + max(0, begin) for begin in begins]
        places += [at + max(0, -begin) for begin, at in zip(begins, ats, strict=True)]
        length += len(part.text) + 1
    return Text(parts[0].source, " ".join(part.text for part in parts), starts, places)


def executed(command: Command) -> Iterator[Command]:
    """Commands behind `-exec` and its like of find."""
    values = command.values
    starts = [at + 1 for at, value in enumerate(values) if value in _EXECUTE]
    skip = len(command.prefix)
    for start, next_start in pairwise([*starts, len(values) + 1]):
        end = next((at for at in range(start, next_start - 1) if values[at] in (";", "+")), next_start - 1)
        if start >= end:
            continue
        words = command.words[start:end]
        span = Span(words[0].span.source, words[0].span.start, words[-1].span.end)
        inner = simple(command.written.cut(skip + start, skip + end), span, ("find",))
        inner.guards, inner.tolerated = command.guards, command.tolerated
        inner.pipeline, inner.position = command.pipeline, command.position
        yield inner
