"""Checks of single instructions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from lintstack.dockerfile.nodes import Word
from lintstack.dockerfile.shell.form import BUILTINS, leaves_shell, shell_need
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Instruction
from lintstack.source import Span

MAX_PORT = 65_535
EFFECT = {
    "CMD": "so which signals reach the program is up to a shell",
    "ENTRYPOINT": "a shell that drops CMD and every argument",
}
KEPT = "or name the shell in a SHELL instruction if you mean it"
SHOWN = 60  # characters of a word that a message repeats


def exec_form_command(instruction: Instruction) -> Iterator[Problem]:
    """CMD and ENTRYPOINT that run through a shell which nobody asked for."""
    if _is_shell_form(instruction) and instruction.shell.absent:
        yield Problem(_advice(instruction.name, instruction.node.text.text), _keyword(instruction), fact="form")


def exec_form_healthcheck(instruction: Instruction) -> Iterator[Problem]:
    """Health checks that run through a shell, be it one that a SHELL names."""
    if _is_shell_form(instruction):
        message = "the check runs through a shell, which the image must have; write its words as a JSON list"
        yield Problem(f'{message}, such as `HEALTHCHECK CMD ["curl", "-fsS", "…"]`', _keyword(instruction), fact="form")


def _advice(keyword: str, line: str) -> str:
    """The message about a line in shell form.

    Args:
        keyword: CMD or ENTRYPOINT.
        line: what stands behind it.
    """
    runs = f"{keyword} runs its line through `/bin/sh -c`, {EFFECT[keyword]}"
    need = shell_need(line)
    if leaves_shell(line):
        return f'{runs}; say that the shell is meant: `{keyword} ["/bin/sh", "-c", "exec …"]`, {KEPT}'
    if not need:
        words = f'"{_program(line)}", "…"' if len(line.split()) > 1 else f'"{_program(line)}"'
        return f"{runs}; write its words as a JSON list: `{keyword} [{words}]`"
    if need in ("|", "|&", "&"):
        return f"{runs}; `{need}` needs one: move the line into a script, {KEPT}"
    before = "… && " if need in ("&&", "||", ";") or need in BUILTINS else ""
    way_out = f'`{keyword} ["/bin/sh", "-c", "{before}exec …"]`'
    return f"{runs}; `{need}` needs one: let `exec` put the program in its place, {way_out}, {KEPT}"


def _program(line: str) -> str:
    """The first word, if it is one that can be repeated."""
    first = next(iter(line.split(None, 1)), "")
    return first if re.fullmatch(r"[\w./@+-]{1,60}", first) else "…"


def _is_shell_form(instruction: Instruction) -> bool:
    written = bool(instruction.node.text.text) and instruction.form.value == "shell"
    return written and not instruction.in_onbuild.value


def _keyword(instruction: Instruction) -> Place:
    return Place(instruction.node.keyword_span)


def workdir_unquoted_space(instruction: Instruction) -> Iterator[Problem]:
    """WORKDIR with a blank that neither quotes nor an escape protect."""
    node, escape = instruction.node, instruction.dockerfile.parsed.escape
    blank = _bare_blank(escape).match(node.text.text)
    if blank:
        path = f"`{_cut(node.text.text)}`"
        message = f"all of {path} is the name of the folder; quote it, or drop what follows the first blank"
        yield Problem(message, Place(node.text.span(blank.end() - 1, len(node.text.text))))


@cache
def _bare_blank(escape: str) -> re.Pattern[str]:
    mark = re.escape(escape)
    return re.compile(rf"""(?:\$\{{[^}}]*+(?:\}}|\Z)|[^\s"'{mark}]|"[^"]*+"|'[^']*+'|{mark}.)++\s""")


def port_out_of_range(instruction: Instruction) -> Iterator[Problem]:
    """Ports of EXPOSE that are none: beyond 65535, a range that runs backwards, no number, a protocol of no use."""
    for word, value in _words(instruction):
        port, _, protocol = (value or "").rpartition(":")[2].partition("/")
        wrong = _wrong_port(port) if port else ""
        if not wrong and protocol.lower() not in ("", "tcp", "udp", "sctp"):
            wrong = f"protocol `{_cut(protocol)}` is none of tcp, udp and sctp"
        if wrong:
            yield Problem(f"{wrong}; BuildKit refuses it", Place(word.span), detail=word.text)


def _wrong_port(text: str) -> str:
    """What is wrong with a port or a range of ports, "" for nothing."""
    bounds = text.split("-")
    if len(bounds) > 2 or not all(bound.isascii() and bound.isdigit() for bound in bounds):
        return f"`{_cut(text)}` is no port: write a number, or a range such as `8000-8010`"
    numbers = [int(bound[-9:]) if len(bound.lstrip("0")) < 10 else MAX_PORT + 1 for bound in bounds]
    if max(numbers) > MAX_PORT:
        return f"port `{_cut(text)}` is beyond {MAX_PORT}, the last that there is"
    return f"range `{text}` ends before it begins" if numbers[0] > numbers[-1] else ""


def _words(instruction: Instruction) -> Iterator[tuple[Word, str | None]]:
    """Words with their values; of an image that is made of the file also those with variables, if they are known."""
    words, stage = instruction.node.args, instruction.stage
    values: tuple[str | None, ...] = tuple(None if "$" in word.text else word.value for word in words)
    if None in values and stage is not None and stage.is_output.value:
        values = stage.plain_words.get(id(instruction.node), values)
    for word, value in zip(words, values, strict=False):
        yield from ((word, part) for part in (value.split() if value else (value,)))  # a variable may hold several


def expose_host_mapping(instruction: Instruction) -> Iterator[Problem]:
    """EXPOSE with the port of the host, as `docker run -p` takes it."""
    for word, value in _words(instruction):
        host, colon, port = (value or "").rpartition(":")
        if colon:
            message = (
                f"EXPOSE names ports of the container only, so `{_cut(host)}:` has no effect; write `{_cut(port)}`"
            )
            yield Problem(message, Place(word.span), detail=word.text)


def expose_proto_casing(instruction: Instruction) -> Iterator[Problem]:
    """Protocols of EXPOSE with capital letters."""
    for word in instruction.node.args:
        protocol = word.text.partition("/")[2]
        if protocol.lower() in ("tcp", "udp", "sctp") and not protocol.islower():
            start = word.span.end - len(protocol)
            at = Span(word.span.source, start, word.span.end)
            yield Problem(f"protocols are written in lower case: `{protocol.lower()}`", Place(at), detail=word.text)


def stopsignal_unknown(instruction: Instruction) -> Iterator[Problem]:
    """Signals that do not exist."""
    for word, value, signal in _signals(instruction):
        if not signal:
            message = f"there is no signal `{_cut(value)}`; write a name such as `SIGTERM`"
            yield Problem(message, Place(word.span))


def stopsignal_ungraceful(instruction: Instruction) -> Iterator[Problem]:
    """Signals that no process can answer."""
    for word, value, signal in _signals(instruction):
        if signal in ("SIGKILL", "SIGSTOP"):
            written = f"`{value}`" if value == signal else f"`{value}` ({signal})"
            ends = "ends the process at once, unfinished work and all" if signal == "SIGKILL" else "freezes the process"
            message = f"{written} cannot be caught: `docker stop` {ends}; name the one that it ends on, such as SIGTERM"
            yield Problem(message, Place(word.span))


def stopsignal_canonical(instruction: Instruction) -> Iterator[Problem]:
    """Signals by number, in lower case or without SIG."""
    for word, value, signal in _signals(instruction):
        if signal and value != signal and "$" not in word.text:
            yield Problem(f"`{value}` is {signal}; write that name", Place(word.span))


def _signals(instruction: Instruction) -> Iterator[tuple[Word, str, str]]:
    """The word of a STOPSIGNAL, its value, and the signal's canonical name."""
    from lintstack.dockerfile.signals import canonical

    for word, value in _words(instruction):
        if value:
            yield word, value, canonical(value)


def empty_continuation_line(instruction: Instruction) -> Iterator[Problem]:
    """Blank lines between the lines of one instruction, once for each gap."""
    before = -1
    for blank in instruction.node.blanks:
        if before < 0 or blank.source.text[before : blank.start].strip(" \t\r\n"):
            message = f"a blank line inside {instruction.name}, which future Docker versions refuse; remove it"
            yield Problem(message, Place(blank))
        before = blank.end


# What instructions make of a list that is no JSON.
TAKEN_FOR = {
    "ADD": "names of files",
    "COPY": "names of files",
    "VOLUME": "names of folders",
}


def invalid_json_form(instruction: Instruction) -> Iterator[Problem]:
    """Lists that are meant as JSON and are none."""
    from lintstack.dockerfile.words import is_json_of_other_things

    node = instruction.node
    text = node.text.text
    begin = len(text) - len(text[3:].lstrip()) if instruction.name == "HEALTHCHECK" and len(text) > 3 else 0
    listed = text[begin:]
    if instruction.form.value != "shell" or not listed.startswith("[") or not _json_like().match(listed):
        return
    if not is_json_of_other_things(listed):
        taken = TAKEN_FOR.get(instruction.name, "a line for the shell")
        message = f"this is no JSON, so {instruction.name} takes it for {taken}; {_json_fault(listed)}"
        variant = "command" if instruction.name in EFFECT else ""
        yield Problem(message, Place(node.text.span(begin, len(text))), variant=variant)


@cache
def _json_like() -> re.Pattern[str]:
    """A list whose first item is followed as items of lists are; `[ -f x ] && …` and `[a-z]*` are none."""
    quoted = r""""(?:[^"\\]|\\.)*+"|'[^']*+'|[“”][^“”]*+[“”]"""
    return re.compile(rf"""\[\s*+(?:(?:{quoted})\s*+(?:[,"'\]]|$)|[\w./:$@-]++(?:\s*+,\s|\]\s*+$)|\s*+,)""")


def _json_fault(text: str) -> str:
    if "'" in text and '"' not in text:
        return "put its words in double quotes"
    if re.search(r",\s*+\]", text):
        return "remove the comma before `]`"
    if text.rstrip()[-1:] != "]":
        return "end the line with `]`" if "]" not in text else "nothing may follow the `]`"
    if '"' not in text:
        return "put its words in double quotes"
    if re.search(r'\\[^"\\/bfnrtu]', text):
        return r"write each backslash twice"
    return "put every word in double quotes, with a comma between two of them"


def legacy_key_value(instruction: Instruction) -> Iterator[Problem]:
    """`ENV name value` and `LABEL name value`."""
    for pair in instruction.assignments[:1]:
        if pair.legacy.value:
            name = f"`{instruction.name} {_cut(pair.name)}=…`"
            message = f"name and value stand apart, a form that Docker has given up; write {name}, the value in quotes"
            yield Problem(message, _keyword(instruction), detail=pair.name)


def space_before_equals(instruction: Instruction) -> Iterator[Problem]:
    """`ENV name = value`, which makes the equals sign part of the value."""
    for pair in instruction.assignments[:1]:
        word = pair.node.value
        if pair.legacy.value and word is not None and word.text.startswith("="):
            name = _cut(pair.name)
            message = f"the value of `{name}` begins with `=`, because a blank stands before it; write `{name}=…`"
            yield Problem(message, Place(Span(word.span.source, word.span.start, word.span.start + 1)))


def label_order(instruction: Instruction, options: Mapping[str, Any]) -> Iterator[Problem]:
    """Labels of one LABEL that are not in the order of the option `order`."""
    labels = instruction.assignments if options["order"] == "alphabetical" else ()
    for before, label in pairwise(labels):
        if label.name < before.name:
            message = f"label `{_cut(label.name)}` follows `{_cut(before.name)}`; put the labels in alphabetical order"
            yield Problem(message, Place(label.node.name_span))
            return


def from_as_casing(instruction: Instruction) -> Iterator[Problem]:
    """AS in another case than its FROM."""
    written = instruction.node.keyword_span.text
    words = instruction.node.args
    if len(words) == 3 and (written.isupper() or written.islower()):
        wanted = "AS" if written.isupper() else "as"
        if words[1].text != wanted:
            yield Problem(f"`{_cut(words[1].text)}` beside `{written}`; write `{wanted}`", Place(words[1].span))


def long_run_line(instruction: Instruction, options: Mapping[str, Any]) -> Iterator[Problem]:
    """Lines of a RUN, here-documents aside, that are longer than the option `length` and could be shorter."""
    node, longest = instruction.node, int(options["length"])
    end = min([item.body.start for item in node.heredocs], default=node.span.end)
    source = node.span.source
    for number in range(source.number(node.span.start), source.number(end) + 1):
        line = source.line(number)
        at = source.line_range(number)[0]
        comment = line.lstrip().startswith("#")
        if len(line) > longest and at < end and " " in line[:longest].strip() and not comment:
            message = f"{len(line)} characters; break the line behind `&&` or between two arguments, with `\\`"
            yield Problem(message, Place(Span(source, at + longest, at + len(line))), detail=line[:SHOWN])


def _cut(text: str) -> str:
    """As much of a word as a message repeats."""
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
