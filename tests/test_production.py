"""What the rules about production, builds and env files stand on: which files git takes, which commands watch."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from lintstack.dockerfile.programs.dev_servers import dev_server
from lintstack.join.build_details import is_moving
from lintstack.join.ignored import Ignored
from lintstack.source import Source


def tracked(root: Path, path: str, ignores: dict[str, str], repository: bool = True) -> bool | None:
    """Whether git would take a path, with the `.gitignore` of some folders."""
    for folder, text in ignores.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / ".gitignore").write_text(text, "utf-8")
    if repository:
        (root / ".git").mkdir()

    def names(folder: str) -> frozenset[str]:
        return frozenset(os.listdir(folder)) if os.path.isdir(folder) else frozenset()

    def open_text(path: str) -> Source | None:
        return Source(path, Path(path).read_text("utf-8"), path) if os.path.isfile(path) else None

    ignored = Ignored(str(root), names, open_text)(os.path.normpath(os.path.join(root, path)))
    return None if ignored is None else not ignored


@pytest.mark.parametrize(
    ("path", "ignores", "expected"),
    [
        (".env", {}, True),
        (".env", {".": ".env\n"}, False),
        (".env", {".": "/.env\n"}, False),
        ("api/.env", {".": "/.env\n"}, True),
        ("api/.env", {".": ".env\n"}, False),
        ("api/.env", {".": "*.env\n!api/.env\n"}, True),
        ("api/.env", {".": ".env\n", "api": "!.env\n"}, True),
        ("api/.env", {".": "api/\n", "api": "!.env\n"}, False),
        ("api/.env", {".": "/api/*\n!/api/.env\n"}, True),
        ("api/v1/.env", {".": "**/v1/.env\n"}, False),
        ("api/v1/.env", {".": "api/**\n"}, False),
        (".env", {".": ".env/\n"}, True),
        (".env", {".": "# .env\n.env.local\n"}, True),
    ],
)
def test_files_that_git_takes(tmp_path: Path, path: str, ignores: dict[str, str], expected: bool) -> None:
    assert tracked(tmp_path, path, ignores) is expected


def test_without_a_repository_nobody_knows(tmp_path: Path) -> None:
    assert tracked(tmp_path, ".env", {}, repository=False) is None


def test_a_list_of_patterns_says_that_there_is_a_repository(tmp_path: Path) -> None:
    assert tracked(tmp_path, ".env", {".": "node_modules\n"}, repository=False) is True


def test_files_outside_the_root_are_not_known(tmp_path: Path) -> None:
    assert tracked(tmp_path, "../.env", {}) is None


@pytest.mark.parametrize(
    ("url", "moving"),
    [
        ("https://github.com/example/tool.git", True),
        ("https://github.com/example/tool.git#main", True),
        ("https://github.com/example/tool.git#:docker", True),
        ("git@github.com:example/tool.git#develop:docker", True),
        ("https://github.com/example/tool.git?branch=main", True),
        ("https://github.com/example/tool.git#v1.4.2", False),
        ("https://github.com/example/tool.git#v2", False),
        ("https://github.com/example/tool.git#0123456789abcdef0123456789abcdef01234567:docker", False),
        ("https://github.com/example/tool.git?tag=stable", False),
        ("https://example.com/context.tar.gz", False),
        ("docker-image://alpine:3.20", False),
        ("./api", False),
    ],
)
def test_contexts_in_git(url: str, moving: bool) -> None:
    assert is_moving(url) is moving


SCRIPTS = {"start": "npm run serve", "serve": "nodemon server.js", "dev": "node server.js", "loop": "npm run loop"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("npm start", "`nodemon` by `npm start`"),
        ("npm run dev", "`npm run dev`"),
        ("yarn serve", "`nodemon` by `yarn serve`"),
        ("npm run loop", ""),
        ("npm run missing", ""),
        ("npm run start:dev", "`npm run start:dev`"),
        ("npm run build:dev", ""),
        ("dumb-init -- npx tsx watch src/main.ts", "`tsx watch`"),
        ("poetry run uvicorn app:app --reload", "`uvicorn … --reload`"),
        ("/bin/sh -c sleep 1 && exec nodemon", "`nodemon`"),
        ("node --watch-path=./src server.js", ""),
        ("gunicorn shop.wsgi --reload-engine poll", ""),
        ("dotnet watch run", "`dotnet watch`"),
        ("dotnet shop.dll", ""),
        ("hugo --minify", ""),
        ("", ""),
    ],
)
def test_servers_for_developers(line: str, expected: str) -> None:
    assert dev_server(line.split(), lambda: SCRIPTS) == expected


@pytest.mark.parametrize("word", ["npm run ", "&& ", "( ", "yarn ", "-- ", "a=b ", "'\" "])
def test_long_command_lines_take_no_longer(word: str) -> None:
    start = time.process_time()
    dev_server(["sh", "-c", word * 200_000], dict)
    assert time.process_time() - start < 2
