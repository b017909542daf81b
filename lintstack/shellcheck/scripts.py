"""The scripts that the RUN instructions of a Dockerfile are, each with its shell, its variables and its way back."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache

from lintstack.dockerfile.bases import has_busybox, is_windows
from lintstack.dockerfile.heredocs import parse as parse_heredoc
from lintstack.dockerfile.mounts import secret_variables
from lintstack.dockerfile.nodes import Heredoc, Instruction, Text
from lintstack.dockerfile.stages import PROXY_ARGS, Stage, base_of
from lintstack.dockerfile.syntax import Dockerfile, pairs
from lintstack.named import NamedTuple
from lintstack.pragmas import named_shells
from lintstack.shellcheck.shells import BUSYBOX, DEFAULT, UNREADABLE, Shell, shebang, shell_of
from lintstack.source import Source, Span

# ShellCheck's time grows with the square of a script's length and doubles with each `$((` that is not closed. Scripts
# of real Dockerfiles have 5 000 characters and three levels at most; what is beyond is left alone.
MAX_CHARS = 8 * 1024
MAX_DEPTH = 32  # of brackets
MAX_ARITHMETIC = 6  # of `((`
MAX_NAMES = 512  # variables of a stage, as many as a stage that builds upon it is told
_NO_SIMPLE_COMMAND = frozenset("|;&()<>`$\\\"'*?#\n")


class Script(NamedTuple):
    """What ShellCheck is given of one RUN.

    The first line is the `#!` of its shell. The variables that are set from outside follow in one line, behind the
    comments that a here-document begins with: a `shellcheck` directive there speaks for the whole script.

    Attributes:
        shell: what it runs in.
        names: variables that are set from outside and that it names.
        rows: its lines.
        head: how many of them are comments at its top.
        run: the keyword of its RUN.
        stage: name or number of its stage.
    """

    shell: Shell
    names: tuple[str, ...]
    rows: tuple[Text, ...]
    head: int
    run: Span
    stage: str

    @property
    def text(self) -> str:
        """The script; what is no character in UTF-8 is one that stands for it, so that columns hold."""
        lines = [row.text for row in self.rows]
        declared = [f"export {' '.join(f'{name}=1' for name in self.names)}"] if self.names else []
        text = "\n".join((f"#!{self.shell.line}", *lines[: self.head], *declared, *lines[self.head :], ""))
        return text.encode("utf-8", "replace").decode("utf-8")

    @property
    def reads_files(self) -> bool:
        """Whether it takes up the variables of other files, by `.` or `source`."""
        return any(_reading().search(row.text) for row in self.rows)

    def span(self, line: int, column: int, end_line: int, end_column: int) -> Span | None:
        """The place in the file of a range of the script, all numbers from 1; None for what is not of the file."""
        first, last = self._row(line), self._row(end_line)
        if first is None or last is None:
            return None
        start = first.offset(_index(first, column))
        if first is last:
            return first.span(_index(first, column), _index(first, end_column))
        return Span(first.source, start, max(start, last.offset(_index(last, end_column))))

    def _row(self, line: int) -> Text | None:
        index = line - 2
        if self.names and index >= self.head:
            index -= 1
            if index < self.head:
                return None
        if index == len(self.rows):  # ShellCheck means the end of the script
            return self.rows[-1]
        return self.rows[index] if 0 <= index < len(self.rows) else None


def _index(row: Text, column: int) -> int:
    return max(0, min(column - 1, len(row.text)))


class _State(NamedTuple):
    """What holds at an instruction: the shell, and the variables that are set; None when they are too many to keep."""

    shell: Shell
    names: AbstractSet[str] | None


def scripts(dockerfile: Dockerfile) -> Iterator[Script]:
    """Scripts of all RUN instructions in shell form, those behind ONBUILD at the end of their stage.

    A stage has the shell and the variables of the stage that it builds upon.
    """
    if not any((item.trigger or item).keyword == "RUN" for item in dockerfile.instructions):
        return
    pragmas = [(offset, shell_of(words)) for offset, words in named_shells(dockerfile)]
    first = dockerfile.instructions[0].span.start
    default = next((shell for at, shell in reversed(pragmas) if at < first), DEFAULT)
    ends: dict[int, _State] = {}
    for stage in dockerfile.stages:
        parent = base_of(stage)[1]
        begin = ends.get(parent.index) if parent else None
        walk = _Walk(stage, begin or _State(_shell_below(stage, default), PROXY_ARGS), pragmas)
        yield from walk.scripts()
        ends[stage.index] = _State(walk.shell, walk.names)


@cache
def _identifier() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z_][A-Za-z0-9_]*+", re.ASCII)


@cache
def _reading() -> re.Pattern[str]:
    return re.compile(r"(?:^|[;&|({]|\b(?:do|then|else))[ \t]*+(?:\.|source)[ \t]++[^ \t;&|)-]")


def _shell_below(stage: Stage, default: Shell) -> Shell:
    """The shell of a stage that builds upon an image from elsewhere."""
    base = stage.base.text if stage.base else ""
    if _is_windows(stage):
        return UNREADABLE
    return BUSYBOX if default == DEFAULT and has_busybox(base) else default


def _is_windows(stage: Stage) -> bool:
    """Whether a stage is built for Windows, where RUN's default shell is cmd."""
    platform = (stage.platform.value or "").lower() if stage.platform else ""
    return platform.startswith("windows") or is_windows(stage.base.text if stage.base else "")


