"""Scalars as `docker compose config` prints them: what a field's text means, on the place of that text."""

from __future__ import annotations

import struct
from collections.abc import Callable
from math import isfinite
from posixpath import isabs, join, normpath
from typing import TypeAlias

from lintstack.compose.casts import as_bool, as_bytes, as_float, as_int, go_text, seconds
from lintstack.compose.normal.words import split_words
from lintstack.compose.parts import Parts
from lintstack.compose.paths import is_remote
from lintstack.compose.versions import Version
from lintstack.named import NamedTuple
from lintstack.yaml import Node, Scalar, Sequence

_TAG = "tag:yaml.org,2002:"


class Project(NamedTuple):
    """What the normal form takes from outside of the files.

    Args:
        folder: the project directory, absolute: relative paths of the files mean it.
        home: what `~` means; "" leaves it.
        name: the project's name when something other than the files gives it.
        json: as `--format json` prints it, which differs in small ways from the YAML that can be read back:
            extension fields of services are left out, fields without a value are null or empty.
        version: the Docker Compose whose printing is meant; None is the newest.
    """

    folder: str
    home: str = ""
    name: str = ""
    json: bool = False
    version: Version | None = None


# (canonical value, project) -> normal value, or None: not printed.
Convert: TypeAlias = Callable[[Node, Project], Node | None]


def retold(node: Scalar, text: str, kind: str = "str") -> Scalar:
    """The same words of the file, with another text: what they mean at their field."""
    if kind == "str" and text == node.text and isinstance(node.value, str):
        return node
    style, tag = ('"', "") if kind == "str" else ("", _TAG + kind)
    return Scalar(
        node.source, node.start, node.end, text, style, tag, node.raw, node.unset, node.fallbacks, node.variables,
    )  # fmt: skip


def implied(at: Node, text: str, kind: str = "str") -> Scalar:
    """A value that no file spells out, at the place that implies it; its raw text is empty."""
    return Scalar(
        at.source, at.start, at.end, text, '"' if kind == "str" else "", "" if kind == "str" else _TAG + kind, ""
    )


def null(at: Node) -> Scalar:
    """The null that stands for a field without a value."""
    return Scalar(at.source, at.start, at.start, "")


def spelled(node: Node | None) -> str:
    """Text of a scalar in Go's spelling; "" for null and for collections."""
    return (go_text(node) or "") if isinstance(node, Scalar) else ""


def text(node: Node, project: Project) -> Node | None:
    """A string; an empty one is not printed."""
    return full_text(node, project) if spelled(node) else None


def full_text(node: Node, project: Project) -> Node | None:
    """A string; empty for null."""
    return retold(node, spelled(node)) if isinstance(node, Scalar) else None


def nullable_text(node: Node, project: Project) -> Node | None:
    """A string or null."""
    return node if isinstance(node, Scalar) and node.is_null else full_text(node, project)


def _typed(kind: str, cast: Callable[[Scalar], str | None], empty: str = "") -> Convert:
    """A converter to a YAML type; what does not cast keeps its text, the text `empty` is not printed."""

    def convert(node: Node, project: Project) -> Node | None:
        if not isinstance(node, Scalar) or node.is_null:
            return None
        found = cast(_as_it_stands(node))
        if found is None:
            return full_text(node, project)
        return None if found == empty else retold(node, found, kind)

    return convert


def _as_it_stands(node: Scalar) -> Scalar:
    """A text with unset variables as Compose takes it: they are empty."""
    if not node.unset:
        return node
    return Scalar(node.source, node.start, node.end, node.text, node.style, node.tag, node.raw)


def _boolean(node: Scalar) -> str | None:
    found = as_bool(node)
    return None if found is None else "true" if found else "false"


def _integer(node: Scalar) -> str | None:
    """A whole number; of one with a fraction Compose drops that."""
    value = node.value
    found = int(value) if isinstance(value, float) and isfinite(value) else as_int(node)
    return None if found is None else str(found)


