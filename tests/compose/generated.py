"""Stacks as people write them, made up from a seed: overlays, variables, `extends`, `include`, profiles, tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from tests.compose.authored import Authored

T = TypeVar("T")
COUNT = 520


class Dice:
    """Choices that stay the same with every version of Python: only `Random.random` promises that."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def below(self, count: int) -> int:
        return int(self._random.random() * count)

    def one(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def some(self, options: Sequence[T], least: int = 1, most: int = 3) -> list[T]:
        """Different options, in their order."""
        wanted = min(len(options), least + self.below(most - least + 1))
        left = list(range(len(options)))
        chosen = sorted(left.pop(self.below(len(left))) for _ in range(wanted))
        return [options[index] for index in chosen]


# A field of a service: its name, and how a value is made up. Values are YAML in one line.
Maker = Callable[[Dice], str]
_NAMES = ("api", "web", "worker", "db", "cache", "proxy")
_IMAGES = {
    "api": "registry.example/api:${TAG:-latest}",
    "web": "nginx:1.27-alpine",
    "worker": "registry.example/api:${TAG}",
    "db": "postgres:${PG_VERSION:-16}",
    "cache": "redis",
    "proxy": "traefik:v3.1",
}
_VARIABLES = ("LOG_LEVEL", "DATABASE_URL", "REDIS_URL", "DEBUG", "PORT", "TZ", "EMPTY", "SENTRY_DSN")
_VALUES = (
    "info",
    "postgres://db:5432/app",
    "${REDIS:-redis://cache:6379/0}",
    "${TAG}",
    "true",
    "8080",
    '"${UNSET}"',
    '""',
    "1.50",
    "$$HOME",
    "${A:+set}",
    "${EMPTY-x}",
    "'it''s'",
    "a=b",
)
_LABELS = ("traefik.enable", "com.example.team", "com.example.version", "backup")
_PORTS = (
    '"80:80"',
    '"8080:80"',
    '"127.0.0.1:5432:5432"',
    "3000",
    '"${PORT:-9000}:9000"',
    '"53:53/udp"',
    '"8000-8002:8000-8002"',
    '"443:8443"',
    "{target: 80, published: '8080'}",
    "{target: 9100, mode: host}",
    '"[::1]:81:81"',
)
_MOUNTS = (
    '"./src:/app"',
    '"data:/var/lib/data"',
    '"./conf/app.yml:/etc/app.yml:ro"',
    '"/var/run/docker.sock:/var/run/docker.sock:ro"',
    '"/cache"',
    '"logs:/var/log/"',
    "{type: bind, source: ./static, target: /static, read_only: true}",
    "{type: tmpfs, target: /run, tmpfs: {size: 16m}}",
    "{type: volume, source: data, target: /backup, volume: {nocopy: true}}",
    '"${DATA_DIR:-./data}:/srv:rw,z"',
    '"~/.ssh:/root/.ssh:ro"',
)


def _pairs(names: Sequence[str], values: Sequence[str]) -> Maker:
    def make(dice: Dice) -> str:
        found = [(name, dice.one(values) if dice.chance(0.85) else "") for name in dice.some(names, 1, 4)]
        if dice.chance(0.5):
            return "{" + ", ".join(f"{name}: {_quoted(value)}" for name, value in found) + "}"
        items = (f"{name}={value}" if value else name for name, value in found)
        return "[" + ", ".join("'" + item.replace("'", "").replace('"', "") + "'" for item in items) + "]"

    return make


def _quoted(value: str) -> str:
    return f'"{value}"' if "$" in value and '"' not in value else value


def _of(*options: str) -> Maker:
    return lambda dice: dice.one(options)


def _list(options: Sequence[str], most: int = 3) -> Maker:
    return lambda dice: "[" + ", ".join(dice.some(options, 1, most)) + "]"


_BUILD = (
    "context: ./{}",
    "dockerfile: docker/Dockerfile",
    "target: prod",
    "args: {A: 1, TAG: }",
    "args: [A=2, 'B=${TAG}']",
    "args: {NOPE: , C: true}",
    "labels: [x=1]",
    "cache_from: [type=gha]",
    "platforms: [linux/amd64]",
    "network: host",
    "shm_size: 64m",
    "no_cache: true",
)


def _build(dice: Dice) -> str:
    if dice.chance(0.4):
        return dice.one(("./api", ".", "../sibling", "https://github.com/example/app.git#main"))
    keys: dict[str, str] = {}
    for part in ("context: ./api", *dice.some(_BUILD[1:], 0, 3)):
        keys.setdefault(part.partition(":")[0], part)
    return "{" + ", ".join(keys.values()) + "}"


def _check(dice: Dice) -> str:
    test = dice.one(
        (
            '["CMD", "pg_isready", "-U", "app"]',
            "curl -f http://localhost/ || exit 1",
            '["CMD-SHELL", "redis-cli ping | grep PONG"]',
        )
    )
    times = dice.some(
        ("interval: 30s", "timeout: 1m30s", "retries: 3", "start_period: '${START:-500ms}'", 'retries: "5"'), 0, 3
    )
    return (
        "{test: "
        + (test if test.startswith("[") else f"'{test}'")
        + "".join(f", {part}" for part in _distinct(times))
        + "}"
    )


def _distinct(parts: Sequence[str]) -> list[str]:
    return list({part.partition(":")[0]: part for part in parts}.values())


def _deploy(dice: Dice) -> str:
    return (
        "{"
        + ", ".join(
            dice.some(
                (
                    "replicas: 2",
                    "resources: {limits: {cpus: '0.50', memory: 256M}}",
                    "restart_policy: {condition: on-failure, delay: 5s, max_attempts: 3}",
                    "labels: [tier=back]",
                    "update_config: {parallelism: 1, delay: 10s, order: start-first}",
                    "placement: {constraints: [node.role == worker]}",
                ),
                1,
                3,
            )
        )
        + "}"
    )


FIELDS: dict[str, Maker] = {
    "command": _of(
        "npm start",
        "[gunicorn, app:app, '-b', '0.0.0.0:${PORT:-8000}']",
        "sh -c 'echo \"$$HOME\" && exec run'",
        "[]",
        "''",
        "python -m worker --queue=$TAG",
    ),
    "entrypoint": _of("/entry.sh", "[tini, --]", "''"),
    "environment": _pairs(_VARIABLES, _VALUES),
    "labels": _pairs(_LABELS, ("true", "platform", "1.10", "daily", "${TAG}")),
    "ports": _list(_PORTS),
    "volumes": _list(_MOUNTS, 4),
    "env_file": _of("common.env", "[common.env, more.env]", "[{path: local.env, required: false}, common.env]"),
    "restart": _of("always", "unless-stopped", "on-failure:3", '"no"', "${RESTART:-always}"),
    "healthcheck": _check,
    "deploy": _deploy,
    "logging": _of(
        "{driver: json-file, options: {max-size: 10m, max-file: 3}}", "{driver: syslog}", "{options: {tag: x}}"
    ),
    "networks": _of(
        "[back]", "[front, back]", "{front: , back: {aliases: [inner]}}", "{back: {ipv4_address: 10.5.0.5}}"
    ),
    "cap_drop": _of("[ALL]"),
    "cap_add": _of("[NET_ADMIN]", "[CHOWN, SETUID]"),
    "security_opt": _of("['no-new-privileges:true']"),
    "read_only": _of("true", "false", '"yes"'),
    "init": _of("true", "false"),
    "user": _of('"1000:1000"', "app", "${UID:-1000}"),
    "working_dir": _of("/app", "${WORKDIR:-/srv}"),
    "tmpfs": _of("/tmp", "[/tmp, '/run:size=64m']"),
    "dns": _of("1.1.1.1", "[1.1.1.1, 9.9.9.9]"),
    "extra_hosts": _of("['host.docker.internal:host-gateway']", "{db.local: 10.0.0.1}", "['a=1.1.1.1', 'b=::1']"),
    "mem_limit": _of("512m", "1g", "${MEM:-256m}"),
    "stop_grace_period": _of("30s", "1m30s"),
    "shm_size": _of("64m", "128mb"),
    "ulimits": _of("{nofile: 65535}", "{nofile: {soft: 1024, hard: 2048}}"),
    "expose": _of('["3000"]', "[3000, '9000-9001']"),
    "sysctls": _of("{net.core.somaxconn: 1024}", "[net.ipv4.ip_forward=1]"),
    "hostname": _of("host-${TAG}"),
    "secrets": _of("[token]", "[{source: token, target: api_token, mode: 0400}]"),
    "configs": _of("[settings]", "[{source: settings, target: /etc/settings}]"),
    "devices": _of("['/dev/dri:/dev/dri']"),
    "platform": _of("linux/amd64"),
    "privileged": _of("true", "${PRIV:-false}"),
    "annotations": _of("{a.b: 1}", "[a.b=2]"),
    "x-note": _of("{a: [1, '${TAG}']}"),
}
# Lists that may not hold the same item twice after a merge; the schema refuses that, as our authored cases show.
_ONCE = frozenset({"security_opt", "devices"})
_TAGGED = (
    "ports",
    "environment",
    "volumes",
    "labels",
    "networks",
    "env_file",
    "restart",
    "command",
    "extra_hosts",
    "cap_add",
)
ENV = "TAG=1.4.2\nA=a\nEMPTY=\nPORT=8081\nREDIS=redis://other:6379\n"
_RESOURCES = """\
networks: {front: , back: {driver: bridge, ipam: {config: [{subnet: 10.5.0.0/16}]}}}
volumes: {data: , logs: {driver: local, labels: [keep=yes]}}
secrets: {token: {file: ./token.txt}}
configs: {settings: {content: "level=${LEVEL:-1}"}}
"""


def project(seed: int) -> Authored:
    """The stack of a seed; most of them load."""
    dice = Dice(seed)
    names = dice.some(_NAMES, 2, 3)
    profiled = names[-1] if dice.chance(0.3) else ""
    files = {"compose.yaml": _base(dice, names, profiled), ".env": ENV}
    files |= {
        "common.env": "LOG_LEVEL=warn\nFROM_FILE=${TAG}-${EMPTY:-none}\nTZ='UTC'\n",
        "more.env": "DEBUG=\nTZ=Europe/Paris\n",
    }
    if "extends: {file" in files["compose.yaml"]:
        files |= {"common/base.yaml": _common(dice), "common/common.env": "TZ=UTC\n", "common/more.env": "MORE=1\n"}
    if dice.chance(0.25):
        entry = dice.one(("tools/compose.yaml", "{path: tools/compose.yaml, project_directory: .}"))
        files["compose.yaml"] = f"include: [{entry}]\n{files['compose.yaml']}"
        files["tools/compose.yaml"] = _tools(dice)
    overlays = dice.below(3)
    for number in range(overlays):
        files[f"compose.{number + 1}.yaml"] = _overlay(dice, names)
    profiles = ("debug",) if profiled and dice.chance(0.5) else ()
    return Authored(f"seed {seed}", files, profiles)


def _fields(dice: Dice, most: int, without: frozenset[str] = frozenset()) -> dict[str, str]:
    names = [name for name in FIELDS if name not in without]
    return {name: FIELDS[name](dice) for name in dice.some(names, 1, most)}


def _service(name: str, fields: dict[str, str]) -> str:
    return f"  {name}:\n" + "".join(f"    {field}: {value}\n" for field, value in fields.items())


def _base(dice: Dice, names: Sequence[str], profiled: str) -> str:
    anchor = dice.chance(0.3)
    out = ["x-defaults: &defaults\n  restart: unless-stopped\n  logging: {driver: json-file}\n" if anchor else ""]
    out.append("name: shop-${TAG:+prod}\n" if dice.chance(0.3) else "")
    out.append("services:\n")
    for index, name in enumerate(names):
        fields: dict[str, str] = {"<<": "*defaults"} if anchor and dice.chance(0.7) else {}
        if name in ("api", "worker") and dice.chance(0.5):
            fields["build"] = _build(dice)
        if "build" not in fields or dice.chance(0.5):
            fields["image"] = _IMAGES[name]
        fields |= _fields(dice, 5)
        if index and dice.chance(0.6):
            fields["depends_on"] = dice.one(
                (
                    f"[{names[0]}]",
                    f"{{{names[0]}: {{condition: service_healthy}}}}",
                    f"{{{names[0]}: {{condition: service_started, required: false, restart: true}}}}",
                )
            )
        if index and dice.chance(0.25):
            fields["extends"] = dice.one((names[0], "{file: common/base.yaml, service: base}"))
        if name == profiled and name != names[0]:
            fields["profiles"] = "[debug]"
        out.append(_service(name, fields))
    return "".join(out) + _RESOURCES


def _common(dice: Dice) -> str:
    inner = {"extends": "root"} if dice.chance(0.5) else {}
    base = _service("base", {"image": "base:${TAG}", **inner, **_fields(dice, 4, _ONCE)})
    return f"services:\n{base}" + _service("root", {"image": "root", **_fields(dice, 3, _ONCE)})


def _tools(dice: Dice) -> str:
    fields = _fields(dice, 4, frozenset({"networks", "volumes", "secrets", "configs", "env_file"}))
    return "services:\n" + _service(
        "mailer", {"image": "axllent/mailpit:${TAG}", "volumes": "[./mail:/data]", **fields}
    )


def _overlay(dice: Dice, names: Sequence[str]) -> str:
    out = ["services:\n"]
    for name in dice.some(names, 1, 2):
        fields = _fields(dice, 4, _ONCE)
        for field in fields:
            if field in _TAGGED and dice.chance(0.25):
                fields[field] = f"{dice.one(('!reset', '!override'))} {fields[field]}"
        if dice.chance(0.1):
            fields[dice.one(("command", "restart", "environment"))] = dice.one(("!reset null", ""))
        out.append(_service(name, fields))
    if dice.chance(0.2):
        out.append("networks: {back: {internal: true, labels: {over: 1}}}\n")
    return "".join(out)
