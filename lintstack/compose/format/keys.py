"""What makes two items of a list one: the last of them stays, at the place of the first."""

from __future__ import annotations

from lintstack.yaml import Mapping, Node, Scalar


def text(node: Node) -> str:
    """Text of an item; unknown texts differ from all others."""
    if isinstance(node, Scalar) and not node.unset:
        value = node.value
        return str(value) if isinstance(value, int) else node.text
    return f"{node.source.path}@{node.start}"


def before_equals(node: Node) -> str:
    """The name in `NAME=value`."""
    return text(node).partition("=")[0]


def path(node: Node) -> str:
    """The path of an `env_file` entry, as written."""
    said = node.get("path") if isinstance(node, Mapping) else None
    return text(said or node)


def target(node: Node) -> str:
    """The path in the container of a mount or device, as written in the long form."""
    said = node.get("target") if isinstance(node, Mapping) else None
    return text(said or node)


def secret(node: Node) -> str:
    """Where a secret is mounted."""
    return _mounted(node, "/run/secrets")


def config(node: Node) -> str:
    """Where a config is mounted."""
    return _mounted(node, "")


def _mounted(node: Node, folder: str) -> str:
    said, source = (node.get("target"), node.get("source")) if isinstance(node, Mapping) else (None, None)
    return text(said) if said is not None else f"{folder}/{text(source or node)}"
