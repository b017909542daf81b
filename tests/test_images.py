"""Image references, how they pin, and the catalogue of well-known images."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lintstack.images
from lintstack.dockerfile.syntax import parse
from lintstack.facts import Fact, Place
from lintstack.image_keys import BASES, KINDS
from lintstack.images import Known, catalogue, extend, lookup, pinning, split
from lintstack.images.entries import problems
from lintstack.images.known import applies, read_tag
from lintstack.join.image import copied_images, image_of
from lintstack.join.registries import trust, trusted
from lintstack.source import Source
from tests import clock

DATA = Path(lintstack.images.__file__).with_name("known.json")


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Object of JSON that refuses a key twice."""
    repeated = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
    assert not repeated, repeated
    return dict(pairs)


CONTENT: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"), object_pairs_hook=unique)
ENTRIES: list[dict[str, Any]] = CONTENT["images"]
EVERY_ENTRY = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["names"][0])


def known(text: str) -> Known:
    """What is known of an image that must be in the catalogue."""
    found = lookup(split(text))
    assert found is not None, text
    return found


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("nginx", "docker.io", "nginx", "", ""),
        ("nginx:1.27", "docker.io", "nginx", "1.27", ""),
        ("library/nginx", "docker.io", "nginx", "", ""),
        ("docker.io/library/nginx:1", "docker.io", "nginx", "1", ""),
        ("index.docker.io/nginx", "docker.io", "nginx", "", ""),
        ("bitnami/redis:7.4", "docker.io", "bitnami/redis", "7.4", ""),
        ("ghcr.io/acme/api:v1", "ghcr.io", "acme/api", "v1", ""),
        ("localhost/api", "localhost", "api", "", ""),
        ("localhost:5000/api", "localhost:5000", "api", "", ""),
        ("localhost:5000/acme/api:1.2", "localhost:5000", "acme/api", "1.2", ""),
        ("localhost:5000", "docker.io", "localhost", "5000", ""),
        ("acme/team/api", "docker.io", "acme/team/api", "", ""),
        ("Registry/api", "registry", "api", "", ""),
        ("REGISTRY.example.com/Api:Tag", "registry.example.com", "Api", "Tag", ""),
        ("[::1]:5000/api:2", "[::1]:5000", "api", "2", ""),
        ("nginx@sha256:abc", "docker.io", "nginx", "", "sha256:abc"),
        ("nginx:1.27@sha256:abc", "docker.io", "nginx", "1.27", "sha256:abc"),
        ("r.example.com:443/a/b:1@sha256:abc", "r.example.com:443", "a/b", "1", "sha256:abc"),
        ("quay.io/library/x", "quay.io", "library/x", "", ""),
        ("", "docker.io", "", "", ""),
        (":", "docker.io", "", "", ""),
        ("@", "docker.io", "", "", ""),
        ("/", "docker.io", "/", "", ""),
        ("a:b:c", "docker.io", "a", "b:c", ""),
        ("a@b@c", "docker.io", "a", "", "b@c"),
        ("scratch", "docker.io", "scratch", "", ""),
    ],
)
def test_split(text: str, registry: str, repository: str, tag: str, digest: str) -> None:
    reference = split(text)
    assert (reference.registry, reference.repository, reference.tag, reference.digest) == (
        registry,
        repository,
        tag,
        digest,
    )


def test_spans_point_at_the_parts() -> None:
    text = "r.example.com:443/library/a:1.2@sha256:abc"
    reference = split(text)
    parts = {name: text[start:end] for name, (start, end) in reference.spans.items()}
    assert parts == {"registry": "r.example.com:443", "repository": "library/a", "tag": "1.2", "digest": "sha256:abc"}
    assert reference.written_registry
    assert not split("nginx").written_registry


REFERENCE_TEXT = st.one_of(st.text(), st.text(alphabet="aA1.:/@-_lrh", max_size=40))


