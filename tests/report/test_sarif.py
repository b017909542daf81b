"""SARIF: what GitHub takes, and every field that it reads."""

from __future__ import annotations

import gzip
import json
import urllib.parse
from typing import Any

import pytest
from hypothesis import given

from lintstack.facts import Place
from lintstack.findings import Finding, Severity, diagnostic
from lintstack.report import Run, Style, render
from lintstack.report.sarif.results import LIMIT
from lintstack.report.system import TITLES
from lintstack.source import Source, Span

from .conftest import Validate
from .stacks import COMPOSE, DOCKERFILE, HEADS, LATEST, NON_ROOT, OBSOLETE, SECRET, SYNTAX, at, run
from .test_full import runs


def log(example: Run) -> Any:
    """The only run of the log."""
    (only,) = json.loads(render("sarif", example))["runs"]
    return only


def results(*findings: Finding, **fields: Any) -> Any:
    return log(run(*findings)._replace(**fields))["results"]


def region(place: Place) -> Any:
    return physical(place)["region"]


def physical(place: Place, **fields: Any) -> Any:
    finding = Finding("latest-image", "error", "bad", place)
    return results(finding, **fields)[0]["locations"][0]["physicalLocation"]


def realistic() -> Run:
    """Everything that a report can hold, hostile names included."""
    hostile = Source("we ird/%20#?&[1]:/caf\udce9.yaml", "services:\n  '[x](http://evil)': {}\n", bom=True)
    name = "[x](http://evil)"
    link = Finding("latest-image", "error", f"service `{name}` is bad\\", at(hostile, name), (SYNTAX.at,), service=name)
    return run(NON_ROOT, OBSOLETE, LATEST, SYNTAX, link, services_known_user=1)._replace(category="lintstack/prod")


def test_the_validator_and_github_find_no_fault(validate: Validate) -> None:
    assert {rule for rule, level in validate(render("sarif", realistic())) if level == "error"} == set()
    assert validate(render("sarif", run())) == set()


def test_the_validator_would_find_faults(validate: Validate) -> None:
    for path, rule in (
        (("results", 0, "locations"), "GH1015"),
        (("tool", "driver", "rules", 0, "shortDescription"), "GH2012"),
    ):
        whole = json.loads(render("sarif", realistic()))
        parent: Any = whole["runs"][0]
        for step in path[:-1]:
            parent = parent[step]
        del parent[path[-1]]
        assert (rule, "error") in validate(json.dumps(whole))


def test_frame_of_the_log() -> None:
    whole = json.loads(render("sarif", run(NON_ROOT)))
    assert (whole["$schema"], whole["version"]) == ("https://json.schemastore.org/sarif-2.1.0.json", "2.1.0")
    only = whole["runs"][0]
    assert set(only) == {"tool", "results", "invocations", "columnKind", "redactionTokens"}
    assert only["columnKind"] == "utf16CodeUnits"
    assert only["redactionTokens"] == ["***"]
    driver = only["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"], driver["version"]) == ("lintstack", "0.1.0", "0.1.0")
    assert driver["informationUri"].startswith("https://")


def test_rules_are_all_there_and_sorted_whatever_was_found() -> None:
    rules = log(run(NON_ROOT))["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted([head.name for head in HEADS] + list(TITLES))
    assert rules == log(run(LATEST, SYNTAX))["tool"]["driver"]["rules"]
    for rule in rules:
        assert rule["shortDescription"]["text"].endswith(".")
        assert {"text", "markdown"} == set(rule["help"])
        assert rule["helpUri"].startswith("https://")
        assert len(rule["properties"]["tags"]) <= 10


def test_a_security_rule_and_another_one() -> None:
    rules = {rule["id"]: rule for rule in log(run())["tool"]["driver"]["rules"]}
    assert rules["non-root-user"] == {
        "id": "non-root-user",
        "name": "NonRootUser",
        "shortDescription": {"text": "A service does not run as root."},
        "fullDescription": {"text": "Root in the container is root on the host's kernel."},
        "help": {"text": HEADS[0].help_markdown, "markdown": HEADS[0].help_markdown},
        "helpUri": "https://github.com/lintstack/lintstack/blob/main/rules/service/non-root-user.md",
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "precision": "high",
            "tags": ["security", "external/cwe/cwe-250", "docker", "compose", "dockerfile", "users"],
            "security-severity": "8.0",
        },
    }
    assert rules["obsolete-version"]["properties"] == {
        "precision": "high",
        "tags": ["docker", "compose"],
        "problem.severity": "warning",
    }
    assert rules["obsolete-version"]["defaultConfiguration"] == {"level": "warning"}
    assert rules["latest-image"]["defaultConfiguration"] == {"level": "note"}


