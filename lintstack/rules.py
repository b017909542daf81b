"""Rule pages: `rules/<subject>/<name>.md`, read from a checkout or as the build compiled them for the wheel.

A page is a head (YAML between `---` lines) and a text. The folder is the subject, the stem is the name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property, lru_cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

from lintstack.findings import KINDS, SEVERITIES, Kind, Severity
from lintstack.named import NamedTuple
from lintstack.peers import SHELLCHECK, canonical, is_code, keyed
from lintstack.record import Record

PRESETS = ("minimal", "recommended", "strict")
TEXTS = "rules.texts"  # texts of all pages, JSON


EMPTY: Mapping[str, Any] = MappingProxyType({})


class PageError(ValueError):
    """A page that cannot be read; the message starts with its path."""


class Rule(Record):
    """The head of a page.

    Args:
        name: its id everywhere.
        subject: what it speaks about: the page's folder.
        title: one line, imperative or a statement of what must be.
        severity: by kind of environment; kinds that are missing are not its business.
        preset: the first preset that includes it.
        check: module of `checks/` that holds its function, where no `require` says what must hold.
        of: names of the subjects that it looks at (keywords of instructions, programs of commands); empty: all.
        when: fact → schema; the rule speaks where all hold.
        require: fact → schema; what must hold. Empty when a check function decides.
        message: template with `{fact}` placeholders.
        see: ids of the same fault in other tools, by tool.
        variants: ids of its variants (the same fault in several dresses, such as package managers), by name and tool.
        variant: the fact whose value names the variant; "" when its problems say it (`Problem.variant`).
        options: name → {default, schema, description}.
        yields_to: rules that make this one silent on the same subject or at the same place.
        aka: former names.
        security: whether it is a security matter (SARIF).
        page: path of the page, for tests and documentation.
    """

    name: str
    subject: str
    title: str
    severity: Mapping[Kind, Severity]
    preset: str
    check: str
    of: tuple[str, ...] = ()
    when: Mapping[str, Any] = EMPTY
    require: Mapping[str, Any] = EMPTY
    message: str = ""
    see: Mapping[str, tuple[str, ...]] = EMPTY
    variants: Mapping[str, Mapping[str, tuple[str, ...]]] = EMPTY
    variant: str = ""
    options: Mapping[str, Mapping[str, Any]] = EMPTY
    yields_to: tuple[str, ...] = ()
    aka: tuple[str, ...] = ()
    security: bool = False
    page: str = ""

    @cached_property
    def text(self) -> str:
        """The page below its head, in Markdown."""
        return _text(self)

    @property
    def worst(self) -> Severity:
        """The highest severity over all kinds."""
        return min(self.severity.values(), key=SEVERITIES.index)

    @cached_property
    def every_variant(self) -> frozenset[str]:
        """Names of all variants, and "" for a fault that is none of them."""
        return frozenset(("", *self.variants))

    def seen(self, variant: str) -> Mapping[str, tuple[str, ...]]:
        """Ids of the same fault in other tools, by tool: those of a variant, then those that mean them all."""
        if variant not in self._seen:  # one mapping for all findings of a kind, of which there may be very many
            own = self.variants.get(variant, {})
            found = {tool: (*own.get(tool, ()), *self.see.get(tool, ())) for tool in (*self.see, *own)}
            self._seen[variant] = MappingProxyType(found)
        return self._seen[variant]

    @cached_property
    def _seen(self) -> dict[str, Mapping[str, tuple[str, ...]]]:
        return {}


class Meaning(NamedTuple):
    """What an id stands for: a rule, and which of its variants ("" among them: also what is none of them)."""

    rule: Rule
    variants: frozenset[str]


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(
        str(item) for item in (value if isinstance(value, list | tuple) else () if value is None else (value,))
    )


def _see(value: Any) -> dict[str, tuple[str, ...]]:
    return {tool: _strings(ids) for tool, ids in (value or {}).items()}


def rule_of(subject: str, name: str, head: Mapping[str, Any], page: str = "") -> Rule:
    """A rule from the data of a page's head."""
    severity = head.get("severity", "warning")
    by_kind: Mapping[Kind, Severity] = severity if isinstance(severity, dict) else dict.fromkeys(KINDS, severity)
    return Rule(
        name=name,
        subject=subject,
        title=head["title"],
        severity=by_kind,
        preset=head.get("preset", "recommended"),
        check=head.get("check", subject.replace("-", "_")),
        of=_strings(head.get("of")),
        when=head.get("when") or {},
        require=head.get("require") or {},
        message=head.get("message", ""),
        see=_see(head.get("see")),
        variants={str(name): _see(ids) for name, ids in (head.get("variants") or {}).items()},
        variant=head.get("variant", ""),
        options=head.get("options") or {},
        yields_to=_strings(head.get("yields-to")),
        aka=_strings(head.get("aka")),
        security=head.get("security", "cwe" in (head.get("see") or {})),
        page=page,
    )


