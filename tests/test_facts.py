"""`lintstack facts`: documented, typed, with origins, and without secrets."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from lintstack import factsheet
from lintstack.cli.shell import cli
from tests.stack import lint, write

FILES = {
    "compose.yaml": """
        services:
          api:
            build: {context: ., target: run}
            environment:
              DB_PASSWORD: hunter2-canary
              DATABASE_URL: postgres://app:canary-in-url@db:5432/app
              ConnectionStrings__Shop: Server=db;User Id=sa;Password=canary-9 moss;Encrypt=true
              ANON: eyJhbGciOiJI9x.eyAgCiAcanary9.9QTz4Wb7Xk2Lm5
              SERVER_KEY: 9Qcanary4Tz4Wb7Xk2Lm5
              MODE: fast
            ports: ["127.0.0.1:8080:80"]
            depends_on: [db]
            volumes: ["./data:/data:ro"]
          db:
            image: postgres:16.4
            healthcheck: {test: [CMD, pg_isready], interval: 10s}
        volumes: {unused: {}}
    """,
    "Dockerfile": """
        FROM python:3.12-slim AS run
        ENV API_TOKEN=canary-in-env
        USER 10001
        CMD ["python", "app.py"]
        RUN pip install flask==3.1.0 && pip install gunicorn==23.0.0
    """,
}


def facts(folder: Path, *arguments: str) -> str:
    result = CliRunner().invoke(cli, ["facts", str(folder), *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_output_fits_its_schema(tmp_path: Path) -> None:
    data = json.loads(facts(write(tmp_path, FILES)))
    jsonschema.validate(data, factsheet.schema())
    jsonschema.validate(data, json.loads(CliRunner().invoke(cli, ["facts", "--schema"]).output))
    api = next(service for stack in data for service in stack["services"] if service["name"] == "api")
    assert api["user"]["value"]["value"] == "10001"
    assert api["user"]["source"]["value"] == "dockerfile"
    assert api["user"]["value"]["at"][0].endswith("Dockerfile:3:6")
    assert api["ports"][0]["loopback"]["value"] is True
    assert api["healthcheck"]["defined"]["value"] is False
    assert api["healthcheck"]["defined"]["default"] is True


@pytest.mark.parametrize("format", ["json", "yaml"])
def test_secrets_are_masked(tmp_path: Path, format: str) -> None:
    text = facts(write(tmp_path, FILES), "--format", format)
    assert "canary" not in text
    assert "fast" in text


def test_every_fact_of_every_subject_is_documented_and_typed() -> None:
    for name, subject in factsheet.subjects().items():
        docs, hints = factsheet.documented(subject), factsheet.hints_of(subject)
        assert set(docs) <= set(hints), name
        assert all(docs.values()), name
        undocumented = {key for key, hint in hints.items() if "Fact[" in str(hint)} - set(docs)
        assert not undocumented, name


def test_one_environment_can_be_asked_for(tmp_path: Path) -> None:
    files = FILES | {"compose.prod.yaml": "services: {api: {user: root}}\n"}
    data = json.loads(facts(write(tmp_path, files), "--env", "prod"))
    assert [stack["environment"] for stack in data] == ["prod"]
    assert data[0]["services"][0]["user"]["is_root"]["value"] is True


def test_unknown_facts_say_why(tmp_path: Path) -> None:
    files = {"compose.yaml": "services: {a: {image: 'node:${TAG}', user: '${WHO}'}, b: {image: acme/unheard-of}}\n"}
    analysis = lint(tmp_path, files)
    a, b = analysis.stacks[0].services
    assert a.user.is_root.unknown == "variable `WHO` is unset"
    assert b.user.is_root.unknown == "image `acme/unheard-of` is not known"
