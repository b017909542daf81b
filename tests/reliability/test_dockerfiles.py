"""Table F: Dockerfiles that other tools misread. The last user is root, and says so, or the file is refused."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.reliability.lint import BESIDE, NEIGHBOURS, House, Outcome, meets

SECONDS = 1.5  # of processor time


class Case(NamedTuple):
    """A Dockerfile and what must be said about it (see `lint.meets`)."""

    id: str
    text: str
    expected: str
    seconds: float = SECONDS


def _root(line: int) -> str:
    return f"planted-root Dockerfile:{line}"


ROOT = "planted-root Dockerfile"
SYNTAX = "dockerfile-syntax Dockerfile"
LIMIT = "dockerfile-limit Dockerfile"
START = "FROM alpine:3.20\n"
END = "USER root\n"

CASES = (
    Case("F1-backslash-at-the-end", START + "RUN x\nUSER root \\", _root(3)),
    Case("F1-backslash-and-newline", START + "RUN x\nUSER root \\\n", _root(3)),
    Case("F1-backslash-and-blanks", START + "RUN x\nUSER root \\  \n\n", _root(3)),
    Case("F2-fake-user-in-heredoc", START + "USER root\nRUN <<EOF\nUSER nobody\nEOF\n", _root(2)),
    Case("F2-fake-check-in-heredoc", START + "RUN <<EOF\nHEALTHCHECK CMD x\nUSER nobody\nEOF\n" + END, _root(6)),
    Case("F2-two-heredocs", START + "COPY <<A <<B /x/\nUSER a\nA\nUSER b\nB\n" + END, _root(7)),
    Case("F2-tabs-stripped", START + "RUN <<-EOF\n\tUSER nobody\n\tEOF\n" + END, _root(5)),
    Case("F2-tab-not-stripped", START + "RUN <<EOF\n\tEOF\nUSER nobody\nEOF\n" + END, _root(6)),
    Case("F2-quoted-delimiter", START + "RUN <<'E F'\nUSER nobody\nE F\n" + END, f"{_root(5)} | {SYNTAX}"),
    Case("F2-double-quoted-delimiter", START + 'RUN <<"EOF"\nUSER nobody\nEOF\n' + END, _root(5)),
    Case("F2-no-heredoc-in-user", START + "USER <<EOF\n" + END, _root(3)),
    Case("F2-no-heredoc-in-label", START + "LABEL a=<<EOF\n" + END, _root(3)),
    Case("F2-shift", START + "RUN echo $((1<<EOF))\n" + END, f"{_root(3)} | {SYNTAX}"),
    Case("F2-here-string", START + "RUN cat <<<EOF\n" + END, _root(3)),
    Case("F2-quoted-here", START + 'RUN echo "<<EOF"\n' + END, f"{_root(3)} | {SYNTAX}"),
    Case("F2-heredoc-with-flag", START + "RUN --mount=type=cache,target=/x <<EOF\nUSER nobody\nEOF\n" + END, _root(5)),
    Case("F2-heredoc-behind-words", START + "RUN cat <<EOF > /x && true\nUSER nobody\nEOF\n" + END, _root(5)),
    Case("F2-heredoc-crlf", START + "RUN <<EOF\r\nUSER nobody\r\nEOF\r\nUSER root\r\n", _root(5)),
    Case("F2-heredoc-in-onbuild", START + "ONBUILD RUN <<EOF\nUSER nobody\nEOF\n" + END, f"{_root(5)} | {SYNTAX}"),
    Case("F2-interpreter", START + "RUN <<EOF bash -e\nUSER nobody\nEOF\n" + END, _root(5)),
    Case("F2-copied", START + "COPY --chmod=644 <<-'EOF' /x\n\tUSER nobody\n\tEOF\n" + END, _root(5)),
    Case(
        "F2-escaped-blank", "# escape=`\n" + START + "RUN <<EOF\\ \nUSER nobody\nEOF\nUSER app\nEOF \n" + END, _root(8)
    ),
    Case("F2-byte-order-mark", START + "RUN <<-\ufeffE\nUSER nobody\nE\n" + END, _root(5)),
    Case("F3-open-heredoc", START + "RUN <<EOF\nUSER nobody\n", f"{SYNTAX}:2"),
    Case("F3-open-heredoc-then-user", START + "RUN <<EOF\n" + END, f"{SYNTAX}:2"),
    Case("F4-two-backslashes", START + "RUN echo \\\\\n" + END, _root(3)),
    Case("F4-three-backslashes", START + "RUN echo \\\\\\\n  x\n" + END, f"{_root(4)} | {_root(3)}"),
    Case("F4-backslash-vertical-tab", START + "RUN echo \\\x0b\nUSER app\n" + END, f"{_root(4)} | {SYNTAX}"),
    Case("F4-backslash-nbsp", START + "RUN echo \\\xa0\n" + END, f"{_root(3)} | {SYNTAX}"),
    Case("F4-backslash-blanks", START + "RUN echo \\   \n  x\n" + END, _root(4)),
    Case("F4-comment-inside", START + "USER root\nRUN a \\\n# USER b\n  b\n", _root(2)),
    Case("F4-blank-lines-inside", START + "USER root\nRUN a \\\n\n\nUSER app\n", _root(2)),
    Case("F4-indented-comment", START + "RUN a \\\n   # USER b \\\n  b\n" + END, _root(5)),
    Case("F4-word-over-two-lines", START + "RUN x\nUSER ro\\\not\n", _root(3)),
    Case("F4-keyword-over-two-lines", START + "RUN x\nUS\\\nER root\n", _root(4)),
    Case("F5-escape-backtick", "# escape=`\nFROM alpine:3.20\nRUN a `\n  b\nUSER root\n", _root(5)),
    Case("F5-escape-upper", "# ESCAPE=`\nFROM alpine:3.20\nRUN a \\\nUSER root\n", f"{_root(4)} | {SYNTAX}"),
    Case("F5-escape-late", "FROM alpine:3.20\n# escape=`\nRUN a `\nUSER root\n", _root(4)),
    Case("F5-escape-behind-blank", "\n# escape=`\nFROM alpine:3.20\nRUN a `\nUSER root\n", _root(5)),
    Case("F5-escape-behind-comment", "# hi\n# escape=`\nFROM alpine:3.20\nRUN a `\nUSER root\n", _root(5)),
    Case("F5-escape-invalid", "# escape=x\nFROM alpine:3.20\nUSER root\n", SYNTAX),
    Case("F5-escape-twice", "# escape=`\n# escape=`\nFROM alpine:3.20\nUSER root\n", SYNTAX),
    Case("F5-escape-behind-bom", "\ufeff# escape=`\nFROM alpine:3.20\nRUN a `\n b\nUSER root\n", _root(5)),
    Case("F5-escape-behind-syntax", "# syntax=a/b\n# escape=`\nFROM alpine:3.20\nRUN a `\n b\nUSER root\n", _root(6)),
    *(
        Case(f"F6-{text}", START + f"{before}USER {text}\n", f"{ROOT}:{2 + before.count(chr(10))}")
        for before, text in (
            ("", '"root"'),
            ("", "'root'"),
            ("", "r\\oot"),
            ("", "0"),
            ("", "00:0"),
            ("", "root:root"),
            ("", "0:app"),
            ("", "${U:-root}"),
            ("ENV U=x\n", "${U:+root}"),
            ("ARG U=root\n", "$U"),
            ("ARG U=root\n", "${U}"),
            ("ENV A=root\nENV B=$A\n", "$B"),
            ("ENV A=ro\n", "${A}ot"),
            ("ENV A=root B=$A\n", "${B:-root}"),
            ("", "   root   "),
            ("", "\troot"),
            ("ARG U\n", "${U:-root}"),
            ("", "${U-root}"),
        )
    ),
    Case("F6-unset-argument", START + "ARG U\nUSER $U\n", "planted-root Dockerfile | none"),
    Case("F7-inherited", "FROM alpine:3.20 AS a\nUSER root\nFROM a AS b\nRUN x\nFROM B\nRUN y\n", _root(2)),
    Case("F7-other-stage-does-not-count", START + "USER root\nFROM alpine:3.20\nUSER root\n", _root(4)),
    Case("F7-itself", "FROM a AS a\nUSER root\n", _root(2)),
    Case("F7-mutual", "FROM b AS a\nRUN x\nFROM a AS b\nUSER root\n", _root(4)),
    Case(
        "F7-twice-the-same-name",
        "FROM alpine:3.20 AS a\nUSER app\nFROM alpine:3.20 AS a\nUSER root\n",
        f"{_root(4)} | {SYNTAX}",
    ),
    Case(
        "F7-two-thousand-stages",
        "FROM alpine:3.20 AS s0\nUSER root\n" + "".join(f"FROM s{n} AS s{n + 1}\n" for n in range(2000)),
        _root(2),
        5,
    ),
    Case(
        "F7-copy-in-a-circle",
        "FROM alpine:3.20 AS a\nCOPY --from=b x y\nFROM alpine:3.20 AS b\nCOPY --from=a x y\nUSER root\n",
        _root(5),
    ),
    Case("F7-trigger", "FROM alpine:3.20 AS a\nUSER app\nONBUILD USER root\nFROM a\nRUN x\n", _root(3)),
    Case(
        "F7-trigger-of-a-grandparent",
        "FROM x AS a\nONBUILD USER app\nFROM a AS b\nUSER root\nFROM b\nRUN x\n",
        _root(4),
    ),
    Case("F8-many-brackets", START + "CMD " + "[" * 30_000 + "\n" + END, _root(3)),
    Case("F8-closed-brackets", START + "CMD " + "[" * 30_000 + "]" * 30_000 + "\n" + END, _root(3)),
    Case("F8-digits", START + "CMD [" + "9" * 20_000 + "]\n" + END, _root(3)),
    Case("F8-surrogate", START + 'CMD ["\\ud800"]\n' + END, _root(3)),
    Case("F8-not-a-number", START + "CMD [NaN, Infinity]\n" + END, _root(3)),
    Case("F8-trailing-comment", START + 'CMD ["x"] # y\n' + END, _root(3)),
    Case("F8-single-quotes", START + "CMD ['x']\n" + END, _root(3)),
    Case("F8-number-in-list", START + 'CMD ["x", 1]\n' + END, _root(3)),
    Case("F8-null", START + "CMD [null]\nENTRYPOINT []\nSHELL []\n" + END, f"{_root(5)} | {SYNTAX}"),
    Case("F9-long-line", START + f"RUN echo {'a' * 70_000}\n" + END, f"{_root(3)} | {LIMIT}"),
    Case(
        "F9-doubling",
        START + "ENV A0=xxxxxxxx\n" + "".join(f"ENV A{n + 1}=$A{n}$A{n}\n" for n in range(40)) + END,
        f"{ROOT}:43",
    ),
    Case(
        "F9-doubling-user",
        START + "ENV A0=xxxxxxxx\n" + "".join(f"ENV A{n + 1}=$A{n}$A{n}\n" for n in range(40)) + "USER $A40\n" + END,
        f"{ROOT}:44",
    ),
    Case(
        "F9-doubling-in-one",
        START + "ENV " + " ".join(f"A{n}=$A{n - 1}$A{n - 1}" for n in range(1, 3000)) + "\n" + END,
        _root(3),
    ),
    Case(
        "F9-nested-defaults",
        START + "USER " + "${A:-" * 2000 + "root" + "}" * 2000 + "\n" + END,
        f"{_root(3)} | {SYNTAX}",
    ),
    Case("F9-open-defaults", START + "USER " + "${A:-" * 2000 + "\n" + END, f"{_root(3)} | {SYNTAX}"),
    Case("F10-parentheses", START + "RUN " + "(" * 2000 + "x" + ")" * 2000 + "\n" + END, _root(3)),
    Case("F10-open-parentheses", START + "RUN " + "(" * 30_000 + "\n" + END, _root(3)),
    Case("F10-substitutions", START + "RUN echo " + "$(" * 500 + "x" + ")" * 500 + "\n" + END, _root(3)),
    Case("F10-backticks", START + "RUN " + "`" * 20_001 + "\n" + END, _root(3)),
    Case("F10-quotes", START + "RUN " + '"' * 40_000 + "\n" + END, _root(3)),
    Case("F10-heredoc-marks", START + "RUN echo " + "<< " * 16_000 + "\n" + END, f"{_root(3)} | {SYNTAX}"),
    Case("F10-angle-quotes", START + "RUN echo " + "\u2039" * 20_000 + "\n" + END, _root(3)),
    Case("F10-functions", START + "RUN " + "f() { " * 2000 + "\n" + END, _root(3)),
    Case("F10-cases", START + "RUN " + "case x in " * 3000 + "\n" + END, _root(3)),
    Case("F11-blanks", START + "RUN apt-get" + " " * 60_000 + "install x\n" + END, _root(3)),
    Case("F11-slashes", START + "RUN " + "a/" * 30_000 + "\n" + END, _root(3)),
    Case("F11-colons", START + "USER " + ":" * 30_000 + "\n" + END, _root(3)),
    Case("F11-dots", "FROM " + "a.a-" * 16_000 + "\nRUN x\n" + END, _root(3)),
    Case("F11-at-signs", "FROM " + "a@" * 30_000 + "\nRUN x\n" + END, _root(3)),
    Case("F11-packages", START + "RUN pip install" + " a==" * 15_000 + "\n" + END, _root(3)),
    Case("F11-tabs", START + "\t" * 60_000 + "RUN x\n" + END, _root(3)),
    Case("F11-equals", START + "ENV " + "=" * 30_000 + "\n" + END, f"{_root(3)} | {SYNTAX}"),
    Case("F11-dollars", START + "USER " + "$" * 30_000 + "\n" + END, _root(3)),
    Case("F11-hashes", "#" * 60_000 + "\n" + START + END, _root(3)),
    Case(
        "F11-durations", START + "HEALTHCHECK --interval=" + "1h" * 20_000 + " CMD x\n" + END, f"{_root(3)} | {SYNTAX}"
    ),
    Case("F12-unknown-instruction", START + "NOPE x\n" + END, _root(3)),
    Case("F12-unknown-is-said", START + "NOPE x\n" + END, f"{SYNTAX}:2"),
    Case("F12-early", "RUN x\nENV A=b\n" + START + END, f"{SYNTAX}:2"),
    Case("F12-early-does-not-hide", "RUN x\nENV A=b\n" + START + END, _root(4)),
    Case("F12-unknown-trigger", START + "ONBUILD NOPE x\n" + END, f"{SYNTAX}:2"),
    Case("F12-unknown-flag", START + "RUN --mnt=x y\n" + END, _root(3)),
    Case("F12-bad-mount", START + "RUN --mount=type=foo,,=,target y\n" + END, f"{SYNTAX}:2"),
    Case("F12-bad-mount-does-not-hide", START + "RUN --mount=type=foo,,=,target y\n" + END, _root(3)),
    Case("F12-onbuild-onbuild", START + "ONBUILD ONBUILD RUN x\n" + END, f"{SYNTAX}:2"),
    Case("F12-onbuild-from", START + "ONBUILD FROM x\n" + END, f"{SYNTAX}:2"),
    Case("F12-skip-all", "# check=skip=all\n" + START + END, _root(3)),
    Case("F12-foreign-syntax", "# syntax=evil/frontend\n" + START + END, _root(3)),
    Case("F12-onbuild-does-not-count", START + "USER root\nONBUILD USER app\n", _root(2)),
    Case("F12-lower-case", "from alpine:3.20\nuser root\n", _root(2)),
    Case("F12-no-from", "RUN x\nUSER root\n", f"{SYNTAX}:1"),
    Case("F12-empty-user", START + "USER root\nUSER\n", SYNTAX),
    Case("F12-bare-from", "FROM\nUSER root\n", SYNTAX),
    Case("F12-two-names", "FROM a b c d\nUSER root\n", SYNTAX),
    Case(
        "F13-many-continuations",
        START + "RUN true" + " \\\n && true" * 10_000 + "\n" + END,
        f"{ROOT}:10003 | {LIMIT}",
        4,
    ),
    Case("F13-continuations", START + "RUN true" + " \\\n x" * 50_000 + "\n" + END, f"{ROOT}:50003 | {LIMIT}", 6),
    Case("F13-blank-continuations", START + "RUN true \\\n" + "\n" * 50_000 + " x\n" + END, f"{ROOT} | {LIMIT}", 6),
    Case("F13-comment-continuations", START + "RUN true \\\n" + "#\n" * 50_000 + " x\n" + END, f"{ROOT} | {LIMIT}", 6),
    Case("F13-many-runs", START + "RUN true\n" * 5_000 + END, f"{ROOT}:5002", 6),
    Case("F13-many-words", START + "RUN " + "a " * 30_000 + "\n" + END, _root(3)),
    Case("F13-long-environment", START + f"ENV A={'x' * 60_000}\n" + "ENV B=$A\n" * 50 + END, ROOT, 3),
    Case("F13-many-variables", START + "".join(f"ENV A{n}=x\n" for n in range(3_000)) + END, f"{ROOT}:3002", 4),
    Case("F13-many-arguments", "".join(f"ARG A{n}=x\n" for n in range(3_000)) + START + END, f"{ROOT}:3002", 4),
    Case("F13-many-froms", "FROM alpine:3.20\n" * 3_000 + END, f"{ROOT}:3001", 5),
    Case("F13-many-heredocs", START + "RUN <<E\nx\nE\n" * 2_000 + END, f"{ROOT}:6002", 5),
    Case("F13-over-five-megabytes", START + "#" * 5_000_001 + "\n" + END, LIMIT),
    Case("F13-nul-bytes", "\0" * 5_000_001, LIMIT),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case.id))
def test_the_last_user_is_seen(case: Case, house: House) -> None:
    outcome = house.lint(house.tree({"Dockerfile": case.text, **BESIDE}), rules="usual")
    assert outcome.exit == 1
    assert outcome.places >= NEIGHBOURS
    if not case.expected.endswith("| none"):
        assert meets(outcome, (case.expected,)) == [], sorted(outcome.places - NEIGHBOURS)
    # The rule that ships sees what the planted one does, at the same words, with the usual preset.
    if "planted-root" in case.expected:
        assert _places(outcome, "non-root-user") == _places(outcome, "planted-root")
    assert outcome.seconds < case.seconds


def _places(outcome: Outcome, rule: str) -> set[int]:
    return {item["line"] for item in outcome.findings if item["rule"] == rule and item["path"] == "Dockerfile"}


def test_a_bad_dockerfile_does_not_hide_its_neighbours(house: House) -> None:
    """All of them in one tree, each built by a service, with every rule."""
    small = [case for case in CASES if len(case.text) < 10_000]
    files = {f"f{index}/Dockerfile": case.text for index, case in enumerate(small)}
    services = "".join(f"  s{index}:\n    build: f{index}\n" for index in range(len(small)))
    outcome = house.lint(house.tree({"compose.yaml": f"services:\n{services}", **files, **BESIDE}), rules="all")
    assert outcome.places >= NEIGHBOURS
    rules = {"planted-root", "dockerfile-syntax"}
    silent = [case.id for case, path in zip(small, files, strict=True) if not rules & outcome.of(path)]
    assert silent == ["F6-unset-argument"]