@given(REFERENCE_TEXT)
def test_any_text_splits_and_joins_again(text: str) -> None:
    reference = split(text)
    spans = reference.spans
    separators = {"registry": ("", "/"), "repository": ("", ""), "tag": (":", ""), "digest": ("@", "")}
    parts = ((separators[name], text[slice(*spans[name])]) for name in separators if name in spans)
    assert "".join(before + part + after for (before, after), part in parts) == text
    assert reference.written_registry == ("registry" in spans)
    assert text[slice(*spans["repository"])].endswith(reference.repository)
    assert pinning(reference) in ("digest", "full", "minor", "major", "floating", "latest", "none")
    lookup(reference)


@pytest.mark.parametrize("piece", ["a/", "a:", "@", "1.", "1-", "a", "0-", "2024-", "1.1-", "f", "9"])
def test_long_text_takes_no_time(piece: str) -> None:
    started = clock.start()
    for text in (piece * 200_000, "x:" + piece * 200_000, "postgres:" + piece * 200_000):
        reference = split(text)
        pinning(reference)
        lookup(reference)
    assert clock.stop(started) < 3


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nginx", "nginx"),
        ("docker.io/library/nginx", "nginx"),
        ("registry-1.docker.io/library/nginx", "nginx"),
        ("index.docker.io/library/nginx:1", "nginx"),
        ("public.ecr.aws/docker/library/nginx", "nginx"),
        ("public.ecr.aws/bitnami/redis", "bitnami/redis"),
        ("mirror.gcr.io/library/nginx", "nginx"),
        ("mirror.gcr.io/bitnami/redis", "bitnami/redis"),
        ("bitnamilegacy/redis", "bitnami/redis"),
        ("lscr.io/linuxserver/swag", "linuxserver/swag"),
        ("arm64v8/postgres:17", "postgres"),
        ("docker.io/amd64/redis", "redis"),
        ("bitnamisecure/redis", "bitnami/redis"),
        ("mcr.microsoft.com/mirror/docker/library/nginx:1.27", "nginx"),
        ("ghcr.io/arm64v8/postgres", "ghcr.io/arm64v8/postgres"),
        ("ghcr.io/acme/nginx", "ghcr.io/acme/nginx"),
        ("quay.io/keycloak/keycloak:26", "quay.io/keycloak/keycloak"),
        ("registry.example.com/nginx", "registry.example.com/nginx"),
        ("acme/nginx", "acme/nginx"),
    ],
)
def test_name(text: str, name: str) -> None:
    assert split(text).name == name


PINNING = {
    "digest": ["x@sha256:abc", "x:latest@sha256:abc", "localhost:5000/x:1@sha256:abc"],
    "full": [
        *("x:1.2.3", "x:v1.2.3", "x:1.2.3-alpine3.19", "x:1.27.4-alpine-slim", "x:1.2.3.4", "x:3.12.0b1"),
        *("x:2024.01.05", "x:2024-01-05", "x:20240105", "x:RELEASE.2024-01-01T00-00-00Z", "ubuntu:jammy-20240227"),
        *("debian:bookworm-20240311-slim", "x:21.0.1_12-jdk-jammy", "x:8u292-jdk", "x:3.8.5-eclipse-temurin-17"),
        *("x:1a2b3c4", "x:main-1a2b3c4", "x:sha-9f86d08", "x:v1.2-14-g1a2b3c4", "x:0.8.0-pg17", "x:release-1.2.3"),
        *("x:9.3-1475", "x:12.1.0-base-ubuntu22.04", "x:alpine3.19-1.2.3", "x:" + "ab12" * 10, "x:4.0.0-20240105"),
    ],
    "minor": [
        *("postgres:16.4-alpine", "ubuntu:22.04", "redis:7.4-alpine", "x:v2.11", "ubuntu:jammy", "x:2.15-pg16"),
        *("x:python3.12-bookworm-slim", "x:1.2.x", "rockylinux:9.3-minimal", "x:server-1.2"),
    ],
    "major": [
        *("postgres:16-alpine", "node:20-slim", "x:15", "x:v3", "pgvector/pgvector:pg16", "debian:bookworm-slim"),
        *("postgis/postgis:16-3.4", "eclipse-temurin:17-jre-focal", "x:2022-latest", "amazoncorretto:17-al2023"),
        *("rabbitmq:3-management", "debian:trixie"),
    ],
    "floating": [
        *("x:alpine", "x:stable", "x:lts", "x:lts-alpine", "x:main", "x:edge", "postgres:bookworm", "x:alpine3.19"),
        *("node:lts-bookworm-slim", "x:latest-alpine", "x:latest-pg16", "jenkins/jenkins:lts-jdk17", "x:mainline"),
        *("x:amd64", "x:nonroot", "x:debug", "x:management", "x:8.0.0-SNAPSHOT", "x:nightly", "x:3.1-nightly", "x:-"),
        *("x:slim", "x:fpm-alpine", "x:feedbee", "x:ltsc2022", "x:arm64v8", "x:ubuntu-22.04", "x:e2e"),
    ],
    "latest": ["x:latest", "localhost:5000/x:latest"],
    "none": ["x", "localhost:5000/x", "ghcr.io/acme/api", "x:", "scratch"],
}


