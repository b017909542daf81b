"""Facts: values that know their origins, three-valued (a value, absent, unknown), found by dotted names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from lintstack.named import NamedTuple
from lintstack.source import Span

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Place(NamedTuple):
    """A span with the few words that a code frame prints under it ("set here", "overridden here")."""

    span: Span
    label: str = ""


class Fact(NamedTuple, Generic[T_co]):
    """One fact about a subject.

    Args:
        value: the value; None when the fact is absent or unknown.
        places: where it comes from, the place that decided first, then the chain that led to it. Of a fact that
            is absent or a default: the places that show why nothing decides it (the stage without USER).
        unknown: why the value cannot be known from the files ("variable `TAG` is unset"); "" when it is known.
        default: whether the value is Docker's default, which no file spells out.
    """

    value: T_co | None = None
    places: tuple[Place, ...] = ()
    unknown: str = ""
    default: bool = False

    @property
    def absent(self) -> bool:
        """Whether the files say that there is no such thing."""
        return self.value is None and not self.unknown

    @property
    def decided(self) -> bool:
        """Whether a place in a file decides the value, so that a finding about it belongs there."""
        return bool(self.places) and not self.default and not self.absent

    @property
    def span(self) -> Span | None:
        """Place that decided the value, when there is one."""
        return self.places[0].span if self.places else None


ABSENT: Fact[Any] = Fact()


def each(fact: Fact[tuple[T, ...]]) -> Iterator[tuple[T, Place]]:
    """The items of a list, each with its place."""
    return zip(fact.value or (), fact.places, strict=False)


def getter(name: str) -> Callable[[object], Fact[Any]]:
    """A function from a subject to the fact with a dotted name; what is not there is absent.

    Args:
        name: attribute names joined by dots; each may be a fact, a related subject or a plain value.
    """
    first, *further = name.split(".")

    def get(subject: object) -> Fact[Any]:
        value = getattr(subject, first, None)
        for step in further:
            value = getattr(value, step, None)
        if value is None:
            return ABSENT
        return value if isinstance(value, Fact) else Fact(value)

    return get
