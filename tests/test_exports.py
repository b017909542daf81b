"""Variables that the command which runs Compose is given, and what they do to `.env`."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lintstack.compose.expansion import HIDDEN
from lintstack.compose.load import load
from lintstack.environments.commands import commands
from lintstack.environments.exports import around
from lintstack.environments.scripts import scripts
from lintstack.project import Reader
from tests import clock
from tests.stack import found, lint, service

UNTOLD = "\0"
UP = "docker compose -f compose.yaml up"
# File, its text, what the first command in it is given.
TEXTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "in front of the command": ("up.sh", f"A=1 B='x y' C=\"z\" {UP}", {"A": "1", "B": "x y", "C": "z"}),
    "… with a wrapper": ("up.sh", f"exec env -i A=1 time {UP}", {"A": "1"}),
    "… of another user": ("up.sh", f"A=1 sudo {UP}", {"A": UNTOLD}),
    "… of another command": ("up.sh", f"A=1 make x && {UP}", {}),
    "… of an argument": ("up.sh", f"echo A=1 ; B=2 {UP}", {"B": "2"}),
    "… which is not written out": ("up.sh", f"A=$1 B=`x` C=a$(x) D=~/x {UP}", dict.fromkeys("ABCD", UNTOLD)),
    "… with a default": ("up.sh", f"A=${{A:-latest}} {UP}", {"A": UNTOLD}),
    "… from a variable of the script": ("up.sh", f"V=1.2\nA=$V {UP}", {"A": UNTOLD}),
    "… that a variable holds": ("up.sh", "DC='docker compose -f compose.yaml'\nA=1 $DC up", {"A": "1"}),
    "… in a package script": ("package.json", f'{{"scripts": {{"up": "A=1 {UP}"}}}}', {"A": "1"}),
    "exported": ("up.sh", f"export A=1 B='x y'\nexport C\n{UP}", {"A": "1", "B": "x y", "C": UNTOLD}),
    "… on the same line": ("up.sh", f"export A=1 && {UP}", {"A": "1"}),
    "… from a command": (
        "up.sh",
        f'export A=$(git log -1 | cut -c 1) B="$(x "y")" C="x"1 D=1; {UP}',
        {**dict.fromkeys("ABC", UNTOLD), "D": "1"},
    ),
    "… afterwards": ("up.sh", f"{UP}\nexport A=1", {}),
    "… in a comment": ("up.sh", f"# export A=1\n{UP}", {}),
    "… or not": ("up.sh", f"if x; then\n  export A=1\nfi\n{UP}", {"A": UNTOLD}),
    "… twice": ("up.sh", f"export A=1\nexport A=2\n{UP}", {"A": "2"}),
    "set, not exported": ("up.sh", f"A=1\n{UP}", {}),
    "the command overrides": ("up.sh", f"export A=1\nA=2 {UP}", {"A": "2"}),
    "a makefile": ("Makefile", f"export A := 1 2\nexport B ?= 2\nup:\n\t{UP}", {"A": "1 2", "B": UNTOLD}),
    "… each line of a recipe is a shell": ("Makefile", f"up:\n\texport A=1\n\t{UP}", {}),
    "… with both on one line": ("Makefile", f"up:\n\texport A=1; {UP}", {"A": "1"}),
    "a document is an example": ("README.md", f"```\nexport B=2\nA=1 {UP}\n```", {}),
    "a workflow, its job and step": (
        ".github/workflows/x.yml",
        f"""
        env: {{A: 1, B: b}}
        jobs:
          test: {{env: {{D: d}}, steps: [{{run: make test}}]}}
          up:
            env:
              B: "${{{{ secrets.B }}}}"
            steps:
              - env: {{D: d}}
                run: make
              - run: |
                  cd x
                  export E=e
                  {UP}
                env:
                  C: c
        """,
        {"A": "1", "B": UNTOLD, "C": "c", "E": "e"},
    ),
    "… an earlier step exports for itself": (
        ".github/workflows/x.yml",
        f"jobs: \n  up:\n    steps:\n      - run: export A=1\n      - run: {UP}\n",
        {},
    ),
    "… on another machine": (
        ".github/workflows/x.yml",
        f"env: {{A: a}}\njobs:\n  up:\n    steps:\n      - run: ssh host '{UP}'\n",
        {"A": UNTOLD},
    ),
    "… by an action on another machine": (
        ".github/workflows/x.yml",
        f"env: {{A: a}}\njobs:\n  up:\n    steps:\n      - uses: x/ssh@v1\n        with:\n          script: {UP}\n",
        {"A": UNTOLD},
    ),
    "a job of GitLab": (
        ".gitlab-ci.yml",
        f"variables: {{A: a, B: {{value: b}}}}\nup:\n  variables: {{C: $X}}\n  script:\n    - export D=d\n    - {UP}\n",
        {"A": "a", "B": UNTOLD, "C": UNTOLD, "D": "d"},
    ),
    "a file of CI that is no YAML": (".github/workflows/x.yml", f"a: [\nrun: {UP}\n", {}),
}


@pytest.mark.parametrize("example", TEXTS)
def test_what_a_command_is_given(example: str, tmp_path: Path) -> None:
    path, text, expected = TEXTS[example]
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(dedent(text))
    (tmp_path / "compose.yaml").touch()
    reader = Reader(str(tmp_path))
    uses = [use for script in scripts({str(tmp_path)}, reader) for use in script.uses]
    assert dict(uses[0].given) == expected


@pytest.mark.parametrize("name", ["x.yml", "x.sh", "Makefile"])
@pytest.mark.parametrize(
    "piece",
    [
        f"export A=1\n{UP}\n",
        f"if x\nexport A=1\n{UP}\n",
        f" export A={UP}\n",
        "export A=$(",
        "A=1 ",
        'A="',
        f"a: {{env: {{A: 1}}, run: {UP}}}\n",
        f"- env: {{A: 1}}\n  run: {UP}\n",
    ],
)
def test_the_cost_of_any_text(piece: str, name: str) -> None:
    text = piece * (256 * 1024 // len(piece)) + UP
    assert clock.within(4, lambda: list(commands(text, True, around(text, name, name == "Makefile")))) is not None


FILES = {
    "compose.yaml": """
        services:
          api:
            image: example/api:1.0
            environment:
              ENVIRONMENT: ${ENVIRONMENT}
              SECRET_KEY: ${SECRET_KEY:?}
              PASSWORD:
              TOKEN: ${TOKEN:-}
              LEVEL: ${LEVEL:-info}
    """,
    ".env": "ENVIRONMENT=local\nSECRET_KEY=changethis\nPASSWORD=changethis\nTOKEN=changethis\n",
}
JOB = """
    jobs:
      deploy-production:
        env:
          ENVIRONMENT: production
          SECRET_KEY: ${{ secrets.SECRET_KEY }}
          PASSWORD: ${{ secrets.PASSWORD }}
          TOKEN: ${{ secrets.TOKEN }}
          LEVEL: ${{ vars.LEVEL }}
        steps:
          - run: docker compose -f compose.yaml up -d
