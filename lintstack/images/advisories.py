"""What breaks, goes away or changes its terms when images are upgraded or pulled; the facts are in advisories.json."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

from lintstack.images.known import applies, read_tag
from lintstack.images.reference import DOCKER_HUB, Reference, split
from lintstack.named import NamedTuple

# Images and owners of which there is an advisory: most stacks have none, and then the file is not read.
ADVISED = frozenset(
    """
    abiosoft/caddy adoptopenjdk apache/airflow bitnami/* bitnami/kafka bitnamilegacy/* bitwardenrs/server
    buildpack-deps caddy centos circleci/* clickhouse clickhouse/clickhouse-server cockroachdb/cockroach
    confluentinc/cp-kafka confluentinc/cp-server consul containrrr/watchtower debian djfarrelly/maildev docker
    docker.bintray.io/* docker.elastic.co/elasticsearch/elasticsearch docker.elastic.co/kibana/kibana
    docker.elastic.co/logstash/logstash docker.gitea.com/gitea docker/compose eclipse-mosquitto elasticsearch
    emqx emqx/emqx erlang express-gateway ghcr.io/containrrr/watchtower ghost gitea/gitea gitlab/gitlab-ce
    gitlab/gitlab-ee golang google/cadvisor gradle grafana/agent grafana/grafana grafana/grafana-oss
    grafana/promtail haproxy hashicorp/consul hashicorp/terraform hashicorp/vault haskell httpd imresamu/postgis
    influxdb jaegertracing/all-in-one jaegertracing/jaeger-agent jaegertracing/jaeger-collector
    jaegertracing/jaeger-ingester jaegertracing/jaeger-query java jboss/keycloak jenkins
    jrcs/letsencrypt-nginx-proxy-companion jwilder/nginx-proxy k8s.gcr.io/* keycloak/keycloak kibana
    linuxserver/letsencrypt localstack/localstack localstack/localstack-pro logstash mailhog/mailhog mariadb
    maven mcr.microsoft.com/mssql/server memcached microsoft/aspnetcore microsoft/aspnetcore-build
    microsoft/dotnet microsoft/mssql-server-linux minio/console minio/mc minio/minio mongo mysql
    mysql/mysql-cluster mysql/mysql-server nats-streaming nextcloud nginx node nvidia/cuda openjdk
    opensearchproject/opensearch owncloud perl pgvector/pgvector php pihole/pihole piwik plone
    portainer/portainer portainer/portainer-ce portainer/portainer-ee postgis/postgis postgres prom/alertmanager
    prom/prometheus puckel/docker-airflow python quay.io/keycloak/keycloak quay.io/minio/mc quay.io/minio/minio
    quay.io/prometheus/alertmanager quay.io/prometheus/prometheus rabbitmq redis ruby rust sentry solr sonarqube
    sonatype/nexus3 timescale/timescaledb tomcat traefik ubuntu v2tec/watchtower vault wurstmeister/kafka
    wurstmeister/zookeeper yandex/clickhouse-client yandex/clickhouse-server
    """.split()
)
# Rules about the registry that an image is pulled from.
PULLED = frozenset({"removed-image", "abandoned-image"})
# Tags that mean the newest version of an image by these words alone.
NEWEST = frozenset({"", "latest", "alpine", "slim", "management", "apache", "fpm"})

When = Mapping[str, Any]


class Advisory(NamedTuple):
    """One fact about an image.

    Attributes:
        id: its name, by which it can be asked for and ignored.
        rule: the rule that reports it.
        images: repositories, or owners with `/*`.
        tags: conditions on the tag (`images.known.applies`), one of which holds; empty for every tag.
        newest: whether a tag without a version, such as `latest`, stands for the newest one here.
        exempt: repositories of an owner that it does not concern.
        when: what else must hold, see `checks.advisories`.
        fact: what happens, `{found}` being the words of the file that make it so.
        remedy: what to do instead.
        source: URL of the page that says so.
        date: since when, as 2025-09-29; "" where that does not matter.
    """

    id: str
    rule: str
    images: tuple[str, ...]
    fact: str
    remedy: str
    source: str
    tags: tuple[str, ...] = ()
    newest: bool = True
    exempt: tuple[str, ...] = ()
    when: When = MappingProxyType({})
    date: str = ""


@cache
def advisories() -> tuple[Advisory, ...]:
    """All of them, as they stand in the file."""
    rules: dict[str, list[dict[str, Any]]]
    try:
        rules = import_module("lintstack.compiled_advisories").ADVISORIES
    except ModuleNotFoundError:
        import json

        with open(os.path.join(os.path.dirname(__file__), "advisories.json"), encoding="utf-8") as file:
            rules = json.load(file)
    return tuple(made(rule, entry) for rule, entries in rules.items() for entry in entries)


def made(rule: str, entry: Mapping[str, Any]) -> Advisory:
    """An advisory from an entry of the file.

    Args:
        rule: the rule that reports it.
        entry: its data.
    """
    return Advisory(
        entry["id"],
        rule,
        tuple(entry["images"]),
        entry["fact"],
        entry["do"],
        entry["source"],
        tuple(entry.get("tags", ())),
        entry.get("newest", True),
        tuple(entry.get("except", ())),
        entry.get("when", {}),
        entry.get("date", ""),
    )


def own(lines: Iterable[str]) -> Iterator[Advisory]:
    """A user's own advisories.

    Args:
        lines: `IMAGE CONDITION…: TEXT`, as `registry.example.com/api >=3: it forgets its sessions`.
    """
    for line in lines:
        asked, _, text = line.partition(": ")
        image, _, condition = asked.partition(" ")
        name = names(split(image))[0]
        yield Advisory(line, "", (name,), text, "", "", (condition,) if condition else ())


@cache
def _by_image() -> dict[str, list[Advisory]]:
    found: dict[str, list[Advisory]] = {}
    for advisory in advisories():
        for image in advisory.images:
            found.setdefault(image, []).append(advisory)
    return found


def advised(reference: Reference, rule: str) -> Iterator[Advisory]:
    """What a rule has to say of an image under its tag, as far as the reference alone tells.

    Args:
        reference: the image.
        rule: name of the rule.
    """
    asked = [name for name in names(reference, rule in PULLED) if name in ADVISED]
    for advisory in (item for name in asked for item in _by_image()[name]):
        if advisory.rule == rule and concerns(advisory, reference):
            yield advisory


def names(reference: Reference, exactly: bool = False) -> list[str]:
    """What an advisory may call an image: where it is pulled from, the owner there; else also what it is known as.

    Args:
        reference: the image.
        exactly: whether a copy elsewhere is not meant.
    """
    host = "" if reference.registry == DOCKER_HUB else f"{reference.registry}/"
    name = host + reference.repository
    owner = [f"{name.partition('/')[0]}/*"] if "/" in name else []
    return [name, *owner] if exactly else list(dict.fromkeys((name, reference.name, *owner)))


def concerns(advisory: Advisory, reference: Reference) -> bool:
    """Whether an advisory about this image holds under its tag."""
    if reference.repository in advisory.exempt:
        return False
    if reference.digest and not reference.tag:
        return not advisory.tags
    return not advisory.tags or any(_holds(terms, reference, advisory.newest) for terms in advisory.tags)


def _holds(terms: str, reference: Reference, newest: bool) -> bool:
    """Whether a condition holds; a tag that says no version has the newest, or one that nobody knows."""
    if "latest" in terms.split() and reference.tag not in ("", "latest"):
        return False  # as in `2017-latest`
    tag = read_tag(reference.tag or "latest")
    asked = {term.partition(sign)[0] for term in terms.split() for sign in (">=", "<") if sign in term}
    if not asked <= tag.versions.keys():
        moving = not reference.digest and newest and tag.words <= NEWEST | set(terms.split())
        return moving and applies(terms, tag)
    return applies(terms, tag)
