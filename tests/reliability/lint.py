"""Lints a generated tree through the real command line, in every format at once, and holds what all outputs promise."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

from lintstack.cli import run
from lintstack.exits import guarded
from tests import clock
from tests.reliability.gauge import Cost, Gauge

FORMATS = ("full", "concise", "json", "sarif")
LONGEST = 400
# A good neighbour: whatever stands in the other files, its faults are reported.
BESIDE = {
    "beside/compose.yaml": "services:\n  beside:\n    image: nginx:latest\n    user: root\n",
    "beside/lone/Dockerfile": "FROM alpine:3.20\nUSER root\n",
}
NEIGHBOURS = {
    ("planted-latest", "beside/compose.yaml", 3),
    ("planted-root", "beside/compose.yaml", 4),
    ("planted-root", "beside/lone/Dockerfile", 2),
}
_CONTROL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff\ud800-\udfff]"
)
_COMMAND = re.compile(r"(?im)^\s*::|##(vso|teamcity)?\[")

Files = Mapping[str, "str | bytes"]
Place = tuple[str, str, int]


class Outcome(NamedTuple):
    """What a run came to.

    Args:
        exit: exit code.
        reports: text of each format.
        errors: standard error.
        findings: as the JSON report has them.
        seconds: processor time.
        cost: what it cost as a process of its own, when it was one.
    """

    exit: int
    reports: Mapping[str, str]
    errors: str
    findings: tuple[dict[str, Any], ...]
    seconds: float
    cost: Cost | None = None

    @property
    def places(self) -> set[Place]:
        """Rule, path and line of every finding."""
        return {(item["rule"], item["path"], item["line"]) for item in self.findings}

    @property
    def rules(self) -> set[str]:
        """Rules that found something."""
        return {item["rule"] for item in self.findings}

    def of(self, *paths: str) -> set[str]:
        """Rules that found something in one of the files."""
        return {item["rule"] for item in self.findings if item["path"] in paths}


class House:
    """Where trees are made and linted.

    Args:
        home: folder of all trees and of the configurations `planted.yaml` and `all.yaml`.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._numbers = count()

    def tree(self, files: Files) -> Path:
        """A new folder with these files."""
        folder = self.home / f"t{next(self._numbers)}"
        folder.mkdir()
        put(folder, files)
        return folder

    @contextmanager
    def once(self, files: Files) -> Iterator[Path]:
        """A folder that is gone afterwards, for thousands of examples."""
        folder = self.tree(files)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)

    def lint(self, folder: Path, *words: str, rules: str = "planted") -> Outcome:
        """Lint a folder with every format; what all outputs promise is held already.

        Args:
            folder: the working directory.
            words: arguments of `lintstack check`; none: the working directory.
            rules: `planted`, `all`, or "" for what the tree's own configuration says.
        """
        reports = self.home / "reports"
        reports.mkdir(exist_ok=True)
        outputs = [f"-o{name}:{reports / name}" for name in FORMATS]
        chosen = ["--config", str(self.home / f"{rules}.yaml")] if rules else []
        for name in FORMATS:
            (reports / name).unlink(missing_ok=True)
        started = clock.start()
        code, out, errors = command(folder, "check", *outputs, *chosen, *(words or (".",)))
        seconds = clock.stop(started)
        texts = {name: (reports / name).read_bytes().decode() for name in FORMATS if (reports / name).exists()}
        findings = tuple(json.loads(texts["json"])["findings"]) if texts else ()
        outcome = Outcome(code, texts, out + errors, findings, seconds)
        hold(outcome, folder)
        return outcome

    def weigh(self, gauge: Gauge, folder: Path, *words: str, rules: str = "planted") -> Outcome:
        """Lint a folder as `lint` does, in a process of its own that is measured and watched.

        It started no program, wrote no file, and opened nothing outside of the folder but its own configuration.
        """
        keep = gauge.keep
        for name in FORMATS:
            (keep / name).unlink(missing_ok=True)
        outputs = [f"-o{name}:{keep / name}" for name in FORMATS]
        cost = gauge.run(folder, "check", *outputs, "--config", str(self.home / f"{rules}.yaml"), *(words or (".",)))
        texts = {name: (keep / name).read_bytes().decode() for name in FORMATS if (keep / name).exists()}
        findings = tuple(json.loads(texts["json"])["findings"]) if texts else ()
        outcome = Outcome(cost.code, texts, cost.out + cost.errors, findings, cost.seconds, cost)
        hold(outcome, folder)
        assert cost.refused == ()
        mine = (f"{os.path.realpath(folder)}{os.sep}", str(self.home / "planted.yaml"), str(self.home / "all.yaml"))
        pages = f"{self.home / 'pages'}{os.sep}"
        assert [path for path in cost.opened if not path.startswith((*mine, pages))] == []
        return outcome


