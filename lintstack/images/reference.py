"""Image references: their parts with places in the text, and how exactly they pin what is pulled."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from lintstack.named import NamedTuple

Pinning = Literal["digest", "full", "minor", "major", "floating", "latest", "none"]

DOCKER_HUB = "docker.io"

# Where an image is also published, or mirrored one to one, under the name that Docker Hub has for it. Order matters.
SAME_AS = {
    "docker.io/": "",
    "registry-1.docker.io/": "",
    "registry.hub.docker.com/": "",
    "mirror.gcr.io/": "",
    "public.ecr.aws/docker/": "",
    "mcr.microsoft.com/mirror/docker/": "",
    "public.ecr.aws/bitnami/": "bitnami/",
    "lscr.io/linuxserver/": "linuxserver/",
    "ghcr.io/linuxserver/": "linuxserver/",
}
# The official images of one architecture each: https://github.com/docker-library/official-images#architectures-other-than-amd64
ARCHITECTURES = "amd64 arm32v5 arm32v6 arm32v7 arm64v8 i386 mips64le ppc64le riscv64 s390x"
RENAMED_OWNERS = {
    "library/": "",
    "bitnamilegacy/": "bitnami/",
    "bitnamisecure/": "bitnami/",
    **{f"{name}/": "" for name in ARCHITECTURES.split()},
}


class Reference(NamedTuple):
    """An image reference in parts.

    Attributes:
        text: the reference as given; any text is accepted.
        registry: host in lower case, "docker.io" when none is written.
        repository: path without registry, tag and digest; without `library/` on Docker Hub.
        tag: "" when none is written.
        digest: with its algorithm, "" when none is written.
        written_registry: whether the text names a registry.
        spans: offsets in `text` of the parts that are written: "registry", "repository" (with `library/`), "tag",
            "digest". A part has a span exactly when its separator is there.
    """

    text: str
    registry: str
    repository: str
    tag: str
    digest: str
    written_registry: bool
    spans: dict[str, tuple[int, int]]

    @property
    def name(self) -> str:
        """What the image is known as: its Docker Hub name ("postgres", "bitnami/redis"), else registry/repository."""
        name = f"{self.registry}/{self.repository}"
        for prefix, short in SAME_AS.items():
            if name.startswith(prefix):
                name = short + name[len(prefix) :]
                break
        for prefix, short in RENAMED_OWNERS.items():
            if name.startswith(prefix):
                return short + name[len(prefix) :]
        return name


def split(text: str) -> Reference:
    """Take a reference apart as Docker does (distribution/reference, `ParseDockerRef`); never raises, linear time.

    Args:
        text: the reference with all variables replaced. Text that is no valid reference still yields parts.
    """
    name, at, digest = text.partition("@")
    spans = {}
    if at:
        spans["digest"] = (len(name) + 1, len(text))
    start = name.find("/") + 1 if _is_host(name[: max(0, name.find("/"))]) else 0
    if start:
        spans["registry"] = (0, start - 1)
    colon = name.find(":", max(start, name.rfind("/") + 1))
    end = colon if colon >= 0 else len(name)
    if colon >= 0:
        spans["tag"] = (colon + 1, len(name))
    spans["repository"] = (start, end)
    registry = name[: max(0, start - 1)].lower()
    registry = DOCKER_HUB if registry in ("", "index.docker.io") else registry
    repository = name[start:end]
    if registry == DOCKER_HUB:
        repository = repository.removeprefix("library/")
    return Reference(text, registry, repository, name[end + 1 :], digest, start > 0, spans)


def _is_host(component: str) -> bool:
    """Whether the first component of a name is a registry: it has a dot, a port or capitals, or is localhost."""
    return bool(component) and (
        "." in component or ":" in component or component == "localhost" or component != component.lower()
    )


MOVING_WORDS = (
    "latest lts stable edge main master trunk head develop dev nightly unstable testing canary next beta alpha rc"
    " preview rolling current mainline experimental snapshot prod production staging"
)
PLATFORM_WORDS = (
    "alpine debian ubuntu ubi el centos rocky rockylinux almalinux fedora amazonlinux al oraclelinux photon wolfi"
    " windowsservercore nanoserver ltsc amd arm arm64v arm32v armv armhf i x x86 s390x ppc64le cuda cudnn rocm"
)
DEBIAN_RELEASES = ("forky", "trixie", "bookworm", "bullseye", "buster", "stretch")
UBUNTU_RELEASES = ("resolute", "questing", "plucky", "oracular", "noble", "jammy", "focal", "bionic", "xenial")

FLOATING = frozenset(MOVING_WORDS.split())
# Words of a tag whose number is that of a platform, not of what the image contains.
PLATFORMS = frozenset(PLATFORM_WORDS.split())
WINDOWS_RELEASES = ("ltsc2016", "ltsc2019", "ltsc2022", "ltsc2025")
# Tags that name a release of the distribution that the image itself is: bookworm is 12, jammy is 22.04.
CODENAMES: dict[str, dict[str, Pinning]] = {
    "debian": dict.fromkeys(DEBIAN_RELEASES, "major"),
    "ubuntu": dict.fromkeys(UBUNTU_RELEASES, "minor"),
    **{
        f"mcr.microsoft.com/windows{name}": dict.fromkeys(WINDOWS_RELEASES, "major")
        for name in ("", "/nanoserver", "/server", "/servercore")
    },
    "buildpack-deps": dict.fromkeys(DEBIAN_RELEASES + UBUNTU_RELEASES, "major"),
}
LONGEST = 1024  # characters of a reference
LONGEST_TAG = 128
FEWEST_DIGITS = 5  # of a tag that names a date or the number of a build
SHORTEST_COMMIT = 7  # characters
LEVELS: tuple[Pinning, ...] = ("floating", "major", "minor", "full")


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def pinning(reference: Reference) -> Pinning:
    """How exactly a reference says what is pulled.

    Returns:
        "digest"; "full" for a tag that names one build (1.2.3, a date, a commit); "minor" (16.4, 22.04); "major"
        (16); "floating" for words (alpine, stable, lts); "latest"; "none" without tag and digest.
    """
    tag = reference.tag.lower()
    if reference.digest:
        return "digest"
    if not tag:
        return "none"
    if reference.tag == "latest":
        return "latest"
    segments = _regex("[-_+]").split(tag)
    if "snapshot" in segments or "nightly" in segments:
        return "floating"
    if _names_build(tag, segments):
        return "full"
    codename = CODENAMES.get(reference.name, {}).get(segments[0])
    return codename or _version_level(segments)


def _names_build(tag: str, segments: list[str]) -> bool:
    """Whether a date, a commit or a build number singles out one build."""
    if sum(map(str.isdigit, tag)) < FEWEST_DIGITS:
        return any(_is_commit(segment) for segment in segments)
    dated = _regex(r"(?<![0-9])(19|20)[0-9]{2}[-._][01][0-9][-._][0-3][0-9](?![0-9])").search(tag)
    numbered = _regex(r"v?[0-9]+\.[0-9]+-[0-9]{3,}").fullmatch(tag)
    return bool(dated or numbered) or any(_is_commit(segment) for segment in segments)


def _is_commit(segment: str) -> bool:
    """Whether a segment is a commit (g1a2b3c4), or a date or build number of at least seven digits."""
    if len(segment) < SHORTEST_COMMIT:
        return False
    found = _regex("g?[0-9a-f]{7,64}|[0-9]{7,}").fullmatch(segment)
    return bool(found) and any(character.isdigit() for character in segment)


def _version_level(segments: list[str]) -> Pinning:
    """Level of the first version among a tag's segments; a moving word in front of it makes the tag floating."""
    for segment in segments:
        found = _regex(r"([a-z]*)([0-9]+u[0-9]+|[0-9]+(?:\.[0-9]+)*)").match(segment)
        if found is None:
            if segment in FLOATING or segment in PLATFORMS:
                return "floating"
        elif found[1] in ("", "v") or (found[1] not in PLATFORMS and found.end() == len(segment)):
            return "full" if "u" in found[2] else LEVELS[min(found[2].count(".") + 1, 3)]
    return "floating"


def is_valid(text: str) -> bool:
    """Whether Docker accepts a text as the name of an image (distribution/reference, `regexp.go`)."""
    if len(text) > LONGEST:
        return False
    if _is_plain(text):
        return True
    part = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*+"
    host = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
    name = rf"(?:{host}/)?{part}(?:/{part})*+"
    return (
        _regex(rf"{name}(?::[\w][\w.-]{{0,127}})?(?:@[A-Za-z][\w.+-]*:[0-9a-fA-F]{{32,}})?\Z").match(text) is not None
    )


def _is_plain(text: str) -> bool:
    """Whether a reference is a name and a tag without anything that would have to be looked at: many are."""
    name, colon, tag = text.partition(":")
    words = (*name.split("/"), *tag.replace("-", ".").split(".")) if colon else name.split("/")
    return text.isascii() and text.islower() and len(tag) <= LONGEST_TAG and all(word.isalnum() for word in words)