def test_a_finding_over_three_files() -> None:
    (result,) = results(NON_ROOT)
    assert result["ruleId"] == "non-root-user"
    assert log(run())["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "non-root-user"
    assert result["message"]["text"] == (
        "service `api` runs as root; add `USER 10001` before the last CMD."
        " See [compose.yaml](1) (builds the last stage of api/Dockerfile),"
        " [api/Dockerfile](2) (last stage starts here and never sets USER),"
        " [compose.prod.yaml](3) (merged from here; sets no `user:` either)."
    )
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "compose.yaml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 13, "startColumn": 3, "endLine": 13, "endColumn": 6},
            },
            "logicalLocations": [{"name": "api", "fullyQualifiedName": "services.api", "kind": "resource"}],
        }
    ]
    assert [place["id"] for place in result["relatedLocations"]] == [1, 2, 3]
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["physicalLocation"]["artifactLocation"]["uri"] for step in steps] == [
        "compose.yaml",
        "compose.yaml",
        "api/Dockerfile",
        "compose.prod.yaml",
    ]
    assert result["partialFingerprints"]["lintstack/v1"] == NON_ROOT.fingerprint
    assert result["properties"]["environments"] == ["prod"]


def test_one_file_has_no_code_flow() -> None:
    assert "codeFlows" not in results(LATEST)[0]


@pytest.mark.parametrize(("severity", "level"), [("error", "error"), ("warning", "warning"), ("info", "note")])
def test_the_level_is_always_written(severity: Severity, level: str) -> None:
    """Also where it is the schema's default, "warning", and the rule's default is another."""
    finding = Finding("non-root-user", severity, "bad", NON_ROOT.at)
    assert results(finding)[0]["level"] == level


def test_a_fix() -> None:
    assert results(OBSOLETE)[0]["fixes"] == [
        {
            "description": {"text": "remove `version:`"},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "compose.yaml", "uriBaseId": "%SRCROOT%"},
                    "replacements": [
                        {
                            "deletedRegion": {"startLine": 1, "startColumn": 1, "endLine": 2, "endColumn": 1},
                            "insertedContent": {"text": ""},
                        }
                    ],
                }
            ],
            "properties": {"safe": True},
        }
    ]


def test_columns_count_utf16_units() -> None:
    source = Source("x.yaml", "a: 👍\nb: 👍👍 here 👍\n")
    assert region(at(source, "here")) == {"startLine": 2, "startColumn": 9, "endLine": 2, "endColumn": 13}
    assert region(at(source, "👍", nth=1)) == {"startLine": 2, "startColumn": 4, "endLine": 2, "endColumn": 6}


def test_regions_stay_in_their_first_line() -> None:
    source = Source("x.yaml", "a:\r\n  b: c\r\n")
    assert region(Place(source.span(0, 12))) == {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 3}
    assert region(Place(source.whole)) == {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}
    end = len(source.text)
    assert region(Place(source.span(end, end))) == {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 1}


@pytest.mark.parametrize(
    ("path", "real", "cwd", "uri"),
    [
        ("compose.yaml", "", "/repo", "compose.yaml"),
        ("./a/../compose.yaml", "", "/repo/sub", "sub/compose.yaml"),
        ("../compose.yaml", "", "/repo/sub", "compose.yaml"),
        ("/repo/a/b.yaml", "", "/elsewhere", "a/b.yaml"),
        ("link.yaml", "/repo/real.yaml", "/repo", "real.yaml"),
        ("/etc/passwd", "/etc/passwd", "/repo", "etc/passwd"),
        ("../../x.yaml", "", "/repo", "x.yaml"),
        ("-", "", "/repo", "-"),
        ("", "", "/repo", "-"),
        ("a b/%20#?&[1]:.yaml", "", "/repo", "a%20b/%2520%23%3F%26%5B1%5D%3A.yaml"),
        ("日.yaml", "", "/repo", "%E6%97%A5.yaml"),
        ("caf\udce9.yaml", "", "/repo", "caf%E9.yaml"),
    ],
)
def test_uris_are_relative_to_the_root_and_reversible(path: str, real: str, cwd: str, uri: str) -> None:
    found = physical(Place(Source(path, "x", real).whole), cwd=cwd)["artifactLocation"]
    assert found == {"uri": uri, "uriBaseId": "%SRCROOT%"}
    assert urllib.parse.unquote_to_bytes(uri)


