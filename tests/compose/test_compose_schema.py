"""Our tables of fields against the official schema."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from lintstack.compose import schema

OFFICIAL: dict[str, Any] = json.loads(
    (files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json").read_text("utf-8")
)
DEFINITIONS = OFFICIAL.get("definitions") or OFFICIAL["$defs"]


def official(name: str) -> set[str]:
    """Fields of a definition, those of the definitions it is made of included."""
    found: set[str] = set()
    todo = [DEFINITIONS[name]]
    while todo:
        part = todo.pop()
        found |= set(part.get("properties", {}))
        todo += part.get("allOf", ())
        if "$ref" in part:
            todo.append(DEFINITIONS[part["$ref"].rpartition("/")[2]])
    return found


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("service", schema.SERVICE),
        ("healthcheck", schema.HEALTHCHECK),
        ("deployment", schema.DEPLOY),
        ("network", schema.NETWORK),
    ],
)
def test_definitions(name: str, table: dict[str, object]) -> None:
    assert official(name) <= set(table)


def test_top_level() -> None:
    assert set(OFFICIAL["properties"]) == set(schema.DOCUMENT)


def test_build() -> None:
    build = json.dumps(DEFINITIONS)
    assert all(f'"{name}"' in build for name in schema.BUILD)
