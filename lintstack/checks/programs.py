"""Checks of single commands of RUN, by their programs."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.dockerfile.bases import has_busybox
from lintstack.dockerfile.programs.downloads import fetches, options_unknown
from lintstack.dockerfile.shell.options import Arguments, arguments
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Command

# Why a program has nothing to do in a build.
POINTLESS = {
    "free": "tells of the machine that builds",
    "ifconfig": "tells of a network that is gone after the build",
    "kill": "ends processes that are gone after the line anyway",
    "mount": "needs privileges that a build does not have, and does not outlast the line",
    "nano": "waits for somebody to type",
    "ps": "lists processes that are gone after the line",
    "service": "starts what is gone after the line; start it in CMD or ENTRYPOINT",
    "shutdown": "has no machine to turn off",
    "ssh": "leaves nothing in the image, and its key may stay there",
    "top": "lists processes that are gone after the line",
    "vim": "waits for somebody to type",
}
NEARBY = 100  # how far a script is searched for what gives a command its purpose
LONGEST_UID = 5  # digits up to which the log of logins stays small
SHELL_PATHS = ("/bin/sh", "/usr/bin/sh")
QUIET = ("-q", "--quiet", "-o", "--output-file", "-a", "--append-output", "-nv", "--no-verbose", "--progress")
NO_DOWNLOAD = ("--version", "-V", "--help", "-h", "--spider")


def _base(command: Command) -> str:
    """The image from elsewhere that its stage builds upon, "" when nobody knows."""
    return command.stage.foundation.base.value or "" if command.stage else ""


def pointless_command(command: Command) -> Iterator[Problem]:
    """Programs that watch, start or edit something that is gone after the line."""
    if not _has_purpose(command):
        message = f"`{command.name}` {POINTLESS[command.name]}"
        yield Problem(message, Place(command.program), detail=command.name)


def _has_purpose(command: Command) -> bool:
    """Whether a program does something for the build: with what the same RUN starts, stops or mounts."""
    flags = command.instruction.node.flags
    script, args = command.instruction.script, command.node.args
    assert script
    match command.name:
        case "ssh":
            return any(flag.name == "mount" and "type=ssh" in (flag.value or "") for flag in flags)
        case "mount":
            return any(flag.name == "security" and flag.value == "insecure" for flag in flags)
        case "vim":
            return any(
                arg[:1] == "+" or arg in ("-c", "-e", "-es", "-E", "-s", "-S", "--cmd", "--version") for arg in args
            )
        case "kill":
            return any(item.text == "&" for item in script.separators[:NEARBY])
        case "service":
            behind = script.commands[command.node.index : command.node.index + NEARBY]
            return any(other.name == "service" and "stop" in other.args for other in behind)
    return False


def wget_progress(command: Command) -> Iterator[Problem]:
    """wget that prints a line for every 50 KB."""
    node = command.node
    if arguments(node).has(*QUIET, *NO_DOWNLOAD) or options_unknown(node):
        return
    if not any(item.writes and (item.descriptor == "2" or item.operator in ("&>", "&>>")) for item in node.redirects):
        remedy = "`-q`" if has_busybox(_base(command)) else "`--progress=dot:giga`, `-nv` or `-q`"
        yield Problem(f"wget fills the build log with its progress; add {remedy}", Place(command.program))


def curl_follow_redirects(command: Command) -> Iterator[Problem]:
    """Downloads that save the page that says where the file has moved to."""
    node = command.node
    if (
        fetches(node)
        and not arguments(node).has("-L", "--location", "--location-trusted")
        and not options_unknown(node)
    ):
        message = "curl does not follow redirects: it would save an empty or HTML answer; add `-L`"
        yield Problem(message, Place(command.program))


def change_bin_sh(command: Command) -> Iterator[Problem]:
    """Programs that put another shell in the place of /bin/sh."""
    target = _target(arguments(command.node))
    stage = command.stage
    if target in SHELL_PATHS and not (stage and stage.foundation.base.value == "scratch"):
        message = f"`{target}` is what the packages of the image expect; set the shell of RUN with `SHELL` instead"
        yield Problem(message, Place(command.program), detail=command.name)


def _target(given: Arguments) -> str:
    """What ln, mv or cp makes, as far as it is spelled out."""
    folder = given.value("-t", "--target-directory")
    operands = [word.value for word in given.operands]
    if not operands or (folder is None and len(operands) < 2):
        return ""
    name = operands[0].rpartition("/")[2]
    if folder is not None:
        return f"{folder.rstrip('/')}/{name}"
    last = operands[-1]
    return f"{last.rstrip('/')}/{name}" if last.endswith("/") or last in ("/bin", "/usr/bin") else last


def useradd_no_log_init(command: Command) -> Iterator[Problem]:
    """Users with a long number whose place in the log of logins makes a file of many gigabytes."""
    given = arguments(command.node)
    option = next((item for item in given.options if item.name in ("-u", "--uid")), None)
    number = ((option.value if option else None) or "").lstrip("0")
    if option and number.isdigit() and len(number) > LONGEST_UID and not given.has("-l", "--no-log-init"):
        message = f"user number {number} makes `/var/log/faillog` and `lastlog` huge in the layer; add `--no-log-init`"
        yield Problem(message, Place((option.value_word or option.word).span), detail=number)
