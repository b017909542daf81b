"""`lintstack graph`: the stack as a picture in four formats, its findings on it, hostile names harmless."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from itertools import pairwise
from pathlib import Path

import pytest

from lintstack.graph import FORMATS, Box, Picture, draw, picture
from lintstack.graph.layout import Arrow, Size, layout
from lintstack.report import Style
from tests.reliability.lint import command
from tests.stack import lint, write

FILES = {
    "compose.yaml": """
        services:
          web:
            image: nginx:1.27
            ports: ["127.0.0.1:8080:80", "5353:53/udp", "9000"]
            networks: [front]
            depends_on: {api: {condition: service_healthy}, ghost: {condition: service_started, required: false}}
            profiles: [all]
          api:
            build: {context: ., target: runner}
            networks: [front, back]
            restart: always
            privileged: true
            deploy: {replicas: 2}
            depends_on: [db]
            volumes: ["./src:/app/src:ro", "cache:/cache"]
          db:
            image: postgres:16.4
            networks: [back]
            volumes: ["data:/var/lib/postgresql/data", "/scratch"]
          ghost: {image: "acme/ghost:1.0", network_mode: host, user: "1000", healthcheck: {disable: true}}
        networks: {front: , back: }
        volumes: {data: , cache: }
    """,
    "Dockerfile": """
        FROM node:22 AS deps
        FROM node:22 AS runner
        USER node
        HEALTHCHECK CMD node check.js
    """,
}


def pictured(folder: Path, files: dict[str, str]) -> Picture:
    linted = lint(folder, files)
    return picture(linted.stacks[0], linted.findings)


def box(picture: Picture, name: str) -> Box:
    return next(item for item in picture.boxes if item.name == name)


def test_what_a_service_is(tmp_path: Path) -> None:
    drawn = pictured(tmp_path, FILES)
    api, web, ghost = (box(drawn, name) for name in ("api", "web", "ghost"))
    assert api.runs.endswith("Dockerfile → runner")
    assert api.traits == ("user node", "health check", "restart always", "2 replicas", "privileged")
    assert web.ports == ("127.0.0.1:8080 → 80", "5353 → 53/udp", "random → 9000")
    assert web.traits == ("root", "no health check", "profile all")
    assert ghost.traits == ("user 1000", "health check off", "network host")
    assert [(keep.source, keep.volume, keep.read_only) for keep in api.keeps][1] == ("cache", True, False)
    assert [(keep.source, keep.target) for keep in box(drawn, "db").keeps][1] == ("volume", "/scratch")
    assert drawn.networks == ("back", "front")


def test_start_order(tmp_path: Path) -> None:
    drawn = pictured(tmp_path, FILES)
    assert {item.name: item.step for item in drawn.boxes} == {"db": 0, "ghost": 0, "api": 1, "web": 2}
    assert [(wait.service, wait.condition) for wait in box(drawn, "web").waits] == [
        ("api", "healthy"),
        ("ghost", "started"),
    ]


def test_findings_stand_on_the_service_that_builds(tmp_path: Path) -> None:
    marks = box(pictured(tmp_path, FILES), "api").marks
    assert marks[0].rule == "no-privileged"
    assert marks[0].severity == "error"
    assert re.fullmatch(r".*compose\.yaml:\d+", marks[0].at)
    dockerfile = FILES["Dockerfile"].replace("USER node", "WORKDIR app")
    marks = box(pictured(tmp_path, FILES | {"Dockerfile": dockerfile}), "api").marks
    assert any(mark.rule == "workdir-absolute" for mark in marks)


def test_a_circle_is_cut_open(tmp_path: Path) -> None:
    files = {"compose.yaml": "services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}\n"}
    assert {item.name: item.step for item in pictured(tmp_path, files).boxes} == {"b": 0, "a": 1}


def test_a_long_chain_needs_no_stack(tmp_path: Path) -> None:
    services = [f"  s{n}: {{image: x, depends_on: [s{n + 1}]}}\n" for n in range(2000)]
    drawn = pictured(tmp_path, {"compose.yaml": f"services:\n{''.join(services)}  s2000: {{image: x}}\n"})
    assert box(drawn, "s0").step == 2000
    assert draw("svg", [drawn], Style()).startswith("<svg ")


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_has_every_service_and_finding(tmp_path: Path, format: str) -> None:
    write(tmp_path, FILES)
    code, out, _ = command(tmp_path, "graph", ".", "--format", format)
    assert code == 0
    for said in ("web", "api", "db", "postgres:16.4", "healthy", "127.0.0.1:8080", "data", "front", "no-privileged"):
        assert said in out


def test_svg_is_well_formed_and_loads_nothing(tmp_path: Path) -> None:
    text = draw("svg", [pictured(tmp_path, FILES)], Style())
    tree = ElementTree.fromstring(text)
    width, height = (float(tree.attrib[name]) for name in ("width", "height"))
    names = {item.tag.rpartition("}")[2] for item in tree.iter()}
    assert names <= {"svg", "title", "rect", "defs", "marker", "path", "text", "g"}
    assert "href" not in text
    assert width < 2000
    assert height < 2000


@pytest.mark.parametrize("format", FORMATS)
def test_hostile_texts_are_harmless(tmp_path: Path, format: str) -> None:
    evil = 'x<script>\\"`]; --> <!-- &amp; \\u001b[31m {{}} #quot;'
    files = {
        "compose.yaml": f"""
            services:
              web:
                image: "{evil.replace(chr(92) + chr(34), chr(92) * 2)}"
                container_name: a
                volumes: ["./{"a" * 300}:/b"]
                environment: {{DB_URL: "postgres://u:canary-1@h/x"}}
        """
    }
    text = draw(format, [pictured(tmp_path, files)], Style())
    assert "\x1b" not in text
    assert "canary-1" not in text
    if format == "svg":
        assert "<script" not in text
        ElementTree.fromstring(text)
    if format == "mermaid":
        assert "<script" not in text
        assert all(line.count('"') in (0, 2) for line in text.splitlines())
    if format == "dot":
        assert all(len(re.findall(r'(?<!\\)(?:\\\\)*"', line)) % 2 == 0 for line in text.splitlines())


def test_one_picture_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, FILES | {"compose.prod.yaml": "services: {web: {restart: always}}\n"})
    code, _, errors = command(tmp_path, "graph", ".", "--format", "svg")
    assert code == 2
    assert "name one environment" in errors
    assert command(tmp_path, "graph", ".", "--format", "svg", "--env", "prod")[0] == 0
    assert command(tmp_path, "graph", ".")[1].count("compose.yaml") >= 2


def test_nothing_to_draw(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM x\n"})
    code, _, errors = command(tmp_path, "graph", ".")
    assert code == 2
    assert "no Compose project" in errors


def test_boxes_do_not_overlap_and_long_arrows_go_around() -> None:
    rows = [["a", "b"], ["c", "d", "e"], ["f"]]
    sizes = {name: Size(100, 50) for row in rows for name in row}
    arrows = [Arrow("a", "c"), Arrow("b", "f"), Arrow("e", "f"), Arrow("f", "a")]
    placed = layout(rows, arrows, sizes)
    assert set(placed.places) == set(sizes)
    for row in rows:
        edges = sorted(placed.places[name] for name in row)
        assert all(left[0] + 100 < right[0] for left, right in pairwise(edges))
    (x, top), (same, bottom) = placed.joints[Arrow("b", "f")]
    assert (same, bottom - top) == (x, 50)
    assert not any(left <= x <= left + 100 and y < bottom and top < y + 50 for left, y in placed.places.values())
    assert Arrow("f", "a") not in placed.joints
