"""Variables of scripts and build files that name Compose commands or files, resolved where the same file sets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, cached_property

UNKNOWN = "\0"  # stands for what only the run knows
_MOST_VALUES = 10
_MOST_APPENDED = 100
_MOST_LINES = 200  # that are looked through for the blocks around an appended value
_MOST_DEPTH = 4
_LONGEST = 4000  # characters of a line
_LONGEST_VALUE = 1000
_NAMED = ("github", "braces", "curly", "make", "plain", "format", "batch")
_MOST_REFERENCES = 40  # in one line


@cache
def _assignment() -> re.Pattern[str]:
    return re.compile(
        r"""(?:^|[;&)]|\bthen\b|\belse\b|\bdo\b)[ \t]*
            (?:(?:export|readonly|local|declare|set|override|ENV|env|-[rxag])[ \t]+)*
            [$"']?(?P<name>[A-Za-z_]\w*)["']?(?P<gap>[ \t]*)(?P<sign>\+=|[:?]{0,2}=|:)(?P<space>[ \t]*)
            (?P<value>\([^)]{0,2000}\)|"[^"\n]*"|'[^'\n]*'|[^\s"'();&|]+(?=[ \t]*[;&])|(?:[^\n\\]|\\.|\\\r?\n)+)""",
        re.VERBOSE | re.MULTILINE,
    )


@cache
def _reference() -> re.Pattern[str]:
    return re.compile(
        r"""\$\{\{[ ]{0,4}+(?:env\.|vars\.)?+(?P<github>\w{0,60}+)[^}\n]{0,200}+\}\}
          | \{\{[ .]{0,4}+(?P<braces>[A-Za-z_]\w{0,60}+)[^}\n]{0,200}+\}\}
          | \$\{(?P<curly>[A-Za-z_]\w{0,60}+)(?:\[[@*]\])?+(?::?[-=](?P<default>[^}\n]{0,200}+)|[^}\n]{0,200}+)\}
          | \$\((?P<make>[A-Za-z_]\w{0,60})\)
          | \$\((?:[^()\n]|\([^()\n]{0,80}+\)){0,200}+\) | `[^`\s][^`\n]{0,200}+`(?=/)
          | \$(?P<plain>[A-Za-z_]\w*|[@*\#0-9])
          | (?<![\w}}])\{(?P<format>[A-Za-z_]\w{0,60})\}
          | %(?P<batch>[A-Za-z_]\w{0,60})%""",
        re.VERBOSE,
    )


@cache
def _default() -> re.Pattern[str]:
    """`: ${NAME:=value}`, which sets what is not set."""
    value = r"""(?:"(?P<quoted>[^"\n]{1,200})"|'?(?P<bare>[^}"'\n]{1,200})'?)"""
    return re.compile(rf'(?m)^[ \t]*:[ \t]+"?\$\{{(?P<name>[A-Za-z_]\w*):?={value}\}}')


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(r"(?:if|ifeq|ifneq|ifdef|ifndef|case|for|while)\b(?!.*;[ \t]*(?:fi|done|esac)\b)")


@cache
def _closing() -> re.Pattern[str]:
    return re.compile(r"(?:fi|endif|esac|done)\b")


@cache
def _array() -> re.Pattern[str]:
    """A quoted array of Bash, which is as many words as it has items."""
    return re.compile(r'"(\$\{\w{1,60}\[[@*]\]\})"')


@cache
def _telling() -> re.Pattern[str]:
    """What may be a command, a file, or a word in the name of one."""
    return re.compile(r"compose|\.ya?ml|(?:^|[\s\"'(])-f[\s\"'=]|^[\w.-]{1,24}$")


@cache
def _continued() -> re.Pattern[str]:
    return re.compile(
        r"(?:\\|(?<![ \t])[ \t]++[\\^`])\r?\n[ \t]*+"
        r"|\r?\n[ \t]++(?=-(?:f|c)\b|--(?:file|profile|env-file|project-)|-f\S)"
    )


@cache
def _next() -> re.Pattern[str]:
    return re.compile(r"[ \t]+(?:-(?:f|c)\b|--(?:file|profile|env-file|project-)|-f\S)")


