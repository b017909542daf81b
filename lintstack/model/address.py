"""Hosts that the environment and the commands of services name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact
from lintstack.record import Subject

if TYPE_CHECKING:
    from lintstack.model.service import Service


class Address(Subject):
    """One host that a variable, the command or the health check of a service names.

    Attributes:
        host: the host as written, without brackets.
        port: the port: as written, that of the variable beside it (`DB_PORT` beside `DB_HOST`), or the scheme's own.
        port_written: whether a file spells the port out.
        scheme: scheme of the URL in lower case, without driver and `jdbc:`.
        family: what kind of server is meant, by the scheme, the name of the variable or the port: postgres, redis, …
        database: name of the database, or index in Redis.
        user: who logs in; told for databases and brokers only.
        variable: the variable that holds it; absent in commands.
        source: environment, env-file, env, build-arg, command or healthcheck.
        reaches: the service of this stack that answers to the host.
        networks: networks that both services are on; unknown where one uses the network of something else.
        is_loopback: whether it is the container itself (`localhost`, 127.0.0.1, ::1).
        is_outside: whether the host is none of Docker's: an IP address, a domain, an entry of `extra_hosts`.
        is_browser_side: whether the name of the variable says that browsers, or people, use it from outside.
        is_browser_only: whether that name leaves no doubt: bundlers' prefixes, CORS, public, external, advertised.
        connects: whether the service connects to it: builds, health checks, defaults of images and listeners do not.
        is_server_side: whether it does and browsers do not.
        is_listener: whether the name of the variable says that the service itself listens there.
    """

    service: Service
    host: Fact[str] = ABSENT
    port: Fact[int] = ABSENT
    port_written: Fact[bool] = ABSENT
    scheme: Fact[str] = ABSENT
    family: Fact[str] = ABSENT
    database: Fact[str] = ABSENT
    user: Fact[str] = ABSENT
    variable: Fact[str] = ABSENT
    source: Fact[str] = ABSENT
    reaches: Fact[str] = ABSENT
    networks: Fact[tuple[str, ...]] = ABSENT
    is_loopback: Fact[bool] = ABSENT
    is_outside: Fact[bool] = ABSENT
    is_browser_side: Fact[bool] = ABSENT
    is_browser_only: Fact[bool] = ABSENT
    connects: Fact[bool] = ABSENT
    is_server_side: Fact[bool] = ABSENT
    is_listener: Fact[bool] = ABSENT
    target: Service | None = None
