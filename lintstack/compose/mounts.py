"""`volumes` and `devices` of a service: short forms taken apart."""

from __future__ import annotations

from posixpath import normpath

from lintstack.compose import shapes
from lintstack.compose.parts import HOLE, Parts
from lintstack.compose.problems import Problems
from lintstack.yaml import Entry, Mapping, Node, Scalar

_PROPAGATION = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})


def mount(node: Node, name: str, problems: Problems) -> Node | None:
    """A mount in long form: type, source, target, read_only, bind, volume."""
    if isinstance(node, Mapping):
        return _long(node, problems)
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        problems.say("compose-schema", "a volume must be a string such as `data:/var/lib/x` or a mapping", node)
        return None
    return _short(Parts(node), node, problems)


_LONG = shapes.record(
    {
        "bind": shapes.record(
            {
                "create_host_path": shapes.boolean,
                "propagation": shapes.text,
                "recursive": shapes.text,
                "selinux": shapes.words("z", "Z"),
            },
            "`bind`",
        ),
        "consistency": shapes.text,
        "image": shapes.record({"subpath": shapes.text}, "`image`"),
        "read_only": shapes.boolean,
        "source": shapes.text,
        "target": shapes.text,
        "tmpfs": shapes.record({"mode": shapes.number_or_text, "size": shapes.number_or_text}, "`tmpfs`"),
        "type": shapes.words("bind", "volume", "tmpfs", "npipe", "cluster", "image"),
        "volume": shapes.record(
            {"labels": shapes.keyed(null=""), "nocopy": shapes.boolean, "subpath": shapes.text}, "`volume`"
        ),
    },
    "a volume",
    ("type", "target"),
)


def _long(node: Mapping, problems: Problems) -> Mapping | None:
    checked = _LONG(node, "a volume", problems)
    return checked if isinstance(checked, Mapping) and {"type", "target"} <= checked.entries.keys() else None


def _short(parts: Parts, node: Scalar, problems: Problems) -> Mapping | None:
    fields = split(parts.text)
    if len(fields) > 3 or any(start == end for start, end in fields):
        what = "has too many `:`" if len(fields) > 3 else "has an empty part"
        problems.say("compose-schema", f"the volume {what}; write `source:target` or `source:target:options`", node)
        return None
    cuts = [parts.cut(start, end) for start, end in fields]
    if len(cuts) == 1:
        return _whole(node, {"type": _word(cuts[0], "volume"), "target": _cleaned(cuts[0])})
    source, target = cuts[:2]
    hole = parts.text[fields[0][0]] == HOLE
    kind = "bind" if is_path(source.text) else "volume"
    found: dict[str, Node] = {
        "type": _unknown(source) if hole and not is_path(source.text) else _word(source, kind),
        "source": source,
        "target": _cleaned(target),
    }
    if len(cuts) == 3:
        _options(cuts[2], found)
    return _whole(node, found)


def split(text: str) -> list[tuple[int, int]]:
    """Fields of a short mount: divided at `:` except behind a drive letter."""
    if len(text) <= 2:
        return [(0, len(text))]
    fields, start = [], 0
    for at, character in enumerate(text):
        if character == ":" and not (at - start == 1 and text[start].isascii() and text[start].isalpha()):
            fields.append((start, at))
            start = at + 1
    return [*fields, (start, len(text))]


def is_path(source: str) -> bool:
    """Whether a mount's source is a host path and not the name of a volume."""
    return source.startswith((".", "/", "~", "\\\\")) or (source[1:2] == ":" and source[:1].isalpha())


def _options(cut: Scalar, found: dict[str, Node]) -> None:
    """Options of the third field: the last of each kind wins, unknown ones are ignored."""
    for option in cut.text.split(","):
        if option in ("ro", "rw"):
            found["read_only"] = _word(cut, "true" if option == "ro" else "false")
        elif option == "nocopy":
            found["volume"] = _record(cut, {"nocopy": _word(cut, "true")})
        elif option in ("z", "Z"):
            found["bind"] = _record(cut, {"selinux": _word(cut, option)})
        elif option in _PROPAGATION:
            found["bind"] = _record(cut, {"propagation": _word(cut, option)})
    if cut.unset:
        found["read_only"] = _unknown(cut, spelled="true" if "ro" in cut.text.split(",") else "false")


def _whole(node: Scalar, fields: dict[str, Node]) -> Mapping:
    return Mapping(node.source, node.start, node.end, _entries(fields))


def _record(at: Scalar, fields: dict[str, Node]) -> Mapping:
    return Mapping(at.source, at.start, at.end, _entries(fields))


def _entries(fields: dict[str, Node]) -> dict[str, Entry]:
    return {name: Entry(Scalar(part.source, part.start, part.start, name, '"'), part) for name, part in fields.items()}


def _word(at: Scalar, text: str) -> Scalar:
    return Scalar(at.source, at.start, at.end, text, '"', "", at.raw)


def _unknown(at: Scalar, spelled: str = "") -> Scalar:
    return Scalar(at.source, at.start, at.end, spelled, '"', "", at.raw, at.unset, at.fallbacks, at.variables)


def _cleaned(part: Scalar) -> Scalar:
    """A container path as Compose compares it: without trailing or doubled slashes."""
    text = clean(part.text)
    if text == part.text or part.unset:
        return part
    return Scalar(part.source, part.start, part.end, text, '"', "", part.text, (), part.fallbacks, part.variables)


def clean(path: str) -> str:
    """Go's path.Clean for the paths that occur here."""
    return normpath(path).replace("//", "/", 1) if path.startswith("//") else normpath(path)


def mount_key(node: Node) -> str:
    """What makes two mounts the same: the path in the container."""
    target = node.get("target") if isinstance(node, Mapping) else None
    if not isinstance(target, Scalar):
        return f"{node.source.path}@{node.start}"
    return f"{target.source.path}@{target.start}" if target.unset else clean(target.text)


def device(node: Node, name: str, problems: Problems) -> Node | None:
    """A device in long form: source, target, permissions."""
    if isinstance(node, Mapping):
        return node
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        problems.say("compose-schema", "a device must be a string such as `/dev/x:/dev/x` or a mapping", node)
        return None
    parts, found, start = Parts(node), {}, 0
    for field in ("source", "target", "permissions"):
        end = parts.text.find(":", start) if field != "permissions" else len(parts.text)
        end = len(parts.text) if end < 0 else end
        if start < len(parts.text):
            found[field] = parts.cut(start, end)
        start = end + 1
    found.setdefault("target", found.get("source", node))
    return _whole(node, dict(found))


def device_key(node: Node) -> str:
    """What makes two devices the same: the path in the container."""
    return mount_key(node)
