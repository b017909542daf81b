"""Shell text to commands with places."""

from __future__ import annotations

import pytest

from lintstack.dockerfile.nodes import Instruction
from lintstack.dockerfile.shell.reading import commands, script_commands, standalone, why_unknown
from lintstack.dockerfile.shell.reading import script as read_script
from lintstack.dockerfile.shell.script import Command, Script
from lintstack.dockerfile.syntax import parse
from lintstack.source import Source
from tests import clock


def only(text: str) -> Instruction:
    (instruction,) = parse(Source("Dockerfile", f"FROM a\n{text}")).instructions[1:]
    return instruction


def run(text: str, shell: tuple[str, ...] = ()) -> list[str]:
    found = commands(only(text), shell)
    assert found is not None
    return [" ".join((command.name, *command.args)) for command in found]


CASES = {
    "RUN a && b || c; d | e & f": ["a", "b", "c", "d", "e", "f"],
    "RUN if [ -f x ]; then a; else b; fi": ["a", "b"],
    "RUN for i in 1 2; do a $i; done; while b; do c; done": ["a $i", "b", "c"],
    "RUN case $x in y) a;; *) b;; esac": ["a", "b"],
    "RUN (cd x && a); { b; }; f() { c; }; ! d": ["cd x", "a", "b", "c", "d"],
    'RUN a=$(b c) d "$(e)" `f`': ["d $(e) `f`", "b c", "e", "f"],
    "RUN A=1 B=2 a >x 2>&1 <y": ["a"],
    'RUN \'q r\' "s t" u\\ v w"x"y': ["q r s t u v wxy"],
    "RUN /usr/bin/apt-get install x": ["apt-get install x"],
    "RUN export A=b": ["export"],
    'RUN ["/bin/echo", "a b"]': ["echo a b"],
    'CMD ["sh", "-c", "a && b"]': ["sh -c a && b", "a", "b"],
    "HEALTHCHECK --interval=1s CMD a || exit 1": ["a", "exit 1"],
    'HEALTHCHECK CMD ["a", "b"]': ["a b"],
    "HEALTHCHECK NONE": [],
    "ONBUILD RUN a": ["a"],
    "COPY a b": [],
    "RUN": [],
    "CMD []": [],
    "RUN a # b && c": ["a"],
    'RUN if [ $(a) = "5" ]; then b; fi': ["a", "b"],
}


@pytest.mark.parametrize("text", CASES)
def test_commands(text: str) -> None:
    assert sorted(run(text)) == sorted(CASES[text])


WRAPPED = {
    "sudo -E -u root apt-get x": ("apt-get", ("sudo",)),
    "env -u X A=b C=d apt x": ("apt", ("env",)),
    "sudo env A=b nice -n 5 apt x": ("apt", ("sudo", "env", "nice")),
    "exec apt x": ("apt", ("exec",)),
    "time -p apt x": ("apt", ("time",)),
    "timeout -k 5 10 apt x": ("apt", ("timeout",)),
    "gosu app apt x": ("apt", ("gosu",)),
    "xargs -n 1 apt x": ("apt", ("xargs",)),
    "sudo -nu app apt x": ("apt", ("sudo",)),
    "xargs -n1 -I{} apt x": ("apt", ("xargs",)),
    "busybox wget x": ("wget", ("busybox",)),
    "command -v apt": ("command", ()),
    "sudo": ("sudo", ()),
    "sudo -u": ("sudo", ()),
    "setpriv --reuid 1 -- apt x": ("apt", ("setpriv",)),
}


@pytest.mark.parametrize("text", WRAPPED)
def test_wrappers(text: str) -> None:
    (command,) = commands(only(f"RUN {text}")) or ()
    assert (command.name, command.wrappers) == WRAPPED[text]
    assert command.span.text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('RUN bash -euxc "a && b"', ["bash -euxc a && b", "a", "b"]),
        ("RUN su - app -c 'a b'", ["su - app -c a b", "a b"]),
        ("RUN sh -c \"sh -c 'a'\"", ["sh -c sh -c 'a'", "sh -c a", "a"]),
        ("RUN sh x.sh -c y", ["sh x.sh -c y"]),
    ],
)
def test_inline_scripts(text: str, expected: list[str]) -> None:
    assert run(text) == expected


