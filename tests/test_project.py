"""Discovery and reading: what is found, what is left alone, what is refused."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lintstack import reader as reading
from lintstack.config import Config
from lintstack.findings import Finding
from lintstack.gitignore import Patterns
from lintstack.project import Reader, Tree, UsageError, discover
from lintstack.recognise import by_content, by_name, is_compose
from lintstack.source import Source
from tests import clock

STACK = "services:\n  web:\n    image: nginx:1.27\n"


def plant(folder: Path, *paths: str, text: str = STACK) -> None:
    for path in paths:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("FROM scratch\n" if "ockerfile" in target.name and text is STACK else text)


def found(*paths: str, config: Config | None = None) -> Tree:
    return discover(paths, config or Config())


@contextmanager
def swift(seconds: float) -> Iterator[None]:
    """Bounds the processor time of a block."""
    before = clock.start()
    yield
    assert clock.stop(before) < seconds


def slugs(tree: Tree) -> list[str]:
    return [problem.rule for problem in tree.problems]


# Names


@pytest.mark.parametrize(
    "name",
    """compose.yaml compose.yml docker-compose.yml docker-compose.yaml compose.prod.yaml compose-prod.yml
    compose_dev.yaml docker-compose.prod.yml docker-compose-dev.yml docker-compose_dev.yml compose.override.yml
    stack.compose.yml api.compose.yaml relay-compose.yaml dev.docker-compose.yml podman-compose.yml docker-stack.yml
    docker-stack.prod.yml Docker-Compose.yml dockercompose.yml docker_compose.yml""".split(),
)
def test_compose_names(name: str) -> None:
    assert by_name(name) == "compose"


@pytest.mark.parametrize(
    "name",
    """Dockerfile dockerfile Containerfile Dockerfile.dev Dockerfile-dev Dockerfile_dev api.Dockerfile api.dockerfile
    base-node.Dockerfile x.containerfile Containerfile.debug Dockerfile.dist Dockerfile.alpine-3.20""".split(),
)
def test_dockerfile_names(name: str) -> None:
    assert by_name(name) == "dockerfile"


@pytest.mark.parametrize(
    "name",
    """Dockerfile.dockerignore api.dockerfile.dockerignore Dockerfile.md Dockerfile.txt Dockerfile.j2 Dockerfile.tmpl
    Dockerfile.erb Dockerfile.bak Dockerfile.orig Dockerfile.swp Dockerfile.template Dockerfile.json Dockerfile.yml
    dockerfile_test.go dockerfile.py Dockerfile~ mydockerfile Dockerfiles compose.yml.j2 docker-compose.yml.sample
    compose.json compose compose.toml decompose.yml composer.yml .gitlab-ci.yml compose.gitlab-ci.yml values.yaml
    docker-compose.yaml.bak""".split(),
)
def test_other_names(name: str) -> None:
    assert by_name(name) == ""


# Contents


@pytest.mark.parametrize(
    "text",
    [
        STACK,
        "version: '3'\nservices:\n    # a comment\n    api:\n        build: .\n",
        "x-a: &a\n  image: b\nservices:\n  a:\n    <<: *a\n  b:\n    init: true\n    extends:\n      file: c.yml\n",
        "services:\r\n  web:\r\n    image: nginx\r\n",
        "---\nname: x\nservices:\n\n  web:\n    ports: [80]\n    build:\n      context: .\n",
    ],
)
def test_contents_of_a_compose_file(text: str) -> None:
    assert is_compose(text.encode())


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("workflow", "on: push\njobs:\n  a:\n    services:\n      db:\n        image: postgres\n"),
        ("workflow with services", "on: push\nservices:\n  db:\n    image: postgres\njobs: {}\n"),
        ("gitlab", "stages: [a]\nservices:\n  - docker:dind\n"),
        ("gitlab mapping", "services:\n  a:\n    image: b\nstages: [a]\n"),
        ("kubernetes", "apiVersion: v1\nkind: Service\nservices:\n  a:\n    image: b\n"),
        ("render", "services:\n  - type: web\n    image: b\n"),
        ("helm values", "services:\n  api:\n    image:\n      repository: a\n"),
        ("symfony", "services:\n  _defaults:\n    autowire: true\n  App\\:\n    resource: ../src\n"),
        ("woodpecker", "steps:\n  a:\n    image: b\nservices:\n  db:\n    image: postgres\n"),
        ("openapi", "openapi: 3.0.0\nservices:\n  a:\n    image: b\n"),
        ("deeper", "services:\n  a:\n    b:\n      image: c\n"),
        ("no services", "volumes:\n  a: {}\n"),
        ("text", "we offer services:\n"),
        ("bytes", "\x00\xff services:\n"),
    ],
)
def test_contents_of_other_yaml(what: str, text: str) -> None:
    assert not is_compose(text.encode("utf-8", "surrogateescape")), what


def test_only_services_make_a_compose_file_of_odd_yaml(here: Path) -> None:
    plant(here, "deploy/web.yml", "web.yaml")
    plant(here, "values.yaml", "chart/web.yaml", "chart/Chart.yaml", "site.yml", text="a: 1\n")
    plant(here, "chart/stack.yaml")
    plant(here, "big.yml", text=STACK + "#" * 300_000)
    assert found().compose_files == ("deploy/web.yml", "web.yaml")


def test_ci_and_ansible_are_never_taken(here: Path) -> None:
    plant(
        here,
        ".github/workflows/docker-compose.yml",
        ".github/workflows/ci.yml",
        ".gitlab-ci.yml",
        ".circleci/compose.yml",
        ".travis.yml",
        "azure-pipelines.yml",
        "roles/web/tasks/docker-compose.yml",
        "e2e/.gitlab-ci.yml",
    )
    plant(here, ".github/docker-compose.test.yml", "workflows/compose.yml", "tasks/compose.yml")
    assert found().compose_files == (".github/docker-compose.test.yml", "tasks/compose.yml", "workflows/compose.yml")


def test_dockerfiles_named_like_programs_are_told_by_content(here: Path) -> None:
    plant(here, "Dockerfile.go", "Dockerfile.py")
    plant(here, "dockerfile.go", "dockerfile_test.go", "sub/dockerfile.py", text="package dockerfile\n")
    assert found().dockerfiles == ("Dockerfile.go", "Dockerfile.py")


def test_every_good_name_below_a_folder(here: Path) -> None:
    plant(here, "compose.yaml", "a/docker-compose.yml", "a/b/Dockerfile", "Dockerfile.dev", "a/x.Dockerfile")
    plant(here, "README.md", "a/Dockerfile.md", ".dockerignore", "a/compose.yml.j2", text="x")
    tree = found()
    assert tree.compose_files == ("a/docker-compose.yml", "compose.yaml")
    assert tree.dockerfiles == ("Dockerfile.dev", "a/b/Dockerfile", "a/x.Dockerfile")
    assert tree.root == str(here)
    assert not (tree.problems or tree.notes)
    assert found("a").compose_files == ("a/docker-compose.yml",)


# Folders


def test_folders_of_tools_are_left_alone(here: Path) -> None:
    plant(here, *(f"{name}/Dockerfile" for name in (".git", "node_modules", ".venv", "__pycache__", ".terraform")))
    plant(here, "env/Dockerfile", "env/pyvenv.cfg", "sub/node_modules/x/compose.yaml")
    plant(here, "x.github/Dockerfile", "my.git/Dockerfile", "vendor/Dockerfile", ".hidden/Dockerfile")
    assert found().dockerfiles == (
        ".hidden/Dockerfile",
        "my.git/Dockerfile",
        "vendor/Dockerfile",
        "x.github/Dockerfile",
    )
    assert found("node_modules").dockerfiles == ("node_modules/Dockerfile",)
    assert found("env").dockerfiles == ("env/Dockerfile",)


def test_folders_of_templates_are_noted(here: Path) -> None:
    plant(here, "{{cookiecutter.slug}}/Dockerfile")
    tree = found()
    assert tree.dockerfiles == ()
    assert tree.notes == ("skipped `{{cookiecutter.slug}}`: the folder of a project template",)
    assert found("{{cookiecutter.slug}}").dockerfiles == ("{{cookiecutter.slug}}/Dockerfile",)


def test_gitignore(here: Path) -> None:
    plant(here, "build/Dockerfile", "a/build/Dockerfile", "a/b/compose.yaml", "keep/x.Dockerfile", "keep/y.Dockerfile")
    plant(here, "local/Dockerfile", "sub/local/Dockerfile", "sub/deep/Dockerfile")
    (here / ".gitignore").write_bytes(b"# comment\r\nbuild/\r\n/local\r\n*.Dockerfile\r\n!y.Dockerfile\r\n")
    (here / "sub/.gitignore").write_text("deep\n")
    tree = found()
    assert tree.compose_files == ("a/b/compose.yaml",)
    assert tree.dockerfiles == ("keep/y.Dockerfile", "sub/local/Dockerfile")
    assert tree.ignored == ("keep/x.Dockerfile",)
    assert found("sub").dockerfiles == ("sub/local/Dockerfile",), "patterns above the folder count"
    assert found("build").dockerfiles == ("build/Dockerfile",), "what is named is searched"
    assert found("keep/x.Dockerfile").dockerfiles == ("keep/x.Dockerfile",), "what is named is taken"


def test_a_nested_gitignore_wins(here: Path) -> None:
    plant(here, "a/Dockerfile", "b/Dockerfile", "c/Dockerfile")
    (here / ".gitignore").write_text("Dockerfile\nc/\n")
    (here / "a/.gitignore").write_text("!Dockerfile\n")
    (here / "c/.gitignore").write_text("!Dockerfile\n")
    assert found().dockerfiles == ("a/Dockerfile",), "nothing below an ignored folder comes back"


def test_info_exclude(here: Path) -> None:
    plant(here, "Dockerfile", "mine/Dockerfile")
    (here / ".git/info").mkdir()
    (here / ".git/info/exclude").write_text("mine\n")
    assert found().dockerfiles == ("Dockerfile",)


def test_a_gitignore_too_large_or_no_file_ignores_nothing(here: Path) -> None:
    plant(here, "Dockerfile", "a/Dockerfile")
    (here / ".gitignore").write_text("Dockerfile\n" + "#" * 300_000)
    os.mkfifo(here / "a/.gitignore")
    tree = found()
    assert tree.dockerfiles == ("Dockerfile", "a/Dockerfile")
    assert tree.notes == ("`.gitignore` is larger than 256 KB and was not read",)


def test_exclude_of_the_configuration(here: Path) -> None:
    plant(here, "examples/Dockerfile", "a/examples/Dockerfile", "a/Dockerfile")
    config = Config(exclude=Patterns(("/examples", "a/*"), str(here)))
    tree = found(config=config)
    assert tree.dockerfiles == ()
    assert tree.ignored == ("a/Dockerfile",)
    assert found("a/Dockerfile", config=config).dockerfiles == ("a/Dockerfile",)


def test_five_thousand_folders(here: Path) -> None:
    for number in range(5000):
        (here / f"d{number % 50}" / f"e{number}").mkdir(parents=True)
    plant(here, "d7/e7/Dockerfile")
    with swift(2):
        assert found().dockerfiles == ("d7/e7/Dockerfile",)


def test_paths_longer_than_the_system_allows(here: Path) -> None:
    plant(here, "Dockerfile")
    before = os.getcwd()
    for _ in range(25):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    Path("Dockerfile").write_text("FROM scratch\n")
    os.chdir(before)
    tree = found()
    assert "Dockerfile" in tree.dockerfiles
    assert slugs(tree) == ["unreadable"]
    assert "cannot be searched: file name too long" in tree.problems[0].message


def test_a_folder_that_cannot_be_listed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(here, "a/Dockerfile", "b/Dockerfile")
    scan = os.scandir

    def refusing(path: str) -> object:
        if path.endswith("/a"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    tree = found()
    assert tree.dockerfiles == ("b/Dockerfile",)
    assert [(problem.rule, problem.message, problem.suppressible) for problem in tree.problems] == [
        ("unreadable", "`a` cannot be searched: permission denied", False)
    ]


# Links and odd files (G1 – G5)


def test_links(here: Path, tmp_path: Path) -> None:
    plant(here, "real/Dockerfile", "real/compose.yaml")
    plant(tmp_path, "outside/Dockerfile")
    links = {
        "loop": ".",
        "self": "self",
        "Dockerfile.self": "Dockerfile.self",
        "Dockerfile.dangling": "nowhere",
        "Dockerfile.passwd": "/etc/passwd",
        "Dockerfile.zero": "/dev/zero",
        "elsewhere": "../outside",
        "Dockerfile": "real/Dockerfile",
        "a-much-longer.Dockerfile": "real/Dockerfile",
        "also-real": "real",
    }
    for name, target in links.items():
        (here / name).symlink_to(target)
    tree = found()
    assert tree.dockerfiles == ("Dockerfile",), "each real file once, under its shortest name"
    assert tree.compose_files == ("real/compose.yaml",)
    assert tree.problems == ()
    assert sorted(tree.notes) == [
        "skipped `Dockerfile.dangling`: it is not a regular file",
        "skipped `Dockerfile.passwd`: a link that leads outside the project's root",
        "skipped `Dockerfile.self`: it is not a regular file",
        "skipped `Dockerfile.zero`: a link that leads outside the project's root",
        "skipped `elsewhere`: a link that leads outside the project's root",
    ]
    named = found("Dockerfile.passwd", "Dockerfile.zero", "real")
    assert slugs(named) == ["outside-root", "outside-root"]
    assert named.problems[0].message == "`Dockerfile.passwd` lies outside the project's root and was not opened"
    with pytest.raises(UsageError, match=r"^`Dockerfile.dangling` is a link to something that does not exist$"):
        found("Dockerfile.dangling")
    with pytest.raises(UsageError, match="too many levels"):
        found("self")


def test_a_linked_folder_is_searched_once(here: Path) -> None:
    plant(here, "stacks/a/compose.yaml", "node_modules/b/compose.yaml")
    (here / "current").symlink_to("stacks/a")
    (here / "b").symlink_to("node_modules/b")
    (here / "stacks/a/up").symlink_to("../..")
    assert found().compose_files == ("b/compose.yaml", "stacks/a/compose.yaml")


def test_pipes_sockets_and_folders(here: Path) -> None:
    os.mkfifo(here / "Dockerfile")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("compose.yaml")
    plant(here, "x/Dockerfile.d/Dockerfile")
    with swift(1):
        tree = found()
        named = found("Dockerfile", "compose.yaml")
    listener.close()
    assert tree.dockerfiles == ("x/Dockerfile.d/Dockerfile",)
    assert tree.problems == ()
    assert tree.notes == (
        "skipped `Dockerfile`: it is not a regular file",
        "skipped `compose.yaml`: it is not a regular file",
        "`x/Dockerfile.d` is a folder, not a regular file",
    )
    assert [problem.message for problem in named.problems] == [
        "`Dockerfile` is a pipe, not a regular file",
        "`compose.yaml` is a socket, not a regular file",
    ]
    assert set(slugs(named)) == {"not-a-regular-file"}


def test_a_folder_called_dockerfile_that_is_named_is_searched(here: Path) -> None:
    plant(here, "Dockerfile/api.Dockerfile")
    assert found("Dockerfile").dockerfiles == ("Dockerfile/api.Dockerfile",)


def test_four_spellings_of_one_file(here: Path) -> None:
    plant(here, "a/compose.yaml")
    tree = found("a/compose.yaml", "./a/../a/compose.yaml", str(here / "a/compose.yaml"), "a", ".")
    assert tree.compose_files == ("a/compose.yaml",)
    assert tree.named == {str(here / "a/compose.yaml")}


def test_names_that_are_not_utf8(here: Path) -> None:
    Path(os.fsdecode(b"caf\xe9")).mkdir()
    Path(os.fsdecode(b"caf\xe9/Dockerfile")).write_text("FROM scratch\n")
    plant(here, "--config=x/Dockerfile", "a b%20#?&[1]:/Dockerfile")
    tree = found()
    assert tree.dockerfiles == ("--config=x/Dockerfile", "a b%20#?&[1]:/Dockerfile", "caf\udce9/Dockerfile")
    source = Reader(tree.root).source(tree.dockerfiles[2], kind="dockerfile")
    assert isinstance(source, Source)
    assert source.text == "FROM scratch\n"


# What is named


def test_a_missing_path_says_what_there_is(here: Path) -> None:
    plant(here, "compose.yaml", "api/Dockerfile")
    for path, message in {
        "compose.yml": "`compose.yml` does not exist; did you mean `compose.yaml`?",
        "xyz": "`xyz` does not exist; its folder has `compose.yaml`",
        "aip/Dockerfile": "`aip/Dockerfile` does not exist; did you mean `api`?",
        "compose.yaml/x": "`compose.yaml/x` cannot be read: not a directory",
        "": "",
    }.items():
        if path:
            with pytest.raises(UsageError) as error:
                found(path)
            assert str(error.value) == message
    with pytest.raises(UsageError, match="no path"):
        found("a\0b")


def test_what_is_named_is_told_by_content(here: Path) -> None:
    plant(here, "web.conf", "flow.yaml", text='{"services": {"web": {"image": "nginx"}}}')
    plant(here, "build.txt", text="# comment\n\nARG X\nFROM $X\n")
    plant(here, "parts.yml", text="x-log: &log {}\nvolumes: {}\n")
    tree = found("web.conf", "flow.yaml", "build.txt", "parts.yml")
    assert tree.compose_files == ("flow.yaml", "parts.yml", "web.conf")
    assert tree.dockerfiles == ("build.txt",)
    assert tree.named == {str(here / name) for name in ("web.conf", "flow.yaml", "build.txt", "parts.yml")}


@pytest.mark.parametrize("text", ["", "hello\n", "on: push\njobs:\n  a: {}\n", "apiVersion: v1\nkind: Pod\n", "\0\xff"])
def test_what_is_neither(here: Path, text: str) -> None:
    plant(here, "thing.yml", text=text)
    assert by_content("thing.yml", text.encode()) == ""
    with pytest.raises(UsageError, match=r"^`thing.yml` is neither a Compose file nor a Dockerfile$"):
        found("thing.yml")


def test_an_unreadable_file_is_misuse_when_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(here, "Dockerfile")
    refuse_to_open(monkeypatch)
    with pytest.raises(UsageError, match=r"^`Dockerfile` cannot be read: permission denied$"):
        found("Dockerfile")


def test_an_unreadable_file_is_a_finding_when_discovered(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(here, "Dockerfile")
    tree = found()
    refuse_to_open(monkeypatch)
    finding = Reader(tree.root).source(tree.dockerfiles[0], kind="dockerfile")
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.message) == ("unreadable", "`Dockerfile` cannot be read: permission denied")
    assert (finding.at.span.path, finding.at.span.line, finding.suppressible) == ("Dockerfile", 1, False)


def refuse_to_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """As mode 000 does for everyone but root."""

    def refusing(path: str, flags: int) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refusing)


# Root


def test_the_root_is_the_git_repository(here: Path) -> None:
    plant(here, "a/b/compose.yaml", "a/c/compose.yaml")
    assert found("a/b").root == str(here)
    assert found("a/b", "a/c").root == str(here)


def test_without_git_the_root_is_what_the_paths_have_in_common(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plant(tmp_path, "a/b/compose.yaml", "a/c/compose.yaml")
    if found("a/b").root != str(tmp_path / "a/b"):
        pytest.skip("the temporary folder lies in a git repository")
    assert found("a/b", "a/c/compose.yaml").root == str(tmp_path / "a")
    assert found("a/b/compose.yaml").root == str(tmp_path / "a/b")


def test_a_root_that_is_given(here: Path) -> None:
    plant(here, "a/compose.yaml", "b/compose.yaml")
    tree = discover(["a", "b", "b/compose.yaml"], Config(), "a")
    assert tree.root == str(here / "a")
    assert tree.compose_files == ("a/compose.yaml",)
    assert slugs(tree) == ["outside-root", "outside-root"]
    with pytest.raises(UsageError, match="the root `nowhere` is not a folder"):
        discover(["."], Config(), "nowhere")


def test_paths_outside_the_working_directory(here: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plant(here, "compose.yaml", "a/Dockerfile")
    monkeypatch.chdir(here / "a")
    assert found("..").compose_files == ("../compose.yaml",)
    assert found("..").dockerfiles == ("Dockerfile",)
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert found(str(here)).compose_files == (f"{here}/compose.yaml",)


# Reader


def test_the_reader_reads_once(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(here, "compose.yaml")
    (here / "link.yaml").symlink_to("compose.yaml")
    reader = Reader(str(here))
    first = reader.source("compose.yaml")
    refuse_to_open(monkeypatch)
    assert isinstance(first, Source)
    assert (first.path, first.real, first.text) == ("compose.yaml", str(here / "compose.yaml"), STACK)
    assert reader.source(str(here / "compose.yaml")) is first
    assert reader.source("x/../link.yaml") is first


def test_refusals_stand_where_the_file_was_asked_for(here: Path) -> None:
    plant(here, "compose.yaml")
    os.mkfifo(here / "pipe")
    reader = Reader(str(here))
    source = reader.source("compose.yaml")
    assert isinstance(source, Source)
    at = source.span(3, 5)
    expected = {
        "../../etc/passwd": ("outside-root", "lies outside the project's root and was not opened"),
        "/dev/zero": ("outside-root", "lies outside the project's root and was not opened"),
        "pipe": ("not-a-regular-file", "`pipe` is a pipe, not a regular file"),
        ".": ("not-a-regular-file", "`.` is a folder, not a regular file"),
        "compose.yml": ("unreadable", "`compose.yml` does not exist; did you mean `compose.yaml`?"),
        "a\0b": ("unreadable", "its name is no path"),
        "a\ud800b": ("unreadable", "its name is no path"),
        "x" * 5000: ("unreadable", "cannot be read: file name too long"),
    }
    with swift(1):
        for path, (slug, message) in expected.items():
            finding = reader.source(path, at)
            assert isinstance(finding, Finding)
            assert finding.rule == slug
            assert message in finding.message
            assert finding.at.span == at


def test_a_file_over_the_limit(here: Path) -> None:
    for name in ("Dockerfile", "compose.yaml"):
        with (here / name).open("wb") as file:
            file.truncate(5_000_001)
    tree = found("Dockerfile", "compose.yaml")
    reader = Reader(tree.root)
    for path, kind in (("Dockerfile", "dockerfile"), ("compose.yaml", "yaml")):
        finding = reader.source(path, kind="dockerfile" if kind == "dockerfile" else "yaml")
        assert isinstance(finding, Finding)
        assert (finding.rule, finding.message) == (f"{kind}-limit", f"`{path}` is larger than 5 MB")
    with (here / "compose.yaml").open("wb") as file:
        file.truncate(0)
        file.write(b"a" * 5_000_000)
    assert isinstance(Reader(tree.root).source("compose.yaml"), Source)


def test_a_link_that_appears_while_reading_is_refused(here: Path, tmp_path: Path) -> None:
    plant(tmp_path, "secret", text="password")
    (here / "link").symlink_to("../secret")
    found = reading.read_regular(str(here / "link"))
    assert isinstance(found, reading.Refusal)
    assert found.slug == "not-a-regular-file"


def test_a_file_swapped_while_it_is_opened_is_refused(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(here, "a", "b")
    opens = os.open
    monkeypatch.setattr(os, "open", lambda path, flags: opens(str(here / "b"), flags))
    assert reading.read_regular(str(here / "a")) == ("not-a-regular-file", "was replaced while it was opened")


def test_dockerfiles_of_any_bytes(here: Path) -> None:
    (here / "Dockerfile").write_bytes(b"\xef\xbb\xbfLABEL a=\xe9\n")
    source = Reader(str(here)).source("Dockerfile", kind="dockerfile")
    assert isinstance(source, Source)
    assert (source.text, source.bom) == ("LABEL a=\udce9\n", True)
    finding = Reader(str(here)).source("Dockerfile")
    assert isinstance(finding, Finding)
    assert finding.rule == "yaml-encoding"


def test_held_contents_stand_for_files(here: Path) -> None:
    reader = Reader(str(here), held={str(here / "sub/compose.yaml"): b"a: 1\n"})
    source = reader.source("sub/compose.yaml")
    assert isinstance(source, Source)
    assert source.text == "a: 1\n"
    assert reader.exists("sub/compose.yaml") == "file"
    assert reader.names("sub") == {"compose.yaml"}


def test_what_exists(here: Path) -> None:
    plant(here, "a/compose.yaml")
    (here / "passwd").symlink_to("/etc/passwd")
    reader = Reader(str(here))
    expected = {
        "a/compose.yaml": "file",
        "a": "dir",
        ".": "dir",
        "b": "",
        "passwd": "outside",
        "..": "outside",
        "\0": "",
    }
    assert {path: reader.exists(path) for path in expected} == expected
    assert reader.names("a") == {"compose.yaml"}
    assert reader.names("..") == reader.names("b") == reader.names("\0") == frozenset()


# Corpus


@pytest.fixture(scope="module")
def corpus() -> Path:
    path = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    if not path.is_dir():
        pytest.skip(f"no corpus at {path}")
    return path


def test_the_corpus(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(corpus)
    with swift(0.5):
        tree = found()
    print(f"{len(tree.compose_files)} compose files, {len(tree.dockerfiles)} Dockerfiles")  # noqa: T201
    assert not (tree.problems or tree.ignored)
    assert all("cookiecutter" in note for note in tree.notes)
    on_disk = [str(path.relative_to(corpus)) for path in corpus.rglob("*") if path.is_file() and "{{" not in str(path)]
    missed = {path for path in on_disk if path.endswith((".yml", ".yaml"))} - set(tree.compose_files)
    assert {Path(path).name for path in missed} == {
        "render.yaml",
        "digitalocean-app.yaml",
        "cli.assetstore.yml",
        "cli.ingest.yml",
    }
    assert {path for path in on_disk if Path(path).name == "Dockerfile"} <= set(tree.dockerfiles)
    assert not [path for path in tree.dockerfiles if path.endswith(".template")]
    assert not [path for path in tree.compose_files if "/workflows/" in path]
