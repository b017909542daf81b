"""ShellCheck's codes where names of rules may stand: each is a part of the one rule that reports them all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lintstack.findings import Finding
from lintstack.rules import Rule

if TYPE_CHECKING:
    from lintstack.config import RuleOverride

RULE = "shellcheck"
# Warnings that *recommended* leaves to *strict*: `make -j$(nproc)` is what nearly all SC2046 in Dockerfiles come to.
SPARED = ("SC2046",)


def is_code(name: str) -> bool:
    """Whether a name is one of ShellCheck's codes, in any case: `SC2086`."""
    return len(name) == 6 and name[:2].upper() == "SC" and name.isascii() and name[2:].isdecimal()


def called(name: str, known: Mapping[str, tuple[Rule, ...]]) -> tuple[Rule, ...]:
    """Rules that a name, a former name, another tool's id or a code stands for; none for a name that nothing has."""
    return known.get(name.lower()) or (known.get(RULE, ()) if is_code(name) else ())


def whole(names: Iterable[str]) -> list[str]:
    """The names that stand for whole rules."""
    return [name for name in names if not is_code(name)]


def folded(name: str) -> str:
    """A code in its own case; any other name is itself."""
    return name.upper() if is_code(name) else name


def names_of(finding: Finding) -> Iterator[str]:
    """Names that a suppression may call a finding by: its rule, and its code when it has one."""
    yield finding.rule
    yield from finding.see.get(RULE, ())


def narrowed(
    options: Mapping[str, Any],
    asked: Collection[str],
    ignored: Collection[str],
    overrides: Mapping[str, RuleOverride],
    preset: str,
) -> dict[str, Any]:
    """Options of the rule with what a run says about single codes, and with the level that it asks for.

    Asked for by its name, the rule reports all; by its preset, what that preset wants; by codes, only those.

    Args:
        options: those of the rule.
        asked: names that select rules.
        ignored: names that leave rules out.
        overrides: what the configuration says, by the names written.
        preset: the preset that the rule runs by, "" when it runs by its name or its codes alone.
    """
    level = _level(options["level"], any(name.lower() == RULE for name in asked), preset)
    spared = options["level"] == "preset" and level == "warning"
    codes = dict.fromkeys(SPARED, "off") if spared else {}
    codes |= {name.upper(): "on" for name in asked if is_code(name)}
    for name, override in overrides.items():
        if is_code(name):
            codes[name.upper()] = "off" if override.off else override.severity or "on"
    codes |= {name.upper(): "off" for name in ignored if is_code(name)}
    own = next((override for name, override in overrides.items() if name.lower() == RULE), None)
    return {
        **options,
        "codes": codes,
        "level": level,
        "severity": own.severity if own else None,
    }


def _level(level: str, named: bool, preset: str) -> str:
    """The least level that is reported; "none" where only codes are asked for."""
    if level != "preset":
        return level
    return "style" if named or preset == "strict" else "warning" if preset else "none"
