"""What a service builds: the Dockerfile, its stage, and the arguments."""

from __future__ import annotations

import os.path
from collections import abc
from collections.abc import Callable
from typing import TYPE_CHECKING

from lintstack.compose.casts import as_bool
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.read import entry, scalar, text, words
from lintstack.model import Build
from lintstack.named import NamedTuple
from lintstack.recognise import kind_by_path, kind_of
from lintstack.source import Span
from lintstack.yaml import Mapping, Scalar

if TYPE_CHECKING:
    from lintstack.dockerfile.stages import Stage
    from lintstack.dockerfile.syntax import Dockerfile
    from lintstack.yaml import Node

REMOTE = ("http://", "https://", "git://", "ssh://", "git@", "github.com/", "oci://", "docker-image://")
_RIGHTS = frozenset({"entitlements", "network", "privileged"})
MOST_STAGES = 50  # whose places a fact about them has


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

    @property
    def is_published(self) -> bool:
        """Whether it is what a plain build makes, and not for development by its name: what others may pull."""
        if self.dockerfile is None or self.stage is None or self.stage.index != len(self.dockerfile.stages) - 1:
            return False
        file = os.path.relpath(self.dockerfile.source.real or "Dockerfile", self.context or os.curdir)
        path = os.path.join(self.build.context.value or "", file)  # folders above the project say nothing
        return "dev" not in (kind_by_path(path, path), kind_of(self.stage.name or ""))


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
    if _RIGHTS & found.value.entries.keys():
        base = base.with_(
            entitlements=words(found.value, "entitlements"),
            privileged=scalar(found.value, "privileged", cast=as_bool),
            network=scalar(found.value, "network", cast=text),
        )
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
    exists = Fact(None, target.places, target.unknown) if target.unknown else Fact(stage is not None, target.places)
    first = Place(Span(dockerfile.source, 0, 0), "")
    origins = tuple(Place(item.origin.span) for item in dockerfile.stages[:MOST_STAGES] if item.origin)
    build = base.with_(
        context=Fact(os.path.relpath(context, root), base.context.places),
        dockerfile=Fact(dockerfile.source.path, (first,)),
        target_exists=exists if target.value or target.unknown else ABSENT,
        stage_names=Fact(dockerfile.stage_names, origins),
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
