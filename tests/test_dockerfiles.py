"""Dockerfiles as subjects of rules: stages, instructions and commands in the stacks that build them."""

from __future__ import annotations

from pathlib import Path

from lintstack.analysis import Options, analyse
from lintstack.config import Config
from lintstack.model import Dockerfile, Stack
from lintstack.stacks import Stacks

STAGES = """\
ARG VERSION=22
FROM node:${VERSION} AS base
SHELL ["/bin/bash", "-c"]
FROM base AS build
RUN sudo npm ci && \\
    npm run build
FROM golang:1.23 AS tool
RUN go build -o /tool
FROM base
COPY --from=build /app /app
RUN --mount=type=bind,from=tool,target=/t cp /t/tool /bin
ONBUILD RUN npm ci
"""


def stacks(folder: Path, files: dict[str, str]) -> list[Stack]:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return [stack for group in Stacks(Options((str(folder),), Config())) for stack in group]


def lone(folder: Path, text: str) -> Dockerfile:
    found = stacks(folder, {"Dockerfile": text})
    assert len(found) == 1
    return found[0].dockerfiles[0]


def test_stages_know_what_becomes_of_them(tmp_path: Path) -> None:
    dockerfile = lone(tmp_path, STAGES)
    told = {
        stage.name: [
            name
            for name in ("is_last", "is_output", "is_shipped", "is_parent", "is_source")
            if getattr(stage, name).value
        ]
        for stage in dockerfile.stages
    }
    assert told == {
        "base": ["is_shipped", "is_parent"],
        "build": ["is_source"],
        "tool": ["is_source"],
        "3": ["is_last", "is_output", "is_shipped"],
    }
    assert [stage.base.value for stage in dockerfile.stages] == ["node:22", "base", "golang:1.23", "base"]
    assert [stage.name for stage in dockerfile.stages[3].lineage] == ["3", "base"]
    assert dockerfile.stages[3].root_image.value == "node:22"


def test_the_target_of_a_service_is_an_output(tmp_path: Path) -> None:
    compose = "services: {a: {build: {context: ., target: build, args: {VERSION: 20, OTHER: }}}}\n"
    (stack,) = stacks(tmp_path, {"Dockerfile": STAGES, "compose.yaml": compose})
    (dockerfile,) = stack.dockerfiles
    assert dockerfile.is_built.value
    assert [stage.name for stage in dockerfile.stages if stage.is_output.value] == ["build", "3"]
    assert dockerfile.argument_names.value == ("VERSION", "OTHER")
    assert dockerfile.stages[0].base.value == "node:20"
    assert dockerfile.folder == str(tmp_path)


def test_one_file_that_several_services_build_is_one(tmp_path: Path) -> None:
    compose = """\
services:
  a: {build: {context: ., args: {VERSION: 20, SAME: x}}}
  b: {build: {context: ., args: {VERSION: 22, SAME: x}, additional_contexts: {assets: ./assets}}}
"""
    (stack,) = stacks(tmp_path, {"Dockerfile": STAGES, "compose.yaml": compose})
    (dockerfile,) = stack.dockerfiles
    assert dockerfile.arguments == {"SAME": "x"}
    assert dockerfile.contexts == frozenset({"assets"})
    assert len(dockerfile.builds) == 2


def test_instructions_know_the_shell_in_force(tmp_path: Path) -> None:
    dockerfile = lone(tmp_path, STAGES)
    told = [(item.name, item.stage.name if item.stage else "", item.shell.value) for item in dockerfile.instructions]
    bash = ("/bin/bash", "-c")
    assert told[:5] == [
        ("ARG", "", None),
        ("FROM", "base", None),
        ("SHELL", "base", None),
        ("FROM", "build", bash),
        ("RUN", "build", bash),
    ]
    assert told[-2:] == [("ONBUILD", "3", bash), ("RUN", "3", bash)]
    assert dockerfile.instructions[-1].in_onbuild.value


def test_commands_stand_where_they_are_written(tmp_path: Path) -> None:
    dockerfile = lone(tmp_path, STAGES)
    commands = [command for item in dockerfile.instructions for command in item.commands]
    told = [(command.name, command.program.line, command.program.column, command.manager.value) for command in commands]
    assert told[:3] == [("npm", 5, 10, "npm"), ("npm", 6, 5, None), ("go", 8, 5, None)]


def test_assignments_stand_where_they_are_written(tmp_path: Path) -> None:
    text = 'ARG A\nFROM scratch\nENV B="x y" \\\n    C=$B\nENV D e f\nLABEL "g.h"=i\n'
    found = [item for instruction in lone(tmp_path, text).instructions for item in instruction.assignments]
    assert [(item.keyword.value, item.name, item.value.value, item.legacy.value) for item in found] == [
        ("ARG", "A", None, False),
        ("ENV", "B", "x y", False),
        ("ENV", "C", "$B", False),
        ("ENV", "D", "e f", True),
        ("LABEL", "g.h", "i", False),
    ]
    assert [item.span.text for item in found] == ["A", 'B="x y"', "C=$B", "D e f", '"g.h"=i']


def test_a_fragment_is_one_stage(tmp_path: Path) -> None:
    dockerfile = lone(tmp_path, "USER root\nMAINTAINER me\n")
    assert dockerfile.is_fragment.value
    assert [stage.is_output.value for stage in dockerfile.stages] == [True]
    assert [item.name for item in dockerfile.instructions] == ["USER", "MAINTAINER"]
    found = analyse(Options((str(tmp_path),), Config(), select=("no-maintainer",))).findings
    assert [(item.rule, item.at.span.line) for item in found][-1] == ("no-maintainer", 2)


def test_before_the_first_from_there_is_no_stage(tmp_path: Path) -> None:
    dockerfile = lone(tmp_path, "ARG A\nLABEL a=b\nFROM scratch\n")
    assert [(item.name, item.stage is None) for item in dockerfile.instructions] == [
        ("ARG", True),
        ("LABEL", True),
        ("FROM", False),
    ]


def test_an_inline_dockerfile_is_one_too(tmp_path: Path) -> None:
    compose = "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM alpine:3\n        RUN ls\n"
    (stack,) = stacks(tmp_path, {"compose.yaml": compose})
    (dockerfile,) = stack.dockerfiles
    (run,) = (item for item in dockerfile.instructions if item.name == "RUN")
    assert (run.span.line, run.commands[0].program.column) == (6, 13)