@cache
def builtin() -> tuple[Rule, ...]:
    """All rules that ship with lintstack, sorted by name."""
    try:
        packed = import_module("lintstack.compiled").RULES
    except ModuleNotFoundError:
        return read_pages(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "rules"))
    return tuple([Rule.over(fields) for fields in packed])


def read_pages(folder: str) -> tuple[Rule, ...]:
    """Rules of a folder of pages.

    Raises:
        PageError: a page whose head cannot be read.
    """
    return tuple(rule_of(subject, name, split_page(path)[0], path) for subject, name, path in sorted_pages(folder))


def sorted_pages(folder: str) -> list[tuple[str, str, str]]:
    """Subject, name and path of every page, sorted by name."""
    pages = []
    for subject in os.listdir(folder):
        below = os.path.join(folder, subject)
        if os.path.isdir(below):
            pages += [
                (subject, file[:-3], os.path.join(below, file)) for file in os.listdir(below) if file.endswith(".md")
            ]
    return sorted(pages, key=lambda page: page[1])


def split_page(path: str) -> tuple[dict[str, Any], str]:
    """Head and text of a page.

    Raises:
        PageError: no head, a head that is not YAML, or one that is not a mapping.
    """
    from lintstack.source import Source
    from lintstack.yaml import parse, to_data

    with open(path, encoding="utf-8") as file:
        content = file.read()
    opening, head, text = (*content.split("---\n", 2), "", "")[:3]
    if opening or not head:
        raise PageError(f"{path}: a page begins with a head between two lines `---`")
    documents = parse(Source(path, head))
    data = to_data(documents.documents[0]) if documents.documents else None
    if documents.problems:
        raise PageError(f"{path}:{documents.problems[0].at.span.line + 1}: {documents.problems[0].message}")
    if not isinstance(data, dict) or "title" not in data:
        raise PageError(f"{path}: the head is a mapping with at least a `title`")
    return data, text.lstrip("\n")


def compile_pages(folder: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Rules as plain data, what is at its default left out, and texts (by name) of all pages, for the build."""
    packed, texts = [], {}
    for subject, name, path in sorted_pages(folder):
        head, texts[name] = split_page(path)
        fields = vars(rule_of(subject, name, head))
        packed.append({name: value for name, value in fields.items() if value != getattr(Rule, name, None)})
    return packed, texts


@cache
def _texts() -> dict[str, str]:
    import json

    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), TEXTS)
    with open(path, encoding="utf-8") as file:
        texts: dict[str, str] = json.load(file)
    return texts


def _text(rule: Rule) -> str:
    return split_page(rule.page)[1] if rule.page else _texts().get(rule.name, "")


@lru_cache(maxsize=2)
def names(rules: tuple[Rule, ...]) -> Mapping[str, tuple[Meaning, ...]]:
    """What each name and id stands for, by its spelling (`peers.canonical`).

    A name or former name of ours stands for that rule, whatever else other tools call so.
    """
    own: dict[str, dict[Rule, frozenset[str]]] = {}
    theirs: dict[str, dict[Rule, frozenset[str]]] = {}
    for rule in rules:
        for name in (rule.name, *rule.aka):
            own.setdefault(name, {})[rule] = rule.every_variant
        for tool, ids, variants in _ids(rule):
            for id in ids:
                found = theirs.setdefault(keyed(tool, id), {})
                found[rule] = found.get(rule, frozenset()) | variants
    return {name: tuple(Meaning(*item) for item in found.items()) for name, found in (theirs | own).items()}


def meant(name: str, known: Mapping[str, tuple[Meaning, ...]]) -> tuple[Meaning, ...]:
    """What a name or an id stands for, however it is written; nothing when nobody has it.

    Args:
        name: as users write it.
        known: see `names`.
    """
    return known.get(name.strip().lower(), ()) or known.get(canonical(name), ()) or _coded(canonical(name), known)


def _coded(name: str, known: Mapping[str, tuple[Meaning, ...]]) -> tuple[Meaning, ...]:
    """What one of ShellCheck's codes stands for: they are too many to be listed on a page."""
    code = frozenset((name.upper(),))
    return tuple(Meaning(item.rule, code) for item in known.get(SHELLCHECK, ()) if is_code(name))


def _ids(rule: Rule) -> Iterator[tuple[str, tuple[str, ...], frozenset[str]]]:
    """Tools, their ids and the variants that these stand for."""
    for tool, ids in rule.see.items():
        yield tool, ids, rule.every_variant
    for name, see in rule.variants.items():
        yield from ((tool, ids, frozenset((name,))) for tool, ids in see.items())


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, "" when none is near."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name.lower(), list(known), 1, 0.6)), "")


def examples(text: str) -> Iterator[tuple[str, str]]:
    """Title and text of every `## Bad`, `## Good` and `## Fixed` section of a page's text."""
    fenced, title, lines = False, "", list[str]()
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        if line.startswith("## ") and not fenced:
            if title:
                yield title, "\n".join(lines)
            title, lines = line[3:].strip(), []
        else:
            lines.append(line)
    if title:
        yield title, "\n".join(lines)
