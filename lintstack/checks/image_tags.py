"""Checks of the names of images: valid, one's own, of one version, and pulled as their service means it."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.facts import Fact
from lintstack.findings import Problem
from lintstack.images import lookup, split
from lintstack.images.known import read_tag
from lintstack.images.reference import Reference, is_valid
from lintstack.join.image import tag_place
from lintstack.model import Image, Service, Stack

# What a tag without a version is taken for.
NEWEST = "the newest"
LONGEST_TAG = 128  # https://github.com/distribution/reference/blob/main/regexp.go
LONGEST_SHOWN = 200  # characters of a name that is none
# Policies by which `docker compose up` asks the registry although the image is there.
PULLS = ("always", "daily", "weekly")


def valid_image_name(service: Service) -> Iterator[Problem]:
    """Names that Docker refuses; what an unset variable leaves behind is unknown."""
    name = service.image_name.value
    if name and not (is_valid(name) and _has_whole_digest(name)):
        message = f"`{name[:LONGEST_SHOWN]}` is no name of an image: {_fault(name)}"
        yield Problem(message, service.image_name.places[0], fact="image_name")


def _has_whole_digest(name: str) -> bool:
    digest = name.partition("@")[2]
    return not digest.startswith("sha256:") or len(digest) == len("sha256:") + 64


def _fault(name: str) -> str:
    """What is wrong with a name, and what to do about it."""
    plain, at, digest = name.partition("@")
    tag = split(plain)
    if any(sign.isspace() for sign in name):
        return "it has a blank; take it out"
    if at:
        algorithm, _, hexadecimal = digest.partition(":")
        if algorithm != "sha256" or len(hexadecimal) != 64:
            return "behind the `@` belongs `sha256:` with 64 hexadecimal digits"
    if plain.endswith(":"):
        return "nothing is behind its colon; add the tag, or take the colon out"
    if tag.repository != tag.repository.lower():
        return "only its tag may have capitals; write it in lower case"
    if not tag.repository:
        return "it ends behind the registry; add the image"
    if ":" in tag.repository or plain.count(":", plain.rfind("/") + 1) > 1:
        return "it has two tags; keep one"
    if len(tag.tag) > LONGEST_TAG:
        return f"its tag is longer than {LONGEST_TAG} characters; shorten it"
    return "names have lower case letters, digits and single `.`, `_` and `-` between them"


def foreign_image_name(service: Service) -> Iterator[Problem]:
    """Services that build an image under the name of a well-known one."""
    name = service.image_name.value
    if service.build is None or not name or service.pull_policy.value == "build":
        return
    known = lookup(split(name))
    if known is not None:
        message = (
            f"service `{service.name}` builds an image and calls it `{name}`, which is the name of a public one: a pull"
            " puts that in its place; give yours a name of its own"
        )
        yield Problem(message, service.image_name.places[0], fact="image_name")


def pull_policy_conflict(service: Service) -> Iterator[Problem]:
    """Policies that pull what is built, build what has no build, or never pull what is nowhere made."""
    policy = service.pull_policy.value or ""
    place = service.pull_policy.places[0] if service.pull_policy.places else None
    if service.build is None and policy == "build" and service.image is not None:
        message = f"`pull_policy: build`, and service `{service.name}` has no `build`: nothing gets its image; add one"
        yield Problem(message, place, fact="pull_policy")
    elif service.build is not None and service.image_name.value and (policy in PULLS or policy.startswith("every_")):
        message = (
            f"`pull_policy: {policy}` lets service `{service.name}` pull `{service.image_name.value}` instead of what"
            " it builds; write `pull_policy: build`, or leave one of the two out"
        )
        yield Problem(message, place, fact="pull_policy")
    elif policy == "never" and service.image is not None and not service.image.built.value:
        name = service.image.reference.value
        if name and lookup(split(name)) is not None:
            message = f"`pull_policy: never`, and nothing here makes `{name}`: a machine that lacks it cannot start it"
            yield Problem(f"{message}; leave the policy out", place, fact="pull_policy")


def image_versions_differ(stack: Stack) -> Iterator[Problem]:
    """Images that one stack runs in several versions, or that a later file takes in another one."""
    first: dict[str, Image] = {}
    for service in sorted(stack.services, key=lambda service: service.name):
        image = service.image
        if image is not None and image.reference.value and not image.built.value:
            reference = split(image.reference.value)
            earlier = first.setdefault(reference.name, image)
            if earlier is not image and _differ(reference, split(earlier.reference.value or "")):
                yield _differing(image, service, earlier.reference, f"service `{_owner(earlier)}` runs")
                continue
            former = split(service.former_image.value or "")
            if reference.name == former.name and _differ(reference, former):
                yield _differing(image, service, service.former_image, "an earlier file names")


def _owner(image: Image) -> str:
    return image.service.name if image.service else ""


def _differing(image: Image, service: Service, other: Fact[str], whose: str) -> Problem:
    message = f"service `{service.name}` runs `{image.reference.value}`, and {whose} `{other.value}`"
    related = tuple(place._replace(label="the other version") for place in other.places[:1])
    return Problem(f"{message}; agree on a version", tag_place(image.reference), related, detail=image.anchor)


def _version(reference: Reference) -> str:
    """The version that a tag says; "" where only a digest says it."""
    version = read_tag(reference.tag).versions.get("")
    if version:
        return ".".join(map(str, version))
    return "" if reference.digest or reference.tag not in ("", "latest") else NEWEST


def _differ(one: Reference, other: Reference) -> bool:
    """Whether two tags say different versions: 16 and 16.4 may be the same, and so may words."""
    versions = _version(one), _version(other)
    shorter, longer = sorted(versions, key=len)
    return all(versions) and not f"{longer}.".startswith(f"{shorter}.")
