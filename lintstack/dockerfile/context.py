"""The build context: the files that COPY and ADD can take, less those that `.dockerignore` leaves out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from posixpath import dirname, join, normpath

from lintstack.dockerfile.keyfiles import holds_secret, is_private_key, secret_kind
from lintstack.dockerignore import Dockerignore, Line
from lintstack.source import Source

MOST_LOOKED = 1_000  # folders and files of one context that are looked at
UNWANTED = frozenset({".git", "node_modules"})
# What will be in a folder when the image is built → files that say so.
LATER = {
    ".env": frozenset({".env.example", ".env.sample", ".env.template", ".env.dist", "example.env"}),
    "node_modules": frozenset({"package.json"}),
}
MOST_ABOVE = 8  # folders in which a file of a guessed context is looked for


class Context:
    """A local build context.

    Args:
        folder: its absolute path.
        dockerfile: absolute path of the Dockerfile, "" when it has no file of its own.
        exists: "file", "dir", "outside" or "" for an absolute path.
        names: names in a folder.
        open_text: text of a file, None when it cannot be read.
        guessed: whether nobody says that the folder is the context: then it may be one above.
    """

    def __init__(
        self,
        folder: str,
        dockerfile: str,
        exists: Callable[[str], str],
        names: Callable[[str], frozenset[str]],
        open_text: Callable[[str], Source | None],
        guessed: bool = False,
    ) -> None:
        self.folder = folder
        self.dockerfile = dockerfile
        self._exists = exists
        self._names = names
        self._open_text = open_text
        self._guessed = guessed
        self._private: dict[str, tuple[str, ...]] = {}
        self._looked = 0

    @cached_property
    def ignore(self) -> Dockerignore | None:
        """The patterns that hold: `Dockerfile.dockerignore` beside the Dockerfile wins over `.dockerignore`."""
        for path in (f"{self.dockerfile}.dockerignore" if self.dockerfile else "", join(self.folder, ".dockerignore")):
            if path and self._exists(path) == "file":
                source = self._open_text(path)
                return Dockerignore(source) if source else None
        return None

    def leaves_out(self, path: str) -> Line | None:
        """The pattern that leaves out a path and all below it; None when there is none, or nobody knows.

        Args:
            path: relative to the context, cleaned.
        """
        return self.ignore.leaves_out(path) if self.ignore else None

    def private(self, folder: str) -> tuple[str, ...]:
        """Names in a folder that nobody means to copy, and that nothing leaves out: `.git`, packages, credentials.

        What is not there in a fresh clone counts where something says that it will be: `.env` beside `.env.example`,
        `node_modules` beside `package.json`.

        Args:
            folder: relative to the context, cleaned.
        """
        if folder not in self._private:
            self._private[folder] = tuple(self._found(folder)) if self.is_known and self._may_look() else ()
        return self._private[folder]

    def _found(self, folder: str) -> Iterator[str]:
        here = self.names(folder)
        for name in sorted(here | {later for later, sign in LATER.items() if not here.isdisjoint(sign)}):
            path = normpath(join(folder, name))
            if (name in UNWANTED or self.secret_kind(path)) and not self.leaves_out(path):
                yield path

    def secret_kind(self, path: str, destination: str = "") -> str:
        """What a file of credentials is, by its name and, where it can be read, by what it says; "" for other files.

        Args:
            path: relative to the context, cleaned.
            destination: where it is copied to, "" when unknown.
        """
        kind = secret_kind(path, destination)
        if not kind and not path.endswith(".pem"):
            return ""
        text = self.text(path) if self._may_look() else None
        if text is None:
            return kind
        if not kind:
            return "a private key" if is_private_key(text) else ""
        return kind if holds_secret(path.rpartition("/")[2], text) else ""

    @property
    def is_known(self) -> bool:
        """Whether all that is left out can be told."""
        return self.ignore is None or self.ignore.is_understood

    def names(self, path: str) -> frozenset[str]:
        """Names in a folder of the context."""
        return self._names(normpath(join(self.folder, path)))

    def _may_look(self) -> bool:
        """Whether the disk is asked once more."""
        self._looked += 1
        return self._looked <= MOST_LOOKED

    def text(self, path: str) -> str | None:
        """Text of a file; None when it cannot be read, or is not there."""
        folder = self.folder
        for _ in range(MOST_ABOVE if self._guessed else 1):
            target = normpath(join(folder, path))
            if self._exists(target) == "file":
                source = self._open_text(target)
                return source.text if source else None
            folder = dirname(folder)
            if self._exists(folder) != "dir":
                break
        return None
