"""Variables that a script, build file or CI file gives to the commands in it: they win over `.env`.

Only what is written out is known; the value of all else is HIDDEN. (https://docs.docker.com/compose/how-tos/
environment-variables/envvars-precedence/, GitHub's `env` and GitLab's `variables`)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from itertools import islice

from lintstack.compose.expansion import HIDDEN
from lintstack.environments.variables import UNKNOWN, surrounding
from lintstack.named import NamedTuple
from lintstack.source import Source
from lintstack.yaml import Mapping, Node, Scalar, Sequence, parse

Given = tuple[tuple[str, str], ...]  # names and values
Around = Callable[[int], Given]  # what is given to the command in front of an offset, on its line

_MOST = 100
_MAPPINGS = ("env", "variables")
_SIGNS = ("$", "`", "{{", "\\", "%", '"', "'", UNKNOWN)
# What runs a command with its own variables.
_WRAPPERS = frozenset({"env", "exec", "time", "command", "cross-env"})
_VALUE = r"""(?:"[^"\n]{0,1000}+"|'[^'\n]{0,1000}+'|`[^`\n]{0,1000}+`|\$\{[^}\n]{0,200}+\}
  |\$\([^()\n]{0,200}+(?:\([^()\n]{0,80}+\)[^()\n]{0,200}+){0,4}+\)|[^\s"'`;&|()$]++|\$){0,40}+"""


@cache
def _pair() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\s\"'`;&|(@])([A-Za-z_]\w{{0,80}}+)=({_VALUE})", re.VERBOSE)


@cache
def _export() -> re.Pattern[str]:
    return re.compile(r"(?m)(?:^|[;&|(\"']|:[ \t])[ \t@-]{0,40}+export[ \t]{1,9}+(?=([^\n]{1,1000}+))")


@cache
def _exported() -> re.Pattern[str]:
    """`A`, `A=1` of the shell; `A := 1` of Make and Just, whose value is the rest of the line."""
    name = r"([A-Za-z_]\w{0,80}+)"
    return re.compile(rf"{name}(?:=({_VALUE})|[ \t]{{0,9}}+([:?]?=)[ \t]{{0,9}}+([^\n]*+))?+[ \t]{{0,9}}+", re.VERBOSE)


def before(text: str, raw: str) -> Given:
    """What the words in front of a command give to it: `A=1 docker compose`, `export A=1 && docker compose`.

    Args:
        text: the line up to the command, its own variables replaced.
        raw: the line as written; a value that is not in it is not certain.
    """
    found = {name: value for match in _export().finditer(text) for name, value in _pairs(match[1])}
    end = len(text)
    for match in reversed(list(_pair().finditer(text))[-_MOST:]):
        words = text[match.end() : end].split()
        if not text[match.end() : match.end() + 1].isspace():
            break  # `ExecStart=/usr/bin/docker compose`
        if any(word not in _WRAPPERS and word[:1] != "-" and word != "sudo" for word in words):
            break
        end = match.start()
        known = match[0] in raw and "sudo" not in words
        found[match[1]] = _literal(match[2]) if known else HIDDEN
    return tuple(found.items())


def _pairs(words: str) -> Iterator[tuple[str, str]]:
    """Names and values behind `export`."""
    at = 0
    while match := _exported().match(words, at):
        at, value = match.end(), match[2] if match[2] is not None else match[4]
        yield match[1], HIDDEN if value is None or match[3] == "?=" else _literal(value.strip())


def _literal(value: str) -> str:
    """A value without quotes; HIDDEN when something is still to be put in."""
    bare = value[1:-1] if value[:1] in ("'", '"') and value[-1:] == value[:1] else value
    return HIDDEN if bare[:1] == "~" or any(sign in bare for sign in _SIGNS) else bare


def around(text: str, name: str, apart: bool = False) -> Around:
    """What a text gives to the command at an offset, beside what stands in front of it.

    Args:
        text: a script, build file or CI file.
        name: of the file.
        apart: whether each line of a recipe is a shell of its own, as in a makefile.
    """
    return _Text(text, name, apart).at


class _Export(NamedTuple):
    """An `export`: its offset, the blocks around it, what it gives."""

    start: int
    blocks: tuple[int, ...]
    pairs: Given


class _Text:
    def __init__(self, text: str, name: str, apart: bool) -> None:
        self.text = text
        self.is_yaml = name.lower().endswith((".yml", ".yaml"))
        self.apart = apart

    @cached_property
    def _root(self) -> Node | None:
        documents = parse(Source("", self.text)).documents if self.is_yaml else ()
        return documents[0] if documents else None

    @cached_property
    def _exports(self) -> list[_Export]:
        found = _export().finditer(self.text) if "export" in self.text else iter(())
        outside = (match for match in found if not (self.apart and _is_indented(self.text, match.start(1))))
        return [
            _Export(match.start(1), surrounding(self.text, match.start(1)), tuple(_pairs(match[1])))
            for match in islice(outside, _MOST)
        ]

    def at(self, offset: int) -> Given:
        """What is given to the command that the line with an offset holds, which is at or behind its first word."""
        path = list(_path(self._root, offset)) if self.is_yaml else []
        found = dict(pair for node in path for pair in _mapped(node))
        remote = self._is_remote(path, offset)
        start = max((node.start for node in path), default=0)
        exports = [item for item in self._exports if start <= item.start and (self.apart or item.start < offset)]
        blocks = surrounding(self.text, offset) if exports else ()
        for item in exports:
            certain = blocks[: len(item.blocks)] == item.blocks
            found.update((key, value if certain else HIDDEN) for key, value in item.pairs)
        return tuple((key, HIDDEN if remote else value) for key, value in found.items())

    def _is_remote(self, path: list[Mapping], offset: int) -> bool:
        """Whether the command may run on a machine that is not given the variables of this one."""
        if not path:
            return False
        if "script" in path[-1].entries and "uses" in (path[-2].entries if len(path) > 1 else ()):
            return True
        run = path[-1].get("run")
        return isinstance(run, Scalar) and re.search(r"\bssh\b", run.text) is not None


def _is_indented(text: str, at: int) -> bool:
    start = text.rfind("\n", 0, at) + 1
    return text[start : start + 1] in ("\t", " ")


def _path(node: Node | None, offset: int) -> Iterator[Mapping]:
    """The mappings around an offset, from the outside."""
    while node is not None and not isinstance(node, Scalar):
        if isinstance(node, Mapping):
            yield node
            inner = [entry for entry in node.entries.values() if entry.key.start <= offset]
            node = max(inner, key=lambda entry: entry.key.start).value if inner else None
        else:
            node = _item(node, offset)


def _item(node: Sequence, offset: int) -> Node | None:
    return next((item for item in reversed(node.items) if item.start <= offset), None)


def _mapped(node: Mapping) -> Iterator[tuple[str, str]]:
    for name in _MAPPINGS:
        listed = node.get(name)
        for key, value in islice(listed.items(), _MOST) if isinstance(listed, Mapping) else ():
            yield key, _literal(value.text) if isinstance(value, Scalar) and not value.is_null else HIDDEN
