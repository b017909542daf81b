"""What the tests of the Compose loader share: readers, plain data of our tree, Docker Compose itself as the oracle."""

from __future__ import annotations

import json
import os
import posixpath
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from lintstack.compose.casts import as_int, go_text
from lintstack.compose.load import Loaded, load
from lintstack.findings import Finding, diagnostic
from lintstack.source import Source, Span
from lintstack.yaml import Mapping, Node, Scalar, Sequence, decode

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared"
CORPUS = SHARED / "corpus"


class MemoryReader:
    """Files of a dictionary, as if they lay in the folder `place`; counts how often each is opened."""

    def __init__(self, files: dict[str, str], place: str = "") -> None:
        self.place = place
        self.files = {posixpath.normpath(name): text for name, text in files.items()}
        self.opened: dict[str, int] = {}

    def source(self, path: str, at: Span | None = None) -> Source | Finding:
        path = posixpath.normpath(path)
        self.opened[path] = self.opened.get(path, 0) + 1
        place = at or Source(path, "").whole
        if path.startswith(("..", "/")):
            return diagnostic("outside-root", "outside", place)
        if path not in self.files:
            return diagnostic("unreadable", "no such file", place)
        return decode(self.files[path].encode("utf-8", "surrogatepass"), path, f"{self.place}/{path}")

    def exists(self, path: str) -> str:
        path = posixpath.normpath(path)
        return "outside" if path.startswith(("..", "/")) else "file" if path in self.files else ""


