"""Merged compose tree + Dockerfile stages + known images → Stack."""

from __future__ import annotations

import re
from collections import abc
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from lintstack.compose.casts import as_bool
from lintstack.facts import ABSENT, Fact, Place
from lintstack.findings import Kind
from lintstack.images import Catalogue, Known, split
from lintstack.join import image as images
from lintstack.join import process as processes
from lintstack.join import service as services
from lintstack.join import variables
from lintstack.join.files import compose_files
from lintstack.join.image import Built, Ground
from lintstack.join.mounts import Disk, mounts
from lintstack.join.ports import ports
from lintstack.join.project import active, dotenvs
from lintstack.join.project import project as project_of
from lintstack.join.read import entries, scalar, text, unset
from lintstack.join.rewrites import rewrites
from lintstack.join.told import told
from lintstack.model import (
    Image,
    Logging,
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
    from lintstack.dockerfile.config import ImageConfig
    from lintstack.dockerfile.stages import Stage
    from lintstack.dockerfile.syntax import Dockerfile
    from lintstack.gitignore import Patterns
    from lintstack.model import Feature
    from lintstack.source import Source
    from lintstack.yaml import Entry


OpenDockerfile = Callable[[str, Span], "Dockerfile | None"]
OpenText = Callable[[str], "Source | None"]
OpenInline = Callable[[Scalar], "Dockerfile"]
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
    """

    disk: Disk
    open_dockerfile: OpenDockerfile
    open_inline: OpenInline
    open_text: OpenText
    catalogue: Catalogue
    edge: frozenset[str] = frozenset()
    disabled: frozenset[str] = frozenset()
    trusted: Patterns | None = None


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
    _bind_edge(found)
    running = tuple(service for service in found if service.name not in site.disabled)
    built = {name: item for name, item in builds.items() if name not in site.disabled}
    files = tuple(compose_files(loaded, site.disk))
    env_files = tuple(dotenvs(loaded, site.disk)) if loaded.env_sources else ()
    all_resources = tuple(_resources(stack, root, found))
    bind(
        stack,
        services=running,
        service_names=Fact(tuple(service.name for service in running)),
        resources=all_resources,
        files=files,
        features=_features(loaded),
        for_swarm=next((file.for_swarm for file in files if file.for_swarm.value), Fact(False, default=True)),
        images=tuple(images.pulled(running, built, root, made.resolve, site.trusted)),
        secrets=tuple(_secrets(found)),
        active=active(loaded, found, site.disk.names, site.open_text, site.disk.folder),
        home=project_of(loaded, files, env_files, site.disk),
        dotenvs=env_files,
        **told(stack, loaded, found, site.disk, site.open_text),
    )
    return stack


def _features(loaded: Loaded) -> tuple[Feature, ...]:
    if not loaded.uses:
        return ()
    from lintstack.join.features import features

    return tuple(features(loaded))


def _builds(root: Mapping, site: Site) -> dict[str, Built]:
    found = {}
    for item in entries(root, "services"):
        if isinstance(item.value, Mapping):
            built = images.build_of(
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
        return images.ground(
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
        image = images.service_image(service, node, self.image_names)
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
            build=built.build.with_(service=service) if built else None,
            user=processes.user(service, node, ground, process),
            healthcheck=processes.healthcheck(service, node, ground),
            logging=services.logging(name, spans[0], node),
            ports=tuple(ports(service, node)) if services.publishes(facts["network_mode"]) else (),
            mounts=tuple(mounts(service, node, built.context if built else "", self.site.disk)),
            environment=environment,
            build_args=tuple(variables.build_args(service, node)),
            layers=tuple(variables.layers(service, _chain(ground), environment)),
            depends_on=tuple(services.dependencies(service, node)),
            rewrites=tuple(rewrites(service, node)),
            references=tuple(services.references(service, node, self.declared, "" not in self.loaded.incomplete)),
            is_job=services.is_job(name, facts["restart"], known_job, name in self.completing),
            **_image_facts(service, ground, self.site.edge),
        )
        return service


def _env(ground: Ground) -> dict[str, Fact[str]]:
    return dict(ground.config.env) if ground.config else {}


def _chain(ground: Ground) -> tuple[Stage, ...]:
    return ground.config.chain if ground.config else ()


def _image_facts(service: Service, ground: Ground, edge: frozenset[str]) -> dict[str, Fact[object]]:
    known, config = ground.known, ground.config
    where = ground.base.places[:1]
    exposed = (*(known.ports if known else ()), *((config.exposed.value or ()) if config else ()))
    return {
        "base_image": ground.base,
        "shell": config.shell if config else ABSENT,
        "workdir": config.workdir if config else ABSENT,
        "exposed": Fact(tuple(dict.fromkeys(exposed)), (*(config.exposed.places if config else ()), *where)),
        "is_edge": _kind(ground, service.name in edge or _proxies(known, config)),
        "is_database": _kind(ground, bool(known and known.is_database), DATABASES),
        "is_dev_tool": _kind(ground, bool(known and known.is_dev_tool)),
    }


def _kind(ground: Ground, verdict: bool, names: frozenset[str] = frozenset()) -> Fact[bool]:
    """What the image is for: an image that nobody knows is nothing special, one that cannot be told is unknown.

    Args:
        ground: what the service stands on.
        verdict: what is known.
        names: words that in the name of an image that nobody knows leave it open.
    """
    where = ground.base.places[:1]
    if ground.known is None and ground.base.value:
        words = re.split(r"[^a-z0-9]+", split(ground.base.value).repository.rpartition("/")[2].lower())
        if not names.isdisjoint(words):
            return Fact(None, where, ground.unknown)
    if not verdict and ground.known is None and ground.base.value is None:
        return Fact(None, where, ground.unknown)
    return Fact(verdict, where, default=True)


def _proxies(known: Known | None, config: ImageConfig | None) -> bool:
    """Whether the image is made to stand in front; on a plain web server, only what is pulled, not what is built."""
    return known is not None and (known.kind == "edge" if config else known.is_edge)


def _bind_dependencies(found: Iterable[Service]) -> None:
    by_name = {service.name: service for service in found}
    for service in by_name.values():
        for dependency in service.depends_on:
            bind(dependency, target=by_name.get(dependency.name))


DATABASES = frozenset(
    """
    cassandra clickhouse consul couchbase couchdb db2 dgraph elasticsearch etcd influxdb kafka mariadb memcached mongo
    mongodb mssql mysql nats neo4j opensearch oracle percona pgvector postgis postgres postgresql rabbitmq redis
    rethinkdb scylla solr surrealdb timescaledb valkey zookeeper
    """.split()
)
FRONT_DOORS = frozenset({80, 443})


def _bind_edge(found: Iterable[Service]) -> None:
    """Without a known proxy, the service that publishes the web's own ports is the front door."""
    listed = list(found)
    if any(service.is_edge.value and service.ports for service in listed):
        return
    for service in listed:
        doors = [port for port in service.ports if port.published_first.value in FRONT_DOORS]
        if doors:
            bind(service, is_edge=Fact(True, doors[0].published.places))


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
            )


