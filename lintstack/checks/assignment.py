"""Checks of ENV and ARG, one name and value at a time."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from lintstack.checks.variable import DEVELOPMENT
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.join.secret_names import is_harmless
from lintstack.model import Assignment
from lintstack.source import span_key

# What a credential in an instruction is kept in, and where it goes instead.
KEPT = {
    "ARG": "the image's history keeps it; mount it with `RUN --mount=type=secret`",
    "ENV": "every copy of the image carries what it is set to; give it to the container when it starts",
}
# Where one of a stage stays that only hands files on.
UNSHIPPED = "the cache of the build keeps it, also where that is pushed; mount it with `RUN --mount=type=secret`"
# Variables that name a file with credentials.
CREDENTIAL_FILES = frozenset(
    "AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE GOOGLE_APPLICATION_CREDENTIALS HF_TOKEN_PATH".split()
)
# Beginnings of names that a bundler replaces by their values in what browsers download.
BUNDLED = ("VITE_", "REACT_APP_")
ON = frozenset("1 true yes on".split())
DEVELOPMENT_WORDS = frozenset("dev devel develop development".split())
# Variables with options of a runtime → options that open a debugger.
DEBUGGERS = {
    "JAVA_OPTS": ("-Xdebug", "-Xrunjdwp", "-agentlib:jdwp"),
    "JAVA_TOOL_OPTIONS": ("-Xdebug", "-Xrunjdwp", "-agentlib:jdwp"),
    "JDK_JAVA_OPTIONS": ("-Xdebug", "-Xrunjdwp", "-agentlib:jdwp"),
    "NODE_OPTIONS": ("--inspect",),
}


def secret_in_variable(assignment: Assignment) -> Iterator[Problem]:
    """Credentials that an image is told by ARG or ENV, by their names; written-out ones are hardcoded-secret's."""
    if assignment.name in CREDENTIAL_FILES and _is_copied(assignment):
        message = (
            f"`{assignment.name}` names a file that a COPY puts into the image; mount it when the container starts"
        )
        yield Problem(message, Place(assignment.span), detail=assignment.name)
    if not assignment.names_secret.value or _is_harmless(assignment) or _is_told(assignment):
        return
    keyword = assignment.keyword.value or ""
    stage = assignment.stage
    way_out = UNSHIPPED if stage is not None and stage.is_shipped.value is False else KEPT[keyword]
    if assignment.name.startswith(BUNDLED):
        way_out = "the bundler writes it into what every visitor downloads; keep it on the server"
    message = f"{keyword} `{assignment.name}` is named like a credential, and {way_out}"
    yield Problem(message, Place(assignment.span), detail=assignment.name)


def _is_copied(assignment: Assignment) -> bool:
    """Whether the file lies where a COPY of the stage puts something; all of the context may be anything."""
    value, stage = assignment.value.value, assignment.stage
    if not value or "$" in value or stage is None:
        return False
    file = normpath(value).lstrip("/")
    for item in stage.instructions:
        words = [normpath(word.value).lstrip("/") for word in item.node.args] if item.name in ("COPY", "ADD") else []
        if (
            len(words) > 1
            and set(words[:-1]) - {".", "", "*"}
            and (file == words[-1] or file.startswith(words[-1] + "/"))
        ):
            return True
    return False


def _is_harmless(assignment: Assignment) -> bool:
    """Whether the value tells that it is a switch or a path."""
    value = assignment.value.value or ""
    if value in ("0", "1"):
        return assignment.name.lower().endswith("auth")
    return value != "" and is_harmless(value)


def _is_told(assignment: Assignment) -> bool:
    """Whether it is a value that `hardcoded-secret` reports."""
    return span_key(assignment.span) in assignment.instruction.dockerfile.stack.written_secrets


def debug_enabled(assignment: Assignment) -> Iterator[Problem]:
    """Switches of debuggers and debug modes that are on in what ships."""
    value, stage = assignment.value.value, assignment.stage
    if not value or stage is None or not stage.is_shipped.value or stage.is_for_developers.value:
        return
    wrong = _debugs(assignment.name, value)
    prod = assignment.instruction.dockerfile.stack.kind == "prod"
    if wrong and not (prod and assignment.name in DEVELOPMENT):
        message = f"`{assignment.name}` switches debugging on with `{wrong}`; leave that to the development environment"
        yield Problem(message, Place(assignment.span), detail=assignment.name)


def _debugs(name: str, value: str) -> str:
    """The part of a value that switches debugging on, "" for none."""
    upper, lower = name.upper(), value.lower()
    words = upper.split("_")
    if upper.endswith("XDEBUG_MODE"):
        return "" if lower == "off" or "$" in lower else value
    if words[-1] == "DEBUG":
        return value if lower in ON else ""
    if words[-1] in ("ENV", "ENVIRONMENT"):
        return value if lower in DEVELOPMENT_WORDS else ""
    return next((word for word in value.split() if word.startswith(DEBUGGERS.get(upper, ()))), "")
