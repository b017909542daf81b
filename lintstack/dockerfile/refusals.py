"""What BuildKit refuses to build, instruction by instruction, said in the words of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lintstack.dockerfile.lex import MAX_NEST
from lintstack.dockerfile.nodes import Flag, Instruction
from lintstack.dockerfile.splitter import own_split
from lintstack.dockerfile.tree import Dockerfile
from lintstack.dockerfile.words import is_json_of_other_things
from lintstack.findings import Finding, diagnostic
from lintstack.source import Source, Span

# Flags that each instruction knows, in any release of the official syntax; ARG and STOPSIGNAL never look at theirs.
_FLAGS: dict[str, frozenset[str]] = {
    "ADD": frozenset({"chown", "chmod", "link", "keep-git-dir", "checksum", "exclude", "unpack"}),
    "COPY": frozenset({"from", "chown", "chmod", "link", "parents", "exclude"}),
    "FROM": frozenset({"platform"}),
    "HEALTHCHECK": frozenset({"interval", "timeout", "start-period", "start-interval", "retries"}),
    "RUN": frozenset({"mount", "network", "security", "device"}),
}
_UNCHECKED = frozenset({"ARG", "STOPSIGNAL"})
_BOOLEAN = frozenset({"link", "keep-git-dir", "parents", "unpack"})
_REPEATABLE = frozenset({"mount", "exclude", "device"})
# Instructions that hold no shell text: BuildKit itself replaces their variables.
_EXPANDED = frozenset(
    {"ADD", "ARG", "COPY", "ENV", "EXPOSE", "FROM", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
)
_NO_TRIGGER = frozenset({"ONBUILD", "FROM", "MAINTAINER"})


def _syntax(message: str, span: Span) -> Finding:
    return diagnostic("dockerfile-syntax", message, span)


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


def stageless(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What BuildKit refuses about the order of a whole file: no FROM, or another instruction than ARG before it."""
    if not official(dockerfile.syntax) or not dockerfile.instructions:
        return
    first = next((item for item in dockerfile.instructions if item.keyword != "ARG"), None)
    if first is None:
        yield _syntax("the file has no FROM: there is nothing to build", dockerfile.source.whole)
    elif first.keyword != "FROM" and all(first.keyword_span != found.at.span for found in dockerfile.problems):
        yield _syntax(f"`{first.keyword}` stands before the first FROM; begin with FROM", first.keyword_span)


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
    """What BuildKit refuses about one instruction.

    Args:
        instruction: any instruction of a file.
        known_syntax: whether the official frontend reads the file.
        suggest: whether to look for the keyword that was meant, which takes a moment.
    """
    keyword = instruction.keyword
    if keyword not in KEYWORDS:
        yield _syntax(_unknown(instruction, suggest), instruction.keyword_span)
        return
    if known_syntax and keyword not in _UNCHECKED:
        yield from _flags(instruction)
    if keyword in _EXPANDED and _nesting(instruction.text.text) > MAX_NEST:
        message = f"variables are nested deeper than {MAX_NEST}; what they stand for stays unknown"
        yield diagnostic("dockerfile-limit", message, instruction.keyword_span)
    if _is_foreign_json(instruction):
        yield _syntax(f"{keyword} takes a JSON array of strings only", instruction.text.whole)
        return
    message = _ARGUMENTS[keyword](instruction)
    if message:
        yield _syntax(message, instruction.keyword_span)
    if instruction.trigger and instruction.trigger.keyword in ("ENV", "LABEL"):
        message = _assignments(instruction.trigger, forgive_names=True)
        if message:
            yield _syntax(message, instruction.trigger.keyword_span)


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
    return is_json_of_other_things(text[3:].lstrip() if instruction.keyword == "HEALTHCHECK" else text)


def _unknown(instruction: Instruction, suggest: bool) -> str:
    near = _nearest(instruction.keyword, KEYWORDS) if suggest else ""
    # What stands behind an equals sign may be a secret.
    written = instruction.keyword_span.text.partition("=")[0][:40]
    return f"unknown instruction `{written}`" + (f"; did you mean {near}?" if near else "")


def _flags(instruction: Instruction) -> Iterator[Finding]:
    known = _FLAGS.get(instruction.keyword, frozenset())
    seen: set[str] = set()
    for flag in instruction.flags:
        message = _flag(instruction.keyword, flag, known, seen)
        seen.add(flag.name)
        if message:
            yield _syntax(message, flag.span)


