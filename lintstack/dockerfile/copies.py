"""COPY and ADD: what is copied, and where to."""

from __future__ import annotations

from lintstack.dockerfile.heredocs import parse as parse_heredoc
from lintstack.dockerfile.nodes import Flag, Heredoc, Instruction, Word
from lintstack.named import NamedTuple


class Copy(NamedTuple):
    """A COPY or an ADD.

    Attributes:
        instruction: where it stands; its flags are there.
        sources: paths, URLs and patterns as words, and here-documents, in order.
        destination: the last word.
        origin: `--from`, None when the files come from the build context (or from URLs).
    """

    instruction: Instruction
    sources: tuple[Word | Heredoc, ...]
    destination: Word
    origin: Flag | None

    @property
    def paths(self) -> tuple[Word, ...]:
        """The sources that are no here-documents."""
        return tuple(source for source in self.sources if isinstance(source, Word))


def copy(instruction: Instruction) -> Copy | None:
    """What a COPY or ADD copies; None for other instructions, and where BuildKit refuses it for too few words."""
    words = instruction.args if instruction.keyword in ("ADD", "COPY") else ()
    if len(words) < 2:
        return None
    # Of two here-documents with one name, both words mean the last one's body.
    bodies = {heredoc.name: heredoc for heredoc in instruction.heredocs}
    return Copy(instruction, tuple(_source(word, bodies) for word in words[:-1]), words[-1], instruction.flag("from"))


def _source(word: Word, bodies: dict[str, Heredoc]) -> Word | Heredoc:
    opening = parse_heredoc(word.text) if bodies and "<<" in word.text else None
    found = bodies.get(opening.name) if opening else None
    return found._replace(opening=word.span) if found else word
