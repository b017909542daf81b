"""Checks of the commands that RUN runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lintstack.dockerfile.mounts import mounts
from lintstack.dockerfile.stages import copied_from
from lintstack.dockerfile.verification import signatures
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.model import Command

# Program → words that must follow each other, and options of which one must be there, for it to be given a credential.
LOGINS: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = {
    "aws": tuple(
        (("configure", "set", key), ()) for key in ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    ),
    "az": ((("login",), ()),),
    "composer": ((("http-basic",), ()), (("github-oauth",), ()), (("gitlab-token",), ())),
    "docker": ((("login",), ("-p", "--password")),),
    "doctl": ((("auth", "init"), ("-t", "--access-token")),),
    "gcloud": ((("auth", "activate-service-account"), ()),),
    "gh": ((("auth", "login"), ("--with-token",)),),
    "helm": ((("registry", "login"), ("-p", "--password")),),
    "podman": ((("login",), ("-p", "--password")),),
    "sshpass": (((), ("-p",)),),
    "twine": ((("upload",), ("-p", "--password")),),
}
# Program → options with which it logs in without a credential, or not at all.
WITHOUT = {"az": frozenset("-h --help -i --identity".split())}
# Settings of package managers that hold tokens.
TOKENS = ("_authtoken", "_auth", "_password", "npmauthtoken", "http-basic.", "pypi-token.")
SETTERS = frozenset("npm pnpm yarn poetry".split())
# Options of passwd that neither ask for a password nor take it away.
NO_PASSWORD = ("-l", "--lock", "-S", "--status", "-e", "--expire", "-n", "-x", "-w", "-i", "-a", "-u")


def sudo_in_run(command: Command) -> Iterator[Problem]:
    """Commands behind sudo."""
    word = command.node.wrapper("sudo") or (command.node.words[0] if command.name == "sudo" else None)
    if word is not None:
        message = (
            "a RUN is root unless a `USER` here or in the base image says otherwise; drop `sudo`, or put `USER root`"
            " before it"
        )
        yield Problem(message, Place(word.span))


def unsigned_packages(command: Command) -> Iterator[Problem]:
    """Package managers that are told to take packages whatever signed them."""
    said = list(signatures(command.node))
    for found in said if said and not command.instruction.verifies.value and not _made_here(command) else ():
        message = (
            f"`{found.said}` lets {command.name} take packages that nobody vouches for; remove it, and add the key"
        )
        yield Problem(message, Place(found.word.span), detail=found.said, variant=found.variant)


def _made_here(command: Command) -> bool:
    """Whether all that is installed lies in folders that are mounted from another stage of the file."""
    stage = command.stage
    found = (item for item in mounts(command.instruction.node) if item.type == "bind" and item.origin and item.target)
    folders = tuple(
        item.target.rstrip("/") + "/" for item in found if stage and copied_from(stage.parsed, item.origin) is not None
    )
    packages = command.packages.value
    return bool(packages and folders) and all(package.startswith(folders) for package in packages or ())


def secret_in_run(command: Command) -> Iterator[Problem]:
    """Commands that write a credential down, in a RUN that has no secret mounted."""
    said = _login(command)
    if said and not any(_mounts_secret(flag.value) for flag in command.instruction.node.flags if flag.name == "mount"):
        message = f"`{said}` leaves a credential in the layer and in the history; mount it with `--mount=type=secret`"
        yield Problem(message, Place(command.program), detail=said)


def _mounts_secret(value: str | None) -> bool:
    return "type=secret" in (value or "").split(",")


def _login(command: Command) -> str:
    """The words by which a command is given a credential, "" when it is given none."""
    args = [value for value in command.node.args if not value.startswith("-")]
    given = {value.partition("=")[0] for value in command.node.args if value.startswith("-")}
    sets = "set" in args[:2] or (command.name == "poetry" and args[:1] == ["config"] and "--unset" not in given)
    if command.name in SETTERS and sets and any(_is_token(value) for value in args):
        return f"{command.name} {args[0]}"
    if not WITHOUT.get(command.name, frozenset()).isdisjoint(given):
        return ""
    for words, options in LOGINS.get(command.name, ()):
        if _follow(words, args) and (not options or any(_has(option, given) for option in options)):
            return " ".join((command.name, *words))
    return ""


def _is_token(value: str) -> bool:
    key = value.partition("=")[0].lower()
    return key.endswith(TOKENS) or key.startswith(TOKENS)


def _has(option: str, given: set[str]) -> bool:
    """Whether an option is given; the value of a short one may be attached."""
    return any(word == option or (option[1] != "-" and word.startswith(option) and word[1] != "-") for word in given)


def _follow(words: tuple[str, ...], args: list[str]) -> bool:
    """Whether words follow each other among the arguments."""
    return any(tuple(args[at : at + len(words)]) == words for at in range(len(args) - len(words) + 1))


def password_set_in_build(command: Command) -> Iterator[Problem]:
    """Commands that give a user of the image a password, or take it away."""
    word = PASSWORDS[command.name](command)
    if word:
        message = f"`{word}` gives every copy of the image the same password, or none; log in with a key, or not at all"
        yield Problem(message, Place(command.program), detail=word)


def _passwd(command: Command) -> str:
    args, node = command.node.args, command.node
    removes = any(value in ("-d", "--delete") for value in args)
    reads = "--stdin" in args or ((node.position > 0 or node.heredoc) and not set(args) & set(NO_PASSWORD))
    return "passwd -d" if removes else "passwd" if reads else ""


def _usermod(command: Command) -> str:
    """`-p` with anything but what locks the account."""
    args = command.node.args
    for at, value in enumerate(args):
        option, equals, said = value.partition("=")
        if option in ("-p", "--password"):
            said = said if equals else args[at + 1] if at + 1 < len(args) else ""
            return "" if said[:1] in ("*", "!") else f"{command.name} {option}"
    return ""


PASSWORDS: dict[str, Callable[[Command], str]] = {
    "chpasswd": lambda command: "chpasswd",
    "passwd": _passwd,
    "useradd": _usermod,
    "usermod": _usermod,
}