def test_inline_scripts_beyond_the_nesting_are_unknown() -> None:
    script = "a"
    for _ in range(8):
        script = "sh -c '" + script.replace("'", "'\\''") + "'"
    assert commands(only(f"RUN {script}")) is None


def heredoc(text: str) -> list[str] | None:
    found = commands(only(text))
    return None if found is None else [f"{command.span.line} {command.name}" for command in found]


def test_heredocs() -> None:
    assert heredoc("RUN <<EOF\nset -e\n\n apt x\nEOF") == ["3 set", "5 apt"]
    assert heredoc("RUN <<-EOF\n\tapt x\n\tEOF") == ["3 apt"]
    assert heredoc("RUN <<EOF bash\napt x\nEOF") == ["2 bash", "3 apt"]
    assert heredoc("RUN bash -ex <<EOF && b\napt x\nEOF") == ["2 bash", "3 apt", "2 b"]
    assert heredoc("RUN cat <<EOF > /x && b\napt x\nEOF") == ["2 cat", "2 b"]
    assert heredoc("RUN python3 <<EOF\nimport os\nEOF") == ["2 python3"]
    assert heredoc("RUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF") is None
    assert heredoc("RUN <<EOF\n#!/bin/bash -e\napt x\nEOF") == ["4 apt"]


def test_places() -> None:
    (command,) = commands(only('RUN \\\n  # c\n  apt-\\\nget "in"stall \\\n\n  é')) or ()
    assert command.span.text == 'apt-\\\nget "in"stall \\\n\n  é'
    assert [word.span.text for word in command.words] == ["apt-\\\nget", '"in"stall', "é"]
    assert [word.value for word in command.words] == ["apt-get", "install", "é"]


def test_places_in_inline_scripts() -> None:
    found = commands(only('CMD ["sh", "-c", "a \\"b\\" && c"]')) or ()
    assert [command.span.text for command in found][1:] == ['a \\"b\\"', "c"]


@pytest.mark.parametrize("shell", [("powershell", "-Command"), ("cmd", "/S", "/C"), ("C:\\x\\pwsh.exe",)])
def test_other_shells_are_unknown(shell: tuple[str, ...]) -> None:
    assert commands(only("RUN a"), shell) is None
    assert commands(only('RUN ["a"]'), shell) is not None


@pytest.mark.parametrize("shell", [("/bin/bash", "-o", "pipefail", "-c"), ("C:\\git\\bash.exe", "-c")])
def test_bourne_shells_are_read(shell: tuple[str, ...]) -> None:
    assert run("RUN a", shell) == ["a"]


@pytest.mark.parametrize(
    "script",
    [
        "(" * 2000,
        "$(" * 500,
        "`" * 20_001,
        "'" * 40_001,
        "a|" * 30_000,
        ">" * 60_000,
        "<<" * 16_000,
        "f()" * 4000,
        "é" * 40_000,
        "a " * 40_000,
        "if " * 10_000,
        "${" * 4000,
        "\u2039" * 21_000,
        '"$(' * 3900,
    ],
)
def test_what_is_too_much_is_unknown_and_quick(script: str) -> None:

    begin = clock.start()
    found = commands(only("RUN echo " + script))
    assert clock.stop(begin) < 1
    assert found is None or found[0].name == "echo"


def test_scripts_that_stand_alone() -> None:
    found: tuple[Command, ...] | None = script_commands("curl -f http://x || exit 1")
    assert found
    assert [command.name for command in found] == ["curl", "exit"]
    assert script_commands("a && ||") is None


def read(text: str, shell: tuple[str, ...] = ()) -> Script:
    found = read_script(only(text), shell)
    assert found is not None, why_unknown(only(text), shell)
    return found


