"""The facts of a service, from small stacks: what Docker, Compose and BuildKit make of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lintstack.facts import Fact
from lintstack.model import Build, Mount, Port, Service, Stack, Variable
from tests.stack import lint, service, stack

Files = dict[str, str]


def lines(text: str) -> str:
    """A Dockerfile written on one line: instructions are separated by "; "."""
    return text.replace("; ", "\n") + "\n"


def app(folder: Path, body: str, dockerfile: str = "", files: Files | None = None) -> Service:
    """The service `app`, given what stands between its braces, and its Dockerfile."""
    made = {"compose.yaml": f"services:\n  app: {{{body}}}\n"} | (files or {})
    if dockerfile:
        made["Dockerfile"] = lines(dockerfile)
    return service(lint(folder, made), "app")


def alone(folder: Path, dockerfile: str) -> Service:
    """The one service of a Dockerfile that nothing builds."""
    (one,) = lint(folder, {"Dockerfile": lines(dockerfile)}).stacks[0].services
    return one


def said(fact: Fact[Any]) -> object:
    """A fact's value, or "unknown" when it cannot be known; None when it is absent."""
    return "unknown" if fact.unknown else fact.value


def at(fact: Fact[Any]) -> list[str]:
    """Texts that a fact comes from, the one that decided first."""
    return [place.span.text for place in fact.places]


def files_of(fact: Fact[Any]) -> list[str]:
    """Files and lines that a fact comes from."""
    return [f"{Path(place.span.path).name}:{place.span.line}" for place in fact.places]


USERS: list[tuple[str, str, str | None, object]] = [
    # compose decides
    ("image: node, user: root", "", "root", True),
    ("image: node, user: '0'", "", "0", True),
    ("image: node, user: '0:0'", "", "0:0", True),
    ("image: node, user: '00'", "", "00", True),
    ("image: node, user: '0:1000'", "", "0:1000", True),
    ("image: node, user: 'root:node'", "", "root:node", True),
    ("image: node, user: '1000:0'", "", "1000:0", False),
    ("image: node, user: node", "", "node", False),
    ("image: node, user: rootless", "", "rootless", False),
    ("image: node, user: '10001:10001'", "", "10001:10001", False),
    ("image: node, user: '${UID:-0}'", "", "0", True),
    ("image: node, user: '${UID:-1000}:${GID:-1000}'", "", "1000:1000", False),
    ("image: node, user: '${UID}'", "", None, "unknown"),
    ("image: node, user: '${UID}:${GID:-0}'", "", None, "unknown"),
    ("image: acme/unheard-of, user: '1000'", "", "1000", False),
    # nothing said: the image decides
    ("image: node", "", "root", True),
    ("image: node, user: ''", "", "root", True),
    ("image: node, user: null", "", "root", True),
    ("image: 'gcr.io/distroless/static:nonroot'", "", "65532", False),
    ("image: 'gcr.io/distroless/static-debian12'", "", "0", True),
    ("image: nginxinc/nginx-unprivileged", "", "101", False),
    ("image: acme/unheard-of", "", None, "unknown"),
    ("image: 'acme/${NAME}:1'", "", None, "unknown"),
    ("image: 'node:${TAG}'", "", "root", True),
    # entrypoints that step down, and what takes their place
    ("image: 'postgres:16'", "", "root", False),
    ("image: 'postgres:16', command: [postgres, -c, fsync=off]", "", "root", False),
    ("image: 'postgres:16', command: -c fsync=off", "", "root", False),
    ("image: redis, command: 'redis-server --requirepass ${PASS}'", "", "root", False),
    ("image: redis, command: [sh, -c, 'redis-server --requirepass x']", "", "root", True),
    ("image: redis, command: [sh, -c, 'redis-server --requirepass ${PASS}']", "", "root", True),
    ("image: redis, command: /bin/bash -ec 'exec redis-server'", "", "root", True),
    ("image: redis, command: [sh, -c, 'exec docker-entrypoint.sh redis-server']", "", "root", "unknown"),
    ("image: redis, command: [sh, -c, '/start.sh']", "", "root", "unknown"),
    ("image: redis, command: [sh, /start.sh]", "", "root", "unknown"),
    ("image: redis, command: '${RUN}'", "", "root", "unknown"),
    ("image: redis, command: [redis-sentinel, /s.conf]", "", "root", "unknown"),
    ("image: redis, user: redis, command: [sh, -c, redis-server]", "", "redis", False),
    ("image: 'hashicorp/consul:1.20', command: agent -dev", "", "root", False),
    ("image: 'hashicorp/consul:1.20', command: sh -c 'consul agent'", "", "root", "unknown"),
    ("build: .", 'FROM redis:7; CMD ["redis-server", "/r.conf"]', "root", False),
    ("build: .", "FROM redis:7; CMD redis-server /r.conf", "root", True),
    ("image: 'postgres:16', entrypoint: [postgres]", "", "root", True),
    ("image: 'postgres:16', entrypoint: [docker-entrypoint.sh, postgres]", "", "root", "unknown"),
    ("build: .", 'FROM postgres:16; COPY own.sh /; ENTRYPOINT ["/own.sh"]; CMD ["postgres"]', "root", "unknown"),
    ("build: .", 'FROM node:22; COPY own.sh /; ENTRYPOINT ["/own.sh"]; CMD ["node"]', "root", True),
    ("image: 'postgres:16', user: root", "", "root", False),
    ("build: .", "FROM postgres:16; COPY init.sql /", "root", False),
    ("build: .", 'FROM postgres:16; ENTRYPOINT ["postgres"]', "root", True),
    ("build: .", 'FROM node:22; RUN apt-get install -y gosu; ENTRYPOINT ["/start.sh"]', "root", "unknown"),
    ("build: ., entrypoint: [node]", 'FROM node:22; RUN apt-get install -y gosu; ENTRYPOINT ["/s.sh"]', "root", True),
    # the built stage decides
    ("build: .", "FROM node:22; USER node", "node", False),
    ("build: .", "FROM node:22; USER root; USER node; USER root", "root", True),
    ("build: .", "FROM node:22; USER node:node", "node:node", False),
    ("build: .", 'FROM node:22; USER "node"', "node", False),
    ("build: .", "FROM node:22; user 10001", "10001", False),
    ("build: .", "FROM node:22; ARG RUN_AS=node; USER $RUN_AS", "node", False),
    ("build: .", "FROM node:22; ARG RUN_AS=0; USER ${RUN_AS}", "0", True),
    ("build: .", "FROM node:22; ARG RUN_AS; USER ${RUN_AS}", None, "unknown"),
    ("build: .", "FROM node:22; ARG RUN_AS; USER ${RUN_AS:-node}", "node", False),
    ("build: {context: ., args: {RUN_AS: node}}", "FROM node:22; ARG RUN_AS=root; USER $RUN_AS", "node", False),
    ("build: {context: ., args: [RUN_AS=root]}", "FROM node:22; ARG RUN_AS=node; USER $RUN_AS", "root", True),
    ("build: {context: ., args: {RUN_AS: '${WHO}'}}", "FROM node:22; ARG RUN_AS; USER $RUN_AS", None, "unknown"),
    ("build: .", "FROM node:22; ENV RUN_AS=node; USER $RUN_AS", "node", False),
    ("build: .", "FROM node:22; RUN useradd app", "root", True),
    ("build: .", "FROM scratch; COPY app /app", "0", True),
    ("build: .", "FROM acme/unheard-of; COPY app /app", None, "unknown"),
    ("build: .", "FROM acme/unheard-of; USER 1000", "1000", False),
    ("build: .", "ARG BASE=node; FROM $BASE; COPY app /app", "root", True),
    ("build: .", "ARG BASE; FROM $BASE; COPY app /app", None, "unknown"),
    # which stage that is
    ("build: .", "FROM node:22 AS build; USER node; FROM node:22", "root", True),
    ("build: .", "FROM node:22 AS base; USER node; FROM base; COPY . .", "node", False),
    ("build: .", "FROM node:22 AS a; USER node; FROM a AS b; USER root; FROM b; COPY . .", "root", True),
    ("build: {context: ., target: dev}", "FROM node:22 AS dev; USER root; FROM dev AS run; USER node", "root", True),
    ("build: {context: ., target: RUN}", "FROM node:22 AS run; USER node; FROM run AS last; USER root", "node", False),
    ("build: {context: ., target: '0'}", "FROM node:22; USER node; FROM node:22; USER root", "node", False),
    ("build: {context: ., target: nope}", "FROM node:22 AS run; USER root", None, "unknown"),
    ("build: {context: ., target: '${T}'}", "FROM node:22 AS run; USER root", None, "unknown"),
    ("build: {context: ., target: '${T:-run}'}", "FROM node:22 AS run; USER node; FROM node:22", "node", False),
    # compose over the stage
    ("build: ., user: root", "FROM node:22; USER node", "root", True),
    ("build: ., user: '1000'", "FROM node:22", "1000", False),
    ("build: ., user: ''", "FROM node:22; USER node", "node", False),
    # builds that cannot be read
    ("build: https://github.com/acme/app.git", "", None, "unknown"),
    ("build: ./missing", "", None, "unknown"),
]


