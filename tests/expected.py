"""The fixture stacks as lintstack reports them, held against the `expected.txt` of each.

Those in `environments` are about which files run together: their environments come first, then a blank line.
Those in `stacks` are five teams' own, each with its own configuration: there is a part for each environment.

`python -m tests.expected` prints what differs and exits 1; with `--write` it makes the files anew.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from tests import stacks as teams
from tests.stacks import ROOT, STACKS

SUMMARIES = ("Checked ", "All clear: ")  # how the last line of a report begins: a run that broke has none
ENVIRONMENTS = ROOT / "tests" / "fixtures" / "environments"


def stacks() -> Iterator[Path]:
    """Folders of the fixture stacks, sorted."""
    return (path for folder in (ENVIRONMENTS, STACKS) for path in sorted(folder.iterdir()) if path.is_dir())


def report(stack: Path) -> str:
    """One line for each finding of a stack, without the summary, which tells the time; the environments before.

    Raises:
        RuntimeError: lintstack could not do the job.
    """
    if stack.parent == STACKS:
        return teams.report(stack)
    ran = _run(stack, "--output", "concise")
    *lines, summary = ran.stdout.splitlines() or [""]
    if ran.returncode not in (0, 1) or not summary.startswith(SUMMARIES):
        raise RuntimeError(f"{stack.name}: exit code {ran.returncode}\n{ran.stderr}")
    return environments(stack) + "".join(f"{line}\n" for line in lines)


def environments(stack: Path) -> str:
    """The environments of a stack that is about them, without the configuration that says the same."""
    if stack.parent != ENVIRONMENTS:
        return ""
    said = _run(stack, "--show-environments").stdout
    return said[: said.index("\n\n") + 2]


def _run(stack: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lintstack", "check", "--isolated", "--quiet", "--root", ".", *options, "."]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    return subprocess.run(command, cwd=stack, env=environment, capture_output=True, encoding="utf-8", check=False)


def made(stack: Path) -> Iterator[tuple[Path, str]]:
    """Files that hold what lintstack says of a stack, and what it says now."""
    yield stack / "expected.txt", report(stack)
    if (table := stack / "side-by-side.md").exists():
        yield table, teams.side_by_side(stack)


def differences(stack: Path) -> str:
    """What is reported otherwise than the files of a stack say, as a unified diff."""
    return "".join(_difference(path, found) for path, found in made(stack))


def _difference(path: Path, found: str) -> str:
    wanted = path.read_text("utf-8") if path.exists() else ""
    name = f"{path.parent.name}/{path.name}"
    return "".join(unified_diff(wanted.splitlines(True), found.splitlines(True), name, "found now"))


def main(write: bool) -> int:
    """Compare or write all stacks; the exit code."""
    failed = 0
    for stack in stacks():
        if write:
            for path, found in made(stack):
                path.write_text(found, "utf-8")
        elif difference := differences(stack):
            sys.stdout.write(difference)
            failed = 1
        sys.stdout.write(f"{stack.name}: {'written' if write else 'differs' if difference else 'as expected'}\n")
    return failed


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv[1:]))
