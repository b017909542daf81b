"""Commands that only developers need: servers that reload, compilers that watch."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

LONGEST = 20_000  # characters of a command line that are looked at
MOST_SCRIPTS = 5  # scripts of package.json that one start after the other
# Programs that restart or rebuild whatever they run when a file changes.
WATCHERS = frozenset(
    """
    air browser-sync CompileDaemon fresh gow live-server node-dev nodemon onchange reflex start-storybook ts-node-dev
    tsnd watchexec watchman watchmedo webpack-dev-server
    """.split()
)
# Programs that run JavaScript and have `--watch`.
WATCHING = frozenset("bun deno esbuild gulp nest ng node parcel rollup swc tailwindcss ts-node tsc tsx webpack".split())
# Program → words of which one, standing first behind it, starts a server for developers.
VERBS: dict[str, frozenset[str]] = {
    name: frozenset(verbs.split())
    for name, verbs in {
        "artisan": "serve",
        "astro": "dev",
        "dotnet": "watch",
        "expo": "start",
        "fastapi": "dev",
        "flask": "run",
        "gatsby": "develop",
        "hugo": "server serve",
        "jekyll": "serve",
        "mkdocs": "serve",
        "medusa": "develop",
        "next": "dev",
        "ng": "serve",
        "nuxi": "dev",
        "nuxt": "dev",
        "nx": "serve",
        "quart": "run",
        "quasar": "dev",
        "react-router": "dev",
        "react-scripts": "start",
        "remix": "dev",
        "storybook": "dev",
        "strapi": "develop dev",
        "svelte-kit": "dev",
        "tsx": "watch",
        "turbo": "dev",
        "vite": "dev serve",
        "vue-cli-service": "serve",
        "webpack": "serve server",
        "wrangler": "dev",
    }.items()
}
# Program → word that, anywhere behind it, does so.
TASKS: dict[str, frozenset[str]] = {
    "cargo": frozenset({"watch"}),
    "gradle": frozenset({"bootRun", "quarkusDev"}),
    "gradlew": frozenset({"bootRun", "quarkusDev"}),
    "manage.py": frozenset({"runserver", "runserver_plus"}),
    "django-admin": frozenset({"runserver"}),
    "mvn": frozenset({"spring-boot:run", "quarkus:dev"}),
    "mvnw": frozenset({"spring-boot:run", "quarkus:dev"}),
    "symfony": frozenset({"serve", "server:start"}),
}
RELOADING = frozenset("daphne fastapi granian gunicorn hypercorn sanic uvicorn".split())
RELOAD = frozenset("--reload --auto-reload --autoreload --dev".split())
RUNNERS = frozenset("bun npm pnpm yarn".split())
# Verbs of these that are no scripts.
NO_SCRIPTS = frozenset("add ci config create dlx exec i init install link publish remove run-script x".split())
# Options with which they run scripts of another folder, and the values of these.
ELSEWHERE = frozenset("--cwd --dir --filter --prefix --workspace -C -F -w workspace".split())
DEVELOPMENT = frozenset("dev develop development watch hot nodemon".split())
WRAPPERS = frozenset(
    """
    bundle bunx corepack cross-env dotenv dumb-init env exec gosu npx pdm pipenv pnpx poetry rye sh bash ash su-exec
    tini time uv yarnpkg python python3 php
    """.split()
)

Scripts = Mapping[str, str]


def dev_server(words: Sequence[str], scripts: Callable[[], Scripts], known_rails: bool = True) -> str:
    """How a command line is for developers, as messages say it; "" when it is not, as far as can be told.

    Args:
        words: the command line.
        scripts: of the package.json that holds there.
        known_rails: whether something tells Rails, or may tell it, what it is for.
    """
    for command in commands(words):
        said = _direct(command) or _rails(command, known_rails) or _script(command, scripts)
        if said:
            return said
    return ""


def commands(words: Sequence[str]) -> Iterator[list[str]]:
    """Commands of a command line, without what a shell says between them and programs that start others."""
    text = "\n".join(words) if len(words) > 1 and not _is_script(words) else " ".join(words)
    for part in re.split(r"&&|\|\||[;|&()]|\bthen\b|\bdo\b", text[:LONGEST]):
        yield from _started(re.split(r"[\s\"'`]+", part))


def _is_script(words: Sequence[str]) -> bool:
    return any(word in ("-c", "-ec", "-lc", "-exc") for word in words[:3])


def _started(found: list[str]) -> Iterator[list[str]]:
    """A command from the first program on that starts no other."""
    for at, word in enumerate(found):
        name = word.rpartition("/")[2]
        if not word or word.startswith("-") or "=" in word or name in WRAPPERS:
            continue
        if name == "run" and at and found[at - 1].rpartition("/")[2] in ("poetry", "uv", "pdm", "pipenv", "rye"):
            continue
        if name == "exec" or (at and found[at - 1] in ("gosu", "su-exec")):
            continue  # the user that the program becomes
        yield [name, *found[at + 1 :]]
        return


def _direct(command: list[str]) -> str:
    """What a command itself says."""
    name, rest = command[0], [word for word in command[1:] if word]
    operand = next((word for word in rest if not word.startswith("-")), "")
    if name in WATCHERS:
        return f"`{name}`"
    if name == "vite" and not operand:
        return "`vite`"
    if operand in VERBS.get(name, ()):
        return f"`{name} {operand}`"
    task = next((word for word in rest if word.lstrip(":") in TASKS.get(name, ())), "")
    if task:
        return f"`{name} {task}`"
    flag = next((word for word in rest if word in RELOAD), "") if name in RELOADING else ""
    watch = next((word for word in rest if word in ("--watch", "--watch=true", "-w") and name in WATCHING), "")
    if watch == "-w" and name not in ("tsc", "webpack", "rollup"):
        watch = ""
    return f"`{name} … {flag or watch}`" if flag or watch else ""


def _rails(command: list[str], known_rails: bool) -> str:
    """Rails without a word about its environment is for developers; so is one that says so."""
    if command[0] != "rails" or not {"s", "server"}.intersection(command[1:3]):
        return ""
    text = " ".join(command)
    if re.search(r"(?:-e|--environment)[= ]dev", text):
        return "`rails server` for development"
    return "" if known_rails or "-e" in command or "RAILS_ENV" in text else "`rails server` without RAILS_ENV"


def _script(command: list[str], scripts: Callable[[], Scripts]) -> str:
    """What a script of package.json starts; one that is not there is told by its name."""
    name = script_of(command)
    if not name:
        return ""
    known = {} if ELSEWHERE.intersection(command) else scripts()
    shown, asked = f"`{command[0]} {'' if command[0] == 'yarn' or name == 'start' else 'run '}{name}`", name
    for _ in range(MOST_SCRIPTS):
        text = known.get(name)
        if text is None:
            return shown if is_for_developers(asked) else ""
        found = [*commands([text])]
        direct = next(filter(None, map(_direct, found)), "")
        if direct:
            return f"{direct} by {shown}"
        name = next(filter(None, map(script_of, found)), "")
        if not name:
            return shown if is_for_developers(asked) else ""
    return ""


def script_of(command: Sequence[str]) -> str:
    """The script of package.json that a command runs; "" for none."""
    if command[0] not in RUNNERS:
        return ""
    given = [word for word in command if word]
    rest = (word for before, word in pairwise(given) if before not in ELSEWHERE and word not in ELSEWHERE)
    words = [word for word in rest if not word.startswith("-")]
    if words[:1] in (["run"], ["run-script"]):
        return words[1] if len(words) > 1 else ""
    if words[:1] == ["start"]:
        return "start"
    bare = command[0] in ("yarn", "pnpm") and words and words[0] not in NO_SCRIPTS
    return words[0] if bare else ""


def is_for_developers(script: str) -> bool:
    """Whether the name of a script says so: `dev`, `start:dev`, `watch`."""
    words = re.split(r"[:_-]", script.lower())
    return not DEVELOPMENT.isdisjoint(words) and not {"build", "prod", "production"}.intersection(words)
