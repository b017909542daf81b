"""Which rules a run asks for, with the severities and options that the configuration gives them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from lintstack.codes import RULE, called, narrowed, whole
from lintstack.engine import Active
from lintstack.findings import KINDS, SUPPRESSIBLE, Kind, Severity
from lintstack.rules import PRESETS, Rule, names, nearest
from lintstack.schema import compile_schema

if TYPE_CHECKING:
    from lintstack.config import Config, ConfigError, RuleOverride


class UnknownRule(ValueError):
    """A name that no rule has; the message suggests the nearest."""


def resolve(asked: Collection[str], rules: tuple[Rule, ...]) -> frozenset[str]:
    """Names of the rules that names, former names and other tools' ids and codes stand for.

    Raises:
        UnknownRule: a name that nothing has.
    """
    found: set[str] = set()
    for name in asked:
        known = names(rules)
        if not called(name, known):
            raise UnknownRule(unknown(name, known))
        found.update(rule.name for rule in called(name, known))
    return frozenset(found)


def unknown(name: str, known: Iterable[str]) -> str:
    """The sentence about a name that no rule has."""
    near = nearest(name, known)
    return f"no rule is called `{name}`" + (f"; did you mean `{near}`?" if near else "; `lintstack rules` lists all")


def select(
    rules: tuple[Rule, ...],
    config: Config,
    *,
    select: Sequence[str] = (),
    extend: Sequence[str] = (),
    ignore: Sequence[str] = (),
    preset: str = "",
) -> tuple[Active, ...]:
    """The rules to run, sorted by name.

    Args:
        rules: all rules there are.
        config: the configuration; the keyword arguments come from the command line and win.
        select: only these; replaces the preset.
        extend: these as well.
        ignore: not these.
        preset: minimal, recommended or strict.

    Raises:
        UnknownRule: a name that no rule has.
        ConfigError: an option that its rule does not have, or a value that it cannot take.
    """
    select, extend, ignore = select or config.select, (*extend, *config.extend_select), (*ignore, *config.ignore)
    given = {asked: override for asked, override in config.rules.items() if asked not in SUPPRESSIBLE}
    for asked in (ignore, given):
        resolve(asked, rules)
    extend += tuple(name for name, override in given.items() if not override.off)
    only, more, less = resolve(select, rules), resolve(extend, rules), resolve(whole(ignore), rules)
    overrides = {name: given[asked] for asked in whole(given) for name in resolve((asked,), rules)}
    limit = PRESETS.index(preset or config.preset)
    active = []
    for rule in rules:
        override = overrides.get(rule.name)
        by_preset = not only and PRESETS.index(rule.preset) <= limit
        wanted = by_preset or rule.name in only or rule.name in more
        if wanted and rule.name not in less and not (override and override.off):
            found = _active(rule, override)
            if rule.name == RULE:
                by = (preset or config.preset) if by_preset else ""
                found = found._replace(options=narrowed(found.options, (*select, *extend), ignore, given, by))
            active.append(found)
    return tuple(active)


def _active(rule: Rule, override: RuleOverride | None) -> Active:
    options = {name: option["default"] for name, option in rule.options.items()}
    if override is None:
        return Active(rule, rule.severity, options)
    severity: dict[Kind, Severity] = dict(rule.severity)
    if override.severity:
        severity = dict.fromkeys(severity, override.severity)
    if override.environments:
        worst = override.severity or rule.worst
        severity |= {kind: severity.get(kind, worst) for kind in KINDS}
    return Active(rule, severity, options | _checked(rule, override), frozenset(override.environments))


def _checked(rule: Rule, override: RuleOverride) -> dict[str, Any]:
    """The options of an override, each known to the rule and fitting its schema.

    Raises:
        ConfigError: an option that the rule does not have, or a value that it cannot take.
    """
    for name, value in override.options.items():
        if name not in rule.options:
            near = nearest(name, rule.options)
            hint = f"; did you mean `{near}`?" if near else ""
            raise _refused(override, name, f"rule `{rule.name}` has no option `{name}`{hint}")
        if not compile_schema(rule.options[name].get("schema", True))(value):
            raise _refused(override, name, f"rule `{rule.name}`: option `{name}` cannot be {value!r}")
    return dict(override.options)


def _refused(override: RuleOverride, option: str, message: str) -> ConfigError | UnknownRule:
    """What to raise about an option: at its place, if a file sets it."""
    from lintstack.config import ConfigError

    place = override.places.get(option)
    return ConfigError(message, place.path, place.line, place.column) if place else UnknownRule(message)
