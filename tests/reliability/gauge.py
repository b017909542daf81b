"""What a run costs and touches: processor seconds, peak memory, every path that it opens, what it may never do.

A server of its own, small and without a tracer, forks once for each run: a fork begins with the memory of its parent,
so the peak of a child of the test process would be the peak of the tests. Run as a module it is that server.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from time import process_time
from typing import Any, NamedTuple

# Audit events that no run may cause: to start a program, to reach the network, to run text, to write.
_NEVER = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "socket.", "pickle.")
_WRITES = (
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "os.utime",
)
_UNIT = 1024 if sys.platform == "darwin" else 1  # of ru_maxrss, per kilobyte
_REFERENCE = 0.012  # seconds that the work of `_pace` takes on two idle cores
_MODULE = "tests.reliability.gauge"
_ROOT = str(Path(__file__).resolve().parents[2])


class Cost(NamedTuple):
    """What a run came to.

    Args:
        code: exit code, negative for a signal.
        seconds: of the processor, the start of Python left out, as an idle machine would take: a fixed piece of work
            just before the run tells how much slower this one is at the moment.
        megabytes: the peak of the resident set, Python and its modules included.
        opened: real paths that were opened, outside of Python's and lintstack's own files and of `keep`.
        refused: audit events that no run may cause; reports are written to `keep`.
        out: standard output.
        errors: standard error.
    """

    code: int
    seconds: float
    megabytes: float
    opened: tuple[str, ...]
    refused: tuple[str, ...]
    out: str
    errors: str


class Gauge:
    """Runs `lintstack` in forks of a server.

    Args:
        keep: folder for what a run prints and the reports that it writes.
    """

    def __init__(self, keep: Path) -> None:
        self.keep = keep
        environment = {
            **os.environ,
            "PYTHONPATH": _ROOT,
            "LINTSTACK_DEBUG": "1",
            "PYTHONIOENCODING": "utf-8:backslashreplace",
        }
        environment.pop("PYTHONPYCACHEPREFIX", None)  # what is opened there would be taken for what a run opens
        self.server = subprocess.Popen(
            [sys.executable, "-B", "-m", _MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT,
            env=environment, text=True,
        )  # fmt: skip

    def run(self, folder: Path, *words: str) -> Cost:
        """Run a command line in a folder."""
        assert self.server.stdin
        assert self.server.stdout
        order = {"folder": str(folder), "words": words, "keep": str(self.keep)}
        self.server.stdin.write(json.dumps(order) + "\n")
        self.server.stdin.flush()
        answer = json.loads(self.server.stdout.readline())
        told = json.loads((self.keep / "told").read_text("utf-8"))
        out, errors = ((self.keep / name).read_text("utf-8", "replace") for name in ("out", "errors"))
        code, seconds, megabytes = answer
        seconds = (seconds - told["work"]) / told["pace"]
        return Cost(code, seconds, megabytes, tuple(told["opened"]), tuple(told["refused"]), out, errors)

    def close(self) -> None:
        """End the server."""
        self.server.communicate()


def _serve() -> None:
    """Answer one order per line until the lines end; what every run imports is imported already."""
    import ruamel.yaml.events  # noqa: F401
    import sarif_om  # noqa: F401

    import lintstack

    for module in walk_packages(lintstack.__path__, "lintstack."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _child(order)
        _, status, usage = os.wait4(child, 0)
        code = os.waitstatus_to_exitcode(status)
        seconds = usage.ru_utime + usage.ru_stime
        sys.stdout.write(json.dumps((code, seconds, usage.ru_maxrss / _UNIT / 1024)) + "\n")
        sys.stdout.flush()


def _pace() -> float:
    """How many times slower than an idle reference machine this one is; never faster."""
    begun = process_time()
    rows = [{"a": (n, str(n)), "b": [n]} for n in range(20_000)]
    rows.sort(key=lambda row: row["a"][1])
    return max(1.0, (process_time() - begun) / _REFERENCE)


def _child(order: dict[str, Any]) -> None:
    """One run; never returns."""
    keep = order["keep"]
    for handle, name in ((1, "out"), (2, "errors")):
        os.dup2(os.open(f"{keep}/{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), handle)
    os.chdir(order["folder"])
    pace = _pace()
    work = process_time()
    told = _Told(keep)
    sys.addaudithook(told.hear)
    sys.argv = ["lintstack", *order["words"]]
    code = 70
    try:
        from lintstack.__main__ import main

        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except BaseException:  # the traceback belongs on standard error, and the child must not go on as the server
        sys.excepthook(*sys.exc_info())
    told.listening = False
    with open(f"{keep}/told", "w", encoding="utf-8") as file:
        json.dump({"opened": sorted(told.opened), "refused": told.refused, "pace": pace, "work": work}, file)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


class _Told:
    """What Python says that it does."""

    def __init__(self, keep: str) -> None:
        self.listening = True
        self.opened: set[str] = set()
        self.refused: list[str] = []
        own = (sys.prefix, sys.base_prefix, f"{_ROOT}/lintstack", f"{_ROOT}/rules", keep, *sys.path[1:])
        self.own = tuple({os.path.realpath(path) + os.sep for path in own if path != _ROOT})

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        """An audit event."""
        if not self.listening:
            return
        if event == "open" and isinstance(args[0], str | bytes):
            path = os.path.realpath(os.fsdecode(args[0]))
            if not path.startswith(self.own):
                self.opened.add(path)
                if isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR):
                    self.refused.append(f"write {path}")
        elif event.startswith(_NEVER) or event in _WRITES:
            self.refused.append(f"{event} {args!r}"[:200])


if __name__ == "__main__":
    _serve()
