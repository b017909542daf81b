"""How a Dockerfile is read: the hostile tables of the design (B8, B9, F1-F5, F8, F12), words, places, refusals."""

from __future__ import annotations

import pytest

from lintstack.dockerfile.lines import directive, trim_continuation
from lintstack.dockerfile.splitter import mask, own_split, split
from lintstack.dockerfile.syntax import Dockerfile, Instruction, pairs, parse
from lintstack.source import Source


def read(text: str) -> Dockerfile:
    return parse(Source("Dockerfile", text))


def only(text: str) -> Instruction:
    """The one instruction behind a FROM."""
    (instruction,) = read(f"FROM a\n{text}").instructions[1:]
    return instruction


def keywords(text: str) -> list[str]:
    return [f"{item.line} {item.keyword} {item.text.text}" for item in read(text).instructions]


def problems(text: str) -> list[str]:
    return [f"{p.at.span.line} {p.rule} {p.message}" for p in read(text).problems]


@pytest.mark.parametrize("end", ["\\", "\\\n", "\\ \t\n\n# c\n", "\\\r\n"])
def test_last_line_continues_into_the_end_of_the_file(end: str) -> None:
    assert keywords("FROM a\nUSER app\nUSER root " + end) == ["1 FROM a", "2 USER app", "3 USER root"]


HEREDOC_CASES = {
    "FROM a\nRUN <<EOF\nUSER nobody\nHEALTHCHECK NONE\nEOF\nUSER root": ["1 FROM a", "2 RUN <<EOF", "6 USER root"],
    "FROM a\nRUN a <<A <<B\nUSER x\nA\nUSER y\nB\nUSER z": ["1 FROM a", "2 RUN a <<A <<B", "7 USER z"],
    "FROM a\nRUN <<-A\n\tx\n\tA\nUSER z": ["1 FROM a", "2 RUN <<-A", "5 USER z"],
    "FROM a\nRUN <<'E F'\nEOF\nE F\nUSER z": ["1 FROM a", "2 RUN <<'E F'", "5 USER z"],
    "FROM a\nUSER <<EOF\nUSER b": ["1 FROM a", "2 USER <<EOF", "3 USER b"],
    "FROM a\nLABEL a=<<EOF\nUSER b": ["1 FROM a", "2 LABEL a=<<EOF", "3 USER b"],
    "FROM a\nRUN echo $((1<<EOF))\nUSER b": ["1 FROM a", "2 RUN echo $((1<<EOF))", "3 USER b"],
    "FROM a\nRUN cat <<<EOF\nUSER b": ["1 FROM a", "2 RUN cat <<<EOF", "3 USER b"],
    "FROM a\nRUN echo '<<EOF'\nUSER b": ["1 FROM a", "2 RUN echo '<<EOF'", "3 USER b"],
    'FROM a\nRUN ["cat", "<<EOF"]\nUSER b': ["1 FROM a", '2 RUN ["cat", "<<EOF"]', "3 USER b"],
    "FROM a\nONBUILD RUN <<EOF\nUSER x\nEOF\nUSER b": ["1 FROM a", "2 ONBUILD RUN <<EOF", "5 USER b"],
    "FROM a\nRUN \\\n <<EOF\nUSER x\nEOF\nUSER b": ["1 FROM a", "2 RUN <<EOF", "6 USER b"],
    "FROM a\r\nCOPY <<EOF /x\r\nUSER x\r\nEOF\r\nUSER b\r\n": ["1 FROM a", "2 COPY <<EOF /x", "5 USER b"],
    # Read since BuildKit 0.13; the oracle of test_oracle.py is older.
    "FROM a\nRUN echo ${A#b} ${A%%c} ${A/d/e} <<EOF\nUSER x\nEOF\nUSER b": [
        "1 FROM a",
        "2 RUN echo ${A#b} ${A%%c} ${A/d/e} <<EOF",
        "5 USER b",
    ],
}


@pytest.mark.parametrize("text", HEREDOC_CASES)
def test_heredocs(text: str) -> None:
    assert keywords(text) == HEREDOC_CASES[text]
    assert problems(text) == []


def test_heredoc_attributes() -> None:
    instruction = only('RUN cat 3<<-"A" <<B > /x\n\t1\n\tA\n2\nB\n')
    first, second = instruction.heredocs
    assert (first.name, first.body.text, first.content, first.expand, first.strip_tabs) == (
        "A",
        "\t1\n",
        "1\n",
        False,
        True,
    )
    assert (second.name, second.body.text, second.expand, second.strip_tabs) == ("B", "2\n", True, False)
    assert (first.descriptor, first.opening.text, second.opening.text) == (3, '3<<-"A"', "<<B")
    assert instruction.span.text.endswith("2\nB")