@pytest.mark.parametrize(("text", "level"), [(text, level) for level, texts in PINNING.items() for text in texts])
def test_pinning(text: str, level: str) -> None:
    assert pinning(split(text)) == level


@pytest.mark.parametrize(
    ("condition", "tag", "holds"),
    [
        ("alpine", "16-alpine", True),
        ("alpine", "16-alpine3.19", True),
        ("alpine", "16", False),
        ("!alpine", "16", True),
        ("!alpine", "alpine", False),
        ("slim", "3.12-slim-bookworm", True),
        (">=18", "18", True),
        (">=18", "17.9", False),
        (">=18", "18beta1-alpine", True),
        (">=18", "", True),
        (">=18", "latest", True),
        (">=18", "alpine", True),
        ("<18", "latest", False),
        ("<18", "9.6", True),
        (">=2.4", "2", True),
        (">=2.4", "2.3", False),
        (">=2.4", "v2.10", True),
        ("pg>=18", "2.17.2-pg17", False),
        ("pg>=18", "pg18-trixie", True),
        ("pg<18", "latest", False),
        (">=2 <3", "2.7-alpine", True),
        (">=2 <3", "3-core", False),
        (">=8 chiseled", "8.0-jammy-chiseled", True),
        (">=8 chiseled", "8.0", False),
        (">=1", "9" * 10_000, True),
    ],
)
def test_conditions(condition: str, tag: str, holds: bool) -> None:
    assert applies(condition, read_tag(tag)) is holds


def test_variants_of_postgres() -> None:
    assert known("postgres:16").data_dirs == ("/var/lib/postgresql/data",)
    assert known("postgres:18-alpine").data_dirs == ("/var/lib/postgresql",)
    assert known("postgres").data_dirs == ("/var/lib/postgresql",)
    assert known("postgres:16-alpine").package_manager == "apk"
    assert known("postgres:16").package_manager == "apt"
    assert known("postgres:16-alpine").has("bash") is True
    assert known("postgres:16").drops_privileges
    assert known("postgres:16").is_database
    assert known("postgres:16").secrets == {"POSTGRES_PASSWORD": "POSTGRES_PASSWORD_FILE"}


