"""What a service runs: its image reference, the stage that it builds, and what is known of the image below."""

from __future__ import annotations

import os.path
import re
from collections import abc
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact, Place
from lintstack.gitignore import Patterns
from lintstack.images import Catalogue, Known, Reference, pinning, split
from lintstack.images.reference import DOCKER_HUB
from lintstack.join.read import entries, entry, scalar, text
from lintstack.model import Build, Image, Service
from lintstack.named import NamedTuple
from lintstack.record import bind
from lintstack.source import Span
from lintstack.yaml import Mapping, Scalar

if TYPE_CHECKING:
    from lintstack.dockerfile.config import ImageConfig
    from lintstack.dockerfile.nodes import Instruction
    from lintstack.dockerfile.stages import Stage
    from lintstack.dockerfile.syntax import Dockerfile
    from lintstack.yaml import Node

Resolve = Callable[[str], "Stage | None"]
HUB = frozenset("docker.io index.docker.io registry-1.docker.io hub.docker.com registry.hub.docker.com".split())
REMOTE = ("http://", "https://", "git://", "ssh://", "git@", "github.com/", "oci://", "docker-image://")
MOST_STAGES = 50  # whose places a fact about them has: as many services may build them


class Ground(NamedTuple):
    """What a service stands on.

    Args:
        config: what the built image is, None when nothing is built or the Dockerfile is not to be had.
        known: what is known of the image at the end of the FROM chain.
        base: reference of that image.
        unknown: why facts that neither compose nor a stage decides are unknown; "" when `known` speaks.
        stage_place: FROM of the built stage, shown with findings about what it lacks.
    """

    config: ImageConfig | None = None
    known: Known | None = None
    base: Fact[str] = ABSENT
    unknown: str = ""
    stage_place: tuple[Place, ...] = ()

    @property
    def shown(self) -> tuple[Place, ...]:
        """FROM of the built stage, and of the image below when that is another line."""
        base = tuple(place._replace(label=place.label or "its image") for place in self.base.places[:1])
        stage = self.stage_place
        lines = {(place.span.source, place.span.line) for place in (*base, *stage)}
        return base if len(lines) == 1 and base else (*stage, *base)

    @property
    def image(self) -> str:
        """The image of which something is known or unknown, for reasons."""
        return self.base.value or "?"


def image_of(name: str, reference: Fact[str], anchor: str, span: Span, service: Service | None, built: bool) -> Image:
    """An Image subject.

    Args:
        name: what to call it in messages.
        reference: whole reference with all variables replaced; its first place is the text it stands in.
        anchor: identity for fingerprints.
        span: where it stands.
        service: the service that runs it, None for FROM lines.
        built: whether a Dockerfile of this repository builds that name.
    """
    if reference.value is None:
        nothing: Fact[str] = Fact(None, reference.places, reference.unknown)
        return Image(name, span, anchor, nothing, nothing, nothing, nothing, nothing, nothing, Fact(built), service)
    parts = split(reference.value)
    return Image(
        name,
        span,
        anchor,
        reference,
        registry=Fact(parts.registry, reference.places),
        repository=Fact(parts.repository, reference.places),
        tag=Fact(parts.tag or None, reference.places),
        digest=Fact(parts.digest or None, reference.places),
        pinned=Fact(pinning(parts), reference.places),
        built=Fact(built, reference.places),
        service=service,
    )


def service_image(service: Service, node: Mapping, built: Container[str]) -> Image | None:
    """The image that a service pulls; None when it builds one (its `image:` then names the result)."""
    found = entry(node, "image")
    if found is None or entry(node, "build") or not isinstance(found.value, Scalar):
        return None
    reference = scalar(node, "image", cast=text)
    if not reference.value and not reference.unknown:
        return None
    anchor = f"services.{service.name}.image"
    return image_of(reference.value or "?", reference, anchor, found.value.span, service, reference.value in built)


