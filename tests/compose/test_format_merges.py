"""Every way of merging two files, compared with Docker Compose field by field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lintstack.compose.casts import go_text
from lintstack.yaml import Mapping, Node, Sequence
from tests.compose.support import at, config, loaded, oracle

pytestmark = pytest.mark.skipif(oracle() is None, reason="no Docker Compose binary to compare with")

TOP = {
    "networks": "{n: , m: }",
    "volumes": "{vol: , wol: }",
    "secrets": "{s: {file: f}, t: {file: f}}",
    "configs": "{c: {file: f}}",
    "models": "{mm: {model: x}}",
}
# (field, base, overlay); an empty side leaves the field out.
SERVICE: list[tuple[str, str, str]] = [
    ("security_opt", "[a]", "[b]"),
    ("security_opt", "[a]", "[a]"),
    ("group_add", "[a]", "[b]"),
    ("group_add", "[a]", "[a]"),
    ("group_add", "[1]", "[1.0]"),
    ("external_links", "[x]", "[x]"),
    ("volumes_from", "[b]", "[b]"),
    ("device_cgroup_rules", "[a]", "[a]"),
    ("links", "[b]", "[b]"),
    ("links", "['b:x']", "['b:x', 'b:y']"),
    ("networks", "{n: {ipv4_address: 1.1.1.1, aliases: [a]}}", "{n: {aliases: [b, a]}}"),
    ("networks", "[n]", "[m, n]"),
    ("networks", "{n: {priority: 1}}", "[n]"),
    ("networks", "{n: {priority: 1}}", "{n: }"),
    ("networks", "{n: {driver_opts: {a: 1}}}", "{n: {driver_opts: {b: 2}}}"),
    ("networks", "{n: {link_local_ips: [a]}}", "{n: {link_local_ips: [a]}}"),
    ("models", "[mm]", "{mm: {model_var: a}}"),
    ("models", "{mm: {model_var: a}}", "[mm]"),
    ("depends_on", "{b: {condition: service_healthy, required: false}}", "[b]"),
    ("depends_on", "{b: {condition: service_healthy}}", "{b: {required: false}}"),
    ("depends_on", "{b: {required: false}}", "{b: {condition: service_healthy}}"),
    ("depends_on", "", "{b: {required: false}}"),
    ("depends_on", "[b]", "{b: {condition: service_healthy, restart: true}}"),
    ("annotations", "{a: 1}", "[b=2, a=3]"),
    ("sysctls", "{a: 1}", "[a=2]"),
    ("sysctls", "[a=1]", "{b: 2}"),
    ("dns", "1.1.1.1", "2.2.2.2"),
    ("dns", "[1.1.1.1, 2.2.2.2]", "1.1.1.1"),
    ("dns_search", "a", "[b, a]"),
    ("dns_opt", "[a=1]", "[a=2]"),
    ("tmpfs", "[/a=1]", "/a=2"),
    ("tmpfs", "/a", "[/b, /a]"),
    ("extra_hosts", "['h:1.1.1.1']", "{h: 2.2.2.2}"),
    ("extra_hosts", "['h=1.1.1.1']", "{h: [1.1.1.1, 3.3.3.3]}"),
    ("extra_hosts", "['h=1.1.1.1']", "['h=1.1.1.1']"),
    ("build", "{context: ., extra_hosts: ['h=1.1.1.1']}", "{extra_hosts: {h: 2.2.2.2}}"),
    ("build", ".", "{args: {a: 1}}"),
    ("build", "{context: ., args: {a: 1}}", "./y"),
    ("build", "{context: ., dockerfile: D}", "{context: ./z}"),
    ("build", ".", ""),
    ("build", ".", "~"),
    ("build", "{context: ., dockerfile: D}", "{dockerfile: }"),
    ("build", "{context: ., tags: [a, b=1]}", "{tags: [a, b=2]}"),
    ("build", "{context: ., platforms: [a]}", "{platforms: [a, b]}"),
    ("build", "{context: ., cache_from: [a], cache_to: [a]}", "{cache_from: [a], cache_to: [a]}"),
    ("build", "{context: ., ssh: {default: x}}", "{ssh: [k=v]}"),
    ("build", "{context: ., additional_contexts: {a: b}}", "{additional_contexts: [a=c, d=e]}"),
    ("build", "{context: ., labels: {a: b}}", "{labels: [a=c]}"),
    ("build", "{context: ., secrets: [s]}", "{secrets: [s, t]}"),
    ("build", "{context: ., secrets: [s]}", "{secrets: [{source: s, target: q}]}"),
    ("build", "{context: ., entitlements: [a]}", "{entitlements: [a]}"),
    ("build", "{context: ., ulimits: {nofile: 1}}", "{ulimits: {nofile: {soft: 1, hard: 2}}}"),
    ("ulimits", "{nofile: 1}", "{nofile: {soft: 1, hard: 2}}"),
    ("ulimits", "{nofile: {soft: 1, hard: 2}}", "{nofile: {soft: 3}}"),
    ("ulimits", "{nofile: {soft: 1, hard: 2}}", "{nofile: 3, nproc: 5}"),
    ("ulimits", "{nofile: 1}", "{nofile: }"),
    ("secrets", "[s]", "[{source: t, target: s}]"),
    ("secrets", "[s]", "[{source: t, target: /run/secrets/s}]"),
    ("secrets", "[{source: s, target: q}]", "[{source: t, target: q}]"),
    ("configs", "[c]", "[{source: c, target: /c}]"),
    ("configs", "[c]", "[{source: c, target: /d}]"),
    ("devices", "['/dev/a:/dev/x:r']", "['/dev/b:/dev/x:r']"),
    ("devices", "['/dev/a:/dev/x:r']", "[{source: /dev/b, target: /dev/x}]"),
    ("devices", "['/dev/a:/dev/x:r']", "['/dev/a:/dev/y:r']"),
    ("develop", "{watch: [{path: ., action: rebuild}]}", "{watch: [{path: ., action: rebuild}]}"),
    ("develop", "{watch: [{path: ., action: rebuild, ignore: [a]}]}", "~"),
    ("post_start", "[{command: [a]}]", "[{command: [b]}]"),
    ("post_start", "[{command: [a]}]", "[{command: [a]}]"),
    ("pre_stop", "[{command: [a], environment: {A: 1}}]", "[{command: [b], user: x}]"),
    ("gpus", "[{count: 1}]", "[{count: 2}]"),
    ("deploy", "{resources: {limits: {cpus: '1'}}}", "{resources: {limits: {pids: 5}}}"),
    ("deploy", "{placement: {constraints: [a]}}", "{placement: {constraints: [a, b]}}"),
    ("deploy", "{placement: {preferences: [{spread: a}]}}", "{placement: {preferences: [{spread: b}]}}"),
    ("deploy", "{replicas: 2}", "~"),
    ("deploy", "~", "{replicas: 3}"),
    ("deploy", "{labels: {a: 1}}", "{labels: [a=2, b]}"),
    ("deploy", "{restart_policy: {condition: any}}", "{restart_policy: {max_attempts: 2}}"),
    ("deploy", "{update_config: {order: stop-first}}", "{update_config: {order: start-first, parallelism: 2}}"),
    ("logging", "{driver: a, options: {x: y}}", "{driver: b}"),
    ("logging", "{driver: a, options: {x: y}}", "{driver: a, options: {x: z}}"),
    ("logging", "{options: {x: y}}", "{driver: b}"),
    ("healthcheck", "{test: a, retries: 1}", "{test: [CMD, b]}"),
    ("healthcheck", "{test: a}", "{test: }"),
    ("healthcheck", "{test: a}", "{disable: true}"),
    ("healthcheck", "{test: a}", "~"),
    ("healthcheck", "{interval: 1m0s}", "{interval: }"),
    ("healthcheck", "{test: }", "{test: a}"),
    ("command", "[a]", "~"),
    ("command", "[a]", "[b]"),
    ("entrypoint", "[a]", "~"),
    ("cap_add", "[A]", "[A, B]"),
    ("cap_add", "[A=1]", "[A=2]"),
    ("cap_drop", "[A]", "~"),
    ("expose", "[80]", "['80', 80]"),
    ("expose", "['80=1']", "['80=2']"),
    ("profiles", "[]", "[]"),
    ("environment", "{A: 1}", "{A: }"),
    ("environment", "{A: 1}", "[A]"),
    ("environment", "[A=1, A=2]", "[B=1]"),
    ("labels", "{a: 1}", "{a: }"),
    ("labels", "{a: 1}", "~"),
    ("user", "a", "~"),
    ("privileged", "true", "~"),
    ("pid", "host", "~"),
    ("pull_policy", "always", "~"),
    ("scale", "1", "2"),
    ("restart", "~", "always"),
    ("environment", "~", "{A: 1}"),
    ("provider", "{type: x}", "{options: {a: [b]}}"),
    ("provider", "{options: {a: [b]}}", "{type: x}"),
    ("provider", "{type: x, options: {a: [b]}}", "{options: {a: [c]}}"),
    ("storage_opt", "{a: b}", "{a: c, d: e}"),
    ("credential_spec", "{file: a}", "{config: b}"),
    ("volumes", "['./a:/x:ro']", "['vol:/x/:ro']"),
    ("volumes", "[{type: volume, source: vol, target: /x}]", "[{type: volume, source: wol, target: /x}]"),
    ("volumes", "[{type: volume, source: vol, target: /x}]", "[{type: volume, source: wol, target: /x/}]"),
    ("cap_add", "[A]", "{A: 1}"),
    ("cap_add", "[A]", "A"),
    ("image", "x", "{a: b}"),
    ("image", "x", "[a]"),
    ("healthcheck", "{test: a}", "[a]"),
    ("healthcheck", "{test: a}", "x"),
    ("ports", "['80']", "x"),
    ("deploy", "{replicas: 1}", "x"),
]
PORTS = [
    ("['8000-8002:90-92']", "['8001:91']"),
    ("['8001:91']", "['8000-8002:90-92']"),
    ("['8000-8002:90-92', '8001:91']", "['8002-8003:92-93']"),
    ("['8000-8002:90-92']", "['8001-8003:90-92']"),
    ("['90-92']", "['91']"),
    ("['8000-8002:90-92/udp']", "['8001:91']"),
    ("['127.0.0.1:8000-8002:90-92']", "['0.0.0.0:8001:91', '127.0.0.1:8001:91']"),
    ("['8000-8003:80']", "['8000-8003:80', '8001:80']"),
    ("['8000-8002:90-92']", "[{target: 91, published: '8001', mode: host}]"),
    ("['80:80']", "[{target: 80, published: '80', mode: host}]"),
    ("['80:80']", "[{target: 80, published: 80}]"),
    ("[{target: 80, published: 80}]", "[{target: 80, published: 80, mode: host}]"),
    ("[80]", "['80']"),
    ("['80:80']", "['0.0.0.0:80:80/tcp']"),
    ("['127.0.0.1:80:80']", "['80:80']"),
]
RESOURCES: list[tuple[str, str, str]] = [
    ("networks", "{n: {ipam: {config: [{subnet: a}]}}}", "{n: {ipam: {config: [{subnet: b}]}}}"),
    (
        "networks",
        "{n: {ipam: {config: [{subnet: a, gateway: g}]}}}",
        "{n: {ipam: {config: [{subnet: a, ip_range: r}]}}}",
    ),
    (
        "networks",
        "{n: {ipam: {config: [{subnet: a, aux_addresses: {a: b}}]}}}",
        "{n: {ipam: {config: [{subnet: a, aux_addresses: {c: d}}, {subnet: z}]}}}",
    ),
    ("networks", "{n: {ipam: {config: [{subnet: a}]}}}", "{n: {ipam: {config: []}}}"),
    ("networks", "{n: {labels: {a: 1}}}", "{n: {labels: [b=1]}}"),
    ("networks", "{n: {driver: a}}", "{n: }"),
    ("networks", "{n: }", "{n: {driver: a}}"),
    ("networks", "{n: {external: {name: q}}}", "{n: {external: {name: q}}}"),
    ("networks", "{n: {driver_opts: {a: 1}}}", "{n: {driver_opts: {a: 2, b: 3}}}"),
    ("volumes", "{vol: {labels: [a=1]}}", "{vol: {labels: {a: 2}}}"),
    ("volumes", "{vol: {driver_opts: {a: 1}}}", "{vol: {driver_opts: {b: 2}}}"),
    ("secrets", "{s: {file: f}}", "{s: {file: g}}"),
    ("secrets", "{s: {file: f, labels: {a: 1}}}", "{s: {labels: {b: 1}}}"),
    ("configs", "{c: {file: f, labels: {a: 1}}}", "{c: {labels: [a=2]}}"),
    ("configs", "{c: {file: f, labels: {a: 1}}}", "{c: {labels: {a: 2}}}"),
    ("models", "{mm: {context_size: 1}}", "{mm: {model: x}}"),
]
# What Compose fills in behind the merge.
DEFAULTS: dict[str, Any] = {"permissions": "rwm", "dockerfile": "Dockerfile", "count": "-1"}


def spelled(data: Any) -> Any:
    """Plain data as texts, without what is empty."""
    if isinstance(data, dict):
        return {name: value for name, value in ((name, spelled(value)) for name, value in data.items()) if value}
    if isinstance(data, list):
        return [spelled(item) for item in data]
    return data if data is None or isinstance(data, str) else str(data).lower() if isinstance(data, bool) else str(data)


def texts(node: Node | None) -> Any:
    """The same of our tree."""
    if isinstance(node, Mapping):
        return {name: value for name, value in ((name, texts(value)) for name, value in node.items()) if value}
    if isinstance(node, Sequence):
        return [texts(item) for item in node.items]
    return None if node is None else go_text(node)


def without_defaults(field: str, data: Any, ours: Any) -> Any:
    """Compose's answer without what only it fills in."""
    if isinstance(data, dict):
        kept = {}
        for name, value in data.items():
            mine = ours.get(name) if isinstance(ours, dict) else None
            if not (mine is None and DEFAULTS.get(name) == value):
                kept[name] = without_defaults(name, value, mine)
        if field == "secrets" and isinstance(ours, dict) and "target" not in ours:
            kept.pop("target", None)
        return kept
    if isinstance(data, list) and isinstance(ours, list) and len(data) == len(ours):
        return [without_defaults(field, item, mine) for item, mine in zip(data, ours, strict=True)]
    return data


