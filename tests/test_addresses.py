"""Hosts that services name: how texts are read, who answers, what is never said."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from lintstack.factsheet import sheet
from lintstack.join.address_names import (
    beside,
    family_of,
    family_of_image,
    is_browser_only,
    is_browser_side,
    is_listener,
)
from lintstack.join.address_texts import HOLE, LONGEST, addresses, hosts, with_holes
from lintstack.join.directory import listens
from lintstack.recognise import words_of
from tests.stack import found, lint

# Text → host, port, scheme, user and database of each address in it.
TEXTS: dict[str, list[tuple[str, str, str, str, str]]] = {
    "postgres://app:p%40ss@db:5432/shop?sslmode=disable": [("db", "5432", "postgres", "app", "shop")],
    "postgresql+asyncpg://db/shop": [("db", "", "postgresql", "", "shop")],
    "postgres://app:with@sign@db/shop": [("db", "", "postgres", "app", "shop")],
    "jdbc:postgresql://db:5432/shop": [("db", "5432", "postgresql", "", "shop")],
    "jdbc:sqlserver://sql:1433;databaseName=shop": [("sql", "1433", "sqlserver", "", "")],
    "jdbc:oracle:thin:@ora:1521:XE": [("ora", "1521", "oracle", "", "XE")],
    "jdbc:oracle:thin:@//ora:1521/XE": [("ora", "1521", "oracle", "", "XE")],
    "redis://:secret@cache:6379/2": [("cache", "6379", "redis", "", "2")],
    "redis://cache?db=3": [("cache", "", "redis", "", "3")],
    "mongodb://u:p@a:27017,b:27017/x?replicaSet=r": [
        ("a", "27017", "mongodb", "u", "x"),
        ("b", "27017", "mongodb", "u", "x"),
    ],
    "http://a:1,http://b:2/path": [("a", "1", "http", "", ""), ("b", "2", "http", "", "")],
    "see http://a:1/x?y=http://b:2 there": [("a", "1", "http", "", "")],
    "http://[2001:db8::1]:8080/x": [("2001:db8::1", "8080", "http", "", "")],
    "PLAINTEXT://kafka:29092,OUTSIDE://localhost:9092": [
        ("kafka", "29092", "plaintext", "", ""),
        ("localhost", "9092", "outside", "", ""),
    ],
    "app:secret@tcp(db:3306)/shop": [("db", "3306", "mysql", "app", "shop")],
    "mysql://app:secret@tcp(db:3306)/shop": [("db", "3306", "mysql", "app", "shop")],
    "host=db port=5432 user=app password=x dbname=shop": [("db", "5432", "", "app", "shop")],
    "Server=tcp:sql,1433;Database=shop;User Id=app;Password=x;": [("sql", "1433", "", "app", "shop")],
    "Data Source=sql;Initial Catalog=shop": [("sql", "", "", "", "shop")],
    f"postgres://{HOLE}:{HOLE}@db:5432/{HOLE}": [("db", "5432", "postgres", "", HOLE)],
    # No addresses: what follows a slash in a password is not the host, and a lone key is no connection string.
    "postgres://app:pa/ss@db:5432/shop": [],
    "host=db": [],
    "unix:///run/app.sock": [],
    "file:///data": [],
    "just words": [],
    "": [],
}


@pytest.mark.parametrize("text", TEXTS)
def test_texts(text: str) -> None:
    read = [(item.host, item.port, item.scheme, item.user, item.database) for item in addresses(text)]
    assert read == TEXTS[text]
    assert all(text[item.start : item.end] == item.host for item in addresses(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("db", [("db", "")]),
        ("db:5432", [("db", "5432")]),
        ('"db:5432"', [("db", "5432")]),
        ("a:9092,b:9092", [("a", "9092"), ("b", "9092")]),
        ("a:9092, b:9092", [("a", "9092"), ("b", "9092")]),
        ("[::1]:80", [("::1", "80")]),
        ("two words here!", []),
        ("server.1=zoo:2888:3888;2181", []),
        ("/var/run/app.sock", []),
        ("", []),
    ],
)
def test_lists_of_hosts(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(item.host, item.port) for item in hosts(text)] == expected
    assert all(text[item.start : item.end] == item.host for item in hosts(text))


def test_what_is_interpolated_becomes_holes_of_the_same_length() -> None:
    for written in ("http://${HOST:-a}:80/$PATH", "${A:-${B:-$C}}x", "$$HOME", "plain", "${"):
        assert len(with_holes(written)) == len(written)
    assert with_holes("http://${H}:80") == f"http://{HOLE * 4}:80"


@pytest.mark.parametrize(
    "unit",
    [
        "://",
        "a://",
        "http://a:1,",
        "x@",
        "a,",
        "host=a ",
        "a@tcp(",
        "thin:@",
        "/aaaaaaaaaa",
        "a-",
        "${a",
        "redis://a?b&",
    ],
)
def test_time_is_bounded(unit: str) -> None:
    text = unit * (LONGEST // len(unit))
    start = time.process_time()
    list(addresses(f"@tcp{text}"))
    list(hosts(text))
    with_holes(text)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("name", "side", "only", "listener"),
    [
        ("NEXT_PUBLIC_API_URL", True, True, False),
        ("CORS_ORIGINS", True, True, False),
        ("APP_URL", True, False, False),
        ("API_URL", True, False, False),
        ("FRONTEND_URL", True, False, False),
        ("DATABASE_URL", False, False, False),
        ("INVENTORY_URL", False, False, False),
        ("HOST", False, False, True),
        ("SERVER_ADDRESS", False, False, True),
        ("GRPC_LISTEN_ADDR", False, False, True),
        ("KAFKA_ADVERTISED_LISTENERS", True, True, True),
        ("DB_HOST", False, False, False),
    ],
)
def test_what_names_of_variables_say(name: str, side: bool, only: bool, listener: bool) -> None:
    assert (is_browser_side(name), is_browser_only(name), is_listener(name)) == (side, only, listener)


def test_families_and_neighbours() -> None:
    assert words_of("spring.redisHost_1") == ("spring", "redis", "host", "1")
    assert family_of("rediss") == "redis"
    assert family_of("", "PG_HOST") == "postgres"
    assert family_of("", "DB_HOST", 3306) == "mysql"
    assert family_of("http", "REDIS_URL", 6379) == ""
    assert beside("DB_HOST", "port", {"DB_PORT"}) == "DB_PORT"
    assert beside("dbHost", "port", {"dbPort"}) == "dbPort"
    assert beside("DB_HOST", "user username", {"DB_USERNAME"}) == "DB_USERNAME"
    assert beside("DB_URL", "port", {"DB_PORT"}) == ""


STACK = """
    services:
      api:
        image: example/api:1.4
        environment:
          DATABASE_URL: postgres://app:${DB_PASSWORD}@db:5432/shop
          GO_DSN: app:Thistle-42-Copper@tcp(db:3306)/shop
          DSN: "host=db port=5432 user=app password=Thistle-42-Copper"
          REPOSITORY_URL: https://Thistle-42-Copper@git.example.com/x
          DB_HOST: db
          DB_PORT: "5432"
          DB_USER: app
          FAR_HOST: ${FAR}
      db:
        image: postgres:16
