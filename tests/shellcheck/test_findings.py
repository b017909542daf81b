"""From scripts to findings: codes are names like any other, and only one program is ever started."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lintstack.analysis import analyse
from lintstack.config import ConfigError
from lintstack.selection import UnknownRule
from lintstack.shellcheck import find, findings
from lintstack.shellcheck.run import Answer, Comment
from lintstack.summary import summary
from tests.stack import Linted, lint

NOTE = "ShellCheck was not found: RUN scripts were not checked by it; pip install 'lintstack[shell]'"
# What ShellCheck says about `cd /src; echo $1; make -j$(nproc)`, and that it is asked just that.
SCRIPT = "cd /src; echo $1; make -j$(nproc)"
COMMENTS = (
    Comment(2, 1, 2, 8, "warning", "SC2164", "Use 'cd ... || exit' in case cd fails."),
    Comment(2, 15, 2, 17, "info", "SC2086", "Double quote to prevent globbing and word splitting."),
    Comment(2, 26, 2, 34, "warning", "SC2046", "Quote this to prevent word splitting."),
    Comment(2, 1, 2, 1, "style", "SC2148", "Something of style."),
    Comment(1, 1, 1, 1, "error", "SC1008", "About the line that is ours."),
)
DOCKERFILE = f"FROM debian\nRUN {SCRIPT}\n"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A recorded answer in the place of the process; what was asked, call by call."""
    calls: list[list[str]] = []

    def ask(program: str, texts: list[str]) -> list[Answer]:
        assert program == "/srv/bin/shellcheck"
        calls.append(texts)
        return [Answer(COMMENTS) if SCRIPT in text else Answer(()) for text in texts]

    monkeypatch.setattr(findings, "program", lambda root: "/srv/bin/shellcheck")
    monkeypatch.setattr("lintstack.shellcheck.run.ask", ask)
    return calls


def found(linted: Linted) -> list[tuple[str, str, int, int]]:
    """Code, severity, line and column of ShellCheck's findings, and rule and line of the others."""
    return [
        (item.see.get("shellcheck", (item.rule,))[0], item.severity, item.at.span.line, item.at.span.column)
        for item in linted.findings
    ]


CD, SPLIT = ("SC2164", "warning", 2, 5), ("SC2046", "warning", 2, 30)
QUOTE, STYLE = ("SC2086", "info", 2, 19), ("SC2148", "info", 2, 5)
SELECTIONS: dict[str, tuple[dict[str, Any], str, list[Any]]] = {
    "by name": ({"select": ("shellcheck",)}, "", [STYLE, CD, QUOTE, SPLIT]),
    "one code": ({"select": ("SC2086",)}, "", [QUOTE]),
    "in any case": ({"select": ("sc2046", "Sc2164")}, "", [CD, SPLIT]),
    "all but one": ({"select": ("shellcheck",), "ignore": ("SC2086",)}, "", [STYLE, CD, SPLIT]),
    "the rest is off": ({"preset": "minimal", "extend_select": ("SC2086",)}, "", [QUOTE]),
    "severity of a code": ({"select": ("SC2086",)}, "rules: {SC2086: error}", [("SC2086", "error", 2, 19)]),
    "code switched on": ({"preset": "minimal"}, "rules: {SC2086: on}", [QUOTE]),
    "code switched off": ({"select": ("shellcheck",)}, "rules: {SC2086: off, SC2148: off}", [CD, SPLIT]),
    "excluded": ({"select": ("shellcheck",)}, "rules: {shellcheck: {exclude: [SC2164, sc2148]}}", [QUOTE, SPLIT]),
    "level": ({"select": ("shellcheck",)}, "rules: {shellcheck: {level: warning}}", [CD, SPLIT]),
    "errors alone": ({"select": ("shellcheck",)}, "rules: {shellcheck: {level: error}}", []),
    "severity of all": (
        {"select": ("SC2164", "SC2086")},
        "rules: {shellcheck: error}",
        [("SC2148", "error", 2, 5), ("SC2164", "error", 2, 5), ("SC2086", "error", 2, 19), ("SC2046", "error", 2, 30)],
    ),
    "not in this file": ({"select": ("shellcheck",)}, "per-file-ignores: {Dockerfile: [SC2086]}", [STYLE, CD, SPLIT]),
    "not at all in this file": ({"select": ("shellcheck",)}, "per-file-ignores: {Dockerfile: [shellcheck]}", []),
    "off": ({"select": ("shellcheck",)}, "rules: {shellcheck: off}", []),
}


