"""Stages, scopes of ARG and ENV, and what the built image is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from lintstack.dockerfile.config import ImageConfig
from lintstack.dockerfile.image import effective
from lintstack.dockerfile.stages import Stage, base_of, base_reference, copied_from, output_stages, target
from lintstack.dockerfile.syntax import Dockerfile, parse
from lintstack.source import Source


def read(text: str) -> Dockerfile:
    return parse(Source("Dockerfile", text))


def image(text: str, name: str = "", args: Mapping[str, str] | None = None) -> ImageConfig:
    stage = target(read(text), name)
    assert stage
    return effective(stage, args or {})


ROOT = [
    'USER "root"', "USER 'root'", "USER r\\oot", "USER ${U:-root}", "USER ${U-root}", "ARG U=root\nUSER $U",
    "ARG U=x\nUSER ${U:+root}", "ENV A=root\nENV B=$A\nENV C=${B}\nUSER $C", "USER root \\", "USER \\\n\nroot",
    "ARG U\nUSER ${U:-root}", "ENV U=\nUSER ${U:-root}", "ENV U=xroot\nUSER ${U#x}", "ENV U=root.x.y\nUSER ${U%%.*}",
    "ENV U=toot\nUSER ${U/t/r}", "ENV U=rxxt\nUSER ${U//x/o}", 'ENV U="root" X=y\nUSER $U', "ENV U root\nUSER ${U:?}",
    "USER app\nUSER root",
]  # fmt: skip


@pytest.mark.parametrize("text", ROOT)
def test_ways_to_say_root(text: str) -> None:
    assert image(f"FROM a\n{text}").user.value == "root"


@pytest.mark.parametrize("value", ["0", "00:0", "0:app", "root:root"])
def test_numeric_users_stay_as_written(value: str) -> None:
    assert image(f"FROM a\nUSER {value}").user.value == value


UNKNOWN = {
    "ARG U\nUSER $U": "build argument `U` has no value",
    "USER $U": "`U` is not set in the Dockerfile; the base image may set it",
    "ARG TARGETARCH\nUSER u$TARGETARCH": "`TARGETARCH` depends on the platform that is built for",
    "ARG U\nENV V=$U\nUSER $V": "build argument `U` has no value",
    "USER ${U:+x}": "`U` is not set in the Dockerfile; the base image may set it",
    'USER "a': "a double quote is not closed",
    "USER ${": "`${` is not followed by a name",
    "ENV U=\nUSER ${U:?no}": "`U` must be set",
}


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_cannot_be_known_says_why(text: str) -> None:
    user = image(f"FROM a\n{text}").user
    assert (user.value, user.unknown) == (None, UNKNOWN[text])


def test_nothing_is_inherited_from_scratch() -> None:
    config = image("FROM scratch\nUSER a$U\nWORKDIR b")
    assert (config.user.value, config.workdir.value) == ("a", "/b")


def test_arg_scope() -> None:
    text = "ARG V=1\nARG W=$V.2\nFROM a:$W AS x\nARG V\nUSER u$V\nFROM b\nUSER u$V\nFROM x\nUSER z$V"
    assert image(text, "0").base.value == "a:1.2"
    assert image(text, "x").user.value == "u1"
    assert image(text, "1").user.unknown
    assert image(text, "2").user.value == "z1"
    assert image(text, "x", {"V": "7"}).user.value == "u7"
    assert image(text, "x", {"V": "7"}).base.value == "a:7.2"


def test_env_and_arg_in_order() -> None:
    """BuildKit keeps one environment while it builds: what is set later holds; an ARG without value sets nothing."""
    assert image("FROM a\nARG X=arg\nENV X=env\nUSER $X").user.value == "env"
    assert image("FROM a\nENV X=env\nARG X\nUSER $X").user.value == "env"
    assert image("FROM a\nENV X=env\nARG X=arg\nUSER $X").user.value == "arg"
    assert image("FROM a\nENV A=1\nENV A=2 B=$A\nUSER $B").user.value == "1"
    assert "X" not in image("FROM a\nARG X=arg").env


def test_from_names_an_earlier_stage_in_any_case() -> None:
    parsed = read("FROM a AS Base\nUSER app\nFROM bASE AS two\nFROM later\nFROM b AS later\nFROM later AS later")
    stages = parsed.stages
    assert [parent.index if (parent := base_of(stage)[1]) else None for stage in stages] == [None, 0, None, None, 3]
    assert [stage.name for stage in stages] == ["Base", "two", "", "later", "later"]
    config = effective(stages[1])
    assert [stage.index for stage in config.chain] == [1, 0]
    assert [(place.span.line, place.label) for place in config.user.places] == [
        (2, "USER is set here"), (3, "stage `two` starts here"), (1, "stage `Base` starts here"),
    ]  # fmt: skip


def test_parent_in_a_variable() -> None:
    text = "ARG MODE=dev\nFROM a AS dev\nUSER d\nFROM b AS prod\nUSER p\nFROM $MODE"
    assert image(text).user.value == "d"
    assert image(text, args={"MODE": "prod"}).user.value == "p"
    assert image(text, args={"MODE": "prod"}).base.value == "b"


def test_self_reference_is_an_image() -> None:
    config = image("FROM x AS x\nUSER a")
    assert (config.base.value, len(config.chain)) == ("x", 1)


def test_local_base_images_that_build_each_other_end() -> None:
    one, two = read("FROM two").stages[0], read("FROM one\nUSER b").stages[0]
    found: dict[str, Stage] = {"one": one, "two": two}
    config = effective(one, {}, found.get)
    assert [id(stage) for stage in config.chain] == [id(one), id(two)]
    assert config.user.value == "b"


def test_base_references() -> None:
    parsed = read("ARG T=1\nFROM a:$T\nFROM b:${X}\nFROM ${T#1}")
    facts = [base_reference(stage) for stage in parsed.stages]
    assert [(fact.value, fact.unknown) for fact in facts] == [
        ("a:1", ""),
        (None, "no ARG declares `X` before the first FROM"),
        (None, "FROM names nothing once its variables are replaced"),
    ]
    assert facts[0].places[0].span.text == "a:$T"


def test_targets() -> None:
    parsed = read("FROM a AS One\nFROM b\n")
    names = {name: target(parsed, name) for name in (None, "", "ONE", "0", "1", "2", "x")}
    assert {name: stage and stage.index for name, stage in names.items()} == {
        None: 1, "": 1, "ONE": 0, "0": 0, "1": 1, "2": None, "x": None,
    }  # fmt: skip
    assert [stage.index for stage in output_stages(parsed)] == [1]
    assert target(read(""), None) is None


def test_copies_from_stages() -> None:
    first, second = read("FROM a AS One\nFROM b\n").stages
    assert copied_from(second, "one") is first
    assert copied_from(second, "0") is first
    assert copied_from(second, "1") is None
    assert copied_from(second, "nginx") is None


def test_entrypoint_drops_the_inherited_command() -> None:
    config = image('FROM a AS b\nCMD ["x"]\nFROM b\nENTRYPOINT ["/e", "f"]')
    assert (config.entrypoint.value, config.entrypoint_form.value) == (("/e", "f"), "exec")
    assert config.command.absent
    assert config.command.places[0].label == "ENTRYPOINT drops the inherited CMD"
    assert "command" not in config.inherited
    kept = image("FROM a\nCMD x  y\nENTRYPOINT z")
    assert (kept.command.value, kept.command_form.value, kept.entrypoint_form.value) == (("x  y",), "shell", "shell")


def test_what_no_instruction_decides_is_inherited() -> None:
    config = image("FROM a\nRUN x")
    assert {"user", "command", "entrypoint", "healthcheck", "workdir", "shell"} <= config.inherited
    assert config.user.absent
    assert config.user.places[0].span.text == "FROM a"


@pytest.mark.parametrize(
    ("text", "value", "unknown"),
    [
        ("WORKDIR /a/../b/", "/b", False),
        ("WORKDIR /a\nWORKDIR b/c", "/a/b/c", False),
        ("ENV D=/x\nWORKDIR $D/y", "/x/y", False),
        ("WORKDIR b", None, True),
        ("WORKDIR b\nWORKDIR c", None, True),
        ("WORKDIR C:\\\\app", "C:\\app", False),
        ("WORKDIR //a", "/a", False),
    ],
)
def test_workdir(text: str, value: str | None, unknown: bool) -> None:
    workdir = image(f"FROM a\n{text}").workdir
    assert (workdir.value, bool(workdir.unknown)) == (value, unknown)


def test_healthcheck() -> None:
    spec = image("FROM a\nHEALTHCHECK --interval=5s --timeout=3s --retries=2 CMD curl -f \\\n x").healthcheck.value
    assert spec
    assert (spec.disabled, spec.form, spec.test) == (False, "shell", ("CMD-SHELL", "curl -f  x"))
    assert (spec.interval, spec.timeout, spec.start_period, spec.retries) == ("5s", "3s", None, 2)
    assert spec.spans["interval"].text == "--interval=5s"
    assert spec.spans["test"].text == "CMD curl -f \\\n x"
    assert image('FROM a\nHEALTHCHECK cmd ["a", "b"]').healthcheck.value.test == ("CMD", "a", "b")  # type: ignore[union-attr]
    none = image("FROM a\nHEALTHCHECK CMD x\nHEALTHCHECK none").healthcheck.value
    assert none
    assert (none.disabled, none.test) == (True, ("NONE",))


def test_lists() -> None:
    config = image(
        'FROM a AS b\nEXPOSE 80 8080:443/TCP\nVOLUME /a /b\nFROM b\nENV P=9\nEXPOSE $P/udp 80\nVOLUME ["/d"]'
    )
    assert config.exposed.value == ("80/tcp", "443/tcp", "9/udp")
    assert config.volumes.value == ("/a", "/b", "/d")
    assert image("FROM a\nARG P\nEXPOSE 80 $P").exposed.unknown


def test_other_settings() -> None:
    config = image('FROM a\nSHELL ["/bin/bash", "-c"]\nSTOPSIGNAL SIGQUIT\nLABEL a=b "c d"=\'e $f\'\nENV A=1 B="$A x"')
    assert config.shell.value == ("/bin/bash", "-c")
    assert config.stopsignal.value == "SIGQUIT"
    assert {name: fact.value for name, fact in config.labels.items()} == {"a": "b", "c d": "e $f"}
    assert config.env["A"].value == "1"
    assert config.env["B"].unknown
    assert config.env["A"].places[0].span.text == "A=1"


TRIGGERS = {
    "FROM a AS p\nONBUILD USER root\nUSER app\nFROM p": "root",
    "FROM a AS p\nONBUILD USER root\nFROM p\nUSER app": "app",
    "FROM a AS p\nONBUILD USER root\nFROM p AS c\nUSER app\nFROM c": "app",
    "FROM a AS p\nUSER app\nONBUILD USER root\nFROM p AS c\nUSER app\nFROM p AS d\nFROM c": "app",
    "FROM a AS p\nENV U=root\nONBUILD ARG V=$U\nONBUILD USER $V\nFROM p": "root",
    "FROM a AS p\nONBUILD USER x\nONBUILD user root\nFROM p": "root",
    "FROM a AS p\nUSER app\nONBUILD FROM x\nONBUILD ONBUILD USER root\nONBUILD FROB\nFROM p": "app",
    "FROM a AS p\nUSER app\nONBUILD USER root": "app",
}


@pytest.mark.parametrize("text", TRIGGERS)
def test_triggers_run_first_in_the_stages_that_build_upon_theirs(text: str) -> None:
    assert image(text).user.value == TRIGGERS[text]


def test_a_trigger_is_told_with_the_lines_that_lead_to_it() -> None:
    config = image('FROM a AS p\nONBUILD HEALTHCHECK CMD x\nONBUILD CMD ["y"]\nFROM p AS c\nENTRYPOINT ["z"]')
    assert [place.span.line for place in config.healthcheck.places] == [2, 4, 1]
    assert config.command.value == ("y",)
    assert config.healthcheck.value


def test_triggers_of_an_image_that_another_file_builds() -> None:
    base = read("FROM a\nONBUILD WORKDIR /x\nONBUILD ENV A=b\n").stages[0]
    one = read("FROM local\nWORKDIR y").stages[0]
    config = effective(one, {}, lambda name: base if name == "local" else None)
    assert config.workdir.value == "/x/y"
    assert config.env["A"].value == "b"


def test_what_is_inherited() -> None:
    text = (
        'FROM a AS p\nUSER u\nWORKDIR /w\nENV A=1\nARG B=2\nSHELL ["/bin/bash", "-c"]\nHEALTHCHECK CMD h\n'
        'ENTRYPOINT ["e"]\nCMD ["c"]\nLABEL l=m\nSTOPSIGNAL INT\nFROM p\nWORKDIR $A$B\nUSER $A$B'
    )
    config = image(text)
    assert (config.user.value, config.workdir.value, config.env["A"].value) == ("12", "/w/12", "1")
    assert (config.shell.value, config.entrypoint.value, config.command.value) == (("/bin/bash", "-c"), ("e",), ("c",))
    assert config.healthcheck.value
    assert (config.labels["l"].value, config.stopsignal.value) == ("m", "INT")
    assert config.inherited == {"exposed", "volumes"}
