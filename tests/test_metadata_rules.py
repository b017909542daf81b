"""Rules about runtime metadata, labels and layout: what examples on pages cannot show, and the tables behind them."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintstack.analysis import Options, analyse
from lintstack.config import Config, load
from lintstack.dockerfile import layout
from lintstack.dockerfile.directives import suspects
from lintstack.dockerfile.labels import KINDS
from lintstack.dockerfile.shell.form import leaves_shell, shell_need
from lintstack.dockerfile.signals import canonical
from lintstack.dockerfile.spdx import is_expression
from lintstack.dockerfile.syntax import parse
from lintstack.findings import Finding
from lintstack.rules import builtin
from lintstack.source import Source

FRAGMENT = """\
WORKDIR app
EXPOSE 70000
ENTRYPOINT server
CMD ["a"]
CMD ["b"]
LABEL Key=1
ENV a = b
CMD ['c']
"""
RULES = """
    duplicate-instruction empty-continuation-line exec-form-command exec-form-healthcheck expose-host-mapping
    expose-proto-casing from-as-casing healthcheck-instruction instruction-casing invalid-json-form label-duplicate-key
    label-group label-key-invalid label-stale-digest legacy-key-value long-run-line parser-directive port-out-of-range
    space-before-equals stopsignal-canonical stopsignal-of-program stopsignal-ungraceful stopsignal-unknown
    tidy-layout tidy-whitespace todo-comment workdir-absolute workdir-unquoted-space
