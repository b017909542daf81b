"""`NamedTuple`, for a third of the price that `typing.NamedTuple` has at start."""

from __future__ import annotations

from functools import cache
from operator import itemgetter
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:

    @cache
    def _maker(count: int) -> CodeType:
        """What makes a tuple of so many fields: compiled once for each number, the names are put in afterwards."""
        names = ", ".join(f"field_{number}" for number in range(count))
        return eval(f"lambda cls, {names}: new(cls, ({names},))").__code__

    @cache
    def _item(index: int) -> property:
        return property(itemgetter(index))

    class _Fields(type):
        """Turns annotations into fields, without compiling each annotation.

        That would take 0.1 ms for each of the sixty classes that a run loads, a tenth of linting one file.
        """

        def __new__(cls, name, bases, body):
            fields = tuple(body.get("__annotations__", ()))
            if fields:
                code = _maker(len(fields)).replace(co_varnames=("cls", *fields))
                defaults = tuple(body[field] for field in fields if field in body)
                new = FunctionType(code, {"new": tuple.__new__}, "__new__", defaults)
                body |= {field: _item(index) for index, field in enumerate(fields)}
                body |= {"__new__": new, "__match_args__": fields, "_fields": fields}
            return super().__new__(cls, name, bases, {"__slots__": (), **body})

    class NamedTuple(tuple, metaclass=_Fields):
        """A tuple with names, made and used as one of `typing.NamedTuple`, which it is to type checkers."""

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            return f"{type(self).__name__}({', '.join(map('{}={!r}'.format, self._fields, self))})"

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **changes):
            return type(self)(**self._asdict() | changes)
