"""Which registries images may come from."""

from __future__ import annotations

from collections.abc import Sequence

from lintstack.facts import Fact
from lintstack.gitignore import Patterns
from lintstack.images.reference import DOCKER_HUB
from lintstack.model import Image
from lintstack.record import bind

HUB = frozenset("docker.io index.docker.io registry-1.docker.io hub.docker.com registry.hub.docker.com".split())


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
        places, unknown = image.repository.places, image.repository.unknown
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
