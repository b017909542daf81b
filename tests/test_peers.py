"""Ids of other tools as their owners and users write them; ids of diagnostics."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from lintstack.analysis import check
from lintstack.cli.shell import cli
from lintstack.config import Config
from lintstack.findings import SEE
from lintstack.peers import _NAMES, canonical, keyed
from lintstack.report.system import TITLES
from lintstack.rules import builtin, rule_of
from lintstack.selection import UnknownRule, resolve, select

TRIVY = Path(__file__).with_name("peers") / "trivy.txt"
SAME = {
    "hadolint": ("DL3008", "dl3008", " DL3008 ", "hadolint/DL3008", "hadolint:DL3008", "hadolint DL3008"),
    "shellcheck": ("SC2086", "sc2086", "shellcheck/SC2086"),
    "buildkit": ("JSONArgsRecommended", "jsonargsrecommended", "buildkit/JSONArgsRecommended"),
    "checkov": ("CKV_DOCKER_3", "ckv_docker_3"),
    "checkov, second series": ("CKV2_DOCKER_1", "ckv2_docker_1"),
    "trivy": (
        "DS-0002",
        "DS002",
        "AVD-DS-0002",
        "DS0002",
        "avd-ds-0002",
        "ds-2",
        "least-privilege-user",
        "docker-least-privilege-user",
    ),
    "trivy, a name like ours": ("DS-0008", "docker-port-out-of-range"),
    "trivy, two digits": ("DS-0026", "DS026", "AVD-DS-0026", "DS0026", "no-healthcheck"),
    "kics": (
        *("fd54f200-402c-4333-a5a4-36ef6709af2f", "fd54f200", "FD54F200"),
        *("kics fd54f200", "KICS:fd54f200-402c-4333-a5a4-36ef6709af2f"),
    ),
    "semgrep": (
        "dockerfile.security.missing-user.missing-user",
        "missing-user",
        "Dockerfile.Security.missing-user.missing-user",
        "semgrep missing-user",
        "semgrep:dockerfile.security.missing-user.missing-user",
    ),
    "semgrep, compose": (
        "yaml.docker-compose.security.privileged-service.privileged-service",
        "privileged-service",
    ),
    "dclint": ("no-unbound-port-interfaces", "dclint/no-unbound-port-interfaces", "dclint No-Unbound-Port-Interfaces"),
    "compose-lint": ("CL-0005", "cl-0005", "compose-lint CL-0005", "compose-lint/CL-0005"),
    "composelint": ("no-unbound-ports", "composelint/no-unbound-ports"),
    "docksec": ("compose-privileged", "DockSec compose-privileged"),
    "kjaniec": ("port-binding", "kjaniec-compose-lint:port-binding"),
    "tally": ("tally/no-unreachable-stages", "no-unreachable-stages"),
    "tally, folders": ("tally/labels/valid-key", "labels/valid-key"),
    "sonar": ("S7019", "docker:S7019", "dockerfile:s7019"),
    "dockle": ("CIS-DI-0001", "cis-di-0001"),
    "dockle, own": ("DKL-DI-0006", "dkl-di-0006"),
    "cis": ("cis-docker 4.1", "CIS-Docker-4.1", "cis 4.1", "cis_docker:4.1", "4.1"),
    "cwe": ("CWE-250", "cwe 250", "cwe-0250"),
}


@pytest.mark.parametrize("spellings", SAME.values(), ids=list(SAME))
def test_spellings_of_one_id(spellings: tuple[str, ...]) -> None:
    assert len({canonical(spelling) for spelling in spellings}) == 1


def test_other_names_of_trivy_lead_to_ids_that_it_has() -> None:
    ids = {canonical(line.split()[0]) for line in TRIVY.read_text("utf-8").splitlines()}
    assert set(_NAMES.values()) == ids
    assert len(set(_NAMES.values())) == len(_NAMES)
    assert not _NAMES.keys() & {rule.name for rule in builtin()}


def test_ids_stay_apart() -> None:
    firsts = [canonical(spellings[0]) for spellings in SAME.values()]
    assert len(set(firsts)) == len(firsts)
    assert canonical("deprecated_in_1.13") == "deprecated_in_1.13"
    assert canonical("DS-0011") != canonical("DS-0001")
    assert (keyed("cwe", "250"), keyed("cis-docker", "5.28")) == ("cwe-250", "5.28")


@pytest.mark.parametrize("asked", ["DS002", "fd54f200-402c-4333-a5a4-36ef6709af2f", "cis-docker 4.1", "CWE-250"])
def test_pages_are_found_by_any_spelling(asked: str) -> None:
    see = {"trivy": ["DS-0002"], "kics": ["fd54f200"], "cis-docker": ["4.1"], "cwe": [250]}
    rules = (rule_of("service", "some-rule", {"title": "t", "see": see}), rule_of("service", "other", {"title": "t"}))
    assert set(resolve((asked,), rules)) == {"some-rule"}


def test_name_of_ours_is_not_mistaken_for_another_tools_id() -> None:
    rules = (
        rule_of("service", "missing-user", {"title": "t"}),
        rule_of("service", "other", {"title": "t", "see": {"semgrep": ["missing-user"]}}),
    )
    assert set(resolve(("missing-user",), rules)) == {"missing-user"}
    assert set(resolve(("other",), rules)) == {"other"}


def test_name_of_ours_that_looks_like_an_id_is_ours() -> None:
    """Trivy's long name for DS-0026 is `no-healthcheck`."""
    rules = (
        rule_of("service", "some-rule", {"title": "t", "aka": ["no-healthcheck"]}),
        rule_of("service", "other", {"title": "t", "see": {"trivy": ["DS-0026"]}}),
    )
    assert set(resolve(("no-healthcheck",), rules)) == {"some-rule"}
    assert set(resolve(("no-healthcheck",), rules[1:])) == {"other"}


