"""ShellCheck on RUN: the only program that lintstack ever starts."""

from __future__ import annotations

from lintstack.findings import Finding
from lintstack.named import NamedTuple


class Checked(NamedTuple):
    """What came of the scripts of a run.

    Args:
        findings: of the rule as it was asked for, and about ShellCheck itself where it failed.
        unasked: what ShellCheck also said; a comment against it is in use.
        notes: sentences for the summary.
        ran: whether ShellCheck was there.
    """

    findings: tuple[Finding, ...] = ()
    unasked: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    ran: bool = True


NOTHING = Checked()
