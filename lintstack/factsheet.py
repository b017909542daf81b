"""What `lintstack facts` prints: every documented fact of a stack with its origins, and their JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from lintstack import model
from lintstack.coverage import share
from lintstack.facts import Fact
from lintstack.join.secrets import MASK, hidden_words, scrubbed, values
from lintstack.model import Assignment, Stack, Variable
from lintstack.record import Subject
from lintstack.source import Source

# Parents and other subjects that a subject points at: printing them again would never end.
POINTERS = frozenset(
    """
    service stack span anchor keys source_file secrets suppressions scripts stage dockerfile instruction parent parsed
    node builds read_commands read_assignments arguments contexts folder survey context copied moments settings
    foundation credential_files literals known twins partly_read read_addresses elsewhere complete members joined users
    watches look find_mentions declared_arguments call previous
    """.split()
)
# Subjects that are made when they are asked for.
LAZY = ("assignments", "commands", "variable_uses", "addresses")
JSON_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def sheet(stack: Stack, sources: Iterable[Source] = ()) -> dict[str, Any]:
    """All facts of a stack as plain data; values of secrets are masked.

    Args:
        stack: the stack.
        sources: files that were read: a credential in them is masked in the values of other variables as well.
    """
    data = _subject(stack, values(sources, (span.text for span in stack.secrets)))
    data["files"] = [file.source.path for file in stack.files]
    data["coverage"] = _coverage(stack)
    return data


def _coverage(stack: Stack) -> dict[str, Any]:
    """Of how many services the user and the health check are known, and why not of the others."""
    services = [service for service in stack.services if not service.synthetic]
    users = share(service.user.is_root.unknown for service in services)
    checks = share(service.healthcheck.defined.unknown for service in services)
    return {"user": users._asdict(), "healthcheck": checks._asdict()}


def _subject(subject: Subject, secrets: frozenset[str]) -> dict[str, Any]:
    data: dict[str, Any] = {"name": subject.name, "at": _at(subject.span)}
    variable = isinstance(subject, Variable | Assignment)
    for name in documented(type(subject)):
        value = getattr(subject, name)
        if not isinstance(value, Fact):
            data.setdefault(name, value)
        elif variable and name in {"value", "fallback"}:
            data[name] = _fact(value, secrets, bool(subject.is_secret.value))  # type: ignore[attr-defined]
        else:
            data[name] = _fact(value)
    for name, value in _children(subject):
        several = isinstance(value, tuple)
        data[name] = [_subject(item, secrets) for item in value] if several else _subject(value, secrets)
    return data


def _children(subject: Subject) -> Iterator[tuple[str, Any]]:
    for name in (*subject.fields, *LAZY):
        if name in POINTERS or name in {"files", "target"}:
            continue
        value = getattr(subject, name, None)
        if isinstance(value, Subject) or (isinstance(value, tuple) and value and isinstance(value[0], Subject)):
            yield name, value


def _fact(fact: Fact[Any], secrets: frozenset[str] = frozenset(), hidden: bool = False) -> dict[str, Any]:
    data: dict[str, Any] = {"value": MASK if hidden and fact.value is not None else shown(fact.value, secrets)}
    if fact.unknown:
        data["unknown"] = scrubbed(fact.unknown, ())
    if fact.default:
        data["default"] = True
    if fact.places:
        data["at"] = [_at(place.span) for place in fact.places]
    return data


def shown(value: Any, secrets: frozenset[str]) -> Any:
    """A value without credentials; a flag that takes one hides the word behind it."""
    if isinstance(value, str):
        return scrubbed(value, secrets)
    if not isinstance(value, tuple):
        return value
    words = hidden_words([item if isinstance(item, str) else "" for item in value])
    pairs = zip(words, value, strict=True)
    return [shown(word if isinstance(item, str) else item, secrets) for word, item in pairs]


def _at(span: Any) -> str:
    return f"{span.path}:{span.line}:{span.column}"


def documented(subject: type[Subject]) -> dict[str, str]:
    """Facts of a subject by name, with their documentation: the `Attributes` of its docstring."""
    found: dict[str, str] = {}
    for ancestor in reversed(subject.__mro__):
        if issubclass(ancestor, Subject):
            found |= _documented(ancestor.__doc__ or "")
    return found


@cache
def _documented(docstring: str) -> dict[str, str]:
    text = docstring.partition("Attributes:")[2]
    found: dict[str, str] = {}
    name = ""
    for line in text.partition("\n\n    `")[0].splitlines():
        if line.startswith("        ") and not line.startswith("         "):
            name, _, rest = line.strip().partition(": ")
            found[name] = rest
        elif line.strip() and name:
            found[name] += " " + line.strip()
    return found


def subjects() -> dict[str, type[Subject]]:
    """Every subject by its class name."""
    return {
        name: item
        for name, item in vars(model).items()
        if isinstance(item, type) and issubclass(item, Subject) and item is not Subject
    }


def schema() -> dict[str, Any]:
    """JSON Schema of what `sheet` returns, as a list of stacks."""
    definitions = {name: _definition(item) for name, item in subjects().items() if name != "Suppression"}
    known = {"type": "object", "additionalProperties": {"$ref": "#/$defs/Share"}}
    definitions["Stack"]["properties"]["coverage"] = known | {"description": "of how many services a fact is known"}
    counts = {"type": "object", "description": "how many by reason", "additionalProperties": {"type": "integer"}}
    numbers = {"services": {"type": "integer"}, "known": {"type": "integer"}, "unknown": counts}
    definitions["Share"] = {"type": "object", "properties": numbers, "additionalProperties": False}
    definitions["Place"] = {"type": "string", "description": "path:line:column, from 1"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lintstack facts",
        "type": "array",
        "items": {"$ref": "#/$defs/Stack"},
        "$defs": definitions,
    }


def _definition(subject: type[Subject]) -> dict[str, Any]:
    docs = documented(subject)
    hints = hints_of(subject)
    properties: dict[str, Any] = {"at": {"$ref": "#/$defs/Place"}}
    for name, hint in hints.items():
        branch = {} if name in POINTERS or name in {"files", "target"} else _branch(name, hint)
        if branch:
            properties |= branch
        elif name in docs:
            properties[name] = _leaf(hint) | {"description": docs[name]}
        elif name == "files":
            properties[name] = {"type": "array", "items": {"type": "string"}}
    description = (subject.__doc__ or "").partition("\n")[0]
    return {"type": "object", "description": description, "properties": properties, "additionalProperties": False}


def hints_of(subject: type[Subject]) -> dict[str, Any]:
    """Types of a subject's attributes."""
    return _hints(subject)  # type: ignore[arg-type]  # it takes the class for one of its instances