@pytest.mark.parametrize(("body", "dockerfile", "value", "root"), USERS)
def test_user(tmp_path: Path, body: str, dockerfile: str, value: str | None, root: object) -> None:
    user = app(tmp_path, body, dockerfile).user
    assert (user.value.value, said(user.is_root)) == (value, root)


@pytest.mark.parametrize(
    ("body", "dockerfile", "source", "uid"),
    [
        ("image: node, user: '1000:1000'", "", "compose", 1000),
        ("image: node, user: node", "", "compose", None),
        ("build: .", "FROM node:22; USER 10001", "dockerfile", 10001),
        ("build: .", "FROM node:22", "base-image", 0),
        ("image: acme/unheard-of", "", None, None),
    ],
)
def test_user_knows_where_it_comes_from(
    tmp_path: Path, body: str, dockerfile: str, source: str | None, uid: int | None
) -> None:
    user = app(tmp_path, body, dockerfile).user
    assert (user.source.value, user.uid.value) == (source, uid)


def test_user_that_compose_overrides_shows_the_user_of_the_stage(tmp_path: Path) -> None:
    user = app(tmp_path, "build: ., user: root", "FROM node:22; USER node").user
    assert files_of(user.is_root) == ["compose.yaml:2", "Dockerfile:2"]
    assert user.is_root.places[1].label == "overrides this USER"


def test_user_through_a_local_base_image(tmp_path: Path) -> None:
    files = {
        "compose.yaml": """
            services:
              base: {build: {context: ., dockerfile: base.Dockerfile}, image: acme/base}
              app: {build: .}
              tagged: {build: {context: ., dockerfile: tagged.Dockerfile}}
              pulls: {image: acme/base}
        """,
        "base.Dockerfile": "FROM node:22\nUSER node\nEXPOSE 3000\nHEALTHCHECK CMD wget -qO- http://localhost:3000\n",
        "Dockerfile": "FROM acme/base\nCOPY . .\n",
        "tagged.Dockerfile": "FROM acme/base:latest\n",
    }
    analysis = lint(tmp_path, files)
    for name in ("base", "app", "tagged", "pulls"):
        one = service(analysis, name)
        assert (one.user.value.value, one.user.is_root.value) == ("node", False), name
        assert one.healthcheck.defined.value is True, name
        assert one.exposed.value == ("3000/tcp",), name
        assert one.base_image.value == "node:22", name
    app_user = service(analysis, "app").user
    assert files_of(app_user.value)[0] == "base.Dockerfile:2"


def test_two_images_built_upon_each_other_end(tmp_path: Path) -> None:
    files = {
        "compose.yaml": """
            services:
              a: {image: a, build: {context: ., dockerfile: a.Dockerfile}}
              b: {image: b, build: {context: ., dockerfile: b.Dockerfile}}
        """,
        "a.Dockerfile": "FROM b\n",
        "b.Dockerfile": "FROM a\n",
    }
    analysis = lint(tmp_path, files)
    assert {said(one.user.is_root) for one in analysis.stacks[0].services} == {"unknown"}


HEALTH: list[tuple[str, str, object, bool | None, str | None]] = [
    ("image: node", "", False, False, None),
    ("image: acme/unheard-of", "", "unknown", False, None),
    ("image: axllent/mailpit", "", True, False, "base-image"),
    ("image: axllent/mailpit, healthcheck: {interval: 5s}", "", True, False, "base-image"),
    ("image: node, healthcheck: {test: [CMD, node, check.js]}", "", True, False, "compose"),
    ("image: node, healthcheck: {test: node check.js}", "", True, False, "compose"),
    ("image: node, healthcheck: {test: [NONE]}", "", False, True, "compose"),
    ("image: node, healthcheck: {disable: true}", "", False, True, "compose"),
    ("image: node, healthcheck: {disable: true, test: [CMD, x]}", "", False, True, "compose"),
    ("image: node, healthcheck: {disable: false}", "", False, False, None),
    ("image: node, healthcheck: {interval: 5s}", "", False, False, None),
    ("image: node, healthcheck: {test: [CMD, '${CHECK}']}", "", "unknown", None, "compose"),
    ("build: .", "FROM node:22; HEALTHCHECK CMD node check.js", True, False, "dockerfile"),
    ("build: .", 'FROM node:22; HEALTHCHECK --interval=5s CMD ["node", "check.js"]', True, False, "dockerfile"),
    ("build: .", "FROM node:22; HEALTHCHECK CMD a; HEALTHCHECK NONE", False, True, "dockerfile"),
    ("build: .", "FROM node:22; HEALTHCHECK NONE; HEALTHCHECK CMD a", True, False, "dockerfile"),
    ("build: .", "FROM node:22 AS a; HEALTHCHECK CMD a; FROM a", True, False, "dockerfile"),
    ("build: .", "FROM node:22 AS a; HEALTHCHECK CMD a; FROM node:22", False, False, None),
    ("build: ., healthcheck: {disable: true}", "FROM node:22; HEALTHCHECK CMD a", False, True, "compose"),
    ("build: ., healthcheck: {test: [NONE]}", "FROM node:22; HEALTHCHECK CMD a", False, True, "compose"),
    ("build: ., healthcheck: {test: [CMD, b]}", "FROM node:22; HEALTHCHECK CMD a", True, False, "compose"),
    ("build: ., healthcheck: {test: [CMD, b]}", "FROM node:22; HEALTHCHECK NONE", True, False, "compose"),
    ("build: ., healthcheck: {interval: 5s}", "FROM node:22; HEALTHCHECK CMD a", True, False, "dockerfile"),
    ("build: ., healthcheck: {interval: 5s}", "FROM node:22; HEALTHCHECK NONE", False, True, "dockerfile"),
]


@pytest.mark.parametrize(("body", "dockerfile", "defined", "disabled", "source"), HEALTH)
def test_healthcheck(
    tmp_path: Path, body: str, dockerfile: str, defined: object, disabled: bool | None, source: str | None
) -> None:
    check = app(tmp_path, body, dockerfile).healthcheck
    assert (said(check.defined), check.disabled.value, check.source.value) == (defined, disabled, source)


def test_times_beside_the_health_check_of_the_image(tmp_path: Path) -> None:
    check = app(tmp_path, "image: axllent/mailpit, healthcheck: {interval: 1m30s}", "").healthcheck
    assert (check.interval.value, check.timeout.value) == (90, 30)
    assert not app(tmp_path, "image: node, healthcheck: {interval: 1m30s}", "").healthcheck.interval.decided


def test_healthcheck_takes_what_compose_leaves_out_from_the_stage(tmp_path: Path) -> None:
    check = app(
        tmp_path,
        "build: ., healthcheck: {interval: 1m30s, retries: 5}",
        "FROM node:22; HEALTHCHECK --interval=5s --timeout=3s --start-period=1500ms --retries=2 CMD node check.js",
    ).healthcheck
    assert check.test.value == ("CMD-SHELL", "node check.js")
    assert (check.interval.value, check.retries.value) == (90.0, 5)
    assert (at(check.interval), at(check.retries)) == (["1m30s"], ["5"])
    assert (check.timeout.value, check.start_period.value) == (3.0, 1.5)
    assert at(check.timeout) == ["--timeout=3s"]
    assert check.start_interval.absent


def test_healthcheck_durations_have_defaults_that_no_file_decides(tmp_path: Path) -> None:
    check = app(tmp_path, "image: node, healthcheck: {test: [CMD, a]}").healthcheck
    assert (check.interval.value, check.timeout.value, check.retries.value) == (30.0, 30.0, 3)
    assert not any(fact.decided for fact in (check.interval, check.timeout, check.retries))
    assert check.start_period.absent


@pytest.mark.parametrize(
    ("flag", "fact", "expected"),
    [
        ("--retries=4", "retries", 4),
        ("--start-interval=2s", "start_interval", 2.0),
        ("--interval=soon", "interval", "unknown"),
        ("--retries=many", "retries", 3),
    ],
)
def test_healthcheck_flags_of_a_stage(tmp_path: Path, flag: str, fact: str, expected: object) -> None:
    check = app(tmp_path, "build: .", f"FROM node:22; HEALTHCHECK {flag} CMD a").healthcheck
    assert said(getattr(check, fact)) == expected


@pytest.mark.parametrize(
    ("fields", "fact", "expected"),
    [
        ("interval: '${I}'", "interval", "unknown"),
        ("interval: '${I:-15s}'", "interval", 15.0),
        ("retries: '${R}'", "retries", "unknown"),
        ("retries: '4'", "retries", 4),
        ("timeout: 1h", "timeout", 3600.0),
    ],
)
def test_healthcheck_fields_of_compose(tmp_path: Path, fields: str, fact: str, expected: object) -> None:
    check = app(tmp_path, f"image: node, healthcheck: {{test: [CMD, a], {fields}}}").healthcheck
    assert said(getattr(check, fact)) == expected


