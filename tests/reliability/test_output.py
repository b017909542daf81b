"""Table E: what comes out. Hostile text leaves as harmless text, secrets do not leave at all."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.reliability.lint import BESIDE, NEIGHBOURS, House, command, harmless, meets

# What a terminal, GitHub, Azure Pipelines or TeamCity would act upon; %s is where it is planted.
HOSTILE = {
    "line-command": "a\n::error file=x::y",
    "return-command": "a\r::stop-commands::x",
    "leading-command": "::set-output name=a::b",
    "inline-command": "##[add-mask]e",
    "azure-command": "##vso[task.setvariable variable=a]b",
    "teamcity-command": "##teamcity[buildStatus status='SUCCESS']",
    "clear-screen": "\x1b[2J\x1b[H",
    "hyperlink": "\x1b]8;;https://evil.example\x1b\\x\x1b]8;;\x1b\\",
    "title": "\x1b]0;owned\x07",
    "c1": "\x9b31m\x85",
    "bidi": "\u202e\u2066x",
    "separators": "a\u2028::error::b\u2029c",
    "backspaces": "a\x08\x08\x08b\x7f",
    "markdown": "[x](javascript:alert) <img src=x> `|`",
    "percent": "%0A::error::x %25",
}
_BASE = "services:\n  planted:\n    image: nginx:latest\n    user: root\n"
_PLACES = {
    "image": "services:\n  planted:\n    image: %s\n    user: root\n",
    "image-without-user": "services:\n  planted:\n    image: %s\n    privileged: true\n",
    "service": "services:\n  %s:\n    image: nginx:latest\n    user: root\n",
    "unknown-key": _BASE + "    %s: x\n",
    "top-key": "services:\n  planted: {image: 'nginx:latest', user: root}\n%s: x\n",
    "label": _BASE + "    labels: {%s: [], x: y}\n",
    "port": _BASE + "    ports: [%s]\n",
    "volume": _BASE + "    volumes: [%s, {type: %s}]\n",
    "dependency": _BASE + "    depends_on: [%s]\n",
    "extends": "services:\n  planted:\n    extends: {file: %s, service: %s}\n    user: root\n",
    "include": "include: [%s]\nservices:\n  planted:\n    image: nginx:latest\n    user: root\n",
    "env-file": _BASE + "    env_file: [%s]\n",
    "build": "services:\n  planted:\n    build: {context: %s, dockerfile: %s, target: %s}\n    user: root\n",
    "variable": _BASE + "    environment: {%s: x, PASSWORD: %s}\n",
    "network": _BASE + "    networks: [%s]\n",
    "duplicate": _BASE + "    labels:\n      %s: a\n      %s: b\n",
    "interpolation": _BASE + "    hostname: '${A%s}'\n",
    "project": "name: %s\nservices:\n  planted:\n    image: nginx:latest\n    user: root\n",
}


def _quoted(text: str) -> str:
    """A double-quoted YAML scalar, which can spell every character."""
    return json.dumps(text)


@pytest.mark.parametrize("place", _PLACES)
def test_hostile_text_in_a_compose_file(place: str, house: House) -> None:
    """One folder for each text; the common promises are held by `lint`."""
    files = {}
    for name, text in HOSTILE.items():
        value = "${A" + text if place == "interpolation" else text
        files[f"{name}/compose.yaml"] = _PLACES[place].replace("%s", _quoted(value))
    outcome = house.lint(house.tree({**files, **BESIDE}), rules="all")
    assert outcome.places >= NEIGHBOURS
    assert [path for path in files if not outcome.of(path)] == []


def test_hostile_text_in_yaml_that_cannot_be_parsed(house: House) -> None:
    broken = ("services: {%s", "services:\n  a: *%s\n", "services:\n  a: !%s [\n", "a: b\n%s: {\n", 'a: "%s\n')
    texts = [form.replace("%s", text) for form in broken for text in HOSTILE.values()]
    files = {f"f{index}/compose.yaml": text for index, text in enumerate(texts)}
    outcome = house.lint(house.tree({**files, **BESIDE}))
    assert outcome.places >= NEIGHBOURS
    diagnostics = ("yaml-", "compose-schema", "hidden-")
    assert [path for path in files if not any(rule.startswith(diagnostics) for rule in outcome.of(path))] == []


_DOCKERFILES = {
    "stage": "FROM alpine:3.20 AS %s\nUSER root\n",
    "image": "FROM %s\nUSER root\n",
    "platform": "FROM --platform=%s alpine:3.20\nUSER root\n",
    "instruction": "FROM alpine:3.20\n%s x\nUSER root\n",
    "flag": "FROM alpine:3.20\nCOPY --%s=x a b\nUSER root\n",
    "user": "FROM alpine:3.20\nUSER %s.\nUSER root\n",
    "env": "FROM alpine:3.20\nENV %s\nUSER root\n",
    "heredoc": "FROM alpine:3.20\nRUN <<%s\nx\nUSER root\n",
    "escape": "# escape=%s\nFROM alpine:3.20\nUSER root\n",
    "copy-from": "FROM alpine:3.20\nCOPY --from=%s a b\nUSER root\n",
}


@pytest.mark.parametrize("place", _DOCKERFILES)
def test_hostile_text_in_a_dockerfile(place: str, house: House) -> None:
    texts = {name: _DOCKERFILES[place].replace("%s", text) for name, text in HOSTILE.items()}
    files = {f"{name}/Dockerfile": text for name, text in texts.items()}
    outcome = house.lint(house.tree({**files, **BESIDE}), rules="all")
    assert outcome.places >= NEIGHBOURS
    assert [path for path in files if not outcome.of(path) & {"planted-root", "dockerfile-syntax"}] == []


@pytest.mark.parametrize("format", ["json", "yaml"])
def test_facts_of_hostile_text(format: str, house: House) -> None:
    text = " ".join(HOSTILE.values())
    files = {f"{place}/compose.yaml": compose.replace("%s", _quoted(text)) for place, compose in _PLACES.items()}
    files |= {f"{place}/Dockerfile": dockerfile.replace("%s", text) for place, dockerfile in _DOCKERFILES.items()}
    files["numbers/compose.yaml"] = (
        "services:\n  a: {image: x, cpus: .nan, mem_limit: 1e999, scale: -5, pids_limit: .inf}\n"
    )
    code, out, errors = command(house.tree(files), "facts", "--isolated", "--format", format, ".")
    assert (code, errors) == (0, "")
    harmless(out)
    if format == "json":
        assert out.isascii()
        assert HOSTILE["inline-command"] in json.dumps(json.loads(out), ensure_ascii=False)


def test_json_and_sarif_carry_the_true_name(house: House) -> None:
    name = "na\u00efve \u65e5\u672c \U0001f44d"
    outcome = house.lint(house.tree({f"{name}/Dockerfile": f"FROM alpine:3.20\n{name} x\n"}))
    (finding,) = (item for item in outcome.findings if item["rule"] == "dockerfile-syntax")
    assert finding["path"] == f"{name}/Dockerfile"
    results = json.loads(outcome.reports["sarif"])["runs"][0]["results"]
    (result,) = (item for item in results if item["ruleId"] == "dockerfile-syntax")
    assert unquote(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) == f"{name}/Dockerfile"
    assert name.split()[0].upper() in finding["message"].upper()
    assert result["message"]["text"] == finding["message"]


@pytest.mark.parametrize("size", [401, 5_000, 200_000])
def test_a_long_value_gives_a_short_message(size: int, house: House) -> None:
    image = f"{'a' * size}:latest"
    files = {
        "compose.yaml": f"services:\n  planted:\n    image: {image}\n    user: root\n",
        "Dockerfile": f"FROM {image}\n",
    }
    outcome = house.lint(house.tree(files))
    assert (
        meets(
            outcome,
            (
                "planted-latest compose.yaml:3",
                "planted-root compose.yaml:4",
                "planted-latest Dockerfile:1|dockerfile-limit Dockerfile",
            ),
        )
        == []
    )
    assert max(len(line) for line in outcome.reports["concise"].splitlines()) < 600
    assert max(len(line) for line in outcome.reports["full"].splitlines()) < 600
    assert len(outcome.reports["json"]) < 10_000
    assert outcome.seconds < 2


# Passwords by where they stand; each in every report, in `facts` and on standard error must stay away.
_CANARY = "c4n4ry-s3cr3t"
_SECRETS = {
    "environment": "environment: {DB_PASSWORD: %s}",
    "environment-list": "environment: ['API_TOKEN=%s']",
    "environment-of-wrong-type": "environment: {DB_PASSWORD: [%s]}",
    "environment-as-text": "environment: DB_PASSWORD=%s",
    "environment-nested": "environment: {DB_PASSWORD: {value: %s}}",
    "url": "environment: {DATABASE_URL: 'postgres://app:%s@db/app'}",
    "url-with-default": "environment: {DATABASE_URL: 'postgres://app:${P:-%s}@db/app'}",
    "fallback": "environment: {DB_PASSWORD: '${DB_PASSWORD:-%s}'}",
    "bad-interpolation": "environment: {DB_PASSWORD: '${%s x}'}",
    "build-args": "build: {context: ., args: {NPM_TOKEN: %s}}",
    "build-args-list": "build: {context: ., args: ['NPM_TOKEN=%s']}",
    "build-args-of-wrong-type": "build: {context: ., args: {NPM_TOKEN: [%s]}}",
    "inline": "build:\n      dockerfile_inline: |\n        FROM alpine:3.20\n        ENV DB_PASSWORD=%s",
    "command": "command: ['redis-server', '--requirepass', '%s']",
    "command-text": "command: redis-server --requirepass %s",
    "entrypoint": "entrypoint: ['app', '--password=%s']",
    "health-check": "healthcheck: {test: ['CMD', 'mysqladmin', 'ping', '--password=%s']}",
    "label": "labels: {traefik.auth.password: %s}",
    "label-of-wrong-type": "labels: {password: [%s]}",
    "duplicate-key": "environment:\n      DB_PASSWORD: a\n      DB_PASSWORD: %s",
    "unquoted": "environment:\n      - DB_PASSWORD: %s\n      - x",
    "broken": "environment: {DB_PASSWORD: '%s', A: ]}",
    "open-quote": "environment:\n      DB_PASSWORD: '%s",
    "config-content": "labels: {}\nconfigs:\n  c: {content: 'password=%s'}",
    "tag": "environment:\n      DB_PASSWORD: !secret %s",
}


def _leaks(house: House, folder: Path) -> list[str]:
    outcome = house.lint(folder)
    strict = house.lint(folder, rules="all")
    printed = {**outcome.reports, "errors": outcome.errors, **{f"strict {k}": v for k, v in strict.reports.items()}}
    for words in (("facts", "."), ("facts", "--format", "yaml", ".")):
        _, out, errors = command(folder, *words)
        printed[" ".join(words)] = out + errors
    return [where for where, text in printed.items() if _CANARY in text]


@pytest.mark.parametrize("place", _SECRETS)
def test_a_secret_in_a_compose_file_stays_there(place: str, house: House) -> None:
    body = _SECRETS[place].replace("%s", _CANARY)
    files = {"compose.yaml": f"services:\n  planted:\n    image: redis:latest\n    user: root\n    {body}\n"}
    assert _leaks(house, house.tree({**files, "Dockerfile": "FROM alpine:3.20\nARG NPM_TOKEN\n"})) == []


_DOCKERFILE_SECRETS = {
    "env": "ENV DB_PASSWORD=%s",
    "env-old": "ENV DB_PASSWORD %s",
    "env-url": "ENV DATABASE_URL=postgres://app:%s@db/app",
    "arg": "ARG NPM_TOKEN=%s\nENV COPY=$NPM_TOKEN",
    "arg-in-run": "ARG NPM_TOKEN=%s\nRUN npm config set token $NPM_TOKEN",
    "run": "RUN login --token %s https://example.com",
    "label": 'LABEL password="%s"',
    "url": "ADD https://app:%s@example.com/x.tgz /x",
    "command": 'CMD ["app", "--password=%s"]',
    "health-check": "HEALTHCHECK CMD mysqladmin ping --password=%s",
    "broken": "ENV DB_PASSWORD='%s",
    "unknown": "EVN DB_PASSWORD=%s",
    "heredoc": "RUN <<EOF\nexport PASSWORD=%s\nEOF",
    "open-heredoc": "RUN <<EOF\nexport PASSWORD=%s",
}


@pytest.mark.parametrize("place", _DOCKERFILE_SECRETS)
def test_a_secret_in_a_dockerfile_stays_there(place: str, house: House) -> None:
    text = f"FROM alpine:latest\n{_DOCKERFILE_SECRETS[place].replace('%s', _CANARY)}\nUSER root\n"
    assert _leaks(house, house.tree({"Dockerfile": text})) == []


@pytest.mark.parametrize(
    "line",
    [
        "DB_PASSWORD=%s",
        "DB_PASSWORD='%s",
        "%s",
        "export DB_PASSWORD=%s",
        "A B %s",
        "URL=postgres://a:%s@b/c",
        "PASSWORD=${%s",
        "PASSWORD=${X:?%s}",
    ],
)
def test_a_secret_in_an_environment_file_stays_there(line: str, house: House) -> None:
    compose = (
        _BASE + "    env_file: app.env\n"
        "    environment: {DB_PASSWORD: '${DB_PASSWORD}', U: 'https://x:${DB_PASSWORD}@y'}\n"
    )
    data = line.replace("%s", _CANARY) + "\n"
    assert _leaks(house, house.tree({"compose.yaml": compose, ".env": data, "app.env": data})) == []


def test_a_secret_of_the_process_is_not_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTILE_SECRET", _CANARY)
    compose = (
        "services:\n  planted:\n    image: 'nginx:${HOSTILE_SECRET}'\n    user: root\n    hostname: $HOSTILE_SECRET\n"
    )
    assert _leaks(house, house.tree({"compose.yaml": compose, "Dockerfile": "FROM x:${HOSTILE_SECRET}\n"})) == []


def test_a_secret_beside_what_is_marked_is_masked(house: House) -> None:
    """The frame of another finding shows the line that the secret stands on."""
    compose = f"services:\n  planted: {{image: 'nginx:latest', user: root, environment: {{DB_PASSWORD: {_CANARY}}}}}\n"
    folder = house.tree({"compose.yaml": compose})
    assert "planted-root" in house.lint(folder).rules
    assert _leaks(house, folder) == []


def test_thirty_thousand_findings(house: House) -> None:
    """Every one is in the JSON; SARIF keeps within GitHub's limit and says how many it left out."""
    service = (
        "    image: nginx:latest\n    user: root\n    privileged: true\n    environment: {DB_PASSWORD: hunter22}\n"
    )
    services = "".join(f"  s{n}:\n{service}" for n in range(2_500))  # each with four faults
    outcome = house.lint(house.tree({f"p{n}/compose.yaml": f"services:\n{services}" for n in range(3)}))
    assert len(outcome.findings) == 30_000
    (run,) = json.loads(outcome.reports["sarif"])["runs"]
    assert len(run["results"]) == 25_000
    assert run["results"][-1]["ruleId"] == "report-limit"
    assert re.match("5001 more", run["results"][-1]["message"]["text"])
    assert outcome.seconds < 25