def line_end(text: str, start: int) -> int:
    """Where the line that starts at an offset ends, with those that continue it."""
    end = text.find("\n", start)
    while 0 <= end < start + _LONGEST and (
        text[max(start, end - 3) : end].rstrip("\r").endswith(("\\", " ^", " `")) or _next().match(text, end + 1)
    ):
        end = text.find("\n", end + 1)
    return end if end >= 0 else len(text)


def logical_line(text: str, start: int) -> str:
    """The line that starts at an offset, with those that continue it, less the marks of continuation."""
    return _continued().sub(" ", text[start : line_end(text, start)][:_LONGEST])


class _Grown:
    """The values that a variable may have at the end of a text.

    What is appended under a condition makes one value more; what is appended whatever happens makes longer ones.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.known: list[str] = []
        self.live: list[tuple[tuple[int, ...], list[str]]] = []  # blocks around an assignment, and what it leaves
        self.since = 0

    def put(self, found: re.Match[str], value: str) -> None:
        """Take in an assignment, the next one in the text."""
        more = _appended(found, value)
        blocks = surrounding(self.text, found.start("name"))
        inner = [item for item in self.live if item[0][: len(blocks)] == blocks]
        outer = [item[1] for item in self.live if item not in inner and blocks[: len(item[0])] == item[0]]
        certain = any(item[0] == blocks for item in inner)
        before = [*(outer[-1] if outer and not certain else ()), *(value for item in inner for value in item[1])]
        after = [f"{value} {more}".strip() for value in before or [""]][:_MOST_VALUES] if more else [value]
        if more and not self._used(found):
            ended = {value for item in inner for value in item[1]}
            self.known = [value for value in self.known if value not in ended]
        self.live = [item for item in self.live if item not in inner] + [(blocks, after)]
        self.since = found.end()
        self.known.extend(value for value in after if value not in self.known and len(self.known) < _MOST_VALUES)

    def _used(self, found: re.Match[str]) -> bool:
        """Whether the text refers to the variable between two assignments."""
        between = self.text[self.since : found.start("name")]
        return re.search(rf"\$[({{]?{found['name']}\b", between) is not None


class Variables:
    """The variables of one text.

    Args:
        text: a script, build file, CI file or document.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.appended = 0

    @cached_property
    def _assigned(self) -> tuple[dict[str, list[str]], dict[int, str]]:
        every: dict[str, list[tuple[re.Match[str], str]]] = {}
        lines: dict[int, str] = {}
        if not self._used and "COMPOSE_FILE" not in self.text:  # nothing would ask for them
            return {}, {}
        for found in _assignment().finditer(self.text) if "=" in self.text or ":" in self.text else ():
            value = _value(found)
            if value and len(value) <= _LONGEST_VALUE and _telling().search(value):
                every.setdefault(found["name"], []).append((found, value))
                lines[self.text.rfind("\n", 0, found.start("name")) + 1] = found["name"]
        values = {name: self._grown(items) for name, items in every.items()}
        for found in _default().finditer(self.text) if "${" in self.text else ():
            value = found["quoted"] or found["bare"]
            if _telling().search(value):
                values.setdefault(found["name"], []).append(value)
                lines[self.text.rfind("\n", 0, found.start("name")) + 1] = found["name"]
        return values, lines

    def _grown(self, items: list[tuple[re.Match[str], str]]) -> list[str]:
        """What the assignments to one variable leave; of too many that append, what the others set."""
        set_anew = [value for found, value in items if not _appended(found, value)]
        if len(set_anew) < len(items):
            self.appended += len(items)
        if len(set_anew) == len(items) or self.appended > _MOST_APPENDED:
            return list(dict.fromkeys(set_anew))[:_MOST_VALUES]
        grown = _Grown(self.text)
        for found, value in items:
            grown.put(found, value)
        return grown.known

    @property
    def values(self) -> dict[str, list[str]]:
        """What each variable is set to, in order."""
        return self._assigned[0]

    def is_set(self, name: str) -> bool:
        """Whether the text sets a variable."""
        return name in self.values

    def names(self, pattern: re.Pattern[str]) -> Iterator[str]:
        """Variables that hold what a pattern finds, by themselves or through others."""
        for name, values in self.values.items():
            if any(pattern.search(value) for value in values) or (
                any("$" in value or "{" in value for value in values)
                and any(pattern.search(line) for value in values for line in self.expanded(value))
            ):
                yield name

    def is_used(self, name: str) -> bool:
        """Whether the text refers to a variable."""
        return name in self._used

    @cached_property
    def _used(self) -> frozenset[str]:
        return frozenset(_name(found) for found in _reference().finditer(self.text))

    def is_definition(self, start: int) -> bool:
        """Whether the line at an offset sets a variable that is used elsewhere."""
        name = self._assigned[1].get(start)
        return name is not None and self.is_used(name)

    def references(self, names: frozenset[str]) -> Iterator[int]:
        """Offsets at which variables of these names are used."""
        for found in _reference().finditer(self.text):
            if _name(found) in names:
                yield found.start()

    def expanded(self, line: str) -> list[str]:
        """A line with its variables replaced: once for each value, UNKNOWN for what the text does not set."""
        lines, depth = [_array().sub(r"\1", line)], 0
        while depth < _MOST_DEPTH and any(_reference().search(item) for item in lines):
            lines = list(dict.fromkeys(new for item in lines for new in self._once(item)))[:_MOST_VALUES]
            depth += 1
        return [_reference().sub(UNKNOWN, item) for item in lines]

    def _once(self, line: str) -> list[str]:
        """A line with all its references replaced, one level deep; of several with choices the first varies."""
        choices = {_name(found): self._choices(found) for found in _reference().finditer(line)}
        varied = next((name for name, values in choices.items() if len(values) > 1), "")
        return [
            _replaced(line, {name: value if name == varied else values[0] for name, values in choices.items()})
            for value in choices.get(varied) or [UNKNOWN]
        ]

    def _choices(self, found: re.Match[str]) -> list[str]:
        values = self.values.get(_name(found), [])
        default = found["default"]
        return list(dict.fromkeys((*values, *([default] if default else ())))) or [UNKNOWN]


