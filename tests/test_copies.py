"""Facts of COPY and ADD, and their rules where an example cannot go: fragments, fixes, contexts, hostile files."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lintstack.analysis import Options, analyse
from lintstack.config import Config
from lintstack.findings import Finding
from lintstack.model import Copy
from lintstack.rules import builtin
from lintstack.stacks import Stacks

RULES = tuple(rule.name for rule in builtin() if rule.subject == "copy")


def write(folder: Path, files: dict[str, str]) -> None:
    (folder / ".git").mkdir(exist_ok=True)
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def copies(folder: Path, text: str) -> list[Copy]:
    write(folder, {"Dockerfile": text})
    (stack,) = (stack for group in Stacks(Options((str(folder),), Config())) for stack in group)
    return [item for item in stack.dockerfiles[0].instructions if isinstance(item, Copy)]


def found(folder: Path, files: dict[str, str], *rules: str) -> list[Finding]:
    write(folder, files)
    findings = analyse(Options(paths=(str(folder),), config=Config(), select=rules or RULES)).findings
    return [item for item in findings if item.rule in RULES]


def test_copy_says_what_goes_where(tmp_path: Path) -> None:
    text = (
        'FROM a AS b\nCOPY --from=b --chown=1:2 --chmod=755 --link "x" ["y"]\n'
        "ADD --checksum=sha256:0 https://a/b c.tgz /d/\n"
    )
    first, second = copies(tmp_path, text)
    assert (first.origin.value, first.chown.value, first.chmod.value, first.link.value) == ("b", "1:2", "755", True)
    assert first.sources.value == ("x",)
    assert second.kinds.value == ("url", "archive")
    assert (second.checksum.value, second.destination.value) == ("sha256:0", "/d/")
    assert second.destination_is_directory.value is True
    assert (second.origin.absent, second.link.value, second.link.default) == (True, False, True)
    assert [place.span.text for place in second.sources.places] == ["https://a/b", "c.tgz"]


def test_variables_make_facts_unknown(tmp_path: Path) -> None:
    one, two = copies(tmp_path, "FROM a\nADD $A a-$B.tgz https://a/$C ${D}\nCOPY a ${E}/\n")
    assert one.kinds.value == ("unknown", "archive", "url")
    assert one.destination.unknown
    assert one.destination_is_directory.unknown
    assert two.destination.unknown
    assert two.destination_is_directory.value is True


def test_here_documents_and_json_are_sources(tmp_path: Path) -> None:
    first, second = copies(tmp_path, 'FROM a\nCOPY <<A <<-"B" /x/\n1\nA\n\t2\n\tB\nCOPY ["a b", "c", "/d"]\n')
    assert first.sources.value == ("<<A", "<<B")
    assert first.kinds.value == ("heredoc", "heredoc")
    assert second.sources.value == ("a b", "c")
    assert second.destination_is_directory.value is False


@pytest.mark.parametrize(
    "line", ["COPY", "COPY a", "ADD", "COPY []", 'COPY ["a"]', "COPY --from=", "ADD <<EOF", "COPY --from=x"]
)
def test_half_an_instruction_says_nothing(tmp_path: Path, line: str) -> None:
    (one,) = copies(tmp_path, f"FROM a\n{line}\n")
    assert one.destination.absent
    assert one.sources.value == ()
    assert not [item for item in found(tmp_path, {}) if item.rule not in ("copy-from-bare-name",)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ADD . /app\n", "add-instead-of-copy"),
        ("COPY --from=foo bar /x\n", "copy-from-bare-name"),
        ("COPY bla.sh blubb.sh\n", "copy-dest-unknown-workdir"),
        ("COPY a b /c\n", "copy-multi-source-slash"),
        ("COPY --from=a / /\n", "copy-whole-filesystem"),
        ("COPY a.tar /\nRUN tar -xf /a.tar\n", "archive-then-extract"),
        ("COPY .npmrc /root/\n", "copy-secret-file"),
        ("USER app\nCOPY a /b\n", "copy-after-user"),
    ],
)
def test_fragments_are_judged(tmp_path: Path, text: str, rule: str) -> None:
    assert rule in {item.rule for item in found(tmp_path, {"Dockerfile": text})}


@pytest.mark.parametrize("text", ["WORKDIR /app\nCOPY a b\n", "COPY --from=build a /b\nCOPY --from=0 a /b\n"])
def test_fragments_are_not_compared_with_stages_that_they_lack(tmp_path: Path, text: str) -> None:
    rules = ("copy-dest-unknown-workdir", "copy-relative-dest", "copy-from-self", "copy-from-unknown-stage")
    assert not found(tmp_path, {"Dockerfile": text}, *rules)


@pytest.mark.parametrize(
    ("line", "fixed"),
    [
        ("ADD --chown=1:1 a /b", "COPY --chown=1:1 a /b"),
        ("add a /b", "copy a /b"),
        ("ADD a b.tar /c/", None),
        ("ADD --keep-git-dir=true a /c", None),
        ("COPY a b /c", "COPY a b /c/"),
        ('COPY a b "/c"', 'COPY a b "/c/"'),
        ('COPY ["a", "b", "/c"]', 'COPY ["a", "b", "/c/"]'),
    ],
)
def test_fixes_write_what_was_meant(tmp_path: Path, line: str, fixed: str | None) -> None:
    text = f"FROM debian:12\n{line}\n"
    rules = ("add-instead-of-copy", "copy-multi-source-slash")
    (finding,) = found(tmp_path, {"Dockerfile": text}, *rules)
    if fixed is None:
        assert finding.fix is None
        return
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    assert text[: edit.span.start] + edit.text + text[edit.span.end :] == f"FROM debian:12\n{fixed}\n"
    assert finding.fix.safe


def test_a_secret_is_told_without_its_text(tmp_path: Path) -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA3Tz2\n-----END RSA PRIVATE KEY-----\n"
    (finding,) = found(
        tmp_path, {"deploy.pem": key, "Dockerfile": "FROM debian:12\nCOPY deploy.pem /k\n"}, "copy-secret-file"
    )
    assert "MIIE" not in finding.message


def test_nothing_outside_the_root_is_looked_at(tmp_path: Path) -> None:
    """A link in the context that leads out of it is not followed: the name alone counts."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    outside.mkdir()
    (outside / "server.pem").write_text("-----BEGIN PRIVATE KEY-----\n")
    (outside / "ignore").write_text("*\n")
    root.mkdir()
    (root / "server.pem").symlink_to(outside / "server.pem")
    (root / ".dockerignore").symlink_to(outside / "ignore")
    assert not found(
        root, {"Dockerfile": "FROM debian:12\nCOPY server.pem /k\n"}, "copy-secret-file", "copy-ignored-file"
    )


