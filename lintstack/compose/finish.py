"""After the last merge: what is still null where Compose wants a value, lists made unique, profiles."""

from __future__ import annotations

from collections.abc import Sequence as List

from lintstack.compose.merge import enforce_unicity
from lintstack.compose.problems import Problems, shown
from lintstack.yaml import Entry, Mapping, Scalar, Sequence


def finished(model: Mapping, problems: Problems) -> Mapping:
    """The model with every service checked and its lists unique."""
    entry = model.entries.get("services")
    if entry is None or not isinstance(entry.value, Mapping):
        return model
    services: dict[str, Entry] = {}
    for name, service in entry.value.entries.items():
        if isinstance(service.value, Mapping):
            services[name] = Entry(service.key, enforce_unicity(service.value), service.over)
        else:
            problems.say("compose-schema", f"the service `{shown(name)}` must be a mapping", service.key)
    changed = Entry(entry.key, entry.value.with_entries(services), entry.over)
    return model.with_entries({**model.entries, "services": changed})


def active(root: Mapping | None, profiles: List[str]) -> frozenset[str]:
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
