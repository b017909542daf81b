"""How much is known: the share of services whose user and health check can be told from the files, and why not more.

What is not known is silent, so that a report without findings has to say how much it could see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from lintstack.named import NamedTuple

OTHER = "another reason"
# Words of a reason (`Fact.unknown`) → what kind of reason it is; the first that fits counts.
CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "is unset": "variable unset",
        "has no value": "variable unset",
        "its Dockerfile is not in the repository": "Dockerfile elsewhere",
        "its build context is remote": "Dockerfile elsewhere",
        "the stage it builds does not exist": "stage missing",
        "may become another user": "entrypoint decides",
        "no image": "no image",
        "image `": "image not known",
    }
)


class Share(NamedTuple):
    """Of how many services something is known.

    Args:
        services: how many there are.
        known: how many of them it is known of.
        unknown: how many of the others by class of reason, the most frequent first.
    """

    services: int
    known: int
    unknown: Mapping[str, int]


def share(reasons: Iterable[str]) -> Share:
    """The share of services of which something is known.

    Args:
        reasons: for each service why it is not known; "" where it is.
    """
    listed = list(reasons)
    classes = Counter(class_of(reason) for reason in listed if reason)
    ordered = dict(sorted(classes.items(), key=lambda item: (-item[1], item[0])))
    return Share(len(listed), listed.count(""), ordered)


def class_of(reason: str) -> str:
    """The kind of a reason."""
    return next((name for words, name in CLASSES.items() if words in reason), OTHER)
