"""Short options that take a password: which program has which, and how its value is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_REACH = 300  # characters between a program and its option: each name is looked behind that far, and no farther
_GAP = r"""[\s"',]"""
_VALUE = r"""(?P<secret>"[^"]*"|'[^']*'|[^\s"',\]]+)"""
_BEHIND_COLON = r"""[^\s"':,\]]*:(?P<secret>[^\s"',\]]+)"""
# Programs, their options, and whether the value is attached, a word of its own, or either.
_ATTACHED, _APART, _EITHER = "", rf"{_GAP}+", rf"{_GAP}*"
_MYSQL = r"(?:mysql|mariadb)(?:-?(?:dump|admin|check|import|show|slap|binlog))?"
_LOGIN = r"(?:docker|podman|nerdctl|buildah|skopeo|helm|oras|crane)\s+(?:registry\s+|auth\s+)?login"
_TABLE = (
    (r"(?:redis|valkey|keydb)-cli", "-a", _APART, _VALUE),
    (_MYSQL, "-p", _ATTACHED, _VALUE),
    (r"sshpass", "-p", _EITHER, _VALUE),
    (r"mongo(?:sh|dump|restore|import|export|stat|top)?", "-p", _EITHER, _VALUE),
    (r"cqlsh", "-p", _EITHER, _VALUE),
    (_LOGIN, "-p", _EITHER, _VALUE),
    (r"(?:sqlcmd|bcp)", "-P", _EITHER, _VALUE),
    (r"(?:zip|unzip)", "-P", _APART, _VALUE),
    (r"7z[ar]?", "-p", _ATTACHED, _VALUE),
    (r"ldap(?:search|modify|add|delete|whoami|passwd)", "-w", _APART, _VALUE),
    (r"curl", "(?:-[A-Za-z]{0,9}[uU]|--user|--proxy-user)", rf"(?:=|{_GAP}*)", _BEHIND_COLON),
    (r"(?:https?|xh)", "(?:-a|--auth)", rf"(?:=|{_GAP}*)", _BEHIND_COLON),
)
# One of these is in every text that names a program of the table.
_HINTS = "-cli mysql mariadb sshpass mongo cqlsh login sqlcmd bcp zip 7z ldap curl http xh".split()


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(rf"(?<![\w.-]){program}{_GAP}(?:[^|;&\n]{{0,{_REACH}}}?{_GAP})?{option}{between}{value}")
        for program, option, between, value in _TABLE
    )


def passwords(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of a text that are passwords by a short option in front of them.

    Args:
        text: a line, or the words of a command joined by blanks.
    """
    if " -" not in text and '"-' not in text and "'-" not in text and "--user" not in text:
        return
    lower = text.lower()
    if any(hint in lower for hint in _HINTS):
        for pattern in _patterns():
            for found in pattern.finditer(text):
                yield found.span("secret")
