"""Checks of what only developers need, and of what production needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename
from typing import TYPE_CHECKING

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Build, Service, Variable

if TYPE_CHECKING:
    from lintstack.dockerfile import stages

MOST_STAGES = 100  # of a Dockerfile in which stages are followed
PRODUCTION = frozenset("final prod production release runner runtime serve server".split())
DEVELOPERS = frozenset("debug dev devel develop development local test tests testing watch".split())
BUILDERS = frozenset("build builder building compile compiler dependencies deps install installer".split())
_OFF = frozenset("0 false no off".split())
# Setting → values with which a database forgets what it has confirmed when the machine goes down. Sources:
# postgresql.org/docs (runtime-config-wal), redis.io/docs (persistence), dev.mysql.com (innodb-parameters),
# mongodb.com/docs (journaling), etcd.io/docs (op-guide/configuration).
RISKY: dict[str, frozenset[str]] = {
    "fsync": _OFF,
    "full_page_writes": _OFF,
    "synchronous_commit": _OFF,
    "appendonly": frozenset({"no"}),
    "innodb_flush_log_at_trx_commit": frozenset("0 2".split()),
    "innodb_doublewrite": _OFF,
    "innodb_flush_method": frozenset({"nosync"}),
    "sync_binlog": frozenset({"0"}),
    "index.translog.durability": frozenset({"async"}),
}
FLAGS = frozenset("skip_innodb_doublewrite nojournal unsafe_no_fsync".split())
# Variables of images that set one of these → the setting.
SETTINGS = {
    "POSTGRESQL_FSYNC": "fsync",
    "POSTGRES_FSYNC": "fsync",
    "POSTGRESQL_SYNCHRONOUS_COMMIT_MODE": "synchronous_commit",
    "REDIS_AOF_ENABLED": "appendonly",
    "VALKEY_AOF_ENABLED": "appendonly",
}
OPTIONS = frozenset(
    """
    PGOPTIONS POSTGRES_EXTRA_OPTS REDIS_ARGS REDIS_EXTRA_FLAGS VALKEY_EXTRA_FLAGS MYSQL_EXTRA_FLAGS
    MARIADB_EXTRA_FLAGS
    """.split()
)
ORIGINS = ("ORIGIN", "ORIGINS", "CORS", "ALLOW_ALL", "ORIGIN_REGEX")
_ON = frozenset("1 true yes on".split())


def production_target(build: Build) -> Iterator[Problem]:
    """Stages for developers, and stages on the way to another one, that production builds."""
    stage, service = build.stage, build.service
    if stage is None or service is None or service.is_job.value or len(stage.dockerfile.stages) > MOST_STAGES:
        return
    if not stage.name or PRODUCTION & _words(stage.name):
        return
    others = [item for item in stage.dockerfile.stages if item is not stage and not DEVELOPERS & _words(item.name)]
    better = next((item for item in reversed(others) if PRODUCTION & _words(item.name)), None)
    last = others[-1] if others and others[-1].index > stage.index else None
    if DEVELOPERS & _words(stage.name):
        what = "which is for developers"
    elif better is not None and (BUILDERS & _words(stage.name) or _leads_to(stage, better)):
        what = "which is on the way to another one"
    elif BUILDERS & _words(stage.name) and last is not None and _leads_to(stage, last):
        better, what = last, "which is on the way to another one"
    else:
        return
    way_out = "write a stage for production" if better is None else "leave `target` out"
    name = f"; {f'set `target: {better.name}`' if better and better.name else way_out}"
    place = build.target.places[0] if build.target.places else None
    origin = (Place(stage.origin.span, "builds this stage"),) if stage.origin else ()
    yield Problem(f"{service} builds stage `{stage.name}` in production, {what}{name}", place, origin, fact="target")


def _words(name: str) -> frozenset[str]:
    return frozenset(re.split(r"[^a-z]+", name.lower()))


def _leads_to(stage: stages.Stage, end: stages.Stage) -> bool:
    """Whether a stage is what another one is built upon, or takes files from."""
    from lintstack.dockerfile.stages import needed

    return any(item is stage for item in needed(end))


def durable_writes(service: Service) -> Iterator[Problem]:
    """Databases that are told not to write down what they have confirmed."""
    process = service.process
    words = [part for word in process.value or () for part in word.split()][:2_000]
    said = _risky(words)
    if said and process.places:
        at = next(
            (place for place in process.places if place.span.text.strip("'\"") in said.split()), process.places[0]
        )
        yield Problem(_forgets(service, said), at, fact="process", detail=said)
    for variable in service.environment:
        value = variable.value.value or ""
        setting = SETTINGS.get(variable.name)
        found = bool(setting) and value.lower() in RISKY[setting or ""]
        found = found or (variable.name in OPTIONS and bool(_risky(value.split())))
        found = found or (variable.name == "LD_PRELOAD" and "eatmydata" in value)
        if found and variable.scope.value in ("environment", "env-file", "env"):
            at = Place(variable.value.span or variable.span)
            yield Problem(_forgets(service, variable.name), at, fact="environment", detail=variable.name)


def _forgets(service: Service, said: str) -> str:
    return (
        f"`{said}` lets {service} lose what it has confirmed when the machine stops; leave it to the files for"
        " development"
    )


def _risky(words: list[str]) -> str:
    """The option, as it is written, that takes the safety away; "" for none, and for what is only a cache."""
    text = " ".join(words)
    if "maxmemory-policy allkeys" in text or "maxmemory-policy=allkeys" in text:
        return ""
    for at, word in enumerate(words):
        name, sign, value = _option(word).partition("=")
        if "eatmydata" in word:
            return word
        if name in FLAGS:
            return word
        if not sign and word.startswith("--") and at + 1 < len(words):
            value = words[at + 1].lower().strip("'\"")
        if value in RISKY.get(name, ()):
            return word if sign else f"{word} {words[at + 1]}"
    return ""


def _option(word: str) -> str:
    """`fsync=off` of `-cfsync=off`; hyphens are underscores to these programs."""
    bare = word.strip("'\"")
    bare = bare[2:] if bare.startswith(("--", "-c")) and bare != "-c" else bare
    name, sign, value = bare.partition("=")
    return f"{name.lower().replace('-', '_')}{sign}{value.lower().strip(chr(39) + chr(34))}"


def no_wildcard_cors(variable: Variable) -> Iterator[Problem]:
    """Variables that let pages of any site call the service."""
    value = variable.value.value
    if not value or variable.scope.value not in ("environment", "env-file", "env") or not _is_about_origins(variable):
        return
    listed = [item.strip(" \t\"'[]") for item in value.split(",")]
    everything = {"*", ".*", "http://*", "https://*", "*://*"}.intersection(listed)
    if everything or (_switches(variable.name) and value.lower() in _ON):
        message = (
            f"`{variable.name}` lets pages of any site call {variable.service} in production; name the origins that may"
        )
        yield Problem(message, Place(variable.value.span or variable.span), variable.value.places[1:], "value")


def _is_about_origins(variable: Variable) -> bool:
    if "ORIGIN" not in variable.name.upper() and "CORS" not in variable.name.upper():
        return False
    words = re.split(r"[^A-Z0-9]+", variable.name.upper())
    if {"METHOD", "METHODS", "HEADER", "HEADERS", "CREDENTIALS", "AGE", "ENABLED", "PATH", "PATHS"}.intersection(words):
        return False
    named = {"ORIGIN", "ORIGINS"}.intersection(words)
    allowed = {"ALLOW", "ALLOWED", "CORS", "WHITELIST", "ALLOWLIST", "OLLAMA"}.intersection(words)
    return "CORS" in words or bool(named and allowed)


def _switches(name: str) -> bool:
    """Whether a variable is a switch for all origins: `CORS_ALLOW_ALL_ORIGINS`."""
    return "ALL" in re.split(r"[^A-Z0-9]+", name.upper())


def default_credentials(variable: Variable) -> Iterator[Problem]:
    """Credentials from outside that are nevertheless what everybody tries first; told where they come from."""
    from lintstack.join.secret_names import is_placeholder

    value, origin = variable.value.value, variable.origin
    if not value or not variable.is_secret.value or variable.fallback.value or not _is_handed_on(variable):
        return
    if not is_placeholder(value):
        return
    said = "is a stand-in that everybody tries first; set a value of its own"
    if origin.value:
        message = f"`{origin.value}`, which {variable.service} gets, {said}"
        yield Problem(message, origin.places[0], origin.places[1:], "value")
    else:
        message = f"`{variable.name}` of {variable.service} {said}"
        yield Problem(message, Place(variable.value.span or variable.span), fact="value")


def _is_handed_on(variable: Variable) -> bool:
    """Whether a variable comes from outside; what is in the project's `.env` for others says nothing to a database."""
    service, scope = variable.service, variable.scope.value
    if scope != "env-file" or service is None:
        return scope == "environment" and not variable.is_literal.value
    span = variable.value.span
    if not service.is_database.value or span is None or basename(span.path) != ".env":
        return True
    known = service.known
    return known is not None and variable.name in (*known.secrets, *known.auth_on, *known.default_login)


def dev_tool_in_prod(service: Service) -> Iterator[Problem]:
    """Images that are tools for developers, unless a profile keeps them from starting."""
    if service.is_dev_tool.value and not service.profiles.value and not service.profiles.unknown:
        image = (service.base_image.value or "an image").partition("@")[0]
        message = (
            f"{service} runs `{image}` in production, a tool for developers; move it to `compose.override.yaml`, or"
            " give it a profile"
        )
        places = service.base_image.places
        yield Problem(message, places[0] if places else None, places[1:], fact="is_dev_tool")
