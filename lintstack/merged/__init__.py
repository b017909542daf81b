"""What `lintstack merged` prints: the effective project, every value with the place that it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintstack.compose.load import Loaded
from lintstack.compose.normal import Project, normal
from lintstack.compose.versions import Version
from lintstack.merged.document import document
from lintstack.merged.leaves import Path, leaves
from lintstack.merged.masks import Mask, escaped, mask
from lintstack.merged.origins import origin, places
from lintstack.named import NamedTuple
from lintstack.report.text import carried, json_text
from lintstack.source import Span
from lintstack.yaml import Mapping, Node, Scalar

__all__ = ["Effective", "render"]


class Effective(NamedTuple):
    """An environment to print.

    Args:
        environment: its name.
        loaded: its project; `root` is there.
        folder: the project directory, absolute.
        version: the Docker Compose whose printing is meant; None is the newest.
    """

    environment: str
    loaded: Loaded
    folder: str
    version: Version | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """Compose files and env files that took part, as reports write them."""
        sources = (*self.loaded.sources, *self.loaded.env_sources)
        return tuple(dict.fromkeys(source.path for source in sources))


def render(effective: Effective, format: str) -> str:
    """The effective project as a text that Docker Compose can read; credentials are masked.

    Args:
        effective: what to print.
        format: `yaml`, each value with a comment that names its place; or `json`.
    """
    project = Project(effective.folder, json=format == "json", version=effective.version)
    tree = normal(effective.loaded, project)
    masks = mask(tree, (*effective.loaded.sources, *effective.loaded.env_sources))
    if format == "json":
        return json_text(_data(effective, tree, masks), indent=2) + "\n"
    return document(tree, masks, _heading(effective, masks))


def _heading(effective: Effective, masks: Mask) -> Iterator[str]:
    yield f"{effective.environment}: {' + '.join(source.path for source in effective.loaded.sources)}"
    if masks.masked:
        yield f"{masks.masked} credential{'s are' if masks.masked > 1 else ' is'} masked: ***"


def _data(effective: Effective, tree: Mapping, masks: Mask) -> dict[str, Any]:
    """The project as `docker compose config --format json` prints it, and where each value comes from.

    Values are found by their JSON Pointer (RFC 6901); the first place decides, the others are what it replaced.
    """
    found = tuple(leaves(tree))
    origins = {leaf.path: origin(leaf, masks) for leaf in found}
    return {
        "environment": effective.environment,
        "files": list(effective.files),
        "project": _plain(tree, (), masks),
        "origins": {_pointer(leaf.path): [_place(span) for span in places(leaf)] for leaf in found},
        "implied": [_pointer(path) for path, item in origins.items() if item.implied],
        "unset": {_pointer(path): list(item.unset) for path, item in origins.items() if item.unset},
        "masked": [_pointer(leaf.path) for leaf in found if masks.hides(leaf.path, leaf.node)],
    }


def _plain(node: Node, path: Path, masks: Mask) -> Any:
    if isinstance(node, Mapping):
        return {carried(name): _plain(value, (*path, name), masks) for name, value in node.items()}
    if not isinstance(node, Scalar):
        return [_plain(item, (*path, str(index)), masks) for index, item in enumerate(node.items)]
    value = node.value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return carried(escaped(masks.text(path, value))) if isinstance(value, str) else value


def _pointer(path: Path) -> str:
    return "".join("/" + carried(step).replace("~", "~0").replace("/", "~1") for step in path)


def _place(span: Span) -> dict[str, Any]:
    return {"path": carried(span.path), "line": span.line, "column": span.column}
