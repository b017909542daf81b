"""What a shell script runs: commands, the pipes between them, assignments and redirections, each with its place.

Made by `shell.script(instruction, shell)`. Words are read when they are first asked for, since most rules look at
`command.name` and go on:

    RUN FOO=1 sudo -E /usr/bin/apt-get install -y "curl" > log || true

    command.name         "apt-get"           command.args            ("install", "-y", "curl")
    command.wrappers     ("sudo",)           command.wrapper("sudo") the word `sudo`
    command.assignments  FOO=1               command.redirects       > log
    command.tolerated    True: `|| true`     command.guards          (); ("||",) for `true`
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from lintstack.dockerfile.nodes import Text, Word
from lintstack.dockerfile.shell.interpreters import base_name
from lintstack.dockerfile.shell.quoting import unquoted, word_value
from lintstack.named import NamedTuple
from lintstack.source import Source, Span

Range = tuple[int, int]
_DECLARERS = ("declare", "typeset")


class Assignment(NamedTuple):
    """`NAME=value` before a command, behind `export` or `env`, or alone.

    Attributes:
        name: the variable.
        value: what it is set to; its text is "" for `NAME=`.
        span: name and value.
        exported: whether programs see it: false for one that stands alone, for `local` and `readonly`.
    """

    name: str
    value: Word
    span: Span
    exported: bool


class Redirect(NamedTuple):
    """`> file`, `2>> file`, `< file`; here-documents and here-strings are none.

    Attributes:
        operator: ">", ">>", ">|", "&>", "&>>", "<", "<>", ">&" or "<&".
        descriptor: as written ("2"), "" for none.
        target: the file, or the descriptor of `>&1`.
        span: all of it.
    """

    operator: str
    descriptor: str
    target: Word
    span: Span

    @property
    def writes(self) -> bool:
        """Whether it writes to a file."""
        return self.operator not in ("<", "<&", "<>") and not (
            self.operator == ">&" and (self.target.value.isdigit() or self.target.value == "-")
        )


class Pipe(NamedTuple):
    """One `|` or `|&` (`||` is none).

    Attributes:
        span: the operator.
        pipeline: number of its pipeline, as in `Command.pipeline`.
        position: element on its left, from 0, as in `Command.position`.
        pipefail: whether a failure on its left fails the pipeline: `set -o pipefail` before it, `bash -o pipefail`,
            or the SHELL in force.
        tolerated: whether the pipeline may fail (`a | b || true`, `if a | b`).
    """

    span: Span
    pipeline: int
    position: int
    pipefail: bool
    tolerated: bool


class Written:
    """Words of a command, read when they are first asked for.

    Args:
        text: the script; None for the JSON form.
        ranges: where the words lie in it.
        words: the words of a JSON form.
    """

    __slots__ = ("_ranges", "_text", "_words")

    def __init__(self, text: Text | None, ranges: list[Range], words: tuple[Word, ...] | None = None) -> None:
        self._text = text
        self._ranges = ranges
        self._words = words

    @property
    def words(self) -> tuple[Word, ...]:
        """All words."""
        if self._words is None:
            assert self._text
            self._words = tuple([word_at(self._text, start, end) for start, end in self._ranges])
        return self._words

    def value(self, index: int) -> str:
        """One word without quotes."""
        if self._words is not None or self._text is None:
            return self.words[index].value
        start, end = self._ranges[index]
        return word_value(self._text.text[start:end])

    def values(self, start: int = 0) -> list[str]:
        """Words without quotes, from one on."""
        if self._words is not None or self._text is None:
            return [word.value for word in self.words[start:]]
        script = self._text.text
        return [word_value(script[begin:end]) for begin, end in self._ranges[start:]]

    def cut(self, start: int, end: int | None = None) -> Written:
        """Some of the words."""
        return Written(self._text, self._ranges[start:end], self._words[start:end] if self._words else None)

    def script(self, index: int) -> Text:
        """The script that a word holds."""
        if self._text is not None:
            return unquoted(self._text, *self._ranges[index])
        return _located(self.words[index])


class Command:
    """One simple command.

    Attributes:
        name: base name of the program behind sudo, env, exec and the like; as written where a variable is in it.
        index: its number in `Script.commands`: commands with a greater one run later.
        span: the whole command with what it runs under and the assignments before it; without redirections behind it.
        wrappers: names of what it runs under, outermost first ("sudo", "env", "xargs", "find" …).
        guards: why it may not run, outermost first: "if", "case", "for", "while", "function", "||" (the left side has
            to fail), "&&" (only where the left side is a test or may fail).
        tolerated: whether its failure is caught: left of `||`, a condition, behind `!`.
        unnoticed: whether the script goes on when it fails, since nothing has said `set -e`.
        pipeline: number of the innermost pipeline that it is part of, -1 for none.
        position: its place in the pipeline, from 0.
        heredoc: body of the here-document that it reads, None without.
    """

    index: int = 0
    guards: tuple[str, ...] = ()
    tolerated: bool = False
    unnoticed: bool = False
    pipeline: int = -1
    position: int = 0
    heredoc: Span | None = None
    assigned: Sequence[Range] = ()
    redirected: Sequence[tuple[Range, Range]] = ()

    def __init__(
        self, name: str, written: Written, skip: int, wrappers: tuple[str, ...], span: tuple[Text, int, int] | Span
    ) -> None:
        self.name = name
        self.wrappers = wrappers
        self.written = written
        self._skip = skip
        self._span = span

    def __repr__(self) -> str:
        return f"Command({' '.join(word.text for word in self.words)!r})"

    @cached_property
    def span(self) -> Span:
        """Its place."""
        return self._span if isinstance(self._span, Span) else self._span[0].span(*self._span[1:])

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """The program and its arguments, quotes removed from their values; expansions stay as they are written."""
        return self.written.words[self._skip :]

    @property
    def values(self) -> list[str]:
        """Values of the program's name and of the arguments."""
        return self.written.values(self._skip)

    @property
    def prefix(self) -> tuple[Word, ...]:
        """What it runs under: the words before the program (`sudo -u app`)."""
        return self.written.words[: self._skip] if self._skip else ()

    @cached_property
    def args(self) -> tuple[str, ...]:
        """Values of the arguments."""
        return tuple(self.written.values(self._skip + 1))

    def wrapper(self, name: str) -> Word | None:
        """The word that calls a wrapper (`sudo`); None where the command does not run under it."""
        if name not in self.wrappers:
            return None
        return next((word for word in self.prefix if base_name(word.value) == name), None)

    @cached_property
    def assignments(self) -> tuple[Assignment, ...]:
        """Variables that are set for it, or by it (`export NAME=value`)."""
        found = []
        if self.assigned and not isinstance(self._span, Span):
            exported = self.name not in ("local", "readonly") and (self.name not in _DECLARERS or self.exports)
            found = [assignment(self._span[0], start, end, exported) for start, end in self.assigned]
        for word in self.prefix:
            name, equals, value = word.value.partition("=")
            if equals and name.isidentifier():
                at = word.span.start + max(0, word.span.text.find("=")) + 1
                place = Span(word.span.source, at, max(at, word.span.end))
                inner = Word(word.text.partition("=")[2], value, place)
                found.append(Assignment(name, inner, word.span, True))
        return tuple(found)

    @property
    def exports(self) -> bool:
        """Whether it hands variables that it names on to programs: `export`, `declare -x`."""
        declared = self.name in _DECLARERS and any("x" in arg for arg in self.args if arg[:1] == "-")
        return declared or self.name == "export"

    @cached_property
    def redirects(self) -> tuple[Redirect, ...]:
        """Its redirections, in order."""
        if isinstance(self._span, Span):
            return ()
        text = self._span[0]
        return tuple(_redirect(text, start, target) for start, target in self.redirected)


