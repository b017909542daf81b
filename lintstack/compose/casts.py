"""Compose's casts: what a scalar means at a field that wants a boolean, a number, bytes or a duration.

Every function returns None for what does not cast *and* for texts with unset variables: unknown, never wrong.
"""

from __future__ import annotations

import re
from functools import cache

from lintstack.yaml import Node, Scalar

_BOOLEANS = {
    **dict.fromkeys(("true", "y", "yes", "on"), True),
    **dict.fromkeys(("false", "n", "no", "off"), False),
}
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_SECONDS = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0,
    "w": 604800.0,
}  # fmt: skip
_LONGEST_NUMBER = 40
# Go holds both in 64 bits: bytes, and durations in nanoseconds.
_MOST_BYTES = 2**63
_MOST_SECONDS = 2**63 / 1e9


def known(node: Node | None) -> Scalar | None:
    """The scalar, when it is one whose text is what would run."""
    return node if isinstance(node, Scalar) and not node.unset else None


def as_bool(node: Node | None) -> bool | None:
    """`true`/`false`, `yes`/`no`, `on`/`off`, `y`/`n` in any case, quoted or not."""
    scalar = known(node)
    return None if scalar is None else _BOOLEANS.get(scalar.text.lower())


def as_int(node: Node | None) -> int | None:
    """A whole number: YAML's (octal and hexadecimal too) when plain, decimal digits when a string."""
    scalar = known(node)
    if scalar is None:
        return None
    value = scalar.value
    if isinstance(value, bool) or not isinstance(value, int):
        return _decimal(scalar.text) if isinstance(value, str) else None
    return value


def _decimal(text: str) -> int | None:
    digits = text[1:] if text[:1] in ("+", "-") else text
    valid = digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER
    return int(text) if valid else None


def as_float(node: Node | None) -> float | None:
    """A number, quoted or not."""
    scalar = known(node)
    if scalar is None:
        return None
    value = scalar.value
    if isinstance(value, str):
        return _parse_float(value)
    return None if value is None or isinstance(value, bool) else float(value)


def _parse_float(text: str) -> float | None:
    if len(text) > _LONGEST_NUMBER or "_" in text or text != text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        return None


@cache
def _size() -> re.Pattern[str]:
    number = r"\+?(?:\d[\d_]*+(?:\.\d*+)?+|\.\d++)(?:e[+-]?\d+)?"
    return re.compile(rf"({number}) ?(?:b|([kmgtp])(?:i?b)?)?", re.ASCII | re.IGNORECASE)


def as_bytes(node: Node | None) -> int | None:
    """Bytes: a whole number or go-units' RAMInBytes (`512m`, `1.5 GiB`, 1024-based)."""
    scalar = known(node)
    if scalar is None:
        return None
    number = as_int(node)
    if number is not None:
        return number
    found = _size().fullmatch(scalar.text) if len(scalar.text) <= _LONGEST_NUMBER else None
    if found is None or isinstance(scalar.value, float):
        return None
    size = float(found[1]) * 1024 ** _POWERS[(found[2] or "").lower()]
    return int(size) if size < _MOST_BYTES else None


@cache
def _duration() -> re.Pattern[str]:
    return re.compile(r"(\d++(?:\.\d*+)?+|\.\d++)(ns|us|µs|μs|ms|s|m|h|d|w)", re.ASCII)


def as_duration(node: Node | None) -> float | None:
    """Seconds of a Go duration with days and weeks (`1m30s`, `1.5h`, `2d`); `0` needs no unit."""
    scalar = known(node)
    if scalar is None or len(scalar.text) > _LONGEST_NUMBER * 2:
        return None
    return seconds(scalar.text)


def seconds(text: str) -> float | None:
    """Seconds of a duration's text, None when it is none."""
    sign = -1.0 if text[:1] == "-" else 1.0
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0.0
    total, at = 0.0, 0
    while at < len(rest):
        found = _duration().match(rest, at)
        if found is None:
            return None
        total += float(found[1]) * _SECONDS[found[2]]
        at = found.end()
    return sign * total if rest and total < _MOST_SECONDS else None


def go_text(scalar: Scalar) -> str | None:
    """Go's spelling of a scalar's value, unset variables included; None for null."""
    value = scalar.value
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else _go_float(value)


def _go_float(value: float) -> str:
    """Go's `%v`: the shortest digits, an exponent below 1e-4 and from 1e6 on."""
    if value != value or value in (float("inf"), float("-inf")):
        return {float("inf"): "+Inf", float("-inf"): "-Inf"}.get(value, "NaN")
    plain = repr(value).removesuffix(".0")
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return plain
    mantissa, _, power = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = int(power or 0) + len(whole) - 1 - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    return f"{'-' if value < 0 else ''}{digits[0]}{'.' if digits[1:] else ''}{digits[1:]}e{exponent:+03d}"
