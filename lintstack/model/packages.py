"""Calls of package managers, and what they install."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact, Place
from lintstack.model.instruction import Command
from lintstack.record import Subject

if TYPE_CHECKING:
    from lintstack.dockerfile import nodes
    from lintstack.dockerfile.managers.calls import Call


class PackageCall(Command):
    """A command that calls a package manager with a verb that is known.

    Attributes:
        spoken: the manager and what it is told to do: "pip install" for `python3 -m pip install`.
        family: what the manager is one of: "apt" for apt-get and aptitude, "dnf" for microdnf.
        ecosystem: whose packages it installs: "pip" for uv and pipx, "npm" for yarn and pnpm; else its family.
        is_shipped: whether what it leaves behind ends up in an image.
        assumes_yes: whether it goes on without a question; absent where it never asks.
        yes: the option with which it does, in backticks.
        without_recommends: whether it leaves recommended packages out; absent where that is not its choice.
    """

    call: Call
    previous: PackageCall | None = None  # the call of a manager of its family before it in the RUN
    installs: tuple[Package, ...] = ()

    @property
    def spoken(self) -> Fact[str]:
        """The manager and what it is told to do."""
        name = self.call.manager if self.name.startswith("py") else self.name
        verb = self.call.verb
        return Fact(name if verb is self.node.words[0] else f"{name} {verb.value}", (Place(verb.span),))

    @property
    def family(self) -> Fact[str]:
        """What the manager is one of."""
        return Fact(self.call.family, (Place(self.program),))

    @property
    def ecosystem(self) -> Fact[str]:
        """Whose packages it installs."""
        return Fact(self.call.ecosystem, (Place(self.program),))

    @property
    def is_shipped(self) -> Fact[bool]:
        """Whether what it leaves behind ends up in an image."""
        return self.stage.is_shipped if self.stage else ABSENT

    def setting(self, name: str) -> str | None:
        """What the instructions before it set for package managers; see `package_settings`."""
        stage = self.stage
        told = stage.dockerfile.package_settings[stage.index.value or 0].get(name) if stage else None
        return told.value if told and told.start < self.span.start else None

    @property
    def assumes_yes(self) -> Fact[bool]:
        """Whether it goes on without a question."""
        from lintstack.dockerfile.managers.questions import asks, is_answered

        if not asks(self.call):
            return ABSENT
        return self._chosen(self.call.assumes_yes or is_answered(self.call), f"{self.call.ecosystem}-yes")

    @property
    def yes(self) -> Fact[str]:
        """The option with which it goes on without a question."""
        found = {"zypper": "`--non-interactive`", "pacman": "`--noconfirm`"}
        return Fact(found.get(self.call.family, "`-y`")) if self.call.row.yes else ABSENT

    @property
    def without_recommends(self) -> Fact[bool]:
        """Whether it leaves recommended packages out."""
        call = self.call
        nothing = not call.operands and "xargs" not in self.node.wrappers
        if call.family != "apt" or call.action != "install" or nothing or call.chooses_recommends:
            return ABSENT
        return self._chosen(call.without_recommends, "apt-recommends")

    def _chosen(self, said: bool, setting: str) -> Fact[bool]:
        """What its options say; unknown where a variable or a configuration file may say it as well."""
        where = (Place(self.call.verb.span),)
        if not said and self.call.options_unknown:
            return Fact(None, where, "a variable may bring options")
        if not said and self.setting(setting) is not None:
            return Fact(None, where, "a configuration file may say it")
        return Fact(said, where)


class Package(Subject):
    """What a call of a package manager installs; `name` is the word as written.

    Attributes:
        is_pinned: whether it says which version it wants; unknown where a variable or a file may.
        pinned_form: how it is written with a version.
        pin_kind: "apt", "apk", "yum", "dnf", "zypper", "pip", "npm", "gem", "go" …; "npm-tag" for `npm@latest`.
    """

    call: PackageCall
    word: nodes.Word

    @property
    def is_pinned(self) -> Fact[bool]:
        """Whether it says which version it wants."""
        from lintstack.dockerfile.managers.pins import pin

        where = (Place(self.word.span),)
        found = None if self.call.call.from_file else pin(self.call.call, self.word)
        return Fact(None, where, "the version may be elsewhere") if found is None else Fact(found, where)

    @property
    def pinned_form(self) -> Fact[str]:
        """How it is written with a version."""
        from lintstack.dockerfile.managers.pins import with_version

        return Fact(with_version(self.call.call, self.word.value), (Place(self.word.span),))

    @property
    def pin_kind(self) -> Fact[str]:
        """Whose way of writing versions it is."""
        from lintstack.dockerfile.managers.pins import names_tag

        kind = self.call.call.ecosystem
        return Fact("npm-tag" if kind == "npm" and names_tag(self.name) else kind, (Place(self.word.span),))
