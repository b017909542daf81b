"""The configuration: where it is found, what it may say, and the sentence about everything else."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lintstack.config import Config, ConfigError, RuleOverride, load
from lintstack.config_schema import SCHEMA
from tests import clock


def plant(folder: Path, name: str, text: str = "") -> None:
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def of(folder: Path, text: str, name: str = ".lintstack.yaml") -> Config:
    """The configuration in a text."""
    plant(folder, name, text)
    return load(str(folder))


def complaint(folder: Path, text: str, name: str = ".lintstack.yaml") -> str:
    """The sentence about a configuration that is refused."""
    with pytest.raises(ConfigError) as error:
        of(folder, text, name)
    found = error.value
    assert str(found) == f"{found.path}:{found.line}:{found.column}: {found.message}"
    assert "\n" not in str(found)
    return str(found)


FULL = """\
# yaml-language-server: $schema=x
preset: strict
fail-on: warning
select: [DL3008]
extend-select: [pinned-image]
ignore: [no-published-port]
exclude: [/examples, "!/examples/good"]
environments:
  prod: {files: [compose.yaml, deploy/compose.prod.yaml], env-files: [.env.prod], profiles: [web], kind: prod}
  dev: {kind: dev}
projects:
  shop:
    environments:
      live: {files: [compose.yaml], project-directory: ../deploy}
rules:
  non-root-user: off
  pinned-image: {severity: error, env: [prod], require: digest}
  healthcheck-defined: warning
  restart-policy: {env: dev}
  depends-on-healthy: on
per-file-ignores:
  "examples/**": [latest-image, DL3006]
rule-dirs: [policies]
edge: [proxy]
images: {ghcr.io/acme/base: {user: app}}
trusted-registries: [ghcr.io]
compose-version: 2.20
"""

FULL_TOML = """\
preset = "strict"
fail-on = "warning"
select = ["DL3008"]
extend-select = ["pinned-image"]
ignore = ["no-published-port"]
exclude = ["/examples", "!/examples/good"]
rule-dirs = ["policies"]
edge = ["proxy"]
trusted-registries = ["ghcr.io"]
compose-version = "2.20"

[images."ghcr.io/acme/base"]
user = "app"

[environments]
prod = {files = ["compose.yaml", "deploy/compose.prod.yaml"], env-files=[".env.prod"], profiles=["web"], kind="prod"}

[environments.dev]
kind = "dev"

[projects.shop.environments.live]
files = ["compose.yaml"]
project-directory = "../deploy"

[rules]
non-root-user = false
pinned-image = {severity = "error", env = ["prod"], require = "digest"}
healthcheck-defined = "warning"
restart-policy.env = "dev"
depends-on-healthy = true

