"""What reports say about system diagnostics: the findings that are no rule's (see `findings.diagnostic`)."""

from __future__ import annotations

from lintstack import HOME

# Slug → title. Every slug that `findings.diagnostic` is called with.
TITLES = {
    "compose-consistency": "The parts of a Compose project do not contradict each other",
    "compose-cycle": "Compose files do not include or extend each other in a circle",
    "compose-limit": "A Compose project stays within the limits of size and depth",
    "compose-schema": "A Compose file follows the Compose specification",
    "config-error": "The configuration can be read and names what exists",
    "dockerfile-encoding": "A Dockerfile is UTF-8",
    "dockerfile-limit": "A Dockerfile stays within the limits of size and depth",
    "dockerfile-syntax": "A Dockerfile can be parsed",
    "dotenv-syntax": "An environment file can be parsed",
    "env-file-missing": "The env files of a service exist",
    "hidden-characters": "A file holds no characters that hide or reorder text",
    "internal-error": "lintstack itself does not fail",
    "interpolation": "Variables are written as Compose can interpolate them",
    "not-a-regular-file": "Only regular files are read",
    "outside-root": "Files outside the project's root are not opened",
    "remote-reference": "Remote files are not fetched",
    "report-limit": "A report stays within the limits of those who read it",
    "shellcheck-failed": "ShellCheck answers where it is asked",
    "unreadable": "Files that take part can be read",
    "yaml-cycle": "A YAML anchor does not contain its own alias",
    "yaml-duplicate-key": "A YAML key is written once",
    "yaml-encoding": "A YAML file is UTF-8",
    "yaml-limit": "A YAML file stays within the limits of size, depth and expansion",
    "yaml-syntax": "A YAML file can be parsed",
}


def url_of(slug: str) -> str:
    """Address of what is written about a diagnostic, "" when it is none."""
    return f"{HOME}/blob/main/docs/diagnostics.md#{slug}" if slug in TITLES else ""
