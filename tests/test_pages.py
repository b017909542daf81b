"""The pages themselves: their heads, the facts and tools they name, and the schemas they are written in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lintstack.factsheet import fact_names, subjects
from lintstack.page_schema import HEAD, TOOLS, check_facts, check_head
from lintstack.rules import (
    PageError,
    Rule,
    builtin,
    compile_pages,
    examples,
    read_pages,
    rule_of,
    split_page,
)
from lintstack.schema import KEYWORDS, SchemaError, compile_schema, is_linear
from lintstack.sentences import checker
from lintstack.subjects import SUBJECTS

PAGES = Path(__file__).resolve().parent.parent / "rules"
CHECKS = PAGES.parent / "lintstack" / "checks"
ALL = [pytest.param(rule, id=rule.name) for rule in builtin()]
GOOD_HEAD: dict[str, Any] = {"title": "A service is small", "require": {"size": False}, "message": "too big"}


def class_name(folder: str) -> str:
    """Name of the subject that the pages of a folder speak about."""
    return "".join(word.capitalize() for word in folder.split("-"))


def facts(rule: Rule) -> set[str]:
    return set(fact_names(subjects()[class_name(rule.subject)]))


@pytest.mark.parametrize("rule", ALL)
def test_head_fits_its_schema(rule: Rule) -> None:
    check_head(split_page(rule.page)[0], rule.page)


@pytest.mark.parametrize("rule", ALL)
def test_head_says_all_that_a_rule_of_ours_must(rule: Rule) -> None:
    head = split_page(rule.page)[0]
    assert {"title", "severity", "preset"} <= head.keys()
    assert not rule.title.endswith(".")
    assert not rule.message.endswith(".")
    assert "please" not in rule.message.lower()
    assert "should" not in rule.message.lower()


@pytest.mark.parametrize("rule", ALL)
def test_name_is_at_most_four_words(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+){0,3}", rule.name)


@pytest.mark.parametrize("rule", ALL)
def test_every_fact_exists(rule: Rule) -> None:
    assert rule.subject in SUBJECTS
    check_facts(rule, facts(rule))


@pytest.mark.parametrize("rule", ALL)
def test_check_compiles_with_the_default_options(rule: Rule) -> None:
    checker(rule, {name: option["default"] for name, option in rule.options.items()})
    for option in rule.options.values():
        assert compile_schema(option.get("schema", True))(option["default"])


@pytest.mark.parametrize("rule", ALL)
def test_text_explains_and_shows(rule: Rule) -> None:
    titles = [title for title, _ in examples(rule.text)]
    for title in titles:
        assert re.fullmatch(r"(Bad|Good|Fixed)(: .*[^.])?", title), title
    assert len(set(titles)) == len(titles)
    assert any(title.startswith("Bad") for title in titles)
    assert any(title.startswith("Good") for title in titles)
    assert len(rule.text.partition("\n## ")[0].split()) >= 20


@pytest.mark.parametrize("rule", ALL)
def test_other_rules_that_it_names_exist(rule: Rule) -> None:
    known = {other.name: other for other in builtin()}
    assert set(rule.yields_to) <= known.keys() - {rule.name}
    # Rules of another subject are yielded to where both speak of one place.
    assert all(known[name].subject == rule.subject for name in rule.yields_to) or rule.subject == "interpolation"
    assert set(rule.see) <= set(TOOLS)


def test_names_are_unique_and_no_former_name_is_in_use() -> None:
    names = [rule.name for rule in builtin()]
    assert len(set(names)) == len(names)
    former = [name for rule in builtin() for name in rule.aka]
    assert not set(former) & set(names)


def functions() -> Iterator[tuple[str, str, ast.FunctionDef]]:
    """Module, rule and definition of every public function in `checks/`."""
    for path in sorted(CHECKS.glob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield path.stem, node.name.replace("_", "-"), node


def test_every_check_has_a_page_and_every_page_a_check() -> None:
    wanted = {(rule.check, rule.name) for rule in builtin() if not rule.require}
    assert {(module, name) for module, name, _ in functions()} == wanted


@pytest.mark.parametrize("definition", [pytest.param(item, id=item[1]) for item in functions()])
def test_check_takes_its_subject_and_its_options(definition: tuple[str, str, ast.FunctionDef]) -> None:
    _, name, node = definition
    rule = next(rule for rule in builtin() if rule.name == name)
    types = [ast.unparse(argument.annotation or ast.Constant(None)) for argument in node.args.args]
    assert types == [class_name(rule.subject), *(["Mapping[str, Any]"] if rule.options else [])]
    assert node.returns is not None
    assert ast.unparse(node.returns) == "Iterator[Problem]"


def test_what_a_wheel_carries_is_the_pages() -> None:
    packed, texts = compile_pages(str(PAGES))
    pages = read_pages(str(PAGES))
    for fields, page in zip(packed, pages, strict=True):
        rule = Rule(**fields)
        assert {name: getattr(rule, name) for name in Rule.fields} == {
            name: getattr(page, name) if name != "page" else "" for name in Rule.fields
        }
        assert texts[rule.name] == page.text
    assert len(texts) == len(pages)


def test_head_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(HEAD)
    check_head(GOOD_HEAD, "rules/service/small.md")


BAD_HEADS = {
    "no title": ({"title": None}, "`title`: must be string"),
    "unknown key": ({"messsage": "x"}, "there is no key `messsage`; did you mean `message`?"),
    "severity": ({"severity": "warn"}, "`severity`: `warn` is none of error, warning, info; did you mean `warning`?"),
    "severity of a kind": ({"severity": {"prod": "eror"}}, "`severity.prod`: `eror` is none of"),
    "kind": ({"severity": {"production": "error"}}, "`severity`: `production` is none of dev, prod, unknown"),
    "preset": ({"preset": "recomended"}, "did you mean `recommended`?"),
    "tool": ({"see": {"hadolnt": ["DL3000"]}}, "did you mean `hadolint`?"),
    "keyword": ({"require": {"size": {"cons": 1}}}, "`require.size`: unknown keyword `cons`; did you mean `const`?"),
    "inner keyword": ({"when": {"size": {"not": {"minimun": 1}}}}, "`when.size`: unknown keyword `minimun`"),
    "argument": ({"when": {"size": {"minimum": "1"}}}, "`when.size`: `minimum` cannot take '1'"),
    "pattern": ({"when": {"size": {"pattern": "(a+)+"}}}, "`when.size`: pattern '(a+)+' can take too long"),
    "schema": ({"require": {"size": "big"}}, "`require.size`: must be boolean or object"),
    "option": ({"options": {"level": {"default": 1}}}, "`options.level`: `description` is missing"),
    "option key": (
        {"options": {"level": {"default": 1, "description": "x", "shema": True}}},
        "`options.level`: there is no key `shema`; did you mean `schema`?",
    ),
    "fact": ({"require": {"Size!": False}}, "`require`: 'Size!' does not fit"),
    "variant": ({"variants": {"one": {"hadolnt": ["DL1"]}}}, "`variants.one`: `hadolnt` is none of"),
    "variant without ids": ({"variants": {"one": {}}}, "`variants.one`: "),
    "name of a variant": ({"variants": {"Two words": {"hadolint": ["DL1"]}}}, "`variants`: 'Two words' does not fit"),
    "title of two lines": ({"title": "a\nb"}, "`title`: "),
}


@pytest.mark.parametrize(("change", "message"), BAD_HEADS.values(), ids=list(BAD_HEADS))
def test_mistake_in_a_head_is_told_with_its_key(change: dict[str, Any], message: str) -> None:
    with pytest.raises(PageError) as error:
        check_head(GOOD_HEAD | change, "own/service/small.md")
    assert str(error.value).startswith("own/service/small.md: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)[:100]


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ({"message": "x"}, "`title` is missing"),
        ({"title": "x", "require": {"size": False}}, "`require` needs `message`"),
        ({"title": "x", "when": {"size": False}}, "`when` needs `require`"),
        ({"title": "x", "variant": "restart"}, "`variant` needs `variants`"),
    ],
)
def test_key_that_is_missing_in_a_head_is_told(head: Mapping[str, Any], message: str) -> None:
    with pytest.raises(PageError, match=re.escape(message)):
        check_head(head, "own/service/small.md")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"when": {"usr.is_root": True}}, "`when`: no service has a fact `usr.is_root`; did you mean `user.is_root`?"),
        (
            {"require": {"privilegd?": False}},
            "`require`: no service has a fact `privilegd`; did you mean `privileged`?",
        ),
        ({"message": "{nam} is big"}, "`message`: no service has a fact `nam`"),
        ({"variant": "imag"}, "`variant`: no service has a fact `imag`; did you mean `image.tag`?"),
        ({"require": {"zzzzzz": False}}, "`require`: no service has a fact `zzzzzz`"),
    ],
)
def test_unknown_fact_is_told_with_what_was_meant(change: Mapping[str, Any], message: str) -> None:
    rule = rule_of("service", "small", {**GOOD_HEAD, "require": {"read_only": True}, **change}, "own/small.md")
    with pytest.raises(PageError, match=re.escape(message)):
        check_facts(rule, fact_names(subjects()["Service"]))


def test_page_without_a_check_function_is_an_error() -> None:
    rule = rule_of("image", "no-such-check", {"title": "x"}, "own/image/no-such-check.md")
    with pytest.raises(PageError, match=r"no-such-check\.md: no `require`, and checks/ has no function of that name"):
        checker(rule, {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no head\n", "a page begins with a head"),
        ("text\n---\ntitle: x\n---\n", "a page begins with a head"),
        ("---\n- title\n---\n", "the head is a mapping"),
        ("---\nmessage: x\n---\n", "at least a `title`"),
        ("---\ntitle: [\n---\n", r"page\.md:\d+: "),
        ("---\ntitle: a\ntitle: b\n---\n", r"page\.md:3: "),
    ],
)
def test_broken_page_is_told_with_its_path(text: str, message: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(PageError, match=message):
        split_page(str(page))


# The jsonschema package says what the schemas of pages mean.

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 9)
    | st.sampled_from([0.0, 1.0, 1.5, 2.0, -0.5])
    | st.text("ab1é𝄞\n", max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=6,
)
COUNTS = st.integers(0, 4) | st.sampled_from([1.0, 2.0])
NUMBERS = st.integers(-3, 9) | st.sampled_from([0.5, 1.0, 2.5])
TYPE_NAMES = ("string", "boolean", "integer", "number", "array", "object", "null")
PATTERNS = ("a", "^a", "b$", "^[ab]*$", "[0-9]+", "^(a|b)", "a.b", r"\d", "", "^$", "^.{2,3}$")
ARGUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "const": VALUES,
    "enum": st.lists(VALUES, min_size=1, max_size=4),
    "type": st.sampled_from(TYPE_NAMES) | st.lists(st.sampled_from(TYPE_NAMES), min_size=1, unique=True),
    "pattern": st.sampled_from(PATTERNS),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), NUMBERS),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), COUNTS),
}
LEAVES = st.booleans() | st.fixed_dictionaries({}, optional=ARGUMENTS)


def combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas made of schemas."""
    several = st.lists(inner, min_size=1, max_size=3)
    one = dict.fromkeys(("items", "contains", "not", "additionalProperties"), inner)
    return st.fixed_dictionaries(
        {}, optional={**one, **dict.fromkeys(("allOf", "anyOf", "oneOf"), several), **ARGUMENTS}
    )


