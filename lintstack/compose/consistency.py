"""What Docker Compose refuses although every value is well-formed: parts of a project that contradict each other.

compose-go's `validation.Validate` and `checkConsistency`, all faults instead of the first. References to what nothing
declares are the rule `unknown-reference`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from lintstack.compose import contradictions, implied
from lintstack.compose.casts import as_bool, known
from lintstack.compose.contradictions import Fault, entry_of, scalar_of, texts
from lintstack.compose.problems import Problems, shown
from lintstack.compose.versions import Version
from lintstack.facts import Place
from lintstack.findings import diagnostic
from lintstack.named import NamedTuple
from lintstack.source import Span
from lintstack.yaml import Entry, Mapping, Scalar

SLUG = "compose-consistency"


class Project(NamedTuple):
    """A finished model.

    Args:
        services: by name, those that no profile enables too.
        inactive: names of those.
        whole: whether all of the project was read.
        overlays: paths of the files after the first.
        problems: what was found so far: a value that was wrong has been left out.
    """

    root: Mapping
    services: dict[str, Entry]
    inactive: frozenset[str]
    whole: bool
    overlays: frozenset[str]
    problems: Problems

    def node(self, name: str) -> Mapping | None:
        """A service's fields."""
        entry = self.services.get(name)
        return entry.value if entry is not None and isinstance(entry.value, Mapping) else None


_ServiceCheck: TypeAlias = Callable[[Entry, Mapping, Project], Iterator[Fault]]
_ProjectCheck: TypeAlias = Callable[[Project], Iterator[Fault]]


def report(
    root: Mapping | None,
    inactive: frozenset[str],
    incomplete: frozenset[str],
    overlays: Iterable[str],
    version: Version | None,
    problems: Problems,
) -> None:
    """Every contradiction of a finished model; little of services that are off is looked at, as in Compose.

    Args:
        root: the model.
        inactive: services that no profile enables.
        incomplete: services of which a part could not be read; "" stands for the whole project.
        overlays: paths of the files after the first, as in their sources.
        version: the Docker Compose in force.
        problems: takes the findings.
    """
    if root is None:
        return
    services = root.get("services")
    found = services.entries if isinstance(services, Mapping) else {}
    project = Project(root, found, inactive, "" not in incomplete, frozenset(overlays), problems)
    passed_over = inactive | incomplete
    checked = [entry for name, entry in found.items() if name not in passed_over]
    for fault in _faults(project, checked, version):
        finding = diagnostic(SLUG, fault.message, fault.at.span, related=fault.related)
        problems.add(finding._replace(see={"dclint": fault.dclint}) if fault.dclint else finding)


def _faults(project: Project, services: list[Entry], version: Version | None) -> Iterator[Fault]:
    for entry in project.services.values():
        if isinstance(entry.value, Mapping):
            yield from contradictions.always(entry.value)
    for entry in services:
        if isinstance(entry.value, Mapping):
            yield from contradictions.faults(entry.value)
            for check in SERVICE:
                yield from check(entry, entry.value, project)
            if version is not None:
                yield from contradictions.by_version(entry.value, version)
    for whole in PROJECT:
        yield from whole(project)


def runnable(entry: Entry, service: Mapping, project: Project) -> Iterator[Fault]:
    """A service without anything to run."""
    image = service.get("image")
    empty = image is None or (isinstance(image, Scalar) and not image.text and not image.unset)
    if not empty or not project.whole or "build" in service.entries or "provider" in service.entries:
        return
    if entry.over is None and entry.key.source.path in project.overlays:
        return  # A slip of the pen in an overlay: the rule `overlay-unknown-service` knows which service was meant.
    if not project.problems.inside(_written(entry)):
        name = shown(entry.key.text)
        yield Fault(f"the service `{name}` has neither `image` nor `build`; name what it runs", entry.key)


def _written(entry: Entry) -> Iterator[Span]:
    """Where a service is spelled out."""
    step: Entry | None = entry
    while step is not None:
        yield step.value.span
        step = step.over


def enabled_dependencies(entry: Entry, service: Mapping, project: Project) -> Iterator[Fault]:
    """A dependency on a service that no active profile enables."""
    if not project.inactive:
        return
    listed = service.get("depends_on")
    written = listed.entries if isinstance(listed, Mapping) else {}
    for name, other in written.items():
        if as_bool(other.value.get("required") if isinstance(other.value, Mapping) else None) is not False:
            yield from _disabled(entry, name, other.key, project)
    for need in implied.dependencies(service):
        if need.name not in written or need.field == "network_mode":
            yield from _disabled(entry, need.name, need.at, project)


