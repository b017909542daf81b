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
    "label": "whoever may inspect the container reads its labels; take it from outside with a variable",
    "layer": "the image's history keeps it although something overrides it; set it when the container starts",
}

# Scopes of variables that the container does not get.
AT_BUILD = frozenset({"build-arg", "arg", "layer", "label"})

# Ends of the names of variables that a shell takes apart, which removes quotes.
SHELL_WORDS = ("ARGS", "ARGUMENTS", "CMD", "COMMAND", "FLAGS", "OPTIONS", "OPTS", "PARAMS")

_ON = "1 true yes on"
_STAGES = "dev develop development local test testing"
_VERBOSE = "all debug silly trace verbose"
_SCHEMA = "create create-drop update"  # tables that change by themselves
# Variables by which frameworks are told how they run → values that are for developers.
DEVELOPMENT = {
    "APP_DEBUG": _ON,
    "APP_ENV": _STAGES,
    "APP_ENVIRONMENT": _STAGES,
    "ASPNETCORE_ENVIRONMENT": _STAGES,
    "BUN_ENV": _STAGES,
    "CHOKIDAR_USEPOLLING": _ON,
    "CI_ENVIRONMENT": _STAGES,
    "CRAFT_DEV_MODE": _ON,
    "CRAFT_ENVIRONMENT": _STAGES,
    "DATABASE_SYNCHRONIZE": _ON,
    "DB_LOGGING": _ON + " all",
    "DB_SYNC": _ON,
    "DB_SYNCHRONIZE": _ON,
    "DEBUG": _ON + " *",
    "DJANGO_DEBUG": _ON,
    "DJANGO_SETTINGS_MODULE": _STAGES,
    "DOTNET_ENVIRONMENT": _STAGES,
    "ENVIRONMENT": _STAGES,
    "FASTAPI_DEBUG": _ON,
    "FLASK_DEBUG": _ON,
    "FLASK_ENV": _STAGES,
    "GIN_MODE": "debug test",
    "GO_ENV": _STAGES,
    "HIBERNATE_DDL_AUTO": _SCHEMA,
    "LOGGING_LEVEL_ROOT": "debug trace",
    "LOGLEVEL": _VERBOSE,
    "LOG_LEVEL": _VERBOSE,
    "MAGE_MODE": "developer",
    "MICRONAUT_ENVIRONMENTS": _STAGES,
    "MIX_ENV": _STAGES,
    "NODE_ENV": _STAGES,
    "ORM_SYNCHRONIZE": _ON,
    "PYTHONASYNCIODEBUG": _ON,
    "PYTHONDEVMODE": _ON,
    "QUARKUS_LOG_LEVEL": "debug trace all",
    "QUARKUS_PROFILE": _STAGES,
    "RACK_ENV": _STAGES,
    "RAILS_ENV": _STAGES,
    "RAILS_LOG_LEVEL": "debug",
    "RUST_LOG": "debug trace",
    "SPRING_JPA_HIBERNATE_DDL_AUTO": _SCHEMA,
    "SPRING_JPA_SHOW_SQL": _ON,
    "SPRING_PROFILES_ACTIVE": _STAGES,
    "SQLALCHEMY_ECHO": _ON,
    "SYMFONY_ENV": _STAGES,
    "TYPEORM_DROP_SCHEMA": _ON,
    "TYPEORM_LOGGING": _ON + " all",
    "TYPEORM_SYNCHRONIZE": _ON,
    "WATCHPACK_POLLING": _ON,
    "WORDPRESS_DEBUG": _ON,
    "WP_DEBUG": _ON,
    "XDEBUG_MODE": "debug develop",
}


def hardcoded_secret(variable: Variable) -> Iterator[Problem]:
    """Credentials that a file spells out; the message never does."""
    way_out = WAY_OUT.get(variable.scope.value or "")
    if way_out and variable.is_secret.value and variable.is_literal.value:
        what = "a stand-in for a credential" if variable.is_placeholder.value else "a credential in clear text"
        message = f"`{variable.name}` of {variable.service} holds {what}; "
        place = Place(variable.value.span or variable.span)
        yield Problem(message + way_out.format(name=variable.name), place, variable.value.places[1:], "value")


def dev_values_in_prod(variable: Variable) -> Iterator[Problem]:
    """Effective values that tell a framework to run as on a developer's machine."""
    known = DEVELOPMENT.get(variable.name, "").split()
    if not known or not variable.value.value or variable.scope.value in AT_BUILD:
        return
    said = [word.strip() for word in variable.value.value.split(",")]
    if variable.name == "DJANGO_SETTINGS_MODULE":
        said = [variable.value.value.rpartition(".")[2]]
    wrong = next((word for word in said if word.lower() in known), "")
    if wrong:
        message = f"`{variable.name}` of {variable.service} is `{wrong}` in production; set it to what production needs"
        yield Problem(message, Place(variable.value.span or variable.span), variable.value.places[1:], "value")


def quotes_in_value(variable: Variable) -> Iterator[Problem]:
    """Quotes that were meant for YAML or a shell and that the container gets; the message never shows the value."""
    where = variable.quoted.value
    text = (variable.value.value or "").lstrip()
    if where is None or text.startswith(("{", "[")) or variable.name.upper().endswith(SHELL_WORDS):
        return
    if where == "default":
        message = f"the quotes around this default become a part of `{variable.name}`; remove them"
    else:
        message = f"the quotes become a part of the value of `{variable.name}`; remove them, or quote the whole item"
    yield Problem(message, variable.quoted.places[0], fact="quoted")


def variable_name_colon(variable: Variable) -> Iterator[Problem]:
    """Items of a list with a colon where `=` was meant; what is behind it may be a credential."""
    name, colon, rest = variable.name.partition(":")
    if not colon or not name.isidentifier() or variable.scope.value not in ("environment", "build-arg"):
        return
    slip = variable.passed_through.places or rest[:1].isspace() or rest.startswith("//") or "://" in rest
    if slip:
        message = f"`{name}:…` as a whole is the name here, which does not set `{name}`; write `{name}=…`"
        places = variable.passed_through.places
        yield Problem(message, places[0] if places else Place(variable.span), fact="name")