@pytest.mark.parametrize(
    ("image", "program", "ships"),
    [
        ("node:20", "curl", True),
        ("node:20", "nc", False),
        ("node:20-slim", "curl", False),
        ("node:20-slim", "wget", False),
        ("node:20-slim", "node", True),
        ("node:20-alpine", "wget", True),
        ("node:20-alpine", "curl", False),
        ("node:20-alpine", "bash", False),
        ("python:3.12-slim-bookworm", "curl", False),
        ("python:3.12", "curl", True),
        ("php:8.3-fpm-alpine", "curl", True),
        ("php:8.3-apache", "wget", False),
        ("alpine:3.20", "curl", False),
        ("ubuntu:24.04", "curl", False),
        ("scratch", "sh", False),
        ("scratch", "anything", False),
        ("gcr.io/distroless/static-debian12", "sh", False),
        ("gcr.io/distroless/static-debian12:debug", "sh", True),
        ("gcr.io/distroless/nodejs22-debian12", "node", None),
        ("nginx:1.27", "curl", True),
        ("nginx:1.27-alpine-slim", "curl", False),
        ("nginx:1.19", "curl", None),
        ("mysql:8.4", "mysqladmin", True),
        ("mariadb:11.4", "mysqladmin", False),
        ("mariadb:10.11", "mysqladmin", True),
        ("mongo:7", "mongosh", True),
        ("mongo:4.2", "mongosh", False),
        ("redis:7-alpine", "redis-cli", True),
        ("rabbitmq:3-management-alpine", "rabbitmq-diagnostics", True),
        ("quay.io/keycloak/keycloak:26.0", "curl", False),
        ("otel/opentelemetry-collector", "sh", False),
        ("ghcr.io/astral-sh/uv:python3.12-bookworm-slim", "python", True),
        ("postgres:16", "no-such-program", None),
        ("mcr.microsoft.com/dotnet/aspnet:8.0-azurelinux3.0", "curl", None),
    ],
)
def test_programs(image: str, program: str, ships: bool | None) -> None:
    assert known(image).has(program) is ships


@pytest.mark.parametrize(
    ("image", "user", "uid", "drops"),
    [
        ("redis:7", "root", 0, True),
        ("mysql", "root", 0, True),
        ("nginx", "root", 0, False),
        ("nginxinc/nginx-unprivileged:1.27-alpine", "101", 101, False),
        ("memcached:1.6", "memcache", 11211, False),
        ("node:20", "root", 0, False),
        ("gcr.io/distroless/base-debian12", "0", 0, False),
        ("gcr.io/distroless/base-debian12:nonroot", "65532", 65532, False),
        ("gcr.io/distroless/base-debian12:debug-nonroot", "65532", 65532, False),
        ("bitnami/postgresql:16", "1001", 1001, False),
        ("cgr.dev/chainguard/node", "65532", 65532, False),
        ("haproxy:2.2", "root", 0, False),
        ("haproxy:3.0", "haproxy", 99, False),
        ("elasticsearch:7.17.0", "root", 0, True),
        ("docker.elastic.co/elasticsearch/elasticsearch:8.15.0", "1000:0", 1000, False),
        ("prom/prometheus:v3.0.0", "nobody", 65534, False),
        ("mcr.microsoft.com/dotnet/aspnet:8.0", "root", 0, False),
        ("mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled", "1654", 1654, False),
        ("influxdb:1.8", "root", 0, False),
        ("influxdb:2.7", "root", 0, True),
        ("linuxserver/swag", None, None, False),
        ("metabase/metabase", "root", 0, True),
        ("louislam/uptime-kuma:1", "root", 0, False),
        ("louislam/uptime-kuma:2-slim-rootless", "node", 1000, False),
        ("surrealdb/surrealdb:v3.0.0", "65532", 65532, False),
        ("surrealdb/surrealdb:v3.0.0-dev", "root", 0, False),
        ("apache/spark:3.4.0", None, None, False),
        ("apache/spark:3.5.1", "spark", 185, False),
        ("ghcr.io/mastodon/mastodon:v4.3.1", "mastodon", 991, False),
        ("confluentinc/cp-kafka:5.5.1", "root", 0, False),
        ("confluentinc/cp-kafka:7.6.0", "appuser", 1000, False),
        ("elixir:1.18-alpine", "root", 0, False),
    ],
)
def test_users(image: str, user: str | None, uid: int | None, drops: bool) -> None:
    found = known(image)
    assert (found.user, found.uid, found.drops_privileges) == (user, uid, drops)


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        ("traefik:v3", "edge"),
        ("nginx", "web"),
        ("mailhog/mailhog", "dev-tool"),
        ("dpage/pgadmin4", "dev-tool"),
        ("rediscommander/redis-commander", "dev-tool"),
        ("localstack/localstack:3", "dev-tool"),
        ("grafana/grafana", "observability"),
        ("flyway/flyway", "job"),
        ("wordpress:cli", "job"),
        ("minio/minio", "storage"),
        ("elasticsearch:8.1.0", "search"),
        ("rabbitmq", "broker"),
        ("redis", "cache"),
    ],
)
def test_kinds(image: str, kind: str) -> None:
    found = known(image)
    assert found.kind == kind
    assert found.is_edge == (kind in ("edge", "web"))
    assert found.is_dev_tool == (kind == "dev-tool")
    assert found.is_database == (kind in ("database", "cache", "broker", "search"))