[per-file-ignores]
"examples/**" = ["latest-image", "DL3006"]
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".lintstack.yaml", FULL),
        (".lintstack.yml", FULL),
        ("lintstack.toml", FULL_TOML),
        (
            "pyproject.toml",
            FULL_TOML.replace("[", "[tool.lintstack.", 0) and "[project]\nname = 'x'\n[tool.lintstack]\n" + FULL_TOML,
        ),
    ],
)
def test_everything_that_can_be_said(here: Path, name: str, text: str) -> None:
    for file in ("compose.yaml", "deploy/compose.prod.yaml", "shop/compose.yaml", "policies/x.md"):
        plant(here, file)
    if name == "pyproject.toml":
        for table in ("images", "environments", "projects", "rules", "per-file-ignores"):
            text = text.replace(f"\n[{table}", f"\n[tool.lintstack.{table}")
    config = of(here, text, name)
    assert (config.path, config.folder, config.preset, config.fail_on) == (name, str(here), "strict", "warning")
    assert (config.select, config.extend_select, config.ignore) == (
        ("DL3008",),
        ("pinned-image",),
        ("no-published-port",),
    )
    assert config.exclude.decide("examples", True)
    assert config.exclude.decide("examples/good", True) is False
    places = {place.text.strip('"') for rule in config.rules.values() for place in rule.places.values()}
    assert places == {"require"}
    assert {name: rule._replace(places={}) for name, rule in config.rules.items()} == {
        "non-root-user": RuleOverride(off=True),
        "pinned-image": RuleOverride(False, "error", ("prod",), {"require": "digest"}),
        "healthcheck-defined": RuleOverride(severity="warning"),
        "restart-policy": RuleOverride(environments=("dev",)),
        "depends-on-healthy": RuleOverride(),
    }
    assert config.ignored_in(str(here / "examples/a/compose.yaml")) == {"latest-image", "DL3006"}
    assert config.ignored_in(str(here / "compose.yaml")) == config.ignored_in("/elsewhere") == frozenset()
    assert config.rule_dirs == (str(here / "policies"),)
    assert (config.edge, config.trusted_registries, config.compose_version) == (("proxy",), ("ghcr.io",), "2.20")
    assert config.images == {"ghcr.io/acme/base": {"user": "app"}}
    prod, dev, live = config.environments
    assert prod[:1] + prod[2:] == (
        "prod",
        "prod",
        str(here),
        (str(here / "compose.yaml"), str(here / "deploy/compose.prod.yaml")),
        (str(here / ".env.prod"),),
        ("web",),
        "",
    )
    assert (dev.name, dev.kind, dev.folder, dev.files) == ("dev", "dev", "", ())
    assert (live.name, live.kind, live.folder) == ("live", None, str(here / "shop"))
    assert (live.files, live.project_directory) == ((str(here / "shop/compose.yaml"),), str(here / "deploy"))


def test_names_keep_their_places(here: Path) -> None:
    for file in ("compose.yaml", "deploy/compose.prod.yaml", "shop/compose.yaml", "policies/x.md"):
        plant(here, file)
    config = of(here, FULL)
    places = {name: (span.text, span.line, span.column) for name, span in config.names}
    assert places["DL3008"] == ("DL3008", 4, 10)
    assert places["pinned-image"] == ("pinned-image", 17, 3)
    assert places["latest-image"] == ("latest-image", 22, 19)
    assert len(config.names) == 10
    assert [(name, span.line) for name, span in config.environment_names] == [("prod", 17), ("dev", 19)]
    (here / ".lintstack.yaml").unlink()
    toml = of(here, FULL_TOML, "lintstack.toml")
    places = {name: (span.text, span.line, span.column) for name, span in toml.names}
    assert places["DL3008"] == ("select", 3, 1)
    assert places["pinned-image"] == ("pinned-image", 27, 1)
    assert places["restart-policy"] == ("restart-policy.env", 29, 1)
    assert places["latest-image"] == ('"examples/**"', 33, 1)
    assert {item.name: item.span.line for item in toml.environments} == {"prod": 16, "dev": 18, "live": 21}


def test_without_any(here: Path) -> None:
    config = load()
    assert (config.path, config.preset, config.fail_on, config.names) == ("", "recommended", "error", ())
    assert config.exclude.decide("anything") is None


def test_an_empty_one_is_all_defaults(here: Path) -> None:
    config = of(here, "# nothing yet\n")
    assert (config.path, config.preset) == (".lintstack.yaml", "recommended")


def test_the_closest_wins_up_to_the_top_of_the_repository(here: Path, tmp_path: Path) -> None:
    plant(tmp_path, ".lintstack.yaml", "preset: minimal\n")
    plant(here, "a/b/compose.yaml")
    assert load("a/b").path == ""
    plant(here, "pyproject.toml", "[tool.lintstack]\npreset = 'strict'\n")
    assert (
        load("a/b").path
        == load("a/b/compose.yaml").path
        == load("a/nowhere").path
        == load("-").path
        == "pyproject.toml"
    )
    plant(here, "lintstack.toml")
    assert load("a/b").path == "lintstack.toml"
    plant(here, ".lintstack.yml")
    assert load("a/b").path == ".lintstack.yml"
    plant(here, "a/.lintstack.yaml")
    assert load("a/b").path == "a/.lintstack.yaml"
    assert load("a/b", isolated=True).path == ""
    assert load("a/b", "pyproject.toml").preset == "strict"