@pytest.mark.parametrize(("options", "text", "wanted"), SELECTIONS.values(), ids=list(SELECTIONS))
def test_codes_are_names(
    options: dict[str, Any], text: str, wanted: list[Any], tmp_path: Path, asked: list[list[str]]
) -> None:
    linted = lint(tmp_path, {"Dockerfile": DOCKERFILE, ".lintstack.yaml": text or "{}"}, **options)
    assert bool(asked) == any(item.rule.name == "shellcheck" for item in linted.analysis.rules)
    assert [item for item in found(linted) if item[0].startswith("SC")] == wanted


@pytest.mark.parametrize(
    ("preset", "wanted"), [("minimal", []), ("recommended", [CD]), ("strict", [STYLE, CD, QUOTE, SPLIT])]
)
def test_presets(preset: str, wanted: list[Any], tmp_path: Path, asked: list[list[str]]) -> None:
    linted = lint(tmp_path, {"Dockerfile": DOCKERFILE}, preset=preset)
    assert [item for item in found(linted) if item[0].startswith("SC")] == wanted


def test_names_that_are_no_codes_are_refused(tmp_path: Path) -> None:
    for name in ("SC20866", "SC208", "SC208x", "SC\u0968\u0966\u096e\u096c", "shelcheck"):
        with pytest.raises(UnknownRule, match="no rule is called"):
            lint(tmp_path, {"Dockerfile": DOCKERFILE}, select=(name,))
    (tmp_path / ".lintstack.yaml").write_text("ignore: [SC20866]\n", "utf-8")
    with pytest.raises(ConfigError, match="no rule is called"):
        lint(tmp_path, {}, select=("shellcheck",))


def test_a_finding_says_what_shellcheck_says(tmp_path: Path, asked: list[list[str]]) -> None:
    (finding,) = lint(tmp_path, {"Dockerfile": DOCKERFILE}, select=("SC2086",)).findings
    assert finding.message == "Double quote to prevent globbing and word splitting (SC2086)"
    assert (finding.rule, dict(finding.see)) == ("shellcheck", {"shellcheck": ("SC2086",)})
    assert (finding.at.span.text, finding.environments, finding.service) == ("$1", (), "")


COMMENTED = "FROM debian\n# lintstack: ignore[{}]\nRUN {}\n"
ALL = ("shellcheck", "unused-suppression", "unknown-suppression")
SUPPRESSIONS: dict[str, tuple[str, tuple[str, ...], list[str]]] = {
    "a code": ("SC2086", ALL, ["SC2148", "SC2164", "SC2046"]),
    "in any case": ("sc2086", ALL, ["SC2148", "SC2164", "SC2046"]),
    "two": ("SC2086, SC2164", ALL, ["SC2148", "SC2046"]),
    "all": ("shellcheck", ALL, []),
    "nothing to silence": ("SC2034", ALL, ["unused-suppression", "SC2148", "SC2164", "SC2086", "SC2046"]),
    "no such thing": ("SC20866", ALL, ["unknown-suppression", "SC2148", "SC2164", "SC2086", "SC2046"]),
    "what was not asked for": ("SC2086", ("SC2164", "unused-suppression"), ["SC2164"]),
    "the rule did not run": ("SC2034", ("unused-suppression",), []),
}


@pytest.mark.parametrize(("names", "select", "wanted"), SUPPRESSIONS.values(), ids=list(SUPPRESSIONS))
def test_comments_silence_codes(
    names: str, select: tuple[str, ...], wanted: list[str], tmp_path: Path, asked: list[list[str]]
) -> None:
    linted = lint(tmp_path, {"Dockerfile": COMMENTED.format(names, SCRIPT)}, select=select)
    assert [code for code, *_ in found(linted)] == wanted


def test_comments_are_not_unused_where_shellcheck_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "program", lambda root: "")
    assert not lint(tmp_path, {"Dockerfile": COMMENTED.format("SC2034, shellcheck", SCRIPT)}, select=ALL).findings


