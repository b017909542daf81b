"""Shell text of RUN, CMD, ENTRYPOINT and HEALTHCHECK to commands with exact places, through tree-sitter-bash."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from lintstack.dockerfile.heredocs import parse as parse_heredoc
from lintstack.dockerfile.nodes import Instruction, Text, Word
from lintstack.dockerfile.words import unquote
from lintstack.dockerfile.wrappers import unwrap
from lintstack.named import NamedTuple
from lintstack.source import Source, Span

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Query

MAX_BYTES = 64 * 1024
MAX_HEREDOCS = 200
MAX_OPERATORS = 500
# How deep `sh -c "sh -c …"` is followed.
MAX_NESTING = 4
SHELLS = frozenset({"sh", "bash", "ash", "dash", "ksh", "mksh", "zsh", "busybox"})
_READERS = SHELLS - {"busybox"}
_HOLDERS = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"})
_NO_WORDS = frozenset({"file_redirect", "heredoc_redirect", "herestring_redirect", "variable_assignment", "comment"})
_DECLARERS = frozenset({"export", "declare", "local", "readonly", "typeset"})


class Command(NamedTuple):
    """One simple command.

    Attributes:
        name: base name of the program behind sudo, env, exec and the like; as written where a variable is in it.
        words: the program and its arguments, quotes removed from their values; words with expansions keep their text.
        span: the whole command, wrappers included.
        wrappers: names of what it runs under, outermost first ("sudo", "env", …).
    """

    name: str
    words: tuple[Word, ...]
    span: Span
    wrappers: tuple[str, ...] = ()

    @property
    def args(self) -> tuple[str, ...]:
        """Values of the arguments."""
        return tuple(word.value for word in self.words[1:])


def commands(instruction: Instruction, shell: tuple[str, ...] = ()) -> tuple[Command, ...] | None:
    """Commands that an instruction runs, in order.

    Args:
        instruction: RUN, CMD, ENTRYPOINT or HEALTHCHECK, or an ONBUILD of one; others run none.
        shell: words of the SHELL in force, () for the default.

    Returns:
        None when the text cannot be understood: another shell, a syntax error, or beyond the limits.
    """
    if instruction.trigger:
        return commands(instruction.trigger, shell)
    if instruction.keyword not in _HOLDERS:
        return ()
    readable = instruction.form == "exec" or not shell or is_posix(shell)
    if not readable:
        return None
    if "commands" not in instruction.__dict__:
        instruction.__dict__["commands"] = _commands(instruction)
    found: tuple[Command, ...] | None = instruction.__dict__["commands"]
    return found


def script_commands(script: str) -> tuple[Command, ...] | None:
    """Commands of a script that stands alone, such as a compose health check; places lie in the script itself."""
    return _script(Text(Source("", script), script, [0], [0]), 0)


def is_posix(shell: tuple[str, ...]) -> bool:
    """Whether the words of a SHELL name a shell of the Bourne family."""
    return bool(shell) and _base_name(shell[0]).removesuffix(".exe") in SHELLS


def _base_name(program: str) -> str:
    return program if "$" in program else program.replace("\\", "/").rpartition("/")[2]


def _commands(instruction: Instruction) -> tuple[Command, ...] | None:
    words = instruction.args[instruction.keyword == "HEALTHCHECK" :]
    if instruction.form == "exec":
        return _nested([_command(words, _across(words))]) if words else ()
    text = instruction.text
    if instruction.keyword == "HEALTHCHECK":
        if not words:
            return ()
        text = text.cut(len(text.text) - len(text.text[3:].lstrip()))
    if instruction.heredocs:
        return _with_heredocs(instruction)
    return _script(text, 0)


def _across(words: tuple[Word, ...]) -> Span:
    return Span(words[0].span.source, words[0].span.start, words[-1].span.end)


def _with_heredocs(instruction: Instruction) -> tuple[Command, ...] | None:
    """RUN with here-documents: a lone one is the script; else the shell reads line and bodies together."""
    bodies = [_body(instruction, index) for index in range(len(instruction.heredocs))]
    words = instruction.args
    lone = len(words) <= 2 and parse_heredoc(words[0].text) is not None
    if lone and (len(words) == 1 or _base_name(words[1].value) in _READERS):
        return _script(bodies[0], 0) if _runs_here(bodies[0].text) else None
    found = _script(_joined(instruction), 0)
    if found is None or not any(_reads_input(command) for command in found):
        return found
    inner = [_script(body, 1) for body in bodies]
    return None if None in inner else (*found, *(command for part in inner if part for command in part))


def _runs_here(script: str) -> bool:
    """Whether a script is for a shell that can be read here: no shebang, or one of the family."""
    if not script.startswith("#!"):
        return True
    words = script[2:].partition("\n")[0].split()
    programs = [_base_name(word) for word in words if not word.startswith("-")]
    return any(program in SHELLS for program in programs[:2])


def _reads_input(command: Command) -> bool:
    """Whether a command is a shell that reads its script from a here-document."""
    return command.name in _READERS and all(word.startswith("-") and "c" not in word for word in command.args)


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


def _joined(instruction: Instruction) -> Text:
    """The instruction's line followed by its here-documents and their delimiters."""
    text = instruction.text
    parts = [text.text, "\n"]
    starts, places = text.pieces()
    length = len(text.text) + 1
    for heredoc in instruction.heredocs:
        starts.append(length)
        places.append(heredoc.body.start)
        part = heredoc.body.text + heredoc.name + "\n"
        parts.append(part)
        length += len(part)
    return Text(text.source, "".join(parts), starts, places)