@pytest.mark.parametrize(
    "image", ["axllent/mailpit:v1.21", "localstack/localstack", "gcr.io/cadvisor/cadvisor:v0.49.1"]
)
def test_images_with_their_own_health_check(image: str) -> None:
    assert known(image).healthcheck is True


@pytest.mark.parametrize(
    ("image", "volumes"),
    [
        ("hashicorp/consul", ("/consul/data",)),
        ("hashicorp/vault:1.20", ("/vault/logs", "/vault/file")),
        ("prom/alertmanager", ("/alertmanager",)),
        ("dpage/pgadmin4:9", ("/var/lib/pgadmin",)),
        ("minio/minio", ("/data",)),
        ("portainer/portainer-ce", ("/data",)),
        ("gitea/gitea:1.25", ("/data",)),
        ("gitea/gitea:1.25-rootless", ("/var/lib/gitea", "/etc/gitea")),
        ("sonatype/nexus3", ("/nexus-data",)),
        ("nginx", ()),
    ],
)
def test_volumes_that_dockerfiles_declare(image: str, volumes: tuple[str, ...]) -> None:
    assert known(image).volumes == volumes


def test_mailserver_checks_itself_since_16() -> None:
    image = "mailserver/docker-mailserver"
    assert [known(f"{image}{tag}").healthcheck for tag in (":14.0", ":15.1.0", ":16", "")] == [False, False, True, True]


def test_images_of_one_maker_differ() -> None:
    """What is known of one of several tools is not known of the others, however alike their names are."""
    checked = {"statsd-exporter": True, "pushgateway": False, "blackbox-exporter": False}
    assert {name: known(f"prom/{name}").healthcheck for name in checked} == checked
    assert known("redis/redis-stack").ports == ("6379/tcp", "8001/tcp")
    assert known("redis/redis-stack-server").ports == ("6379/tcp",)
    assert known("confluentinc/cp-kafka-connect:7.6.0").healthcheck
    assert known("confluentinc/cp-schema-registry:7.6.0").healthcheck is False


def test_volumes_move_with_the_version() -> None:
    assert known("postgres:17-alpine").volumes == ("/var/lib/postgresql/data",)
    assert known("postgres:17").former_dirs == ()
    assert known("postgres:18").volumes == ("/var/lib/postgresql",)
    assert known("postgres:18").former_dirs == ("/var/lib/postgresql/data",)
    assert known("pgvector/pgvector:0.8.0-pg17").data_dirs == ("/var/lib/postgresql/data",)
    assert known("pgvector/pgvector:pg18").data_dirs == ("/var/lib/postgresql",)
    assert known("postgis/postgis:18-3.6").data_dirs == ("/var/lib/postgresql",)
    assert known("postgres:17").data_variable == "PGDATA"
    assert known("solr:7.7").data_dirs == ("/opt/solr/server/solr",)
    assert known("solr:9").data_dirs == ("/var/solr",)