def single(number: float) -> str:
    """The shortest digits that give the same 32-bit float, as Go prints one."""
    try:
        wanted = struct.pack("f", number)
    except OverflowError:
        return repr(number)
    for digits in range(1, 10):
        found = f"{number:.{digits}g}"
        if struct.pack("f", float(found)) == wanted:
            break
    whole = float(found)
    return str(int(whole)) if whole.is_integer() and abs(whole) < 1e15 else repr(whole)


def _number(node: Scalar) -> str | None:
    found = as_float(node)
    return None if found is None else single(found)


def _size(node: Scalar) -> str | None:
    if isinstance(node.value, float):
        return "0"
    found = as_bytes(node)
    return None if found is None else str(found)


def _duration(node: Scalar) -> str | None:
    found = seconds(node.text)
    return None if found is None else go_duration(round(found * 1_000_000_000))


def go_duration(nanoseconds: int) -> str:
    """Go's spelling of a duration: `1h0m0s`, `1.5s`, `100ms`."""
    sign, left = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if left == 0:
        return "0s"
    if left < 1_000_000_000:
        unit, size = next(pair for pair in (("ms", 1_000_000), ("µs", 1000), ("ns", 1)) if left >= pair[1])
        return f"{sign}{_decimal(left, size)}{unit}"
    minutes, rest = divmod(left, 60_000_000_000)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{sign}{head}{_decimal(rest, 1_000_000_000)}s"


def _decimal(number: int, unit: int) -> str:
    whole, fraction = divmod(number, unit)
    digits = str(fraction).rjust(len(str(unit)) - 1, "0").rstrip("0") if fraction else ""
    return f"{whole}.{digits}" if digits else str(whole)


def _mode(node: Scalar) -> str | None:
    value = node.value
    if isinstance(value, str):
        octal = value.isascii() and value.isdigit() and not set(value) & set("89")
        return f"0{int(value, 8):o}" if octal and len(value) < 20 else None
    return f"0{value:o}" if isinstance(value, int) else None


def _count(node: Scalar) -> str | None:
    return "-1" if node.text.lower() == "all" else _integer(node)


flag = _typed("bool", _boolean, "false")
shown_flag = _typed("bool", _boolean)
whole = _typed("int", _integer, "0")
shown_whole = _typed("int", _integer)
number = _typed("float", _number, "0")
size = _typed("str", _size, "0")
shown_size = _typed("str", _size)
duration = _typed("str", _duration)
long_duration = _typed("str", _duration, "0s")
mode = _typed("str", _mode)
count = _typed("int", _count, "0")


def anything(node: Node, project: Project) -> Node | None:
    """A value that is printed as it is."""
    return node


def located(text: str, project: Project) -> str:
    """A path of the project as an absolute one: `~` is the home folder, the others stand in the project directory."""
    if text.startswith("~") and project.home:
        return normpath(join(project.home, text[1:].lstrip("/")))
    windows = text[1:3] in (":\\", ":/") and text[:1].isalpha()
    fixed = isabs(text) or text.startswith(("~", "\\\\")) or windows
    return text if fixed else normpath(join(project.folder, text))


def path(node: Node, project: Project) -> Node | None:
    """A path below the project directory, absolute."""
    found = spelled(node)
    return retold(node, located(found, project)) if isinstance(node, Scalar) and found else None


def own_path(node: Node, project: Project) -> Node | None:
    """The same; an empty one is the project directory itself."""
    known = isinstance(node, Scalar) and not node.is_null
    return retold(node, located(spelled(node), project)) if known and isinstance(node, Scalar) else None


def context(node: Node, project: Project) -> Node | None:
    """A build context: a folder, or something remote."""
    return full_text(node, project) if is_remote(spelled(node)) else path(node, project)


def command(node: Node, project: Project) -> Node | None:
    """The words of a command; a string is split as a shell would; null is none."""
    if isinstance(node, Sequence):
        return node.with_items(tuple(item for item in (full_text(item, project) for item in node.items) if item))
    if not isinstance(node, Scalar) or node.is_null:
        return None
    parts = Parts(node) if not node.unset else None
    found = [
        retold(parts.cut(start, end) if parts is not None else node, word)
        for word, start, end in split_words(spelled(node))
    ]
    return Sequence(node.source, node.start, node.end, tuple(found))
