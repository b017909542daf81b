"""Checks of what instructions give away: ports, folders, credentials, connections that anybody can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from posixpath import normpath
from typing import TYPE_CHECKING, Any

from lintstack.dockerfile.programs.downloads import is_local
from lintstack.dockerfile.programs.modes import is_world_writable, mode_change
from lintstack.dockerfile.shell.options import arguments
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.join.credentials import credentials
from lintstack.model import Command, Instruction
from lintstack.source import Span

if TYPE_CHECKING:
    from lintstack.dockerfile.nodes import Word

SOCKETS = frozenset(
    "/var/run/docker.sock /run/docker.sock /var/run/containerd/containerd.sock /run/containerd/containerd.sock".split()
)
KERNEL_FOLDERS = frozenset("/dev /proc /sys".split())
SYSTEM_FOLDERS = frozenset("boot dev initrd lost+found proc".split())
# Programs that fetch what they are given the URL of.
FETCHERS = frozenset(
    """
    aria2c axel curl dnf fetch gem git hg http lwp-download microdnf npm pip pip3 pnpm rpm svn tdnf uv wget yarn yum
    """.split()
)
# Options whose value is a URL that is not fetched.
NOT_FETCHED = frozenset("-x --proxy --preproxy -e --referer -H --header -d --data -A --user-agent --noproxy".split())
CLEAR = ("http://", "ftp://")


def tls_verification_off(instruction: Instruction) -> Iterator[Problem]:
    """Variables, options and settings by which a build takes what any server sends."""
    for variant, said, span in (*_by_variable(instruction), *_by_command(instruction)):
        message = (
            f"`{said}` switches the verification of TLS certificates off; remove it, and trust the right CA instead"
        )
        yield Problem(message, Place(span), detail=said, variant=variant)


def _by_variable(instruction: Instruction) -> Iterator[tuple[str, str, Span]]:
    if instruction.name in ("ENV", "ARG"):
        from lintstack.dockerfile.verification import variable

        for item in instruction.assignments:
            if (variant := variable(item.name, item.value.value)) is not None:
                yield variant, item.name, item.span


def _by_command(instruction: Instruction) -> Iterator[tuple[str, str, Span]]:
    if instruction.name != "RUN":
        return
    from lintstack.dockerfile.verification import tls, variable

    for item in instruction.script.exported if instruction.script else ():
        if (variant := variable(item.name, item.value.value)) is not None:
            yield variant, item.name, item.span
    for command in instruction.commands:
        said = list(tls(command.node))
        if said and not _is_harmless(command):
            yield from ((found.variant, found.said, found.word.span) for found in said)


def _is_harmless(command: Command) -> bool:
    """Whether a download comes from the machine itself, or is compared with what is known of it."""
    if command.name in ("curl", "wget") and command.instruction.verifies.value:
        return True
    return any(_is_local(value) for value in command.node.args)


def _is_local(value: str) -> bool:
    """Whether a URL leads to the machine itself."""
    _, separator, rest = value.partition("://")
    host = rest.partition("/")[0].rpartition("@")[2].lower()
    return bool(separator) and is_local(host)


def clear_text_http(instruction: Instruction) -> Iterator[Problem]:
    """What is fetched without TLS, unless it is compared with a known sum."""
    for word in _fetched(instruction):
        scheme = "http" if "http://" in word.value else "ftp"
        url = word.value[word.value.find(f"{scheme}://") :]
        host = url.split("/")[2].rpartition("@")[2]
        # Names without a dot are known to a private network only.
        if "." in host and "$" not in host and not _is_local(url):
            message = f"what comes from `{scheme}://{host}` can be replaced on its way; fetch it with https"
            yield Problem(message, Place(word.span), detail=host)


def _fetched(instruction: Instruction) -> Iterator[Word]:
    """Words that name what an ADD or the programs of a RUN fetch by http or ftp."""
    if not any(scheme in instruction.node.span.text for scheme in CLEAR):
        return
    if instruction.name == "ADD":
        if instruction.node.flag("checksum") is None:
            yield from (word for word in instruction.node.args[:-1] if word.value.startswith(CLEAR))
        return
    if instruction.verifies.value:
        return
    for command in instruction.commands:
        words = command.node.words if command.name in FETCHERS or command.manager.value == "pip" else ()
        for before, word in pairwise(words):
            option, equals, value = word.value.partition("=")
            url = value if equals and option.startswith("-") else word.value
            asked = option if equals and option.startswith("-") else before.value
            if url.startswith(CLEAR) and asked not in NOT_FETCHED:
                yield word


def secret_literal(instruction: Instruction) -> Iterator[Problem]:
    """Credentials that show by their own form; the message says what they are, never what they say."""
    if instruction.name == "ONBUILD":
        return  # what it triggers is an instruction of its own
    node = instruction.node.span
    for what, start, end in credentials(node.text):
        span = Span(node.source, node.start + start, node.start + end)
        named = any(
            item.names_secret.value and item.span.start <= span.start < item.span.end for item in _set(instruction)
        )
        if not named:
            message = f"this is {what}, and the image's history keeps it; revoke it, and mount the next one as a secret"
            yield Problem(message, Place(span), detail=what)


def _set(instruction: Instruction) -> tuple[Any, ...]:
    return instruction.assignments if instruction.name in ("ENV", "ARG") else ()


def admin_port_exposed(instruction: Instruction, options: Mapping[str, Any]) -> Iterator[Problem]:
    """Ports by which machines are administered."""
    stage = instruction.stage
    for word in instruction.node.args if stage and stage.is_shipped.value else ():
        first, _, last = word.value.partition("/")[0].partition("-")
        if first.isdecimal() and (last or first).isdecimal() and len(first) < 6 and len(last) < 6:
            found = [port for port in options["ports"] if int(first) <= port <= int(last or first)]
            if found:
                message = f"port {found[0]} is for administering a machine; remove it, `docker exec` enters a container"
                yield Problem(message, Place(word.span), detail=str(found[0]))


def sensitive_volume(instruction: Instruction) -> Iterator[Problem]:
    """Volumes over the container runtime's socket and the kernel's own folders."""
    for word in instruction.node.args:
        path = normpath(word.value) if word.value.startswith("/") else ""
        if path in SOCKETS:
            message = (
                f"a volume at `{path}` asks for the container runtime's socket, and with it for the host; remove it"
            )
            yield Problem(message, Place(word.span), detail=path, variant="runtime-socket")
        elif path in KERNEL_FOLDERS:
            message = f"a volume at `{path}` hides what the kernel shows there; remove it"
            yield Problem(message, Place(word.span), detail=path, variant="kernel-folder")


def workdir_system_dir(instruction: Instruction) -> Iterator[Problem]:
    """Working directories among the files of the kernel and of booting."""
    for word in instruction.node.args:
        top = normpath(word.value).lstrip("/").partition("/")[0]
        if word.value.startswith("/") and top in SYSTEM_FOLDERS:
            message = (
                f"`/{top}` belongs to the system, and what a build writes there may be hidden at run time; use `/app`"
            )
            yield Problem(message, Place(word.span), detail=word.value)


def world_writable(instruction: Instruction) -> Iterator[Problem]:
    """Modes that let every user of the container change a file."""
    for mode, span in _modes(instruction):
        if mode and "$" not in mode and is_world_writable(mode):
            message = f"mode `{mode}` lets every user write; 755 is enough for programs and folders, 644 for files"
            yield Problem(message, Place(span), detail=mode)


def _modes(instruction: Instruction) -> Iterator[tuple[str, Span]]:
    """Modes that it sets, with their places."""
    flag = instruction.node.flag("chmod")
    if flag and flag.value:
        yield flag.value, flag.span
    for command in instruction.commands if instruction.name == "RUN" else ():
        if command.name == "chmod":
            change = mode_change(command.node)
            # Where variables name all paths, nobody knows what they are: mostly a folder that is there for a moment.
            unknown = change and change.paths and all(word.value.startswith("$") for word in change.paths)
            if change and not unknown:
                yield change.mode.value, change.mode.span
        elif command.name == "install":
            option = arguments(command.node).option("-m", "--mode")
            if option and option.value and option.value_word:
                yield option.value, option.value_word.span
