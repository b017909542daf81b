"""What switches the verification of TLS certificates and of package signatures off: variables, options, settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest

from lintstack.dockerfile.managers.calls import manager
from lintstack.dockerfile.nodes import Word
from lintstack.dockerfile.shell.options import Spec, arguments, read_arguments
from lintstack.dockerfile.shell.script import Command
from lintstack.named import NamedTuple

_ANY = ""  # any value but an empty one
_OFF = frozenset("0 false no off".split())
# Variable → variant, "" for what no other tool has an id for, and the value that switches verification off.
VARIABLES = {
    "CONDA_SSL_VERIFY": ("", "false"),
    "GIT_SSL_NO_VERIFY": ("git", _ANY),
    "GOINSECURE": ("", _ANY),
    "NODE_TLS_REJECT_UNAUTHORIZED": ("node", "0"),
    "NPM_CONFIG_STRICT_SSL": ("npm-variable", "false"),
    "PIP_TRUSTED_HOST": ("pip-variable", _ANY),
    "PYTHONHTTPSVERIFY": ("python", "0"),
    "UV_INSECURE_HOST": ("", _ANY),
}
# Options that hold a setting.
_SETTINGS = Spec(frozenset({"-o", "--option", "--setopt"}))


class Found(NamedTuple):
    """What switches verification off.

    Attributes:
        variant: what it belongs to, such as `curl` or `npm-config`; "" for what no other tool has an id for.
        said: the option or setting as a message may print it.
        word: where it stands.
    """

    variant: str
    said: str
    word: Word


def variable(name: str, value: str | None) -> str | None:
    """Variant of a variable that switches verification off, "" for one without a name; None when it does not.

    Args:
        name: its name; npm reads its own in any case.
        value: its value, quotes removed; None for none.
    """
    known = VARIABLES.get(name.upper() if name.lower().startswith("npm_config_") else name)
    if not known or not value or "$" in value:
        return None
    return known[0] if known[1] in (_ANY, value.strip().lower()) else None


def tls(command: Command) -> Iterator[Found]:
    """Options and settings by which a command does without, or lets others do without, certificates."""
    found = manager(command)
    look = _TLS.get(found[0].name if found else command.name)
    if look:
        yield from look(command)


def signatures(command: Command) -> Iterator[Found]:
    """Options by which a package manager takes packages that nobody signed."""
    flags = _UNSIGNED.get(command.name, {})
    if flags and _installs_nothing(command):
        return
    for word in command.words[1:] if flags else ():
        option, _, value = word.value.partition("=")
        if option in flags and value.lower() not in _OFF:
            yield Found(flags[option], option, word)
    if command.name in _SETOPT:
        yield from _setopt(command, "gpgcheck", "")
    elif command.name in _APT:
        yield from _apt_option(command, "apt::get::allowunauthenticated", frozenset("1 true yes on".split()), "apt")


def _installs_nothing(command: Command) -> bool:
    """Whether it makes an index of packages, or only asks about one."""
    args = command.args
    if command.name == "rpm":
        return any(value.startswith(("-q", "-V", "-K", "--query", "--verify", "--checksig")) for value in args)
    return command.name == "apk" and "index" in args


def _curl(command: Command) -> Iterator[Found]:
    for option in arguments(command).options:
        if option.name in ("-k", "--insecure"):
            yield Found("curl", option.name, option.word)


def _wget(command: Command) -> Iterator[Found]:
    # GNU programs take any beginning of a long option that fits no other.
    for word in command.words[1:]:
        if word.value.startswith("--no-check-c"):
            yield Found("wget", word.value, word)


def _pip(command: Command) -> Iterator[Found]:
    sets = "config" in command.args
    for word in command.words[1:]:
        option = word.value.partition("=")[0]
        if option == "--trusted-host" or (sets and option.endswith(".trusted-host")):
            yield Found("pip-option", option, word)


def _uv(command: Command) -> Iterator[Found]:
    for word in command.words[1:]:
        option = word.value.partition("=")[0]
        if option in ("--allow-insecure-host", "--trusted-host"):
            yield Found("pip-option" if option == "--trusted-host" else "", option, word)


def _npm(command: Command) -> Iterator[Found]:
    words = [word for word in command.words[1:] if not word.value.startswith("-") or "strict-ssl" in word.value]
    for word, behind in zip_longest(words, words[1:]):
        key, equals, value = word.value.partition("=")
        said = value if equals else behind.value if behind else ""
        key = key.lower()
        if key == "--no-strict-ssl" or (
            key in ("strict-ssl", "--strict-ssl", "enablestrictssl") and said.lower() in ("false", "0")
        ):
            yield Found("npm-config", word.value.partition("=")[0], word)


def _git(command: Command) -> Iterator[Found]:
    args = command.args
    for at, word in enumerate(command.words[1:]):
        key, equals, value = word.value.partition("=")
        lower = key.lower()
        if lower.startswith("http.") and lower.endswith(".sslverify"):
            said = value if equals else (args[at + 1] if at + 1 < len(args) else "")
            if said.lower() in _OFF:
                yield Found("", key, word)


def _conda(command: Command) -> Iterator[Found]:
    args = command.args
    for at, word in enumerate(command.words[1:]):
        if word.value == "ssl_verify" and args[at + 1 : at + 2] and args[at + 1].lower() in _OFF:
            yield Found("", word.value, word)


def _yum(command: Command) -> Iterator[Found]:
    yield from _setopt(command, "sslverify", "yum-config")


def _setopt(command: Command, setting: str, variant: str) -> Iterator[Found]:
    """`--setopt=[repository.]setting=0`."""
    for key, value, word in _settings(command, "--setopt"):
        if key.rpartition(".")[2] == setting and value.lower() in _OFF:
            yield Found(variant, key, word)


def _apt_tls(command: Command) -> Iterator[Found]:
    for setting in ("acquire::https::verify-peer", "acquire::https::verify-host"):
        yield from _apt_option(command, setting, _OFF, "")


def _apt_option(command: Command, setting: str, values: frozenset[str], variant: str) -> Iterator[Found]:
    """`-o Name=value`."""
    for key, value, word in _settings(command, "-o", "--option"):
        if key.lower() == setting and value.lower() in values:
            yield Found(variant, key, word)


def _settings(command: Command, *options: str) -> Iterator[tuple[str, str, Word]]:
    """Name, value and place of the settings that options hold."""
    for option in read_arguments(command.words[1:], _SETTINGS).options:
        if option.name in options and option.value_word:
            key, _, value = (option.value or "").partition("=")
            yield key, value, option.value_word


_SETOPT = frozenset("dnf dnf5 microdnf tdnf yum yum-config-manager".split())
_APT = frozenset("apt apt-get aptitude".split())
_TLS: dict[str, Callable[[Command], Iterator[Found]]] = {
    "curl": _curl,
    "wget": _wget,
    "pip": _pip,
    "uv": _uv,
    "git": _git,
    "conda": _conda,
    "mamba": _conda,
    **dict.fromkeys(("npm", "pnpm", "yarn"), _npm),
    **dict.fromkeys(_SETOPT, _yum),
    **dict.fromkeys(_APT, _apt_tls),
}
_APT_FLAGS = {
    "--allow-unauthenticated": "apt",
    "--force-yes": "apt-force-yes",
    "--allow-insecure-repositories": "",
}
_RPM_FLAGS = dict.fromkeys(("--nodigest", "--nosignature", "--noverify", "--nofiledigest"), "rpm")
_YUM_FLAGS = dict.fromkeys(("--nogpgcheck", "--no-gpgchecks"), "yum")
# Program → option → variant.
_UNSIGNED: dict[str, dict[str, str]] = {
    "apk": {"--allow-untrusted": "apk"},
    "rpm": _RPM_FLAGS,
    "zypper": {"--no-gpg-checks": ""},
    **dict.fromkeys(_APT, _APT_FLAGS),
    **dict.fromkeys(_SETOPT, _YUM_FLAGS),
}
