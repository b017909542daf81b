"""Merged compose tree + Dockerfile stages + known images → Stack."""

from __future__ import annotations

from collections import abc
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from lintstack.compose.casts import as_bool
from lintstack.facts import ABSENT, Fact, Place
from lintstack.findings import Kind
from lintstack.images import Catalogue
from lintstack.join import process as processes
from lintstack.join import purpose, variables
from lintstack.join import service as services
from lintstack.join.build import Built, build_of
from lintstack.join.build_details import details, watches
from lintstack.join.files import compose_files
from lintstack.join.ground import Ground, ground_of
from lintstack.join.image import pulled, service_image
from lintstack.join.mounts import Disk, mounts
from lintstack.join.ports import ports
from lintstack.join.project import active, dotenvs
from lintstack.join.project import project as project_of
from lintstack.join.read import entries, scalar, text, unset
from lintstack.join.rewrites import rewrites
from lintstack.join.secrets import secret_places
from lintstack.join.told import told
from lintstack.model import (
    Image,
    Resource,
    Service,
    Stack,
)
from lintstack.named import NamedTuple
from lintstack.record import bind
from lintstack.source import Span
from lintstack.yaml import Mapping, Scalar

if TYPE_CHECKING:
    from lintstack.compose.load import Loaded
    from lintstack.dockerfile import syntax
    from lintstack.dockerfile.config import ImageConfig
    from lintstack.dockerfile.stages import Stage
    from lintstack.environments.targets import Targets
    from lintstack.gitignore import Patterns
    from lintstack.model import Dockerfile, Feature
    from lintstack.source import Source
    from lintstack.yaml import Entry


OpenDockerfile = Callable[[str, Span], "syntax.Dockerfile | None"]
OpenText = Callable[[str], "Source | None"]
OpenInline = Callable[[Scalar], "syntax.Dockerfile"]
FindTargets = Callable[[], "Targets"]
Arguments = abc.Mapping[str, str]
Resolve = Callable[[str], "Stage | None"]


class Site(NamedTuple):
    """Where a stack lies.

    Args:
        disk: the project's files.
        open_dockerfile: parse the Dockerfile at an absolute path, once; None when it cannot be read.
        open_inline: parse the Dockerfile that a compose file holds as a text, once.
        open_text: text of a file of the project; None when it cannot be read.
        catalogue: what is known of images, the configuration's own entries included.
        edge: services that the configuration calls the edge.
        disabled: services that do not run, since no active profile enables them.
        trusted: registries that images may come from (`image.trusted`); None for any.
        find_targets: the stages that files of the repository ask for; they are read when it is called.
        prod_runs: where scripts for production start the project without naming files.
    """

    disk: Disk
    open_dockerfile: OpenDockerfile
    open_inline: OpenInline
    open_text: OpenText
    catalogue: Catalogue
    edge: frozenset[str] = frozenset()
    disabled: frozenset[str] = frozenset()
    trusted: Patterns | None = None
    find_targets: FindTargets | None = None
    prod_runs: tuple[str, ...] = ()


def join(environment: str, kind: Kind, project: str, loaded: Loaded, site: Site) -> Stack:
    """The stack of one environment.

    Args:
        environment: its name.
        kind: its kind.
        project: folder of the project, for reports.
        loaded: what the compose files amount to.
        site: where it lies.
    """
    root = loaded.root
    first = loaded.sources[0].whole
    stack = Stack(environment or "stack", first, "stack", kind, environment, project)
    if root is None:
        return stack
    declared = {type_: services.names_of(root, field) for field, type_ in services.RESOURCES.items()}
    declared["model"] = services.names_of(root, "models")
    declared["service"] = services.names_of(root, "services")
    builds = _builds(root, site)
    named = _image_names(root, builds)
    made = _Made(stack, root, site, builds, named, declared, loaded, services.completing(root))
    found = tuple(made.service(item) for item in entries(root, "services") if item.key.text not in loaded.incomplete)
    _bind_dependencies(found)
    purpose.bind_edge(found)
    running = tuple(service for service in found if service.name not in site.disabled)
    built = {name: item for name, item in builds.items() if name not in site.disabled}
    files = tuple(compose_files(loaded, site.disk))
    env_files = tuple(dotenvs(loaded, site.disk, site.open_text)) if loaded.env_sources else ()
    dockerfiles = _dockerfiles(stack, built, root, site)
    all_resources = tuple(_resources(stack, root, found))
    bind(
        stack,
        services=running,
        service_names=Fact(tuple(service.name for service in running)),
        resources=all_resources,
        files=files,
        features=_features(loaded),
        for_swarm=next((file.for_swarm for file in files if file.for_swarm.value), Fact(False, default=True)),
        images=tuple(pulled(running, built, root, made.resolve, site.trusted)),
        dockerfiles=dockerfiles,
        secrets=tuple(dict.fromkeys(secret_places(found, dockerfiles))),
        active=active(loaded, found, site.disk.names, site.open_text, site.disk.folder),
        home=project_of(loaded, files, env_files, site.disk, site.open_text, site.prod_runs),
        dotenvs=env_files,
        **told(stack, loaded, found, site.disk, site.open_text),
    )
    return stack


def _features(loaded: Loaded) -> tuple[Feature, ...]:
    if not loaded.uses:
        return ()
    from lintstack.join.features import features

    return tuple(features(loaded))