def ground(config: ImageConfig | None, reference: Fact[str], reason: str, catalogue: Catalogue) -> Ground:
    """What a service stands on.

    Args:
        config: the built image, None without one.
        reference: the image that is pulled instead.
        reason: why there is no built image although there should be.
        catalogue: what is known of images.
    """
    if reason:
        return Ground(None, None, ABSENT, reason)
    base = config.base if config else reference
    place = _stage_place(config) if config else ()
    if base.value is None:
        name = _without_variables(base)
        known = catalogue.lookup(split(name), tag_known=False) if name else None
        return Ground(config, known, base, base.unknown or "no image", place)
    known = catalogue.lookup(split(base.value))
    return Ground(config, known, base, "" if known else f"image `{base.value}` is not known", place)


def _without_variables(base: Fact[str]) -> str:
    """`postgres` of `postgres:${TAG}`; "" when a variable takes part in the name itself."""
    written = base.span.text.strip("'\"").partition("$")[0] if base.span else ""
    name, colon, _ = written.rpartition("@" if "@" in written else ":")
    return name if colon and "/" not in written[len(name) :] else ""


def _stage_place(config: ImageConfig) -> tuple[Place, ...]:
    built = config.chain[0]
    return (Place(built.origin.span, "builds this stage"),) if built.origin else ()


def from_images(
    dockerfile: Dockerfile, args: abc.Mapping[str, str], folder: str
) -> Iterator[tuple[str, Fact[str], str]]:
    """Names, references and anchors of the images that FROM lines pull (earlier stages are none)."""
    from lintstack.dockerfile.stages import base_of

    known: dict[str, list[Place]] | None = None
    for stage in dockerfile.stages:
        if stage.base is None:
            continue
        text, parent = base_of(stage, args)
        first = max(0, stage.index - MOST_STAGES)
        earlier = dockerfile.stages[first : stage.index] if "$" in stage.base.text else ()
        if parent is None and not any(may_name(stage.base.text, other.name) for other in earlier):
            known = known if known is not None or not text.names else _defaults(dockerfile)
            defaults = [place for name in text.names if known and name not in args for place in known.get(name, ())]
            reference = Fact(text.value, (Place(stage.base.span), *defaults), text.unknown)
            yield text.value or stage.base.text, reference, f"{folder}.stage[{stage.name or stage.index}].from"


def _defaults(dockerfile: Dockerfile) -> dict[str, list[Place]]:
    """Where the ARGs that FROM lines name get their defaults, by name."""
    from lintstack.dockerfile.syntax import pairs

    found: dict[str, list[Place]] = {}
    for instruction in dockerfile.global_args:
        for pair in pairs(instruction, dockerfile.escape):
            if pair.value:
                found.setdefault(pair.name, []).append(Place(pair.value.span, f"default of `{pair.name}`"))
    return found


def may_name(written: str, stage: str) -> bool:
    """Whether a FROM with variables may mean a stage; one that is nothing but a variable says nothing about it.

    Args:
        written: `base-${TARGETOS}`.
        stage: name of an earlier stage.
    """
    from lintstack.environments.targets import fits

    parts = re.split(r"\$\{[^}]*\}|\$\w*", written.lower())
    return bool(stage) and any(parts) and fits(stage.lower(), parts)


def copied_images(
    dockerfile: Dockerfile, contexts: Container[str] | None, folder: str
) -> Iterator[tuple[str, Fact[str], str]]:
    """Names, references and anchors of the images that `COPY --from` and the mounts of RUN take files from.

    Args:
        dockerfile: the file.
        contexts: names of additional build contexts, which win over images; None when nobody knows them: then a bare
            word may be one.
        folder: beginning of the anchors.
    """
    from lintstack.dockerfile.stages import copied_from

    for stage in dockerfile.stages:
        for name, span in (found for item in stage.instructions for found in taken_from(item)):
            bare = not any(sign in name for sign in "/:@")
            context = bare if contexts is None else name in contexts
            if not context and copied_from(stage, name) is None and not name.isdigit():
                anchor = f"{folder}.stage[{stage.name or stage.index}].from[{name}]"
                yield name, Fact(name, (Place(span),)), anchor


