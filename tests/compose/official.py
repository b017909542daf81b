"""The official schema of the Compose format: its fields, and values that say what it accepts in each of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

Path = tuple[str, ...]
SCHEMA: dict[str, Any] = json.loads(
    (files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json").read_text("utf-8")
)
DEFINITIONS: dict[str, Any] = SCHEMA["$defs"]
# What Compose insists on beyond its schema (compose-go's transform and validation).
for _field in ("volumes", "devices"):
    DEFINITIONS["container_spec"]["properties"][_field]["items"]["oneOf"][1]["required"].append("target")
DEFINITIONS["workload_spec"]["properties"]["ports"]["items"]["oneOf"][2]["required"] = ["target"]
# One value of each kind that Compose tells apart, and those that some fields make something of.
POOL: list[Any] = [
    "", "x", "5", "-1", "5.5", "10s", "1g", "true", "a b", "A=1", "80", 0, 5, -1, 101, 1.5, 2.0, True, False, None,
    [], {}, ["A=1"], ["A=1", "A=1"], [1], [True], [None], [{}], {"a": "b"}, {"a": 1}, {"a": True}, {"a": None},
    {"a": ["b"]}, {"x-a": 1}, {"zzz": 1}, {"a": {"zzz": 1}}, {"a b": None},
]  # fmt: skip


def resolved(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and those that it is made of or a choice of."""
    yield schema
    if "$ref" in schema:
        yield from resolved(DEFINITIONS[schema["$ref"].rpartition("/")[2]])
    for word in ("allOf", "oneOf", "anyOf"):
        for part in schema.get(word, ()):
            yield from resolved(part)


def paths(schema: dict[str, Any], path: Path = ()) -> Iterator[Path]:
    """Every property, with NAME for keys that users choose."""
    for part in resolved(schema):
        for name, inner in part.get("properties", {}).items():
            yield (*path, name)
            yield from paths(inner, (*path, name))
        for pattern, inner in part.get("patternProperties", {}).items():
            if pattern != "^x-":
                yield from paths(inner, (*path, "NAME"))
        if isinstance(part.get("items"), dict):
            yield from paths(part["items"], path)


def values(schema: dict[str, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Values of a schema, good and bad, each with the path of the field that it is about."""
    yield from ((path, value) for value in POOL)
    for part in resolved(schema):
        yield from ((path, word) for word in part.get("enum", ()))
        properties = part.get("properties", {})
        required = part.get("required", ())
        least = {name: minimal(properties[name]) for name in required if name in properties}
        yield from ((path, {name: least[name] for name in least if name != left}) for left in least)
        yield from ((path, {**least, extra: 1}) for extra in ("x-foo", "zzz") if properties)
        for name, inner in properties.items():
            yield from ((at, {**least, name: value}) for at, value in values(inner, (*path, name)))
        for pattern, inner in part.get("patternProperties", {}).items():
            if pattern != "^x-" and any("properties" in below for below in resolved(inner)):
                yield from ((at, {"a": value}) for at, value in values(inner, (*path, "NAME")))
        if isinstance(part.get("items"), dict):
            yield from ((at, [value]) for at, value in _items(part["items"], path))


def _items(schema: dict[str, Any], path: Path) -> Iterator[tuple[Path, Any]]:
    """Values of what a list holds; those of the pool stand in the pool's own lists."""
    for at, value in values(schema, path):
        if at != path or isinstance(value, dict):
            yield at, value


def minimal(schema: dict[str, Any]) -> Any:
    """A value that the schema accepts."""
    for part in resolved(schema):
        if "enum" in part:
            return part["enum"][0]
        kind = part.get("type")
        kinds = [kind] if isinstance(kind, str) else kind or []
        for name, value in {"integer": 1, "number": 1, "boolean": True, "string": "x", "array": []}.items():
            if name in kinds:
                return value
        if "object" in kinds:
            required = (*part.get("required", ()), *part.get("anyOf", [{"required": ()}])[0]["required"])
            return {name: minimal(part["properties"][name]) for name in required}
    raise AssertionError(schema)
