"""Merged compose tree + Dockerfile stages + known images → Stack."""

from __future__ import annotations

from collections import abc
from collections.abc import Callable, Iterable
from functools import cache, partial
from os.path import join as join_path
from os.path import normpath
from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact, Place
from lintstack.findings import Kind
from lintstack.images import Catalogue
from lintstack.join import process as processes
from lintstack.join import purpose, running, variables
from lintstack.join import service as services
from lintstack.join.build import Built, build_of
from lintstack.join.build_details import details, watches
from lintstack.join.files import compose_files
from lintstack.join.ground import Ground, ground_of
from lintstack.join.host_paths import devices
from lintstack.join.image import image_facts, pulled, service_image
from lintstack.join.mounts import Disk, mounts
from lintstack.join.networks import facts as network_facts
from lintstack.join.networks import networks
from lintstack.join.ports import ports
from lintstack.join.project import active, dotenvs
from lintstack.join.project import project as project_of
from lintstack.join.read import entries, scalar, text, unset, words
from lintstack.join.resources import resources
from lintstack.join.rewrites import rewrites
from lintstack.join.rights import rights
from lintstack.join.secrets import secret_places
from lintstack.join.told import told
from lintstack.model import (
    Image,
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
    from lintstack.join.directory import Directory
    from lintstack.model import Address, Dockerfile, Feature
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
        find_mentions: words that files of the repository say about running Compose; they are read when it is called.
        published: what environments of the project build for others, by the name of the image; every stack adds to
            it. None: the stack is alone.
        swarm: whether commands deploy the stack to a Swarm; None lets the files tell.
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
    find_mentions: Callable[[], frozenset[str]] | None = None
    published: dict[str, Built] | None = None
    swarm: bool | None = None


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
    first, name = loaded.sources[0].whole, environment or "stack"
    stack = Stack(name, first, "stack", kind, environment, project, find_mentions=site.find_mentions)
    if root is None:
        return stack
    declared = {type_: services.names_of(root, field) for field, type_ in services.RESOURCES.items()}
    declared["model"] = services.names_of(root, "models")
    declared["service"] = services.names_of(root, "services")
    builds = _builds(root, site)
    named = _image_names(root, builds, site)
    files = tuple(compose_files(loaded, site.disk, site.swarm))
    bind(stack, for_swarm=next((file.for_swarm for file in files if file.for_swarm.value), Fact(False, default=True)))
    made = _Made(stack, root, site, builds, named, declared, loaded, services.completing(root), devices(root))
    found = tuple(made.service(item) for item in entries(root, "services") if item.key.text not in loaded.incomplete)
    _bind_dependencies(found)
    purpose.bind_edge(found)
    running = tuple(service for service in found if service.name not in site.disabled)
    built = {name: item for name, item in builds.items() if name not in site.disabled}
    env_files = tuple(dotenvs(loaded, site.disk, site.open_text)) if loaded.env_sources else ()
    dockerfiles = _dockerfiles(stack, built, root, site)
    all_resources = tuple(resources(stack, loaded, found, site))
    bind(
        stack,
        services=running,
        service_names=Fact(tuple(service.name for service in running)),
        resources=all_resources,
        networks=tuple(networks(stack, root, running)),
        read_addresses=_reader(found),
        complete=not loaded.incomplete,
        files=files,
        features=_features(loaded),
        images=tuple(pulled(running, built, root, made.resolve, site.trusted)),
        dockerfiles=dockerfiles,
        secrets=tuple(dict.fromkeys(secret_places(found, dockerfiles))),
        active=active(loaded, found, site.disk.names, site.open_text, site.disk.folder),
        home=project_of(loaded, files, env_files, site.disk, site.open_text, site.prod_runs),
        dotenvs=env_files,
        **told(stack, loaded, found, site.disk, site.open_text),
    )
    return stack


def _reader(found: tuple[Service, ...]) -> Callable[[Service], tuple[Address, ...]]:
    """What finds the hosts that a service names; nothing is made before it is asked."""

    @cache
    def directory() -> Directory:
        from lintstack.join.directory import Directory

        return Directory(found)

    def read(service: Service) -> tuple[Address, ...]:
        from lintstack.join.addresses import addresses_of

        return addresses_of(service, directory())

    return read


def _features(loaded: Loaded) -> tuple[Feature, ...]:
    if not loaded.uses:
        return ()
    from lintstack.join.features import features

    return tuple(features(loaded))


def _dockerfiles(stack: Stack, built: dict[str, Built], root: Mapping, site: Site) -> tuple[Dockerfile, ...]:
    if not any(item.dockerfile for item in built.values()):
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


def _image_names(root: Mapping, builds: dict[str, Built], site: Site) -> dict[str, Built]:
    """Builds by the name of the image that they produce (`image:` beside `build:`); other stacks are told of them."""
    found = ((scalar(root, "services", name, "image", cast=text).value, built) for name, built in builds.items())
    named = {name: built for name, built in found if name}
    if site.published is not None:
        site.published.update((name, built) for name, built in named.items() if built.is_published)
    return named


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
    devices: dict[str, Fact[str]]

    def resolve(self, name: str) -> Stage | None:
        """The stage of this stack that an image name is built from."""
        built = self.image_names.get(name) or self.image_names.get(name.removesuffix(":latest"))
        return built.stage if built else None

    def ground(self, name: str, node: Mapping, image: Image | None) -> Ground:
        built = self.builds.get(name) or (self.image_names.get(image.name) if image else None)
        config = self._config(built) if built else None
        reference = image.reference if image else ABSENT
        ground = ground_of(config, reference, built.reason if built else "", self.site.catalogue)
        if image and built is None and ground.known is None:
            # Pulled here, and unknown to the world: another environment may build the image of that name.
            built = (self.site.published or {}).get(image.name)
            ground = ground_of(self._config(built), reference, built.reason, self.site.catalogue) if built else ground
        return ground._replace(read=partial(self._text, built.context)) if built and built.context else ground

    def _text(self, context: str, path: str) -> str | None:
        """Text of a file of a build context."""
        file = normpath(join_path(context, path))
        source = self.site.open_text(file) if self.site.disk.exists(file) == "file" else None
        return source.text if source else None

    def _env_file(self, name: str) -> dict[str, Fact[str]]:
        """Variables of a service's env files; a later file has won already."""
        found = ((item.name, item.value) for item in self.loaded.env_file_values.get(name, ()))
        return {name: Fact(node.text, (Place(node.span),), unset(node)) for name, node in found if node is not None}

    def _missing_env_files(self, name: str) -> dict[str, Fact[tuple[str, ...]]]:
        missing = self.loaded.missing_env_files.get(name)
        return {"missing_env_files": Fact(missing)} if missing else {}

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
        facts = services.facts(node, process, self.stack.for_swarm.value is True)
        known_job = bool(ground.known and ground.known.kind == "job")
        environment = tuple(variables.environment(service, node, self._env_file(name), _env(ground), self.loaded.given))
        bind(
            service,
            **facts,
            **rights(node, ground.base, self.site.disk, self.site.open_text),
            **running.facts(node, ground, self.stack.for_swarm.value is True),
            image=image,
            build=built.build.with_(service=service, **details(node, built, self.site.disk)) if built else None,
            watches=tuple(watches(node, self.site.disk)) if "develop" in node.entries else (),
            user=processes.user(service, node, ground, process),
            healthcheck=processes.healthcheck(service, node, ground),
            logging=services.logging(name, spans[0], node),
            ports=tuple(ports(service, node)) if services.publishes(facts["network_mode"]) else (),
            mounts=tuple(mounts(service, node, built.context if built else "", self.site.disk, self.devices)),
            environment=environment,
            build_args=tuple(variables.build_args(service, node)),
            layers=(*variables.layers(service, _chain(ground), environment), *variables.labels(service, node)),
            depends_on=tuple(services.dependencies(service, node)),
            rewrites=tuple(rewrites(service, node)),
            references=tuple(services.references(service, node, self.declared, "" not in self.loaded.incomplete)),
            is_job=services.is_job(
                (name, *(facts["profiles"].value or ())),
                facts["restart"],
                known_job,
                name in self.completing,
                process.command,
            ),
            known=ground.known,
            partly_read=name in self.loaded.missing_env_files or services.borrows(node),
            **purpose.facts(service, ground, self.site.edge, words(node, "expose")),
            **services.stopping(node),
            **image_facts(node, image),
            **self._missing_env_files(name),
            **network_facts(service, node),
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


__all__ = ["Disk", "Site", "join"]