"""


def test_facts_tell_hosts_and_no_passwords(tmp_path: Path) -> None:
    stack = lint(tmp_path, {"compose.yaml": STACK}).stacks[0]
    data = sheet(stack)
    told = data["services"][0]["addresses"]
    assert [item["name"] for item in told] == ["db:5432", "db:3306", "db:5432", "git.example.com:443", "db:5432"]
    assert "Thistle" not in json.dumps(told)
    first, *_, last = stack.services[0].addresses
    assert (first.host.span or first.span).text == "db"
    assert (first.user.value, first.database.value, first.reaches.value) == ("app", "shop", "db")
    assert (last.user.value, last.family.value, last.port.value) == ("app", "postgres", 5432)
    assert last.port.span and last.port.span.line == last.span.line + 1


def test_a_database_that_is_not_known_is_unknown(tmp_path: Path) -> None:
    files = {"compose.yaml": "services: {a: {image: x:1, environment: {REDIS_URL: 'redis://c:1/${INDEX}'}}}"}
    address = lint(tmp_path, files).stacks[0].services[0].addresses[0]
    assert address.database.unknown
    assert address.port.value == 1


def test_a_service_that_no_profile_enables_is_told(tmp_path: Path) -> None:
    files = {
        "compose.yaml": """
            services:
              api: {image: "example/api:1.4", environment: {CACHE_URL: "redis://cache:6379"}}
              cache: {image: "redis:7.4", profiles: [cache]}
              other: {image: "example/other:1.4", profiles: [other]}
        """,
        ".lintstack.yaml": """
            environments:
              dev: {files: [compose.yaml], profiles: [other]}
              test: {files: [compose.yaml], profiles: [cache]}
        """,
    }
    analysis = lint(tmp_path, files, select=("service-host-unknown",))
    assert found(analysis) == [("service-host-unknown", "compose.yaml", 2)]
    assert "in no active profile" in analysis.findings[0].message
    assert analysis.findings[0].environments == ("dev",)


def test_a_service_of_another_environment_is_told_where_the_environment_has_a_name(tmp_path: Path) -> None:
    files = {
        "compose.yaml": """
            services:
              api: {image: "example/api:1.4", environment: {CACHE_URL: "redis://cache:6379"}}
              web: {image: "example/web:1.4"}
        """,
        "compose.override.yaml": 'services: {cache: {image: "redis:7.4"}}\n',
        "compose.prod.yaml": "services: {api: {restart: always}}\n",
    }
    analysis = lint(tmp_path, files, select=("service-host-unknown",))
    assert [finding.environments for finding in analysis.findings] == [("prod",)]
    assert "in other environments only" in analysis.findings[0].message


def test_stacks_without_addresses_have_none(tmp_path: Path) -> None:
    files = {"compose.yaml": "services: {a: {image: x:1}}", "Dockerfile": "FROM alpine:3.20\nENV A=http://b:1\n"}
    for stack in lint(tmp_path, files).stacks:
        assert all(service.addresses == () for service in stack.services)


def test_hostile_stacks_take_time_in_proportion(tmp_path: Path) -> None:
    """Many services that all name hosts which nobody has, and localhost, on networks that all overlap."""
    one = "{{image: x:1, networks: [n{0}], environment: {{A_HOST: sx{0}, A_PORT: 1, D_URL: 'postgres://localhost:5432'}}}}"
    services = [f"  s{number}: {one.format(number)}" for number in range(800)]
    networks = [f"  n{number}: {{ipam: {{config: [{{subnet: 10.0.0.0/8}}]}}}}" for number in range(800)]
    text = "\n".join(["services:", *services, "networks:", *networks])
    start = time.process_time()
    lint(
        tmp_path,
        {"compose.yaml": text},
        select=("service-host-unknown", "localhost-between-services", "subnet-overlap"),
    )
    assert time.process_time() - start < 30


NETWORKS = """
    services:
      one:
        image: example/one:1.4
        hostname: first
        expose: ["80", "9000-9001/tcp"]
        external_links: ["other_db_1:legacy"]
        extra_hosts: ["printer=192.0.2.7", "scanner:192.0.2.8"]
        networks:
          back: {aliases: [uno], ipv4_address: 10.20.0.5, priority: 7}
      two:
        image: example/two:1.4
        profiles: [other]
        networks: [back]
    networks:
      back:
        internal: true
        ipam: {config: [{subnet: 10.20.0.0/16, gateway: 10.20.0.1, ip_range: 10.20.5.0/24}]}
      given: {name: company, external: true}
