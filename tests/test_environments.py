"""Which files are run together, under which name, for what: one folder per example."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintstack.config import ConfigError, load
from lintstack.environments import Project, infer, kind_of
from lintstack.environments.showing import show
from lintstack.findings import Kind
from lintstack.naming import overlay_name
from lintstack.project import Reader, discover
from tests import clock
from tests.stack import lint

BASE = "services:\n  web:\n    image: nginx\n  db:\n    image: postgres\n"
OVERLAY = "services:\n  web:\n    restart: always\n"
STRAY = "services:\n  wbe:\n    restart: always\n"
STRAYED = "-f compose.yaml -f compose.prod.yaml"
HALF = "services:\n  web:\n    ports: [80]\n"
ODD = "services:\n  web:\n    image: nginx\n    networks: [front]\n"


def plant(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def projects(*paths: str, as_kind: Kind | None = None) -> tuple[Project, ...]:
    config = load()
    tree = discover(paths, config)
    return infer(tree, config, Reader(tree.root), as_kind)


def environments(*paths: str) -> list[str]:
    """Every environment as one line, folder by folder."""
    return [
        f"{item.name} {item.kind}: {' '.join(item.files)}"
        for project in projects(*paths)
        for item in project.environments
    ]


def notes(*paths: str) -> list[str]:
    return [note for project in projects(*paths) for note in project.notes]


FOLDERS: dict[str, tuple[dict[str, str], list[str]]] = {
    "a lone base": ({"compose.yaml": BASE}, ["default unknown: compose.yaml"]),
    "a lone base that cannot run is still what runs": ({"compose.yaml": HALF}, ["default unknown: compose.yaml"]),
    "base and override": (
        {"compose.yaml": BASE, "compose.override.yaml": OVERLAY},
        ["dev dev: compose.yaml compose.override.yaml"],
    ),
    "families may be mixed": (
        {"compose.yaml": BASE, "docker-compose.override.yml": OVERLAY, "docker-compose-prod.yml": OVERLAY},
        ["dev dev: compose.yaml docker-compose.override.yml", "prod prod: compose.yaml docker-compose-prod.yml"],
    ),
    "base and production": (
        {"compose.yaml": BASE, "compose.production.yaml": OVERLAY},
        ["production prod: compose.yaml compose.production.yaml", "default unknown: compose.yaml"],
    ),
    "an overlay completes the base": (
        {"compose.yaml": HALF, "compose.prod.yaml": "services:\n  web:\n    image: nginx\n    networks: [x]\n"},
        ["prod prod: compose.yaml compose.prod.yaml"],
    ),
    "a base between two overlays is not run alone": (
        {"docker-compose.yml": BASE, "docker-compose.dev.yml": OVERLAY, "docker-compose_live.yml": OVERLAY},
        ["dev dev: docker-compose.yml docker-compose.dev.yml", "live prod: docker-compose.yml docker-compose_live.yml"],
    ),
    "both override and dev": (
        {"compose.yaml": BASE, "compose.override.yaml": OVERLAY, "compose.dev.yaml": OVERLAY},
        ["override dev: compose.yaml compose.override.yaml", "dev dev: compose.yaml compose.dev.yaml"],
    ),
    "an overlay that is complete stands alone": (
        {"compose.yaml": BASE, "compose.prod.yaml": BASE, "staging.compose.yml": OVERLAY},
        [
            "staging prod: compose.yaml staging.compose.yml",
            "default unknown: compose.yaml",
            "prod prod: compose.prod.yaml",
        ],
    ),
    "one that refers to the base does not": (
        {"compose.yaml": BASE, "compose.tools.yaml": "services:\n  t:\n    image: a\n    depends_on: [db]\n"},
        ["tools unknown: compose.yaml compose.tools.yaml", "default unknown: compose.yaml"],
    ),
    "volumes and networks for the base": (
        {"compose.yaml": BASE, "compose.ipv6.yaml": "networks:\n  default:\n    enable_ipv6: true\n"},
        ["ipv6 unknown: compose.yaml compose.ipv6.yaml", "default unknown: compose.yaml"],
    ),
    "variants without a base": (
        {"docker-compose-mysql.yml": BASE, "docker-compose-e2e.yml": BASE},
        ["e2e dev: docker-compose-e2e.yml", "mysql unknown: docker-compose-mysql.yml"],
    ),
    "odd names": (
        {"production.yml": BASE, "web.yml": BASE},
        ["production prod: production.yml", "web unknown: web.yml"],
    ),
    "podman": ({"podman-compose.yml": BASE}, ["default unknown: podman-compose.yml"]),
    "swarm": ({"docker-stack.yml": BASE}, ["docker-stack unknown: docker-stack.yml"]),
    "one name, two files": (
        {"compose.yaml": BASE, "compose.prod.yaml": OVERLAY, "docker-compose.prod.yml": OVERLAY},
        [
            "prod prod: compose.yaml compose.prod.yaml",
            "docker-compose.prod prod: compose.yaml docker-compose.prod.yml",
            "default unknown: compose.yaml",
        ],
    ),
    "extended files are fragments": (
        {
            "compose.yaml": "services:\n  web:\n    extends: {file: common.yaml, service: web}\n",
            "common.yaml": BASE,
            "compose.base.yaml": BASE,
            "compose.prod.yaml": "services:\n  web:\n    extends:\n      file: compose.base.yaml\n      service: web\n",
        },
        ["default unknown: compose.yaml", "prod prod: compose.prod.yaml"],
    ),
    "a base that a test extends is run all the same": (
        {
            "compose.yaml": BASE,
            "e2e/compose.yaml": "services:\n  web:\n    extends: {file: ../compose.yaml, service: web}\n",
        },
        ["default unknown: compose.yaml", "default dev: e2e/compose.yaml"],
    ),
    "a folder says what its files are for, the innermost first": (
        {
            "tests/compose.yaml": BASE,
            "tests/production/compose.yaml": BASE,
            "docs/live/compose.yaml": BASE,
            ".devcontainer/compose.yaml": BASE,
            "test/compose.prod.yaml": BASE,
        },
        [
            "default dev: .devcontainer/compose.yaml",
            "default unknown: docs/live/compose.yaml",
            "prod prod: test/compose.prod.yaml",
            "default dev: tests/compose.yaml",
            "default prod: tests/production/compose.yaml",
        ],
    ),
    "what an extended service refers to is part of the file that extends it": (
        {
            "compose.yaml": BASE + "include: [php/compose.yaml]\nnetworks:\n  back:\n",
            "php/compose.yaml": "services:\n  php: {image: php, networks: [back]}\n  sql: {image: mysql}\n",
            "compose.both.yaml": "include: [both/compose.yaml]\n",
            "both/compose.yaml": "services:\n  php-82:\n    extends: {file: ../php/compose.yaml, service: php}\n",
            "compose.sql.yaml": "services:\n  sql:\n    extends: {file: php/compose.yaml, service: sql}\n",
        },
        [
            "both unknown: compose.yaml compose.both.yaml",
            "default unknown: compose.yaml",
            "sql unknown: compose.sql.yaml",
        ],
    ),
    "included files are fragments": (
        {
            "compose.yaml": "include:\n  - db/compose.yaml\n  - path: [mail.yaml, mail.more.yaml]\nservices: {}\n",
            "db/compose.yaml": BASE,
            "mail.yaml": BASE,
            "mail.more.yaml": BASE,
        },
        ["default unknown: compose.yaml"],
    ),
    "what is included counts as there": (
        {
            "compose.yaml": BASE,
            "compose.all.yaml": "include: [db.yaml]\nservices:\n  a:\n    image: b\n    depends_on: [web]\n",
            "db.yaml": BASE,
        },
        ["default unknown: compose.yaml", "all unknown: compose.all.yaml"],
    ),
    "of files that include each other one is run": (
        {f"{name}.yaml": f"include: [{other}.yaml]\n{BASE}" for name, other in ("ab", "ba", "cc")},
        ["a unknown: a.yaml", "c unknown: c.yaml"],
    ),
    "what only a left-out file includes is run": (
        {"web.yaml": "include: [x/compose.yaml]\n" + ODD, "x/compose.yaml": BASE},
        ["default unknown: x/compose.yaml"],
    ),
    "COMPOSE_FILE": (
        {
            ".env": "# x\nexport COMPOSE_FILE='compose.yaml:compose.dev.yaml:missing.yaml' # y\n",
            "compose.yaml": BASE,
            "compose.dev.yaml": OVERLAY,
            "compose.override.yaml": OVERLAY,
            "compose.prod.yaml": OVERLAY,
        },
        ["dev dev: compose.yaml compose.dev.yaml", "prod prod: compose.yaml compose.prod.yaml"],
    ),
    "COMPOSE_FILE with its own separator": (
        {".env": "COMPOSE_PATH_SEPARATOR=;\nCOMPOSE_FILE=a.yaml;../b.yaml\n", "a.yaml": BASE, "compose.yaml": HALF},
        ["default unknown: a.yaml"],
    ),
    "broken files are run so that they are reported": (
        {"compose.yaml": BASE, "compose.prod.yaml": "services: [", "docker-compose.test.yml": "services:\n\t- x"},
        [
            "prod prod: compose.yaml compose.prod.yaml",
            "test dev: compose.yaml docker-compose.test.yml",
        ],
    ),
    "broken files without a base": ({"compose.prod.yaml": "services: ["}, ["prod prod: compose.prod.yaml"]),
    "not a mapping": ({"compose.yaml": "- a\n", "x/compose.yaml": "", "y/compose.yaml": "a"}, [
        "default unknown: compose.yaml", "default unknown: x/compose.yaml", "default unknown: y/compose.yaml"]),
    "services of every wrong type": (
        {"compose.yaml": "services: [a]\n", "x.yaml": BASE + "  c: 3\n  d: null\n  e: [a]\n"},
        ["default unknown: compose.yaml"],
    ),
    "several documents": (
        {"web.yaml": "services:\n  a:\n    image: b\n    depends_on: [c]\n---\nservices:\n  c:\n    image: d\n"},
        ["web unknown: web.yaml"],
    ),
}  # fmt: skip


GPU = "services:\n  web:\n    gpus: all\n"

# What scripts, build files, CI files and documents say.
SCRIPTS: dict[str, tuple[dict[str, str], list[str]]] = {
    "a set in a script beats guessed ones": (
        {
            "compose.yaml": BASE,
            "compose.prod.yaml": OVERLAY,
            "compose.gpu.yaml": GPU,
            "deploy.sh": "docker compose -f compose.yaml -f compose.prod.yaml -f compose.gpu.yaml up -d\n",
        },
        ["prod-gpu prod: compose.yaml compose.prod.yaml compose.gpu.yaml", "default unknown: compose.yaml"],
    ),
    "a complete file that a script merges is an overlay": (
        {
            "compose.yaml": BASE,
            "compose.mon.yaml": "services: {mon: {image: a}}\n",
            "README.md": "`docker compose -f compose.yaml -f compose.mon.yaml up`\n",
        },
        ["mon unknown: compose.yaml compose.mon.yaml", "default unknown: compose.yaml"],
    ),
    "what a script runs is looked at though it cannot be loaded": (
        {"compose.yaml": BASE, "compose.prod.yaml": OVERLAY, "a.sh": "docker compose -f compose.prod.yaml up\n"},
        ["prod prod: compose.prod.yaml", "default unknown: compose.yaml"],
    ),
    "… with the base": (
        {
            "compose.yaml": BASE,
            "compose.prod.yaml": STRAY,
            "Makefile": "up:\n\tdocker compose -f compose.yaml -f compose.prod.yaml up\n",
        },
        ["prod prod: compose.yaml compose.prod.yaml", "default unknown: compose.yaml"],
    ),
    "what cannot be loaded and only a document runs is left out": (
        {"compose.yaml": BASE, "compose.prod.yaml": STRAY, "README.md": f"`docker compose {STRAYED} up`\n"},
        ["default unknown: compose.yaml"],
    ),
    "… or is in a comment, or printed, or looked at": (
        {
            "compose.yaml": BASE,
            "compose.prod.yaml": STRAY,
            "a.sh": f"# docker compose {STRAYED} up\n  echo 'Run docker compose {STRAYED} build'\n"
            f"log.info('docker compose {STRAYED} run')\ndocker compose {STRAYED} config\n",
        },
        ["default unknown: compose.yaml"],
    ),
    "… or goes on with what is not known": (
        {"compose.yaml": BASE, "compose.prod.yaml": STRAY, "a.sh": f"docker compose {STRAYED} $MORE up\n"},
        ["default unknown: compose.yaml"],
    ),
    "an overlay that is only looked at is no stack": (
        {
            "compose.yaml": BASE,
            "compose.prod.yaml": BASE,
            "Makefile": "up:\n\tdocker compose -f compose.yaml -f compose.prod.yaml up\n"
            "logs:\n\tdocker compose -f compose.prod.yaml logs\n",
        },
        ["prod prod: compose.yaml compose.prod.yaml", "default unknown: compose.yaml"],
    ),
    "names of files that are not there are another project's": (
        {"compose.yaml": BASE, "compose.prod.yaml": OVERLAY, "a.sh": "docker compose -f docker-compose.ci.yml up\n"},
        ["prod prod: compose.yaml compose.prod.yaml", "default unknown: compose.yaml"],
    ),
    "development and production are run, and the base is too": (
        {
            "compose.yaml": BASE,
            "compose.dev.yaml": OVERLAY,
            "compose.prod.yaml": OVERLAY,
            "README.md": "docker compose up\n",
        },
        [
            "dev dev: compose.yaml compose.dev.yaml",
            "prod prod: compose.yaml compose.prod.yaml",
            "default unknown: compose.yaml",
        ],
    ),
    "add-ons that the documents do not speak of": (
        {"compose.yaml": BASE, "compose.gpu.yaml": GPU, "README.md": "docker compose up\n"},
        ["default unknown: compose.yaml"],
    ),
    "add-ons of a base that is not run alone": (
        {"compose.yaml": BASE, "compose.dev.yaml": OVERLAY, "compose.prod.yaml": OVERLAY, "compose.gpu.yaml": GPU},
        ["dev dev: compose.yaml compose.dev.yaml", "prod prod: compose.yaml compose.prod.yaml"],
    ),
    "files that were put aside": (
        {"compose.yaml": BASE, "compose.old.yaml": BASE, "compose.example.yaml": BASE, "compose.backup.yaml": OVERLAY},
        ["default unknown: compose.yaml"],
    ),
    "a model that is all there is": ({"compose.example.yaml": BASE}, ["example unknown: compose.example.yaml"]),
    "a deploy script makes prod": (
        {"compose.yaml": BASE, "scripts/deploy.sh": "docker compose up -d\n"},
        ["default prod: compose.yaml"],
    ),
    "scripts that differ make nothing": (
        {"compose.yaml": BASE, "deploy.sh": "docker compose up -d\n", "dev.sh": "docker compose up\n"},
        ["default unknown: compose.yaml"],
    ),
    "a document makes nothing": (
        {"compose.yaml": BASE, "docs/production.md": "docker compose up -d\n"},
        ["default unknown: compose.yaml"],
    ),
    "a CI service is no production": (
        {"compose.x.yaml": BASE, ".github/workflows/main.yml": "- run: docker compose -f compose.x.yaml up\n"},
        ["x dev: compose.x.yaml"],
    ),
    "its deploy job is": (
        {
            "compose.x.yaml": BASE,
            ".gitlab-ci.yml": "deploy:\n  script:\n    - docker compose -f compose.x.yaml up -d\n",
        },
        ["x prod: compose.x.yaml"],
    ),
    "a swarm": (
        {
            "compose.yaml": BASE,
            "compose.x.yaml": OVERLAY,
            "README.md": "docker stack deploy -c compose.yaml -c compose.x.yaml shop\n",
        },
        ["x prod: compose.yaml compose.x.yaml", "default unknown: compose.yaml"],
    ),
    "a development container": (
        {
            "compose.yaml": BASE,
            ".devcontainer/compose.extend.yaml": OVERLAY,
            ".devcontainer/devcontainer.json": '{// x\n"dockerComposeFile": ["../compose.yaml", // y\n'
            '"compose.extend.yaml"]}',
        },
        ["devcontainer dev: compose.yaml .devcontainer/compose.extend.yaml", "default unknown: compose.yaml"],
    ),
    "one file for a container of its own": (
        {
            ".devcontainer/x/devcontainer.json": '{"dockerComposeFile": "compose.yaml"}',
            ".devcontainer/x/compose.yaml": BASE,
        },
        ["devcontainer dev: .devcontainer/x/compose.yaml"],
    ),
    "Tilt": (
        {
            "compose.yaml": BASE,
            "compose.t.yaml": OVERLAY,
            "Tiltfile": "docker_compose(['compose.yaml', 'compose.t.yaml'])\n",
        },
        ["t dev: compose.yaml compose.t.yaml", "default unknown: compose.yaml"],
    ),
    "actions": (
        {
            "a.yaml": BASE,
            "b.yaml": OVERLAY,
            ".github/workflows/x.yml": "- uses: x/y@v2\n  with:\n    compose-file: |\n      a.yaml\n      b.yaml\n",
        },
        ["b dev: a.yaml b.yaml"],
    ),
    "COMPOSE_FILE in an example": (
        {
            "compose.yaml": BASE,
            "compose.x.yaml": OVERLAY,
            ".env.example": "COMPOSE_FILE=compose.yaml:compose.x.yaml\n",
            "README.md": "docker compose up\n",
        },
        ["x unknown: compose.yaml compose.x.yaml"],
    ),
    "COMPOSE_FILE in a CI file": (
        {
            "ci/compose.test.yaml": BASE,
            ".github/workflows/x.yml": "env:\n  COMPOSE_FILE: ci/compose.test.yaml\nrun: docker compose up\n",
            "compose.yaml": BASE,
        },
        ["default unknown: compose.yaml", "test dev: ci/compose.test.yaml"],
    ),
    "overlays in another folder": (
        {
            "compose.yaml": BASE,
            "deploy/compose.prod.yaml": OVERLAY,
            "deploy/up.sh": 'top=$(dirname "$0")/..\n'
            'docker compose -f "$top/compose.yaml" -f "$top/deploy/compose.prod.yaml" up\n',
        },
        ["prod prod: compose.yaml deploy/compose.prod.yaml", "default unknown: compose.yaml"],
    ),
    "a folder that was changed to": (
        {
            "compose.yaml": BASE,
            "shop/compose.yaml": BASE,
            "shop/compose.x.yaml": OVERLAY,
            "Makefile": "up:\n\tcd shop && docker compose -f compose.yaml -f compose.x.yaml up\n",
        },
        [
            "default unknown: compose.yaml",
            "x unknown: shop/compose.yaml shop/compose.x.yaml",
            "default unknown: shop/compose.yaml",
        ],
    ),
    "a document above several stacks": (
        {
            "README.md": "In each folder: docker compose -f compose.yaml -f compose.mon.yaml up\n",
            "a/compose.yaml": BASE,
            "a/compose.mon.yaml": BASE.replace("web", "mon"),
            "b/compose.yaml": BASE,
        },
        [
            "mon unknown: a/compose.yaml a/compose.mon.yaml",
            "default unknown: a/compose.yaml",
            "default unknown: b/compose.yaml",
        ],
    ),
    "a file's own comment": (
        {
            "compose.yaml": BASE,
            "compose.mon.yaml": "# docker compose -f compose.yaml -f compose.mon.yaml up\nservices: {m: {image: a}}\n",
        },
        ["mon unknown: compose.yaml compose.mon.yaml", "default unknown: compose.yaml"],
    ),
    "profiles named for development and production": (
        {"compose.yaml": BASE, "README.md": "docker compose --profile dev up\ndocker compose --profile prod up\n"},
        ["dev dev: compose.yaml", "prod prod: compose.yaml"],
    ),
    "a base by name": (
        {
            "docker/compose.base.yml": BASE,
            "docker/compose.dev.yml": OVERLAY,
            "docker/compose.prod.yml": OVERLAY,
            "stack/base.yml": BASE,
            "stack/live.yml": "services:\n  new:\n    image: a\n    depends_on: [web]\n",
        },
        [
            "dev dev: docker/compose.base.yml docker/compose.dev.yml",
            "prod prod: docker/compose.base.yml docker/compose.prod.yml",
            "live prod: stack/base.yml stack/live.yml",
        ],
    ),
    "a base by name beside what runs": (
        {"docker-compose.yml": BASE, "docker-compose.base.yml": BASE, "docker-compose.prod.yml": OVERLAY},
        ["prod prod: docker-compose.base.yml docker-compose.prod.yml", "default unknown: docker-compose.yml"],
    ),
    "an overlay that repeats images without their variables": (
        {
            "compose.yaml": "services:\n  web: {image: a, environment: {A: b}}\n  db: {image: c, env_file: [x]}\n",
            "compose.prod.yaml": "services:\n  web: {image: a, restart: always}\n",
        },
        ["prod prod: compose.yaml compose.prod.yaml", "default unknown: compose.yaml"],
    ),
    "an overlay of a service without a body in a third file": (
        {
            "compose.yaml": BASE,
            "common.yaml": "services:\n  half:\n    restart: always\n  web:\n    extends: half\n",
            "compose.prod.yaml": "services:\n  web:\n    extends: {file: common.yaml, service: web}\n",
        },
        ["prod prod: compose.yaml compose.prod.yaml", "default unknown: compose.yaml"],
    ),
    "a list of files in the settings of tasks": (
        {
            "env/compose.base.yml": HALF,
            "env/compose.pg.yml": "services:\n  web:\n    image: a\n",
            "env/compose.my.yml": "services:\n  web:\n    image: b\n",
            "tasks.py": 'CONFIG = {"compose_files": ["compose.base.yml", "compose.pg.yml"], "dir": "env/"}\n'.replace(
                "{", "{\n  "
            ),
            "invoke.my.yml": "app:\n  compose_files:\n    - compose.base.yml\n    - compose.my.yml\n",
        },
        [
            "my unknown: env/compose.base.yml env/compose.my.yml",
            "pg unknown: env/compose.base.yml env/compose.pg.yml",
        ],
    ),
    "a document far down": (
        {
            "compose.yaml": BASE,
            "compose.tls.yaml": OVERLAY,
            "compose.auth.yaml": OVERLAY,
            "site/content/en/guide/tls.mdx": "```\ndocker compose -f compose.yaml -f compose.tls.yaml up\n```\n",
        },
        ["tls unknown: compose.yaml compose.tls.yaml", "default unknown: compose.yaml"],
    ),
    "a makefile for one system": (
        {"compose.yaml": BASE, "compose.auth.yaml": OVERLAY, "Makefile-mac": "up:\n\tdocker compose up -d\n"},
        ["default unknown: compose.yaml"],
    ),
    "an overlay that takes the place of the override": (
        {"compose.yaml": BASE, "compose.override.tls.yaml": OVERLAY, "up.sh": "docker compose up\n"},
        ["override.tls unknown: compose.yaml compose.override.tls.yaml", "default unknown: compose.yaml"],
    ),
    "an overlay that is called after another one": (
        {"compose.yaml": BASE, "compose.prod.yaml": OVERLAY, "compose.prod.eu.yaml": OVERLAY},
        ["prod prod: compose.yaml compose.prod.yaml", "default unknown: compose.yaml"],
    ),
    "one that a script puts on top": (
        {
            "compose.yaml": BASE,
            "compose.prod.yaml": OVERLAY,
            "compose.prod.eu.yaml": OVERLAY,
            "up.sh": "docker compose -f compose.yaml -f compose.prod.yaml -f compose.prod.eu.yaml up\n",
        },
        ["prod-prod.eu prod: compose.yaml compose.prod.yaml compose.prod.eu.yaml", "default unknown: compose.yaml"],
    ),
    "two in the place of the override": (
        {"compose.yaml": BASE, "compose.override.ci.yaml": OVERLAY, "compose.override.ci-arm.yaml": OVERLAY},
        [
            "override.ci-arm dev: compose.yaml compose.override.ci-arm.yaml",
            "override.ci dev: compose.yaml compose.override.ci.yaml",
            "default unknown: compose.yaml",
        ],
    ),
    "a common file that is only stopped by itself": (
        {
            "compose.base.yaml": BASE,
            "compose.x.yaml": OVERLAY,
            "run.sh": "F=compose.base.yaml\ndocker compose -f $F -f compose.x.yaml up\ndocker compose -f $F down\n",
        },
        ["x unknown: compose.base.yaml compose.x.yaml"],
    ),
    "a base that only completes another folder's": (
        {
            "compose.yaml": BASE,
            "probe/compose.yaml": "services:\n  web:\n    ports: [80]\n  probe:\n    image: p\n",
            "probe/run.sh": "cd ..\ndocker compose -f compose.yaml -f probe/compose.yaml up\n",
        },
        ["probe unknown: compose.yaml probe/compose.yaml", "default unknown: compose.yaml"],
    ),
    "other images for services that only the base connects": (
        {
            "compose.yaml": "services:\n  web: {image: a, ports: [80]}\n  db: {image: b, volumes: ['./d:/d']}\n",
            "compose.rocm.yaml": "services:\n  db: {image: c, environment: {A: b}, devices: [/dev/x:/dev/x]}\n",
            "compose.alone.yaml": "services:\n  db: {image: c, ports: [5432]}\n",
            "up.sh": "docker compose up\n",
        },
        ["default unknown: compose.yaml", "alone unknown: compose.alone.yaml"],
    ),
    "a variant of a file of an odd name": (
        {
            "start.yml": BASE,
            "start-debug.yml": "services:\n  web:\n    build: .\n    ports: [80]\n",
            "starter.yml": "services:\n  web:\n    image: nginx\n",
        },
        ["start unknown: start.yml", "starter unknown: starter.yml"],
    ),
    "a file that has all of an incomplete base": (
        {
            "compose.yaml": HALF,
            "compose.dev.yaml": "services:\n  web: {build: .}\n",
            "compose.full.yaml": "services:\n  web: {image: a, ports: [80]}\n  db: {image: b}\n",
            "up.sh": "docker compose -f compose.yaml -f compose.dev.yaml up\n",
        },
        ["dev dev: compose.yaml compose.dev.yaml", "full unknown: compose.full.yaml"],
    ),
    "ignored files are nobody's": (
        {
            ".gitignore": "compose.mine.yaml\n",
            "compose.yaml": BASE,
            "compose.mine.yaml": OVERLAY,
            "up.sh": "docker compose -f compose.yaml -f compose.mine.yaml up\n",
        },
        ["default unknown: compose.yaml"],
    ),
}


@pytest.mark.parametrize("example", SCRIPTS)
def test_scripts(here: Path, example: str) -> None:
    files, expected = SCRIPTS[example]
    plant(here, files)
    assert environments() == expected


def test_what_a_script_says_besides(here: Path) -> None:
    command = (
        "docker compose --project-directory . -f d/compose.yaml -f d/compose.prod.yaml --env-file p.env --profile web"
    )
    plant(
        here,
        {
            "d/compose.yaml": BASE,
            "d/compose.prod.yaml": OVERLAY,
            "p.env": "A=1\n",
            "Makefile": f"up:\n\t{command} up\nlogs:\n\t{command} logs\n",
        },
    )
    (prod, _) = projects()[0].environments
    assert (prod.env_files, prod.profiles, prod.project_dir) == (("p.env",), ("web",), ".")
    assert prod.seen == ("Makefile:2", "Makefile:4")
    assert prod.evidence == "compose.yaml + compose.prod.yaml: `Makefile:2` runs them; the name says prod"


def test_scripts_outside_the_root_are_not_opened(here: Path) -> None:
    plant(here, {"compose.yaml": BASE, "compose.mon.yaml": BASE})
    outside = here.parent / "deploy.sh"
    outside.write_text("docker compose -f compose.yaml -f compose.mon.yaml up\n")
    (here / "deploy.sh").symlink_to(outside)
    assert environments() == ["default unknown: compose.yaml", "mon unknown: compose.mon.yaml"]


def test_scripts_count_for_a_single_file_too(here: Path) -> None:
    plant(
        here,
        {
            "a/compose.yaml": BASE,
            "a/compose.mon.yaml": BASE,
            "ci/x.sh": "docker compose -f a/compose.yaml -f a/compose.mon.yaml up\n",
        },
    )
    assert environments("a/compose.mon.yaml") == environments()[:1] == ["mon dev: a/compose.yaml a/compose.mon.yaml"]


def test_the_cost_of_many_scripts(here: Path) -> None:
    line = "docker compose -f compose.yaml -f x/compose.yaml -f missing.yaml up\n"
    plant(here, {"compose.yaml": BASE, **{f"s{number}.sh": line * 3000 for number in range(300)}})
    assert clock.within(4, environments) == ["default unknown: compose.yaml"]


def test_environments_are_shown_with_the_configuration_that_says_the_same(here: Path) -> None:
    plant(
        here,
        {
            "compose.yaml": BASE,
            "compose.prod.yaml": OVERLAY,
            "compose.x.yaml": "services:\n  new:\n    restart: always\n",
            "shop/compose.yaml": BASE,
            "shop/\x1b.yaml": BASE,
            "up.sh": "docker compose -f compose.yaml -f compose.prod.yaml --env-file p.env up\n",
            "p.env": "A=1\n",
        },
    )
    text = show(projects())
    assert text.split("\n\n")[0].splitlines()[:5] == [
        "./",
        "  prod (prod): compose.yaml + compose.prod.yaml",
        "    why: `up.sh:1` runs them; the name says prod",
        "    seen in: up.sh:1",
        "    env files: p.env",
    ]
    assert "\x1b" not in text
    inferred = environments()
    pasted = text[text.index("# As configuration") :]
    assert "  # x: {files: [compose.yaml, compose.x.yaml]}\n" in pasted
    (here / ".lintstack.yaml").write_text(pasted)
    assert environments() == inferred
    assert projects()[0].environments[0].env_files == ("p.env",)


def test_nothing_to_show(here: Path) -> None:
    assert show(projects()) == "no Compose file here\n"


@pytest.mark.parametrize("example", FOLDERS)
def test_folders(here: Path, example: str) -> None:
    files, expected = FOLDERS[example]
    plant(here, files)
    assert environments() == expected


@pytest.mark.parametrize(
    ("service", "top"),
    [
        ("depends_on: [other]", ""),
        ("depends_on: {other: {condition: service_started}}", ""),
        ("links: ['other:db']", ""),
        ("network_mode: service:other", ""),
        ("volumes_from: ['other:ro']", ""),
        ("networks: [front]", "networks: {front: {}}\n"),
        ("networks: {front: {aliases: [a]}}", "networks: {front: {}}\n"),
        ("volumes: ['data:/data']", "volumes: {data: {}}\n"),
        ("volumes: [{type: volume, source: data, target: /data}]", "volumes: {data: {}}\n"),
        ("secrets: [key]", "secrets: {key: {file: a}}\n"),
        ("configs: [{source: key, target: /x}]", "configs: {key: {file: a}}\n"),
    ],
)
def test_references_decide_whether_a_file_stands_alone(here: Path, service: str, top: str) -> None:
    text = f"services:\n  a:\n    image: b\n    {service}\n"
    plant(here, {"web.yaml": text, "ok.yaml": text + ("" if top else "  other:\n    image: c\n") + top})
    assert environments() == ["ok unknown: ok.yaml"]
    kind = next(
        word for word in ("networks", "volumes", "secrets", "configs", "services") if word in (top or "services")
    )
    (note,) = notes()
    assert note.startswith(
        f"`web.yaml` is left out: it does not run by itself (`web.yaml:2`: service `a` refers to `{kind}."
    )
    assert note.endswith("not declared); name its files under `environments` in the configuration")


@pytest.mark.parametrize(
    "service",
    [
        "depends_on: {other: {condition: service_started, required: false}}",
        "volumes: ['./data:/data', '/a:/b', '~/a:/c', '$X:/d', '/anonymous', {type: bind, source: /x, target: /y}]",
        "volumes: [{type: tmpfs, target: /t}, 3, null]",
        "networks: [default, '${NET}']",
        "network_mode: host",
        "volumes_from: ['container:x']",
        "secrets: {a: b}",
    ],
)
def test_what_is_no_reference(here: Path, service: str) -> None:
    plant(here, {"web.yaml": f"services:\n  a:\n    image: b\n    {service}\n"})
    assert environments() == ["web unknown: web.yaml"]


@pytest.mark.parametrize(
    ("service", "stands"),
    [
        ("build: .", True),
        ("provider: {type: model}", True),
        ("extends: {file: x.yaml, service: a}", True),
        ("extends: b", True),
        ("extends: {service: b}", True),
        ("extends: c", False),
        ("command: x", False),
    ],
)
def test_what_a_service_needs_to_run(here: Path, service: str, stands: bool) -> None:
    plant(here, {"web.yaml": f"services:\n  a:\n    {service}\n  b:\n    image: c\n"})
    assert bool(environments()) is stands


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(
            (name, "prod")
            for name in ("prod", "production", "live", "staging", "eu-prod", "prod.eu", "PROD", "preprod")
        ),
        *(
            (name, "dev")
            for name in ("dev", "develop", "development", "local", "test", "tests", "ci", "e2e", "local-ssl")
        ),
        *(
            (name, "unknown")
            for name in ("", "default", "mysql", "prod-local", "non-prod", "product", "device", "latest")
        ),
    ],
)
def test_kinds_by_name(name: str, kind: Kind) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("compose.prod.yaml", "prod"),
        ("docker-compose-prod.yml", "prod"),
        ("docker-compose_prod.yml", "prod"),
        ("compose.prod.eu.yaml", "prod.eu"),
        ("prod.compose.yml", "prod"),
        ("prod-docker-compose.yaml", "prod"),
        ("compose.yaml", ""),
        ("docker-stack.yml", ""),
    ],
)
def test_names_of_overlays(name: str, environment: str) -> None:
    assert overlay_name(name) == environment


@pytest.mark.parametrize(
    ("service", "sign"),
    [
        ("build: .\n    develop: {watch: []}", "service `a` has a `develop:` section"),
        ("build: {context: ., target: dev}", "service `a` builds the stage `dev`"),
        ("build: .\n    volumes: ['.:/app']", "service `a` mounts its source code"),
        ("build: ./api\n    volumes: ['./api/src:/app/src']", "service `a` mounts its source code"),
        (
            "build: {context: api}\n    volumes: [{type: bind, source: ./api, target: /x}]",
            "service `a` mounts its source code",
        ),
        ("build: {context: ., target: runner}", ""),
        ("image: nginx\n    volumes: ['./src:/usr/share/nginx/html']", ""),
        ("build: .\n    volumes: ['./nginx.conf:/etc/nginx.conf', 'app:/app', '/app:/x']", ""),
    ],
)
def test_signs_of_development(here: Path, service: str, sign: str) -> None:
    plant(here, {"compose.yaml": f"services:\n  a:\n    {service}\nvolumes: {{app: {{}}}}\n"})
    (found,) = projects()[0].environments
    assert found.kind == ("dev" if sign else "unknown")
    ending = sign or "nothing says dev or prod"
    assert found.evidence == f"compose.yaml: what `docker compose up` runs; {ending}"


def test_only_names_make_prod_and_no_sign_unmakes_it(here: Path) -> None:
    dev = "services:\n  a:\n    build: .\n    volumes: ['.:/app']\n"
    plant(here, {"compose.yaml": dev, "compose.prod.yaml": OVERLAY.replace("web", "a")})
    assert environments() == ["prod prod: compose.yaml compose.prod.yaml", "default dev: compose.yaml"]


def test_kinds_that_are_asked_for(here: Path) -> None:
    plant(here, {"compose.yaml": BASE, "compose.ci.yaml": OVERLAY})
    ci, default = projects(as_kind="prod")[0].environments
    assert (ci.kind, default.kind) == ("dev", "prod")
    assert default.evidence.endswith("; taken for prod as asked")


def test_notes(here: Path) -> None:
    plant(
        here,
        {
            "compose.yaml": BASE,
            "docker-compose.yml": BASE,
            "compose.x.yaml": "services:\n  new:\n    restart: always\n",
            "web.yaml": ODD,
            "back.yaml": "services:\n  db:\n    image: x\n    networks: [back]\n  mail:\n    image: x\n",
        },
    )
    way = "name its files under `environments` in the configuration"
    new = "`compose.x.yaml:2`: service `new` has neither `image` nor `build`"
    back = "`back.yaml:2`: service `db` refers to `networks.back`, which is not declared"
    front = "`web.yaml:2`: service `web` refers to `networks.front`, which is not declared"
    assert notes() == [
        f"`back.yaml` is left out: it does not run by itself or with the base ({back}); {way}",
        f"`compose.x.yaml` is left out: it does not run by itself or with the base ({new}); {way}",
        "`docker-compose.yml` is left out: Docker Compose takes `compose.yaml` instead",
        f"`web.yaml` is left out: it does not run by itself or with the base ({front}); {way}",
    ]


def test_what_a_script_runs_and_docker_compose_refuses_is_an_error(tmp_path: Path) -> None:
    makefile = f"up:\n\tdocker compose {STRAYED} up\n"
    files = {"compose.yaml": BASE, "compose.prod.yaml": STRAY, "Makefile": makefile}
    findings = lint(tmp_path, files, select=("overlay-unknown-service",)).findings
    assert [(item.severity, item.at.span.line) for item in findings] == [("error", 2)]


def test_what_is_named_is_run(here: Path) -> None:
    plant(
        here,
        {
            "compose.yaml": BASE,
            "compose.prod.yaml": OVERLAY,
            "web.yaml": ODD,
            "part.yaml": "volumes: {a: {}}\n",
            "x/y.yaml": BASE,
        },
    )
    assert environments("compose.prod.yaml") == ["prod prod: compose.yaml compose.prod.yaml"]
    assert environments("compose.yaml") == [
        "prod prod: compose.yaml compose.prod.yaml",
        "default unknown: compose.yaml",
    ]
    assert environments("web.yaml", "part.yaml") == ["part unknown: part.yaml", "web unknown: web.yaml"]
    assert environments("x/y.yaml") == ["y unknown: x/y.yaml"]
    assert notes("x", "web.yaml") == []


def test_what_includes_a_named_file_is_run(here: Path) -> None:
    plant(here, {"compose.yaml": "include: [db.yaml]\n", "db.yaml": BASE, "compose.prod.yaml": BASE})
    assert environments("db.yaml") == ["default unknown: compose.yaml"]


def test_a_base_that_is_a_link(here: Path) -> None:
    plant(here, {"base/compose.yaml": BASE, "site/compose.override.yaml": OVERLAY})
    (here / "site/compose.yaml").symlink_to("../base/compose.yaml")
    assert environments() == [
        "default unknown: base/compose.yaml",
        "dev dev: site/compose.yaml site/compose.override.yaml",
    ]


def test_unreadable_files(here: Path) -> None:
    plant(here, {"compose.yaml": BASE})
    (here / "compose.prod.yaml").write_bytes(b"\xff")
    with (here / "compose.dev.yaml").open("wb") as file:
        file.truncate(6_000_000)
    assert environments() == ["dev dev: compose.yaml compose.dev.yaml", "prod prod: compose.yaml compose.prod.yaml"]


def test_dockerfiles_belong_to_the_nearest_project(here: Path) -> None:
    dockerfiles = ("Dockerfile", "api/Dockerfile", "shop/Dockerfile", "shop/a/b/Dockerfile", "shopping/Dockerfile")
    plant(here, {"compose.yaml": BASE, "shop/compose.yaml": BASE, **dict.fromkeys(dockerfiles, "FROM scratch\n")})
    assert [(project.folder, project.dockerfiles) for project in projects()] == [
        (".", ("Dockerfile", "api/Dockerfile", "shopping/Dockerfile")),
        ("shop", ("shop/Dockerfile", "shop/a/b/Dockerfile")),
    ]
    assert projects("shop")[0].dockerfiles == ("shop/Dockerfile", "shop/a/b/Dockerfile")


@pytest.mark.parametrize(
    "files",
    [
        {f"f{number}.yaml": f"include: [f{(number + 1) % 300}.yaml]\n{BASE}" for number in range(300)},
        {f"d{number}/compose.yaml": f"include: [../d{number + 1}/compose.yaml]\n{BASE}" for number in range(300)},
        {
            f"f{level}{side}.yaml": f"include: [f{level + 1}0.yaml, f{level + 1}1.yaml]\n{BASE}"
            for level in range(150)
            for side in (0, 1)
        },
        {"compose.yaml": BASE} | {f"compose.e{number}.yaml": OVERLAY for number in range(300)},
    ],
)
def test_the_cost_of_many_files(here: Path, files: dict[str, str]) -> None:
    plant(here, files)
    assert clock.within(2, environments)


# The configuration


def test_configured_environments_replace_what_would_be_inferred(here: Path) -> None:
    plant(
        here,
        {
            "compose.yaml": BASE,
            "compose.prod.yaml": OVERLAY,
            "compose.x.yaml": OVERLAY,
            "stack.yaml": "{services: {web: {image: nginx}}}",
            "shop/compose.yaml": BASE,
            "shop/compose.live.yaml": OVERLAY,
            ".env.prod": "A=1\n",
            ".lintstack.yaml": "environments:\n"
            "  prod: {files: [compose.yaml, compose.prod.yaml], env-files: [.env.prod, .env.none], profiles: [web]}\n"
            "  flow: {files: [stack.yaml], kind: dev, project-directory: shop/..}\n"
            "projects:\n  shop: {environments: {main: {kind: prod, files: [compose.yaml]}}}\n",
        },
    )
    assert environments() == [
        "prod prod: compose.yaml compose.prod.yaml",
        "flow dev: stack.yaml",
        "main prod: shop/compose.yaml",
    ]
    prod = projects()[0].environments[0]
    assert (prod.env_files, prod.profiles, prod.project_dir, prod.inferred) == ((".env.prod",), ("web",), ".", False)
    assert prod.evidence == "compose.yaml + compose.prod.yaml: the configuration says so"
    assert notes() == [
        "`compose.x.yaml` is left out: no environment of the configuration names it",
        "`shop/compose.live.yaml` is left out: no environment of the configuration names it",
    ]
    assert environments("shop") == ["main prod: shop/compose.yaml"]


def test_a_setting_without_files_changes_what_is_inferred(here: Path) -> None:
    plant(
        here,
        {
            "compose.yaml": BASE,
            "a/compose.yaml": BASE,
            "a/env": "A=1\n",
            ".lintstack.yaml": "environments:\n  default: {kind: prod}\n"
            "projects:\n  a: {environments: {default: {env-files: [env], profiles: [x], project-directory: ..}}}\n",
        },
    )
    (top,), (inner,) = (project.environments for project in projects())
    assert (top.kind, top.evidence) == (
        "prod",
        "compose.yaml: what `docker compose up` runs; nothing says dev or prod; the configuration adds to it",
    )
    assert (inner.kind, inner.env_files, inner.profiles, inner.project_dir) == ("prod", ("a/env",), ("x",), ".")


@pytest.mark.parametrize(
    "text", ["environments: {prd: {kind: prod}}\n", "rules:\n  x: {env: [prd]}\n", "rules: {x: {env: prd}}\n"]
)
def test_an_unknown_environment_is_misuse(here: Path, text: str) -> None:
    plant(here, {"compose.yaml": BASE, "compose.prod.yaml": OVERLAY, "a/compose.yaml": BASE, ".lintstack.yaml": text})
    with pytest.raises(ConfigError, match=r"no environment is called `prd`; did you mean `prod`\?$") as error:
        projects()
    assert error.value.path == ".lintstack.yaml"
    assert projects("a"), "a part of the tree does not tell"


# Corpus


@pytest.fixture(scope="module")
def corpus() -> Path:
    path = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    if not path.is_dir():
        pytest.skip(f"no corpus at {path}")
    return path


def test_the_corpus(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(corpus)
    found = {project.folder: project for project in projects()}
    lines = environments()
    print(f"{len(found)} projects, {len(lines)} environments")  # noqa: T201
    assert len(found) > 100
    expected = {
        "default unknown: laradock__laradock/docker-compose.yml",
        "dev dev: wodby__docker4drupal/compose.yml wodby__docker4drupal/compose.override.yml",
        "ci dev: getredash__redash/.ci/compose.ci.yaml",
        "mysql unknown: temporalio__docker-compose/docker-compose-mysql.yml",
        "ipv6 unknown: TryGhost__ghost-docker/compose.yml TryGhost__ghost-docker/compose.ipv6.yml",
        "docker-stack unknown: vegasbrianc__prometheus/docker-stack.yml",
    }
    assert expected <= set(lines)
    assert [line for line in lines if " prod: " in line] == ["default prod: laradock__laradock/production/compose.yml"]
    assert not [
        folder for folder in found if folder.startswith("laradock__laradock/") and not folder.endswith("production")
    ]
    assert len(notes()) == 2
