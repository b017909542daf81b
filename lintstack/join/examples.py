"""Examples of env files (`.env.example` and the like), and names that come from the shell."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from lintstack.compose.problems import Problems
from lintstack.naming import EXAMPLES, env_words

if TYPE_CHECKING:
    from lintstack.source import Source

Open = Callable[[str], "Source | None"]
Names = Callable[[str], frozenset[str]]

# Names that a shell or a runner of builds hands on, so that nobody declares them.
FROM_SHELL = frozenset(
    """
    CI COLUMNS DISPLAY EDITOR HOME HOSTNAME LANG LC_ALL LINES LOGNAME OSTYPE PATH PWD SHELL SSH_AUTH_SOCK TEMP TERM TMP
    TMPDIR USER USERNAME USERPROFILE WAYLAND_DISPLAY XAUTHORITY XDG_CONFIG_HOME XDG_RUNTIME_DIR APPDATA LOCALAPPDATA
    HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY FTP_PROXY http_proxy https_proxy no_proxy all_proxy ftp_proxy
    """.split()
)


def declared(names: Names, open_text: Open, folder: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Examples of the env file in a folder, with the names that they declare."""
    found = []
    for name in sorted(names(folder)):
        if not env_words(name).isdisjoint(EXAMPLES):
            from lintstack.compose.dotenv import parse

            source = open_text(f"{folder}/{name}")
            if source is not None:
                declared = frozenset(statement.key.text for statement in parse(source, Problems()))
                found.append((source.path, declared | _commented(source.text)))
    return tuple(found)


def _commented(text: str) -> frozenset[str]:
    """Names that an example shows behind a comment sign."""
    return frozenset(re.findall(r"^[ \t]*#[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=", text, re.MULTILINE))


def is_copied(name: str) -> bool:
    """Whether an example is copied to `.env` as it is, so that what it lacks is missing; defaults are not."""
    words = env_words(name)
    return len(words) == 2 and not words.isdisjoint(EXAMPLES) and words.isdisjoint(("default", "defaults"))
