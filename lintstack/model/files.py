"""What the files say and what becomes of it: compose files, overrides, extends, include, env files, suppressions."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lintstack.facts import ABSENT, Fact
from lintstack.record import Subject
from lintstack.source import Source

if TYPE_CHECKING:
    from lintstack.model.service import Service


class ComposeFile(Subject):
    """One compose file of the stack.

    Attributes:
        version: top-level `version`, at its key.
        for_swarm: whether `docker stack deploy` reads it: commands, or its name and content, say so.
        project_name: top-level `name` as written; unknown when a variable takes part.
        normal_name: what Docker Compose makes of it: lower case, without characters that names cannot have.
        documents: number of YAML documents in it.
        tags: YAML tags that Docker Compose ignores, at their places.
        line_ends: lf, crlf, cr or mixed.
        byte_order_mark: whether it begins with one.
        repeated_variables: variables that a list under `environment` names again, at the earlier items.
        repeated_targets: paths in the container that a list under `volumes` names again, at the earlier items.
        environment_forms: forms of its `environment` sections (map, list), at the first of each.
        stray_paths: relative paths that are there beside this file, but not where Docker Compose looks for them.
        unread_dotenv: the `.env` beside it that Docker Compose does not read.
    """

    source: Source
    version: Fact[str] = ABSENT
    for_swarm: Fact[bool] = ABSENT
    project_name: Fact[str] = ABSENT
    normal_name: Fact[str] = ABSENT
    documents: Fact[int] = ABSENT
    tags: Fact[tuple[str, ...]] = ABSENT
    line_ends: Fact[str] = ABSENT
    byte_order_mark: Fact[bool] = ABSENT
    repeated_variables: Fact[tuple[str, ...]] = ABSENT
    repeated_targets: Fact[tuple[str, ...]] = ABSENT
    environment_forms: Fact[tuple[str, ...]] = ABSENT
    stray_paths: Fact[tuple[str, ...]] = ABSENT
    unread_dotenv: Fact[str] = ABSENT


class Project(Subject):
    """The folder of the compose files, as Docker Compose finds and names it.

    Attributes:
        folder: the folder.
        project_name: effective name of the project.
        names: different names that its files give it, the one that counts first.
        namesakes: folders of projects before it in the repository that have the same name, of many the first.
        ignored_files: files that Docker Compose passes over because it finds another one of the kind first.
        ignored_overrides: likewise of the override files.
        lone_override: the override file that is alone: Docker Compose does not look for it without a base.
        plain_prod_runs: where scripts for production start it without naming files, so that the override is merged.
        unignored: the example of an env file whose copy git would take.
    """

    folder: Fact[str] = ABSENT
    project_name: Fact[str] = ABSENT
    names: Fact[tuple[str, ...]] = ABSENT
    namesakes: Fact[tuple[str, ...]] = ABSENT
    ignored_files: Fact[tuple[str, ...]] = ABSENT
    ignored_overrides: Fact[tuple[str, ...]] = ABSENT
    lone_override: Fact[str] = ABSENT
    plain_prod_runs: Fact[tuple[str, ...]] = ABSENT
    unignored: Fact[str] = ABSENT
    look: Callable[[], Any] | None = None  # for `unread`

    @cached_property
    def unread(self) -> Fact[tuple[str, ...]]:
        """Variables of the example of the env file that nothing in the folder speaks of; reads these files."""
        return self.look() if self.look else ABSENT


class Override(Subject):
    """A key of a service in a later file: what becomes of the value of the files before it.

    Attributes:
        field: the key below the service, such as `ports` or `environment.MODE`; empty for the service itself.
        file: the later file.
        effect: replaced, merged (of mappings), appended (of lists), kept (the earlier value stays), none (nothing
            was there), unmatched (a service without image and build that no earlier file has).
        is_empty: whether the later file gives null, `[]` or `{}`.
        identical: whether both files say the same.
        tag: reset or override, where one stands before the value.
        discards: whether a value stands behind `!reset`, which throws it away.
        reason: why a tag has no effect: nothing to clear, first file, list item.
        suggestion: the nearest service of the earlier files, absent when none is near.
    """

    service: Service | None = None
    field: Fact[str] = ABSENT
    file: Fact[str] = ABSENT
    effect: Fact[str] = ABSENT
    is_empty: Fact[bool] = ABSENT
    identical: Fact[bool] = ABSENT
    tag: Fact[str] = ABSENT
    discards: Fact[bool] = ABSENT
    reason: Fact[str] = ABSENT
    suggestion: Fact[str] = ABSENT


class Extension(Subject):
    """One `extends` of a service.

    Attributes:
        base: the service that it extends.
        file: file of that service, absent when it is the same.
        identity: what it takes over although it can exist only once and the other service runs too: container_name,
            hostname, a fixed address.
        stale: keys that a later file changes in the base, which this service does not get, at the later places.
        wins: keys in which the base replaces what an earlier file says about this service.
    """

    service: Service | None = None
    base: Fact[str] = ABSENT
    file: Fact[str] = ABSENT
    identity: Fact[tuple[str, ...]] = ABSENT
    stale: Fact[tuple[str, ...]] = ABSENT
    wins: Fact[tuple[str, ...]] = ABSENT


class Include(Subject):
    """One file under `include`.

    Attributes:
        override: the override file beside it, which is not read.
    """

    override: Fact[str] = ABSENT


class Dotenv(Subject):
    """One variable of an env file: of `.env`, or of a service's `env_file`.

    Attributes:
        file: the env file.
        expanded: variables without a value that its text reads, although nothing sets them.
        cut: whether ` #` ends the value in the middle of what looks like one.
        missing_files: files that do not exist although `COMPOSE_FILE` names them.
        committed: names of the credentials in a file that git would take, at the first of them.
    """

    file: Fact[str] = ABSENT
    expanded: Fact[tuple[str, ...]] = ABSENT
    cut: Fact[bool] = ABSENT
    missing_files: Fact[tuple[str, ...]] = ABSENT
    committed: Fact[tuple[str, ...]] = ABSENT


class Feature(Subject):
    """A part of the Compose format that a file uses and that not every Docker Compose knows, or that is deprecated.

    Attributes:
        since: the Docker Compose that first knows it; absent for what all of them know.
        supported: whether the oldest Docker Compose of the configuration (`compose-version`) knows it; unknown without.
        deprecated: what to write instead; absent for what is in good standing.
    """

    since: Fact[str] = ABSENT
    supported: Fact[bool] = ABSENT
    deprecated: Fact[str] = ABSENT


class Suppression(Subject):
    """One name in a suppression comment.

    Attributes:
        known: whether a rule has that name.
        used: whether it silenced a finding; unknown when its rule did not run.
        suggestion: the nearest rule name, absent when none is near.
        tool: whose comment it is, absent for ours.
        reach: `file`, `block` (a stage, or a YAML node with all below it) or `line` (an instruction, a line).
        reason: the text behind it; unknown for other tools' comments.
        until: the last day on which it counts, absent without.
        expired: whether that day has passed, absent without.
    """

    known: Fact[bool] = ABSENT
    used: Fact[bool] = ABSENT
    suggestion: Fact[str] = ABSENT
    tool: Fact[str] = ABSENT
    reach: Fact[str] = ABSENT
    reason: Fact[str] = ABSENT
    until: Fact[str] = ABSENT
    expired: Fact[bool] = ABSENT
