"""Users that the commands of an image create, their numbers, and the groups that they are put into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lintstack.dockerfile.nodes import Word
from lintstack.dockerfile.shell.script import Command
from lintstack.named import NamedTuple


class Account(NamedTuple):
    """A user.

    Attributes:
        name: its name.
        word: where a command creates it.
        uid: its number as written, "" when none is given.
    """

    name: str
    word: Word
    uid: str


# Programs → options that take the next word, and the one that gives the user's number.
_USERADD = frozenset(
    """
    -b --base-dir -c --comment -d --home-dir --home -e --expiredate -f --inactive -g --gid -G --groups -k --skel -K
    --key -p --password -R --root -P --prefix -s --shell -u --uid -Z --selinux-user
    """.split()
)
_ADDUSER = frozenset(
    """
    -h --home -g --gecos -s --shell -G --ingroup -u --uid -k --conf --gid --firstuid --lastuid --firstgid --lastgid
    --comment -c -d
    """.split()
)
_USERMOD = frozenset("-c -d -e -f -g -G --groups -l -p --password -s -u -R -P -Z --shell --home --gid --uid".split())
CREATORS: Mapping[str, frozenset[str]] = {"useradd": _USERADD, "adduser": _ADDUSER}
# Programs that speak about accounts only.
PROGRAMS = frozenset("useradd adduser usermod addgroup groupadd groupmod gpasswd passwd chpasswd userdel chage".split())


def created(commands: Iterable[Command]) -> Iterator[Account]:
    """Users that commands create; names in variables are left out."""
    for command in commands:
        valued = CREATORS.get(command.name)
        if valued is None:
            continue
        options, operands = _split(command, valued)
        if len(operands) == 1 and "$" not in operands[0].value and "-D" not in _defaults(command):
            uid = options.get("-u") or options.get("--uid") or ""
            yield Account(operands[0].value, operands[0], uid)


def memberships(commands: Iterable[Command]) -> Iterator[tuple[str, str, Word]]:
    """User, group and the word that names the group, for groups that a user is put into besides its own."""
    for command in commands:
        name = command.name
        if name in ("useradd", "usermod"):
            options, operands = _split(command, _USERADD if name == "useradd" else _USERMOD)
            said = options.get("-G") or options.get("--groups") or options.get("-aG") or ""
            if operands and said:
                for group in said.split(","):
                    yield operands[-1].value, group, operands[-1]
        elif name in ("adduser", "addgroup"):
            operands = _split(command, _ADDUSER)[1]
            if len(operands) == 2:
                yield operands[0].value, operands[1].value, operands[1]
        elif name == "gpasswd" and len(command.args) == 3 and command.args[0] in ("-a", "--add"):
            yield command.args[1], command.args[2], command.words[3]


def _defaults(command: Command) -> tuple[str, ...]:
    """Options of `useradd -D`, which creates nobody; `-D` of BusyBox's adduser means no password."""
    return command.args if command.name == "useradd" else ()


def _split(command: Command, valued: frozenset[str]) -> tuple[dict[str, str], list[Word]]:
    """Options with their values, and operands; the last of a cluster of short options may take a value."""
    options: dict[str, str] = {}
    operands: list[Word] = []
    words = iter(command.words[1:])
    for word in words:
        value = word.value
        if not value.startswith("-") or value == "-":
            operands.append(word)
            continue
        name, equals, said = value.partition("=")
        cluster = value[1:2] != "-" and len(value) > 2
        last = f"-{value[-1]}" if cluster else name
        if equals and not cluster:
            options[name] = said
        elif last in valued and (not cluster or f"-{value[1]}" not in valued):
            behind = next(words, None)
            options[last] = behind.value if behind else ""
        elif cluster and f"-{value[1]}" in valued:
            options[value[:2]] = value[2:]
        else:
            options[name] = ""
    return options, operands
