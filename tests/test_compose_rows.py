"""Everything that is known to go wrong with compose files has a page, a diagnostic or a reason why not.

`tests/compose_rows.txt` has a row for each such thing: its name, and the page or diagnostic that tells it where that is
called otherwise; `every-rule` is what all rules do, `not-taken` has its reason in `docs/not-taken.md`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lintstack.analysis import Options, analyse
from lintstack.config import Config
from lintstack.report.system import TITLES
from lintstack.rules import builtin
from tests.covered import not_taken

ROWS = [line.split() for line in (Path(__file__).parent / "compose_rows.txt").read_text("utf-8").splitlines()]
COUNT = 304
NAMES = {name for rule in builtin() for name in (rule.name, *rule.aka)}
LEFT_OUT = {name for tool, name, _ in not_taken() if tool == "compose"}
# What Docker Compose refuses, by row: a base, and an override where it takes one.
REFUSED: dict[str, tuple[str, ...]] = {
    "yaml-merge-key-repeated": ("x: &a {}\nx-b: &b {}\nservices:\n  a:\n    <<: *b\n    <<: *b\n    image: a\n",),
    "yaml-merge-key-invalid": ("services:\n  a:\n    <<: text\n    image: a\n",),
    "yaml-alias-cycle": ("services:\n  a: &a\n    image: a\n    labels: *a\n",),
    "yaml-non-string-key": ("services:\n  1:\n    image: a\n",),
    "top-level-not-mapping": ("- a\n",),
    "services-not-mapping": ("services: [a]\n",),
    "service-not-mapping": ("services:\n  a:\n",),
    "empty-compose-file": ("# nothing\n",),
    "legacy-v1-format": ("web:\n  image: a\n",),
    "schema-unknown-key": ("services: {a: {image: a, imagee: b}}\n",),
    "schema-wrong-type": ("services: {a: {image: a, ports: '80'}}\n",),
    "schema-bad-enum": ("services: {a: {image: a, depends_on: {b: {condition: ready}}}, b: {image: b}}\n",),
    "schema-missing-key": ("services: {a: {image: a, depends_on: {b: {}}}, b: {image: b}}\n",),
    "schema-duplicate-item": ("services: {a: {image: a, security_opt: [a, a]}}\n",),
    "yaml-special-float": ("services: {a: {image: a, environment: {A: .inf}}}\n",),
    "interpolation-invalid": ("services: {a: {image: 'a:${V:x}'}}\n",),
    "interpolation-cast-failed": ("services: {a: {image: a, privileged: '${V:-1}'}}\n",),
    "env-file-format-unsupported": (
        "services: {a: {image: a, env_file: [{path: a.env, format: ini, required: false}]}}\n",
    ),
    "environment-key-space": ("services: {a: {image: a, environment: ['A =b']}}\n",),
    "environment-list-of-maps": ("services: {a: {image: a, environment: [{A: b}]}}\n",),
    "environment-nested-value": ("services: {a: {image: a, environment: {A: {B: c}}}}\n",),
    "extends-missing-service": ("services: {a: {extends: {service: b}}}\n",),
    "extends-missing-file": ("services: {a: {extends: {service: b, file: no.yaml}}}\n",),
    "extends-missing-key": ("services: {a: {image: a, extends: {file: compose.yaml}}}\n",),
    "extends-cycle": ("services: {a: {extends: {service: b}}, b: {extends: {service: a}}}\n",),
    "include-missing": ("include: [no.yaml]\nservices: {a: {image: a}}\n",),
    "include-cycle": ("include: [compose.yaml]\nservices: {a: {image: a}}\n",),
    "include-not-list": ("include: compose2.yaml\nservices: {a: {image: a}}\n",),
    "include-env-file-missing": ("include: [{path: ./other.yaml, env_file: no.env}]\nservices: {a: {image: a}}\n",),
    "profile-dependency-disabled": ("services: {a: {image: a, depends_on: [b]}, b: {image: b, profiles: [x1]}}\n",),
    "dependency-cycle": ("services: {a: {image: a, depends_on: [b]}, b: {image: b, depends_on: [a]}}\n",),
    "secret-source": ("services: {a: {image: a, secrets: [s]}}\nsecrets: {s: {}}\n",),
    "container-name-with-replicas": ("services: {a: {image: a, container_name: abc, scale: 2}}\n",),
    "service-name-invalid": ("services: {'a b': {image: a}}\n",),
    "network-mode-and-networks": ("services: {a: {image: a, network_mode: host, networks: [n]}}\nnetworks: {n: {}}\n",),
    "extra-hosts-invalid": ("services: {a: {image: a, extra_hosts: ['name']}}\n",),
    "port-range-mismatch": ("services: {a: {image: a, ports: ['8000-8002:80-81']}}\n",),
    "port-host-ip-invalid": ("services: {a: {image: a, ports: [{target: 80, host_ip: nope}]}}\n",),
    "volume-syntax": ("services: {a: {image: a, volumes: [':/b']}}\n",),
    "bind-source-empty": ("services: {a: {image: a, volumes: [{type: bind, target: /a}]}}\n",),
    "image-or-build-missing": ("services: {a: {command: x}}\n",),
    "dockerfile-and-inline": (
        "services: {a: {build: {context: ., dockerfile: D, dockerfile_inline: 'FROM scratch'}}}\n",
    ),
    "build-platform-mismatch": (
        "services: {a: {platform: linux/amd64, build: {context: ., platforms: [linux/arm64]}}}\n",
    ),
    "build-ssh-invalid": ("services: {a: {build: {context: ., ssh: [foo]}}}\n",),
    "duration-syntax": ("services: {a: {image: a, stop_grace_period: soon}}\n",),
    "size-syntax": ("services: {a: {image: a, mem_limit: much}}\n",),
    "conflicting-limits": ("services: {a: {image: a, mem_limit: 1g, deploy: {resources: {limits: {memory: 2g}}}}}\n",),
    "scale-conflict": ("services: {a: {image: a, scale: 2, deploy: {replicas: 3}}}\n",),
    "command-quoting": ('services: {a: {image: a, command: "echo \'a"}}\n',),
    "models-plugin": ("services: {a: {image: a, models: [m]}}\nmodels: {m: {}}\n",),
    "merge-type-mismatch": (
        "services: {a: {image: a, labels: {a: b}}}\n",
        "services: {a: {deploy: [text]}}\n",
    ),
}


def test_list_is_whole() -> None:
    assert len({row for row, *_ in ROWS}) == len(ROWS) == COUNT


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_row_is_told_somewhere(row: list[str]) -> None:
    places = row[1:] or row
    if places == ["not-taken"]:
        assert row[0] in LEFT_OUT
    elif places != ["every-rule"]:
        assert set(places) <= NAMES | TITLES.keys()


def test_reasons_are_for_rows() -> None:
    assert {row for row, *places in ROWS if places == ["not-taken"]} == LEFT_OUT


def test_rows_of_diagnostics_have_a_project() -> None:
    own = {row for row, *places in ROWS if not TITLES.keys().isdisjoint(places)}
    assert own - REFUSED.keys() == {"include-conflict"}, "a matter of versions"


@pytest.mark.parametrize("row", REFUSED)
def test_project_is_refused(row: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n", "utf-8")
    (tmp_path / "other.yaml").write_text("services: {o: {image: b}}\n", "utf-8")
    for name, text in zip(("compose.yaml", "compose.override.yaml"), REFUSED[row], strict=False):
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    found = {finding.rule for finding in analyse(Options(paths=("compose.yaml",), config=Config())).findings}
    assert found & set(next(places for name, *places in ROWS if name == row))


def test_conflict_with_an_included_file_is_refused_by_old_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.yaml").write_text("services: {o: {image: b}}\n", "utf-8")
    (tmp_path / "compose.yaml").write_text("include: [other.yaml]\nservices: {o: {image: a}}\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    for version, refused in (("2.40", True), ("5.1", False)):
        config = Config(compose_version=version)
        found = {finding.rule for finding in analyse(Options(paths=("compose.yaml",), config=config)).findings}
        assert ("compose-consistency" in found) is refused
