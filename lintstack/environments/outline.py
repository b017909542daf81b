"""What one compose file says by itself, before anything is merged: is it a stack, an overlay or a fragment?"""

from __future__ import annotations

import os
import re
from collections import abc
from collections.abc import Iterable, Iterator
from functools import cache
from types import MappingProxyType

from lintstack.findings import Finding
from lintstack.named import NamedTuple
from lintstack.reader import Reader
from lintstack.yaml import Mapping, Node, Scalar, Sequence, parse

_SECTIONS = ("services", "volumes", "networks", "secrets", "configs")
_BODIES = ("image", "build", "provider")
_VARIABLES = frozenset({"environment", "env_file"})
# What a service of a stack of its own says beside its image and variables.
_WIRING = frozenset(
    """command configs depends_on entrypoint expose extends healthcheck links network_mode networks ports secrets
    volumes volumes_from""".split()
)
_DEV_TARGETS = frozenset({"dev", "develop", "development", "debug", "local"})
_SOURCE_FOLDERS = frozenset({"app", "apps", "lib", "packages", "source", "src"})

Name = tuple[str, str]  # section, name in it


class Outline(NamedTuple):
    """A compose file in outline.

    Args:
        path: as reports write it.
        real: without links.
        broken: it cannot be read or parsed, so that nothing else here is sure.
        services: names of its services.
        bare: services that nothing in the file says how to run.
        partial: services whose `build` names no context: a stack of its own, or an overlay that picks a target.
        declared: what it declares, as section and name.
        used: what its services refer to, likewise.
        includes: absolute paths of the local files that it includes.
        extended: absolute paths of the local files that its services extend.
        inherited: services of those files that its services extend, as path and name.
        needs: what services refer to, by their names; those that refer to nothing are left out.
        borrowed: services that only another file's service says how to run, with that file and service.
        told: services that are given variables.
        plain: services that are not wired: no ports, volumes, networks, dependencies, command.
        dev_sign: what in it is done in development only, in words; "" for nothing.
    """

    path: str
    real: str
    broken: bool = False
    services: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()
    partial: frozenset[str] = frozenset()
    declared: frozenset[Name] = frozenset()
    used: frozenset[Name] = frozenset()
    includes: tuple[str, ...] = ()
    extended: tuple[str, ...] = ()
    inherited: frozenset[Name] = frozenset()
    needs: abc.Mapping[str, frozenset[Name]] = MappingProxyType({})
    borrowed: abc.Mapping[str, Name] = MappingProxyType({})
    told: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    dev_sign: str = ""


def outline(path: str, reader: Reader) -> Outline:
    """The outline of a file.

    Args:
        path: relative to the working directory or absolute.
        reader: opens it.
    """
    real, shown = reader.real(path) or path, reader.display(path)
    source = reader.source(path)
    if isinstance(source, Finding):
        return Outline(shown, real, broken=True)
    documents, problems = parse(source)
    roots = [document for document in documents if isinstance(document, Mapping)]
    broken = any(problem.severity == "error" and not problem.suppressible for problem in problems)
    services = {name: node for root in roots for name, node in _entries(root.get("services"))}
    folder = os.path.dirname(reader.absolute(path))
    extended = list(_extended(folder, services.values()))
    needs = {name: used for name, node in services.items() if (used := frozenset(_used([node])))}
    return Outline(
        shown,
        real,
        broken or len(roots) < sum(document is not None for document in documents),
        frozenset(services),
        _bare(services),
        frozenset(name for name, node in services.items() if _is_partial(node)),
        frozenset(_declared(roots)),
        frozenset[Name]().union(*needs.values()),
        tuple(_paths(folder, (text for root in roots for text in _included(root.get("include"))))),
        tuple(path for path, _ in extended),
        frozenset(extended),
        needs,
        dict(_borrowed(folder, services)),
        frozenset(name for name, node in services.items() if _keys(node) & _VARIABLES),
        frozenset(name for name, node in services.items() if not _keys(node) & _WIRING),
        next(_dev_signs(services), ""),
    )


