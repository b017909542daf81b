"""`ports`: the short form taken apart, ranges as text, never expanded."""

from __future__ import annotations

from lintstack.compose import shapes
from lintstack.compose.casts import as_int
from lintstack.compose.parts import HOLE, Parts
from lintstack.compose.problems import Problems
from lintstack.yaml import Entry, Mapping, Node, Scalar

_PROTOCOLS = ("tcp", "udp", "sctp")
_HIGHEST = 65535
_LOOPBACK = "127.0.0.1"  # the one that nearly all ports with an address have


def port(node: Node, name: str, problems: Problems) -> Node | None:
    """A published port in long form: target, published, host_ip, protocol, mode; each a string with its own place."""
    if isinstance(node, Mapping):
        return _long(node, problems)
    if not isinstance(node, Scalar) or isinstance(node.value, (bool, float)) or node.is_null:
        problems.say("compose-schema", "a port must be a string such as `8080:80`, a number or a mapping", node)
        return None
    if isinstance(node.value, int):
        return _sexagesimal_safe(node, problems)
    return _short(Parts(node), node, problems)


def _sexagesimal_safe(node: Scalar, problems: Problems) -> Node | None:
    """A plain number is a container port; octal and hexadecimal spellings have been read by YAML."""
    whole = Scalar(node.source, node.start, node.end, str(node.value), '"', "", node.text)
    return _short(Parts(whole), node, problems)


def _short(parts: Parts, node: Scalar, problems: Problems) -> Mapping | None:
    text = parts.text
    if text == HOLE:
        return Mapping(node.source, node.start, node.end, _unknown(parts))
    slash = text.rfind("/") if "/" in text else len(text)
    colon = text.rfind(":", 0, slash)
    fields: dict[str, Scalar] = {"target": parts.cut(colon + 1, slash)}
    if slash < len(text):
        fields["protocol"] = _lower(parts.cut(slash + 1, len(text)))
    if colon >= 0:
        _host(parts, colon, fields)
    fault = _fault(fields)
    if fault:
        problems.say("compose-schema", fault, node)
        return None
    return Mapping(node.source, node.start, node.end, {name: _entry(name, part) for name, part in fields.items()})


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
    elif parts.text[:colon] == HOLE:
        # `${BIND}:80`: the variable may hold an address, a port or both.
        fields["host_ip"] = parts.cut(0, colon)


def _unknown(parts: Parts) -> dict[str, Entry]:
    whole = parts.cut(0, len(parts.text))
    return {name: _entry(name, whole) for name in ("target", "published", "host_ip", "protocol")}


def _entry(name: str, part: Scalar) -> Entry:
    return Entry(Scalar(part.source, part.start, part.start, name, '"'), part)


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
        return "the host address of a port must be an IP address; write IPv6 in brackets"
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


_LONG = shapes.record(
    {
        "app_protocol": shapes.text,
        "host_ip": shapes.text,
        "mode": shapes.text,
        "name": shapes.text,
        "protocol": shapes.text,
        "published": shapes.number_or_text,
        "target": shapes.integer,
    },
    "a port",
    ("target",),
)


def _long(node: Mapping, problems: Problems) -> Mapping | None:
    """The long form: numbers become strings, so that both forms compare."""
    checked = _LONG(node, "a port", problems)
    if not isinstance(checked, Mapping) or "target" not in checked.entries:
        return None
    entries = {
        name: Entry(entry.key, _stringed(entry.value) if isinstance(entry.value, Scalar) else entry.value)
        for name, entry in checked.entries.items()
    }
    return checked.with_entries(entries)


def _stringed(value: Scalar) -> Scalar:
    if isinstance(value.value, str):
        return value
    number = as_int(value)
    text = value.text if number is None else str(number)
    return Scalar(value.source, value.start, value.end, text, '"', "", value.text)


def port_key(node: Node) -> str:
    """What makes two ports the same for Compose: address, host port, container port and protocol."""
    if not isinstance(node, Mapping):
        return ""
    host, published, target, protocol = (_text(node, name) for name in ("host_ip", "published", "target", "protocol"))
    return f"{host or '0.0.0.0'}:{published}:{target}/{protocol or 'tcp'}"


def _text(node: Mapping, name: str) -> str:
    """Text of a part; what is unknown differs from everything but itself."""
    value = node.get(name)
    if not isinstance(value, Scalar):
        return ""
    return f"{value.source.path}@{value.start}" if value.unset else value.text
