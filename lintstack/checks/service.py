"""Checks of services."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.facts import Fact
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
# The same, where the image itself offers a better way.
TWIN = {
    "stage": "no `USER` follows `FROM {image}`, which starts as root; build upon `{twin}`",
    "built": "no `USER` in {stage} and no `user:`, and `{image}` starts as root; build upon `{twin}`",
    "pulled": "no `user:`, and image `{image}` starts as root; take `{twin}`",
}
KEPT = "the entrypoint of `{image}` becomes another user for `{server}` only; begin the command with that"
MOST_WORDS = 20  # of a command that are searched for the server's name
# Programs that images for others to build upon start, and that run nothing by themselves.
PROMPTS = frozenset(
    """
    ash bash dash erl ghci groovysh iex irb jshell julia lua node perl php pypy pypy3 python python3 R sh swipl
    """.split()
)
# Beginnings of the names of images whose makers start none of them as root, and of those for Windows.
UNPRIVILEGED = ("bitnami/", "bitnamilegacy/", "cgr.dev/", "chainguard/", "dhi.io/", "mcr.microsoft.com/windows")


def non_root_user(service: Service) -> Iterator[Problem]:
    """Services whose process starts as root, but for jobs, images to build upon, and pulled proxies."""
    is_root = service.user.is_root
    if not is_root.value or service.is_job.value:
        return
    if is_root.default and (_is_base(service) or _needs_root(service)):
        return
    message = f"{service} runs as root: {_why_root(service)}"
    if is_root.decided:
        yield Problem(message, is_root.places[0], is_root.places[1:], fact="user.is_root", variant="stated")
    else:
        missing = "USER" if service.synthetic else "user"
        variant = "empty-image" if service.base_image.value == "scratch" else "inherited"
        yield Problem(message, related=is_root.places, fact="user.is_root", detail=missing, variant=variant)


def user_stated(service: Service) -> Iterator[Problem]:
    """Images of this repository that leave it to their base image as whom they run."""
    is_root, user = service.user.is_root, service.user
    built = service.build is not None and service.build.stage is not None and service.build.stage.origin is not None
    if user.source.value in ("compose", "dockerfile") or is_root.value is False or not (service.synthetic or built):
        return
    if is_root.unknown and user.value.value:
        return  # an entrypoint that may become another user
    base = (service.base_image.value or _written(service.base_image)).partition("@")[0]
    if base and (is_root.value or not _is_unprivileged(base)):
        starts = "starts as root" if is_root.value else "decides as whom it runs"
        message = f"{service} has no `USER`, and `{base}` {starts}; add `USER 10001`"
        variant = "empty-image" if base == "scratch" else "base-image"
        yield Problem(message, related=is_root.places, fact="user.source", detail="USER", variant=variant)


def _is_unprivileged(image: str) -> bool:
    """Whether an image is most likely not for root, or for a system on which users have no numbers."""
    return image.startswith(UNPRIVILEGED) or any(word in image for word in ("nonroot", "rootless", "unprivileged"))


def _needs_root(service: Service) -> bool:
    """Whether an image has to start as root: for ports below 1024, for the host, or for programs of its own.

    What is built upon a web server is a site, which can do without; what is built upon a proxy is still that proxy.
    """
    from lintstack.images.rights import rights_needed

    if "root" in rights_needed(service.base_image.value or ""):
        return True
    if not _is_pulled(service):
        return service.known is not None and service.known.kind == "edge"
    rules_host = service.privileged.value or any(mount.is_runtime_socket.value for mount in service.mounts)
    return bool(service.is_edge.value or rules_host)


def _is_base(service: Service) -> bool:
    """Whether a stage that no service builds is there to be built upon: it starts nothing, or a mere prompt."""
    if not service.synthetic or service.exposed.value:
        return False
    said = service.process.value or ()
    nothing = service.entrypoint.absent and service.command.absent
    return nothing or said == ("php", "-a") or (len(said) == 1 and said[0].rpartition("/")[2] in PROMPTS)


def _is_pulled(service: Service) -> bool:
    """Whether it stands on an image that nothing here builds, in whatever environment."""
    image = service.image
    return image is not None and not image.built.value and service.base_image.value == image.reference.value


def _why_root(service: Service) -> str:
    source = service.user.source.value or ""
    if source not in ROOT:
        source = "stage" if service.synthetic else "pulled" if _is_pulled(service) else "built"
    name = service.build.stage_name.value if service.build else None
    stage = f"stage `{name}`" if name else "its Dockerfile"
    image = (service.base_image.value or _written(service.base_image) or "its image").partition("@")[0]
    known = service.known
    twin, servers = (known.unprivileged, known.drops_for or ()) if known else ("", ())
    started = " ".join(service.process.value or (place.span.text for place in service.command.places[:MOST_WORDS]))
    server = next((server for server in servers if server in started), "") if source == "pulled" else ""
    if server:
        return KEPT.format(image=image, server=server)
    sentence = (TWIN if twin else ROOT).get(source, ROOT[source])
    return sentence.format(user=service.user.value.value, image=image, stage=stage, twin=twin)


def _written(image: Fact[str]) -> str:
    """A reference with the variables that nothing sets, as it stands in the file."""
    return image.places[0].span.text.strip("'\"") if image.places else ""
