"""Tables C, D and G: what lies in a tree besides text. Nothing outside is opened, nothing hangs, nothing is run."""

from __future__ import annotations

import os
import pickle
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reliability.lint import BESIDE, NEIGHBOURS, House, command, harmless, put

COMPOSE = "services:\n  planted:\n    image: nginx:latest\n    user: root\n"
DOCKERFILE = "FROM alpine:3.20\nUSER root\n"
OUTSIDE = "0uts1de-c0ntent"


def _links(folder: Path) -> None:
    (folder / "a").mkdir()
    os.symlink("../a", folder / "a" / "loop")
    os.symlink(".", folder / "self")
    os.symlink("x", folder / "x")
    os.symlink("z", folder / "y")
    os.symlink("y", folder / "z")
    os.symlink("nowhere", folder / "Dockerfile")
    os.symlink("/dev/zero", folder / "compose.yaml")
    os.symlink("/etc/passwd", folder / "a" / "Dockerfile")
    os.symlink("/", folder / "a" / "top")


def _specials(folder: Path) -> None:
    (folder / "Dockerfile").mkdir()
    (folder / "compose.yaml").mkdir()
    (folder / "p").mkdir()
    os.mkfifo(folder / "p" / "Dockerfile")
    os.mkfifo(folder / "p" / "compose.yaml")
    os.mkfifo(folder / "p" / ".env")
    os.mkfifo(folder / "p" / ".gitignore")
    os.mkfifo(folder / "p" / "odd.yml")
    # Bound by another family's constructor: the guard forbids `socket.socket` itself.
    os.mknod(folder / "p" / "Dockerfile.socket", 0o140600)


@pytest.mark.parametrize("make", [_links, _specials])
def test_what_is_no_regular_file_is_passed_over(make: Callable[[Path], None], house: House) -> None:
    folder = house.tree(BESIDE)
    make(folder)
    outcome = house.lint(folder)
    assert outcome.places == NEIGHBOURS
    assert outcome.seconds < 1


@pytest.mark.parametrize(
    "name", ["Dockerfile", "compose.yaml", "p/Dockerfile", "p/compose.yaml", "p/Dockerfile.socket"]
)
def test_what_is_no_regular_file_is_refused_by_name(name: str, house: House) -> None:
    folder = house.tree(BESIDE)
    _specials(folder)
    if (folder / name).is_dir():
        code, _, errors = command(folder, "check", "--isolated", name)
        assert (code, "Traceback" in errors) == (3, False)
        return
    outcome = house.lint(folder, name, "beside")
    assert outcome.exit == 1
    assert f"not-a-regular-file {name}" in {f"{rule} {path}" for rule, path, _ in outcome.places}
    assert outcome.places >= NEIGHBOURS


@pytest.mark.parametrize("name", ["Dockerfile", "x", "y", "compose.yaml", "a/Dockerfile"])
def test_a_link_that_leads_nowhere_or_outside_is_said(name: str, house: House) -> None:
    folder = house.tree(BESIDE)
    _links(folder)
    code, out, errors = command(folder, "check", "--isolated", "--root", ".", "-o", "concise", name, "beside")
    assert code in (1, 2)
    harmless(out or errors)
    assert name in out + errors
    assert "root:x:" not in out + errors


_REFERENCES = {
    "include": "include: [%s]\n" + COMPOSE,
    "include-long": "include: [{path: [%s], env_file: [%s], project_directory: x}]\n" + COMPOSE,
    "env-file": COMPOSE + "    env_file: [%s]\n",
    "extends": COMPOSE + "    extends: {file: %s, service: a}\n",
    "build-context": COMPOSE + "  b:\n    build: %s\n",
    "dockerfile": COMPOSE + "  b:\n    build: {context: ., dockerfile: %s}\n",
    "context-and-file": COMPOSE + "  b:\n    build: {context: %s, dockerfile: %s}\n",
    "label-file": COMPOSE + "    label_file: [%s]\n",
    "secret": COMPOSE + "secrets: {a: {file: %s}}\nconfigs: {b: {file: %s}}\n",
    "mount": COMPOSE + "    volumes: ['%s:/x', {type: bind, source: %s, target: /y}]\n",
}
_TARGETS = [
    "/etc/passwd",
    "../../../../../../../../etc/passwd",
    "/proc/self/environ",
    "/dev/zero",
    "/dev/stdin",
    "../outside",
    "link-to-outside",
    "pipe",
    "folder",
    "missing",
    ".",
    "..",
    "/",
    "~/.ssh/id_rsa",
    "https://example.com/x",
    "oci://example.com/x",
    "git@github.com:a/b.git",
    "ssh://x/y",
    "--upload-pack=touch PWNED",
    "a\\0b",
    "compose.yaml",
    "x" * 300,
    "a/" * 3000,
    "",
    "file:///etc/passwd",
    "\\ud800",
]


