"""Never silence about a file that Docker accepts: an odd spelling of a fault is the fault, or a diagnostic."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.reliability.lint import House, meets

ROOT = "FROM alpine:3.20\nUSER root\n"
INLINE = "services:\n  p:\n    build:\n      dockerfile_inline: |\n        FROM alpine:3.20\n"
APP = "FROM alpine:3.20\nUSER app\n"


class Case(NamedTuple):
    """Files, and what must be said (see `lint.meets`)."""

    id: str
    files: dict[str, str]
    expected: str


def _compose(*lines: str, image: str = "alpine:3.20.1") -> str:
    return f"services:\n  p:\n    image: {image}\n" + "".join(f"    {line}\n" for line in lines)


PRIVILEGED = "planted-privileged compose.yaml:4"
USER = "planted-root compose.yaml:4"

CASES = (
    *(
        Case(f"privileged-{text}", {"compose.yaml": _compose(f"privileged: {text}")}, PRIVILEGED)
        for text in (
            "true",
            "True",
            "TRUE",
            "yes",
            "Yes",
            "on",
            "y",
            '"y"',
            "'true'",
            '"on"',
            "!!str true",
            "!!bool true",
            "${P:-true}",
            "'${P-yes}'",
            "&a true",
            "! true",
            '"tr\\x75e"',
            "|-\n      true",
            ">-\n      true",
        )
    ),
    *(
        Case(f"user-{text[:20]}", {"compose.yaml": _compose(f"user: {text}")}, USER)
        for text in (
            "root",
            '"root"',
            "'0'",
            '"0:0"',
            "0:1000",
            "root:app",
            "${U:-root}",
            "'${U-0}'",
            "!!str 0",
            '"r\\x6fot"',
            ">-\n      root",
            '"000"',
            "${U:-${V:-root}}",
            '"+0"',
            "'-0'",
            f"'{'0' * 500}'",
        )
    ),
    *(
        Case(f"user-{text}", {"compose.yaml": _compose(f"user: {text}")}, "compose-schema compose.yaml:4")
        for text in ("0", "00", "+0", "0x0", "[root]", "{a: root}", "true")
    ),
    *(
        Case(f"image-{text}", {"compose.yaml": _compose(image=text)}, "planted-latest compose.yaml:3")
        for text in (
            "nginx:latest",
            '"nginx:latest"',
            "'nginx:${T:-latest}'",
            "${I:-nginx:latest}",
            "docker.io/library/nginx:latest",
            "localhost:5000/a/b:latest",
            "!!str nginx:latest",
            ">-\n      nginx:latest",
            '"ngin\\x78:latest"',
            "&i nginx:latest",
        )
    ),
    Case(
        "flow", {"compose.yaml": "{services: {p: {image: 'nginx:latest', user: root}}}"}, "planted-root compose.yaml:1"
    ),
    Case(
        "json",
        {"compose.yaml": '{"services":{"p":{"image":"nginx:latest","user":"root"}}}'},
        "planted-root compose.yaml:1",
    ),
    Case(
        "json-tabs",
        {"compose.yaml": '{\n\t"services": {\n\t\t"p": {\n\t\t\t"image": "a:1",\n\t\t\t"user": "root"\n\t\t}\n\t}\n}'},
        "planted-root compose.yaml:5 | yaml-syntax",
    ),
    Case(
        "flow-command-with-url",
        {"compose.yaml": _compose("command: [curl, http://x:8080]", "user: root")},
        "planted-root compose.yaml:5",
    ),
    Case("flow-port", {"compose.yaml": _compose("ports: [8080:80]", "user: root")}, "planted-root compose.yaml:5"),
    Case(
        "flow-image-with-colon",
        {"compose.yaml": "services:\n  p: {image: nginx:latest, user: root}\n"},
        "planted-root compose.yaml:2",
    ),
    Case(
        "anchors",
        {"compose.yaml": "x-a: &a {user: root}\nservices:\n  p: {<<: *a, image: 'alpine:3.20.1'}\n"},
        "planted-root compose.yaml:1",
    ),
    Case(
        "alias-of-a-service",
        {"compose.yaml": "services:\n  p: &p {image: 'alpine:3.20.1', user: root}\n  q: *p\n"},
        "planted-root compose.yaml:2",
    ),
    Case(
        "extends-same-file",
        {"compose.yaml": "services:\n  a: {image: 'alpine:3.20.1', user: root}\n  p: {extends: a}\n"},
        "planted-root compose.yaml:2",
    ),
    Case(
        "extends-other-file",
        {
            "compose.yaml": "services:\n  p: {extends: {file: base.yaml, service: a}}\n",
            "base.yaml": "services:\n  a: {image: 'alpine:3.20.1', user: root}\n",
        },
        "planted-root base.yaml:2",
    ),
    Case(
        "include",
        {
            "compose.yaml": "include: [sub/other.yaml]\n",
            "sub/other.yaml": _compose("user: root"),
        },
        "planted-root sub/other.yaml:4",
    ),
    Case(
        "override-file",
        {"compose.yaml": _compose("user: app"), "compose.override.yaml": "services:\n  p: {user: root}\n"},
        "planted-root compose.override.yaml:2",
    ),
    Case(
        "override-yml",
        {"docker-compose.yml": _compose("user: app"), "docker-compose.override.yml": "services:\n  p: {user: root}\n"},
        "planted-root docker-compose.override.yml:2",
    ),
    Case(
        "reset",
        {"compose.yaml": _compose("user: app"), "compose.override.yaml": "services:\n  p: {user: !reset null}\n"},
        "planted-root compose.yaml",
    ),
    Case(
        "override-tag",
        {"compose.yaml": _compose("user: app"), "compose.override.yaml": "services:\n  p: {user: !override root}\n"},
        "planted-root compose.override.yaml:2",
    ),
    Case("profile", {"compose.yaml": _compose("user: root", "profiles: [debug]")}, USER),
    Case("value-from-env", {"compose.yaml": _compose("user: $WHO"), ".env": "WHO=root\n"}, "planted-root"),
    Case("export-in-env", {"compose.yaml": _compose("user: $WHO"), ".env": "export WHO='root' # x\n"}, "planted-root"),
    Case(
        "bom-in-env",
        {"compose.yaml": _compose("user: $WHO"), ".env": "\ufeffWHO=root\n"},
        "planted-root | dotenv-syntax",
    ),
    Case(
        "second-document",
        {"compose.yaml": _compose("user: app") + "---\nservices: {p: {user: root}}\n"},
        "planted-root compose.yaml:6",
    ),
    Case(
        "only-second-document", {"compose.yaml": "---\n---\n" + _compose("user: root")}, "planted-root compose.yaml:6"
    ),
    Case(
        "second-document-has-an-error",
        {"compose.yaml": _compose("user: root") + "---\nservices: [\n"},
        "yaml-syntax compose.yaml",
    ),
    Case("old-format", {"compose.yaml": "p:\n  image: alpine:3.20.1\n  user: root\n"}, "compose-schema compose.yaml"),
    Case(
        "extension-services",
        {"compose.yaml": "x-services: {}\n" + _compose("user: root")},
        "planted-root compose.yaml:5",
    ),
    Case(
        "build-only", {"compose.yaml": "services:\n  p: {build: .}\n", "Dockerfile": ROOT}, "planted-root Dockerfile:2"
    ),
    Case(
        "build-other-name",
        {"compose.yaml": "services:\n  p: {build: {dockerfile: build/img}}\n", "build/img": ROOT},
        "planted-root build/img:2",
    ),
    Case(
        "build-outside-context",
        {"compose.yaml": "services:\n  p: {build: {context: a, dockerfile: ../b/D}}\n", "a/x": "", "b/D": ROOT},
        "planted-root b/D:2",
    ),
    Case(
        "build-target",
        {
            "compose.yaml": "services:\n  p: {build: {context: ., target: A}}\n",
            "Dockerfile": "FROM alpine:3.20 AS a\nUSER root\nFROM alpine:3.20\nUSER app\n",
        },
        "planted-root Dockerfile:2",
    ),
    Case(
        "build-target-index",
        {
            "compose.yaml": "services:\n  p: {build: {context: ., target: '0'}}\n",
            "Dockerfile": "FROM alpine:3.20\nUSER root\nFROM alpine:3.20\nUSER app\n",
        },
        "planted-root Dockerfile:2",
    ),
    Case(
        "build-argument",
        {
            "compose.yaml": "services:\n  p: {build: {context: ., args: {U: root}}}\n",
            "Dockerfile": "FROM alpine:3.20\nARG U=app\nUSER $U\n",
        },
        "planted-root Dockerfile:3",
    ),
    Case(
        "inline",
        {"compose.yaml": INLINE + "        USER root\n"},
        "planted-root compose.yaml:6",
    ),
    Case(
        "inline-broken",
        {"compose.yaml": INLINE + "        NOPE\n"},
        "dockerfile-syntax compose.yaml:6",
    ),
    Case(
        "inline-without-from",
        {"compose.yaml": "services:\n  p:\n    build:\n      dockerfile_inline: USER app\n"},
        "dockerfile-syntax compose.yaml",
    ),
    Case(
        "user-of-compose-wins",
        {"compose.yaml": "services:\n  p: {build: ., user: root}\n", "Dockerfile": APP},
        "planted-root compose.yaml:2",
    ),
    Case(
        "built-from-another-service",
        {
            "compose.yaml": "services:\n  a: {build: a, image: base}\n  p: {build: p}\n",
            "a/Dockerfile": ROOT,
            "p/Dockerfile": "FROM b\nRUN x\n",
        },
        "planted-root a/Dockerfile:2",
    ),
    Case(
        "additional-context",
        {
            "compose.yaml": "services: {a: {build: a}, p: {build: {context: p, additional_contexts: [b=service:a]}}}",
            "a/Dockerfile": ROOT,
            "p/Dockerfile": "FROM b\nRUN x\n",
        },
        "planted-root a/Dockerfile:2",
    ),
    *(
        Case(f"name-{name}", {name: text}, f"planted-root {name}")
        for name, text in (
            ("compose.yml", _compose("user: root")),
            ("docker-compose.yaml", _compose("user: root")),
            ("COMPOSE.YAML", _compose("user: root")),
            ("docker-compose.prod.yml", _compose("user: root")),
            ("prod.compose.yaml", _compose("user: root")),
            ("stack.yml", _compose("user: root")),
            ("Dockerfile.prod", ROOT),
            ("prod.Dockerfile", ROOT),
            ("dockerfile", ROOT),
            ("Containerfile", ROOT),
            ("Dockerfile-dev", ROOT),
            ("api.dockerfile", ROOT),
            (".docker/Dockerfile", ROOT),
            ("Dockerfile_x", ROOT),
            ("build/Dockerfile", ROOT),
            ("vendor/Dockerfile", ROOT),
            ("dist/Dockerfile", ROOT),
            ("target/Dockerfile", ROOT),
        )
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case.id))
def test_the_fault_is_reported(case: Case, house: House) -> None:
    outcome = house.lint(house.tree(case.files))
    assert outcome.exit == 1
    assert meets(outcome, (case.expected,)) == [], sorted(outcome.places)
