"""What the official syntax refuses about the flags of an instruction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from lintstack.dockerfile.mounts import ALIASES, TYPES, Mount, Option, mount
from lintstack.dockerfile.nodes import Flag, Instruction
from lintstack.named import NamedTuple
from lintstack.source import Span

# Flags that each instruction knows, in any release of the official syntax; ARG and STOPSIGNAL never look at theirs.
_FLAGS: dict[str, frozenset[str]] = {
    "ADD": frozenset({"chown", "chmod", "link", "keep-git-dir", "checksum", "exclude", "unpack"}),
    "COPY": frozenset({"from", "chown", "chmod", "link", "parents", "exclude"}),
    "FROM": frozenset({"platform"}),
    "HEALTHCHECK": frozenset({"interval", "timeout", "start-period", "start-interval", "retries"}),
    "RUN": frozenset({"mount", "network", "security", "device"}),
}
_UNCHECKED = frozenset({"ARG", "STOPSIGNAL"})
_BOOLEAN = frozenset({"link", "keep-git-dir", "parents", "unpack"})
_REPEATABLE = frozenset({"mount", "exclude", "device"})
_SHORTEST = 1_000_000  # nanoseconds: an interval is 0, or a millisecond and more
_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": _SHORTEST,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_MOUNT_KEYS = frozenset(
    {"type", "from", "source", "target", "readonly", "readwrite", "id", "sharing", "required", "mode", "uid", "gid",
     "size", "env"}
)  # fmt: skip
_SHARING = ("shared", "private", "locked")
# Keys that some types alone know.
_ONLY: dict[str, frozenset[str]] = {
    "env": frozenset({"secret"}),
    "gid": frozenset({"cache", "secret", "ssh"}),
    "mode": frozenset({"cache", "secret", "ssh"}),
    "required": frozenset({"secret", "ssh"}),
    "sharing": frozenset({"cache"}),
    "size": frozenset({"tmpfs"}),
    "uid": frozenset({"cache", "secret", "ssh"}),
}


class Fault(NamedTuple):
    """A sentence for users and the place that it speaks about."""

    message: str
    span: Span


def faults(instruction: Instruction) -> Iterator[Fault]:
    """What is wrong with the flags of an instruction: at most one fault for a flag, several for a mount."""
    keyword = instruction.keyword
    if keyword in _UNCHECKED or (keyword == "HEALTHCHECK" and instruction.text.text.upper() == "NONE"):
        return
    known = _FLAGS.get(keyword, frozenset())
    seen: set[str] = set()
    for flag in instruction.flags:
        fault = _flag(keyword, flag, known, seen)
        seen.add(flag.name)
        if fault:
            yield fault
        elif flag.name == "mount":
            yield from _mount(mount(flag))


def nearest(name: str, known: frozenset[str]) -> str:
    """The known name that is most like another one, "" when none is."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name[:40], sorted(known), 1, 0.6)), "")


def _flag(keyword: str, flag: Flag, known: frozenset[str], seen: set[str]) -> Fault | None:
    name = f"--{flag.name[:40]}"
    if flag.name not in known:
        near = nearest(flag.name, known)
        return Fault(f"{keyword} has no flag {name}" + (f"; did you mean --{near}?" if near else ""), flag.span)
    if flag.name in seen and flag.name not in _REPEATABLE:
        return Fault(f"{name} is given twice", flag.span)
    if flag.name in _BOOLEAN:
        good = flag.value is None or flag.value.lower() in ("true", "false")
        return None if good else Fault(f"{name} is true or false", flag.value_span)
    if flag.value is None:
        return Fault(f"{name} needs a value: `{name}=…`", flag.span)
    message = _VALUES[flag.name](flag.value) if flag.name in _VALUES else ""
    return Fault(f"{name} {message}", flag.value_span) if message else None


def _interval(value: str) -> str:
    length = duration(value) if value else 0
    if length is None:
        return "takes a duration with its unit, such as 30s or 1m30s"
    return "" if length == 0 or length >= _SHORTEST else "cannot be less than 1ms"