class Script:
    """What an instruction runs.

    Attributes:
        commands: in order of execution; those of `sh -c "…"` and of here-documents follow the shell that reads them,
            those of `$(…)` come before the command that they are part of.
        pipes: in order.
        interpreter: base name of the shell ("sh", "bash"); "" for a JSON form, which has none.
    """

    def __init__(
        self,
        commands: tuple[Command, ...] = (),
        pipes: tuple[Pipe, ...] = (),
        interpreter: str = "",
        bare: tuple[tuple[Text, int, int], ...] = (),
        separators: tuple[tuple[Text, int, int], ...] = (),
    ) -> None:
        self.commands = commands
        self.pipes = pipes
        self.interpreter = interpreter
        self._bare = bare
        self._separators = separators

    @cached_property
    def bare(self) -> tuple[Assignment, ...]:
        """`NAME=value` that stand alone."""
        found = [assignment(text, start, end, False) for text, start, end in self._bare]
        return tuple({item.span.start: item for item in found}.values())

    @cached_property
    def separators(self) -> tuple[Span, ...]:
        """`&&`, `||`, `;` and `&` of the outermost level, in order."""
        return tuple(text.span(start, end) for text, start, end in self._separators)

    @property
    def assignments(self) -> list[Assignment]:
        """All assignments, in the order of the file."""
        found = [*self.bare, *(item for command in self.commands for item in command.assignments)]
        return sorted(found, key=lambda item: item.span.start)

    @cached_property
    def exported(self) -> tuple[Assignment, ...]:
        """Assignments that programs see: exported as they are made, or by an `export NAME` before or after."""
        named = {word for command in self.commands if command.exports for word in command.args}
        return tuple(item for item in self.assignments if item.exported or item.name in named)

    def element(self, pipeline: int, position: int) -> list[Command]:
        """Commands of one place in a pipeline: of `curl x | tar xz`, element 1 is tar."""
        return [command for command in self.commands if command.pipeline == pipeline and command.position == position]

    def after(self, command: Command, name: str) -> list[Command]:
        """Commands of a name that run later than another."""
        return [other for other in self.commands[command.index + 1 :] if other.name == name]


def word_at(text: Text, start: int, end: int) -> Word:
    """The word in a range of a script."""
    written = text.text[start:end]
    return Word(written, word_value(written), text.span(start, end))


def assignment(text: Text, start: int, end: int, exported: bool) -> Assignment:
    """The assignment in a range of a script; of `a[1]+=x` the name is `a`."""
    written = text.text[start:end]
    name, _, value = written.partition("=")
    at = start + len(name) + 1
    inner = Word(value, word_value(value), text.span(at, end) if end > at else text.span(end, end))
    return Assignment(name.rstrip("+").partition("[")[0], inner, text.span(start, end), exported)


def _redirect(text: Text, whole: Range, target: Range) -> Redirect:
    head = text.text[whole[0] : target[0]].strip()
    operator = head.lstrip("0123456789")
    end = max(target[1], whole[0])
    return Redirect(operator, head[: len(head) - len(operator)], word_at(text, *target), text.span(whole[0], end))


def _located(word: Word) -> Text:
    """Text of an item of a JSON form, with the place of each character as near as its escapes let it be told."""
    source: Source = word.span.source
    start, written, value = word.span.start, word.span.text, word.value
    if value in written:
        return Text(source, value, [0], [start + written.find(value)])
    starts, places, at = [], [], 0
    for index, char in enumerate(value):
        found = written.find(char, at, at + 64)
        at = found if found >= 0 else at
        starts.append(index)
        places.append(start + at)
        at = min(at + 1, len(written) - 1)
    return Text(source, value, starts or [0], places or [start])
