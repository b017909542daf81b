"""Command lines of Compose in scripts, build files and documents."""

from __future__ import annotations

import random

import pytest

from lintstack.environments.commands import commands, variable_lines
from lintstack.environments.variables import UNKNOWN
from lintstack.join.examples import is_copied
from lintstack.naming import named_files
from tests import clock

# One text, then what is run: files, and other things as they are asked for.
LINES: dict[str, list[str]] = {
    "docker compose -f a.yml -f b.yml up -d": ["a.yml b.yml up"],
    "docker-compose -fa.yml --file=b.yml --file c.yml build": ["a.yml b.yml c.yml build"],
    "podman-compose -f a.yml up": ["a.yml up"],
    "podman compose -f a.yml up": ["a.yml up"],
    "docker --context prod compose -f a.yml up": ["a.yml up"],
    "docker -H ssh://host compose -p x -f a.yml up": ["a.yml up"],
    "/usr/local/bin/docker-compose -f a.yml up": ["a.yml up"],
    "\t@docker compose -f a.yml up": ["a.yml up"],
    "\t-docker compose -f a.yml down": ["a.yml down"],
    'docker compose -f "a b.yml" up': ["a b.yml up"],
    "docker compose up && docker compose -f a.yml logs": ["up", "a.yml logs"],
    "docker compose --profile x --ansi never -p y up": ["up"],
    "docker compose \\\n  -f a.yml \\\n  -f b.yml up": ["a.yml b.yml up"],
    "docker compose ^\r\n  -f a.yml ^\r\n  up": ["a.yml up"],
    "docker compose `\n  -f a.yml `\n  up": ["a.yml up"],
    "run: >\n  docker compose\n  -f a.yml\n  --profile x\n  up": ["a.yml "],
    '"dev": "docker compose -f a.yml up", "stop": "docker compose down"': ["a.yml up", "down"],
    '"dev": "docker compose -f \\"a.yml\\" up"': ["a.yml up"],
    'run(["docker", "compose", "-f", "a.yml", "up"])': ["a.yml up"],
    "run(['docker-compose', '-f', 'a.yml', 'up'])": ["a.yml up"],
    "Use `docker compose -f a.yml up` or `docker compose up`.": ["a.yml up", "up"],
    "Start it: docker compose -f a.yml.": ["a.yml "],
    "the file docker-compose.yml and docker-compose-dev.yml": [],
    "docker compose(1), my-docker-compose.sh": [" "],
    "docker compose -f docker-compose.<env>.yml up": [],
    "docker stack deploy -c a.yml --compose-file b.yml app": ["a.yml b.yml app"],
    "docker stack deploy --prune --with-registry-auth -c a.yml app": ["a.yml app"],
    "docker buildx bake -f a.yml --push web": ["a.yml web"],
    "COMPOSE_FILE=a.yml:b.yml docker compose up": ["a.yml b.yml "],
    "env:\n  COMPOSE_FILE: a.yml:b.yml\nrun: docker compose up": ["a.yml b.yml "],
    'set COMPOSE_FILE="a.yml;b.yml"': ["a.yml b.yml "],
    # variables
    'F="-f a.yml -f b.yml"\ndocker compose $F up': ["a.yml b.yml up"],
    "DC := docker compose -f a.yml\nup:\n\t$(DC) -f b.yml up": ["a.yml b.yml up"],
    "DC = docker compose -f a.yml": ["a.yml "],
    "BASE := docker compose -f a.yml\nDEV := $(BASE) -f b.yml\nx:\n\t$(DEV) up": ["a.yml b.yml up"],
    "COMPOSE_FILE = a.yml\nup:\n\tdocker compose -f $(COMPOSE_FILE) up": ["a.yml up"],
    'args=(-f a.yml)\nargs+=(-f b.yml)\ndocker compose "${args[@]}" up': ["a.yml b.yml up"],
    # appended whatever happens, or under a condition
    'F="-f a.yml"\nF="$F -f b.yml"\ndocker compose $F up': ["a.yml b.yml up"],
    "F = -f a.yml\nF := $(F) -f b.yml\nx:\n\tdocker compose $(F) up": ["a.yml b.yml up"],
    'F="-f a.yml"\ndocker compose $F up\nF+=" -f b.yml"\ndocker compose $F up': ["a.yml up", "a.yml b.yml up"],
    'F="-f a.yml"\nif x; then\n  F+=" -f b.yml"\nfi\nif y; then\n  F+=" -f c.yml"\nfi\ndocker compose $F up': [
        "a.yml up",
        "a.yml b.yml up",
        "a.yml c.yml up",
    ],
    'F="-f a.yml"\nif x\nthen\nF+=" -f b.yml"\nfi\nF+=" -f c.yml"\ndocker compose $F up': [
        "a.yml c.yml up",
        "a.yml b.yml c.yml up",
    ],
    'F="-f a.yml"\nif x; then\n  F+=" -f b.yml"\n  F+=" -f c.yml"\nfi\ndocker compose $F up': [
        "a.yml up",
        "a.yml b.yml c.yml up",
    ],
    'F="-f a.yml"\n[ -n "$X" ] && F="$F -f b.yml"\ndocker compose $F up': ["a.yml up", "a.yml b.yml up"],
    "F = -f a.yml\nifeq ($(X),1)\nF += -f b.yml\nelse\nF += -f c.yml\nendif\nx:\n\tdocker compose $(F) up": [
        "a.yml up",
        "a.yml b.yml up",
        "a.yml c.yml up",
    ],
    "f = '-f a.yml'\nif x:\n    f += ' -f b.yml'\nf += ' -f c.yml'\nrun(f'docker compose {f} up')": [
        "a.yml c.yml up",
        "a.yml b.yml c.yml up",
    ],
    "else\n  F='-f a.yml'\n  if y; then\n    F+=' -f b.yml'\n  fi\nfi\ndocker compose $F up": [
        "a.yml up",
        "a.yml b.yml up",
    ],
    # the program in a variable, and defaults
    "DOCKER ?= docker\nup:\n\t$(DOCKER) compose -f a.yml up": ["a.yml up"],
    "up:\n\t@env A=b $(ENGINE) compose -f a.yml up": ["a.yml up"],
    ': ${E:="podman"}\n${E}-compose -f a.yml up': ["a.yml up"],
    ': "${E:=docker}"\n: ${C:="${E} compose"}\n$C -f a.yml -f ${E}.yml up': ["a.yml docker.yml up"],
    "the $NAME compose file": [" file"],
    # what a document leaves open
    "docker compose -f a.yml \\\n  # your other files\n  config": [],
    "if x; then F=a.yml; else F=b.yml; fi\ndocker compose -f $F up": ["a.yml up", "b.yml up"],
    "case $1 in\n  p) F=(-f a.yml -f p.yml) ;;\n  *) F=(-f a.yml) ;;\nesac\ndocker compose ${F[@]} up": [
        "a.yml p.yml up",
        "a.yml up",
    ],
    'compose := "docker compose -f a.yml"\ndev:\n    {{compose}} up': ["a.yml up"],
    "vars:\n  F: -f a.yml\ncmds:\n  - docker compose {{.F}} up": ["a.yml up"],
    'D = "docker compose -f a.yml"\nc.run(f"{D} -f b.yml up")': ["a.yml b.yml up"],
    "env:\n  F: -f a.yml\nrun: docker compose ${{ env.F }} up": ["a.yml up"],
    "$f = 'a.yml'\ndocker compose -f $f up": ["a.yml up"],
    "docker compose -f ${F:-a.yml} up": ["a.yml up"],
    'dc() { docker compose -f a.yml "$@"; }': ["a.yml "],
    "docker compose -f $F up": [],
    "docker compose -f a.$E.yml up": [],
    'docker compose -f "$D/a.yml" up': ["?/a.yml up"],
    'docker compose -f "$(dirname "$0")/../a.yml" up': ["?/../a.yml up"],
    "A=$B\nB=$A\ndocker compose -f $A up": [],
}


