"""Which programs the instructions of a chain of stages put into the image."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lintstack.dockerfile.managers.calls import Call, call
from lintstack.dockerfile.managers.pins import package_name
from lintstack.dockerfile.managers.provides import PROVIDES
from lintstack.dockerfile.managers.table import SYSTEM
from lintstack.dockerfile.nodes import Instruction
from lintstack.dockerfile.shell.interpreters import SHELLS, shell_call
from lintstack.dockerfile.shell.options import arguments
from lintstack.dockerfile.shell.reading import commands
from lintstack.dockerfile.shell.script import Command
from lintstack.dockerfile.stages import Stage, built_upon
from lintstack.named import NamedTuple
from lintstack.source import Span

_ARCHIVES = (".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".txz", ".tbz2", ".zip")
# Where programs lie that come with the build context or a download, and those that build without installing.
_OWN = ("./", "../", "/tmp/", "/root/", "/opt/", "/app/", "/src/")
_BUILDERS = frozenset(
    ["autogen.sh", "bootstrap", "config", "configure", "gradlew", "manage.py", "mvnw", "pip", "python", "python3"]
)
# What installs packages, and whose packages bring programs; npm and its like do with `--global`.
_INSTALLS = frozenset({"install", "reinstall", "local-install"})
_BRINGING = SYSTEM | {"cargo", "conda", "gem", "go", "mamba", "micromamba", "pip", "pipx", "uv"}
_GLOBAL = frozenset({"bun", "npm", "pnpm", "yarn"})
# Copying a tree over one of these may bring any program.
_TREES = frozenset({"", "/usr", "/usr/local", "/opt"})


class Programs(NamedTuple):
    """What a chain of stages installs, on top of its base image.

    Attributes:
        names: packages, and the programs that they and copied files bring.
        complete: whether everything was understood: a name that is missing then was not installed.
        places: where each name is installed.
        reason: why it is not complete, one sentence; "" when it is.
    """

    names: frozenset[str]
    complete: bool
    places: dict[str, Span]
    reason: str = ""


def installed(chain: Sequence[Stage]) -> Programs:
    """Programs that the instructions of a chain install.

    Args:
        chain: the built stage, then what it builds upon (`ImageConfig.chain`).
    """
    stock = _Stock()
    for stage, triggers in built_upon(chain):
        for instruction in (*triggers, *stage.instructions):
            _read(stock, instruction)
    return Programs(frozenset(stock.places), not stock.reason, stock.places, stock.reason)


class _Stock:
    """Programs so far."""

    def __init__(self) -> None:
        self.places: dict[str, Span] = {}
        self.groups: dict[str, list[str]] = {}
        self.reason = ""
        self.shell: tuple[str, ...] = ()

    def add(self, name: str, span: Span) -> None:
        if name and "$" not in name and "*" not in name:
            self.places.setdefault(name, span)
        else:
            self.doubt("a program's name is in a variable or pattern")

    def add_package(self, name: str, span: Span) -> None:
        for program in (name, *PROVIDES.get(name, ())):
            self.add(program, span)

    def drop_package(self, name: str) -> None:
        for package in self.groups.pop(name, [name]):
            for program in (package, *PROVIDES.get(package, ())):
                self.places.pop(program, None)

    def doubt(self, reason: str) -> None:
        self.reason = self.reason or reason


def _read(stock: _Stock, instruction: Instruction) -> None:
    keyword = instruction.keyword
    if keyword == "SHELL" and instruction.form == "exec":
        stock.shell = tuple(word.value for word in instruction.args)
    elif keyword in ("COPY", "ADD"):
        _copy(stock, instruction)
    elif keyword == "RUN":
        found = commands(instruction, stock.shell)
        if found is None:
            stock.doubt(f"the RUN in line {instruction.line} was not understood")
        for command in found or ():
            _command(stock, command)


def _command(stock: _Stock, command: Command) -> None:
    found = call(command)
    if found and found.action in _INSTALLS:
        if found.manager in _BRINGING or (found.manager in _GLOBAL and _is_global(found)):
            _install(stock, found)
        return
    if found and found.action in ("group-install", "module-install"):
        stock.doubt(f"{found.manager} installs a group of packages")
    if found and found.action == "remove":
        _remove(stock, found)
        return
    effect = _EFFECTS.get(command.name)
    if effect:
        effect(stock, command)
    elif command.words[0].value.startswith(_OWN) and command.name not in _BUILDERS:
        stock.doubt(f"`{command.name}` is a script or program of its own")
    elif "$" in command.words[0].value and not found:
        stock.doubt("a command's name is in a variable")


def _is_global(found: Call) -> bool:
    """Whether npm and its like install for all users."""
    return found.arguments.has("-g", "--global") or found.command.args[:1] == ("global",)


def _install(stock: _Stock, found: Call) -> None:
    names = []
    for word in found.operands:
        if "$" in word.value or word.value.startswith(("/", "./")) or word.value.endswith((".deb", ".rpm", ".apk")):
            stock.doubt(f"{found.manager} installs packages from a variable or file")
            continue
        name = package_name(found.manager, word.value)
        names.append(name)
        stock.add_package(name, word.span)
    virtual = found.arguments.value("-t", "--virtual") if found.manager == "apk" else None
    if virtual:
        stock.groups[virtual] = names


def _remove(stock: _Stock, found: Call) -> None:
    for word in found.operands:
        if "$" in word.value and found.manager in SYSTEM:
            stock.doubt(f"{found.manager} removes packages from a variable")
        stock.drop_package(package_name(found.manager, word.value))


def _bin_name(path: str) -> str:
    """Base name of a path in a directory of programs, "" for any other."""
    folder, _, name = path.rpartition("/")
    return name if folder.endswith(("/bin", "/sbin")) else ""


def _is_bin(path: str) -> bool:
    return path.rstrip("/").endswith(("/bin", "/sbin"))


def _copy(stock: _Stock, instruction: Instruction) -> None:
    if len(instruction.args) < 2:
        return
    *sources, target = (word.value for word in instruction.args)
    if _is_bin(target):
        for source in sources:
            _copied_into_bin(stock, instruction, source)
    elif _bin_name(target):
        stock.add(_bin_name(target), instruction.span)
    elif target.rstrip("/") in _TREES and any(_may_be_tree(source) for source in sources):
        stock.doubt(f"the {instruction.keyword} in line {instruction.line} copies a tree")
    elif (name := target.rpartition("/")[2].lstrip(".")) and not sources[0].endswith((".", "/")):
        stock.add(name, instruction.span)  # a program may lie anywhere: `COPY --from=build /out/api /api`


def _copied_into_bin(stock: _Stock, instruction: Instruction, source: str) -> None:
    name = source.rstrip("/").rpartition("/")[2]
    if not name or source.endswith(("/", "/.")) or name in (".", "bin", "sbin", "scripts") or "*" in name:
        stock.doubt(f"the {instruction.keyword} in line {instruction.line} copies a directory of programs")
    else:
        stock.add(name, instruction.span)


def _may_be_tree(source: str) -> bool:
    """Whether a source may be a directory or an archive of programs."""
    name = source.rstrip("/").rpartition("/")[2]
    return source.endswith("/") or "." not in name.lstrip(".") or source.endswith(_ARCHIVES)


def _download(options: Sequence[str]) -> Callable[[_Stock, Command], None]:
    def effect(stock: _Stock, command: Command) -> None:
        for path in arguments(command).values(*options):
            if _bin_name(path):
                stock.add(_bin_name(path), command.span)

    return effect


def _unpack(options: Sequence[str]) -> Callable[[_Stock, Command], None]:
    def effect(stock: _Stock, command: Command) -> None:
        if any(_is_bin(path) or path.rstrip("/") in _TREES for path in arguments(command).values(*options) if path):
            stock.doubt(f"`{command.name}` unpacks an archive among the programs")

    return effect


def _place(stock: _Stock, command: Command) -> None:
    """`cp`, `mv`, `install` and `ln` to a directory of programs."""
    paths = [arg for arg in command.args if not arg.startswith("-")]
    if len(paths) < 2:
        return
    *sources, target = paths
    if _is_bin(target):
        for source in sources:
            stock.add(source.rstrip("/").rpartition("/")[2], command.span)
    elif _bin_name(target):
        stock.add(_bin_name(target), command.span)


def _mark(stock: _Stock, command: Command) -> None:
    """`chmod +x` of a program says that it is there."""
    for path in command.args[1:]:
        if _bin_name(path) and "*" not in path:
            stock.add(_bin_name(path), command.span)


def _alternative(stock: _Stock, command: Command) -> None:
    args = command.args
    if "--install" in args[:-1]:
        stock.add(_bin_name(args[args.index("--install") + 1]), command.span)


def _shell(stock: _Stock, command: Command) -> None:
    """A shell that runs a file or its input: what that installs is not known."""
    if not shell_call(command.values).inline:
        stock.doubt(f"`{command.name}` runs a script that is not in the Dockerfile")


def _unknown(what: str) -> Callable[[_Stock, Command], None]:
    def effect(stock: _Stock, command: Command) -> None:
        stock.doubt(what)

    return effect


def _make(stock: _Stock, command: Command) -> None:
    if any(arg.startswith("install") for arg in command.args):
        stock.doubt("`make install` installs programs")


def _package_file(stock: _Stock, command: Command) -> None:
    if any(arg in ("--install", "--unpack") or (arg[:1] == "-" and "i" in arg[1:3]) for arg in command.args):
        stock.doubt(f"`{command.name}` installs a package file")


def _corepack(stock: _Stock, command: Command) -> None:
    if "enable" in command.args:
        for name in ("yarn", "pnpm"):
            stock.add(name, command.span)


_EFFECTS: dict[str, Callable[[_Stock, Command], None]] = {
    "busybox": _unknown("busybox installs its programs"),
    "bunzip2": _download(()),
    "chmod": _mark,
    "corepack": _corepack,
    "cp": _place,
    "curl": _download(("-o", "--output")),
    "dpkg": _package_file,
    "install": _place,
    "ln": _place,
    "make": _make,
    "mv": _place,
    "nix-env": _unknown("nix installs packages"),
    "rpm": _package_file,
    "tar": _unpack(("-C", "--directory")),
    "tee": _download(()),
    "unzip": _unpack(("-d",)),
    "update-alternatives": _alternative,
    "wget": _download(("-O", "--output-document")),
} | dict.fromkeys(SHELLS - {"busybox"}, _shell)