@pytest.mark.parametrize(
    ("text", "select", "notes"),
    [
        (DOCKERFILE, "shellcheck", (NOTE,)),
        (DOCKERFILE, "SC2086", (NOTE,)),
        (DOCKERFILE, "non-root-user", ()),
        ('FROM debian\nRUN ["x"]\n', "shellcheck", ()),
    ],
)
def test_the_summary_says_when_it_was_not_there(
    text: str, select: str, notes: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "program", lambda root: "")
    linted = lint(tmp_path, {"Dockerfile": text, "more/Dockerfile": text}, select=(select,))
    assert summary(linted.analysis, linted.options, 0.1).notes == notes


def test_each_distinct_script_is_asked_about_once_in_one_call(tmp_path: Path, asked: list[list[str]]) -> None:
    files = {f"{name}/Dockerfile": DOCKERFILE + "RUN other\n" for name in "abc"}
    compose = "services:\n  x:\n    build: {context: a}\n  y:\n    build:\n      dockerfile_inline: |\n        FROM x\n"
    files |= {"compose.yaml": f"{compose}        RUN {SCRIPT}\n", "compose.prod.yaml": "services: {x: {user: '1'}}\n"}
    linted = lint(tmp_path, files, select=("SC2086",))
    assert [sorted(call) for call in asked] == [[f"#!/bin/sh\n{SCRIPT}\n", "#!/bin/sh\nother\n"]]
    spans = [item.at.span for item in linted.findings]
    places = sorted((Path(span.path).parent.name, span.line, span.column) for span in spans)
    assert places == [("a", 2, 19), ("b", 2, 19), ("c", 2, 19), (tmp_path.name, 8, 27)]
    assert len({item.fingerprint for item in linted.findings}) == 4


def test_else_if_on_two_lines_is_no_else_if(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[Any]) -> None:
    def ask(program: str, texts: list[str]) -> list[Answer]:
        ((text,),) = [texts]
        at = text.split("\n")[1].index("if b") + 1
        return [Answer((Comment(2, at, 2, at, "error", "SC1075", "Use 'elif' instead of 'else if'."),))]

    monkeypatch.setattr("lintstack.shellcheck.run.ask", ask)
    script = "RUN if a; then c; else {}if b; then d; fi; fi\n"
    for gap, count in (("", 1), ("\\\n  ", 0)):
        assert (
            len(lint(tmp_path, {"Dockerfile": "FROM x\n" + script.format(gap)}, select=("SC1075",)).findings) == count
        )


def test_failure_is_an_error_that_nothing_hides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[Any]
) -> None:
    monkeypatch.setattr("lintstack.shellcheck.run.ask", lambda program, texts: [Answer((), "broke")] * len(texts))
    text = "FROM a\n# lintstack: ignore-file[shellcheck-failed, shellcheck]\nRUN a\nRUN b\n"
    (finding,) = lint(tmp_path, {"Dockerfile": text}, select=("shellcheck",)).findings
    assert (finding.rule, finding.severity, finding.suppressible) == ("shellcheck-failed", "error", False)
    assert finding.message.startswith("ShellCheck broke: this script and 1 more went unchecked")
    assert (finding.at.span.line, finding.at.span.text) == (3, "RUN")


def test_one_program_is_started_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shellcheck: str) -> None:
    """The real program, and every way to start one recorded."""
    started: list[list[str]] = []
    real = subprocess.Popen

    def opened(command: list[str], *rest: Any, **words: Any) -> Any:
        started.append(command)
        return real(command, *rest, **words)

    monkeypatch.setattr(subprocess, "Popen", opened)
    monkeypatch.setattr("os.system", lambda command: pytest.fail("os.system"))
    planted = "shellcheck" + (".exe" if sys.platform == "win32" else "")
    hostile = "FROM a\nRUN . ./evil.sh; cd $x; $(touch /srv/evil)\n"
    files = {"Dockerfile": hostile, planted: "#!/bin/sh\ntouch planted\n", ".shellcheckrc": "disable=all\n"}
    linted = lint(tmp_path, files, select=("shellcheck",))
    assert [command[0] for command in started] == [shellcheck]
    assert {"SC2164", "SC2086", "SC2091"} <= {code for code, *_ in found(linted)}
    assert not (tmp_path / "planted").exists()


