"""What curl, wget and tools with telemetry are told, and which pipes hide a failure."""

from __future__ import annotations

import pytest

from lintstack.dockerfile.bases import has_busybox, is_windows
from lintstack.dockerfile.programs.downloads import fetches, lost_failures, options_unknown
from lintstack.dockerfile.programs.telemetry import tool
from lintstack.dockerfile.shell.reading import standalone
from lintstack.dockerfile.shell.script import Command


def first(text: str) -> Command:
    found = standalone(text)
    assert found
    return found.commands[0]


FETCHES = [
    "curl https://example.com/a",
    "curl example.com/a",
    "curl -fsSLo a https://user@example.com/a",
    "curl --url https://example.com/a",
    "curl -G -d a=b https://example.com/a",
    "curl -X GET https://example.com/a",
    'curl "$ADDRESS"',
    "curl -o a $TOOL_URL",
    "curl $BASE/a",
    "wget -q https://example.com/a",
    "wget -i list",
]
FETCHES_NOT = [
    "curl",
    "curl --version",
    "curl -I https://example.com/a",
    "curl -X POST https://example.com/a",
    "curl -XPOST https://example.com/a",
    "curl -d a=b https://example.com/a",
    "curl -T a https://example.com/a",
    "curl http://localhost:80/a",
    "curl 127.0.0.1/a",
    "curl http://user@localhost/a",
    "curl file:///a",
    "curl $X",
    "wget --spider https://example.com/a",
    "wget --post-data a https://example.com/a",
    "wget --method=PUT https://example.com/a",
    "apt-get install curl",
]


@pytest.mark.parametrize("text", FETCHES)
def test_downloads(text: str) -> None:
    assert fetches(first(text))


@pytest.mark.parametrize("text", FETCHES_NOT)
def test_what_is_no_download(text: str) -> None:
    assert not fetches(first(text))


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("curl $CURL_OPTS a", True),
        ('curl "$@" a', True),
        ("curl ${args[@]} a", True),
        ("curl -K file a", True),
        ("curl --config=file a", True),
        ("wget -e robots=off a", True),
        ("wget -K a", False),
        ("curl -e referer a", False),
        ("curl $URL", False),
        ('curl -H "$HEADER" a', False),
    ],
)
def test_options_that_stand_elsewhere(text: str, unknown: bool) -> None:
    assert options_unknown(first(text)) is unknown


# Script → what may fail unnoticed before each pipe; `!` where a download is lost by it.
LOST = {
    "a | b | c": ["a", "b"],
    "echo x | b | c": ["b"],
    "cat <<X | b\nx\nX\n": [],
    "cat x | b": ["cat"],
    "{ echo a; b; } | c": ["b"],
    "curl https://x.org/a | sh": ["curl!"],
    "curl https://x.org/a | sudo -u app bash -c 'cat'": ["curl!"],
    "curl https://x.org/a | tar xz": ["curl"],
    "curl https://x.org/a | sha256sum -c": ["curl"],
    "curl https://x.org/a | sort | sh": ["curl!", "sort"],
    "(cd /tmp; curl https://x.org/a) | sh": ["curl!"],
    "a | b || true": [],
    "a | b || exit 1": ["a"],
    "set -o pipefail; a | b": [],
    "x=$(a | b)": ["a"],
    "c $(a | b)": [],
    "for x in $(a | b); do c; done": [],
}


@pytest.mark.parametrize("text", LOST)
def test_failures_that_a_pipe_hides(text: str) -> None:
    script = standalone(text)
    assert script
    assert [left.name + "!" * lost for _, left, lost in lost_failures(script)] == LOST[text]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("next build", "next"),
        ("npx --yes next@15 build", "next"),
        ("npm exec next build", "next"),
        ("npm run next", ""),
        ("npm install next", ""),
        ("bun x next", "next"),
        ("yarn next build", "next"),
        ("yarn run next", "next"),
        ("pnpm dlx turbo", "turbo"),
        ("yarn add next", ""),
        ("npx", ""),
        ("dotnet build", "dotnet"),
        ("dotnet", "dotnet"),
        ("dotnet tool.dll", ""),
        ("node next", ""),
    ],
)
def test_tools_with_telemetry(text: str, name: str) -> None:
    assert tool(first(text)) == name


def test_bases_by_their_names() -> None:
    assert is_windows("mcr.microsoft.com/windows/nanoserver:ltsc2022")
    assert is_windows("mcr.microsoft.com/dotnet/framework/sdk:4.8-windowsservercore-ltsc2019")
    assert not is_windows("debian:12")
    assert has_busybox("node:22-alpine")
    assert has_busybox("docker.io/library/busybox:1.36")
    assert not has_busybox("debian:12")
