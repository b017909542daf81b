"""What the names of compose files and env files say: base, overlay of an environment, put aside, an example."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache

from lintstack.recognise import kind_of

# What Docker Compose looks for by itself, by preference (compose-go `DefaultFileNames`, `DefaultOverrideFileNames`).
BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
# Words of the names of env files that everybody copies and fills in, the usual ones first: `.env.example`.
EXAMPLES = ("example", "sample", "template", "dist", "tmpl", "tpl", "default", "defaults", "examples", "samples")
_FAMILY = r"(?:docker[-_.]?|podman[-_.]?)?compose"
# Names of files that hold what others build upon.
_COMMON = frozenset("base common core shared".split())
# Names of files that were put aside, or that are to be copied first.
_ASIDE = frozenset(
    """archive archived backup bak broken copy deprecated disabled example fixed legacy new obsolete old orig original
    sample temp template tmp unused wip""".split()
)


def named_files(value: str, separator: str = "") -> tuple[str, ...]:
    """Paths that a value of `COMPOSE_FILE` names, in order.

    Args:
        value: the value, quotes removed.
        separator: what `COMPOSE_PATH_SEPARATOR` says; "" for a colon, or for the semicolon that a file written for
            Windows has.
    """
    return tuple(filter(None, value.split(separator or (";" if ";" in value else ":"))))


@cache
def _base() -> re.Pattern[str]:
    return re.compile(rf"{_FAMILY}\.ya?ml", re.IGNORECASE)


@cache
def _overlay() -> re.Pattern[str]:
    behind, around = (
        rf"(?:{_FAMILY}|docker-stack)[-_.](?P<behind>.+)",
        rf"(?P<before>.+?)[-_.]{_FAMILY}(?P<after>[-_.].+)?",
    )
    return re.compile(rf"(?:{behind}|{around})\.ya?ml", re.IGNORECASE)


def is_base(name: str) -> bool:
    """Whether a file name is that of a base file, in any tool's spelling."""
    return name in BASES or _base().fullmatch(name) is not None


def is_common(name: str) -> bool:
    """Whether a file name says that others build upon it: `compose.base.yaml`, `common.yml`."""
    return name not in BASES and (overlay_name(name) or os.path.splitext(name)[0]).lower() in _COMMON


def is_aside(name: str) -> bool:
    """Whether an environment's name says that its file was put aside or is a model for others."""
    return not _ASIDE.isdisjoint(re.split(r"[^a-z]+", name.lower()))


def overlay_name(name: str) -> str:
    """The environment that a file name spells out: `compose.prod.yaml` → prod; "" for other names."""
    found = _overlay().fullmatch(name) if name not in BASES else None
    if not found:
        return ""
    return found["behind"] or f"{found['before']}{found['after'] or ''}"


def shorter(name: str) -> Iterator[str]:
    """Names that a name is a variant of, with something behind them: `prod` for `prod.eu`."""
    return (name[:at] for at, sign in enumerate(name) if sign in "-_.")


def is_override(name: str) -> bool:
    """Whether an environment's name says that its file takes the place of `compose.override.yaml`."""
    return re.match(r"override[-_.]|.*[-_.]override$", name.lower()) is not None


def runs(name: str) -> bool:
    """Whether a name says that the file is run by itself."""
    return is_base(name) or kind_of(overlay_name(name)) != "unknown"


def env_words(name: str) -> frozenset[str]:
    """Words of the name of an env file, such as `env` and `example`; none for other files."""
    words = frozenset(filter(None, re.split(r"[._-]", name.lower())))
    return words if "env" in words else frozenset()
