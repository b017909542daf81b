"""What a file is, by its name and, where that does not tell, by how its content begins."""

from __future__ import annotations

import os
import re
from functools import cache, lru_cache
from typing import Literal

from lintstack.findings import Kind

MOST_SNIFFED = 64 * 1024
LARGEST_SNIFFED = 256 * 1024
LONGEST_NAME = 200  # characters of a name that are looked at

Sort = Literal["compose", "dockerfile", ""]

# Names that end like these are about Dockerfiles, or make them; they are none.
_OTHER = frozenset(
    """dockerignore md markdown rst adoc txt html htm tmpl tpl template j2 jinja jinja2 erb ejs mustache hbs in m4 bak
    orig old rej swp swo tmp save log lock json yml yaml toml xml ini cfg csv diff patch sig asc sha256 snap png svg gz
    tar zip ipynb pyc""".split()
)
# `Dockerfile.go` is a Dockerfile for Go, `dockerfile.go` is Go: the content decides.
_PROGRAM = frozenset(
    """py sh bash zsh fish ps1 bat cmd go js jsx mjs cjs ts tsx java kt scala rb php pl lua rs c h cc cpp hpp cs fs
    swift vim el ex exs hs nix tf hcl groovy r jl dart sql css scss""".split()
)
_PROD = frozenset({"prod", "production", "live", "staging", "preprod"})
_DEV = frozenset(
    """dev devel develop development devenv local localdev test tests testing ci cicd e2e integration cypress
    playwright debug sandbox""".split()
)
# Folders whose files are run by developers and CI services only; `live` and `staging` are other things as folders.
_PROD_FOLDERS = frozenset({"prod", "production"})
_DEV_FOLDERS = frozenset(
    """ci cypress ddev dev devcontainer development devenv e2e github gitpod integration localdev playwright test tests
    testing""".split()
)
_FOREIGN_KEYS = frozenset(
    """on jobs stages pipelines pipeline steps apiVersion kind openapi swagger asyncapi workflow before_script
    AWSTemplateFormatVersion Resources parameters""".split()
)
_COMPOSE_KEYS = frozenset("services include volumes networks secrets configs models name version".split())


_USUAL: dict[str, Sort] = {"compose.yaml": "compose", "docker-compose.yml": "compose", "dockerfile": "dockerfile"}


# Compiled when first needed: a run over one Dockerfile needs one of them.
@cache
def _compose() -> re.Pattern[str]:
    family = "(?:docker[-_.]?|podman[-_.]?)?compose"
    kinds = "(?:override|local|dev|test|prod|production)"
    names = rf"(?:{family}(?:[-_.].+)?|.+[-_.]{family}(?:[-_.]{kinds})?|docker-stack(?:[-_.].+)?)\.ya?ml"
    return re.compile(names, re.DOTALL)


@cache
def _dockerfile() -> re.Pattern[str]:
    return re.compile(r"(?:docker|container)file(?:[-_.].+)?|.+\.(?:docker|container)file", re.DOTALL)


@cache
def _foreign() -> re.Pattern[str]:
    """Names of files that other tools read, although they may have `services:` with images."""
    return re.compile(
        r"""(?:.*[-_.])?gitlab-ci\.ya?ml | \.(?:travis|drone|woodpecker|lando|appveyor|cirrus|platform\.app)\.ya?ml
          | (?:azure|bitbucket)-pipelines.*\.ya?ml | (?:chart|pubspec|mkdocs|skaffold|cloudbuild|action|values)\.ya?ml
          | pnpm-(?:lock|workspace)\.ya?ml""",
        re.VERBOSE,
    )


@cache
def _top_key() -> re.Pattern[str]:
    return re.compile(r"""(["']?)([A-Za-z_][\w.-]*)\1[ \t]*:(?=[\s]|$)""")


@cache
def _service_key() -> re.Pattern[str]:
    return re.compile(r"image[ \t]*:[ \t]+[^\s#{]|build[ \t]*:|extends[ \t]*:")


@cache
def _first_instruction() -> re.Pattern[str]:
    return re.compile(r"(?:from|arg)[ \t]+\S", re.IGNORECASE)


def by_name(name: str) -> Sort:
    """What a file is by its name alone; "" when the name does not tell."""
    lower = name.lower()
    if lower in _USUAL:
        return _USUAL[lower]
    if lower.endswith((".yml", ".yaml")):
        return "compose" if _compose().fullmatch(lower) and not _foreign().fullmatch(lower) else ""
    if "file" not in lower or not _dockerfile().fullmatch(lower) or lower.endswith("~"):
        return ""
    suffix = _suffix(lower)
    return "" if suffix in _OTHER or suffix in _PROGRAM else "dockerfile"


