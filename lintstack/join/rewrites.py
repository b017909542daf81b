"""Values that reach a container as another text than the file has: YAML took them for numbers, dates, switches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lintstack.compose.casts import go_text
from lintstack.facts import Fact, Place
from lintstack.join.read import entries, entry, mappings
from lintstack.join.secret_names import is_secret_name
from lintstack.model import Rewrite, Service
from lintstack.yaml import Entry, Mapping, Scalar
from lintstack.yaml.scalars import resolve

# Mappings of a service whose values are texts, whatever YAML takes them for.
FIELDS = (
    ("environment",), ("labels",), ("annotations",), ("sysctls",), ("build", "args"), ("build", "labels"),
    ("deploy", "labels"), ("logging", "options"),
)  # fmt: skip
# Fields that Docker Compose casts to booleans, YAML 1.1's words included (compose-go `interpolateTypeCastMapping`).
SWITCHES = frozenset({"init", "oom_kill_disable", "privileged", "read_only", "stdin_open", "tty"})
WORDS = {**dict.fromkeys(("yes", "on", "y"), "true"), **dict.fromkeys(("no", "off", "n"), "false")}


@cache
def _timestamp() -> re.Pattern[str]:
    """Dates as go-yaml has them."""
    return re.compile(
        r"\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]| +)\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:Z|[+-]\d\d(?::\d\d)?)?)?"
    )


def rewrites(service: Service, node: Mapping) -> Iterator[Rewrite]:
    """Values of a service that are something else than their text."""
    for path in FIELDS:
        if path[0] in node.entries:
            for found in entries(node, *path):
                yield from _text(service, ".".join(path), found)
    for field, found in _switches(node):
        value = found.value
        if isinstance(value, Scalar) and value.text.lower() in WORDS and not value.unset:
            yield _made(service, field, found, "switch", value.text, WORDS[value.text.lower()])


def _switches(node: Mapping) -> Iterator[tuple[str, Entry]]:
    """Entries that want true or false."""
    for name in sorted(SWITCHES & node.entries.keys()):
        yield name, node.entries[name]
    disable = entry(node, "healthcheck", "disable")
    if disable is not None:
        yield "healthcheck", disable
    for dependency in entries(node, "depends_on"):
        for name in ("required", "restart"):
            if isinstance(dependency.value, Mapping) and name in dependency.value.entries:
                yield "depends_on", dependency.value.entries[name]
    for mount in mappings(node, "volumes"):
        if "read_only" in mount.entries:
            yield "volumes", mount.entries["read_only"]


def _text(service: Service, field: str, found: Entry) -> Iterator[Rewrite]:
    """A plain scalar that does not print back as it was written."""
    node = found.value
    if not isinstance(node, Scalar) or node.variables or node.source.text[node.start - 1 : node.start] == "=":
        return  # behind `NAME=` in a list everything is a text
    written = node.source.text[node.start : node.end]
    if written[:1].isdigit() and written[4:5] == "-" and _timestamp().fullmatch(written):
        yield _made(service, field, found, "timestamp", written, "")
    elif node.raw == written:
        text = node.text if node.raw is not node.text else go_text(node)
        if text is not None and text != written:
            yield _made(service, field, found, _type(written), written, text)


def _type(written: str) -> str:
    """What a plain scalar is; digits with leading zeros count as a whole number although YAML may see a float."""
    value = resolve(written)
    if isinstance(value, bool):
        return "boolean"
    digits = written.lstrip("+-").replace("_", "")
    return "float" if isinstance(value, float) and not digits.isdigit() else "integer"


def _made(service: Service, field: str, found: Entry, type_: str, written: str, text: str) -> Rewrite:
    from lintstack.join.secrets import MASK

    where = (Place(found.value.span),)
    hidden = is_secret_name(found.key.text)
    return Rewrite(
        found.key.text,
        found.value.span,
        f"services.{service.name}.{field}[{found.key.text}]",
        service,
        type=Fact(type_, where),
        field=Fact(field, where),
        written=Fact(MASK if hidden else written, where),
        text=Fact(MASK if hidden else text, where) if text else Fact(None, where),
    )
