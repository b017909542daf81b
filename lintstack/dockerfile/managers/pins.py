"""Whether what is installed has a version, by each package manager's own syntax, and what it is called without it.

pin(call, operand)        True: `curl=7.*`   False: `curl`   None: `$PACKAGES`, `./x.deb`, `requirements/`
package_name("npm", "@scope/tool@1.2")      "tool"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from lintstack.dockerfile.managers.calls import Call, is_project
from lintstack.dockerfile.nodes import Word

_HOLE = "\0"  # stands for `$x`, `${x}`, `$(x)`
_INSTALLS = frozenset({"install", "reinstall", "local-install", "module-install", "run", "download", "build-dep"})
_ARCHIVES = (".whl", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar", ".zip")
_GIT_HOSTS = ("git+", "git:", "git@", "github:", "gitlab:", "bitbucket:", "gist:", "ssh:")
_MOVING = frozenset({"", "latest", "*", "x"})
_VERSION = "=<>~@:/[!; "


def pin(call: Call, operand: Word) -> bool | None:
    """Whether an operand of an installing call says which version it wants.

    Args:
        call: the call.
        operand: one of its operands.

    Returns:
        None where nothing can be said: a variable that may bring the version, or something that has none to give (a
        file, a directory, a group of packages).
    """
    if call.action not in _INSTALLS:
        return None
    text = _holes(operand.value)
    if not text or text == "-" or (text[0] == _HOLE and ("/" in text or text.strip(_HOLE) == "")):
        return None
    found = _PINS[call.row.pin](call, text)
    return None if found is False and text.endswith(_HOLE) else found


def names_tag(value: str) -> bool:
    """Whether a package of npm is wanted by a tag that moves: `npm@latest`.

    Args:
        value: the operand, quotes removed.
    """
    _, at, version = value[1:].partition("@")
    return bool(at) and version in _MOVING


def with_version(call: Call, value: str) -> str:
    """How an operand is written with a version: `curl=VERSION`.

    Args:
        call: the call that installs it.
        value: the operand, quotes removed.
    """
    mark = _MARKS.get(call.row.pin, "=")
    if mark == "@":
        head, _, _ = value[1:].partition("@")
        return f"{value[:1]}{head}@VERSION"
    return f"{value}{mark}VERSION"


def _holes(value: str) -> str:
    """A word with each expansion replaced by one character."""
    return _expansion().sub(_HOLE, value) if "$" in value or "`" in value else value


@cache
def _expansion() -> re.Pattern[str]:
    return re.compile(r"\$\{[^}]*+(?:\}|\Z)|\$\([^)]*+(?:\)+|\Z)|`[^`]*+`|\$\w++|\$[@*#?$!-]")


def _apt(call: Call, text: str) -> bool | None:
    if "/" in text or text.endswith(".deb"):
        return None
    return None if text.endswith("-") else "=" in text  # `name-` removes


def _apk(call: Call, text: str) -> bool | None:
    if text.endswith(".apk") or text.startswith((".", "!", "/")):
        return None
    return any(char in text for char in "=~<>")


@cache
def _rpm_version() -> re.Pattern[str]:
    """A version behind a dash, with a release behind another one, at the end of a name."""
    return re.compile(r"-(?:\d++:)?[\d\0][\w.+~^*\0]*+(?:-[\d\0*][\w.+~^*\0]*+)?\Z")


def _rpm(call: Call, text: str) -> bool | None:
    if call.action == "module-install":
        return ":" in text
    if text.startswith("@"):
        return ":" in text or None
    if text.endswith(".rpm") or text.startswith(("/", "./", "../", "~/", "-")) or "://" in text:
        return None
    if any(char in text for char in "=<>"):
        return True
    return _rpm_version().search(text, max(0, len(text) - 200)) is not None


def _zypper(call: Call, text: str) -> bool | None:
    if text.endswith(".rpm") or text.startswith(("/", "./", "~/", "-", "!")) or "://" in text or _is_group(text):
        return None
    return any(char in text for char in "=<>")


def _is_group(text: str) -> bool:
    return text.startswith(("pattern:", "patch:", "product:", "@"))


def _pip(call: Call, text: str) -> bool | None:
    if call.manager == "poetry" and call.verb.value != "add":
        return None
    requirement = text.partition(";")[0].strip()
    if requirement.startswith(("git+", "hg+", "svn+", "bzr+")) or " @ git+" in requirement:
        return _has_ref(requirement)
    if is_project(text) or requirement.endswith(_ARCHIVES) or "/" in requirement:
        return None
    if any(mark in requirement for mark in ("==", ">=", "<=", "~=", "!=", "<", ">")):
        return True
    if call.manager in ("poetry", "uv", "pipx") and "@" in requirement:
        return requirement.rpartition("@")[2].strip() not in _MOVING
    return False


def _has_ref(url: str) -> bool:
    """Whether the path of a repository's URL names a revision (`@v1`, `#v1`, `?rev=`)."""
    path = url.partition("://")[2].partition("/")[2] or url.partition("/")[2]
    return "@" in path.partition("#")[0] or "rev=" in path


