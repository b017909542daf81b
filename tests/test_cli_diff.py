"""`lintstack diff`: every difference between two environments, its places, and never a credential."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lintstack.report.frames import width
from tests.reliability.lint import command
from tests.stack import write

FILES = {
    "compose.yaml": """
        services:
          api:
            build: {context: ., target: builder}
            restart: unless-stopped
            environment:
              NODE_ENV: development
              SAME: same
              DB_PASSWORD: ${DB_PASSWORD:-canary-fallback}
              TOKEN: canary-literal-1
              URL: postgres://user:canary-url-1@db/x
            ports: ["127.0.0.1:4000:4000", "9229:9229"]
            volumes: ["./src:/app/src:ro", "data:/data"]
            depends_on: [db]
            labels: {tier: back}
          db:
            image: postgres:16.1
            command: [postgres, -c, fsync=off]
        volumes: {data: }
    """,
    "compose.dev.yaml": "services: {mail: {image: 'mailhog:1.0'}, api: {environment: {SAME: same}}}\n",
    "compose.prod.yaml": """
        services:
          api:
            build: {target: runner}
            restart: always
            read_only: true
            environment:
              NODE_ENV: production
              DB_PASSWORD: ${DB_PASSWORD:?say it}
              TOKEN: canary-literal-2
              URL: postgres://user:canary-url-2@db/x
              EMPTY: ""
            ports: !override ["4000:4000"]
            volumes: !override ["data:/data"]
            depends_on: {db: {condition: service_healthy}}
            deploy: {replicas: 2, resources: {limits: {memory: 512M, cpus: "0.5"}}}
            logging: {driver: json-file, options: {max-size: 10m}}
            labels: {tier: edge}
          db:
            image: postgres:16.2
            command: [postgres, -c, "a=${UNSET}"]
            healthcheck: {test: [CMD, redis-cli, -a, canary-option, ping], interval: 90s}
        networks: {back: }
    """,
    "Dockerfile": """
        FROM node:22.1.0 AS builder
        CMD ["npm", "run", "dev"]
        FROM node:22.1.0 AS runner
        USER 1001
        HEALTHCHECK CMD curl -f http://localhost:4000
        ENV PORT=4000
        CMD ["node", "main.js"]
    """,
}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return write(tmp_path, FILES)


def compared(folder: Path, *words: str) -> dict[str, tuple[str | None, str | None]]:
    """Values of each difference, by service and key."""
    code, out, errors = command(folder, "diff", "dev", "prod", "--isolated", "--format", "json", *words)
    assert (code, errors) == (0, "")
    (project,) = json.loads(out)["projects"]
    return {f"{row['service']}:{row['key']}": (value(row["left"]), value(row["right"])) for row in project["rows"]}


def value(cell: dict[str, Any] | None) -> str | None:
    return None if cell is None else str(cell["value"])


def place(cell: dict[str, Any] | None) -> str:
    return f"{cell['path']}:{cell['line']}" if cell and "path" in cell else ""


def test_every_difference_is_a_row_and_nothing_else_is(here: Path) -> None:
    assert compared(here) == {
        ":networks.back": (None, "yes"),
        "api:build.target": ("builder", "runner"),
        "api:command": ("npm run dev", "node main.js"),
        "api:user": ("root (default)", "1001"),
        "api:ports.4000/tcp": ("127.0.0.1:4000", "4000"),
        "api:ports.9229/tcp": ("9229", None),
        "api:volumes./app/src": ("./src (read-only)", None),
        "api:environment.NODE_ENV": ("development", "production"),
        "api:environment.DB_PASSWORD": ("${DB_PASSWORD:-***}", "${DB_PASSWORD}"),
        "api:environment.TOKEN": ("set", "differs"),
        "api:environment.URL": ("set", "differs"),
        "api:environment.EMPTY": (None, '""'),
        "api:environment.PORT": (None, "4000"),
        "api:healthcheck.test": (None, "CMD-SHELL curl -f http://localhost:4000"),
        "api:healthcheck.interval": (None, "30s (default)"),
        "api:healthcheck.timeout": (None, "30s (default)"),
        "api:healthcheck.retries": (None, "3 (default)"),
        "api:restart": ("unless-stopped", "always"),
        "api:logging.driver": (None, "json-file"),
        "api:logging.options.max-size": (None, "10m"),
        "api:deploy.replicas": (None, "2"),
        "api:deploy.resources.limits.cpus": (None, "0.5"),
        "api:deploy.resources.limits.memory": (None, "512M"),
        "api:depends_on.db": ("service_started", "service_healthy"),
        "api:labels.tier": ("back", "edge"),
        "api:read_only": (None, "true"),
        "db:image": ("postgres:16.1", "postgres:16.2"),
        "db:command": ("postgres -c fsync=off", "postgres -c a=${UNSET}"),
        "db:healthcheck.test": (None, "CMD redis-cli -a *** ping"),
        "db:healthcheck.interval": (None, "1m30s"),
        "db:healthcheck.timeout": (None, "30s (default)"),
        "db:healthcheck.retries": (None, "3 (default)"),
        "mail:service": ("runs", None),
    }


def test_places_are_those_that_decided(here: Path) -> None:
    out = command(here, "diff", "dev", "prod", "--isolated", "--format", "json")[1]
    (project,) = json.loads(out)["projects"]
    places = {f"{row['service']}:{row['key']}": (place(row["left"]), place(row["right"])) for row in project["rows"]}
    assert places["api:restart"] == ("compose.yaml:4", "compose.prod.yaml:4")
    assert places["api:command"] == ("Dockerfile:2", "Dockerfile:7")
    assert places["api:ports.9229/tcp"] == ("compose.yaml:11", "")
    assert places["db:image"] == ("compose.yaml:16", "compose.prod.yaml:19")
    assert project["left"] == {"environment": "dev", "kind": "dev", "files": ["compose.yaml", "compose.dev.yaml"]}


@pytest.mark.parametrize("format", ["text", "markdown", "json"])
def test_no_format_prints_a_credential_and_each_is_the_same_again(format: str, here: Path) -> None:
    words = ("diff", "dev", "prod", "--isolated", "--format", format)
    code, out, errors = command(here, *words)
    assert (code, errors) == (0, "")
    assert "canary" not in out
    assert command(here, *words) == (code, out, errors)
    assert all(word in out for word in ("build.target", "runner", "compose.prod.yaml", "Dockerfile", "***"))


def test_environments_without_a_difference(here: Path) -> None:
    assert command(here, "diff", "dev", "dev", "--isolated")[:2] == (
        0,
        "dev = compose.yaml + compose.dev.yaml\ndev = compose.yaml + compose.dev.yaml\ndev and dev do not differ\n",
    )
    assert command(here, "diff", "dev", "dev", "--isolated", "--exit-code")[0] == 0
    assert command(here, "diff", "dev", "prod", "--isolated", "--exit-code")[0] == 1
    assert "do not differ." in command(here, "diff", "dev", "dev", "--isolated", "--format", "markdown")[1]


def test_the_table_fits_and_is_aligned(here: Path) -> None:
    out = command(here, "diff", "dev", "prod", "--isolated")[1]
    lines = out.splitlines()
    assert max(map(width, lines)) <= 100
    head = next(line for line in lines if line.startswith("api "))
    left, right = head.index("dev"), head.index("prod")
    (target,) = (line for line in lines if line.lstrip().startswith("build.target"))
    assert (target.index("builder"), target.index("runner")) == (left, right)
    under = lines[lines.index(target) + 1]
    assert (under.index("compose.yaml:3"), under.index("compose.prod.yaml:3")) == (left, right)
    assert lines[-1] == "33 differences in 3 services"
    assert "\x1b" not in out
    assert "\x1b[2m" in command(here, "diff", "dev", "prod", "--isolated", "--color", "always")[1]


def test_markdown_is_one_table_for_each_service(here: Path) -> None:
    out = command(here, "diff", "dev", "prod", "--isolated", "--format", "markdown")[1]
    rows = [line for line in out.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {4}
    assert [line for line in rows if line.startswith("| `") and line.endswith("| dev | prod |")] == [
        "| `api` | dev | prod |",
        "| `db` | dev | prod |",
        "| `mail` | dev | prod |",
    ]
    assert (
        "| `restart` | `unless-stopped`<br><sub>compose.yaml:4</sub> | `always`<br><sub>compose.prod.yaml:4</sub> |"
        in rows
    )


HOSTILE = "a|b `c` ``d`` </sub> [x](http://e) ::error:: \x1b[31m\n::warning::"


def test_values_of_files_cannot_leave_their_cell(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services: {a: {image: 'a:1.0', labels: {x: plain}}}\n",
        "compose.dev.yaml": f"services: {{a: {{labels: {{x: {json.dumps(HOSTILE)}}}}}}}\n",
        "compose.prod.yaml": "services: {a: {labels: {x: other}}}\n",
    }
    folder = write(tmp_path, files)
    for format in ("text", "markdown"):
        out = command(folder, "diff", "dev", "prod", "--isolated", "--format", format)[1]
        assert "\x1b" not in out
        assert not any(line.lstrip().startswith("::") for line in out.splitlines())
        rows = [line.replace("\\|", "") for line in out.splitlines() if line.startswith("|")]
        assert {line.count("|") for line in rows} <= {4}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dev", "prdo"), "no environment is called `prdo`; did you mean `prod`?"),
        (("staging", "prod"), "no environment is called `staging`; . has dev, prod"),
        (("dev", "prod", "-"), "`-` does not exist"),
        (("dev", "prod", "missing"), "`missing` does not exist"),
        (("dev", "prod", "empty"), "no environment is called `dev`; there is no Compose file"),
    ],
)
def test_bad_use_ends_with_two_and_a_sentence(words: tuple[str, ...], said: str, here: Path) -> None:
    (here / "empty").mkdir()
    code, out, errors = command(here, "diff", "--isolated", *words)
    assert (code, out) == (2, "")
    assert said in errors and errors.count("\n") == 1


def test_an_environment_that_cannot_be_read_is_not_compared(here: Path) -> None:
    write(here, {"compose.prod.yaml": "services: {\n", "compose.yaml": "- x\n", "compose.dev.yaml": "- y\n"})
    code, out, errors = command(here, "diff", "dev", "prod", "--isolated")
    assert (code, out) == (2, "")
    assert "`lintstack check` says why" in errors or "no environment is called" in errors


def test_environments_can_be_meant_by_their_kind(tmp_path: Path) -> None:
    base = {"compose.yaml": "services: {a: {image: 'a:1.0'}}\n"}
    folder = write(tmp_path, {**base, "compose.production.yaml": "services: {a: {restart: always}}\n"})
    write(folder, {"compose.local.yaml": "services: {a: {restart: 'no'}}\n"})
    out = command(folder, "diff", "dev", "prod", "--isolated")[1]
    assert out.startswith("local (dev)       = compose.yaml + compose.local.yaml\nproduction (prod) = ")
    write(folder, {"compose.test.yaml": "services: {a: {restart: 'no'}}\n"})
    assert command(folder, "diff", "dev", "prod", "--isolated")[0] == 2


def test_every_project_that_has_both_is_compared(here: Path) -> None:
    write(here, {"more/compose.yaml": "services: {a: {image: 'a:1.0'}}\n"})
    write(here, {"two/compose.yaml": "services: {a: {image: 'a:1.0'}}\n"})
    for name in ("dev", "prod"):
        write(here, {f"two/compose.{name}.yaml": f"services: {{a: {{environment: {{E: {name}}}}}}}\n"})
    out = command(here, "diff", "dev", "prod", "--isolated", "--format", "json")[1]
    assert [item["project"] for item in json.loads(out)["projects"]] == [".", "two"]
    assert "1 difference in 1 service in two\n" in command(here, "diff", "dev", "prod", "--isolated")[1]


def test_services_that_no_profile_enables_are_only_in_one(here: Path) -> None:
    write(here, {"compose.dev.yaml": "services: {mail: {image: 'mailhog:1.0', profiles: [tools]}, db: {}}\n"})
    assert compared(here)["mail:service"] == ("runs", None)
    assert "mail:service" not in compared(here, "--profile", "other")
