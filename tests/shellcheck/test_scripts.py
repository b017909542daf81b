"""What ShellCheck is given of a Dockerfile, and the way back from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintstack.dockerfile.syntax import parse
from lintstack.shellcheck import scripts as module
from lintstack.shellcheck.scripts import Script, scripts
from lintstack.shellcheck.shells import shebang, shell_of
from lintstack.source import Source


def read(text: str) -> list[Script]:
    return list(scripts(parse(Source("Dockerfile", text))))


def texts(text: str) -> list[str]:
    return [script.text for script in read(text)]


def shells(text: str) -> list[str]:
    return [script.shell.line for script in read(text)]


def test_continuations_are_joined_and_comments_are_gone() -> None:
    text = "FROM a\nRUN --mount=type=tmpfs,target=/x a \\\n  # say\n\n  b 'c\\\nd' # e \\\n  f\n"
    assert texts(text) == ["#!/bin/sh\na   b 'cd' # e   f\n"]


def test_exec_form_and_other_instructions_are_no_scripts() -> None:
    assert texts('FROM a\nRUN ["sh", "-c", "echo $A"]\nCMD echo $A\nCOPY <<EOF /x\necho $A\nEOF\nRUN\n') == []


def test_backtick_continues_and_the_backslash_before_it_stays() -> None:
    assert texts("# escape=`\nFROM a\nRUN a `\n  \\`\n  b\n") == ["#!/bin/sh\na   \\  b\n"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_character_is_found_again(newline: str) -> None:
    lines = ["FROM a", "\tRUN é \\", "  # comment", "", "\t b\\", "c $x \udcff\\", "&& d <<A", "  one $y", "A"]
    text = newline.join([*lines, ""])
    (script,) = read(text)
    assert script.text.count("\n") == 1 + 3
    for line, row in enumerate(script.text.split("\n")[1:-1], 2):
        for column, character in enumerate(row, 1):
            span = script.span(line, column, line, column + 1)
            assert span is not None
            assert span.text == character or (span.text, character) == ("\udcff", "?")


def test_a_word_across_a_continuation_is_one_place() -> None:
    (script,) = read("FROM a\nRUN echo $na\\\nme b\n")
    span = script.span(2, 6, 2, 11)
    assert span is not None
    assert (span.text, span.line, span.column, span.end_line, span.end_column) == ("$na\\\nme", 2, 10, 3, 3)


def test_ends_and_what_lies_beyond() -> None:
    (script,) = read("FROM a\nARG x\nRUN echo $x\n")
    assert script.text == "#!/bin/sh\nexport x=1\necho $x\n"
    assert script.span(1, 1, 1, 5) is None
    assert script.span(2, 1, 2, 5) is None
    assert script.span(5, 1, 5, 1) is None
    places = [script.span(3, 9, 3, 9), script.span(3, 99, 3, 120), script.span(4, 1, 4, 1)]
    assert [place and (place.line, place.column) for place in places] == [(3, 12), (3, 12), (3, 5)]


def test_only_names_that_occur_are_declared() -> None:
    text = "FROM a\nARG used unused=1\nENV other=x FOO=b 9x=1 a-b=2\n"
    text += "RUN echo $used ${FOO:-d} $https_proxy $HTTP_PROXY $late\n"
    assert texts(text + "ARG late\n")[0].split("\n")[1] == "export FOO=1 HTTP_PROXY=1 https_proxy=1 used=1"


def test_variables_and_shell_come_from_the_stage_below() -> None:
    text = """\
