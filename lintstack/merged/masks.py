"""Credentials of an effective project: which texts are printed as `***`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lintstack.join.secret_names import (
    bare,
    is_harmless,
    is_placeholder,
    is_random,
    is_secret_name,
    may_be_key_name,
)
from lintstack.join.secrets import MASK, is_secret_flag, scrubbed, values
from lintstack.merged.leaves import Path, leaves
from lintstack.named import NamedTuple
from lintstack.source import Source
from lintstack.yaml import Mapping, Node, Scalar

# Fields below which texts may hold anything: there a known credential is masked wherever it turns up.
_FREE = frozenset(
    "annotations args command content dockerfile_inline driver_opts entrypoint environment labels options test".split()
)


class Mask(NamedTuple):
    """What is masked.

    Args:
        hidden: values that are credentials as a whole.
        secrets: texts of credentials.
        masked: how many values are not printed in full.
    """

    hidden: frozenset[Path]
    secrets: tuple[str, ...]
    masked: int = 0

    def text(self, path: Path, text: str) -> str:
        """A text that stands at a path, or stood there before, without credentials."""
        if path in self.hidden:
            return text if bare().fullmatch(text) or not text else MASK
        return scrubbed(text, self.secrets if _FREE.intersection(path) else ())

    def hides(self, path: Path, node: Node) -> bool:
        """Whether a value is not printed in full."""
        return isinstance(node, Scalar) and isinstance(node.value, str) and self.text(path, node.text) != node.text


def mask(tree: Mapping, sources: Iterable[Source]) -> Mask:
    """What to mask of a normal tree.

    Args:
        tree: the effective project.
        sources: files that took part: what looks like a credential in them is one here, too.
    """
    texts = [(leaf.path, leaf.node) for leaf in leaves(tree) if isinstance(leaf.node, Scalar)]
    hidden = frozenset(path for path, node in texts if _is_credential(path, node)) | frozenset(_behind_flags(texts))
    known = values(sources, (node.text for path, node in texts if path in hidden))
    # A stand-in such as `postgres` or `changeme` is masked at its own place; elsewhere it is a word like others.
    secrets = tuple(sorted((text for text in known if not is_placeholder(text)), key=lambda text: (-len(text), text)))
    found = Mask(hidden, secrets)
    return found._replace(masked=sum(found.hides(path, node) for path, node in texts))


def _is_credential(path: Path, node: Scalar) -> bool:
    """Whether the name of a value is that of a credential, and the value is one."""
    if not path or not isinstance(node.value, str) or is_harmless(node.text):
        return False
    return is_secret_name(path[-1]) or (may_be_key_name(path[-1]) and is_random(node.text))


def _behind_flags(texts: Iterable[tuple[Path, Scalar]]) -> Iterator[Path]:
    """Words of commands behind an option that takes a credential."""
    before: tuple[Path, str] = ((), "")
    for path, node in texts:
        if path[-1].isdigit() and path[:-1] == before[0] and is_secret_flag(before[1]):
            yield path
        before = (path[:-1], node.text)


def escaped(text: str) -> str:
    """A text with its dollars doubled: read back, they are no variables."""
    return text.replace("$", "$$")
