"""Comments that silence findings: where they may stand, what they speak for, and what they cannot reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from lintstack.analysis import Analysis, Options, analyse
from lintstack.config import Config

Lint = Callable[..., Analysis]
RULES = ("latest-image", "obsolete-version", "hardcoded-secret")
ABOUT_COMMENTS = ("unknown-suppression", "unused-suppression")


@pytest.fixture
def lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lint:
    """Write files as a repository of their own and analyse it."""

    def run(files: Mapping[str, str], *select: str, inline_ignores: bool = True) -> Analysis:
        (tmp_path / ".git").mkdir(exist_ok=True)
        for path, content in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode())
        rules = select or (*RULES, *ABOUT_COMMENTS)
        return analyse(Options(paths=(".",), config=Config(), select=rules, inline_ignores=inline_ignores))

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
    "above the key": """
services:
  proxy:
    # lintstack: ignore[latest-image]
    image: nginx
""",
    "above the key, with another comment and a blank line between": """
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
    #lintstack:ignore[ hardcoded-secret , latest-image ]
    image: nginx
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
    "below a block scalar": """
services:
  proxy:
    command: |
      true
    # lintstack: ignore[latest-image]
    image: nginx
""",
    "with Windows line ends": """
services:
  proxy:
    # lintstack: ignore[latest-image]
    image: nginx
""".replace("\n", "\r\n"),
}


@pytest.mark.parametrize("text", COMPOSE.values(), ids=list(COMPOSE))
def test_comment_in_a_compose_file_silences(lint: Lint, text: str) -> None:
    analysis = lint({"compose.yaml": text}, *RULES)
    assert (shown(analysis), analysis.suppressed) == ([], 1)


def test_suppressed_findings_are_counted_and_come_back(lint: Lint) -> None:
    text = "services:\n  a:\n    image: nginx  # lintstack: ignore[latest-image]\n  b:\n    image: redis\n"
    analysis = lint({"compose.yaml": text})
    assert (shown(analysis), analysis.suppressed) == ([("latest-image", "compose.yaml", 5)], 1)
    analysis = lint({"compose.yaml": text}, inline_ignores=False)
    assert (len(analysis.findings), analysis.suppressed) == (2, 0)