def project(field: str, value: str) -> str:
    """The base: a service with a field, and all that it may refer to."""
    image = "" if field == "image" else "    image: x\n"
    return (
        f"services:\n  b: {{image: b}}\n  a:\n{image}" + (f"    {field}: {value}\n" if value else "")
        + "".join(f"{name}: {text}\n" for name, text in TOP.items())
    )  # fmt: skip


def answers(folder: Path, base: str, over: str) -> tuple[Any, Any]:
    """Our loaded project, and Compose's."""
    (folder / "c.yaml").write_text(base)
    (folder / "d.yaml").write_text(over)
    return loaded({"c.yaml": base, "d.yaml": over}, "c.yaml", "d.yaml"), config(folder, "c.yaml", "d.yaml")


def refused(found: Any) -> list[str]:
    return [problem.message for problem in found.problems if problem.severity == "error"]


# Refused by Compose, but not for the way it merges.
CONSISTENCY = ("already mounted", "invalid compose project")


@pytest.mark.parametrize(("field", "base", "over"), SERVICE)
def test_fields_of_a_service(tmp_path: Path, field: str, base: str, over: str) -> None:
    found, answer = answers(
        tmp_path, project(field, base), f"services:\n  a:\n    {field}: {over}\n" if over else "services: {}\n"
    )
    if isinstance(answer, str):
        assert refused(found) or any(text in answer for text in CONSISTENCY), answer
        return
    assert not refused(found)
    mine = texts(at(found.root, "services", "a", field))
    theirs = without_defaults(field, spelled(answer["services"]["a"].get(field)), mine)
    if field == "networks" and not mine:
        theirs = mine
    if field == "extra_hosts":
        mine = [item.replace(":", "=") for item in mine]
    assert (mine or None) == (theirs or None)


