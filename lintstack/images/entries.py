"""What an entry of the catalogue may look like, ours and those that users put into their configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from lintstack.images.known import KINDS, PROGRAM_KEYS
from lintstack.images.reference import split

CONDITION = r"!?[a-z0-9.]+|[a-z]*(?:>=|<)[0-9]+(?:\.[0-9]+)*"
PORT = r"[0-9]+(?:-[0-9]+)?/(?:tcp|udp|sctp)"
SETTING = r"-{1,2}[A-Za-z][\w.-]*|[A-Za-z_][\w.]*(?:=\S+)?"
SIGNAL = r"SIG[A-Z0-9+]+"
MANAGERS = ("apk", "apt", "dnf", "microdnf", "yum", "none")
MOST_WORDS = 200

Test = Callable[[Any], bool]


def _text(pattern: str) -> Test:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _list_of(test: Test) -> Test:
    return lambda value: isinstance(value, list | tuple) and len(value) <= MOST_WORDS and all(map(test, value))


def _number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _secrets(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(text, str) for pair in value.items() for text in pair)


# Key of an entry, a variant or a base: what its value must be, in words and as a test. null stands for unknown.
FACTS: dict[str, tuple[str, Test]] = {
    "kind": (f"one of {', '.join(KINDS)}", lambda value: value in KINDS),
    "user": ("a user name or number", _text(r"\S+")),
    "uid": ("a number", _number),
    "drops_privileges": ("true or false", lambda value: isinstance(value, bool)),
    "package_manager": (f"one of {', '.join(MANAGERS)}", lambda value: value in MANAGERS),
    "ports": ('a list of ports such as "5432/tcp"', _list_of(_text(PORT))),
    "data_dirs": ("a list of absolute paths", _list_of(_text(r"/\S+"))),
    "healthcheck": ("true or false", lambda value: isinstance(value, bool)),
    "volumes": ("a list of absolute paths", _list_of(_text(r"/\S+"))),
    "former_dirs": ("a list of absolute paths", _list_of(_text(r"/\S+"))),
    "data_variable": ("the name of a variable", _text(r"[A-Za-z_]\w*")),
    "writes": ("a list of absolute paths", _list_of(_text(r"/\S+"))),
    "auth": ("true or false", lambda value: isinstance(value, bool)),
    "auth_on": ("a list of settings such as `NAME`, `NAME=value` or `--option`", _list_of(_text(SETTING))),
    "auth_off": ("a list of settings such as `NAME=value` or `--option`", _list_of(_text(SETTING))),
    "default_login": ("a list of names of variables", _list_of(_text(r"[A-Za-z_][\w.]*"))),
    "unprivileged": ("the name of an image", _text(r"\S*")),
    "stop_signal": ('a signal such as "SIGTERM"', _text(SIGNAL)),
    "stop_grace": ("a number of seconds", _number),
    "secrets": ("a mapping of variable names to the names of their file variants", _secrets),
    "source": ("a URL", _text(r"https://\S+")),
    **dict.fromkeys(PROGRAM_KEYS, ("a list of program names", _list_of(_text(r"\S+")))),
}


def problems(entry: object, bases: Collection[str]) -> Iterator[str]:
    """What is wrong with an entry; nothing when it can be used.

    Args:
        entry: an entry as it was read from JSON or TOML.
        bases: names of the families that `base` may name.
    """
    if not isinstance(entry, Mapping):
        yield "an entry is a mapping"
        return
    yield from _names(entry.get("names"))
    variants = entry.get("variants", {})
    parts = {key: value for key, value in entry.items() if key not in ("names", "variants")}
    yield from _facts(parts, bases)
    if not isinstance(variants, Mapping):
        yield "`variants` must be a mapping of conditions to facts"
        return
    for condition, part in variants.items():
        yield from _variant(condition, part, bases)


def _names(names: object) -> Iterator[str]:
    if not isinstance(names, list | tuple) or not names or not all(isinstance(name, str) and name for name in names):
        yield "`names` must be a list of image names"
        return
    for name in names:
        reference = split(name)
        if reference.tag or reference.digest:
            yield f"`names`: {name} must have no tag and no digest; tags belong to `variants`"


def _variant(condition: object, part: object, bases: Collection[str]) -> Iterator[str]:
    terms = condition.split() if isinstance(condition, str) else []
    if not terms or not all(re.fullmatch(CONDITION, term) for term in terms):
        yield f"`variants`: {condition!r} is no condition such as `alpine`, `!slim` or `>=18`"
    if not isinstance(part, Mapping):
        yield f"`variants`: {condition!r} must be a mapping of facts"
        return
    yield from (f"`variants`: {condition!r}: {problem}" for problem in _facts(part, bases))


def _facts(part: Mapping[Any, Any], bases: Collection[str]) -> Iterator[str]:
    for key, value in part.items():
        if key == "base":
            if value is not None and not (isinstance(value, str) and value in bases):
                yield f"`base` must be one of {', '.join(bases)}"
        elif key not in FACTS:
            yield f"`{key}` is no known key"
        elif value is not None or key in PROGRAM_KEYS:
            words, test = FACTS[key]
            if not test(value):
                yield f"`{key}` must be {words}"