def _retries(value: str) -> str:
    digits = value[1:] if value.startswith("+") else value
    good = not value or (digits.isascii() and digits.isdigit() and len(digits) < 10)
    return "" if good else "takes a number that is not negative"


def _network(value: str) -> str:
    return "" if value in ("default", "none", "host") else "is default, none or host"


def _security(value: str) -> str:
    return "" if value in ("insecure", "sandbox") else "is insecure or sandbox"


_VALUES: dict[str, Callable[[str], str]] = {
    "interval": _interval,
    "network": _network,
    "retries": _retries,
    "security": _security,
    "start-interval": _interval,
    "start-period": _interval,
    "timeout": _interval,
}


@cache
def _duration() -> re.Pattern[str]:
    return re.compile(r"([0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(ns|us|µs|μs|ms|s|m|h)")


def duration(text: str) -> int | None:
    """Nanoseconds that a duration takes as Go reads it (`1h30m`, `1.5s`, `-2ms`, `0`); None when it is none."""
    body = text[1:] if text[:1] in ("+", "-") else text
    if body == "0":
        return 0
    total, index = 0.0, 0
    # Go refuses what is longer than 64 bits of nanoseconds; so long a text is, or has leading zeros for a jest.
    while body and len(body) <= 256 and (match := _duration().match(body, index)):
        total += float(match.group(1)) * _UNITS[match.group(2)]
        index = match.end()
    if not body or index < len(body) or total >= 2**63:
        return None
    return -int(total) if text.startswith("-") else int(total)


def _mount(found: Mount) -> Iterator[Fault]:
    """What is wrong with a mount; what a variable decides is nobody's fault."""
    if not found.place.value:
        yield Fault("--mount needs a value: `--mount=type=…`", found.place.span)
        return
    kind = found.type
    for option in found.options:
        fault = _option(option, kind)
        if fault:
            yield fault
    if kind == "secret":
        yield from _secret(found)


def _option(option: Option, kind: str) -> Fault | None:
    key, value = option.key, option.value
    if key not in _MOUNT_KEYS:
        near = nearest(key, _MOUNT_KEYS | frozenset(ALIASES))
        written = option.key_span.text[:40]
        return Fault(
            f"--mount has no option `{written}`" + (f"; did you mean {near}?" if near else ""), option.key_span
        )
    if value is None and key not in ("readonly", "readwrite", "required"):
        return Fault(f"`{key}` of --mount needs a value: `{key}=…`", option.span)
    if key == "from" and value and "$" in value[:-1]:
        return Fault("`from` of --mount takes no variable; name a stage that is built FROM it", option.value_span)
    if "$" not in kind and kind in TYPES and kind not in _ONLY.get(key, TYPES):
        return Fault(f"a mount of type {kind} takes no `{key}`", option.span)
    message = "" if value is None or "$" in value else _value(key, value, option)
    return Fault(f"`{key}` of --mount {message}", option.value_span) if message else None


def _value(key: str, value: str, option: Option) -> str:
    if key == "type":
        near = nearest(value.lower(), TYPES)
        told = "is bind, cache, tmpfs, secret or ssh" + (f"; did you mean {near}?" if near else "")
        return "" if value.lower() in TYPES else told
    if key in ("readonly", "readwrite", "required"):
        return "is true or false" if option.flag is None else ""
    if key == "sharing":
        return "" if value.lower() in _SHARING else "is shared, private or locked"
    if key in ("mode", "uid", "gid"):
        digits = frozenset("01234567" if key == "mode" else "0123456789")
        good = value and frozenset(value) <= digits and len(value) < 12
        return "" if good else "takes an octal number" if key == "mode" else "takes a number"
    return ""


def _secret(found: Mount) -> Iterator[Fault]:
    origin = found.option("from")
    if origin and origin.value:
        yield Fault("a mount of type secret takes no `from`", origin.span)
    if not any(found.option(key) for key in ("source", "target", "id", "env")):
        yield Fault("a mount of type secret needs an `id`, a `source` or a `target`", found.place.span)
    if found.source and found.text("id"):
        option = found.option("source")
        assert option
        yield Fault("a mount of type secret takes `id` or `source`, not both", option.span)
