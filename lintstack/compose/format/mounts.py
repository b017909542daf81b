"""`volumes` and `devices` of a service: short forms taken apart."""

from __future__ import annotations

from posixpath import normpath

from lintstack.compose.format.collections import each, keyed, record
from lintstack.compose.format.field import Field, Reading
from lintstack.compose.format.scalars import BOOLEAN, MODE, SIZE_OR_ZERO, TEXT, is_template, one_of, unknown
from lintstack.compose.format.short import missing
from lintstack.compose.parts import HOLE, Parts
from lintstack.yaml import Entry, Mapping, Node, Scalar

_PROPAGATION = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})

_BIND = record(
    {
        "create_host_path": Field(BOOLEAN, "Whether a missing host path is made, as a directory."),
        "propagation": Field(TEXT, "How mounts below are shared between host and container."),
        "recursive": Field(
            one_of("enabled", "disabled", "writable", "readonly"), "Whether mounts below the source come along."
        ),
        "selinux": Field(one_of("z", "Z"), "The SELinux label: `z` shared, `Z` for this container alone."),
    },
    "`bind`",
)
_VOLUME = record(
    {
        "labels": Field(keyed(null="", unique=True), "Labels of an anonymous volume.", merge="pairs"),
        "nocopy": Field(BOOLEAN, "Whether a new volume stays empty instead of taking the image's files."),
        "subpath": Field(TEXT, "The directory in the volume that is mounted."),
    },
    "`volume`",
)
_TMPFS = record(
    {
        "mode": Field(MODE, "Permissions of its root.", since="2.14.0"),
        "size": Field(SIZE_OR_ZERO, "The most that it may hold."),
    },
    "`tmpfs`",
)
_LONG = record(
    {
        "bind": Field(_BIND, "Options of a bind mount."),
        "consistency": Field(TEXT, "Accepted and ignored on Linux."),
        "image": Field(
            record({"subpath": Field(TEXT, "The directory in the image that is mounted.", since="2.35.0")}, "`image`"),
            "Options of an image mount.",
        ),
        "read_only": Field(BOOLEAN, "Whether the container cannot write to it."),
        "source": Field(TEXT, "A path of the host, the name of a volume, or an image.", path="project when bound"),
        "target": Field(TEXT, "The path in the container."),
        "tmpfs": Field(_TMPFS, "Options of a mount in memory."),
        "type": Field(
            one_of("bind", "volume", "tmpfs", "npipe", "cluster", "image"),
            "What is mounted: a path, a volume, memory or an image.",
        ),
        "volume": Field(_VOLUME, "Options of a volume."),
    },
    "a volume",
)


def _mount(node: Node, name: str, reading: Reading) -> Node | None:
    """A mount in long form: type, source, target, read_only, bind, volume."""
    if isinstance(node, Mapping):
        lacks = missing(node, "a volume", ("type", "target"), reading, _LONG)
        checked = _LONG.check(node, "a volume", reading)
        whole = isinstance(checked, Mapping) and {"type", "target"} <= checked.entries.keys()
        return checked if whole and not lacks else None
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        reading.say("a volume must be a string such as `data:/var/lib/x` or a mapping", node)
        return None
    return _short(Parts(node), node, reading)


MOUNTS = each(_LONG._replace(check=_mount, name="a string such as `data:/var/lib/x` or a mapping"))


def _short(parts: Parts, node: Scalar, reading: Reading) -> Mapping | None:
    fields = split(parts.text)
    if len(fields) > 3 or any(start == end for start, end in fields):
        what = "has too many `:`" if len(fields) > 3 else "has an empty part"
        reading.say(f"the volume {what}; write `source:target` or `source:target:options`", node)
        return None
    cuts = [parts.cut(start, end) for start, end in fields]
    cuts = [unknown(cut) if is_template(cut) else cut for cut in cuts]
    if len(cuts) == 1:
        return _whole(node, {"type": _word(cuts[0], "volume"), "target": _cleaned(cuts[0])}, reading)
    source, target = cuts[:2]
    hole = parts.text[fields[0][0]] == HOLE or source.text.startswith("{{")
    kind = "bind" if is_path(source.text) else "volume"
    found: dict[str, Node] = {
        "type": _unknown(source) if hole and not is_path(source.text) else _word(source, kind),
        "source": source,
        "target": _cleaned(target),
    }
    if len(cuts) == 3:
        _options(cuts[2], found, reading)
    return _whole(node, found, reading)


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


def _options(cut: Scalar, found: dict[str, Node], reading: Reading) -> None:
    """Options of the third field: the last of each kind wins, unknown ones are ignored."""
    bind: dict[str, Node] = {}
    for option in cut.text.split(","):
        if option in ("ro", "rw"):
            found["read_only"] = _word(cut, "true" if option == "ro" else "false")
        elif option == "nocopy":
            found["volume"] = _whole(cut, {"nocopy": _word(cut, "true")}, reading)
        elif option in ("z", "Z"):
            bind["selinux"] = _word(cut, option)
        elif option in _PROPAGATION:
            bind["propagation"] = _word(cut, option)
    if bind:
        found["bind"] = _whole(cut, bind, reading)
    if cut.unset:
        found["read_only"] = _unknown(cut, spelled="true" if "ro" in cut.text.split(",") else "false")


def _whole(at: Scalar, fields: dict[str, Node], reading: Reading) -> Mapping:
    entries = {name: Entry(reading.key(name, at), part) for name, part in fields.items()}
    return Mapping(at.source, at.start, at.end, entries)


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


def lies_in(path: str, folder: str) -> bool:
    """Whether a path in a container is a folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def clean(path: str) -> str:
    """Go's path.Clean for the paths that occur here."""
    return normpath(path).replace("//", "/", 1) if path.startswith("//") else normpath(path)


def _device(node: Node, name: str, reading: Reading) -> Node | None:
    """A device in long form: source, target, permissions."""
    if isinstance(node, Mapping):
        lacks = missing(node, "a device", ("source", "target"), reading, _DEVICE)
        checked = _DEVICE.check(node, "a device", reading)
        return None if lacks else checked
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        reading.say("a device must be a string such as `/dev/x:/dev/x` or a mapping", node)
        return None
    parts, found, start = Parts(node), {}, 0
    if parts.text.count(":") > 2:
        reading.say("the device has too many `:`; write `source:target:permissions` or the long form", node)
        return None
    for field in ("source", "target", "permissions"):
        end = parts.text.find(":", start)
        end = len(parts.text) if end < 0 else end
        if start < len(parts.text):
            found[field] = parts.cut(start, end)
        start = end + 1
    found.setdefault("target", found.get("source", node))
    return _whole(node, dict(found), reading)


_DEVICE = record(
    {
        "permissions": Field(TEXT, "Some of `r`, `w` and `m` (make nodes)."),
        "source": Field(TEXT, "The device on the host, or its name in the Container Device Interface."),
        "target": Field(TEXT, "The device in the container."),
    },
    "a device",
)
DEVICES = each(_DEVICE._replace(check=_device, name="a string such as `/dev/x:/dev/x` or a mapping"))
