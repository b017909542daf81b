"""Users that commands create, their numbers and their groups."""

from __future__ import annotations

import pytest

from lintstack.dockerfile.programs.accounts import created, memberships
from lintstack.dockerfile.shell.reading import script_commands


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("useradd app", [("app", "")]),
        ("useradd -u 10001 -m app", [("app", "10001")]),
        ("useradd -mu 10001 app", [("app", "10001")]),
        ("useradd -u10001 app", [("app", "10001")]),
        ("useradd --uid=10001 --shell /bin/sh app", [("app", "10001")]),
        ("useradd -d /srv -s /bin/false -c 'the app' app", [("app", "")]),
        ("adduser -D -H -h /srv -u 10001 app", [("app", "10001")]),
        ("adduser --system --no-create-home --uid 5 --ingroup app app", [("app", "5")]),
        ("adduser --disabled-password --gecos '' app", [("app", "")]),
        ("adduser app video", []),
        ("useradd -D -s /bin/bash", []),
        ('useradd "$NAME"', []),
        ("groupadd app", []),
        ("useradd", []),
        ("useradd -u", []),
    ],
)
def test_created(script: str, expected: list[tuple[str, str]]) -> None:
    commands = script_commands(script)
    assert commands is not None
    assert [(account.name, account.uid) for account in created(commands)] == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("useradd -G video,audio app", [("app", "video"), ("app", "audio")]),
        ("usermod -aG video app", [("app", "video")]),
        ("usermod -a -G video app", [("app", "video")]),
        ("usermod --append --groups=video app", [("app", "video")]),
        ("adduser app video", [("app", "video")]),
        ("addgroup app video", [("app", "video")]),
        ("gpasswd -a app video", [("app", "video")]),
        ("addgroup -S video", []),
        ("useradd -g app app", []),
        ("adduser -G video app", []),
    ],
)
def test_memberships(script: str, expected: list[tuple[str, str]]) -> None:
    commands = script_commands(script)
    assert commands is not None
    assert [(user, group) for user, group, _ in memberships(commands)] == expected
