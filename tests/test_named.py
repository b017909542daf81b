"""Our `NamedTuple` behaves as that of `typing`, which type checkers take it for."""

from __future__ import annotations

import copy
import pickle
import typing

import pytest

from lintstack.named import NamedTuple


class Ours(NamedTuple):
    """A record."""

    name: str
    size: int = 1
    parts: tuple[str, ...] = ()

    @property
    def twice(self) -> int:
        return 2 * self.size


class Theirs(typing.NamedTuple):
    """A record."""

    name: str
    size: int = 1
    parts: tuple[str, ...] = ()


def test_values_defaults_and_tuple() -> None:
    record = Ours("a", parts=("b",))
    assert (record.name, record.size, record.parts, record.twice) == ("a", 1, ("b",), 2)
    assert tuple(record) == tuple(Theirs("a", parts=("b",)))
    assert hash(record) == hash(tuple(record))
    name, *rest = tuple(record)
    assert (name, rest) == ("a", [1, ("b",)])


def test_copies() -> None:
    record = Ours("a", 2)
    assert record._replace(size=3) == Ours("a", 3)
    assert type(record._replace(size=3)) is Ours
    assert record._asdict() == {"name": "a", "size": 2, "parts": ()}
    assert copy.deepcopy(record) == record == pickle.loads(pickle.dumps(record))
    assert type(pickle.loads(pickle.dumps(record))) is Ours


def test_is_told_and_matched_alike() -> None:
    assert repr(Ours("a")) == repr(Theirs("a")).replace("Theirs", "Ours")
    assert (Ours._fields, Ours.__match_args__, Ours.__doc__) == (Theirs._fields, Theirs.__match_args__, "A record.")
    match Ours("a", 5):
        case Ours(_, size):
            assert size == 5


def test_is_frozen_and_strict() -> None:
    record = Ours("a")
    with pytest.raises(AttributeError):
        record.name = "b"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        record.other = "b"  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        Ours()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Ours("a", 1, (), 2)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        record._replace(nonsense=1)  # type: ignore[call-arg]
