"""The fixture stacks of five teams: what each document states, which rules check it, and which faults they catch.

`python -m tests.stacks` prints that as a table, names what is pending or missed, and exits 1 unless every convention
is checked and every fault is caught by its rule and by nothing else unexpected.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import lintstack
from lintstack.analysis import analyse
from lintstack.config import load
from lintstack.findings import Finding
from lintstack.report.system import TITLES
from lintstack.rules import builtin
from lintstack.scope import Options
from lintstack.stacks import Stacks

ROOT = Path(__file__).resolve().parent.parent
STACKS = ROOT / "tests" / "fixtures" / "stacks"

AIDS = shutil.ignore_patterns("faults", "expected.txt", "conventions.toml", "facts.md", "side-by-side.md")
NOTHING: Mapping[str, str] = MappingProxyType({})
Found = Counter[tuple[str, str, str, str]]


class Convention(NamedTuple):
    """Something that a team wrote down.

    Args:
        number: its row in the list of the five teams' conventions.
        section: where the document states it.
        says: what it says there, in short.
        rules: pages that catch the faults against it.
        reported: pages that complain about the stack as it is documented.
        facts: columns of the table of facts that hold it, where it is nothing to find fault with.
    """

    number: int
    section: str
    says: str
    rules: tuple[str, ...] = ()
    reported: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


class Fault(NamedTuple):
    """One replacement that breaks one convention of a stack, and the rule that says so.

    Args:
        measure: the convention, in the words of the stack's document.
        rule: the rule that must complain; "" while no page is known to.
        file: the file to change, relative to the stack.
        find: text that stands there once; "" removes the file.
        replace: what takes its place.
        convention: number of the convention.
        also: rules that complain as well, and why that is right.
        ends: rules that said something before which the fault makes untrue, and why.
        present: files of a checkout in use, with and without the fault.
    """

    measure: str
    rule: str
    file: str
    find: str
    replace: str
    convention: int
    also: Mapping[str, str] = NOTHING
    ends: Mapping[str, str] = NOTHING
    present: Mapping[str, str] = NOTHING


class Planted(NamedTuple):
    """A fault where it is planted.

    Args:
        stack: folder of the fixture.
        name: stem of the fault's file.
        fault: what is changed.
    """

    stack: Path
    name: str
    fault: Fault

    def __str__(self) -> str:
        return f"{self.stack.name}/{self.name}"


def stacks() -> list[Path]:
    """Folders of the fixtures."""
    return sorted(path.parent for path in STACKS.glob("*/conventions.toml"))


def system(stack: Path) -> str:
    """The team whose document the fixture follows."""
    name: str = _table(stack)["system"]
    return name


def conventions(stack: Path) -> list[Convention]:
    """What the document of a stack states."""
    items = _table(stack)["convention"]
    return [Convention(**{key: _frozen(value) for key, value in item.items()}) for item in items]


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@cache
def _table(stack: Path) -> dict[str, Any]:
    return tomllib.loads((stack / "conventions.toml").read_text("utf-8"))


def planted(stack: Path) -> list[Planted]:
    """Faults of a stack by name."""
    files = sorted(stack.glob("faults/*.toml"))
    return [Planted(stack, path.stem, Fault(**tomllib.loads(path.read_text("utf-8")))) for path in files]


@cache
def pages() -> frozenset[str]:
    """Names of all rules and diagnostics."""
    return frozenset((*TITLES, *(rule.name for rule in builtin())))


def pending(fault: Fault) -> bool:
    """Whether no page is there yet that could catch it."""
    return fault.rule not in pages()


def copied(stack: Path, folder: Path) -> Path:
    """A copy of a stack below a folder, without what is about it."""
    return Path(shutil.copytree(stack, folder / stack.name, ignore=AIDS))


def plant(fault: Fault, folder: Path) -> None:
    """Break a copy of a stack.

    Raises:
        ValueError: the text to be replaced does not stand there once.
    """
    file = folder / fault.file
    text = file.read_text("utf-8")
    if not fault.find:
        file.unlink()
    elif text.count(fault.find) != 1:
        raise ValueError(f"{fault.file}: stands there {text.count(fault.find)} times: {fault.find!r}")
    else:
        file.write_text(text.replace(fault.find, fault.replace), "utf-8")


def found(stack: Path, fault: Fault | None = None, present: tuple[tuple[str, str], ...] = ()) -> Found:
    """Findings of a stack without their places, which a fault moves.

    Raises:
        RuntimeError: lintstack broke on it.
    """
    with tempfile.TemporaryDirectory() as parent:
        folder = copied(stack, Path(parent))
        for name, text in present:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
        if fault:
            plant(fault, folder)
        findings = lintstack.check([folder])
        if broken := [item.message for item in findings if item.rule == "internal-error"]:
            raise RuntimeError(f"{stack.name}: {broken[0]}")
        return Counter((item.rule, item.service, " ".join(item.environments), item.message) for item in findings)


sound = cache(found)  # of a stack as its team would have it


def wrong(item: Planted) -> Iterator[str]:
    """What is otherwise than a fault says; nothing when its rule catches it and all else stays as it was."""
    fault = item.fault
    present = tuple(fault.present.items())
    before, after = sound(item.stack, None, present), found(item.stack, fault, present)
    new, gone = {one[0] for one in after - before}, {one[0] for one in before - after}
    if fault.rule not in new:
        yield f"`{fault.rule}` does not catch it"
    yield from (f"`{rule}` complains as well" for rule in sorted(new - {fault.rule, *fault.also}))
    yield from (f"`{rule}` does not complain as well" for rule in sorted(({*fault.also} & pages()) - new))
    yield from (f"`{rule}` says less" for rule in sorted(gone - {fault.rule, *fault.also, *fault.ends}))


def report(stack: Path) -> str:
    """Findings of each environment of a stack, one a line, under the environment's name."""
    with tempfile.TemporaryDirectory() as parent:
        folder = str(copied(stack, Path(parent)))
        options = Options((folder,), load(folder))
        names = [item.name for project in Stacks(options).projects for item in project.environments]
        parts = [_listed(name, analyse(options._replace(environments=(name,))).findings) for name in names]
        return "\n".join(parts).replace(f"{folder}/", "")