@cache
def _parser() -> tuple[Parser, Query]:
    import tree_sitter
    import tree_sitter_bash

    language = tree_sitter.Language(tree_sitter_bash.language())
    return tree_sitter.Parser(language), tree_sitter.Query(language, "[(command) (declaration_command)] @command")


def _script(text: Text, depth: int) -> tuple[Command, ...] | None:
    """Commands of a script."""
    script = text.text
    data = script.encode("utf-8", "surrogateescape")
    if len(data) > MAX_BYTES or script.count("<<") > MAX_HEREDOCS or _is_bomb(script):
        return None
    import tree_sitter

    parser, query = _parser()
    root = parser.parse(data).root_node
    if root.has_error:
        return None
    nodes = tree_sitter.QueryCursor(query).captures(root).get("command", [])
    index = None if script.isascii() else _characters(data)
    found = (_from_node(node, text, index) for node in sorted(nodes, key=_start))
    return _nested([command for command in found if command], depth)


def _is_bomb(script: str) -> bool:
    """Whether operators or brackets are so many that the parser's error recovery, which is quadratic, would show."""
    return len(script) > MAX_OPERATORS and max(script.count(char) for char in "|><(`{[") > MAX_OPERATORS


def _start(node: Node) -> int:
    return node.start_byte


def _characters(data: bytes) -> list[int]:
    """Index of the character that each byte belongs to."""
    index, count = [], -1
    for byte in data:
        count += byte & 0xC0 != 0x80
        index.append(count)
    index.append(count + 1)
    return index


def _from_node(node: Node, text: Text, index: list[int] | None) -> Command | None:
    """The command of a syntax node; None when it is an assignment alone."""
    words = [_word(child, text, index) for child in node.children if _is_word(child)]
    start, end = _range(node, index)
    return _command(tuple(words), text.span(start, end)) if words else None


def _is_word(node: Node) -> bool:
    return node.type not in _NO_WORDS and (node.is_named or node.type in _DECLARERS)


def _range(node: Node, index: list[int] | None) -> tuple[int, int]:
    if index is None:
        return node.start_byte, node.end_byte
    return index[node.start_byte], index[node.end_byte]


def _word(node: Node, text: Text, index: list[int] | None) -> Word:
    start, end = _range(node, index)
    written = text.text[start:end]
    return Word(written, word_value(written), text.span(start, end))


def word_value(written: str) -> str:
    """A shell word without its quotes; one with expansions in it only loses the quotes around all of it."""
    if "$" not in written and "`" not in written:
        return unquote(written, "\\")
    if written.startswith("$'") and written.endswith("'"):
        return written[2:-1]
    quote = written[:1]
    if quote in ("'", '"') and len(written) > 1 and written.endswith(quote) and quote not in written[1:-1]:
        return written[1:-1]
    return written


def _command(words: tuple[Word, ...], span: Span) -> Command:
    """A command without what it runs under."""
    skip, wrappers = unwrap([word.value for word in words])
    return Command(_base_name(words[skip].value), words[skip:], span, wrappers)


def _nested(found: list[Command], depth: int = 0) -> tuple[Command, ...] | None:
    """Commands, each followed by those of the script that it hands to `sh -c`; None when one is not understood."""
    out: list[Command] = []
    for command in found:
        out.append(command)
        word = _inline_script(command)
        if word is None:
            continue
        inner = _script(_unquoted(word), depth + 1) if depth < MAX_NESTING else None
        if inner is None:
            return None
        out.extend(inner)
    return tuple(out)


def _inline_script(command: Command) -> Word | None:
    """The script in `sh -c script`."""
    if command.name not in _READERS and command.name != "su":
        return None
    arguments: Iterator[Word] = iter(command.words[1:])
    for word in arguments:
        if word.value == "-c" or (word.value[:1] == "-" and word.value[1:2] != "-" and word.value.endswith("c")):
            return next(arguments, None)
        if not word.value.startswith(("-", "+")) and command.name != "su":
            return None
    return None


def _unquoted(word: Word) -> Text:
    """Text of a word's value, with the place of each of its characters as near as quoting lets it be told."""
    source, start = word.span.source, word.span.start
    inside = start + max(0, word.span.text.find(word.value))
    if word.value in word.span.text:
        return Text(source, word.value, [0], [inside])
    starts, places, at = [], [], 0
    written = word.span.text
    for index, char in enumerate(word.value):
        found = written.find(char, at, at + 64)
        at = found if found >= 0 else at
        starts.append(index)
        places.append(start + at)
        at = min(at + 1, len(written) - 1)
    return Text(source, word.value, starts or [0], places or [start])