def put(folder: Path, files: Files) -> None:
    """Write files below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)


def command(folder: Path, *words: str, stdin: bytes = b"") -> tuple[int, str, str]:
    """Run a command line in this process: exit code, standard output, standard error.

    An error that is ours is raised instead of turned into a sentence.
    """
    streams = sys.stdin, sys.stdout, sys.stderr
    out, errors = BytesIO(), BytesIO()
    before = os.getcwd()
    os.environ["LINTSTACK_DEBUG"] = "1"
    os.chdir(folder)
    sys.stdin = TextIOWrapper(BytesIO(stdin), "utf-8")
    sys.stdout = TextIOWrapper(out, "utf-8", "backslashreplace")
    sys.stderr = TextIOWrapper(errors, "utf-8", "backslashreplace")
    try:
        code = guarded(lambda: run(list(words)))
        sys.stdout.flush()
        sys.stderr.flush()
        return code, out.getvalue().decode(), errors.getvalue().decode()
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams
        os.chdir(before)
        del os.environ["LINTSTACK_DEBUG"]


def hold(outcome: Outcome, folder: Path) -> None:
    """What every run promises, whatever was linted."""
    assert "Traceback" not in outcome.errors
    assert "internal-error" not in outcome.rules, outcome.findings
    assert _CONTROL.search(outcome.errors) is None
    if not outcome.reports:
        assert outcome.exit in (2, 130), outcome.errors
        return
    assert set(outcome.reports) == set(FORMATS)
    for name in ("full", "concise"):
        harmless(outcome.reports[name])
    for name in ("json", "sarif"):
        assert outcome.reports[name].isascii()
        assert _COMMAND.search(outcome.reports[name]) is None
    serious = any(item["severity"] == "error" for item in outcome.findings)
    assert outcome.exit == 1 if serious else outcome.exit in (0, 3), (outcome.exit, outcome.findings)
    assert all(len(item["message"]) <= LONGEST for item in outcome.findings)
    sarif(json.loads(outcome.reports["sarif"]), folder)


def harmless(text: str) -> None:
    """A text report holds nothing that a terminal or a CI runner would act upon."""
    assert text.endswith("\n")
    assert _CONTROL.search(text) is None, _CONTROL.findall(text)[:3]
    assert _COMMAND.search(text) is None, _COMMAND.findall(text)[:3]


def sarif(log: Any, folder: Path) -> None:
    """Every result is one that GitHub takes: relative reversible URIs, positive regions, a level, a text."""
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) <= 25_000
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            physical = location["physicalLocation"]
            uri(physical["artifactLocation"]["uri"], folder)
            region = physical["region"]
            start, end = (region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"])
            assert (1, 1) <= start <= end


def uri(text: str, folder: Path) -> None:
    """A relative reference that leads back to what is on disk."""
    parts = urlsplit(text)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", ""), text
    assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", text), text
    path = unquote_to_bytes(text)
    assert not path.startswith(b"/")
    assert b".." not in path.split(b"/")
    assert os.path.lexists(os.path.join(os.fsencode(folder), path)), text


def meets(outcome: Outcome, expected: Iterable[str]) -> list[str]:
    """Expectations that are not met.

    Args:
        outcome: of a run.
        expected: `rule path:line words of the message`, alternatives joined by `|`; what is left out may be anything.
    """
    return [line for line in expected if not any(_met(outcome, option.strip()) for option in line.split("|"))]


def _met(outcome: Outcome, wanted: str) -> bool:
    rule, place, words = (*wanted.split(" ", 2), "", "")[:3]
    path, _, line = place.partition(":")
    return any(
        item["rule"] == rule
        and path in ("", item["path"])
        and line in ("", str(item["line"]))
        and words in item["message"]
        for item in outcome.findings
    )


def within(outcome: Outcome, seconds: float, megabytes: float) -> None:
    """A run kept to its bounds: processor seconds behind the start of Python, the peak of memory with Python."""
    assert outcome.cost
    assert outcome.cost.seconds < seconds
    assert outcome.cost.megabytes < megabytes