def _dockerfiles(stack: Stack, built: dict[str, Built], root: Mapping, site: Site) -> tuple[Dockerfile, ...]:
    if not built:
        return ()
    from lintstack.join import dockerfiles

    context_of = dockerfiles.opener(site.disk.exists, site.disk.names, site.open_text)
    return tuple(dockerfiles.built(stack, built, root, context_of, site.find_targets))


def _builds(root: Mapping, site: Site) -> dict[str, Built]:
    found = {}
    for item in entries(root, "services"):
        if isinstance(item.value, Mapping):
            built = build_of(
                item.key.text, item.value, site.disk.folder, site.disk.root, site.open_dockerfile, site.open_inline
            )
            if built is not None:
                found[item.key.text] = built
    return found


def _image_names(root: Mapping, builds: dict[str, Built]) -> dict[str, Built]:
    """Builds by the name of the image that they produce (`image:` beside `build:`)."""
    found = ((scalar(root, "services", name, "image", cast=text).value, built) for name, built in builds.items())
    return {name: built for name, built in found if name}


class _Made(NamedTuple):
    """Everything that making one service of a stack needs."""

    stack: Stack
    root: Mapping
    site: Site
    builds: dict[str, Built]
    image_names: dict[str, Built]
    declared: dict[str, frozenset[str]]
    loaded: Loaded
    completing: frozenset[str]

    def resolve(self, name: str) -> Stage | None:
        """The stage of this stack that an image name is built from."""
        built = self.image_names.get(name) or self.image_names.get(name.removesuffix(":latest"))
        return built.stage if built else None

    def ground(self, name: str, node: Mapping, image: Image | None) -> Ground:
        built = self.builds.get(name) or (self.image_names.get(image.name) if image else None)
        config = self._config(built) if built else None
        return ground_of(
            config, image.reference if image else ABSENT, built.reason if built else "", self.site.catalogue
        )

    def _env_file(self, name: str) -> dict[str, Fact[str]]:
        """Variables of a service's env files; a later file has won already."""
        found = ((item.name, item.value) for item in self.loaded.env_file_values.get(name, ()))
        return {name: Fact(node.text, (Place(node.span),), unset(node)) for name, node in found if node is not None}

    def _config(self, built: Built) -> ImageConfig | None:
        if built.stage is None:
            return None
        from lintstack.dockerfile.image import effective

        return effective(built.stage, built.args or {}, self.resolve)

    def service(self, item: Entry) -> Service:
        """A service with all that belongs to it."""
        node, name, spans = item.value, item.key.text, services.keys(item)
        assert isinstance(node, Mapping), "the loader keeps only mappings as services"
        service = Service(name, spans[0], f"services.{name}", self.stack, spans)
        image = service_image(service, node, self.image_names)
        built = self.builds.get(name)
        ground = self.ground(name, node, image)
        process = processes.process(node, ground)
        facts = services.facts(node, process)
        known_job = bool(ground.known and ground.known.kind == "job")
        environment = tuple(variables.environment(service, node, self._env_file(name), _env(ground)))
        bind(
            service,
            **facts,
            image=image,
            build=built.build.with_(service=service, **details(node, built, self.site.disk)) if built else None,
            watches=tuple(watches(node, self.site.disk)) if "develop" in node.entries else (),
            user=processes.user(service, node, ground, process),
            healthcheck=processes.healthcheck(service, node, ground),
            logging=services.logging(name, spans[0], node),
            ports=tuple(ports(service, node)) if services.publishes(facts["network_mode"]) else (),
            mounts=tuple(mounts(service, node, built.context if built else "", self.site.disk)),
            environment=environment,
            build_args=tuple(variables.build_args(service, node)),
            layers=(*variables.layers(service, _chain(ground), environment), *variables.labels(service, node)),
            depends_on=tuple(services.dependencies(service, node)),
            rewrites=tuple(rewrites(service, node)),
            references=tuple(services.references(service, node, self.declared, "" not in self.loaded.incomplete)),
            is_job=services.is_job(name, facts["restart"], known_job, name in self.completing),
            **purpose.facts(service, ground, self.site.edge),
        )
        return service


def _env(ground: Ground) -> dict[str, Fact[str]]:
    return dict(ground.config.env) if ground.config else {}


def _chain(ground: Ground) -> tuple[Stage, ...]:
    return ground.config.chain if ground.config else ()


def _bind_dependencies(found: Iterable[Service]) -> None:
    by_name = {service.name: service for service in found}
    for service in by_name.values():
        for dependency in service.depends_on:
            bind(dependency, target=by_name.get(dependency.name))


def _resources(stack: Stack, root: Mapping, found: Iterable[Service]) -> Iterator[Resource]:
    used = {(reference.type.value, reference.name) for service in found for reference in service.references}
    for section, type_ in services.RESOURCES.items():
        for item in entries(root, section):
            name = item.key.text
            external = scalar(item.value, "external", cast=as_bool)
            implicit = type_ == "network" and name == "default"
            yield Resource(
                name,
                item.key.span,
                f"{section}.{name}",
                stack,
                type=Fact(type_, (Place(item.key.span),)),
                external=external if external.value is not None or external.unknown else Fact(False, default=True),
                used=Fact(implicit or (type_, name) in used, (Place(item.key.span),)),
                content=scalar(item.value, "content", cast=text) if type_ == "config" else ABSENT,
            )


__all__ = ["Disk", "Site", "join"]