@pytest.mark.parametrize(
    ("image", "auth"),
    [
        ("redis:7", False),
        ("valkey/valkey:8", False),
        ("mongo:7", False),
        ("postgres:17", True),
        ("mysql:8.4", True),
        ("elasticsearch:7.17.0", False),
        ("elasticsearch:8.15.0", True),
        ("influxdb:1.8", False),
        ("influxdb:2.7", True),
        ("bitnami/redis:7.2", True),
        ("memcached:1.6", None),
        ("rabbitmq:3", None),
    ],
)
def test_authentication(image: str, auth: bool | None) -> None:
    assert known(image).auth is auth


def test_stop_signals_and_twins() -> None:
    assert known("nginx:1.27").unprivileged == "nginxinc/nginx-unprivileged"
    assert known("nginxinc/nginx-unprivileged").unprivileged == ""
    assert (known("postgres:17").stop_signal, known("postgres:17").stop_grace) == ("SIGINT", 90)
    assert known("php:8.3-fpm-alpine").stop_signal == "SIGQUIT"
    assert known("php:8.3-apache").stop_signal == "SIGWINCH"
    assert known("php:8.3-cli").stop_signal == ""


def test_an_owner_has_an_entry_below_which_all_images_are() -> None:
    plex, any_other = known("lscr.io/linuxserver/plex:latest"), known("lscr.io/linuxserver/some-new-image")
    assert (plex.user, plex.drops_privileges, plex.healthcheck, plex.data_dirs) == ("root", True, False, ("/config",))
    assert (any_other.user, any_other.healthcheck, any_other.has("curl")) == (None, False, True)
    assert lookup(split("acme/linuxserver/plex")) is None
    own = extend([{"names": ["registry.example.com/base/*"], "user": "app"}])
    for name, user in {"base/node:1": "app", "base/x/y": None, "base": None}.items():
        found = own.lookup(split(f"registry.example.com/{name}"))
        assert (found.user if found else None) == user


def test_unknown_images() -> None:
    assert lookup(split("acme/api:1")) is None
    assert lookup(split("registry.example.com/postgres:16")) is None


def test_an_unknown_tag_leaves_what_all_tags_share() -> None:
    found = lookup(split("postgres:16"), tag_known=False)
    assert found is not None
    assert found == lookup(split("postgres@sha256:abc"))
    assert found.kind == "database"
    assert found.drops_privileges
    assert found.has("curl") is False
    assert found.has("wget") is None
    assert found.data_dirs == ()
    assert found.package_manager == ""
    nats = lookup(split("nats:2"), tag_known=False)
    assert nats is not None
    assert nats.has("sh") is None
    assert nats.has("nats-server") is True


