"""Typed values of plain scalars by the rules of go-yaml, which Docker Compose uses."""

from __future__ import annotations

import re
from functools import cache
from typing import TypeAlias

Value: TypeAlias = bool | int | float | str | None

_NAMED: dict[str, Value] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((f"{sign}{word}" for sign in ("", "+") for word in (".inf", ".Inf", ".INF")), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_NUMBER_STARTS = frozenset("0123456789+-.")
_BASES = {"0x": 16, "0o": 8, "0b": 2}
# No number that Compose can hold is longer; longer texts stay strings instead of costing quadratic time.
_LONGEST_NUMBER = 128


@cache
def _float_pattern() -> re.Pattern[str]:
    return re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


def resolve(text: str) -> Value:
    """Value of an untagged plain scalar: null, bool, int (octal 0644 and 0o644, 0x, 0b, 1_000), float, else str."""
    if text in _NAMED:
        return _NAMED[text]
    if text[0] not in _NUMBER_STARTS or len(text) > _LONGEST_NUMBER:
        return text
    plain = text.replace("_", "")
    whole = _integer(plain)
    if whole is not None:
        return whole
    return _float(plain, text)


def _float(plain: str, text: str) -> float | str:
    """A float; text when it is none, or one that no float holds."""
    value = float(plain) if _float_pattern().fullmatch(plain) else None
    return text if value is None or value in (float("inf"), float("-inf")) else value


def _integer(plain: str) -> int | float | None:
    unsigned = plain[1:] if plain[:1] in ("+", "-") else plain
    digits, base = unsigned, 10
    if len(unsigned) > 1 and unsigned[0] == "0":
        prefixed = _BASES.get(unsigned[:2].lower())
        digits, base = (unsigned[2:], prefixed) if prefixed else (unsigned[1:], 8)
    if not digits.isascii() or not digits.isalnum():
        return None
    try:
        number = int(digits, base)
    except ValueError:
        return None
    number = -number if plain[0] == "-" else number
    highest = 2**63 if plain[0] == "+" else 2**64  # A sign makes Go read a signed number.
    return number if -(2**63) <= number < highest else float(number) if base == 10 else None


def tagged(text: str, tag: str, style: str) -> Value:
    """Value of a tagged scalar: the core tags convert where they can, all others are ignored."""
    kind = tag.removeprefix("tag:yaml.org,2002:")
    if kind in ("str", "binary", "timestamp"):
        return text
    untyped = text if style else resolve(text)
    if kind not in ("int", "float", "bool", "null"):
        return untyped
    value = resolve(text)
    if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
