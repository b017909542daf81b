"""Which rules run, at which severity, with which options."""

from __future__ import annotations

import pytest

from lintstack.config import Config, ConfigError, RuleOverride
from lintstack.engine import Active
from lintstack.findings import Severity
from lintstack.model import Stack
from lintstack.rules import Rule, rule_of
from lintstack.selection import UnknownRule, resolve, select
from lintstack.source import Source


def rule(name: str, preset: str = "recommended", **head: object) -> Rule:
    return rule_of("service", name, {"title": name, "preset": preset, **head})


RULES = (
    rule("always-on", "minimal", aka=["former-name"]),
    rule("both-one", see={"hadolint": ["DL1"], "trivy": ["T1"]}),
    rule("both-two", see={"hadolint": ["DL1"]}, severity={"prod": "error", "dev": "info"}),
    rule("counted", "strict", options={"most": {"default": 3, "schema": {"minimum": 0}}, "any": {"default": None}}),
)
PLACE = Source("lintstack.toml", "x\n  most = 'x'\n").span(4, 8)


def names(active: tuple[Active, ...]) -> list[str]:
    return [item.rule.name for item in active]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["both-one"], {"both-one"}),
        (["BOTH-ONE"], {"both-one"}),
        (["dl1"], {"both-one", "both-two"}),
        (["T1"], {"both-one"}),
        (["former-name"], {"always-on"}),
        ([], set()),
    ],
)
def test_names_stand_for_rules(asked: list[str], found: set[str]) -> None:
    assert resolve(asked, RULES).keys() == found


@pytest.mark.parametrize(("name", "hint"), [("both-on", "did you mean `both-one`?"), ("zzz", "`lintstack rules`")])
def test_names_that_nothing_has(name: str, hint: str) -> None:
    with pytest.raises(UnknownRule, match=hint.replace("?", r"\?")):
        resolve([name], RULES)


TWO = ["always-on", "both-one"]
OFF, ON = RuleOverride(off=True), RuleOverride()


@pytest.mark.parametrize(
    ("config", "asked", "expected"),
    [
        ({}, {}, ["always-on", "both-one", "both-two"]),
        ({"preset": "minimal"}, {}, ["always-on"]),
        ({"preset": "minimal"}, {"preset": "strict"}, ["always-on", "both-one", "both-two", "counted"]),
        ({}, {"select": ["counted"]}, ["counted"]),
        ({"select": ("counted",)}, {}, ["counted"]),
        ({"select": ("counted",)}, {"select": ["T1"]}, ["both-one"]),
        ({"select": ("T1",)}, {"preset": "strict"}, ["both-one"]),
        (
            {"preset": "minimal", "extend_select": ("T1",)},
            {"extend": ["counted"]},
            ["always-on", "both-one", "counted"],
        ),
        ({"ignore": ("DL1",)}, {}, ["always-on"]),
        ({"ignore": ("DL1",)}, {"select": ["both-one", "counted"]}, ["counted"]),
        ({}, {"select": ["counted"], "ignore": ["counted"]}, []),
        ({"preset": "minimal", "rules": {"counted": ON}}, {}, ["always-on", "counted"]),
        ({"rules": {"DL1": OFF}}, {}, ["always-on"]),
        ({"rules": {"counted": OFF}, "preset": "strict"}, {}, ["always-on", "both-one", "both-two"]),
        ({"rules": {"both-one": OFF}}, {"select": ["both-one"]}, []),
    ],
)
def test_selection(config: dict[str, object], asked: dict[str, object], expected: list[str]) -> None:
    made = Config(**config)  # type: ignore[arg-type]
    assert names(select(RULES, made, **asked)) == expected  # type: ignore[arg-type]


def stack(kind: str, environment: str = "") -> Stack:
    source = Source("compose.yaml", "x")
    return Stack("x", source.whole, "stack", kind=kind, environment=environment)  # type: ignore[arg-type]


def level(override: RuleOverride, name: str, kind: str, environment: str = "") -> Severity | None:
    (active,) = select(RULES, Config(rules={name: override}), select=[name])
    return active.level(stack(kind, environment))


@pytest.mark.parametrize(
    ("override", "kind", "environment", "expected"),
    [
        (ON, "prod", "", "error"),
        (ON, "dev", "", "info"),
        (ON, "unknown", "", None),
        (RuleOverride(severity="warning"), "dev", "", "warning"),
        (RuleOverride(severity="warning"), "unknown", "", None),
        (RuleOverride(environments=("prod",)), "prod", "", "error"),
        (RuleOverride(environments=("prod",)), "dev", "", None),
        (RuleOverride(environments=("dev",)), "dev", "", "info"),
        (RuleOverride(environments=("unknown",)), "unknown", "", "error"),
        (RuleOverride(environments=("live",)), "unknown", "live", "error"),
        (RuleOverride(environments=("live",), severity="info"), "unknown", "live", "info"),
        (RuleOverride(environments=("live",)), "prod", "other", None),
    ],
)
def test_severity_in_an_environment(override: RuleOverride, kind: str, environment: str, expected: str | None) -> None:
    assert level(override, "both-two", kind, environment) == expected


def test_options_are_those_of_the_page_unless_the_configuration_says_otherwise() -> None:
    (active,) = select(RULES, Config(), select=["counted"])
    assert active.options == {"most": 3, "any": None}
    (active,) = select(RULES, Config(rules={"counted": RuleOverride(options={"most": 5})}), select=["counted"])
    assert active.options == {"most": 5, "any": None}
    (active,) = select(RULES, Config(rules={"counted": RuleOverride(options={"any": "x"})}), select=["counted"])
    assert active.options == {"most": 3, "any": "x"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"most": -1}, "option `most` cannot be -1"),
        ({"mots": 5}, "has no option `mots`; did you mean `most`?"),
        ({"zzzz": 5}, "has no option `zzzz`"),
    ],
)
def test_options_that_a_rule_cannot_take(options: dict[str, object], said: str) -> None:
    override = RuleOverride(options=options, places=dict.fromkeys(options, PLACE))
    with pytest.raises(ConfigError) as refused:
        select(RULES, Config(rules={"counted": override}))
    assert str(refused.value) == f"lintstack.toml:2:3: rule `counted`{':' if 'cannot' in said else ''} {said}"
