"""What a service is for, by its image and the ports that it publishes: edge, database, tool for developers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact
from lintstack.images import Known, split
from lintstack.join.ground import Ground
from lintstack.model import Service
from lintstack.record import bind

if TYPE_CHECKING:
    from lintstack.dockerfile.config import ImageConfig


NOTHING: Fact[tuple[str, ...]] = Fact(())


def facts(
    service: Service, ground: Ground, edge: frozenset[str], expose: Fact[tuple[str, ...]] = ABSENT
) -> dict[str, Fact[object]]:
    """What a service's image says of it.

    Args:
        service: the service.
        ground: what it stands on.
        edge: services that the configuration calls the edge.
        expose: what the service itself exposes.
    """
    known, config = ground.known, ground.config
    where = ground.base.places[:1]
    built = config.exposed.places if config else ()
    said = [port if "/" in port else f"{port}/tcp" for port in expose.value or ()]
    image = tuple(dict.fromkeys((*(known.ports if known else ()), *((config.exposed.value or ()) if config else ()))))
    ports: Fact[tuple[str, ...]] = Fact(image, (*built, *where)) if image else NOTHING
    return {
        "base_image": ground.base,
        "shell": config.shell if config else ABSENT,
        "workdir": config.workdir if config else ABSENT,
        "exposed": Fact(tuple(dict.fromkeys((*said, *image))), (*expose.places, *built, *where)) if said else ports,
        "image_ports": ports,
        "is_edge": _kind(ground, service.name in edge or _proxies(known, config)),
        "is_database": _kind(ground, bool(known and known.is_database), DATABASES),
        "is_dev_tool": _kind(ground, bool(known and known.is_dev_tool)),
    }


def _kind(ground: Ground, verdict: bool, names: frozenset[str] = frozenset()) -> Fact[bool]:
    """What the image is for: an image that nobody knows is nothing special, one that cannot be told is unknown.

    Args:
        ground: what the service stands on.
        verdict: what is known.
        names: words that in the name of an image that nobody knows leave it open.
    """
    where = ground.base.places[:1]
    if ground.known is None and ground.base.value:
        words = re.split(r"[^a-z0-9]+", split(ground.base.value).repository.rpartition("/")[2].lower())
        if not names.isdisjoint(words):
            return Fact(None, where, ground.unknown)
    if not verdict and ground.known is None and ground.base.value is None:
        return Fact(None, where, ground.unknown)
    return Fact(verdict, where, default=True)


def _proxies(known: Known | None, config: ImageConfig | None) -> bool:
    """Whether the image is made to stand in front; on a plain web server, only what is pulled, not what is built."""
    return known is not None and (known.kind == "edge" if config else known.is_edge)


DATABASES = frozenset(
    """
    cassandra clickhouse consul couchbase couchdb db2 dgraph elasticsearch etcd influxdb kafka mariadb memcached mongo
    mongodb mssql mysql nats neo4j opensearch oracle percona pgvector postgis postgres postgresql rabbitmq redis
    rethinkdb scylla solr surrealdb timescaledb valkey zookeeper
    """.split()
)
FRONT_DOORS = frozenset({80, 443})


def bind_edge(found: Iterable[Service]) -> None:
    """Without a known proxy, the service that publishes the web's own ports is the front door."""
    listed = list(found)
    if any(service.is_edge.value and service.ports for service in listed):
        return
    for service in listed:
        doors = [port for port in service.ports if port.published_first.value in FRONT_DOORS]
        if doors:
            bind(service, is_edge=Fact(True, doors[0].published.places))
