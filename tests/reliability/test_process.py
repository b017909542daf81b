"""Table G, as a process: what surrounds lintstack is hostile or missing. Exit codes hold, nothing is a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.reliability.lint import House

pytestmark = [
    pytest.mark.usefixtures("processes"),
    pytest.mark.skipif(os.name != "posix", reason="these are promises about POSIX"),
]
PACKAGE = str(Path(__file__).resolve().parents[2])
TREE = {
    "compose.yaml": "services:\n  caf\u00e9-\U0001f44d: &s\n    image: nginx:latest\n    user: root\n"
    "    hostname: '${HOME}-${PWD}-${COMPOSE_PROJECT_NAME}-$TZ'\n  a: *s\n",
    "Dockerfile": "FROM alpine:3.20\nLABEL a=caf\udce9\nUSER root\n",
}
CHECK = ("check", "-o", "concise")


class Ran(NamedTuple):
    """A process that has ended."""

    code: int
    out: bytes
    errors: bytes


def _environment(**variables: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPYCACHEPREFIX") if name in os.environ}
    return {**kept, "PYTHONPATH": PACKAGE, **variables}


def _words(house: House, *words: str) -> list[str]:
    return [sys.executable, "-m", "lintstack", *words, "--config", str(house.home / "planted.yaml")]


def _ran(command: Sequence[str], folder: Path, environment: dict[str, str] | None = None) -> Ran:
    done = subprocess.run(
        command, cwd=folder, env=environment or _environment(), capture_output=True, timeout=60, check=False
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert b"Exception ignored" not in done.stderr, done.stderr.decode()
    return Ran(done.returncode, done.stdout, done.stderr)


def _shell(script: str, house: House, folder: Path, **variables: str) -> Ran:
    """A shell script in which `$LINT` is the command."""
    line = " ".join(f"'{word}'" for word in _words(house, *CHECK))
    return _ran(["bash", "-c", script.replace("$LINT", line)], folder, _environment(**variables))


@pytest.fixture(scope="module")
def folder(house: House) -> Path:
    return house.tree(TREE)


@pytest.fixture(scope="module")
def usual(house: House, folder: Path) -> bytes:
    """What is printed under ordinary circumstances."""
    ran = _ran(_words(house, *CHECK), folder)
    assert (ran.code, ran.errors) == (1, b"")
    assert ran.out.count(b"error[planted-root]") == 2
    return ran.out


def test_twice_gives_the_same_bytes(house: House, folder: Path, usual: bytes) -> None:
    assert _ran(_words(house, *CHECK), folder, _environment(PYTHONHASHSEED="7")).out == usual


@pytest.mark.parametrize(
    "script",
    [
        "env -u HOME $LINT",
        "HOME=/nonexistent XDG_CACHE_HOME=/nonexistent $LINT",
        "TMPDIR=/nonexistent TMP=/nonexistent $LINT",
        "TMPDIR=/proc $LINT",
        "COLUMNS=1 $LINT",
        "COLUMNS=0 LINES=-1 $LINT",
        "$LINT <&-",
        "yes | $LINT",
        "ulimit -n 32; $LINT",
        "ulimit -v 400000; $LINT",
        "ulimit -c 0 -s 1024; $LINT",
        "GIT_DIR=/nonexistent GIT_CEILING_DIRECTORIES=/ $LINT",
        "PYTHONWARNINGS=error $LINT",
        "COMPOSE_FILE=/etc/passwd COMPOSE_PROFILES='*' DOCKER_HOST=tcp://127.0.0.1:1 $LINT",
        "COMPOSE_PROJECT_NAME=x COMPOSE_PATH_SEPARATOR=, $LINT",
        "COMPOSE_ENV_FILES=/etc/passwd COMPOSE_DISABLE_ENV_FILE=1 $LINT",
        "TZ=Asia/Kolkata LC_ALL=tr_TR.UTF-8 LANGUAGE=de $LINT",
        "HOME=/etc PWD=/ OLDPWD=/proc USER=root LOGNAME=x $LINT",
        "DOCKER_DEFAULT_PLATFORM=linux/arm64 BUILDKIT_HOST=x DOCKER_CONFIG=/etc $LINT",
        "umask 777; $LINT",
        "umask 000; $LINT",
        "NO_COLOR=1 FORCE_COLOR= $LINT",
    ],
)
def test_surroundings_change_nothing(script: str, house: House, folder: Path, usual: bytes) -> None:
    ran = _shell(script, house, folder)
    assert (ran.code, ran.out, ran.errors) == (1, usual, b"")


@pytest.mark.parametrize(
    "variables",
    [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "latin-1"}],
)
def test_a_terminal_without_unicode(variables: dict[str, str], house: House, folder: Path) -> None:
    for format in ("full", "json"):
        ran = _ran(_words(house, "check", "-o", format), folder, _environment(**variables))
        assert ran.code == 1
        assert b"planted-root" in ran.out
        if variables.get("PYTHONIOENCODING") == "ascii":
            assert ran.out.isascii()


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("$LINT > /dev/full", 2),
        ("$LINT >&-", 2),
        ("$LINT -o json:/dev/full", 2),
        ("$LINT 2>&-", 1),
        ("$LINT missing 2>&-", 2),
        ("$LINT missing 2> /dev/full", 2),
        ("$LINT >&- 2>&-", 2),
        ("$LINT >&- 2>&- <&-", 2),
    ],
)
def test_a_lost_report_is_never_green(script: str, code: int, house: House, folder: Path) -> None:
    ran = _shell(script, house, folder)
    assert ran.code == code
    if code == 2 and "2>" not in script:
        assert ran.errors.startswith(b"lintstack: ")
        assert ran.errors.count(b"\n") == 1


@pytest.mark.parametrize("command", ["facts", "rules", "explain non-root-user", "--help", "check --help", "--version"])
def test_a_lost_answer_is_no_traceback(command: str, house: House, folder: Path) -> None:
    python = f"'{sys.executable}' -m lintstack {command}"
    assert _ran(["bash", "-c", f"{python} > /dev/full"], folder).code == 2
    assert _ran(["bash", "-c", f"{python} >&-"], folder).code in (0, 2)


def test_a_reader_that_goes_away(house: House) -> None:
    services = "".join(f"  s{n}: {{image: 'nginx:latest', user: root}}\n" for n in range(5_000))
    folder = house.tree({"compose.yaml": f"services:\n{services}"})
    ran = _shell("$LINT | head -1; exit ${PIPESTATUS[0]}", house, folder)
    assert ran.code == 2
    assert (ran.out.count(b"\n"), ran.errors) == (1, b"")


def _heeds() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _wait_for_work(pid: int, seconds: float = 0.4) -> None:
    """Wait until a process has had so much of the processor that it has started, however busy the machine is."""
    ticks = seconds * os.sysconf("SC_CLK_TCK")
    if not Path("/proc/self/stat").exists():  # not Linux
        time.sleep(seconds)
        return
    for _ in range(1_000):
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(") ")[2].split()
        if int(fields[11]) + int(fields[12]) >= ticks:  # utime and stime, proc_pid_stat(5)
            return
        time.sleep(0.02)


def test_an_interruption(house: House) -> None:
    """While it works, and not only while it prints."""
    services = "".join(f"  s{n}: {{image: 'nginx:latest', user: root, ports: ['{n}:80']}}\n" for n in range(9_000))
    folder = house.tree({"compose.yaml": f"services:\n{services}"})
    words, pipe = _words(house, *CHECK), subprocess.PIPE
    # Who runs the tests in the background of a shell has them ignore interruptions, and their children with them.
    process = subprocess.Popen(words, cwd=folder, env=_environment(), stdout=pipe, stderr=pipe, preexec_fn=_heeds)
    _wait_for_work(process.pid)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=30)
    assert (process.returncode, out, errors) == (130, b"", b"\nlintstack: interrupted\n")


# Modules of the standard library and of our dependencies.
_SHADOWS = """
    argparse ast attr attrs bisect click contextlib copy dataclasses difflib dockerfile_parse enum functools hashlib
    heapq inspect io json jsonschema ntpath operator os re ruamel sarif_om shutil site sitecustomize stat string sys
    textwrap tomllib tree_sitter tree_sitter_bash types typing unicodedata usercustomize warnings yaml _ruamel_yaml
