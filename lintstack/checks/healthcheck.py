"""Checks of how often a health check runs, and of how long it may take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lintstack.facts import Fact, Place
from lintstack.findings import Problem
from lintstack.model import Healthcheck

# Facts that have a range, and their unit.
RANGES = {"interval": " s", "timeout": " s", "retries": ""}
# Checks at a pace under QUICK s are there for a fast start; a timeout of MODEST s at most holds none of them up.
QUICK, MODEST = 5, 10


def healthcheck_timing(healthcheck: Healthcheck, options: Mapping[str, Any]) -> Iterator[Problem]:
    """Spelled-out values outside their range, a timeout that reaches the interval, no time to start."""
    if not healthcheck.defined.value or healthcheck.defined.default:
        return
    for name, unit in RANGES.items():
        fact: Fact[float] = getattr(healthcheck, name)
        least, most = options[name]
        if fact.decided and fact.value is not None and not least <= fact.value <= most:
            message = f"the health check of {healthcheck.service} has `{name}` {_shown(fact.value)}{unit}"
            way_out = f"keep it between {_shown(least)} and {_shown(most)}{unit}"
            yield Problem(f"{message}; {way_out}", fact.places[0], fact.places[1:], fact=name, detail="range")
    yield from _overlapping(healthcheck)
    if options["require-start-period"] and healthcheck.start_period.absent:
        message = f"the health check of {healthcheck.service} counts failures from the first second"
        yield Problem(f"{message}; add `start_period` with the time that it needs to start", fact="start_period")


def healthcheck_outlasts_interval(healthcheck: Healthcheck) -> Iterator[Problem]:
    """A timeout beyond the interval."""
    timeout, interval = healthcheck.timeout, healthcheck.interval
    if not healthcheck.defined.value or not timeout.decided or timeout.value is None or interval.value is None:
        return
    if interval.value < QUICK and timeout.value <= MODEST:
        return
    if timeout.value > interval.value:
        yield _overlap(healthcheck, f"{timeout.value:g} s, longer than its interval of {interval.value:g} s")


def _overlapping(healthcheck: Healthcheck) -> Iterator[Problem]:
    """A timeout as long as the interval, or longer."""
    timeout, interval = healthcheck.timeout, healthcheck.interval
    if not timeout.decided or not timeout.value or interval.value is None or timeout.value < interval.value:
        return
    if timeout.value > interval.value:
        lengths = f"{_shown(timeout.value)} s, longer than its interval of {_shown(interval.value)} s"
    else:
        lengths = f"{_shown(timeout.value)} s, as long as its interval"
    yield _overlap(healthcheck, lengths)


def _overlap(healthcheck: Healthcheck, lengths: str) -> Problem:
    """The problem of a timeout that reaches the interval, with the words about how long they are."""
    timeout, interval = healthcheck.timeout, healthcheck.interval
    message = f"one health check of {healthcheck.service} may take {lengths}; shorten `timeout`"
    related = [Place(interval.places[0].span, "the interval")] if interval.decided else []
    return Problem(message, timeout.places[0], (*related, *timeout.places[1:]), fact="timeout", detail="overlap")


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