def named(found: Script, name: str) -> Command:
    (command,) = (command for command in found.commands if command.name == name)
    return command


def test_several_heredocs_go_each_to_its_command() -> None:
    found = read("RUN cat <<A > /a && bash <<'B' && sh -s <<-C | c\nx y\nA\na1 | a2\nB\n\tb1\n\tC")
    assert [command.name for command in found.commands] == ["cat", "bash", "a1", "a2", "sh", "b1", "c"]
    assert [command.index for command in found.commands] == [*range(7)]
    cat = named(found, "cat")
    assert cat.heredoc
    assert cat.heredoc.text == "x y\n"
    assert [(item.operator, item.target.span.text) for item in cat.redirects] == [(">", "/a")]
    assert named(found, "b1").span.text == "b1"
    assert named(found, "a2").span.line == 5
    assert [pipe.span.text for pipe in found.pipes] == ["|", "|"]


def test_heredocs_in_heredocs() -> None:
    found = read("RUN <<EOF\ncat > /x <<'IN' && a\n b\nIN\nc\ncat <<IN | sh -e\nd\nIN\nEOF")
    assert [command.name for command in found.commands] == ["cat", "a", "c", "cat", "sh"]
    first = found.commands[0]
    assert first.heredoc
    assert first.heredoc.text == " b\n"
    assert [command.pipeline for command in found.commands] == [-1, -1, -1, 0, 0]
    bash = read("RUN <<EOF\nbash <<IN\nd x\nIN\nEOF")
    assert [(command.name, command.span.text) for command in bash.commands] == [("bash", "bash"), ("d", "d x")]


def test_what_only_looks_like_a_heredoc() -> None:
    assert [command.name for command in read("RUN a '<<X' && b $((1 << 2))").commands] == ["a", "b"]
    assert [command.args for command in read('RUN bash <<< "a b" && c').commands] == [(), ()]


@pytest.mark.parametrize(
    ("text", "shell", "reason"),
    [
        ("RUN a", ("pwsh", "-c"), "shell"),
        ("RUN a", ("cmd", "/S", "/C"), "shell"),
        ("RUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF", (), "shell"),
        ("RUN a && ||", (), "syntax"),
        ("RUN a '" + "x" * 70_000 + "'", (), "size"),
        ("RUN a", (), ""),
        ("RUN a", ("/bin/ash", "-c"), ""),
        ("COPY a b", ("pwsh",), ""),
    ],
)
def test_why_a_script_is_unknown(text: str, shell: tuple[str, ...], reason: str) -> None:
    assert why_unknown(only(text), shell) == reason
    assert (read_script(only(text), shell) is None) == bool(reason)


def test_a_script_is_read_once_for_each_shell() -> None:
    instruction = only("RUN a | b")
    assert read_script(instruction) is read_script(instruction)
    loud = read_script(instruction, ("/bin/bash", "-o", "pipefail", "-c"))
    assert loud
    assert loud.pipes[0].pipefail
    quiet = read_script(instruction)
    assert quiet
    assert not quiet.pipes[0].pipefail


@pytest.mark.parametrize(
    ("text", "shell", "name"),
    [
        ("RUN a", (), "sh"),
        ("RUN a", ("/bin/bash", "-c"), "bash"),
        ("RUN a", ("/usr/bin/env", "bash", "-c"), "bash"),
        ("RUN <<EOF\n#!/usr/bin/env -S bash -e\na\nEOF", (), "bash"),
        ('RUN ["a"]', ("/bin/bash", "-c"), ""),
    ],
)
def test_interpreters(text: str, shell: tuple[str, ...], name: str) -> None:
    assert read(text, shell).interpreter == name


