"""The report for people: frames to the letter, groups, the summary."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintstack.facts import Place
from lintstack.findings import Finding, Severity
from lintstack.report import Run, StackLine, Style, render
from lintstack.report.full import group
from lintstack.source import Source, Span

from .stacks import COMPOSE, DOCKERFILE, LATEST, NON_ROOT, OBSOLETE, SECRET, SYNTAX, at, run

HOME = "https://github.com/lintstack/lintstack/blob/main"


def finding(*places: Place, severity: Severity = "error", text: str = "the message", rule: str = "a-rule") -> Finding:
    """A finding of no known rule."""
    return Finding(rule, severity, text, places[0], places[1:])


def frame(*places: Place, width: int = 0, secrets: tuple[Span, ...] = ()) -> str:
    """The frame of one finding without its title."""
    text = render("full", run(finding(*places), secrets=secrets), Style(width=width))
    return text.partition("\n")[2].partition("\n\n")[0] + "\n"


def test_a_finding_over_three_files() -> None:
    assert render("full", run(NON_ROOT)).split("\n\n")[0] == dedent(
        f"""\
        error[non-root-user]: service `api` runs as root; add `USER 10001` before the last CMD
          --> compose.yaml:13:3
           |
        13 |   api:
           |   ^^^ no `user:` here
        14 |     build: ./api
           |     ------------ builds the last stage of api/Dockerfile
           |
          ==> api/Dockerfile:7:1
           |
         7 | FROM python:3.12-slim
           | --------------------- last stage starts here and never sets USER
           |
          ==> compose.prod.yaml:2:3
           |
         2 |   api:
           |   --- merged from here; sets no `user:` either
           |
           = env: prod (compose.yaml + compose.prod.yaml)
           = help: {HOME}/rules/service/non-root-user.md (same as hadolint DL3002, trivy DS-0002, kics fd54f200…)"""
    )


def test_gaps() -> None:
    near = frame(at(COMPOSE, "version"), at(COMPOSE, "nginx"), at(COMPOSE, "restart"))
    assert near == dedent(
        """\
          --> compose.yaml:1:1
           |
         1 | version: "3.8"
           | ^^^^^^^
         2 | services:
         3 |   web:
         4 |     image: nginx:latest
           |            -----
        ...
        15 |     restart: always
           |     -------
           |
        """
    )


def test_several_labels_in_one_line() -> None:
    line = Source("x.yaml", "foo: [alpha, beta, gamma]\n")
    places = (at(line, "beta", "middle"), at(line, "[alpha, beta, gamma]", "all of it"), at(line, "alpha", "first"))
    assert frame(*places) == dedent(
        """\
         --> x.yaml:1:14
          |
        1 | foo: [alpha, beta, gamma]
          |      --------^^^^-------- all of it
          |       |      |
          |       |      middle
          |       first
          |
        """
    )


def test_the_same_place_twice_is_marked_once() -> None:
    assert frame(at(COMPOSE, "nginx", "here"), at(COMPOSE, "nginx")).count("here") == 1


def test_tabs_wide_and_control_characters() -> None:
    line = Source("w\tide.yaml", "a\t日本e\u0301 \x1b[31m\x7f\x85\u202e x: y\r\n")
    assert frame(at(line, "y", "here"), at(line, "日本", "wide")) == dedent(
        """\
         --> w\\x09ide.yaml:1:20
          |
        1 | a   日本e\u0301 ␛[31m␡\\x85\\u202e x: y
          |     ----                      ^ here
          |     |
          |     wide
          |
        """
    )


def test_line_ends_are_not_part_of_a_line() -> None:
    crlf = Source("x.yaml", "a:\r\n  b: c\r\n  d: e\r\n")
    assert frame(Place(Span(crlf, 4, 18), "a block")) == dedent(
        """\
         --> x.yaml:2:1
          |
        2 |   b: c
          | ^^^^^^ a block
          |
        """
    )


@pytest.mark.parametrize(("offset", "marked"), [(0, "1 | a:\n  | ^"), (3, "2 |\n  | ^")])
def test_empty_places_are_marked_with_one_sign(offset: int, marked: str) -> None:
    assert marked in frame(Place(Span(Source("x.yaml", "a:\n"), offset, offset)))


def test_a_file_without_text_has_no_lines() -> None:
    assert frame(Place(Source("gone.yaml", "").whole)) == " --> gone.yaml:1:1\n"


def test_secrets_are_masked_wherever_they_are() -> None:
    shown = frame(at(COMPOSE, "TOKEN: hunter2", "a literal secret"), secrets=(SECRET,))
    assert "7 |       TOKEN: ***\n  |       ^^^^^^^^^^ a literal secret" in shown
    assert "hunter2" not in shown


def test_touching_secrets_are_one_mask_and_part_of_one_is_none() -> None:
    line = Source("x.env", "A=onetwo three\nB=multi\nline\n")
    secrets = (at(line, "one").span, at(line, "two").span, at(line, "multi\nline").span)
    shown = frame(at(line, "A"), at(line, "B"), at(line, "line"), secrets=secrets)
    assert re.findall(r"^\d \| (.*)$", shown, re.MULTILINE) == ["A=*** three", "B=***", "***"]


@pytest.mark.parametrize("width", [0, 1, 40, 80, 100_000])
@pytest.mark.parametrize("word", ["x", "日", "\t", "e\u0301"])
def test_long_lines_are_cut_around_the_mark(width: int, word: str) -> None:
    line = Source("x.yaml", f"{word * 3000} HERE {word * 3000}\n")
    source_row, marker_row = frame(at(line, "HERE", "label"), width=width).splitlines()[2:4]
    shown, marks = source_row[4:], marker_row[4:]
    assert shown.startswith("…")
    assert shown.endswith("…")
    cells = [cell for character in shown for cell in ([character, ""] if character == "日" else [character])]
    cells = [cell for cell in cells if cell != "\u0301"]
    assert len(cells) <= min(max(width or 160, 40), 400) - 4
    start = marks.index("^")
    assert "".join(cells[start : start + 4]) == "HERE"


def test_a_mark_longer_than_the_terminal() -> None:
    line = Source("x.yaml", f"key: {'v' * 500}\n")
    rows = frame(at(line, "v" * 500, "long"), width=60).splitlines()
    assert rows[2].endswith("…")
    assert len(rows[2]) == 60
    assert len(rows[3].removesuffix(" long")) == 60


def test_a_place_at_the_end_of_a_long_line() -> None:
    line = Source("x.yaml", f"{'v' * 500}\r\nnext\r\n")
    for offset in (500, 501):
        rows = frame(Place(Span(line, offset, offset + 1)), width=60).splitlines()
        assert rows[2] == f"1 | …{'v' * 54}"
        assert rows[3] == f"  | {' ' * 55}^"


def test_megabytes_in_one_line_cost_nothing() -> None:
    line = Source("x.yaml", "é\t" * 2_000_000 + "HERE")
    assert "HERE" in frame(*(Place(Span(line, 4_000_000 - i, 4_000_004 - i)) for i in range(50)))


def test_colours_and_links() -> None:
    shown = render("full", run(NON_ROOT), Style(color=True, width=80, links=True))
    url = f"{HOME}/rules/service/non-root-user.md"
    assert shown.startswith(f"\x1b[1;31merror[\x1b]8;;{url}\x1b\\non-root-user\x1b]8;;\x1b\\]\x1b[0m: \x1b[1mservice")
    assert "\x1b[1;31m^^^\x1b[0m" in shown
    assert re.sub(r"\x1b\[[\d;]*m|\x1b\]8;;.*?\x1b\\", "", shown) == render(
        "full", run(NON_ROOT), Style(width=80)
    ).replace(
        f"help: {url} (same as hadolint DL3002, trivy DS-0002, kics fd54f200…)",
        "help: same as hadolint DL3002, trivy DS-0002, kics fd54f200…",
    )


def test_sorted_by_place_and_each_rule_explained_once() -> None:
    latest = Finding("latest-image", "info", "image `b:latest` floats", at(DOCKERFILE, "golang"))
    shown = render("full", run(OBSOLETE, LATEST, latest, SYNTAX))
    assert re.findall(r"^\w+\[(.*)\]", shown, re.MULTILINE) == [
        "latest-image",
        "dockerfile-syntax",
        "obsolete-version",
        "latest-image",
    ]
    assert shown.count("latest-image.md") == 1
    assert "docs/diagnostics.md#dockerfile-syntax" in shown
    assert "= fix: remove `version:` (safe)" in shown


def many(number: int, environment: str = "prod") -> list[Finding]:
    """Findings of one cause at different lines."""
    source = Source("many.yaml", "".join(f"svc{index}:\n" for index in range(number)))
    return [
        Finding("a-rule", "error", f"service `svc{i}` is bad", at(source, f"svc{i}:"), (), (environment,), f"svc{i}")
        for i in range(number)
    ]


def test_many_places_of_one_cause_are_listed() -> None:
    shown = render("full", run(*many(5)))
    assert shown.count("error[a-rule]") == 1
    assert (
        "  = also: 4 more places\n    many.yaml:2:1 `svc1`\n    many.yaml:3:1 `svc2`\n    many.yaml:4:1 `svc3`\n"
        "    many.yaml:5:1 `svc4`\n\nChecked" in shown
    )
    assert "5 errors" in shown


@pytest.mark.parametrize(
    ("text", "service", "places"),
    [
        ("nothing sets `V{i}`, so it is empty; write `${{V{i}:-x}}` or `${{V{i}}}`", "", ["`V1`", "`V2`", "`V3`"]),
        ("service `svc{i}` is bad; use `x`", "svc{i}", ["`svc1`", "`svc2`", "`svc3`"]),
        ("`s` publishes {i}0 of `s`", "s", ["`s`, 10", "`s`, 20", "`s`, 30"]),
        ("`V{i}` of `s{i}`, `data{i}`", "s{i}", ["`s1`, `V1`", "`s2`, `V2`", "`s3`, `V3`"]),
        ("`data{i}` of `a`", "a", ["`a`, `data1`", "`a`, `data2`", "`a`, `data3`"]),
        ("`same` of `a`", "", ["", "", ""]),
    ],
)
def test_places_of_a_group_name_what_differs(text: str, service: str, places: list[str]) -> None:
    found = [item._replace(message=text.format(i=i), service=service.format(i=i)) for i, item in enumerate(many(4))]
    shown = render("full", run(*found)).partition("also: 3 more places\n")[2].partition("\n\n")[0]
    assert [line.strip().partition(" ")[2] for line in shown.splitlines()] == places


def test_groups_have_one_rule_and_shape() -> None:
    assert [len(item.others) for item in group(many(3))] == [0, 0, 0]
    assert [len(item.others) for item in group(many(4))] == [3]
    assert [len(item.others) for item in group([*many(3), *many(3, "dev")])] == [5]
    other = [finding(place.at, text=f"something else about `{place.service}`") for place in many(3)]
    assert [len(item.others) for item in group([*many(3), *other])] == [0] * 6


def test_environments_of_the_same_name_in_two_projects() -> None:
    stacks = tuple(StackLine(folder, "prod", "prod", (f"{folder}/compose.yaml",)) for folder in ("a", "b"))
    source = Source("b/compose.yaml", "api:\n")
    one = Finding("a-rule", "error", "bad", at(source, "api"), (), ("prod",))
    assert "= env: prod (b/compose.yaml)\n" in render("full", run(one, stacks=stacks))
    alone = Finding("a-rule", "error", "bad", at(Source("Dockerfile", "FROM x"), "FROM"), (), ("prod",))
    assert "= env: prod\n" in render("full", run(alone, stacks=stacks))


def test_summary() -> None:
    unknown = {"image not known": 1, "variable `X` is unset": 3, "a": 1, "b": 1, "c": 1}
    shown = render(
        "full",
        run(
            NON_ROOT,
            OBSOLETE,
            LATEST,
            suppressed=1,
            seconds=0.0612,
            unknown=unknown,
            services_known_user=2,
            unknown_users={"variable unset": 1},
            prod_would_add=12,
            fixable=2,
            fixable_safely=1,
            config=".lintstack.yaml",
            notes=("odd.yml is left out",),
        ),
        Style(width=80),
    )
    assert shown.split("\n\n")[-1] == dedent(
        """\
        Checked 2 stacks, 5 files, 3 services in 61 ms: 1 error, 1 warning, 1 info (1 suppressed)
        Assumed: dev = compose.yaml + compose.override.yaml; prod = compose.yaml + compose.prod.yaml
        Known: user of 2 of 3 services, 66 % (variable unset 1), health check of 3 of 3 services, 100 %
        7 facts unknown: variable `X` is unset (3), a (1), b (1), other reasons (2)
        `--as prod` would add 12 findings
        Configuration: .lintstack.yaml
        Note: odd.yml is left out
        2 findings can be fixed, 1 safely
        More about a rule: `lintstack explain obsolete-version`
        """
    )


def test_all_clear() -> None:
    shown = render("full", run(suppressed=2, stacks=(), services=0, files=1, seconds=2.5))
    assert shown == "All clear: 1 file, 84 rules (preset recommended) (2 suppressed)\n"


def test_the_duration_is_for_terminals_only() -> None:
    assert " in " not in render("full", run(LATEST, seconds=1.0)).split("\n\n")[-1].splitlines()[0]


def test_assumptions() -> None:
    told = StackLine("web", "staging", "prod", ("web/compose.yaml",), "", inferred=False)
    guessed = [StackLine(f"p{i}", "live", "prod", (f"p{i}/compose.yaml",), "named live") for i in range(8)]
    shown = render("full", run(stacks=(told, *guessed)))
    assert "Assumed: p0: live (prod) = p0/compose.yaml; p1: live (prod)" in shown
    assert "p5/compose.yaml; 2 more\n" in shown
    assert "staging" not in shown


def test_concise() -> None:
    assert render("concise", run(NON_ROOT, OBSOLETE, seconds=1.0), Style(width=80)) == dedent(
        """\
        compose.yaml:1:1: warning[obsolete-version] [*] `version` is obsolete and ignored; remove it
        compose.yaml:13:3: error[non-root-user] service `api` runs as root; add `USER 10001` before the last CMD
        Checked 2 stacks, 5 files, 3 services: 1 error, 1 warning
        """
    )


texts = st.binary(max_size=200).map(lambda data: data.decode("utf-8", "surrogateescape")) | st.text(
    st.sampled_from("#[:] \n\r\t\x1b\x85\u200b\u202e\udc80日e\u0301ab"), max_size=200
)
severities: st.SearchStrategy[Severity] = st.sampled_from(["error", "warning", "info"])


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Any findings about any bytes."""
    sources = draw(st.lists(st.builds(Source, texts, texts), min_size=1, max_size=3))

    def place() -> Place:
        source = draw(st.sampled_from(sources))
        start = draw(st.integers(0, len(source.text)))
        return Place(Span(source, start, draw(st.integers(start, len(source.text)))), draw(texts))

    found = [
        Finding(draw(texts), draw(severities), draw(texts), place(), tuple(place() for _ in range(3)), (), draw(texts))
        for _ in range(draw(st.integers(1, 5)))
    ]
    secrets = tuple(place().span for _ in range(2))
    return run(*found, secrets=secrets, notes=(draw(texts),), config=draw(texts))


@given(runs(), st.sampled_from(["full", "concise"]), st.integers(0, 200))
def test_any_input_gives_harmless_text(example: Run, format: str, width: int) -> None:
    shown = render(format, example, Style(width=width))
    assert shown.endswith("\n")
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b\ud800-\udfff]", shown
    )
    assert not re.search(r"(?m)^\s*::", shown)
    assert not re.search(r"(?i)##(vso|teamcity)?\[", shown)
    assert shown == render(format, example, Style(width=width))
    if format == "concise":
        assert shown.count("\n") == len(example.findings) + 1


@given(st.text(st.sampled_from("ab \t日"), max_size=30), st.text(st.sampled_from("ab \t日"), max_size=30))
def test_no_character_of_a_secret_is_ever_shown(before: str, after: str) -> None:
    source = Source("x.env", f"{before}CANARY{after}\n")
    secret = at(source, "CANARY").span
    places = [Place(Span(source, start, secret.end)) for start in range(secret.start + 1)]
    shown = frame(*places, secrets=(secret,), width=40)
    assert not set("CNRY") & set(shown.partition("\n")[2])