@pytest.mark.parametrize("kind", _REFERENCES)
def test_references_stay_inside(kind: str, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One folder for each target; what is opened is watched."""
    folder = house.tree(BESIDE)
    put(folder.parent, {"outside": f"A={OUTSIDE}\nservices: {{}}\n"})
    for index, target in enumerate(_TARGETS):
        here = folder / f"t{index}"
        put(
            here,
            {
                "compose.yaml": _REFERENCES[kind]
                .replace("'%s:", f'"{target}:')
                .replace(":/x'", ':/x"')
                .replace("%s", f'"{target}"')
            },
        )
        put(here, {"folder/x": ""})
        os.symlink(folder.parent / "outside", here / "link-to-outside")
        os.mkfifo(here / "pipe")
    opened: list[str] = []
    real_open = os.open

    def watched(path: str, *args: int) -> int:
        opened.append(os.path.realpath(path))
        return real_open(path, *args)

    monkeypatch.setattr("lintstack.reader.os.open", watched)
    outcome = house.lint(folder)
    assert outcome.places >= NEIGHBOURS
    assert [path for path in opened if not path.startswith(str(house.home))] == []
    assert str(folder.parent / "outside") not in opened
    assert not any(OUTSIDE in text or "root:x:" in text for text in outcome.reports.values())
    assert [target for n, target in enumerate(_TARGETS) if not outcome.of(f"t{n}/compose.yaml")] == []
    assert outcome.seconds < 3


def test_outside_references_are_findings(house: House) -> None:
    files = {f"{kind}/compose.yaml": text.replace("%s", "../../../etc/passwd") for kind, text in _REFERENCES.items()}
    outcome = house.lint(house.tree(files))
    refused = {path.split("/")[0] for rule, path, _ in outcome.places if rule == "outside-root"}
    assert refused >= {"include", "include-long", "env-file", "extends", "build-context", "dockerfile"}


def test_an_unreadable_file_is_a_finding_when_found_and_misuse_when_named(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read everything, so the refusal of the system is simulated."""
    folder = house.tree({"compose.yaml": COMPOSE, "Dockerfile": DOCKERFILE, **BESIDE})
    real_open = os.open

    def refusing(path: str, *args: int) -> int:
        if os.path.dirname(path) == str(folder):
            raise PermissionError(13, "Permission denied", path)
        return real_open(path, *args)

    monkeypatch.setattr("lintstack.reader.os.open", refusing)
    outcome = house.lint(folder)
    assert outcome.exit == 1
    assert {("unreadable", "compose.yaml", 1), ("unreadable", "Dockerfile", 1)} | NEIGHBOURS == outcome.places
    code, out, errors = command(folder, "check", "--isolated", "Dockerfile")
    assert (code, out) == (2, "")
    assert errors == "lintstack: `Dockerfile` cannot be read: permission denied\n"


def test_an_unreadable_folder_is_a_finding(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = house.tree({"closed/compose.yaml": COMPOSE, **BESIDE})
    real_scan = os.scandir

    def refusing(path: str) -> object:
        if os.path.basename(path) == "closed":
            raise PermissionError(13, "Permission denied", path)
        return real_scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    outcome = house.lint(folder)
    assert outcome.exit == 1
    assert outcome.places == NEIGHBOURS | {("unreadable", "closed", 1)}


@pytest.mark.parametrize(
    "name", ["x.github", "my.git", "a.svn", "node_modules.x", "git", ".github", ".docker", "...", "-"]
)
def test_folders_that_only_look_special_are_searched(name: str, house: House) -> None:
    outcome = house.lint(house.tree({f"{name}/compose.yaml": COMPOSE, **BESIDE}))
    assert ("planted-root", f"{name}/compose.yaml", 4) in outcome.places


def test_four_spellings_of_one_file_are_one(house: House) -> None:
    folder = house.tree({"a/Dockerfile": DOCKERFILE, "a/compose.yaml": COMPOSE})
    os.symlink("a", folder / "b")
    spellings = ["a/Dockerfile", "./a/../a/Dockerfile", "b/Dockerfile", str(folder / "a" / "Dockerfile"), "a", ".", "b"]
    outcome = house.lint(folder, *spellings)
    assert [item["path"] for item in outcome.findings if item["rule"] == "planted-root"] == [
        "a/Dockerfile",
        "a/compose.yaml",
    ]


def test_many_folders(house: House) -> None:
    folder = house.tree(BESIDE)
    for index in range(2_000):
        os.makedirs(folder / f"d{index % 50}" / f"e{index}")
    outcome = house.lint(folder)
    assert outcome.places == NEIGHBOURS
    assert outcome.seconds < 3


def test_paths_longer_than_the_system_takes(house: House) -> None:
    folder = house.tree(BESIDE)
    here = os.open(folder, os.O_RDONLY)
    for _ in range(30):
        os.mkdir("d" * 200, dir_fd=here)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("Dockerfile", os.O_WRONLY | os.O_CREAT, dir_fd=here))
    os.close(here)
    code, out, errors = command(folder, "check", "--isolated", "-o", "concise", ".")
    assert code == 1
    assert "error[unreadable]" in out
    assert "beside/compose.yaml:4" in out
    assert "Traceback" not in errors


def test_a_committed_cache_is_never_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = pickle.dumps({"clean": True})
    caches = [".lintstack_cache/index", ".lintstack-cache.json", ".cache/lintstack/x", "__pycache__/compose.pyc"]
    folder = house.tree({**dict.fromkeys(caches, evil), "compose.yaml": COMPOSE})
    opened: list[str] = []
    real_open = os.open

    def watched(path: str, *args: int) -> int:
        opened.append(os.path.basename(path))
        return real_open(path, *args)

    monkeypatch.setattr("lintstack.reader.os.open", watched)
    assert "planted-root" in house.lint(folder).rules
    assert opened == ["compose.yaml"] or set(opened) <= {"compose.yaml", "planted.yaml", ".gitignore", ".env"}


def test_nothing_is_written(house: House) -> None:
    folder = house.tree({"compose.yaml": COMPOSE, "Dockerfile": DOCKERFILE})
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*")}
    house.lint(folder)
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*")} == before


def test_the_guard_holds() -> None:
    with pytest.raises(AssertionError):
        socket.socket()
    with pytest.raises(AssertionError):
        os.system("true")
    with pytest.raises(AssertionError):
        pickle.loads(b"")