@pytest.mark.parametrize(
    ("test", "program", "port"),
    [
        ("[CMD, curl, -f, 'http://localhost:3000/health']", "curl", 3000),
        ("[CMD, /usr/bin/curl, 'http://127.0.0.1/']", "curl", 80),
        ("[CMD, wget, -qO-, 'https://localhost/']", "wget", 443),
        ("[CMD, curl, 'http://[::1]:8080/']", "curl", 8080),
        ("[CMD, curl, 'http://0.0.0.0:8080/']", "curl", 8080),
        ("[CMD, curl, 'http://db:8080/']", "curl", None),
        ("[CMD, curl, 'http://localhost.example.com/']", "curl", None),
        ("[CMD, curl, 'http://localhost:${PORT:-4000}/']", "curl", 4000),
        ("[CMD-SHELL, 'curl -f http://localhost:3000/ || exit 1']", "curl", 3000),
        ("curl -f http://localhost:3000/ || exit 1", "curl", 3000),
        ("[CMD-SHELL, 'set -e; cd /srv && /opt/bin/check']", "check", None),
        ("[CMD-SHELL, 'if [ -f /ready ]; then nc -z localhost 80; fi']", "nc", None),
        ("[CMD-SHELL, 'test -f /tmp/ready']", "unknown", None),
        ("[CMD-SHELL, '$$CHECKER http://localhost']", "unknown", 80),
        ("[CMD, sh, -c, 'wget -q http://localhost:81']", "wget", 81),
        ("[CMD, bash, -c, 'true']", "bash", None),
        ("[CMD, sh, check.sh]", "sh", None),
        ("[CMD, '$$CHECKER']", "unknown", None),
        ("[CMD]", "unknown", None),
        ("[CMD-SHELL, 'sudo -u app pg_isready -U app']", "pg_isready", None),
    ],
)
def test_healthcheck_program_and_port(tmp_path: Path, test: str, program: str, port: int | None) -> None:
    check = app(tmp_path, f"image: node, healthcheck: {{test: {test}}}").healthcheck
    assert (said(check.program), check.port.value) == (program, port)


@pytest.mark.parametrize(
    ("test", "shell", "words"),
    [
        ("[CMD, a, b c]", False, ("CMD", "a", "b c")),
        ("[CMD-SHELL, a b]", True, ("CMD-SHELL", "a b")),
        ("a b", True, ("CMD-SHELL", "a b")),
    ],
)
def test_healthcheck_forms(tmp_path: Path, test: str, shell: bool, words: tuple[str, ...]) -> None:
    check = app(tmp_path, f"image: node, healthcheck: {{test: {test}}}").healthcheck
    assert (check.shell.value, check.test.value) == (shell, words)


CURL = "healthcheck: {test: [CMD, curl, -f, 'http://localhost']}"


@pytest.mark.parametrize(
    ("body", "dockerfile", "missing"),
    [
        (f"image: 'node:22-alpine', {CURL}", "", True),
        (f"image: 'node:22', {CURL}", "", False),
        (f"image: acme/unheard-of, {CURL}", "", "unknown"),
        ("image: 'node:22', healthcheck: {test: [CMD, acme-check]}", "", "unknown"),
        (f"build: ., {CURL}", "FROM node:22-alpine", True),
        (f"build: ., {CURL}", "FROM acme/unheard-of", "unknown"),
        (f"build: ., {CURL}", "FROM node:22-alpine; RUN apk add --no-cache curl", False),
        (f"build: ., {CURL}", "FROM node:22-alpine; RUN apk add --no-cache wget", True),
        (f"build: ., {CURL}", "FROM node:22-slim; RUN apt-get update && apt-get install -y curl=8.*", False),
        (f"build: ., {CURL}", "FROM node:22-alpine; RUN apk add $TOOLS", "unknown"),
        (f"build: ., {CURL}", "FROM node:22-alpine AS b; RUN apk add curl; FROM node:22-alpine", True),
        (f"build: ., {CURL}", "FROM node:22-alpine AS b; RUN apk add curl; FROM b", False),
        (f"build: ., {CURL}", "FROM alpine AS b; FROM node:22-alpine; COPY --from=b /usr/bin/curl /usr/bin/", False),
        (f"build: ., {CURL}", "FROM gcr.io/distroless/static; COPY --from=curlimages/curl /x/curl /bin/curl", False),
        (f"build: ., {CURL}", "FROM gcr.io/distroless/static", True),
        (f"build: {{context: ., target: d}}, {CURL}", "FROM alpine AS d; FROM d AS r; RUN apk add curl", True),
    ],
)
def test_healthcheck_program_is_in_the_image(tmp_path: Path, body: str, dockerfile: str, missing: object) -> None:
    assert said(app(tmp_path, body, dockerfile).healthcheck.program_missing) == missing


PORTS: list[tuple[str, tuple[object, ...]]] = [
    # published, host address, first, last, target, last target, protocol, loopback
    ("'8080:80'", ("8080", None, 8080, 8080, 80, 80, "tcp", False)),
    ("'80'", (None, None, None, None, 80, 80, "tcp", False)),
    ("80", (None, None, None, None, 80, 80, "tcp", False)),
    ("'8000-8010:80'", ("8000-8010", None, 8000, 8010, 80, 80, "tcp", False)),
    ("'53:53/udp'", ("53", None, 53, 53, 53, 53, "udp", False)),
    ("'127.0.0.1:8080:80'", ("8080", "127.0.0.1", 8080, 8080, 80, 80, "tcp", True)),
    ("'127.1.2.3:8080:80'", ("8080", "127.1.2.3", 8080, 8080, 80, 80, "tcp", True)),
    ("'127.0.0.1::80'", (None, "127.0.0.1", None, None, 80, 80, "tcp", True)),
    ("'0.0.0.0:8080:80'", ("8080", "0.0.0.0", 8080, 8080, 80, 80, "tcp", False)),
    ("'192.168.1.4:8080:80'", ("8080", "192.168.1.4", 8080, 8080, 80, 80, "tcp", False)),
    ("'[::1]:8080:80'", ("8080", "::1", 8080, 8080, 80, 80, "tcp", True)),
    ("'[::]:8080:80'", ("8080", "::", 8080, 8080, 80, 80, "tcp", False)),
    ("'[0:0:0:0:0:0:0:1]:8080:80'", ("8080", "0:0:0:0:0:0:0:1", 8080, 8080, 80, 80, "tcp", True)),
    ("'[fe80::1]:8080:80'", ("8080", "fe80::1", 8080, 8080, 80, 80, "tcp", False)),
    ("{target: 80}", (None, None, None, None, 80, 80, "tcp", False)),
    ("{target: 80, published: '8080', protocol: udp}", ("8080", None, 8080, 8080, 80, 80, "udp", False)),
    ("{target: 80, published: 8080}", ("8080", None, 8080, 8080, 80, 80, "tcp", False)),
    ("{target: 80, published: 8000-8010}", ("8000-8010", None, 8000, 8010, 80, 80, "tcp", False)),
    ("{target: 80, published: '8080', host_ip: 127.0.0.1}", ("8080", "127.0.0.1", 8080, 8080, 80, 80, "tcp", True)),
    ("'${PORT:-8080}:80'", ("8080", None, 8080, 8080, 80, 80, "tcp", False)),
    ("'${IP:-127.0.0.1}:8080:80'", ("8080", "127.0.0.1", 8080, 8080, 80, 80, "tcp", True)),
    ("'${PORT}:80'", ("unknown", "unknown", "unknown", "unknown", 80, 80, "tcp", "unknown")),
    ("'3000-3002:4000-4002'", ("3000-3002", None, 3000, 3002, 4000, 4002, "tcp", False)),
]


def shape(port: Port) -> tuple[object, ...]:
    facts = (port.published, port.host_ip, port.published_first, port.published_last)
    return tuple(map(said, (*facts, port.target, port.target_last, port.protocol, port.loopback)))


@pytest.mark.parametrize(("text", "expected"), PORTS)
def test_ports(tmp_path: Path, text: str, expected: tuple[object, ...]) -> None:
    (port,) = app(tmp_path, f"image: node, ports: [{text}]").ports
    assert shape(port) == expected


def test_address_of_a_port_is_unknown_while_its_variable_is_unset(tmp_path: Path) -> None:
    (port,) = app(tmp_path, "image: node, ports: ['${IP}:8080:80']").ports
    assert (said(port.loopback), port.loopback.unknown) == ("unknown", "variable `IP` is unset")


def test_port_is_named_as_users_write_it_and_each_part_has_its_place(tmp_path: Path) -> None:
    (port,) = app(tmp_path, "image: node, ports: ['127.0.0.1:8080:80/tcp']").ports
    assert port.name == "8080:80/tcp"
    assert [at(fact)[0] for fact in (port.host_ip, port.published, port.target)] == ["127.0.0.1", "8080", "80"]


@pytest.mark.parametrize("mode", ["host", "none", "'service:db'", "'container:x'"])
def test_nothing_is_published_on_a_network_of_others(tmp_path: Path, mode: str) -> None:
    files = {
        "compose.yaml": f"services: {{app: {{image: node, network_mode: {mode}, ports: [80]}}, db: {{image: a}}}}\n"
    }
    assert app(tmp_path, "", files=files).ports == ()
    assert app(tmp_path, "image: node, network_mode: bridge, ports: [80]").ports != ()


