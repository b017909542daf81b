"""`RUN --mount=…`: its options with their places, as BuildKit reads them."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.dockerfile.nodes import Flag, Instruction
from lintstack.dockerfile.words import Piece
from lintstack.named import NamedTuple
from lintstack.source import Span

# Spellings of a key that mean another one.
ALIASES = {"dst": "target", "destination": "target", "src": "source", "ro": "readonly", "rw": "readwrite"}
TYPES = frozenset({"bind", "cache", "tmpfs", "secret", "ssh"})
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})


class Option(NamedTuple):
    """`key=value` of a mount.

    Attributes:
        key: lower case, in its longest spelling (`dst` is `target`, `ro` is `readonly`).
        value: its value; None where there is no equals sign.
        span: key and value.
        key_span, value_span: places of both; that of the whole where there is no value.
    """

    key: str
    value: str | None
    span: Span
    key_span: Span
    value_span: Span

    @property
    def flag(self) -> bool | None:
        """What it switches (`ro`, `ro=true`, `required=0`), None when that cannot be told."""
        if self.value is None or self.value in _TRUE:
            return True
        return False if self.value in _FALSE else None


class Mount(NamedTuple):
    """One `--mount`.

    Attributes:
        place: the flag that it is written in.
        options: in order; of a repeated key the last one counts.
    """

    place: Flag
    options: tuple[Option, ...]

    def option(self, key: str) -> Option | None:
        """The option of a key in its longest spelling."""
        return next((option for option in reversed(self.options) if option.key == key), None)

    def text(self, key: str) -> str:
        """Value of an option, "" when it is not given."""
        found = self.option(key)
        return found.value or "" if found else ""

    @property
    def type(self) -> str:
        """bind, cache, tmpfs, secret or ssh (`bind` unless told); text with a variable stays as it is."""
        return self.text("type").lower() or "bind"

    @property
    def source(self) -> str:
        return self.text("source")

    @property
    def target(self) -> str:
        return self.text("target")

    @property
    def origin(self) -> str:
        """Stage, image or context that `from` names, "" for the build context."""
        return self.text("from")

    @property
    def read_only(self) -> bool | None:
        """Whether the command cannot write to it; None when a variable decides."""
        told = next((item for item in reversed(self.options) if item.key in ("readonly", "readwrite")), None)
        if told is None:
            return None if "$" in self.type else self.type not in ("cache", "tmpfs")
        return told.flag if told.key == "readonly" or told.flag is None else not told.flag

    @property
    def required(self) -> bool | None:
        """Whether the build fails without the secret or the agent."""
        found = self.option("required")
        return found.flag if found else False


def mounts(instruction: Instruction) -> tuple[Mount, ...]:
    """The mounts of a RUN; none of any other instruction."""
    if instruction.keyword != "RUN":
        return ()
    return tuple(mount(flag) for flag in instruction.flags if flag.name == "mount" and flag.value is not None)


def secret_variables(instruction: Instruction) -> frozenset[str]:
    """Variables that the `env` of its mounts sets to a secret."""
    return frozenset(filter(None, (each.text("env") for each in mounts(instruction))))


def mount(flag: Flag) -> Mount:
    """One mount, whatever is wrong with it."""
    return Mount(flag, tuple(_option(flag, field) for field in fields(flag.value or "")))


def _option(flag: Flag, field: Piece) -> Option:
    key, equals, value = field.value.partition("=")
    name = key.lower()
    span = flag.within(field.start, field.end)
    middle = min(field.start + len(key), field.end)
    key_span = flag.within(field.start, middle)
    value_span = flag.within(min(middle + 1, field.end), field.end) if equals and value else span
    return Option(ALIASES.get(name, name), value if equals else None, span, key_span, value_span)


def fields(text: str) -> Iterator[Piece]:
    """Fields of one line of CSV; a field that begins with a quote may hold commas, and two quotes for one.

    The range of a quoted field is that between its quotes.
    """
    index = 0
    while index <= len(text):
        if text.startswith('"', index):
            end = _closing(text, index + 1)
            yield Piece(index + 1, end, text[index + 1 : end].replace('""', '"'))
            comma = text.find(",", end)
        else:
            comma = text.find(",", index)
            end = len(text) if comma < 0 else comma
            yield Piece(index, end, text[index:end])
        if comma < 0:
            return
        index = comma + 1


def _closing(text: str, index: int) -> int:
    """Index of the quote that closes a field, the end of the text when none does."""
    while (end := text.find('"', index)) >= 0 and text.startswith('""', end):
        index = end + 2
    return len(text) if end < 0 else end
