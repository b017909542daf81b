"""Where our normal form and Docker Compose 2.40.3 are known to differ, each with its reason.

Nothing else may differ. A row that has become untrue fails its test: it goes when the difference goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

# Refusals of Compose that are no error finding of the loader, by what Compose says.
UNREFUSED: tuple[tuple[str, str], ...] = (
    # By design: what depends on a variable or a file that is not there is unknown, and other rules speak of it.
    (r"required variable \w+ is missing a value", "an unset variable is unknown, not wrong"),
    (r"^(env|label) file .* not found|^failed to read ", "a file that is not in the repository is unknown, not wrong"),
    (
        r"empty section between colons|No port specified|^invalid hostPort: $|invalid size: ''",
        "the empty part is an unset variable",
    ),
    (r"(refers to|depends on) undefined .*: invalid compose project$", "the rule `unknown-reference` says it"),
    (r"^project name must not be empty$", "the name is an unset variable"),
    (r"memswap_limit' invalid size: '-1'", "newer versions take -1 for no limit"),
    (r"^cannot override services\.a\.build\.ssh", "2.40.3 cannot merge ssh; later ones can"),
)

# Fields that differ, and files that only we refuse, by the text and title of the project.
DIFFERENT: dict[tuple[str, str], str] = {
    # 2.40.3 takes nearly anything for a list of one and does not look again; nobody means that.
    ("merges", "environment: {A: 1} >>> environment: 5"): "a value of the wrong type is refused",
    ("merges", "dns_opt: [a] >>> dns_opt: b"): "a value of the wrong type is refused",
    ("merges", "tmpfs: /a >>> tmpfs: {a: b}"): "a value of the wrong type is refused",
    ("merges", "build: {context: .} >>> build: 5"): "a value of the wrong type is refused",
    ("merges", "depends_on: [b] >>> depends_on: b"): "2.40.3 drops the overlay's value without a word",
    (
        "merges",
        "extra_hosts: {h: 1.1.1.1} >>> extra_hosts: [h=1.1.1.1, h=1.1.1.1]",
    ): "a host that one list has twice is refused; 2.40.3 forgives it only over an earlier file",
    ("merges", "probe: long durations and sizes"): "newer versions refuse a fraction of a byte; 2.40.3 reads it as 0",
    ("short-forms", "mem_reservation: 1e3"): "newer versions refuse a fraction of a byte; 2.40.3 reads it as 0",
    ("short-forms", "extra_hosts: {h: []}"): "2.40.3 prints an empty list for a host without addresses",
    ("short-forms", "labels: {&x a: b, *x : c}"): "two equal keys, one of them an alias, which Compose does not notice",
    ("short-forms", "labels: {!!bool yes: b}"): "tags of keys are not looked at",
    ("short-forms", "labels: {!!binary aGVsbG8=: b}"): "tags of keys are not looked at",
    ("short-forms", "x-a: !!bool yes"): "what `x-` fields hold is not looked at",
    ("short-forms", "tagged binary var"): "2.40.3 replaces variables in what base64 hides",
    ("reset", "probe: reset name"): "2.40.3 takes the word null for the name",
    ("include", "probe: include item null"): "an entry without a value is a slip; Compose passes over it",
    ("merges", "networks: {n: } >>> networks: x"): "a value of the wrong type is refused",
    ("merges", "build: . >>> build: [x]"): "a value of the wrong type is refused",
    ("merges", "networks merge"): "2.40.3 mixes the pools up: one subnet comes out twice",
    ("short-forms", "mem_limit: 10.5"): "newer versions refuse a fraction of a byte; 2.40.3 reads it as 0",
    ("short-forms", 'environment: {x-a: 1, a.b: 2, "a b": 3}'): "2.40.3 loses variables whose names begin with x-",
}


def known_differences(text: str, titles: Iterable[str]) -> tuple[set[str], set[str]]:
    """The titles of a text that have a row, and the rows (patterns, in the corpus) that have no title."""
    listed = tuple(titles)
    rows = [pattern for name, pattern in DIFFERENT if name == text]
    if text != "corpus":
        return set(rows) & set(listed), set(rows) - set(listed)
    found = {title for title in listed if any(fnmatchcase(title, pattern) for pattern in rows)}
    return found, {pattern for pattern in rows if not any(fnmatchcase(title, pattern) for title in listed)}


def is_unrefused(refusal: str) -> bool:
    """Whether a refusal of Compose is one that we do not share."""
    return any(re.search(pattern, refusal) for pattern, _ in UNREFUSED)
