"""What an image is configured to be: values only, each with its places."""

from __future__ import annotations

from lintstack.dockerfile.nodes import Instruction
from lintstack.dockerfile.tree import Stage
from lintstack.facts import Fact
from lintstack.named import NamedTuple
from lintstack.source import Span


class HealthcheckSpec(NamedTuple):
    """A HEALTHCHECK.

    Attributes:
        disabled: whether it is `NONE`.
        form: exec or shell, "" for NONE.
        test: ("CMD", word, …), or ("CMD-SHELL", text), or ("NONE",).
        interval, timeout, start_period, start_interval: durations as written, None when not given.
        retries: number, None when not given or no number.
        spans: places of `test` and of each flag that is given.
        instruction: where it stands.
    """

    disabled: bool
    form: str
    test: tuple[str, ...]
    interval: str | None
    timeout: str | None
    start_period: str | None
    start_interval: str | None
    retries: int | None
    spans: dict[str, Span]
    instruction: Instruction


class ImageConfig(NamedTuple):
    """What the image built from a stage is.

    A fact that no instruction of the chain decides is absent, and its name is in `inherited`: then the base image
    decides. Places name the deciding instruction first, then the FROM lines from the built stage down to it.

    Attributes:
        user: effective USER, quotes and variables resolved; "" is root.
        workdir: effective working directory, normalised.
        entrypoint, command: items of the JSON form, or the one text of the shell form.
        entrypoint_form, command_form: exec or shell.
        healthcheck: the last HEALTHCHECK.
        exposed: ports as "80/tcp"; a range as "8000-8010/tcp".
        env: variables of the image by name.
        labels: labels by name.
        shell: SHELL that shell forms run in.
        stopsignal: signal as written.
        volumes: paths of VOLUME.
        base: the image from elsewhere at the end of the chain, variables resolved; "scratch" too.
        chain: the built stage, then what it builds upon.
        inherited: names of the facts that the base image decides.
    """

    user: Fact[str]
    workdir: Fact[str]
    entrypoint: Fact[tuple[str, ...]]
    command: Fact[tuple[str, ...]]
    entrypoint_form: Fact[str]
    command_form: Fact[str]
    healthcheck: Fact[HealthcheckSpec]
    exposed: Fact[tuple[str, ...]]
    env: dict[str, Fact[str]]
    labels: dict[str, Fact[str]]
    shell: Fact[tuple[str, ...]]
    stopsignal: Fact[str]
    volumes: Fact[tuple[str, ...]]
    base: Fact[str]
    chain: tuple[Stage, ...]
    inherited: frozenset[str]
