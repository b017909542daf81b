"""Checks of command lines, and of the process that gets the signals: PID 1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintstack.facts import Fact, Place
from lintstack.findings import Problem
from lintstack.model import Service

SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
INITS = frozenset({"tini", "tini-static", "dumb-init", "docker-init", "catatonit", "s6-svscan"})
# Scripts of official images, which `exec` what follows.
TRANSPARENT = frozenset({"docker-entrypoint.sh", "docker-php-entrypoint", "env", "exec"})
# Kinds of images whose entrypoints, if they have one, are TRANSPARENT.
LANGUAGES = frozenset({"base", "runtime"})
PACKAGE_MANAGERS = frozenset({"npm", "npx", "pnpm", "pnpx", "yarn"})
TRAPS = frozenset({"trap", "exit", "exec"})
ENDS = frozenset({"echo", "printf", "sleep", "tail", "cat", "true", ":", "wait", "done", "return", "cd"})
WATCHING = ("dev", "watch", "start:dev", "develop", "storybook")
# Wrappers that do nothing without words to run behind them.
WRAPPER_SCRIPTS = ("docker-entrypoint.sh", "entrypoint.sh", "wait-for-it.sh", "wait-for.sh", "wait-for")


def command_json_string(service: Service) -> Iterator[Problem]:
    """A list that stands in quotes: Compose splits it at the blanks."""
    for name in ("command", "entrypoint"):
        fact: Fact[tuple[str, ...]] = getattr(service, name)
        words = fact.value or ()
        line = " ".join(words)
        if (
            len(line) < 3
            or line[0] != "["
            or line[-1] != "]"
            or line[1] in " ["
            or not fact.places
            or service.synthetic
        ):
            continue
        written = fact.places[0].span.text.strip()
        if written.startswith(('"[', "'[")) or (written.startswith(("|", ">")) and "[" in written[:20]):
            message = f"`{name}` of {service} is a string that looks like a list, so its program begins with `[`"
            yield Problem(f"{message}; take the quotes around it away", fact.places[0], fact.places[1:], fact=name)


def entrypoint_keeps_command(service: Service) -> Iterator[Problem]:
    """An entrypoint that runs what follows, and drops the CMD of the image that was to follow."""
    dropped, words = service.dropped_command, service.entrypoint.value or ()
    if not dropped.value or not words or not service.entrypoint.decided:
        return
    name = words[0].rpartition("/")[2]
    expects = words[-1] == "--" or (len(words) == 1 and (name in INITS or name in WRAPPER_SCRIPTS))
    if expects:
        message = f"`entrypoint` of {service} drops the CMD of its image, so `{name}` has nothing to run"
        places = service.entrypoint.places
        related = (*places[1:], *(Place(place.span, "this is dropped") for place in dropped.places[:1]))
        yield Problem(f"{message}; repeat the words as `command`", places[0], related, fact="dropped_command")


def _first_process(service: Service) -> tuple[str, ...]:
    """Words of PID 1, without scripts that replace themselves; () under an init or where nobody knows."""
    words = service.process.value or ()
    if service.init.value or (service.init.unknown and not service.synthetic) or not service.process.places:
        return ()
    if "shell" in (service.entrypoint_form.value, service.command_form.value):
        return ()  # what `exec-form-command` is about
    while words and words[0].rpartition("/")[2] in TRANSPARENT:
        words = words[1:]
    return () if words and words[0].rpartition("/")[2] in INITS else words


def _starts_it(service: Service) -> bool:
    """Whether the command line says what PID 1 is: an image of an application may have an entrypoint before it."""
    own = service.entrypoint_form.value is not None
    return own or (service.known is not None and service.known.kind in LANGUAGES)


def npm_as_pid_one(service: Service) -> Iterator[Problem]:
    """Package managers that stand between the signals and the program."""
    words = _first_process(service) if _starts_it(service) else ()
    if not words or words[0].rpartition("/")[2] not in PACKAGE_MANAGERS or service.is_job.value or _watches(words):
        return
    name = words[0].rpartition("/")[2]
    message = f"PID 1 of {service} is `{name}`, which does not hand signals on"
    way_out = "run the program itself, such as `[node, server.js]`, or set `init: true`"
    yield Problem(f"{message}; {way_out}", service.process.places[0], fact="process")


def _watches(words: Sequence[str]) -> bool:
    """Whether it is a command for development, or one that ends."""
    return any(word in WATCHING or word.endswith((":dev", ":watch")) for word in words) or bool(
        {"install", "ci", "test", "build", "migrate"} & set(words[1:3])
    )


def node_without_init(service: Service) -> Iterator[Problem]:
    """Node.js as PID 1."""
    words = _first_process(service) if _starts_it(service) else ()
    if words and words[0].rpartition("/")[2] in ("node", "nodejs") and not service.is_job.value:
        message = f"PID 1 of {service} is `node`, which ends at no signal that it does not handle and reaps no child"
        way_out = "set `init: true`, or start it by `dumb-init` or `tini`"
        yield Problem(f"{message}; {way_out}", service.process.places[0], fact="process")


def shell_as_pid_one(service: Service) -> Iterator[Problem]:
    """Shells that stay PID 1 while the program runs."""
    words = _first_process(service)
    if len(words) < 3 or words[0].rpartition("/")[2] not in SHELLS or not words[1].startswith("-"):
        return
    script = next((word for word in words[1:] if not word.startswith("-")), "")
    if not words[1].endswith("c") or service.is_job.value or not any(sign in script for sign in ("&", ";", "|", "\n")):
        return
    from lintstack.dockerfile.shell.reading import script_commands

    commands = [item for item in script_commands(script) or () if item.name]
    if len(commands) < 2 or any("exec" in item.wrappers or item.name in TRAPS for item in commands):
        return
    last = commands[-1].name[:60]
    if not commands[-1].guards and last not in ENDS:
        message = f"PID 1 of {service} may stay `{words[0].rpartition('/')[2]}`, which hands no signal on to `{last}`"
        yield Problem(f"{message}; write `exec {last} …`", service.process.places[0], fact="process", detail=last)


def init_process_once(service: Service) -> Iterator[Problem]:
    """Two init processes, of which the second is not PID 1."""
    words = service.process.value or ()
    name = words[0] if words else ""
    image = (service.image.repository.value or "") if service.image else ""
    supervised = name in ("/init", "/s6-init") or image.startswith("linuxserver/")
    if service.init.value and service.init.decided and (supervised or name.rpartition("/")[2] in INITS):
        other = "s6" if supervised else f"`{name.rpartition('/')[2]}`"
        why = "which has to be PID 1 itself" if supervised else "which does the same"
        message = f"`init: true` of {service} starts an init process before {other}, {why}; remove it"
        yield Problem(message, service.init.places[0], service.init.places[1:], fact="init")