TREE = {
    "src/index.js": "",
    "package.json": "{}",
    "data/seed.sql": "",
    "nginx.conf": "",
    "api/main.py": "",
    "assets/logo.svg": "",
    "web/package.json": "{}",
}
MOUNTS: list[tuple[str, str, tuple[object, ...]]] = [
    # type, source, target, read-only, in the repository, source code, a file
    ("'./src:/app/src'", "image: node", ("bind", "src", "/app/src", False, True, True, False)),
    ("'./src:/app/src:ro'", "image: node", ("bind", "src", "/app/src", True, True, True, False)),
    ("'./src:/app/src:rw,z'", "image: node", ("bind", "src", "/app/src", False, True, True, False)),
    ("'./src:/app/src:ro,delegated'", "image: node", ("bind", "src", "/app/src", True, True, True, False)),
    ("'.:/app'", "image: node", ("bind", ".", "/app", False, True, True, False)),
    ("'./web:/app'", "image: node", ("bind", "web", "/app", False, True, True, False)),
    ("'./assets:/app/assets'", "image: node", ("bind", "assets", "/app/assets", False, True, False, False)),
    ("'./data:/data'", "image: node", ("bind", "data", "/data", False, True, False, False)),
    ("'./nginx.conf:/etc/x.conf:ro'", "image: node", ("bind", "nginx.conf", "/etc/x.conf", True, True, False, True)),
    ("'./not-there:/x'", "image: node", ("bind", "not-there", "/x", False, True, "unknown", "unknown")),
    ("'./app:/x'", "image: node", ("bind", "app", "/x", False, True, True, "unknown")),
    ("'./not-there.json:/x'", "image: node", ("bind", "not-there.json", "/x", False, True, False, "unknown")),
    ("'./api:/app'", "build: ./api", ("bind", "api", "/app", False, True, True, False)),
    ("'./api/main.py:/app/main.py'", "build: ./api", ("bind", "api/main.py", "/app/main.py", False, True, False, True)),
    ("'.:/app'", "build: ./api", ("bind", ".", "/app", False, True, True, False)),
    ("'./api:/api'", "build: .", ("bind", "api", "/api", False, True, True, False)),
    ("'./assets:/app/assets'", "build: .", ("bind", "assets", "/app/assets", False, True, False, False)),
    ("'./assets:/app/assets'", "build: ./api", ("bind", "assets", "/app/assets", False, True, False, False)),
    ("'./not-there:/x'", "build: ./api", ("bind", "not-there", "/x", False, True, "unknown", "unknown")),
    ("'/etc/localtime:/x:ro'", "image: node", ("bind", "/etc/localtime", "/x", True, False, False, "unknown")),
    ("'~/.ssh:/root/.ssh'", "image: node", ("bind", "~/.ssh", "/root/.ssh", False, False, False, "unknown")),
    ("'../other:/x'", "image: node", ("bind", "../other", "/x", False, False, False, "unknown")),
    ("'${WHERE}:/x'", "image: node", ("unknown", "unknown", "/x", False, "unknown", "unknown", "unknown")),
    ("'${WHERE:-./src}:/x'", "image: node", ("bind", "src", "/x", False, True, True, False)),
    ("'pgdata:/var/lib/data'", "image: node", ("volume", "pgdata", "/var/lib/data", False, False, False, False)),
    ("'pgdata:/var/lib/data:ro'", "image: node", ("volume", "pgdata", "/var/lib/data", True, False, False, False)),
    ("/app/node_modules", "image: node", ("volume", None, "/app/node_modules", False, False, False, False)),
    (
        "{type: bind, source: src, target: /x, read_only: true}",
        "image: a",
        ("bind", "src", "/x", True, True, True, False),
    ),
    ("{type: volume, source: data, target: /x}", "image: node", ("volume", "data", "/x", False, False, False, False)),
    ("{type: volume, target: /x}", "image: node", ("volume", None, "/x", False, False, False, False)),
    ("{type: tmpfs, target: /tmp}", "image: node", ("tmpfs", None, "/tmp", False, False, False, False)),
    ("'C:\\\\data:/x'", "image: node", ("bind", "C:\\\\data", "/x", False, False, False, "unknown")),
    ("'C:/data:/x:ro'", "image: node", ("bind", "C:/data", "/x", True, False, False, "unknown")),
]


def form(mount: Mount) -> tuple[object, ...]:
    facts = (mount.type, mount.source, mount.target, mount.read_only)
    return tuple(map(said, (*facts, mount.in_repository, mount.is_source_code, mount.is_file)))


@pytest.mark.parametrize(("text", "body", "expected"), MOUNTS)
def test_mounts(tmp_path: Path, text: str, body: str, expected: tuple[object, ...]) -> None:
    (mount,) = app(tmp_path, f"{body}, volumes: [{text}]", files=TREE).mounts
    assert form(mount) == expected


@pytest.mark.parametrize(
    ("source", "socket"),
    [
        ("/var/run/docker.sock", True),
        ("/run/docker.sock", True),
        ("/run/user/1000/podman/podman.sock", True),
        ("/run/containerd/containerd.sock", True),
        ("/var/run/../run/docker.sock", True),
        ("/var/run", True),
        ("/", True),
        ("/var/run/mysqld.sock", False),
        ("./docker.sock.d", False),
        ("${SOCK:-/var/run/docker.sock}", True),
    ],
)
def test_mount_of_the_runtime_socket(tmp_path: Path, source: str, socket: bool) -> None:
    (mount,) = app(tmp_path, f"image: node, volumes: ['{source}:/x']").mounts
    assert mount.is_runtime_socket.value is socket


@pytest.mark.parametrize(
    ("text", "read_only"), [("/run", False), ("'/run:ro,size=64m'", True), ("'/run:noexec'", False)]
)
def test_tmpfs_is_a_mount(tmp_path: Path, text: str, read_only: bool) -> None:
    (mount,) = app(tmp_path, f"image: node, tmpfs: {text}").mounts
    assert form(mount) == ("tmpfs", None, "/run", read_only, False, False, False)


def variable(one: Service, name: str) -> Variable:
    """The variable that the process gets."""
    (found,) = (item for item in one.environment if item.name == name)
    return found


SECRETS: list[tuple[str, str, tuple[object, ...]]] = [
    # value, secret, literal, placeholder, fallback
    ("DB_PASSWORD", "hunter2", ("hunter2", True, True, False, None)),
    ("DB_PASSWORD", "changeme", ("changeme", True, True, True, None)),
    ("DB_PASSWORD", "", ("", False, False, False, None)),
    ("DB_PASSWORD", "${P}", ("unknown", True, False, False, None)),
    ("DB_PASSWORD", "${P:?}", ("unknown", True, False, False, None)),
    ("DB_PASSWORD", "${P:-hunter2}", ("hunter2", True, False, False, "hunter2")),
    ("DB_PASSWORD", "${P-hunter2}", ("hunter2", True, False, False, "hunter2")),
    ("DB_PASSWORD", "${P:-}", ("", False, False, False, None)),
    ("DB_PASSWORD", "/run/secrets/p", ("/run/secrets/p", False, True, False, None)),
    ("DB_PASSWORD_FILE", "/run/secrets/p", ("/run/secrets/p", False, True, False, None)),
    ("AUTH_ENABLED", "yes-please", ("yes-please", False, True, False, None)),
    ("API_KEY", "k-1234", ("k-1234", True, True, False, None)),
    ("apiKey", "k-1234", ("k-1234", True, True, False, None)),
    ("KEY", "value", ("value", False, True, False, None)),
    ("PGPASSWORD", "hunter2", ("hunter2", True, True, False, None)),
    ("MODE", "fast", ("fast", False, True, False, None)),
    ("MODE", "${M:-fast}", ("fast", False, False, False, None)),
    ("DB_URL", "postgres://app:hunter2@db/app", ("postgres://app:hunter2@db/app", True, True, False, None)),
    ("DB_URL", "postgres://app@db/app", ("postgres://app@db/app", False, True, False, None)),
    ("DB_URL", "postgres://app:${P:-hunter2}@db", ("postgres://app:hunter2@db", True, False, False, "hunter2")),
    ("DB_URL", "postgres://app:${P}@db", ("unknown", False, False, False, None)),
]


def nature(item: Variable) -> tuple[object, ...]:
    return tuple(map(said, (item.value, item.is_secret, item.is_literal, item.is_placeholder, item.fallback)))


@pytest.mark.parametrize(("name", "text", "expected"), SECRETS)
@pytest.mark.parametrize("spelling", ["environment: {{{}: '{}'}}", "environment: ['{}={}']"])
def test_variables(tmp_path: Path, spelling: str, name: str, text: str, expected: tuple[object, ...]) -> None:
    one = app(tmp_path, "image: node, " + spelling.format(name, text))
    assert nature(variable(one, name)) == expected
    assert variable(one, name).scope.value == "environment"


def test_variable_without_value_comes_from_the_shell_and_is_no_literal(tmp_path: Path) -> None:
    one = app(tmp_path, "image: node, environment: [DB_PASSWORD]")
    assert variable(one, "DB_PASSWORD").is_literal.value is False
    assert variable(one, "DB_PASSWORD").value.value is None


def test_value_that_a_dotenv_file_gives_is_no_literal_of_the_compose_file(tmp_path: Path) -> None:
    one = app(tmp_path, "image: node, environment: {DB_PASSWORD: '${P}'}", files={".env": "P=hunter2\n"})
    assert nature(variable(one, "DB_PASSWORD")) == ("hunter2", True, False, False, None)