ARG outside=1
FROM a AS base
ARG one
ENV two=2
SHELL ["/bin/bash", "-c"]
FROM BASE AS middle
ENV three 3
FROM middle
RUN echo $one $two $three $outside
FROM a
RUN echo $one $two
"""
    assert texts(text) == [
        "#!/bin/bash\nexport one=1 three=1 two=1\necho $one $two $three $outside\n",
        "#!/bin/sh\necho $one $two\n",
    ]


def test_shell_keeps_the_variables() -> None:
    text = 'FROM a\nARG one\nSHELL ["bash", "-c"]\nRUN echo $one\n'
    assert texts(text) == ["#!/bin/bash\nexport one=1\necho $one\n"]


def test_secret_mount_sets_its_variable() -> None:
    text = "FROM a\nRUN --mount=type=secret,id=t,env=token use $token\n"
    assert texts(text) == ["#!/bin/sh\nexport token=1\nuse $token\n"]


def test_trigger_runs_when_the_stage_is_done() -> None:
    text = 'FROM a AS b\nONBUILD ARG late\nONBUILD RUN echo $one $late\nENV one=1\nSHELL ["bash", "-c"]\nRUN x\n'
    assert texts(text) == ["#!/bin/bash\nx\n", "#!/bin/bash\nexport late=1 one=1\necho $one $late\n"]
    assert texts("FROM a\nONBUILD RUN <<EOF\necho a\nEOF\n") == ["#!/bin/sh\necho a\n"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("/bin/sh -c", "/bin/sh"),
        ("/bin/sh -exc", "/bin/sh -e"),
        ("/bin/bash -eo pipefail -c", "/bin/bash -e"),
        ("/bin/bash -o errexit -c", "/bin/bash -e"),
        ("bash -o pipefail -c", "/bin/bash"),
        ("/usr/bin/env bash -c", "/bin/bash"),
        ("/usr/bin/env -S A=1 bash -e", "/bin/bash -e"),
        ("/bin/dash -c", "/bin/dash"),
        ("ksh", "/bin/ksh"),
        ("/bin/ash -eo pipefail -c", "/bin/busybox sh -e"),
        ("/bin/busybox sh -c", "/bin/busybox sh"),
        (r"C:\msys64\usr\bin\bash.exe -c", "/bin/bash"),
        ("busybox awk", ""),
        ("/bin/zsh -c", ""),
        ("powershell -Command", ""),
        ("pwsh", ""),
        ("cmd /S /C", ""),
        ("python3", ""),
        ("env", ""),
        ("", ""),
    ],
)
def test_shells(words: str, line: str) -> None:
    assert shell_of(words.split()).line == line
    assert shebang(f"#! {words}").line == line


PRAGMAS = {
    "none": ("FROM a\nRUN x\n", "/bin/sh"),
    "above the instruction": ("FROM a\n# hadolint shell=bash\nRUN x\n", "/bin/bash"),
    "until SHELL": ('FROM a\n# hadolint shell=bash\nSHELL ["ksh"]\nRUN x\n', "/bin/ksh"),
    "until FROM": ("FROM b\n# hadolint shell=bash\nRUN y\nFROM a\nRUN x\n", "/bin/sh"),
    "default of all": ("# hadolint shell=bash -e\nFROM b\nRUN y\nFROM a\nRUN x\n", "/bin/bash -e"),
    "default, until SHELL": ('# hadolint shell=pwsh\nFROM a\nSHELL ["ksh"]\nRUN x\n', "/bin/ksh"),
    "below the instruction": ("FROM a\nRUN x\n# hadolint shell=bash\n", "/bin/sh"),
    "the last one": ("FROM a\n# hadolint shell=bash\n# hadolint shell = dash # why\nRUN x\n", "/bin/dash"),
}


@pytest.mark.parametrize(("text", "shell"), PRAGMAS.values(), ids=list(PRAGMAS))
def test_shell_that_a_comment_names(text: str, shell: str) -> None:
    assert shells(text)[-1] == shell


def test_pragma_names_the_shell() -> None:
    text = "# hadolint shell=bash\nFROM a\nRUN x\n{}FROM a\nRUN y\n"
    assert shells(text.format("")) == ["/bin/bash", "/bin/bash"]
    assert shells(text.format("# hadolint shell = /bin/dash -e\nRUN x\n")) == ["/bin/bash", "/bin/dash -e", "/bin/bash"]
    assert shells(text.format("# hadolint shell=pwsh\nRUN x\n")) == ["/bin/bash", "/bin/bash"]
    assert shells("FROM a\nRUN x \\\n# hadolint shell=bash\n y\nRUN z\n") == ["/bin/sh", "/bin/sh"]


@pytest.mark.parametrize(
    "base",
    ["mcr.microsoft.com/windows/servercore:ltsc2022", "python:3.13-windowsservercore", "--platform=windows/amd64 a"],
)
def test_windows_has_another_shell(base: str) -> None:
    assert texts(f"FROM {base}\nRUN dir\n") == []
    assert shells(f'FROM {base}\nSHELL ["bash", "-c"]\nRUN dir\n') == ["/bin/bash"]


HEREDOCS = {
    "alone": ("RUN <<EOF\n  one\ntwo\nEOF\n", ["#!/bin/sh\n  one\ntwo\n"]),
    "tabs": ("RUN <<-EOF\n\t\tone\n\ttwo\n\tEOF\n", ["#!/bin/sh\none\ntwo\n"]),
    "quoted": ("RUN <<'EOF'\none $A\nEOF\n", ["#!/bin/sh\none $A\n"]),
    "shebang": ("RUN <<EOF\n#!/usr/bin/env bash\none\nEOF\n", ["#!/bin/bash\none\n"]),
    "other interpreter": ("RUN <<EOF\n#!/usr/bin/env python3\none\nEOF\n", []),
    "empty": ("RUN <<EOF\nEOF\n", []),
    "read by a shell": (
        "RUN <<EOF bash -e\none\nEOF\n",
        ["#!/bin/sh\n<<EOF bash -e\none\nEOF\n", "#!/bin/bash -e\none\n"],
    ),
    "of a shell": ("RUN bash -s a <<'E'\no\nE\n", ["#!/bin/sh\nbash -s a <<'E'\no\nE\n", "#!/bin/bash\no\n"]),
    "of a shell with pipefail": (
        "RUN bash -o pipefail <<E\no\nE\n",
        ["#!/bin/sh\nbash -o pipefail <<E\no\nE\n", "#!/bin/bash\no\n"],
    ),
    "of a shell that runs a file": ("RUN bash file <<E\no\nE\n", ["#!/bin/sh\nbash file <<E\no\nE\n"]),
    "of a shell that runs a text": ("RUN bash -c x <<E\no\nE\n", ["#!/bin/sh\nbash -c x <<E\no\nE\n"]),
    "with escapes of the outer shell": ("RUN bash <<E\n\\$x\nE\n", ["#!/bin/sh\nbash <<E\n\\$x\nE\n"]),
    "quoted, with escapes": ("RUN bash <<'E'\n\\$x\nE\n", ["#!/bin/sh\nbash <<'E'\n\\$x\nE\n", "#!/bin/bash\n\\$x\n"]),
    "of another program": ("RUN cat <<A >b && c\no\nA\n", ["#!/bin/sh\ncat <<A >b && c\no\nA\n"]),
    "two": ("RUN a <<A && b <<-B\no\nA\n\tp\nB\n", ["#!/bin/sh\na <<A && b <<-B\no\nA\n\tp\nB\n"]),
}


@pytest.mark.parametrize(("text", "wanted"), HEREDOCS.values(), ids=list(HEREDOCS))
def test_here_documents(text: str, wanted: list[str]) -> None:
    assert texts(f"FROM a\n{text}") == wanted


def test_variables_are_declared_behind_the_comments_at_the_top() -> None:
    text = "FROM a\nARG x\nRUN <<E\n#!/bin/sh -e\n# shellcheck disable=SC2086\n\necho $x $y\nE\n"
    (script,) = read(text)
    assert script.text == "#!/bin/sh -e\n# shellcheck disable=SC2086\n\nexport x=1\necho $x $y\n"
    places = [script.span(line, 1, line, 2) for line in range(1, 6)]
    assert [place and place.line for place in places] == [None, 5, 6, None, 7]


def test_what_takes_too_long_is_left_alone() -> None:
    assert texts("FROM a\nRUN " + "a" * (module.MAX_CHARS + 1) + "\n") == []
    assert texts("FROM a\nRUN " + "(" * (module.MAX_DEPTH + 1) + "\n") == []
    assert texts("FROM a\nRUN echo " + "$((" * (module.MAX_ARITHMETIC + 1) + "\n") == []
    assert len(texts("FROM a\nRUN " + "( a $((1 + (2))) ) ; " * 50 + "\n")) == 1


def test_too_many_variables_are_not_kept() -> None:
    many = "".join(f"ENV a{number}=1\n" for number in range(module.MAX_NAMES + 1))
    assert texts(f"FROM a AS b\nRUN x\n{many}RUN y\nFROM b\nRUN z\nFROM c\nRUN v\n") == [
        "#!/bin/sh\nx\n",
        "#!/bin/sh\nv\n",
    ]


WORDS = [
    "RUN ",
    "FROM a\n",
    "FROM a AS b\n",
    "\\\n",
    "\n",
    "<<E",
    "E\n",
    "# c\n",
    "$x",
    " 'q",
    "\t",
    "ENV x=1\n",
    "ONBUILD ",
]


@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_every_line_leads_to_the_file_whatever_it_holds(words: list[str]) -> None:
    source = Source("Dockerfile", "FROM a\n" + "".join(words))
    for script in scripts(parse(source)):
        for line, row in enumerate(script.text.split("\n"), 1):
            span = script.span(line, 1, line, len(row) + 1)
            assert span is None or 0 <= span.start <= span.end <= len(source.text)
            if span and "\\\n" not in span.text:
                assert span.text == row or line > len(script.rows)
