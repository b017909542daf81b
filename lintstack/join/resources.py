"""Declared networks, volumes, secrets, configs and models → Resource subjects."""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lintstack.compose.casts import as_bool
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.examples import declared
from lintstack.join.read import entries, scalar, text, unset
from lintstack.join.service import RESOURCES
from lintstack.join.swarm import speaks
from lintstack.model import Reference, Resource, Service, Stack
from lintstack.record import bind
from lintstack.yaml import Mapping, Scalar

if TYPE_CHECKING:
    from lintstack.compose.load import Loaded
    from lintstack.join.stack import Site
    from lintstack.source import Source
    from lintstack.yaml import Entry

SECTIONS = {**RESOURCES, "models": "model"}
FILED = ("secrets", "configs")
ORIGINS = ("file", "environment", "content")
DRIVERS = ("driver", "template_driver")
MOST_IDLE = 200  # resources that nobody uses, for which other texts are searched
MOST_FILES = 50  # other files of a folder that are searched for a name
OPEN = frozenset({"external", "name"})  # keys of an external resource that count
YAML = (".yml", ".yaml")


class _Said:
    """What a project says that decides about many resources: looked for once, and only when one asks."""

    def __init__(self, loaded: Loaded, site: Site) -> None:
        self.loaded = loaded
        self.site = site

    @cached_property
    def networks(self) -> frozenset[str | None]:
        """Networks that a build or a service names by other means than `networks`."""
        paths = (("network_mode",), ("build", "network"))
        services = entries(self.loaded.root, "services")
        return frozenset(scalar(item.value, *path, cast=text).value for item in services for path in paths)

    @cached_property
    def for_swarm(self) -> bool:
        return speaks(self.loaded.root)

    @cached_property
    def variables(self) -> frozenset[str]:
        """Variables to which an env file gives a value."""
        from lintstack.compose.dotenv import parse
        from lintstack.compose.problems import Problems

        return frozenset(item.key.text for source in self.loaded.env_sources for item in parse(source, Problems()))

    @cached_property
    def examples(self) -> frozenset[str]:
        """Variables that an example of the env file names."""
        site = self.site
        return frozenset().union(*(names for _, names in declared(site.disk.names, site.open_text, site.disk.folder)))


def resources(stack: Stack, loaded: Loaded, found: Sequence[Service], site: Site) -> Iterator[Resource]:
    """Everything that the top-level sections declare.

    Args:
        stack: the stack.
        loaded: what was loaded.
        found: its services, those that no profile enables too.
        site: where it lies.
    """
    sections = [(section, item) for section in SECTIONS for item in entries(loaded.root, section)]
    if not sections:
        return
    users = _users(found)
    asked = {os.path.normpath(path) for path in loaded.files}
    said = _Said(loaded, site)
    misnamed = {type_ for (type_, _), using in users.items() if any(item.defined.value is False for item in using)}
    for section, item in sections:
        type_, name = SECTIONS[section], item.key.text
        external = scalar(item.value, "external", cast=as_bool)
        using = tuple(users.get((type_, name), ()))
        implicit = type_ == "network" and (name == "default" or name in said.networks)
        yield Resource(
            name,
            item.key.span,
            f"{section}.{name}",
            stack,
            type=Fact(type_, (Place(item.key.span),)),
            external=external if external.value is not None or external.unknown else Fact(False, default=True),
            used=_used(item, bool(using) or implicit, type_ in misnamed, bool(loaded.incomplete), asked),
            idle_keys=_idle(item.value) if external.value else ABSENT,
            users=using,
            **(_filed(item.value, said) if section in FILED else {}),
        )


def _users(found: Iterable[Service]) -> dict[tuple[str | None, str], list[Reference]]:
    users: dict[tuple[str | None, str], list[Reference]] = {}
    for service in found:
        for reference in service.references:
            users.setdefault((reference.type.value, reference.name), []).append(reference)
    return users


def _used(item: Entry, used: bool, misnamed: bool, partly: bool, asked: set[str]) -> Fact[bool]:
    where = (Place(item.key.span),)
    reason = "a part of the project was not read" if partly else ""
    if misnamed:
        reason = "a service names one that nobody declares, and may mean this one"
    if os.path.normpath(item.key.source.path) not in asked:
        reason = reason or "further projects may include its file"
    return Fact(None, where, reason) if reason and not used else Fact(used, where)


def _idle(node: object) -> Fact[tuple[str, ...]]:
    """Keys of an external resource that only matter to those who make it."""
    found = node.entries if isinstance(node, Mapping) else {}
    said = [one for key, one in found.items() if key not in OPEN and not key.startswith("x-")]
    where = tuple(Place(one.key.span) for one in said)
    return Fact(tuple(one.key.text for one in said), where) if said else ABSENT


