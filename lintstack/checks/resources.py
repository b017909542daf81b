"""Checks of what a project declares: secrets and configs, and the names of containers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Resource, Service, Stack

MOST_RELATED = 5
# https://github.com/moby/moby/blob/master/daemon/names/names.go
NAME = r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]+"
TEMPLATES = (".example", ".sample", ".template", ".dist", ".tmpl", ".tpl")


def _users(resource: Resource) -> tuple[Place, ...]:
    return tuple(Place(user.span, f"{user.service} uses it") for user in resource.users[:MOST_RELATED])


def swarm_only_resource(resource: Resource) -> Iterator[Problem]:
    """Secrets and configs that only a Swarm provides, in a project that is for none."""
    swarm = resource.for_swarm.value is not False or resource.stack.for_swarm.value
    if swarm or not resource.users or all(user.for_build.value for user in resource.users):
        return
    if resource.external.value:
        what, at = "is external, which only a Swarm has", resource.external.places[0]
    elif resource.drivers.value and resource.origin.value:  # without one it is refused for that already
        what, at = f"asks for a `{resource.drivers.value[0]}`, which only a Swarm has", resource.drivers.places[0]
    else:
        return
    message = (
        f"the {resource.type.value} `{resource.name}` {what}: Docker Compose refuses to start "
        f"{resource.users[0].service}; give it a `file:` or an `environment:`"
    )
    yield Problem(message, at, _users(resource), fact="external")


def missing_secret_file(resource: Resource) -> Iterator[Problem]:
    """Files of secrets that nobody has and git does not ignore."""
    if resource.type.value == "secret":
        yield from _missing(resource, "put it there where the project runs, and let git ignore it")


def missing_config_file(resource: Resource) -> Iterator[Problem]:
    """Files of configs that are not there."""
    if resource.type.value == "config":
        yield from _missing(resource, "add it, correct the path, or let git ignore it")


def _missing(resource: Resource, out: str) -> Iterator[Problem]:
    file = resource.file
    if resource.file_exists.value is False and resource.file_ignored.value is False and resource.users:
        message = f"`{file.value}` of the {resource.type.value} `{resource.name}` is not in the repository; {out}"
        yield Problem(message, file.places[0], _users(resource)[:1], fact="file")


def secret_file_in_repository(resource: Resource) -> Iterator[Problem]:
    """Secrets whose file is in the repository for all to read."""
    file = resource.file.value or ""
    exists = resource.file_exists.value is True and resource.file_ignored.value is False
    if resource.type.value == "secret" and exists and not file.endswith(TEMPLATES):
        message = f"`{file}` holds the secret `{resource.name}` and git does not ignore it; add it to `.gitignore`"
        yield Problem(message, resource.file.places[0], fact="file")


def injected_into_read_only(resource: Resource) -> Iterator[Problem]:
    """Secrets and configs that Docker Compose has to write into containers that cannot be written to."""
    if resource.origin.value in ("environment", "content"):
        for user in resource.users:
            service = user.service
            if service.read_only.value and not user.for_build.value:
                message = (
                    f"Docker Compose cannot write the {resource.type.value} `{resource.name}` into {service}, which is "
                    "`read_only`; give it a `file:` instead"
                )
                places = (*resource.origin.places[:1], *service.read_only.places[:1])
                labels = ("comes from here", "read-only here")
                related = tuple(Place(place.span, label) for place, label in zip(places, labels, strict=False))
                yield Problem(message, Place(user.span), related, fact="users", detail=service.name)


def secret_mode_ignored(resource: Resource) -> Iterator[Problem]:
    """uid, gid and mode of what is mounted from a file."""
    for user in resource.users if resource.origin.value == "file" else ():
        if user.ownership.value and not user.for_build.value:
            listed = ", ".join(f"`{key}`" for key in user.ownership.value)
            message = (
                f"Docker Compose ignores {listed} of the {resource.type.value} `{resource.name}`, which it mounts from "
                "a file; remove it, and set them on the file"
            )
            places = user.ownership.places
            yield Problem(message, places[0], places[1:], fact="ownership", detail=user.service.name)


def container_name_invalid(service: Service) -> Iterator[Problem]:
    """Names that the engine refuses."""
    name = service.container_name
    if name.value and len(name.value) > 1 and not re.fullmatch(NAME, name.value):
        message = (
            f"`{name.value}` is no name of a container: letters, digits, `.`, `_` and `-` are allowed, the first being "
            "a letter or digit; rename it"
        )
        yield Problem(message, name.places[0], fact="container_name")


def duplicate_container_name(stack: Stack) -> Iterator[Problem]:
    """Services with one container name of which a profile starts both; those that run anyway are a diagnostic."""
    named: dict[str, list[Service]] = {}
    for service in stack.services:
        if service.container_name.value and not service.profiles.unknown:
            named.setdefault(service.container_name.value, []).append(service)
    for name, services in named.items():
        for later, earlier in _clashing(services):
            message = f"{later} takes the container name `{name}`, which {earlier} has; under one profile both start"
            places = tuple(Place(place.span, "taken here") for place in earlier.container_name.places[:1])
            at = later.container_name.places[0]
            yield Problem(f"{message}; rename one", at, places, fact="services", detail=later.name)


def _clashing(services: list[Service]) -> Iterator[tuple[Service, Service]]:
    """Each service with the first before it that a profile starts with it."""
    by_profile: dict[str, Service] = {}
    always: Service | None = None
    for service in services:
        profiles = service.profiles.value or ()
        earlier = next((by_profile[one] for one in profiles if one in by_profile), always if profiles else None)
        if not profiles:
            earlier = next(iter(by_profile.values()), None)
            always = always or service
        if earlier is not None:
            yield service, earlier
        for profile in profiles:
            by_profile.setdefault(profile, service)
