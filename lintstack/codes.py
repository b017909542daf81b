"""ShellCheck's codes where names of rules may stand: each is a part of the one rule that reports them all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from lintstack.peers import SHELLCHECK, is_code

if TYPE_CHECKING:
    from lintstack.config import RuleOverride

# Warnings that *recommended* leaves to *strict*: `make -j$(nproc)` is what nearly all SC2046 in Dockerfiles come to.
SPARED = ("SC2046",)


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
    level = _level(options["level"], any(name.lower() == SHELLCHECK for name in asked), preset)
    spared = options["level"] == "preset" and level == "warning"
    codes = dict.fromkeys(SPARED, "off") if spared else {}
    codes |= {name.upper(): "on" for name in asked if is_code(name)}
    for name, override in overrides.items():
        if is_code(name):
            codes[name.upper()] = "off" if override.off else override.severity or "on"
    codes |= {name.upper(): "off" for name in ignored if is_code(name)}
    own = next((override for name, override in overrides.items() if name.lower() == SHELLCHECK), None)
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
