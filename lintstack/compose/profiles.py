"""Profiles: which services an environment enables."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence as List

from lintstack.compose.expansion import HIDDEN
from lintstack.yaml import Mapping, Scalar, Sequence


def active(given: List[str], variables: Dict[str, str]) -> List[str]:
    """The profiles asked for, else those of COMPOSE_PROFILES, which commas divide: nothing there is the profile ""."""
    listed = variables.get("COMPOSE_PROFILES", "")
    return given or [name.strip() for name in ("" if listed == HIDDEN else listed).split(",")]


def inactive_services(root: Mapping | None, profiles: List[str]) -> frozenset[str]:
    """Names of the services that no active profile enables."""
    services = root.get("services") if root is not None else None
    if not isinstance(services, Mapping) or "*" in profiles:
        return frozenset()
    return frozenset(name for name, service in services.items() if not _enabled(service, profiles))


def _enabled(service: object, profiles: List[str]) -> bool:
    listed = service.get("profiles") if isinstance(service, Mapping) else None
    if not isinstance(listed, Sequence) or not listed.items:
        return True
    return any(isinstance(item, Scalar) and item.text in profiles for item in listed.items)