def test_unterminated_heredoc_is_reported_where_it_opens() -> None:
    text = "FROM a\nRUN cat <<EOF\nUSER root\n"
    assert problems(text) == ["2 dockerfile-syntax unterminated heredoc EOF opened here: no line holds just that word"]
    (problem,) = read(text).problems
    assert problem.at.span.text == "<<EOF"
    assert not problem.suppressible


CONTINUATIONS = {
    "RUN echo \\\\\nUSER root": ["2 RUN echo \\\\", "3 USER root"],
    "RUN echo \\\\\\\nUSER root": ["2 RUN echo \\\\\\", "3 USER root"],
    "RUN echo \\\x0b\nUSER root": ["2 RUN echo \\", "3 USER root"],
    "RUN echo \\\u00a0\nUSER root": ["2 RUN echo \\", "3 USER root"],
    "RUN echo \\ \t\n  USER root": ["2 RUN echo   USER root"],
    "RUN echo \\\n\n# c\n\n  USER x\nUSER root": ["2 RUN echo   USER x", "7 USER root"],
    "RU\\\nN x": ["2 RUN x"],
    "\\\nRUN x": ["3 RUN x"],
    "run x\nUser y": ["2 RUN x", "3 USER y"],
    "\f\tUSER\vx": ["2 USER x"],
    "\u00a0\u0085USER x": ["2 USER x"],
}


@pytest.mark.parametrize("text", CONTINUATIONS)
def test_continuations(text: str) -> None:
    assert keywords(f"FROM a\n{text}")[1:] == CONTINUATIONS[text]


DIRECTIVES = {
    "# escape=`\nFROM a\nRUN x `\n y": ("`", ["2 FROM a", "3 RUN x  y"]),
    "# Escape = `\nFROM a\nRUN x `\n y": ("`", ["2 FROM a", "3 RUN x  y"]),
    "#syntax=d/f:1\n#check=skip=all\n#escape=`\nFROM a\nRUN x `\n y": ("`", ["4 FROM a", "5 RUN x  y"]),
    "\ufeff# escape=`\nFROM a\nRUN x `\n y": ("`", ["2 FROM a", "3 RUN x  y"]),
    "\n# escape=`\nFROM a\nRUN x \\\n y": ("\\", ["3 FROM a", "4 RUN x  y"]),
    "# c\n# escape=`\nFROM a\nRUN x \\\n y": ("\\", ["3 FROM a", "4 RUN x  y"]),
    "FROM a\n# escape=`\nRUN x \\\n y": ("\\", ["1 FROM a", "3 RUN x  y"]),
}


@pytest.mark.parametrize("text", DIRECTIVES)
def test_directives(text: str) -> None:
    escape, expected = DIRECTIVES[text]
    assert read(text).escape == escape
    assert keywords(text) == expected


def test_directive_values() -> None:
    parsed = read("# syntax=docker/dockerfile:1\n# check=skip=A,B;error=true\nFROM a\n")
    assert (parsed.syntax, parsed.check) == ("docker/dockerfile:1", "skip=A,B;error=true")
    assert directive("# x = ") == ("x", " ")
    assert directive("#x") == ("", "")


def test_bad_directives_are_reported() -> None:
    assert problems("# escape=x\nFROM a") == [
        "1 dockerfile-syntax the escape character must be a backslash or a backtick"
    ]
    assert problems("# escape=`\n# escape=`\nFROM a") == [
        "2 dockerfile-syntax only one `escape` directive can be used; BuildKit refuses a second one"
    ]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('RUN ["a", "b"]', "exec"),
        ("RUN []", "exec"),
        ('RUN [ "a" ] ', "exec"),
        ('RUN \\\n[ \\\n"a" \\\n]', "exec"),
        ("RUN ['a']", "shell"),
        ('RUN ["a",]', "shell"),
        ('RUN ["a"] # c', "shell"),
        ('RUN ["a" "b"]', "shell"),
        ('RUN ["a\\x"]', "shell"),
        ('RUN ["a\tb"]', "shell"),
        ("RUN [NaN]", "shell"),
        ("RUN [" + "1" * 20_000 + "]", "shell"),
        ("RUN " + "[" * 30_000, "shell"),
        ('HEALTHCHECK CMD ["a"]', "exec"),
        ("HEALTHCHECK CMD a", "shell"),
        ('LABEL ["a"]', ""),
    ],
)
def test_json_forms(text: str, form: str) -> None:
    assert only(text).form == form


