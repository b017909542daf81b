"""Phase 12: paths of a model that comes from another folder, made relative to the project's own."""

from __future__ import annotations

from collections.abc import Callable
from posixpath import isabs, join, normpath, relpath
from typing import TypeAlias

from lintstack.compose.mounts import is_path
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence

Move: TypeAlias = Callable[[Scalar], Scalar]
Step: TypeAlias = Callable[[Node, Move], Node]

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
    return _through(_MODEL)(model, _mover(origin, project)) if _differ(origin, project) else model  # type: ignore[return-value]


def relocate_service(service: Mapping, origin: str, project: str) -> Mapping:
    """The same for a single service."""
    return _through(_SERVICE)(service, _mover(origin, project)) if _differ(origin, project) else service  # type: ignore[return-value]


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


def _path(node: Node, move: Move) -> Node:
    return move(node) if isinstance(node, Scalar) and not node.is_null else node


def _local(node: Node, move: Move) -> Node:
    return node if isinstance(node, Scalar) and is_remote(node.text) else _path(node, move)


def _mount(node: Node, move: Move) -> Node:
    """Bind mounts only; names of volumes are no paths."""
    kind, source = (node.get("type"), node.get("source")) if isinstance(node, Mapping) else (None, None)
    if not (isinstance(kind, Scalar) and kind.text == "bind" and isinstance(source, Scalar)):
        return node
    named = is_path(source.text) or isinstance(kind, Scalar)
    return _through({"source": _path})(node, move) if named else node


def _items(inner: Step) -> Step:
    def step(node: Node, move: Move) -> Node:
        if not isinstance(node, Sequence):
            return node
        return node.with_items(tuple(inner(item, move) for item in node.items))

    return step


def _all(inner: Step) -> Step:
    def step(node: Node, move: Move) -> Node:
        if not isinstance(node, Mapping):
            return node
        return _changed(node, {name: inner(entry.value, move) for name, entry in node.entries.items()})

    return step


def _through(fields: dict[str, Step]) -> Step:
    def step(node: Node, move: Move) -> Node:
        if not isinstance(node, Mapping):
            return node
        found = {name: inner(node.entries[name].value, move) for name, inner in fields.items() if name in node.entries}
        return _changed(node, found)

    return step


def _changed(node: Mapping, values: dict[str, Node]) -> Mapping:
    new = {name: value for name, value in values.items() if value is not node.entries[name].value}
    if not new:
        return node
    entries = dict(node.entries)
    for name, value in new.items():
        old = entries[name]
        entries[name] = Entry(old.key, value, old.over)
    return node.with_entries(entries)


_SERVICE: dict[str, Step] = {
    "build": _through({"context": _local, "additional_contexts": _all(_local)}),
    "env_file": _items(_through({"path": _path})),
    "label_file": _items(_path),
    "volumes": _items(_mount),
    "develop": _through({"watch": _items(_through({"path": _path}))}),
    "extends": _through({"file": _local}),
}
_MODEL: dict[str, Step] = {
    "services": _all(_through(_SERVICE)),
    "secrets": _all(_through({"file": _path})),
    "configs": _all(_through({"file": _path})),
}