"""
TESTS = """
    jobs:
      test:
        steps:
          - run: ENVIRONMENT=ci docker compose -f compose.yaml up -d
"""
DEPLOY, TEST = ".github/workflows/deploy.yml", ".github/workflows/test.yml"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({DEPLOY: JOB}, []),
        ({DEPLOY: JOB, ".env": ""}, []),
        ({DEPLOY: JOB.replace("ENV", "X_ENV", 1)}, ["dev-values-in-prod"]),
        ({DEPLOY: JOB.replace(": production", ": development")}, ["dev-values-in-prod"]),
        ({DEPLOY: JOB.replace("PASSWORD: $", "OTHER: $")}, ["default-credentials"]),
        ({DEPLOY: JOB.replace("TOKEN: ${{ secrets.TOKEN }}", "TOKEN: changethis")}, ["default-credentials"]),
        ({DEPLOY: JOB.replace("ENV", "X_ENV", 1), ".env": ""}, ["variable-unset"]),
    ],
)
def test_what_the_command_gives_wins_over_the_env_file(
    files: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    rules = ("default-credentials", "dev-values-in-prod", "variable-unset")
    analysis = lint(tmp_path, {**FILES, **files}, select=rules, as_kind="prod")
    assert [name for name, _, _ in found(analysis)] == expected


@pytest.mark.parametrize(
    ("files", "value"),
    [
        ({}, "local"),
        ({DEPLOY: JOB}, "production"),
        ({DEPLOY: JOB, TEST: TESTS}, None),
        ({DEPLOY: JOB, "Makefile": "up:\n\tdocker compose -f compose.yaml up"}, None),
        ({DEPLOY: JOB, "Makefile": "logs:\n\tdocker compose -f compose.yaml logs"}, "production"),
        ({DEPLOY: JOB, "README.md": "`docker compose -f compose.yaml up`"}, "production"),
    ],
)
def test_what_several_commands_do_not_give_alike_is_not_known(
    files: dict[str, str], value: str | None, tmp_path: Path
) -> None:
    api = service(lint(tmp_path, {**FILES, **files}), "api")
    assert next(item for item in api.environment if item.name == "ENVIRONMENT").value.value == value


def test_names_of_projects_and_profiles_may_be_hidden() -> None:
    hidden = {"COMPOSE_PROJECT_NAME": HIDDEN, "COMPOSE_PROFILES": HIDDEN, "A": HIDDEN}
    held = {"/compose.yaml": b"services: {a: {image: 'x${A:-y}', profiles: [p], environment: [A, 'B=${A+b}']}}"}
    loaded = load(("/compose.yaml",), Reader("/", held=held), "/", variables=hidden)
    assert (loaded.name, loaded.inactive, loaded.hidden) == ("", frozenset({"a"}), frozenset(hidden))
    assert [scalar.unset for scalar in loaded.replaced] == [("A",), ("A",)]
    assert not loaded.problems
