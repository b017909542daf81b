"""Ids of other tools and the pages that stand for them: `docs/coverage.md`.

`tests/peers/*.txt` has the ids of each tool, each with a word of ours for it; `tests/peers/pending.txt` those whose
page is still to come, which only become fewer. `python -m tests.covered` says what is wrong and exits 1; with `--write`
it makes `docs/coverage.md` anew and takes out of `pending.txt` what has a page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from lintstack.findings import SEE
from lintstack.peers import keyed
from lintstack.rules import builtin

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "tests" / "peers"
PENDING = PEERS / "pending.txt"
NOT_TAKEN = ROOT / "docs" / "not-taken.md"
TABLE = ROOT / "docs" / "coverage.md"
# Tools in the order of the table, with the names that people know.
TOOLS = {
    "hadolint": "hadolint",
    "buildkit": "BuildKit",
    "checkov": "Checkov",
    "trivy": "Trivy",
    "kics": "KICS",
    "semgrep": "semgrep",
    "dockle": "dockle",
    "cis-docker": "CIS Docker Benchmark, sections 4 and 5",
    "sonar": "Sonar",
    "tally": "tally",
    "dockerfilelint": "dockerfilelint",
    "dockerfile-utils": "dockerfile-utils",
    "datadog-iac": "DataDog IaC scanner",
    "dclint": "dclint",
    "compose-lint": "compose-lint",
    "composelint": "composelint",
    "docksec": "DockSec",
    "kjaniec-compose-lint": "compose-lint of kjaniec-dev",
}
HEAD = """\
# Ids of other tools

Which page stands for each id of other linters of Dockerfiles and compose files. Any of these ids can be given to
`--select`, `--ignore`, `explain`, the configuration and suppression comments; diagnostics are always reported, so
theirs cannot be ignored. Ids that no rule stands for are in [not-taken.md](not-taken.md), with the reason. Made by
`python -m tests.covered --write` from `rules/` and `tests/peers/`.

"""


class Id(NamedTuple):
    """One id of a tool, and what it is about in a word of ours."""

    tool: str
    id: str
    about: str

    @property
    def key(self) -> tuple[str, str]:
        return self.tool, keyed(self.tool, self.id)


def ids() -> list[Id]:
    """Every id of every tool."""
    return [
        Id(tool, *line.split()) for tool in TOOLS for line in (PEERS / f"{tool}.txt").read_text("utf-8").splitlines()
    ]


def pages() -> dict[tuple[str, str], list[str]]:
    """Links to the pages and diagnostics that stand for each id, by tool and spelling."""
    found: dict[tuple[str, str], list[str]] = {}
    for rule in builtin():
        link = f"[{rule.name}](../rules/{rule.subject}/{rule.name}.md)"
        for name, see in (("", rule.see), *rule.variants.items()):
            for tool, peers in see.items():
                for id in peers:
                    found.setdefault((tool, keyed(tool, id)), []).append(f"{link} ({name})" if name else link)
    for slug, see in SEE.items():
        for tool, peers in see.items():
            for id in peers:
                found.setdefault((tool, keyed(tool, id)), []).append(f"[{slug}](diagnostics.md#{slug})")
    return found


def not_taken() -> Iterator[tuple[str, str, str]]:
    """Tool, id or group, and reason of every line of `docs/not-taken.md`."""
    for line in NOT_TAKEN.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] not in ("tool", "---"):
            yield from ((cells[0], id.strip(), cells[2]) for id in cells[1].split(","))


def is_left_out(id: Id) -> bool:
    """Whether `docs/not-taken.md` has an id, by itself or in a group."""
    return any(tool == id.tool and fnmatchcase(id.id, pattern) for tool, pattern, _ in not_taken())


def pending() -> list[tuple[str, str]]:
    """Tools and ids whose page is still to come."""
    lines = PENDING.read_text("utf-8").splitlines() if PENDING.exists() else []
    return [(tool, id) for tool, id in map(str.split, lines)]


def table() -> str:
    """`docs/coverage.md`."""
    covered, known = pages(), ids()
    parts = [HEAD, "| tool | ids | with a page | not taken | still to come |\n| --- | --- | --- | --- | --- |\n"]
    for tool, title in TOOLS.items():
        own = [id for id in known if id.tool == tool]
        have = sum(id.key in covered for id in own)
        out = sum(id.key not in covered and is_left_out(id) for id in own)
        parts.append(f"| {title} | {len(own)} | {have} | {out} | {len(own) - have - out} |\n")
    for tool, title in TOOLS.items():
        parts.append(f"\n## {title}\n\n| id | about | page |\n| --- | --- | --- |\n")
        parts += (f"| {id.id} | {id.about} | {_cell(id, covered)} |\n" for id in known if id.tool == tool)
    return "".join(parts)


def _cell(id: Id, covered: dict[tuple[str, str], list[str]]) -> str:
    if id.key in covered:
        return ", ".join(dict.fromkeys(covered[id.key]))
    return "[not taken](not-taken.md)" if is_left_out(id) else "still to come"


def mistakes() -> list[str]:
    """What is wrong with the lists, in sentences."""
    covered, known, waiting = pages(), ids(), set(pending())
    listed = {(id.tool, id.id) for id in known}
    found = [f"{tool} {id}: in pending.txt, but no list has it" for tool, id in waiting - listed]
    for id in known:
        mine = (id.tool, id.id)
        if id.key in covered and mine in waiting:
            found.append(f"{id.tool} {id.id}: has a page; take it out of pending.txt")
        if id.key in covered and mine in {(tool, pattern) for tool, pattern, _ in not_taken()}:
            found.append(f"{id.tool} {id.id}: has a page; take it out of not-taken.md")
        if is_left_out(id) and mine in waiting:
            found.append(f"{id.tool} {id.id}: in not-taken.md and in pending.txt")
        if id.key not in covered and not is_left_out(id) and mine not in waiting:
            found.append(f"{id.tool} {id.id}: on no page and not in not-taken.md")
    if TABLE.read_text("utf-8") != table():
        found.append("docs/coverage.md is not what the pages say; `python -m tests.covered --write` makes it anew")
    return sorted(found)


def write() -> None:
    """Make the table anew and take what has a page out of `pending.txt`."""
    covered = pages()
    left = [(tool, id) for tool, id in pending() if (tool, keyed(tool, id)) not in covered]
    PENDING.write_text("".join(f"{tool} {id}\n" for tool, id in left), "utf-8")
    TABLE.write_text(table(), "utf-8")


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        write()
    sys.stdout.writelines(f"{mistake}\n" for mistake in mistakes())
    sys.exit(1 if mistakes() else 0)
