"""Checks of `depends_on`."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Dependency, Service
from lintstack.source import Span

GIVE = "give `{name}` a `healthcheck:`"
# What to say, by the condition and whether the health check of the other service runs.
NOT_READY: dict[tuple[str | None, bool], str] = {
    ("service_started", True): "{service} starts before `{name}` is ready; add `condition: service_healthy`",
    ("service_started", False): f"{{service}} starts before `{{name}}` is ready; {GIVE} and wait for `service_healthy`",
    (
        "service_healthy",
        False,
    ): f"{{service}} never starts: it waits for the health check that `{{name}}` lacks; {GIVE}",
}


def depends_on_healthy(dependency: Dependency) -> Iterator[Problem]:
    """A start before the database is ready, and a wait for a health check that never runs."""
    target, condition = dependency.target, dependency.condition
    if target is None or (condition.value == "service_started" and not _needs_ready(dependency.service, target)):
        return
    defined = target.healthcheck.defined.value
    if defined is None or (condition.value, defined) not in NOT_READY:
        return
    at = Place(condition.places[0].span if condition.decided else dependency.span)
    message = NOT_READY[condition.value, defined].format(service=dependency.service, name=dependency.name)
    related = (*condition.places[1:], Place(_health_span(target), "its health check" if defined else "no health check"))
    yield Problem(message, at, related, fact="condition")


def _needs_ready(service: Service, target: Service) -> bool:
    """Whether the start fails on a target that is not ready: a database, for others than people with a browser.

    Swarm neither reads `depends_on` nor waits.
    """
    return bool(target.is_database.value) and not service.is_dev_tool.value and not service.stack.for_swarm.value


def _health_span(target: Service) -> Span:
    """Where the health check of a service is decided; the service itself when nothing decides it."""
    defined = target.healthcheck.defined
    return defined.places[0].span if defined.decided else target.healthcheck.span