PIPEFAIL = {
    "a | b": [False],
    "a || b": [],
    "a |& b | c": [False, False],
    "set -o pipefail; a | b": [True],
    "set -o pipefail && a | b": [True],
    "set -eo pipefail; a | b": [True],
    "set -euxo pipefail; a | b": [True],
    "set -eux -o pipefail; a | b": [True],
    "set -o errexit -o pipefail; a | b": [True],
    "a | b; set -o pipefail; c | d": [False, True],
    "set -o pipefail; set +o pipefail; a | b": [False],
    "set -e; a | b": [False],
    "(set -o pipefail; a | b); c | d": [True, False],
    "set -o pipefail; (a | b); x=$(c | d)": [True, True],
    "{ set -o pipefail; }; a | b": [True],
    "bash -o pipefail -c 'a | b'": [True],
    "bash -eo pipefail -c 'a | b' | c": [True, False],
    "bash -c 'set -o pipefail; a | b'": [True],
    "set -o pipefail; sh -c 'a | b'": [False],
    "set -o pipefail; eval 'a | b'": [True],
    "echo '|' \"|\" \\\\| x": [False],
    "case x in a|b) c;; esac": [],
    'bash -c "a $(b | c)"': [False],
}


@pytest.mark.parametrize("text", PIPEFAIL)
def test_pipes_and_pipefail(text: str) -> None:
    found = read(f"RUN {text}")
    assert [pipe.pipefail for pipe in found.pipes] == PIPEFAIL[text]
    assert {pipe.span.text for pipe in found.pipes} <= {"|", "|&"}


def test_pipefail_of_shells_and_shebangs() -> None:
    assert read("RUN a | b", ("/bin/ash", "-eo", "pipefail", "-c")).pipes[0].pipefail
    assert not read("RUN a | b", ("/bin/bash", "-e", "-c")).pipes[0].pipefail
    assert read("RUN bash -euo pipefail <<EOF\na | b\nEOF").pipes[0].pipefail
    assert not read('CMD ["bash", "-c", "a | b"]').pipes[0].pipefail
    assert read('CMD ["bash", "-o", "pipefail", "-c", "a | b"]').pipes[0].pipefail


def test_places_of_pipes() -> None:
    found = read("RUN a \\\n  # c\n  | \\\n b |& c")
    assert [(pipe.span.text, pipe.span.line) for pipe in found.pipes] == [("|", 4), ("|&", 5)]
    assert [pipe.position for pipe in found.pipes] == [0, 1]


def test_pipelines_know_their_elements() -> None:
    found = read("RUN curl -fsSL x | sudo tar xz -C /y && a; (b; c) | d")
    assert [(command.name, command.pipeline, command.position) for command in found.commands] == [
        ("curl", 0, 0),
        ("tar", 0, 1),
        ("a", -1, 0),
        ("b", 1, 0),
        ("c", 1, 0),
        ("d", 1, 1),
    ]
    assert [command.name for command in found.element(0, 1)] == ["tar"]
    assert [command.name for command in found.after(found.commands[1], "d")] == ["d"]


def test_redirections_do_not_change_precedence() -> None:
    found = read("RUN a 2>&1 | b |& c || d && e > f 2>>g x")
    assert [command.guards for command in found.commands] == [(), (), (), ("||",), ()]
    assert [command.tolerated for command in found.commands] == [True, True, True, False, False]
    assert [command.pipeline for command in found.commands] == [0, 0, 0, -1, -1]
    e = found.commands[-1]
    assert e.args == ("x",)
    assert [(item.operator, item.descriptor, item.target.span.text, item.span.text) for item in e.redirects] == [
        (">", "", "f", "> f"),
        (">>", "2", "g", "2>>g"),
    ]
    first = found.commands[0].redirects[0]
    assert (first.operator, first.target.value, first.writes) == (">&", "1", False)
    assert e.redirects[0].writes


def test_redirections_before_the_command() -> None:
    command = read("RUN >/x </y a b").commands[0]
    assert command.args == ("b",)
    assert [(item.operator, item.writes) for item in command.redirects] == [(">", True), ("<", False)]


