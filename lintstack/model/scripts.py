"""Shell texts and what another program says about them."""

from __future__ import annotations

from typing import Literal

from lintstack.facts import ABSENT, Fact
from lintstack.named import NamedTuple
from lintstack.record import Subject
from lintstack.source import Span


class Remark(NamedTuple):
    """What ShellCheck says about one place.

    Args:
        code: such as SC2086.
        level: in its own words.
        message: its sentence.
        span: the place.
    """

    code: str
    level: Literal["error", "warning", "info", "style"]
    message: str
    span: Span


class Script(Subject):
    """The shell text of one RUN.

    Attributes:
        shell: the dialect that it is checked as.

    `remarks` are what ShellCheck says about it.
    """

    shell: Fact[str] = ABSENT
    remarks: tuple[Remark, ...] = ()
