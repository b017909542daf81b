"""The public repositories beside the checkout: linted whole, fast, every finding on the thing it names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from lintstack.analysis import Analysis, Options, analyse
from lintstack.config import Config
from lintstack.findings import Finding
from tests import clock

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpus is not beside this checkout")

SECONDS = 5.0


def on_service(finding: Finding) -> bool:
    """The service's key, or the FROM of a stage that no service builds."""
    return finding.at.span.text.strip("'\"") == finding.service or finding.at.span.text.upper().startswith("FROM")


def matches(pattern: str) -> Callable[[Finding], bool]:
    compiled = re.compile(pattern, re.DOTALL)
    return lambda finding: compiled.fullmatch(finding.at.span.text) is not None


def either(*tests: Callable[[Finding], bool]) -> Callable[[Finding], bool]:
    return lambda finding: any(test(finding) for test in tests)


def quoted(finding: Finding) -> bool:
    """The text that the message quotes."""
    return f"`{finding.at.span.text.strip(chr(34))}`" in finding.message


def variable(finding: Finding) -> bool:
    """Text whose variables were replaced before it was judged."""
    return "$" in finding.at.span.text


NUMBER = r"['\"]?\d[\w.]*['\"]?"
# What the place of each rule's findings must be.
ON: dict[str, Callable[[Finding], bool]] = {
    "add-instead-of-copy": matches("(?i)ADD"),
    "add-remote-url": matches(r".*://.*"),
    "apt-interactive-cli": matches("apt"),
    "assume-yes": matches(r"[a-z-]+"),
    "clean-after-install": matches("update|install|add|upgrade"),
    "copy-relative-dest": quoted,
    "copy-secret-file": quoted,
    "cpu-limit": either(on_service, matches(NUMBER)),
    "debug-port": matches(r".*\d.*"),
    "depends-on-healthy": either(variable, quoted, matches("['\"]?service_(started|healthy)['\"]?")),
    "docker-socket": either(variable, matches(r".*(sock|/|run).*|true")),
    "exec-form-command": matches(r"(?i)(CMD|ENTRYPOINT)?.+"),
    "from-as-casing": matches("as"),
    "healthcheck": either(on_service, matches(r"(true|NONE|.*NONE.*)")),
    "healthcheck-timing": matches(r"['\"]?\d+[\w.]*['\"]?"),
    "host-port-conflict": either(variable, matches(r".*\d+.*")),
    "latest-image": either(variable, quoted, matches("latest")),
    "legacy-key-value": matches("(?i)ENV|LABEL"),
    "log-rotation": either(on_service, matches("logging|['\"]?[a-z-]+['\"]?")),
    "loopback-port": matches(r"['\"]?[\d.:\-/a-z${}A-Z_]+['\"]?"),
    "memory-limit": either(on_service, matches(NUMBER)),
    "no-cache-option": matches("add|install"),
    "no-privileged": matches("['\"]?(true|yes|on)['\"]?"),
    "no-published-port": matches(r"['\"]?[\d.:\-/a-z${}A-Z_]+['\"]?"),
    "obsolete-version": matches("version"),
    "read-only-rootfs": either(on_service, matches("false|no")),
    "restart-policy": either(on_service, matches(r"['\"]?[a-z\-]+['\"]?")),
    "source-mount-in-prod": matches(r".*[./].*"),
    "sudo-in-run": matches("sudo"),
    "unchecked-download-pipe": matches(r"\|&?"),
    "undefined-variable": matches(r"\$.+"),
    "unnoticed-failure": quoted,
    "unsigned-packages": matches("--[a-z-]+"),
    "update-alone": matches("update"),
    "workdir-absolute": quoted,
}


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return clock.within(SECONDS, lambda: analyse(Options((str(CORPUS),), Config())))


@pytest.fixture(scope="module")
def as_prod() -> Analysis:
    return analyse(Options((str(CORPUS),), Config(), as_kind="prod"))


def test_nothing_breaks(analysis: Analysis, as_prod: Analysis) -> None:
    for finding in (*analysis.findings, *as_prod.findings):
        assert finding.rule != "internal-error", finding


def test_every_place_lies_in_its_file(analysis: Analysis, as_prod: Analysis) -> None:
    for finding in (*analysis.findings, *as_prod.findings):
        for place in (finding.at, *finding.related):
            span = place.span
            assert Path(span.source.real).is_file()
            assert 0 <= span.start <= span.end <= len(span.source.text)
            lines = span.source.text.split("\n")
            assert lines[span.line - 1][span.column - 1 :].startswith(span.text.split("\n")[0].rstrip("\r"))


def test_every_finding_is_on_the_thing_named(analysis: Analysis, as_prod: Analysis) -> None:
    wrong = [
        f"{finding.rule}: {finding.at.span.path}:{finding.at.span.line}:{finding.at.span.column}"
        f" {finding.at.span.text[:60]!r} {finding.message}"
        for finding in (*analysis.findings, *as_prod.findings)
        if finding.rule in ON and not ON[finding.rule](finding)
    ]
    assert not wrong, "\n".join(wrong[:20])


def test_the_same_again(analysis: Analysis) -> None:
    again = analyse(Options((str(CORPUS),), Config()))
    first = [(item.sort_key, item.fingerprint, item.environments) for item in analysis.findings]
    assert first == [(item.sort_key, item.fingerprint, item.environments) for item in again.findings]
    assert len({item.fingerprint for item in analysis.findings}) == len(analysis.findings)
