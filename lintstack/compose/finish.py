"""After the last merge: what is still null where Compose wants a value, lists made unique, profiles."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence as List

from lintstack.compose.format.document import ROOT
from lintstack.compose.format.field import Reading
from lintstack.compose.format.whole import whole
from lintstack.compose.merge import enforce_unicity
from lintstack.compose.problems import Problems
from lintstack.yaml import Entry, Mapping, Scalar, Sequence


def finished(model: Mapping, problems: Problems) -> Mapping:
    """The model with lists made unique, and without keys that no file gives a value."""
    entry = model.entries.get("services")
    if entry is not None and isinstance(entry.value, Mapping):
        services = {name: _unique(service) for name, service in entry.value.entries.items()}
        changed = Entry(entry.key, entry.value.with_entries(services), entry.over)
        model = model.with_entries({**model.entries, "services": changed})
    return whole(model, ROOT, Reading(problems))


def _unique(service: Entry) -> Entry:
    if not isinstance(service.value, Mapping):
        return service
    value = enforce_unicity(service.value)
    return service if value is service.value else Entry(service.key, value, service.over)


def named_profiles(variables: Dict[str, str]) -> tuple[str, ...]:
    """Profiles that `COMPOSE_PROFILES` enables, a variable of the project's like any other."""
    return tuple(name.strip() for name in variables.get("COMPOSE_PROFILES", "").split(","))


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