ELSEWHERE = {
    "behind another line": "services:\n  a:\n    init: true  # lintstack: ignore[latest-image]\n    image: nginx\n",
    "above another key": "services:\n  a:\n    # lintstack: ignore[latest-image]\n    init: true\n    image: nginx\n",
    "above another service": (
        "services:\n  # lintstack: ignore[latest-image]\n  a:\n    image: nginx:1.27\n  b:\n    image: nginx\n"
    ),
    "behind the service's key": "services:\n  a:  # lintstack: ignore[latest-image]\n    image: nginx\n",
    "for another rule": "services:\n  a:\n    image: nginx  # lintstack: ignore[obsolete-version]\n",
    "without brackets": "services:\n  a:\n    image: nginx  # lintstack: ignore latest-image\n",
    "without names": "services:\n  a:\n    image: nginx  # lintstack: ignore[]\n",
    "in another tool's words": "services:\n  a:\n    image: nginx  # hadolint: ignore=DL3006\n",
    "by a part of the name": "services:\n  a:\n    image: nginx  # lintstack: ignore[latest]\n",
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
ENV API_TOKEN=T0ken-of-Ash-99 MODE="# lintstack: ignore-file[hardcoded-secret]"
""",
    "a label": """FROM alpine:3.20
ENV API_TOKEN=T0ken-of-Ash-99
LABEL note="# lintstack: ignore-file[hardcoded-secret]"
""",
    "a heredoc": """FROM alpine:3.20
ENV API_TOKEN=T0ken-of-Ash-99
RUN <<EOF
# lintstack: ignore-file[hardcoded-secret]
EOF
""",
    "a heredoc that becomes a file": """FROM alpine:3.20
ENV API_TOKEN=T0ken-of-Ash-99
COPY <<EOF /etc/motd
# lintstack: ignore-file[hardcoded-secret]
EOF
""",
}


@pytest.mark.parametrize("text", BESIDE.values(), ids=list(BESIDE))
def test_comment_in_a_dockerfile_silences_nothing_else(lint: Lint, text: str) -> None:
    analysis = lint({"Dockerfile": text}, "hardcoded-secret")
    assert [rule for rule, _, _ in shown(analysis)] == ["hardcoded-secret"]


SCALARS = {
    "double quotes": 'x-note: "# lintstack: ignore-file[latest-image]"',
    "single quotes": "x-note: '# lintstack: ignore-file[latest-image]'",
    "quotes over lines": 'x-note: "first\n  # lintstack: ignore-file[latest-image]\n  last"',
    "literal block": "x-note: |\n  # lintstack: ignore-file[latest-image]\n  text",
    "literal block, last line": "x-note: |\n  text\n  # lintstack: ignore-file[latest-image]",
    "folded block": "x-note: >-\n  text\n  # lintstack: ignore-file[latest-image]\n  text",
    "plain, no blank before": "x-note: a#lintstack:ignore-file[latest-image]",
    "key": '"x-# lintstack: ignore-file[latest-image]": 1',
    "label": 'x-labels:\n  labels: ["note=# lintstack: ignore-file[latest-image]"]',
}


@pytest.mark.parametrize("text", SCALARS.values(), ids=list(SCALARS))
def test_text_of_a_scalar_is_no_comment(lint: Lint, text: str) -> None:
    analysis = lint({"compose.yaml": f"{text}\nservices:\n  a:\n    image: nginx\n"}, "latest-image", *ABOUT_COMMENTS)
    assert [rule for rule, _, _ in shown(analysis)] == ["latest-image"]


# A value that the overlay replaces by one that is as wrong: both files make the finding.
BASE = "services:\n  api:\n    image: example/api:1.4\n    environment:\n      NODE_ENV: development{base}\n"
OVERLAY = "services:\n  api:\n    environment:\n      NODE_ENV: test{overlay}\n"
IGNORE = "  # lintstack: ignore[dev-values-in-prod]"


@pytest.mark.parametrize(
    "comments", [{"base": IGNORE, "overlay": ""}, {"base": "", "overlay": IGNORE}], ids=["base", "overlay"]
)
def test_comment_may_stand_in_any_compose_file_of_the_finding(lint: Lint, comments: Mapping[str, str]) -> None:
    files = {"compose.yaml": BASE.format(**comments), "compose.prod.yaml": OVERLAY.format(**comments)}
    analysis = lint(files, "dev-values-in-prod", *ABOUT_COMMENTS)
    assert (shown(analysis), analysis.suppressed) == ([], 1)


def test_finding_without_comment_names_both_files(lint: Lint) -> None:
    files = {"compose.yaml": BASE.format(base=""), "compose.prod.yaml": OVERLAY.format(overlay="")}
    (finding,) = lint(files, "dev-values-in-prod").findings
    assert [place.span.path for place in (finding.at, *finding.related)] == ["compose.prod.yaml", "compose.yaml"]


# A service that runs as root because the compose file builds a stage, and the stage says so.
COMPOSE_FILE = "services:\n{service}  api:\n    build: .\n"
BUILT = '{stage}FROM alpine:3.20\n{user}USER root\nCMD ["true"]\n'
NO_COMMENT = {"service": "", "stage": "", "user": ""}


@pytest.mark.parametrize(
    "comment",
    [
        {"user": "# lintstack: ignore[non-root-user]\n"},
        {"user": "# lintstack: ignore[DL3002]\n"},
        {"stage": "# lintstack: ignore[non-root-user]\n"},
        {"service": "  # lintstack: ignore[non-root-user]\n"},
        {"service": "  # lintstack: ignore[CKV_DOCKER_8]\n"},
    ],
    ids=str,
)
def test_comment_may_stand_on_either_side_of_a_finding_over_files(lint: Lint, comment: dict[str, str]) -> None:
    told = NO_COMMENT | comment
    files = {"compose.prod.yaml": COMPOSE_FILE.format(**told), "Dockerfile": BUILT.format(**told)}
    analysis = lint(files, "non-root-user", *ABOUT_COMMENTS)
    assert (shown(analysis), analysis.suppressed) == ([], 1)


def test_name_that_no_rule_has_is_told_at_the_name(lint: Lint) -> None:
    text = "services:\n  a:\n    image: nginx  # lintstack: ignore[latest-image, latest-imgae, zzzzzz]\n"
    near, far = lint({"compose.yaml": text}).findings
    assert (near.rule, near.at.span.text) == ("unknown-suppression", "latest-imgae")
    assert near.message == "no rule is called `latest-imgae`; did you mean `latest-image`?"
    assert (far.rule, far.at.span.text) == ("unknown-suppression", "zzzzzz")
    assert far.message == "no rule is called `zzzzzz`; `lintstack rules` lists all"
    assert near.fingerprint != far.fingerprint
    assert near.environments == far.environments == ()


def test_comment_without_effect_is_told_at_the_name(lint: Lint) -> None:
    text = "services:\n  a:\n    image: nginx  # lintstack: ignore[latest-image, obsolete-version] both\n"
    (finding,) = lint({"compose.yaml": text}).findings
    assert (finding.rule, finding.at.span.text) == ("unused-suppression", "obsolete-version")


def test_comment_for_a_rule_that_did_not_run_is_not_judged(lint: Lint) -> None:
    files = {"compose.yaml": "services:\n  a:\n    image: nginx:1.27  # lintstack: ignore[latest-image]\n"}
    assert shown(lint(files, "obsolete-version", *ABOUT_COMMENTS)) == []
    assert shown(lint(files)) == [("unused-suppression", "compose.yaml", 3)]
    assert shown(lint(files, inline_ignores=False)) == []


def test_comment_is_read_once_for_all_environments(lint: Lint) -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    image: nginx:1.27  # lintstack: ignore[latest-image, nope-nope]\n",
        "compose.prod.yaml": "services:\n  a:\n    restart: always\n",
        "compose.dev.yaml": "services:\n  a:\n    restart: 'no'\n",
    }
    assert [rule for rule, _, _ in shown(lint(files))] == ["unused-suppression", "unknown-suppression"]


def test_former_name_silences_as_the_name_does(lint: Lint) -> None:
    text = "services:\n  a:\n    image: nginx  # lintstack: ignore[image-untagged-or-latest]\n"
    assert shown(lint({"compose.yaml": text})) == []


BROKEN = {
    "yaml-syntax": ("compose.yaml", "# lintstack: ignore-file[yaml-syntax]\nservices: {a: [\n"),
    "yaml-cycle": ("compose.yaml", "# lintstack: ignore-file[yaml-cycle]\nservices: &a\n  a: *a\n"),
    "dockerfile-syntax": ("Dockerfile", "# lintstack: ignore-file[dockerfile-syntax]\nFROM alpine:3.20\nRUNN true\n"),
}


@pytest.mark.parametrize("slug", BROKEN)
def test_what_cannot_be_read_cannot_be_silenced(lint: Lint, slug: str) -> None:
    path, text = BROKEN[slug]
    analysis = lint({path: text}, "latest-image")
    assert slug in {item.rule for item in analysis.findings}
    assert not analysis.suppressed


SILENCEABLE = {
    "compose-schema": "services:\n  a:\n    image: a:1\n    # lintstack: ignore[compose-schema]\n    imag: b\n",
    "yaml-duplicate-key": (
        "# lintstack: ignore-file[yaml-duplicate-key]\nservices:\n  a:\n    image: a:1\n    image: b:1\n"
    ),
}


@pytest.mark.parametrize("slug", SILENCEABLE)
def test_other_diagnostics_can_be_silenced(lint: Lint, slug: str) -> None:
    files = {"compose.yaml": SILENCEABLE[slug]}
    analysis = lint(files)
    assert (shown(analysis), analysis.suppressed) == ([], 1)
    assert {item.rule for item in lint(files, inline_ignores=False).findings} == {slug}


def test_many_comments_are_all_heard(lint: Lint) -> None:
    lines = [f"  a{number}:\n    image: nginx  # lintstack: ignore[latest-image]\n" for number in range(300)]
    analysis = lint({"compose.yaml": "services:\n" + "".join(lines)})
    assert (shown(analysis), analysis.suppressed) == ([], 300)
