"""What the phases say on their way: one collector per load, each problem once."""

from __future__ import annotations

from collections.abc import Iterable

from lintstack.facts import Place
from lintstack.findings import Finding, Severity, diagnostic
from lintstack.source import Span
from lintstack.yaml import Node

_MOST = 1000


class Problems:
    """Collects findings; the same sentence at the same place counts once, however many aliases lead there."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, str, int, int], Finding] = {}
        self._left: set[int] = set()
        self._last: Finding | None = None

    def add(self, finding: Finding) -> None:
        """Keep a finding unless it is known or there are far too many."""
        span = finding.at.span
        key = finding.rule, finding.message, span.path, span.start, span.end
        if len(self._seen) < _MOST:
            self._seen.setdefault(key, finding)
        elif key not in self._seen:
            self._left.add(hash(key))
            self._last = self._last or finding

    def say(
        self, slug: str, message: str, at: Node | Span, severity: Severity = "error", related: tuple[Place, ...] = ()
    ) -> None:
        """A new finding at a node or place."""
        self.add(diagnostic(slug, message, at if isinstance(at, Span) else at.span, severity, related))

    def inside(self, spans: Iterable[Span]) -> bool:
        """Whether something is wrong within one of some places."""
        wanted = [(span.path, span.start, span.end) for span in spans]
        return any(
            path == seen_path and start <= begin and finish <= end
            for _, _, seen_path, begin, finish in self._seen
            for path, start, end in wanted
        )

    @property
    def serious(self) -> bool:
        """Whether there is an error."""
        return any(finding.severity == "error" for finding in self._seen.values())

    def all(self) -> tuple[Finding, ...]:
        """Everything so far, in the order in which it was found; the last one says how many are left out."""
        if self._last is None:
            return tuple(self._seen.values())
        message = f"{len(self._left)} more findings of this project were left out; correct those before first"
        return (*self._seen.values(), diagnostic("compose-limit", message, self._last.at.span))


def shown(text: str, most: int = 60) -> str:
    """A name in a message: on one line, short."""
    return "".join(character if character.isprintable() else "?" for character in text[:most])
