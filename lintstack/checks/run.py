"""Checks of RUN: its flags."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Run
from lintstack.source import Span


def builder_sandbox_disabled(run: Run) -> Iterator[Problem]:
    """RUNs with all privileges of the builder's host."""
    flag = run.node.flag("security")
    if flag and flag.value == "insecure":
        yield Problem("`--security=insecure` gives this RUN the builder's own privileges; remove it", Place(flag.span))


def host_network_run(run: Run) -> Iterator[Problem]:
    """RUNs in the network of the builder's host."""
    flag = run.node.flag("network")
    if flag and flag.value == "host":
        message = "`--network=host` lets this RUN reach every service on the builder's host; remove it"
        yield Problem(message, Place(flag.span))


def secret_mount_permissions(run: Run) -> Iterator[Problem]:
    """Mounted secrets and agents that every user of the RUN can read."""
    for flag in run.node.flags:
        fields = dict(field.partition("=")[::2] for field in (flag.value or "").split(",") if flag.name == "mount")
        mode = fields.get("mode", "")
        if fields.get("type") in ("secret", "ssh") and re.fullmatch("[0-7]{1,6}", mode) and int(mode, 8) & 0o007:
            message = (
                f"`mode={mode}` lets every user of this RUN read the {fields['type']}; remove it, 0400 is the default"
            )
            yield Problem(message, Place(_field(flag.span, mode)), detail=mode)


def _field(flag: Span, mode: str) -> Span:
    start = flag.text.find(f"mode={mode}")
    return Span(flag.source, flag.start + start, flag.start + start + len(mode) + 5) if start >= 0 else flag