def test_diagnostics_with_ids_exist() -> None:
    assert SEE.keys() <= TITLES.keys()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("FROM alpine:3.20\nRUNN true\n", {"DL1000"}),
        ("RUN true\nFROM alpine:3.20\n", {"DL3061"}),
        ("RUN true\n", {"DL3061"}),
        ("ARG TAG\n", set()),
        ("", set()),
        ("FROM alpine:3.20\nONBUILD FROM alpine:3.20\n", {"DL3043"}),
        ("FROM alpine:3.20\nONBUILD\n", {"DL1000"}),
    ],
)
def test_broken_syntax_has_the_ids_of_what_is_broken(tmp_path: Path, text: str, ids: set[str]) -> None:
    (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
    found = check([tmp_path / "Dockerfile"])
    broken = [finding for finding in found if finding.rule == "dockerfile-syntax"]
    assert broken and {id for finding in broken for id in finding.see.get("hadolint", ())} == ids


@pytest.mark.parametrize("asked", ["dockerfile-syntax", "DL1000", "hadolint/DL3061", "tally/unknown-instruction"])
def test_diagnostics_are_explained(asked: str) -> None:
    result = CliRunner().invoke(cli, ["explain", asked])
    assert result.exit_code == 0
    assert result.output.startswith("dockerfile-syntax: A Dockerfile can be parsed\n")
    assert "hadolint DL1000" in result.output
    assert "diagnostics.md#dockerfile-syntax" in result.output


def test_diagnostics_cannot_be_ignored() -> None:
    with pytest.raises(UnknownRule, match="`DL1000` is no rule but the diagnostic `dockerfile-syntax`"):
        resolve(("DL1000",), ())


@pytest.mark.parametrize("asked", ["DL1000", "DL3061", "S2260", "dockerfile-syntax", "compose-schema"])
def test_what_is_always_reported_can_be_selected(asked: str) -> None:
    assert select(builtin(), Config(), select=(asked,)) == ()
    assert [item.rule.name for item in select(builtin(), Config(), select=(asked, "no-maintainer"))] == [
        "no-maintainer"
    ]
