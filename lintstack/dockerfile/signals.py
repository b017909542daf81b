"""Signals as Docker knows them: https://github.com/moby/sys/blob/main/signal/signal_linux.go."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

# By number from 1.
_NAMES = """
    HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU
    XFSZ VTALRM PROF WINCH IO PWR SYS
""".split()
_OTHER_NAMES = {"CLD": "CHLD", "IOT": "ABRT", "POLL": "IO"}
_FIRST_REALTIME, _LAST_REALTIME, _MIDDLE = 34, 64, 49


@cache
def _numbers() -> Mapping[str, str]:
    """The name of each number."""
    found = {str(number): name for number, name in enumerate(_NAMES, 1)}
    for number in range(_FIRST_REALTIME, _LAST_REALTIME + 1):
        found[str(number)] = realtime(number)
    return found


def realtime(number: int) -> str:
    """Name of a real-time signal, counted from the nearer end: 37 is RTMIN+3."""
    if number <= _MIDDLE:
        return f"RTMIN+{number - _FIRST_REALTIME}" if number > _FIRST_REALTIME else "RTMIN"
    return f"RTMAX-{_LAST_REALTIME - number}" if number < _LAST_REALTIME else "RTMAX"


def canonical(text: str) -> str:
    """A signal as `SIGTERM`, however it is spelled: `15`, `term`; "" when there is no such signal."""
    if text.isascii() and text.isdigit():
        name = _numbers().get(text.lstrip("0"), "")
    else:
        name = text.upper().removeprefix("SIG")
        name = _OTHER_NAMES.get(name, name)
        name = name if name in set(_numbers().values()) else ""
    return f"SIG{name}" if name else ""