def test_environment_over_env_files_over_the_image(tmp_path: Path) -> None:
    files = {"a.env": "A=file\nB=first\nC=file\n", "b.env": "B=second\n"}
    body = "build: ., env_file: [a.env, b.env], environment: {A: compose}"
    one = app(tmp_path, body, "FROM node:22; ENV A=image C=image D=image; ENV E=$D-$NOWHERE", files)
    found = {item.name: (said(item.value), item.scope.value) for item in one.environment}
    assert found == {
        "A": ("compose", "environment"),
        "B": ("second", "env-file"),
        "C": ("file", "env-file"),
        "D": ("image", "env"),
        "E": ("unknown", "env"),
    }


def scopes(variables: tuple[Variable, ...]) -> list[tuple[str, object, str | None]]:
    return [(item.name, said(item.value), item.scope.value) for item in variables]


def test_arguments_given_to_the_build(tmp_path: Path) -> None:
    one = app(tmp_path, "build: {context: ., args: {TOKEN: abcdef, MODE: '${MODE:-x}', PASSED: null}}", "FROM node:22")
    assert scopes(one.build_args) == [
        ("TOKEN", "abcdef", "build-arg"),
        ("MODE", "x", "build-arg"),
        ("PASSED", None, "build-arg"),
    ]
    assert [item.is_secret.value for item in one.build_args] == [True, False, False]


LAYERS = """
ARG GLOBAL_TOKEN=global; ARG UNUSED_TOKEN=unused
FROM node:22 AS other; ARG OTHER_TOKEN=other; ENV OTHER_SECRET=other
FROM node:22 AS base; ARG BASE_TOKEN='base'; ENV SECRET=first MODE=slow
FROM base AS run; ARG GLOBAL_TOKEN; ARG NOTHING; ARG BOTH=$BASE_TOKEN; ENV SECRET=second; ENV MODE fast
FROM run AS later; ARG LATER_TOKEN=later; ENV SECRET=third
""".strip().replace("\n", "; ")


def test_layers_are_what_the_built_stages_spell_out_and_the_container_does_not_get(tmp_path: Path) -> None:
    one = app(tmp_path, "build: {context: ., target: run}, environment: {MODE: own}", LAYERS)
    assert scopes(one.layers) == [
        ("GLOBAL_TOKEN", "global", "arg"),
        ("BOTH", "unknown", "arg"),
        ("MODE", "fast", "layer"),
        ("BASE_TOKEN", "base", "arg"),
        ("SECRET", "first", "layer"),
        ("MODE", "slow", "layer"),
    ]
    assert scopes(one.environment) == [("MODE", "own", "environment"), ("SECRET", "second", "env")]
    token = one.layers[0]
    assert (token.is_secret.value, token.is_literal.value, at(token.value)) == (True, True, ["GLOBAL_TOKEN=global"])


def test_layers_of_a_dockerfile_alone(tmp_path: Path) -> None:
    one = alone(tmp_path, LAYERS)
    assert ("LATER_TOKEN", "later", "arg") in scopes(one.layers)
    assert not any("OTHER" in item.name or "UNUSED" in item.name for item in one.layers)


def test_layers_through_a_local_base_image_are_in_its_own_file(tmp_path: Path) -> None:
    files = {
        "compose.yaml": """
            services:
              base: {image: acme/base, build: {context: ., dockerfile: base.Dockerfile}}
              app: {build: .}
        """,
        "base.Dockerfile": "ARG A_TOKEN=one\nFROM node:22\nARG A_TOKEN\n",
    }
    one = app(tmp_path, "", "ARG A_TOKEN=two; FROM acme/base; ARG A_TOKEN", files)
    assert [(item.value.value, files_of(item.value)) for item in one.layers] == [
        ("two", ["Dockerfile:1"]),
        ("one", ["base.Dockerfile:1"]),
    ]


@pytest.mark.parametrize(
    ("files", "masked"),
    [
        ({"compose.yaml": "services: {app: {image: a, environment: {JWT_SECRET: 'canary'}}}\n"}, ["'canary'"]),
        ({"compose.yaml": "services: {app: {image: a, environment: ['JWT_SECRET=canary']}}\n"}, ["canary"]),
        ({"compose.yaml": "services: {app: {image: a, environment: {JWT_SECRET: '${JWT_SECRET:?}'}}}\n"}, []),
        ({"compose.yaml": "services: {app: {image: a, environment: {JWT_SECRET: '${S?is missing}'}}}\n"}, []),
        ({"compose.yaml": "services: {app: {image: a, environment: {S_TOKEN: '${S:-canary}'}}}\n"}, ["'${S:-canary}'"]),
        ({"compose.yaml": "services: {app: {image: a, environment: {URL: 'http://a:canary@b'}}}\n"}, ["canary"]),
        ({"compose.yaml": "services: {app: {image: a, environment: {URL: 'http://a:${P}@b'}}}\n", ".env": "P=x\n"}, []),
        ({"compose.yaml": "services: {app: {image: a, environment: {MODE: canary}}}\n"}, []),
        ({"Dockerfile": "FROM node\nENV A_TOKEN=canary B=c\n"}, ["canary"]),
        ({"Dockerfile": "FROM node\nENV A_TOKEN canary = b\n"}, ["canary = b"]),
        ({"Dockerfile": "FROM node\nARG A_TOKEN=canary\n"}, ["canary"]),
        ({"Dockerfile": "FROM node\nENV A_TOKEN=$OTHER\n"}, []),
    ],
)
def test_places_of_secrets_are_their_values_and_nothing_else(tmp_path: Path, files: Files, masked: list[str]) -> None:
    (one,) = lint(tmp_path, files).stacks
    assert [span.text for span in one.secrets] == masked


def test_a_secret_that_an_overlay_replaces_is_still_one(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services: {app: {image: a, environment: {A_TOKEN: canary-one}}}\n",
        "compose.prod.yaml": "services: {app: {environment: {A_TOKEN: canary-two}}}\n",
    }
    prod = stack(lint(tmp_path, files), "prod")
    assert [span.text for span in prod.secrets] == ["canary-two", "canary-one"]


@pytest.mark.parametrize(
    ("body", "driver", "bounded"),
    [
        ("", "json-file", False),
        ("logging: {driver: json-file}", "json-file", False),
        ("logging: {options: {max-size: 10m, max-file: '3'}}", "json-file", True),
        ("logging: {driver: json-file, options: {max-size: 10m}}", "json-file", True),
        ("logging: {driver: json-file, options: {max-file: '3'}}", "json-file", False),
        ("logging: {options: {max-size: '-1'}}", "json-file", False),
        ("logging: {driver: local}", "local", True),
        ("logging: {driver: none}", "none", True),
        ("logging: {driver: fluentd, options: {fluentd-address: 'x:1'}}", "fluentd", True),
        ("logging: {driver: '${D}'}", "unknown", "unknown"),
        ("logging: {options: {max-size: '${S}'}}", "json-file", "unknown"),
    ],
)
def test_logging(tmp_path: Path, body: str, driver: str, bounded: object) -> None:
    logging = app(tmp_path, f"image: node, {body}").logging
    assert (said(logging.driver), said(logging.bounded)) == (driver, bounded)


FACTS: list[tuple[str, str, object]] = [
    ("", "restart", "no"),
    ("restart: 'no'", "restart", "no"),
    ("restart: unless-stopped", "restart", "unless-stopped"),
    ("restart: 'on-failure:3'", "restart", "on-failure:3"),
    ("restart: '${R}'", "restart", "unknown"),
    ("restart: always, deploy: {restart_policy: {condition: none}}", "restart", "no"),
    ("deploy: {restart_policy: {condition: any}}", "restart", "always"),
    ("deploy: {restart_policy: {condition: on-failure}}", "restart", "on-failure"),
    ("deploy: {restart_policy: {delay: 5s}}", "restart", "always"),
    ("", "memory_limit", None),
    ("mem_limit: 512m", "memory_limit", 512 * 1024**2),
    ("mem_limit: 0", "memory_limit", None),
    ("deploy: {resources: {limits: {memory: 1G}}}", "memory_limit", 1024**3),
    ("deploy: {resources: {reservations: {memory: 1G}}}", "memory_limit", None),
    ("mem_limit: 1g, deploy: {resources: {limits: {memory: 2G}}}", "memory_limit", 2 * 1024**3),
    ("mem_limit: '${M}'", "memory_limit", "unknown"),
    ("cpus: 0.5", "cpu_limit", 0.5),
    ("cpus: '0'", "cpu_limit", None),
    ("cpu_quota: 50000", "cpu_limit", 0.5),
    ("cpu_quota: 50000, cpu_period: 25000", "cpu_limit", 2.0),
    ("cpu_quota: -1", "cpu_limit", None),
    ("deploy: {resources: {limits: {cpus: '1.5'}}}", "cpu_limit", 1.5),
    ("pids_limit: 100", "pids_limit", 100),
    ("pids_limit: -1", "pids_limit", None),
    ("deploy: {resources: {limits: {pids: 50}}}", "pids_limit", 50),
    ("", "privileged", False),
    ("privileged: true", "privileged", True),
    ("privileged: '${P}'", "privileged", "unknown"),
    ("privileged: '${P:-true}'", "privileged", True),
    ("read_only: true", "read_only", True),
    ("init: true", "init", True),
    ("cap_add: [CAP_NET_ADMIN, sys_admin]", "cap_add", ("NET_ADMIN", "SYS_ADMIN")),
    ("cap_drop: [ALL]", "cap_drop", ("ALL",)),
    ("cap_add: ['${C}']", "cap_add", "unknown"),
    ("", "no_new_privileges", False),
    ("security_opt: ['no-new-privileges:true']", "no_new_privileges", True),
    ("security_opt: [no-new-privileges]", "no_new_privileges", True),
    ("security_opt: ['no-new-privileges=true']", "no_new_privileges", True),
    ("security_opt: ['no-new-privileges:false']", "no_new_privileges", False),
    ("security_opt: ['apparmor:x', 'no-new-privileges:true']", "no_new_privileges", True),
    ("security_opt: ['apparmor:unconfined']", "no_new_privileges", False),
    ("security_opt: ['${S}']", "no_new_privileges", "unknown"),
    ("network_mode: host", "network_mode", "host"),
    ("network_mode: host", "networks", None),
    ("", "networks", ("default",)),
    ("networks: [front, back]", "networks", ("front", "back")),
    ("networks: {front: {aliases: [x]}}", "networks", ("front",)),
    ("profiles: [debug]", "profiles", ("debug",)),
    ("container_name: one", "container_name", "one"),
    ("", "replicas", 1),
    ("deploy: {replicas: 3}", "replicas", 3),
    ("scale: 2", "replicas", 2),
    ("deploy: {replicas: '${N}'}", "replicas", "unknown"),
]


