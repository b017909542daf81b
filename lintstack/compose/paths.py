"""Phase 12: paths of a model that comes from another folder, made relative to the project's own."""

from __future__ import annotations

from collections.abc import Callable
from posixpath import isabs, join, normpath, relpath
from typing import TypeAlias

from lintstack.compose.format.document import ROOT
from lintstack.compose.format.field import Field, Type
from lintstack.compose.format.scalars import ANY
from lintstack.compose.format.services import SERVICE
from lintstack.yaml import Entry, Mapping, Node, Scalar

Move: TypeAlias = Callable[[Scalar], Scalar]

_REMOTE = ("https://", "http://", "git://", "ssh://", "github.com/", "git@", "service:", "docker-image://", "oci://")


def is_remote(text: str) -> bool:
    """Whether a reference names something that is fetched over the network or by another program."""
    return "://" in text or text.startswith(_REMOTE) or text.startswith("oci:")


def is_fixed(text: str) -> bool:
    """Whether a path does not depend on the folder of the file that names it."""
    return (
        not text or isabs(text) or text.startswith(("~", "\\\\")) or (text[1:3] in (":\\", ":/") and text[0].isalpha())
    )


def located(folder: str, path: str) -> str:
    """A path named by a file of `folder`, as the reader wants it."""
    return normpath(path if isabs(path) else join(folder, path))


def folder_of(path: str) -> str:
    """Folder of a file, "." when it has none."""
    head, slash, _ = path.rpartition("/")
    return head or ("/" if slash else ".")


def relocate(model: Mapping, origin: str, project: str) -> Mapping:
    """A whole model whose relative paths meant `origin`, for a project in `project`."""
    return _moved(model, ROOT, _mover(origin, project)) if _differ(origin, project) else model


def relocate_service(service: Mapping, origin: str, project: str) -> Mapping:
    """The same for a single service."""
    return _moved(service, _SERVICE, _mover(origin, project)) if _differ(origin, project) else service


_SERVICE = Type(ANY.check, fields=SERVICE)


def _differ(origin: str, project: str) -> bool:
    return normpath(origin) != normpath(project)


def _mover(origin: str, project: str) -> Move:
    start = normpath(project)
    outside = isabs(origin) != isabs(start)

    def move(node: Scalar) -> Scalar:
        if node.unset or is_fixed(node.text):
            return node
        path = located(origin, node.text)
        text = path if outside else relpath(path, start)
        text = text if text.startswith(("..", "/", ".")) else f"./{text}"
        return Scalar(
            node.source, node.start, node.end, text, node.style, node.tag, node.raw, node.unset, node.fallbacks,
            node.variables,
        )  # fmt: skip

    return move


def _moved(node: Mapping, type_: Type, move: Move) -> Mapping:
    """A mapping with its paths moved, as deep as the format is."""
    new: dict[str, Entry] = {}
    for name, entry in node.entries.items():
        field = type_.fields.get(name) or type_.names
        value = entry.value if field is None else _value(entry.value, field, node, move)
        if value is not entry.value:
            new[name] = Entry(entry.key, value, entry.over)
    return node.with_entries({**node.entries, **new}) if new else node


def _value(value: Node, field: Field, parent: Mapping, move: Move) -> Node:
    if isinstance(value, Scalar):
        return move(value) if field.path and _is_path(value, field, parent) else value
    if isinstance(value, Mapping):
        if field.path == "device when bound":
            return _device(value, parent, move)
        return _moved(value, field.type, move) if field.type.fields or field.type.names is not None else value
    inner = field.type.items
    if inner is None or not (field.path or inner.type.fields):
        return value
    items = tuple(_item(item, field, inner, move) for item in value.items)
    return value if all(new is old for new, old in zip(items, value.items, strict=True)) else value.with_items(items)


def _device(options: Mapping, volume: Mapping, move: Move) -> Mapping:
    """Options of a volume that is a bind mount, which Compose knows by `driver: local` and `o: bind`."""
    driver, mode, device = volume.get("driver"), options.get("o"), options.entries.get("device")
    bound = isinstance(driver, Scalar) and driver.text == "local" and isinstance(mode, Scalar) and mode.text == "bind"
    if not bound or device is None or not isinstance(device.value, Scalar):
        return options
    return options.with_entries({**options.entries, "device": Entry(device.key, move(device.value), device.over)})


def _item(item: Node, field: Field, inner: Field, move: Move) -> Node:
    if isinstance(item, Mapping):
        return _moved(item, inner.type, move)
    return move(item) if isinstance(item, Scalar) and field.path and not item.is_null else item


def _is_path(value: Scalar, field: Field, parent: Mapping) -> bool:
    """Whether a value of a field that can hold paths is one; a Dockerfile's moves with its build context."""
    if value.is_null or field.path == "context":
        return False
    if field.path == "project when bound":
        kind = parent.get("type")
        return isinstance(kind, Scalar) and kind.text == "bind"
    return field.path == "project" or not is_remote(value.text)