def _flag(keyword: str, flag: Flag, known: frozenset[str], seen: set[str]) -> str:
    name = f"--{flag.name[:40]}"
    if flag.name not in known:
        return f"{keyword} has no flag {name}" + _near(flag.name, known)
    if flag.name in seen and flag.name not in _REPEATABLE:
        return f"{name} is given twice"
    if flag.name in _BOOLEAN:
        good = flag.value is None or flag.value.lower() in ("true", "false")
        return "" if good else f"{name} is true or false"
    return f"{name} needs a value: `{name}=…`" if flag.value is None else ""


def _near(name: str, known: frozenset[str]) -> str:
    near = _nearest(name, known)
    return f"; did you mean --{near}?" if near else ""


def _nearest(name: str, known: frozenset[str]) -> str:
    """The known name that is most like another one, "" when none is."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name[:40], sorted(known), 1, 0.6)), "")


def _nothing(instruction: Instruction) -> str:
    return ""


def _at_least_one(instruction: Instruction) -> str:
    return "" if instruction.text.text else f"{instruction.keyword} takes at least one argument"


def _exactly_one(instruction: Instruction) -> str:
    return "" if instruction.text.text else f"{instruction.keyword} takes one argument"


def _from(instruction: Instruction) -> str:
    words = [word.text for word in instruction.args]
    if len(words) != 1 and not (len(words) == 3 and words[1].lower() == "as"):
        return "FROM takes 1 or 3 arguments: `FROM image` or `FROM image AS name`"
    return "" if len(words) == 1 or _is_stage_name(words[2].lower()) else f"`{words[2][:40]}` is no name for a stage"


def _is_stage_name(name: str) -> bool:
    """Lower-case letter, then letters, digits, `-`, `_` and `.`, ASCII only."""
    plain = name.replace("-", "").replace("_", "").replace(".", "")
    return name.isascii() and name[:1].isalpha() and (plain.isalnum() or not plain)


def _copy(instruction: Instruction) -> str:
    if len(instruction.args) >= 2:
        return ""
    return f"{instruction.keyword} takes at least two arguments: what to copy, and where to"


def _assignments(instruction: Instruction, forgive_names: bool = False) -> str:
    words = instruction.args
    keyword = instruction.keyword
    if not words:
        return "" if forgive_names else _at_least_one(instruction)
    if "=" not in words[0].text:
        return "" if _has_blank(instruction) else f"{keyword} takes a name and a value: `{keyword} name=value`"
    if any("=" not in word.text for word in words):
        return f"{keyword} takes `name=value` only: a word has no `=`; quote values that hold blanks"
    blank = not forgive_names and any(word.text.startswith("=") for word in words)
    return f"{keyword} needs a name before `=`" if blank else ""


def _has_blank(instruction: Instruction) -> bool:
    """Whether `ENV name value` could be cut in two though quotes make it one word."""
    return own_split(instruction.text.text).rest < len(instruction.text.text)


def _arg(instruction: Instruction) -> str:
    if any(word.text.startswith("=") for word in instruction.args):
        return "ARG needs a name before `=`"
    return _at_least_one(instruction)


def _shell(instruction: Instruction) -> str:
    if instruction.form == "exec" and instruction.args:
        return ""
    return 'SHELL takes a JSON array: `SHELL ["/bin/bash", "-c"]`'


def _volume(instruction: Instruction) -> str:
    if any(not word.value.strip() for word in instruction.args):
        return "VOLUME takes no empty path"
    return "" if instruction.args else _at_least_one(instruction) or "VOLUME takes at least one argument"


def _healthcheck(instruction: Instruction) -> str:
    words = instruction.args
    if not words:
        return "HEALTHCHECK takes `NONE`, or `CMD` and a command"
    kind = words[0].text.upper()
    if kind == "NONE":
        return "HEALTHCHECK NONE takes no arguments" if len(words) > 1 else ""
    if kind != "CMD":
        written = f", not `{words[0].text[:40]}`" if kind.isalnum() else ""
        return f"HEALTHCHECK takes CMD or NONE{written}"
    return "" if len(words) > 1 else "HEALTHCHECK CMD takes a command"


def _onbuild(instruction: Instruction) -> str:
    if not instruction.trigger:
        return "ONBUILD takes an instruction"
    trigger = instruction.trigger.keyword
    return f"ONBUILD cannot trigger {trigger}" if trigger in _NO_TRIGGER else ""


_ARGUMENTS: dict[str, Callable[[Instruction], str]] = {
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
    "USER": _exactly_one,
    "VOLUME": _volume,
    "WORKDIR": _exactly_one,
}
KEYWORDS = frozenset(_ARGUMENTS)
