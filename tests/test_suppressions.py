"""Comments that silence findings: where they may stand, what they speak for, and what they cannot reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from lintstack.analysis import Analysis, Options, analyse
from lintstack.config import Config

Lint = Callable[..., Analysis]
RULES = ("latest-image", "obsolete-version", "hardcoded-secret")
ABOUT_COMMENTS = ("unknown-suppression", "unused-suppression")


@pytest.fixture
def lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lint:
    """Write files below a repository of their own and analyse it."""

    def run(files: Mapping[str, str], *select: str, inline_ignores: bool = True) -> Analysis:
        (tmp_path / ".git").mkdir(exist_ok=True)
        for path, content in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
        options = Options(paths=(".",), config=Config(), select=select or (*RULES, *ABOUT_COMMENTS))
        return analyse(replace(options, inline_ignores=inline_ignores))

    monkeypatch.chdir(tmp_path)
    return run


def shown(analysis: Analysis) -> list[tuple[str, str, int]]:
    """Rule, file and line of what is left."""
    return [(item.rule, item.at.span.path, item.at.span.line) for item in analysis.findings]


COMPOSE = {
    "behind the value": """
services:
  proxy:
    image: nginx  # lintstack: ignore[latest-image] why not
""",
    "behind the key of another line of the same place": """
services:
  proxy:
    image: # lintstack: ignore[latest-image]
      nginx
""",
    "above the key": """
services:
  proxy:
    # lintstack: ignore[latest-image]
    image: nginx
""",
    "above the key, with another comment and blank lines between": """
services:
  proxy:
    # lintstack: ignore[latest-image]

    # what the proxy is made of
    image: nginx
""",
    "above the service": """
services:
  # lintstack: ignore[latest-image]
  proxy:
    restart: always
    image: nginx
""",
    "above all services": """
# lintstack: ignore[latest-image]
services:
  proxy:
    image: nginx
""",
    "for the file": """
services:
  proxy:
    image: nginx
# lintstack: ignore-file[latest-image] at the end, too
""",
    "several names and blanks": """
services:
  proxy:
    #lintstack:ignore[ latest-image , hardcoded-secret ]
    image: nginx
    environment:
      API_TOKEN: T0ken-of-Ash-99  # lintstack: ignore[ hardcoded-secret ]
""",
    "another tool's id": """
services:
  proxy:
    image: nginx  # lintstack: ignore[DL3006]
""",
    "another tool's id in lower case": """
services:
  proxy:
    image: nginx  # lintstack: ignore[cl-0004]
""",
    "in a flow mapping": """
services: {proxy: {image: nginx}}  # lintstack: ignore[latest-image]
""",
    "above a list item": """
services:
  proxy:
    image: nginx:1.27
    environment:
      # lintstack: ignore[hardcoded-secret]
      - API_TOKEN=T0ken-of-Ash-99
""",
    "with Windows line ends": """
services:\r
  proxy:\r
    # lintstack: ignore[latest-image]\r
    image: nginx\r
