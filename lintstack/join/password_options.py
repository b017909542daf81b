"""Passwords in commands: short options that take one, by program, and how their value is written; other forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_REACH = 300  # characters between a program and its option: each name is looked behind that far, and no farther
_GAP = r"""[\s"',]"""
# Between escaped quotes: a text in double quotes of YAML or JSON, for a shell.
_VALUE = r"""(?P<secret>\\"[^"\\]*\\"|"[^"]*"|'[^']*'|[^\s"',\]]+)"""
_BEHIND_COLON = r"""[^\s"':,\]]*:(?P<secret>[^\s"',\]]+)"""
# A word and a sign that each such command has, the programs, their options, and whether the value is attached or apart.
_ATTACHED, _APART, _EITHER = "", rf"{_GAP}+", rf"{_GAP}*"
_MYSQL = r"(?:mysql|mariadb)(?:-?(?:dump|admin|check|import|show|slap|binlog))?"
_LOGIN = r"(?:docker|podman|nerdctl|buildah|skopeo|helm|oras|crane)\s+(?:registry\s+|auth\s+)?login"
_TABLE = (
    ("-cli", "-a", r"(?:redis|valkey|keydb)-cli", "-a", _APART, _VALUE),
    ("mysql", "-p", _MYSQL, "-p", _ATTACHED, _VALUE),
    ("mariadb", "-p", _MYSQL, "-p", _ATTACHED, _VALUE),
    ("sshpass", "-p", r"sshpass", "-p", _EITHER, _VALUE),
    ("mongo", "-p", r"mongo(?:sh|dump|restore|import|export|stat|top)?", "-p", _EITHER, _VALUE),
    ("cqlsh", "-p", r"cqlsh", "-p", _EITHER, _VALUE),
    ("login", "-p", _LOGIN, "-p", _EITHER, _VALUE),
    ("sqlcmd", "-P", r"sqlcmd", "-P", _EITHER, _VALUE),
    ("bcp", "-P", r"bcp", "-P", _EITHER, _VALUE),
    ("zip", "-P", r"(?:zip|unzip)", "-P", _APART, _VALUE),
    ("7z", "-p", r"7z[ar]?", "-p", _ATTACHED, _VALUE),
    ("user", "-p", r"user(?:add|mod)", "-p", r"[ \t]*", _VALUE),
    ("ldap", "-w", r"ldap(?:search|modify|add|delete|whoami|passwd)", "-w", _APART, _VALUE),
    ("curl", ":", r"curl", "(?:-[A-Za-z]{0,9}[uU]|--user|--proxy-user)", rf"(?:=|{_GAP}*)", _BEHIND_COLON),
    ("http", "-a", r"https?", "(?:-a|--auth)", rf"(?:=|{_GAP}*)", _BEHIND_COLON),
    ("xh", "-a", r"xh", "(?:-a|--auth)", rf"(?:=|{_GAP}*)", _BEHIND_COLON),
)

# A text that each has, and the form of the whole; a password that is written into a program stands before it.
_READS_PASSWORD = rf"(?:sudo[ \t]+)?(?:ch)?passwd\b|{_LOGIN}\b"
_FORMS = (
    ("|", rf"""\b(?:echo|printf)[ \t]++(?:-\w++[ \t]++)*+["']?(?:[\w.-]{{1,40}}:)?(?P<secret>[^\s"'|]++)["']?[ \t]*+
        \|[ \t]*+(?:{_READS_PASSWORD})"""),
    ("machine", r"\bmachine[ \t]++\S++[ \t]++login[ \t]++\S++[ \t]++password[ \t]++(?P<secret>[^\s\"']++)"),
    ("uthorization", r"uthorization[ \t]*+:[ \t]*+(?:[A-Za-z]++[ \t]++)?(?P<secret>[^\s\"']++)"),
    ("aws", r"\baws[ \t]++configure[ \t]++set[ \t]++aws_(?:secret_access_key|session_token)[ \t]++(?P<secret>\S++)"),
)  # fmt: skip


@cache
def _form(row: int) -> re.Pattern[str]:
    return re.compile(_FORMS[row][1], re.VERBOSE)


@cache
def _pattern(row: int) -> re.Pattern[str]:
    _, _, program, option, between, value = _TABLE[row]
    before = rf"(?<![\w.-]){program}{_GAP}(?:[^|;&\n]{{0,{_REACH}}}?{_GAP})?"
    return re.compile(f"{before}{option}{between}{value}")


def passwords(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of a text that are passwords by a short option in front of them, or by the form of the command.

    Args:
        text: a line, or the words of a command joined by blanks.
    """
    if "-" in text:
        for row, (word, sign, *_) in enumerate(_TABLE):
            if word in text and sign in text:
                yield from (found.span("secret") for found in _pattern(row).finditer(text))
    for row, (hint, _) in enumerate(_FORMS):
        if hint in text:
            yield from (found.span("secret") for found in _form(row).finditer(text))
