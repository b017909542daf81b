"""Which rules a run asks for, with the severities and options that the configuration gives them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lintstack.codes import narrowed
from lintstack.engine import Active
from lintstack.findings import KINDS, SEE, SUPPRESSIBLE, Kind, Severity
from lintstack.peers import SHELLCHECK, canonical, keyed
from lintstack.rules import PRESETS, Rule, meant, names, nearest
from lintstack.schema import compile_schema

if TYPE_CHECKING:
    from lintstack.config import Config, ConfigError, RuleOverride


_NONE: frozenset[str] = frozenset()
LABEL_SCHEMA = "label-schema"  # the rule whose options are hadolint's settings about labels
TAKEN_FROM = ("hadolint", "shellcheck")  # tools whose ids `.hadolint.yaml` names


class UnknownRule(ValueError):
    """A name that no rule has; the message suggests the nearest."""


def resolve(asked: Collection[str], rules: tuple[Rule, ...]) -> dict[str, frozenset[str]]:
    """Rules and the variants of each that names, former names and other tools' ids stand for.

    Raises:
        UnknownRule: a name that nothing has.
    """
    found: dict[str, frozenset[str]] = {}
    for name in asked:
        known = names(rules)
        meanings = meant(name, known)
        if not meanings:
            raise UnknownRule(unknown(name, known))
        for rule, variants in meanings:
            found[rule.name] = found.get(rule.name, frozenset()) | variants
    return found


def adopted(config: Config, rules: tuple[Rule, ...]) -> Config:
    """Another tool's configuration with what it means to our rules; one of ours as it is.

    Ids that no rule has are left out: those that the other tool gave up without a word.
    """
    if not config.owner:
        return config
    from lintstack.config import RuleOverride
    from lintstack.hadolint import RETIRED

    known = names(rules)
    asked = dict.fromkeys((*config.ignore, *config.rules))
    lost = [id for id in asked if not meant(id, known) and canonical(id) not in RETIRED]
    told = [f"`{config.path}`: no rule has {', '.join(f'`{id}`' for id in lost)}"] if lost else []
    labels: dict[str, Any] = {"labels": dict(config.label_schema), "strict": config.strict_labels}
    taking = {LABEL_SCHEMA: RuleOverride(options=labels)} if config.label_schema or config.strict_labels else {}
    return config.with_(
        ignore=tuple(id for id in config.ignore if meant(id, known)),
        ignored_ids=frozenset(map(canonical, config.ignore)),
        rules={id: override for id, override in config.rules.items() if meant(id, known)} | taking,
        notes=(*config.notes, *told),
    )


def diagnostic_of(name: str) -> str:
    """The diagnostic that a name or another tool's id stands for, "" for none."""
    asked = canonical(name)
    if asked in SUPPRESSIBLE:
        return asked
    return next((slug for slug, see in SEE.items() if asked == slug or asked in _keys(see)), "")


def _keys(see: Mapping[str, Sequence[str]]) -> set[str]:
    return {keyed(tool, id) for tool, ids in see.items() for id in ids}


def _without_diagnostics(asked: Iterable[str]) -> list[str]:
    """Names that select rules: diagnostics are reported whatever is selected."""
    return [name for name in asked if not diagnostic_of(name)]


def unknown(name: str, known: Iterable[str]) -> str:
    """The sentence about a name that no rule has."""
    slug = diagnostic_of(name)
    if slug:
        return f"`{name}` is no rule but the diagnostic `{slug}`, which is always reported"
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
    only, more = resolve(_without_diagnostics(select), rules), resolve(_without_diagnostics(extend), rules)
    less = resolve(ignore, rules)
    given = _given(config, rules)
    limit = PRESETS.index(preset or config.preset)
    active: list[Active] = []
    spoken_of = given.keys() | only.keys() | more.keys() | less.keys()
    allowed = frozenset() if select else frozenset(PRESETS[: limit + 1])
    for rule in rules:
        if rule.name not in spoken_of and rule.name != SHELLCHECK:  # nearly all: only the preset decides
            if rule.preset in allowed:
                active.append(_active(rule, None, None))
            continue
        overrides = given.get(rule.name, [])
        wanted = _named(overrides) | only.get(rule.name, _NONE) | more.get(rule.name, _NONE)
        by_preset = rule.preset in allowed
        if by_preset:
            wanted = rule.every_variant
        left = wanted - less.get(rule.name, _NONE)
        if rule.name != SHELLCHECK:
            active += _actives(rule, left, overrides)
        elif left:
            by = (preset or config.preset) if by_preset else ""
            active += _coded(rule, (*select, *extend), ignore, config.rules, by)
    return tuple(active)


def _given(config: Config, rules: tuple[Rule, ...]) -> dict[str, list[tuple[frozenset[str], RuleOverride]]]:
    """What the configuration says of rules, by their names: of which variants, and what."""
    given: dict[str, list[tuple[frozenset[str], RuleOverride]]] = {}
    for asked, override in config.rules.items():
        for name, variants in resolve((asked,) if asked not in SUPPRESSIBLE else (), rules).items():
            given.setdefault(name, []).append((variants, override))
    return given


def _named(overrides: Sequence[tuple[frozenset[str], RuleOverride]]) -> frozenset[str]:
    """Variants that the configuration speaks of without switching them off."""
    return _NONE.union(*(variants for variants, override in overrides if not override.off))


def _coded(
    rule: Rule, asked: Sequence[str], ignored: Sequence[str], overrides: Mapping[str, RuleOverride], preset: str
) -> Iterator[Active]:
    """The rule that has a variant for each of ShellCheck's codes: what is said of them is an option of its own.

    Args:
        rule: it.
        asked: names that select rules.
        ignored: names that leave rules out.
        overrides: what the configuration says, by the names written.
        preset: the preset that it runs by, "" when it runs by its name or its codes alone.
    """
    own = next((override for name, override in overrides.items() if name.lower() == SHELLCHECK), None)
    if own is None or not own.off:
        found = _active(rule, own, rule.every_variant)
        named = (*asked, *(name for name, override in overrides.items() if not override.off))
        yield found._replace(options=narrowed(found.options, named, ignored, overrides, preset))


def _actives(
    rule: Rule, wanted: frozenset[str], overrides: Sequence[tuple[frozenset[str], RuleOverride]]
) -> Iterator[Active]:
    """A rule once for each override of some of its variants, the narrowest and of those the last winning."""
    ranked = sorted(overrides, key=lambda item: -len(item[0]))
    for variants, override in reversed(ranked):
        if wanted & variants and not override.off:
            yield _active(rule, override, wanted & variants)
        wanted -= variants
    if wanted:
        yield _active(rule, None, wanted)


def _active(rule: Rule, override: RuleOverride | None, wanted: frozenset[str] | None) -> Active:
    """A rule with its override; `wanted` are its variants, None for all."""
    variants = None if wanted is None or wanted == rule.every_variant else wanted
    options = {name: option["default"] for name, option in rule.options.items()} if rule.options else {}
    if override is None:
        return Active(rule, rule.severity, options, variants=variants)
    severity: dict[Kind, Severity] = dict(rule.severity)
    if override.severity:
        severity = dict.fromkeys(severity, override.severity)
    if override.environments:
        worst = override.severity or rule.worst
        severity |= {kind: severity.get(kind, worst) for kind in KINDS}
    checked, environments = options | _checked(rule, override), frozenset(override.environments)
    return Active(rule, severity, checked, environments, variants, configured=override.severity is not None)


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
