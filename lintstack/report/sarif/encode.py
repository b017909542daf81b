"""The SARIF object model as JSON: sarif-om describes the objects and has no serializer."""

from __future__ import annotations

from functools import cache
from typing import Any

import attr

from lintstack.report.text import carried, json_text

# A consumer falls back on the rule's default level, not on the schema's, so this default must be written.
KEPT = {"level"}


def dump(log: Any) -> str:
    """A sarif-om object as ASCII JSON with a newline at its end."""
    return json_text(_encoded(log), separators=(",", ":")) + "\n"


def _encoded(value: Any) -> Any:
    if isinstance(value, str):
        return carried(value)
    if isinstance(value, dict):
        return {key: _encoded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encoded(item) for item in value]
    model: Any = type(value)
    if not attr.has(model):
        return value
    fields = ((name, getattr(value, field), default) for field, name, default in _fields(model))
    return {name: _encoded(item) for name, item, default in fields if item is not None and item != default}


@cache
def _fields(model: type) -> tuple[tuple[str, str, Any], ...]:
    """Attribute, JSON name and the value that need not be written, of each property."""
    return tuple((field.name, name, _default(field)) for field in attr.fields(model) for name in [_name(field)])


def _name(field: attr.Attribute[Any]) -> str:
    return str(field.metadata["schema_property_name"])


def _default(field: attr.Attribute[Any]) -> Any:
    if _name(field) in KEPT:
        return attr.NOTHING
    default: Any = field.default
    return default.factory() if hasattr(default, "factory") else default
