"""The table of the format against the official schema: the same fields, the same verdicts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lintstack.compose.format.document import ROOT
from lintstack.compose.format.field import Field, Type
from tests.compose.official import SCHEMA, paths, values
from tests.compose.support import loaded

Path = tuple[str, ...]
VALIDATOR = Draft202012Validator(SCHEMA)

# Where the verdicts differ though no cast is at work. Each was seen with Docker Compose itself, whose loader does more
# than its schema says; fields that the oracle is too old for have the reading of compose-go instead.
TWICE = "Compose makes these lists unique before it looks at the schema"
STRICTER: dict[str, str] = {
    "ports": "the grammar of ports is checked behind the schema, and so are addresses",
    "env_file.format": "only `raw` is registered",
    "storage_opt": "its values become strings",
    "extends": "the service must be there",
    "extends.service": "the service must be there",
    "ulimits.NAME": "limits are cast",
    "build.ulimits.NAME": "limits are cast",
    "ulimits": "names in upper case are checked behind the schema",
    "pid": "Compose panics when it is null",
    "build.additional_contexts": "Compose panics when one of them is no string",
    "blkio_config.weight": "a text is not cast",
    "blkio_config.weight_device.weight": "a text is not cast",
    "build.ulimits": "names in upper case are checked behind the schema",
}
LOOSER: dict[str, str] = {
    **dict.fromkeys(
        """annotations cap_add cap_drop dns dns_opt dns_search environment labels links profiles sysctls tmpfs volumes
        networks.NAME.labels build.args build.labels build.additional_contexts deploy.labels networks.NAME.aliases
        expose networks.NAME.link_local_ips""".split(),
        TWICE,
    ),
    "extends": "it is gone before the schema is looked at, with keys that begin with `x-`",
    "extends.file": "it is gone before the schema is looked at; a key without value counts as none",
    "extends.service": "it is gone before the schema is looked at; a key without value counts as none",
    "depends_on.NAME.required": "is cast since compose-go 2.10",
}


def field_at(path: Path) -> Field | None:
    """Our field at a path of the official schema."""
    type_: Type = ROOT
    field: Field | None = None
    for name in path:
        while type_.items is not None and not type_.fields:
            type_ = type_.items.type
        field = type_.names if name == "NAME" else type_.fields.get(name)
        if field is None:
            return None
        type_ = field.type
    return field


def ours(type_: Type, path: Path = ()) -> Iterator[Path]:
    """Every property of our table, written as those of the official schema."""
    for name, field in type_.fields.items():
        yield (*path, name)
        yield from ours(field.type, (*path, name))
    if type_.names is not None:
        yield from ours(type_.names.type, (*path, "NAME"))
    if type_.items is not None:
        yield from ours(type_.items.type, path)


def test_every_field_is_in_both() -> None:
    assert set(ours(ROOT)) == set(paths(SCHEMA))


def test_every_field_is_documented_in_a_sentence() -> None:
    for path in set(ours(ROOT)):
        field = field_at(path)
        assert field is not None
        assert field.doc.endswith(".") and "\n" not in field.doc and len(field.doc) <= 100, path


def verdicts(text: str) -> list[str]:
    """What we say against a document."""
    return [problem.message for problem in loaded(text).problems if problem.rule == "compose-schema"]


def difference(path: Path, document: dict[str, Any]) -> str:
    """Why the verdicts differ, "" when they do not, "?" for no reason that is known."""
    official, mine = VALIDATOR.is_valid(document), verdicts(json.dumps(document))
    if official == (not mine):
        return ""
    name = ".".join(path[2:] if path[0] in ("services", "jobs") else path).removeprefix("pre_start.")
    field = field_at(path)
    if official and field is not None and field.type.cast:
        return "cast"
    if official and field is not None and field.type.names is not None and field.type.names.type.cast:
        return "cast"
    return f"{'stricter' if official else 'looser'} {name}" if name in (STRICTER if official else LOOSER) else "?"


def documents() -> Iterator[tuple[Path, dict[str, Any]]]:
    """A document for each value of each field; hooks before the start repeat a service's fields."""
    for name, schema in SCHEMA["properties"].items():
        others = {} if name == "services" else {"services": {"zz": {"image": "x"}}}
        for path, value in values(schema, (name,)):
            if not (set(path) & {"pre_start", "jobs"} and len(path) > 4) and name != "include":
                yield path, {name: value, **others}


def test_verdicts() -> None:
    seen: set[str] = set()
    found: dict[str, list[tuple[Path, str]]] = {}
    for path, document in documents():
        text = json.dumps(document)
        if text not in seen:
            seen.add(text)
            found.setdefault(difference(path, document), []).append((path, text))
    assert found.pop("?", []) == []
    told = {f"stricter {name}" for name in STRICTER} | {f"looser {name}" for name in LOOSER}
    assert found.keys() - {"", "cast"} == told
    casts = len(found.pop("cast", ()))
    same = len(found.pop(""))
    different = sum(map(len, found.values()))
    assert same + casts + different > 8000
    assert same / (same + different) > 0.99


SERVICE = SCHEMA["$defs"]["service"]
DRAWN = [(path, value) for path, value in values(SERVICE, ("services", "NAME")) if len(path) > 2]
BY_FIELD: dict[str, list[tuple[Path, Any]]] = {}
for _path, _value in DRAWN:
    if (
        isinstance(_value, dict)
        and len(_value) == 1
        and _path[2] in _value
        and _path[2] not in ("pre_start", "extends")
    ):
        BY_FIELD.setdefault(_path[2], []).append((_path, _value))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(sorted(BY_FIELD)), min_size=1, max_size=5, unique=True), st.data())
def test_verdicts_of_whole_services(names: list[str], data: st.DataObject) -> None:
    chosen = [data.draw(st.sampled_from(BY_FIELD[name])) for name in names]
    service: dict[str, Any] = {"image": "x"}
    for _, value in chosen:
        service.update(value)
    document = {"services": {"a": service}}
    official, mine = VALIDATOR.is_valid(document), not verdicts(json.dumps(document))
    alone = [difference(path, {"services": {"a": {"image": "x", **value}}}) for path, value in chosen]
    assert official == mine or any(alone), document


@pytest.mark.parametrize("value", ["[x]", "[{path: x}]", "x", "{path: x}", "[1]", "[{path: [x, y], env_file: z}]"])
def test_include(value: str) -> None:
    found = loaded({"c.yaml": f"include: {value}\n", "x": "", "y": ""})
    official = VALIDATOR.is_valid({"include": json.loads(json.dumps(_plain(value)))})
    assert official == (not any("`include`" in problem.message for problem in found.problems))


def _plain(text: str) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="safe").load(text)