def test_a_pyproject_of_others_is_no_configuration(here: Path) -> None:
    plant(here, ".lintstack.yaml", "preset: strict\n")
    plant(here, "a/pyproject.toml", "[project]\ndependencies = ['lintstack']\n")
    plant(here, "b/pyproject.toml", "[project\nlintstack = broken")
    plant(here, "c/pyproject.toml", "[tool.lintstack\n")
    assert load("a").preset == load("b").preset == "strict"
    with pytest.raises(ConfigError, match=r"^c/pyproject.toml:1:16: "):
        load("c")
    with pytest.raises(ConfigError, match=r"^a/pyproject.toml:1:1: there is no `\[tool.lintstack\]` table$"):
        load(".", "a/pyproject.toml")


def test_an_explicit_one(here: Path, tmp_path: Path) -> None:
    plant(tmp_path, "shared/strict.yaml", "preset: strict\nrule-dirs: [../rules]\n")
    plant(tmp_path, "rules/x.md")
    config = load(".", "../shared/strict.yaml")
    assert (config.path, config.preset) == (f"{tmp_path}/shared/strict.yaml", "strict")
    assert config.rule_dirs == (str(tmp_path / "rules"),), "what is named may name what lies elsewhere"
    with pytest.raises(ConfigError, match=r"strct.yaml:1:1: there is no such file; did you mean `strict.yaml`\?$"):
        load(".", "../shared/strct.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prest: strict\n", "1:1: unknown key `prest`; did you mean `preset`?"),
        (
            "preset: strickt\n",
            "1:9: `preset` cannot be `strickt`; it is one of minimal, recommended, strict; did you mean `strict`?",
        ),
        ("fail-on: 3\n", "1:10: `fail-on` cannot be a number; it is one of error, warning, info, none"),
        ("preset: strict\nselect: DL3008\n", "2:9: `select` must be a list, not text"),
        ("select: [DL3008, 3]\n", "1:18: each item of `select` must be text, not a number"),
        ("select: ['']\n", "1:10: `select` must not be empty"),
        ("rules: [a]\n", "1:8: `rules` must be a mapping, not a list"),
        (
            "rules:\n  a: of\n",
            "2:6: `a` cannot be `of`; it is one of off, on, error, warning, info; did you mean `off`?",
        ),
        ("rules:\n  a: 3\n", "2:6: `a` must be text or true or false or a mapping, not a number"),
        (
            "rules:\n  a: {severity: fatal}\n",
            "2:17: `severity` cannot be `fatal`; it is one of off, error, warning, info",
        ),
        ("rules:\n  a: {env: 3}\n", "2:12: `env` must be text or a list, not a number"),
        ("environments:\n  prod: {fils: [a]}\n", "2:10: unknown key `fils` in `prod`; did you mean `files`?"),
        ("environments:\n  prod: {files: []}\n", "2:17: `files` must not be empty"),
        ("compose-version: two\n", "1:18: `compose-version` cannot be `two`; it is written like `2.24`"),
        ("compose-version: '2.x'\n", "1:18: `compose-version` cannot be `2.x`; it is written like `2.24`"),
        ("compose-version: ''\n", "1:18: `compose-version` cannot be ``; it is written like `2.24`"),
        ("environments:\n  prod: {kind: live}\n", "2:16: `kind` cannot be `live`; it is one of dev, prod, unknown"),
        ("environments:\n  prod: null\n", "2:9: `prod` must be a mapping, not nothing"),
        ("compose-version: yes\n", "1:18: `compose-version` cannot be `yes`"),
        ("images: {acme/db:1: {}}\n", "1:10: `images` cannot be `acme/db:1`; it is written like `ghcr.io/acme/base`"),
        ("images:\n  acme/db: {uid: nine}\n", "2:18: `uid` must be a number, not text"),
        ("images:\n  acme/db: {uid: -3}\n", "2:18: `uid` must be at least 0"),
        ("images:\n  acme/db: {ports: [80]}\n", "2:21: each item of `ports` must be text, not a number"),
        ("images:\n  acme/db: {ports: ['80']}\n", "2:21: `ports` cannot be `80`; it is written like `5432/tcp`"),
        ("images:\n  acme/db: {prots: []}\n", "2:13: unknown key `prots` in `acme/db`; did you mean `ports`?"),
        ("images:\n  acme/db: {kind: databse}\n", "did you mean `database`?"),
        ("images:\n  acme/db: {base: plan9}\n", "2:19: `base` cannot be `plan9`; it is one of alpine, debian,"),
        ("images:\n  acme/db: {variants: {'>=': {}}}\n", "`variants` cannot be `>=`; it is written like `alpine`"),
        ("images:\n  acme/db: {variants: {slim: {uid: x}}}\n", "`uid` must be a number, not text"),
        ("images: [acme/db]\n", "1:9: `images` must be a mapping, not a list"),
        ("plugins: [evil]\n", "1:1: unknown key `plugins`; known are preset, fail-on, select,"),
        ("rules: {a: off}\nrules: {b: off}\n", "2:1: "),
        ("preset: strict\n---\npreset: minimal\n", "1:1: more than one YAML document"),
        ("- preset\n", "1:1: a configuration is a mapping of settings"),
        ("preset: [strict\n", ""),
        ("preset: !!python/object/apply:os.system ['touch PWNED']\n", "1:"),
        ("preset: !reset strict\n", "tags have no meaning in a configuration"),
        ("edge: &a [*a]\n", ""),
        ("rule-dirs: [nowhere]\n", "1:13: `nowhere` does not exist"),
        ("rule-dirs: [../..]\n", "1:13: `../..` lies outside the project"),
        ("rule-dirs: [/etc]\n", "1:13: `/etc` lies outside the project"),
        (
            "environments:\n  prod: {files: [compose.yml]}\n",
            "2:18: `compose.yml` does not exist; did you mean `compose.yaml`?",
        ),
        ("environments:\n  prod: {files: [/etc/passwd]}\n", "2:18: `/etc/passwd` lies outside the project"),
        ("projects: {shop: {}}\n", "1:12: `shop` does not exist"),
        ('rules: {"a\\nb": 3}\n', ""),
    ],
)
def test_complaints_about_yaml(here: Path, text: str, message: str | None) -> None:
    plant(here, "compose.yaml")
    if message is None:
        assert of(here, text).compose_version == "yes"
        return
    found = complaint(here, text)
    assert found.startswith(".lintstack.yaml:")
    assert message in found
    assert not (here / "PWNED").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prest = 1\n", "1:1: unknown key `prest`; did you mean `preset`?"),
        ("preset = 'strickt'\n", "1:1: `preset` cannot be `strickt`"),
        ("[rules]\n\na = 1\n", "3:1: `a` must be text or true or false or a mapping, not a number"),
        (
            "[environments]\nprod = {kind = 'dev', fils = []}\n",
            "2:23: unknown key `fils` in `prod`; did you mean `files`?",
        ),
        ("[environments.prod]\nfiles = ['x']\n", "2:1: `x` does not exist"),
        ("compose-version = 2.20\n", "1:1: `compose-version` must be text, not a number"),
        ("preset = 2020-01-01\n", "1:1: `preset` cannot be a date"),
        ("preset = \n", "1:10: Invalid value"),
        ("preset = 'a'\npreset = 'b'\n", "Cannot overwrite a value"),
        ("[rules", "1:7: "),
        ("a = '''\n", "Expected"),
        ("a = " + "[" * 100_000, "nested too deeply"),
        ("note = '''\nprest = 1\n'''\nprest = 2\n", "1:1: unknown key `note`"),
    ],
)
def test_complaints_about_toml(here: Path, text: str, message: str) -> None:
    found = complaint(here, text, "lintstack.toml")
    assert found.startswith("lintstack.toml:")
    assert message in found


