"""The variables that the instructions of a Dockerfile read, and what is in scope there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from lintstack.dockerfile.lex import MAX_TEXT
from lintstack.dockerfile.mounts import secret_variables
from lintstack.dockerfile.references import Reference, references
from lintstack.dockerfile.splitter import own_split
from lintstack.dockerfile.stages import PLATFORM_ARGS, PROXY_ARGS, global_pairs
from lintstack.dockerfile.syntax import pairs
from lintstack.dockerfile.words import Piece, split_blanks, split_quoted
from lintstack.facts import ABSENT, Fact, Place
from lintstack.images import split
from lintstack.images.variables import Environment, environment
from lintstack.model import Dockerfile, Instruction, Stage, VariableUse
from lintstack.source import Span

# Known in every stage, whatever it declares.
ALWAYS = PROXY_ARGS | {"PATH", "BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"}
# Instructions whose words BuildKit expands; the second group takes the rest of the line as one text.
_WORDS = frozenset("ADD COPY EXPOSE VOLUME".split())
_TEXTS = frozenset("USER WORKDIR STOPSIGNAL".split())
_PAIRS = frozenset("ENV ARG LABEL".split())
_EXPANDED_FLAGS = frozenset({"chown", "chmod", "platform"})
_EXCUSED = frozenset("-+?")  # modifiers that say what to do about a variable that is not set
# Commands that set the variables that they are given the names of, and those that run what nobody sees here.
_SETS = frozenset("read getopts mapfile readarray printf".split())
_SOURCES = frozenset(". source eval".split())
MOST_SUGGESTED = 50  # variables of a file for which the nearest name is looked for
MOST_CANDIDATES = 200
LONGEST_NAME = 60


def variable_uses(dockerfile: Dockerfile) -> tuple[VariableUse, ...]:
    """Every use of a variable in a Dockerfile, in order."""
    if "$" not in dockerfile.parsed.source.text:
        return ()
    found = list(_Scope(dockerfile).uses())
    return tuple(sorted(found, key=lambda use: use.span.start))


class _Scope:
    """What is set while the instructions of a file are read, each stage behind the one that it builds upon."""

    def __init__(self, dockerfile: Dockerfile) -> None:
        self.dockerfile = dockerfile
        self.globals: dict[str, Span] = {}
        self.names: Counter[str] = Counter()
        self.base = Environment()
        self.suggested = 0

    def uses(self) -> Iterator[VariableUse]:
        """All of them, stage by stage."""
        if not self.dockerfile.is_fragment.value:
            yield from self._before()
        set_by: dict[int, list[str]] = {}
        for stage, entered in _walk(self.dockerfile.stages):
            if not entered:
                self._forget(set_by.pop(id(stage)))
                continue
            if stage.parent is None:
                self.base = _base(stage)
            made = set_by[id(stage)] = []
            triggered: list[str] = []  # what ONBUILD sets is there in the stages that build on this one
            for instruction in stage.instructions:
                new = _set_by(instruction)
                if instruction.in_onbuild.value:
                    triggered += new
                    continue
                yield from self._read(instruction)
                made += new
                self.names.update(new)
            made += triggered
            self.names.update(triggered)

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            self.names[name] -= 1
            if not self.names[name]:
                del self.names[name]

    def _before(self) -> Iterator[VariableUse]:
        """What ARGs before the first FROM, and then all FROMs, read: only such ARGs and the builder's own."""
        self.globals = {name: pair.span for name, pair in global_pairs(self.dockerfile.parsed).items()}
        known = set(PLATFORM_ARGS)
        for instruction in self.dockerfile.instructions:
            if instruction.stage is None and instruction.name == "ARG":
                # One ARG may read what it declares itself.
                known.update(pair.name for pair in pairs(instruction.node, self.dockerfile.parsed.escape))
            if instruction.name == "FROM" or instruction.stage is None:
                for reference, span in _read_by(instruction, self.dockerfile.parsed.escape):
                    yield self._global_use(instruction, reference.name, span, known)

    def _global_use(self, instruction: Instruction, name: str, span: Span, known: Collection[str]) -> VariableUse:
        defined = name in known or (instruction.name != "FROM" and name in ALWAYS)
        return _use(
            instruction,
            name,
            span,
            is_defined=Fact(defined, (Place(span),)),
            is_out_of_scope=Fact(False),
            suggestion=ABSENT if defined else self._suggestion(name, known),
        )

    def _read(self, instruction: Instruction) -> Iterator[VariableUse]:
        if instruction.name == "RUN":
            yield from self._run(instruction)
        elif instruction.name != "FROM":
            escape = self.dockerfile.parsed.escape
            beside = _repeated(instruction, escape) if instruction.name == "ENV" else {}
            own = _own_values(instruction, escape)
            for reference, span in _read_by(instruction, escape):
                name = reference.name
                alone = (name, span.start) in own
                yield self._local_use(instruction, name, span, _beside(beside, name, span), alone)

    def _local_use(self, instruction: Instruction, name: str, span: Span, beside: bool, alone: bool) -> VariableUse:
        in_scope = self.names[name] > 0
        outside = not in_scope and self._is_outside(name)
        defined: Fact[bool] = Fact(in_scope or name in ALWAYS or self.base.may_set(name), (Place(span),))
        if not defined.value and not self.base.complete:
            defined = Fact(None, (Place(span),), f"`{name}` is not set in the Dockerfile; the base image may set it")
        return _use(
            instruction,
            name,
            span,
            is_defined=defined,
            is_out_of_scope=Fact(outside, self._declared(name) if outside else ()),
            is_own_value=Fact(alone and not in_scope and not defined.value),
            is_set_beside=Fact(beside and not in_scope),
            suggestion=ABSENT if defined.value or outside else self._suggestion(name, self._in_scope()),
        )

    def _run(self, instruction: Instruction) -> Iterator[VariableUse]:
        """What the commands of a RUN read of the variables that are declared before the first FROM only."""
        if instruction.node.form != "shell":
            return
        told: set[str] = set()
        for name, span in _shell_reads(instruction):
            if name not in told and not self.names[name] and self._is_outside(name):
                told.add(name)
                if not _may_be_set_in(instruction, name):
                    yield _use(
                        instruction,
                        name,
                        span,
                        is_defined=Fact(None, (), "the shell may set it"),
                        is_out_of_scope=Fact(True, self._declared(name)),
                    )

    def _is_outside(self, name: str) -> bool:
        """Whether a name, not in scope, is that of a global ARG or of the builder, and unlikely one of the base's."""
        if self.dockerfile.is_fragment.value:
            return False
        return name in PLATFORM_ARGS or (name in self.globals and not self.base.may_set(name) and name not in ALWAYS)

    def _declared(self, name: str) -> tuple[Place, ...]:
        span = self.globals.get(name)
        return (Place(span, f"`{name}` is declared for FROM lines only"),) if span else ()

    def _in_scope(self) -> Iterator[str]:
        yield from ("PATH", *self.globals)
        yield from self.names

    def _suggestion(self, name: str, known: Iterable[str]) -> Fact[str]:
        self.suggested += 1
        if self.suggested > MOST_SUGGESTED or len(name) > LONGEST_NAME:
            return ABSENT
        near = nearest_name(name, islice(known, MOST_CANDIDATES))
        return Fact(near) if near else ABSENT


