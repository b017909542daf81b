"""What a service runs: its image reference, the stage that it builds, and what is known of the image below."""

from __future__ import annotations

import os.path
from collections import abc
from collections.abc import Callable, Container, Iterator
from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact, Place
from lintstack.images import Catalogue, Known, Reference, pinning, split
from lintstack.join.read import entry, scalar, text
from lintstack.model import Build, Image, Service
from lintstack.named import NamedTuple
from lintstack.source import Span
from lintstack.yaml import Mapping, Scalar

if TYPE_CHECKING:
    from lintstack.dockerfile.stages import ImageConfig, Stage
    from lintstack.dockerfile.syntax import Dockerfile
    from lintstack.yaml import Node

REMOTE = ("http://", "https://", "git://", "ssh://", "git@", "github.com/", "oci://", "docker-image://")


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

    for stage in dockerfile.stages:
        if stage.base is None:
            continue
        text, parent = base_of(stage, args)
        if parent is None:
            reference = Fact(text.value, (Place(stage.base.span),), text.unknown)
            yield text.value or stage.base.text, reference, f"{folder}.stage[{stage.name or stage.index}].from"


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
        stage_names=Fact(names, tuple(Place(item.origin.span) for item in dockerfile.stages if item.origin)),
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
