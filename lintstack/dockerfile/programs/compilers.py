"""Commands that turn sources into programs."""

from __future__ import annotations

from lintstack.dockerfile.shell.script import Command

# Commands that compile, by program: their first operands; none: the program alone says it.
COMPILES: dict[str, frozenset[str]] = {
    "go": frozenset({"build", "install"}),
    "cargo": frozenset({"build", "install"}),
    "mvn": frozenset({"package", "install", "verify"}),
    "mvnw": frozenset({"package", "install", "verify"}),
    "gradle": frozenset({"build", "assemble", "bootJar", "shadowJar", "installDist"}),
    "gradlew": frozenset({"build", "assemble", "bootJar", "shadowJar", "installDist"}),
    "dotnet": frozenset({"publish", "build"}),
    "javac": frozenset(),
    "gcc": frozenset(),
    "g++": frozenset(),
    "rustc": frozenset(),
    "cmake": frozenset(),
    "ghc": frozenset(),
    "sbt": frozenset(),
    "swift": frozenset({"build"}),
    "zig": frozenset({"build"}),
}


def compiles(command: Command) -> bool:
    """Whether a command turns sources into programs."""
    verbs = COMPILES.get(command.name)
    if verbs is None:
        return False
    operands = [word.value for word in command.words[1:] if not word.value.startswith("-")]
    return not verbs or not verbs.isdisjoint(operands)