_DIRECTIVE = "# lintstack: ignore[planted-root,planted-latest,non-root-user]"
_TIGHT = _DIRECTIVE.replace(" ", "")
_NOT_COMMENTS = {
    "plain-scalar": f"hostname: a{_TIGHT}",
    "block-scalar": f"command: |\n      {_DIRECTIVE}",
    "folded-scalar": f"command: >-\n      {_DIRECTIVE}",
    "quoted-scalar": f"command: 'a\n      {_DIRECTIVE}'",
    "double-quoted": f'command: "a\n      {_DIRECTIVE}"',
    "key": f"labels: {{'{_DIRECTIVE}': x}}",
    "anchor": f"hostname: &a#b x{_TIGHT}",
    "file-scalar": f"command: |\n      {_DIRECTIVE.replace('ignore', 'ignore-file')}",
}


@pytest.mark.parametrize("place", _NOT_COMMENTS)
def test_suppression_text_inside_a_scalar_is_no_suppression(place: str, house: House) -> None:
    text = f"services:\n  planted:\n    {_NOT_COMMENTS[place]}\n    image: nginx:latest\n    user: root\n"
    outcome = house.lint(house.tree({"compose.yaml": text}))
    assert {"planted-latest", "planted-root"} <= outcome.rules


@pytest.mark.parametrize(
    "lines",
    [
        ("RUN <<EOF", _DIRECTIVE, "EOF"),
        ("COPY <<EOF /x", _DIRECTIVE, "EOF"),
        (f'LABEL a="{_DIRECTIVE}"',),
        (f"ENV A=1 {_DIRECTIVE}",),
        (f"RUN echo {_DIRECTIVE}",),
        ("RUN echo \\", f" x {_DIRECTIVE} \\", " y"),
    ],
)
def test_suppression_text_inside_an_instruction_is_no_suppression(lines: tuple[str, ...], house: House) -> None:
    outcome = house.lint(house.tree({"Dockerfile": "\n".join(("FROM alpine:3.20", *lines, "USER root", ""))}))
    assert "planted-root" in outcome.rules


