"""Checks of the users that images and their stages run as."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from posixpath import normpath
from typing import TYPE_CHECKING

from lintstack.checks.service import non_root_user
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.images import split
from lintstack.join.process import helpers
from lintstack.model import Instruction, Service, Stack, Stage
from lintstack.source import Span

if TYPE_CHECKING:
    from lintstack.dockerfile.nodes import Word
    from lintstack.dockerfile.programs.accounts import Account
    from lintstack.model import Command

STARTERS = frozenset("CMD ENTRYPOINT".split())
# Programs that start others, each as the user that its own configuration names.
SUPERVISORS = ("supervisor", "s6-", "runsv", "runit", "sshd", "cron", "systemd", "/init")
# Accounts that daemons become by themselves.
DAEMONS = frozenset("apache daemon httpd nginx nobody sshd www-data".split())
MAX_CHAIN = 100  # stages of a FROM chain whose commands are looked at


def numeric_user(stage: Stage) -> Iterator[Problem]:
    """Images whose user is a name of which this chain does not tell the number."""
    word = _last_user(stage)
    name = (stage.user.value or "").partition(":")[0].strip() if word else ""
    if word is None or name in ("", "root") or name.isdigit() or _is_argument(stage, word) or "\\" in name:
        return
    if name.lower() in ("containeruser", "containeradministrator"):
        return
    if not any(account.name == name and account.uid for account in _accounts(stage)):
        message = f"`{name}` is a name, which an orchestrator cannot tell from root's; write its number"
        yield Problem(message, Place(word.span), detail=name)


def _last_user(stage: Stage) -> Word | None:
    """The word of the USER in force at the end of a stage that an image is made of."""
    span = stage.user.span if stage.is_output.value else None
    return _user_at(stage, span) if span else None


def _user_at(stage: Stage, span: Span) -> Word | None:
    found = (item for item in _chain(stage) if item.name == "USER" and not item.in_onbuild.value)
    return next((word for item in found for word in item.node.args if _overlap(word.span, span)), None)


def _overlap(first: Span, second: Span) -> bool:
    return (
        first.source is second.source and first.start < max(second.end, second.start + 1) and second.start < first.end
    )


def _is_argument(stage: Stage, word: Word) -> bool:
    """Whether a build argument takes part: who builds may give a number."""
    names = set(re.findall(r"\$\{?(\w+)", word.text))
    declared = (item for item in _chain(stage) if item.name == "ARG") if names else ()
    return any(pair.name in names for item in declared for pair in item.assignments)


def _chain(stage: Stage) -> Iterator[Instruction]:
    """Instructions of the stage and of those that it builds upon, its own first."""
    for part in stage.lineage[:MAX_CHAIN]:
        yield from part.instructions


def _commands(stage: Stage) -> list[Command]:
    return [
        command
        for item in _chain(stage)
        if item.name == "RUN" and not item.in_onbuild.value
        for command in item.commands
    ]


def _accounts(stage: Stage) -> list[Account]:
    from lintstack.dockerfile.programs.accounts import created

    return list(created(command.node for command in _commands(stage)))


def user_never_used(stage: Stage) -> Iterator[Problem]:
    """Users that a stage creates, and as which nothing runs."""
    if not stage.is_output.value or stage.is_for_developers.value or stage.user.unknown or _steps_down(stage):
        return
    user = (stage.user.value or "root").partition(":")[0]
    if user not in ("root", "0") or not any(item.name in STARTERS for item in _chain(stage)):
        return
    accounts = _accounts(stage)
    used = _said(stage) if accounts else frozenset()
    for account in accounts:
        if account.name not in used and account.name not in DAEMONS:
            message = f"nothing runs as `{account.name}`, since the image starts as root; add `USER {account.name}`"
            yield Problem(message, Place(account.word.span), detail=account.name)


def _steps_down(stage: Stage) -> bool:
    """Whether what starts as root may become somebody else, or another user is chosen at the start."""
    built = stage.dockerfile.services.get(stage.parsed.index, ())
    if built and all(item.user.is_root.value is False for item in built):
        return True
    if "devcontainer" in stage.dockerfile.name:
        return True
    return any(_becomes_another(item) for item in _chain(stage))


def _becomes_another(instruction: Instruction) -> bool:
    said = instruction.node.text.text
    return bool(helpers().search(said) or (instruction.name in STARTERS and any(word in said for word in SUPERVISORS)))


def _said(stage: Stage) -> frozenset[str]:
    """Words by which anything but the creation of accounts may mean a user: owners, groups, names of daemons."""
    from lintstack.dockerfile.programs.accounts import PROGRAMS

    said: set[str] = set()
    for item in _chain(stage):
        if item.name != "RUN":
            said.update(re.findall(r"[\w.-]+", item.node.span.text))
            continue
        for command in item.commands:
            if command.name not in PROGRAMS:
                said.update(part for word in command.node.words for part in re.findall(r"[\w.-]+", word.value))
            else:
                said.update(part for word in command.node.prefix for part in re.findall(r"[\w.-]+", word.value))
    return frozenset(said)


def named_user_without_passwd(stage: Stage) -> Iterator[Problem]:
    """Names in a stage from scratch that has no file to look them up in."""
    named = [(word, file) for item in stage.instructions for word, file in _names(item)]
    if not named or _origin(stage) != "scratch":
        return
    before = [item for part in stage.lineage[1:] for item in part.instructions]
    for (name, span), file in named:
        earlier = [*before, *(item for item in stage.instructions if item.span.start < span.start)]
        if not any(_brings(item, file) for item in earlier):
            message = f"`{name}` cannot be looked up, since this image from scratch has no `{file}`; write its number"
            yield Problem(message, Place(span), detail=name)


def _origin(stage: Stage) -> str:
    """The image at the end of a FROM chain; "" when it is not known, or the chain is very long."""
    for _ in range(MAX_CHAIN):
        if stage.parent is None:
            return stage.base.value or ""
        stage = stage.parent
    return ""


def _names(instruction: Instruction) -> Iterator[tuple[tuple[str, Span], str]]:
    """Names of users and groups, each with the file in which it is looked up."""
    if instruction.in_onbuild.value:
        return
    said: Sequence[tuple[str, Span]] = ()
    if instruction.name == "USER":
        said = [(word.value, word.span) for word in instruction.node.args]
    elif instruction.name in ("COPY", "ADD"):
        said = [(flag.value or "", flag.span) for flag in instruction.node.flags if flag.name == "chown"]
    for value, span in said:
        for part, file in zip(value.split(":"), ("/etc/passwd", "/etc/group"), strict=False):
            if part and not part.isdigit() and "$" not in value:
                yield (part, span), file


def _brings(instruction: Instruction, file: str) -> bool:
    """Whether a file may be there after an instruction: it is copied, or a tree or a command may bring it."""
    if instruction.name == "RUN":
        return True
    words = instruction.node.args if instruction.name in ("COPY", "ADD") else ()
    if len(words) < 2 or instruction.in_onbuild.value:
        return False
    target = normpath(words[-1].value)
    sources = [normpath(word.value) for word in words[:-1]]
    if target == file or "$" in target:
        return True
    if target in ("/etc", "etc"):
        return any(source.rpartition("/")[2] in (file.rpartition("/")[2], "etc", ".", "*") for source in sources)
    return target in ("/", ".") and any(_is_tree(source) for source in sources)


def _is_tree(source: str) -> bool:
    """Whether what is copied to `/` may be a whole root file system; a lone program is none."""
    last = source.rpartition("/")[2]
    return "." in last or last in ("", "*", "rootfs", "root", "out", "output", "dist", "etc", "fs", "install")


def non_root_in_dev(service: Service) -> Iterator[Problem]:
    """The same as `non_root_user`, as a note about environments of developers."""
    return non_root_user(service)


def user_in_image(service: Service) -> Iterator[Problem]:
    """A user that neither the base image nor a command of the stage makes, so that the container does not start."""
    user = service.user.value
    name = (user.value or "").partition(":")[0].strip()
    if not name or name.isdigit() or not user.decided or name in _system_users():
        return
    base = split(service.base_image.value or "?").repository
    known = _base_users().get(base)
    if known is None or name in known or _may_create(service, name):
        return
    message = f"`{base}` has no user `{name}` and nothing creates one, so {service} does not start; add it by `useradd`"
    yield Problem(message, user.places[0], user.places[1:], "user.value", name)


def _may_create(service: Service, name: str) -> bool:
    """Whether what is built on the base image may make a user; also where that cannot be seen."""
    if not service.synthetic and service.build is None:
        return service.image is None or bool(service.image.built.value)
    stage = _stages(service.stack).get(id(service.build.stage) if service.build else service.anchor)
    if stage is None:
        return True
    root = all(item.name != "WORKDIR" for item in _chain(stage))
    return any(_may_add(item, name, root) for item in _chain(stage))


@lru_cache(maxsize=2)
def _stages(stack: Stack) -> dict[int | str, Stage]:
    """The stages of a stack by what they were parsed from, and by the name of the service that one alone amounts to."""
    found = [stage for dockerfile in stack.dockerfiles for stage in dockerfile.stages]
    return {id(stage.parsed): stage for stage in found} | {stage.anchor: stage for stage in found}


def _may_add(instruction: Instruction, name: str, in_root: bool) -> bool:
    """Whether an instruction may make a user: it says the name, runs what nobody sees, or brings `/etc/passwd`."""
    if instruction.name in ("COPY", "ADD"):
        words = instruction.node.args
        here = bool(words) and normpath(words[-1].value) == "."
        return (in_root or not here) and _brings(instruction, "/etc/passwd")
    if instruction.name != "RUN":
        return False
    text = instruction.node.text.text
    if name in text or "passwd" in text or "<<" in text or not instruction.commands:
        return True
    return any(_is_opaque(command) or _installs(command, name) for command in instruction.commands)


def _is_opaque(command: Command) -> bool:
    """Whether a command runs what is not in the Dockerfile."""
    if command.name in CREATORS and any("$" in word.value for word in command.node.words):
        return True
    return command.name in RUNNERS or "/" in command.name or "$" in command.name or command.name.endswith(".sh")


def _installs(command: Command, name: str) -> bool:
    """Whether a command installs packages of the system, one of which may make a user; none makes an application's."""
    return command.name in SYSTEM_MANAGERS and name.lower() not in APPLICATION_USERS


