"""What names of variables, schemes and ports say about an address: which kind of server, who uses it."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache, lru_cache

from lintstack.images import split
from lintstack.named import NamedTuple
from lintstack.recognise import words_of


class Family(NamedTuple):
    """A kind of server.

    Args:
        name: what it is called in facts.
        words: schemes, words of variables, and words of images.
        port: the port that it listens on by default.
    """

    name: str
    words: frozenset[str]
    port: int


# Name and default port → schemes, words of variables' names and of images that mean it. Ports: their manuals.
_FAMILIES = {
    ("postgres", 5432): "postgres postgresql pgsql psql pg postgis timescaledb timescale pgvector pgbouncer",
    ("mysql", 3306): "mysql mysql2 mariadb percona",
    ("mongodb", 27017): "mongodb mongo",
    ("redis", 6379): "redis rediss valkey keydb dragonfly redict",
    ("rabbitmq", 5672): "amqp amqps rabbitmq rabbit pyamqp",
    ("kafka", 9092): "kafka redpanda",
    ("memcached", 11211): "memcached memcache",
    ("elasticsearch", 9200): "elasticsearch elastic opensearch",
    ("sqlserver", 1433): "sqlserver mssql",
    ("nats", 4222): "nats",
    ("neo4j", 7687): "neo4j bolt",
    ("clickhouse", 8123): "clickhouse",
    ("cassandra", 9042): "cassandra scylla scylladb",
    ("influxdb", 8086): "influxdb influx",
    ("zookeeper", 2181): "zookeeper zk",
    ("oracle", 1521): "oracle",
    ("ldap", 389): "ldap ldaps openldap",
    ("smtp", 25): "smtp smtps mailpit mailhog mailcatcher maildev",
}
RELATIONAL = frozenset({"postgres", "mysql", "sqlserver", "oracle"})
WITH_USERS = RELATIONAL | {"mongodb", "rabbitmq"}

HOST_WORDS = frozenset("host hosts hostname server servers addr addrs address addresses endpoint endpoints".split())
ADDRESS_WORDS = HOST_WORDS | frozenset(
    """
    url urls uri uris dsn broker brokers node nodes seeds upstream backend connect connection proxy target points
    """.split()
)
# Prefixes of variables that bundlers put into what browsers get.
_BROWSER_PREFIXES = (
    *("NEXT_PUBLIC_", "VITE_", "REACT_APP_", "NUXT_PUBLIC_", "PUBLIC_", "EXPO_PUBLIC_", "GATSBY_", "VUE_APP_"),
    *("NG_APP_", "STORYBOOK_", "SNOWPACK_PUBLIC_", "REDWOOD_ENV_", "PREACT_APP_", "VIRTUAL_HOST", "LETSENCRYPT_"),
)
_BROWSER_WORDS = frozenset(
    """
    public external cors origin origins callback redirect site frontend webhook domain domains cookie allowed allow
    trusted issuer advertised home web www canonical login logout asset assets cdn link links ui dashboard csp
    referer referrer whitelist allowlist browser client website publish published successful success cancel return
    """.split()
)
_LISTENER_WORDS = frozenset(
    """
    listen listens listener listeners bind binding advertise advertised self own announce announced local rpc run
    """.split()
)
# Where no word says whose they are, they speak about the service itself.
_OWN_WORDS = frozenset("app application http https web api grpc service name base root".split())
_URL_WORDS = frozenset("url urls uri".split())
# Of the browsers' words those that leave no doubt.
_BROWSER_ONLY = frozenset("public external cors origin origins allowed trusted advertised virtual".split())
# Schemes beside those of families whose hosts are looked up in DNS; `doctrine://default` and `null://null` are not.
NETWORK_SCHEMES = frozenset(
    """
    http https ws wss tcp udp tls ssl grpc grpcs h2c ftp sftp ssh mqtt mqtts stomp fastcgi syslog etcd consul couchdb
    rtsp rtmp gelf thrift zipkin jaeger telnet imap imaps pop3 lmtp cql db2 vertica presto trino hive
    """.split()
)


# Words of images that talk to a server of the family and are none: `postgres-exporter`, `mongo-express`.
_CLIENT_WORDS = frozenset(
    """
    exporter admin ui webui web commander manager insight express backup client operator console schema connect rest
    registry gui proxy dashboard tools cli hq management tool
    """.split()
)


@cache
def families() -> dict[str, Family]:
    """Every family by its name."""
    return {name: Family(name, frozenset(words.split()), port) for (name, port), words in _FAMILIES.items()}


@cache
def _by_word() -> dict[str, Family]:
    return {word: family for family in families().values() for word in family.words}


@cache
def _by_port() -> dict[int, Family]:
    return {family.port: family for family in families().values()}


def family_of(scheme: str, name: str = "", port: int | None = None) -> str:
    """The family of an address by its scheme, else by the name of its variable, else by its port; "" for none."""
    found = _by_word().get(scheme)
    if found is None and not scheme:
        found = next((_by_word()[word] for word in words_of(name) if word in _by_word()), None)
    if found is None and port and scheme in ("", "tcp"):
        found = _by_port().get(port)
    return found.name if found else ""


@lru_cache(1024)
def family_of_image(reference: str) -> str:
    """The family of servers that an image is, by the words of its name; "" when that is none that is known."""
    words = re.split(r"[^a-z0-9]+", split(reference).repository.rpartition("/")[2].lower())
    if not _CLIENT_WORDS.isdisjoint(words):
        return ""
    return next((_by_word()[word].name for word in words if word in _by_word()), "")


def is_browser_side(name: str) -> bool:
    """Whether browsers, or people outside, use what a variable of this name says: `APP_URL`, `CORS_ORIGIN`."""
    words = words_of(name)
    own = bool(words) and words[-1] in _URL_WORDS and _OWN_WORDS.issuperset(words[:-1])
    return own or name.upper().startswith(_BROWSER_PREFIXES) or not _BROWSER_WORDS.isdisjoint(words)


def is_browser_only(name: str) -> bool:
    """Whether a name leaves no doubt about that: even a service's name in it is not for this service."""
    return name.upper().startswith(_BROWSER_PREFIXES) or not _BROWSER_ONLY.isdisjoint(words_of(name))


def is_listener(name: str) -> bool:
    """Whether a service itself listens on what a variable of this name says."""
    words = words_of(name)
    own = bool(words) and words[-1] in (HOST_WORDS | {"name"}) and (_OWN_WORDS | HOST_WORDS).issuperset(words)
    return own or not _LISTENER_WORDS.isdisjoint(words)


_HOST_END = r"(.{0,200}?)(host|hostname|server|addr|address)(?:name)?"


def beside(name: str, wanted: str, variables: Container[str]) -> str:
    """The variable that stands beside that of a host: `DB_PORT` beside `DB_HOST`; "" for none.

    Args:
        name: the variable of the host.
        wanted: last words of the other one, in lower case, separated by blanks: the first that is there counts.
        variables: names of all variables.
    """
    found = re.fullmatch(_HOST_END, name, re.IGNORECASE)
    if found is None:
        return ""
    for word in wanted.split():
        cased = word.upper() if found[2].isupper() else word.title() if found[2][:1].isupper() else word
        if found[1] + cased in variables:
            return found[1] + cased
    return ""