def taken_from(instruction: Instruction) -> Iterator[tuple[str, Span]]:
    """What the `--from` or the mounts of an instruction name, with their places; names with variables are left out."""
    if not instruction.flags:
        return
    from lintstack.dockerfile.mounts import mounts

    flag = instruction.flag("from")
    if flag and flag.value and "$" not in flag.value:
        yield flag.value, flag.value_span
    for mount in mounts(instruction):
        option = mount.option("from")
        if option and option.value and "$" not in option.value:
            yield option.value, option.value_span


def trust(image: Image, registries: Patterns | None) -> None:
    """Tell a freshly built image whether it comes from a trusted registry; nothing when any will do.

    Args:
        image: the image.
        registries: what `trusted` made of the configuration's list; None when there is none.
    """
    if registries is not None:
        repository = image.repository.value or ""
        registry = DOCKER_HUB if image.registry.value in HUB else image.registry.value
        official = registry == DOCKER_HUB and "/" not in repository
        name = f"{registry}/{'library/' if official else ''}{repository}"
        places, unknown = image.reference.places, image.reference.unknown
        bind(image, trusted=Fact(None if unknown else registries.covers(name), places, unknown))


def trusted(registries: Sequence[str]) -> Patterns | None:
    """Registries, or paths in them, as patterns over image names; None when there are none.

    Args:
        registries: as the configuration writes them; Docker Hub in any of its spellings, or by a bare `library`.
    """
    return Patterns(f"/{_spelled(name)}" for name in registries) if registries else None


def _spelled(name: str) -> str:
    """A registry or path in it with its host in front, `docker.io` for Docker Hub; `*` and `?` are wildcards."""
    bare = name.strip().removeprefix("https://").strip("/")
    host, _, path = bare.partition("/")
    host = host.lower()
    if host in HUB:
        host = DOCKER_HUB
    elif not any(sign in host for sign in ".:*") and host != "localhost":
        host, path = DOCKER_HUB, bare
    return f"{host}/{path}" if path else host


class Built(NamedTuple):
    """The Dockerfile and stage that a service builds.

    Args:
        build: the Build subject.
        dockerfile: parsed Dockerfile, None when it is not to be had.
        stage: built stage, None when the target does not exist.
        args: build arguments of known value.
        context: absolute path of a local context, "" otherwise.
        reason: why there is no stage; "" when there is one.
    """

    build: Build
    dockerfile: Dockerfile | None = None
    stage: Stage | None = None
    args: abc.Mapping[str, str] | None = None
    context: str = ""
    reason: str = ""


def build_of(
    service: str,
    node: Mapping,
    folder: str,
    root: str,
    open_dockerfile: Callable[[str, Span], Dockerfile | None],
    open_inline: Callable[[Scalar], Dockerfile],
) -> Built | None:
    """Find the Dockerfile and stage of a service's `build`; None when it builds nothing."""
    found = entry(node, "build")
    if found is None or not isinstance(found.value, Mapping):
        return None
    context = scalar(found.value, "context", cast=text)
    target = scalar(found.value, "target", cast=text)
    where = context.value if context.value is not None else "."
    base = Build(f"{service}", found.key.span, f"services.{service}.build", context=context, target=target)
    if context.unknown or where.startswith(REMOTE) or "://" in where:
        reason = context.unknown or "its build context is remote"
        return Built(base.with_(is_local=Fact(False, context.places)), reason=reason)
    path = os.path.normpath(os.path.join(folder, where))
    named = scalar(found.value, "dockerfile", cast=text)
    inline = scalar(found.value, "dockerfile_inline", cast=text)
    if named.unknown or inline.unknown:
        return Built(base, context=path, reason=named.unknown or inline.unknown)
    written = entry(found.value, "dockerfile_inline")
    if written is not None and isinstance(written.value, Scalar):
        return _with_stage(base, found.value, open_inline(written.value), path, root)
    file = os.path.normpath(os.path.join(path, named.value or "Dockerfile"))
    dockerfile = open_dockerfile(file, named.span or context.span or found.key.span)
    if dockerfile is None:
        return Built(base, context=path, reason="its Dockerfile is not in the repository")
    return _with_stage(base, found.value, dockerfile, path, root)