def _use(instruction: Instruction, name: str, span: Span, **facts: Fact[Any]) -> VariableUse:
    keyword = Fact(instruction.name, (Place(instruction.span),))
    return VariableUse(name, span, f"{instruction.anchor}.use[{name}]", instruction, keyword, **facts)


def _walk(stages: tuple[Stage, ...]) -> Iterator[tuple[Stage, bool]]:
    """Stages with True when they are entered, behind their parents, and with False when all upon them are done."""
    children: dict[int, list[Stage]] = {}
    for stage in stages:
        if stage.parent is not None:
            children.setdefault(id(stage.parent), []).append(stage)
    for root in stages:
        pending = [(root, True)] if root.parent is None else []
        while pending:
            stage, entered = pending.pop()
            yield stage, entered
            if entered:
                pending.append((stage, False))
                pending += [(child, True) for child in reversed(children.get(id(stage), ()))]


def _base(stage: Stage) -> Environment:
    """Variables of the image that a stage starts from; nothing is known where a variable names it."""
    text = stage.parsed.base.text if stage.parsed.base else "$"
    name = text.partition("$")[0]
    written = name.rpartition("@" if "@" in name else ":")[0] if name != text else name
    if not written or "/" in name[len(written) :] or any(sign in written for sign in "'\"\\"):
        return Environment(words=frozenset(re.findall(r"[A-Z0-9]+", text.upper()[:200])) if name else frozenset())
    return environment(split(written))


