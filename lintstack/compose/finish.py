"""After the last merge: what is still null where Compose wants a value, lists made unique."""

from __future__ import annotations

from lintstack.compose.format.document import ROOT
from lintstack.compose.format.field import Reading
from lintstack.compose.format.whole import whole
from lintstack.compose.merge import enforce_unicity
from lintstack.compose.problems import Problems
from lintstack.yaml import Entry, Mapping


def finished(model: Mapping, problems: Problems) -> Mapping:
    """The model with lists made unique, and without keys that no file gives a value."""
    entry = model.entries.get("services")
    if entry is not None and isinstance(entry.value, Mapping):
        found = ((name, service, _unique(service)) for name, service in entry.value.entries.items())
        changed: dict[str, Entry | None] = {name: new for name, service, new in found if new is not service}
        if changed:
            services = Entry(entry.key, entry.value.with_changed(changed), entry.over)
            model = model.with_changed({"services": services})
    return whole(model, ROOT, Reading(problems))


def _unique(service: Entry) -> Entry:
    if not isinstance(service.value, Mapping):
        return service
    value = enforce_unicity(service.value)
    return service if value is service.value else Entry(service.key, value, service.over)