def test_names_from_files_are_no_links() -> None:
    name = "[x](http://evil)"
    text = results(Finding("a-rule", "error", f"service `{name}` \\[y](2)", LATEST.at))[0]["message"]["text"]
    assert text == "service `\\[x\\](http://evil)` \\\\\\[y\\](2)"


def test_one_result_for_a_rule_and_a_line() -> None:
    first, second = at(COMPOSE, "80", "published here"), at(COMPOSE, "80", nth=1)
    found = [
        Finding("a-rule", "info", "first", first, environments=("dev",), fingerprint="1" * 32),
        Finding("a-rule", "error", "second", second, environments=("prod",), fingerprint="2" * 32),
        Finding("b-rule", "info", "third", first),
    ]
    merged, other = results(*found)
    assert (merged["level"], merged["properties"]["environments"]) == ("error", ["dev", "prod"])
    assert merged["message"]["text"] == "first. See [compose.yaml](1) (second)."
    assert merged["partialFingerprints"]["lintstack/v1"] == "1" * 32
    assert other["ruleId"] == "b-rule"


def test_the_line_hash_is_of_the_findings_line() -> None:
    lines = [result["partialFingerprints"]["primaryLocationLineHash"] for result in results(OBSOLETE, LATEST)]
    assert lines == ["26943896745fb462:1", "40e2f4ed27392b74:1"]


def test_what_was_not_analysed_is_told() -> None:
    (fine,) = log(run(NON_ROOT))["invocations"]
    assert fine == {"executionSuccessful": True}
    (broken,) = log(run(NON_ROOT, SYNTAX))["invocations"]
    assert broken["executionSuccessful"] is False
    (notification,) = broken["toolExecutionNotifications"]
    assert notification["associatedRule"]["id"] == "dockerfile-syntax"
    assert notification["level"] == "error"
    schema = diagnostic("compose-schema", "`prots` is unknown", at(COMPOSE, "ports").span)
    assert log(run(schema))["invocations"][0]["executionSuccessful"] is True


def test_the_category() -> None:
    assert log(run()._replace(category="lintstack/prod"))["automationDetails"] == {"id": "lintstack/prod/"}


def test_secrets_and_absolute_paths_do_not_get_out() -> None:
    shown = render("sarif", realistic())
    assert SECRET.text not in shown
    assert "/repo" not in shown
    assert "snippet" not in shown


def test_thirty_thousand_findings() -> None:
    source = Source("big.yaml", "".join(f"key{index}: value\n" for index in range(30_000)))
    severities: tuple[Severity, ...] = ("info", "error", "warning")
    found = [
        Finding(
            f"rule-{index % 20}",
            severities[index % 3],
            f"message {index}",
            Place(Span(source, start, start + 3)),
            (at(DOCKERFILE, "FROM"),),
            fingerprint=f"{index:032x}",
        )
        for index, start in enumerate(source.line_starts[:30_000])
    ]
    shown = render("sarif", run(*found))
    assert len(gzip.compress(shown.encode(), 6)) < 10_000_000
    kept = json.loads(shown)["runs"][0]["results"]
    assert len(kept) == LIMIT
    assert kept[-1]["ruleId"] == "report-limit"
    assert kept[-1]["message"]["text"] == "5001 more results are left out: GitHub takes 25000 at most"
    levels = [result["level"] for result in kept[:-1]]
    assert (levels.count("error"), levels.count("warning"), levels.count("note")) == (10_000, 10_000, 4_999)
    lines = [result["locations"][0]["physicalLocation"]["region"]["startLine"] for result in kept[:-1]]
    assert lines == sorted(lines)


@given(runs())
def test_any_input_gives_valid_places(example: Run) -> None:
    shown = render("sarif", example)
    assert shown.isascii()
    assert shown == render("sarif", example, Style(color=True, width=80, links=True))
    only = json.loads(shown)["runs"][0]
    for result in only["results"]:
        (location,) = result["locations"]
        for place in (location, *result.get("relatedLocations", [])):
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert uri
            assert not uri.startswith("/")
            assert urllib.parse.urlsplit(uri).scheme == ""
            area = place["physicalLocation"]["region"]
            assert area["startLine"] == area["endLine"] >= 1
            assert 1 <= area["startColumn"] <= area["endColumn"]
        assert result["message"]["text"].count("](") >= len(result.get("relatedLocations", []))