def test_the_first_of_several_mistakes_is_told(here: Path) -> None:
    assert complaint(here, "edge: 1\nprest: a\nfail-on: x\n").startswith(".lintstack.yaml:1:7: `edge` must be a list")


def test_files_that_are_no_configuration(here: Path, tmp_path: Path) -> None:
    plant(tmp_path, "secret", "root:x:hash")
    (here / ".lintstack.yaml").symlink_to("../secret")
    with pytest.raises(
        ConfigError, match=r"^.lintstack.yaml:1:1: it is a link that leads outside the project"
    ) as error:
        load()
    assert "hash" not in str(error.value)
    for make, message in (
        (os.mkfifo, "the file is a pipe, not a regular file"),
        (os.mkdir, "the file is a folder, not a regular file"),
        (lambda path: Path(path).write_bytes(b"preset: \xff"), "byte 8"),
        (lambda path: Path(path).write_bytes(b"#" * 300_000), "the file is larger than 256 KB"),
        (lambda path: Path(path).symlink_to("nowhere"), "the file does not exist"),
    ):
        path = here / ".lintstack.yaml"
        path.rmdir() if path.is_dir() else path.unlink()
        make(str(path))
        with pytest.raises(ConfigError) as error:
            load()
        assert message in str(error.value)


def test_hostile_patterns_and_sizes_cost_little(here: Path) -> None:
    before = clock.start()
    config = of(here, f"exclude: ['{'*a' * 1000}b', '{'**/' * 1000}b', '{'[' * 1000}']\n")
    assert not config.exclude.covers("a" * 4000)
    assert not config.exclude.covers("a/" * 2000 + "a")
    complaint(here, "rules:\n" + "".join(f"  r{number}: off\n" for number in range(2000)))
    complaint(
        here,
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=False)),
    )
    inline = "rules = {" + ", ".join(f"r{number} = false" for number in range(1000)) + "}\n"
    (here / ".lintstack.yaml").unlink()
    assert len(of(here, inline, "lintstack.toml").names) == 1000
    assert clock.stop(before) < 4


