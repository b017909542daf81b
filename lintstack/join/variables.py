"""Environment variables and build arguments → Variable subjects: which are secrets, and what is written out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Values
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from lintstack.compose.parts import source_offset
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.examples import FROM_SHELL
from lintstack.join.read import entries, places, text, unset
from lintstack.join.secret_names import (
    connection_password,
    defaults,
    holds_secret,
    is_placeholder,
    is_secret,
    is_secret_name,
    may_be_key_name,
)
from lintstack.model import Service, Variable
from lintstack.source import Span
from lintstack.yaml import Entry, Mapping, Scalar

if TYPE_CHECKING:
    from lintstack.dockerfile.nodes import Pair
    from lintstack.dockerfile.stages import Stage
    from lintstack.yaml import Node

# Instructions by which a build sets variables → scope of those that the container does not get.
LONGEST = 65_536  # characters of a label that are looked at
LATER = ("$", "%", "<", "{{", "/")  # how what something else puts there begins
BUILD_SCOPES = {"ARG": "arg", "ENV": "layer"}


@cache
def _inner_default() -> re.Pattern[str]:
    """The default of a variable that is the password of a URL, or of a connection string."""
    variable = r"\$\{[A-Za-z_][A-Za-z0-9_]{0,200}:?-([^{}$]{1,500})\}"
    return re.compile(rf"://[^\s/@]{{0,200}}:{variable}@|[;?&\s](?i:password|pwd)[ \t]{{0,9}}=[ \t]{{0,9}}{variable}")


def _fallback(name: str, raw: str) -> str:
    """Literal default of the credential in a value: of all of it, or of the password in a URL or connection string."""
    if "-" not in raw:
        return ""
    if "://" not in raw and (is_secret_name(name) or may_be_key_name(name)):
        found = defaults().search(raw)
        return found[1] if found else ""
    inner = _inner_default().search(raw)
    if inner:
        return inner[1] or inner[2]
    return next((found[1] for found in defaults().finditer(raw) if holds_secret(name, found[1])), "")


def environment(
    service: Service,
    node: Mapping,
    env_file: dict[str, Fact[str]],
    image_env: dict[str, Fact[str]],
    given: Values[str, Scalar],
) -> Iterator[Variable]:
    """Effective environment: `environment` over env files over the image's ENV.

    Args:
        service: whose it is.
        node: its merged node.
        env_file: variables of its env files by name.
        image_env: ENV of the built stage by name.
        given: values of the project's env files by name.
    """
    own = {entry.key.text: entry for entry in entries(node, "environment")}
    for entry in own.values():
        made = _from_outside(_variable(service, entry, "environment"), entry.value, given)
        yield _shadowing(made, env_file[made.name]) if made.name in env_file else made
    for name, fact in env_file.items():
        if name not in own:
            made = of_fact(service, name, fact, "env-file")
            yield made.with_(origin=Fact(name, fact.places)) if made.is_secret.value and fact.value else made
    for name, fact in image_env.items():
        if name not in own and name not in env_file:
            yield of_fact(service, name, fact, "env")


def _from_outside(variable: Variable, node: Node, given: Values[str, Scalar]) -> Variable:
    """A credential told of the variable of the project's env files that is all of it, or the password in it."""
    if not variable.is_secret.value or not isinstance(node, Scalar) or node.unset or not node.variables:
        return variable
    said = {connection_password(node.text) or node.text, node.text}
    names = [name for name in node.variables if name in given and given[name].text in said]
    if not names:
        return variable
    return variable.with_(origin=Fact(names[0], (Place(given[names[0]].span), Place(node.span, "used here"))))


def _shadowing(variable: Variable, beneath: Fact[str]) -> Variable:
    """A variable told of the env file whose other value it replaces."""
    if beneath.span is None or beneath.unknown or variable.value.unknown or beneath.value == variable.value.value:
        return variable
    where = (*variable.value.places[:1], Place(beneath.span, "not used"))
    return variable.with_(shadows=Fact(beneath.span.path, where))


def build_args(service: Service, node: Mapping) -> Iterator[Variable]:
    """Arguments given to the build."""
    for entry in entries(node, "build", "args"):
        yield _variable(service, entry, "build-arg")


def labels(service: Service, node: Mapping) -> Iterator[Variable]:
    """Labels that hold a credential, by the last part of their name or in what they say."""
    from lintstack.join.secrets import secret_texts

    for item in entries(node, "labels"):
        said = item.value.raw if isinstance(item.value, Scalar) else ""
        last = item.key.text.rpartition(".")[2]
        if is_secret_name(last) or "://" in said or any(secret_texts(said[:LONGEST])):
            yield _label(service, item, last)


def _label(service: Service, item: Entry, last: str) -> Variable:
    """A label as a variable, judged by the last part of its name."""
    made = _variable(service, item, "label")
    by_name = is_secret(last, made.value.value, made.fallback.value or "")
    inside = not by_name and isinstance(item.value, Scalar) and _holds_secret(item.value.raw[:LONGEST])
    return made.with_(is_secret=Fact(by_name or inside, made.value.places))


