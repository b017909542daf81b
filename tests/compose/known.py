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
    (r"empty section between colons|No port specified|^invalid hostPort: $", "the empty part is an unset variable"),
    (r"invalid size: ''", "the empty part is an unset variable"),
    # What consistency checks and the full schema will refuse.
    (r"invalid compose project$", "consistency of the whole project"),
    (r"container name .* is already in use", "consistency of the whole project"),
    (
        r"target .* already mounted|declares non-buildable|must start either by|attributes are (mutually )?exclusive",
        "consistency of a service",
    ),
    (
        r"conflicting parameters|must be set$|can't set distinct values|is missing a mount target",
        "consistency of a resource",
    ),
    (
        r"^validating .*(does not match pattern|are equal$|missing property|additional properties|must be )",
        "a constraint of the official schema",
    ),
    (r"^'services\[.*\]\.", "a value that only binding to a type refuses"),
    (
        r"^services.*(must be|unsupported expose value)|^confusing device mapping|^top-level object must be",
        "a value that only binding refuses",
    ),
    (r"failed to cast to expected type", "a value that only the cast refuses"),
    (r"conflicts with imported resource", "an include that conflicts is merged, as Compose does from 5.0.0 on"),
    (r"unsupported env_file format", "formats of env files are not checked"),
    (r"^cannot override services\.a\.build\.ssh", "2.40.3 cannot merge ssh; later ones can"),
)

# Fields that differ, and files that only we refuse, by the text and title of the project.
# What waits for the loader says what it waits for.
_NAME = "the loader does not compute the project's name yet"
_FOLDED = "a list of names still counts as a list for !reset"
DIFFERENT: dict[tuple[str, str], str] = {
    ("env-files", "the later file wins"): "values of an earlier file win inside a later one",
    ("env-files", "format raw"): "format: raw is read as an ordinary env file",
    ("env-files", "label files"): "label files are not read yet",
    ("extends", "the other file has unknown keys"): "files that are only extended are checked as a whole",
    ("include", "env_file"): "/dev/null is no file to our readers",
    ("include", "a name inside is not the project's"): "the name of an included file is taken over",
    ("interpolation", "env files in order"): "values of an earlier file win inside a later one",
    ("interpolation", "the project's name in values"): _NAME,
    ("interpolation", "the project's name of the folder"): _NAME,
    ("interpolation", "the project's name of .env"): _NAME,
    ("merges", "ports: ['80:80'] >>> ports: [{target: 80, published: 80}]"): "a number is another key than a string",
    ("merges", "ports: ['8000-8002:8000-8002'] >>> ports: ['8001:8001']"): "ranges are made unique before they expand",
    # 2.40.3 takes a text for a list of one and does not look again; nobody means that.
    ("merges", "environment: {A: 1} >>> environment: x"): "a value of the wrong type is refused",
    ("merges", "networks: {n: } >>> networks: x"): "a value of the wrong type is refused",
    ("merges", "build: . >>> build: [x]"): "a value of the wrong type is refused",
    ("merges", "build: {context: ., platforms: [linux/amd64]} >>> build: {platforms: [linux/amd64]}"): (
        "Compose keeps platforms of both files, equal ones too"
    ),
    ("merges", "networks merge"): "order of merged address pools",
    ("merges", "version and name"): _NAME,
    ("profiles", "COMPOSE_PROFILES of .env"): "profiles of env files are not read yet",
    ("reset", "depends_on: [b] >>> depends_on: {b: !reset null}"): _FOLDED,
    ("reset", "networks: [n, m] >>> networks: {n: !reset null}"): _FOLDED,
    ("reset", "under a merge key"): "tags behind an alias of a merge key do not count for Compose",
    ("short-forms", 'ports: ["80/"]'): "an empty protocol is refused",
    ("short-forms", 'environment: {x-a: 1, a.b: 2, "a b": 3}'): "2.40.3 loses variables whose names begin with x-",
    ("corpus", "docker/docker-compose*"): _NAME,
    ("corpus", "Islandora-Devops__isle-site-template/docker-compose.yml*"): _NAME,
    ("corpus", "gitlab-runner/compose.yml"): _NAME,
    ("corpus", "temporalio__docker-compose/*"): _NAME,
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
