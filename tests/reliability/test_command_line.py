"""The contract of the command line: exit codes, where reports go, what is said about bad use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lintstack.exits import guarded
from tests.reliability.lint import House, command, harmless

CLEAN = {"compose.yaml": "services:\n  a:\n    image: alpine:3.20.1\n    user: '10001'\n"}
PLANTED = {"compose.yaml": "services:\n  a:\n    image: alpine:3.20.1\n    user: root\n"}
BROKEN = {"broken/compose.yaml": "services: {\n"}
REFUSED = {"refused/Dockerfile": "FROM alpine:3.20\nNOPE\n"}


def _run(house: House, files: dict[str, str], *words: str) -> tuple[int, str, str]:
    return command(house.tree(files), "check", "--config", str(house.home / "planted.yaml"), "-o", "concise", *words)


@pytest.mark.parametrize(
    ("files", "words", "code"),
    [
        (CLEAN, (), 0),
        (PLANTED, (), 1),
        (PLANTED, ("--exit-zero",), 0),
        (PLANTED, ("--fail-on", "none"), 0),
        (PLANTED, ("--fail-on", "info"), 1),
        (PLANTED, ("--ignore", "planted-root"), 0),
        ({**CLEAN, **BROKEN}, (), 1),
        ({**CLEAN, **BROKEN}, ("--exit-zero",), 1),
        ({**CLEAN, **BROKEN}, ("--fail-on", "none"), 1),
        ({**CLEAN, **BROKEN}, ("--exit-zero", "--fail-on", "none", "--select", "planted-root"), 1),
        ({**CLEAN, **REFUSED}, (), 1),
        ({**CLEAN, **REFUSED}, ("--exit-zero",), 1),
        ({}, (), 3),
        ({}, ("--allow-empty",), 0),
        ({}, ("--exit-zero",), 3),
        ({"readme.md": "x"}, (), 3),
        (CLEAN, ("missing",), 2),
        (PLANTED, ("missing", "."), 2),
        (PLANTED, ("--preset", "all"), 2),
        (PLANTED, ("--no-such-option",), 2),
        (PLANTED, ("--select", "no-such-rule"), 2),
        (PLANTED, ("-o", "xml"), 2),
        (PLANTED, ("--root", "missing"), 2),
    ],
)
def test_exit_codes(files: dict[str, str], words: tuple[str, ...], code: int, house: House) -> None:
    found, out, errors = _run(house, files, *words)
    assert found == code
    harmless(out or errors or "\n")
    assert bool(errors) == (code == 2 or "compose.yaml" not in files)


def test_the_rest_is_linted_beside_what_is_broken(house: House) -> None:
    code, out, errors = _run(house, {**PLANTED, **BROKEN, **REFUSED})
    assert (code, errors) == (1, "")
    found = [" ".join(line.split()[:2]) for line in out.splitlines()]
    assert found[0].startswith("broken/compose.yaml:")
    assert found[0].endswith("error[yaml-syntax]")
    assert {"compose.yaml:4:11: error[planted-root]", "refused/Dockerfile:2:1: error[dockerfile-syntax]"} < set(found)


def test_an_internal_error_wins_over_findings(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """2 > 1: a rule that breaks leaves something unlooked at, and the rest is still reported."""
    from lintstack import engine, sentences

    real = sentences.checker

    def breaking(rule: object, options: object) -> object:
        def check(subject: object) -> object:
            raise RuntimeError("s3cret")

        return check if getattr(rule, "name", "") == "planted-latest" else real(rule, options)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "checker", breaking)
    code, out, _ = _run(house, PLANTED)
    assert code == 2
    assert "error[internal-error]" in out
    assert "error[planted-root]" in out
    assert "s3cret" not in out


def test_a_crash_is_one_sentence(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash() -> object:
        raise ZeroDivisionError("s3cret")

    assert guarded(crash) == 2
    said = capsys.readouterr().err
    assert said.startswith("lintstack: internal error (ZeroDivisionError)")
    assert "s3cret" not in said
    assert said.count("\n") == 1


def test_an_interruption_wins_over_all(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> object:
        raise KeyboardInterrupt

    assert guarded(interrupted) == 130
    assert capsys.readouterr().err == "lintstack: interrupted\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("compose.yml",), "`compose.yml` does not exist; did you mean `compose.yaml`?"),
        (("Dockerfil",), "`Dockerfil` does not exist; did you mean `Dockerfile`?"),
        (("nowhere/at/all",), "`nowhere/at/all` does not exist; its folder has `Dockerfile`, `compose.yaml`"),
        (("notes.txt",), "`notes.txt` is neither a Compose file nor a Dockerfile"),
        (("-o", "sarf"), "-o sarf: no such format; did you mean `sarif`?"),
        (("-o", "full", "-o", "json"), "only one report can go to standard output"),
        (("-o", "json:no/such/folder/x"), "no/such/folder/x: the json report could not be written"),
        (("--select", "planted-rot"), "no rule is called `planted-rot`; did you mean `planted-root`?"),
        (("--ignore", "zzzz"), "no rule is called `zzzz`; `lintstack rules` lists all"),
        (("--fial-on", "error"), "fail-on"),
        (("--fail-on", "eror"), "eror"),
        (("--config", "missing.yaml"), "missing.yaml:1:1: there is no such file"),
        (("--config", "planted.yml"), "planted.yml:1:1: there is no such file"),
    ],
)
def test_bad_use_is_said_in_one_sentence(words: tuple[str, ...], said: str, house: House) -> None:
    folder = house.tree({**PLANTED, "Dockerfile": "FROM alpine:3.20\n", "notes.txt": "hello\n"})
    given = () if "--config" in words else ("--config", str(house.home / "planted.yaml"))
    code, out, errors = command(folder, "check", *given, *words)
    assert (code, out) == (2, "")
    assert said in errors
    assert errors.startswith(("lintstack: ", "Usage: "))
    assert len(errors) < 400


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        (".lintstack.yaml", "preset: recomended\n", "1:9"),
        (".lintstack.yaml", "plugins: [./evil.py]\n", "1:1"),
        (".lintstack.yaml", "rule-dirs: [../../../etc]\n", "1:13"),
        (".lintstack.yaml", "rule-dirs: [/etc]\n", "1:13"),
        (".lintstack.yaml", "select: [(a+)+$]\n", "1:10"),
        (".lintstack.yaml", "x: !!python/object/apply:os.system ['touch PWNED']\n", "1:36"),
        (".lintstack.yaml", "preset: !!python/object/apply:os.system ['touch PWNED']\n", "1:41"),
        (".lintstack.yaml", "preset: [\n", "2:1"),
        (".lintstack.yaml", "- a\n", "1:1"),
        (".lintstack.yaml", "a: &a [*a]\n", "1:8"),
        (".lintstack.yaml", "preset: strict\npreset: minimal\n", "2:1"),
        (".lintstack.yaml", "environments: {prod: {files: [../../etc/passwd]}}\n", "1:31"),
        (".lintstack.yaml", "environments: {prod: {files: [missing.yaml]}}\n", "1:31"),
        (".lintstack.yaml", "\xff\n", "1:1"),
        (".lintstack.yml", "exclude: 5\n", "1:10"),
        ("lintstack.toml", "preset = \n", "1:10"),
        ("lintstack.toml", "[rules\n", "1:7"),
        ("lintstack.toml", 'plugins = ["evil.py"]\n', "1:1"),
        ("pyproject.toml", '[tool.lintstack]\npreset = "x"\n', "2:1"),
        ("pyproject.toml", "[tool.lintstack\n", "1:16"),
    ],
)
def test_a_bad_configuration_is_never_passed_over(name: str, text: str, place: str, house: House) -> None:
    data = text.encode("latin-1")
    folder = house.tree({**CLEAN, "evil.py": "open('PWNED', 'w')", "missing.yml": ""})
    (folder / name).write_bytes(data)
    code, out, errors = command(folder, "check", ".")
    assert (code, out) == (2, ""), errors
    assert errors.startswith(f"lintstack: {name}:{place}: "), errors
    assert sorted(path.name for path in folder.iterdir()) == sorted(["compose.yaml", "evil.py", "missing.yml", name])
    assert command(folder, "check", "--isolated", ".")[0] == 0


@pytest.mark.parametrize(
    "glob",
    [
        "(a+)+$",
        "a" * 3000 + "*",
        "*" * 2000 + "x",
        "**/" * 500 + "x",
        "[" * 2000,
        "[!" + "]" * 2000,
        "\\" * 999,
        "!" * 500,
        "*a" * 500,
    ],
)
def test_patterns_are_linear(glob: str, house: House) -> None:
    text = f"exclude: [{json.dumps(glob)}]\nper-file-ignores: {{{json.dumps(glob)}: [planted-root]}}\n"
    deep = {f"{'a/' * 60}{'a' * 200}/compose.yaml": PLANTED["compose.yaml"]}
    folder = house.tree(
        {".lintstack.yaml": text.replace("[planted-root]", "[]"), ".gitignore": glob + "\n", **PLANTED, **deep}
    )
    outcome = house.lint(folder, rules="")
    assert outcome.exit in (0, 1, 2, 3)
    assert outcome.seconds < 1


def test_a_hostile_option_is_said_harmlessly(house: House) -> None:
    """File names that begin with hyphens are handed over by hooks."""
    for word in (
        "--\x1b[2J",
        "--a\n::error::b",
        "--##[x]",
        "--fail-on=\x1b]0;x\x07",
        "--\u202e",
        "-o\x1b[2J",
        "--select=\x1b[2J",
    ):
        code, out, errors = command(house.tree(PLANTED), "check", "--isolated", word)
        assert (code, out) == (2, "")
        harmless(errors)


def test_reports_to_several_places(house: House) -> None:
    folder = house.tree(PLANTED)
    given = ("--config", str(house.home / "planted.yaml"))
    words = ("-o", "json", "-o", "sarif:a.sarif", "-o", "concise:b.txt", "-o", "full:c.txt")
    code, out, errors = command(folder, "check", *given, *words)
    assert (code, errors) == (1, "")
    assert [item["rule"] for item in json.loads(out)["findings"]] == ["planted-root"]
    assert len(json.loads((folder / "a.sarif").read_text("utf-8"))["runs"][0]["results"]) == 1
    assert (folder / "b.txt").read_text("utf-8").startswith("compose.yaml:4:11: error[planted-root] ")
    assert (folder / "c.txt").read_text("utf-8").startswith("error[planted-root]: ")


def test_a_report_that_cannot_be_written_is_not_silent_about_the_others(house: House) -> None:
    """2 > 1, and what could be written was written."""
    folder = house.tree(PLANTED)
    given = ("--config", str(house.home / "planted.yaml"))
    code, _, errors = command(folder, "check", *given, "-o", "concise:b.txt", "-o", "json:/dev/full")
    assert code == 2
    assert "json report could not be written" in errors
    assert "planted-root" in (folder / "b.txt").read_text("utf-8")


def test_related_reports_what_touches_the_given_files(house: House) -> None:
    folder = house.tree({**PLANTED, "Dockerfile": "FROM alpine:3.20\nUSER root\n"})
    given = ("--config", str(house.home / "planted.yaml"), "-o", "json", "--related")
    _, out, _ = command(folder, "check", *given, "Dockerfile")
    assert {item["path"] for item in json.loads(out)["findings"]} == {"Dockerfile"}


def test_an_empty_folder_says_what_was_looked_for(house: House, tmp_path: Path) -> None:
    code, _, errors = command(house.tree({}), "check", "--isolated")
    assert code == 3
    assert "looked for compose.y(a)ml" in errors
    assert command(house.tree({}), "check", "--isolated", "-q")[2] == ""


@pytest.mark.parametrize("name", ["compose.yaml", "Dockerfile", "no/such/folder/compose.prod.yaml"])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00s",
        b"\0" * 999,
        b"services: {a: " + b"[" * 99_999,
        b"FROM \x1b[2J\nRUN <<EOF\n",
        b"a" * 99_999,
    ],
)
def test_any_bytes_on_standard_input_are_findings(name: str, data: bytes, house: House) -> None:
    folder = house.tree({})
    code, out, errors = command(
        folder, "check", "--isolated", "-o", "concise", "-", "--stdin-filename", name, stdin=data
    )
    assert (code in (0, 1), errors) == (True, "")
    harmless(out)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00s", b"a" * 99_999, b"[[["])
def test_bytes_that_are_nothing_are_refused(data: bytes, house: House) -> None:
    code, out, errors = command(house.tree({}), "check", "--isolated", "-", stdin=data)
    assert (code, out) == (2, "")
    harmless(errors)


@pytest.mark.parametrize("option", ["-f", "--env-file", "--project-directory", "-p", "--env", "--profile"])
@pytest.mark.parametrize(
    "word", ["\x1b[2J", "a\n::error::b", "\0", "\u202e", "x" * 9999, "/dev/zero", "/proc/self/mem"]
)
def test_hostile_words_of_the_new_options_are_said_harmlessly(option: str, word: str, house: House) -> None:
    code, out, errors = command(house.tree(PLANTED), "check", "--isolated", "-o", "concise", option, word)
    assert code in (0, 1, 2)
    harmless(out or "\n")
    harmless(errors or "\n")
    assert "Traceback" not in errors