@pytest.mark.parametrize(("body", "name", "expected"), FACTS)
def test_facts_of_the_service_itself(tmp_path: Path, body: str, name: str, expected: object) -> None:
    tail = "networks: {front: {}, back: {}}\n"
    files = {"compose.yaml": f"services: {{app: {{image: node, {body}}}}}\n{tail}"}
    (one,) = lint(tmp_path, files, as_kind="prod").stacks[0].services
    assert said(getattr(one, name)) == expected


@pytest.mark.parametrize(
    ("body", "name"),
    [("", "restart"), ("", "privileged"), ("", "no_new_privileges"), ("", "networks"), ("", "replicas")],
)
def test_defaults_are_decided_by_no_file(tmp_path: Path, body: str, name: str) -> None:
    fact = getattr(app(tmp_path, f"image: node, {body}"), name)
    assert fact.default and not fact.decided


PROCESSES: list[tuple[str, str, object, object, object]] = [
    # entrypoint, command, process
    ("build: .", 'FROM node; ENTRYPOINT ["a"]; CMD ["b"]', ("a",), ("b",), ("a", "b")),
    ("build: .", 'FROM node; CMD ["b"]; ENTRYPOINT ["a"]', ("a",), ("b",), ("a", "b")),
    ("build: .", 'FROM node AS x; CMD ["b"]; FROM x; ENTRYPOINT ["a"]', ("a",), None, ("a",)),
    ("build: .", 'FROM node AS x; ENTRYPOINT ["a"]; FROM x; CMD ["b"]', ("a",), ("b",), ("a", "b")),
    ("build: ., command: [c, d]", 'FROM node; ENTRYPOINT ["a"]; CMD ["b"]', ("a",), ("c", "d"), ("a", "c", "d")),
    ("build: ., command: c 'd e'", 'FROM node; ENTRYPOINT ["a"]; CMD ["b"]', ("a",), ("c", "d e"), ("a", "c", "d e")),
    ("build: ., entrypoint: [x]", 'FROM node; ENTRYPOINT ["a"]; CMD ["b"]', ("x",), None, ("x",)),
    ("build: .", "FROM nginx; COPY a /", None, None, "unknown"),
    ("build: ., entrypoint: x y", 'FROM node; ENTRYPOINT ["a"]; CMD ["b"]', ("x", "y"), None, ("x", "y")),
    ("build: ., entrypoint: [x], command: [c]", 'FROM node; CMD ["b"]', ("x",), ("c",), ("x", "c")),
    ("build: ., entrypoint: []", 'FROM node; ENTRYPOINT ["a"]; CMD ["b"]', (), None, ()),
    ("build: ., entrypoint: null", 'FROM node; ENTRYPOINT ["a"]; CMD ["b"]', ("a",), ("b",), ("a", "b")),
    ("build: ., command: null", 'FROM node; CMD ["b"]', None, ("b",), ("b",)),
    ("build: .", "FROM node; CMD npm start", None, ("npm start",), ("npm start",)),
    ("image: node", "", None, None, "unknown"),
    ("image: node, command: npm start", "", None, ("npm", "start"), ("npm", "start")),
    ("image: node, command: 'echo \"open'", "", None, "unknown", "unknown"),
    ("image: node, command: 'npm run ${X}'", "", None, "unknown", "unknown"),
    ("image: node, command: [npm, '${X}']", "", None, "unknown", "unknown"),
    ("image: node, command: 'npm run ${X:-dev}'", "", None, ("npm", "run", "dev"), ("npm", "run", "dev")),
]


@pytest.mark.parametrize(("body", "dockerfile", "entrypoint", "command", "process"), PROCESSES)
def test_process(
    tmp_path: Path, body: str, dockerfile: str, entrypoint: object, command: object, process: object
) -> None:
    one = app(tmp_path, body, dockerfile)
    assert tuple(map(said, (one.entrypoint, one.command, one.process))) == (entrypoint, command, process)


@pytest.mark.parametrize(
    ("body", "dockerfile", "entrypoint", "command"),
    [
        ("build: .", 'FROM node; ENTRYPOINT ["a"]; CMD b', "exec", "shell"),
        ("build: .", "FROM node; ENTRYPOINT a", "shell", None),
        ("build: ., command: b", "FROM node; ENTRYPOINT a", "shell", "exec"),
        ("build: ., entrypoint: a", "FROM node; CMD b", "exec", None),
    ],
)
def test_forms(tmp_path: Path, body: str, dockerfile: str, entrypoint: str | None, command: str | None) -> None:
    one = app(tmp_path, body, dockerfile)
    assert (one.entrypoint_form.value, one.command_form.value) == (entrypoint, command)


def test_shell_workdir_and_ports_come_from_the_stage(tmp_path: Path) -> None:
    dockerfile = 'FROM nginx; SHELL ["/bin/bash", "-c"]; WORKDIR /srv; WORKDIR app; EXPOSE 8080 9090/udp'
    one = app(tmp_path, "build: .", dockerfile)
    assert (one.shell.value, one.workdir.value) == (("/bin/bash", "-c"), "/srv/app")
    assert one.exposed.value == ("80/tcp", "8080/tcp", "9090/udp")


IMAGES: list[tuple[str, tuple[object, ...]]] = [
    # registry, repository, tag, digest, pinned
    ("nginx", ("docker.io", "nginx", None, None, "none")),
    ("nginx:latest", ("docker.io", "nginx", "latest", None, "latest")),
    ("nginx:1", ("docker.io", "nginx", "1", None, "major")),
    ("nginx:1.27", ("docker.io", "nginx", "1.27", None, "minor")),
    ("nginx:1.27.3", ("docker.io", "nginx", "1.27.3", None, "full")),
    ("nginx:1.27.3-alpine", ("docker.io", "nginx", "1.27.3-alpine", None, "full")),
    ("nginx:alpine", ("docker.io", "nginx", "alpine", None, "floating")),
    ("nginx:${TAG:-1.27}", ("docker.io", "nginx", "1.27", None, "minor")),
    ("nginx:${TAG}", ("docker.io", "nginx", *("unknown",) * 3)),
    ("ghcr.io/acme/api@${DIGEST}", ("ghcr.io", "acme/api", *("unknown",) * 3)),
    ("nginx${TAG}", ("unknown",) * 5),
    ("${NAME}:1", ("unknown",) * 5),
    ("registry:${PORT}/api", ("unknown",) * 5),
    ("registry:5000/${NAME}", ("unknown",) * 5),
    ("ghcr.io/acme/api:v1.2.3", ("ghcr.io", "acme/api", "v1.2.3", None, "full")),
    ("localhost:5000/api", ("localhost:5000", "api", None, None, "none")),
    ("nginx@sha256:" + "a" * 64, ("docker.io", "nginx", None, "sha256:" + "a" * 64, "digest")),
    ("nginx:1@sha256:" + "a" * 64, ("docker.io", "nginx", "1", "sha256:" + "a" * 64, "digest")),
]


@pytest.mark.parametrize(("reference", "expected"), IMAGES)
def test_images(tmp_path: Path, reference: str, expected: tuple[object, ...]) -> None:
    image = app(tmp_path, f"image: '{reference}'").image
    assert image is not None
    facts = (image.registry, image.repository, image.tag, image.digest, image.pinned)
    assert tuple(map(said, facts)) == expected


def pulled(one: Stack) -> dict[str, bool | None]:
    """References of a stack's images, and whether the repository builds them."""
    return {image.reference.value or image.name: image.built.value for image in one.images}


def test_images_of_a_stack_are_those_that_it_pulls(tmp_path: Path) -> None:
    files = {
        "compose.yaml": """
            services:
              app: {build: {context: ., args: {V: "22"}}, image: acme/app:dev}
              same: {build: {context: ., args: {V: "22"}}}
              next: {build: {context: ., dockerfile: next.Dockerfile}}
              worker: {image: acme/app:dev}
              db: {image: "postgres:16"}
              empty: {image: ""}
        """,
        "Dockerfile": "ARG V=20\nFROM node:$V AS base\nFROM base\nFROM scratch AS last\nCOPY --from=base /x /x\n",
        "next.Dockerfile": "ARG W\nFROM acme/app:dev\nFROM $W\n",
    }
    (one,) = lint(tmp_path, files).stacks
    assert pulled(one) == {
        "acme/app:dev": True,
        "postgres:16": False,
        "node:22": False,
        "scratch": False,
        "$W": False,
    }
    assert sum(image.reference.value == "node:22" for image in one.images) == 1


