"""`ports`: the short form taken apart; ranges stay ranges unless another entry speaks of a port in them."""

from __future__ import annotations

from collections.abc import Sequence as List

from lintstack.compose.casts import as_int
from lintstack.compose.format.collections import each, record
from lintstack.compose.format.field import Field, Reading
from lintstack.compose.format.scalars import INTEGER_OR_TEXT, NATURAL, TEXT, is_template, unknown
from lintstack.compose.format.short import missing
from lintstack.compose.parts import HOLE, Parts
from lintstack.yaml import Entry, Mapping, Node, Scalar

_PARTS = ("target", "published", "host_ip", "protocol")
_PROTOCOLS = ("tcp", "udp", "sctp")
_NUMBERS = ("target", "published")
_HIGHEST = 65535
_LOOPBACK = "127.0.0.1"  # the one that nearly all ports with an address have
# Ranges of one address and protocol that are compared with each other; more stay as they are written.
_MOST_RANGES = 200

_LONG = record(
    {
        "app_protocol": Field(TEXT, "The protocol that the application speaks there, as a hint.", since="2.26.0"),
        "host_ip": Field(TEXT, "The address on the host; all of them when left out."),
        "mode": Field(TEXT, "`host` for each node of a swarm, `ingress` for its load balancer."),
        "name": Field(TEXT, "A name for people."),
        "protocol": Field(TEXT, "`tcp`, `udp` or `sctp`."),
        "published": Field(INTEGER_OR_TEXT, "The port on the host or a range; a random one when left out."),
        "target": Field(NATURAL, "The port in the container."),
    },
    "a port",
)


def _port(node: Node, name: str, reading: Reading) -> Node | None:
    """A published port in long form: target, published, host_ip, protocol, mode; each with its own place."""
    if isinstance(node, Mapping):
        return _long(node, reading)
    if not isinstance(node, Scalar) or isinstance(node.value, bool | float) or node.is_null:
        reading.say("a port must be a string such as `8080:80`, a number or a mapping", node)
        return None
    if isinstance(node.value, int):
        # A plain number is a container port; octal and hexadecimal spellings have been read by YAML.
        node = Scalar(node.source, node.start, node.end, str(node.value), '"', "", node.text)
    return _short(Parts(node), node, reading)


def _short(parts: Parts, node: Scalar, reading: Reading) -> Mapping | None:
    text = parts.text
    if is_template(node):
        return _whole(node, dict.fromkeys(_PARTS, unknown(node)), reading)
    if text == HOLE:
        return _whole(node, dict.fromkeys(_PARTS, parts.cut(0, len(text))), reading)
    slash = text.find("/") if "/" in text else len(text)
    colon = text.rfind(":", 0, slash)
    fields: dict[str, Scalar] = {"target": parts.cut(colon + 1, slash)}
    if slash + 1 < len(text):
        second = text.find("/", slash + 1)
        fields["protocol"] = _lower(parts.cut(slash + 1, second if second > 0 else len(text)))
    if colon >= 0:
        _host(parts, colon, fields)
    fault = _fault(fields)
    if fault:
        reading.say(fault, node)
        return None
    return _whole(node, {name: _unpadded(part) if name in _NUMBERS else part for name, part in fields.items()}, reading)


def _unpadded(ports: Scalar) -> Scalar:
    """Ports without leading zeros, as Compose compares them."""
    if ports.unset or not (ports.text.startswith("0") or "-0" in ports.text):
        return ports
    text = "-".join(part.lstrip("0") or "0" for part in ports.text.split("-"))
    return Scalar(ports.source, ports.start, ports.end, text, '"', "", ports.text, (), ports.fallbacks, ports.variables)