def test_json_values() -> None:
    assert [word.value for word in only('CMD ["\\u0041\\n", "\\ud83d\\ude00", "\\ud800", "\\/\\""]').args] == [
        "A\n", "\U0001f600", "\ufffd", '/"',
    ]  # fmt: skip
    assert [word.span.text for word in only('CMD ["a", \\\n "b c"]').args] == ['"a"', '"b c"']
    assert problems('FROM a\nRUN ["a", 1]') == ["2 dockerfile-syntax RUN takes a JSON array of strings only"]


def test_flags() -> None:
    instruction = only("COPY --from=b --chown='a b' --link \\\n --chmod=6\\\n44 x y")
    assert [(flag.name, flag.value) for flag in instruction.flags] == [
        ("from", "b"), ("chown", "a b"), ("link", None), ("chmod", "644"),
    ]  # fmt: skip
    assert [flag.span.text for flag in instruction.flags] == ["--from=b", "--chown='a b'", "--link", "--chmod=6\\\n44"]
    assert [word.text for word in instruction.args] == ["x", "y"]
    assert instruction.flag("from") is instruction.flags[0]
    assert instruction.flag("to") is None
    assert [word.text for word in only("RUN --network=none -- --x y").args] == ["--x", "y"]


def test_words_have_exact_places() -> None:
    instruction = only("ENV A=\"b c\" D=e\\\nf \\\n  # note\n\n G='h i'")
    assert [word.text for word in instruction.args] == ['A="b c"', "D=ef", "G='h i'"]
    assert [word.span.text for word in instruction.args] == ['A="b c"', "D=e\\\nf", "G='h i'"]
    assert [word.value for word in instruction.args] == ["A=b c", "D=ef", "G=h i"]
    assert [span.line for span in instruction.blanks] == [5]


def test_pairs() -> None:
    found = pairs(only("ENV A=1 \"B\"='2 3' C= =x"))
    assert [(pair.name, pair.value and pair.value.value) for pair in found] == [("A", "1"), ("B", "2 3"), ("C", "")]
    assert [pair.span.text for pair in found] == ["A=1", "\"B\"='2 3'", "C="]
    (legacy,) = pairs(only("ENV A  b  c \\\n d"))
    assert (legacy.name, legacy.value and legacy.value.text, legacy.legacy) == ("A", "b  c  d", True)
    assert legacy.name_span.text == "A"
    assert [(pair.name, pair.value) for pair in pairs(only("ARG A"))] == [("A", None)]
    assert pairs(only("ENV A")) == ()


def test_comments() -> None:
    parsed = read("# top\nFROM a\nRUN x \\\n  # inside\n  y <<EOF\n# body\nEOF\n#last")
    assert [comment.text for comment in parsed.comments] == ["top", "inside", "last"]
    assert [comment.span.text for comment in parsed.comments] == ["# top", "# inside", "#last"]
    assert parsed.instructions[1].span.covers(parsed.comments[1].span)


def test_onbuild() -> None:
    instruction = only("ONBUILD COPY --chown=a b c")
    assert instruction.trigger is not None
    assert (instruction.trigger.keyword, [word.text for word in instruction.trigger.args]) == ("COPY", ["b", "c"])
    assert instruction.trigger.span.text == "COPY --chown=a b c"
    assert instruction.trigger.flag("chown")


