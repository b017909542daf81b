"""Checks of the shell texts of RUN."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lintstack.facts import Place
from lintstack.findings import SEVERITIES, Problem, Severity
from lintstack.model import Remark, Script

LEVELS = ("error", "warning", "info", "style")
BY_PRESET = "warning"  # what the level `preset` is where nobody says more


def shellcheck(script: Script, options: Mapping[str, Any]) -> Iterator[Problem]:
    """What ShellCheck says, from the option's level on; codes that a run names itself are in the option `codes`."""
    for remark in script.remarks:
        severity = _severity(remark, options)
        if severity:
            message = f"{remark.message.rstrip('.')} ({remark.code})"
            see = {"shellcheck": (remark.code,)}
            yield Problem(
                message, Place(remark.span), (), remark.code, remark.span.text, None, remark.code, severity, see
            )


def _severity(remark: Remark, options: Mapping[str, Any]) -> Severity | None:
    """How severe a remark is, None for one that is not asked for.

    Args:
        remark: the remark.
        options: those of the page; `codes`: code → off, on or a severity, whatever its level; `severity` of them all.
    """
    said = options.get("codes", {}).get(remark.code, "")
    own: Severity = options.get("severity") or ("info" if remark.level == "style" else remark.level)
    if said in SEVERITIES:
        return said  # type: ignore[no-any-return]  # it is one of them
    if said == "on":
        return own
    level = BY_PRESET if options["level"] == "preset" else options["level"]
    excluded = said == "off" or remark.code in {code.upper() for code in options["exclude"]}
    return None if excluded or level not in LEVELS or LEVELS.index(remark.level) > LEVELS.index(level) else own