""".split()
# What Python itself imports for `-m`, before the first line of ours; `python -P` and the `lintstack` script do not.
_BEFORE_US = {"contextlib", "functools", "operator", "types", "warnings"}
_EVIL = "import builtins\nbuiltins.open('PWNED', 'w').close()\n"


@pytest.mark.parametrize("start", ["module", "safe-module", "script"])
def test_modules_in_the_linted_tree_are_not_imported(start: str, house: House, usual: bytes) -> None:
    names = [name for name in _SHADOWS if start != "module" or name not in _BEFORE_US]
    files = {f"{name}.py": _EVIL for name in names} | {f"{name}/__init__.py": _EVIL for name in names[::3]}
    folder = house.tree({**TREE, **files, "checks/service.py": _EVIL, "conftest.py": _EVIL, "setup.py": _EVIL})
    script = house.home / "lintstack-script"
    script.write_text("from lintstack.cli import main\nmain()\n", "utf-8")
    begin = {"module": ["-m", "lintstack"], "safe-module": ["-P", "-m", "lintstack"], "script": [str(script)]}[start]
    for words in (CHECK, ("check", "-o", "json"), ("check", "-o", "sarif"), ("facts",)):
        ran = _ran([sys.executable, *begin, *_words(house, *words)[3:]], folder)
        assert ran.code == (0 if words == ("facts",) else 1), ran
        assert not (folder / "PWNED").exists(), words
        if words is CHECK:
            assert ran.out == usual


def test_configurations_in_the_linted_tree_are_data(house: House) -> None:
    names = ("lintstack_rules.py", "rules/service/x.py", "lintstack.config.py", ".lintstack.py", "plugins/evil.py")
    folder = house.tree({**TREE, **dict.fromkeys(names, _EVIL), "Dockerfile.py": _EVIL})
    assert _ran(_words(house, *CHECK), folder).code == 1
    assert not (folder / "PWNED").exists()


def test_a_working_directory_that_is_gone(house: House) -> None:
    ran = _shell("mkdir gone && cd gone && rmdir ../gone && $LINT", house, house.tree({}))
    assert ran.code == 2
    assert ran.errors.count(b"\n") == 1
