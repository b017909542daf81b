"""A Dockerfile that no service builds → a stack of its own, with a service for each image that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from lintstack.dockerfile.image import effective
from lintstack.dockerfile.stages import Stage
from lintstack.facts import ABSENT, Fact
from lintstack.findings import Kind
from lintstack.images import Catalogue
from lintstack.join import process as processes
from lintstack.join import purpose, variables
from lintstack.join.dockerfiles import FindTargets, OpenContext, alone
from lintstack.join.ground import ground_of
from lintstack.join.image import dockerfile_images
from lintstack.join.secrets import secret_places
from lintstack.model import Logging, Service, Stack
from lintstack.record import bind

if TYPE_CHECKING:
    from lintstack.dockerfile import syntax
    from lintstack.gitignore import Patterns

Read = Callable[[str], str | None] | None


def lone(
    dockerfile: syntax.Dockerfile,
    kind: Kind,
    project: str,
    stages: Iterable[Stage],
    known: Catalogue,
    context_of: OpenContext,
    trusted: Patterns | None = None,
    find_targets: FindTargets | None = None,
) -> Stack:
    """The stack of a Dockerfile that no service builds: one synthetic service for each output stage.

    Args:
        dockerfile: the file.
        kind: unknown, or what `--as` says.
        project: its folder, for reports.
        stages: its output stages.
        known: what is known of images.
        context_of: the build context in a folder.
        trusted: registries that images may come from; None for any.
        find_targets: the stages that files of the repository ask for.
    """
    stack = Stack(dockerfile.source.path, dockerfile.source.whole, "dockerfile", kind, "", project)
    dockerfiles = (alone(stack, dockerfile, context_of, find_targets),)
    context = dockerfiles[0].context
    read = context.text if context else None
    found = tuple(_synthetic(stack, stage, known, read) for stage in stages if stage.origin or stage.instructions)
    bind(
        stack,
        services=found,
        images=tuple(dockerfile_images(dockerfile, {}, lambda name: None, None, trusted)),
        dockerfiles=dockerfiles,
        secrets=tuple(dict.fromkeys(secret_places(found, dockerfiles))),
    )
    return stack


def _synthetic(stack: Stack, stage: Stage, known: Catalogue, read: Read) -> Service:
    key = (stage.origin or stage.instructions[0]).span
    config = effective(stage, {}, lambda name: None)
    name = stage.name or ""
    service = Service(name, key, f"stage[{stage.name or stage.index}]", stack, (key,), synthetic=True)
    ground = ground_of(config, ABSENT, "", known)._replace(stage_place=(), read=read)
    process = processes.process(None, ground)
    not_here: Fact[bool] = Fact(None, (), "only a compose file says so")
    environment = tuple(variables.of_fact(service, variable, fact, "env") for variable, fact in config.env.items())
    bind(
        service,
        user=processes.user(service, None, ground, process),
        healthcheck=processes.healthcheck(service, None, ground),
        logging=Logging(name, key, "logging", bounded=not_here),
        environment=environment,
        layers=tuple(variables.layers(service, config.chain, environment)),
        **{field: Fact(None, (), "only a compose file says so") for field in COMPOSE_ONLY},
        entrypoint=process.entrypoint,
        command=process.command,
        entrypoint_form=process.entrypoint_form,
        command_form=process.command_form,
        process=process.all,
        known=ground.known,
        **purpose.facts(service, ground, frozenset()),
        is_job=Fact(None, (), "only a compose file says so"),
    )
    return service


# Facts that a Dockerfile alone cannot decide.
COMPOSE_ONLY = """
    restart memory_limit cpu_limit pids_limit privileged cap_add cap_drop security_opt no_new_privileges read_only
    network_mode networks profiles container_name replicas init
""".split()