@cache
def _hints(subject: type[Subject]) -> dict[str, Any]:
    from lintstack.dockerfile import nodes, stages, syntax
    from lintstack.dockerfile.config import ImageConfig
    from lintstack.dockerfile.context import Context
    from lintstack.dockerfile.managers.calls import Call
    from lintstack.dockerfile.shell.script import Command
    from lintstack.images import Known
    from lintstack.source import Span

    names: dict[str, Any] = subjects() | {"nodes": nodes, "stages": stages, "syntax": syntax, "Context": Context}
    names |= {
        "Span": Span,
        "Call": Call,
        "SimpleCommand": Command,
        "Survey": object,
        "ImageConfig": ImageConfig,
        "Watch": object,
        "Known": Known,
    }
    members = {name: item for ancestor in reversed(subject.__mro__) for name, item in vars(ancestor).items()}
    derived = {name: item.fget for name, item in members.items() if isinstance(item, property)}
    returned = {name: get_type_hints(get, localns=names)["return"] for name, get in derived.items()}
    return get_type_hints(subject, localns=names) | returned


def _leaf(hint: Any) -> dict[str, Any]:
    if get_origin(hint) is not Fact:
        return _plain(hint)
    value = _plain(get_args(hint)[0])
    kinds = value.get("type")
    places = {"type": "array", "items": {"$ref": "#/$defs/Place"}}
    return {
        "type": "object",
        "required": ["value"],
        "properties": {
            "value": value | {"type": [kinds, "null"]},
            "unknown": {"type": "string", "description": "why it cannot be known"},
            "default": {"type": "boolean", "description": "whether it is Docker's default, which no file spells out"},
            "at": places,
        },
        "additionalProperties": False,
    }


def _plain(hint: Any) -> dict[str, Any]:
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _plain(get_args(hint)[0])}
    return {"type": JSON_TYPES.get(hint, "string")}


def _branch(name: str, hint: Any) -> dict[str, Any]:
    """A related subject, or a list of them."""
    options = [item for item in _options(hint) if isinstance(item, type) and issubclass(item, Subject)]
    for option in options:
        kinds = [item for item in subjects().values() if issubclass(item, option)]
        references = [{"$ref": f"#/$defs/{item.__name__}"} for item in kinds]
        reference: dict[str, Any] = references[0] if len(references) == 1 else {"anyOf": references}
        many = get_origin(hint) is tuple
        return {name: {"type": "array", "items": reference} if many else reference}
    return {}


def _options(hint: Any) -> tuple[Any, ...]:
    if get_origin(hint) in (Union, UnionType, tuple):
        return get_args(hint)
    return (hint,)


def fact_names(subject: type[Subject], depth: int = 3) -> Iterator[str]:
    """Dotted names of all facts that a page about this subject may use."""
    for name, hint in hints_of(subject).items():
        if name in documented(subject):
            yield name
        if depth and get_origin(hint) is not tuple:
            for option in _options(hint):
                if isinstance(option, type) and issubclass(option, Subject):
                    yield from (f"{name}.{below}" for below in fact_names(option, depth - 1))
    if subject is model.Service and depth:
        yield "service"
