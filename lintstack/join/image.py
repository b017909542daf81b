"""The images that services and Dockerfiles pull."""

from __future__ import annotations

from collections import abc
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from lintstack.facts import Fact, Place
from lintstack.gitignore import Patterns
from lintstack.images import Reference, pinning, split
from lintstack.join.build import Built
from lintstack.join.ground import without_variables
from lintstack.join.read import entries, entry, scalar, text
from lintstack.join.registries import trust
from lintstack.model import Image, Service
from lintstack.source import Span
from lintstack.yaml import Mapping, Scalar

if TYPE_CHECKING:
    from lintstack.dockerfile.stages import Stage
    from lintstack.dockerfile.syntax import Dockerfile

Resolve = Callable[[str], "Stage | None"]
MOST_STAGES = 50  # before a FROM with variables that may mean one of them


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
        known = split(without_variables(reference))
        registry = Fact(known.registry, reference.places) if known.repository else nothing
        repository = Fact(known.repository, reference.places) if known.repository else nothing
        return Image(name, span, anchor, nothing, registry, repository, nothing, nothing, nothing, Fact(built), service)
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


def tag_span(reference: Reference, span: Span) -> Span:
    """The tag inside a reference's place, when the text there is the reference itself."""
    start, end = reference.spans.get("tag") or (0, len(reference.text))
    return Span(span.source, span.start + start, span.start + end) if span.text == reference.text else span


def tag_place(reference: Fact[str]) -> Place | None:
    """The tag in the place of an image's reference, inside its quotes; else all of it."""
    span = reference.span
    if span is None:
        return None
    if span.text[:1] in ("'", '"'):
        span = Span(span.source, span.start + 1, span.end - 1)
    return Place(tag_span(split(reference.value or ""), span))


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


def image_facts(node: Mapping, image: Image | None) -> dict[str, Fact[str]]:
    """What a service says of its image, whether it pulls or builds it: only what is there."""
    facts: dict[str, Fact[str]] = {}
    found = node.entries.get("image")
    if found is not None:
        facts["image_name"] = image.reference if image else scalar(node, "image", cast=text)
        earlier = found.over
        if earlier is not None and isinstance(earlier.value, Scalar) and not earlier.value.unset:
            facts["former_image"] = Fact(earlier.value.text, (Place(earlier.value.span),))
    if "pull_policy" in node.entries:
        facts["pull_policy"] = scalar(node, "pull_policy", cast=text)
    return facts


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


def from_images(
    dockerfile: Dockerfile, args: abc.Mapping[str, str], folder: str
) -> Iterator[tuple[str, Fact[str], str]]:
    """Names, references and anchors of the images that FROM lines pull (earlier stages are none)."""
    from lintstack.dockerfile.stages import base_of
    from lintstack.join.stage_graph import may_name

    for stage in dockerfile.stages:
        if stage.base is None:
            continue
        text, parent = base_of(stage, args)
        first = max(0, stage.index - MOST_STAGES)
        earlier = dockerfile.stages[first : stage.index] if "$" in stage.base.text else ()
        if parent is None and not any(may_name(stage.base.text, other.name) for other in earlier):
            defaults = _defaults(dockerfile, [name for name in text.names if name not in args])
            reference = Fact(text.value, (Place(stage.base.span), *defaults), text.unknown)
            yield text.value or stage.base.text, reference, f"{folder}.stage[{stage.name or stage.index}].from"


def _defaults(dockerfile: Dockerfile, names: Sequence[str]) -> Iterator[Place]:
    """Where the ARGs that a FROM line names get their defaults."""
    from lintstack.dockerfile.stages import global_pairs

    known = global_pairs(dockerfile) if names else {}
    for name in names:
        pair = known.get(name)
        if pair and pair.value:
            yield Place(pair.value.span, f"default of `{name}`")


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
    from lintstack.dockerfile.stages import copied_from, taken_from

    for stage in dockerfile.stages:
        for name, span in (found for item in stage.instructions for found in taken_from(item)):
            bare = not any(sign in name for sign in "/:@")
            context = bare if contexts is None else name in contexts
            if not context and copied_from(stage, name) is None and not name.isdigit():
                anchor = f"{folder}.stage[{stage.name or stage.index}].from[{name}]"
                yield name, Fact(name, (Place(span),)), anchor
