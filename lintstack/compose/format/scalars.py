"""Types of single values, each with the cast that Compose makes after interpolation."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dict
from functools import cache
from re import Pattern, compile

from lintstack.compose.casts import as_bool, as_bytes, as_duration, as_float, as_int
from lintstack.compose.format.field import NOTHING, Reading, Type
from lintstack.compose.problems import shown
from lintstack.yaml import Node, Scalar

_QUOTES = "; put quotes around it"


def wrong(node: Node, name: str, expected: str, reading: Reading) -> Node | None:
    """Report a value of the wrong type, which drops it; never quotes it."""
    reading.say(f"`{shown(name)}` must be {expected}", node)
    return None


def is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null


def titled(name: str) -> str:
    """A field in backquotes, a description ("a port") as it is."""
    return name if " " in name else f"`{shown(name)}`"


def anything(node: Node, name: str, reading: Reading) -> Node | None:
    """A value that Compose hands on as it is."""
    return node


def scalar(expected: str, accepts: Callable[[Scalar], bool], cast: str = "") -> Type:
    """A single value; texts of templates, or with a variable that has no value, are accepted: nobody knows them."""
    quoted = expected == "a string"

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        if isinstance(node, Scalar) and (node.unset or accepts(node)):
            return node
        if isinstance(node, Scalar) and is_template(node):
            return unknown(node)
        hint = _QUOTES if quoted and isinstance(node, Scalar) and not node.is_null else ""
        return wrong(node, name, expected + hint, reading)

    return Type(check, expected, cast)


def is_template(node: Scalar) -> bool:
    """Whether another program fills in a text before Compose reads it (`{{ port }}`)."""
    return "{{" in node.text and isinstance(node.value, str)


def unknown(node: Scalar) -> Scalar:
    """The same place, its text unknown."""
    return Scalar(node.source, node.start, node.end, node.text, '"', "", node.raw, ("{{",))


def is_text(node: Scalar) -> bool:
    return isinstance(node.value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(node: Scalar) -> int | None:
    """A whole number, also one with a fraction of zero, or digits."""
    number = as_int(node)
    value = node.value
    if number is None and isinstance(value, float) and value.is_integer():
        return int(value)
    return number


def _at_least(least: int) -> Callable[[Scalar], bool]:
    return lambda node: (number := _whole(node)) is not None and number >= least


def _within(least: int, most: int) -> Callable[[Scalar], bool]:
    return lambda node: (number := _whole(node)) is not None and least <= number <= most


def _is_natural(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_amount(node: Scalar) -> bool:
    return _is_number(node.value) or as_int(node) is not None


def _is_octal(node: Scalar) -> bool:
    value = node.value
    return value.isascii() and value.isdigit() and not set("89") & set(value) if isinstance(value, str) else False


def is_size(node: Scalar) -> bool:
    return as_bytes(node) is not None


ANY = Type(anything, "anything")
TEXT = scalar("a string", is_text)
# Where `{{` is no text of its own, as it is in a command.
NAME = scalar("a string", lambda node: is_text(node) and "{{" not in node.text)
BOOLEAN = scalar("true or false", lambda node: as_bool(node) is not None, "bool")
# For fields that Compose compares before any cast: neither quotes nor variables are understood.
TRUE_FALSE = scalar("true or false, without quotes or variables", lambda node: isinstance(node.value, bool))
INTEGER = scalar("a whole number", lambda node: _whole(node) is not None, "int")
PLAIN_INTEGER = scalar(
    "a whole number, without quotes", lambda node: _whole(node) is not None and not is_text(node)
)  # fmt: skip
NATURAL = scalar("a whole number, 0 or more", _at_least(0), "int")
PLAIN_NATURAL = scalar(
    "a whole number, 0 or more, without quotes", lambda node: not is_text(node) and _at_least(0)(node)
)  # fmt: skip
LIMIT = scalar("a whole number", lambda node: as_int(node) is not None, "int")
PERCENT = scalar("a whole number from 0 to 100", lambda node: _in_percent(node), "float")
SCORE = scalar("a whole number from -1000 to 1000", _within(-1000, 1000), "int")
COUNT = scalar("a whole number, 0 or more", lambda node: _is_count(node), "int")
# A number of any kind, or digits in quotes.
AMOUNT = scalar("a whole number", _is_amount, "int")
MICROSECONDS = scalar("a whole number of microseconds", _is_amount, "int")
NUMBER = scalar("a number", lambda node: as_float(node) is not None, "float")
PLAIN_NUMBER = scalar("a number, without quotes", lambda node: _is_number(node.value))
NUMBER_OR_TEXT = scalar("a number or a string", lambda node: _is_number(node.value) or is_text(node))
INTEGER_OR_TEXT = scalar("a whole number or a string", lambda node: _whole(node) is not None or is_text(node))
# Numbers with a fraction of zero pass the official schema and fail right behind it.
EXPOSED = scalar(
    "a port, a range or a string such as `53/udp`",
    lambda node: is_text(node) or (isinstance(node.value, int) and not isinstance(node.value, bool)),
)
TEXT_OR_BOOLEAN = scalar("a string, true or false", lambda node: isinstance(node.value, bool) or is_text(node))
SIZE = scalar("a size such as `512m` or `1g`", is_size, "bytes")
SIZE_TEXT = scalar(
    "a size in a string, such as `512m` or `1g`", lambda node: is_text(node) and is_size(node), "bytes"
)  # fmt: skip
SIZE_OR_ZERO = scalar(
    "a size such as `512m` or `1g`", lambda node: (size := as_bytes(node)) is not None and size >= 0, "bytes"
)  # fmt: skip
DURATION = scalar(
    "a duration with its units, such as `30s` or `1m30s`",
    lambda node: is_text(node) and as_duration(node) is not None,
    "duration",
)
OCTAL = scalar("a mode such as `0440`", lambda node: _is_natural(node.value) or _is_octal(node), "mode")
MODE = scalar("a mode such as `0755`, without quotes", lambda node: _is_mode(node.value), "mode")
DEVICES = scalar(
    "`all` or a whole number", lambda node: _whole(node) is not None or node.text.lower() == "all", "int"
)  # fmt: skip


def _in_percent(node: Scalar) -> bool:
    number = as_float(node)
    return number is not None and number.is_integer() and 0 <= number <= 100


def _is_count(node: Scalar) -> bool:
    """A number of any kind, of which Compose drops the fraction, or digits in quotes."""
    number = as_float(node) if _is_number(node.value) else as_int(node)
    return number is not None and number >= 0


def _is_mode(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def one_of(*allowed: str, since: Dict[str, str] = NOTHING) -> Type:  # type: ignore[assignment]
    """One of some words.

    Args:
        allowed: the words.
        since: of words that are newer than the field: the Docker Compose that first knows them.
    """
    expected = f"one of {', '.join(f'`{word}`' for word in allowed)}"
    plain = scalar(expected, lambda node: node.text in allowed)
    if not since:
        return plain

    def check(node: Node, name: str, reading: Reading) -> Node | None:
        if isinstance(node, Scalar) and node.text in since:
            reading.note(f"{name}: {node.text}", node, since=since[node.text])
        return plain.check(node, name, reading)

    return Type(check, expected)


@cache
def _compiled(pattern: str) -> Pattern[str]:
    return compile(pattern)


def matching(pattern: str, expected: str) -> Type:
    """A string in which a pattern is found."""
    return scalar(expected, lambda node: is_text(node) and _compiled(pattern).search(node.text) is not None)