def _host(parts: Parts, colon: int, fields: dict[str, Scalar]) -> None:
    """The part before the container port: `[ip:]port`, IPv6 in brackets; an empty port is a random one."""
    split = parts.text.rfind(":", 0, colon)
    if split < parts.text.find("]"):
        split = -1
    if colon > split + 1:
        fields["published"] = parts.cut(split + 1, colon)
    if split > 0:
        bracketed = parts.text.startswith("[") and parts.text[split - 1] == "]"
        fields["host_ip"] = parts.cut(1, split - 1) if bracketed else parts.cut(0, split)
        if not bracketed and ":" in parts.text[:split]:
            fields["host_ip"] = parts.cut(0, split + 1)
    elif parts.text[:colon] == HOLE:
        # `${BIND}:80`: the variable may hold an address, a port or both.
        fields["host_ip"] = parts.cut(0, colon)


def _whole(at: Scalar, fields: dict[str, Scalar], reading: Reading) -> Mapping:
    entries = {name: Entry(reading.key(name, at), part) for name, part in fields.items()}
    return Mapping(at.source, at.start, at.end, entries)


def _lower(part: Scalar) -> Scalar:
    if part.text == part.text.lower():
        return part
    return Scalar(part.source, part.start, part.end, part.text.lower(), '"', "", part.text, part.unset)


def _fault(fields: dict[str, Scalar]) -> str:
    """What is wrong with a port's parts, "" when nothing is."""
    target = _range(fields["target"])
    published = _range(fields["published"]) if "published" in fields else (0, 0)
    protocol = fields.get("protocol")
    if target is None or (target[0] == 0 and not fields["target"].unset):
        return "the container port must be a number from 1 to 65535 or a range"
    if published is None:
        return "the host port must be a number up to 65535 or a range"
    if protocol is not None and not protocol.unset and protocol.text not in _PROTOCOLS:
        return "a port's protocol must be `tcp`, `udp` or `sctp`"
    unknown = fields["target"].unset or ("published" in fields and fields["published"].unset)
    lengths = published[1] - published[0], target[1] - target[0]
    if "published" in fields and not unknown and lengths[1] and lengths[0] != lengths[1]:
        return "the ranges of host and container ports must have the same length"
    return _address_fault(fields.get("host_ip"))


def _address_fault(host: Scalar | None) -> str:
    if host is None or host.unset or host.text == _LOOPBACK:
        return ""
    from ipaddress import ip_address

    try:
        ip_address(host.text)
    except ValueError:
        return "the host address of a port must be an IP address; in the short form IPv6 stands in brackets"
    return ""


def _range(part: Scalar) -> tuple[int, int] | None:
    """First and last port of `N` or `N-M`; (0, 0) when variables make it unknown."""
    if part.unset:
        return 0, 0
    first, dash, last = part.text.partition("-")
    begin = _number(first)
    end = _number(last) if dash else begin
    return None if begin is None or end is None or end < begin else (begin, end)


def _number(text: str) -> int | None:
    valid = text.isascii() and text.isdigit() and len(text) <= 10
    return int(text) if valid and int(text) <= _HIGHEST else None


def _long(node: Mapping, reading: Reading) -> Mapping | None:
    """The long form: numbers in decimal, so that both forms compare."""
    missing(node, "a port", ("target",), reading, _LONG)
    checked = _LONG.check(node, "a port", reading)
    if not isinstance(checked, Mapping) or "target" not in checked.entries:
        return None
    entries = {
        name: Entry(entry.key, _decimal(entry.value, name) if isinstance(entry.value, Scalar) else entry.value)
        for name, entry in checked.entries.items()
    }
    return checked.with_entries(entries)


def _decimal(value: Scalar, name: str) -> Scalar:
    """A number in decimal digits: of `target` as a string, `published` stays a number, which Compose tells apart."""
    typed = value.value
    if isinstance(typed, str) or typed is None:
        return value
    number = as_int(value)
    text = value.text if number is None else str(number)
    if isinstance(typed, float):
        text = value.text.partition(".")[0] if typed.is_integer() and "e" not in value.text.lower() else str(int(typed))
    if name == "published":
        return value if text == value.text else Scalar(value.source, value.start, value.end, text)
    return Scalar(value.source, value.start, value.end, text, '"', "", value.text)


