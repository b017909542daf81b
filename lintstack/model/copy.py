"""What COPY and ADD say."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact, Place
from lintstack.model.instruction import Instruction

if TYPE_CHECKING:
    from lintstack.dockerfile.copies import Copy as Copied
    from lintstack.source import Span


class Copy(Instruction):
    """A COPY or an ADD.

    Attributes:
        sources: what it copies, quotes removed; a here-document as `<<NAME`.
        kinds: what each source is: local, archive, url, git, heredoc; unknown where a variable decides.
        destination: where to; unknown where a variable takes part.
        destination_is_directory: whether that says that it is a folder: it ends with a slash, or is `.` or `..`.
        origin: what `--from` names; absent where files come from the build context.
        chown: value of `--chown`.
        chmod: value of `--chmod`.
        checksum: value of `--checksum`.
        link: whether it has `--link`.
    """

    @cached_property
    def copied(self) -> Copied | None:
        """What stands in it; None when it has too few words."""
        from lintstack.dockerfile.copies import copy

        return copy(self.node)

    @cached_property
    def read_sources(self) -> tuple[tuple[str, str, Span], ...]:
        """Text, kind and place of each source."""
        from lintstack.dockerfile.nodes import Word
        from lintstack.dockerfile.sources import kind_of

        return tuple(
            (source.value, "local" if self.node.flag("from") else kind_of(self._resolved(source.value)), source.span)
            if isinstance(source, Word)
            else (f"<<{source.name}", "heredoc", source.opening)
            for source in (self.copied.sources if self.copied else ())
        )

    def _resolved(self, text: str) -> str:
        """A source with the variables replaced that have one value in this file; as written where one has none."""
        if "$" not in text:
            return text
        from lintstack.dockerfile.expand import Value, expand

        literals = self.dockerfile.literals
        found = expand(text, lambda name: Value(literals.get(name), "" if literals.get(name) else "unknown"))
        return found.value or text

    @property
    def sources(self) -> Fact[tuple[str, ...]]:
        """What it copies."""
        found = self.read_sources
        return Fact(tuple(text for text, _, _ in found), tuple(Place(span) for _, _, span in found))

    @property
    def kinds(self) -> Fact[tuple[str, ...]]:
        """What each source is."""
        found = self.read_sources
        return Fact(tuple(kind for _, kind, _ in found), tuple(Place(span) for _, _, span in found))

    @property
    def destination(self) -> Fact[str]:
        """Where to."""
        if self.copied is None:
            return ABSENT
        word = self.copied.destination
        where = (Place(word.span),)
        if "$" in word.value:
            return Fact(None, where, "a variable takes part")
        return Fact(word.value, where)

    @property
    def destination_is_directory(self) -> Fact[bool]:
        """Whether the destination says that it is a folder."""
        if self.copied is None:
            return ABSENT
        word = self.copied.destination
        where = (Place(word.span),)
        if word.value.endswith(("/", "\\", "/.", "/..")) or word.value in (".", ".."):
            return Fact(True, where)
        return Fact(None, where, "a variable takes part") if "$" in word.value else Fact(False, where)

    def _flag(self, name: str) -> Fact[str]:
        flag = self.node.flag(name)
        return Fact(flag.value, (Place(flag.span),)) if flag else ABSENT

    @property
    def origin(self) -> Fact[str]:
        """What `--from` names."""
        return self._flag("from")

    @property
    def chown(self) -> Fact[str]:
        """Value of `--chown`."""
        return self._flag("chown")

    @property
    def chmod(self) -> Fact[str]:
        """Value of `--chmod`."""
        return self._flag("chmod")

    @property
    def checksum(self) -> Fact[str]:
        """Value of `--checksum`."""
        return self._flag("checksum")

    @property
    def link(self) -> Fact[bool]:
        """Whether it has `--link`."""
        flag = self.node.flag("link")
        return (
            Fact((flag.value or "true").lower() != "false", (Place(flag.span),)) if flag else Fact(False, default=True)
        )
