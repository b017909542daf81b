"""What the head of a rule page may say: its JSON Schema, and the mistakes in a head in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lintstack.findings import KINDS, SEVERITIES
from lintstack.rules import PRESETS, PageError, Rule, nearest
from lintstack.schema import SchemaError, compile_schema

if TYPE_CHECKING:
    from jsonschema import ValidationError

# Other tools and catalogues whose ids `see` may list.
TOOLS = """
    hadolint buildkit trivy checkov kics datadog-iac semgrep dclint compose-lint composelint docksec
    kjaniec-compose-lint yamllint dockle dockerfilelint dockerfile-utils sonar tally zizmor cis-docker cwe advisory
""".split()

_LINE = {"type": "string", "minLength": 1, "pattern": r"^[^\n]*$"}
_WORD = {"type": ["string", "integer"]}
_WORDS = {"type": ["string", "integer", "array"], "items": _WORD, "minItems": 1, "uniqueItems": True}
_NAME = {"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"}
_NAMES = {"type": ["string", "array"], "items": _NAME, "minItems": 1, "uniqueItems": True}
_SEE: dict[str, Any] = {"type": "object", "propertyNames": {"enum": TOOLS}, "additionalProperties": _WORDS}
_FACTS = {
    "type": "object",
    "propertyNames": {"pattern": r"^[a-z_]+(\.[a-z_]+)*\??$"},
    "additionalProperties": {"type": ["boolean", "object"]},
    "minProperties": 1,
}
_OPTION = {
    "type": "object",
    "required": ["default", "description"],
    "properties": {
        "default": {"description": "Value that holds when the configuration says nothing."},
        "schema": {"type": ["boolean", "object"], "description": "Values that it can take."},
        "description": _LINE,
    },
    "additionalProperties": False,
}

HEAD: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "head of a lintstack rule page",
    "type": "object",
    "required": ["title"],
    "dependentRequired": {"when": ["require"], "require": ["message"], "variant": ["variants"]},
    "additionalProperties": False,
    "properties": {
        "title": _LINE | {"maxLength": 100, "description": "One line that states what must be, without a final dot."},
        "severity": {
            "type": ["string", "object"],
            "if": {"type": "string"},
            "then": {"enum": list(SEVERITIES)},
            "propertyNames": {"enum": list(KINDS)},
            "additionalProperties": {"enum": list(SEVERITIES)},
            "minProperties": 1,
            "description": "One word, or a word for each kind of environment that the rule speaks about.",
        },
        "preset": {"enum": list(PRESETS), "description": "The first preset that includes the rule."},
        "check": {
            "type": "string",
            "pattern": "^[a-z_]+$",
            "description": "Module of `lintstack/checks/` that holds its function; the subject's own by default.",
        },
        "of": {
            "type": ["string", "array"],
            "items": {"type": "string"},
            "minItems": 1,
            "uniqueItems": True,
            "description": "Names of the subjects that it looks at: keywords of instructions, programs of commands.",
        },
        "when": _FACTS | {"description": "Facts that must fit for the rule to speak."},
        "require": _FACTS | {"description": "Facts that must fit; each that does not is a problem."},
        "message": {"type": "string", "minLength": 1, "description": "What is reported; `{fact}` prints a fact."},
        "see": _SEE | {"description": "Ids of the same fault in other tools; with variants: those that mean them all."},
        "variants": {
            "type": "object",
            "propertyNames": {"pattern": r"^[a-z0-9][a-z0-9.+_-]*$"},
            "additionalProperties": _SEE | {"minProperties": 1},
            "minProperties": 1,
            "description": "Ids of the same fault in each of its dresses, such as package managers, by its name.",
        },
        "variant": {
            "type": "string",
            "pattern": r"^[a-z_]+(\.[a-z_]+)*$",
            "description": "The fact whose value names the variant; left out, the check's problem says it.",
        },
        "options": {"type": "object", "propertyNames": _NAME, "additionalProperties": _OPTION, "minProperties": 1},
        "yields-to": _NAMES | {"description": "Rules that make this one silent on the same subject or place."},
        "aka": _NAMES | {"description": "Former names."},
        "security": {"type": "boolean"},
    },
}


def check_head(head: Mapping[str, Any], path: str) -> None:
    """Check the head of a page, as read from its YAML.

    Args:
        head: the head's data.
        path: the page, for the message.

    Raises:
        PageError: the first mistake, with its key and, where one is near, the word that was meant.
    """
    from jsonschema import Draft202012Validator

    errors = sorted(Draft202012Validator(HEAD).iter_errors(head), key=lambda error: [str(step) for step in error.path])
    for error in errors:
        raise PageError(f"{path}: {_worded(error)}")
    for key, schema in _schemas(head):
        try:
            compile_schema(schema)
        except SchemaError as error:
            raise PageError(f"{path}: `{key}`: {error}") from error


def _schemas(head: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for part in ("when", "require"):
        yield from ((f"{part}.{name}", schema) for name, schema in head.get(part, {}).items())
    for name, option in head.get("options", {}).items():
        yield f"options.{name}.schema", option.get("schema", True)


def _worded(error: ValidationError) -> str:
    """One mistake in words; jsonschema's own sentences quote whole heads."""
    key = ".".join(str(step) for step in error.absolute_path)
    where = f"`{key}`: " if key else ""
    schema: Any = error.schema
    given: Any = error.instance
    if error.validator == "additionalProperties":
        allowed = schema["properties"]
        wrong = next(name for name in given if name not in allowed)
        return f"{where}there is no key `{wrong}`{hint(wrong, allowed)}"
    if error.validator == "enum":
        return f"{where}`{given}` is none of {', '.join(schema['enum'])}{hint(given, schema['enum'])}"
    if error.validator == "required":
        missing = next(name for name in schema["required"] if name not in given)
        return f"{where}`{missing}` is missing"
    if error.validator == "dependentRequired":
        return "`when` needs `require`, `require` needs `message`, and `variant` needs `variants`"
    if error.validator == "type":
        wanted = schema["type"]
        return f"{where}must be {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
    return f"{where}{str(given)[:80]!r} does not fit `{error.validator}: {str(error.validator_value)[:80]}`"


def hint(wrong: object, known: Iterable[str]) -> str:
    """The did-you-mean for a word, "" when no known one is near."""
    near = nearest(str(wrong), known)
    return f"; did you mean `{near}`?" if near else ""


def facts_named(rule: Rule) -> Iterator[tuple[str, str]]:
    """Every fact that the head names, with the key that names it."""
    yield from (("when", name) for name in rule.when)
    yield from (("require", name.removesuffix("?")) for name in rule.require)
    yield from (("variant", name) for name in (rule.variant,) if name)
    yield from (("message", part.partition("}")[0]) for part in rule.message.split("{")[1:])


def check_facts(rule: Rule, known: Iterable[str]) -> None:
    """Check that every fact that a rule names exists.

    Args:
        rule: the rule.
        known: names of the facts of its subject (`factsheet.fact_names`).

    Raises:
        PageError: the first that does not, with a did-you-mean.
    """
    facts = set(known)
    related = {name.rpartition(".")[0] for name in facts}  # other subjects; messages print their names
    for key, name in facts_named(rule):
        if name not in facts and not (key == "message" and name in related):
            raise PageError(
                f"{rule.page or rule.name}: `{key}`: no {rule.subject} has a fact `{name}`{hint(name, facts)}"
            )