class DiskReader:
    """Files below a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def source(self, path: str, at: Span | None = None) -> Source | Finding:
        place = at or Source(path, "").whole
        try:
            return decode((self.root / path).read_bytes(), path, str(self.root / path))
        except OSError:
            return diagnostic("unreadable", "no such file", place)

    def exists(self, path: str) -> str:
        full = self.root / path
        return "file" if full.is_file() else "dir" if full.is_dir() else ""


def loaded(files: dict[str, str] | str, *names: str, **options: Any) -> Loaded:
    """Load files given as text; a lone text is `c.yaml`."""
    texts = {"c.yaml": files} if isinstance(files, str) else files
    return load(names or (next(iter(texts)),), MemoryReader(texts), ".", **options)


def slugs(found: Loaded) -> list[str]:
    return [problem.rule for problem in found.problems]


def at(root: Mapping | None, *path: str | int) -> Any:
    """The node at a path of keys and indexes."""
    node: Any = root
    for step in path:
        node = node.items[step] if isinstance(step, int) else node.get(step)
    return node


def plain(node: Node | None) -> Any:
    """Plain data of a tree."""
    if isinstance(node, Mapping):
        return {name: plain(value) for name, value in node.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return None if node is None else node.value


@cache
def oracle() -> str | None:
    """Path of a Docker Compose binary, None where there is none."""
    script = SHARED / "tools" / "compose-oracle"
    if not script.is_file():
        return None
    done = subprocess.run([str(script)], capture_output=True, text=True, timeout=300, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def config(folder: Path, *files: str) -> dict[str, Any] | str:
    """What `docker compose config` makes of files, or its error."""
    named = [part for name in files for part in ("-f", name)]
    command = [oracle() or "", *named, "config", "--format", "json", "--no-path-resolution"]
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        return done.stderr.strip() or "failed"
    unescaped: dict[str, Any] = json.loads(done.stdout.replace("$$", "$"))
    return unescaped


def _text(node: Node | None, name: str) -> str:
    value = node.get(name) if isinstance(node, Mapping) else None
    return (go_text(value) or "") if isinstance(value, Scalar) else ""


def _ports(service: Mapping) -> list[tuple[str, str, int, str, str]]:
    found: list[tuple[str, str, int, str, str]] = []
    for port in getattr(service.get("ports"), "items", ()):
        target, published = _text(port, "target"), _text(port, "published")
        first, _, last = target.partition("-")
        start, _, _ = published.partition("-")
        many = range(int(first), int(last or first) + 1)
        for index, number in enumerate(many):
            shown = str(int(start) + index) if start and len(many) > 1 else _stripped(published)
            ip, protocol, mode = _text(port, "host_ip"), _text(port, "protocol"), _text(port, "mode")
            found.append((ip, shown, number, protocol or "tcp", mode or "ingress"))
    return sorted(found)


def _stripped(published: str) -> str:
    return "-".join(part.lstrip("0") or "0" for part in published.split("-")) if published else ""


def _mounts(service: Mapping) -> list[tuple[str, str, str, bool]]:
    return [
        (_text(item, "type"), _text(item, "source"), _text(item, "target"), _text(item, "read_only") == "true")
        for item in getattr(service.get("volumes"), "items", ())
    ]


def _texts(node: Node | None) -> list[str]:
    return [go_text(item) or "" for item in getattr(node, "items", ()) if isinstance(item, Scalar)]


def _pairs(node: Node | None) -> dict[str, str | None]:
    pairs = node.items() if isinstance(node, Mapping) else ()
    return {name: go_text(value) for name, value in pairs if isinstance(value, Scalar)}


def _conditions(node: Node | None) -> dict[str, str]:
    return {name: _text(item, "condition") for name, item in node.items()} if isinstance(node, Mapping) else {}


def ours(service: Mapping) -> dict[str, Any]:
    """The part of a service that both sides are compared on, from our tree."""
    build = service.get("build")
    check = service.get("healthcheck")
    context = _text(build, "context") or ("." if build else "")
    test = check.get("test") if isinstance(check, Mapping) else None
    return {
        "image": _text(service, "image"),
        "restart": _text(service, "restart"),
        "user": _text(service, "user"),
        "ports": _ports(service),
        "volumes": _mounts(service),
        "environment": _pairs(service.get("environment")),
        "labels": _pairs(service.get("labels")),
        "build": (context, _text(build, "dockerfile"), _text(build, "target")),
        "args": _pairs(build.get("args")) if isinstance(build, Mapping) else {},
        "depends_on": _conditions(service.get("depends_on")),
        "command": _has_words(service.get("command")),
        "entrypoint": _has_words(service.get("entrypoint")),
        "cap_add": _texts(service.get("cap_add")),
        "security_opt": _texts(service.get("security_opt")),
        "profiles": _texts(service.get("profiles")),
        "dns": _texts(service.get("dns")),
        "tmpfs": _texts(service.get("tmpfs")),
        "expose": _texts(service.get("expose")),
        "networks": sorted(dict(networks.items())) if isinstance(networks := service.get("networks"), Mapping) else [],
        "secrets": [_text(item, "source") for item in getattr(service.get("secrets"), "items", ())],
        "privileged": _text(service, "privileged").lower() in ("true", "yes", "on", "y"),
        "test": _texts(test),
        "pids_limit": as_int(service.get("pids_limit")) or 0,
    }  # fmt: skip


def _has_words(node: Node | None) -> bool:
    return bool(node.items) if isinstance(node, Sequence) else isinstance(node, Scalar) and bool(node.text.strip())


def theirs(service: dict[str, Any]) -> dict[str, Any]:
    """The same part from the oracle's answer."""
    build = service.get("build") or {}
    depends = service.get("depends_on") or {}
    ports = [
        (port.get("host_ip", ""), port.get("published", ""), port["target"], port["protocol"], port["mode"])
        for port in service.get("ports", [])
    ]
    mounts = [
        (item["type"], item.get("source", ""), item.get("target", ""), item.get("read_only", False))
        for item in service.get("volumes", [])
    ]
    return {
        "image": service.get("image", ""),
        "restart": service.get("restart", ""),
        "user": service.get("user", ""),
        "ports": sorted(ports),
        "volumes": mounts,
        "environment": service.get("environment") or {},
        "labels": service.get("labels") or {},
        "build": (build.get("context", ""), build.get("dockerfile", ""), build.get("target", "")),
        "args": build.get("args") or {},
        "depends_on": {name: item["condition"] for name, item in depends.items()},
        "command": bool(service.get("command")),
        "entrypoint": bool(service.get("entrypoint")),
        "cap_add": service.get("cap_add") or [],
        "security_opt": service.get("security_opt") or [],
        "profiles": service.get("profiles") or [],
        "dns": service.get("dns") or [],
        "tmpfs": service.get("tmpfs") or [],
        "expose": service.get("expose") or [],
        "networks": sorted(service.get("networks") or {}),
        "secrets": [item["source"] for item in service.get("secrets") or []],
        "privileged": service.get("privileged", False),
        "test": (service.get("healthcheck") or {}).get("test") or [],
        "pids_limit": service.get("pids_limit") or 0,
    }  # fmt: skip
