"""Which files of a tree tell how compose files are run: scripts, build files, CI files, documents, settings."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from lintstack.findings import Kind
from lintstack.named import NamedTuple
from lintstack.reader import Reader, inside
from lintstack.recognise import kind_of

if TYPE_CHECKING:
    from lintstack.environments.commands import Use

LARGEST_SCRIPT = 256 * 1024
_MOST_FILES = 400
_MOST_IN_FOLDER = 60
_MOST_BYTES = 8_000_000
_MOST_INNER = 40
_MOST_DOCUMENTED = 80
_DEEPEST_DOCUMENT = 7

# Folders beside compose files, and above them, in which such files lie.
_PLACES = (
    ".github .github/workflows .gitea/workflows .forgejo/workflows .gitlab .circleci .buildkite .woodpecker .ci ci"
    " .devcontainer .docker docker scripts script bin tools tool hack dev make tasks deploy deployment ops infra"
    " docs doc scripts/ci scripts/docker scripts/deploy scripts/dev docker/scripts infra/scripts deploy/scripts"
).split()
_NAMES = frozenset(
    """makefile gnumakefile justfile .justfile procfile jenkinsfile tiltfile rakefile vagrantfile package.json
    composer.json devcontainer.json .devcontainer.json tasks.py fabfile.py noxfile.py dodo.py conftest.py
    pyproject.toml mise.toml .mise.toml makefile.toml .envrc readme .pre-commit-config.yaml .gitlab-ci.yml
    bitbucket-pipelines.yml .travis.yml .drone.yml appveyor.yml taskfile.yml taskfile.yaml skaffold.yaml
    lefthook.yml tox.ini deno.json""".split()
)
_BEGINNINGS = ("jenkinsfile", "procfile", "makefile.", "makefile-", "invoke.")
_SUFFIXES = frozenset("sh bash zsh fish ps1 bat cmd mk make just md mdx rst adoc service".split())
_CI_FOLDERS = (".github", "workflows", ".circleci", ".buildkite", ".woodpecker", ".gitlab", ".ci", "ci")
_CI_WORDS = ("gitlab-ci", "pipelines", "travis", "drone", "woodpecker")
_DOCUMENTS = (".md", ".mdx", ".rst", ".adoc", ".txt", "readme")
_SPELLED_OUT = (" compose ", "-compose ", "COMPOSE_FILE", "stack deploy", " bake ", "compose\n")
# Folders with documents in folders.
_DOCUMENTED = ("docs", "doc", "documentation", "site", "website", "wiki")
_OWN_FOLDERS = ("bin", "script", "scripts", "tools", "hack", "dev", "ops", "ci")  # of scripts without extension
_NOT_ENTERED = frozenset({"node_modules", "vendor", "venv", "target", "LICENSE", "Makefile", "Dockerfile"})
_TARGETS = (".mk", ".json", ".just", ".make")
_DEPLOY = frozenset({"deploy", "deployment", "release", "rollout", "cd"})


class Script(NamedTuple):
    """A file that may say how compose files are run.

    Args:
        path: as reports write it.
        folder: the folder it lies in, absolute.
        sort: script, ci, document, comment (in a compose file), environment (`.env`), devcontainer or tiltfile.
        kind: what its name says that it is for.
        uses: the commands in it.
    """

    path: str
    folder: str
    sort: str
    kind: Kind
    uses: tuple[Use, ...]


def scripts(folders: set[str], reader: Reader) -> Iterator[Script]:
    """The files that speak of Compose, in and above folders and in the usual places beside them.

    Args:
        folders: real paths of folders with compose files.
        reader: opens files.
    """
    count = total = 0
    for folder in places(folders, reader):
        for name in sorted(reader.names(folder))[: _MOST_IN_FOLDER * 8]:
            sort = sort_of(name, folder)
            if not sort or count == _MOST_FILES or total > _MOST_BYTES:
                continue
            text = reader.searched(os.path.join(folder, name), LARGEST_SCRIPT)
            count, total = count + 1, total + len(text)
            known = name.lower() in _NAMES or name.lower().startswith(_BEGINNINGS)
            if "." not in name and not known and text[:2] != "#!":
                continue
            if _speaks(text, sort) and (uses := tuple(_READERS.get(sort, _by_command)(text, name))):
                shown = reader.display(os.path.join(folder, name))
                yield Script(shown, folder, sort, script_kind(name), uses)


def commented(path: str, text: str, reader: Reader) -> Script | None:
    """A compose file whose comments say how it is run.

    Args:
        path: as reports write it.
        text: its content.
        reader: knows where it lies.
    """
    if "compose -f" not in text and "stack deploy" not in text and "COMPOSE_FILE=" not in text:
        return None
    from lintstack.environments.commands import commands

    comments = "\n".join(line.lstrip(" #") if line.lstrip()[:1] == "#" else "" for line in text.splitlines())
    uses = tuple(commands(comments))
    return Script(path, os.path.dirname(reader.absolute(path)), "comment", "unknown", uses) if uses else None


def _speaks(text: str, sort: str) -> bool:
    """Whether a text may have a command; documents, which are many, must spell one out."""
    if sort == "document":
        return any(word in text for word in _SPELLED_OUT)
    return "ompose" in text or "COMPOSE_FILE" in text or "stack deploy" in text or " bake" in text


def places(folders: set[str], reader: Reader) -> Iterator[str]:
    """Folders to look into, each once: those above, then those beside."""
    above: dict[str, None] = {}
    for folder in sorted(folders):
        while folder not in above and inside(folder, reader.root):
            above[folder] = None
            folder = os.path.dirname(folder)
    seen: set[str] = set()
    for folder in above:
        names = reader.names(folder)
        for place in ("", *(place for place in _PLACES if place.partition("/")[0] in names)):
            path = os.path.join(folder, place) if place else folder
            if path not in seen:
                seen.add(path)
                yield path
        for inner in (path for path in _inner(folder, names, reader) if path not in seen):
            seen.add(inner)
            yield inner
    yield from (path for path in _documented(above, reader) if path not in seen)


def _documented(above: Iterable[str], reader: Reader) -> Iterator[str]:
    """Folders of documents at any depth, the upper ones first."""
    tops = (os.path.join(folder, name) for folder in above for name in _DOCUMENTED if name in reader.names(folder))
    pending = [(path, 1) for path in tops]
    for path, depth in pending:
        if depth > 1:
            yield path
        if depth < _DEEPEST_DOCUMENT and len(pending) < _MOST_DOCUMENTED:
            inner = [name for name in sorted(reader.names(path)) if "." not in name and name not in _NOT_ENTERED]
            pending.extend((os.path.join(path, name), depth + 1) for name in inner[:_MOST_INNER])


def _inner(folder: str, names: frozenset[str], reader: Reader) -> Iterator[str]:
    """Folders of development containers, and others that may have a document about the stack."""
    if ".devcontainer" in names:
        inner = os.path.join(folder, ".devcontainer")
        yield from (os.path.join(inner, name) for name in sorted(reader.names(inner)) if "." not in name)
    plain = [name for name in sorted(names) if "." not in name and name not in _NOT_ENTERED][:_MOST_INNER]
    yield from (os.path.join(folder, name) for name in plain)


def sort_of(name: str, folder: str) -> str:
    """What sort of evidence a file of this name may hold; "" for none."""
    lower = name.lower()
    if lower.endswith(("devcontainer.json",)):
        return "devcontainer"
    if lower.startswith(".env") and lower != ".envrc":
        return "environment"
    if lower == "tiltfile":
        return "tiltfile"
    parts = folder.split(os.sep)[-2:]
    suffix = lower.rpartition(".")[2] if "." in lower else ""
    if lower in _NAMES or suffix in _SUFFIXES or lower.startswith(_BEGINNINGS):
        return "ci" if _is_ci(lower, parts) else "document" if lower.endswith(_DOCUMENTS) else "script"
    if suffix in ("yml", "yaml"):
        return "ci" if _is_ci(lower, parts) else ""
    return "script" if not suffix and (parts[-1] in _OWN_FOLDERS or name.islower()) and "." not in name else ""


@cache
def _ci_names() -> re.Pattern[str]:
    return re.compile(
        r"(?:.*\.)?gitlab-ci\.ya?ml|(?:azure|bitbucket)-pipelines.*\.ya?ml|\.?(?:travis|drone|woodpecker).*\.ya?ml"
    )


def _is_ci(lower: str, parts: list[str]) -> bool:
    if parts[-1] in _CI_FOLDERS and lower.endswith((".yml", ".yaml", ".sh")):
        return True
    named = any(word in lower for word in _CI_WORDS) and _ci_names().fullmatch(lower) is not None
    return named or lower.startswith("jenkinsfile")


@cache
def _words() -> re.Pattern[str]:
    return re.compile(r"[a-z0-9]+")


def script_kind(name: str) -> Kind:
    """What the name of a script or target says that it is for: `deploy.sh` is for production."""
    stem = name.rpartition(".")[0] or name
    words = set(_words().findall(stem.lower()))
    kind = kind_of(stem)
    if kind == "unknown" and words & _DEPLOY and not words & {"dev", "local", "test", "staging"}:
        return "prod"
    return kind


def _by_command(text: str, name: str) -> Iterator[Use]:
    from lintstack.environments.commands import commands
    from lintstack.environments.exports import around

    lower = name.lower()
    targets = (
        lower.endswith(_TARGETS) or "makefile" in lower or lower in ("justfile", ".justfile") or "taskfile" in lower
    )
    yield from commands(text, targets, None if lower.endswith(_DOCUMENTS) else around(text, name, targets))
    yield from (use for use, _ in _inputs_of(text, alone=False))


def _by_variable(text: str, name: str) -> Iterator[Use]:
    """`COMPOSE_FILE` in an example of a .env file; what is commented out there is offered."""
    from lintstack.environments.commands import variable_lines

    if name != ".env":  # read where it counts: with the folder that it lies in
        yield from variable_lines(text)


@cache
def _compose_files() -> re.Pattern[str]:
    return re.compile(r'"dockerComposeFile"\s*+:\s*+(\[[^\]]{0,2000}+\]|"[^"\n]*")')


def _by_devcontainer(text: str, name: str) -> Iterator[Use]:
    """The files of a development container; the JSON may hold comments."""
    from lintstack.environments.commands import Use

    bare = re.sub(r"(?m)^[^\S\n]*+//.*$", "", text)
    if found := _compose_files().search(bare):
        values = re.sub(r"//[^\n\"]*+(\")?|/\*.*?(?:\*/|\Z)", _without_comment, found[1], flags=re.S)
        files = tuple(re.findall(r'"([^"\n]+)"', values))
        if files and not any("$" in file for file in files):
            yield Use(files, text.count("\n", 0, text.index("dockerComposeFile")) + 1, "devcontainer")


def _without_comment(found: re.Match[str]) -> str:
    """Nothing, or what only looks like a comment: slashes with a quote behind them in their line."""
    return found[0] if found[1] else ""


@cache
def _inputs() -> re.Pattern[str]:
    item = r"""[ \t]*(?:-[ \t]*)?["']?[\w./$][^\n:"'\[\]]{0,200}\.ya?ml["']?,?[ \t]*"""
    listed = rf"(?:[|>][+-]?[ \t]*)?(?P<block>(?:\n{item}){{1,12}})|\[(?P<list>[^\]]{{1,1000}})\]"
    key = r"""^[ \t-]*["']?(?:docker[-_])?compose[-_]files?["']?[ \t]*[:=][ \t]*"""
    return re.compile(rf"(?m){key}(?:{listed}|(?P<one>[^\n#|>\[]{{1,200}}))")


def _inputs_of(text: str, alone: bool) -> Iterator[tuple[Use, int]]:
    """Compose files that an action or a task is given: `compose-file: x.yaml`, `"compose_files": [...]`.

    Args:
        text: a CI file, tasks in Python or their settings.
        alone: whether a single file counts, too.

    Returns:
        What they run, each with the offset behind the input's first character.
    """
    from lintstack.environments.commands import Use

    for found in _inputs().finditer(text) if "ompose" in text else ():
        if alone or not found["one"]:
            files = re.findall(r"(?<![\w./-])[\w./-]+\.ya?ml", found["block"] or found["list"] or found["one"])
            if files:
                yield Use(tuple(files), text.count("\n", 0, found.start()) + 1), found.end()


def _by_ci(text: str, name: str) -> Iterator[Use]:
    """Commands of a CI file, and compose files that it gives to actions."""
    from lintstack.environments.commands import commands
    from lintstack.environments.exports import around

    given = around(text, name)
    yield from commands(text, targets=True, around=given)
    yield from (use._replace(given=given(at)) for use, at in _inputs_of(text, alone=True))


@cache
def _tilt() -> re.Pattern[str]:
    return re.compile(r"""\bdocker_compose\(\s*(?:configPaths\s*=\s*)?(\[[^\]]{1,500}\]|["'][^"'\n]{1,200}["'])""")


def _by_tiltfile(text: str, name: str) -> Iterator[Use]:
    from lintstack.environments.commands import Use

    for found in _tilt().finditer(text):
        files = tuple(re.findall(r"""["']([^"'\n]+\.ya?ml)["']""", found[1]))
        if files:
            yield Use(files, text.count("\n", 0, found.start()) + 1, "tilt")


_READERS: dict[str, Callable[[str, str], Iterator[Use]]] = {
    "environment": _by_variable,
    "devcontainer": _by_devcontainer,
    "ci": _by_ci,
    "tiltfile": _by_tiltfile,
}