def built(one: Service) -> Build:
    assert one.build
    return one.build


BUILDS: list[tuple[str, tuple[object, ...]]] = [
    # context, dockerfile, target exists, stage, local
    ("build: .", (".", "Dockerfile", None, "run", True)),
    ("build: ./api", ("api", "Dockerfile", None, "0", True)),
    ("build: {context: ./api, dockerfile: ../Dockerfile}", ("api", "Dockerfile", None, "run", True)),
    ("build: {context: ., target: dev}", (".", "Dockerfile", True, "dev", True)),
    ("build: {context: ., target: nope}", (".", "Dockerfile", False, None, True)),
    ("build: {context: ., target: '${T}'}", (".", "Dockerfile", "unknown", None, True)),
    ("build: {context: '${C}'}", ("unknown", None, None, None, False)),
    ("build: 'https://github.com/a/b.git#main'", ("https://github.com/a/b.git#main", None, None, None, False)),
    ("build: 'git@github.com:acme/app.git'", ("git@github.com:acme/app.git", None, None, None, False)),
    ("build: {context: ., dockerfile: missing.Dockerfile}", (".", None, None, None, None)),
    ("build: {context: ., dockerfile: '${D}'}", (".", None, None, None, None)),
    ("build: {context: ., dockerfile_inline: 'FROM node AS inline'}", (".", "compose.yaml", None, "inline", True)),
]


@pytest.mark.parametrize(("body", "expected"), BUILDS)
def test_builds(tmp_path: Path, body: str, expected: tuple[object, ...]) -> None:
    files = {"api/Dockerfile": "FROM node\n"}
    one = built(app(tmp_path, body, "FROM node AS dev; FROM node AS run", files))
    path = Path(one.dockerfile.value).name if one.dockerfile.value else None
    assert (said(one.context), path, said(one.target_exists), said(one.stage_name), said(one.is_local)) == expected


def test_findings_about_a_build_name_its_service(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services: {app: {build: {context: ., target: nope}}}\n",
        "Dockerfile": "FROM node AS run\n",
    }
    analysis = lint(tmp_path, files)
    one = service(analysis, "app")
    assert built(one).service is one
    assert {finding.service for finding in analysis.findings if finding.rule == "build-target-exists"} == {"app"}


def test_dependencies(tmp_path: Path) -> None:
    files = {
        "compose.yaml": """
            services:
              app:
                image: node
                depends_on:
                  db: {condition: service_healthy}
                  cache: {condition: service_started, required: false}
                  gone: {condition: "${C}", required: false}
              list: {image: node, depends_on: [db]}
              db: {image: "postgres:16"}
              cache: {image: redis}
        """
    }
    analysis = lint(tmp_path, files)
    db, cache, gone = service(analysis, "app").depends_on
    assert (db.condition.value, db.required.value, db.target) == ("service_healthy", True, service(analysis, "db"))
    assert (cache.condition.value, cache.required.value) == ("service_started", False)
    assert (said(gone.condition), gone.target) == ("unknown", None)
    (short,) = service(analysis, "list").depends_on
    assert (short.name, short.condition.value, short.required.value) == ("db", "service_started", True)


def test_references(tmp_path: Path) -> None:
    files = {
        "compose.yaml": """
            services:
              app:
                image: node
                networks: [default, front, fornt]
                volumes: ["data:/data", "./here:/here", "/anonymous", "dta:/other"]
                secrets: [app_key, {source: app_kye, target: x}]
                configs: [{source: settings}]
                depends_on: {db: {condition: service_started, required: false}, bd: {condition: service_started}}
              db: {image: "postgres:16", volumes: ["${V}:/x"]}
            networks: {front: {}, spare: {external: true}}
            volumes: {data: {}}
            secrets: {app_key: {file: ./key}}
            configs: {settings: {file: ./s}}
        """
    }
    analysis = lint(tmp_path, files, as_kind="prod")
    found = [(item.type.value, item.name, item.defined.value) for item in service(analysis, "app").references]
    assert found == [
        ("network", "front", True),
        ("network", "fornt", False),
        ("volume", "data", True),
        ("volume", "dta", False),
        ("secret", "app_key", True),
        ("secret", "app_kye", False),
        ("config", "settings", True),
        ("service", "db", True),
        ("service", "bd", False),
    ]
    near = {item.name: item.suggestion.value for item in service(analysis, "app").references if item.suggestion.value}
    assert near == {"fornt": "front", "dta": "data", "app_kye": "app_key"}
    resources = {item.name: (item.used.value, item.external.value) for item in analysis.stacks[0].resources}
    assert resources == {
        "front": (True, False),
        "spare": (None, True),
        "data": (True, False),
        "app_key": (True, False),
        "settings": (True, False),
    }


JOBS: list[tuple[str, bool | str]] = [
    ("migrate: {image: node}", True),
    ("db-migrate: {image: node}", True),
    ("dbMigrate: {image: node}", True),
    ("migrate: {image: node, restart: 'no'}", True),
    ("migrate: {image: node, restart: 'on-failure'}", True),
    ("migrate: {image: node, restart: always}", False),
    ("migrate: {image: node, restart: '${R}'}", "unknown"),
    ("immigrate: {image: node}", False),
    ("worker: {image: node}", False),
    ("worker: {image: flyway/flyway}", True),
    ("tls: {image: node, profiles: [setup]}", True),
    ("tls: {image: node, profiles: [debug, db-init]}", True),
    ("tls: {image: node, profiles: [setup], restart: always}", False),
    ("tls: {image: node, profiles: [debug]}", False),
    ("worker: {image: node}, app: {image: x, depends_on: {worker: {condition: service_completed_successfully}}}", True),
    ("worker: {image: node}, app: {image: x, depends_on: {worker: {condition: service_healthy}}}", False),
]


@pytest.mark.parametrize(("services", "expected"), JOBS)
def test_jobs(tmp_path: Path, services: str, expected: object) -> None:
    analysis = lint(tmp_path, {"compose.yaml": f"services: {{{services}}}\n"})
    first = services.partition(":")[0]
    assert said(service(analysis, first).is_job) == expected


@pytest.mark.parametrize(
    ("services", "edge"),
    [
        ("app: {image: traefik, ports: ['80:80']}, api: {image: node, ports: ['443:443']}", {"app"}),
        ("app: {image: traefik}, api: {image: node, ports: ['8080:80']}", {"app"}),
        ("app: {image: acme/app, ports: ['80:3000']}, api: {image: node, ports: ['8080:80']}", {"app"}),
        ("app: {image: node, ports: ['3000:3000']}", set()),
        ("app: {image: nginx, ports: ['8080:80']}", {"app"}),
        ("app: {build: ., ports: ['8080:80']}", set()),
        ("app: {build: ., ports: ['443:80']}", {"app"}),
    ],
)
def test_edge(tmp_path: Path, services: str, edge: set[str]) -> None:
    files = {"compose.yaml": f"services: {{{services}}}\n", "Dockerfile": "FROM nginx\n"}
    analysis = lint(tmp_path, files)
    assert {one.name for one in analysis.stacks[0].services if one.is_edge.value} == edge


def test_edge_that_the_configuration_names(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services: {app: {image: node}, web: {image: acme/web, ports: ['80:80']}}\n",
        ".lintstack.yaml": "edge: [app]\n",
    }
    assert service(lint(tmp_path, files), "app").is_edge.value is True


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("postgres:16", (True, False)),
        ("redis", (True, False)),
        ("dpage/pgadmin4", (False, True)),
        ("node", (False, False)),
        ("acme/unheard-of", (False, False)),
        ("${IMAGE}", ("unknown", "unknown")),
        ("postgres:${TAG}", (True, False)),
    ],
)
def test_what_an_image_is_for(tmp_path: Path, image: str, expected: tuple[object, object]) -> None:
    one = app(tmp_path, f"image: '{image}'")
    assert (said(one.is_database), said(one.is_dev_tool)) == expected


def test_images_that_the_configuration_describes(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services: {app: {image: 'acme/db:1'}}\n",
        ".lintstack.yaml": "images: {acme/db: {kind: database, user: app}}\n",
    }
    one = service(lint(tmp_path, files), "app")
    assert (one.is_database.value, one.user.is_root.value) == (True, False)


BASE = """
    services:
      app:
        build: .
        user: root
        restart: "no"
        ports: ["8080:80"]
        environment: {MODE: slow, LEFT: base}
        volumes: ["./src:/app"]
"""


def overlaid(folder: Path, overlay: str) -> Service:
    files = {"compose.yaml": BASE, "compose.prod.yaml": overlay, "Dockerfile": "FROM node\nUSER node\n"}
    return service(lint(folder, files), "app", "prod")