def told(text: str, targets: bool = False) -> list[str]:
    return [f"{' '.join(use.files)} {use.verb}".replace(UNKNOWN, "?") for use in commands(text, targets)]


@pytest.mark.parametrize("text", LINES)
def test_lines(text: str) -> None:
    assert told(text) == [line if line.count(" ") or not line else f" {line}" for line in LINES[text]]


def test_what_a_command_says_besides() -> None:
    text = (
        "up:\n\tcd deploy && docker compose --project-directory .. --env-file=p.env --profile a --profile b -f c.yml up"
    )
    (use,) = commands(text, targets=True)
    assert (use.target, use.line, use.folders) == ("up", 2, ("deploy",))
    assert (use.project_dir, use.env_files, use.profiles) == ("..", ("p.env",), ("a", "b"))


def test_folders_that_were_changed_to() -> None:
    first, second = commands("cd a\ncd b/c\ndocker compose up\ncd d; docker compose -f x.yml up\n")
    assert (first.folders, second.folders) == (("b/c", "a"), ("d", "b/c", "a"))
    (use,) = commands("- run: docker compose up\n  working-directory: e\n")
    assert use.folders == ("e",)


def test_targets_and_jobs() -> None:
    make = "dev: build\n\tdocker compose up\n.PHONY: x\nprod:\n\tdocker compose -f p.yml up\n"
    assert [use.target for use in commands(make, targets=True)] == ["dev", "prod"]
    jobs = "jobs:\n  deploy:\n    steps:\n      - run: docker compose up\n"
    assert [use.target for use in commands(jobs, targets=True)] == ["deploy"]


