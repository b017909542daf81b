"""Checks of services."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.findings import Problem
from lintstack.model import Service

# Why a service runs as root and what to do, by what decides its user.
ROOT = {
    "compose": '`user: {user}` says so; remove it, or name another user: `user: "10001"`',
    "dockerfile": "the last `USER` of what it builds is `{user}`; end the stage with `USER 10001`",
    "stage": "no `USER` follows `FROM {image}`, which starts as root; add `USER 10001` at the end",
    "built": "no `USER` in {stage} and no `user:`, and `{image}` starts as root; add `USER 10001` to the stage",
    "pulled": 'no `user:`, and image `{image}` starts as root; add `user: "10001"`',
}


def non_root_user(service: Service) -> Iterator[Problem]:
    """Services whose process starts as root, but for pulled proxies, which need that for a moment."""
    is_root = service.user.is_root
    if not is_root.value or (is_root.default and service.is_edge.value and _is_pulled(service)):
        return
    message = f"{service} runs as root: {_why_root(service)}"
    if is_root.decided:
        yield Problem(message, is_root.places[0], is_root.places[1:], fact="user.is_root")
    else:
        missing = "USER" if service.synthetic else "user"
        yield Problem(message, related=is_root.places, fact="user.is_root", detail=missing)


def _is_pulled(service: Service) -> bool:
    return service.image is not None and not service.image.built.value


def _why_root(service: Service) -> str:
    source = service.user.source.value or ""
    if source not in ROOT:
        source = "stage" if service.synthetic else "pulled" if _is_pulled(service) else "built"
    name = service.build.stage_name.value if service.build else None
    stage = f"stage `{name}`" if name else "its Dockerfile"
    image = (service.base_image.value or "its image").partition("@")[0]
    return ROOT[source].format(user=service.user.value.value, image=image, stage=stage)