def test_overlay_value_comes_first_then_what_it_replaced(tmp_path: Path) -> None:
    one = overlaid(tmp_path, "services:\n  app:\n    user: '1000'\n    restart: always\n")
    assert files_of(one.restart) == ["compose.prod.yaml:4", "compose.yaml:5"]
    assert [place.label for place in one.restart.places] == ["", "replaces this"]
    assert files_of(one.user.value) == ["compose.prod.yaml:3", "compose.yaml:4", "Dockerfile:2"]
    assert [place.label for place in one.user.value.places] == ["", "replaces this", "overrides this USER"]
    assert [f"{Path(key.path).name}:{key.line}" for key in one.keys] == ["compose.yaml:2", "compose.prod.yaml:2"]


def test_overlay_appends_to_lists_and_merges_mappings(tmp_path: Path) -> None:
    overlay = """
        services:
          app:
            ports: ["9090:90"]
            environment: [MODE=fast]
            volumes: ["./lib:/app"]
    """
    one = overlaid(tmp_path, overlay)
    assert [port.name for port in one.ports] == ["8080:80/tcp", "9090:90/tcp"]
    assert {item.name: item.value.value for item in one.environment} == {"MODE": "fast", "LEFT": "base"}
    assert files_of(variable(one, "MODE").value) == ["compose.prod.yaml:4", "compose.yaml:7"]
    assert [mount.source.value for mount in one.mounts] == ["lib"]


def test_reset_and_override(tmp_path: Path) -> None:
    overlay = """
        services:
          app:
            user: !reset null
            ports: !override ["9090:90"]
            volumes: !reset []
    """
    one = overlaid(tmp_path, overlay)
    assert (one.user.value.value, one.user.source.value) == ("node", "dockerfile")
    assert [port.name for port in one.ports] == ["9090:90/tcp"]
    assert one.mounts == ()


def test_extends_and_include_make_whole_services(tmp_path: Path) -> None:
    files = {
        "compose.yaml": """
            include: [shared/compose.yaml]
            services:
              app:
                extends: {file: base.yaml, service: template}
                image: node
        """,
        "base.yaml": "services:\n  template:\n    restart: always\n    user: root\n",
        "shared/compose.yaml": "services:\n  db:\n    image: postgres:16\n    volumes: [./data:/data]\n",
    }
    analysis = lint(tmp_path, files)
    assert set(stack(analysis, "default").service_names.value or ()) == {"app", "db"}
    one, db = service(analysis, "app", "default"), service(analysis, "db", "default")
    assert files_of(one.restart) == ["base.yaml:3"]
    assert one.user.is_root.value is True
    assert [f"{Path(key.path).name}:{key.line}" for key in one.keys] == ["compose.yaml:3"]
    assert db.mounts[0].source.value == "shared/data"
    assert {Path(file.name).name for file in stack(analysis, "default").files} == {"compose.yaml", "base.yaml"}


def test_services_that_could_not_be_read_whole_are_silent(tmp_path: Path) -> None:
    files = {
        "compose.yaml": """
            services:
              app: {extends: {file: missing.yaml, service: template}}
              db: {image: "postgres:16"}
        """
    }
    analysis = lint(tmp_path, files, as_kind="prod")
    assert [one.name for one in analysis.stacks[0].services] == ["db"]
    assert {finding.service for finding in analysis.findings} <= {"", "db"}
    assert [finding.rule for finding in analysis.findings if "missing.yaml" in finding.message]


def test_names_are_unknown_while_an_included_file_is_missing(tmp_path: Path) -> None:
    files = {
        "compose.yaml": """
            include: [missing.yaml]
            services: {app: {image: node, networks: [front, back]}}
            networks: {back: {}}
        """
    }
    references = service(lint(tmp_path, files), "app").references
    assert [(item.name, said(item.defined)) for item in references] == [("front", "unknown"), ("back", True)]


def test_version_is_reported_at_its_key(tmp_path: Path) -> None:
    files = {"compose.yaml": "version: '3'\nservices: {app: {image: node}}\n"}
    (file,) = lint(tmp_path, files).stacks[0].files
    assert (file.version.value, at(file.version)) == ("3", ["version", "'3'"])


def test_stage_that_nothing_builds_is_a_service_without_compose(tmp_path: Path) -> None:
    one = alone(tmp_path, 'FROM node:22 AS base; FROM base AS run; USER node; CMD ["node", "x"]; EXPOSE 80')
    assert (one.name, one.synthetic, str(one)) == ("run", True, "stage `run`")
    assert (one.user.is_root.value, one.process.value, one.exposed.value) == (False, ("node", "x"), ("80/tcp",))
    assert {said(fact) for fact in (one.restart, one.is_job, one.logging.bounded, one.read_only)} == {"unknown"}
    assert str(alone(tmp_path, "FROM node:22")) == "the image"


def test_healthcheck_that_a_stage_lacks_shows_its_from(tmp_path: Path) -> None:
    one = app(tmp_path, "build: .", "FROM node:22 AS base; FROM base AS run")
    assert at(one.healthcheck.defined) == ["FROM base AS run", "node:22"]
    assert at(app(tmp_path, "build: .", "FROM node:22").healthcheck.defined) == ["node:22"]


def test_what_an_overlay_extends_is_replaced_after_what_it_says_and_before_the_base(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  app:\n    image: node\n    restart: 'no'\n    user: root\n",
        "compose.prod.yaml": """
            services:
              app:
                extends: {file: shared.yaml, service: hardened}
                restart: always
        """,
        "shared.yaml": "services:\n  hardened:\n    restart: on-failure\n    user: '1000'\n",
        ".lintstack.yaml": "environments: {prod: {files: [compose.yaml, compose.prod.yaml]}}\n",
    }
    one = service(lint(tmp_path, files), "app", "prod")
    assert files_of(one.restart) == ["compose.prod.yaml:4", "shared.yaml:3", "compose.yaml:4"]
    assert files_of(one.user.value) == ["shared.yaml:4", "compose.yaml:5"]


def test_dockerfile_without_a_stage_leaves_everything_unknown(tmp_path: Path) -> None:
    analysis = lint(tmp_path, {"compose.yaml": "services: {app: {build: .}}\n", "Dockerfile": "USER root\n"})
    one = service(analysis, "app")
    assert (said(one.user.is_root), said(one.healthcheck.defined)) == (True, "unknown")
    assert analysis.stacks[0].images == ()
    assert [finding.rule for finding in analysis.findings if not finding.suppressible] == ["dockerfile-syntax"]


def test_port_that_is_no_number_has_no_number(tmp_path: Path) -> None:
    (port,) = app(tmp_path, "image: node, ports: [{target: 80, published: web}]").ports
    assert (port.published.value, port.published_first.absent, port.published_last.absent) == ("web", True, True)


def test_stack_whose_files_cannot_be_read_has_no_services(tmp_path: Path) -> None:
    analysis = lint(tmp_path, {"compose.yaml": "services: {app: {image: node, privileged: true}\n"})
    assert [service.name for one in analysis.stacks for service in one.services] == []
    assert {finding.rule for finding in analysis.findings} == {"yaml-syntax"}


@pytest.mark.parametrize(
    "build",
    [
        "{context: ., target: development}",
        "{context: ., target: build}",
        "{context: ., dockerfile: Dockerfile.dev}",
        "{context: docker/dev}",
    ],
)
def test_what_is_built_for_development_is_not_what_others_pull(tmp_path: Path, build: str) -> None:
    stages = "FROM node:22 AS build\nRUN x\nFROM build AS development\nFROM build\nUSER node\n"
    files = {
        "compose.yaml": "services: {app: {image: 'ghcr.io/acme/app:1.4'}}\n",
        "compose.override.yaml": f"services: {{app: {{build: {build}}}}}\n",
        "compose.prod.yaml": "services: {app: {restart: always}}\n",
        "Dockerfile": stages,
        "Dockerfile.dev": "FROM node:22\n",
        "docker/dev/Dockerfile": "FROM node:22\n",
    }
    stacks = {stack.environment: stack.services[0] for stack in lint(tmp_path, files).stacks if stack.environment}
    assert (said(stacks["dev"].user.is_root), said(stacks["prod"].user.is_root)) == (True, "unknown")


@pytest.mark.parametrize(
    ("image", "root", "checked"),
    [
        ("ghcr.io/acme/app:1.4", False, True),
        ("ghcr.io/acme/app:${TAG:-1.4}", False, True),
        ("ghcr.io/acme/app:${TAG}", "unknown", "unknown"),
        ("nginx:1.27", True, False),  # what the world knows is not what a team builds upon it
    ],
)
def test_an_image_that_another_environment_builds_is_known(
    tmp_path: Path, image: str, root: object, checked: object
) -> None:
    files = {
        "compose.yaml": f"services: {{app: {{image: '{image}'}}}}\n",
        "compose.override.yaml": "services: {app: {build: .}}\n",
        "compose.prod.yaml": "services: {app: {restart: always}}\n",
        "Dockerfile": "FROM node:22\nUSER node\nHEALTHCHECK CMD curl -f http://localhost:3000\n",
    }
    analysis = lint(tmp_path, files)
    stacks = {stack.environment: stack.services[0] for stack in analysis.stacks}
    assert set(stacks) == {"dev", "prod"}
    assert (said(stacks["prod"].user.is_root), said(stacks["prod"].healthcheck.defined)) == (root, checked)
    assert (said(stacks["dev"].user.is_root), said(stacks["dev"].healthcheck.defined)) == (False, True)
    assert len({(item.rule, item.message) for item in analysis.findings}) == len(analysis.findings)