def test_nothing_of_it_is_loaded_without_scripts_or_without_the_rule(tmp_path: Path, root: Path) -> None:
    program = (
        "import sys; from lintstack.analysis import *; from lintstack.config import Config\n"
        "for text, select in (('FROM a\\n', 'shellcheck'), ('FROM a\\nRUN [\"x\"]\\n', 'shellcheck'),"
        " ('FROM a\\nRUN x\\n', 'non-root-user')):\n"
        "    open('Dockerfile', 'w').write(text)\n"
        "    analyse(Options(('.',), Config(), select=(select,)))\n"
        "print(*{'subprocess', 'tempfile', 'lintstack.shellcheck.run', 'lintstack.shellcheck.find'} & set(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("\n", "")


DOORS = {"subprocess", "multiprocessing", "pty", "asyncio", "concurrent", "_posixsubprocess", "_winapi"}
STARTERS = {"system", "popen", "startfile", "fork", "forkpty", "posix_spawn", "posix_spawnp"}


def test_only_one_module_can_start_a_program(root: Path) -> None:
    """Whatever the import contract says: nothing else names a way to start one."""
    opening = set()
    for path in root.glob("lintstack/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names: set[str] = set()
            if isinstance(node, ast.Import):
                names = {alias.name.partition(".")[0] for alias in node.names} & DOORS
            elif isinstance(node, ast.ImportFrom):
                names = {(node.module or "").partition(".")[0]} & DOORS
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
                names = {node.attr} & STARTERS | ({node.attr} if node.attr.startswith(("exec", "spawn")) else set())
            if names:
                opening.add(path.relative_to(root).as_posix())
    assert opening == {"lintstack/shellcheck/run.py"}


LIVE = """\
FROM debian:12 AS base
ARG given
SHELL ["/bin/bash", "-c"]

FROM base
RUN echo "$given" \\
    # a comment
    && cd /src; echo é \\
\t'x' $un\\
known
RUN <<-EOF
\t#!/bin/sh
\t[[ a == b ]]
EOF
"""


def test_live_places(tmp_path: Path, shellcheck: str) -> None:
    assert find.program(str(tmp_path)) == shellcheck
    linted = lint(tmp_path, {"Dockerfile": LIVE}, select=("shellcheck",))
    places = {
        (item.see["shellcheck"][0], item.at.span.line, item.at.span.column, item.at.span.text)
        for item in linted.findings
    }
    assert {
        ("SC2164", 8, 8, "cd /src"),
        ("SC2086", 9, 6, "$un\\\nknown"),
        ("SC2154", 9, 6, "$un\\\nknown"),
        ("SC3010", 13, 2, "[[ a == b ]]"),
    } <= places
    assert all(code.startswith("SC") for code, *_ in places)


def test_live_report_is_the_same_again(tmp_path: Path, shellcheck: str) -> None:
    linted = lint(tmp_path, {"Dockerfile": LIVE, "b/Dockerfile": LIVE}, select=("shellcheck",))
    again = analyse(linted.options)
    assert [(item.sort_key, item.fingerprint) for item in again.findings] == [
        (item.sort_key, item.fingerprint) for item in linted.findings
    ]
    assert len(linted.findings) == len({item.fingerprint for item in linted.findings}) > 6


def test_live_time_is_bounded_whatever_the_script(tmp_path: Path, shellcheck: str) -> None:
    """What ShellCheck takes minutes for is not given to it; what is given costs a moment."""
    shapes = (
        "$((" * 2000,
        "(" * 2000,
        "$(" * 2000,
        "{a," * 2000,
        "if a; then " * 300,
        "a | " * 500,
        "`" * 999,
        '"$(' * 999,
    )
    text = "FROM a\n" + "".join(f"RUN {shape}\n" for shape in (*shapes, "echo $ok"))
    linted = lint(tmp_path, {"Dockerfile": text}, select=("SC2086",))
    assert "shellcheck-failed" not in {item.rule for item in linted.findings}
    assert linted.findings[-1].at.span.line == 2 + len(shapes)