GUARDS = {
    "a": ((), False),
    "x || a": (("||",), False),
    "a || x": ((), True),
    "x && a": ((), False),
    "[ -f x ] && a": (("&&",), False),
    "test -f x && a": (("&&",), False),
    "x && a || y": (("&&",), True),
    "x || y && a": ((), False),
    "! a": ((), True),
    "if x; then a; fi": (("if",), False),
    "if a; then x; fi": ((), True),
    "if x; then y; elif a; then z; fi": (("if",), True),
    "if x; then y; else a; fi": (("if",), False),
    "while x; do a; done": (("while",), False),
    "while a; do x; done": ((), True),
    "for i in 1; do a; done": (("for",), False),
    "case x in y) a;; esac": (("case",), False),
    "f() { a; }": (("function",), False),
    "if x; then for i in y; do z || a; done; fi": (("if", "for", "||"), False),
    "(a)": ((), False),
    "sh -c 'a' || x": ((), True),
    "y=$(a)": ((), False),
    "if x; then (a) else y; fi": (("if",), False),
}


@pytest.mark.parametrize("text", GUARDS)
def test_guards(text: str) -> None:
    command = named(read(f"RUN {text}"), "a")
    assert (command.guards, command.tolerated) == GUARDS[text]


def test_assignments() -> None:
    found = read("RUN X=0; A=1 B='2 3' a && export C=\"$X\" && env -u Q D=4 b && E= sudo F=5 c; declare G=6")
    assert [(item.name, item.value.value, item.exported) for item in found.assignments] == [
        ("X", "0", False),
        ("A", "1", True),
        ("B", "2 3", True),
        ("C", "$X", True),
        ("D", "4", True),
        ("E", "", True),
        ("F", "5", True),
        ("G", "6", False),
    ]
    assert [item.span.text for item in found.assignments][2:5] == ["B='2 3'", 'C="$X"', "D=4"]
    assert [item.value.span.text for item in found.assignments][2:5] == ["'2 3'", '"$X"', "4"]
    assert [item.name for item in named(found, "a").assignments] == ["A", "B"]


def test_exported_assignments() -> None:
    text = "A=1; B=2; export B; export C=3; D=4 env E=5 x; readonly F=6; declare -x G; G=7; declare H; H=8; export I"
    assert "".join(item.name for item in read(f"RUN {text}").exported) == "BCDEG"


def test_wrappers_can_be_pointed_at() -> None:
    command = read("RUN A=1 /usr/bin/sudo -u x nice apt y").commands[0]
    assert (command.name, command.wrappers) == ("apt", ("sudo", "nice"))
    word = command.wrapper("sudo")
    assert word
    assert word.span.text == "/usr/bin/sudo"
    assert command.wrapper("env") is None
    assert [item.value for item in command.prefix] == ["/usr/bin/sudo", "-u", "x", "nice"]
    assert command.span.text == "A=1 /usr/bin/sudo -u x nice apt y"


FOLLOWED = {
    'eval "a b"': ["eval a b", "a b"],
    "eval a 'b c'": ["eval a b c", "a b c"],
    'eval "$(a b)"': ["a b", "eval $(a b)", "$(a b)"],
    'su - x -c "a b"': ["su - x -c a b", "a b"],
    'su x --command="a b"': ["su x --command=a b", "a b"],
    "find . -name x -exec a b {} \\; -exec c {} +": ["find . -name x -exec a b {} ; -exec c {} +", "a b {}", "c {}"],
    "find . -exec sh -c 'a b' \\;": ["find . -exec sh -c a b ;", "sh -c a b", "a b"],
    "x | xargs -r a b": ["x", "a b"],
    "retry a b": ["retry a b"],
    "sh -ec 'a \"b c\"'": ['sh -ec a "b c"', "a b c"],
    'bash -c "a \\"$b\\" && c"': ['bash -c a "$b" && c', "a $b", "c"],
    "bash -c \"a $(b 'c')\"": ["b c", "bash -c a $(b 'c')", "a $(b 'c')"],
    "bash --norc -x -c a": ["bash --norc -x -c a", "a"],
    "bash -c -e a": ["bash -c -e a", "a"],
    "bash x.sh a": ["bash x.sh a"],
    "diff <(a) >(b)": ["a", "b", "diff <(a) >(b)"],
    'x `a "$(b)"`': ["b", "a $(b)", 'x `a "$(b)"`'],
    "a &": ["a"],
    "$BIN/apt-get x": ["apt-get x"],
    '"${BIN}"/$X y': ["${BIN}/$X y"],
    "a `# b; c` && d": ["a", "d"],
    "A=1": [],
    "> x": [],
    "unset A": ["unset A"],
}


