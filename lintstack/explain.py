"""`lintstack explain` and `lintstack rules`: rule pages as text, table, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from lintstack.findings import SEE
from lintstack.peers import canonical, keyed
from lintstack.report import RuleHead
from lintstack.report.system import TITLES, url_of
from lintstack.rules import Rule


def page(rule: Rule, variants: frozenset[str] = frozenset(("",))) -> str:
    """A rule's page for the terminal: its head in words, then its text.

    Args:
        rule: the rule.
        variants: those asked for; all where "" is among them.
    """
    lines = [f"{rule.name}: {rule.title}", "", *_facts(rule, variants), "", rule.text.rstrip(), ""]
    return "\n".join(lines)


def _facts(rule: Rule, variants: frozenset[str]) -> Iterable[str]:
    yield f"subject:   {rule.subject}"
    yield f"preset:    {rule.preset}"
    yield "severity:  " + severity(rule)
    for name, option in rule.options.items():
        described = f" ({option['description']})" if "description" in option else ""
        yield f"option:    {name} = {option['default']!r}{described}"
    if rule.see:
        yield f"same as:   {peers(rule.see)}"
    for name, see in rule.variants.items():
        if name in variants or "" in variants:
            yield f"variant:   {name} ({peers(see)})"
    yield f"page:      {RuleHead(rule.name, rule.title, subject=rule.subject).url}"


def diagnostics(name: str) -> list[str]:
    """What the diagnostics are about that have a name, or another tool's id."""
    asked = canonical(name)
    found = [slug for slug in TITLES if asked in (slug, *(keyed(*item) for item in _ids(SEE.get(slug, {}))))]
    return [
        "\n".join(
            [
                f"{slug}: {TITLES[slug]}",
                "",
                *([f"same as:   {peers(SEE[slug])}"] if slug in SEE else []),
                f"page:      {url_of(slug)}",
                "",
            ]
        )
        for slug in found
    ]


def _ids(see: Mapping[str, tuple[str, ...]]) -> Iterable[tuple[str, str]]:
    return ((tool, id) for tool, ids in see.items() for id in ids)


def peers(see: Mapping[str, tuple[str, ...]]) -> str:
    """Other tools with their ids: "hadolint DL3006, DL3007; checkov CKV_DOCKER_7"."""
    return "; ".join(f"{tool} {', '.join(ids)}" for tool, ids in see.items())


def severity(rule: Rule) -> str:
    """Severities in words: "error", or "prod error, unknown warning"."""
    if len(rule.severity) == 3 and len(set(rule.severity.values())) == 1:
        return rule.worst
    return ", ".join(f"{kind} {level}" for kind, level in rule.severity.items())


def listing(rules: Iterable[Rule], format: str) -> str:
    """All rules.

    Args:
        rules: in the order to print.
        format: table, json or md.
    """
    return LISTINGS[format](list(rules))


def _table(rules: list[Rule]) -> str:
    width = max(len(rule.name) for rule in rules)
    subjects = max(len(rule.subject) for rule in rules)
    levels = max(len(severity(rule)) for rule in rules)
    return "".join(
        f"{rule.name:<{width}}  {rule.subject:<{subjects}}  {rule.preset:<11}  "
        f"{severity(rule):<{levels}}  {rule.title}\n"
        for rule in rules
    )


def _lists(see: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {tool: list(ids) for tool, ids in see.items()}


def _json(rules: list[Rule]) -> str:
    import json

    heads = [
        {
            "name": rule.name,
            "subject": rule.subject,
            "title": rule.title,
            "severity": dict[str, str](rule.severity.items()),
            "preset": rule.preset,
            "see": _lists(rule.see),
            "variants": {name: _lists(see) for name, see in rule.variants.items()},
            "options": {name: dict(option) for name, option in rule.options.items()},
            "aka": list(rule.aka),
            "url": RuleHead(rule.name, rule.title, subject=rule.subject).url,
        }
        for rule in rules
    ]
    return json.dumps({"version": 1, "rules": heads}, indent=2) + "\n"


def _markdown(rules: list[Rule]) -> str:
    head = "| rule | subject | preset | severity | what it wants |\n| --- | --- | --- | --- | --- |\n"
    rows = (
        f"| [`{rule.name}`](rules/{rule.subject}/{rule.name}.md) | {rule.subject} | {rule.preset} |"
        f" {severity(rule)} | {rule.title} |\n"
        for rule in rules
    )
    return head + "".join(rows)


LISTINGS: dict[str, Callable[[list[Rule]], str]] = {"table": _table, "json": _json, "md": _markdown}
