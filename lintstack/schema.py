"""The part of JSON Schema that rule pages speak, compiled to closures over one value.

Supported keywords are the keys of `KEYWORDS`; anything else is a `SchemaError` with a did-you-mean. Patterns are
searched as in JSON Schema and must be linear: a repeat inside a repeat is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Test = Callable[[Any], bool]
LONGEST = 256  # characters of a value that a pattern looks at
MOST_REPEATS = 3  # of a pattern, without end or long: each multiplies the time by the length of the value
FEW = 8  # a repeat up to this often counts as so many copies, a longer one as one without end

TYPES: dict[str, Callable[[object], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: (isinstance(value, int) and not isinstance(value, bool)) or _whole(value),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "array": lambda value: isinstance(value, tuple | list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}
REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})


class SchemaError(ValueError):
    """A schema that cannot be compiled; the message names the keyword."""


def compile_schema(schema: object) -> Test:
    """Compile a schema.

    Args:
        schema: True, False or a mapping of the supported keywords.

    Raises:
        SchemaError: an unknown keyword or a malformed argument.
    """
    if isinstance(schema, bool):
        verdict = schema
        return lambda value: verdict
    if not isinstance(schema, dict):
        raise SchemaError(f"a schema is true, false or a mapping, not {schema!r}")
    return _all([_keyword(str(name), argument) for name, argument in schema.items()])


def _keyword(name: str, argument: Any) -> Test:
    if name not in KEYWORDS:
        from difflib import get_close_matches

        near = get_close_matches(name, KEYWORDS, 1)
        raise SchemaError(f"unknown keyword `{name}`" + (f"; did you mean `{near[0]}`?" if near else ""))
    try:
        return KEYWORDS[name](argument)
    except (TypeError, KeyError) as error:
        raise SchemaError(f"`{name}` cannot take {argument!r}") from error


def _whole(value: object) -> bool:
    return isinstance(value, float) and value.is_integer()


def _all(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda value: all(test(value) for test in tests)


def same(left: object, right: object) -> bool:
    """Equality as JSON has it: true is not 1, lists equal tuples."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    return left == right


def _type(argument: Any) -> Test:
    tests = [TYPES[name] for name in ([argument] if isinstance(argument, str) else argument)]
    return lambda value: any(test(value) for test in tests)


def _number(compare: Callable[[Any, Any], bool]) -> Callable[[Any], Test]:
    def keyword(limit: Any) -> Test:
        if not TYPES["number"](limit):
            raise TypeError
        return lambda value: not TYPES["number"](value) or compare(value, limit)

    return keyword


def _length(kind: str, compare: Callable[[int, int], bool]) -> Callable[[Any], Test]:
    def keyword(limit: Any) -> Test:
        if not TYPES["integer"](limit):
            raise TypeError
        return lambda value: not TYPES[kind](value) or compare(len(value), limit)

    return keyword


def _pattern(argument: Any) -> Test:
    import re

    try:
        compiled = re.compile(argument)
    except re.error as error:
        raise SchemaError(f"pattern {argument!r}: {error}") from error
    if not is_linear(argument):
        raise SchemaError(f"pattern {argument!r} can take too long: it repeats a repeat or a choice")
    return lambda value: not isinstance(value, str) or compiled.search(value[:LONGEST]) is not None


def is_linear(pattern: str) -> bool:
    """Whether no repeat of a pattern holds a repeat or a choice, few have no end, and none refers back."""
    from re import _parser  # the parse tree has no public door

    endless, pending = 0, [(item, 1) for item in _parser.parse(pattern)]
    while pending:
        (code, argument), times = pending.pop()
        name = str(code)
        most = int(argument[1]) if name in REPEATS else 1
        if name.startswith("GROUPREF") or (times > FEW and (most > 1 or name == "BRANCH")):
            return False
        endless += times if most > FEW else 0
        pending += [(item, times * most) for part in _parts(argument) for item in part]
    return endless <= MOST_REPEATS


def _parts(argument: Any) -> list[Any]:
    """The sub-patterns of one parsed item."""
    found: list[Any] = []
    pending = [argument]
    while pending:
        item = pending.pop()
        if type(item).__name__ == "SubPattern":
            found.append(item)
        elif isinstance(item, tuple | list):
            pending.extend(item)
    return found


def _items(argument: Any) -> Test:
    test = compile_schema(argument)
    return lambda value: not TYPES["array"](value) or all(test(item) for item in value)


def _values(argument: Any) -> Test:
    test = compile_schema(argument)
    return lambda value: not TYPES["object"](value) or all(test(item) for item in value.values())


def _contains(argument: Any) -> Test:
    test = compile_schema(argument)
    return lambda value: not TYPES["array"](value) or any(test(item) for item in value)


def _not(argument: Any) -> Test:
    test = compile_schema(argument)
    return lambda value: not test(value)


def _any_of(argument: Any) -> Test:
    tests = [compile_schema(item) for item in argument]
    return lambda value: any(test(value) for test in tests)


def _one_of(argument: Any) -> Test:
    tests = [compile_schema(item) for item in argument]
    return lambda value: sum(test(value) for test in tests) == 1


def _enum(argument: Any) -> Test:
    options = list(argument)
    return lambda value: any(same(value, option) for option in options)


KEYWORDS: dict[str, Callable[[Any], Test]] = {
    "const": lambda argument: lambda value: same(value, argument),
    "enum": _enum,
    "type": _type,
    "minimum": _number(lambda value, limit: value >= limit),
    "maximum": _number(lambda value, limit: value <= limit),
    "exclusiveMinimum": _number(lambda value, limit: value > limit),
    "exclusiveMaximum": _number(lambda value, limit: value < limit),
    "minLength": _length("string", lambda size, limit: size >= limit),
    "maxLength": _length("string", lambda size, limit: size <= limit),
    "minItems": _length("array", lambda size, limit: size >= limit),
    "maxItems": _length("array", lambda size, limit: size <= limit),
    "pattern": _pattern,
    "items": _items,
    "contains": _contains,
    "additionalProperties": _values,
    "not": _not,
    "allOf": lambda argument: _all([compile_schema(item) for item in argument]),
    "anyOf": _any_of,
    "oneOf": _one_of,
}
