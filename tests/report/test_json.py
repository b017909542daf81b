"""The JSON contract."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given

from lintstack.report import FORMATS, Run, Style, Summary, render

from .stacks import DOCKERFILE, LATEST, NON_ROOT, OBSOLETE, SECRET, SYNTAX, at, run
from .test_full import runs

PLACE = {"path", "line", "column", "end_line", "end_column"}
KEYS = PLACE | {"rule", "severity", "message", "environments", "service", "related", "see", "fingerprint", "fix"}


def report(example: Run) -> Any:
    return json.loads(render("json", example))


def test_shape() -> None:
    whole = report(run(NON_ROOT, OBSOLETE, LATEST, SYNTAX, seconds=1.5, unknown={"image not known": 1}))
    assert set(whole) == {"version", "summary", "findings"}
    assert whole["version"] == 1
    assert all(set(item) == KEYS for item in whole["findings"])
    assert all(set(place) == PLACE | {"label"} for item in whole["findings"] for place in item["related"])
    assert set(whole["summary"]) == set(Summary._fields) - {"seconds"}
    assert whole["summary"]["stacks"][1] == {
        "project": ".",
        "environment": "prod",
        "kind": "prod",
        "files": ["compose.yaml", "compose.prod.yaml"],
        "evidence": "named prod",
        "inferred": True,
    }


def test_a_finding() -> None:
    assert report(run(NON_ROOT))["findings"][0] == {
        "rule": "non-root-user",
        "severity": "error",
        "message": "service `api` runs as root; add `USER 10001` before the last CMD",
        "path": "compose.yaml",
        "line": 13,
        "column": 3,
        "end_line": 13,
        "end_column": 6,
        "environments": ["prod"],
        "service": "api",
        "related": [
            {
                "path": path,
                "line": line,
                "column": column,
                "end_line": line,
                "end_column": end,
                "label": label,
            }
            for path, line, column, end, label in (
                ("compose.yaml", 14, 5, 17, "builds the last stage of api/Dockerfile"),
                ("api/Dockerfile", 7, 1, 22, "last stage starts here and never sets USER"),
                ("compose.prod.yaml", 2, 3, 6, "merged from here; sets no `user:` either"),
            )
        ],
        "see": {tool: list(names) for tool, names in NON_ROOT.see.items()},
        "fingerprint": "0123456789abcdef0123456789abcdef",
        "fix": None,
    }


def test_a_fix() -> None:
    assert report(run(OBSOLETE))["findings"][0]["fix"] == {
        "title": "remove `version:`",
        "safe": True,
        "edits": [{"path": "compose.yaml", "line": 1, "column": 1, "end_line": 2, "end_column": 1, "text": ""}],
    }


def test_no_findings() -> None:
    assert report(run())["findings"] == []


def test_no_source_text() -> None:
    near = NON_ROOT.__class__("a-rule", "error", "bad", at(DOCKERFILE, "COPY"))
    assert "/app" not in render("json", run(near))
    assert SECRET.text not in render("json", run(NON_ROOT, LATEST))


@given(runs())
def test_any_input_gives_the_same_ascii(example: Run) -> None:
    shown = render("json", example)
    assert shown.isascii()
    assert shown.endswith("}\n")
    assert shown == render("json", example, Style(color=True, width=80, links=True))
    json.dumps(json.loads(shown), ensure_ascii=False).encode()
    assert len(json.loads(shown)["findings"]) == len(example.findings)


def test_every_format_renders_the_same_bytes_twice() -> None:
    example = run(NON_ROOT, OBSOLETE, LATEST, SYNTAX)
    for format in FORMATS:
        assert render(format, example) == render(format, example)
        assert render(format, example).endswith("\n")