def _listed(name: str, findings: Iterable[Finding]) -> str:
    places = ((item.at.span, item) for item in findings)
    lines = (f"{at.path}:{at.line}:{at.column}: {item.severity}[{item.rule}] {item.message}\n" for at, item in places)
    return f"# {name}\n{''.join(lines)}"


def side_by_side(stack: Path) -> str:
    """What `lintstack diff` prints of a stack's environments, dev and prod, as Markdown."""
    command = [sys.executable, "-m", "lintstack", "diff", "dev", "prod", "--root", ".", "--format", "markdown"]
    with tempfile.TemporaryDirectory() as parent:
        folder, environment = copied(stack, Path(parent)), {**os.environ, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=True)
    return ran.stdout


def unchecked(stacks: Iterable[Path], caught: Iterable[Planted]) -> Iterator[str]:
    """Conventions of a system that nothing shows to be checked, and why."""
    shown = {(item.fault.convention, item.fault.rule) for item in caught}
    stated: dict[int, list[Convention]] = {}
    for stack in stacks:
        rules = {rule for rule, *_ in sound(stack)}
        for item in conventions(stack):
            stated.setdefault(item.number, []).append(item)
            shown |= {(item.number, rule) for rule in item.reported if rule in rules}
    for number, items in sorted(stated.items()):
        named = dict.fromkeys(rule for item in items for rule in (*item.rules, *item.reported))
        lacking = [f"no page `{rule}`" for rule in named if rule not in pages()]
        lacking = lacking or [f"`{rule}` is not shown to work" for rule in named if (number, rule) not in shown]
        if lacking or not (named or any(item.facts for item in items)):
            yield f"{number} ({items[0].section}: {items[0].says}): {', '.join(lacking) or 'no page is known'}"


def main() -> int:
    """Print the table of the systems, then what is amiss; the exit code."""
    sys.stdout.write(f"{'':24}{'conventions':>21}  {'faults':>16}\n")
    sys.stdout.write(f"{'':24}{'stated':>10} {'checked':>10}  {'planted':>7} {'caught':>8}\n")
    amiss: list[str] = []
    for name in dict.fromkeys(map(system, stacks())):
        amiss += _row(name, [stack for stack in stacks() if system(stack) == name])
    sys.stdout.write("".join(f"{line}\n" for line in ("", *amiss) if amiss))
    return int(bool(amiss))


def _row(name: str, folders: list[Path]) -> Iterator[str]:
    """Print the row of a system; what is amiss."""
    items = [item for stack in folders for item in planted(stack)]
    complaints = {str(item): list(wrong(item)) for item in items if not pending(item.fault)}
    caught = [item for item in items if complaints.get(str(item)) == []]
    stated = {item.number for stack in folders for item in conventions(stack)}
    lacking = list(unchecked(folders, caught))
    counts = f"{len(stated):10} {len(stated) - len(lacking):10}  {len(items):7} {len(caught):8}"
    sys.stdout.write(f"{name:24}{counts}\n")
    yield from (f"{name}: convention {line}" for line in lacking)
    for item in items:
        if pending(item.fault):
            yield f"{item}: pending: no page `{item.fault.rule or '?'}` (convention {item.fault.convention})"
        yield from (f"{item}: {line}" for line in complaints.get(str(item), ()))


if __name__ == "__main__":
    sys.exit(main())