REFUSED = {
    "FROM a b": "FROM takes 1 or 3 arguments: `FROM image` or `FROM image AS name`",
    "FROM a AS 1x": "`1x` is no name for a stage",
    "FROB x": "unknown instruction `FROB`; did you mean FROM?",
    "zzz": "unknown instruction `zzz`",
    "PASSWORD=hunter2": "unknown instruction `PASSWORD`",
    "HEALTHCHECK http://a:b@c": "HEALTHCHECK takes CMD or NONE",
    "COPY x": "COPY takes at least two arguments: what to copy, and where to",
    "ENV A": "ENV takes a name and a value: `ENV name=value`",
    "ENV A=b c": "ENV takes `name=value` only: a word has no `=`; quote values that hold blanks",
    "LABEL =b": "LABEL needs a name before `=`",
    "ENV": "ENV takes at least one argument",
    "ARG =x": "ARG needs a name before `=`",
    "USER": "USER takes one argument",
    "WORKDIR": "WORKDIR takes one argument",
    "EXPOSE": "EXPOSE takes at least one argument",
    "SHELL /bin/sh": 'SHELL takes a JSON array: `SHELL ["/bin/bash", "-c"]`',
    'VOLUME [""]': "VOLUME takes no empty path",
    "VOLUME []": "VOLUME takes at least one argument",
    "HEALTHCHECK": "HEALTHCHECK takes `NONE`, or `CMD` and a command",
    "HEALTHCHECK NONE x": "HEALTHCHECK NONE takes no arguments",
    "HEALTHCHECK CMD": "HEALTHCHECK CMD takes a command",
    "HEALTHCHECK curl x": "HEALTHCHECK takes CMD or NONE, not `curl`",
    "ONBUILD": "ONBUILD takes an instruction",
    "ONBUILD FROB x": "unknown instruction `FROB`; did you mean FROM?",
    "ONBUILD COPY --x a b": "COPY has no flag --x",
    "ONBUILD MAINTAINER x": "ONBUILD cannot trigger MAINTAINER",
    'ONBUILD CMD [["a"]]': "CMD takes a JSON array of strings only",
    "USER app # who": "USER takes one argument; what follows it becomes part of the name",
    "COPY a <<E\nE": "COPY cannot copy to a here-document; name the destination behind it",
    "HEALTHCHECK --interval=5 CMD x": "--interval takes a duration with its unit, such as 30s or 1m30s",
    "HEALTHCHECK --timeout=$T CMD x": "--timeout takes a duration with its unit, such as 30s or 1m30s",
    "HEALTHCHECK --start-period=-2s CMD x": "--start-period cannot be less than 1ms",
    "HEALTHCHECK --start-interval=10us CMD x": "--start-interval cannot be less than 1ms",
    "HEALTHCHECK --retries=x CMD x": "--retries takes a number that is not negative",
    "RUN --network=x y": "--network is default, none or host",
    "RUN --security=x y": "--security is insecure or sandbox",
    "RUN --mount= y": "--mount needs a value: `--mount=type=…`",
    "RUN --mount=type=foo y": "`type` of --mount is bind, cache, tmpfs, secret or ssh",
    "RUN --mount=type=secrets,id=a y": ("`type` of --mount is bind, cache, tmpfs, secret or ssh; did you mean secret?"),
    "RUN --mount=tpye=cache y": "--mount has no option `tpye`; did you mean type?",
    "RUN --mount=target y": "`target` of --mount needs a value: `target=…`",
    "RUN --mount=dst=/x,ro=maybe y": "`readonly` of --mount is true or false",
    "RUN --mount=type=cache,dst=/x,sharing=all y": "`sharing` of --mount is shared, private or locked",
    "RUN --mount=type=cache,dst=/x,mode=rw y": "`mode` of --mount takes an octal number",
    "RUN --mount=type=cache,dst=/x,uid=root y": "`uid` of --mount takes a number",
    "RUN --mount=dst=/x,required y": "a mount of type bind takes no `required`",
    "RUN --mount=type=bind,dst=/x,sharing=locked y": "a mount of type bind takes no `sharing`",
    "RUN --mount=from=$X,dst=/x y": "`from` of --mount takes no variable; name a stage that is built FROM it",
    "RUN --mount=type=secret y": "a mount of type secret needs an `id`, a `source` or a `target`",
    "RUN --mount=type=secret,id=a,src=b y": "a mount of type secret takes `id` or `source`, not both",
    "RUN --mount=type=secret,id=a,from=b y": "a mount of type secret takes no `from`",
    "ONBUILD ONBUILD RUN x": "ONBUILD cannot trigger ONBUILD",
    "ONBUILD FROM x": "ONBUILD cannot trigger FROM",
    "ONBUILD ENV A": "ENV takes a name and a value: `ENV name=value`",
    "COPY --chwon=a b c": "COPY has no flag --chwon; did you mean --chown?",
    "COPY --from b c d": "--from needs a value: `--from=…`",
    "COPY --link=maybe b c": "--link is true or false",
    "COPY --from=a --from=b c d": "--from is given twice",
    "USER --x y": "USER has no flag --x",
    "\\": "a continuation character stands alone: there is no instruction",
}