def _disabled(entry: Entry, name: str, at: Scalar, project: Project) -> Iterator[Fault]:
    if name not in project.inactive:
        return
    profiles = " or ".join(f"`{shown(profile.text)}`" for profile in texts(project.node(name), "profiles"))
    message = (
        f"`{shown(entry.key.text)}` needs `{shown(name)}`, which only the profile {profiles} enables; "
        "give both the same profile, or write `required: false` under `depends_on`"
    )
    yield Fault(message, at, (Place(project.services[name].key.span, "defined here"),))


def contexts(entry: Entry, service: Mapping, project: Project) -> Iterator[Fault]:
    """Build contexts that are the result of another service's build."""
    named = entry_of(service, "build", "additional_contexts")
    values = named.value.entries if named is not None and isinstance(named.value, Mapping) else {}
    for context in values.values():
        value = known(context.value)
        name = value.text.removeprefix("service:") if value is not None and value.text.startswith("service:") else ""
        other = project.node(name)
        if value is None or other is None:
            continue
        yield from _disabled(entry, name, value, project)
        if name not in project.inactive and "build" not in other.entries:
            message = f"the service `{shown(name)}` has no `build`, so it cannot be a build context"
            yield Fault(message, value, (Place(project.services[name].key.span, "defined here"),))


def container_names(project: Project) -> Iterator[Fault]:
    """A container's name that two enabled services take."""
    taken: dict[str, Scalar] = {}
    for name, entry in project.services.items():
        value = scalar_of(project.node(name), "container_name") if name not in project.inactive else None
        if value is None or not value.text:
            continue
        if value.text in taken:
            yield _taken(entry, value, taken[value.text])
        taken.setdefault(value.text, value)


def _taken(entry: Entry, value: Scalar, first: Scalar) -> Fault:
    """The fault is at the name; a name that is inherited, at the service that inherits it."""
    own = value.span != first.span
    message = f"the container name `{shown(value.text)}` is taken by another service; each needs its own"
    related = (Place(first.span, "taken here"),)
    return Fault(message, value if own else entry.key, related, dclint=("no-duplicate-container-names",))


def external_volumes(project: Project) -> Iterator[Fault]:
    """A volume that is made elsewhere and described here."""
    for name, volume in _declared(project, "volumes"):
        if as_bool(volume.get("external")) is True:
            for key, entry in volume.entries.items():
                if key not in ("external", "name") and not key.startswith("x-"):
                    message = (
                        f"the volume `{shown(name)}` is external, so nothing else is set here; remove `{shown(key)}`"
                    )
                    yield Fault(message, entry.key)


_SOURCES = {"secrets": ("file", "environment"), "configs": ("file", "environment", "content")}


def sources(project: Project) -> Iterator[Fault]:
    """Secrets and configs come from exactly one place."""
    for section, fields in _SOURCES.items():
        for name, node in _declared(project, section):
            given = [node.entries[field] for field in fields if field in node.entries]
            listed = ", ".join(f"`{field}`" for field in fields)
            kind = f"the {section.removesuffix('s')} `{shown(name)}`"
            if len(given) > 1:
                yield Fault(f"{kind} comes from several places; keep one of {listed}", given[1].key)
            elif not given and _made_here(node, section) and not project.problems.inside((node.span,)):
                yield Fault(f"{kind} comes from nowhere; give it one of {listed}, or `external: true`", node)


def _made_here(node: Mapping, section: str) -> bool:
    """Whether something must say what a secret or config holds."""
    external = node.get("external")
    if section == "secrets" and ("driver" in node.entries or external is not None):
        return external is None or as_bool(external) is False
    return external is None and "driver" not in node.entries


def _declared(project: Project, section: str) -> Iterator[tuple[str, Mapping]]:
    listed = project.root.get(section)
    for name, node in listed.items() if isinstance(listed, Mapping) else ():
        if isinstance(node, Mapping):
            yield name, node


SERVICE: tuple[_ServiceCheck, ...] = (runnable, enabled_dependencies, contexts)
PROJECT: tuple[_ProjectCheck, ...] = (container_names, external_volumes, sources)
