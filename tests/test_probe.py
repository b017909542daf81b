"""What the test of a health check runs and calls."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lintstack.analysis import Options, analyse
from lintstack.config import Config
from lintstack.join.probe import Address, Probe, address, probe

SHELL: list[tuple[str, str, tuple[str, ...], tuple[str, ...]]] = [
    ("curl -f http://localhost:3000/ || exit 1", "curl", ("curl",), ()),
    ("curl -f x || wget y || exit 1", "curl", ("curl",), ("wget",)),
    ("pg_isready -U x | grep -q ok", "pg_isready", ("pg_isready", "grep"), ()),
    ("a && b", "a", ("a", "b"), ()),
    ("a; b", "a", ("b",), ()),
    ("if ! curl x; then exit 1; fi", "curl", ("curl",), ()),
    ("curl x || true", "curl", ("curl",), ("",)),
    ("curl x || exit 0", "curl", ("curl",), ("",)),
    ("curl x || echo failed", "curl", ("curl",), ("",)),
    ("/usr/bin/curl x", "curl", ("curl",), ()),
    ("exit 0", "", (), ()),
    ("$PROBE now", "", (), ()),
    ("", "", (), ()),
]


@pytest.mark.parametrize(("line", "program", "needed", "instead"), SHELL)
def test_programs_of_a_line(line: str, program: str, needed: tuple[str, ...], instead: tuple[str, ...]) -> None:
    assert probe(("CMD-SHELL", line)) == Probe(program, needed, instead)


def test_programs_of_words() -> None:
    assert probe(("CMD", "/bin/curl", "-f", "x")) == Probe("curl", ("curl",))
    assert probe(("CMD", "sh", "-c", "curl x | jq .")) == Probe("curl", ("sh", "curl", "jq"))
    assert probe(("CMD", "$PROBE")) == Probe()
    assert probe(("CMD",)) == Probe()
    assert probe(()) == Probe()


ADDRESSES: list[tuple[str, Address]] = [
    ("curl -f http://localhost:3000/", Address(3000)),
    ("curl -f localhost:3000/health", Address(3000)),
    ("curl -f https://127.0.0.1/", Address(443)),
    ("curl -f http://[::1]:8080/", Address(8080)),
    ("curl -f http://localhost:$PORT/", Address()),
    ("curl -f http://user:pw@db:9200/", Address(host="db")),
    ("curl -f http://web/", Address(host="web")),
    ("curl -H 'Origin: http://example.com' http://localhost:3000", Address(3000)),
    ("nc -z localhost 5432", Address(5432)),
    ("nc -z db 5432", Address(host="db")),
    ("bash -c 'echo > /dev/tcp/127.0.0.1/6379'", Address(6379)),
    ("pg_isready -U app -p 5433", Address(5433)),
    ("pg_isready -h db -p 5433", Address(host="db")),
    ("pg_isready -h $HOST", Address()),
    ("redis-cli -p 6380 ping", Address(6380)),
    ("mysqladmin ping -h localhost -P3307", Address(3307)),
    ("mongosh --port=27018 --eval 1", Address(27018)),
    ("rabbitmq-diagnostics ping", Address()),
]


@pytest.mark.parametrize(("line", "expected"), ADDRESSES)
def test_address(line: str, expected: Address) -> None:
    test = ("CMD-SHELL", line)
    assert address(test, probe(test).program) == expected


@pytest.mark.parametrize("part", ["http://", "a || ", "localhost:", "$(", "-p ", "http://a@", "/dev/tcp/a/", " a|"])
def test_long_lines_take_no_long_time(part: str) -> None:
    began = time.perf_counter()
    for test in (("CMD-SHELL", part * 20_000), ("CMD", "nc", part * 20_000)):
        address(test, probe(test).program)
    assert time.perf_counter() - began < 5


def test_a_timeout_beyond_the_interval_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check = "{test: [CMD, pg_isready], interval: 9s, timeout: 20s}"
    body = f"services:\n  db:\n    image: postgres:16\n    healthcheck: {check}\n"
    (tmp_path / "compose.yaml").write_text(body)
    monkeypatch.chdir(tmp_path)
    rules = ("healthcheck-timing", "healthcheck-outlasts-interval")
    for select in (rules, rules[:1], rules[1:]):
        found = analyse(Options(paths=(".",), config=Config(), select=select)).findings
        assert [item.rule for item in found] == [select[0]]
