"""Checks of the order in which services start."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Dependency


def completed_job_ends(dependency: Dependency) -> Iterator[Problem]:
    """A wait for the end of a service that does not end."""
    target, condition = dependency.target, dependency.condition
    if target is None or condition.value != "service_completed_successfully":
        return
    at = Place(condition.places[0].span if condition.decided else dependency.span)
    policy = (target.restart.value or "").partition(":")[0]
    waits = f"{dependency.service} waits for the end of `{dependency.name}`"
    if policy in ("always", "unless-stopped") and not target.stack.for_swarm.value:
        related = tuple(Place(place.span, "it is started again") for place in target.restart.places[:1])
        yield Problem(f'{waits}, which `restart: {policy}` starts again; write `restart: "no"`', at, related)
    elif target.command.absent and target.entrypoint.absent and (target.is_database.value or target.is_edge.value):
        related = (Place(target.span, "a server"),)
        yield Problem(f"{waits}, a server that does not end; wait for `service_healthy`", at, related)


def health_waits_circular(dependency: Dependency) -> Iterator[Problem]:
    """A wait for the health of a service whose test calls the one that waits."""
    target, condition = dependency.target, dependency.condition
    if target is None or condition.value != "service_healthy" or target is dependency.service:
        return
    host = target.healthcheck.host
    if host.value is not None and host.value in (dependency.service.name, dependency.service.container_name.value):
        at = Place(condition.places[0].span if condition.decided else dependency.span)
        message = (
            f"{dependency.service} never starts: it waits for the health of `{dependency.name}`, whose test calls "
            f"`{host.value}` again; let each test call its own service"
        )
        yield Problem(message, at, tuple(Place(place.span, "the test") for place in host.places[:1]))