""",
}


@pytest.mark.parametrize("text", COMPOSE.values(), ids=list(COMPOSE))
def test_comment_in_a_compose_file_silences(lint: Lint, text: str) -> None:
    analysis = lint({"compose.yaml": text}, *RULES)
    assert shown(analysis) == []
    assert analysis.suppressed


def test_suppressed_findings_are_counted_and_come_back(lint: Lint) -> None:
    text = "services:\n  a:\n    image: nginx  # lintstack: ignore[latest-image]\n  b:\n    image: redis\n"
    analysis = lint({"compose.yaml": text})
    assert (shown(analysis), analysis.suppressed) == ([("latest-image", "compose.yaml", 5)], 1)
    analysis = lint({"compose.yaml": text}, inline_ignores=False)
    assert (len(analysis.findings), analysis.suppressed) == (2, 0)


ELSEWHERE = {
    "behind another line": "services:\n  a:\n    restart: always  # lintstack: ignore[latest-image]\n    image: nginx\n",
    "above another key": "services:\n  a:\n    # lintstack: ignore[latest-image]\n    restart: always\n    image: nginx\n",
    "above another service": (
        "services:\n  # lintstack: ignore[latest-image]\n  a:\n    image: nginx:1.27\n  b:\n    image: nginx\n"
    ),
    "behind the service's key": "services:\n  a:  # lintstack: ignore[latest-image]\n    image: nginx\n",
    "for another rule": "services:\n  a:\n    image: nginx  # lintstack: ignore[obsolete-version]\n",
    "without brackets": "services:\n  a:\n    image: nginx  # lintstack: ignore latest-image\n",
    "without names": "services:\n  a:\n    image: nginx  # lintstack: ignore[]\n",
    "another tool's word": "services:\n  a:\n    image: nginx  # hadolint: ignore=DL3006\n",
    "part of a name": "services:\n  a:\n    image: nginx  # lintstack: ignore[latest]\n",
    "below the last line": "services:\n  a:\n    image: nginx\n# lintstack: ignore[latest-image]\n",
}


@pytest.mark.parametrize("text", ELSEWHERE.values(), ids=list(ELSEWHERE))
def test_comment_silences_nothing_else(lint: Lint, text: str) -> None:
    analysis = lint({"compose.yaml": text}, "latest-image")
    assert [rule for rule, _, _ in shown(analysis)] == ["latest-image"]
    assert not analysis.suppressed


DOCKERFILE = {
    "above the instruction": """FROM alpine:3.20
# lintstack: ignore[hardcoded-secret] a test key
ENV API_TOKEN=T0ken-of-Ash-99
""",
    "above the instruction, with another comment between": """FROM alpine:3.20
# lintstack: ignore[hardcoded-secret]

# what the tests use
ENV API_TOKEN=T0ken-of-Ash-99
""",
    "inside a continuation": """FROM alpine:3.20
ENV MODE=test \\
    # lintstack: ignore[hardcoded-secret]
    API_TOKEN=T0ken-of-Ash-99
""",
    "inside a continuation, below": """FROM alpine:3.20
ENV API_TOKEN=T0ken-of-Ash-99 \\
    # lintstack: ignore[hardcoded-secret]
    MODE=test
""",
    "above FROM, for the stage": """FROM alpine:3.20 AS first
RUN true
# lintstack: ignore[hardcoded-secret]
FROM first
RUN true
ENV API_TOKEN=T0ken-of-Ash-99
""",
    "above FROM, for the reference": """# lintstack: ignore[latest-image]
FROM alpine
RUN true
""",
    "for the file": """FROM alpine:3.20
ENV API_TOKEN=T0ken-of-Ash-99
# lintstack: ignore-file[hardcoded-secret]
""",
    "another tool's id": """# lintstack: ignore[DL3006]
FROM alpine
""",
    "below a parser directive": """# syntax=docker/dockerfile:1
# lintstack: ignore[latest-image]
FROM alpine
""",
}


@pytest.mark.parametrize("text", DOCKERFILE.values(), ids=list(DOCKERFILE))
def test_comment_in_a_dockerfile_silences(lint: Lint, text: str) -> None:
    analysis = lint({"Dockerfile": text}, *RULES)
    assert (shown(analysis), analysis.suppressed) == ([], 1)


BESIDE = {
    "the stage before": """# lintstack: ignore[hardcoded-secret]
FROM alpine:3.20 AS first
RUN true

FROM first
ENV API_TOKEN=T0ken-of-Ash-99
""",
    "the instruction before": """FROM alpine:3.20
# lintstack: ignore[hardcoded-secret]
RUN true
ENV API_TOKEN=T0ken-of-Ash-99
""",
    "no comment to Docker": """FROM alpine:3.20
ENV API_TOKEN=T0ken-of-Ash-99 MODE="# lintstack: ignore[hardcoded-secret]"
""",
    "a heredoc": """FROM alpine:3.20
ENV API_TOKEN=T0ken-of-Ash-99
RUN <<EOF
# lintstack: ignore-file[hardcoded-secret]
