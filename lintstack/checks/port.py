"""Checks of published ports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Port, Service
from lintstack.named import NamedTuple

LONGEST = 4096  # characters of a command line or variable that are looked at


def loopback_port(port: Port) -> Iterator[Problem]:
    """A database's or developers' tool's port that more than this host can reach, at its address, else at the port."""
    span, service = port.host_ip.span or port.published.span, port.service
    meant = service.is_database.value or service.is_dev_tool.value
    if meant and port.published.value and port.loopback.value is False and span:
        yield Problem(at=Place(span), fact="loopback")


class Debugger(NamedTuple):
    """A debugger that listens.

    Args:
        name: the language it is for.
        sign: pattern of command lines and `NAME=value` variables that start it.
        address: pattern of the port that it was given, as group 1.
        ports: its usual ports, which count when it was given none.
    """

    name: str
    sign: str
    address: str
    ports: tuple[int, ...]


# Ports of Node.js' inspector, old and new, and the ones after it that teams give to their further services.
INSPECTOR = (5858, *range(9229, 9241))
# https://nodejs.org/api/cli.html#--inspecthostport, https://github.com/microsoft/debugpy#debugpy-cli-usage,
# https://docs.oracle.com/javase/8/docs/technotes/guides/jpda/conninv.html, https://xdebug.org/docs/all_settings,
# https://github.com/go-delve/delve/blob/master/Documentation/usage/dlv.md, https://github.com/ruby/debug
DEBUGGERS = (
    Debugger("Node.js", r"--inspect(?:-brk|-wait)?\b", r"--inspect[a-z-]*=(?:[^\s:]*:)?(\d+)", INSPECTOR),
    Debugger("Python", r"\b(?:debugpy|ptvsd|pydevd)\b", r"--(?:listen|port)[= ](?:[^\s:]*:)?(\d+)", (5678,)),
    Debugger("Java", r"jdwp\b|\bjpda\b", r"address=(?:[^\s,:]*:)?(\d+)", (5005, 8000, 8787)),
    Debugger("Java", r"^JPDA_ADDRESS=", r"=(?:[^\s:]*:)?(\d+)$", (5005, 8000)),
    Debugger("Go", r"(?:^|[\s/\"'])dlv(?:$|[\s\"'])", r"--listen[= ](?:[^\s:]*:)?(\d+)", (2345, 40000)),
    Debugger("PHP", r"\bxdebug\.mode=\S*debug|^XDEBUG_MODE=.*debug|remote_enable=1", r"_port=(\d+)", (9000, 9003)),
    Debugger("Ruby", r"\b(?:rdbg|rdebug-ide)\b", r"--port[= ](\d+)", (1234, 12345)),
    Debugger("C", r"\bgdbserver\b", r"gdbserver\s[^\s:]*:(\d+)", (1234, 2345)),
)


def debug_port(port: Port) -> Iterator[Problem]:
    """A port that a debugger listens on, because something starts one there or because the number is Node.js' own."""
    first, last = port.target.value or 0, port.target_last.value or 0
    for name, ports, started in (*_started(port.service), ("Node.js", INSPECTOR, ())):
        number = next((number for number in ports if first <= number <= last), None)
        if number is not None:
            yield Problem(
                f"{port.service} publishes {number}, the port of the {name} debugger; publish it in development only",
                Place(port.target.span or port.span),
                started,
                fact="target",
            )
            return


@lru_cache(maxsize=4)
def _started(service: Service) -> tuple[tuple[str, tuple[int, ...], tuple[Place, ...]], ...]:
    """Debuggers that a service starts: name, ports, and the place that starts it; the same for all of its ports."""
    return tuple(_starting(service))


def _starting(service: Service) -> Iterator[tuple[str, tuple[int, ...], tuple[Place, ...]]]:
    for text, places in _texts(service):
        for debugger in DEBUGGERS if _any_sign().search(text) else ():
            if re.search(debugger.sign, text):
                given = re.search(debugger.address, text)
                words = [place for place in places if re.search(debugger.sign, place.span.text)] or places
                starts = tuple(Place(place.span, f"starts the {debugger.name} debugger") for place in words[:1])
                yield debugger.name, (int(given[1][:9]),) if given else debugger.ports, starts


@cache
def _any_sign() -> re.Pattern[str]:
    return re.compile("|".join(debugger.sign for debugger in DEBUGGERS))


def _texts(service: Service) -> Iterator[tuple[str, Sequence[Place]]]:
    """What can start a debugger: the command line, and variables as `NAME=value`."""
    yield " ".join(service.process.value or ())[:LONGEST], service.process.places
    for variable in service.environment:
        if variable.value.value and not variable.is_secret.value:
            yield f"{variable.name}={variable.value.value}"[:LONGEST], variable.value.places