def _set_by(instruction: Instruction) -> list[str]:
    """Names that an ENV or ARG sets, also what ONBUILD has ready for stages upon it."""
    if instruction.name not in ("ENV", "ARG"):
        return []
    return [pair.name for pair in pairs(instruction.node, instruction.dockerfile.parsed.escape)]


def _own_values(instruction: Instruction, escape: str) -> frozenset[tuple[str, int]]:
    """Names to which an ENV or ARG gives nothing but themselves, with where the uses begin."""
    if instruction.name not in ("ENV", "ARG"):
        return frozenset()
    found = ((pair, pair.value) for pair in pairs(instruction.node, escape) if pair.value is not None)
    return frozenset(
        (pair.name, value.span.start + value.text.find("$"))
        for pair, value in found
        if value.value in (f"${pair.name}", f"${{{pair.name}}}")
    )


def _repeated(instruction: Instruction, escape: str) -> dict[str, list[Span]]:
    """Places of the pairs of an ENV by name."""
    found: dict[str, list[Span]] = {}
    for pair in pairs(instruction.node, escape):
        if pair.value is not None:
            found.setdefault(pair.name, []).append(pair.value.span)
    return found


def _beside(pairs_: dict[str, list[Span]], name: str, span: Span) -> bool:
    """Whether another pair of the ENV than the one that a use stands in sets its name."""
    values = pairs_.get(name, ())
    return len(values) > 1 or any(not (value.start <= span.start and span.end <= value.end) for value in values)


def _read_by(instruction: Instruction, escape: str) -> Iterator[tuple[Reference, Span]]:
    """Variables that the builder replaces in an instruction; not those that say what stands for them when unset."""
    text = instruction.node.text
    if "$" in text.text:
        for piece in _pieces(instruction, escape):
            for found in references(piece.value, escape):
                if _counts(found):
                    yield found, text.span(piece.start + found.start, piece.start + found.end)
    for flag in instruction.node.flags:
        if flag.name in _EXPANDED_FLAGS and flag.value and "$" in flag.value:
            start = flag.span.start + flag.span.text.find("=") + 1
            for found in references(flag.value, escape):
                if _counts(found):
                    yield found, Span(flag.span.source, start + found.start, start + found.end)
    if instruction.name in ("ADD", "COPY"):
        for heredoc in instruction.node.heredocs:
            yield from _in_heredoc(heredoc.body) if heredoc.expand else ()


@cache
def _heredoc_text() -> re.Pattern[str]:
    """What the builder leaves alone in a here-document, then a variable; quotes say nothing there."""
    return re.compile(
        r"\\.|\$(?:(?P<bare>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?::?(?P<modifier>[-+?])|[#%/}]))", re.S
    )


def _in_heredoc(body: Span) -> Iterator[tuple[Reference, Span]]:
    """Variables that the builder replaces in the lines of a file, each name once."""
    text, told = body.text if "$" in body.text else "", set[str]()
    for found in _heredoc_text().finditer(text, 0, MAX_TEXT):
        name = found["bare"] or found["braced"]
        if name and not found["modifier"] and name not in told:
            told.add(name)
            yield (
                Reference(name, "", *found.span()),
                Span(body.source, body.start + found.start(), body.start + found.end()),
            )