def undecided(name: str) -> Sort:
    """What a file may be whose content has to be looked at: YAML of any name, `Dockerfile.py`."""
    lower = name.lower()
    if lower.endswith((".yml", ".yaml")):
        return "" if _foreign().fullmatch(lower) or by_name(name) else "compose"
    return "dockerfile" if _suffix(lower) in _PROGRAM and _dockerfile().fullmatch(lower) else ""


def _suffix(lower: str) -> str:
    """The last extension; `dockerfile_test.go` and `dockerfile.go` have the same."""
    return lower.rpartition(".")[2]


def foreign_folder(parts: tuple[str, ...]) -> bool:
    """Whether YAML files of a folder belong to a CI service or to Ansible, whatever they are called.

    Args:
        parts: the last components of the folder's path, outermost first.
    """
    last, before = (parts[-1] if parts else ""), (parts[-2] if len(parts) > 1 else "")
    workflows = last == "workflows" and before in (".github", ".gitea", ".forgejo")
    ansible = last in ("tasks", "handlers") and len(parts) > 2 and parts[-3] == "roles"
    return workflows or ansible or last in (".circleci", ".woodpecker", ".buildkite")


def is_compose(data: bytes) -> bool:
    """Whether YAML of an odd name is a compose file: services with an image, a build or a base to extend.

    Args:
        data: the first bytes of the file.
    """
    if b"services:" not in data:
        return False
    text = data.decode("utf-8", "replace")
    top_key = _top_key()
    found = inside = False
    child = depth = -1
    for line in text.splitlines():
        bare = line.lstrip(" ")
        if not bare or bare[0] in "#\r":
            continue
        indent = len(line) - len(bare)
        if indent == 0:
            key = top_key.match(bare)
            if key and key[2] in _FOREIGN_KEYS:
                return False
            inside, child, depth = bool(key and key[2] == "services"), -1, -1
        elif inside and not found:
            child = indent if child < 0 else child
            inside = bare[0] != "-" or indent > child
            depth = -1 if indent <= child else indent if depth < 0 else depth
            found = indent == depth and indent >= child + 2 and _service_key().match(bare) is not None
    return found


def by_content(name: str, data: bytes) -> Sort:
    """What a file is that was named on the command line although its name does not tell.

    Args:
        name: its name.
        data: its first bytes.
    """
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    top_key = _top_key()
    keys = {found[2] for line in text.splitlines() if (found := top_key.match(line))}
    if keys & _FOREIGN_KEYS and "services" not in keys:
        return ""
    if {"services", "include"} & keys or (keys and all(key in _COMPOSE_KEYS or key.startswith("x-") for key in keys)):
        return "" if _FOREIGN_KEYS & keys else "compose"
    if text.lstrip().startswith("{") and re.search(r"""["']?services["']?[ \t]*:""", text):
        return "compose"
    return "dockerfile" if is_dockerfile(data) else ""


def is_dockerfile(data: bytes) -> bool:
    """Whether the first instruction is one that a Dockerfile can begin with."""
    for line in data.decode("utf-8", "replace").removeprefix("\ufeff").splitlines():
        bare = line.strip()
        if bare and not bare.startswith("#"):
            return _first_instruction().match(bare) is not None
    return False


@lru_cache(4096)  # services of a stack, and the environments of a project, have the same names
def words_of(name: str) -> tuple[str, ...]:
    """Words of a name in lower case: `DB_HOST`, `spring.redis.host` and `dbHost` have two or three."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name[:LONGEST_NAME])
    return tuple(word for word in re.split(r"[^A-Za-z0-9]+", spaced.lower()) if word)


@cache
def _words() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z0-9]+")


def kind_of(name: str) -> Kind:
    """What the name of an environment or file says: prod, dev or, when it says neither or both, unknown."""
    return _kind(name, _PROD, _DEV)


def kind_of_folder(path: str) -> tuple[Kind, str]:
    """What the folders of a path say, and the one that says it; the innermost that says anything counts.

    Args:
        path: relative to the project's root: folders above it say nothing about what is in it.
    """
    for folder in reversed(path.replace("\\", "/").split("/")):
        kind = _kind(folder, _PROD_FOLDERS, _DEV_FOLDERS)
        if kind != "unknown":
            return kind, folder
    return "unknown", ""


def kind_by_path(path: str, below: str) -> Kind:
    """What the name of a Dockerfile says, else the folders that it lies in.

    Args:
        path: of the Dockerfile, as it was given.
        below: its real path below the project's root.
    """
    kind = kind_of(os.path.basename(path))
    return kind if kind != "unknown" else kind_of_folder(os.path.dirname(below))[0]


def _kind(name: str, prod: frozenset[str], dev: frozenset[str]) -> Kind:
    words = {word.lower() for word in _words().findall(name)}
    is_prod, is_dev = not words.isdisjoint(prod) and "non" not in words, not words.isdisjoint(dev)
    if is_prod == is_dev:
        return "unknown"
    return "prod" if is_prod else "dev"
