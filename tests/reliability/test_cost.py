"""Cost grows with the input and not with its square: large input of many shapes, with every rule."""

from __future__ import annotations

import pytest

from tests import clock
from tests.reliability.lint import Files, House, command

ROOT = "FROM alpine:3.20\nUSER root\n"


def _services(count: int, line: str) -> str:
    """Services of one line each; `{n}` is the number of the service."""
    return "services:\n" + "".join(f"  s{n}: {line.replace('{n}', str(n))}\n" for n in range(count))


def _listed(key: str, count: int, item: str) -> str:
    """One field of a service with many items."""
    return f"    {key}:\n" + "".join(f"      {item.replace('{n}', str(n))}\n" for n in range(1, count))


def _one(*fields: str) -> str:
    return "services:\n  a:\n    image: postgres:17\n" + "".join(fields)


def _built(count: int) -> Files:
    compose = _services(count, "{build: d{n}, image: i{n}}")
    return {"compose.yaml": compose} | {f"d{n}/Dockerfile": f"FROM i{n + 1}\nRUN x\n" for n in range(count)}


_COMMENT = "# lintstack: ignore[non-root-user,planted-root] reason"
SHAPES: dict[str, Files] = {
    "services": {"compose.yaml": _services(1000, "{image: 'nginx:latest', user: root, ports: ['{n}:80']}")},
    "services-that-depend": {"compose.yaml": _services(1000, "{image: x, depends_on: [s0, s{n}, s1, t{n}]}")},
    "services-with-secrets": {"compose.yaml": _services(1500, "{image: x, environment: {DB_PASSWORD: 'pass{n}word'}}")},
    "services-with-comments": {"compose.yaml": _services(1000, f"{{image: x, user: root}} {_COMMENT}")},
    "services-on-one-port": {"compose.yaml": _services(1000, "{image: x, ports: ['80:80', '{n}-6{n}:80']}")},
    "services-with-one-name": {"compose.yaml": _services(1000, "{image: x, container_name: x, hostname: x}")},
    "services-and-unknown-networks": {
        "compose.yaml": _services(1000, "{image: x, networks: [n{n}], volumes: ['v{n}:/x']}")
    },
    "services-beside-networks-and-secrets": {
        "compose.yaml": _services(1500, "{image: x}")
        + "networks:\n"
        + "".join(f"  n{n}: {{}}\n" for n in range(1500))
        + "secrets:\n"
        + "".join(f"  e{n}: {{external: true}}\n  v{n}: {{environment: V{n}}}\n" for n in range(1500)),
        ".env": "".join(f"A{n}=x\n" for n in range(1500)),
        ".env.example": "".join(f"B{n}=x\n" for n in range(1500)),
    },
    "services-that-build-each-other": _built(300),
    "services-that-build-one-stage": {
        "compose.yaml": _services(1000, "{build: {context: ., target: t{n}}}"),
        "Dockerfile": "".join(f"FROM alpine:3.20 AS t{n}\nRUN echo {n}\n" for n in range(1000)),
    },
    "services-with-inline-dockerfiles": {
        "compose.yaml": _services(800, '{build: {dockerfile_inline: "FROM alpine:3.20\\nUSER root\\nRUN {n}"}}'),
    },
    "fields": {
        "compose.yaml": _one(
            _listed("ports", 2000, "- '{n}:{n}'"),
            _listed("environment", 2000, "A{n}_PASSWORD: x{n}xxxxxx"),
            _listed("volumes", 2000, "- ./a{n}:/b{n}"),
            _listed("labels", 2000, "a{n}: b"),
            _listed("cap_add", 2000, "- C{n}"),
        ),
    },
    "variables": {
        "compose.yaml": _one(_listed("environment", 4000, "A{n}: ${B{n}} ${C{n}:-d} $$")),
        ".env": "\n".join(f"B{n}=x" for n in range(4000)),
    },
    "unknown-keys": {"compose.yaml": _one("".join(f"    imag{n}: x\n" for n in range(4000)))},
    "duplicate-keys": {"compose.yaml": _one("    user: root\n" * 4000)},
    "wrong-types": {"compose.yaml": _services(1500, "{image: [], ports: {}, user: {}, privileged: x{n}}")},
    "unknown-suppressions": {
        "compose.yaml": _one("".join(f"# lintstack: ignore[non-rot-usr{n}]\n" for n in range(3000)))
    },
    "suppressions-above-one-thing": {
        "compose.yaml": f"{_COMMENT}\n" * 2000 + _one(_listed("ports", 2000, "- '{n}:80'"))
    },
    "suppressions-of-a-file": {
        "compose.yaml": _COMMENT.replace("ignore", "ignore-file") + "\n" + _services(1000, "{image: x, user: root}")
    },
    "documents": {"compose.yaml": _services(3, "{image: x, user: root}") + "---\nservices: {s1: {user: app}}\n" * 1000},
    "overlays": {"compose.yaml": _one()} | {f"compose.o{n}.yaml": "services: {a: {user: root}}\n" for n in range(60)},
    "projects": {f"p{n}/compose.yaml": _one("    user: root\n") for n in range(200)},
    "runs": {"Dockerfile": ROOT + "RUN apt-get update && apt-get install -y curl\n" * 3000},
    "instructions-with-comments": {"Dockerfile": "FROM alpine:3.20\n" + f"{_COMMENT}\nRUN x\n" * 3000 + "USER root\n"},
    "stages": {"Dockerfile": "".join(f"FROM alpine:latest AS s{n}\nUSER root\n{_COMMENT}\n" for n in range(1500))},
    "stages-that-copy": {
        "Dockerfile": "".join(f"FROM alpine AS s{n}\nCOPY --from=s{n - 1} a b\n" for n in range(1, 1500))
    },
    "environment-of-an-image": {
        "Dockerfile": "FROM alpine:3.20\n" + "".join(f"ENV A{n}_TOKEN=x$A{n - 1}_TOKEN\n" for n in range(1500))
    },
    "shell-words": {"Dockerfile": ROOT + "".join(f"RUN {'x && ' * 800}x\n" for _ in range(40))},
    "dockerfiles": {f"d{n}/Dockerfile": ROOT for n in range(400)},
    "links": {f"d{n}/x": "" for n in range(1000)} | {"compose.yaml": _one("    user: root\n")},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_large_input(shape: str, house: House) -> None:
    folder = house.tree(SHAPES[shape])
    words = ("check", "--config", str(house.home / "all.yaml"), "-o", "concise")
    code, out, errors = clock.within(3, lambda: command(folder, *words))
    assert (code in (0, 1), errors) == (True, "")
    assert "internal-error" not in out