def _npm(call: Call, text: str) -> bool | None:
    if text.startswith((".", "/", "~", "file:", "link:", "workspace:")) or text.endswith((".tgz", ".tar.gz", ".tar")):
        return None
    if text.startswith(_GIT_HOSTS) or text.endswith(".git") or ".git#" in text:
        return "#" in text
    if "://" in text:
        return "#" in text if "github.com/" in text or "gitlab.com/" in text else None
    scope = text.startswith("@")
    name, at, version = text[scope:].partition("@")
    if not scope and "/" in name:
        return "#" in name or "#" in version
    return bool(at) and version not in _MOVING


def _gem(call: Call, text: str) -> bool | None:
    if text.endswith(".gem") or text.startswith(("/", "./")):
        return None
    return ":" in text or call.arguments.has("-v", "--version")


def _go(call: Call, text: str) -> bool | None:
    name, at, version = text.partition("@")
    first = name.partition("/")[0]
    if text.startswith((".", "/", "~")) or text.endswith(".go") or ("." not in first and _HOLE not in first):
        return None  # a local path, or a package of Go itself
    return bool(at) and version not in ("", "latest", "none", "upgrade", "patch")


def _cargo(call: Call, text: str) -> bool | None:
    if call.arguments.has("--path"):
        return None
    if call.arguments.has("--git"):
        return call.arguments.has("--rev", "--tag")
    return call.arguments.has("--version", "--vers") or "@" in text


def _composer(call: Call, text: str) -> bool | None:
    if "/" not in text and not any(char in text for char in ":="):
        return None  # `php`, `ext-json`
    return any(char in text for char in ":= ^~")


def _conda(call: Call, text: str) -> bool | None:
    if text.endswith((".tar.bz2", ".conda")) or text.startswith(("/", "./", "~")):
        return None
    return any(char in text.rpartition("::")[2] for char in "=<>")


def _pacman(call: Call, text: str) -> bool | None:
    return True if "=" in text else None  # its repositories keep one version only


def _none(call: Call, text: str) -> bool | None:
    return None


_PINS: dict[str, Callable[[Call, str], bool | None]] = {
    "apk": _apk,
    "apt": _apt,
    "cargo": _cargo,
    "composer": _composer,
    "conda": _conda,
    "gem": _gem,
    "go": _go,
    "none": _none,
    "npm": _npm,
    "pacman": _pacman,
    "pip": _pip,
    "rpm": _rpm,
    "zypper": _zypper,
}


# What stands between a name and its version, where it is not `=`.
_MARKS = {"rpm": "-", "pip": "==", "npm": "@", "go": "@", "cargo": "@", "gem": ":", "composer": ":"}


def package_name(manager: str, word: str) -> str:
    """A package's name without version, architecture, extras and path.

    Args:
        manager: name of the package manager.
        word: as written, quotes removed.
    """
    if manager in ("npm", "pnpm", "yarn", "bun", "go"):
        bare = word[1:].partition("@")[0] if word.startswith("@") else word.partition("@")[0]
        return bare.rpartition("/")[2]
    end = min((at for at in map(word.find, _VERSION) if at > 0), default=len(word))
    return word[:end].lstrip("@!")
