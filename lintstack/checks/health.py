"""Checks of what the test of a health check runs, and of values that the engine refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lintstack.facts import Fact, Place
from lintstack.findings import Problem
from lintstack.model import Healthcheck, Service

if TYPE_CHECKING:
    from lintstack.dockerfile.shell.script import Command

SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "busybox"})
# Words that only a shell understands.
OPERATORS = frozenset({"||", "&&", "|", ";", ">", ">>", "<", "2>&1", ">/dev/null", "2>/dev/null", "&>/dev/null", "&"})
# Options behind which a program expects code of its own, in which those words and `$` may stand.
CODE = frozenset(
    {"-c", "-e", "-r", "-E", "-p", "--eval", "--execute", "--command", "-Q", "-q", "--query", "-ec", "-lc"}
)
# Programs whose words are never code.
PLAIN = frozenset({"curl", "wget", "pg_isready", "nc", "redis-cli", "valkey-cli", "mysqladmin", "rabbitmq-diagnostics"})
ALWAYS = frozenset({"true", ":", "echo", "printf"})
SINKS = frozenset({"cat", "tee", "head", "tail"}) | ALWAYS
LONGEST = 20_000  # characters of a test that are looked at
SHORTEST = 0.001  # seconds


def _at(healthcheck: Healthcheck) -> tuple[Place, tuple[Place, ...]]:
    """The word of the test to point at, and the further places."""
    places = healthcheck.program.places or healthcheck.test.places
    return places[0], tuple(place for place in places[1:] if place.label)


def _problem(healthcheck: Healthcheck, message: str, fact: str, detail: str = "") -> Problem:
    at, related = _at(healthcheck)
    return Problem(message, at, related, fact=fact, detail=detail)


def healthcheck_tool_missing(healthcheck: Healthcheck) -> Iterator[Problem]:
    """Tests whose program, or whose shell, is not in the image."""
    missing, service = healthcheck.missing, healthcheck.service
    if missing.value is None or service is None:
        return
    image = service.base_image.value
    test = healthcheck.test.value or ()
    way_out = f"install `{missing.value}`, or test with a program that the image has"
    if missing.value == "sh" and test[:1] == ("CMD-SHELL",):
        how, way_out = "through a shell", "write the words of a program that the image has, `[CMD, …]`"
    elif any(missing.value in word for word in test[1:]):
        how = f"with `{missing.value}`"
    else:
        how = f"by `{healthcheck.program.value}`, which runs `{missing.value}`"
    message = f"{service} checks its health {how}, which is not in its image (`{image}`): it never becomes healthy"
    yield Problem(f"{message}; {way_out}", missing.places[0], missing.places[1:], fact="program_missing")


def healthcheck_test_form(healthcheck: Healthcheck) -> Iterator[Problem]:
    """Tests that no program is started for as it was meant: operators without a shell, words that are lost."""
    words = healthcheck.test.value or ()
    fault = _form_fault(words) if words else ""
    if fault:
        yield _problem(healthcheck, f"the health check of {healthcheck.service} {fault}", "test")


def _form_fault(words: Sequence[str]) -> str:
    """What is wrong with the words of a test, with the way out; "" when nothing is."""
    if len(words) < 2:
        return f"names no program behind `{words[0]}`; add the command, or switch it off by `disable: true`"
    if words[0] == "CMD-SHELL":
        return _shell_fault(words)
    if words[0] != "CMD":
        return ""
    first = words[1]
    if " " in first.strip() and not first.startswith("/"):
        return "has a whole line as the name of its program; write `CMD-SHELL` in front of it, or each word by itself"
    sign = next((sign for word in words[2:] if (sign := _operator(word, first))), "")
    if sign and not _takes_code(words):
        return f"hands `{sign}` to `{_name(first)}`, since no shell runs it; write `CMD-SHELL` and one line"
    return ""


def _shell_fault(words: Sequence[str]) -> str:
    line = words[1].strip()
    if len(words) > 2:
        return "runs its first word alone, since CMD-SHELL takes one line; write all of it as one string, or `CMD`"
    if line == "NONE":
        return "runs a program named `NONE`, since it is a string; write `disable: true`"
    start = line.split(None, 1)[0] if line else ""
    if start in ("CMD", "CMD-SHELL"):
        return f"runs a program named `{start}`, since it is a string; leave `{start}` out, or write a list"
    return ""


def _name(program: str) -> str:
    return program.rpartition("/")[2][:60]


def _takes_code(words: Sequence[str]) -> bool:
    """Whether a shell or another interpreter reads one of the words."""
    if _name(words[1]) in PLAIN:
        return False
    return _name(words[1]) in SHELLS or not CODE.isdisjoint(words[2:])


def _operator(word: str, program: str) -> str:
    """The operator that a word is, or that stands in the line that it is; "" without."""
    if word in OPERATORS:
        return word
    if _name(program) not in PLAIN or word.startswith(("{", "[")):
        return ""
    return next((sign for sign in ("||", "&&", "|") if f" {sign} " in word[:LONGEST]), "")


def healthcheck_variable(healthcheck: Healthcheck) -> Iterator[Problem]:
    """Variables of the container in a test that no shell runs."""
    words = healthcheck.test.value or ()
    if words[:1] != ("CMD",) or _name(words[1] if len(words) > 1 else "") in SHELLS or _takes_code(words):
        return
    for word in words[1:]:
        found = re.search(r"\$(?:\{?([A-Za-z_]\w{0,80})|\()", word[:LONGEST])
        if found:
            shown = f"${found[1]}" if found[1] else "$(…)"
            way_out = "write `CMD-SHELL` and one line, so that a shell does"
            message = f"nothing replaces `{shown}` in the health check of {healthcheck.service}, a list of words"
            yield _problem(healthcheck, f"{message}; {way_out}", "test", shown)
            return


def _commands(test: Sequence[str]) -> tuple[Command, ...]:
    """Commands of a test that a shell runs; nothing where it is not understood."""
    line = ""
    if len(test) == 2 and test[0] == "CMD-SHELL":
        line = test[1]
    elif len(test) > 3 and _name(test[1]) in SHELLS and test[2] in ("-c", "-ec", "-lc"):
        line = test[3]
    if not line:
        return ()
    from lintstack.dockerfile.shell.reading import script_commands

    return tuple(item for item in script_commands(line) or () if item.name)


def healthcheck_can_fail(healthcheck: Healthcheck) -> Iterator[Problem]:
    """Tests that say "healthy" whatever happens."""
    test = healthcheck.test.value or ()
    line = test[1].strip() if len(test) == 2 else ""
    if test[:1] == ("CMD",) and len(test) > 1 and _name(test[1]) in ALWAYS:
        culprit = _name(test[1])
    elif any("/dev/tcp/" in word or "/dev/udp/" in word for word in test):
        return  # the redirection fails where nothing listens
    elif not any(sign in line or (len(test) > 3) for sign in ("|", ";", "\n", "true", "exit", "echo", ":")):
        return
    else:
        culprit = _swallowing(_commands(test))
    if culprit:
        message = f"the health check of {healthcheck.service} cannot fail, since `{culprit}` always succeeds"
        yield _problem(healthcheck, f"{message}; write `|| exit 1`, or switch it off by `disable: true`", "test")


def _swallowing(commands: Sequence[Command]) -> str:
    """The command by which a script ends well whatever the others did; "" without."""
    if not commands or any(item.name == "set" for item in commands):
        return ""
    last, before = commands[-1], commands[:-1]
    ends = last.name in ("exit", "return") and last.args[:1] == ("0",)
    shown = f"{last.name} 0" if ends else last.name
    if not before:
        return shown if not last.guards and (ends or last.name in ALWAYS) else ""
    if any(item.guards and not set(item.guards) <= {"||", "&&"} for item in commands):
        return ""
    if any(item.name in ("exit", "return") for item in before):
        return ""
    if "||" in last.guards:
        return f"|| {shown}" if ends or last.name in ALWAYS else ""
    if last.pipeline >= 0 and last.position > 0 and before[-1].pipeline == last.pipeline:
        return f"| {shown}" if last.name in SINKS else ""
    return f"; {shown}" if before[-1].unnoticed and (ends or last.name in ALWAYS) else ""


def healthcheck_curl_fail(healthcheck: Healthcheck) -> Iterator[Problem]:
    """curl that takes the answer "500 Internal Server Error" for health."""
    test = healthcheck.test.value or ()
    if not any("curl" in word for word in test[1:]):
        return
    if test[:1] == ("CMD",) and _name(test[1]) == "curl":
        calls = [test[2:]]
    elif any(sign in word for word in test for sign in ("$(", "`", "grep", "jq")):
        return
    else:
        calls = [item.args for item in _commands(test) if item.name == "curl" and item.pipeline < 0]
    if any(_takes_errors(args) for args in calls):
        message = f"the health check of {healthcheck.service} takes every answer for health, an error 500 too"
        yield _problem(healthcheck, f"{message}; add `-f` to `curl`", "test")


def _takes_errors(args: Sequence[str]) -> bool:
    said = [arg for arg in args if arg.startswith("-")]
    fails = any(arg.startswith("--fail") or (arg[:2] != "--" and "f" in arg) for arg in said)
    asks = any(arg.startswith(("--write-out", "-w", "--version", "-K", "--config")) for arg in said)
    others = any("://" in arg and not arg.startswith("http") for arg in args)
    return not (fails or asks or others) and len(said) < len(args)


def busybox_wget_option(healthcheck: Healthcheck) -> Iterator[Problem]:
    """Options of GNU wget for the one of BusyBox."""
    if healthcheck.wget_option.value and healthcheck.service:
        option, image = healthcheck.wget_option.value, healthcheck.service.base_image.value
        message = f"the health check of {healthcheck.service} gives `{option}` to wget, which that of `{image}` refuses"
        yield _problem(healthcheck, f"{message}; leave it out, or install `wget`", "wget_option", option)


def healthcheck_other_host(healthcheck: Healthcheck) -> Iterator[Problem]:
    """Tests that ask somebody else whether this service is well."""
    host, service = healthcheck.host.value, healthcheck.service
    if host is None or service is None or host in (service.name, service.container_name.value):
        return
    if host == "host.docker.internal" or "$" in host or (service.network_mode.value or "").endswith(f":{host}"):
        return
    message = f"the health check of {service} asks `{host[:100]}`, not itself; call `localhost`"
    yield _problem(healthcheck, message, "host", host[:100])


def start_interval_period(healthcheck: Healthcheck) -> Iterator[Problem]:
    """A pace for the start of which compose does not say how long it is."""
    interval, period = healthcheck.start_interval, healthcheck.start_period
    if not interval.decided or not interval.value or _of_dockerfile(healthcheck.service, interval):
        return
    if (not period.value and not period.unknown) or (period.decided and _of_dockerfile(healthcheck.service, period)):
        message = f"Docker Compose refuses `start_interval` of {healthcheck.service} without `start_period`; add it"
        yield Problem(message, interval.places[0], interval.places[1:], fact="start_interval")


def _of_dockerfile(service: Service | None, fact: Fact[float]) -> bool:
    """Whether a Dockerfile states a value."""
    stage = service.build.stage if service and service.build else None
    return bool(service and service.synthetic) or bool(
        stage and fact.places and fact.places[0].span.source is stage.dockerfile.source
    )


def healthcheck_number_refused(healthcheck: Healthcheck) -> Iterator[Problem]:
    """Durations and numbers that the engine refuses."""
    for name in ("interval", "timeout", "start_period", "start_interval"):
        length: Fact[float] = getattr(healthcheck, name)
        if length.decided and length.value is not None and length.value and length.value < SHORTEST:
            message = f"Docker refuses the `{name}` of the health check of {healthcheck.service}"
            yield Problem(f"{message}: it is shorter than 1 ms", length.places[0], length.places[1:], fact=name)
    retries = healthcheck.retries
    if retries.decided and retries.value is not None and retries.value < 0:
        message = f"Docker refuses the `retries` of the health check of {healthcheck.service}: they are negative"
        yield Problem(message, retries.places[0], retries.places[1:], fact="retries")