CREATORS = ("useradd", "adduser")
RUNNERS = frozenset(". ansible ansible-playbook bash chroot eval make newusers sh source sudo systemd-sysusers".split())
SYSTEM_MANAGERS = frozenset("apk apt apt-get dnf dpkg microdnf pacman rpm tdnf yum zypper".split())
APPLICATION_USERS = frozenset(
    """
    api app application appuser backend django expressjs flask frontend golang java laravel nestjs nextjs node nodejs
    nonroot nonrootuser nuxtjs python rails runner spring symfony user web webapp worker
    """.split()
)


@cache
def _system_users() -> frozenset[str]:
    """Users that a base system may have: Debian's, Ubuntu's, Alpine's and Red Hat's, and the ones of busybox."""
    return frozenset(
        """
        _apt adm at avahi backup bin cron cyrus daemon dbus default dockremap fax ftp games git gnats guest halt http
        irc kmem list lp mail man messagebus news nobody ntp operator polkitd postmaster proxy root shutdown smmsp squid
        sshd svn sync sys systemd-network systemd-resolve systemd-timesync tape tss ubuntu utmp uucp vpopmail www-data
        xfs
        """.split()
    )


@cache
def _base_users() -> dict[str, frozenset[str]]:
    """Images to build upon, and the users that they have beside those of a base system."""
    own = {"node": "node", "gradle": "gradle", "denoland/deno": "deno", "oven/bun": "bun", "rust": "", "golang": ""}
    plain = """
        alpine debian ubuntu busybox buildpack-deps python ruby php composer openjdk eclipse-temurin amazoncorretto
        maven amazonlinux bitnami/minideb
        """
    return {name: frozenset(users.split()) for name, users in {**dict.fromkeys(plain.split(), ""), **own}.items()}


def user_drops_groups(stage: Stage) -> Iterator[Problem]:
    """`USER name:group` for a user that was put into further groups."""
    word = _last_user(stage)
    if word is None or ":" not in word.value or "$" in word.value:
        return
    from lintstack.dockerfile.programs.accounts import memberships

    user, _, group = word.value.partition(":")
    names = {user, *(account.name for account in _accounts(stage) if account.uid == user)}
    found = [item for item in memberships(command.node for command in _commands(stage)) if item[0] in names]
    lost = list(dict.fromkeys(name for _, name, _ in found if name != group and "$" not in name))
    if lost:
        message = (
            f"`USER {word.value}` leaves `{user}` without its other groups ({', '.join(lost)}); write `USER {user}`"
        )
        yield Problem(message, Place(word.span), (Place(found[0][2].span, "is put into a group"),), detail=user)