def _counts(reference: Reference) -> bool:
    """Whether the text needs the variable: not where it says what to do without, nor for `$1` and `$@`."""
    return reference.modifier not in _EXCUSED and (reference.name[:1].isalpha() or reference.name[:1] == "_")


def _pieces(instruction: Instruction, escape: str) -> Iterator[Piece]:
    """The parts of an instruction's text that the builder expands, each by itself."""
    text = instruction.node.text.text
    if instruction.name in _TEXTS or (instruction.name in _WORDS and instruction.node.form == "exec"):
        yield Piece(0, len(text), text)
    elif instruction.name in _WORDS or instruction.name == "FROM":
        yield from islice(split_blanks(text), 1 if instruction.name == "FROM" else None)
    elif instruction.name in _PAIRS:
        found = list(split_quoted(text, escape))
        if found and instruction.name != "ARG" and "=" not in found[0].value:
            rest = own_split(text).rest
            found = [Piece(rest, len(text), text[rest:])]
        yield from found


@cache
def _shell_text() -> re.Pattern[str]:
    """What a shell does not replace, then a variable: quoted texts and escapes are passed over."""
    return re.compile(
        r"\\.|'[^']*'|(?P<double>\")|\$(?:(?P<bare>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?=[}#%/:]))", re.S
    )


def _shell_reads(instruction: Instruction) -> Iterator[tuple[str, Span]]:
    """Variables that the script of a RUN reads, by the shell's rules for quotes."""
    text = instruction.node.text
    if "$" in text.text and len(text.text) <= 64 * 1024:
        yield from ((name, text.span(start, end)) for name, start, end in _shell_names(text.text))
    for heredoc in instruction.node.heredocs:
        body = heredoc.body.text
        if "$" in body and len(body) <= 64 * 1024 and not body.startswith("#!"):
            for name, start, end in _shell_names(body):
                yield name, Span(heredoc.body.source, heredoc.body.start + start, heredoc.body.start + end)


def _shell_names(text: str) -> Iterator[tuple[str, int, int]]:
    at, double = 0, False
    pattern = _shell_text()
    while found := pattern.search(text, at):
        at = found.end()
        if found["double"]:
            double = not double
        elif double and found[0][0] == "'":
            at = found.start() + 1  # an apostrophe between double quotes
        elif (name := found["bare"] or found["braced"]) and text[at : at + 2] not in (":-", ":=", ":+", ":?"):
            yield name, found.start(), at + (1 if found["braced"] and text[at : at + 1] == "}" else 0)


def _may_be_set_in(instruction: Instruction, name: str) -> bool:
    """Whether a RUN may set a variable itself, or read a file that does; another shell may do anything."""
    script = instruction.script
    if script is None or name in secret_variables(instruction.node):
        return True
    if any(item.name == name for item in script.assignments):
        return True
    for command in script.commands:
        if command.name in _SOURCES or (command.name in _SETS and name in command.args):
            return True
    texts = (instruction.node.text.text, *(heredoc.body.text for heredoc in instruction.node.heredocs))
    return any(re.search(rf"\bfor[ \t]+{name}\b|\{{{name}:?=", text) for text in texts)


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The name that must have been meant: one slip away, two in a long one, none in a short one; "" for none."""
    best, least = "", 3 if len(name) > 5 else 2 if len(name) > 2 else 1
    for other in known:
        if abs(len(other) - len(name)) < least and other != name and len(other) <= LONGEST_NAME:
            distance = slips(name.upper(), other.upper())
            if distance < least and not _differ_in_digits(name, other):
                best, least = other, distance
    return best


def _differ_in_digits(name: str, other: str) -> bool:
    """Whether two names are a series: HOST1 and HOST2, or one of them has no number."""
    return re.sub(r"[0-9]+", "", name) == re.sub(r"[0-9]+", "", other)


def slips(one: str, other: str) -> int:
    """Letters that were left out, added, changed or swapped between two words (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        next_row = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(row[j] + 1, next_row[j - 1] + 1, row[j - 1] + (letter != wanted))
            if before and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            next_row.append(cost)
        before, row = row, next_row
    return row[-1]
