"""How other tools' ids are written: one spelling for each, whatever their owners and users write."""

from __future__ import annotations

import re
from functools import cache, lru_cache

# Tools whose comments in files (`pragmas.FORMS`) count unless the configuration says otherwise.
COMPATIBLE = ("hadolint", "buildkit", "checkov", "trivy", "kics", "semgrep", "tally", "dclint")

# The rule that reports all of ShellCheck's codes, each as a variant of it.
SHELLCHECK = "shellcheck"

# Every way to write an id, and what becomes of it; the first that fits the whole of it counts.
_SPELLINGS = (
    (r"(?:avd-)?ds-?0*([0-9]{1,4})", "ds-{:0>4}"),  # Trivy: DS-0002, DS002, AVD-DS-0002
    # KICS: the first part of its UUIDs tells them apart
    (r"(?:kics[/: ])?([0-9a-f]{8})(?:(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?", "{}"),
    # semgrep: folders, then the rule
    (r"(?:semgrep[/: ])?(?:dockerfile|generic|yaml)(?:\.[a-z0-9_-]+)*\.([a-z0-9_-]+)", "{}"),
    (r"docker(?:file)?:(s[0-9]+)", "{}"),  # Sonar: the repository before the key
    (r"cis(?:[-_ :]docker)?[-_ :]?([0-9]+(?:\.[0-9]+)+)", "{}"),  # CIS Docker Benchmark: section
    (r"cwe[-_ :]?0*?([1-9][0-9]*|0)", "cwe-{}"),
    # the tool before the id
    (r"(?:tally|hadolint|buildkit|shellcheck|semgrep|dclint|docksec|(?:kjaniec-)?compose-?lint)[/: ](.+)", "{}"),
)


# Trivy's other names for its checks, with or without `docker-` before them: `short_code`, `long_id` and `aliases` of
# https://github.com/aquasecurity/trivy-checks/tree/main/checks/docker. Two stand in full:
# the rest of them is the name of a page of ours.
_NAMES = {
    "use-specific-tags": "ds-0001",
    "least-privilege-user": "ds-0002",
    "no-ssh-port": "ds-0004",
    "use-copy-over-add": "ds-0005",
    "no-self-referencing-copy-from": "ds-0006",
    "only-one-entrypoint": "ds-0007",
    "docker-port-out-of-range": "ds-0008",
    "user-absolute-workdir": "ds-0009",
    "no-sudo-run": "ds-0010",
    "use-slash-for-copy-args": "ds-0011",
    "no-duplicate-alias": "ds-0012",
    "use-workdir-over-cd": "ds-0013",
    "standardise-remote-get": "ds-0014",
    "purge-yum-package-cache": "ds-0015",
    "only-one-cmd": "ds-0016",
    "no-orphan-package-update": "ds-0017",
    "purge-dnf-package-cache": "ds-0019",
    "purge-zipper-cache": "ds-0020",
    "use-apt-auto-confirm": "ds-0021",
    "docker-no-maintainer": "ds-0022",
    "only-one-healthcheck": "ds-0023",
    "no-dist-upgrade": "ds-0024",
    "purge-apk-package-cache": "ds-0025",
    "no-healthcheck": "ds-0026",
    "purge-microdnf-package-cache": "ds-0027",
    "use-apt-no-install-recommends": "ds-0029",
    "avoid-sys-workdir-mounts": "ds-0030",
    "do-not-pass-secrets": "ds-0031",
    "docker-pipefail": "ds-0032",
}


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{shape})" for shape, _ in _SPELLINGS))


@lru_cache(maxsize=4096)
def canonical(id: str) -> str:
    """The one spelling of an id or name, for comparing: `DS002`, `AVD-DS-0002` and `ds-0002` are the same.

    Args:
        id: as users, pages and pragmas write it.
    """
    text = " ".join(id.lower().split())
    match = _pattern().fullmatch(text)
    if match is None or match.lastindex is None:
        return _NAMES.get(text) or _NAMES.get(text.removeprefix("docker-"), text)
    return _SPELLINGS[match.lastindex - 1][1].format(match[match.lastindex])


def keyed(tool: str, id: str) -> str:
    """The spelling under which an id of a tool is looked up; bare numbers carry their catalogue's name."""
    return canonical(f"cwe-{id}" if tool == "cwe" and id.isdigit() else id)


def is_code(name: str) -> bool:
    """Whether a name is one of ShellCheck's codes, in any case: `SC2086`."""
    return len(name) == 6 and name[:2].upper() == "SC" and name.isascii() and name[2:].isdecimal()
