"""The JSON Schema of a configuration: what validates it, documents it and completes it in editors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from lintstack.image_keys import IMAGE
from lintstack.named import NamedTuple
from lintstack.peers import COMPATIBLE
from lintstack.reader import suggest

if TYPE_CHECKING:
    from jsonschema import ValidationError

    from lintstack.carriers import Carrier
    from lintstack.source import Span

_SEVERITY = ["error", "warning", "info"]
_RULES = {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": 1000}
_PATHS = {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": 1000}
_WORDS = {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": 1000}

_ENVIRONMENT: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "kind": {
            "enum": ["dev", "prod", "unknown"],
            "description": "What it is for; the name tells when it is left out.",
        },
        "files": _PATHS
        | {
            "minItems": 1,
            "description": "Compose files in the order of `docker compose -f`. Left out: the files that lintstack "
            "finds for an environment of this name.",
        },
        "env-files": _PATHS | {"description": "Files of variables, as `docker compose --env-file`."},
        "profiles": _WORDS | {"description": "Profiles that are active, as `docker compose --profile`."},
        "project-directory": {
            "type": "string",
            "minLength": 1,
            "description": "Folder that relative paths in the files start from; left out: that of the first file.",
        },
    },
}
_ENVIRONMENTS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": _ENVIRONMENT,
    "maxProperties": 100,
    "description": "Environments by name. Those with files replace the ones that lintstack would infer.",
}
_RULE: dict[str, Any] = {
    "type": ["string", "boolean", "object"],
    "if": {"type": "string"},
    "then": {"enum": ["off", "on", *_SEVERITY]},
    "properties": {
        "severity": {"enum": ["off", *_SEVERITY], "description": "Severity in every environment."},
        "env": {
            "type": ["string", "array"],
            "items": {"type": "string", "minLength": 1},
            "maxItems": 100,
            "description": "Names or kinds of the environments that the rule is confined to.",
        },
    },
    "maxProperties": 100,
}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "lintstack configuration",
    "description": "`.lintstack.yaml`, `.lintstack.yml`, `lintstack.toml` or `[tool.lintstack]` in `pyproject.toml`.",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "description": "For editors."},
        "preset": {
            "enum": ["minimal", "recommended", "strict"],
            "default": "recommended",
            "description": "Which rules run.",
        },
        "fail-on": {
            "enum": [*_SEVERITY, "none"],
            "default": "error",
            "description": "The least severity that makes the exit code 1.",
        },
        "select": _RULES | {"description": "Only these rules, instead of a preset. Ids of other tools are understood."},
        "extend-select": _RULES | {"description": "These rules beside those of the preset."},
        "ignore": _RULES | {"description": "Rules that do not run."},
        "exclude": _PATHS | {"description": "Files and folders to leave out, in the patterns of .gitignore."},
        "environments": _ENVIRONMENTS,
        "projects": {
            "type": "object",
            "maxProperties": 1000,
            "description": "Environments of other folders, by folder; their paths are relative to that folder.",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"environments": _ENVIRONMENTS},
            },
        },
        "rules": {
            "type": "object",
            "additionalProperties": _RULE,
            "maxProperties": 1000,
            "description": "By name: off, on, a severity, or a mapping with `severity`, `env` and the rule's options.",
        },
        "per-file-ignores": {
            "type": "object",
            "additionalProperties": _RULES,
            "maxProperties": 1000,
            "description": "Rules that are silent in files, by pattern of .gitignore.",
        },
        "rule-dirs": _PATHS | {"description": "Folders with rule pages of your own."},
        "edge": _WORDS | {"description": "Services that are the reverse proxy in front of the others."},
        "images": {
            "type": "object",
            "propertyNames": {"pattern": r"^[^:@]+(?::[0-9]+/[^:@]+)?$", "examples": ["ghcr.io/acme/base"]},
            "additionalProperties": IMAGE,
            "maxProperties": 1000,
            "description": "What lintstack cannot know of your own images, by repository without a tag "
            "(`ghcr.io/acme/base`, or `ghcr.io/acme/*` for all below it).",
        },
        "trusted-registries": _WORDS
        | {
            "description": "Registries that images may come from, for the rule `trusted-registry`: hosts, "
            "`*.example.com`, paths such as `ghcr.io/acme`; `docker.io` is Docker Hub, `library` its official images."
        },
        "compat": {
            "type": "object",
            "additionalProperties": False,
            "properties": {tool: {"type": "boolean"} for tool in COMPATIBLE},
            "description": "Whether comments of other tools that silence findings count (and `.hadolint.yaml` is read);"
            " all do unless said otherwise.",
        },
        "suppressions": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "require-reason": {
                    "type": "boolean",
                    "description": "Whether a comment must say why: switches `suppression-without-reason` on.",
                }
            },
            "description": "What is asked of comments that silence findings.",
        },
        "compose-version": {
            "type": "string",
            "pattern": r"^v?[0-9]{1,5}(\.[0-9]{1,5}){0,3}$",
            "examples": ["2.24"],
            "description": 'The oldest Docker Compose that must be able to run the project, such as "2.24".',
        },
    },
}

_SORTS = {
    "string": "text",
    "array": "a list",
    "object": "a mapping",
    "boolean": "true or false",
    "integer": "a number",
}
_MOST_ERRORS = 100
_LONGEST_QUOTE = 60


class Mistake(NamedTuple):
    """What is wrong in a configuration, and where."""

    span: Span
    message: str


def mistakes(carrier: Carrier) -> list[Mistake]:
    """What of a configuration does not fit the schema, in the order of the file; jsonschema's own words are not used.

    Args:
        carrier: the configuration as it was read.
    """
    from jsonschema import Draft202012Validator

    errors = islice(Draft202012Validator(SCHEMA).iter_errors(carrier.value), _MOST_ERRORS)
    found = [mistake for error in errors for mistake in _WORDING.get(str(error.validator), _wrong)(error, carrier)]
    return sorted(found, key=lambda mistake: mistake.span.start)


def quote(text: object) -> str:
    """A word of the configuration, fit for a message: short, on one line."""
    word = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in str(text)[:_LONGEST_QUOTE])
    return f"`{word}`" if len(str(text)) <= _LONGEST_QUOTE else f"`{word}…`"


def _path(error: ValidationError) -> tuple[str | int, ...]:
    return tuple(error.absolute_path)


def _name(error: ValidationError) -> str:
    """The setting an error is about: its last name, since lists have none."""
    names = [part for part in error.absolute_path if isinstance(part, str)]
    return quote(names[-1]) if names else "the configuration"


def _unknown(error: ValidationError, carrier: Carrier) -> Iterator[Mistake]:
    schema: Any = error.schema
    known = schema.get("properties", {})
    within = f" in {_name(error)}" if error.absolute_path else ""
    instance: Any = error.instance
    for key in instance:
        if key not in known:
            hint = suggest(key, known) or f"; known are {', '.join(name for name in known if name != '$schema')}"
            yield Mistake(carrier.key((*_path(error), key)), f"unknown key {quote(key)}{within}{hint}")


def _type(error: ValidationError, carrier: Carrier) -> Iterator[Mistake]:
    wanted: Any = error.validator_value
    words = [_SORTS[sort] for sort in ([wanted] if isinstance(wanted, str) else wanted) if sort != "null"]
    is_item = bool(error.absolute_path) and isinstance(error.absolute_path[-1], int)
    subject = f"each item of {_name(error)}" if is_item else _name(error)
    yield Mistake(carrier.item(_path(error)), f"{subject} must be {' or '.join(words)}, not {_sort(error.instance)}")


def _enum(error: ValidationError, carrier: Carrier) -> Iterator[Mistake]:
    allowed: Any = error.validator_value
    hint = suggest(str(error.instance), [word for word in allowed if word])
    value = quote(error.instance) if isinstance(error.instance, str) else _sort(error.instance)
    message = f"{_name(error)} cannot be {value}; it is one of {', '.join(filter(None, allowed))}{hint}"
    yield Mistake(carrier.item(_path(error)), message)


def _pattern(error: ValidationError, carrier: Carrier) -> Iterator[Mistake]:
    schema: Any = error.schema
    message = f"{_name(error)} cannot be {quote(error.instance)}; it is written like `{schema['examples'][0]}`"
    is_key = "propertyNames" in error.absolute_schema_path
    yield Mistake(
        (carrier.key((*_path(error), str(error.instance))) if is_key else carrier.item(_path(error))), message
    )


def _empty(error: ValidationError, carrier: Carrier) -> Iterator[Mistake]:
    yield Mistake(carrier.item(_path(error)), f"{_name(error)} must not be empty")


def _many(error: ValidationError, carrier: Carrier) -> Iterator[Mistake]:
    yield Mistake(carrier.item(_path(error)), f"{_name(error)} has more than {error.validator_value} entries")


def _small(error: ValidationError, carrier: Carrier) -> Iterator[Mistake]:
    yield Mistake(carrier.item(_path(error)), f"{_name(error)} must be at least {error.validator_value}")


def _wrong(error: ValidationError, carrier: Carrier) -> Iterator[Mistake]:
    yield Mistake(carrier.item(_path(error)), f"{_name(error)} is not valid")


_WORDING: dict[str, Callable[[ValidationError, Carrier], Iterator[Mistake]]] = {
    "additionalProperties": _unknown,
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "minLength": _empty,
    "minItems": _empty,
    "minimum": _small,
    "maxItems": _many,
    "maxProperties": _many,
}


def _sort(value: object) -> str:
    """The type of a value in words."""
    sorts: dict[type, str] = {
        str: "text",
        list: "a list",
        dict: "a mapping",
        bool: "true or false",
        type(None): "nothing",
    }
    return sorts.get(type(value), "a number" if isinstance(value, int | float) else "a date")