def _holds_secret(text: str) -> bool:
    """Whether a text such as JSON spells out a credential; tokens are known by their form."""
    from lintstack.join.credentials import credentials
    from lintstack.join.secrets import secret_texts

    marked = {(start, end) for _, start, end in credentials(text)}
    found = (text[start:end].strip("\"', ") for start, end in secret_texts(text) if (start, end) not in marked)
    return any(value and not value.startswith(LATER) for value in found)


def layers(service: Service, chain: Sequence[Stage], environment: Iterable[Variable]) -> Iterator[Variable]:
    """What the built stages spell out although the container does not get it: defaults of ARG, overridden ENV.

    Args:
        service: what is built.
        chain: the built stage and what it builds upon; other stages leave nothing in the image.
        environment: its effective environment.
    """
    if not chain:
        return
    from lintstack.dockerfile.expand import Value, expand

    seen = {variable.value.span for variable in environment}
    for scope, pair, escape in _settings(chain):
        if pair.value and pair.span not in seen:
            seen.add(pair.span)
            found = expand(pair.value.text, lambda name: Value(None, f"it depends on `{name}`"), escape)
            yield of_fact(service, pair.name, Fact(found.value, (Place(pair.span),), found.unknown), scope)


def _settings(chain: Iterable[Stage]) -> Iterator[tuple[str, Pair, str]]:
    """Scope, name and value of every ARG and ENV; an ARG without default has that of the one before the first FROM."""
    from lintstack.dockerfile.stages import global_pairs
    from lintstack.dockerfile.syntax import pairs

    for dockerfile, stages in groupby(chain, lambda stage: stage.dockerfile):
        escape, defaults = dockerfile.escape, global_pairs(dockerfile)
        for item in (item for stage in stages for item in stage.instructions if item.keyword in BUILD_SCOPES):
            for pair in pairs(item, escape):
                yield BUILD_SCOPES[item.keyword], pair if pair.value else defaults.get(pair.name, pair), escape


def _variable(service: Service, entry: Entry, scope: str) -> Variable:
    node = entry.value
    if not isinstance(node, Scalar):
        return _make(service, entry.key.text, entry.key.span, scope, Fact(), None, "")
    value = None if node.unset else text(node)
    fact = Fact(value, places(entry), unset(node))
    fallback = _fallback(entry.key.text, node.raw) if node.variables else ""
    made = _make(service, entry.key.text, node.span, scope, fact, not node.variables, fallback)
    if '"' in node.raw or "'" in node.raw:
        made = made.with_(quoted=_quoted(entry.key, node))
    if value is not None or node.unset:
        return made
    return made.with_(passed_through=Fact(made.name not in FROM_SHELL, (Place(entry.key.span),)))


def _quoted(key: Scalar, node: Scalar) -> Fact[str]:
    """Where quotes that look like YAML's or a shell's are a part of the value: default, or item of a list."""
    plain = {text for text in node.fallbacks if _in_quotes(text) and not _is_nested(text[1:-1])}
    if plain:
        piece = next((piece for piece in node.pieces if not plain.isdisjoint(piece.fallbacks)), None)
        at = source_offset(node, piece.raw_start) if piece else None
        span = Span(node.source, at, at + piece.raw_end - piece.raw_start) if piece and at is not None else node.span
        return Fact("default", (Place(span),))
    written = node.source.text
    # A list item is `NAME=value`, in quotes of its own where the character before it is one.
    item = written[node.start - 1 : node.start] == "=" and written[key.start - 1 : key.start] in (" ", "\t", "[", ",")
    whole = item and _in_quotes(node.raw) and written[node.start : node.end] == node.raw
    return Fact("item", (Place(node.span),)) if whole else ABSENT


def _in_quotes(text: str) -> bool:
    """Whether a text stands in one pair of quotes."""
    return len(text) > 1 and text[0] in "\"'" and text[0] == text[-1] and text[0] not in text[1:-1]


def _is_nested(text: str) -> bool:
    """Whether somebody takes the text apart, so that its quotes may be meant: several words, JSON."""
    return any(sign.isspace() or sign in "{}[]$,\"'" for sign in text)


def of_fact(service: Service, name: str, fact: Fact[str], scope: str) -> Variable:
    """A variable from a Dockerfile's ENV or ARG, or from an env file."""
    literal = bool(fact.value) and not (fact.span and "$" in fact.span.text)
    return _make(service, name, fact.span or service.span, scope, fact, literal, "")


def _make(
    service: Service, name: str, span: Span, scope: str, value: Fact[str], literal: bool | None, fallback: str
) -> Variable:
    where = value.places or (Place(span),)
    secret = is_secret(name, value.value, fallback)
    flags = Fact(False, where), Fact(True, where)
    return Variable(
        name=name,
        span=span,
        anchor=f"services.{service.name}.{scope}[{name}]",
        service=service,
        value=value,
        scope=Fact(scope, where),
        is_secret=flags[secret],
        is_literal=flags[bool(literal and value.value)],
        is_placeholder=flags[bool(secret and value.value and is_placeholder(value.value))],
        fallback=Fact(fallback, where) if fallback else ABSENT,
    )