def test_services_that_build_from_several_folders_share_no_context(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  a: {build: {context: a, dockerfile: ../Dockerfile}}\n"
        "  b: {build: {context: b, dockerfile: ../Dockerfile}}\n",
        "a/.dockerignore": "dist\n",
        "b/x": "",
        "Dockerfile": "FROM debian:12\nCOPY dist /d\n",
    }
    assert not found(tmp_path, files, "copy-ignored-file")


def test_the_context_of_an_inline_dockerfile_is_known(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    build:\n      context: a\n      dockerfile_inline: |\n"
        "        FROM debian:12\n        COPY dist /d\n",
        "a/.dockerignore": "dist\n",
        "compose.yaml.dockerignore": "",
    }
    (finding,) = found(tmp_path, files, "copy-ignored-file")
    assert (finding.at.span.line, finding.at.span.text) == (7, "dist")
    assert finding.related[0].span.path.endswith("a/.dockerignore")


HOSTILE = {
    "many copies of archives": "FROM a\n" + "COPY a.tar /x\nRUN tar -xf /y/b.tar\n" * 2_000,
    "long chain": "FROM debian AS s0\n"
    + "".join(f"FROM s{n} AS s{n + 1}\nCOPY a b\nCOPY --from=s{n + 2}x c d\n" for n in range(800)),
    "many unknown stages": "FROM a AS builder\nFROM a\n"
    + "".join(f"COPY --from=build{n} a /b\n" for n in range(6_000)),
    "many keys": "FROM a\n" + "".join(f"COPY k{n}.key k{n}.pem /b/\n" for n in range(3_000)),
    "long words": "FROM a\nCOPY "
    + "../" * 100_000
    + "a "
    + "*" * 100_000
    + " b\nADD https://"
    + "$" * 100_000
    + " /\n",
    "many variables": "FROM a\n" + "ENV KUBECONFIG=/k AWS_CONFIG_FILE=/a\nCOPY a /k\n" * 2_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_files_take_no_time(tmp_path: Path, text: str) -> None:
    start = time.perf_counter()
    found(tmp_path, {"Dockerfile": text, ".dockerignore": "*.md\n!a\n" * 500})
    assert time.perf_counter() - start < 30


@pytest.mark.parametrize(
    ("destination", "meant"),
    [(".", "/"), ("./", "/"), ("..", "/"), ("./app/", "/app"), ("app", "/app"), (".config", "/.config")],
)
def test_what_a_relative_destination_means_is_told(tmp_path: Path, destination: str, meant: str) -> None:
    (finding,) = found(tmp_path, {"Dockerfile": f"FROM debian:12\nCOPY a {destination}\n"}, "copy-relative-dest")
    assert f"so it means `{meant}`;" in finding.message


def test_a_context_above_is_looked_at_only_where_nobody_names_one(tmp_path: Path) -> None:
    """What `.npmrc` holds is read in the folder that compose says; a lone Dockerfile may be built from above."""
    files = {".npmrc": "engine-strict=true\n", "api/Dockerfile": "FROM node:22\nCOPY .npmrc /\n"}
    assert not found(tmp_path, files, "copy-secret-file")
    named = files | {"compose.yaml": "services: {api: {build: api}}\n"}
    assert [item.rule for item in found(tmp_path, named, "copy-secret-file")] == ["copy-secret-file"]