def _filed(node: object, project: _Said) -> dict[str, Fact[Any]]:
    """Facts of a secret or config."""
    if not isinstance(node, Mapping):
        return {}
    facts: dict[str, Fact[Any]] = {}
    origin = next((node.entries[key] for key in ORIGINS if key in node.entries), None)
    if origin is not None:
        facts["origin"] = Fact(origin.key.text, (Place(origin.key.span),))
    drivers = [node.entries[key] for key in DRIVERS if key in node.entries]
    if drivers:
        where = tuple(Place(one.key.span) for one in drivers)
        facts["drivers"] = Fact(tuple(one.key.text for one in drivers), where)
    if drivers or "external" in node.entries:
        facts["for_swarm"] = Fact(project.for_swarm, default=True)
    if "file" in node.entries:
        facts |= _file(scalar(node, "file", cast=text), project.site)
    if "content" in node.entries:
        facts["content"] = scalar(node, "content", cast=text)
    if "environment" in node.entries:
        facts["variable_set"] = _is_set(node.entries["environment"], project)
    return facts


def _file(file: Fact[str], site: Site) -> dict[str, Fact[Any]]:
    """Facts of the file of a secret or config."""
    disk = site.disk
    path = disk.locate(file.value) if file.value else ""
    if not path or not disk.inside(path):
        reason = file.unknown or "the file is not in the repository"
        return {"file": file, "file_exists": Fact(None, file.places, reason)}
    found = disk.exists(path)
    exists: Fact[bool] = Fact(None, file.places, "it lies elsewhere")
    if found != "outside":
        exists = Fact(bool(found), file.places)
    ignored = disk.ignored(path)
    why = "" if ignored is not None else "nothing tells that this is a repository of git"
    return {"file": file, "file_exists": exists, "file_ignored": Fact(ignored, file.places, why)}


def _is_set(found: Entry, project: _Said) -> Fact[bool]:
    """Whether an env file gives the variable of a secret a value; one that an example names comes from elsewhere."""
    node = found.value
    where = (Place(node.span),)
    if not isinstance(node, Scalar) or node.unset:
        return Fact(None, where, unset(node))
    if node.text in project.variables:
        return Fact(True, where)
    if node.text in project.examples:
        return Fact(None, where, "an example of the env file names it")
    return Fact(False, where)


def settle(
    stacks: Sequence[Stack], whole: bool, names: Callable[[str], frozenset[str]], read: Callable[[str], Source | None]
) -> None:
    """Make `used` of the resources of a project's stacks true where another environment uses them.

    Args:
        stacks: the stacks of all environments of a project.
        whole: whether these are all: an environment that could not be loaded may use anything.
        names: names of the entries of a folder.
        read: text of a file; None when it cannot be read.
    """
    every = [found for stack in stacks for found in stack.resources]
    used = {(found.type.value, found.name) for found in every if found.used.value}
    doubted = {(found.type.value, found.name) for found in every if found.used.unknown}
    known = {os.path.realpath(file.source.real) for stack in stacks for file in stack.files}
    others: dict[str, tuple[str, ...]] = {}
    idle = [found for found in every if found.used.value is False]
    for count, resource in enumerate(idle):
        key = resource.type.value, resource.name
        if key in used:
            bind(resource, used=Fact(True, resource.used.places))
            continue
        folder = os.path.dirname(resource.span.source.real)
        if folder not in others:
            others[folder] = tuple(_others(folder, known, names, read))
        certain = whole and key not in doubted and count < MOST_IDLE
        reason = _doubt(resource, others[folder]) if certain else "a part of the project was not read"
        if reason:
            bind(resource, used=Fact(None, resource.used.places, reason))


def _doubt(resource: Resource, texts: Iterable[str]) -> str:
    """Why something that no service names may be in use, "" when nothing speaks for it."""
    if _named_in(resource, texts):
        return "another file of the project names it"
    named = _named_by(resource) or _is_switched_off(resource)
    return "something names it that is no service of this project" if named else ""


def _others(
    folder: str,
    known: set[str],
    names: Callable[[str], frozenset[str]],
    read: Callable[[str], Source | None],
) -> Iterator[str]:
    """Texts of further YAML files beside a compose file: an overlay that nobody told us of may use what it declares."""
    there = sorted(name for name in names(folder) if name.endswith(YAML))[:MOST_FILES] if folder else []
    for path in (os.path.join(folder, name) for name in there):
        if os.path.realpath(path) not in known:
            source = read(path)
            if source is not None and "services" in source.text:
                yield source.text


def _named_in(resource: Resource, texts: Iterable[str]) -> bool:
    """Whether one of some texts has the name as a word."""
    word = re.compile(rf"(?<![\w.-]){re.escape(resource.name)}(?![\w.-])")
    return any(resource.name in text and word.search(text) for text in texts)


def _is_switched_off(resource: Resource) -> bool:
    """Whether a list item behind a comment sign uses it."""
    text = resource.span.source.text
    return "#" in text and bool(
        re.search(rf"^[ \t]*#[# \t]*-[ \t]*[\"']?{re.escape(resource.name)}(?=[:\"'\s]|$)", text, re.MULTILINE)
    )


def _named_by(resource: Resource) -> bool:
    """Whether a service names it as Docker does, `<project>_<name>`: for containers that it starts by itself."""
    word = re.compile(rf"[_}}]{re.escape(resource.name)}(?![\w.-])")
    return any(
        resource.name in variable.value.value and word.search(variable.value.value)
        for service in resource.stack.services
        for variable in service.environment
        if variable.value.value
    )
