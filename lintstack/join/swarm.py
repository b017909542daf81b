"""Whether a compose file is for `docker stack deploy`: by its name, unless it says what that command refuses."""

from __future__ import annotations

import re

from lintstack.join.raw import below, documents
from lintstack.join.read import entries, entry, scalar, text
from lintstack.source import Source
from lintstack.yaml import Mapping, Node, Scalar

_SILENT = frozenset({"docker", "compose", "yml", "yaml"})  # words of names that say nothing
_KEYS = ("placement", "update_config", "rollback_config", "endpoint_mode", "mode", "labels")  # of `deploy`
# Keys of a service that format 3, the only one that Swarm reads, does not have.
_REFUSED = frozenset(
    "cpu_count cpu_quota cpu_shares cpus cpuset develop extends mem_limit mem_reservation profiles scale"
    " volumes_from".split()
)


def is_for_swarm(source: Source) -> bool:
    """Whether name and content of a compose file say that a Swarm reads it: `full-stack.yml` is any stack."""
    words = [word for word in re.split(r"[-_.]", source.path.rpartition("/")[2].lower()) if word not in _SILENT]
    if "swarm" not in words and "stack" not in words:
        return False
    found = list(documents(source))
    named = "swarm" in words or words[0] == "stack"
    said = any(map(speaks, found)) or (named and not any(map(_is_linked, found)))
    return said and not any(map(_contradicts, found))


def speaks(root: Mapping | None) -> bool:
    """Whether something in a project speaks to a Swarm alone."""
    overlay = (scalar(item.value, "driver", cast=text).value == "overlay" for item in entries(root, "networks"))
    said = (entry(item.value, "deploy", key) for item in entries(root, "services") for key in _KEYS)
    return any(overlay) or any(one is not None for one in said)


def _is_linked(root: Mapping) -> bool:
    """Whether services have `links`, which a Swarm drops."""
    return any(entry(item.value, "links") is not None for item in entries(root, "services"))


def _contradicts(root: Mapping) -> bool:
    version = root.get("version")
    old = isinstance(version, Scalar) and version.text[:1] in ("1", "2")
    return old or "include" in root.entries or any(_is_refused(item.value) for item in entries(root, "services"))


def _is_refused(service: Node) -> bool:
    if not isinstance(service, Mapping):
        return False
    builds = "build" in service.entries and "image" not in service.entries
    waits = isinstance(below(service, "depends_on"), Mapping)
    return builds or waits or not _REFUSED.isdisjoint(service.entries)