PLACES = {
    "FROM a b": "b",
    "FROM a AS 1x": "1x",
    "FROB x": "FROB",
    "COPY --chwon=a b c": "--chwon=a",
    "COPY --link=maybe b c": "maybe",
    "COPY --from=a --from=b c d": "--from=b",
    "ENV A=b c": "c",
    "ENV A": "A",
    "LABEL x=y =b": "=b",
    "USER app # who": "# who",
    "HEALTHCHECK NONE x": "x",
    "HEALTHCHECK curl x": "curl",
    "HEALTHCHECK --interval='5' CMD x": "'5'",
    "ONBUILD FROB x": "FROB",
    "ONBUILD FROM x": "FROM",
    'VOLUME ["a", ""]': '""',
    "RUN --mount=type=cache,dst=/x,sha\\\nring=all y": "all",
    "RUN --mount=type=cache,tagret=/x y": "tagret",
    "RUN --mount='type=ssh,size=3' y": "size=3",
    "COPY a \\\n <<E\nE": "<<E",
    "SHELL bash": "SHELL",
}


@pytest.mark.parametrize("text", PLACES)
def test_what_is_refused_stands_on_the_very_word(text: str) -> None:
    (problem,) = read(f"FROM a\n{text}\n").problems
    assert problem.at.span.text == PLACES[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_buildkit_refuses_is_reported_and_the_rest_is_read(text: str) -> None:
    assert problems(f"FROM a\n{text}\n\nUSER b") == [f"2 dockerfile-syntax {REFUSED[text]}"] or text == "\\"
    assert keywords(f"FROM a\n{text.rstrip(chr(92))}\n\nUSER b")[-1].endswith(" USER b")


@pytest.mark.parametrize(
    "text",
    ["RUN", "CMD", "ENTRYPOINT []", "FROM a as B", "ENV A b", "LABEL a=b c=", "ARG a b=c",
     "RUN --mount=type=cache,target=/x --mount=type=bind x", "ARG --x y", "COPY --parents --exclude=a --exclude=b x y",
     "MAINTAINER a b", "EXPOSE 1 2/udp", "HEALTHCHECK --interval=1s --start-interval=2s CMD x", 'SHELL ["a"]',
     "ADD --checksum=x --keep-git-dir=true --unpack a b", "RUN --device=a --security=insecure x",
     "USER NT AUTHORITY\\SYSTEM", 'USER "a b"',
     "HEALTHCHECK --interval=1 NONE", "HEALTHCHECK --interval=0 --timeout=1h1.5s --retries=0 CMD x", "WORKDIR a b",
     "RUN --mount=from=x y", "RUN --mount=type=bind y", "RUN --mount=required=1,type=secret,id=a,env=B y",
     "RUN --mount=target=/x,rw=false,type=$T,mode=$M y", "RUN --mount=type=tmpfs,size=1g,dst=/x y",
     "RUN --mount=type=cache,uid=0,gid=0,mode=0755,sharing=locked,id=a,src=/b,destination=/x,readwrite y",
     "RUN --network=none --security=sandbox --device=a=b,required x", "ONBUILD COPY --from=a b c", "EXPOSE 80:80",
     "COPY <<E /x\nE", "ONBUILD ENV a=b"],
)  # fmt: skip
def test_what_buildkit_accepts_is_not_reported(text: str) -> None:
    assert problems(f"FROM a\n{text}\n") == []


def test_flags_of_other_frontends_are_not_judged() -> None:
    assert problems("# syntax=example.com/front:1\nFROM a\nRUN --oci=x y\n") == []
    assert problems("# syntax=docker/dockerfile:1.9-labs@sha256:0\nFROM a\nRUN --oci=x y\n") != []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("FROM a\nUSER b\n".encode("utf-16"), "the file is UTF-16 or binary; save it as UTF-8"),
        ("FROM a\nUSER b\n".encode("utf-16-le"), "the file is UTF-16 or binary; save it as UTF-8"),
        (b"FROM a\0\nUSER b\n", "the file holds a NUL byte; save it as plain UTF-8 text"),
        (b"FROM a\rUSER b\r", "lines end in CR alone, so BuildKit reads the file as one line; save it with LF"),
        (b"<!DOCTYPE html>\n<html>", "the file is an HTML or XML page, not a Dockerfile; download the raw file"),
        (b"", "the file has no instruction; it must begin with FROM"),
        (b"# only\n\n", "the file has no instruction; it must begin with FROM"),
    ],
)
def test_files_that_are_no_dockerfiles(data: bytes, message: str) -> None:
    found = problems(data.decode("utf-8", "surrogateescape"))
    assert found[0] == f"1 dockerfile-syntax {message}"