class _Walk:
    """One stage, instruction by instruction."""

    def __init__(self, stage: Stage, begin: _State, pragmas: Sequence[tuple[int, Shell]]) -> None:
        self.stage = stage
        self.shell = begin.shell
        self.names = begin.names
        self.pragmas = pragmas

    def scripts(self) -> Iterator[Script]:
        """Scripts of the stage; what ONBUILD triggers runs when the stage is done."""
        triggers = []
        begin = self.stage.origin.span.end if self.stage.origin else 0
        at = bisect_left(self.pragmas, begin, key=lambda pragma: pragma[0])
        for instruction in self.stage.instructions:
            while at < len(self.pragmas) and self.pragmas[at][0] < instruction.span.start:
                self.shell = self.pragmas[at][1]
                at += 1
            if instruction.trigger:
                triggers.append(instruction.trigger)
            else:
                yield from self._read(instruction)
        for trigger in triggers:
            yield from self._read(trigger)

    def _read(self, instruction: Instruction) -> Iterator[Script]:
        if instruction.keyword == "SHELL" and instruction.form == "exec":
            self.shell = shell_of([word.value for word in instruction.args])
        elif instruction.keyword in ("ARG", "ENV"):
            self._declare(pair.name for pair in pairs(instruction, self.stage.dockerfile.escape))
        elif instruction.keyword == "RUN" and instruction.form == "shell" and self.names is not None:
            for shell, rows, head in _texts(instruction, self.shell):
                if shell.line and _bounded(rows):
                    yield self._script(instruction, shell, rows, head)

    def _declare(self, names: Iterable[str]) -> None:
        if self.names is not None:
            self.names = self.names | {name for name in names if _identifier().fullmatch(name)}
            if len(self.names) > MAX_NAMES:
                self.names = None

    def _script(self, instruction: Instruction, shell: Shell, rows: tuple[Text, ...], head: int) -> Script:
        named = {name for row in rows for name in _identifier().findall(row.text)}
        declared = named & (self.names or set()) | named & secret_variables(instruction)
        stage = self.stage.name or str(self.stage.index)
        return Script(shell, tuple(sorted(declared)), rows, head, instruction.keyword_span, stage)


def _bounded(rows: Sequence[Text]) -> bool:
    """Whether a script is not empty, and one that ShellCheck reads in a moment; quotes are not looked at."""
    if not 0 < sum(len(row.text) for row in rows) <= MAX_CHARS or len(rows) > MAX_CHARS:
        return False
    depth = deepest = arithmetic = 0
    for row in rows:
        arithmetic += row.text.count("((") - row.text.count("))")
        for match in _bracket().finditer(row.text):
            depth = max(0, depth + (1 if match[0] in "([{" else -1))
            deepest = max(deepest, depth)
    return deepest <= MAX_DEPTH and arithmetic <= MAX_ARITHMETIC


@cache
def _bracket() -> re.Pattern[str]:
    return re.compile(r"[][(){}]")


def _texts(instruction: Instruction, shell: Shell) -> Iterator[tuple[Shell, tuple[Text, ...], int]]:
    """Scripts of one RUN: shell, lines, and how many of them are comments at the top.

    BuildKit runs a here-document that stands alone as the script that it is. Any other goes to the shell together
    with its command line, and where that command is a shell, the here-document is its script.
    """
    text, documents = instruction.text, instruction.heredocs
    if not documents:
        yield shell, (text,), 0
    elif parse_heredoc(text.text):
        yield _body(documents[0], shell)
    else:
        rows = [text]
        for document in documents:
            end = Text(text.source, document.name, [0], [document.body.end])
            rows += (*_rows(document.body, False), end)
        yield shell, tuple(rows), 0
        reader = _reader(instruction)
        if reader.line and not _rewritten(documents[0]):
            yield _body(documents[0], reader)


def _body(document: Heredoc, shell: Shell) -> tuple[Shell, tuple[Text, ...], int]:
    """A here-document as a script."""
    rows = tuple(_rows(document.body, document.strip_tabs))
    if rows and rows[0].text.startswith("#!"):
        shell, rows = shebang(rows[0].text), rows[1:]
    if not rows:
        return UNREADABLE, (), 0
    code = (index for index, row in enumerate(rows) if row.text.strip() and not row.text.lstrip().startswith("#"))
    return shell, rows, next(code, len(rows))


def _rows(body: Span, strip_tabs: bool) -> Iterator[Text]:
    """Lines of a here-document without their ends."""
    source: Source = body.source
    offset = body.start
    while offset < body.end:
        end = source.text.find("\n", offset, body.end)
        end = body.end if end < 0 else end
        line = source.text[offset:end].rstrip("\r")
        kept = line.lstrip("\t") if strip_tabs else line
        yield Text(source, kept, [0], [offset + len(line) - len(kept)])
        offset = end + 1


def _reader(instruction: Instruction) -> Shell:
    """The shell that reads the one here-document of a RUN as its script: `bash -e <<EOF`, `<<EOF bash`."""
    if len(instruction.heredocs) > 1:
        return UNREADABLE
    command = instruction.text.text.replace(instruction.heredocs[0].opening.text, " ", 1)
    words = command.split()
    if not words or not _NO_SIMPLE_COMMAND.isdisjoint(command) or "-c" in words:
        return UNREADABLE
    options = words[1:]
    takes_a_file = any(
        word[:1] not in "-+" and not (index and options[index - 1][-1:] == "o") for index, word in enumerate(options)
    )
    return UNREADABLE if takes_a_file and "-s" not in options else shell_of(words)


def _rewritten(document: Heredoc) -> bool:
    """Whether the outer shell takes escapes out of a here-document, so that its reader gets another text."""
    return document.expand and any(f"\\{char}" in document.body.text for char in "$`\\\n")
