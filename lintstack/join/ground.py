"""What a service stands on: the image that it builds or pulls, and what is known of the one below."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact, Place
from lintstack.images import Catalogue, Known, split
from lintstack.named import NamedTuple

if TYPE_CHECKING:
    from lintstack.dockerfile.config import ImageConfig


class Ground(NamedTuple):
    """What a service stands on.

    Args:
        config: what the built image is, None when nothing is built or the Dockerfile is not to be had.
        known: what is known of the image at the end of the FROM chain.
        base: reference of that image.
        unknown: why facts that neither compose nor a stage decides are unknown; "" when `known` speaks.
        stage_place: FROM of the built stage, shown with findings about what it lacks.
        read: text of a file of the build context, by its path in there; None when it is not to be had.
    """

    config: ImageConfig | None = None
    known: Known | None = None
    base: Fact[str] = ABSENT
    unknown: str = ""
    stage_place: tuple[Place, ...] = ()
    read: Callable[[str], str | None] | None = None

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


def ground_of(config: ImageConfig | None, reference: Fact[str], reason: str, catalogue: Catalogue) -> Ground:
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
        name = without_variables(base)
        known = catalogue.lookup(split(name), tag_known=False) if name else None
        return Ground(config, known, base, base.unknown or "no image", place)
    known = catalogue.lookup(split(base.value))
    return Ground(config, known, base, "" if known else f"image `{base.value}` is not known", place)


def without_variables(base: Fact[str]) -> str:
    """`postgres` of `postgres:${TAG}`; "" when a variable may take part in the name itself."""
    text = base.span.text.strip("'\"") if base.span else ""
    written, dollar, rest = text.partition("$")
    name, colon, _ = written.rpartition("@" if "@" in written else ":")
    behind = rest.rpartition("}")[2] if rest.startswith("{") else rest
    return name if dollar and colon and "/" not in written[len(name) :] + behind else ""


def _stage_place(config: ImageConfig) -> tuple[Place, ...]:
    built = config.chain[0]
    return (Place(built.origin.span, "builds this stage"),) if built.origin else ()
