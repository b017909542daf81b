"""Texts that are credentials by their own form: keys and tokens of services that mark theirs, and private keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

# What it is → the text without which it is not there, and its form. A look-behind keeps each linear: a run of word
# characters is entered at its beginning only.
_START = r"(?<![A-Za-z0-9_-])"
_FORMS = (
    ("an AWS access key", "IA", _START + r"A[KSB]IA[A-Z2-7]{16}(?![A-Za-z0-9])"),
    ("a GitHub token", "gh", _START + r"gh[pousr]_[A-Za-z0-9]{36,255}"),
    ("a GitHub token", "github_pat_", _START + r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    ("a GitLab token", "gl", _START + r"gl(?:pat|dt|rt|cbt|ptt|soat)-[A-Za-z0-9_-]{20,255}"),
    ("a Slack token", "xox", _START + r"xox[abeoprs]-[A-Za-z0-9-]{10,255}"),
    ("a Slack webhook", "hooks.slack.com", r"hooks\.slack\.com/services/T\w{6,12}/B\w{6,12}/\w{20,30}"),
    ("a Google API key", "AIza", _START + r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    ("a Stripe key", "_live_", _START + r"[rs]k_live_[A-Za-z0-9]{20,255}"),
    ("an npm token", "npm_", _START + r"npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    ("a PyPI token", "pypi-", _START + r"pypi-AgEI[A-Za-z0-9_-]{50,400}"),
    ("a SendGrid key", "SG.", _START + r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    ("a Hugging Face token", "hf_", _START + r"hf_[A-Za-z]{34}(?![A-Za-z0-9])"),
    ("an OpenAI key", "sk-", _START + r"sk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{20,80}T3BlbkFJ[A-Za-z0-9_-]{20,100}"),
    ("an Anthropic key", "sk-ant-", _START + r"sk-ant-[a-z]{3,10}\d\d-[A-Za-z0-9_-]{80,120}"),
    ("a DigitalOcean token", "_v1_", _START + r"do[opr]_v1_[a-f0-9]{64}"),
    ("a Docker Hub token", "dckr_pat_", _START + r"dckr_pat_[A-Za-z0-9_-]{27}"),
    ("an Azure storage key", "AccountKey=", r"AccountKey=([A-Za-z0-9+/]{86}==)"),
    (
        "an AWS secret key",
        "aws_secret_access_key",
        r"aws_secret_access_key[\s=:\"']{1,5}([A-Za-z0-9/+]{40})(?![\w/+=])",
    ),
    (
        "a JSON web token",
        "eyJ",
        _START + r"eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,2000}",
    ),
    ("a password in a URL", "://", r"(?<![a-z])https?://[^\s/:@?#\"'$]{0,100}:([^\s/@?#\"'${}<>%*]{6,200})@"),
)
_BLOCK = "PRIVATE KEY"
_DUMMIES = ("EXAMPLE", "XXXX", "xxxx", "1234567890")
_WORDS = frozenset("password passwd changeme secret example dummy token username mysecret".split())


@cache
def _pattern(row: int) -> re.Pattern[str]:
    return re.compile(_FORMS[row][2])


def credentials(text: str) -> Iterator[tuple[str, int, int]]:
    """What it is, start and end of each credential in a text; examples from documentation are none.

    Args:
        text: any text of any size.
    """
    for row, (what, hint, _) in enumerate(_FORMS):
        if hint in text:
            for found in _pattern(row).finditer(text):
                group = found.lastindex or 0
                if not _is_dummy(found[group]):
                    yield what, *found.span(group)
    if _BLOCK in text:
        yield from _blocks(text)


def _is_dummy(value: str) -> bool:
    return any(part in value for part in _DUMMIES) or value.lower() in _WORDS


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(r"-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----")


def _blocks(text: str) -> Iterator[tuple[str, int, int]]:
    """Private keys, from their first line to their last; what never ends, or holds nothing, is none."""
    at = 0
    while found := _opening().search(text, at):
        at = text.find("-----END", found.end())
        if at < 0:
            return
        if sum(char.isalnum() for char in text[found.end() : min(at, found.end() + 400)]) >= 40:
            yield "a private key", found.start(), at