def test_variables_in_files_of_variables() -> None:
    text = "# COMPOSE_FILE=a.yml:b.yml\nCOMPOSE_FILE=c.yml\nCOMPOSE_FILE=$X\n"
    assert [(use.files, use.line) for use in variable_lines(text)] == [(("a.yml", "b.yml"), 1), (("c.yml",), 2)]


PIECES = """docker compose -f a.yml b.yml $A ${A} $(A) {{A}} ${A:- } $( ` " ' \\ A= A:= += ( ) ; && \n \t cd x
COMPOSE_FILE= stack deploy -c [ ] , # % {A} --profile""".split(" ")


def test_any_text_is_read() -> None:
    chance = random.Random(7)
    for _ in range(300):
        text = "".join(f"{chance.choice(PIECES)}{chance.choice(('', ' '))}" for _ in range(60))
        for use in commands(text, targets=True):
            assert all(file and UNKNOWN not in file[1:] for file in use.files)


@pytest.mark.parametrize(
    "piece",
    [
        "docker -",
        "${a-",
        "$(",
        "$(a ",
        "a",
        ";a=b.yml",
        "a=docker compose $a$a$a\n",
        "docker compose -f a.yml up\n",
        "docker compose \\\n",
        'docker compose "',
        "A=docker compose\n$A ",
        "A=(docker compose ",
        "cd a && ",
        "{{a",
        "`a",
        "COMPOSE_FILE=",
        "A+=a.yml\n",
        "if x\nA+=a.yml\n",
        " A+=a.yml\n",
        "A=$A a.yml;",
        "$A compose ",
        ": ${A:=",
    ],
)
def test_the_cost_of_any_text(piece: str) -> None:
    text = piece * (256 * 1024 // len(piece))
    before = clock.start()
    list(commands(text, targets=True))
    assert clock.stop(before) < 2


@pytest.mark.parametrize(
    ("value", "separator", "names"),
    [
        ("a.yaml:b/c.yaml", "", ("a.yaml", "b/c.yaml")),
        ("a.yaml;b.yaml", "", ("a.yaml", "b.yaml")),
        ("a:1.yaml,b;2.yaml", ",", ("a:1.yaml", "b;2.yaml")),
        (":a.yaml::", "", ("a.yaml",)),
        ("", ":", ()),
    ],
)
def test_files_that_compose_file_names(value: str, separator: str, names: tuple[str, ...]) -> None:
    assert named_files(value, separator) == names


@pytest.mark.parametrize(
    ("name", "copied"),
    [
        (".env.example", True),
        ("example.env", True),
        ("env.tmpl", True),
        (".env.defaults", False),
        (".env.prod.example", False),
        (".env.prod", False),
        ("example.yaml", False),
    ],
)
def test_examples_that_are_copied_as_they_are(name: str, copied: bool) -> None:
    assert is_copied(name) is copied
