"""What the test of a health check runs: its programs, the port and the host that it calls, what the image lacks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from lintstack.facts import ABSENT, Fact, Place
from lintstack.named import NamedTuple

if TYPE_CHECKING:
    from lintstack.dockerfile.shell.script import Command
    from lintstack.join.ground import Ground

WRAPPERS = frozenset(
    "sudo env exec time nice nohup timeout command xargs sh bash ash dash if for while until case !".split()
)
BUILTINS = frozenset(
    """
    test [ [[ exit true false echo printf read return kill cd set : . source eval export local if then else fi while do
    done
    """.split()
)
SHELLS = frozenset({"sh", "bash", "ash", "dash"})
RUN_TEXT = frozenset({"-c", "-ec", "-lc", "-exc", "-euc"})
LONGEST_TEST = 20_000  # characters that are searched for addresses


class Probe(NamedTuple):
    """The programs of a test.

    Attributes:
        program: base name of the first one; "" when that cannot be told.
        needed: those whose absence fails the test, unless one of `instead` runs.
        instead: those that run when the others fail (`curl … || wget …`); "" stands for what always succeeds.
    """

    program: str = ""
    needed: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


def probe(test: tuple[str, ...]) -> Probe:
    """The programs of a test.

    Args:
        test: its words, CMD or CMD-SHELL first.
    """
    if len(test) < 2 or test[0] not in ("CMD", "CMD-SHELL"):
        return Probe()
    if test[0] == "CMD-SHELL":
        return _in_script(test[1])
    name = test[1].rpartition("/")[2]
    if name in SHELLS and len(test) > 3 and test[2] in RUN_TEXT:
        inner = _in_script(test[3])
        return inner._replace(program=inner.program or name, needed=(name, *inner.needed))
    return Probe() if "$" in name or not name else Probe(name, (name,))


@cache
def _plain() -> re.Pattern[str]:
    """A script of one program without anything a shell would do, but for `|| exit 1` at the end."""
    return re.compile(r"\s*([A-Za-z0-9_./-]+)(?:\s[^;&|<>`$(){}\n\"'\\#]*)?(?:\|\|\s*(?:exit\s+1|false)\s*)?", re.ASCII)


def _in_script(script: str) -> Probe:
    plain = _plain().fullmatch(script) if len(script) <= LONGEST_TEST else None
    if plain and plain[1] not in BUILTINS and plain[1] not in WRAPPERS:
        name = plain[1].rpartition("/")[2]
        return Probe(name, (name,)) if name else Probe()
    from lintstack.dockerfile.shell.reading import script_commands

    read: Callable[[str], Iterable[Command] | None] = script_commands
    commands = [item for item in read(script) or () if item.name]
    plainly = [item for item in commands if not item.guards and _is_program(item.name)]
    first = next((item.name for item in commands if item.name not in BUILTINS and "$" not in item.name), "")
    leads = (item.name for item in commands if item.name == first and (item.guards or _counts(item)))
    needed = dict.fromkeys((*leads, *(item.name for item in plainly if _counts(item))))
    return Probe(first, tuple(needed), tuple(_instead(commands)))


def _is_program(name: str) -> bool:
    return name not in BUILTINS and "$" not in name


def _counts(command: Command) -> bool:
    """Whether a command that does not exist fails the test: not in front of a `;`, where the script goes on."""
    return command.pipeline >= 0 or command.tolerated or not command.unnoticed


def _instead(commands: Iterable[Command]) -> Iterable[str]:
    """Programs behind `||`; "" for what makes the test succeed there."""
    for item in commands:
        if "||" in item.guards:
            if item.name in ("exit", "return"):
                if item.args and item.args[0] in ("0", ""):
                    yield ""
            elif item.name not in ("false", "kill"):
                yield "" if item.name in BUILTINS else item.name


@cache
def _local() -> re.Pattern[str]:
    """A URL or an address of this container, with its scheme and its port."""
    host = r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])"
    return re.compile(rf"(?<![\w.@-])(?:(https?)://)?{host}(?::(\d{{1,5}}))?(?![\w.:-])")


@cache
def _elsewhere() -> re.Pattern[str]:
    """A URL of whatever host."""
    return re.compile(r"\bhttps?://(?:[^\s/@'\"]{0,200}@)?([A-Za-z0-9_.-]{1,255})(?=[:/\s'\")]|$)")


# Clients -> their options for a port, and for a host.
CLIENTS = {
    **dict.fromkeys(("pg_isready", "psql"), (("-p", "--port"), ("-h", "--host"))),
    **dict.fromkeys(("redis-cli", "valkey-cli"), (("-p",), ("-h",))),
    **dict.fromkeys(("mysqladmin", "mysql", "mariadb", "mariadb-admin"), (("-P", "--port"), ("-h", "--host"))),
    **dict.fromkeys(("mongosh", "mongo"), (("--port",), ("--host",))),
}
CONDITIONS = ("if ", "for ", "while ", "until ", "case ")
LOCAL = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "::1", "[::1]"})


class Address(NamedTuple):
    """Where a test calls.

    Attributes:
        port: port of this container; None when it names none.
        host: another host; "" when it calls this container, or nobody knows.
    """

    port: int | None = None
    host: str = ""


def address(test: tuple[str, ...], program: str) -> Address:
    """Where a test calls.

    Args:
        test: its words, CMD or CMD-SHELL first.
        program: its first program.
    """
    line = " ".join(test[1:])[:LONGEST_TEST]
    for found in _local().finditer(line):
        if found[2] or found[1]:
            return Address(int(found[2]) if found[2] else {"http": 80, "https": 443}[found[1]])
    if line.lstrip().startswith(CONDITIONS):
        return Address()  # what runs now and then says little
    if program in CLIENTS:
        return _of_client(line, *CLIENTS[program])
    if program in ("nc", "ncat", "netcat", "telnet") or "/dev/tcp/" in line:
        return _of_socket(line)
    elsewhere = _elsewhere().search(line)
    local = elsewhere is None or elsewhere[1] in LOCAL or _local().search(line) is not None
    return Address() if local or elsewhere is None else Address(host=elsewhere[1])


def _of_client(line: str, ports: tuple[str, ...], hosts: tuple[str, ...]) -> Address:
    host = _option(line, hosts)
    if host and host not in LOCAL:
        return Address(host="" if "$" in host else host)
    port = _option(line, ports)
    return Address(int(port)) if port.isdecimal() and len(port) < 6 else Address()


def _option(line: str, names: tuple[str, ...]) -> str:
    """The value of an option, of the first that is there; "" without."""
    words = [word.strip("'\"") for word in line.split()]
    for index, word in enumerate(words):
        for name in names:
            if word == name:
                return words[index + 1] if index + 1 < len(words) else ""
            if word.startswith(f"{name}=") or (len(name) == 2 and word[:2] == name and word[2:].isdecimal()):
                return word[len(name) :].removeprefix("=")
    return ""


@cache
def _socket() -> re.Pattern[str]:
    return re.compile(r"(?:/dev/tcp/|\s)([A-Za-z][\w.-]{0,254}|[\d.]{7,15}|::1)[ /](\d{1,5})(?![\w.:])")


def _of_socket(line: str) -> Address:
    found = _socket().search(line)
    if found is None:
        return Address()
    return Address(int(found[2])) if found[1] in LOCAL else Address(host=found[1])


def facts(test: Fact[tuple[str, ...]], by_words: bool, ground: Ground) -> dict[str, Any]:
    """Facts of a health check's test: programs, port, host, and what the image lacks.

    Args:
        test: its words, CMD or CMD-SHELL first.
        by_words: whether each word has a place of its own, as in a list of a compose file.
        ground: what the service stands on.
    """
    value = test.value or ()
    text, found = _script(value, ground), probe(value)
    if text:
        found = _with_script(found, text)
    where = test.places[1:2] if by_words and len(test.places) == len(value) > 1 else test.places[:1]
    name = found.program
    program: Fact[str] = Fact(name, where) if name else Fact(None, where, "the command of the test is not understood")
    called = address(value, name)
    missing = _missing(program, found, value[:1] == ("CMD-SHELL",), ground)
    return {
        "program": program,
        "missing": missing,
        "program_missing": Fact(bool(missing.value) if not missing.unknown else None, missing.places, missing.unknown),
        "port": Fact(called.port, where) if called.port is not None else ABSENT,
        "host": Fact(called.host, where) if called.host else ABSENT,
        "wget_option": _wget_option(value, where, ground) if "wget" in found.needed else ABSENT,
    }


# Options of GNU wget that the one of BusyBox refuses, as it does all that it does not know.
# https://git.busybox.net/busybox/tree/networking/wget.c
GNU_ONLY = frozenset(
    """
    --auth-no-challenge --body-data --body-file --ca-certificate --certificate --compression --connect-timeout
    --content-on-error --dns-timeout --http-password --http-user --inet4-only --inet6-only --max-redirect --method
    --no-http-keep-alive --private-key --progress --read-timeout --retry-connrefused --save-headers --show-progress
    --waitretry
    """.split()
)


def _wget_option(test: tuple[str, ...], where: tuple[Place, ...], ground: Ground) -> Fact[str]:
    """An option that the wget of the image lacks, since it is that of BusyBox."""
    words = (word.partition("=")[0] for part in test[1:] for word in part[:LONGEST_TEST].split())
    option = next((word for word in words if word in GNU_ONLY), "")
    if not option or not ground.base.value:
        return ABSENT
    from lintstack.dockerfile.bases import has_busybox

    if not has_busybox(ground.base.value):
        return ABSENT
    if ground.config is not None:
        from lintstack.dockerfile.managers.installed import installed

        brought = installed(ground.config.chain)
        if "wget" in brought.names or not brought.complete:
            return ABSENT
    return Fact(option, where)


def _script(test: tuple[str, ...], ground: Ground) -> str:
    """Text of the script that a test starts, when the Dockerfile copies it from the build context; "" otherwise."""
    words = test[1:2] if test[:1] == ("CMD",) else tuple(test[1].split(None, 1)[:1]) if len(test) == 2 else ()
    if not words or not words[0].endswith((".sh", "healthcheck")):
        return ""
    from lintstack.join.entry_script import copied

    return copied(words[0], ground)


def _with_script(found: Probe, text: str) -> Probe:
    """The programs of a test with those of the script that it starts."""
    first, _, body = text.partition("\n")
    words = first.removeprefix("#!").split() if first.startswith("#!") else ["/bin/sh"]
    interpreter = words[-1].rpartition("/")[2] if words else ""
    if interpreter not in SHELLS:
        return found
    inner = _in_script(body if first.startswith("#!") else text)
    return found._replace(needed=(*found.needed, interpreter, *inner.needed), instead=(*found.instead, *inner.instead))


def _missing(program: Fact[str], found: Probe, shell: bool, ground: Ground) -> Fact[str]:
    """The program that the image lacks; absent when it has them all."""
    if program.value is None:
        return program
    default_shell = not (ground.config and ground.config.shell.value)
    needed = ("sh", *found.needed) if shell and default_shell else found.needed
    said = {name: _lacks(name, ground) for name in dict.fromkeys((*needed, *found.instead))}
    absent = [name for name in needed if said[name].value]
    if absent and all(said[name].value for name in found.instead):
        return Fact(absent[0], program.places + said[absent[0]].places)
    reason = next((fact.unknown for name, fact in said.items() if fact.unknown and name != "sh"), "")
    return Fact(None, program.places, reason)


def _lacks(name: str, ground: Ground) -> Fact[bool]:
    """Whether the image lacks a program: the base image is known not to have it and no stage brings it."""
    if not name:
        return Fact(False)
    shipped = ground.known.has(name) if ground.known else None
    if shipped is None:
        return Fact(None, (), ground.unknown or f"whether image `{ground.image}` has `{name}` is not known")
    if shipped or ground.config is None:
        return Fact(not shipped, ground.base.places[:1])
    from lintstack.dockerfile.managers.installed import installed

    brought = installed(ground.config.chain)
    if name in brought.names:
        return Fact(False)
    if not brought.complete:
        return Fact(None, (), "what the Dockerfile installs is not fully understood")
    return Fact(True, ground.shown)
