"""Texts that are credentials by their own form: keys and tokens of services that mark theirs, and private keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

# What it is → the text without which it is not there, and its form. A look-behind keeps each linear: a run of word
# characters is entered at its beginning only. The forms are those that their owners give: docs.aws.amazon.com (IAM
# identifiers), github.blog (2021-04-05 and 2026-05-15), docs.gitlab.com (security/tokens, prefixes), docs.slack.dev
# (authentication/tokens), docs.stripe.com/keys, docs.docker.com, guides.rubygems.org, shopify.dev,
# developer.hashicorp.com (vault, tokens); lengths also from
# https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml.


def _token(begins: str, rest: str) -> str:
    """Expression of a token that stands alone; with its literal beginning in front, looking for it is quick."""
    return rf"{begins}(?<![A-Za-z0-9_-]{begins}){rest}"


# Header, payload and signature in base64url (RFC 7519, section 3.1). Only the header begins with `{"`: a payload may
# be JSON with blanks between its signs.
_JWT_REST = r"[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,2000}"
_FORMS = (
    ("an AWS access key", "IA", _token("A", r"[KSB]IA[A-Z2-7]{16}(?![A-Za-z0-9])")),
    ("a GitHub token", "gh", _token("gh", rf"(?:[pousr]_[A-Za-z0-9]{{36,255}}|s_[A-Za-z0-9]{{1,30}}_eyJ{_JWT_REST})")),
    ("a GitHub token", "github_pat_", _token("github_pat_", r"[A-Za-z0-9]{22}_[A-Za-z0-9]{59}")),
    (
        "a GitLab token",
        "gl",
        _token("gl", r"(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|wt|soat|ffct)-[A-Za-z0-9_-]{20,255}"),
    ),
    (
        "a Slack token",
        "xox",
        _token("xox", r"(?:[bpos]-[0-9]{4,14}-[A-Za-z0-9-]{10,255}|[are]-[0-9]-[A-Za-z0-9-]{16,255})"),
    ),
    ("a Slack token", "xapp-", _token("xapp-", r"[0-9]-[A-Z0-9]{5,20}-[0-9]{5,20}-[A-Za-z0-9]{32,128}")),
    ("a Slack webhook", "hooks.slack.com", r"hooks\.slack\.com/services/T\w{6,12}/B\w{6,12}/\w{20,30}"),
    ("a Google API key", "AIza", _token("AIza", r"[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])")),
    ("a Stripe key", "_live_", r"[rs](?<![A-Za-z0-9_-].)k_live_[A-Za-z0-9]{20,255}"),
    ("an npm token", "npm_", _token("npm_", r"[A-Za-z0-9]{36}(?![A-Za-z0-9])")),
    ("a PyPI token", "pypi-", _token("pypi-", r"AgE[IN][A-Za-z0-9_-]{50,400}")),
    ("a SendGrid key", "SG.", _token("SG", r"\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}")),
    ("a Hugging Face token", "hf_", _token("hf_", r"[A-Za-z]{34}(?![A-Za-z0-9])")),
    ("an OpenAI key", "sk-", _token("sk-", r"(?:proj-|svcacct-)?[A-Za-z0-9_-]{20,80}T3BlbkFJ[A-Za-z0-9_-]{20,100}")),
    ("an Anthropic key", "sk-ant-", _token("sk-ant-", r"[a-z]{3,10}\d\d-[A-Za-z0-9_-]{80,120}")),
    ("a DigitalOcean token", "_v1_", _token("do", r"[opr]_v1_[a-f0-9]{64}")),
    ("a Docker Hub token", "dckr_", _token("dckr_", r"(?:pat|oat)_[A-Za-z0-9_-]{27,32}")),
    ("a RubyGems key", "rubygems_", _token("rubygems_", r"[a-f0-9]{48}(?![A-Za-z0-9])")),
    ("a Shopify token", "shp", _token("shp", r"(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}(?![A-Za-z0-9])")),
    ("a Grafana token", "glsa_", _token("glsa_", r"[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}(?![A-Za-z0-9])")),
    ("a Vault token", "hv", _token("hv", r"[sb]\.[A-Za-z0-9_-]{90,400}")),
    ("an Azure storage key", "AccountKey=", r"AccountKey=([A-Za-z0-9+/]{86}==)"),
    (
        "an AWS secret key",
        "aws_secret_access_key",
        r"aws_secret_access_key[\s=:\"']{1,5}([A-Za-z0-9/+]{40})(?![\w/+=])",
    ),
    ("a JSON web token", "eyJ", _token("eyJ", _JWT_REST)),
    ("a password in a URL", "@", r"http(?<![a-z]http)s?://[^\s/:@?#\"'$]{0,100}:([^\s/@?#\"'${}<>%*]{6,200})@"),
)
_SHORTEST = 15  # characters: a URL with a password of six
_BLOCK = "PRIVATE KEY"
_DUMMIES = ("EXAMPLE", "XXXX", "xxxx", "1234567890")
_WORDS = frozenset("password passwd changeme secret example dummy token username mysecret".split())


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def credentials(text: str) -> Iterator[tuple[str, int, int]]:
    """What it is, start and end of each credential in a text; examples from documentation are none.

    Args:
        text: any text of any size.
    """
    if len(text) < _SHORTEST:
        return
    for what, pattern in [(what, pattern) for what, hint, pattern in _FORMS if hint in text]:
        for found in _compiled(pattern).finditer(text):
            group = found.lastindex or 0
            if not _is_dummy(found[group]) and (group or _is_random(found[0])):
                yield what, *found.span(group)
    if _BLOCK in text:
        yield from _blocks(text)


def _is_dummy(value: str) -> bool:
    return any(part in value for part in _DUMMIES) or value.lower() in _WORDS


def _is_random(value: str) -> bool:
    """Whether a token is more than words that stand for one: `glpat-your-personal-access-token`."""
    return not value.islower() or any(char.isdigit() for char in value)


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