""".split()


def found(folder: Path, text: str, *select: str) -> list[Finding]:
    (folder / "Dockerfile").write_text(text, "utf-8", "surrogateescape")
    chosen = select or tuple(RULES)
    return list(analyse(Options((str(folder / "Dockerfile"),), Config(), select=chosen)).findings)


def test_fragments_without_from_are_judged_as_stages_are(here: Path) -> None:
    told = {(item.at.span.line, item.rule) for item in found(here, FRAGMENT) if item.rule in RULES}
    assert told == {
        (1, "workdir-absolute"),
        (2, "port-out-of-range"),
        (3, "exec-form-command"),
        (4, "duplicate-instruction"),
        (5, "duplicate-instruction"),
        (6, "label-key-invalid"),
        (7, "space-before-equals"),
        (8, "invalid-json-form"),
    }


@pytest.mark.parametrize(
    ("id", "line"),
    [("DL4003", 2), ("DL4004", 4), ("DL3012", 6), ("MultipleInstructionsDisallowed", 0)],
)
def test_an_id_of_a_peer_is_one_kind_of_duplicate(here: Path, id: str, line: int) -> None:
    text = 'FROM a:1\nCMD ["a"]\nCMD ["b"]\nENTRYPOINT ["a"]\nENTRYPOINT ["b"]\nHEALTHCHECK NONE\nHEALTHCHECK NONE\n'
    findings = found(here, text, id)
    assert [item.at.span.line for item in findings] == ([line] if line else [2, 4, 6])
    assert all(item.related[0].span.line == item.at.span.line + 1 for item in findings)


def test_only_the_first_relative_workdir_is_the_one_that_buildkit_warns_about(here: Path) -> None:
    text = "FROM a:1 AS x\nWORKDIR b\nWORKDIR c\nFROM x\nWORKDIR d\nFROM a:1\nWORKDIR e\n"
    assert [item.at.span.line for item in found(here, text, "WorkdirRelativePath")] == [2, 7]
    assert [item.at.span.line for item in found(here, text, "DL3000")] == [2, 3, 5, 7]


@pytest.mark.parametrize(
    ("line", "said", "unsaid"),
    [
        ("CMD node server.js", '`CMD ["node", "…"]`', "exec"),
        ("CMD node", '`CMD ["node"]`', "…"),
        ("CMD node $PORT", "`$PORT` needs one: let `exec` put", "write its words as"),
        ("CMD cd /srv && node x", '["/bin/sh", "-c", "… && exec …"]', "write its words as"),
        ("CMD a | b", "`|` needs one: move the line into a script", "exec"),
        ("CMD exec node $PORT", "say that the shell is meant", "write its words as"),
        ("ENTRYPOINT node x", "drops CMD and every argument; write its words", "exec"),
        ("CMD TOKEN=hunter2hunter2 node", "`TOKEN=…` needs one", "hunter2"),
        ("CMD redis-server --requirepass hunter2hunter2", '["redis-server", "…"]', "hunter2"),
        ("CMD 'my program' x", '["…", "…"]', "my program"),
    ],
)
def test_what_to_do_about_a_shell_form_depends_on_its_need_for_a_shell(
    here: Path, line: str, said: str, unsaid: str
) -> None:
    (finding,) = found(here, f"FROM a:1\n{line}\n", "exec-form-command")
    assert said in finding.message
    assert unsaid not in finding.message


@pytest.mark.parametrize(
    ("line", "need"),
    [
        ("node server.js --a=b", ""),
        ("node 'a;b' \"c|d\" e\\;f", ""),
        ('node "$PORT"', "$PORT"),
        ("node ${PORT:-80}", "${PORT}"),
        ("echo `date`", "`"),
        ("node *.js", "*"),
        ("ls ~/x", "~"),
        ("ls a~b", ""),
        (". /env", "."),
        ("A=1 node", "A=…"),
        ("node > /log", ">"),
        ("a; b", ";"),
        ("", ""),
    ],
)
def test_a_line_says_what_it_needs_a_shell_for(line: str, need: str) -> None:
    assert shell_need(line).partition(":")[0].rstrip("}") == need.rstrip("}")


def test_a_line_may_leave_its_shell() -> None:
    assert all(leaves_shell(line) for line in ("exec a", "cd /a && exec b", "a; exec b", "set -e\nexec a"))
    assert not any(leaves_shell(line) for line in ("a exec b", "docker exec b", "executor a"))


@pytest.mark.skipif(sys.platform != "linux", reason="numbers of Linux")
def test_signals_have_the_numbers_and_names_of_linux() -> None:
    for item in signal.Signals:
        assert canonical(str(item.value)) == canonical(item.name) == canonical(item.name.lower()[3:])
    assert canonical("SIGRTMIN+3") == canonical(str(signal.SIGRTMIN + 3)) == canonical("rtmin+3") == "SIGRTMIN+3"
    assert canonical(str(signal.SIGRTMAX - 1)) == "SIGRTMAX-1"
    assert {canonical(text) for text in ("", "0", "32", "33", "65", "TERMINATE", "SIG", "²")} == {""}


GOOD_VALUES = {
    "url": ["https://example.com", "http://[::1]:80/x?y#z", "mailto:a@example.com", "git://example.com/x"],
    "rfc3339": ["2026-03-01T12:00:00Z", "2024-02-29t23:59:60.123+05:30"],
    "spdx": ["MIT", "apache-2.0", "GPL-2.0-or-later", "(MIT OR BSD-3-Clause) AND LicenseRef-Own", "GPL-2.0+"],
    "hash": ["4f6ed2c", "a" * 40],
    "semver": ["1.2.3", "0.0.0", "1.0.0-alpha.1+build.5", "1.0.0-0.3.7", "1.0.0--"],
    "email": ["a@example.com", "a.b+c@example.co.uk", '"a b"@example.com'],
}
BAD_VALUES = {
    "url": ["example.com", "https://", "https://a b", "//example.com", "http://[::1"],
    "rfc3339": [
        "2026-03-01",
        "2026-02-29T12:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T12:00:00",
        "2026-03-01 12:00:00Z",
    ],
    "spdx": ["Apache 2.0", "MIT OR", "OR MIT", "(MIT", "MIT)", "MIT WITH MIT", "()", "Proprietary", "WITH"],
    "hash": ["4f6ed2", "g" * 7, "A" * 7, "a" * 39, "a" * 41],
    "semver": ["1.2", "v1.2.3", "01.2.3", "1.2.3-01", "1.2.3-", "1.2.3+", "1.2.3-a..b"],
    "email": ["a", "a@", "@example.com", "a b@example.com", ".a@example.com", "a@-example.com"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_values_of_labels_are_of_their_kind(kind: str) -> None:
    fits = KINDS[kind][1]
    assert [text for text in GOOD_VALUES[kind] if not fits(text)] == []
    assert [text for text in BAD_VALUES[kind] if fits(text)] == []


@given(st.text("()WITHANDORMaply-2.0+ ", max_size=60))
def test_any_text_is_an_expression_or_is_none(text: str) -> None:
    assert is_expression(f"MIT AND ({text})") == is_expression(text)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "text", ["a" * 50_000, "1.2.3-" + "0." * 25_000, "(" * 50_000, "a@" + "b." * 25_000, '"' * 50_000]
)
def test_long_values_are_judged_in_no_time(kind: str, text: str) -> None:
    begun = process_time()
    assert not KINDS[kind][1](text)
    assert process_time() - begun < 1


HOSTILE = {
    "blanks in one line": "FROM a:1\nRUN " + "a  " * 40_000 + "\n",
    "links in one line": "FROM a:1\nRUN " + "a && " * 10_000 + "a\n",
    "relative folders": "FROM a:1\n" + "WORKDIR a\n" * 2_000,
    "variables in ports": "FROM a:1\nENV A=1\n" + "EXPOSE $A\n" * 1_500,
    "dead commands": "FROM a:1\n" + "CMD a\n" * 2_000,
    "labels": "FROM a:1\n" + "LABEL a=1\n" * 2_000,
    "blank lines in an instruction": "FROM a:1\nRUN a \\\n" + "\n" * 10_000 + "b\n",
    "comments like directives": "# yntax=a/b\n" * 4_000 + "FROM a:1\n",
    "open lists": "FROM a:1\nCMD [" + '"a" ,' * 10_000 + "\n",
    "stages with a signal": "FROM a:1 AS s0\n"
    + "".join(f"FROM s{number} AS s{number + 1}\nSTOPSIGNAL $X\n" for number in range(1_000)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_files_take_bounded_time(here: Path, text: str) -> None:
    begun = process_time()
    found(here, text)
    dockerfile = parse(Source("Dockerfile", text))
    for check in (layout.indentation, layout.blank_lines, layout.chained_commands):
        assert all(fault.message for fault in check(dockerfile))
    assert process_time() - begun < 10


@given(st.text(st.sampled_from("FROM CMD[]'\",\\\n \t#=sx/&|<EO:$1"), max_size=80))
def test_layout_and_directives_take_any_text(text: str) -> None:
    dockerfile = parse(Source("Dockerfile", text))
    size = len(text)
    spans = [span for span, _ in suspects(dockerfile)]
    for check in (layout.indentation, layout.blank_lines, layout.chained_commands):
        spans += [fault.span for fault in check(dockerfile)]
    spans += [fault.span for fault in layout.whitespace(dockerfile, 1)]
    spans += [fault.span for fault in layout.epilogue(dockerfile.instructions)]
    assert all(0 <= span.start <= span.end <= size for span in spans)


def test_a_list_that_is_no_json_is_one_finding(here: Path) -> None:
    text = "FROM a:1\nCMD ['a']\nRUN ['a']\n"
    assert [(item.at.span.line, item.rule) for item in found(here, text, "DL3025")] == [(2, "invalid-json-form")]
    assert [item.at.span.line for item in found(here, text, "invalid-json-form")] == [2, 3]


def test_places_in_a_dockerfile_inside_a_compose_file(here: Path) -> None:
    (here / ".lintstack.yaml").write_text("rules:\n  max-lines: {limit: 2}\n")
    lines = ("FROM a:1", "WORKDIR x  ", "CMD  a")
    inline = "".join(f"        {line}\n" for line in lines)
    (here / "compose.yaml").write_text(f"services:\n  a:\n    build:\n      dockerfile_inline: |\n{inline}")
    select = ("max-lines", "workdir-absolute", "tidy-whitespace", "exec-form-command", "long-run-line")
    findings = analyse(Options((".",), load("."), select=select)).findings
    told = {(item.rule, item.at.span.line, item.at.span.column) for item in findings}
    assert told == {
        ("max-lines", 7, 9),
        ("workdir-absolute", 6, 17),
        ("tidy-whitespace", 6, 18),
        ("tidy-whitespace", 7, 12),
        ("exec-form-command", 7, 9),
    }


def test_windows_line_ends_are_no_white_space(here: Path) -> None:
    assert not found(here, "FROM a:1\r\n\r\nRUN true \\\r\n  && true\r\n", "tidy-whitespace")
    (finding,) = found(here, "FROM a:1\r\n\r\n\r\nRUN true\r\n", "tidy-whitespace")
    assert finding.at.span.line == 3


def test_rules_of_this_file_exist() -> None:
    assert set(RULES) <= {rule.name for rule in builtin()}
