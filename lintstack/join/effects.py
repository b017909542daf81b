"""What an empty text does in the place of a variable, where it does more than being empty."""

from __future__ import annotations

from collections.abc import Callable

from lintstack.compose.problems import shown
from lintstack.yaml import Piece, Scalar

REFUSED = "Docker Compose refuses the project"
NO_IMAGE = "the service has no image"
Effect = Callable[[Scalar, Piece], str]


def effect(path: tuple[str, ...], scalar: Scalar, piece: Piece) -> str:
    """What comes of a scalar in which a variable turned into nothing, "" for nothing special.

    Args:
        path: of the scalar in its file; items of lists are `*`.
        scalar: with its variables replaced.
        piece: the variable's stretch.
    """
    if path[:1] != ("services",):
        return ""
    found = EFFECTS.get(path[2:])
    return found(scalar, piece) if found else ""


def _whole(words: str) -> Effect:
    """The same words wherever nothing else is in the scalar."""
    return lambda scalar, piece: words if not scalar.text.strip() else ""


def _image(scalar: Scalar, piece: Piece) -> str:
    """An image's name without a part of it."""
    text = scalar.text
    if not text.strip():
        return NO_IMAGE
    broken = text.endswith((":", "/", "@", "-", ".")) or text.startswith(("/", ":")) or "//" in text or "/:" in text
    return f"the image's name is `{shown(text)}`" if broken else ""


def _port(scalar: Scalar, piece: Piece) -> str:
    """`ip:host:container`: parts that are missing have a meaning."""
    fields = scalar.text.partition("/")[0].split(":")
    if not fields[-1]:
        return REFUSED
    if len(fields) == 3 and not fields[0] and fields[1]:
        return "the port is published on all addresses"
    if len(fields) > 1 and not fields[-2]:
        return "the host port is a random one"
    return ""


def _mount(scalar: Scalar, piece: Piece) -> str:
    """`source:target`: without its beginning the source is another folder."""
    if piece.start > 0 or piece.end > piece.start:
        return ""
    source = scalar.text.partition(":")[0]
    if not source:
        return REFUSED
    return f"`{shown(source)}` of the host is mounted" if source.startswith("/") and ":" in scalar.text else ""


_TYPED = _whole(REFUSED)
# Fields that an empty text does not fit.
TYPED = """
    container_name mem_limit mem_reservation memswap_limit shm_size cpus cpu_shares
    pids_limit env_file env_file.* scale privileged read_only init
    tty stdin_open deploy.replicas deploy.resources.limits.cpus deploy.resources.limits.memory
    deploy.resources.reservations.memory healthcheck.retries
    stop_grace_period healthcheck.interval healthcheck.timeout
"""
EFFECTS: dict[tuple[str, ...], Effect] = {
    ("image",): _image,
    ("ports", "*"): _port,
    ("ports", "*", "published"): _whole("the host port is a random one"),
    ("volumes", "*"): _mount,
    ("command",): _whole("the image's own command is cleared"),
    ("entrypoint",): _whole("the image's own entrypoint is cleared"),
    ("build",): _whole("the whole folder of the project is built"),
    ("build", "context"): _whole("the whole folder of the project is built"),
    ("build", "target"): _whole("the last stage of the Dockerfile is built"),
    ("user",): _whole("the image's own user, often root, runs it"),
    ("restart",): _whole("the service is not restarted"),
    **{tuple(field.split(".")): _TYPED for field in TYPED.split()},
}