"""


def test_facts_of_networks(tmp_path: Path) -> None:
    stack = lint(tmp_path, {"compose.yaml": NETWORKS}).stacks[0]
    back, given = stack.networks
    assert (back.internal.value, back.subnets.value, back.gateways.value) == (True, ("10.20.0.0/16",), ("10.20.0.1",))
    assert (back.ip_ranges.value, back.external.value, given.external.value) == (("10.20.5.0/24",), False, True)
    assert (given.fixed_name.value, given.subnets.absent) == ("company", True)
    assert [service.name for service in back.members] == ["one", "two"]
    one = stack.services[0]
    attachment = one.attachments[0]
    assert back.joined == (attachment,)
    assert (attachment.aliases.value, attachment.ipv4_address.value, attachment.priority.value) == (
        ("uno",),
        "10.20.0.5",
        7,
    )
    assert (one.hostname.value, one.extra_hosts.value) == ("first", ("printer", "scanner"))
    assert one.external_links.value == ("legacy",)
    assert listens(one) == {80, 9000, 9001}


@pytest.mark.parametrize(
    ("image", "family"),
    [
        ("postgres:16", "postgres"),
        ("bitnami/postgresql:16", "postgres"),
        ("docker.io/library/redis", "redis"),
        ("prom/redis-exporter", ""),
        ("mongo-express:1.0", ""),
        ("example/app", ""),
        ("", ""),
    ],
)
def test_families_of_images(image: str, family: str) -> None:
    assert family_of_image(image) == family