def together(outlines: Iterable[Outline]) -> Outline:
    """The outline of files that are merged or included, under the path of the first."""
    files = list(outlines)
    union = frozenset[str]().union
    full = union(*(file.services - file.bare for file in files))
    return files[0]._replace(
        broken=any(file.broken for file in files),
        services=union(*(file.services for file in files)),
        bare=union(*(file.bare for file in files)) - full,
        declared=frozenset[Name]().union(*(file.declared for file in files)),
        used=frozenset[Name]().union(*(file.used for file in files)),
        inherited=frozenset[Name]().union(*(file.inherited for file in files)),
        borrowed={name: target for file in files for name, target in file.borrowed.items()},
        told=union(*(file.told for file in files)),
    )


def complete(file: Outline) -> bool:
    """Whether a file says how each service runs and declares all that is referred to."""
    return not file.broken and bool(file.services) and not file.bare and file.used <= file.declared


def _entries(node: Node | None) -> Iterator[tuple[str, Node]]:
    return node.items() if isinstance(node, Mapping) else iter(())


def _texts(node: Node | None) -> Iterator[str]:
    """Texts of a scalar or of the scalars in a list."""
    items = node.items if isinstance(node, Sequence) else (node,)
    return (item.text for item in items if isinstance(item, Scalar) and not item.is_null)


def _names(node: Node | None) -> Iterator[str]:
    """Keys of a mapping, else texts of a list."""
    return iter(node.entries) if isinstance(node, Mapping) else _texts(node)


def _keys(node: Node) -> frozenset[str]:
    return frozenset(node.entries) if isinstance(node, Mapping) else frozenset()


def service_lines(path: str, reader: Reader) -> dict[str, int]:
    """Services of a file, each with its line."""
    source = reader.source(path)
    roots = () if isinstance(source, Finding) else parse(source).documents
    found = (root.get("services") for root in roots if isinstance(root, Mapping))
    return {
        name: entry.key.span.line
        for services in found
        if isinstance(services, Mapping)
        for name, entry in services.entries.items()
    }


def _bare(services: dict[str, Node]) -> frozenset[str]:
    """Services of which neither they nor what they extend says how they run; each is looked at once."""
    known: dict[str, bool] = {}
    for first in services:
        chain: list[str] = []
        name, told = first, None
        while told is None:
            chain.append(name)
            known[name] = False  # of a circle nobody says how it runs
            told, name = _body(services[name])
            if told is None:
                told = known.get(name, None if name in services else False)
        known.update(dict.fromkeys(chain, told))
    return frozenset(name for name, told in known.items() if not told)


def _body(node: Node) -> tuple[bool | None, str]:
    """Whether a service says how it runs; else None and the service of the same file that it extends."""
    if not isinstance(node, Mapping):
        return False, ""
    extends = node.get("extends")
    elsewhere = isinstance(extends, Mapping) and "file" in extends.entries
    if elsewhere or any(name in node.entries for name in _BODIES):
        return True, ""
    name = next(_texts(extends.get("service") if isinstance(extends, Mapping) else extends), None)
    return (False, "") if name is None else (None, name)


def _borrowed(folder: str, services: dict[str, Node]) -> Iterator[tuple[str, Name]]:
    for name, node in services.items():
        if not _keys(node) & frozenset(_BODIES):
            yield from ((name, target) for target in _extended(folder, [node]))


def _is_partial(node: Node) -> bool:
    build = node.get("build") if isinstance(node, Mapping) and "image" not in node.entries else None
    return isinstance(build, Mapping) and not build.entries.keys() & {"context", "dockerfile_inline"}


def _declared(roots: Iterable[Mapping]) -> Iterator[Name]:
    yield "networks", "default"
    for root in roots:
        for section in _SECTIONS:
            yield from ((section, name) for name, _ in _entries(root.get(section)))


