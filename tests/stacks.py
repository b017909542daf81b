"""The fixture stacks of five teams: what each document states, which rules check it, and which faults they catch.

`python -m tests.stacks` prints that as a table, names what is pending or missed, and exits 1 unless every convention
is checked and every fault is caught by its rule and by nothing else unexpected.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import lintstack
from lintstack.findings import Finding
from lintstack.rules import builtin
ROOT = Path(__file__).resolve().parent.parent
STACKS = ROOT / "tests" / "fixtures" / "stacks"

AIDS = shutil.ignore_patterns("faults", "expected", "expected.txt", "conventions.toml", "facts.md", "side-by-side.md")
Found = Counter[tuple[str, str, str, str]]


class Convention(NamedTuple):
    """Something that a team wrote down.

    Args:
        number: its row in the list of the five teams' conventions.
        section: where the document states it.
        says: what it says there, in short.
        rules: pages that check it.
        facts: columns of the table of facts that hold it, where it is nothing to find fault with.
    """

    number: int
    section: str
    says: str
    rules: tuple[str, ...] = ()
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
    """

    measure: str
    rule: str
    file: str
    find: str
    replace: str
    convention: int
    also: dict[str, str] = {}
    ends: dict[str, str] = {}


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


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


@cache
def _table(stack: Path) -> dict[str, object]:
    return tomllib.loads((stack / "conventions.toml").read_text("utf-8"))


def planted(stack: Path) -> list[Planted]:
    """Faults of a stack by name."""
    files = sorted(stack.glob("faults/*.toml"))
    return [Planted(stack, path.stem, Fault(**tomllib.loads(path.read_text("utf-8")))) for path in files]


@cache
def pages() -> frozenset[str]:
    """Names of all rules."""
    return frozenset(rule.name for rule in builtin())


def pending(fault: Fault) -> bool:
    """Whether no page is there yet that could catch it."""
    return fault.rule not in pages()


def copied(stack: Path, folder: Path, fault: Fault | None = None) -> Path:
    """A copy of a stack below a folder, with a fault if one is given.

    Raises:
        ValueError: the text to be replaced does not stand there once.
    """
    made = folder / stack.name
    shutil.copytree(stack, made, ignore=AIDS)
    if fault:
        file = made / fault.file
        if fault.find:
            file.write_text(_replaced(file.read_text("utf-8"), fault), "utf-8")
        else:
            file.unlink()
    return made


def _replaced(text: str, fault: Fault) -> str:
    if text.count(fault.find) != 1:
        raise ValueError(f"{fault.file}: stands there {text.count(fault.find)} times: {fault.find!r}")
    return text.replace(fault.find, fault.replace)


def found(stack: Path, fault: Fault | None = None) -> Found:
    """Findings of a stack without their places, which a fault moves."""
    with tempfile.TemporaryDirectory() as folder:
        return counted(lintstack.check([copied(stack, Path(folder), fault)]))


def counted(findings: Iterable[Finding]) -> Found:
    """Findings by rule, service, environments and message."""
    return Counter((item.rule, item.service, " ".join(item.environments), item.message) for item in findings)


@cache
def sound(stack: Path) -> Found:
    """Findings of a stack as its team would have it."""
    return found(stack)


def wrong(item: Planted) -> Iterator[str]:
    """What is otherwise than a fault says; nothing when its rule catches it and all else stays as it was."""
    fault = item.fault
    before, after = sound(item.stack), found(item.stack, fault)
    new, gone = {one[0] for one in after - before}, {one[0] for one in before - after}
    if fault.rule not in new:
        yield f"`{fault.rule}` does not catch it"
    yield from (f"`{rule}` complains as well" for rule in sorted(new - {fault.rule, *fault.also}))
    yield from (f"`{rule}` does not complain as well" for rule in sorted({*fault.also} - new))
    yield from (f"`{rule}` says less" for rule in sorted(gone - {fault.rule, *fault.also, *fault.ends}))


def unchecked(stacks: Iterable[Path], caught: Iterable[Planted]) -> Iterator[str]:
    """Conventions of a system that nothing shows to be checked, and why."""
    by_number = {(item.fault.convention, item.fault.rule) for item in caught}
    for convention in _stated(stacks):
        missing = [rule for rule in convention.rules if rule not in pages()]
        proven = any((convention.number, rule) in by_number for rule in convention.rules) or convention.facts
        if missing or not proven:
            why = f"no page {', '.join(missing)}" if missing else "no fault of it is caught"
            yield f"{convention.number} ({convention.section}: {convention.says}): {why}"


def _stated(stacks: Iterable[Path]) -> list[Convention]:
    """Conventions of a system; what two of its fixtures list is one, whose rules add up."""
    stated: dict[int, Convention] = {}
    for item in (item for stack in stacks for item in conventions(stack)):
        known = stated.get(item.number, item)
        rules, facts = dict.fromkeys((*known.rules, *item.rules)), dict.fromkeys((*known.facts, *item.facts))
        stated[item.number] = known._replace(rules=tuple(rules), facts=tuple(facts))
    return sorted(stated.values())


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
    stated, lacking = _stated(folders), list(unchecked(folders, caught))
    counts = f"{len(stated):10} {len(stated) - len(lacking):10}  {len(items):7} {len(caught):8}"
    sys.stdout.write(f"{name:24}{counts}\n")
    yield from (f"{name}: convention {line}" for line in lacking)
    for item in items:
        if pending(item.fault):
            yield f"{item}: pending: no page `{item.fault.rule or '?'}` (convention {item.fault.convention})"
        yield from (f"{item}: {line}" for line in complaints.get(str(item), ()))


if __name__ == "__main__":
    sys.exit(main())