def test_a_comment_of_an_inline_dockerfile_is_one(house: House) -> None:
    text = "services:\n  p:\n    build:\n      dockerfile_inline: |\n        FROM alpine:3.20\n        %s\n"
    text += "        USER root\n"
    counted = [house.lint(house.tree({"compose.yaml": text % line})).rules for line in ("# nothing", _DIRECTIVE)]
    assert counted == [{"planted-root"}, set()]


def test_a_suppression_does_not_remove_what_could_not_be_read(house: House) -> None:
    comment = (
        "# lintstack: ignore-file[yaml-syntax,yaml-limit,yaml-encoding,dockerfile-syntax,unreadable,outside-root]\n"
    )
    files = {
        "a/compose.yaml": comment + "services: {\n",
        "b/Dockerfile": comment + "FROM alpine:3.20\nNOPE\n",
        "c/compose.yaml": comment + "include: [../../../etc/passwd]\nservices: {}\n",
        "d/compose.yaml": comment + "x: " + "[" * 100 + "]" * 100 + "\n",
    }
    outcome = house.lint(house.tree(files))
    assert outcome.exit == 1
    assert {"yaml-syntax", "dockerfile-syntax", "outside-root", "yaml-limit"} <= outcome.rules


_NAMES = [
    "a b",
    "a%20b",
    "#?&[1]:",
    "a" * 240,
    "--config=x",
    "-o",
    "caf\udce9",
    "\U0001f44d",
    "a\nb",
    "::error::",
    "##[x]",
    "a\x1b[2J",
    "a\\b",
    "a'b\"c",
    "..a",
    "a,b",
    "\u202ea",
]


