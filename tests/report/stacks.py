"""Runs made by hand for the report tests: two compose files, a Dockerfile and their findings."""

from __future__ import annotations

from lintstack.facts import Place
from lintstack.findings import Edit, Finding, Fix, diagnostic
from lintstack.report import RuleHead, Run, StackLine, Summary
from lintstack.source import Source, Span

COMPOSE = Source(
    "compose.yaml",
    """\
version: "3.8"
services:
  web:
    image: nginx:latest
    ports: ["80:80"]
    environment:
      TOKEN: hunter2-hunter2


  db:
    image: postgres:16

  api:
    build: ./api
    restart: always
""",
)
PROD = Source("compose.prod.yaml", "services:\n  api:\n    restart: unless-stopped\n")
DOCKERFILE = Source(
    "api/Dockerfile",
    'FROM golang:1.23 AS build\nRUN go build\n\n\n\n\nFROM python:3.12-slim\nCOPY . /app\nCMD ["python", "/app"]\n',
)


def at(source: Source, text: str, label: str = "", nth: int = 0) -> Place:
    """The nth place where a text stands."""
    start = -1
    for _ in range(nth + 1):
        start = source.text.index(text, start + 1)
    return Place(Span(source, start, start + len(text)), label)


NON_ROOT = Finding(
    "non-root-user",
    "error",
    "service `api` runs as root; add `USER 10001` before the last CMD",
    at(COMPOSE, "api", "no `user:` here"),
    (
        at(COMPOSE, "build: ./api", "builds the last stage of api/Dockerfile"),
        at(DOCKERFILE, "FROM python:3.12-slim", "last stage starts here and never sets USER"),
        at(PROD, "api", "merged from here; sets no `user:` either"),
    ),
    ("prod",),
    "api",
    {
        "hadolint": ("DL3002",),
        "trivy": ("DS-0002",),
        "kics": ("fd54f200-402c-4333-a5a4-36ef6709af2f",),
        "cwe": ("250",),
    },
    "A service does not run as root",
    "0123456789abcdef0123456789abcdef",
)
OBSOLETE = Finding(
    "obsolete-version",
    "warning",
    "`version` is obsolete and ignored; remove it",
    at(COMPOSE, "version", "ignored"),
    environments=("dev", "prod"),
    title="A compose file has no `version`",
    fingerprint="1123456789abcdef0123456789abcdef",
    fix=Fix("remove `version:`", (Edit(Span(COMPOSE, 0, 15), ""),), safe=True),
)
LATEST = Finding(
    "latest-image",
    "info",
    "image `nginx:latest` floats; pin a version",
    at(COMPOSE, "latest"),
    environments=("dev", "prod"),
    service="web",
    fingerprint="2123456789abcdef0123456789abcdef",
)
SYNTAX = diagnostic("dockerfile-syntax", "unknown instruction `RUNN`", at(DOCKERFILE, "RUN").span)
SECRET = at(COMPOSE, "hunter2-hunter2").span

HEADS = (
    RuleHead(
        "non-root-user",
        "A service does not run as root",
        "error",
        "Root in the container is root on the host's kernel.\n\nSet `user:` or `USER`.",
        {"hadolint": ("DL3002",), "cwe": ("250",)},
        ("users",),
        "service",
        "minimal",
        True,
        (250,),
    ),
    RuleHead(
        "obsolete-version", "A compose file has no `version`", "warning", "It is ignored.", subject="compose-file"
    ),
    RuleHead("latest-image", "An image has a version", "info", "It floats.", subject="image"),
)
STACKS = (
    StackLine(
        ".", "dev", "dev", ("compose.yaml", "compose.override.yaml"), "compose.override.yaml is merged by default"
    ),
    StackLine(".", "prod", "prod", ("compose.yaml", "compose.prod.yaml"), "named prod"),
)


def run(*findings: Finding, secrets: tuple[Span, ...] = (SECRET,), **summary: object) -> Run:
    """A run with these findings and a summary that counts them."""
    severities = [finding.severity for finding in findings]
    fields: dict[str, object] = {
        "version": "0.1.0",
        "stacks": STACKS,
        "files": 5,
        "compose_files": 4,
        "dockerfiles": 1,
        "services": 3,
        "rules": 84,
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
        "infos": severities.count("info"),
        "services_known_user": 3,
        "services_known_healthcheck": 3,
    }
    ordered = tuple(sorted(findings, key=lambda finding: finding.sort_key))
    return Run(ordered, Summary(**{**fields, **summary}), HEADS, secrets, "/repo", "/repo")  # type: ignore[arg-type]
