"""Calls of package managers and what they install, as facts; what they leave behind, and what takes it away."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lintstack.dockerfile.managers.pins import names_tag
from lintstack.dockerfile.programs.removals import removes
from lintstack.dockerfile.shell.script import Command
from lintstack.model import Dockerfile, Package, PackageCall
from tests.stack import lint


def dockerfile(folder: Path, text: str) -> Dockerfile:
    return lint(folder, {"Dockerfile": text}).stacks[0].dockerfiles[0]


def calls(folder: Path, text: str) -> list[PackageCall]:
    found = dockerfile(folder, text).instructions
    return [command for item in found for command in item.commands if isinstance(command, PackageCall)]


def call(folder: Path, command: str) -> PackageCall:
    return calls(folder, f"FROM debian:12\nRUN {command}\n")[-1]


def package(folder: Path, command: str) -> Package:
    return call(folder, command).installs[-1]


YES: dict[str, bool | None] = {
    "apt-get install -y a": True,
    "apt-get install a": False,
    "apt-get update": None,
    "apt-get --simulate install a": None,
    "yes | apt-get install a": True,
    "apt-get install a < answers": True,
    "ls | xargs apt-get install": False,
    "apt-get $APT_FLAGS install a": None,
    "conda env create -f a.yml": None,
    "pip install a": None,
}


@pytest.mark.parametrize("command", YES)
def test_assumes_yes(command: str, tmp_path: Path) -> None:
    assert call(tmp_path, command).assumes_yes.value is YES[command]


def test_what_a_variable_may_bring_is_unknown_and_what_never_asks_is_absent(tmp_path: Path) -> None:
    assert call(tmp_path, "apt-get $APT_FLAGS install a").assumes_yes.unknown
    assert call(tmp_path, "apt-get update").assumes_yes.absent


def test_a_configuration_file_may_answer_what_comes_behind_it(tmp_path: Path) -> None:
    first, second, third = calls(
        tmp_path,
        """\
        FROM debian:12 AS base
        RUN apt-get install a
        COPY apt.conf /etc/apt/apt.conf.d/9
        RUN apt-get install b
        FROM base
        RUN apt-get install c
        """,
    )
    assert first.assumes_yes.value is False
    assert second.assumes_yes.unknown
    assert third.assumes_yes.unknown
    assert third.without_recommends.unknown


def test_other_settings_answer_nothing(tmp_path: Path) -> None:
    text = "FROM debian:12\nRUN echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/9\nRUN apt-get install a\n"
    found = calls(tmp_path, text)[0]
    assert found.assumes_yes.value is False
    assert found.without_recommends.unknown


def test_how_a_call_is_spoken_of(tmp_path: Path) -> None:
    spoken = {
        "python3 -m pip install a": "pip install",
        "pip3 install a": "pip3 install",
        "yarn": "yarn",
        "/usr/bin/apt-get -q install a": "apt-get install",
        "pacman -Sy a": "pacman -Sy",
    }
    assert {command: call(tmp_path, command).spoken.value for command in spoken} == spoken


def test_whose_packages_they_are(tmp_path: Path) -> None:
    ecosystems = {"uv pip install a": "pip", "yarn add a": "npm", "microdnf install a": "dnf", "yum install a": "yum"}
    assert {command: call(tmp_path, command).ecosystem.value for command in ecosystems} == ecosystems


def test_packages_are_what_is_installed(tmp_path: Path) -> None:
    assert [item.name for item in call(tmp_path, "apk add -t .x a=1 b").installs] == ["a=1", "b"]
    for command in ("apt-get remove a", "bundle exec rake", "pnpm exec tsc", "apt-get build-dep a", "yum update a"):
        assert not call(tmp_path, command).installs, command


FORMS = {
    "apt-get install a": "a=VERSION",
    "dnf install a": "a-VERSION",
    "pip install a[b]": "a[b]==VERSION",
    "npm install @a/b": "@a/b@VERSION",
    "npm install @a/b@latest": "@a/b@VERSION",
    "go install a.b/c@latest": "a.b/c@VERSION",
    "gem install a": "a:VERSION",
}


@pytest.mark.parametrize("command", FORMS)
def test_how_a_package_is_written_with_a_version(command: str, tmp_path: Path) -> None:
    found = package(tmp_path, command)
    assert found.is_pinned.value is False
    assert found.pinned_form.value == FORMS[command]


def test_a_tag_is_no_version_and_a_fault_of_its_own(tmp_path: Path) -> None:
    assert package(tmp_path, "npm install npm@latest").pin_kind.value == "npm-tag"
    assert package(tmp_path, "npm install git+ssh://git@example.com:a/b.git").pin_kind.value == "npm"
    assert not names_tag("@scope/a@1.2")
    found = lint(tmp_path, {"Dockerfile": "FROM node:22\nRUN npm i -g npm@latest\n"}, select=("DL3016",)).findings
    assert not found


def test_versions_that_a_file_or_a_variable_may_hold_are_unknown(tmp_path: Path) -> None:
    for command in ("pip install -r a.txt b", "apt-get install $A", "apt-get install a$V"):
        assert package(tmp_path, command).is_pinned.unknown, command


def removal(folder: Path, command: str) -> Command:
    return dockerfile(folder, f"FROM debian:12\nRUN {command}\n").instructions[-1].commands[-1].node


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf ~/.cache",
        "rm -rf /root/.cache/pip",
        "rm -rf $HOME/.cache/*",
        "rm -rf ${HOME}/.cache/pip/",
        "rm -rf /home/app/.cache",
        "find ~/.cache/pip -type f -delete",
    ],
)
def test_caches_of_any_home_are_removed(command: str, tmp_path: Path) -> None:
    assert removes(removal(tmp_path, command), "~/.cache/pip")


@pytest.mark.parametrize("command", ["rm -rf ~/.config", "rm -rf /home", "rm -rf /opt/.cache/pip", "rm -f ~/.cache/x"])
def test_other_removals_leave_them(command: str, tmp_path: Path) -> None:
    assert not removes(removal(tmp_path, command), "~/.cache/pip")


def test_a_pattern_may_be_the_name_of_the_directory(tmp_path: Path) -> None:
    assert removes(removal(tmp_path, "rm -rf /var/cache/libdnf5*"), "/var/cache/libdnf5")
    assert not removes(removal(tmp_path, "rm -rf /var/cache/yum*"), "/var/cache/libdnf5")
    assert removes(removal(tmp_path, "rm /var/cache/apk/*"), "/var/cache/apk", flat=True)
    assert not removes(removal(tmp_path, "rm /var/cache/apk/*"), "/var/cache/apk")


LARGE = {
    "many mounts": "RUN " + "--mount=type=cache,target=/a " * 500 + "<<EOF\n" + "pip install a\n" * 2000 + "EOF\n",
    "many deletions": "RUN <<EOF\n" + "apk del a\n" * 3000 + "pip install a\n" * 1000 + "EOF\n",
    "many updates": "RUN apt-get update\n" * 4000,
}


@pytest.mark.parametrize("text", LARGE.values(), ids=list(LARGE))
def test_rules_take_no_longer_than_their_text(text: str, tmp_path: Path) -> None:
    rules = ("no-cache-option", "apk-virtual", "update-alone", "clean-after-install", "prefer-cache-mount")
    start = time.process_time()
    lint(tmp_path, {"Dockerfile": "FROM debian:12\n" + text}, select=rules)
    assert time.process_time() - start < 30
