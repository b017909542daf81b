"""Which calls of package managers ask before they go on, and which of them are answered by what feeds them."""

from __future__ import annotations

from lintstack.dockerfile.managers.calls import Call

_APT = frozenset("install reinstall upgrade dist-upgrade build-dep remove autoremove".split())
_RPM = _APT | frozenset("local-install group-install module-install module-enable swap".split())
# What each family asks about.
_ASKS: dict[str, frozenset[str]] = {
    "apt": _APT,
    "conda": frozenset({"install", "upgrade", "remove", "clean"}),
    "dnf": _RPM,
    "pacman": frozenset({"install", "local-install", "upgrade", "remove", "clean"}),
    "yum": _RPM,
    "zypper": frozenset("install remove source-install patch upgrade dist-upgrade".split()),
}
# Options with which nothing is done, or which are an answer of their own.
_NOTHING: dict[str, tuple[str, ...]] = {
    "apt": (
        *("-s", "--simulate", "--just-print", "--dry-run", "--recon", "--no-act", "--print-uris"),
        *("--assume-no", "--trivial-only", "-h", "--help"),
    ),
    "conda": ("-d", "--dry-run", "-h", "--help"),
    "dnf": ("--assumeno", "-h", "--help"),
    "pacman": ("-p", "--print", "-h", "--help"),
    "yum": ("--assumeno", "-h", "--help"),
    "zypper": ("-D", "--dry-run", "-h", "--help"),
}


def asks(call: Call) -> bool:
    """Whether a call asks before it goes on, unless an option says yes.

    Args:
        call: any call.
    """
    if call.action not in _ASKS.get(call.family, ()) or call.arguments.has(*_NOTHING[call.family]):
        return False
    return call.family != "conda" or "env" not in call.command.args  # `conda env create` asks nothing


def is_answered(call: Call) -> bool:
    """Whether something feeds it: `yes | apt-get install`, a here-document, a file.

    Args:
        call: any call; what xargs runs reads nothing.
    """
    command = call.command
    if "xargs" in command.wrappers:
        return False
    return (
        command.position > 0 or command.heredoc is not None or any(item.operator == "<" for item in command.redirects)
    )
