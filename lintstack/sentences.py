"""A rule's page as code: its sentence compiled, or the function of its name; its message with the facts in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from lintstack.facts import Fact, getter
from lintstack.findings import Problem
from lintstack.record import Subject
from lintstack.rules import PageError, Rule
from lintstack.schema import SchemaError, compile_schema

Check = Callable[[Subject], Iterable[Problem]]


def checker(rule: Rule, options: Mapping[str, Any]) -> Check:
    """The function that yields a rule's problems: its sentence, or the function of the same name in `checks/`.

    Raises:
        PageError: the page's schemas cannot be compiled, or there is no such function.
    """
    return _sentence(rule) if rule.require else _function(rule, options)


@cache
def _sentence(rule: Rule) -> Check:
    """A check compiled from `when` and `require`: one problem for each fact that fails."""
    try:
        when = [(getter(name), compile_schema(schema), schema is False) for name, schema in rule.when.items()]
        require = [
            (name.rstrip("?"), getter(name.rstrip("?")), compile_schema(schema), name.endswith("?") or schema is False)
            for name, schema in rule.require.items()
        ]
    except SchemaError as error:
        raise PageError(f"{rule.page or rule.name}: {error}") from error

    def check(subject: Subject) -> Iterable[Problem]:
        for get, test, absent in when:
            value, _, unknown, _ = get(subject)
            if unknown or not (absent if value is None else test(value)):
                return ()
        found = []
        for name, get, test, optional in require:
            fact = get(subject)
            value, _, unknown, _ = fact
            if not unknown and not (optional if value is None else test(value)):
                found.append(problem_of(name, fact))
        return found

    return check


def problem_of(name: str, fact: Fact[Any]) -> Problem:
    """The problem of a fact that fails: at its place, or missing."""
    if fact.decided:
        return Problem(at=fact.places[0], related=fact.places[1:], fact=name)
    return Problem(related=fact.places, fact=name) if fact.places else _nothing(name)


@cache
def _nothing(name: str) -> Problem:
    """The problem of all that lack a fact."""
    return Problem(fact=name)


def _function(rule: Rule, options: Mapping[str, Any]) -> Check:
    function = _of_module(rule)
    if not rule.options:
        return function
    return lambda subject: function(subject, options)


@cache
def _of_module(rule: Rule) -> Callable[..., Iterable[Problem]]:
    function = getattr(import_module(f"lintstack.checks.{rule.check}"), rule.name.replace("-", "_"), None)
    if function is None:
        raise PageError(f"{rule.page or rule.name}: no `require`, and checks/ has no function of that name")
    return function  # type: ignore[no-any-return]  # checks/ is held to the signature by mypy


def render(rule: Rule, subject: Subject) -> str:
    """The page's message with the subject's facts in the place of `{fact}`."""
    parts = rule.message.split("{")
    for index, part in enumerate(parts[1:], 1):
        name, _, rest = part.partition("}")
        parts[index] = _shown(getter(name)(subject).value) + rest
    return "".join(parts)


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return " ".join(str(item) for item in value)
    return str(value)