def test_extend() -> None:
    own = extend(
        [
            {"names": ["ghcr.io/acme/base-node"], "base": "alpine", "user": "node", "variants": {"slim": {"uid": 7}}},
            {"names": ["docker.io/library/postgres"], "healthcheck": True, "has": ["curl"]},
        ]
    )
    base = own.lookup(split("ghcr.io/acme/base-node:1-slim"))
    assert base is not None
    assert (base.user, base.uid, base.has("wget"), base.has("curl"), base.kind) == ("node", 7, True, False, "")
    postgres = own.lookup(split("postgres:16-alpine"))
    assert postgres is not None
    assert (postgres.healthcheck, postgres.has("curl"), postgres.kind) == (True, True, "database")
    assert known("postgres:16").healthcheck is False
    assert own.lookup(split("redis:7")) == lookup(split("redis:7"))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ([], "an entry is a mapping"),
        ({}, "`names` must be a list of image names"),
        ({"names": "x"}, "`names` must be a list of image names"),
        ({"names": [""]}, "`names` must be a list of image names"),
        ({"names": ["x:1"]}, "x:1 must have no tag"),
        ({"names": ["x"], "colour": 1}, "'colour' was unexpected"),
        ({"names": ["x"], 1: 1}, "key 1 is no text"),
        ({"names": ["x"], "kind": "toy"}, "`kind`: 'toy' is not one of"),
        ({"names": ["x"], "kind": []}, "`kind`: [] is not one of"),
        ({"names": ["x"], "uid": True}, "`uid`: True is not of type"),
        ({"names": ["x"], "ports": [80]}, "`ports.0`: 80 is not of type"),
        ({"names": ["x"], "has": "curl"}, "`has`: 'curl' is not of type"),
        ({"names": ["x"], "has": None}, "`has`: None is not of type"),
        ({"names": ["x"], "base": "plan9"}, "`base`: 'plan9' is not one of"),
        ({"names": ["x"], "base": []}, "`base`: [] is not one of"),
        ({"names": ["x"], "variants": []}, "`variants`: [] is not of type"),
        ({"names": ["x"], "variants": {">=": {}}}, "'>=' does not match"),
        ({"names": ["x"], "variants": {"": {}}}, "'' does not match"),
        ({"names": ["x"], "variants": {"slim": 1}}, "`variants.slim`: 1 is not of type"),
        ({"names": ["x"], "variants": {"slim": {"user": 1}}}, "`variants.slim.user`: 1 is not of type"),
    ],
)
def test_malformed_entries(entry: Any, message: str) -> None:
    with pytest.raises(ValueError, match=r"images\[0\]") as raised:
        extend([entry])
    assert message in str(raised.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
KEYS = st.sampled_from(["names", "kind", "user", "uid", "base", "has", "lacks", "ports", "variants", "secrets"])


@given(st.dictionaries(KEYS, JSON | st.just(["x"])))
def test_entries_are_refused_or_usable(entry: dict[str, Any]) -> None:
    if any(problems(entry)):
        return
    own = extend([entry])
    for name in entry["names"]:
        assert own.lookup(split(name)) is not None


@EVERY_ENTRY
def test_entries_are_well_formed(entry: dict[str, Any]) -> None:
    assert list(problems(entry)) == []
    assert entry["kind"] in KINDS
    assert entry["source"].startswith("https://")


@EVERY_ENTRY
def test_names_are_canonical(entry: dict[str, Any]) -> None:
    assert [split(name).name for name in entry["names"]] == entry["names"]


@EVERY_ENTRY
def test_numbers_of_users_are_right(entry: dict[str, Any]) -> None:
    for part in (entry, *entry.get("variants", {}).values()):
        user = str(part.get("user") or "").partition(":")[0]
        if user.isdigit():
            assert part["uid"] == int(user)
        if user == "root":
            assert part["uid"] == 0


@EVERY_ENTRY
def test_no_program_is_said_to_be_there_and_not(entry: dict[str, Any]) -> None:
    for part in (entry, *entry.get("variants", {}).values()):
        said = [name for key in ("has", "lacks", "unsure") for name in part.get(key, ())]
        assert len(said) == len(set(said))


def test_no_two_entries_have_one_name() -> None:
    counts = Counter(name for entry in ENTRIES for name in entry["names"])
    assert [name for name, count in counts.items() if count > 1] == []


def test_bases_are_well_formed() -> None:
    assert tuple(CONTENT["bases"]) == BASES
    for name, base in CONTENT["bases"].items():
        assert list(problems({"names": ["x"], **base})) == [], name


SAMPLES = ["", "latest", "alpine", "slim", "1-alpine", "1.2.3", "18", "7.4-alpine3.19", "debug", "nonroot", "99-ubi"]


@EVERY_ENTRY
def test_every_entry_can_be_looked_up(entry: dict[str, Any]) -> None:
    for name in entry["names"]:
        for tag in SAMPLES:
            found = known(f"{name}:{tag}" if tag else name)
            assert found.name == name
            assert found.kind in KINDS
            assert found.uid != 0 or not found.drops_privileges or found.user == "root"
        assert lookup(split(name), tag_known=False) is not None


def test_loading_is_fast() -> None:
    catalogue()
    times = []
    for _ in range(5):
        catalogue.cache_clear()
        started = clock.start()
        catalogue()
        times.append(clock.stop(started))
    assert min(times) < 0.01


@pytest.mark.parametrize(
    ("registries", "reference", "expected"),
    [
        ((), "nginx:1.27", None),
        (("docker.io",), "nginx:1.27", True),
        (("docker.io",), "docker.io/acme/x:1", True),
        (("hub.docker.com",), "index.docker.io/acme/x:1", True),
        (("index.docker.io",), "registry-1.docker.io/library/nginx:1", True),
        (("docker.io",), "ghcr.io/acme/x:1", False),
        (("library",), "nginx:1.27", True),
        (("library",), "docker.io/library/nginx:1.27", True),
        (("library",), "acme/nginx:1.27", False),
        (("library",), "ghcr.io/library/nginx:1.27", False),
        (("docker.io/library",), "nginx", True),
        (("bitnami",), "bitnami/redis:7", True),
        (("bitnami",), "bitnamilegacy/redis:7", False),
        (("ghcr.io",), "ghcr.io/acme/x:1", True),
        (("GHCR.io",), "ghcr.io/acme/x:1", True),
        (("https://ghcr.io/",), "ghcr.io/acme/x:1", True),
        (("ghcr.io/acme",), "ghcr.io/acme/x/y:1", True),
        (("ghcr.io/acme",), "ghcr.io/acme-labs/x:1", False),
        (("ghcr.io/acme-*",), "ghcr.io/acme-labs/x:1", True),
        (("ghcr.io/acme/*",), "ghcr.io/acme/x:1", True),
        (("*.example.com",), "registry.example.com/x:1", True),
        (("*.example.com",), "example.com/x:1", False),
        (("*.example.com",), "evil.com/registry.example.com/x:1", False),
        (("example.com",), "example.com.evil.org/x:1", False),
        (("localhost:5000",), "localhost:5000/x:1", True),
        (("localhost",), "localhost/x:1", True),
        (("localhost:5000",), "localhost:5001/x:1", False),
        (("quay.io", "ghcr.io"), "ghcr.io/x/y@sha256:" + "0" * 64, True),
        (("*",), "anything.example/x", True),
        (("!ghcr.io",), "ghcr.io/x/y:1", False),
    ],
)
def test_trusted_registries(registries: tuple[str, ...], reference: str, expected: bool | None) -> None:
    span = Source("compose.yaml", reference).whole
    image = image_of(reference, Fact(reference, (Place(span),)), "x", span, None, False)
    trust(image, trusted(registries))
    assert image.trusted.value is expected


def test_an_unknown_reference_is_of_unknown_trust() -> None:
    span = Source("compose.yaml", "${X}").whole
    image = image_of("${X}", Fact(None, (Place(span),), "variable `X` is unset"), "x", span, None, False)
    trust(image, trusted(("ghcr.io",)))
    assert (image.trusted.value, image.trusted.unknown) == (None, "variable `X` is unset")


DOCKERFILE = """\
FROM node:22 AS builder
COPY --from=composer:2 /usr/bin/composer /usr/bin/
COPY --from=assets / /assets
COPY --from=builder / /x
COPY --from=0 / /x
COPY --from=$STAGE / /x
RUN --mount=type=bind,source=/x,from=ghcr.io/acme/tool:1,target=/t --mount=type=cache,target=/c true
FROM nginx:1
COPY --from=BUILDER /app /app
"""


@pytest.mark.parametrize(
    ("contexts", "expected"),
    [
        (None, [("composer:2", 2, 13), ("ghcr.io/acme/tool:1", 7, 38)]),
        (set(), [("composer:2", 2, 13), ("assets", 3, 13), ("ghcr.io/acme/tool:1", 7, 38)]),
        ({"assets", "composer:2"}, [("ghcr.io/acme/tool:1", 7, 38)]),
    ],
)
def test_images_that_files_are_taken_from(contexts: set[str] | None, expected: list[tuple[str, int, int]]) -> None:
    found = [
        (name, fact.places[0].span) for name, fact, _ in copied_images(parse(Source("D", DOCKERFILE)), contexts, "")
    ]
    assert [(name, span.line, span.column) for name, span in found] == expected
    assert all(span.text == name for name, span in found)
