"""After the last merge: what is still null where Compose wants a value, lists made unique."""

from __future__ import annotations

from lintstack.compose.merge import enforce_unicity
from lintstack.compose.problems import Problems, shown
from lintstack.yaml import Entry, Mapping, Scalar


def finished(model: Mapping, problems: Problems) -> Mapping:
    """The model with every service checked and its lists unique."""
    model = _filled(model, problems)
    entry = model.entries.get("services")
    if entry is None or not isinstance(entry.value, Mapping):
        return model
    services: dict[str, Entry] = {}
    for name, service in entry.value.entries.items():
        if isinstance(service.value, Mapping):
            whole = enforce_unicity(_filled(service.value, problems))
            services[name] = service if whole is service.value else Entry(service.key, whole, service.over)
        else:
            _refuse(service, problems)
    changed = Entry(entry.key, entry.value.with_entries(services), entry.over)
    return model.with_entries({**model.entries, "services": changed})


def check_nulls(model: Mapping, document: Mapping, problems: Problems) -> None:
    """Report null fields of a document that the model has nothing for: a later file comes too late for Compose."""
    merged, services = model.get("services"), document.get("services")
    if isinstance(merged, Mapping) and isinstance(services, Mapping):
        for name in services.entries:
            service = merged.entries.get(name)
            if service is not None and isinstance(service.value, Mapping):
                _filled(service.value, problems)
            elif service is not None:
                _refuse(service, problems)


def _refuse(service: Entry, problems: Problems) -> None:
    problems.say("compose-schema", f"the service `{shown(service.key.text)}` must be a mapping", service.key)


# Fields for which null is a value.
_NULLABLE = frozenset({"command", "deploy", "entrypoint", "include", "pid", "umask"})


def _filled(service: Mapping, problems: Problems) -> Mapping:
    """The service (or the top level) without fields that no file gives a value."""
    kept: dict[str, Entry] = {}
    for name, entry in service.entries.items():
        null = isinstance(entry.value, Scalar) and entry.value.is_null
        if not null or name in _NULLABLE or name.startswith("x-"):
            kept[name] = entry
        else:
            problems.say("compose-schema", f"`{shown(name)}` has no value; give it one or remove it", entry.key)
    return service if len(kept) == len(service.entries) else service.with_entries(kept)