@pytest.mark.parametrize("name", _NAMES, ids=lambda name: ascii(name)[:20])
def test_hostile_names_are_found_and_printed_harmlessly(name: str, house: House) -> None:
    folder = house.tree(BESIDE)
    text = {"Dockerfile": "FROM alpine:3.20\nUSER root\n", "compose.yaml": BESIDE["beside/compose.yaml"]}
    for file, content in text.items():
        os.makedirs(folder / name, exist_ok=True)
        (folder / name / file).write_text(content, "utf-8")
    (folder / f"Dockerfile.{name}"[:250]).write_text(text["Dockerfile"], "utf-8")
    outcome = house.lint(folder)
    assert outcome.places >= NEIGHBOURS
    assert sum(item["rule"] == "planted-root" for item in outcome.findings) == 5
    named = house.lint(folder, "--", f"Dockerfile.{name}"[:250])
    assert named.rules == {"planted-root"}


def test_a_hostile_name_that_is_missing_is_said_harmlessly(house: House) -> None:
    for name in ("\x1b[2J", "a\n::error::x", "##[x]", "caf\udce9", "\u202ex", "a" * 300, "a/" * 3000):
        code, out, errors = command(house.tree({}), "check", "--isolated", "--", name)
        assert (code, out) == (2, "")
        harmless(errors)
