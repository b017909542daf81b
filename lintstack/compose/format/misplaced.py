"""What to say about a key that nothing knows at its place: a slip of the pen, or a key of another level."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from lintstack.compose.format.field import Field, Type
from lintstack.compose.problems import shown

_MOST_PLACES = 3
# What repeats the fields of a service.
_REPEATED = frozenset({"jobs", "pre_start"})
Path = tuple[str, ...]


def unknown(name: str, where: Type, hints: bool = True) -> str:
    """The message about an unknown key.

    Args:
        name: the key.
        where: the mapping that it stands in.
        hints: whether to look for what is meant, which takes a millisecond.
    """
    fault = f"`{shown(name)}` is not a key of {where.kind}"
    if not hints:
        return fault
    near = _near(name, where, 0.85)
    if near:
        return f"{fault}; did you mean `{near}`?"
    owners = _owners(name, where)
    if owners:
        return f"{fault}; it is a key of {' or '.join(owners)}"
    near = _near(name, where, 0.7)
    return f"{fault}; did you mean `{near}`?" if near else f"{fault}; remove it, or begin its name with `x-`"


def meant(name: str, where: Type) -> str:
    """The key that an unknown one is most likely a slip of the pen for, "" for none."""
    return _near(name, where, 0.7)


def _near(name: str, where: Type, least: float) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name[:60], list(where.fields), 1, least)), "")


def _owners(name: str, where: Type) -> list[str]:
    """The nearest mappings that have such a key: below this one, else around it, else anywhere."""
    owners = _places().get(name, [])
    here = next((path for path, fields in _mappings() if fields is where.fields), None)
    if here is None or not owners:
        return []
    below = [path for path in owners if path[: len(here)] == here]
    around = [path for path in owners if here[: len(path)] == path]
    if below:
        return _told(min(map(len, below)), below)
    return _told(max(map(len, around)), around) if around else _told(min(map(len, owners)), owners)


def _told(length: int, paths: list[Path]) -> list[str]:
    """The paths of some length in words, a service before all others; too many say nothing."""
    if length == 2 and ("services", "NAME") in paths:
        return ["a service"]
    found = list(dict.fromkeys(_words(path) for path in paths if len(path) == length))
    return found if len(found) <= _MOST_PLACES else []


def _words(path: Path) -> str:
    if not path:
        return "the top level"
    if path[:2] == ("services", "NAME"):
        path = path[2:]
    return f"`{'.'.join(path)}`" if path else "a service"


@cache
def _mappings() -> tuple[tuple[Path, object], ...]:
    """Every mapping with known keys, by its path."""
    from lintstack.compose.format.document import ROOT

    return tuple((path, type_.fields) for path, type_ in _walk(ROOT, ()))


@cache
def _places() -> dict[str, list[Path]]:
    """Paths of the mappings that have a key, by key."""
    found: dict[str, list[Path]] = {}
    for path, fields in _mappings():
        for name in fields:  # type: ignore[attr-defined]
            found.setdefault(name, []).append(path)
    return found


def _walk(type_: Type, path: Path) -> Iterator[tuple[Path, Type]]:
    """A type and those below it, as deep as the format is."""
    if type_.fields:
        yield path, type_
    for name, field in type_.fields.items():
        if name not in _REPEATED:
            yield from _walk(field.type, (*path, name))
    if type_.names is not None:
        yield from _walk(type_.names.type, (*path, "NAME"))
    if type_.items is not None:
        yield from _walk(type_.items.type, path)


def dotted(field: Field) -> str:
    """Where a field belongs, as users know it: `depends_on.required` without the names that they choose."""
    for path, fields in _mappings():
        for name, other in fields.items():  # type: ignore[attr-defined]
            if other is field:
                words = [word for word in path if word not in ("services", "NAME")]
                return ".".join((*words, name))
    return ""