def _with_stage(base: Build, node: Node, dockerfile: Dockerfile, context: str, root: str) -> Built:
    from lintstack.dockerfile.stages import target as find_target

    target = base.target
    stage = None if target.unknown else find_target(dockerfile, target.value)
    names = tuple(stage.name or str(stage.index) for stage in dockerfile.stages)
    exists = Fact(None, target.places, target.unknown) if target.unknown else Fact(stage is not None, target.places)
    first = Place(Span(dockerfile.source, 0, 0), "")
    build = base.with_(
        context=Fact(os.path.relpath(context, root), base.context.places),
        dockerfile=Fact(dockerfile.source.path, (first,)),
        target_exists=exists if target.value or target.unknown else ABSENT,
        stage_names=Fact(
            names, tuple(Place(item.origin.span) for item in dockerfile.stages[:MOST_STAGES] if item.origin)
        ),
        stage_name=Fact(stage.name or str(stage.index), target.places) if stage else ABSENT,
        is_local=Fact(True, base.context.places),
        stage=stage,
    )
    reason = "" if stage else target.unknown or "the stage it builds does not exist"
    return Built(build, dockerfile, stage, build_args(node), context, reason)


def build_args(node: Node) -> dict[str, str]:
    """Build arguments with a known value."""
    found = entry(node, "args")
    if found is None or not isinstance(found.value, Mapping):
        return {}
    given = ((name, item.value) for name, item in found.value.entries.items())
    return {name: item.text for name, item in given if isinstance(item, Scalar) and not item.is_null and not item.unset}


def tag_span(reference: Reference, span: Span) -> Span:
    """The tag inside a reference's place, when the text there is the reference itself."""
    start, end = reference.spans.get("tag") or (0, len(reference.text))
    return Span(span.source, span.start + start, span.start + end) if span.text == reference.text else span


def pulled(
    found: Iterable[Service], builds: dict[str, Built], root: Mapping, resolve: Resolve, trusted: Patterns | None
) -> Iterator[Image]:
    """Images of services, and those that every Dockerfile that is built pulls, once each.

    Args:
        found: the services.
        builds: what services build, by name.
        root: the merged tree, for the names of additional build contexts.
        resolve: the stage of this stack that an image name is built from.
        trusted: registries that images may come from; None for any.
    """
    yield from _judged((service.image for service in found if service.image), trusted)
    seen: set[tuple[str, str]] = set()
    read: set[tuple[Dockerfile, tuple[tuple[str, str], ...]]] = set()  # with the arguments of the build
    for name, built in builds.items():
        arguments = built.args or {}
        way = built.dockerfile and (built.dockerfile, tuple(sorted(arguments.items())))
        if way and way not in read:
            read.add(way)
            contexts = {item.key.text for item in entries(root, "services", name, "build", "additional_contexts")}
            for image in dockerfile_images(way[0], arguments, resolve, contexts, trusted):
                key = (image.anchor, image.reference.value or "")
                if key not in seen:
                    seen.add(key)
                    yield image


def dockerfile_images(
    dockerfile: Dockerfile,
    args: abc.Mapping[str, str],
    resolve: Resolve,
    contexts: abc.Set[str] | None,
    trusted: Patterns | None,
) -> Iterator[Image]:
    """The images that a Dockerfile pulls: to build upon, and to take files from; arguments as in `pulled`."""
    path = dockerfile.source.path
    named = (*from_images(dockerfile, args, path), *copied_images(dockerfile, contexts, path))
    for name, reference, anchor in named:
        span = reference.span or dockerfile.source.whole
        made = image_of(name, reference, anchor, span, None, resolve(reference.value or "") is not None)
        yield from _judged((made,), trusted)


def _judged(found: Iterable[Image], trusted: Patterns | None) -> Iterator[Image]:
    for image in found:
        trust(image, trusted)
        yield image