def _appended(found: re.Match[str], value: str) -> str:
    """What an assignment adds to the value before: `X+=more`, `X="$X more"`; "" when it sets another."""
    if found["sign"] == "+=":
        return value
    own = _reference().match(value)
    return value[own.end() :].strip() if own and _name(own) == found["name"] else ""


def surrounding(text: str, at: int) -> tuple[int, ...]:
    """Where the lines begin that open the blocks around an offset, the outermost first.

    Args:
        text: a script; indentation, or words such as `if`, make the blocks.
        at: behind the indentation of its line.
    """
    start = text.rfind("\n", 0, at) + 1
    lead = text[start:at]
    blocks = [start] if re.search(r"&&|\|\||\bthen\b|\belse\b|\)", lead) else []
    indent, skipped, deeper = len(lead) - len(lead.lstrip()), 0, False
    for _ in range(_MOST_LINES):
        if start == 0:
            break
        end = start - 1
        start = text.rfind("\n", 0, end) + 1
        bare = text[start:end].strip()
        here = len(text[start:end]) - len(text[start:end].lstrip())
        if not bare or bare[0] == "#":
            continue
        other = bare.startswith(("else", "elif"))
        if here < indent or (here == indent and not skipped and other):
            blocks.append(start)
            indent, skipped = here, int(other)
        elif here == indent and _closing().match(bare):
            skipped += 1
        elif here == indent and _opening().match(bare):
            if not skipped and not deeper:
                blocks.append(start)
            skipped = max(0, skipped - 1)
        deeper = here > indent
    return tuple(reversed(blocks))


def _replaced(line: str, values: dict[str, str]) -> str:
    return _reference().sub(lambda found: values[_name(found)], line, count=_MOST_REFERENCES)[:_LONGEST]


def _name(found: re.Match[str]) -> str:
    return next((found[key] for key in _NAMED if found[key]), "")


def _value(found: re.Match[str]) -> str:
    """What is assigned, without quotes, brackets and what stands behind it."""
    value = _continued().sub(" ", found["value"]).strip()
    if value[:1] in "\"'" and value[-1:] == value[:1]:
        return value[1:-1]
    if value.startswith("(") and value.endswith(")"):
        return value[1:-1].replace('"', "").replace("'", "").replace("\n", " ")
    if found["sign"] == "=" and not found["gap"] + found["space"] and not value.startswith(("docker", "podman")):
        return re.split(r"[\s;&)]", value, maxsplit=1)[0]
    return re.split(r"[ \t]#|;;", value, maxsplit=1)[0].strip().strip("\"',")
