"""The process: one for all scripts, nothing of the environment, and whatever it does is told."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lintstack.shellcheck import run
from lintstack.shellcheck.run import Answer, Comment, ask

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in is a script")
COMMENT = {
    "file": "0", "line": 2, "endLine": 2, "column": 6, "endColumn": 8, "level": "info", "code": 2086,
    "message": "Double  quote\nthis.", "fix": None,
}  # fmt: skip
Make = Callable[[str], str]


@pytest.fixture
def stand_in(tmp_path: Path) -> Make:
    """Makes a program of a few lines of Python that notes each call in `calls`."""

    def make(code: str) -> str:
        path = tmp_path / "shellcheck"
        noted = f"open({str(tmp_path / 'calls')!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')"
        path.write_text(f"#!{sys.executable}\nimport json, os, sys, time\n{noted}\n{code}\n", "utf-8")
        path.chmod(0o755)
        return str(path)

    return make


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text("utf-8").splitlines()


def says(*comments: Any) -> str:
    return f"print({json.dumps({'comments': comments})!r})"


def test_answers_go_to_their_scripts(stand_in: Make, tmp_path: Path) -> None:
    program = stand_in(says({**COMMENT, "file": "1"}))
    comment = Comment(2, 6, 2, 8, "info", "SC2086", "Double quote this.")
    assert ask(program, ["a", "b", "c"]) == [Answer(()), Answer((comment,)), Answer(())]
    assert calls(tmp_path) == [" ".join((*run.OPTIONS, "-- 0 1 2"))]
    assert ask(program, []) == []
    assert len(calls(tmp_path)) == 1


def test_scripts_lie_in_a_folder_of_their_own_that_is_gone_afterwards(stand_in: Make, tmp_path: Path) -> None:
    told = tmp_path / "told"
    texts = "{name: open(name, newline='', encoding='utf-8').read() for name in os.listdir('.')}"
    note = (
        f"print(json.dumps([os.getcwd(), oct(os.stat('.').st_mode & 0o777), {texts}]), file=open({str(told)!r}, 'w'))"
    )
    ask(stand_in(f"{note}\n{says()}"), ["é \r\n", "x"])
    folder, mode, files = json.loads(told.read_text("utf-8"))
    assert (mode, files) == ("0o700", {"0": "é \r\n", "1": "x"})
    assert not Path(folder).exists()


def test_environment_is_not_handed_on(stand_in: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELLCHECK_OPTS", "--exclude=SC2086")
    told = tmp_path / "told"
    ask(
        stand_in(
            f"open({str(told)!r}, 'w').write(str('SHELLCHECK_OPTS' in os.environ or 'HOME' in os.environ))\n{says()}"
        ),
        [""],
    )
    assert told.read_text("utf-8") == "False"


def test_several_calls_only_where_one_cannot_hold_all(
    stand_in: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "MAX_SCRIPTS", 2)
    monkeypatch.setattr(run, "MAX_CHARS", 10)
    program = stand_in(says(COMMENT))
    found = ask(program, ["a", "b", "c", "d" * 9, "e", "f" * 20, "g"])
    assert [len(answer.comments) for answer in found] == [1, 0, 1, 0, 1, 1, 1]
    assert [line.partition("-- ")[2] for line in calls(tmp_path)] == ["0 1", "0 1", "0", "0", "0"]


WRONG = {
    "no JSON": ("print('no')", "gave an answer that is not its JSON (0.7 and newer are understood)"),
    "nothing": ("", "gave an answer that is not its JSON (0.7 and newer are understood)"),
    "other JSON": ("print('[]')", "gave an answer that is not its JSON (0.7 and newer are understood)"),
    "no line": (says({"file": "0"}), "gave an answer that is not its JSON (0.7 and newer are understood)"),
    "another file": (
        says({**COMMENT, "file": "7"}),
        "gave an answer that is not its JSON (0.7 and newer are understood)",
    ),
    "deep": ("print('[' * 100000)", "gave an answer that is not its JSON (0.7 and newer are understood)"),
    "exit code": (f"{says()}\nsys.exit(2)", "failed with exit code 2"),
    "signal": ("os.kill(os.getpid(), 9)", "failed with exit code -9"),
}


@pytest.mark.parametrize(("code", "failure"), WRONG.values(), ids=list(WRONG))
def test_whatever_goes_wrong_is_told(code: str, failure: str, stand_in: Make) -> None:
    assert ask(stand_in(code), ["a"]) == [Answer((), failure)]


def test_what_cannot_be_started_is_told(tmp_path: Path, stand_in: Make) -> None:
    (missing,) = ask(str(tmp_path / "missing"), ["a"])
    assert missing.failure.startswith("could not be started: ")
    text = Path(stand_in(""))
    text.write_bytes(b"\x7fELF nothing")
    assert {answer.failure for answer in ask(str(text), ["a", "b"])} == {"could not be started: Exec format error"}


def test_time_is_limited(stand_in: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "SECONDS", 0.1)
    assert ask(stand_in("time.sleep(60)"), ["a"]) == [Answer((), "gave no answer in 1 s")]
    monkeypatch.setattr(run, "SECONDS_IN_ALL", 0.0)
    assert ask(stand_in(says()), ["a"]) == [Answer((), "took more than 0 s for all scripts")]


def test_one_script_that_breaks_it_does_not_cost_the_others(stand_in: Make, tmp_path: Path) -> None:
    breaks = "for name in os.listdir('.'):\n    if 'bad' in open(name).read(): sys.exit(3)"
    texts = [*map(str, range(9)), "bad", *map(str, range(9, 20))]
    found = ask(stand_in(f"{breaks}\n{says(COMMENT)}"), texts)
    assert [text for text, answer in zip(texts, found, strict=True) if answer.failure] == ["bad"]
    assert len(calls(tmp_path)) <= 2 * len(texts).bit_length() + 1


def test_comments_on_one_script_are_limited(stand_in: Make) -> None:
    program = stand_in(f"print(json.dumps({{'comments': [{COMMENT!r}] * 1000}}))")
    assert len(ask(program, ["a"])[0].comments) == run.MAX_COMMENTS


def test_live_answers(shellcheck: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".shellcheckrc").write_text("disable=all\n", "utf-8")
    monkeypatch.setenv("SHELLCHECK_OPTS", "--exclude=SC2086")
    found = ask(shellcheck, ["#!/bin/sh\n\techo 'é\U0001f44d' $1\n", "#!/bin/sh\n. /etc/x\n", "#!/bin/ash\ntrue\n"])
    assert [[comment.code for comment in answer.comments] for answer in found] == [["SC2086"], [], []]
    comment = found[0].comments[0]
    assert (comment.line, comment.column, comment.end_line, comment.end_column) == (2, 12, 2, 14)
