"""Which words the files of a repository say about running Compose: names of profiles and services among them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lintstack.environments.targets import texts
from lintstack.reader import Reader
from lintstack.recognise import by_name

ANY = "*"  # a word that stands for all profiles


def mentions(folders: Iterable[str], reader: Reader) -> frozenset[str]:
    """Words of the scripts, documents, settings and env files that speak of Compose or of profiles.

    Of compose files only the comments count: that they declare a profile switches nothing on. `*` is among the words
    where all profiles, or those that a variable names, are switched on.

    Args:
        folders: real paths of folders with compose files.
        reader: opens files.
    """
    found: set[str] = set()
    for name, text in texts(folders, reader):
        said = _comments(text) if by_name(name) == "compose" else text
        if re.search(r"compose|profile", said, re.IGNORECASE):
            found.update(re.findall(r"[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*", said))
            if re.search(r"""(?:--profile|COMPOSE_PROFILES)["',= \t:]{1,9}[*$<{]""", said):
                found.add(ANY)
    return frozenset(found)


def _comments(text: str) -> str:
    return "\n".join(line.partition("#")[2] for line in text.splitlines())
