"""What curl and wget are told to fetch, and whether anything notices when that fails."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.dockerfile.nodes import Word
from lintstack.dockerfile.shell.interpreters import READERS
from lintstack.dockerfile.shell.options import Arguments, arguments, brings_options
from lintstack.dockerfile.shell.script import Command, Pipe, Script

CLIENTS = frozenset({"curl", "wget"})
_LOCAL = ("127.", "[::1]", "0.0.0.0", "169.254.169.254", "host.docker.internal")
# Options with which curl asks for something other than a file, or nothing at all.
_NO_FILE = ("-I", "--head", "-T", "--upload-file", "-F", "--form", "--json", "-V", "--version", "-h", "--help", "-M")
_DATA = ("-d", "--data", "--data-raw", "--data-binary", "--data-urlencode", "--data-ascii")
_NOTHING = ("--spider", "--version", "-V", "--help", "-h", "--post-data", "--post-file")
# Options that name a file with options, or are settings of such a file themselves.
_CONFIGURED = {"curl": ("-K", "--config"), "wget": ("-e", "--execute", "--config")}
# What cannot fail, or whose failure means nothing.
HARMLESS = frozenset(": arch date echo env hostname id nproc printenv printf pwd seq true uname whoami yes".split())
# What fails by itself when its input is cut off or is a page that tells of an error.
_STRICT = frozenset(
    "apt-key bsdtar bunzip2 bzip2 cpio gpg gpg2 gunzip gzip patch rpm2cpio tar unxz unzip unzstd xz zcat zstd".split()
)


def options_unknown(command: Command) -> bool:
    """Whether options of curl or wget may stand elsewhere: in a variable (`$CURL_OPTS`, `"$@"`), or in a file."""
    named = _CONFIGURED.get(command.name, ())
    return any(brings_options(word) for word in command.words[1:]) or any(
        value.partition("=")[0] in named for value in command.args
    )


def fetches(command: Command) -> bool:
    """Whether curl or wget fetches a file from another machine.

    Args:
        command: any command.
    """
    if command.name not in CLIENTS:
        return False
    given = arguments(command)
    curl = command.name == "curl"
    if given.has(*(_NO_FILE if curl else _NOTHING)) or not _is_get(given, curl):
        return False
    return any(_is_remote(word) for word in given.operands) or any(
        not value.startswith("-") for value in given.values("--url" if curl else "-i", "--input-file")
    )


def _is_get(given: Arguments, curl: bool) -> bool:
    method = given.value("-X", "--request") if curl else given.value("--method")
    return method in (None, "GET") and (not curl or given.has("-G", "--get") or not given.has(*_DATA))


def _is_remote(word: Word) -> bool:
    """Whether an operand names something on another machine; a variable without quotes may be no operand at all."""
    url = word.value.lower()
    if word.text[:1] == "$":
        return "url" in url or "/" in url
    scheme, separator, rest = url.rpartition("://")
    host = rest.partition("/")[0].rpartition("@")[2]
    return (not separator or scheme in ("http", "https", "ftp") or "$" in scheme) and not is_local(host)


def is_local(host: str) -> bool:
    """Whether a host, with or without a port, is the machine itself, or answers to it alone."""
    return host.startswith(_LOCAL) or host.partition(":")[0].endswith("localhost")


def lost_failures(script: Script) -> Iterator[tuple[Pipe, Command, bool]]:
    """Pipes that hide a failure on their left: the pipe, what may fail, and whether a download is lost by it.

    A pipeline that may fail anyway (`a | b || true`) hides nothing, nor does one with a command on its left that
    cannot fail (`echo`). `tar` and its like notice a download that was cut off.

    Args:
        script: any script.
    """
    if not script.pipes:
        return
    elements: dict[tuple[int, int], list[Command]] = {}
    for command in script.commands:
        elements.setdefault((command.pipeline, command.position), []).append(command)
    for pipe in script.pipes:
        if pipe.pipefail or pipe.tolerated:
            continue
        left = [item for item in elements.get((pipe.pipeline, pipe.position), ()) if _may_fail(item)]
        if left:
            client = next((item for item in left if fetches(item)), None)
            right = elements.get((pipe.pipeline, pipe.position + 1), ())
            strict = any(item.name in _STRICT or "-c" in item.args for item in right if item.name not in _READERS)
            yield pipe, client or left[0], client is not None and not strict


_READERS = READERS | {"python", "python3", "perl", "ruby", "node"}


def _may_fail(command: Command) -> bool:
    return command.name not in HARMLESS and (command.name != "cat" or command.heredoc is None)
