"""What the values of labels may have to be: URLs, versions, dates, licences."""

from __future__ import annotations

import re
from collections.abc import Callable

_NUMBER = r"(?:0|[1-9][0-9]*+)"
_WORDS = r"[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*+"
_PRE = rf"(?:{_NUMBER}(?![0-9A-Za-z-])|[0-9]*+[A-Za-z-][0-9A-Za-z-]*+)"
_SEMVER = rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_PRE}(?:\.{_PRE})*+)?(?:\+{_WORDS})?"
_HASH = r"[0-9a-f]{7}|[0-9a-f]{40}"
_DATE = r"\d{4}-\d\d-\d\d[Tt](\d\d):[0-5]\d:(?:[0-5]\d|60)(?:\.\d++)?(?:[Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = rf'(?:{_ATOM}(?:\.{_ATOM})*+|"(?:[^"\\\r\n]|\\.)*+")@(?:{_HOST}(?:\.{_HOST})*+|\[[0-9A-Fa-f:.]++\])'


def _fits(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text) is not None


def is_url(text: str) -> bool:
    """Whether a text is an absolute URL."""
    from urllib.parse import urlsplit

    if re.search(r"\s", text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or (parts.scheme == "mailto" and parts.path)))


def is_date(text: str) -> bool:
    """Whether a text is a date and time as RFC 3339 wants them."""
    from datetime import date

    match = re.fullmatch(_DATE, text, re.ASCII)
    if not match or int(match[1]) > 23:
        return False
    try:
        return bool(date.fromisoformat(text[:10]))
    except ValueError:
        return False


def is_license(text: str) -> bool:
    """Whether a text is an SPDX licence expression."""
    from lintstack.dockerfile.spdx import is_expression

    return is_expression(text)


# By the name of a kind: what a value of it is, and how to tell.
KINDS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "url": ("a URL, such as `https://example.com/shop`", is_url),
    "rfc3339": ("a date and time of RFC 3339, such as `2026-03-01T12:00:00Z`", is_date),
    "spdx": ("an SPDX licence, such as `Apache-2.0`", is_license),
    "hash": ("a Git hash of 7 or 40 hexadecimal digits", _fits(_HASH)),
    "semver": ("a semantic version, such as `1.4.2`", _fits(_SEMVER)),
    "email": ("an e-mail address", _fits(_EMAIL)),
}
