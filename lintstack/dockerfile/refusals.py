"""What BuildKit refuses to build, instruction by instruction, said in the words of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lintstack.dockerfile.flags import Fault, faults, nearest
from lintstack.dockerfile.heredocs import parse as parse_heredoc
from lintstack.dockerfile.lex import MAX_NEST
from lintstack.dockerfile.nodes import Instruction
from lintstack.dockerfile.splitter import own_split
from lintstack.dockerfile.tree import Dockerfile
from lintstack.dockerfile.words import SPACE, is_json_of_other_things, split_blanks
from lintstack.findings import Finding, diagnostic
from lintstack.source import Source, Span

# Most findings that one file gets for one kind of fault.
MAX_PROBLEMS = 100
# Instructions that hold no shell text: BuildKit itself replaces their variables.
_EXPANDED = frozenset(
    {"ADD", "ARG", "COPY", "ENV", "EXPOSE", "FROM", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
)
NO_TRIGGER = frozenset({"ONBUILD", "FROM", "MAINTAINER"})


def _syntax(message: str, span: Span, *kinds: str) -> Finding:
    return diagnostic("dockerfile-syntax", message, span, kinds=kinds or ("",))


def unreadable(source: Source) -> Finding | None:
    """Why a text is no Dockerfile at all, None when it can be read as one."""
    text = source.text
    if text.startswith(("\udcff\udcfe", "\udcfe\udcff")) or text.count("\0") * 4 > len(text) > 0:
        return _syntax("the file is UTF-16 or binary; save it as UTF-8", source.whole)
    head = text[:512].lstrip("\ufeff \t\r\n").lower()
    if head.startswith(("<!doctype", "<html", "<?xml")):
        return _syntax("the file is an HTML or XML page, not a Dockerfile; download the raw file", source.whole)
    return None


def oddities(source: Source) -> Iterator[Finding]:
    """What is wrong with the text as a whole, though it is still read."""
    text = source.text
    nul = text.find("\0")
    if nul >= 0:
        yield _syntax("the file holds a NUL byte; save it as plain UTF-8 text", source.span(nul, nul + 1))
    if "\n" not in text and "\r" in text.rstrip("\r"):
        yield _syntax("lines end in CR alone, so BuildKit reads the file as one line; save it with LF", source.whole)


def stageless(dockerfile: Dockerfile) -> tuple[Finding, ...]:
    """What BuildKit refuses about the order of a whole file: no FROM, or other instructions than ARG before it."""
    items = dockerfile.instructions
    if not official(dockerfile.syntax) or not items:
        return ()
    told = {found.at.span for found in dockerfile.problems}
    head = next((index for index, item in enumerate(items) if item.keyword == "FROM"), None)
    early = [item for item in items[:head] if item.keyword != "ARG"]
    if head is None:
        at = early[0].keyword_span if early else dockerfile.source.whole
        message = "the file has no FROM: there is nothing to build; begin with FROM"
        return () if at in told else (_syntax(message, at, "no-from", *(["order"] if early else [])),)
    message = "stands before the first FROM, where only ARG can; move it behind"
    found = [
        _syntax(f"`{item.keyword}` {message}", item.keyword_span, "order")
        for item in early
        if item.keyword_span not in told
    ]
    return capped(found, MAX_PROBLEMS)


def official(syntax: str) -> bool:
    """Whether a `syntax` directive names the official frontend, whose flags are known."""
    name = syntax.split(" ")[0].split("@")[0].removeprefix("docker.io/")
    return not name or name.split(":")[0] in ("docker/dockerfile", "docker/dockerfile-upstream")


def capped(problems: list[Finding], limit: int) -> tuple[Finding, ...]:
    """At most `limit` findings, the last of which says how many are left out."""
    if len(problems) <= limit:
        return tuple(problems)
    left = len(problems) - limit + 1
    rest = _syntax(f"{left} more problems of this kind follow from here on", problems[limit - 1].at.span)
    return (*problems[: limit - 1], rest)


def refused(instruction: Instruction, known_syntax: bool, suggest: bool) -> Iterator[Finding]:
    """What BuildKit refuses about one instruction, and about the one that its ONBUILD triggers.

    Args:
        instruction: any instruction of a file.
        known_syntax: whether the official frontend reads the file.
        suggest: whether to look for the keyword that was meant, which takes a moment.
    """
    keyword = instruction.keyword
    if keyword not in KEYWORDS:
        yield _syntax(_unknown(instruction, suggest), instruction.keyword_span)
        return
    if known_syntax:
        yield from (_syntax(*fault) for fault in faults(instruction))
    if keyword in _EXPANDED and _nesting(instruction.text.text) > MAX_NEST:
        message = f"variables are nested deeper than {MAX_NEST}; what they stand for stays unknown"
        yield diagnostic("dockerfile-limit", message, instruction.keyword_span)
    if _is_foreign_json(instruction):
        yield _syntax(f"{keyword} takes a JSON array of strings only", instruction.text.whole)
        return
    fault = _ARGUMENTS[keyword](instruction)
    if fault:
        trigger = instruction.trigger and instruction.trigger.keyword in NO_TRIGGER
        yield _syntax(*fault, *(["trigger"] if trigger else []))
    elif instruction.trigger:
        yield from refused(instruction.trigger, known_syntax, suggest)


def _nesting(text: str) -> int:
    """How deep `${…}` are nested at most, quotes and escapes aside."""
    if text.count("${") <= MAX_NEST:
        return 0
    depth = deepest = 0
    for index, char in enumerate(text):
        if char == "{" and text[index - 1 : index] == "$":
            depth += 1
            deepest = max(deepest, depth)
        elif char == "}" and depth:
            depth -= 1
    return deepest


def _is_foreign_json(instruction: Instruction) -> bool:
    if instruction.form != "shell" or "[" not in instruction.text.text:
        return False
    text = instruction.text.text
    if instruction.keyword == "HEALTHCHECK":
        text = text[own_split(text).rest :].lstrip(SPACE)
    return is_json_of_other_things(text)


def _unknown(instruction: Instruction, suggest: bool) -> str:
    near = nearest(instruction.keyword, KEYWORDS) if suggest else ""
    # What stands behind an equals sign may be a secret.
    written = instruction.keyword_span.text.partition("=")[0][:40]
    return f"unknown instruction `{written}`" + (f"; did you mean {near}?" if near else "")


def _nothing(instruction: Instruction) -> Fault | None:
    return None


def _at_least_one(instruction: Instruction) -> Fault | None:
    if instruction.text.text:
        return None
    return Fault(f"{instruction.keyword} takes at least one argument", instruction.keyword_span)


def _exactly_one(instruction: Instruction) -> Fault | None:
    if instruction.text.text:
        return None
    return Fault(f"{instruction.keyword} takes one argument", instruction.keyword_span)


def _user(instruction: Instruction) -> Fault | None:
    """BuildKit takes all of the line for a name, which no image has; names of Windows may hold blanks."""
    text = instruction.text
    words = [] if any(sign in text.text for sign in "\\$`'\"") else list(split_blanks(text.text))
    if len(words) < 2:
        return _exactly_one(instruction)
    return Fault(
        "USER takes one argument; what follows it becomes part of the name", text.span(words[1].start, len(text.text))
    )


def _from(instruction: Instruction) -> Fault | None:
    words = [word.text for word in instruction.args]
    if len(words) != 1 and not (len(words) == 3 and words[1].lower() == "as"):
        message = "FROM takes 1 or 3 arguments: `FROM image` or `FROM image AS name`"
        return Fault(message, instruction.args[1].span if words else instruction.keyword_span)
    if len(words) == 1 or _is_stage_name(words[2].lower()):
        return None
    return Fault(f"`{words[2][:40]}` is no name for a stage", instruction.args[2].span)


def _is_stage_name(name: str) -> bool:
    """Lower-case letter, then letters, digits, `-`, `_` and `.`, ASCII only."""
    plain = name.replace("-", "").replace("_", "").replace(".", "")
    return name.isascii() and name[:1].isalpha() and (plain.isalnum() or not plain)


def _copy(instruction: Instruction) -> Fault | None:
    keyword, words = instruction.keyword, instruction.args
    if len(words) < 2:
        return Fault(f"{keyword} takes at least two arguments: what to copy, and where to", instruction.keyword_span)
    if parse_heredoc(words[-1].value if instruction.form == "exec" else words[-1].text):
        return Fault(f"{keyword} cannot copy to a here-document; name the destination behind it", words[-1].span)
    return None


def _assignments(instruction: Instruction) -> Fault | None:
    words = instruction.args
    keyword = instruction.keyword
    if not words:
        return _at_least_one(instruction)
    if "=" not in words[0].text:
        message = f"{keyword} takes a name and a value: `{keyword} name=value`"
        return None if _has_blank(instruction) else Fault(message, words[0].span)
    bare = next((word for word in words if "=" not in word.text), None)
    if bare:
        message = f"{keyword} takes `name=value` only: a word has no `=`; quote values that hold blanks"
        return Fault(message, bare.span)
    return _nameless(instruction)


def _nameless(instruction: Instruction) -> Fault | None:
    word = next((word for word in instruction.args if word.text.startswith("=")), None)
    return Fault(f"{instruction.keyword} needs a name before `=`", word.span) if word else None


def _has_blank(instruction: Instruction) -> bool:
    """Whether `ENV name value` could be cut in two though quotes make it one word."""
    return own_split(instruction.text.text).rest < len(instruction.text.text)


def _arg(instruction: Instruction) -> Fault | None:
    return _nameless(instruction) or _at_least_one(instruction)


def _shell(instruction: Instruction) -> Fault | None:
    if instruction.form == "exec" and instruction.args:
        return None
    return Fault('SHELL takes a JSON array: `SHELL ["/bin/bash", "-c"]`', instruction.keyword_span)


def _volume(instruction: Instruction) -> Fault | None:
    empty = next((word for word in instruction.args if not word.value.strip()), None)
    if empty:
        return Fault("VOLUME takes no empty path", empty.span)
    return None if instruction.args else Fault("VOLUME takes at least one argument", instruction.keyword_span)


def _healthcheck(instruction: Instruction) -> Fault | None:
    words = instruction.args
    if not words:
        return Fault("HEALTHCHECK takes `NONE`, or `CMD` and a command", instruction.keyword_span)
    kind = words[0].text.upper()
    if kind == "NONE":
        return Fault("HEALTHCHECK NONE takes no arguments", words[1].span) if len(words) > 1 else None
    if kind != "CMD":
        written = f", not `{words[0].text[:40]}`" if kind.isalnum() else ""
        return Fault(f"HEALTHCHECK takes CMD or NONE{written}", words[0].span)
    return None if len(words) > 1 else Fault("HEALTHCHECK CMD takes a command", words[0].span)


def _onbuild(instruction: Instruction) -> Fault | None:
    trigger = instruction.trigger
    if not trigger:
        return Fault("ONBUILD takes an instruction", instruction.keyword_span)
    if trigger.keyword in NO_TRIGGER:
        return Fault(f"ONBUILD cannot trigger {trigger.keyword}", trigger.keyword_span)
    return None


_ARGUMENTS: dict[str, Callable[[Instruction], Fault | None]] = {
    "ADD": _copy,
    "ARG": _arg,
    "CMD": _nothing,
    "COPY": _copy,
    "ENTRYPOINT": _nothing,
    "ENV": _assignments,
    "EXPOSE": _at_least_one,
    "FROM": _from,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _assignments,
    "MAINTAINER": _exactly_one,
    "ONBUILD": _onbuild,
    "RUN": _nothing,
    "SHELL": _shell,
    "STOPSIGNAL": _exactly_one,
    "USER": _user,
    "VOLUME": _volume,
    "WORKDIR": _exactly_one,
}
KEYWORDS = frozenset(_ARGUMENTS)
