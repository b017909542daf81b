"""What mounts and declared things are known to be, beyond what the pages of their rules show."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from lintstack.analysis import Options, analyse
from lintstack.config import Config
from lintstack.join.host_paths import exposure, is_socket
from lintstack.join.ignored import MOST, Ignored
from lintstack.source import Source
from tests.stack import write


def found(folder: Path, *select: str) -> list[str]:
    analysis = analyse(Options(paths=(str(folder),), config=Config(), select=select))
    return [f"{item.rule}:{os.path.basename(item.at.span.path)}:{item.at.span.line}" for item in analysis.findings]


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/", "control"),
        ("/etc/", "control"),
        ("//etc", "control"),
        ("/etc/../etc/./sudoers", "control"),
        ("/etc/nginx", ""),
        ("/etcetera", ""),
        ("/var/lib", "control"),
        ("/var/lib/docker/overlay2", "control"),
        ("/var/lib/docker/volumes/a/_data", ""),
        ("/var/lib/grafana", ""),
        ("/root", "control"),
        ("/root/app/data", ""),
        ("/root/.ssh", "credentials"),
        ("~", "credentials"),
        ("~/.config/gcloud/key.json", "credentials"),
        ("~/.config/app", ""),
        ("~other/.ssh", ""),
        ("/home/deploy", "credentials"),
        ("/home", "system"),
        ("C:\\Users\\me\\.ssh", "credentials"),
        ("/dev", "system"),
        ("/dev/null", ""),
        ("/var/run/dbus/bus", "system"),
        ("./etc", ""),
        ("", ""),
    ],
)
def test_what_a_path_of_the_host_gives_away(path: str, what: str) -> None:
    assert exposure(path) == what


@pytest.mark.parametrize(
    "path", ["/run/user/1000/docker.sock", "//var/run/docker.sock", "/var/run/", "\\\\.\\pipe\\docker_engine"]
)
def test_sockets_of_runtimes(path: str) -> None:
    assert is_socket(path)


def ignored(tree: dict[str, str], path: str) -> bool | None:
    """What git would say of a path, in a tree of files by path."""
    names = {"/r"} | {os.path.dirname(f"/r/{name}") for name in tree}

    def entries(folder: str) -> frozenset[str]:
        below = (name for name in (*(f"/r/{one}" for one in tree), *names) if name.startswith(folder + "/"))
        return frozenset(name[len(folder) + 1 :].partition("/")[0] for name in below)

    def read(file: str) -> Source | None:
        text = tree.get(os.path.relpath(file, "/r"))
        return None if text is None else Source(file, text, file)

    return Ignored("/r", entries, read)(path)


@pytest.mark.parametrize(
    ("tree", "path", "verdict"),
    [
        ({".gitignore": "secrets/\n"}, "/r/secrets/a.txt", True),
        ({".gitignore": "secrets/*\n!secrets/a.txt\n"}, "/r/secrets/a.txt", False),
        ({".gitignore": "secrets/\n!secrets/a.txt\n"}, "/r/secrets/a.txt", True),
        ({".gitignore": "/a.txt\n"}, "/r/secrets/a.txt", False),
        ({".gitignore": "*.txt\n", "secrets/.gitignore": "!a.txt\n"}, "/r/secrets/a.txt", False),
        ({".gitignore": "", "secrets/.gitignore": "*\n"}, "/r/secrets/a.txt", True),
        ({".gitignore": "data/\n"}, "/r/data", False),
        ({".gitignore": "data/\n"}, "/r/data/", True),
        ({".gitattributes": ""}, "/r/a.txt", False),
        ({"compose.yaml": ""}, "/r/a.txt", None),
        ({".gitignore": "*\n"}, "/elsewhere/a.txt", None),
    ],
)
def test_the_nearest_list_of_git_decides(tree: dict[str, str], path: str, verdict: bool | None) -> None:
    assert ignored(tree, path) is verdict


def test_lists_of_git_are_compared_so_often_and_no_more() -> None:
    text = "".join(f"*.{number}\n" for number in range(5000))
    asked = Ignored(
        "/r", lambda folder: frozenset({".gitignore"} if folder == "/r" else ()), lambda file: Source(file, text, file)
    )
    answers = [asked(f"/r/file{number}") for number in range(2 * MOST // 5000)]
    assert answers[0] is False
    assert answers[-1] is None


def test_options_of_one_mount_do_not_replace_each_other(tmp_path: Path) -> None:
    files = {"compose.yaml": 'services: {api: {image: "x:1", volumes: ["/etc:/host/etc:ro,Z,rshared"]}}'}
    rules = found(write(tmp_path, files), "relabelled-system-path", "shared-propagation")
    assert rules == ["relabelled-system-path:compose.yaml:1", "shared-propagation:compose.yaml:1"]


def test_a_secret_is_no_matter_of_git_where_there_is_none(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services: {api: {image: 'x:1', secrets: [a]}}\nsecrets: {a: {file: ./a.txt}}",
        "a.txt": "x",
    }
    (write(tmp_path, files) / ".git").rmdir()
    assert found(tmp_path, "secret-file-in-repository", "missing-secret-file") == []
    (tmp_path / ".gitattributes").write_text("")
    assert found(tmp_path, "secret-file-in-repository") == ["secret-file-in-repository:compose.yaml:2"]


def test_what_an_unread_part_may_use_is_not_unused(tmp_path: Path) -> None:
    remote = "include: ['oci://registry.example.com/other']\n"
    base = "services: {api: {image: 'x:1'}}\nvolumes: {data: {}}\n"
    assert found(write(tmp_path, {"compose.yaml": base}), "unused-resource") == ["unused-resource:compose.yaml:2"]
    (tmp_path / "compose.yaml").write_text(remote + base)
    assert not [item for item in found(tmp_path, "unused-resource") if item.startswith("unused-resource")]


def test_a_file_that_is_included_declares_for_others_too(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "include: [shared/networks.yaml]\nservices: {api: {image: 'x:1', networks: [front]}}\n",
        "shared/networks.yaml": "networks: {front: {}, back: {}}\n",
    }
    assert found(write(tmp_path, files), "unused-resource") == []


def test_a_file_beside_it_that_is_no_environment_may_use_it(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services: {api: {image: 'x:1'}}\nvolumes: {data: {}, idle: {}}\n",
        "templates.yml": "services: {db: {volumes: ['data:/data']}}\n",
    }
    analysis = analyse(Options(paths=(str(write(tmp_path, files)),), config=Config(), select=("unused-resource",)))
    assert [item.at.span.text for item in analysis.findings] == ["idle"]


def test_large_lists_take_bounded_time(tmp_path: Path) -> None:
    mounts = "".join(f"      - ./f{number}.yaml:/d/f{number}.yaml:ro,cached\n" for number in range(1500))
    names = "".join(f"  v{number}: {{}}\n" for number in range(1500))
    files = {
        "compose.yaml": f"services:\n  api:\n    image: x:1\n    volumes:\n{mounts}volumes:\n{names}# end\n",
        ".gitignore": "".join(f"*.{number}\n" for number in range(3000)),
    }
    before = time.process_time()
    found(write(tmp_path, files), "missing-source", "unused-resource", "no-consistency-option", "shared-volume")
    assert time.process_time() - before < 20