def test_bytes_that_are_not_utf8_are_kept() -> None:
    parsed = read(b"FROM a\nLABEL x=\xe9\xff\nUSER root\n".decode("utf-8", "surrogateescape"))
    assert parsed.problems == ()
    assert parsed.instructions[1].args[0].text.encode("utf-8", "surrogateescape") == b"x=\xe9\xff"
    assert parsed.instructions[2].text.text == "root"


def test_overlong_line_is_reported_and_read() -> None:
    fits, over = "RUN " + "x" * 65_531, "RUN " + "é" * 32_766
    assert problems(f"FROM a\n{fits}\n") == []
    (problem,) = problems(f"FROM a\n{over}\nUSER b\n")
    assert problem == "2 dockerfile-limit the line is longer than 65535 bytes, the longest that BuildKit reads"
    assert keywords(f"FROM a\n{over}\nUSER b\n")[-1] == "3 USER b"


def test_nested_variables_beyond_the_limit_are_reported() -> None:
    deep = "${A:-" * 2000 + "x" + "}" * 2000
    assert [item.split()[1] for item in problems(f"FROM a\nENV B={deep}\n")] == ["dockerfile-limit"]
    assert problems(f"FROM a\nRUN {deep} <<EOF\nEOF\n")[0].split()[1] == "dockerfile-limit"
    assert problems(f"FROM a\nRUN {deep}\n") == []


def test_problems_are_capped() -> None:
    found = read("zzz\n" * 5000).problems
    assert len(found) == 100
    assert found[-1].message == "4901 more problems of this kind follow from here on"


def test_file_without_from_is_one_stage() -> None:
    parsed = read("ARG A=1\nRUN x\n")
    assert [(stage.name, stage.base, stage.origin) for stage in parsed.stages] == [("", None, None)]
    assert parsed.global_args == ()
    assert len(parsed.stages[0].instructions) == 2
    assert parsed.problems == ()


def test_instruction_spans() -> None:
    text = "\ufeff  FROM a  \r\n\r\nRUN x \\\r\n  y  \r\nCOPY <<E /z\r\n1\r\nE\r\nUSER b"
    parsed = read(text)
    assert [item.span.text for item in parsed.instructions] == [
        "FROM a", "RUN x \\\r\n  y", "COPY <<E /z\r\n1\r\nE", "USER b",
    ]  # fmt: skip
    assert [item.keyword_span.text for item in parsed.instructions] == ["FROM", "RUN", "COPY", "USER"]


def test_continuation_rule() -> None:
    assert trim_continuation("a \\ \t", "\\") == ("a ", True)
    assert trim_continuation("a \\\\", "\\") == ("a \\\\", False)
    assert trim_continuation("\\", "\\") == ("", True)
    assert trim_continuation("a `", "\\") == ("a `", False)


def test_dockerfile_parse_splits_what_the_front_end_masked() -> None:
    """The package's own reading is used, and agrees, wherever it can be right."""
    from lintstack.dockerfile.lines import Lines

    text = "FROM a\nRUN x \\\n\n  # c\n  y <<E\nUSER z\nE\nUSER r\\\\\nENV a \\"
    lines = Lines(Source("Dockerfile", text))
    found = []
    for line in lines.logical():
        if "<<" in line.text.text:
            lines.until("E", False)
        found.append(line)
    assert mask(found, len(lines)).count("\n") == 9
    both = zip(split(found, len(lines)), found, strict=True)
    assert [(item.keyword, line.text.text[item.rest :]) for item, line in both] == [
        ("FROM", "a"),
        ("RUN", "x   y <<E"),
        ("USER", "r\\\\"),
        ("ENV", "a"),
    ]
    assert own_split("RUN") == ("RUN", 3)


@pytest.mark.parametrize("keyword", ["USER\x1c", "USER\u2028b", "ß", "ﬁ", "USER\x85"])
def test_where_dockerfile_parse_disagrees_the_front_end_wins(keyword: str) -> None:
    parsed = read(f"FROM a\n{keyword} x\nUSER b")
    assert parsed.instructions[1].keyword == keyword.upper()
    assert parsed.instructions[2].text.text == "b"