@pytest.mark.parametrize(("base", "over"), PORTS)
def test_ports(tmp_path: Path, base: str, over: str) -> None:
    found, answer = answers(tmp_path, project("ports", base), f"services:\n  a:\n    ports: {over}\n")
    assert isinstance(answer, dict) and not refused(found)
    assert sorted(single(texts(at(found.root, "services", "a", "ports")))) == sorted(
        single(spelled(answer["services"]["a"]["ports"]))
    )


def single(ports: list[dict[str, str]]) -> list[tuple[str, str, str, str, str]]:
    """One entry for each port of a range."""
    found = []
    for port in ports:
        first, _, last = port["target"].partition("-")
        published = port.get("published", "")
        start = published.partition("-")[0]
        for index, number in enumerate(range(int(first), int(last or first) + 1)):
            host = str(int(start) + index) if last and published else published
            found.append(
                (port.get("host_ip", ""), host, str(number), port.get("protocol", "tcp"), port.get("mode", "ingress"))
            )
    return found


@pytest.mark.parametrize(("section", "base", "over"), RESOURCES)
def test_resources(tmp_path: Path, section: str, base: str, over: str) -> None:
    uses = "networks: [n], volumes: ['vol:/x'], secrets: [s], configs: [c]"
    first = f"services: {{a: {{image: x, {uses}}}}}\n" + "".join(
        f"{name}: {base if name == section else text}\n" for name, text in TOP.items()
    )
    found, answer = answers(tmp_path, first, f"{section}: {over}\n")
    if isinstance(answer, str):
        assert refused(found)
        return
    assert not refused(found)
    for name, theirs in (spelled(answer.get(section)) or {}).items():
        mine = texts(at(found.root, section, name)) or {}
        theirs = {key: value for key, value in theirs.items() if key != "name" or "name" in mine}
        assert mine == theirs