SCHEMAS = st.recursive(LEAVES, combined, max_leaves=5)


def test_every_keyword_is_tried_against_jsonschema() -> None:
    assert KEYWORDS.keys() == {
        *ARGUMENTS,
        "items",
        "contains",
        "not",
        "additionalProperties",
        "allOf",
        "anyOf",
        "oneOf",
    }


@given(SCHEMAS, VALUES)
def test_schemas_mean_what_jsonschema_says(schema: Any, value: Any) -> None:
    assert compile_schema(schema)(value) == Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize("name", ARGUMENTS)
@given(data=st.data())
def test_keyword_means_what_jsonschema_says(name: str, data: st.DataObject) -> None:
    schema, value = {name: data.draw(ARGUMENTS[name])}, data.draw(VALUES)
    assert compile_schema(schema)(value) == Draft202012Validator(schema).is_valid(value)


@given(st.lists(st.integers(0, 3) | st.text("ab", max_size=2), max_size=4), SCHEMAS)
def test_tuples_are_lists(value: list[Any], schema: Any) -> None:
    assert compile_schema(schema)(tuple(value)) == Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"cons": 1}, "unknown keyword `cons`; did you mean `const`?"),
        ({"mininum": 1}, "did you mean `minimum`?"),
        ({"zzz": 1}, "unknown keyword `zzz`"),
        ({"not": {"patern": "a"}}, "did you mean `pattern`?"),
        ({"anyOf": [True, {"enun": [1]}]}, "did you mean `enum`?"),
        ({"type": "text"}, "`type` cannot take 'text'"),
        ({"maximum": True}, "`maximum` cannot take True"),
        ({"minItems": "2"}, "`minItems` cannot take '2'"),
        ({"allOf": 3}, "`allOf` cannot take 3"),
        ({"enum": 3}, "`enum` cannot take 3"),
        ({"pattern": "("}, "pattern '('"),
        ({"items": [1]}, "a schema is true, false or a mapping"),
        (None, "a schema is true, false or a mapping, not None"),
    ],
)
def test_schema_that_means_nothing_is_refused(schema: object, message: str) -> None:
    with pytest.raises(SchemaError) as error:
        compile_schema(schema)
    assert message in str(error.value)


LINEAR = ("", "abc", "^a+$", "[a-z]+-[0-9]+", "(a|b)+", "a{2,5}", "(ab?){1,3}", "(a+b){2}", "^(no|always)(:[0-9]+)?$")
NOT_LINEAR = (
    "(a+)+",
    "(a*)*b",
    "(?:a+|b)*",
    "((ab)*c)+",
    "(a{2,})*",
    r"(a)\1",
    "(?P<x>a)(?P=x)",
    "(?:(?:a?)*)*",
    "(x+x+)+y",
)


@pytest.mark.parametrize("pattern", LINEAR)
def test_linear_pattern_is_taken(pattern: str) -> None:
    assert is_linear(pattern)
    compile_schema({"pattern": pattern})


@pytest.mark.parametrize("pattern", NOT_LINEAR)
def test_pattern_that_repeats_a_repeat_is_refused(pattern: str) -> None:
    assert not is_linear(pattern)
    with pytest.raises(SchemaError, match="repeats a repeat"):
        compile_schema({"pattern": pattern})
