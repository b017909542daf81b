"""A parsed Dockerfile, and the stages that its instructions make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from lintstack.dockerfile.nodes import Comment, Flag, Instruction, Word
from lintstack.findings import Finding
from lintstack.source import Source


class Dockerfile:
    """A parsed Dockerfile.

    Args:
        source: its text.
        escape: escape character.
        directives: parser directives at the top (`syntax`, `escape`, `check`), lower case names.
        instructions: in order, whatever else is wrong with the file.
        comments: in order, also those inside continuations.
        problems: what BuildKit refuses, or what is beyond its limits or ours.
    """

    def __init__(
        self,
        source: Source,
        escape: str,
        directives: dict[str, str],
        instructions: tuple[Instruction, ...],
        comments: tuple[Comment, ...],
        problems: tuple[Finding, ...],
    ) -> None:
        self.source = source
        self.escape = escape
        self.directives = directives
        self.instructions = instructions
        self.comments = comments
        self.problems = problems

    def __repr__(self) -> str:
        return f"Dockerfile({self.source.path!r})"

    @property
    def syntax(self) -> str:
        """Value of the `syntax` directive, "" when there is none."""
        return self.directives.get("syntax", "")

    @property
    def check(self) -> str:
        """Value of the `check` directive, "" when there is none."""
        return self.directives.get("check", "")

    @cached_property
    def global_args(self) -> tuple[Instruction, ...]:
        """ARG instructions before the first FROM; none in a file without FROM."""
        first = next((i for i, item in enumerate(self.instructions) if item.keyword == "FROM"), 0)
        return tuple(item for item in self.instructions[:first] if item.keyword == "ARG")

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """Stages in order; a file without FROM is one stage with no name and no base."""
        items = self.instructions
        heads = [index for index, item in enumerate(items) if item.keyword == "FROM"]
        if not heads:
            return (Stage(self, 0, None, items),) if items else ()
        ends = [*heads[1:], len(items)]
        return tuple(
            Stage(self, number, items[head], items[head + 1 : end])
            for number, (head, end) in enumerate(zip(heads, ends, strict=True))
        )

    @cached_property
    def stage_names(self) -> tuple[str, ...]:
        """Names of the stages, the numbers of those that have none."""
        return tuple(stage.name or str(stage.index) for stage in self.stages)

    @cached_property
    def stage_numbers(self) -> Mapping[str, Sequence[int]]:
        """Numbers of the stages of each name, in lower case."""
        found: dict[str, list[int]] = {}
        for stage in self.stages:
            if stage.name:
                found.setdefault(stage.name.lower(), []).append(stage.index)
        return found


class Stage:
    """One stage.

    Args:
        dockerfile: the file it stands in.
        index: its number, from 0.
        origin: its FROM; None in a file without one.
        instructions: what follows, up to the next FROM.
    """

    def __init__(
        self, dockerfile: Dockerfile, index: int, origin: Instruction | None, instructions: tuple[Instruction, ...]
    ) -> None:
        self.dockerfile = dockerfile
        self.index = index
        self.origin = origin
        self.instructions = instructions
        words = origin.args if origin else ()
        self.base: Word | None = words[0] if words else None
        self.platform: Flag | None = origin.flag("platform") if origin else None
        named = len(words) == 3 and words[1].text.lower() == "as"
        self.name_word: Word | None = words[2] if named else None
        self.name: str = words[2].text if named else ""

    def __repr__(self) -> str:
        return f"Stage({self.name or self.index!r})"
