"""Which stages of Dockerfiles the files of a repository ask for: `--target` in scripts and CI, `target` in settings."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from lintstack.environments.scripts import LARGEST_SCRIPT, places, sort_of
from lintstack.named import NamedTuple
from lintstack.reader import Reader

_MOST_FILES = 600
_MOST_IN_FOLDER = 400
_MOST_BYTES = 12_000_000
# Settings, beside the files that tell how compose files are run: Bake, Compose, Skaffold, Cloud Build, Tilt, Earthly …
_SUFFIXES = (".yml", ".yaml", ".hcl", ".json", ".toml", ".tf", ".star", ".py", ".ts", ".gradle", ".kts")
_CODE = (".hcl", ".py", ".ts", ".tf", ".star")
_WORD = (
    r"(?:\$\{\{[^}\n]{0,99}\}\}|\$?\{[^}\n]{0,99}\}|\$\([^)\n]{0,99}\)|\{\{[^}\n]{0,99}\}\}|<[^>\n]{1,99}>"
    r"|[\w.$/:@-]){1,99}"
)


class Targets(NamedTuple):
    """The stages that are asked for.

    Attributes:
        names: names and numbers, lower case.
        patterns: what is asked for by way of variables: the texts between them, lower case.
    """

    names: frozenset[str] = frozenset()
    patterns: tuple[tuple[str, ...], ...] = ()

    def may_name(self, stage: str) -> bool:
        """Whether a build may ask for a stage of this name or number."""
        name = stage.lower()
        return name in self.names or any(fits(name, parts) for parts in self.patterns)


def fits(name: str, parts: Sequence[str]) -> bool:
    """Whether a name is the parts in their order, with anything between them; one part is the name itself."""
    if len(parts) == 1:
        return name == parts[0]
    first, *middle, last = parts
    if len(name) < len(first) + len(last) or not (name.startswith(first) and name.endswith(last)):
        return False
    at, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def targets(folders: Iterable[str], reader: Reader) -> Targets:
    """What the files in and above some folders, and in the usual places beside them, ask for.

    Args:
        folders: real paths of folders with Dockerfiles and compose files.
        reader: opens files.
    """
    found = ((name, text) for name, text in texts(folders, reader) if "target" in text)
    written = {word for name, text in found for word in asked_for(text, name.endswith(_CODE))}
    names = {word.lower() for word in written if not _is_variable(word)}
    return Targets(frozenset(names), tuple(sorted({_pattern(word) for word in written if _is_variable(word)})))


def texts(folders: Iterable[str], reader: Reader) -> Iterator[tuple[str, str]]:
    """Names and texts of the scripts, documents and settings in and above folders, and beside them, up to the limits.

    Args:
        folders: real paths.
        reader: opens files.
    """
    count = total = 0
    for folder in places(set(folders), reader):
        for name in sorted(reader.names(folder))[:_MOST_IN_FOLDER]:
            lower = name.lower()
            if not (lower.endswith(_SUFFIXES) or "env" in lower or sort_of(name, folder)):
                continue
            if count == _MOST_FILES or total > _MOST_BYTES:
                return
            text = reader.searched(os.path.join(folder, name), LARGEST_SCRIPT)
            count, total = count + 1, total + len(text)
            yield name, text


@cache
def _option() -> re.Pattern[str]:
    """`--target dev`, `--target=dev`, `"--target", "dev"`, `- --target` with `- dev` in the next line."""
    return re.compile(rf"""--target(?:["']?,?[ \t]*+(?:\n[ \t]*+)?(?:-[ \t]++)?|[= \t]++)["']?({_WORD})""")


@cache
def _setting() -> re.Pattern[str]:
    """`target: dev` below `build:`, `target = "dev"` in Bake, `"target": "dev"` in JSON, `target='dev'` in Tilt."""
    return re.compile(rf"""(?<![\w.$-])["']?targets?["']?[ \t]*[:=][ \t]*(["']?)({_WORD})""")


def asked_for(text: str, code: bool = False) -> Iterator[str]:
    """Words behind `--target` and `target:`; values of other settings of that name do no harm.

    Args:
        text: a script, a CI file, settings.
        code: whether a word without quotes is a variable.
    """
    for found in _option().finditer(text):
        yield found[1].rstrip(".:")
    for found in _setting().finditer(text):
        word = "$" if code and not found[1] else found[2]
        if not _is_variable(word) or _in_build(text, found.start()):
            yield word


def _is_variable(word: str) -> bool:
    return "$" in word or "{" in word or word.startswith("<")


def _in_build(text: str, at: int) -> bool:
    """Whether the key at an offset stands below `build`; ports and mounts of Compose have a `target` as well."""
    start = text.rfind("\n", 0, at) + 1
    if "build" in text[start:at]:
        return True
    depth = len(text[start:at]) - len(text[start:at].lstrip(" "))
    for line in reversed(text[max(0, start - 2000) : start].splitlines()):
        if line.strip() and len(line) - len(line.lstrip(" ")) < depth:
            above = line.lstrip()
            return above[:2] != "- " and any(word in above for word in ("build", "target", "with:", "x-"))
    return False


@cache
def _variables() -> re.Pattern[str]:
    """Variables in a word: those of shells, make, CI systems and templates; one that is not closed takes the rest."""
    return re.compile(r"\$\{[^}]*(?:\}+|\Z)|\$\([^)]*(?:\)|\Z)|\$\w*|\{[^}]*(?:\}+|\Z)|<[^>]*(?:>|\Z)")


def _pattern(word: str) -> tuple[str, ...]:
    """What a word with variables may become: of `${APP}-dev` anything that ends in -dev."""
    return tuple(_variables().split(word.lower()))
