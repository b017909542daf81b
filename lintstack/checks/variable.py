"""Checks of environment variables and build arguments."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Variable

# Where a credential in clear text goes instead, by the scope it was found in.
WAY_OUT = {
    "environment": "take it from outside with `${{{name}:?}}`, or mount it with `secrets:`",
    "build-arg": "the image's history keeps it; hand it over with `build.secrets` and `RUN --mount=type=secret`",
    "env": "every copy of the image carries it; set it when the container starts",
    "arg": "the image's history keeps it; mount it with `RUN --mount=type=secret`",
    "layer": "the image's history keeps it although something overrides it; set it when the container starts",
}

# Scopes of variables that the container does not get.
AT_BUILD = frozenset({"build-arg", "arg", "layer"})

_ON = "1 true yes on"
_STAGES = "dev development local test testing"
# Variables by which frameworks are told how they run → values that are for developers.
DEVELOPMENT = {
    "APP_DEBUG": _ON,
    "APP_ENV": _STAGES,
    "ASPNETCORE_ENVIRONMENT": _STAGES,
    "CHOKIDAR_USEPOLLING": _ON,
    "DB_LOGGING": _ON,
    "DB_SYNCHRONIZE": _ON,
    "DEBUG": _ON,
    "DJANGO_DEBUG": _ON,
    "DOTNET_ENVIRONMENT": _STAGES,
    "ENVIRONMENT": _STAGES,
    "FLASK_DEBUG": _ON,
    "FLASK_ENV": _STAGES,
    "GIN_MODE": "debug test",
    "LOGLEVEL": "debug trace verbose silly",
    "LOG_LEVEL": "debug trace verbose silly",
    "MICRONAUT_ENVIRONMENTS": _STAGES,
    "MIX_ENV": _STAGES,
    "NODE_ENV": _STAGES,
    "PYTHONDEVMODE": _ON,
    "QUARKUS_PROFILE": _STAGES,
    "RACK_ENV": _STAGES,
    "RAILS_ENV": _STAGES,
    "RUST_LOG": "debug trace",
    "SPRING_PROFILES_ACTIVE": _STAGES,
    "TYPEORM_LOGGING": _ON + " all",
    "TYPEORM_SYNCHRONIZE": _ON,
    "WATCHPACK_POLLING": _ON,
}


def hardcoded_secret(variable: Variable) -> Iterator[Problem]:
    """Credentials that a file spells out; the message never does."""
    way_out = WAY_OUT.get(variable.scope.value or "")
    if way_out and variable.is_secret.value and variable.is_literal.value:
        message = f"`{variable.name}` of {variable.service} holds a credential in clear text; "
        place = Place(variable.value.span or variable.span)
        yield Problem(message + way_out.format(name=variable.name), place, variable.value.places[1:], "value")


def dev_values_in_prod(variable: Variable) -> Iterator[Problem]:
    """Effective values that tell a framework to run as on a developer's machine."""
    known = DEVELOPMENT.get(variable.name, "").split()
    if not known or not variable.value.value or variable.scope.value in AT_BUILD:
        return
    said = [word.strip() for word in variable.value.value.split(",")]
    wrong = next((word for word in said if word.lower() in known), "")
    if wrong:
        message = f"`{variable.name}` of {variable.service} is `{wrong}` in production; set it to what production needs"
        yield Problem(message, Place(variable.value.span or variable.span), variable.value.places[1:], "value")
