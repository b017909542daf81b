"""Hostile and large Dockerfiles end quickly (table F of the design: F7, F9-F11, F13), and growth is linear."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lintstack.dockerfile.copies import copy
from lintstack.dockerfile.image import effective
from lintstack.dockerfile.managers.installed import installed
from lintstack.dockerfile.mounts import mounts
from lintstack.dockerfile.shell.reading import commands
from lintstack.dockerfile.syntax import Dockerfile, pairs, parse
from lintstack.source import Source
from tests import clock


def everything(text: str) -> Dockerfile:
    """Read all that can be read of a text."""
    parsed = parse(Source("Dockerfile", text))
    for instruction in parsed.instructions:
        _ = instruction.args, pairs(instruction), commands(instruction), mounts(instruction), copy(instruction)
    for stage in parsed.stages[-1:]:
        installed(effective(stage).chain)
    return parsed


DEEP = 2000
HOSTILE = {
    "2000 stages": "FROM a AS s0\nUSER root\n"
    + "".join(f"FROM s{n} AS s{n + 1}\nENV V{n}=$V{n - 1}\n" for n in range(DEEP)),
    "stages that copy": "".join(f"FROM a AS s{n}\nCOPY --from=s{n - 1} /bin/x /bin/x\n" for n in range(DEEP)),
    "globals in FROM": "".join(f"ARG A{n}=${{A{n - 1}}}x\n" for n in range(500)) + "FROM a:$A499\n" * 500,
    "doubling": "FROM a\nENV A0=xxxxxxxx\n" + "".join(f"ENV A{n + 1}=$A{n}$A{n}\n" for n in range(60)),
    "many large values": "FROM a\nENV A=" + "x" * 60_000 + "\n" + "".join(f"ENV B{n}=$A\n" for n in range(3000)),
    "nested variables": "FROM a\nENV A=" + "${A:-" * DEEP + "x" + "}" * DEEP + "\nUSER root",
    "open variables": "FROM a\nENV A=" + "${" * 50_000 + "\nUSER root",
    "parens": "FROM a\nRUN " + "(" * DEEP + ")" * DEEP + "\nUSER root",
    "backticks": "FROM a\nRUN " + "`" * 20_001 + "\nUSER root",
    "quotes": "FROM a\nRUN " + "'" * 40_000 + "\nENV A=" + '"' * 40_001 + "\nUSER root",
    "spaces": "FROM a\nRUN a" + " " * 60_000 + "b\nENV A" + " " * 60_000 + "b\nUSER root",
    "slashes": "FROM " + "a/" * 30_000 + "\nUSER root",
    "colons": "FROM " + ":" * 30_000 + "\nEXPOSE " + ":" * 30_000 + "\nUSER root",
    "dots": "FROM " + "a.a-" * 16_000 + "\nUSER root",
    "ats": "FROM " + "a@" * 30_000 + "\nUSER root",
    "equals": "FROM a\nRUN pip install" + " a==" * 15_000 + "\nENV" + " a==" * 15_000 + "\nUSER root",
    "escapes": "FROM a\nENV A=" + "\\" * 60_001 + 'x\nLABEL A="' + "\\" * 60_001 + "\nUSER root",
    "directive": "# escape=" + " " * 60_000 + "x" + " " * 60_000 + "\nFROM a\nUSER root",
    "directive name": "# " + "a" * 60_000 + "\n# " + " " * 60_000 + "\nFROM a\nUSER root",
    "patterns": "FROM a\nENV A="
    + "x" * 8000
    + "\nENV B=${A/"
    + "*x" * 120
    + "y/z} C=${A##"
    + "*x" * 120
    + "y}\nUSER root",
    "json": 'FROM a\nRUN ["'
    + "\\u0041" * 10_000
    + '"\nRUN ['
    + '"a",' * 15_000
    + "]\nRUN "
    + "[" * 30_000
    + "\nUSER root",
    "heredoc names": "FROM a\nRUN " + "<<A " * 2000 + "\n" + "A\n" * 2000 + "USER root",
    "heredoc words": "FROM a\nRUN '<<'" + "a<<$b " * 10_000 + "\nUSER root",
    "continuation lines": "FROM a\nRUN a" + " \\\n a" * 100_000 + "\nUSER root",
    "blank continuation lines": "FROM a\nRUN a \\\n" + "\n" * 100_000 + "b\nUSER root",
    "20,000 RUN": "FROM a\n" + "RUN apt-get install -y x\n" * 20_000 + "USER root",
    "200,000 words": "FROM a\nRUN x " + "a " * 200_000 + "\nCOPY " + "a " * 200_000 + "\nUSER root",
    "1 MB ENV": "FROM a\nENV " + " ".join(f"A{n}=v" for n in range(100_000)) + "\nUSER root",
    "one ENV in lines": "FROM a\nENV \\\n" + " \\\n".join(f"A{n}=v" for n in range(50_000)) + "\nUSER root",
    "unknown instructions": "zzz\n" * 50_000 + "USER root",
    "one line": "FROM a\nRUN " + "x" * 4_000_000 + "\nUSER root",
    "NULs": "\0" * 4_000_000,
    "carriage returns": "\r" * 1_000_000 + "\nUSER root",
    "comments": "#\n" * 500_000 + "USER root",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_end_quickly(name: str) -> None:
    parsed = clock.within(6, lambda: everything(HOSTILE[name]))
    if HOSTILE[name].endswith("USER root"):
        assert parsed.instructions[-1].text.text == "root"


FAMILIES: dict[str, Callable[[int], str]] = {
    "lines": lambda n: "FROM a\n" + "RUN apt-get update && x\nENV A=b\n" * n,
    "stages": lambda n: "".join(f"FROM a AS s{i}\nCOPY --from=s{i - 1} a b\n" for i in range(n)),
    "continuations": lambda n: "FROM a\n" + ("RUN a" + " \\\n  b" * 20 + "\n") * (n // 10),
    "words": lambda n: "FROM a\nENV " + " ".join(f"A{i}=$B" for i in range(n)),
    "heredocs": lambda n: "FROM a\n" + "RUN <<E\nx\nE\n" * n,
    "openings": lambda n: "FROM a\nRUN" + "".join(f" <<E{i}" for i in range(n)) + "".join(f"\nE{i}" for i in range(n)),
    "blanks": lambda n: "FROM a\nRUN a" + " \t" * n * 4 + "b\nENV" + " " * n * 4 + "a=b",
    "blank-lines": lambda n: "FROM a\nRUN a \\\n" + "\n# c\n" * n + "b\n",
    "comments": lambda n: "# c\n" * n + "FROM a\n" + "#\n" * n,
    "flags": lambda n: "FROM a\nCOPY" + "".join(f" --exclude=a{i}" for i in range(n)) + " a b",
    "quoted-flags": lambda n: "FROM a\nRUN --mount=" + "'a',\\b" * n + " x",
    "mounts": lambda n: "FROM a\nRUN" + " --mount=type=cache,target=/x,tagret=y" * n + " x",
    "options": lambda n: "FROM a\nRUN --mount=type=cache" + ',"a,b",c' * n + " x",
    "arrays": lambda n: "FROM a\nCMD [" + '"a\\n",' * n + '"b"]\nCMD [' + '"a",' * n,
    "brackets": lambda n: "FROM a\nCMD " + "[" * n + "\nCMD " + "[1]" * n,
    "quotes": lambda n: "FROM a\nENV A=" + "'\"" * n + "\nENV B=" + "\\'" * n,
    "dollars": lambda n: "FROM a\nUSER " + "${A:-" * 60 + "$B" * n + "}" * 60,
    "triggers": lambda n: "FROM a AS b\n" + "ONBUILD ENV A=$A\n" * n + "FROM b\nUSER $A",
    "early": lambda n: "RUN x\nFROB\n" * n + "FROM a",
    "unknown": lambda n: "FROM a\n" + "".join(f"FROBB{i} x\n" for i in range(n)),
    "assignments": lambda n: "FROM a\nLABEL " + " ".join(f"a{i}='b \\\n c'" for i in range(n)),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_growth_is_linear(name: str) -> None:
    def cost(size: int) -> float:
        text = FAMILIES[name](size)
        times = []
        for _ in range(3):
            begin = clock.start()
            everything(text)
            times.append(clock.stop(begin))
        return min(times)

    assert any(cost(4000) <= 3 * cost(2000) + 0.1 for _ in range(3))