PORT = _LONG._replace(check=_port, name="a string such as `8080:80`, a number or a mapping")
PORTS = each(PORT)


def port_key(node: Node) -> str:
    """What makes two ports the same for Compose: address, host port, container port and protocol.

    A host port that is a number differs from one in quotes or in a short form (compose-go prints it with `%s`).
    """
    if not isinstance(node, Mapping):
        return ""
    host, target, protocol = (_text(node, name) for name in ("host_ip", "target", "protocol"))
    published = node.get("published")
    number = isinstance(published, Scalar) and isinstance(published.value, int)
    shown = f"{_text(node, 'published')}{'#' if number else ''}"
    return f"{host or '0.0.0.0'}:{shown}:{target}/{protocol or 'tcp'}"


def _text(node: Mapping, name: str) -> str:
    """Text of a part; what is unknown differs from everything but itself."""
    value = node.get(name)
    if not isinstance(value, Scalar):
        return ""
    return f"{value.source.path}@{value.start}" if value.unset else value.text


class _Range:
    """An entry that stands for several ports, or for one: its container ports and how far off the host's are."""

    __slots__ = ("first", "group", "item", "last", "offset")

    def __init__(self, item: Mapping, first: int, last: int, offset: int | None) -> None:
        self.item = item
        self.first = first
        self.last = last
        self.offset = offset
        self.group = (_text(item, "host_ip") or "0.0.0.0", _text(item, "protocol") or "tcp", offset)


def apart(items: List[Node]) -> tuple[Node, ...]:
    """The entries with ranges cut where another entry begins or ends, so that equal ports have equal keys.

    Compose makes one entry of each port of a range; as many pieces as others force are enough.
    """
    if not any(isinstance(item, Mapping) and "-" in _text(item, "target") for item in items):
        return tuple(items)
    ranges = [_range_of(item) for item in items]
    groups: dict[tuple[str, str, int | None], set[int]] = {}
    for found in ranges:
        if found is not None:
            groups.setdefault(found.group, set()).update((found.first, found.last + 1))
    pieces: list[Node] = []
    for item, found in zip(items, ranges, strict=True):
        edges = groups[found.group] if found is not None else ()
        inner = [edge for edge in edges if found and found.first < edge <= found.last] if len(edges) > 2 else []
        pieces += [item] if found is None or not inner or len(edges) > _MOST_RANGES else _cut(found, sorted(inner))
    return tuple(pieces)


def _range_of(item: Node) -> _Range | None:
    """The ports of an entry, None when they are not known or the host's are a choice."""
    target, published = (item.get("target"), item.get("published")) if isinstance(item, Mapping) else (None, None)
    if not isinstance(item, Mapping) or not isinstance(target, Scalar) or target.unset:
        return None
    inner = _range(target)
    if inner is None or (isinstance(published, Scalar) and published.unset):
        return None
    if not isinstance(published, Scalar) or not published.text:
        return _Range(item, *inner, None)
    outer = _range(published)
    if outer is None or outer[1] - outer[0] != inner[1] - inner[0]:
        return None
    return _Range(item, *inner, outer[0] - inner[0])


def _cut(found: _Range, edges: List[int]) -> list[Node]:
    """One entry for each stretch between the edges."""
    starts = [found.first, *edges]
    ends = [*(edge - 1 for edge in edges), found.last]
    return [_piece(found, first, last) for first, last in zip(starts, ends, strict=True)]


def _piece(found: _Range, first: int, last: int) -> Mapping:
    entries = dict(found.item.entries)
    shifts = {"target": 0} if found.offset is None else {"target": 0, "published": found.offset}
    for name, shift in shifts.items():
        old = entries[name]
        text = f"{first + shift}" if first == last else f"{first + shift}-{last + shift}"
        value = Scalar(old.value.source, old.value.start, old.value.end, text, '"', "", text)
        entries[name] = Entry(old.key, value, old.over)
    return found.item.with_entries(entries)
