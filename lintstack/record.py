"""Frozen records that cost nothing at start: fields are annotations, defaults are class attributes."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn, TypeVar, dataclass_transform

from lintstack.source import Span

RecordT = TypeVar("RecordT", bound="Record")
_set = object.__setattr__


@dataclass_transform(frozen_default=True, eq_default=False)
class Record:
    """A frozen record whose fields are the annotations of its class, defaults being class attributes.

    No dataclass, because generating the methods of twenty classes at every start costs more than reading a
    Dockerfile; type checkers see one.
    """

    fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls.fields = tuple(dict.fromkeys((*cls.fields, *cls.__annotations__)))

    def __init__(self, *values: Any, **named: Any) -> None:
        for name, value in zip(self.fields, values, strict=False):
            _set(self, name, value)
        for name, value in named.items():  # a dictionary would give each record a table of its own, twice as large
            _set(self, name, value)

    @classmethod
    def over(cls: type[RecordT], fields: dict[str, Any]) -> RecordT:
        """A record whose attributes are those of a dictionary, which nobody else may keep: for hundreds at start."""
        record = cls.__new__(cls)
        _set(record, "__dict__", fields)
        return record

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"`{type(self).__name__}` is frozen")

    def with_(self: RecordT, **changes: Any) -> RecordT:
        """A copy with other values."""
        return type(self)(**(self.__dict__ | changes))


class Subject(Record):
    """What rules speak about.

    Attributes:
        name: what users call it (service name, variable name, "8080:80/tcp").
    """

    name: str
    span: Span
    anchor: str

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


def bind(record: Record, **children: Any) -> None:
    """Give a freshly built record what needs it as its parent; only `join/` and `analysis.py` call this."""
    for name, value in children.items():
        _set(record, name, value)


def unbind(record: Record) -> None:
    """Take everything from a record that nobody will look at again: parents and children point at each other, and
    without this they would wait for the collector.
    """
    record.__dict__.clear()
