"""Checks of what a build is given: its context, secrets, arguments."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import TYPE_CHECKING

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Build, Copy, Service, Stack, Variable

if TYPE_CHECKING:
    from lintstack.dockerfile import stages
    from lintstack.source import Span

# Arguments that every build has without an ARG: docs.docker.com/build/building/variables/#pre-defined-build-arguments
PREDEFINED = frozenset("SOURCE_DATE_EPOCH ALL_PROXY HTTP_PROXY HTTPS_PROXY FTP_PROXY NO_PROXY".split())
EVERYTHING = frozenset({".", "./", "*", "/"})


def dockerignore(copy: Copy) -> Iterator[Problem]:
    """The first COPY of a whole build context without a `.dockerignore`."""
    dockerfile = copy.dockerfile
    if not dockerfile.is_built.value or dockerfile.context is None or dockerfile.context.ignore is not None:
        return
    if _takes_all(copy) and next(filter(_takes_all, dockerfile.instructions), None) is copy:
        text, _, span = next(item for item in copy.read_sources if item[0] in EVERYTHING)
        message = (
            f"`{text}` copies all of the build context, and no `.dockerignore` leaves anything out; list what the image"
            " does not need"
        )
        yield Problem(message, Place(span))


def _takes_all(item: object) -> bool:
    """Whether an instruction copies all of the build context."""
    if not isinstance(item, Copy) or item.node.flag("from") or item.in_onbuild.value:
        return False
    return any(text in EVERYTHING for text, _, _ in item.read_sources)


def build_secret_given(build: Build) -> Iterator[Problem]:
    """Secrets that the commands of a build mount and nobody gives, and the other way round."""
    stage, service = build.stage, build.service
    if stage is None or service is None or build.secrets.unknown:
        return
    mounted = list(_asked(stage))
    asked = {name: span for name, span, _ in mounted}
    given = {
        name.rpartition("/")[2]: place
        for name, place in zip(build.secrets.value or (), build.secrets.places, strict=False)
    }
    for name, place in given.items():
        if name not in asked:
            message = (
                f"no RUN of what {service} builds mounts the secret `{name}`; remove it, or write"
                f" `RUN --mount=type=secret,id={name}`"
            )
            yield Problem(message, place, fact="secrets", detail=name)
    for name, span, required in mounted:
        if name not in given and (required or given):
            message = (
                f"RUN mounts the secret `{name}`, which the build of {service} is not given; add it to `build.secrets`"
            )
            yield Problem(message, Place(span), (Place(build.span, "the build"),), "secrets", name)


def _asked(stage: stages.Stage) -> Iterator[tuple[str, Span, bool]]:
    """Secrets that the commands of a stage and of those that it needs mount: name, place, whether it must be there."""
    from lintstack.dockerfile.mounts import mounts
    from lintstack.dockerfile.stages import needed

    for part in needed(stage):
        for instruction in part.instructions:
            for mount in mounts(instruction) if instruction.keyword == "RUN" and instruction.flag("mount") else ():
                name = mount.text("id") or mount.text("target").rpartition("/")[2]
                if mount.text("type") == "secret" and name and "$" not in name:
                    required = mount.option("required")
                    yield name, mount.place.span, bool(required and required.flag)


def declared_build_arg(variable: Variable) -> Iterator[Problem]:
    """Arguments that a build is given and that its Dockerfile does not know."""
    service = variable.service
    stage = service.build.stage if service and service.build else None
    if variable.scope.value != "build-arg" or stage is None or variable.name.startswith("BUILDKIT_"):
        return
    if variable.name in PREDEFINED or variable.name.lower().endswith("_proxy"):
        return
    dockerfile = service.dockerfile if service else None
    declared = dockerfile.declared_arguments if dockerfile else frozenset({variable.name})
    if service and variable.name not in declared:
        from difflib import get_close_matches

        free = declared - {item.name for item in service.build_args}
        near = get_close_matches(variable.name[:100], sorted(free)[:200], 1, 0.75)
        hint = f"did you mean `{near[0]}`?" if near else "declare it with ARG, or remove it"
        message = f"no ARG of what {service} builds is called `{variable.name}`, so that its value goes nowhere; {hint}"
        yield Problem(message, Place(variable.span), fact="value")


def image_built_once(stack: Stack) -> Iterator[Problem]:
    """Services that build different things under one name."""
    first: dict[str, Build] = {}
    for service in stack.services:
        build = service.build
        name = build.image.value if build else None
        if build is None or not name:
            continue
        other = first.setdefault(name, build)
        if other is not build and _is_other(other, build):
            message = (
                f"{service} and {other.service} build different images, and both are called `{name}`: what is built"
                " last wins; give one of them another name"
            )
            at, *_ = build.image.places
            yield Problem(
                message, at, (Place(other.image.places[0].span, "the same name"),), detail=f"{service.name} {name}"
            )


def _is_other(one: Build, two: Build) -> bool:
    """Whether two builds are known to differ: in the Dockerfile, the stage or the arguments."""
    if one.stage is None or two.stage is None:
        return False
    given = [
        {item.name: item.value.value for item in build.service.build_args} for build in (one, two) if build.service
    ]
    return one.stage is not two.stage or one.context.value != two.context.value or given[0] != given[1]


def watch_works(service: Service) -> Iterator[Problem]:
    """Entries of `develop.watch` that Docker Compose refuses when it watches, or that do nothing."""
    mounted = _mounted(service) if service.watches else frozenset[str]()
    for watch in service.watches:
        action, path = watch.action.value or "", watch.path.value or ""
        message = ""
        if service.build is None and ("rebuild" in action or action.startswith("sync")):
            message = (
                f"{service} has no `build`, so that `docker compose watch` leaves it out; add `build`, or remove this"
            )
        elif watch.there == "":
            message = f"`{path}` does not exist, so that there is nothing to watch; correct the path"
        elif action.startswith("sync") and _is_below(watch.target.value or "", mounted):
            message = f"`{watch.target.value}` is mounted from the host already; keep the mount or the watch"
        if message:
            yield Problem(message, watch.path.places[0], fact="watches", detail=path)


def _mounted(service: Service) -> frozenset[str]:
    """Where folders of the host are mounted."""
    binds = (mount for mount in service.mounts if mount.type.value == "bind" and mount.target.value)
    return frozenset(normpath(mount.target.value or "/") for mount in binds)


def _is_below(path: str, folders: frozenset[str]) -> bool:
    """Whether a path is one of some folders, or lies below one."""
    parts = normpath(path).split("/") if path else []
    return any("/".join(parts[:end]) in folders for end in range(2, len(parts) + 1))


def watch_in_prod(service: Service) -> Iterator[Problem]:
    """`develop` in the files for production."""
    for watch in service.watches[:1]:
        message = (
            f"`develop` of {service} is for `docker compose watch`, which nobody runs in production; move it to"
            " `compose.override.yaml`"
        )
        yield Problem(message, watch.path.places[0], fact="watches")