def _secrets(found: Iterable[Service]) -> Iterator[Span]:
    for service in found:
        yield from variables.secret_spans((*service.environment, *service.build_args, *service.layers))
        for said in (service.entrypoint, service.command, service.healthcheck.test):
            if any(word[:1] == "-" for word in said.value or ()):
                from lintstack.join.secrets import secret_words

                yield from secret_words(said)


def lone(
    dockerfile: Dockerfile,
    kind: Kind,
    project: str,
    stages: Iterable[Stage],
    known: Catalogue,
    trusted: Patterns | None = None,
) -> Stack:
    """The stack of a Dockerfile that no service builds: one synthetic service for each output stage.

    Args:
        dockerfile: the file.
        kind: unknown, or what `--as` says.
        project: its folder, for reports.
        stages: its output stages.
        known: what is known of images.
        trusted: registries that images may come from; None for any.
    """
    stack = Stack(dockerfile.source.path, dockerfile.source.whole, "dockerfile", kind, "", project)
    found = tuple(_synthetic(stack, stage, known) for stage in stages if stage.origin is not None)
    bind(
        stack,
        services=found,
        images=tuple(images.dockerfile_images(dockerfile, {}, lambda name: None, None, trusted)),
        secrets=tuple(_secrets(found)),
    )
    return stack


def _synthetic(stack: Stack, stage: Stage, known: Catalogue) -> Service:
    from lintstack.dockerfile.image import effective

    assert stage.origin
    key = stage.origin.span
    config = effective(stage, {}, lambda name: None)
    name = stage.name or ""
    service = Service(name, key, f"stage[{stage.name or stage.index}]", stack, (key,), synthetic=True)
    ground = images.ground(config, ABSENT, "", known)._replace(stage_place=())
    process = processes.process(None, ground)
    not_here: Fact[bool] = Fact(None, (), "only a compose file says so")
    environment = tuple(variables.of_fact(service, variable, fact, "env") for variable, fact in _env(ground).items())
    bind(
        service,
        user=processes.user(service, None, ground, process),
        healthcheck=processes.healthcheck(service, None, ground),
        logging=Logging(name, key, "logging", bounded=not_here),
        environment=environment,
        layers=tuple(variables.layers(service, _chain(ground), environment)),
        **{field: Fact(None, (), "only a compose file says so") for field in COMPOSE_ONLY},
        entrypoint=process.entrypoint,
        command=process.command,
        entrypoint_form=process.entrypoint_form,
        command_form=process.command_form,
        process=process.all,
        **_image_facts(service, ground, frozenset()),
        is_job=Fact(None, (), "only a compose file says so"),
    )
    return service


# Facts that a Dockerfile alone cannot decide.
COMPOSE_ONLY = """
    restart memory_limit cpu_limit pids_limit privileged cap_add cap_drop security_opt no_new_privileges read_only
    network_mode networks profiles container_name replicas init
""".split()

__all__ = ["Disk", "Site", "join", "lone"]