def test_the_schema_is_a_schema_and_documents_every_key() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    json.dumps(SCHEMA)
    assert all("description" in value for value in SCHEMA["properties"].values())
    assert all(
        "description" in value
        for value in SCHEMA["properties"]["environments"]["additionalProperties"]["properties"].values()
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(sorted(SCHEMA["properties"]))


@given(st.dictionaries(KEYS | st.text(max_size=5), JSON, max_size=4))
def test_any_configuration_is_taken_or_refused_with_a_place(
    tmp_path_factory: pytest.TempPathFactory, value: Any
) -> None:
    path = tmp_path_factory.mktemp("config") / "x.yaml"
    path.write_text(json.dumps(value))
    refused_or_not(path)


@given(st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused_with_a_place(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("config")
    for name in ("x.yaml", "x.toml"):
        (folder / name).write_bytes(data)
        refused_or_not(folder / name)


def refused_or_not(path: Path) -> None:
    place = line_and_column(path)
    lines = path.read_bytes().count(b"\n") + path.read_bytes().count(b"\r") + 1
    assert 1 <= place[0] <= lines
    assert place[1] >= 1


def line_and_column(path: Path) -> tuple[int, int]:
    """Where a configuration is refused; its start when it is not."""
    try:
        load(explicit=str(path))
    except ConfigError as error:
        return error.line, error.column
    return 1, 1