def _used(services: Iterable[Node]) -> Iterator[Name]:
    """What services refer to; what a variable names is not known and left out."""
    for node in services:
        if isinstance(node, Mapping):
            yield from (name for name in _references(node) if "$" not in name[1])


def _references(service: Mapping) -> Iterator[Name]:
    depends = service.get("depends_on")
    for name in _names(depends):
        optional = isinstance(depends, Mapping) and "false" in _texts(_inner(depends.get(name), "required"))
        if not optional:
            yield "services", name
    for name in _texts(service.get("links")):
        yield "services", name.partition(":")[0]
    yield from (
        ("services", name.partition(":")[0])
        for name in _texts(service.get("volumes_from"))
        if name[:10] != "container:"
    )
    for key in ("network_mode", "pid", "ipc"):
        for name in _texts(service.get(key)):
            if name.startswith("service:"):
                yield "services", name[8:]
    yield from (("networks", name) for name in _names(service.get("networks")))
    yield from (("volumes", name) for name, _ in _mounts(service) if name)
    for section in ("secrets", "configs"):
        yield from ((section, name) for name in _sources(service.get(section)))


def _inner(node: Node | None, key: str) -> Node | None:
    return node.get(key) if isinstance(node, Mapping) else None


def _sources(node: Node | None) -> Iterator[str]:
    """Names in a list of secrets or configs, short or long."""
    for item in node.items if isinstance(node, Sequence) else ():
        yield from _texts(item.get("source") if isinstance(item, Mapping) else item)


def _mounts(service: Mapping) -> Iterator[tuple[str, str]]:
    """Volume name and host folder of each mount; one of them is ""."""
    node = service.get("volumes")
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, Mapping):
            source = next(_texts(item.get("source")), "")
            yield ("", source) if "bind" in _texts(item.get("type")) else (source, "")
        elif isinstance(item, Scalar):
            source, colon, _ = item.text.partition(":")
            named = colon and _volume_name().fullmatch(source)
            yield (source, "") if named else ("", source if colon else "")


@cache
def _volume_name() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z0-9][\w.-]+")


def _included(node: Node | None) -> Iterator[str]:
    for item in node.items if isinstance(node, Sequence) else ():
        yield from _texts(item.get("path") if isinstance(item, Mapping) else item)


def _extended(folder: str, services: Iterable[Node]) -> Iterator[Name]:
    """Files and services that services extend."""
    for service in services:
        extends = _inner(service, "extends")
        name = next(_texts(_inner(extends, "service")), "")
        yield from ((path, name) for path in _paths(folder, _texts(_inner(extends, "file"))))


def _paths(folder: str, texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        if "$" not in text and "\0" not in text and not _is_remote(text):
            yield os.path.realpath(os.path.join(folder, text))


def _is_remote(text: str) -> bool:
    return "://" in text or text.lower().startswith(("git@", "oci:"))


def _dev_signs(services: dict[str, Node]) -> Iterator[str]:
    """What shows that a file is meant for development."""
    for name, node in services.items():
        if not isinstance(node, Mapping):
            continue
        build = node.get("build")
        target = next(_texts(_inner(build, "target")), "")
        context = next(_texts(_inner(build, "context") if isinstance(build, Mapping) else build), "." if build else "")
        if "develop" in node.entries:
            yield f"service `{name}` has a `develop:` section"
        if target.lower() in _DEV_TARGETS:
            yield f"service `{name}` builds the stage `{target}`"
        if context and any(_is_source(folder, context) for _, folder in _mounts(node) if folder):
            yield f"service `{name}` mounts its source code"


def _is_source(folder: str, context: str) -> bool:
    """Whether a mounted folder is what the image is built from, or a source folder in it."""
    mounted, built = os.path.normpath(folder), os.path.normpath(context)
    if mounted.startswith(("/", "~", "$")):
        return False
    within = (built == "." and not mounted.startswith("..")) or mounted.startswith(built + "/")
    return mounted == built or (within and os.path.basename(mounted) in _SOURCE_FOLDERS)