@pytest.mark.parametrize("text", FOLLOWED)
def test_what_is_followed(text: str) -> None:
    assert run(f"RUN {text}") == FOLLOWED[text]


def test_places_in_quoted_scripts() -> None:
    found = read('RUN x && bash -ec "a \\"b\\" \\\n  && apt-get install \'c d\'"').commands
    assert [command.span.text for command in found[2:]] == ['a \\"b\\"', "apt-get install 'c d'"]
    assert found[3].words[2].span.text == "'c d'"
    assert found[3].span.line == 3
    json = read('CMD ["/bin/sh", "-c", "a && b c"]').commands
    assert [command.span.text for command in json[1:]] == ["a", "b c"]


def test_separators_of_the_outermost_level() -> None:
    found = read("RUN a && (b; c) || d; e & f | g && sh -c 'h && i'")
    assert [span.text for span in found.separators] == ["&&", "||", ";", "&", "&&"]


def test_words() -> None:
    written = r"""a 'x y'"z" w\ "$v"/b "${u:-"t s"}" $'q\n' foo="${V}" "\$p" """
    expected = ("x yz", "w $v/b", '${u:-"t s"}', "q\n", "foo=${V}", "$p")
    assert read(f"RUN {written}").commands[0].args == expected


def test_scripts_alone() -> None:
    found = standalone("a | b")
    assert found
    assert [pipe.span.start for pipe in found.pipes] == [2]


def test_deep_and_long_scripts_end_quickly() -> None:
    begin = clock.start()
    assert read_script(only("RUN " + "if a; then " * 200 + "b" + "; fi" * 200)) is None
    chain = read_script(only("RUN " + " && ".join(["a"] * 9000)))
    assert chain
    assert len(chain.commands) == 9000
    pipes = read_script(only("RUN " + " | ".join(["a"] * 400)))
    assert pipes
    assert len(pipes.pipes) == 399
    read_script(only("RUN " + 'sh -c "$(a)"; ' * 400))
    read_script(only("RUN a <<EOF " + "1<<x " * 3_000 + "\nb\nEOF"))
    read_script(only("RUN sh -c '" + "a b; " * 12_000 + "'"))
    assert clock.stop(begin) < 2


UNNOTICED = {
    "a; b": ["a"],
    "a\nb\nc": ["a", "b"],
    "a && b; c": ["a", "b"],
    "a || b; c": ["b"],
    "a || exit 1; b": ["exit"],
    "a || { echo no; exit 1; }; b": ["echo", "exit"],
    "a & b": [],
    "set -e; a; b": ["set"],
    "set -o errexit\na\nb": ["set"],
    "set -e; set +e; a; b": ["set", "a"],
    "bash -ec 'a; b'": [],
    "set -e; sh -c 'a; b'": ["set", "a"],
    "(set -e; a); b": ["set", "a"],
    "set -e; (a; b); c": ["set"],
    "for x in 1 2; do a; done": ["a"],
    "if a; b; then c; d; fi": ["c"],
    "echo $(a; b)": [],
    "x=$(a; b)": ["a"],
}


@pytest.mark.parametrize("text", UNNOTICED)
def test_failures_that_nobody_notices(text: str) -> None:
    found = standalone(text)
    assert found
    assert [item.name for item in found.commands if item.unnoticed] == UNNOTICED[text]


def test_what_ends_the_script_catches_nothing() -> None:
    found = standalone("a || exit 1; b || { echo no; return 2; }; c || exit 0; d || true")
    assert found
    assert {item.name for item in found.commands if item.tolerated} == {"c", "d"}
