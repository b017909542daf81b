"""A project in one environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact
from lintstack.findings import Kind
from lintstack.record import Subject
from lintstack.source import Span, span_key

if TYPE_CHECKING:
    from lintstack.model.address import Address
    from lintstack.model.build import Image
    from lintstack.model.dockerfile import Dockerfile
    from lintstack.model.files import ComposeFile, Dotenv, Extension, Feature, Include, Override, Project, Suppression
    from lintstack.model.network import Network
    from lintstack.model.parts import Resource
    from lintstack.model.scripts import Script
    from lintstack.model.service import Service
    from lintstack.model.values import Interpolation


class Stack(Subject):
    """A project in one environment.

    Attributes:
        kind: dev, prod or unknown.
        environment: name of the environment.
        for_swarm: whether one of its files is for `docker stack deploy`.
        service_names: names of its services.
        active: names of the services that start without a profile.

    `secrets` are places that no report may print.
    """

    kind: Kind = "unknown"
    environment: str = ""
    project: str = ""
    for_swarm: Fact[bool] = ABSENT
    service_names: Fact[tuple[str, ...]] = ABSENT
    active: Fact[tuple[str, ...]] = ABSENT
    home: Project | None = None
    files: tuple[ComposeFile, ...] = ()
    features: tuple[Feature, ...] = ()
    services: tuple[Service, ...] = ()
    networks: tuple[Network, ...] = ()
    resources: tuple[Resource, ...] = ()
    images: tuple[Image, ...] = ()
    dockerfiles: tuple[Dockerfile, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    scripts: tuple[Script, ...] = ()
    overrides: tuple[Override, ...] = ()
    extensions: tuple[Extension, ...] = ()
    includes: tuple[Include, ...] = ()
    interpolations: tuple[Interpolation, ...] = ()
    dotenvs: tuple[Dotenv, ...] = ()
    secrets: tuple[Span, ...] = ()
    read_addresses: Callable[[Service], tuple[Address, ...]] | None = None
    find_mentions: Callable[[], frozenset[str]] | None = None  # words of files that speak of running Compose
    elsewhere: frozenset[str] = frozenset()  # services of the project's other environments
    twins: Mapping[str, tuple[Service, ...]] = MappingProxyType({})  # services of all environments, where rules compare
    complete: bool = True  # whether all of its files were read

    @cached_property
    def startable(self) -> tuple[Service, ...]:
        """Services without those of which no file says what they run: of these there is nothing more to say."""
        lost = {item.name for item in self.overrides if item.effect.value == "unmatched"}
        return tuple(service for service in self.services if service.name not in lost) if lost else self.services

    @cached_property
    def written_secrets(self) -> frozenset[tuple[str, int, int]]:
        """Places of the credentials that variables of services spell out (`source.span_key`)."""
        found = (item for service in self.services for item in (*service.environment, *service.layers))
        return frozenset(
            span_key(item.value.span)
            for item in found
            if item.value.span and item.is_secret.value and item.is_literal.value
        )
